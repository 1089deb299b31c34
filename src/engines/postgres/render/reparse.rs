//! Server text that does not read back as it was printed. `status IN ('a', 'b')` on a varchar column is printed as
//! `(status)::text = ANY ((ARRAY['a'::character varying, …])::text[])`; read again, the cast moves into the array and
//! the print changes. Without the cast the server derives the same expression as the first time.

use crate::model::Definition;

const OPEN: &str = "(ARRAY[";
const CLOSE: &str = "])::text[]";

/// The same expression in words that the server prints as it printed them before.
pub(super) fn reparsed(definition: &Definition) -> Definition {
    let text = definition.as_str();
    if !text.contains(CLOSE) {
        return definition.clone();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(OPEN) {
        let inside = &rest[start + OPEN.len()..];
        match elements(inside) {
            Some(length) if inside[length..].starts_with(CLOSE) => {
                out.push_str(&rest[..start]);
                out.push_str("ARRAY[");
                out.push_str(&inside[..length]);
                out.push(']');
                rest = &inside[length + CLOSE.len()..];
            }
            _ => {
                out.push_str(&rest[..start + OPEN.len()]);
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    Definition::from_catalog(out)
}

/// The length of a list of `'…'::character varying`, if it is one.
fn elements(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += literal(&text[at..])?;
        let cast = "::character varying";
        if !text[at..].starts_with(cast) {
            return None;
        }
        at += cast.len();
        if text[at..].starts_with(", ") {
            at += 2;
        } else {
            return Some(at);
        }
    }
}

/// The length of a plain string literal, quotes included.
fn literal(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    if chars.next()?.1 != '\'' {
        return None;
    }
    let mut chars = chars.peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\'' {
            if chars.peek().is_some_and(|(_, next)| *next == '\'') {
                chars.next();
            } else {
                return Some(at + 1);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cast_of_a_list_goes_and_other_text_stays() {
        let printed =
            "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'it''s'::character varying])::text[])))";
        let wanted = "CHECK (((s)::text = ANY (ARRAY['a'::character varying, 'it''s'::character varying])))";
        assert_eq!(reparsed(&Definition::from_catalog(printed)).as_str(), wanted);
        for same in [
            "CHECK ((a > 0))",
            "x = ANY ((ARRAY[1, 2])::text[])",
            "'(ARRAY[' || ('a'::character varying)::text",
        ] {
            assert_eq!(reparsed(&Definition::from_catalog(same)).as_str(), same);
        }
    }
}
