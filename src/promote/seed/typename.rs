//! A column's type as its server prints it, taken apart: name, modifiers, array dimensions. It looks at the
//! print alone and knows nothing of what a type means.

use crate::model::QualifiedName;

/// `character varying(20)[]` → name `character varying`, modifiers `20`, one dimension.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct TypeName {
    /// Raw, without quotes.
    pub(super) schema: Option<String>,
    /// Raw; several words are joined by one blank: `timestamp without time zone`.
    pub(super) name: String,
    pub(super) modifiers: Vec<String>,
    pub(super) dimensions: usize,
}

impl TypeName {
    pub(super) fn parse(text: &str) -> Self {
        let mut found = Self::default();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' => {
                    while let Some(c) = chars.next() {
                        if c == '"' && chars.next_if_eq(&'"').is_none() {
                            break;
                        }
                        found.name.push(c);
                    }
                }
                '.' => found.schema = Some(std::mem::take(&mut found.name)),
                '(' => {
                    let inner: String = chars.by_ref().take_while(|c| *c != ')').collect();
                    found.modifiers = inner.split(',').map(|part| part.trim().to_owned()).collect();
                }
                '[' => {
                    found.dimensions += 1;
                    chars.by_ref().take_while(|c| *c != ']').for_each(drop);
                }
                c if c.is_whitespace() => {
                    if !found.name.is_empty() && !found.name.ends_with(' ') {
                        found.name.push(' ');
                    }
                }
                c => found.name.push(c),
            }
        }
        found.name.truncate(found.name.trim_end().len());
        found
    }

    /// The type of the elements of an array.
    pub(super) fn element(&self) -> Self {
        Self { dimensions: 0, ..self.clone() }
    }

    /// The modifier in that place, where it is a number.
    pub(super) fn number(&self, place: usize) -> Option<usize> {
        self.modifiers.get(place)?.parse().ok()
    }

    /// Whether this is the print of that name.
    pub(super) fn is(&self, name: &QualifiedName) -> bool {
        self.name == name.name.as_str()
            && self.schema.as_deref() == name.schema.as_ref().map(|schema| schema.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::TypeName;

    #[test]
    fn prints_are_taken_apart() {
        let parse = TypeName::parse;
        assert_eq!(parse("timestamp(3) without time zone").name, "timestamp without time zone");
        assert_eq!(parse("timestamp(3) without time zone").number(0), Some(3));
        assert_eq!(parse("numeric(10,2)[]").dimensions, 1);
        assert_eq!(parse("numeric(10,2)[]").number(1), Some(2));
        assert_eq!(parse("\"Odd.Schema\".\"a \"\"b\"").schema.as_deref(), Some("Odd.Schema"));
        assert_eq!(parse("\"Odd.Schema\".\"a \"\"b\"").name, "a \"b");
        assert_eq!(parse("\"char\"").name, "char");
        assert_eq!(parse("interval day to second(3)").name, "interval day to second");
        assert_eq!(parse("VARCHAR (20)").name, "VARCHAR");
    }
}
