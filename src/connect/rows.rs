//! The answer of a server: rows as text. One buffer holds the whole answer, because a catalog of ten thousand tables
//! answers with a million cells. It knows nothing of types.

/// Rows as text, the way the server prints values.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rows {
    pub columns: Vec<Box<str>>,
    text: String,
    /// Where each cell ends in `text`, row after row. It begins where the one before it ends.
    ends: Vec<usize>,
    /// Which cells are NULL.
    nulls: Vec<bool>,
}

impl Rows {
    pub fn new(columns: Vec<Box<str>>) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Adds the next cell; `None` is NULL. A row is full when there is a cell for each column.
    pub fn push(&mut self, cell: Option<&str>) {
        self.text.push_str(cell.unwrap_or_default());
        self.ends.push(self.text.len());
        self.nulls.push(cell.is_none());
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len().checked_div(self.columns.len()).unwrap_or(0)
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = Cells<'_>> {
        (0..self.len()).map(|row| self.row(row))
    }

    /// A row by its place; one that is not there has no cells.
    pub fn row(&self, row: usize) -> Cells<'_> {
        let width = self.columns.len();
        let count = if row < self.len() { width } else { 0 };
        Cells { rows: self, first: row * width, count }
    }

    /// A cell by row and column; `None` for NULL, and for a cell that is not there.
    pub fn cell(&self, row: usize, column: usize) -> Option<&str> {
        self.row(row).get(column)
    }
}

/// The cells of one row.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    rows: &'a Rows,
    first: usize,
    count: usize,
}

impl<'a> Cells<'a> {
    /// `None` for NULL, and for a cell that is not there.
    pub fn get(&self, column: usize) -> Option<&'a str> {
        self.maybe(column)?
    }

    /// The cell, if it is there at all; `Some(None)` is NULL.
    pub fn maybe(&self, column: usize) -> Option<Option<&'a str>> {
        if column >= self.count {
            return None;
        }
        let at = self.first + column;
        if *self.rows.nulls.get(at)? {
            return Some(None);
        }
        let start = match at.checked_sub(1) {
            Some(before) => *self.rows.ends.get(before)?,
            None => 0,
        };
        Some(self.rows.text.get(start..*self.rows.ends.get(at)?))
    }

    pub fn iter(self) -> impl Iterator<Item = Option<&'a str>> {
        (0..self.count).map(move |column| self.get(column))
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn cells_come_back_as_they_were_put() {
        let mut rows = Rows::new(vec!["a".into(), "b".into()]);
        assert!(rows.is_empty());
        for cell in [Some("1"), None, Some(""), Some("ü")] {
            rows.push(cell);
        }
        assert_eq!(rows.len(), 2);
        assert_eq!(rows.row(0).maybe(1), Some(None));
        assert_eq!(
            rows.iter().map(|row| row.iter().collect()).collect::<Vec<Vec<_>>>(),
            [[Some("1"), None], [Some(""), Some("ü")]]
        );
        assert_eq!((rows.cell(1, 1), rows.cell(1, 2), rows.cell(2, 0)), (Some("ü"), None, None));
        assert_eq!((rows.row(0).maybe(2), Rows::default().len()), (None, 0));
    }
}
