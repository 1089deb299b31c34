//! Columns of tables, output columns of views, attributes of composite types: all rows of `pg_attribute`.

use super::answer::{Answer, Oid, Row};
use super::assembly::{Assembly, Partition, member};
use super::relations::qualified;
use super::{Family, NOTHING, POSTGRES, class, since};
use crate::engines::AssembleError;
use crate::model::{
    Attribute, Body, Column, Definition, Ident, Inherit, Nullability, ObjectKind, Origin, OutputColumn,
    Position, QualifiedName, ServerVersion, Settings, Sql, Stored, Validity, Value,
};
use crate::sql;

/// NOT NULL constraints (18) that differ from what plain `NOT NULL` makes. Inherited ones take their name
/// from the parent and are no concern of the child.
pub(super) const NOT_NULLS: Family = Family {
    query: |version| {
        sql!(POSTGRES; since(version, 18, "SELECT k.conrelid, a.attnum, c.relname, a.attname, k.conname,
            k.connoinherit, k.convalidated
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
            WHERE k.contype = 'n' AND k.conrelid >= 16384 AND k.conislocal
            AND (k.connoinherit OR NOT k.convalidated
                OR k.conname <> concat(c.relname, '_', a.attname, '_not_null'))", NOTHING))
    },
    read: read_not_nulls,
};

pub(super) const COLUMNS: Family = Family { query: query_columns, read: read_columns };

fn read_not_nulls(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let at = (row.oid()?, row.number()?);
        let (table, column, name) = (row.text()?, row.text()?, row.text()?);
        let inherit = if row.flag()? { Inherit::NoInherit } else { Inherit::Inherited };
        let validity = if row.flag()? { Validity::Valid } else { Validity::NotValid };
        let name = (*name != *default_name(&table, Some(&column), "not_null")).then(|| Ident::new(name));
        let nullability = match (&name, inherit, validity) {
            (None, Inherit::Inherited, Validity::Valid) => Nullability::NotNull,
            _ => Nullability::Named { name, inherit, validity },
        };
        assembly.not_nulls.insert(at, nullability);
    }
    Ok(())
}

/// The name the server chooses for a constraint (`makeObjectName`): at most 63 bytes, cut from the longer of
/// the two names, never inside a character.
pub(super) fn default_name(table: &str, column: Option<&str>, label: &str) -> String {
    let available = 63usize.saturating_sub(label.len() + 1 + usize::from(column.is_some()));
    let (mut first, mut second) = (table.len(), column.map_or(0, str::len));
    while first + second > available {
        let longer = if first > second { &mut first } else { &mut second };
        *longer -= 1;
    }
    let clip = |text: &str, mut end: usize| {
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.get(..end).unwrap_or_default().to_owned()
    };
    match column {
        Some(column) => format!("{}_{}_{label}", clip(table, first), clip(column, second)),
        None => format!("{}_{label}", clip(table, first)),
    }
}

fn query_columns(version: &ServerVersion) -> Sql {
    sql!(POSTGRES; "SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
        cn.nspname, co.collname, NULLIF(a.attstattarget, -1), d.oid, pg_get_expr(d.adbin, d.adrelid),
        a.attnotnull, a.attislocal, a.attinhcount > 0, a.attidentity, a.attgenerated,
        CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage
            WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
        ", since(version, 14, "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END", "NULL"), ",
        array_to_json(a.attoptions), array_to_json(a.attfdwoptions)
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
        LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
        LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
        WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attrelid, a.attnum")
}

fn read_columns(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    let mut last: (Oid, u32) = (0, 0);
    for mut row in answer.rows() {
        let oid = row.oid()?;
        last = if last.0 == oid { (oid, last.1 + 1) } else { (oid, 1) };
        let number: i32 = row.number()?;
        let name = row.ident()?;
        let Some(relation) = assembly.relations.get_mut(&oid) else { continue };
        relation.columns.insert(number, name.clone());
        let slot = relation.slot;
        let common = Common {
            name,
            position: Position(last.1),
            data_type: row.definition()?,
            collation: qualified(row.maybe_ident()?, row.maybe_ident()?),
            statistics_target: row.maybe_number()?,
        };
        let default_oid: Option<Oid> = row.maybe_number()?;
        let expression = row.maybe_definition()?;
        match relation.kind {
            'v' | 'm' => {
                if let Some(view) = assembly.view_mut(oid) {
                    view.columns.push(common.output(expression));
                }
                assembly.alias((class::DEFAULT, default_oid.unwrap_or(0), 0), slot);
            }
            'c' => {
                if let Some(Body::Composite(composite)) = assembly.body_mut(slot) {
                    composite.attributes.push(common.attribute());
                }
            }
            _ => {
                let column = read_column(assembly, &mut row, (oid, number), common, expression, default_oid)?;
                assembly.edge(column, slot);
            }
        }
    }
    for (fact, column) in std::mem::take(&mut assembly.sequence_owners) {
        if let Some(column) = assembly.place(column) {
            assembly.edge(fact, column);
        }
    }
    Ok(())
}

/// What rows of all three sorts have.
struct Common {
    name: Ident,
    position: Position,
    data_type: Definition,
    collation: Option<QualifiedName>,
    statistics_target: Option<i32>,
}

impl Common {
    fn output(self, default: Option<Definition>) -> OutputColumn {
        OutputColumn {
            name: self.name,
            data_type: self.data_type,
            collation: self.collation,
            comment: None,
            default,
            statistics_target: self.statistics_target,
            grants: Default::default(),
        }
    }
    fn attribute(self) -> Attribute {
        Attribute { name: self.name, data_type: self.data_type, collation: self.collation, comment: None }
    }
}

fn read_column(
    assembly: &mut Assembly,
    row: &mut Row,
    at: (Oid, i32),
    common: Common,
    expression: Option<Definition>,
    default_oid: Option<Oid>,
) -> Result<usize, AssembleError> {
    let not_null = row.flag()?;
    let (local, inherited) = (row.flag()?, row.flag()?);
    let attached =
        assembly.relations.get(&at.0).is_some_and(|relation| relation.partition == Partition::Attached);
    let (identity, generated) = (row.letter()?, row.letter()?);
    let found = if identity == ' ' { None } else { assembly.identities.remove(&at) };
    let sequence = found.as_ref().map(|(oid, _)| *oid);
    let value = match (generated, found, expression) {
        // A partition shares its parent's identity and has no sequence of its own.
        (_, Some((_, identity)), _) => Value::Identity(identity),
        (_, None, None) => Value::Plain,
        ('s', None, Some(expression)) => Value::Generated { expression, stored: Stored::Stored },
        ('v', None, Some(expression)) => Value::Generated { expression, stored: Stored::Virtual },
        (_, None, Some(default)) => Value::Default(default),
    };
    let nullability = match assembly.not_nulls.remove(&at) {
        Some(named) if not_null => named,
        _ if not_null => Nullability::NotNull,
        _ => Nullability::Nullable,
    };
    let origin = if !local || (attached && inherited) { Origin::Inherited } else { Origin::Local };
    let storage = row.maybe_text()?;
    let compression = row.maybe_text()?;
    let mut options: Settings = row.settings("")?;
    options.append(&mut row.settings("fdw:")?);
    let column = Column {
        position: common.position,
        data_type: common.data_type,
        collation: common.collation,
        nullability,
        value,
        origin,
        storage,
        compression,
        statistics_target: common.statistics_target,
        options,
    };
    let Some(relation) = assembly.relations.get(&at.0) else {
        return Err(row.wrong("a column without its table"));
    };
    let id = member(ObjectKind::Column, &relation.name, common.name);
    let slot = assembly.add((class::RELATION, at.0, at.1), id, Body::Column(column));
    assembly.alias((class::DEFAULT, default_oid.unwrap_or(0), 0), slot);
    assembly.alias((class::RELATION, sequence.unwrap_or(0), 0), slot);
    Ok(slot)
}

#[cfg(test)]
mod tests {
    use super::default_name;

    #[test]
    fn default_names_are_cut_as_the_server_cuts_them() {
        assert_eq!(default_name("orders", Some("id"), "not_null"), "orders_id_not_null");
        assert_eq!(default_name("positive", None, "not_null"), "positive_not_null");
        let (long, other) = ("t".repeat(63), "c".repeat(40));
        let name = default_name(&long, Some(&other), "not_null");
        assert_eq!(name.len(), 63);
        assert_eq!(name, format!("{}_{}_not_null", "t".repeat(27), "c".repeat(26)));
        assert!(default_name(&"ä".repeat(31), Some(&"ö".repeat(31)), "not_null").len() <= 63);
    }
}
