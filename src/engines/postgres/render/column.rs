//! A column as part of CREATE TABLE or ADD COLUMN, and what can only be said of it afterwards.

use crate::engines::{Draft, Facts, Way};
use crate::model::{
    Body, Column, Definition, Ident, Inherit, Lock, LossTime, Nullability, Object, Phase, Sql, Stored,
    Validity, Value, Verb, Work,
};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

use super::{PG, probe, table_id};

/// The name the server gives an identity sequence by itself, where it needs no shortening.
fn usual_sequence(object: &Object) -> String {
    format!("{}_{}_seq", object.id.name.name, object.id.leaf())
}

/// `name type …`, as CREATE TABLE and ADD COLUMN take it.
pub(super) fn definition(object: &Object, column: &Column) -> Sql {
    let mut sql = SqlBuilder::new(PG).piece(object.id.leaf()).piece(" ").piece(&column.data_type);
    if let Some(options) = fdw_options(column, "OPTIONS (") {
        sql = sql.piece(" ").piece(options);
    }
    if let Some(collation) = column.collation.as_deref() {
        sql = sql.piece(" COLLATE ").piece(collation);
    }
    match &column.value {
        Value::Plain => {}
        Value::Default(expression) => sql = sql.piece(" DEFAULT ").piece(expression),
        Value::Generated { expression, stored } => {
            sql = sql.piece(" GENERATED ALWAYS AS (").piece(&super::reparse::reparsed(expression)).piece(")");
            sql.push(match stored {
                Stored::Stored => " STORED",
                Stored::Virtual => " VIRTUAL",
            });
        }
        Value::Identity(identity) => {
            sql.push(" ");
            super::sequence::identity(&mut sql, identity, column.data_type.as_str(), &usual_sequence(object));
        }
    }
    match &column.nullability {
        Nullability::Nullable => {}
        Nullability::NotNull => sql.push(" NOT NULL"),
        Nullability::Named { name, inherit, .. } => {
            if let Some(name) = name {
                sql = sql.piece(" CONSTRAINT ").piece(name);
            }
            sql.push(" NOT NULL");
            if *inherit == Inherit::NoInherit {
                sql.push(" NO INHERIT");
            }
        }
    }
    sql.done()
}

fn fdw_options(column: &Column, open: &'static str) -> Option<Sql> {
    let mut sql = SqlBuilder::new(PG).piece(open);
    let mut any = false;
    for (name, value) in
        column.options.iter().filter_map(|(name, value)| Some((name.strip_prefix("fdw:")?, value)))
    {
        if any {
            sql.push(", ");
        }
        any = true;
        sql = sql.piece(&Ident::new(name)).piece(" ").piece(Literal(value));
    }
    sql.push(")");
    any.then(|| sql.done())
}

/// `ALTER TABLE t ALTER COLUMN c `, to be completed.
pub(super) fn altering(object: &Object) -> SqlBuilder {
    SqlBuilder::new(PG)
        .piece("ALTER TABLE ")
        .piece(&object.id.name)
        .piece(" ALTER COLUMN ")
        .piece(object.id.leaf())
        .piece(" ")
}

pub(super) fn adjust(object: &Object, sql: Sql, lock: Lock, reason: &'static str) -> Draft {
    Draft::new(Verb::Alter, Phase::Expand, sql, reason).about(&object.id).locks(
        lock,
        [table_id(&object.id.name)],
        Work::Catalog,
    )
}

