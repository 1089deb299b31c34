//! Values for the types of MySQL and MariaDB. The server tries every one of them in a temporary table of one column,
//! under strict rules, before it is used.

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::model::{Definition, EngineKind};
use crate::sql;

use super::palette::{Cell, Values};
use super::scalars::{VARIETY, integer, numeric, text};
use super::typename::TypeName;

const E: EngineKind = EngineKind::MySql;

/// `decimal(10,2) unsigned` taken apart.
#[derive(Debug)]
struct Kind<'a> {
    base: &'a str,
    /// What stands in the parentheses, without quotes.
    arguments: Vec<String>,
    unsigned: bool,
}

impl<'a> Kind<'a> {
    fn parse(print: &'a str) -> Self {
        let end = print.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(print.len());
        let (base, rest) = print.split_at(end);
        let mut arguments = Vec::new();
        let (mut now, mut quoted, mut depth) = (String::new(), false, 0);
        let mut chars = rest.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\'' if quoted && chars.next_if_eq(&'\'').is_some() => now.push('\''),
                '\'' => quoted = !quoted,
                c if quoted => now.push(c),
                '(' => depth += 1,
                ',' if depth == 1 => arguments.push(std::mem::take(&mut now)),
                ')' if depth == 1 => {
                    arguments.push(std::mem::take(&mut now));
                    depth = 0;
                }
                c if depth == 1 => now.push(c),
                _ => {}
            }
        }
        // A label may hold the word.
        let tail = rest.rsplit(')').next().unwrap_or_default();
        Self { base, arguments, unsigned: tail.contains("unsigned") || tail.contains("zerofill") }
    }

    /// The same as other types are taken apart.
    fn sized(&self, size: Option<&str>) -> TypeName {
        let modifiers = match size {
            Some(size) => vec![size.to_owned()],
            None => self.arguments.clone(),
        };
        TypeName { name: self.base.to_owned(), modifiers, ..TypeName::default() }
    }
}

/// The `n`-th value of a type; `None` where it is not known.
fn proposal(kind: &Kind<'_>, n: u32) -> Option<Cell> {
    let k = n + 1;
    let ranged = |signed: i64, unsigned: u64| match (kind.unsigned, n) {
        (true, 1) => unsigned.to_string(),
        (true, 3) => "3".to_owned(),
        _ => integer(n, signed),
    };
    let value = match kind.base {
        "tinyint" => ranged(i8::MAX.into(), u8::MAX.into()),
        "smallint" => ranged(i16::MAX.into(), u16::MAX.into()),
        "mediumint" => ranged(8_388_607, 16_777_215),
        "int" | "integer" => ranged(i32::MAX.into(), u32::MAX.into()),
        "bigint" => ranged(i64::MAX, u64::MAX),
        "decimal" | "numeric" => {
            let value = numeric(&kind.sized(None), n);
            if kind.unsigned { value.trim_start_matches('-').to_owned() } else { value }
        }
        "float" | "double" => real(kind, n),
        "bit" => {
            let width = kind.arguments.first().and_then(|width| width.parse::<u32>().ok()).unwrap_or(1);
            let most = u64::MAX >> (64 - width.clamp(1, 64));
            return Some(Cell::Whole(if n == 0 { most } else { u64::from(n) & most }));
        }
        "char" | "varchar" => text(&kind.sized(None), n),
        "binary" | "varbinary" => plain(text(&kind.sized(None), n), kind),
        "tinytext" => text(&kind.sized(Some("255")), n),
        "tinyblob" => plain(text(&kind.sized(Some("255")), n), kind),
        "text" | "mediumtext" | "longtext" | "blob" | "mediumblob" | "longblob" => {
            text(&TypeName::default(), n)
        }
        "json" => format!("{{\"n\": {k}, \"list\": [1, null]}}"),
        "date" => {
            if n == 3 {
                "9999-12-31".to_owned()
            } else {
                format!("2024-{:02}-{:02}", 1 + n % 12, 1 + n % 28)
            }
        }
        "datetime" if n == 3 => "9999-12-31 23:59:59".to_owned(),
        "timestamp" if n == 3 => "2038-01-01 00:00:00".to_owned(),
        "datetime" | "timestamp" => format!("2024-{:02}-15 10:30:00.123456", 1 + n % 12),
        "time" => {
            if n == 3 {
                "-838:59:59".to_owned()
            } else {
                format!("{:02}:30:00.25", n % 24)
            }
        }
        "year" => (2000 + k).to_string(),
        "enum" => kind.arguments.get(n as usize)?.clone(),
        "set" => match n {
            0 => kind.arguments.join(","),
            n => kind.arguments.get(n as usize - 1)?.clone(),
        },
        "uuid" => format!("00000000-0000-4000-8000-{k:012x}"),
        "inet4" => format!("192.0.2.{k}"),
        "inet6" => format!("2001:db8::{k:x}"),
        shape => return Some(Cell::Shape(drawn(shape, k)?)),
    };
    Some(Cell::Text(value))
}

