//! Questions to the data. Each is one read-only query with one row and one column; true means that data stand in
//! the way. It writes the questions and never asks them.

use crate::model::{Definition, EngineKind, Ident, QualifiedName, ServerVersion, Sql};
use crate::sql;
use crate::sqltext::{Literal, SqlBuilder};

use super::types::Limit;

/// Does the table hold any row?
pub(super) fn any_row(engine: EngineKind, table: &QualifiedName) -> Sql {
    sql!(engine; "SELECT EXISTS (SELECT 1 FROM ", table, ")")
}

/// Does any row hold a value in the column?
pub(super) fn any_value(engine: EngineKind, table: &QualifiedName, column: &Ident) -> Sql {
    sql!(engine; "SELECT EXISTS (SELECT 1 FROM ", table, " WHERE ", column, " IS NOT NULL)")
}

/// Is there a NULL?
pub(super) fn nulls(engine: EngineKind, table: &QualifiedName, column: &Ident) -> Sql {
    sql!(engine; "SELECT EXISTS (SELECT 1 FROM ", table, " WHERE ", column, " IS NULL)")
}

/// Whether two NULLs are duplicates of one another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Nulls {
    Distinct,
    Equal,
}

/// Do two rows agree in all columns?
pub(super) fn duplicates(engine: EngineKind, table: &QualifiedName, columns: &[&Ident], nulls: Nulls) -> Sql {
    let mut sql = SqlBuilder::new(engine).piece("SELECT EXISTS (SELECT 1 FROM ").piece(table);
    if nulls == Nulls::Distinct {
        for (at, column) in columns.iter().enumerate() {
            sql.push(if at == 0 { " WHERE " } else { " AND " });
            sql.push(*column);
            sql.push(" IS NOT NULL");
        }
    }
    sql.piece(" GROUP BY ").joined(columns.iter().copied(), ", ").piece(" HAVING count(*) > 1)").done()
}

/// Is there a value that the new type cannot hold? `None` where only loss of fineness is at stake: the values
/// are rounded, and nothing is refused.
pub(super) fn misfit(engine: EngineKind, table: &QualifiedName, column: &Ident, limit: Limit) -> Option<Sql> {
    let open = sql!(engine; "SELECT EXISTS (SELECT 1 FROM ", table, " WHERE ");
    Some(match limit {
        Limit::Length(most) if engine == EngineKind::MySql => {
            sql!(engine; open, "CHAR_LENGTH(", column, ") > ", most, ")")
        }
        Limit::Length(most) => {
            sql!(engine; open, "length(CAST(", column, " AS text)) > ", most, ")")
        }
        Limit::Range { low, high } => {
            sql!(engine; open, column, " < ", low, " OR ", column, " > ", high, ")")
        }
        Limit::Digits { precision, scale } if engine == EngineKind::MySql => {
            let whole = precision.saturating_sub(scale);
            sql!(engine;
                open, "ABS(", column, ") >= POW(10, ", whole, ") OR ", column, " <> ROUND(", column, ", ", scale, "))")
        }
        Limit::Digits { precision, scale } => {
            let whole = precision.saturating_sub(scale);
            sql!(engine;
                open, "abs(", column, ") >= power(10::numeric, ", whole, ") OR ", column,
                " <> round(", column, "::numeric, ", scale, "))")
        }
        Limit::Fineness => return None,
    })
}

/// Is there a text that cannot be read as the type? Asked of PostgreSQL 16 and later, which can tell without
/// failing; for integers of earlier ones too.
pub(super) fn uncastable(
    version: &ServerVersion,
    table: &QualifiedName,
    column: &Ident,
    data_type: &str,
) -> Option<Sql> {
    let engine = version.engine;
    let open = sql!(engine; "SELECT EXISTS (SELECT 1 FROM ", table, " WHERE ", column, " IS NOT NULL AND ");
    match engine {
        EngineKind::Postgres if version.at_least(16, 0) => {
            Some(sql!(engine; open, "NOT pg_input_is_valid(", column, "::text, ", Literal(data_type), "))"))
        }
        EngineKind::Postgres if matches!(data_type, "smallint" | "integer" | "bigint") => {
            Some(sql!(engine; open, column, "::text !~ E'^\\\\s*[-+]?[0-9]+\\\\s*$')"))
        }
        EngineKind::MySql if data_type.contains("int") => {
            Some(sql!(engine; open, column, " NOT REGEXP '^[[:space:]]*[-+]?[0-9]+[[:space:]]*$')"))
        }
        _ => None,
    }
}