/// Storage, compression, statistics and attribute options from one image to another.
pub(super) fn details(object: &Object, before: Option<&Column>, after: &Column) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let exclusive = Lock::AccessExclusive;
    if before.map(|column| &column.storage) != Some(&after.storage)
        && (before.is_some() || after.storage.is_some())
    {
        let word = match &after.storage {
            Some(_) => keyword(after.storage.as_deref(), &["PLAIN", "EXTERNAL", "EXTENDED", "MAIN"]),
            // SET STORAGE DEFAULT exists since 16.
            None => super::super::types::usual_storage(after.data_type.as_str()),
        };
        let sql = altering(object).piece("SET STORAGE ").piece(word).done();
        drafts.push(adjust(object, sql, exclusive, "Only rows written later are stored that way."));
    }
    if before.and_then(|column| column.compression.as_deref()) != after.compression.as_deref() {
        let word = keyword(after.compression.as_deref(), &["pglz", "lz4"]);
        let sql = altering(object).piece("SET COMPRESSION ").piece(word).done();
        drafts.push(adjust(object, sql, exclusive, "Only rows written later are compressed that way."));
    }
    if before.and_then(|column| column.statistics_target) != after.statistics_target {
        let sql =
            altering(object).piece("SET STATISTICS ").piece(after.statistics_target.unwrap_or(-1)).done();
        drafts.push(adjust(object, sql, Lock::ShareUpdateExclusive, "Takes effect with the next ANALYZE."));
    }
    drafts.extend(options(object, before, after));
    drafts
}

