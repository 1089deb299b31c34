//! Which words of a replaced line are the difference.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Longer lines are marked as a whole: their words cost more than a frame has.
const LONGEST: usize = 2_000;
/// With less than this share in common (in percent) the words are noise: the lines are simply different.
const ALIKE: usize = 25;

/// Byte ranges that differ, in the line before and in the line after.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Words {
    pub before: Vec<Range<usize>>,
    pub after: Vec<Range<usize>>,
}

/// Compares two lines word by word. Empty where the lines have too little in common.
pub fn words(before: &str, after: &str) -> Words {
    if before.len() > LONGEST || after.len() > LONGEST {
        return Words::default();
    }
    let (old, new) = (pieces(before), pieces(after));
    let texts = |pieces: &[Range<usize>], line: &str| -> Vec<String> {
        pieces.iter().filter_map(|range| line.get(range.clone())).map(str::to_owned).collect()
    };
    let ops = capture_diff_slices(Algorithm::Patience, &texts(&old, before), &texts(&new, after));
    let mut words = Words::default();
    let mut common = 0;
    for op in &ops {
        match *op {
            DiffOp::Equal { old_index, len, .. } => {
                let text = |range: &Range<usize>| before.get(range.clone()).unwrap_or("").trim().len();
                common += old.iter().skip(old_index).take(len).map(text).sum::<usize>();
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                words.before.extend(joined(&old, old_index, old_len));
            }
            DiffOp::Insert { new_index, new_len, .. } => words.after.extend(joined(&new, new_index, new_len)),
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                words.before.extend(joined(&old, old_index, old_len));
                words.after.extend(joined(&new, new_index, new_len));
            }
        }
    }
    let longest = before.trim().len().max(after.trim().len());
    if common * 100 < longest * ALIKE { Words::default() } else { words }
}

/// Words, runs of space, and every other character for itself.
fn pieces(line: &str) -> Vec<Range<usize>> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 0,
        c if c.is_whitespace() => 1,
        _ => 2,
    };
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut former = None;
    for (at, c) in line.char_indices() {
        let own = class(c);
        let end = at + c.len_utf8();
        match pieces.last_mut() {
            Some(last) if former == Some(own) && own != 2 => last.end = end,
            Some(_) | None => pieces.push(at..end),
        }
        former = Some(own);
    }
    pieces
}

fn joined(pieces: &[Range<usize>], from: usize, len: usize) -> Option<Range<usize>> {
    let run = pieces.get(from..from + len)?;
    Some(run.first()?.start..run.last()?.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(line: &str, ranges: &[Range<usize>]) -> String {
        let mut text = line.to_owned();
        for range in ranges.iter().rev() {
            text.insert(range.end, ']');
            text.insert(range.start, '[');
        }
        text
    }

    #[test]
    fn the_words_that_differ_are_found() {
        for (before, after, left, right) in [
            (
                "email varchar(100) NOT NULL,",
                "email varchar(255),",
                "email varchar([100])[ NOT NULL],",
                "email varchar([255]),",
            ),
            ("größe int", "größe bigint", "größe [int]", "größe [bigint]"),
            ("a int", "zzz text DEFAULT 'x'", "a int", "zzz text DEFAULT 'x'"),
            ("same", "same", "same", "same"),
        ] {
            let found = words(before, after);
            assert_eq!(marked(before, &found.before), left);
            assert_eq!(marked(after, &found.after), right);
        }
    }
}
