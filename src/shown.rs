//! Text made safe for a terminal cell. Names, definitions and messages come from servers and files that
//! somebody else wrote: control characters, text direction overrides and characters without a shape become
//! visible escapes. Two different texts never look the same, and each takes as many cells on one terminal as on
//! another. It never shortens text without a mark.

use std::fmt;

use unicode_normalization::IsNormalized;
use unicode_normalization::char::{canonical_combining_class, compose, decompose_canonical};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

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
            // A mark stays with the letter that it stands on.
            let is_mark = piece.chars().all(|c| c.width() == Some(0));
            match runs.last_mut() {
                Some((same, text)) if *same == look || is_mark => text.push_str(piece),
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
        let mut before = Before::default();
        for c in raw.chars() {
            match before.takes(c) {
                true => text.push(c),
                false => text.push_str(&escape(c)),
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
    let mut before = Before::default();
    for (at, c) in raw.char_indices() {
        let is_taken = before.takes(c);
        match c {
            '\\' if reads_as_escape(&raw[at + 1..]) => put(at, "\\\\"),
            '\n' => put(at, "\\n"),
            '\r' => put(at, "\\r"),
            '\t' => put(at, "\\t"),
            _ if is_taken => put(at, c.encode_utf8(&mut buffer)),
            _ => put(at, &escape(c)),
        }
    }
}

fn escape(c: char) -> String {
    format!("\\u{{{:x}}}", u32::from(c))
}

/// Marks on one letter that every terminal keeps; some drop the others.
const MARKS: u8 = 2;

/// What stands before a character, as far as its own look depends on it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Before {
    /// What the character could melt into one with.
    starter: Option<char>,
    /// Marks that stand on the last letter, and their highest class; none where there is no letter to stand on.
    marks: Option<(u8, u8)>,
}

impl Before {
    /// Where a new cluster begins: no mark finds a letter here.
    pub(crate) fn new_cluster(last: Option<char>) -> Self {
        Self { starter: last, marks: None }
    }

    /// Whether the next character stands for itself. It does not where it shows nothing, where it is a mark with no
    /// letter below or one too many, and where another way to write the same would look the same: `e` with an
    /// accent behind it and `é` are two names.
    pub(crate) fn takes(&mut self, c: char) -> bool {
        let taken = if c < '\u{300}' { (!is_hidden(c)).then_some((0, 0)) } else { self.taken(c) };
        let is_starter = c < '\u{300}' || canonical_combining_class(c) == 0;
        self.marks = taken;
        self.starter = match taken {
            Some(_) if is_starter => Some(c),
            Some(_) => self.starter,
            None => None,
        };
        taken.is_some()
    }

    fn taken(&self, c: char) -> Option<(u8, u8)> {
        let is_one_way_of_two = unicode_normalization::is_nfc_quick(std::iter::once(c)) == IsNormalized::No
            || self.starter.is_some_and(|starter| compose(starter, c).is_some());
        if is_hidden(c) || is_one_way_of_two {
            return None;
        }
        let class = canonical_combining_class(c);
        if c.width() != Some(0) {
            return (class == 0).then_some((0, 0));
        }
        let (count, highest) = self.marks.filter(|(count, _)| *count < MARKS && is_mark(c))?;
        let highest = if count == 0 { self.starter.map_or(0, last_class) } else { highest };
        // Marks of one letter in another order look the same.
        (class == 0 || class >= highest).then_some((count + 1, class))
    }
}

/// Whether it joins the letter before it; not everything without a width does.
fn is_mark(c: char) -> bool {
    let mut buffer = [b'a'; 5];
    let end = 1 + c.encode_utf8(&mut buffer[1..]).len();
    str::from_utf8(&buffer[..end]).is_ok_and(|text| text.graphemes(true).count() == 1)
}

/// The class of the last mark that a letter has by itself.
fn last_class(letter: char) -> u8 {
    let mut class = 0;
    decompose_canonical(letter, |part| class = canonical_combining_class(part));
    class
}

/// Whether a backslash before this text would be taken for the start of an escape.
fn reads_as_escape(rest: &str) -> bool {
    let Some(next) = rest.chars().next() else { return false };
    matches!(next, '\\' | 'n' | 'r' | 't')
        || rest.starts_with("u{")
        || !Before::new_cluster(Some('\\')).takes(next)
        || !Before::default().takes(next)
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
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}'
            // Controls of single scripts: hieroglyphs, shorthand, music; and what is kept free for more of them.
            | '\u{13430}'..='\u{13455}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{fff0}'..='\u{fff8}'
            // One cell or none, two cells or none: terminals do not agree.
            | '\u{ff9e}' | '\u{ff9f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use unicode_width::UnicodeWidthStr;

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
    fn marks_are_shown_where_nobody_is_deceived() {
        for (raw, shown) in [
            ("\u{301}a", "\\u{301}a"),
            ("caf\u{e9}", "café"),
            ("cafe\u{301}", "cafe\\u{301}"),
            ("x\u{301}\u{301}\u{301}", "x\u{301}\u{301}\\u{301}"),
            ("q\u{307}\u{323}", "q\u{307}\\u{323}"),
            ("\n\u{20dd}", "\\n\\u{20dd}"),
            ("\u{1112}\u{1161}\u{11ab}", "\u{1112}\\u{1161}\\u{11ab}"),
            ("\u{212b}", "\\u{212b}"),
            ("👍🏽 ｶ\u{ff9e}", "👍\\u{1f3fd} ｶ\\u{ff9e}"),
            ("क्षि ทำ שָׁ", "क्षि ทำ שָׁ"),
        ] {
            assert_eq!(Shown::new(raw).as_str(), shown);
            assert_eq!(unshown(shown), raw);
        }
    }

    /// What a terminal that knows clusters draws in so many cells, one that knows none draws in as many; and no
    /// text has another way to be written.
    #[test]
    fn every_character_keeps_its_cells_and_its_only_spelling() {
        let neighbours =
            ["", "a", "\\", "\u{301}", "क\u{94d}", "ক\u{9c7}", "表", "\u{1100}", "🇩", "👍", "\u{600}", "ل"];
        // Ideographs and whole syllables are all alike.
        let alike = |c: char| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{17000}'..='\u{18cff}');
        for c in ('\u{0}'..='\u{1ffff}').chain('\u{2f800}'..='\u{2fa1f}').filter(|c| !alike(*c)) {
            // Beyond the scripts in use, each character meets every third neighbour.
            let step = if c < '\u{3000}' { 1 } else { 3 };
            for before in neighbours.iter().skip(c as usize % step).step_by(step) {
                let raw = format!("{before}{c}\u{323}{c}");
                let shown = Shown::new(&raw);
                assert_eq!(unshown(shown.as_str()), raw);
                assert!(unicode_normalization::is_nfc(shown.as_str()), "{raw:?} as {shown}");
                for cluster in shown.as_str().graphemes(true) {
                    let alone: usize = cluster.chars().filter_map(|c| c.width()).sum();
                    assert!(cluster.width() == alone && alone > 0, "{cluster:?} in {shown:?}");
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
