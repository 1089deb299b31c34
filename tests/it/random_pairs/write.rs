//! A random schema as a script.

use std::fmt::Write as _;

use super::model::{Column, Extra, Model, Table, Type, Value};

pub fn script(model: &Model) -> String {
    let mut out = String::new();
    for (name, labels) in &model.enums {
        let labels: Vec<String> = labels.iter().map(|label| format!("'{label}'")).collect();
        let _ = writeln!(out, "CREATE TYPE {name} AS ENUM ({});", labels.join(", "));
    }
    for (name, domain) in &model.domains {
        let not_null = if domain.not_null { " NOT NULL" } else { "" };
        let _ = writeln!(
            out,
            "CREATE DOMAIN {name} AS {}{not_null} CHECK (VALUE >= {});",
            domain.base, domain.low
        );
    }
    for (name, fields) in &model.composites {
        let fields: Vec<String> =
            fields.iter().map(|(name, of)| format!("{name} {}", type_name(of))).collect();
        let _ = writeln!(out, "CREATE TYPE {name} AS ({});", fields.join(", "));
    }
    for (name, step) in &model.sequences {
        let _ = writeln!(out, "CREATE SEQUENCE {name} INCREMENT BY {step};");
    }
    for (name, function) in &model.functions {
        let _ = write!(
            out,
            "CREATE FUNCTION {name}(x {}) RETURNS {} LANGUAGE sql IMMUTABLE ",
            function.argument, function.returns
        );
        let body = format!("(x * {})::{}", function.factor, function.returns);
        let _ = if function.parsed {
            writeln!(out, "RETURN {body};")
        } else {
            writeln!(out, "AS 'SELECT {body}';")
        };
    }
    out.push_str("CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n");
    for (name, table) in &model.tables {
        write_table(&mut out, name, table);
    }
    for (name, table) in &model.tables {
        for (extra_name, extra) in &table.extras {
            write_extra(&mut out, name, extra_name, extra);
        }
    }
    for (name, view) in &model.views {
        let kind = if view.materialized { "MATERIALIZED VIEW" } else { "VIEW" };
        let mut columns: Vec<String> = view.columns.iter().map(|column| quoted(column)).collect();
        columns.extend(view.call.iter().map(|function| format!("{function}(3) AS called_{name}")));
        let _ = writeln!(out, "CREATE {kind} {name} AS SELECT {} FROM {};", columns.join(", "), view.from);
        if view.materialized {
            let _ = writeln!(
                out,
                "CREATE INDEX {name}_i ON {name} USING hash (({} IS NULL));",
                quoted(&view.columns[0])
            );
        }
    }
    out
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn type_name(of: &Type) -> String {
    match of {
        Type::Plain(name) => (*name).into(),
        Type::Enum(name) | Type::Domain(name) | Type::Composite(name) => name.clone(),
        Type::EnumArray(name) => format!("{name}[]"),
    }
}

fn write_table(out: &mut String, name: &str, table: &Table) {
    let mut lines: Vec<String> = table
        .columns
        .iter()
        .map(|(name, column)| format!("{} {}", quoted(name), column_text(column)))
        .collect();
    if table.key {
        lines.push(format!(
            "CONSTRAINT {name}_key PRIMARY KEY (id{})",
            if table.partitions.is_some() { ", k" } else { "" }
        ));
    }
    let unlogged = if table.unlogged { "UNLOGGED " } else { "" };
    let by = if table.partitions.is_some() { " PARTITION BY LIST (k)" } else { "" };
    let _ = writeln!(out, "CREATE {unlogged}TABLE {name} (\n  {}\n){by};", lines.join(",\n  "));
    for (partition, value) in table.partitions.iter().flatten() {
        let _ = writeln!(out, "CREATE TABLE {name}_{partition} PARTITION OF {name} FOR VALUES IN ({value});");
    }
    if let Some(comment) = table.comment {
        let _ = writeln!(out, "COMMENT ON TABLE {name} IS 'note {comment}';");
    }
    for (column, of) in &table.columns {
        if let Some(comment) = of.comment {
            let _ = writeln!(out, "COMMENT ON COLUMN {name}.{} IS 'note {comment}';", quoted(column));
        }
    }
}

fn column_text(column: &Column) -> String {
    let mut of = type_name(&column.of);
    let value = match &column.value {
        Value::None => String::new(),
        Value::Constant(number) => match constant(&column.of, *number) {
            Some(text) => format!(" DEFAULT {text}"),
            None => String::new(),
        },
        Value::Next(sequence) => format!(" DEFAULT nextval('{sequence}')"),
        Value::Call(function) => format!(" DEFAULT {function}(2)"),
        Value::Identity(mode) => format!(" GENERATED {mode} AS IDENTITY"),
        Value::Serial => {
            of = match of.as_str() {
                "bigint" => "bigserial".into(),
                "smallint" => "smallserial".into(),
                _ => "serial".into(),
            };
            String::new()
        }
        Value::Generated(from, add) => format!(" GENERATED ALWAYS AS ({} + {add}) STORED", quoted(from)),
    };
    let not_null = if column.not_null && !matches!(column.value, Value::Serial) { " NOT NULL" } else { "" };
    format!("{of}{value}{not_null}")
}

fn constant(of: &Type, number: u32) -> Option<String> {
    match of {
        Type::Plain("boolean") => Some((if number > 4 { "true" } else { "false" }).into()),
        Type::Plain("timestamptz") => Some("now()".into()),
        Type::Plain("date") => Some("CURRENT_DATE".into()),
        Type::Plain("uuid") => Some("gen_random_uuid()".into()),
        Type::Plain("jsonb") => Some("'{}'".into()),
        Type::Plain("text" | "varchar(10)" | "varchar(40)") => Some(format!("'v{number}'")),
        Type::Plain(_) => Some(number.to_string()),
        Type::EnumArray(_) => Some("'{}'".into()),
        Type::Enum(_) | Type::Domain(_) | Type::Composite(_) => None,
    }
}

fn write_extra(out: &mut String, table: &str, name: &str, extra: &Extra) {
    let list = |names: &[String]| names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let _ = match extra {
        Extra::Unique(columns) => {
            writeln!(out, "ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE ({});", list(columns))
        }
        Extra::Check(column, low) => {
            writeln!(out, "ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({} >= {low});", quoted(column))
        }
        Extra::CheckCall(column, function) => {
            writeln!(
                out,
                "ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({function}({}::integer) >= 0);",
                quoted(column)
            )
        }
        Extra::Foreign(column, target, rest) => {
            writeln!(
                out,
                "ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({}) REFERENCES {target}{rest};",
                quoted(column)
            )
        }
        Extra::Index { columns, unique, descending, filter } => {
            let word = if *unique { "UNIQUE INDEX" } else { "INDEX" };
            let order = if *descending { " DESC" } else { "" };
            let filter =
                filter.as_ref().map(|name| format!(" WHERE {} > 2", quoted(name))).unwrap_or_default();
            writeln!(out, "CREATE {word} {name} ON {table} ({}{order}){filter};", list(columns))
        }
        Extra::IndexCall(column, function) => {
            writeln!(out, "CREATE INDEX {name} ON {table} ({function}({}::integer));", quoted(column))
        }
        Extra::Trigger { timing, of } => {
            let of = of.as_ref().map(|name| format!(" OF {}", quoted(name))).unwrap_or_default();
            writeln!(
                out,
                "CREATE TRIGGER {name} {timing} UPDATE{of} ON {table} FOR EACH ROW EXECUTE FUNCTION noted();"
            )
        }
        Extra::Policy(column) => writeln!(
            out,
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\nCREATE POLICY {name} ON {table} USING ({} > 1);",
            quoted(column)
        ),
        Extra::Statistics(a, b) => {
            writeln!(out, "CREATE STATISTICS {name} ON {}, {} FROM {table};", quoted(a), quoted(b))
        }
    };
}
