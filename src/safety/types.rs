//! What a change of a column's type means for the values in it, told from the two type names: here in PostgreSQL's
//! words, which the others' are told in where they agree. Names that are not built in count as unknown, and unknown
//! never counts as harmless.

mod mysql;

use crate::model::EngineKind;

pub(super) use mysql::listed;

/// What becomes of the values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TypeChange {
    Same,
    /// Every value fits, and programs read it as before.
    Widens,
    /// Some values may not fit.
    Narrows(Limit),
    /// Another sort of value that every old value can be turned into.
    Converts,
    /// Another sort of value; whether each can be turned into it, only the values tell.
    MayFail,
    /// A type that we do not know.
    Unknown,
}

/// What the new type cannot hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Limit {
    /// More characters (or bits) than this.
    Length(u32),
    /// Integers outside `low..=high`.
    Range { low: i128, high: i128 },
    /// Numbers with more than this many digits in all, or after the point.
    Digits { precision: u32, scale: u32 },
    /// Finer values: seconds' fractions, the time of a day, digits of a float.
    Fineness,
}

/// A type name taken apart: `character varying(20)[]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TypeName {
    pub name: String,
    pub numbers: Vec<u32>,
    pub array: bool,
}

impl TypeName {
    /// The parentheses may stand inside the name: `timestamp(3) without time zone`.
    pub fn parse(text: &str) -> Self {
        let array = text.ends_with("[]");
        let text = text.trim_end_matches("[]");
        let (name, numbers) = match (text.find('('), text.find(')')) {
            (Some(open), Some(close)) if open < close && !text.contains('"') => {
                let numbers: Option<Vec<u32>> =
                    text[open + 1..close].split(',').map(|part| part.trim().parse().ok()).collect();
                let name = format!("{}{}", &text[..open], &text[close + 1..]);
                (name, numbers.unwrap_or_default())
            }
            _ => (text.to_owned(), Vec::new()),
        };
        Self { name: name.trim().to_owned(), numbers, array }
    }

    pub fn is(&self, name: &str) -> bool {
        !self.array && self.name == name
    }
}

pub(super) fn change(engine: EngineKind, before: &str, after: &str) -> TypeChange {
    match engine {
        EngineKind::MySql => mysql::change(before, after),
        EngineKind::Postgres | EngineKind::Sqlite | EngineKind::SqlServer | EngineKind::Snowflake => {
            postgres(before, after)
        }
    }
}

fn postgres(before: &str, after: &str) -> TypeChange {
    if before == after {
        return TypeChange::Same;
    }
    let (a, b) = (TypeName::parse(before), TypeName::parse(after));
    match (a.array, b.array) {
        (true, true) | (false, false) => {}
        (true, false) if is_text(&b.name) => return TypeChange::Converts,
        _ => return TypeChange::MayFail,
    }
    if is_text(&a.name) && is_text(&b.name) {
        return lengths(&a, &b);
    }
    if is_text(&b.name) {
        return capacity(&b).map_or(TypeChange::Converts, |limit| TypeChange::Narrows(Limit::Length(limit)));
    }
    if is_text(&a.name) {
        return TypeChange::MayFail;
    }
    if a.name == b.name {
        return same_name(&a, &b);
    }
    if let Some(change) = numbers(&a, &b) {
        return change;
    }
    between(&a.name, &b.name)
}

fn is_text(name: &str) -> bool {
    matches!(name, "text" | "character varying" | "character" | "name" | "citext" | "bpchar")
}

/// `None`: without end.
fn capacity(name: &TypeName) -> Option<u32> {
    match (name.name.as_str(), name.numbers.first()) {
        ("character varying" | "character" | "bit" | "bit varying", Some(&limit)) => Some(limit),
        ("character" | "bit", None) => Some(1),
        ("name", None) => Some(63),
        _ => None,
    }
}

fn lengths(a: &TypeName, b: &TypeName) -> TypeChange {
    match (capacity(a), capacity(b)) {
        (None, Some(limit)) => TypeChange::Narrows(Limit::Length(limit)),
        (Some(from), Some(limit)) if from > limit => TypeChange::Narrows(Limit::Length(limit)),
        // Padding comes or goes, which equality and length see.
        _ if a.name != b.name && [&a.name, &b.name].iter().any(|name| *name == "character") => {
            TypeChange::Converts
        }
        _ if a.name != b.name && [&a.name, &b.name].iter().any(|name| *name == "citext") => {
            TypeChange::Converts
        }
        _ => TypeChange::Widens,
    }
}

/// One name, other numbers.
fn same_name(a: &TypeName, b: &TypeName) -> TypeChange {
    match a.name.as_str() {
        "numeric" => match (digits(a), digits(b)) {
            (_, None) => TypeChange::Widens,
            (Some((p, s)), Some((precision, scale)))
                if precision.saturating_sub(scale) >= p.saturating_sub(s) && scale >= s =>
            {
                TypeChange::Widens
            }
            (_, Some((precision, scale))) => TypeChange::Narrows(Limit::Digits { precision, scale }),
        },
        "bit" | "bit varying" => match (capacity(a), capacity(b)) {
            (None, Some(limit)) => TypeChange::Narrows(Limit::Length(limit)),
            (Some(from), Some(limit)) if from > limit => TypeChange::Narrows(Limit::Length(limit)),
            _ => TypeChange::Widens,
        },
        name if name.starts_with("time") || name.starts_with("interval") => {
            let fineness = |name: &TypeName| name.numbers.first().copied().unwrap_or(6);
            if fineness(b) < fineness(a) { TypeChange::Narrows(Limit::Fineness) } else { TypeChange::Widens }
        }
        _ => TypeChange::Unknown,
    }
}

