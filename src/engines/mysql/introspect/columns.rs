//! Columns of tables. The two servers print defaults and generated expressions in different ways; here both are
//! brought into one: SQL text that may stand behind DEFAULT as it is.

use std::collections::BTreeMap;

use super::super::types;
use super::super::vendor::Vendor;
use super::assembly::{Assembly, Row, rows};
use super::catalog::{COLUMNS, E, TABLES};
use super::keys::Checks;
use super::own::without_own_name;
use crate::connect::Rows;
use crate::engines::AssembleError;
use crate::model::{
    About, Body, Column, Definition, Nullability, ObjectKind, Origin, Position, QualifiedName, Settings,
    Stored, Value,
};
use crate::sql;
use crate::sqltext::Literal;

pub(super) fn read(
    assembly: &mut Assembly<'_>,
    answers: &[Rows],
    vendor: Vendor,
    checks: &Checks<'_>,
    database: &str,
) -> Result<(), AssembleError> {
    let kinds: BTreeMap<&str, &str> =
        rows(answers, TABLES).filter_map(|row| Some((row.maybe(0)?, row.maybe(1)?))).collect();
    for row in rows(answers, COLUMNS) {
        let (table, name) = (row.text(0)?, row.text(1)?);
        // Columns of views come with their view; those of sequences and versioned tables are no objects.
        if kinds.get(table) != Some(&"BASE TABLE") {
            continue;
        }
        let column = column(assembly, &row, vendor, checks.of_column(table, name), database)?;
        let id = assembly.member(ObjectKind::Column, table, name);
        assembly.needs(&id, assembly.table(table));
        let comment = row.maybe(9).filter(|text| !text.is_empty()).map(Into::into);
        assembly.add(id, Body::Column(column), About { comment, ..About::default() });
    }
    Ok(())
}

fn column(
    assembly: &Assembly<'_>,
    row: &Row<'_>,
    vendor: Vendor,
    check: Option<&str>,
    database: &str,
) -> Result<Column, AssembleError> {
    let data_type = row.text(3)?;
    let extra = Extra::of(row.maybe(7).unwrap_or_default());
    let nullability = if row.maybe(5) == Some("YES") { Nullability::Nullable } else { Nullability::NotNull };
    let value = match (extra.generated, row.maybe(8).filter(|text| !text.is_empty())) {
        (Some(stored), Some(expression)) => {
            Value::Generated { expression: assembly.pool.definition(&plain(expression, vendor)), stored }
        }
        _ => match default(row.maybe(6), &extra, data_type, vendor) {
            Some(text) => Value::Default(assembly.pool.definition(&without_own_name(&text, database))),
            None => Value::Plain,
        },
    };
    let mut options = Settings::new();
    for (there, name) in [(extra.auto_increment, "auto_increment"), (extra.invisible, "invisible")] {
        if there {
            options.insert(name.into(), "on".into());
        }
    }
    if let Some(call) = extra.on_update {
        options.insert("on update".into(), now(call).unwrap_or_else(|| call.to_owned()).into());
    }
    if let Some(srid) = row.maybe(10) {
        options.insert("srid".into(), srid.into());
    }
    if let Some(check) = check {
        options.insert("check".into(), check.into());
    }
    Ok(Column {
        position: Position(row.number(2).unwrap_or(0)),
        data_type: assembly.pool.typed(Definition::as_typed(data_type, types::compared(data_type))),
        collation: row
            .maybe(4)
            .map(|name| Box::new(QualifiedName::bare(assembly.pool.ident(&collation(name))))),
        nullability,
        value,
        origin: Origin::Local,
        storage: None,
        compression: None,
        statistics_target: None,
        options,
    })
}

/// `utf8` is the old name of `utf8mb3`, in character sets and in the collations that begin with it.
pub(super) fn collation(name: &str) -> String {
    match name.strip_prefix("utf8_") {
        Some(rest) => format!("utf8mb3_{rest}"),
        None => name.to_owned(),
    }
}

/// The words of EXTRA.
struct Extra<'a> {
    generated: Option<Stored>,
    auto_increment: bool,
    invisible: bool,
    /// MySQL: the default is an expression.
    default_generated: bool,
    on_update: Option<&'a str>,
}

impl<'a> Extra<'a> {
    fn of(text: &'a str) -> Self {
        let upper = text.to_ascii_uppercase();
        let at = upper.find("ON UPDATE ");
        Self {
            generated: match () {
                () if upper.contains("STORED GENERATED") || upper.contains("PERSISTENT GENERATED") => {
                    Some(Stored::Stored)
                }
                () if upper.contains("VIRTUAL GENERATED") => Some(Stored::Virtual),
                () => None,
            },
            auto_increment: upper.contains("AUTO_INCREMENT"),
            invisible: upper.contains("INVISIBLE"),
            default_generated: upper.contains("DEFAULT_GENERATED"),
            on_update: at
                .and_then(|at| text.get(at + "ON UPDATE ".len()..))
                .and_then(|rest| rest.split([' ', ',']).next()),
        }
    }
}

