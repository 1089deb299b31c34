//! Text made safe for a terminal cell. Names, definitions and messages come from servers and files that
//! somebody else wrote: control characters, text direction overrides and characters without a shape become
//! visible escapes. Two different texts never look the same. It never shortens text without a mark.

use std::fmt;

/// Text that a terminal can print and a person can tell apart from any other text.
///
/// Escapes are `\n`, `\r`, `\t` and `\u{202e}`. A backslash stands for itself, and is doubled only where it
/// could be read as the start of an escape.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Shown(Box<str>);

impl Shown {
    /// One line: a line break becomes `\n`.
    pub fn new(raw: impl fmt::Display) -> Self {
        let raw = raw.to_string();
        let mut text = String::with_capacity(raw.len());
        pieces(&raw, |_, piece| text.push_str(piece));
        Self(text.into())
    }

    /// A name that stands by itself: spaces at its ends, which nobody would see, become visible too.
    pub fn name(raw: impl fmt::Display) -> Self {
        let raw = raw.to_string();
        let inside = raw.len() - raw.trim_start_matches(' ').len()..raw.trim_end_matches(' ').len();
        let at_the_end = |at: usize| !inside.contains(&at) && raw[at..].starts_with(' ');
        let mut text = String::with_capacity(raw.len());
        pieces(&raw, |at, piece| {
            text.push_str(match piece {
                " " if at_the_end(at) => "\\u{20}",
                // It would be taken for a part of the escape behind it.
                "\\" if at_the_end(at + 1) => "\\\\",
                _ => piece,
            });
        });
        Self(text.into())
    }

    /// The same in runs of one look each: neighbours for which `look`, asked with their byte, gives the same. A tab
    /// stands for itself as `tab`, which must not be mistaken for text.
    pub fn runs<K: PartialEq>(raw: &str, tab: &str, look: impl Fn(usize) -> K) -> Vec<(K, Self)> {
        let mut runs: Vec<(K, String)> = Vec::new();
        pieces(raw, |at, piece| {
            let piece = if piece == "\\t" && raw[at..].starts_with('\t') { tab } else { piece };
            let look = look(at);
            match runs.last_mut() {
                Some((same, text)) if *same == look => text.push_str(piece),
                Some(_) | None => runs.push((look, piece.to_owned())),
            }
        });
        runs.into_iter().map(|(look, text)| (look, Self(text.into()))).collect()
    }

