//! A stored CREATE TABLE, laid out for a reader: one column or constraint a line. It is for eyes and for comparing
//! line by line; what is sent stays as it is stored.

use super::parse;
use crate::model::EngineKind;
use crate::sqltext::{TokenClass, lex};

/// Any other statement stays as it is, and so does one with comments: its writer has laid it out already.
pub(super) fn laid_out(text: &str) -> String {
    let tokens: Vec<_> = lex(text, EngineKind::Sqlite).collect();
    if parse::table(text).is_none() || tokens.iter().any(|token| token.class == TokenClass::Comment) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut depth = 0_usize;
    // The list of columns is the first and only thing that parentheses hold at the outermost level.
    let mut listed = false;
    let mut blank = false;
    for token in tokens {
        let word = text.get(token.start..token.end).unwrap_or("");
        if token.class == TokenClass::Whitespace {
            blank = true;
            continue;
        }
        let signs = token.class == TokenClass::Punctuation;
        if signs && word == ")" {
            depth = depth.saturating_sub(1);
            if depth == 0 && listed {
                out.push_str("\n)");
                blank = false;
                continue;
            }
        }
        if blank && !out.ends_with(' ') && !out.is_empty() {
            out.push(' ');
        }
        blank = false;
        match word {
            "(" if signs => {
                depth += 1;
                if depth == 1 && !listed {
                    listed = true;
                    let head = out.trim_end().len();
                    out.truncate(head);
                    out.push_str(" (\n    ");
                } else {
                    out.push('(');
                }
            }
            "," if signs && depth == 1 => {
                let part = out.trim_end().len();
                out.truncate(part);
                out.push_str(",\n    ");
            }
            word => out.push_str(word),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::laid_out;

    #[test]
    fn one_column_a_line() {
        let text = "CREATE TABLE t(a INTEGER PRIMARY KEY,b  TEXT DEFAULT 'x, (y)' , c numeric(8, 2),\n CHECK (a > 0 and b in ('p','q'))) STRICT";
        let wanted = "CREATE TABLE t (\n    a INTEGER PRIMARY KEY,\n    b TEXT DEFAULT 'x, (y)',\n    c numeric(8, 2),\n    CHECK (a > 0 and b in ('p','q'))\n) STRICT";
        assert_eq!(laid_out(text), wanted);
        assert_eq!(laid_out(wanted), wanted, "laid out twice");
    }

    #[test]
    fn other_texts_stay() {
        for text in
            ["CREATE VIEW v AS SELECT a,  b FROM t", "CREATE TABLE t (a, -- note\n b)", "", "SELECT ("]
        {
            assert_eq!(laid_out(text), text);
        }
    }
}