/// MySQL 8 prints quotes inside an expression with a backslash before them.
fn plain(expression: &str, vendor: Vendor) -> String {
    match vendor {
        Vendor::MySql(..) => expression.replace("\\'", "'"),
        Vendor::MariaDb(..) => expression.to_owned(),
    }
}

/// The default as SQL; `None` where there is none, and for NULL, which is the same to a column that may be NULL.
fn default(text: Option<&str>, extra: &Extra<'_>, data_type: &str, vendor: Vendor) -> Option<String> {
    let text = text?;
    if let Some(now) =
        now(text).filter(|_| extra.default_generated || vendor.is_mariadb() || is_time(data_type))
    {
        return Some(now);
    }
    match vendor {
        Vendor::MariaDb(..) if text.eq_ignore_ascii_case("NULL") => None,
        // Already SQL.
        Vendor::MariaDb(..) => Some(text.to_owned()),
        Vendor::MySql(..) if extra.default_generated => Some(format!("({})", plain(text, vendor))),
        Vendor::MySql(..) if text.starts_with("b'") && data_type.starts_with("bit") => Some(text.to_owned()),
        Vendor::MySql(..) if is_number(data_type) => Some(text.to_owned()),
        Vendor::MySql(..) => Some(sql!(E; Literal(text)).as_str().to_owned()),
    }
}

/// `CURRENT_TIMESTAMP`, `current_timestamp(6)`, `CURRENT_TIMESTAMP()`: one spelling for all.
fn now(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let rest = ["current_timestamp", "now", "localtimestamp", "localtime"]
        .iter()
        .find_map(|name| lower.strip_prefix(name))?;
    match rest {
        "" | "()" | "(0)" => Some("current_timestamp()".into()),
        digits if digits.len() == 3 => Some(format!("current_timestamp{digits}")),
        _ => None,
    }
}

fn is_time(data_type: &str) -> bool {
    matches!(types::name(data_type), "timestamp" | "datetime")
}

fn is_number(data_type: &str) -> bool {
    matches!(
        types::name(data_type),
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "float" | "double" | "year"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MariaDB prints SQL; MySQL prints the bare value. Both mean the same.
    #[test]
    fn defaults_of_both_servers_become_one() {
        let maria = Vendor::MariaDb(10, 11, 14);
        let mysql = Vendor::MySql(8, 0, 36);
        for (theirs, ours, extra, data_type, expected) in [
            ("'x'", "x", "", "varchar(20)", Some("'x'")),
            ("'it''s'", "it's", "", "varchar(20)", Some("'it''s'")),
            ("0", "0", "", "int(11)", Some("0")),
            ("1.50", "1.50", "", "decimal(10,2)", Some("1.50")),
            ("b'101'", "b'101'", "", "bit(3)", Some("b'101'")),
            (
                "current_timestamp()",
                "CURRENT_TIMESTAMP",
                "DEFAULT_GENERATED",
                "datetime",
                Some("current_timestamp()"),
            ),
            (
                "current_timestamp(3)",
                "CURRENT_TIMESTAMP(3)",
                "DEFAULT_GENERATED",
                "timestamp(3)",
                Some("current_timestamp(3)"),
            ),
        ] {
            let extra = Extra::of(extra);
            assert_eq!(default(Some(theirs), &extra, data_type, maria).as_deref(), expected);
            assert_eq!(default(Some(ours), &extra, data_type, mysql).as_deref(), expected);
        }
        assert_eq!(default(Some("NULL"), &Extra::of(""), "int(11)", maria), None);
        assert_eq!(default(None, &Extra::of(""), "int", mysql), None);
        let generated = Extra::of("DEFAULT_GENERATED");
        assert_eq!(default(Some("uuid()"), &generated, "char(36)", mysql).as_deref(), Some("(uuid())"));
    }

    #[test]
    fn extra_is_read() {
        let extra = Extra::of("DEFAULT_GENERATED on update CURRENT_TIMESTAMP(6)");
        assert_eq!(extra.on_update, Some("CURRENT_TIMESTAMP(6)"));
        assert!(extra.default_generated && extra.generated.is_none());
        assert_eq!(Extra::of("STORED GENERATED INVISIBLE").generated, Some(Stored::Stored));
        assert!(
            Extra::of("STORED GENERATED INVISIBLE").invisible && Extra::of("auto_increment").auto_increment
        );
        assert_eq!(collation("utf8_general_ci"), "utf8mb3_general_ci");
        assert_eq!(collation("utf8mb4_bin"), "utf8mb4_bin");
    }
}
