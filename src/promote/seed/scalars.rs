//! Values for the types that come with a server, as text that its input functions read. The values of one type
//! differ from each other, and among them are the widest it can hold: a plan that narrows a type has to meet
//! them. Nothing here is random.

use super::typename::TypeName;

/// How many different values of a type are tried.
pub(super) const VARIETY: u32 = 10;

/// The longest text that is made to fill a type to its edge.
const LONGEST: usize = 4000;

/// The `n`-th value of a built-in (or well-known extension) type of PostgreSQL; `None` where it is not known.
pub(super) fn postgres(of: &TypeName, n: u32) -> Option<String> {
    let k = n + 1;
    let value = match of.name.as_str() {
        "smallint" => integer(n, i64::from(i16::MAX)),
        "integer" => integer(n, i64::from(i32::MAX)),
        "bigint" => integer(n, i64::MAX),
        "numeric" => numeric(of, n),
        "real" => {
            ["1.5", "0", "-2.25", "3.402e+38"].get(n as usize).map_or(format!("{k}.5"), ToString::to_string)
        }
        "double precision" => {
            ["1.5", "0", "-2.25", "1.79e+308"].get(n as usize).map_or(format!("{k}.5"), ToString::to_string)
        }
        "money" => format!("{k}.25"),
        "boolean" => if n.is_multiple_of(2) { "true" } else { "false" }.to_owned(),
        "text" | "character varying" | "character" | "citext" | "refcursor" | "bpchar" => text(of, n),
        "name" => format!("name_{k}"),
        "char" => letter(n).to_string(),
        "bytea" => format!("\\x{k:02x}ff00"),
        "date" => format!("2024-{:02}-{:02}", 1 + n % 12, 1 + n % 28),
        "time without time zone" => format!("{:02}:30:00.25", n % 24),
        "time with time zone" => format!("{:02}:30:00+02", n % 24),
        "timestamp without time zone" => format!("2024-{:02}-15 10:30:00.123456", 1 + n % 12),
        "timestamp with time zone" => format!("2024-{:02}-15 10:30:00.123456+00", 1 + n % 12),
        "uuid" => format!("00000000-0000-4000-8000-{k:012x}"),
        "json" | "jsonb" => format!("{{\"n\": {k}, \"list\": [1, null]}}"),
        "jsonpath" => format!("$.n[{k}]"),
        "xml" => format!("<n>{k}</n>"),
        "inet" => format!("192.0.2.{k}/24"),
        "cidr" => format!("198.51.{k}.0/24"),
        "macaddr" => format!("08:00:2b:01:02:{k:02x}"),
        "macaddr8" => format!("08:00:2b:01:02:03:04:{k:02x}"),
        "point" => format!("({k},2)"),
        "line" => format!("{{{k},-1,0}}"),
        "lseg" => format!("[(0,0),({k},1)]"),
        "box" => format!("(({k},{k}),(0,0))"),
        "path" => format!("((0,0),({k},1),(2,0))"),
        "polygon" => format!("((0,0),({k},1),(2,0))"),
        "circle" => format!("<(0,0),{k}>"),
        "bit" => bits(n, of.number(0).unwrap_or(1)),
        "bit varying" => bits(n, of.number(0).unwrap_or(8)),
        "tsvector" => format!("'seed':1 'word{k}':2"),
        "tsquery" => format!("'seed' & 'word{k}'"),
        "oid" | "xid" | "cid" | "xid8" | "lo" => k.to_string(),
        "regclass" | "regtype" | "regproc" | "regprocedure" | "regoper" | "regoperator" | "regconfig"
        | "regdictionary" | "regrole" | "regnamespace" | "regcollation" => (100_000 + k).to_string(),
        "tid" => format!("(0,{k})"),
        "pg_lsn" => format!("0/{k:X}"),
        "txid_snapshot" | "pg_snapshot" => format!("{k}:{}:", k + 10),
        "int2vector" | "oidvector" => format!("{k} 2"),
        "aclitem" => ["=r/postgres", "=w/postgres", "=a/postgres"].get(n as usize % 3)?.to_string(),
        "hstore" => format!("\"n\"=>\"{k}\""),
        "ltree" => format!("seed.n{k}"),
        "lquery" => format!("seed.*{{{k}}}"),
        "ltxtquery" => format!("seed & n{k}"),
        "cube" => format!("({k}, 2)"),
        "seg" => format!("{k} .. {}", k + 1),
        "geometry" | "geography" => format!("POINT({k} 2)"),
        "vector" | "halfvec" => vector(k, of.number(0).unwrap_or(3)),
        name if name.starts_with("interval") => interval(name, k),
        name => return range(name, n),
    };
    Some(value)
}

/// The `n`-th value for a column of SQLite, by the declared type's affinity.
pub(super) fn sqlite(of: &TypeName, n: u32) -> String {
    let k = n + 1;
    let name = of.name.to_ascii_uppercase();
    let has = |word: &str| name.contains(word);
    if has("INT") {
        integer(n, i64::from(i32::MAX))
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        text(of, n)
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        format!("{k}.5")
    } else if has("BOOL") {
        (n % 2).to_string()
    } else if has("DATE") || has("TIME") {
        let day = format!("2024-{:02}-15", 1 + n % 12);
        if has("TIME") { format!("{day} 10:30:00") } else { day }
    } else if has("JSON") {
        format!("{{\"n\":{k}}}")
    } else if has("UUID") || has("GUID") {
        format!("00000000-0000-4000-8000-{k:012x}")
    } else if has("DEC") || has("NUM") || has("MONEY") {
        numeric(of, n)
    } else {
        format!("b{k}")
    }
}

