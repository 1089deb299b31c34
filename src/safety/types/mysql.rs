//! The same in MySQL's and MariaDB's words. A session in strict mode refuses what does not fit; ours are strict.

use super::{Limit, TypeChange, TypeName};

pub(super) fn change(before: &str, after: &str) -> TypeChange {
    let (before, after) = (before.to_ascii_lowercase(), after.to_ascii_lowercase());
    if before == after {
        return TypeChange::Same;
    }
    let (a, b) = (Kind::of(&before), Kind::of(&after));
    match (a, b) {
        (Kind::Integer(a), Kind::Integer(b)) => integers(a, b),
        (Kind::Text(a), Kind::Text(b))
        | (Kind::Bytes(a), Kind::Bytes(b))
        | (Kind::Bits(a), Kind::Bits(b)) => room(a, b),
        (Kind::Members(a), Kind::Members(b)) if before.starts_with("enum") == after.starts_with("enum") => {
            members(&a, &b)
        }
        (Kind::Members(_), Kind::Text(_)) => TypeChange::Converts,
        (Kind::Decimal(a), Kind::Decimal(b)) => decimals(a, b),
        (Kind::Integer(a), Kind::Decimal(b)) => {
            decimals(Digits { whole: a.digits(), scale: 0, low: a.low }, b)
        }
        (Kind::Decimal(_) | Kind::Float(_), Kind::Integer(range)) => TypeChange::Narrows(range.limit()),
        (Kind::Float(a), Kind::Float(b)) if a <= b => TypeChange::Widens,
        (Kind::Integer(range), Kind::Float(digits)) if range.digits() <= digits => TypeChange::Widens,
        (Kind::Float(_) | Kind::Integer(_) | Kind::Decimal(_), Kind::Float(_)) => {
            TypeChange::Narrows(Limit::Fineness)
        }
        (Kind::Float(_), Kind::Decimal(digits)) => TypeChange::Narrows(digits.limit()),
        (Kind::Moment(a), Kind::Moment(b)) => moments(a, b),
        (Kind::Integer(_) | Kind::Decimal(_) | Kind::Float(_) | Kind::Moment(_), Kind::Text(room)) => {
            match room {
                Some(most) => TypeChange::Narrows(Limit::Length(most)),
                None => TypeChange::Converts,
            }
        }
        (Kind::Text(_), _) => TypeChange::MayFail,
        _ => TypeChange::Unknown,
    }
}

/// What a type holds. Rooms are in characters or bytes; `None` is more than anybody writes.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Kind {
    Integer(Range),
    Decimal(Digits),
    /// Digits that it keeps.
    Float(u32),
    Text(Option<u32>),
    Bytes(Option<u32>),
    Bits(Option<u32>),
    Members(Vec<String>),
    Moment(Moment),
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Range {
    low: i128,
    high: i128,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Digits {
    whole: u32,
    scale: u32,
    /// Zero where it is unsigned.
    low: i128,
}

/// `date`, `datetime`, `timestamp`, `time` or `year`, and the digits of a second that it keeps.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Moment {
    name: String,
    fineness: u32,
}

impl Range {
    fn digits(self) -> u32 {
        self.high.max(-self.low).checked_ilog10().unwrap_or(0) + 1
    }

    fn limit(self) -> Limit {
        Limit::Range { low: self.low, high: self.high }
    }
}

impl Digits {
    fn limit(self) -> Limit {
        Limit::Digits { precision: self.whole + self.scale, scale: self.scale }
    }
}

impl Kind {
    fn of(text: &str) -> Self {
        let parsed = TypeName::parse(text);
        let name = parsed.name.split_whitespace().next().unwrap_or("").to_owned();
        let unsigned = text.contains("unsigned") || text.contains("zerofill");
        let number = |at: usize| parsed.numbers.get(at).copied();
        match name.as_str() {
            "tinyint" => integer(8, unsigned),
            "smallint" => integer(16, unsigned),
            "mediumint" => integer(24, unsigned),
            "int" => integer(32, unsigned),
            "bigint" => integer(64, unsigned),
            "decimal" => {
                let (precision, scale) = (number(0).unwrap_or(10), number(1).unwrap_or(0));
                let low = if unsigned { 0 } else { -1 };
                Self::Decimal(Digits { whole: precision.saturating_sub(scale), scale, low })
            }
            "float" => Self::Float(6),
            "double" => Self::Float(15),
            "char" | "varchar" => Self::Text(number(0).or(Some(1))),
            // In bytes: how many characters that is, the character set tells; fewer at worst.
            "tinytext" => Self::Text(Some(255)),
            "text" => Self::Text(Some(65_535)),
            "mediumtext" => Self::Text(Some(16_777_215)),
            "longtext" | "json" => Self::Text(None),
            "binary" | "varbinary" => Self::Bytes(number(0).or(Some(1))),
            "tinyblob" => Self::Bytes(Some(255)),
            "blob" => Self::Bytes(Some(65_535)),
            "mediumblob" => Self::Bytes(Some(16_777_215)),
            "longblob" => Self::Bytes(None),
            "bit" => Self::Bits(number(0).or(Some(1))),
            "date" | "datetime" | "timestamp" | "time" | "year" => {
                Self::Moment(Moment { name, fineness: number(0).unwrap_or(0) })
            }
            _ if text.starts_with("enum(") || text.starts_with("set(") => Self::Members(listed(text)),
            _ => Self::Other,
        }
    }
}

