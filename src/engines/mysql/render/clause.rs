//! What differs between two images of a table, as clauses of ALTER TABLE. Each belongs to one part of the table; the
//! same parts, asked for the other way round, give the way back.

use std::collections::BTreeSet;

use super::super::image::Image;
use super::super::matrix::{Builds, Feeds, Followed, Ground, Place, Way};
use super::super::types;
use super::super::vendor::Vendor;
use super::column;
use crate::model::{
    Column, EngineKind, Ident, Index, IndexClass, LossTime, Nullability, ObjectId, ObjectKind, Sql, Stored,
    Value,
};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

const E: EngineKind = EngineKind::MySql;

/// What a clause is about, in the order in which clauses stand.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Part<'a> {
    Check(&'a Ident),
    Column(&'a Ident),
    PrimaryKey,
    Index(&'a Ident),
    Option(&'a str),
    Comment,
}

/// Clauses that the server wants apart from others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Group {
    /// An index that has to be there before others go.
    First,
    /// Whatever can stand together.
    Main,
    /// Computed columns that are not stored: nothing else in their statement, or the table is copied.
    Virtual,
    /// An index, apart from what is instant, which it would turn into a rebuild.
    Index,
    /// One full-text or spatial index at a time.
    Special,
}

#[derive(Clone, Debug)]
pub(super) struct Clause {
    pub sql: Sql,
    pub way: Way,
    pub builds: Builds,
    pub group: Group,
    /// What is lost, in words, and when.
    pub loss: Option<(LossTime, String)>,
}

impl Clause {
    fn new(sql: Sql, way: Way) -> Self {
        Self { sql, way, builds: Builds::Nothing, group: Group::Main, loss: None }
    }

    fn in_group(self, group: Group) -> Self {
        Self { group, ..self }
    }

    fn loses(self, when: LossTime, what: String) -> Self {
        Self { loss: Some((when, what)), ..self }
    }
}

/// A way from one image to another.
pub(super) struct Change<'a> {
    pub table: &'a ObjectId,
    pub from: &'a Image<'a>,
    pub to: &'a Image<'a>,
    pub vendor: Vendor,
}

impl<'a> Change<'a> {
    /// The parts that differ.
    pub fn parts(&self) -> Vec<Part<'a>> {
        let mut parts: BTreeSet<Part<'a>> = BTreeSet::new();
        let images = [self.from, self.to];
        for image in images {
            parts.extend(image.checks.keys().map(|name| Part::Check(name)));
            parts.extend(image.columns.iter().map(|(name, ..)| Part::Column(name)));
            parts.extend(image.indexes.keys().map(|name| Part::Index(name)));
            parts.extend(image.table.storage.names().map(Part::Option));
        }
        parts.extend([Part::PrimaryKey, Part::Option("engine"), Part::Comment]);
        // Columns come in the order of the table that they come to, so that each finds the one before it.
        let place = |part: &Part<'a>| match part {
            Part::Column(name) => self.to.columns.iter().position(|(own, ..)| own == name).unwrap_or(0),
            _ => 0,
        };
        let mut parts: Vec<Part<'a>> =
            parts.into_iter().filter(|part| !self.clauses(part).is_empty()).collect();
        parts.sort_by_key(|part| {
            let kind = match part {
                Part::Check(_) => 0,
                Part::Column(_) => 1,
                Part::PrimaryKey => 2,
                Part::Index(_) => 3,
                Part::Option(_) => 4,
                Part::Comment => 5,
            };
            (kind, place(part))
        });
        parts
    }

    pub fn clauses(&self, part: &Part<'_>) -> Vec<Clause> {
        match part {
            Part::Check(name) => self.check(name),
            Part::Column(name) => self.column(name),
            Part::PrimaryKey => self.primary_key(),
            Part::Index(name) => self.index(name),
            Part::Option(name) => self.option(name).into_iter().collect(),
            Part::Comment => self.comment().into_iter().collect(),
        }
    }

    fn ground(&self) -> Ground {
        self.from.ground(self.vendor)
    }

    fn check(&self, name: &Ident) -> Vec<Clause> {
        let (before, after) = (self.from.checks.get(name), self.to.checks.get(name));
        if before.map(|check| &check.definition) == after.map(|check| &check.definition) {
            return Vec::new();
        }
        let drop = before.map(|_| {
            let words = if self.vendor.is_mariadb() { "DROP CONSTRAINT " } else { "DROP CHECK " };
            Clause::new(sql!(E; words, name), self.ground().drop_check())
        });
        let add = after.map(|check| {
            Clause::new(sql!(E; "ADD ", &column::constraint(name, &check.definition)), Way::COPY)
        });
        drop.into_iter().chain(add).collect()
    }

    fn column(&self, name: &Ident) -> Vec<Clause> {
        match (self.from.column(name), self.to.column(name)) {
            (None, None) => Vec::new(),
            (None, Some(after)) => vec![self.add_column(name, after)],
            (Some((before, _)), None) => vec![self.drop_column(name, before)],
            (Some(before), Some(after)) if before == after => Vec::new(),
            (Some((before, _)), Some(after)) if !changes_where_it_stands(before, after.0) => {
                let drop = self.drop_column(name, before).in_group(Group::Main);
                let add = self.add_column(name, after).in_group(Group::Main);
                vec![Clause { way: Way::COPY, ..drop }, Clause { way: Way::COPY, ..add }]
            }
            (Some(before), Some(after)) => vec![self.modify_column(name, before, after)],
        }
    }

    fn values(&self, name: &Ident) -> String {
        format!("the values of {}.{name}", self.table.name)
    }

    fn add_column(&self, name: &Ident, (body, comment): (&Column, Option<&str>)) -> Clause {
        let mut sql =
            SqlBuilder::new(E).piece("ADD COLUMN ").piece(column::column(name, body, comment, None));
        let place = match self.anchor(name, body) {
            Anchor::Last => Place::Last,
            Anchor::First => {
                sql.push(" FIRST");
                Place::Between
            }
            Anchor::After(before) => {
                sql = sql.piece(" AFTER ").piece(before);
                Place::Between
            }
        };
        let clause = Clause::new(sql.done(), self.ground().add_column(body, place));
        match body.value {
            Value::Generated { stored: Stored::Virtual, .. } => clause.in_group(Group::Virtual),
            Value::Generated { stored: Stored::Stored, .. } => clause,
            Value::Plain | Value::Default(_) | Value::Identity(_) => {
                clause.loses(LossTime::Since, self.values(name))
            }
        }
    }

    /// After the nearest column before it that is there by then.
    fn anchor(&self, name: &Ident, body: &Column) -> Anchor<'a> {
        let is_virtual =
            |column: &Column| matches!(column.value, Value::Generated { stored: Stored::Virtual, .. });
        let at = self.to.columns.iter().position(|(own, ..)| *own == name).unwrap_or(0);
        let (earlier, later) = self.to.columns.split_at(at);
        let stays = |name: &Ident| self.from.column(name).is_some();
        if !later.iter().skip(1).any(|(name, ..)| stays(name)) {
            return Anchor::Last;
        }
        let before = earlier
            .iter()
            .rev()
            .find(|(name, column, _)| stays(name) || is_virtual(column) == is_virtual(body));
        match before {
            Some((before, ..)) => Anchor::After(before),
            None => Anchor::First,
        }
    }

    fn drop_column(&self, name: &Ident, body: &Column) -> Clause {
        // An index that loses a column is built anew in the same pass.
        let indexed = self.from.indexes.iter().any(|(index, old)| {
            old.columns.iter().flatten().any(|column| column == name) && self.to.indexes.contains_key(index)
        });
        let way = match indexed {
            true => self.ground().drop_column(body).and(self.ground().rebuild()),
            false => self.ground().drop_column(body),
        };
        let clause = Clause::new(sql!(E; "DROP COLUMN ", name), way);
        match body.value {
            Value::Generated { stored: Stored::Virtual, .. } => clause.in_group(Group::Virtual),
            Value::Generated { stored: Stored::Stored, .. } => clause,
            Value::Plain | Value::Default(_) | Value::Identity(_) => {
                clause.loses(LossTime::Forward, self.values(name))
            }
        }
    }

    fn modify_column(
        &self,
        name: &Ident,
        (before, old_comment): (&Column, Option<&str>),
        (after, comment): (&Column, Option<&str>),
    ) -> Clause {
        let only_default = before.value != after.value
            && old_comment == comment
            && Column { value: after.value.clone(), ..before.clone() } == *after;
        let plain = |column: &Column| !matches!(column.value, Value::Generated { .. });
        // MariaDB 10.11 says yes to dropping a default that is a call, and keeps it.
        let call = matches!(&before.value, Value::Default(text) if text.as_str().contains('('));
        let kept = call && after.value == Value::Plain && after.nullability != Nullability::Nullable;
        if only_default && plain(before) && plain(after) && !kept {
            return Clause::new(self.set_default(name, after), self.ground().set_default());
        }
        let sql = sql!(E; "MODIFY COLUMN ", &column::column(name, after, comment, None));
        let clause = Clause::new(sql, self.ground().modify_column(before, after, self.feeds(name)));
        let (from, to) = (before.data_type.as_str(), after.data_type.as_str());
        let (old, new) = (charset(before), charset(after));
        let narrowed = before.data_type != after.data_type && !types::keeps_every_value(from, to);
        let recoded = old != new && plain(after);
        if let (true, Some(old), Some(new)) = (recoded && !narrowed, old, new) {
            let (when, lost) = match types::knows_every_character(old, new) {
                true => (LossTime::Since, format!("is written meanwhile and is not in {old}")),
                false => (LossTime::Forward, format!("is not in {new}")),
            };
            return clause.loses(when, format!("what of {}.{name} {lost}", self.table.name));
        }
        if narrowed || recoded {
            return clause
                .loses(LossTime::Forward, format!("what of {}.{name} does not fit {to}", self.table.name));
        }
        if before.data_type != after.data_type {
            return clause.loses(
                LossTime::Since,
                format!("what of {}.{name} is written meanwhile and does not fit {from}", self.table.name),
            );
        }
        clause
    }

    /// `ALTER COLUMN` leaves everything else of the column alone.
    fn set_default(&self, name: &Ident, after: &Column) -> Sql {
        match &after.value {
            Value::Default(text) => sql!(E; "ALTER COLUMN ", name, " SET DEFAULT ", text),
            // Without a default a column that may be NULL would have none at all, not even NULL.
            _ if after.nullability == Nullability::Nullable => {
                sql!(E; "ALTER COLUMN ", name, " SET DEFAULT NULL")
            }
            _ => sql!(E; "ALTER COLUMN ", name, " DROP DEFAULT"),
        }
    }

    fn feeds(&self, name: &Ident) -> Feeds {
        let quoted = sql!(E; name);
        let mentions = |text: &str| text.contains(quoted.as_str());
        let columns = self.to.columns.iter().any(|(_, column, _)| {
            matches!(&column.value, Value::Generated { expression, .. } if mentions(expression.as_str()))
                || column.options.get("check").is_some_and(mentions)
        });
        let checks = self.to.checks.values().any(|check| mentions(check.definition.as_str()));
        if columns || checks { Feeds::Others } else { Feeds::Nothing }
    }

    fn primary_key(&self) -> Vec<Clause> {
        let (before, after) = (self.from.primary, self.to.primary);
        if before.map(|key| &key.definition) == after.map(|key| &key.definition) {
            return Vec::new();
        }
        let followed = if after.is_some() { Followed::ByAnother } else { Followed::ByNone };
        let drop = before
            .map(|_| Clause::new(sql!(E; "DROP PRIMARY KEY"), self.ground().drop_primary_key(followed)));
        let add =
            after.map(|key| Clause::new(sql!(E; "ADD ", &key.definition), self.ground().add_primary_key()));
        drop.into_iter().chain(add).collect()
    }

    fn index(&self, name: &Ident) -> Vec<Clause> {
        let (before, after) = (self.from.indexes.get(name), self.to.indexes.get(name));
        match (before, after) {
            (Some(a), Some(b)) if a == b => Vec::new(),
            (Some(a), Some(b)) => match self.shown(name, a, b) {
                Some(clause) => vec![clause],
                None => {
                    let add = self.add_index(name, b);
                    vec![Clause { group: add.group, ..self.drop_index(name) }, add]
                }
            },
            (None, Some(index)) => {
                let add = self.add_index(name, index);
                let first = add.group == Group::Index && self.replaces_a_loss() && self.is_kept(index);
                vec![if first { add.in_group(Group::First) } else { add }]
            }
            (Some(index), None) => vec![Clause { group: self.goes_with(index), ..self.drop_index(name) }],
            (None, None) => Vec::new(),
        }
    }

    /// An index that the optimizer only begins, or ceases, to look at.
    fn shown(&self, name: &Ident, before: &Index, after: &Index) -> Option<Clause> {
        let (unseen, seen) = self.vendor.unseen_index();
        let bare = |index: &Index| {
            let text = index.tail.as_str();
            let rest = text.strip_suffix(unseen).map(str::trim_end);
            (rest.unwrap_or(text).to_owned(), rest.is_some())
        };
        let ((a, _), (b, hidden)) = (bare(before), bare(after));
        let same = a == b && (before.uniqueness, before.class) == (after.uniqueness, after.class);
        let word = if hidden { unseen } else { seen };
        same.then(|| Clause::new(sql!(E; "ALTER INDEX ", name, " ", word), self.ground().show_index()))
    }

    fn add_index(&self, name: &Ident, index: &Index) -> Clause {
        let sql = sql!(E; "ADD ", &column::index(name, index));
        let (way, group) = match index.class {
            IndexClass::Ordinary => (self.ground().add_index(), Group::Index),
            IndexClass::FullText | IndexClass::Spatial => (self.ground().add_special_index(), Group::Special),
        };
        Clause { builds: Builds::Index, ..Clause::new(sql, way).in_group(group) }
    }

    /// An index may be what a foreign key needs, and another one comes in its place: both are one statement. Unless it
    /// goes with one of its columns.
    fn goes_with(&self, gone: &Index) -> Group {
        let comes = self.to.indexes.iter().any(|(name, index)| {
            index.class == IndexClass::Ordinary && self.from.indexes.get(name) != Some(index)
        });
        let ordinary = gone.class == IndexClass::Ordinary;
        if comes && ordinary && self.is_kept(gone) { Group::Index } else { Group::Main }
    }

    /// Whether an index goes with one of its columns: what comes in its place has to be there before.
    fn replaces_a_loss(&self) -> bool {
        self.from.indexes.iter().any(|(name, index)| {
            index.class == IndexClass::Ordinary && !self.to.indexes.contains_key(name) && !self.is_kept(index)
        })
    }

    /// Whether all columns of an index are there before and after, and the same.
    fn is_kept(&self, index: &Index) -> bool {
        index.columns.iter().flatten().all(|name| {
            let now = self.from.column(name).map(|(column, _)| column);
            now.is_some() && now == self.to.column(name).map(|(column, _)| column)
        })
    }

    fn drop_index(&self, name: &Ident) -> Clause {
        Clause::new(sql!(E; "DROP INDEX ", name), self.ground().drop_index())
    }

    fn option(&self, name: &str) -> Option<Clause> {
        if name == "engine" {
            let (before, after) = (&self.from.table.access_method, self.to.table.access_method.as_ref()?);
            return (before.as_ref() != Some(after)).then(|| {
                let engine = crate::model::Definition::from_catalog(after.as_str());
                Clause::new(sql!(E; "ENGINE=", &engine), Way::COPY)
            });
        }
        let (before, after) = (self.from.table.storage.get(name), self.to.table.storage.get(name));
        if before == after {
            return None;
        }
        if name == "collation" {
            return after
                .map(|collation| Clause::new(column::collate(collation), self.ground().default_collation()));
        }
        // Zero is how a block size is taken back.
        let none = if name == "key_block_size" { "0" } else { "DEFAULT" };
        let sql = column::option(name, after.unwrap_or(none));
        Some(Clause::new(sql, self.ground().option(name)))
    }

    fn comment(&self) -> Option<Clause> {
        let (before, after) = (&self.from.about.comment, &self.to.about.comment);
        let text = after.as_deref().unwrap_or_default();
        (before != after).then(|| Clause::new(sql!(E; "COMMENT=", Literal(text)), self.ground().comment()))
    }

    /// The object that a part is, where it is one.
    pub fn object(&self, part: &Part<'_>) -> ObjectId {
        let member = |kind, name: &Ident| ObjectId::member(kind, self.table.name.clone(), name.clone());
        match part {
            Part::Check(name) => member(ObjectKind::Constraint, name),
            Part::Column(name) => member(ObjectKind::Column, name),
            Part::PrimaryKey => member(ObjectKind::Constraint, &Ident::from("PRIMARY")),
            Part::Index(name) => member(ObjectKind::Index, name),
            Part::Option(_) | Part::Comment => self.table.clone(),
        }
    }
}

/// Where a new column is put.
enum Anchor<'a> {
    First,
    After(&'a Ident),
    Last,
}

/// Between stored and computed on demand there is no MODIFY.
fn changes_where_it_stands(before: &Column, after: &Column) -> bool {
    let is_virtual =
        |column: &Column| matches!(column.value, Value::Generated { stored: Stored::Virtual, .. });
    is_virtual(before) == is_virtual(after)
}

fn charset(column: &Column) -> Option<&str> {
    column.collation.as_deref().map(|name| types::charset(name.name.as_str()))
}
