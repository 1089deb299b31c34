//! Reads catalog rows cell by cell, in the order of the select list. It turns text into numbers, lists and
//! names, and says which answer and which row would not fit. It never looks beyond its own row.

use std::borrow::Cow;
use std::str::FromStr;

use serde::de::DeserializeOwned;

use crate::connect::{Cells, Rows};
use crate::engines::AssembleError;
use crate::engines::pool::Pool;
use crate::model::{Definition, Ident, Settings};

/// A row of the catalog's own key: `oid`.
pub(super) type Oid = u32;

/// One answer of the batch.
#[derive(Clone, Copy)]
pub(super) struct Answer<'a> {
    /// Its 0-based place in the batch, for errors.
    pub query: usize,
    pub rows: &'a Rows,
    pub pool: &'a Pool,
}

impl<'a> Answer<'a> {
    pub fn rows(self) -> impl Iterator<Item = Row<'a>> {
        (0..self.rows.len()).map(move |row| self.row(row))
    }

    /// Sorted here rather than on the server, which would carry whole rows through its sort.
    pub fn rows_by<K: Ord>(self, key: impl Fn(Cells<'a>) -> K) -> impl Iterator<Item = Row<'a>> {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by_cached_key(|&row| key(self.rows.row(row)));
        order.into_iter().map(move |row| self.row(row))
    }

    fn row(self, row: usize) -> Row<'a> {
        Row { query: self.query, row, cells: Source::Wire(self.rows.row(row), 0), pool: self.pool }
    }
}

/// One row; each call takes the next cell.
pub(super) struct Row<'a> {
    query: usize,
    row: usize,
    cells: Source<'a>,
    pool: &'a Pool,
}

enum Source<'a> {
    /// The cells, and which one is next.
    Wire(Cells<'a>, usize),
    /// Cells from a packed one; all that follow the last are NULL.
    Packed(std::vec::IntoIter<Option<String>>),
}

type Read<T> = Result<T, AssembleError>;

impl<'a> Row<'a> {
    pub fn wrong(&self, what: impl Into<String>) -> AssembleError {
        AssembleError { query: self.query, row: self.row, what: what.into() }
    }

    fn cell(&mut self) -> Read<Option<Cow<'a, str>>> {
        let cell = match &mut self.cells {
            Source::Wire(cells, next) => {
                *next += 1;
                cells.maybe(*next - 1).map(|cell| cell.map(Cow::Borrowed))
            }
            Source::Packed(cells) => Some(cells.next().flatten().map(Cow::Owned)),
        };
        cell.ok_or_else(|| self.wrong("fewer columns than asked for"))
    }

    fn present<T>(&self, value: Option<T>) -> Read<T> {
        value.ok_or_else(|| self.wrong("NULL where a value must be"))
    }

    pub fn maybe_text(&mut self) -> Read<Option<Box<str>>> {
        Ok(self.cell()?.map(Into::into))
    }

    pub fn text(&mut self) -> Read<Box<str>> {
        let text = self.maybe_text()?;
        self.present(text)
    }

    pub fn ident(&mut self) -> Read<Ident> {
        let ident = self.maybe_ident()?;
        self.present(ident)
    }

    pub fn maybe_ident(&mut self) -> Read<Option<Ident>> {
        Ok(self.cell()?.map(|text| self.pool.ident(&text)))
    }

    pub fn definition(&mut self) -> Read<Definition> {
        let definition = self.maybe_definition()?;
        self.present(definition)
    }

    pub fn maybe_definition(&mut self) -> Read<Option<Definition>> {
        Ok(self.cell()?.map(|text| self.pool.definition(&text)))
    }

    /// A whole statement as the server prints it: without closing semicolon and white space at its ends.
    pub fn statement(&mut self) -> Read<Definition> {
        let cell = self.cell()?;
        let text = self.present(cell)?;
        Ok(Definition::from_catalog(text.trim_end().trim_end_matches(';').trim()))
    }

    pub fn maybe_number<N: FromStr>(&mut self) -> Read<Option<N>> {
        match self.cell()? {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| self.wrong(format!("`{text}` is not a number"))),
        }
    }

    pub fn number<N: FromStr>(&mut self) -> Read<N> {
        self.maybe_number()?.ok_or_else(|| self.wrong("NULL where a number must be"))
    }

    pub fn oid(&mut self) -> Read<Oid> {
        self.number()
    }

    /// A boolean; NULL is false, as in an outer join that found nothing.
    pub fn flag(&mut self) -> Read<bool> {
        Ok(self.cell()?.as_deref() == Some("t"))
    }

    /// A `"char"` column; NULL and the zero byte are a blank.
    pub fn letter(&mut self) -> Read<char> {
        Ok(self.cell()?.and_then(|text| text.chars().next()).unwrap_or(' '))
    }

    /// Numbers of an `int2vector` (`1 2`) or an array (`{1,2}`). NULL is an empty list.
    pub fn numbers<N: FromStr>(&mut self) -> Read<Vec<N>> {
        let text = self.cell()?.unwrap_or_default();
        text.trim_matches(['{', '}'])
            .split([' ', ','])
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().map_err(|_| self.wrong(format!("`{part}` is not a number"))))
            .collect()
    }

    /// Cells that the query packed into a JSON array because they are seldom there: a row in the row, in which
    /// every cell is NULL where the array is.
    pub fn rarely(&mut self) -> Read<Row<'a>> {
        let cells = self.json()?.into_iter();
        Ok(Row { query: self.query, row: self.row, cells: Source::Packed(cells), pool: self.pool })
    }

    /// A JSON array of strings and nulls. NULL is an empty list.
    pub fn list(&mut self) -> Read<Vec<Option<Box<str>>>> {
        self.json()
    }

    fn json<T: DeserializeOwned>(&mut self) -> Read<Vec<T>> {
        match self.cell()? {
            None => Ok(Vec::new()),
            Some(text) => serde_json::from_str(&text).map_err(|error| self.wrong(error.to_string())),
        }
    }

    /// The strings of a JSON array.
    pub fn texts(&mut self) -> Read<Vec<Box<str>>> {
        Ok(self.list()?.into_iter().flatten().collect())
    }

    /// `["name=value", …]`, as `reloptions` and FDW options are kept, each name under a prefix.
    pub fn settings(&mut self, prefix: &str) -> Read<Settings> {
        let texts = self.texts()?;
        Ok(texts
            .iter()
            .map(|text| {
                let (name, value) = text.split_once('=').unwrap_or((text, ""));
                (format!("{prefix}{name}").into(), value.into())
            })
            .collect())
    }
}
