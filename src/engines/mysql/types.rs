//! Type names: what is the same under two spellings, and what a change of type costs.

use super::vendor::Vendor;

/// The form of a type that is compared. The width of an integer says how it is shown, not what it holds, and newer
/// MySQL has none: `int(11)` is `int`. Two widths mean something: `tinyint(1)`, which programs read as a truth value,
/// and a width that zeros are filled up to. `year(4)` is the only year.
pub(super) fn compared(text: &str) -> String {
    let text = text.to_owned();
    let filled = text.contains("zerofill");
    let integers = ["tinyint", "smallint", "mediumint", "int", "bigint"];
    let (name, rest) = parts(&text);
    if name == "year" {
        return text.replacen("year(4)", "year", 1);
    }
    if filled || !integers.contains(&name) || text.starts_with("tinyint(1)") {
        return text;
    }
    let after = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or(rest, |(_, after)| after);
    format!("{name}{after}")
}

/// The name of a type and what follows it.
fn parts(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    text.split_at(end)
}

pub(super) fn name(text: &str) -> &str {
    parts(text).0
}

/// The number in parentheses.
pub(super) fn length(text: &str) -> Option<u64> {
    parts(text).1.strip_prefix('(')?.split([')', ',']).next()?.trim().parse().ok()
}

/// How many bytes a character of a collation may take.
pub(super) fn bytes_of_character(collation: &str) -> u64 {
    match collation.split('_').next().unwrap_or("") {
        "utf8mb4" | "utf16" | "utf16le" | "utf32" | "gb18030" => 4,
        "utf8" | "utf8mb3" | "ujis" | "eucjpms" => 3,
        "ucs2" | "sjis" | "cp932" | "euckr" | "gbk" | "gb2312" | "big5" => 2,
        _ => 1,
    }
}

/// The character set of a collation: its first word.
pub(super) fn charset(collation: &str) -> &str {
    collation.split('_').next().unwrap_or(collation)
}

/// Whether each character of the one set is in the other.
pub(super) fn knows_every_character(from: &str, to: &str) -> bool {
    let unicode = ["utf8mb4", "utf16", "utf16le", "utf32"];
    from == to
        || (from == "ascii" && to != "binary")
        || (unicode.contains(&to) && from != "binary")
        || (["utf8", "utf8mb3", "ucs2"].contains(&to)
            && !unicode.contains(&from)
            && !["binary", "gb18030"].contains(&from))
}

/// What it takes to give a column another type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Conversion {
    /// Every value stays as it is stored.
    Catalog,
    /// Every row is read and written, and writers wait.
    Copy,
}

pub(super) fn conversion(vendor: Vendor, collation: Option<&str>, from: &str, to: &str) -> Conversion {
    if compared(from) == compared(to) {
        return Conversion::Catalog;
    }
    let free = match (name(from), name(to)) {
        ("varchar", "varchar") => {
            let bytes = collation.map_or(1, bytes_of_character);
            match (length(from), length(to)) {
                (Some(a), Some(b)) => grows_in_place(vendor, a * bytes, b * bytes),
                _ => false,
            }
        }
        ("varbinary", "varbinary") => match (length(from), length(to)) {
            (Some(a), Some(b)) => grows_in_place(vendor, a, b),
            _ => false,
        },
        ("enum", "enum") | ("set", "set") => appends(from, to),
        _ => false,
    };
    if free { Conversion::Catalog } else { Conversion::Copy }
}

/// A length is kept in one byte up to 255 bytes and in two beyond. MariaDB takes a short one across that border:
/// tried on 10.11, 80 → 256 goes and 200 → 256 does not.
fn grows_in_place(vendor: Vendor, from: u64, to: u64) -> bool {
    let same_class = to <= 255 || from > 255;
    to >= from && (same_class || (vendor.is_mariadb() && from <= 127))
}

/// Whether the members of an ENUM or SET only become more, at the end, and fit into as many bytes as before.
fn appends(from: &str, to: &str) -> bool {
    let (before, after) = (members(from), members(to));
    let bytes = |count: usize| match name(from) {
        "enum" => usize::from(count > 255) + 1,
        _ => match count.div_ceil(8) {
            bytes @ 0..=4 => bytes,
            _ => 8,
        },
    };
    after.len() >= before.len()
        && after.iter().zip(&before).all(|(a, b)| a == b)
        && bytes(after.len()) == bytes(before.len())
}

/// The members of an ENUM or SET as they are quoted.
pub(super) fn members(text: &str) -> Vec<&str> {
    let Some(list) = parts(text).1.strip_prefix('(').and_then(|rest| rest.rsplit_once(')')) else {
        return Vec::new();
    };
    let list = list.0;
    let mut found = Vec::new();
    let mut begin = 0;
    let mut quoted = false;
    for (at, c) in list.char_indices() {
        match c {
            // A doubled quote closes and opens again.
            '\'' => quoted = !quoted,
            ',' if !quoted => {
                found.extend(list.get(begin..at));
                begin = at + 1;
            }
            _ => {}
        }
    }
    found.extend(list.get(begin..));
    found
}