fn digits(name: &TypeName) -> Option<(u32, u32)> {
    let precision = *name.numbers.first()?;
    Some((precision, name.numbers.get(1).copied().unwrap_or(0)))
}

/// The range of an integer type and the decimal digits that hold all of it.
fn integer(name: &str) -> Option<(i128, i128, u32)> {
    match name {
        "smallint" => Some((i16::MIN.into(), i16::MAX.into(), 5)),
        "integer" => Some((i32::MIN.into(), i32::MAX.into(), 10)),
        "bigint" => Some((i64::MIN.into(), i64::MAX.into(), 19)),
        _ => None,
    }
}

fn numbers(a: &TypeName, b: &TypeName) -> Option<TypeChange> {
    if let (Some((low, high, _)), Some((to_low, to_high, _))) = (integer(&a.name), integer(&b.name)) {
        return Some(if to_low <= low && to_high >= high {
            TypeChange::Widens
        } else {
            TypeChange::Narrows(Limit::Range { low: to_low, high: to_high })
        });
    }
    let float = |name: &str| match name {
        "real" => Some(6),
        "double precision" => Some(15),
        _ => None,
    };
    match (a.name.as_str(), b.name.as_str()) {
        ("numeric" | "real" | "double precision", to) if integer(to).is_some() => {
            let (low, high, _) = integer(to)?;
            Some(TypeChange::Narrows(Limit::Range { low, high }))
        }
        (from, "numeric") => {
            let whole = match (integer(from), float(from)) {
                (Some((_, _, whole)), _) => whole,
                (None, Some(_)) => u32::MAX,
                (None, None) => return None,
            };
            Some(match digits(b) {
                None => TypeChange::Widens,
                Some((precision, scale)) if precision.saturating_sub(scale) >= whole => TypeChange::Widens,
                Some((precision, scale)) => TypeChange::Narrows(Limit::Digits { precision, scale }),
            })
        }
        (from, to) => {
            let room = float(to)?;
            match (integer(from), float(from), from) {
                (Some((_, _, whole)), ..) if whole <= room => Some(TypeChange::Widens),
                (None, Some(had), _) if had <= room => Some(TypeChange::Widens),
                (Some(_), ..) | (None, Some(_), _) | (None, None, "numeric") => {
                    Some(TypeChange::Narrows(Limit::Fineness))
                }
                (None, None, _) => None,
            }
        }
    }
}

fn between(from: &str, to: &str) -> TypeChange {
    match (from, to) {
        ("date", "timestamp without time zone" | "timestamp with time zone")
        | ("timestamp without time zone", "timestamp with time zone")
        | ("timestamp with time zone", "timestamp without time zone")
        | ("json", "jsonb")
        | ("jsonb", "json")
        | ("boolean", "integer") => TypeChange::Converts,
        ("cidr", "inet") => TypeChange::Widens,
        ("timestamp without time zone" | "timestamp with time zone", "date" | "time without time zone") => {
            TypeChange::Narrows(Limit::Fineness)
        }
        _ => TypeChange::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_the_values() {
        use TypeChange::*;
        let length = |n| Narrows(Limit::Length(n));
        let range = |low: i64, high: i64| Narrows(Limit::Range { low: low.into(), high: high.into() });
        let cases = [
            ("character varying(20)", "character varying(50)", Widens),
            ("character varying(20)", "text", Widens),
            ("character varying(50)", "character varying(20)", length(20)),
            ("text", "character varying(20)", length(20)),
            ("text", "character(3)", length(3)),
            ("character(3)", "text", Converts),
            ("text", "integer", MayFail),
            ("integer", "text", Converts),
            ("integer", "character varying(5)", length(5)),
            ("integer", "bigint", Widens),
            ("bigint", "integer", range(i32::MIN.into(), i32::MAX.into())),
            ("numeric", "smallint", range(i16::MIN.into(), i16::MAX.into())),
            ("integer", "numeric(10,0)", Widens),
            ("integer", "numeric(10,2)", Narrows(Limit::Digits { precision: 10, scale: 2 })),
            ("numeric(10,2)", "numeric(12,2)", Widens),
            ("numeric(10,2)", "numeric", Widens),
            ("numeric(10,2)", "numeric(12,1)", Narrows(Limit::Digits { precision: 12, scale: 1 })),
            ("numeric(10,2)", "numeric(10,4)", Narrows(Limit::Digits { precision: 10, scale: 4 })),
            ("real", "double precision", Widens),
            ("bigint", "double precision", Narrows(Limit::Fineness)),
            ("timestamp(3) without time zone", "timestamp(6) without time zone", Widens),
            ("timestamp without time zone", "timestamp(0) without time zone", Narrows(Limit::Fineness)),
            ("timestamp without time zone", "timestamp with time zone", Converts),
            ("timestamp with time zone", "date", Narrows(Limit::Fineness)),
            ("integer[]", "bigint[]", Widens),
            ("integer", "integer[]", MayFail),
            ("json", "jsonb", Converts),
            ("public.mood", "text", Converts),
            ("public.mood", "public.temper", Unknown),
        ];
        for (before, after, expected) in cases {
            assert_eq!(postgres(before, after), expected, "{before} to {after}");
        }
    }

    #[test]
    fn names_are_taken_apart() {
        let name = TypeName::parse("timestamp(3) without time zone[]");
        assert_eq!(
            (name.name.as_str(), name.numbers, name.array),
            ("timestamp without time zone", vec![3], true)
        );
        assert!(TypeName::parse("integer").is("integer"));
        assert!(!TypeName::parse("integer[]").is("integer"));
    }
}