    /// The lines of a longer text, each made safe. Only a line feed parts lines; a carriage return is shown.
    pub fn lines(raw: &str) -> impl Iterator<Item = Shown> + '_ {
        raw.split('\n').map(Shown::new)
    }

    /// Text that a person edits: a backslash is never doubled, so that a column is a character. A hidden character
    /// is escaped all the same; whoever shows this says by its look that it is no text.
    pub fn plain(raw: &str) -> Self {
        let mut text = String::with_capacity(raw.len());
        for c in raw.chars() {
            match c {
                _ if is_hidden(c) => text.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
                _ => text.push(c),
            }
        }
        Self(text.into())
    }

    /// At most `limit` characters, with `…` in place of what is left out.
    #[must_use]
    pub fn clipped(&self, limit: usize) -> Self {
        if self.0.chars().count() <= limit {
            return self.clone();
        }
        let kept: String = self.0.chars().take(limit.saturating_sub(1)).collect();
        Self(format!("{kept}…").into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Each character of a text as it is shown, with its byte.
fn pieces(raw: &str, mut put: impl FnMut(usize, &str)) {
    let mut buffer = [0; 4];
    for (at, c) in raw.char_indices() {
        match c {
            '\\' if reads_as_escape(&raw[at + 1..]) => put(at, "\\\\"),
            '\n' => put(at, "\\n"),
            '\r' => put(at, "\\r"),
            '\t' => put(at, "\\t"),
            _ if is_hidden(c) => put(at, &format!("\\u{{{:x}}}", u32::from(c))),
            _ => put(at, c.encode_utf8(&mut buffer)),
        }
    }
}

/// Whether a backslash before this text would be taken for the start of an escape.
fn reads_as_escape(rest: &str) -> bool {
    let Some(next) = rest.chars().next() else { return false };
    matches!(next, '\\' | 'n' | 'r' | 't') || rest.starts_with("u{") || next.is_control() || is_hidden(next)
}

/// Characters that move the cursor, change the direction of reading, or show nothing.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Spaces that look like a space and are none.
            '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
            // Joiners, marks and overrides of direction, line and paragraph separators.
            | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            // Fillers that draw nothing, variation selectors, tags.
            | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The way back, to prove that nothing is lost.
    fn unshown(shown: &str) -> String {
        let mut raw = String::new();
        let mut rest = shown;
        while let Some(c) = rest.chars().next() {
            let tail = &rest[c.len_utf8()..];
            rest = match (c, tail.chars().next()) {
                ('\\', Some('\\')) => push(&mut raw, '\\', &tail[1..]),
                ('\\', Some('n')) => push(&mut raw, '\n', &tail[1..]),
                ('\\', Some('r')) => push(&mut raw, '\r', &tail[1..]),
                ('\\', Some('t')) => push(&mut raw, '\t', &tail[1..]),
                ('\\', Some('u')) if tail.starts_with("u{") => {
                    let end = tail.find('}').unwrap();
                    let code = u32::from_str_radix(&tail[2..end], 16).unwrap();
                    push(&mut raw, char::from_u32(code).unwrap(), &tail[end + 1..])
                }
                _ => push(&mut raw, c, tail),
            };
        }
        raw
    }

    fn push<'a>(to: &mut String, c: char, rest: &'a str) -> &'a str {
        to.push(c);
        rest
    }

    #[test]
    fn hostile_text_is_visible() {
        assert_eq!(Shown::new("a\u{202e}b\u{1b}[2Jc\nd").as_str(), "a\\u{202e}b\\u{1b}[2Jc\\nd");
        assert_eq!(Shown::new("C:\\data \\d+ Größe 表").as_str(), "C:\\data \\d+ Größe 表");
        assert_eq!(Shown::new("\\new").as_str(), "\\\\new");
    }

    #[test]
    fn distinct_texts_stay_distinct() {
        let alphabet = ['\\', 'n', 'u', '{', 'a', '}', '\n', '\u{a}', '\u{202e}', '\u{1b}', 'x'];
        let mut seen = BTreeMap::new();
        for a in alphabet {
            for b in alphabet {
                for c in alphabet {
                    for d in alphabet {
                        let raw: String = [a, b, c, d].iter().collect();
                        let shown = Shown::new(&raw).to_string();
                        assert_eq!(unshown(&shown), raw, "{shown}");
                        assert!(shown.chars().all(|c| !is_hidden(c)), "{shown}");
                        if let Some(other) = seen.insert(shown, raw.clone()) {
                            assert_eq!(other, raw);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_name_shows_the_spaces_at_its_ends() {
        for (raw, shown) in [
            ("a b", "a b"),
            (" a  b ", "\\u{20}a  b\\u{20}"),
            ("  ", "\\u{20}\\u{20}"),
            ("\\u{20}", "\\\\u{20}"),
            ("\\ ", "\\\\\\u{20}"),
            ("a\\", "a\\"),
            ("", ""),
        ] {
            assert_eq!(Shown::name(raw).as_str(), shown);
            assert_eq!(unshown(shown), raw);
        }
    }

    #[test]
    fn runs_join_to_the_same_text() {
        let raw = "a\\n\tb\u{202e}größe\n";
        let runs = Shown::runs(raw, ">   ", |at| at % 3);
        let joined: String = runs.iter().map(|(_, run)| run.as_str()).collect();
        assert_eq!(joined, Shown::new(raw).as_str().replacen("\\t", ">   ", 1));
        assert!(runs.len() > 3);
        assert_eq!(Shown::runs(raw, "", |_| ()).len(), 1);
    }

    #[test]
    fn clipping_leaves_a_mark() {
        assert_eq!(Shown::new("abcdef").clipped(4).as_str(), "abc…");
        assert_eq!(Shown::new("abcd").clipped(4).as_str(), "abcd");
    }
}