fn real(kind: &Kind<'_>, n: u32) -> String {
    let widest = match (kind.base, kind.arguments.is_empty()) {
        (_, false) => "1.25",
        ("float", true) => "3.402e38",
        (_, true) => "1.79e308",
    };
    let values = ["1.5", "0", if kind.unsigned { "2.25" } else { "-2.25" }, widest];
    values.get(n as usize).map_or_else(|| format!("{}.5", n + 1), ToString::to_string)
}

/// Bytes are counted where characters are not.
fn plain(value: String, kind: &Kind<'_>) -> String {
    let most = kind.arguments.first().and_then(|size| size.parse().ok()).unwrap_or(255);
    value.chars().map(|c| if c.is_ascii() { c } else { 'u' }).take(most).collect()
}

fn drawn(shape: &str, k: u32) -> Option<String> {
    Some(match shape {
        "point" | "geometry" => format!("POINT({k} 2)"),
        "linestring" => format!("LINESTRING(0 0,{k} 1)"),
        "polygon" => format!("POLYGON((0 0,{k} 0,{k} {k},0 0))"),
        "multipoint" => format!("MULTIPOINT({k} 2,0 0)"),
        "multilinestring" => format!("MULTILINESTRING((0 0,{k} 1))"),
        "multipolygon" => format!("MULTIPOLYGON(((0 0,{k} 0,{k} {k},0 0)))"),
        "geometrycollection" | "geomcollection" => format!("GEOMETRYCOLLECTION(POINT({k} 2))"),
        _ => return None,
    })
}

/// The values of a type, or why there are none.
pub(super) async fn values(
    connection: &mut dyn Connection,
    data_type: &Definition,
) -> Result<Values, WireError> {
    let kind = Kind::parse(data_type.as_str());
    let proposals: Vec<Cell> = (0..VARIETY).filter_map(|n| proposal(&kind, n)).collect();
    if proposals.is_empty() {
        let refusal = Some(format!("no values are known for type {data_type}"));
        return Ok(Values { cells: Vec::new(), refusal });
    }
    accepted(connection, data_type, proposals).await
}

/// Of these texts, the ones that the type takes.
pub(super) async fn readable(
    connection: &mut dyn Connection,
    data_type: &Definition,
    texts: &[String],
) -> Result<Vec<Cell>, WireError> {
    let bits = Kind::parse(data_type.as_str()).base == "bit";
    let cell = |text: &String| match bits {
        true => text.parse().ok().map(Cell::Whole),
        false => Some(Cell::Text(text.clone())),
    };
    let cells = texts.iter().filter_map(cell).collect();
    Ok(accepted(connection, data_type, cells).await?.cells)
}

async fn accepted(
    connection: &mut dyn Connection,
    data_type: &Definition,
    proposals: Vec<Cell>,
) -> Result<Values, WireError> {
    let mut values = Values::default();
    let create = sql!(E; "CREATE TEMPORARY TABLE migrator_seed (v ", data_type, " NULL)");
    if let Err(error) = tried(connection.execute(&create).await)? {
        return Ok(Values { refusal: Some(error.message.to_string()), ..values });
    }
    for cell in proposals {
        let insert = sql!(E; "INSERT INTO migrator_seed VALUES (", &cell, ")");
        match tried(connection.execute(&insert).await)? {
            Ok(_) if values.cells.contains(&cell) => {}
            Ok(_) => values.cells.push(cell),
            Err(error) => {
                values.refusal.get_or_insert(error.message.to_string());
            }
        }
    }
    connection.execute(&sql!(E; "DROP TEMPORARY TABLE migrator_seed")).await?;
    Ok(values)
}

