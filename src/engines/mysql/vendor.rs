//! Which of the two servers it is, and what its version can do. Facts from the manuals of both, and what was tried on
//! MariaDB 10.11.

use crate::model::ServerVersion;

/// MySQL or MariaDB with its version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Vendor {
    MySql(u32, u32, u32),
    MariaDb(u32, u32, u32),
}

impl Vendor {
    pub fn of(version: &ServerVersion) -> Self {
        let (major, minor, patch) = version.number;
        if version.is_mariadb() {
            Self::MariaDb(major, minor, patch)
        } else {
            Self::MySql(major, minor, patch)
        }
    }

    pub fn is_mariadb(self) -> bool {
        matches!(self, Self::MariaDb(..))
    }

    fn mysql_since(self, since: (u32, u32, u32)) -> bool {
        matches!(self, Self::MySql(major, minor, patch) if (major, minor, patch) >= since)
    }

    fn mariadb_since(self, major: u32, minor: u32) -> bool {
        matches!(self, Self::MariaDb(a, b, _) if (a, b) >= (major, minor))
    }

    /// `information_schema` keeps statistics for a day, and a session may say so.
    pub fn caches_statistics(self) -> bool {
        self.mysql_since((8, 0, 0))
    }

    /// `STATISTICS.EXPRESSION`: an index over an expression.
    pub fn has_functional_indexes(self) -> bool {
        self.mysql_since((8, 0, 13))
    }

    /// The column of `STATISTICS` that says whether the optimizer looks at an index, and the value when it does not.
    pub fn index_visibility(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::MySql(..) => self.mysql_since((8, 0, 0)).then_some(("IS_VISIBLE", "NO")),
            Self::MariaDb(..) => self.mariadb_since(10, 6).then_some(("IGNORED", "YES")),
        }
    }

    /// The word for an index that the optimizer does not look at, and for one that it does.
    pub fn unseen_index(self) -> (&'static str, &'static str) {
        match self {
            Self::MySql(..) => ("INVISIBLE", "VISIBLE"),
            Self::MariaDb(..) => ("IGNORED", "NOT IGNORED"),
        }
    }

    /// `WITH` in front of a SELECT.
    pub fn has_common_tables(self) -> bool {
        self.is_mariadb() || self.mysql_since((8, 0, 0))
    }

    pub fn has_spatial_reference(self) -> bool {
        self.mysql_since((8, 0, 3))
    }

    /// MySQL before 8.0.16 reads CHECK and forgets it.
    pub fn has_checks(self) -> bool {
        self.is_mariadb() || self.mysql_since((8, 0, 16))
    }

    /// `CREATE OR REPLACE` of more than views.
    pub fn replaces_programs(self) -> bool {
        self.is_mariadb()
    }

    pub fn renames_columns(self) -> bool {
        self.mariadb_since(10, 5) || self.mysql_since((8, 0, 0))
    }

    /// `ALGORITHM=INSTANT`.
    pub fn has_instant(self) -> bool {
        self.is_mariadb() || self.mysql_since((8, 0, 12))
    }

    /// Columns come at any place, and go, without the table being touched.
    pub fn adds_anywhere_at_once(self) -> bool {
        self.is_mariadb() || self.mysql_since((8, 0, 29))
    }

    pub fn renames_columns_at_once(self) -> bool {
        self.is_mariadb() || self.mysql_since((8, 0, 28))
    }
}