/// Whether SQLite would keep such a column's text as bytes: its values are then given as a blob.
pub(super) fn sqlite_is_blob(of: &TypeName) -> bool {
    of.name.is_empty() || of.name.to_ascii_uppercase().contains("BLOB")
}

pub(super) fn integer(n: u32, largest: i64) -> String {
    match n {
        0 => 1,
        1 => largest,
        2 => 0,
        3 => -1,
        n => i64::from(n),
    }
    .to_string()
}

/// Full width first: `numeric(5,2)` → 999.99.
pub(super) fn numeric(of: &TypeName, n: u32) -> String {
    let Some(precision) = of.number(0) else {
        return ["12345678901234567890.0123456789", "0", "-1.5"]
            .get(n as usize)
            .map_or((n + 1).to_string(), ToString::to_string);
    };
    let scale: i64 = of.modifiers.get(1).and_then(|text| text.parse().ok()).unwrap_or(0);
    let whole = usize::try_from(precision as i64 - scale).unwrap_or(0);
    let fraction = usize::try_from(scale).unwrap_or(0).min(precision);
    let full = |digit: &str| {
        let whole = if whole == 0 { "0".to_owned() } else { digit.repeat(whole) };
        // A scale above the precision asks for leading zeros: numeric(2,4) holds 0.0099.
        let zeros = "0".repeat(usize::try_from(scale - precision as i64).unwrap_or(0));
        if fraction == 0 { whole } else { format!("{whole}.{zeros}{}", digit.repeat(fraction)) }
    };
    match n {
        0 => full("9"),
        1 => "0".to_owned(),
        2 => format!("-{}", full("9")),
        n if whole > 0 => (n % 10).to_string(),
        n => format!("0.{:0>width$}", n % 10, width = usize::try_from(scale).unwrap_or(1)),
    }
}

/// Fills a length-limited type to its edge in the first value.
pub(super) fn text(of: &TypeName, n: u32) -> String {
    let limit = of.number(0).or((of.name == "character" && of.modifiers.is_empty()).then_some(1));
    let label = match n {
        0 => "edge ".to_owned(),
        2 => "it's \"Ünï\\code\" ".to_owned(),
        _ => format!("seed {}", n + 1),
    };
    match limit {
        None => label.trim_end().to_owned(),
        Some(limit) if limit < 8 => {
            let mut value: String = "x".repeat(limit.saturating_sub(1));
            value.insert(0, letter(n));
            value.chars().take(limit).collect()
        }
        Some(limit) if n == 0 => {
            let limit = limit.min(LONGEST);
            label.chars().chain(std::iter::repeat('x')).take(limit).collect()
        }
        Some(limit) => label.trim_end().chars().take(limit).collect(),
    }
}

fn letter(n: u32) -> char {
    char::from_digit(10 + n % 26, 36).unwrap_or('a')
}

fn bits(n: u32, length: usize) -> String {
    let length = length.min(LONGEST);
    if n == 0 {
        return "1".repeat(length);
    }
    let number = format!("{n:b}");
    let kept = number.len().saturating_sub(length);
    format!("{:0>length$}", number.get(kept..).unwrap_or_default())
}

fn interval(name: &str, k: u32) -> String {
    let only_years = name.contains("year") || name.contains("month");
    let only_time =
        name.contains("day") || name.contains("hour") || name.contains("minute") || name.contains("second");
    if only_years && !only_time {
        format!("{k} years 2 months")
    } else if only_time {
        format!("{k} days 03:04:05")
    } else {
        format!("1 year {k} days 03:04:05.6")
    }
}

fn vector(k: u32, dimensions: usize) -> String {
    let rest = std::iter::repeat_n("0", dimensions.saturating_sub(1));
    let parts: Vec<String> =
        std::iter::once(k.to_string()).chain(rest.map(ToOwned::to_owned)).take(dimensions).collect();
    format!("[{}]", parts.join(","))
}

/// Ranges that never overlap.
fn range(name: &str, n: u32) -> Option<String> {
    let (low, high) = (n * 10 + 1, n * 10 + 6);
    let day = |month: u32, day: u32| format!("20{:02}-{month:02}-{day:02}", 20 + n);
    let one = match name.strip_suffix("multirange").unwrap_or(name.strip_suffix("range")?) {
        "int4" | "int8" => format!("[{low},{high})"),
        "num" => format!("[{low}.5,{high}.5)"),
        "date" => format!("[{},{})", day(1, 1), day(2, 1)),
        "ts" => format!("[\"{} 10:00:00\",\"{} 11:00:00\")", day(1, 1), day(1, 2)),
        "tstz" => format!("[\"{} 10:00:00+00\",\"{} 11:00:00+00\")", day(1, 1), day(1, 2)),
        _ => return None,
    };
    Some(if name.ends_with("multirange") { format!("{{{one}}}") } else { one })
}

#[cfg(test)]
mod tests {
    use super::{TypeName, postgres};

    #[test]
    fn the_first_value_fills_the_type() {
        let first = |text: &str| postgres(&TypeName::parse(text), 0).unwrap();
        assert_eq!(first("numeric(5,2)"), "999.99");
        assert_eq!(first("numeric(2,4)"), "0.0099");
        assert_eq!(first("character varying(20)").chars().count(), 20);
        assert_eq!(first("character(3)"), "axx");
        assert_eq!(first("bit(3)"), "111");
        assert_eq!(postgres(&TypeName::parse("unheard_of"), 0), None);
    }
}
