//! How ALTER TABLE works on a table, by operation, vendor and version: the best that the manuals promise and, for
//! MariaDB 10.11, that was tried. It is stated in the statement, so that the server refuses instead of doing worse.
//! Sources: MySQL reference manual, InnoDB online DDL operations; MariaDB documentation, InnoDB online DDL.

use super::types::{self, Conversion};
use super::vendor::Vendor;
use crate::model::{Column, Lock, Nullability, Stored, Value, Work};
use crate::sqltext::lex;

/// What a part of a statement does to the table, mildest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Algorithm {
    /// Only the dictionary changes.
    Instant,
    /// The rows stay where they are; an index may be built.
    NoCopy,
    /// The table is built anew, by the engine itself.
    InPlace,
    /// The table is copied row by row.
    Copy,
}

/// Who may go on meanwhile.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Held {
    Nothing,
    Writes,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Way {
    pub algorithm: Algorithm,
    pub held: Held,
}

impl Way {
    pub const INSTANT: Self = Self { algorithm: Algorithm::Instant, held: Held::Nothing };
    pub const NO_COPY: Self = Self { algorithm: Algorithm::NoCopy, held: Held::Nothing };
    pub const IN_PLACE: Self = Self { algorithm: Algorithm::InPlace, held: Held::Nothing };
    pub const IN_PLACE_SHARED: Self = Self { algorithm: Algorithm::InPlace, held: Held::Writes };
    pub const COPY: Self = Self { algorithm: Algorithm::Copy, held: Held::Writes };

    /// What two parts come to in one statement.
    pub fn and(self, other: Self) -> Self {
        Self { algorithm: self.algorithm.max(other.algorithm), held: self.held.max(other.held) }
    }

    /// The words for it, which close an ALTER TABLE.
    pub fn words(self, vendor: Vendor) -> &'static str {
        match (vendor.is_mariadb(), self.algorithm, self.held) {
            (true, Algorithm::Instant, _) => "ALGORITHM=INSTANT, LOCK=NONE",
            (true, Algorithm::NoCopy, Held::Nothing) => "ALGORITHM=NOCOPY, LOCK=NONE",
            (true, Algorithm::NoCopy, Held::Writes) => "ALGORITHM=NOCOPY, LOCK=SHARED",
            // MySQL takes no LOCK beside INSTANT.
            (false, Algorithm::Instant, _) if vendor.has_instant() => "ALGORITHM=INSTANT",
            (false, Algorithm::Instant, _) => "ALGORITHM=INPLACE, LOCK=NONE",
            (false, Algorithm::NoCopy, Held::Nothing) | (_, Algorithm::InPlace, Held::Nothing) => {
                "ALGORITHM=INPLACE, LOCK=NONE"
            }
            (false, Algorithm::NoCopy, Held::Writes) | (_, Algorithm::InPlace, Held::Writes) => {
                "ALGORITHM=INPLACE, LOCK=SHARED"
            }
            (_, Algorithm::Copy, _) => "ALGORITHM=COPY, LOCK=SHARED",
        }
    }

    /// The facts for those who judge.
    pub fn lock(self) -> Lock {
        match (self.algorithm, self.held) {
            (Algorithm::Copy, _) | (_, Held::Writes) => Lock::Share,
            (Algorithm::Instant, Held::Nothing) => Lock::Metadata,
            (Algorithm::NoCopy | Algorithm::InPlace, Held::Nothing) => Lock::ShareUpdateExclusive,
        }
    }
}

/// What of the whole table counts for its parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground {
    pub vendor: Vendor,
    pub engine: Engine,
    /// `ROW_FORMAT=COMPRESSED` takes no instant column.
    pub compressed: bool,
    /// A full-text index has a hidden column of its own: no instant column, and no rebuild while others write.
    pub has_fulltext: bool,
    pub has_generated: bool,
    pub partitioned: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Engine {
    InnoDb,
    /// Only InnoDB changes a table in place in all these ways.
    Other,
}

impl Ground {
    /// Copies where the storage engine can do no better.
    fn at_best(self, way: Way) -> Way {
        match self.engine {
            Engine::InnoDb => way,
            Engine::Other => Way::COPY,
        }
    }

    pub fn add_column(self, column: &Column, place: Place) -> Way {
        let expression = matches!(&column.value, Value::Default(text) if !is_constant(text.as_str()));
        let stored = matches!(column.value, Value::Generated { stored: Stored::Stored, .. });
        let computed = matches!(column.value, Value::Generated { .. });
        if expression || stored || (computed && self.partitioned) || column.options.contains("auto_increment")
        {
            return Way::COPY;
        }
        let instant = self.vendor.has_instant()
            && !self.compressed
            && !self.has_fulltext
            && (place == Place::Last || self.vendor.adds_anywhere_at_once());
        self.at_best(match () {
            // MariaDB copies the table for a column between others where it computes some.
            () if place == Place::Between && self.vendor.is_mariadb() && self.has_generated => Way::COPY,
            () if instant => Way::INSTANT,
            () => self.rebuild(),
        })
    }

