//! Tables and sequences: what stands behind the parentheses of CREATE TABLE.

use super::VERSIONED;
use super::assembly::{Assembly, Row, rows};
use super::catalog::{Particular, TABLES};
use super::show::Shown;
use crate::connect::Rows;
use crate::engines::AssembleError;
use crate::model::{
    About, Body, Cycle, Definition, Estimate, ObjectId, ObjectKind, Opaque, Persistence, ReplicaIdentity,
    RowSecurity, Sequence, SequenceOptions, Settings, Table,
};

pub(super) fn read(
    assembly: &mut Assembly<'_>,
    answers: &[Rows],
    shown: &Shown<'_>,
) -> Result<(), AssembleError> {
    for row in rows(answers, TABLES) {
        let name = row.text(0)?;
        match row.text(1)? {
            "BASE TABLE" => table(assembly, name, &row, shown),
            "SYSTEM VERSIONED" => {
                let text = shown.cell(Particular::Table(name), 1).unwrap_or_default();
                let body = Opaque { text: Definition::from_catalog(text), why: VERSIONED.into() };
                assembly.add(assembly.table(name), Body::Opaque(body), About::default());
            }
            "SEQUENCE" => match shown.cell(Particular::Sequence(name), 1).and_then(sequence) {
                Some(sequence) => {
                    let id = ObjectId::new(ObjectKind::Sequence, assembly.name(name));
                    let about = About { comment: comment(&row), ..About::default() };
                    assembly.add(id, Body::Sequence(sequence), about);
                }
                None => {
                    let id = ObjectId::new(ObjectKind::Sequence, assembly.name(name));
                    assembly.unreadable(id, "its options may not be seen");
                }
            },
            // Views have a reader of their own.
            "VIEW" | "SYSTEM VIEW" => {}
            other => assembly.unmodelled(format!("{} {name}", other.to_lowercase()), "not compared"),
        }
    }
    Ok(())
}

fn comment(row: &Row<'_>) -> Option<Box<str>> {
    row.maybe(5).filter(|text| !text.is_empty()).map(Into::into)
}

fn table(assembly: &mut Assembly<'_>, name: &str, row: &Row<'_>, shown: &Shown<'_>) {
    let mut storage = Settings::new();
    if let Some(collation) = row.maybe(3) {
        storage.insert("collation".into(), super::columns::collation(collation).into());
    }
    storage.extend(&options(row.maybe(4).unwrap_or_default()));
    let partitioned = row.maybe(4).is_some_and(|options| options.contains("partitioned"));
    let partition_by = shown.cell(Particular::Table(name), 1).filter(|_| partitioned).and_then(partitions);
    if partitioned && partition_by.is_none() {
        assembly.unmodelled(format!("partitions of table {name}"), "could not be read");
    }
    let body = Table {
        persistence: Persistence::Permanent,
        partition_by,
        inherits: Vec::new(),
        access_method: row.maybe(2).map(|engine| assembly.pool.ident(engine)),
        storage,
        replica_identity: ReplicaIdentity::Default,
        row_security: RowSecurity::Off,
        of_type: None,
        foreign: None,
        source: None,
        clustered_on: None,
        rows: Estimate { rows: row.number(6), bytes: row.number(7) },
    };
    let about = About { comment: comment(row), ..About::default() };
    assembly.add(assembly.table(name), Body::Table(Box::new(body)), about);
}

/// `row_format=DYNAMIC key_block_size=8 partitioned`: the options that were given, by their names in small letters.
fn options(text: &str) -> Settings {
    text.split_whitespace()
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.trim_matches('`').to_ascii_lowercase().into(), value.into()))
        .collect()
}

/// What stands behind PARTITION BY. MySQL wraps it into a comment that older servers skip.
fn partitions(create: &str) -> Option<Definition> {
    let (_, rest) = create.rsplit_once("PARTITION BY ")?;
    let rest = rest.trim_end();
    Some(Definition::from_catalog(rest.strip_suffix("*/").unwrap_or(rest).trim_end()))
}

/// `CREATE SEQUENCE `s` start with 1 minvalue 1 maxvalue 9 increment by 1 cache 1000 nocycle ENGINE=InnoDB`.
fn sequence(create: &str) -> Option<Sequence> {
    let words: Vec<&str> = create.split_whitespace().collect();
    let number = |first: &str, second: Option<&str>| {
        let at = words.iter().position(|word| *word == first)?;
        let at = match second {
            Some(second) => (words.get(at + 1) == Some(&second)).then_some(at + 1)?,
            None => at,
        };
        words.get(at + 1)?.parse::<i128>().ok()
    };
    let cycle = if words.contains(&"cycle") { Cycle::Cycle } else { Cycle::NoCycle };
    // Since MariaDB 11.5 a sequence has a type.
    let data_type = words.windows(2).find_map(|pair| match pair {
        ["as", data_type] => Some(*data_type),
        _ => None,
    });
    Some(Sequence {
        data_type: Definition::from_catalog(data_type.unwrap_or("bigint")),
        options: SequenceOptions {
            start: number("start", Some("with"))?,
            increment: number("increment", Some("by"))?,
            minimum: number("minvalue", None)?,
            maximum: number("maxvalue", None)?,
            cache: number("cache", None).unwrap_or(0),
            cycle,
        },
        persistence: Persistence::Permanent,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_partitions_are_read() {
        let found = options("row_format=DYNAMIC key_block_size=8 `page_compressed`=1 partitioned");
        assert_eq!(found.get("row_format"), Some("DYNAMIC"));
        assert_eq!(found.get("page_compressed"), Some("1"));
        assert!(!found.contains("partitioned"));
        let mysql = "CREATE TABLE `t` (\n) ENGINE=InnoDB\n/*!50100 PARTITION BY RANGE (`y`)\n(PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB) */";
        let text = "RANGE (`y`)\n(PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB)";
        assert_eq!(partitions(mysql).unwrap().as_str(), text);
    }

    #[test]
    fn sequences_are_read() {
        let text = "CREATE SEQUENCE `s` start with 5 minvalue 1 maxvalue 9223372036854775806 increment by -2 cache 1000 nocycle ENGINE=InnoDB";
        let found = sequence(text).unwrap();
        assert_eq!((found.options.start, found.options.increment, found.options.cache), (5, -2, 1000));
        assert_eq!(found.options.cycle, Cycle::NoCycle);
        assert!(sequence("CREATE SEQUENCE `s`").is_none());
    }
}
