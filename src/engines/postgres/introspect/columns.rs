//! Columns of tables, output columns of views, attributes of composite types: all rows of `pg_attribute`.

use super::answer::{Answer, Oid, Row};
use super::assembly::{Assembly, NotNull, Partition, member};
use super::relations::qualified;
use super::{Family, POSTGRES, class, since};
use crate::connect::Cells;
use crate::engines::AssembleError;
use crate::model::{
    Attribute, Body, Column, Definition, Ident, Inherit, Nullability, ObjectKind, Origin, OutputColumn,
    Position, QualifiedName, ServerVersion, Settings, Sql, Stored, Validity, Value,
};
use crate::sql;

/// NOT NULL constraints (18), inherited ones too.
pub(super) const NOT_NULLS: Family = Family {
    query: |version| {
        sql!(POSTGRES; since(version, 18, "SELECT conrelid, conkey[1], conname, connoinherit, convalidated, conislocal
            FROM pg_constraint WHERE contype = 'n' AND conrelid >= 16384",
            "SELECT NULL WHERE false"))
    },
    read: read_not_nulls,
};

pub(super) const COLUMNS: Family = Family { query: query_columns, read: read_columns };

fn read_not_nulls(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let at = (row.oid()?, row.number()?);
        let name = row.ident()?;
        let inherit = if row.flag()? { Inherit::NoInherit } else { Inherit::Inherited };
        let validity = if row.flag()? { Validity::Valid } else { Validity::NotValid };
        let origin = if row.flag()? { Origin::Local } else { Origin::Inherited };
        assembly.not_nulls.named.insert((at.0, name.clone()), validity);
        assembly.not_nulls.on.insert(at, NotNull { name, inherit, validity, origin });
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

/// There are many columns and little to say of most: what is rare comes packed in one cell.
///
/// A default holds no columns, so it is printed without its table: with it, the server would open and lock the
/// table for each one. Rows of indexes are here for the statistics targets of their expressions.
fn query_columns(version: &ServerVersion) -> Sql {
    sql!(POSTGRES; "SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        d.oid, pg_get_expr(d.adbin, CASE WHEN a.attgenerated <> '' THEN d.adrelid ELSE 0 END),
        CASE WHEN a.attcollation <> t.typcollation OR a.attstattarget >= 0 OR a.attinhcount > 0
            OR NOT a.attislocal OR a.attidentity <> '' OR a.attgenerated <> '' OR a.attstorage <> t.typstorage
            OR a.attoptions IS NOT NULL OR a.attfdwoptions IS NOT NULL OR quote_ident(a.attname) <> a.attname",
            since(version, 14, " OR a.attcompression <> ''", ""), "
        THEN array_to_json(ARRAY[
            CASE WHEN quote_ident(a.attname) <> a.attname THEN quote_ident(a.attname) END,
            cn.nspname, co.collname, NULLIF(a.attstattarget, -1)::text,
            CASE WHEN NOT a.attislocal THEN 't' END, CASE WHEN a.attinhcount > 0 THEN 't' END,
            NULLIF(a.attidentity, '')::text, NULLIF(a.attgenerated, '')::text,
            CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage
                WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
            ", since(version, 14, "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END", "NULL"), ",
            array_to_json(a.attoptions)::text, array_to_json(a.attfdwoptions)::text]::text[]) END
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c', 'i', 'I')
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
        LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
        LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
        WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
        AND (c.relkind NOT IN ('i', 'I') OR a.attstattarget >= 0)")
}

fn read_columns(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    let mut last: (Oid, u32) = (0, 0);
    for mut row in answer.rows_by(place) {
        let at: (Oid, i32) = (row.oid()?, row.number()?);
        last = if last.0 == at.0 { (at.0, last.1 + 1) } else { (at.0, 1) };
        let name = row.ident()?;
        let data_type = row.definition()?;
        let not_null = row.flag()?;
        let default_oid: Oid = row.maybe_number()?.unwrap_or(0);
        let expression = row.maybe_definition()?;
        let mut rare = row.rarely()?;
        let quoted = rare.maybe_text()?;
        let collation = qualified(rare.maybe_ident()?, rare.maybe_ident()?);
        let statistics_target = rare.maybe_number()?;
        let Some(relation) = assembly.relations.get_mut(&at.0) else {
            if let (Some(target), Ok(number)) = (statistics_target, u32::try_from(at.1)) {
                assembly.index_statistics.entry(at.0).or_default().push((number, target));
            }
            continue;
        };
        relation.columns.insert(at.1, name.clone());
        if let Some(quoted) = quoted {
            relation.quoted.insert(at.1, quoted);
        }
        let slot = relation.slot;
        let position = Position(last.1);
        let common = Common { name, position, data_type, collation, statistics_target, expression };
        match relation.kind {
            'v' | 'm' => {
                note_storage(assembly, &mut rare, slot, &common.name)?;
                if let Some(view) = assembly.view_mut(at.0) {
                    view.columns.push(common.output());
                }
                assembly.alias((class::DEFAULT, default_oid, 0), slot);
            }
            'c' => {
                if let Some(Body::Composite(composite)) = assembly.body_mut(slot) {
                    composite.attributes.push(common.attribute());
                }
            }
            _ => {
                let nullability = nullability(assembly, at, not_null, &common.name);
                let column = read_column(assembly, &mut rare, at, common, nullability)?;
                assembly.alias((class::DEFAULT, default_oid, 0), column);
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

/// Storage, compression and options of a materialized view's column, which it can have and the model cannot.
fn note_storage(
    assembly: &mut Assembly,
    rare: &mut Row,
    slot: usize,
    column: &Ident,
) -> Result<(), AssembleError> {
    for _ in ["foreign", "inherited", "identity", "generated"] {
        rare.maybe_text()?;
    }
    let set = [rare.maybe_text()?, rare.maybe_text()?, rare.maybe_text()?].iter().any(Option::is_some);
    if let (true, Some(view)) = (set, assembly.object(slot)) {
        let what = format!("storage of column {column} of {}", view.id);
        assembly.unmodelled(what, "not compared");
    }
    Ok(())
}

/// The relation and the number of a column.
fn place(row: Cells<'_>) -> (Option<Oid>, Option<i32>) {
    (row.get(0).and_then(|oid| oid.parse().ok()), row.get(1).and_then(|number| number.parse().ok()))
}

/// What rows of all three sorts have.
struct Common {
    name: Ident,
    position: Position,
    data_type: Definition,
    collation: Option<QualifiedName>,
    statistics_target: Option<i32>,
    expression: Option<Definition>,
}

impl Common {
    fn output(self) -> OutputColumn {
        OutputColumn {
            name: self.name,
            data_type: self.data_type,
            collation: self.collation,
            comment: None,
            default: self.expression,
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
    rare: &mut Row,
    at: (Oid, i32),
    common: Common,
    nullability: Nullability,
) -> Result<usize, AssembleError> {
    let (foreign, inherited) = (rare.flag()?, rare.flag()?);
    let (identity, generated) = (rare.letter()?, rare.letter()?);
    let attached =
        assembly.relations.get(&at.0).is_some_and(|relation| relation.partition == Partition::Attached);
    let found = if identity == ' ' { None } else { assembly.identities.remove(&at) };
    let sequence = found.as_ref().map(|(oid, _)| *oid);
    let value = match (generated, found, common.expression) {
        (_, Some((_, identity)), _) => Value::Identity(Box::new(identity)),
        // A partition shares its parent's identity and has no sequence of its own.
        (_, None, None) => Value::Plain,
        ('s', None, Some(expression)) => Value::Generated { expression, stored: Stored::Stored },
        ('v', None, Some(expression)) => Value::Generated { expression, stored: Stored::Virtual },
        (_, None, Some(default)) => Value::Default(default),
    };
    let storage = rare.maybe_text()?;
    let compression = rare.maybe_text()?;
    let mut options: Settings = rare.settings("")?;
    options.extend(&rare.settings("fdw:")?);
    let column = Column {
        position: common.position,
        data_type: common.data_type,
        collation: common.collation.map(Box::new),
        nullability,
        value,
        origin: if foreign || (attached && inherited) { Origin::Inherited } else { Origin::Local },
        storage,
        compression,
        statistics_target: common.statistics_target,
        options,
    };
    let Some(relation) = assembly.relations.get(&at.0) else {
        return Err(rare.wrong("a column without its table"));
    };
    let id = member(ObjectKind::Column, &relation.name, common.name);
    if inherited && !foreign && !attached {
        assembly.unmodelled(format!("own declaration of {id}, which is inherited too"), "not compared");
    }
    let slot = assembly.add((class::RELATION, at.0, at.1), id, Body::Column(column));
    assembly.alias((class::RELATION, sequence.unwrap_or(0), 0), slot);
    Ok(slot)
}

/// A NOT NULL constraint of the name, reach and validity that plain `NOT NULL` has is not worth a word.
///
/// What a child only inherits has the parent's name, and is as plain as it is there. A partition is made by
/// itself and attached later, so there the name counts as its own.
fn nullability(assembly: &mut Assembly, at: (Oid, i32), not_null: bool, column: &Ident) -> Nullability {
    if !not_null {
        return Nullability::Nullable;
    }
    let Some(found) = assembly.not_nulls.on.remove(&at) else { return Nullability::NotNull };
    let attached =
        assembly.relations.get(&at.0).is_some_and(|relation| relation.partition == Partition::Attached);
    let declared = if found.origin == Origin::Inherited && !attached {
        declared_on(assembly, at.0, &found.name)
    } else {
        at.0
    };
    let validity =
        assembly.not_nulls.named.get(&(declared, found.name.clone())).copied().unwrap_or(found.validity);
    let table = assembly.relations.get(&declared).map_or("", |relation| relation.name.name.as_str());
    let usual = default_name(table, Some(column.as_str()), "not_null");
    let name = (found.name.as_str() != usual).then_some(found.name);
    match (&name, found.inherit, validity) {
        (None, Inherit::Inherited, Validity::Valid) => Nullability::NotNull,
        _ => Nullability::Named { name, inherit: found.inherit, validity },
    }
}

/// The furthest ancestor that has the constraint under the same name.
fn declared_on(assembly: &Assembly, table: Oid, name: &Ident) -> Oid {
    let parents = assembly.relations.get(&table).map(|relation| relation.parents.as_slice());
    let above = parents
        .unwrap_or_default()
        .iter()
        .find(|parent| assembly.not_nulls.named.contains_key(&(**parent, name.clone())));
    above.map_or(table, |parent| declared_on(assembly, *parent, name))
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