    pub fn drop_column(self, column: &Column) -> Way {
        let is_virtual = matches!(column.value, Value::Generated { stored: Stored::Virtual, .. });
        let instant =
            is_virtual || (self.vendor.adds_anywhere_at_once() && !self.compressed && !self.has_fulltext);
        self.at_best(if instant { Way::INSTANT } else { self.rebuild() })
    }

    /// The table anew, by the engine itself.
    pub fn rebuild(self) -> Way {
        if self.has_fulltext { Way::IN_PLACE_SHARED } else { Way::IN_PLACE }
    }

    /// A default that changes, and nothing else.
    pub fn set_default(self) -> Way {
        self.at_best(Way::INSTANT)
    }

    /// A column of one name that changes; its comment is no part of `Column` and costs nothing.
    pub fn modify_column(self, before: &Column, after: &Column, feeds: Feeds) -> Way {
        let option = |column: &Column, name: &str| column.options.get(name).map(str::to_owned);
        let changed = |name: &str| option(before, name) != option(after, name);
        let collation = after.collation.as_deref().map(|name| name.name.as_str());
        let generated = |column: &Column| matches!(column.value, Value::Generated { .. });
        let copies = before.collation != after.collation
            || types::conversion(self.vendor, collation, before.data_type.as_str(), after.data_type.as_str())
                == Conversion::Copy
            || ((generated(before) || generated(after)) && before.value != after.value)
            || changed("srid")
            || (changed("auto_increment") && after.options.contains("auto_increment"))
            // A CHECK that is written with the column counts as a new one.
            || after.options.contains("check");
        if copies {
            return Way::COPY;
        }
        let way = match (&before.nullability, &after.nullability) {
            (Nullability::Nullable, Nullability::NotNull) if feeds == Feeds::Others => Way::COPY,
            (a, b) if a != b => self.rebuild(),
            _ => Way::INSTANT,
        };
        self.at_best(way)
    }

    pub fn rename_column(self) -> Way {
        self.at_best(if self.vendor.renames_columns_at_once() { Way::INSTANT } else { Way::IN_PLACE })
    }

    pub fn add_index(self) -> Way {
        self.at_best(Way::NO_COPY)
    }

    /// The first full-text index of a table brings a hidden column, and so a rebuild.
    pub fn add_special_index(self) -> Way {
        self.at_best(Way::IN_PLACE_SHARED)
    }

    pub fn drop_index(self) -> Way {
        self.at_best(Way::NO_COPY)
    }

    pub fn show_index(self) -> Way {
        self.at_best(Way::INSTANT)
    }

    pub fn add_primary_key(self) -> Way {
        self.at_best(self.rebuild())
    }

    /// Dropped and added in one statement, a primary key takes one rebuild; dropped alone, a copy.
    pub fn drop_primary_key(self, followed: Followed) -> Way {
        match followed {
            Followed::ByAnother => self.at_best(self.rebuild()),
            Followed::ByNone => Way::COPY,
        }
    }

    pub fn drop_check(self) -> Way {
        self.at_best(Way::INSTANT)
    }

    pub fn drop_foreign_key(self) -> Way {
        self.at_best(if self.vendor.is_mariadb() { Way::INSTANT } else { Way::NO_COPY })
    }

    pub fn default_collation(self) -> Way {
        self.at_best(if self.vendor.is_mariadb() { Way::INSTANT } else { Way::NO_COPY })
    }

    pub fn comment(self) -> Way {
        self.at_best(if self.vendor.is_mariadb() { Way::INSTANT } else { Way::NO_COPY })
    }

    pub fn option(self, name: &str) -> Way {
        match name {
            "row_format" | "key_block_size" => self.at_best(self.rebuild()),
            "stats_persistent" | "stats_auto_recalc" | "stats_sample_pages" => self.at_best(Way::NO_COPY),
            _ => Way::COPY,
        }
    }
}

/// Where a new column comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Last,
    Between,
}

/// Whether generated columns or checks may read a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Feeds {
    Others,
    Nothing,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Followed {
    ByAnother,
    ByNone,
}

/// Whether a default is one value for every row. The moment of the statement is.
fn is_constant(default: &str) -> bool {
    let calls = lex(default, crate::model::EngineKind::MySql)
        .any(|token| default.get(token.start..token.end) == Some("("));
    default.starts_with("current_timestamp") || !calls
}

/// What a way of working has to do with the rows.
pub(super) fn work(way: Way, builds: Builds) -> Work {
    match (way.algorithm, builds) {
        (Algorithm::InPlace | Algorithm::Copy, _) => Work::Rewrite,
        (Algorithm::Instant | Algorithm::NoCopy, Builds::Index) => Work::IndexBuild,
        (Algorithm::Instant | Algorithm::NoCopy, Builds::Nothing) => Work::Catalog,
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Builds {
    Nothing,
    Index,
}