/// Is a member of an ENUM or a SET in use? The members stand as they are quoted.
pub(super) fn member_in_use(
    engine: EngineKind,
    table: &QualifiedName,
    column: &Ident,
    members: &[Definition],
) -> Sql {
    let mut sql =
        SqlBuilder::new(engine).piece("SELECT EXISTS (SELECT 1 FROM ").piece(table).piece(" WHERE ");
    for (at, member) in members.iter().enumerate() {
        sql.push(if at == 0 { "FIND_IN_SET(" } else { " OR FIND_IN_SET(" });
        sql = sql.piece(member).piece(", ").piece(column).piece(") > 0");
    }
    sql.piece(")").done()
}

/// Is there a child without its parent? NULL in any column of the key passes.
pub(super) fn orphans(
    engine: EngineKind,
    child: (&QualifiedName, &[Ident]),
    parent: (&QualifiedName, &[Ident]),
) -> Sql {
    let mut sql = SqlBuilder::new(engine)
        .piece("SELECT EXISTS (SELECT 1 FROM ")
        .piece(child.0)
        .piece(" AS child WHERE ");
    for column in child.1 {
        sql = sql.piece("child.").piece(column).piece(" IS NOT NULL AND ");
    }
    sql = sql.piece("NOT EXISTS (SELECT 1 FROM ").piece(parent.0).piece(" AS parent WHERE ");
    for (at, (own, theirs)) in child.1.iter().zip(parent.1).enumerate() {
        sql.push(if at == 0 { "" } else { " AND " });
        sql = sql.piece("parent.").piece(theirs).piece(" = child.").piece(own);
    }
    sql.piece("))").done()
}

/// Does a row break the check? NULL passes. `condition` stands in its parentheses.
pub(super) fn violations(engine: EngineKind, table: &QualifiedName, condition: &Definition) -> Sql {
    sql!(engine; "SELECT EXISTS (SELECT 1 FROM ", table, " WHERE NOT ", condition, ")")
}

/// Is the enum label in use in any of these columns? `None` where no column has the type.
pub(super) fn label_in_use(
    engine: EngineKind,
    columns: &[(&QualifiedName, &Ident)],
    labels: &[&str],
) -> Option<Sql> {
    let mut sql = SqlBuilder::new(engine).piece("SELECT ");
    for (at, (table, column)) in columns.iter().enumerate() {
        sql.push(if at == 0 { "EXISTS (SELECT 1 FROM " } else { " OR EXISTS (SELECT 1 FROM " });
        sql = sql.piece(*table).piece(" WHERE ").piece(*column).piece("::text IN (");
        sql.push_joined(labels.iter().map(|label| Literal(label)), ", ");
        sql.push("))");
    }
    (!columns.is_empty()).then(|| sql.done())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PG: EngineKind = EngineKind::Postgres;

    fn table() -> QualifiedName {
        QualifiedName::new("public", "Orders")
    }

    #[test]
    fn names_are_quoted_and_nulls_pass() {
        let (a, b) = (Ident::from("a"), Ident::from("select"));
        assert_eq!(
            duplicates(PG, &table(), &[&a, &b], Nulls::Distinct).as_str(),
            r#"SELECT EXISTS (SELECT 1 FROM public."Orders" WHERE a IS NOT NULL AND "select" IS NOT NULL GROUP BY a, "select" HAVING count(*) > 1)"#
        );
        assert_eq!(
            duplicates(PG, &table(), &[&a], Nulls::Equal).as_str(),
            r#"SELECT EXISTS (SELECT 1 FROM public."Orders" GROUP BY a HAVING count(*) > 1)"#
        );
        assert_eq!(
            orphans(PG, (&table(), std::slice::from_ref(&a)), (&QualifiedName::new("public", "p"), &[b]))
                .as_str(),
            r#"SELECT EXISTS (SELECT 1 FROM public."Orders" AS child WHERE child.a IS NOT NULL AND NOT EXISTS (SELECT 1 FROM public.p AS parent WHERE parent."select" = child.a))"#
        );
        assert_eq!(
            label_in_use(PG, &[(&table(), &a)], &["it's"]).unwrap().as_str(),
            r#"SELECT EXISTS (SELECT 1 FROM public."Orders" WHERE a::text IN ('it''s'))"#
        );
    }
    #[test]
    fn what_cannot_be_read_depends_on_the_version() {
        let ask = |major, data_type| {
            let version = ServerVersion { engine: PG, number: (major, 0, 0), text: "".into() };
            uncastable(&version, &table(), &Ident::from("a"), data_type).map(|sql| sql.to_string())
        };
        assert!(ask(16, "date").unwrap().ends_with("NOT pg_input_is_valid(a::text, 'date'))"));
        assert!(ask(15, "integer").unwrap().ends_with(r"a::text !~ E'^\\s*[-+]?[0-9]+\\s*$')"));
        assert_eq!(ask(15, "date"), None);
    }
}