fn keyword(value: Option<&str>, known: &[&'static str]) -> &'static str {
    known
        .iter()
        .find(|word| value.is_some_and(|value| value.eq_ignore_ascii_case(word)))
        .copied()
        .unwrap_or("DEFAULT")
}

fn options(object: &Object, before: Option<&Column>, after: &Column) -> Vec<Draft> {
    let plain = |column: Option<&Column>| -> crate::model::Settings {
        let options = column.map(|column| column.options.clone()).unwrap_or_default();
        let own = options.iter().filter(|(name, _)| !name.starts_with("fdw:"));
        own.map(|(name, value)| (name.into(), value.into())).collect()
    };
    let (from, to) = (plain(before), plain(Some(after)));
    let (set, reset) = super::table::changes(&from, &to);
    let mut drafts = Vec::new();
    let lock = Lock::ShareUpdateExclusive;
    if !set.is_empty() {
        let mut sql = altering(object).piece("SET (");
        super::table::assignments(&mut sql, set.into_iter());
        drafts.push(adjust(object, sql.piece(")").done(), lock, "Takes effect with the next ANALYZE."));
    }
    if !reset.is_empty() {
        let reset: Vec<Ident> = reset.into_iter().map(Ident::new).collect();
        let sql = altering(object).piece("RESET (").joined(&reset, ", ").piece(")").done();
        drafts.push(adjust(object, sql, lock, "Takes effect with the next ANALYZE."));
    }
    drafts
}

/// What only takes effect after the column exists.
pub(super) fn after_create(object: &Object, column: &Column, facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = details(object, None, column);
    if let Nullability::Named { name, validity: Validity::NotValid, inherit } = &column.nullability {
        drafts.push(super::column_alter::add_not_null(object, name.as_ref(), *inherit));
    }
    drafts.extend(super::about::after_create(object, facts));
    drafts
}

/// The column as it can be added: what is not validated comes afterwards.
fn addable(column: &Column) -> Column {
    let mut plain = column.clone();
    if matches!(plain.nullability, Nullability::Named { validity: Validity::NotValid, .. }) {
        plain.nullability = Nullability::Nullable;
    }
    plain
}

/// `t ADD COLUMN c …`
fn added(object: &Object, plain: &Column) -> Sql {
    sql!(PG; &object.id.name, " ADD COLUMN ", definition(object, plain))
}

/// The column as it stands alone: the statements of [`add`], without their effects and probes. Most objects are
/// columns, and a fingerprint is over all of them.
pub(super) fn define(object: &Object, column: &Column, facts: &Facts<'_>) -> Vec<Sql> {
    let add = sql!(PG; "ALTER TABLE ", added(object, &addable(column)));
    let after = after_create(object, column, facts);
    std::iter::once(add).chain(after.into_iter().map(|draft| draft.sql)).collect()
}

/// ADD COLUMN on a table that exists.
pub(super) fn add(object: &Object, column: &Column, facts: &Facts<'_>) -> Vec<Draft> {
    let plain = addable(column);
    let foreign = matches!(
        facts.to.objects.get(&table_id(&object.id.name)).map(|table| &table.body),
        Some(Body::Table(table)) if table.foreign.is_some()
    );
    let filler = match facts.direction() {
        Way::Back if !foreign => super::filler::filler(&plain, facts),
        Way::Back | Way::Forward => None,
    };
    let head = if foreign { "ALTER FOREIGN TABLE " } else { "ALTER TABLE " };
    let mut sql = SqlBuilder::new(PG).piece(head).piece(added(object, &plain));
    if let Some(filler) = &filler {
        sql = sql.piece(" DEFAULT ").piece(filler);
    }
    let sql = sql.done();
    let work = if of_checked_domain(column, facts) { Work::Rewrite } else { add_work(column) };
    let reason = match work {
        Work::Catalog => "Existing rows are not touched.",
        _ => "Every existing row gets a value of its own, so the table is rewritten.",
    };
    let mut drafts = vec![
        Draft::new(Verb::Create, Phase::Expand, sql, reason)
            .locks(Lock::AccessExclusive, [table_id(&object.id.name)], work)
            .undone_by_action()
            .loses(LossTime::Since, format!("the values of {}.{}", object.id.name, object.id.leaf()))
            .probed_by(probe::column_exists(&object.id.name, object.id.leaf())),
    ];
    if filler.is_some() {
        let sql = altering(object).piece("DROP DEFAULT").done();
        drafts.push(adjust(object, sql, Lock::AccessExclusive, "It only filled rows whose values are lost."));
    }
    drafts.extend(after_create(object, column, facts));
    drafts
}

/// A constrained domain is checked row by row, even for NULL (spec 1.1, P7).
fn of_checked_domain(column: &Column, facts: &Facts<'_>) -> bool {
    let kind = crate::model::ObjectKind::DomainConstraint;
    facts.to.of_kind(kind).any(|check| sql!(PG; &check.id.name).as_str() == column.data_type.as_str())
}

/// PostgreSQL 11 and newer keep a constant or stable default in the catalog; a volatile one is written to every
/// row, as are serial, identity and stored columns (spec 1.1, P2, P3, P5, P6).
fn add_work(column: &Column) -> Work {
    match &column.value {
        Value::Plain => Work::Catalog,
        Value::Default(expression) if volatile(expression) => Work::Rewrite,
        Value::Default(_) => Work::Catalog,
        Value::Generated { stored: Stored::Virtual, .. } => Work::Catalog,
        Value::Generated { stored: Stored::Stored, .. } | Value::Identity(_) => Work::Rewrite,
    }
}

/// Whether a default calls something that is not known to be stable. Unknown functions count as volatile.
pub(super) fn volatile(expression: &Definition) -> bool {
    const STABLE: [&str; 14] = [
        "now",
        "transaction_timestamp",
        "statement_timestamp",
        "current_setting",
        "timezone",
        "date_trunc",
        "array",
        "lower",
        "upper",
        "md5",
        "make_interval",
        "to_timestamp",
        "format",
        "coalesce",
    ];
    let text = expression.as_str();
    let mut in_string = false;
    let mut word = String::new();
    for c in text.chars() {
        if c == '\'' {
            in_string = !in_string;
        }
        if in_string {
            continue;
        }
        if c.is_alphanumeric() || c == '_' || c == '.' {
            word.push(c.to_ascii_lowercase());
            continue;
        }
        if c == '(' && !word.is_empty() {
            let name = word.rsplit('.').next().unwrap_or(&word);
            let is_type_modifier =
                ["varying", "character", "numeric", "bit", "varchar", "timestamp", "time", "interval"];
            if !STABLE.contains(&name) && !is_type_modifier.contains(&name) {
                return true;
            }
        }
        word.clear();
    }
    false
}