/// Whether every value of the one type is a value of the other: what is written meanwhile can go back only where the
/// old type has room for it, so only the way forward is told.
pub(super) fn keeps_every_value(from: &str, to: &str) -> bool {
    let integers = ["tinyint", "smallint", "mediumint", "int", "bigint"];
    let rank = |text: &str| integers.iter().position(|name| *name == self::name(text));
    let unsigned = |text: &str| text.contains("unsigned");
    match (rank(from), rank(to)) {
        (Some(a), Some(b)) => (b >= a && unsigned(from) == unsigned(to)) || (b > a && !unsigned(to)),
        (None, None) if name(from) == name(to) => match name(from) {
            "varchar" | "char" | "varbinary" | "binary" => length(to) >= length(from),
            "enum" | "set" => {
                let wanted = members(to);
                members(from).iter().all(|member| wanted.contains(member))
            }
            _ => false,
        },
        _ => {
            let texts = ["tinytext", "text", "mediumtext", "longtext"];
            let text = |word: &str| texts.iter().position(|name| *name == word);
            match (name(from), text(name(from)), text(name(to))) {
                (_, Some(a), Some(b)) => b >= a,
                ("varchar" | "char", None, Some(to)) => to >= 1,
                _ => false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_of_integers_do_not_count() {
        for (text, form) in [
            ("int(11)", "int"),
            ("int(10) unsigned", "int unsigned"),
            ("bigint(20)", "bigint"),
            ("tinyint(1)", "tinyint(1)"),
            ("tinyint(4)", "tinyint"),
            ("int(5) unsigned zerofill", "int(5) unsigned zerofill"),
            ("year(4)", "year"),
            ("decimal(10,2)", "decimal(10,2)"),
            ("varchar(11)", "varchar(11)"),
        ] {
            assert_eq!(compared(text), form);
        }
    }

    #[test]
    fn what_a_change_of_type_costs() {
        let maria = Vendor::MariaDb(10, 11, 14);
        let mysql = Vendor::MySql(8, 0, 36);
        let utf8 = Some("utf8mb4_general_ci");
        let latin = Some("latin1_swedish_ci");
        for (vendor, collation, from, to, expected) in [
            (maria, utf8, "varchar(20)", "varchar(63)", Conversion::Catalog),
            (maria, utf8, "varchar(31)", "varchar(64)", Conversion::Catalog),
            (mysql, utf8, "varchar(31)", "varchar(64)", Conversion::Copy),
            (maria, utf8, "varchar(50)", "varchar(64)", Conversion::Copy),
            (maria, utf8, "varchar(64)", "varchar(500)", Conversion::Catalog),
            (maria, latin, "varchar(64)", "varchar(20)", Conversion::Copy),
            (maria, latin, "varchar(200)", "varchar(256)", Conversion::Copy),
            (maria, None, "int(11)", "int(5)", Conversion::Catalog),
            (maria, None, "int(11)", "bigint(20)", Conversion::Copy),
            (maria, utf8, "enum('a','b')", "enum('a','b','c, ''d')", Conversion::Catalog),
            (maria, utf8, "enum('a','b')", "enum('b','a')", Conversion::Copy),
            (
                maria,
                utf8,
                "set('1','2','3','4','5','6','7','8')",
                "set('1','2','3','4','5','6','7','8','9')",
                Conversion::Copy,
            ),
        ] {
            assert_eq!(conversion(vendor, collation, from, to), expected, "{vendor:?} {from} {to}");
        }
    }

    #[test]
    fn which_sets_know_every_character() {
        for (from, to, known) in [
            ("latin1", "utf8mb4", true),
            ("utf8mb4", "latin1", false),
            ("utf8mb4", "utf8mb3", false),
            ("utf8mb3", "utf8mb4", true),
            ("latin1", "utf8mb3", true),
            ("ascii", "latin1", true),
            ("latin1", "latin2", false),
            ("binary", "utf8mb4", false),
        ] {
            assert_eq!(knows_every_character(from, to), known, "{from} {to}");
        }
    }

    #[test]
    fn which_types_keep_every_value() {
        for (from, to, kept) in [
            ("int(11)", "bigint(20)", true),
            ("int(10) unsigned", "bigint(20)", true),
            ("int(10) unsigned", "int(11)", false),
            ("bigint(20)", "int(11)", false),
            ("varchar(20)", "varchar(30)", true),
            ("varchar(20)", "text", true),
            ("text", "varchar(20)", false),
            ("enum('a','b')", "enum('b','c','a')", true),
            ("decimal(10,2)", "decimal(12,2)", false),
        ] {
            assert_eq!(keeps_every_value(from, to), kept, "{from} {to}");
        }
    }
}
