//! Reads catalog rows cell by cell, in the order of the select list. It turns text into numbers, lists and
//! names, and says which answer and which row would not fit. It never looks beyond its own row.

use std::str::FromStr;

use crate::connect::Rows;
use crate::engines::AssembleError;
use crate::model::{Definition, Ident, Settings};

/// A row of the catalog's own key: `oid`.
pub(super) type Oid = u32;

/// One answer of the batch.
pub(super) struct Answer {
    /// Its 0-based place in the batch, for errors.
    pub query: usize,
    pub rows: Rows,
}

impl Answer {
    pub fn rows(self) -> impl Iterator<Item = Row> {
        let query = self.query;
        self.rows.rows.into_iter().enumerate().map(move |(row, cells)| Row {
            query,
            row,
            cells: cells.into_iter(),
        })
    }
}

/// One row; each call takes the next cell.
pub(super) struct Row {
    query: usize,
    row: usize,
    cells: std::vec::IntoIter<Option<Box<str>>>,
}

/// More cells than any query packs.
const RARE: usize = 32;

type Read<T> = Result<T, AssembleError>;

impl Row {
    pub fn wrong(&self, what: impl Into<String>) -> AssembleError {
        AssembleError { query: self.query, row: self.row, what: what.into() }
    }

    pub fn maybe_text(&mut self) -> Read<Option<Box<str>>> {
        self.cells.next().ok_or_else(|| self.wrong("fewer columns than asked for"))
    }

    pub fn text(&mut self) -> Read<Box<str>> {
        self.maybe_text()?.ok_or_else(|| self.wrong("NULL where a value must be"))
    }

    pub fn ident(&mut self) -> Read<Ident> {
        self.text().map(Ident::new)
    }

    pub fn maybe_ident(&mut self) -> Read<Option<Ident>> {
        Ok(self.maybe_text()?.map(Ident::new))
    }

    pub fn definition(&mut self) -> Read<Definition> {
        self.text().map(Definition::from_catalog)
    }

    pub fn maybe_definition(&mut self) -> Read<Option<Definition>> {
        Ok(self.maybe_text()?.map(Definition::from_catalog))
    }

    /// A whole statement as the server prints it: without closing semicolon and white space at its ends.
    pub fn statement(&mut self) -> Read<Definition> {
        let text = self.text()?;
        Ok(Definition::from_catalog(text.trim_end().trim_end_matches(';').trim()))
    }

    pub fn maybe_number<N: FromStr>(&mut self) -> Read<Option<N>> {
        match self.maybe_text()? {
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
        Ok(self.maybe_text()?.as_deref() == Some("t"))
    }

    /// A `"char"` column; NULL and the zero byte are a blank.
    pub fn letter(&mut self) -> Read<char> {
        Ok(self.maybe_text()?.and_then(|text| text.chars().next()).unwrap_or(' '))
    }

    /// Numbers of an `int2vector` (`1 2`) or an array (`{1,2}`). NULL is an empty list.
    pub fn numbers<N: FromStr>(&mut self) -> Read<Vec<N>> {
        let text = self.maybe_text()?.unwrap_or_default();
        text.trim_matches(['{', '}'])
            .split([' ', ','])
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().map_err(|_| self.wrong(format!("`{part}` is not a number"))))
            .collect()
    }

    /// Cells that the query packed into a JSON array because they are seldom there: a row in the row, in which
    /// every cell is NULL where the array is.
    pub fn rarely(&mut self) -> Read<Row> {
        let mut cells = self.list()?;
        cells.resize(cells.len().max(RARE), None);
        Ok(Row { query: self.query, row: self.row, cells: cells.into_iter() })
    }

    /// A JSON array of strings and nulls. NULL is an empty list.
    pub fn list(&mut self) -> Read<Vec<Option<Box<str>>>> {
        match self.maybe_text()? {
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
