//! PostgreSQL's type names: what converts by itself, what needs USING, what keeps the stored bytes.

/// The name without modifiers, and the modifiers.
fn split(name: &str) -> (&str, Vec<i64>) {
    let Some((base, rest)) = name.split_once('(') else { return (name, Vec::new()) };
    let Some((inside, after)) = rest.split_once(')') else { return (name, Vec::new()) };
    // `timestamp(3) without time zone` keeps its modifier in the middle.
    if !after.trim().is_empty() && after.trim() != "[]" {
        return (base.trim_end(), inside.split(',').filter_map(|part| part.trim().parse().ok()).collect());
    }
    if after.trim() == "[]" {
        return (name, Vec::new());
    }
    (base.trim_end(), inside.split(',').filter_map(|part| part.trim().parse().ok()).collect())
}

fn family(base: &str) -> &str {
    match base {
        "character varying" | "text" | "character" | "bpchar" | "name" | "public.citext" => "text",
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => "number",
        "timestamp" | "timestamp without time zone" | "timestamp with time zone" | "date" => "time",
        "time" | "time without time zone" | "time with time zone" => "clock",
        "bit" | "bit varying" => "bits",
        "inet" | "cidr" => "network",
        "json" | "jsonb" => "json",
        other => other,
    }
}

/// Whether an assignment cast leads from one type to the other, so that ALTER … TYPE needs no USING.
pub(super) fn assignable(from: &str, to: &str) -> bool {
    let ((a, _), (b, _)) = (split(from), split(to));
    let array = |name: &str| name.ends_with("[]");
    if array(from) || array(to) {
        return array(from)
            && array(to)
            && assignable(from.trim_end_matches("[]"), to.trim_end_matches("[]"));
    }
    // Anything becomes text on assignment; nothing comes back from it by itself.
    family(a) == family(b) || family(b) == "text"
}

/// Whether an explicit conversion has to pass through text, because no cast leads there directly.
pub(super) fn through_text(from: &str, to: &str) -> bool {
    let ((a, _), (b, _)) = (split(from), split(to));
    const DIRECT: [(&str, &str); 6] = [
        ("integer", "boolean"),
        ("boolean", "integer"),
        ("integer", "bit"),
        ("bit", "integer"),
        ("json", "jsonb"),
        ("jsonb", "json"),
    ];
    family(a) != "text" && family(a) != family(b) && !DIRECT.contains(&(a, b))
}

/// How the server stores a type unless it is told otherwise (`typstorage`).
pub(super) fn usual_storage(name: &str) -> &'static str {
    let (base, _) = split(name);
    match base {
        "numeric" | "inet" | "cidr" => "MAIN",
        "smallint"
        | "integer"
        | "bigint"
        | "real"
        | "double precision"
        | "boolean"
        | "date"
        | "uuid"
        | "money"
        | "name"
        | "oid"
        | "\"char\""
        | "interval"
        | "macaddr"
        | "macaddr8"
        | "pg_lsn"
        | "point"
        | "line"
        | "lseg"
        | "box"
        | "circle"
        | "timestamp"
        | "timestamp without time zone"
        | "timestamp with time zone"
        | "time"
        | "time without time zone"
        | "time with time zone" => "PLAIN",
        _ => "EXTENDED",
    }
}

/// Whether the stored values stay as they are (spec 1.1, P12).
pub(super) fn binary_compatible(from: &str, to: &str) -> bool {
    let ((a, x), (b, y)) = (split(from), split(to));
    match (a, b) {
        ("character varying", "character varying") => match (x.first(), y.first()) {
            (_, None) => true,
            (Some(before), Some(after)) => after >= before,
            (None, Some(_)) => false,
        },
        ("character varying", "text") | ("text", "text") => true,
        ("text", "character varying") => y.is_empty(),
        ("numeric", "numeric") => match (x.as_slice(), y.as_slice()) {
            (_, []) => true,
            ([p, s], [q, t]) => s == t && q >= p,
            ([p], [q]) => q >= p,
            _ => false,
        },
        ("bit varying", "bit varying") => y.is_empty() || x.first().is_some_and(|x| y.first() >= Some(x)),
        ("cidr", "inet") => true,
        ("timestamp without time zone" | "timestamp", "timestamp without time zone" | "timestamp")
        | ("timestamp with time zone", "timestamp with time zone")
        | ("time without time zone" | "time", "time without time zone" | "time")
        | ("time with time zone", "time with time zone")
        | ("interval", "interval") => y.is_empty() || x.first().is_some_and(|x| y.first() >= Some(x)),
        _ => false,
    }
}

/// Whether every value of the old type is one of the new, so that only later values can be lost on the way back.
pub(super) fn widens(from: &str, to: &str) -> bool {
    const WIDER: [(&str, &str); 7] = [
        ("smallint", "integer"),
        ("smallint", "bigint"),
        ("integer", "bigint"),
        ("smallint", "numeric"),
        ("integer", "numeric"),
        ("bigint", "numeric"),
        ("real", "double precision"),
    ];
    let ((a, x), (b, y)) = (split(from), split(to));
    binary_compatible(from, to)
        || (WIDER.contains(&(a, b)) && y.is_empty())
        || (a == "numeric"
            && b == "numeric"
            && x.len() == 2
            && y.len() == 2
            && y[1] >= x[1]
            && y[0] - y[1] >= x[0] - x[1])
        || (b == "text" && y.is_empty() && a != "character")
}