fn integer(bits: u32, unsigned: bool) -> Kind {
    let (low, high) = match unsigned {
        true => (0, (1_i128 << bits) - 1),
        false => (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1),
    };
    Kind::Integer(Range { low, high })
}

/// The members of `enum('a','b''c')`, as they are quoted.
pub(in super::super) fn listed(text: &str) -> Vec<String> {
    let inside =
        text.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')).map_or("", |(list, _)| list);
    let mut found = vec![String::new()];
    let mut quoted = false;
    for c in inside.chars() {
        match c {
            // A doubled quote closes and opens again.
            '\'' => quoted = !quoted,
            ',' if !quoted => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = found.last_mut() {
            last.push(c);
        }
    }
    found
}

fn integers(a: Range, b: Range) -> TypeChange {
    if a == b {
        // A width that is shown, or `tinyint(1)`, which programs take for a truth value.
        return TypeChange::Converts;
    }
    if b.low <= a.low && b.high >= a.high { TypeChange::Widens } else { TypeChange::Narrows(b.limit()) }
}

fn room(a: Option<u32>, b: Option<u32>) -> TypeChange {
    match (a, b) {
        (None, Some(most)) => TypeChange::Narrows(Limit::Length(most)),
        (Some(before), Some(most)) if before > most => TypeChange::Narrows(Limit::Length(most)),
        _ => TypeChange::Widens,
    }
}

fn decimals(a: Digits, b: Digits) -> TypeChange {
    if b.whole < a.whole || b.scale < a.scale {
        return TypeChange::Narrows(b.limit());
    }
    match b.low >= 0 && a.low < 0 {
        // Every number fits but those below zero.
        true => TypeChange::Narrows(Limit::Range { low: 0, high: 10_i128.saturating_pow(b.whole) }),
        false => TypeChange::Widens,
    }
}

fn members(a: &[String], b: &[String]) -> TypeChange {
    if a.iter().all(|member| b.contains(member)) { TypeChange::Widens } else { TypeChange::MayFail }
}

fn moments(a: Moment, b: Moment) -> TypeChange {
    match (a.name.as_str(), b.name.as_str()) {
        (from, to) if from == to => match b.fineness < a.fineness {
            true => TypeChange::Narrows(Limit::Fineness),
            false => TypeChange::Widens,
        },
        ("date", "datetime") => TypeChange::Converts,
        // A timestamp ends in 2038 and moves with the session's time zone.
        ("datetime" | "date", "timestamp") => TypeChange::MayFail,
        ("timestamp", "datetime") if b.fineness >= a.fineness => TypeChange::Converts,
        ("datetime" | "timestamp", "date" | "time" | "year" | "datetime") => {
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
        for (before, after, expected) in [
            ("varchar(20)", "varchar(40)", Widens),
            ("varchar(40)", "varchar(20)", length(20)),
            ("varchar(20)", "text", Widens),
            ("text", "varchar(20)", length(20)),
            ("longtext", "text", length(65_535)),
            ("varbinary(10)", "varbinary(20)", Widens),
            ("int", "bigint", Widens),
            ("int unsigned", "bigint", Widens),
            ("int", "int unsigned", Narrows(Limit::Range { low: 0, high: u32::MAX.into() })),
            ("bigint", "int", Narrows(Limit::Range { low: i32::MIN.into(), high: i32::MAX.into() })),
            ("tinyint(1)", "tinyint", Converts),
            ("decimal(10,2)", "decimal(12,2)", Widens),
            ("decimal(10,2)", "decimal(10,4)", Narrows(Limit::Digits { precision: 10, scale: 4 })),
            ("decimal(10,2)", "decimal(10,2) unsigned", Narrows(Limit::Range { low: 0, high: 100_000_000 })),
            ("int", "decimal(12,2)", Widens),
            ("int", "decimal(8,2)", Narrows(Limit::Digits { precision: 8, scale: 2 })),
            ("float", "double", Widens),
            ("double", "float", Narrows(Limit::Fineness)),
            ("bigint", "double", Narrows(Limit::Fineness)),
            ("enum('a','b')", "enum('b','a','c, ''d')", Widens),
            ("enum('a','b')", "enum('a')", MayFail),
            ("enum('a')", "varchar(10)", Converts),
            ("datetime(6)", "datetime(3)", Narrows(Limit::Fineness)),
            ("datetime", "timestamp", MayFail),
            ("timestamp", "datetime", Converts),
            ("datetime", "date", Narrows(Limit::Fineness)),
            ("int", "varchar(5)", length(5)),
            ("varchar(20)", "int", MayFail),
            ("point", "geometry", Unknown),
        ] {
            assert_eq!(change(before, after), expected, "{before} {after}");
        }
    }
}