/// Of these values, the ones that another type takes over too, whole.
pub(super) async fn converted(
    connection: &mut dyn Connection,
    cells: &[Cell],
    from: &Definition,
    to: &Definition,
) -> Result<Vec<Cell>, WireError> {
    let create = sql!(E; "CREATE TEMPORARY TABLE migrator_seed (a ", from, " NULL, b ", to, " NULL)");
    if tried(connection.execute(&create).await)?.is_err() {
        return Ok(Vec::new());
    }
    let mut kept = Vec::new();
    for cell in cells {
        let insert = sql!(E; "INSERT INTO migrator_seed (a) VALUES (", cell, ")");
        let steps = [insert, sql!(E; "UPDATE migrator_seed SET b = a"), sql!(E; "DELETE FROM migrator_seed")];
        let mut whole = true;
        for step in &steps {
            // The last one clears up after a refusal too.
            whole = tried(connection.execute(step).await)?.is_ok() && whole;
        }
        if whole {
            kept.push(cell.clone());
        }
    }
    connection.execute(&sql!(E; "DROP TEMPORARY TABLE migrator_seed")).await?;
    Ok(kept)
}

/// A refusal without the name of the scratch database, which is another one each time.
pub(super) fn told(message: &str) -> String {
    let mut text = message.to_owned();
    for (open, close) in [("`migrator_scratch_", "`."), ("migrator_scratch_", ".")] {
        while let Some(at) = text.find(open)
            && let Some(end) = text.get(at..).and_then(|rest| rest.find(close))
        {
            text.replace_range(at..at + end + close.len(), "");
        }
    }
    text
}

/// A refusal is an answer; a lost session is an error.
fn tried<T>(result: Result<T, WireError>) -> Result<Result<T, WireError>, WireError> {
    match result {
        Err(error) if error.kind != WireErrorKind::Statement => Err(error),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_taken_apart() {
        let kind = Kind::parse("decimal(10,2) unsigned zerofill");
        assert_eq!((kind.base, kind.unsigned), ("decimal", true));
        assert_eq!(kind.arguments, ["10", "2"]);
        let kind = Kind::parse("enum('a,b)','it''s unsigned')");
        assert_eq!((kind.base, kind.unsigned), ("enum", false));
        assert_eq!(kind.arguments, ["a,b)", "it's unsigned"]);
        assert!(Kind::parse("bigint unsigned").unsigned);
    }

    #[test]
    fn refusals_do_not_name_the_database() {
        let words =
            told("CONSTRAINT `c` failed for `migrator_scratch_1_2_3`.`t`, 'migrator_scratch_1_2_3.t'");
        assert_eq!(words, "CONSTRAINT `c` failed for `t`, 't'");
        assert_eq!(told("migrator_scratch_ and no end"), "migrator_scratch_ and no end");
    }

    #[test]
    fn the_widest_values_are_among_them() {
        let value = |print: &str, n| match proposal(&Kind::parse(print), n) {
            Some(Cell::Text(text) | Cell::Shape(text)) => text,
            Some(Cell::Whole(number)) => number.to_string(),
            other => panic!("{print}: {other:?}"),
        };
        assert_eq!(value("bigint(20) unsigned", 1), "18446744073709551615");
        assert_eq!(value("tinyint(1)", 1), "127");
        assert_eq!(value("decimal(5,2) unsigned", 2), "999.99");
        assert_eq!(value("decimal(5,2)", 2), "-999.99");
        assert_eq!(value("varchar(20)", 0).chars().count(), 20);
        assert_eq!(value("varbinary(9)", 2).len(), 9);
        assert_eq!(value("bit(64)", 0), "18446744073709551615");
        assert_eq!(value("set('a','b')", 0), "a,b");
        assert_eq!(value("point", 0), "POINT(1 2)");
        assert_eq!(proposal(&Kind::parse("unheard_of"), 0), None);
    }
}
