//! Where the characters of a line stand on the screen. A cell group is what the cursor steps over: a character with
//! its marks, a tab, or a hidden character, which is written out. It knows widths, never colours, and reads no
//! more of a line than it must.

use std::ops::Range;

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};
use unicode_width::UnicodeWidthStr;

use crate::shown::{Before, Shown};

/// Columns of a tab.
pub const TAB: usize = 4;

/// What one step of the cursor covers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// Bytes of the line.
    pub bytes: Range<usize>,
    /// Columns on the screen, at least one.
    pub width: usize,
    pub kind: GroupKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum GroupKind {
    /// Shown as it is.
    Plain,
    Tab,
    /// Shown as an escape.
    Hidden,
}

/// The group that begins at a byte; none at the end of the line.
pub fn group(line: &str, at: usize) -> Option<Group> {
    let rest = line.get(at..)?;
    let first = rest.chars().next()?;
    if first == '\t' {
        return Some(Group { bytes: at..at + 1, width: TAB, kind: GroupKind::Tab });
    }
    let cluster = rest.graphemes(true).next()?;
    let mut before = Before::new_cluster(line[..at].chars().next_back());
    let length: usize = cluster.chars().take_while(|c| before.takes(*c)).map(char::len_utf8).sum();
    if let Some(plain) = cluster.get(..length).filter(|plain| !plain.is_empty()) {
        return Some(Group { bytes: at..at + length, width: plain.width(), kind: GroupKind::Plain });
    }
    let bytes = at..at + first.len_utf8();
    Some(Group { bytes, width: escape(first).as_str().width(), kind: GroupKind::Hidden })
}

/// How a hidden character, or a mark without anything to stand on, is written out.
pub fn escape(c: char) -> Shown {
    match c {
        '\n' | '\r' => Shown::new(c),
        _ => Shown::plain(&format!("\\u{{{:x}}}", u32::from(c))),
    }
}

/// The bytes from here on that are one column each, and surely groups of their own.
fn simple(line: &str, from: usize) -> usize {
    let bytes = line.as_bytes().get(from..).unwrap_or_default();
    let run = bytes.iter().position(|b| !(b' '..=b'~').contains(b));
    // A mark may follow the last one.
    run.map_or(bytes.len(), |run| run.saturating_sub(1))
}

/// The end of the group that begins at a byte, and its columns. A line can be a megabyte of letters that are no
/// ASCII: those are not looked up one by one.
fn step(line: &str, at: usize) -> Option<(usize, usize)> {
    let mut chars = line.get(at..)?.chars();
    if let Some((c, width)) = chars.next().and_then(|c| Some((c, alone(c)?)))
        && chars.next().is_none_or(|next| alone(next).is_some())
    {
        return Some((at + c.len_utf8(), width));
    }
    group(line, at).map(|group| (group.bytes.end, group.width))
}

/// The columns of letters that never join another one of them.
fn alone(c: char) -> Option<usize> {
    match c {
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{410}'..='\u{44f}' => Some(1),
        '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' => Some(2),
        _ => None,
    }
}

/// The column at which the group of a byte begins.
pub fn column_of(line: &str, byte: usize) -> usize {
    let (mut at, mut column) = (0, 0);
    loop {
        let run = simple(line, at);
        if at + run >= byte {
            return column + (byte - at);
        }
        (at, column) = (at + run, column + run);
        match step(line, at) {
            Some((end, width)) if end <= byte => (at, column) = (end, column + width),
            Some(_) | None => return column,
        }
    }
}

/// The byte of the group that covers a column, and the column at which it begins. Beyond the line: its end.
pub fn byte_at(line: &str, wanted: usize) -> (usize, usize) {
    let (mut at, mut column) = (0, 0);
    loop {
        let run = simple(line, at);
        if column + run >= wanted {
            return (at + (wanted - column), wanted);
        }
        (at, column) = (at + run, column + run);
        match step(line, at) {
            Some((end, width)) if column + width <= wanted => (at, column) = (end, column + width),
            Some(_) | None => return (at, column),
        }
    }
}

/// The start of the next group, or the end of the line.
pub fn next(line: &str, byte: usize) -> usize {
    group(line, byte).map_or(line.len(), |group| group.bytes.end)
}

/// The start of the group before a byte.
pub fn previous(line: &str, byte: usize) -> usize {
    let mut cursor = GraphemeCursor::new(byte.min(line.len()), line.len(), true);
    let cluster = cursor.prev_boundary(line, 0).ok().flatten().unwrap_or(0);
    let mut at = cluster;
    while let Some(group) = group(line, at) {
        if group.bytes.end >= byte {
            break;
        }
        at = group.bytes.end;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 12] = [
        "",
        "select 1",
        "a\tb\t",
        "e\u{301}x",
        "\u{301}x",
        "表a表",
        "a\u{202e}b\u{200d}c\r",
        "👩\u{200d}💻 x",
        "a\u{1b}[2J",
        "x\u{301}\u{301}\u{301}y",
        "ক\u{9c7}\u{9be}",
        "👍🏽\u{1112}\u{1161}",
    ];

    #[test]
    fn letters_that_stand_alone_are_groups() {
        for (c, width) in ('\u{0}'..='\u{ffff}').filter_map(|c| Some((c, alone(c)?))) {
            for line in [format!("{c}é"), format!("가{c}{c}"), format!("ä{c}")] {
                let at = line.find(c).unwrap();
                let own = group(&line, at).unwrap();
                let end = at + c.len_utf8();
                assert_eq!((own.bytes, own.width, own.kind), (at..end, width, GroupKind::Plain), "{line:?}");
            }
        }
    }

    #[test]
    fn columns_and_bytes_are_each_other_s_way_back() {
        for line in LINES {
            let (mut at, mut column) = (0, 0);
            while let Some(group) = group(line, at) {
                assert!(group.width > 0 && line.get(group.bytes.clone()).is_some(), "{line:?}");
                assert_eq!(column_of(line, at), column, "{line:?}");
                for within in column..column + group.width {
                    assert_eq!(byte_at(line, within), (at, column), "{line:?} {within}");
                }
                assert_eq!(next(line, at), group.bytes.end);
                assert_eq!(previous(line, group.bytes.end), at, "{line:?}");
                (at, column) = (group.bytes.end, column + group.width);
            }
            assert_eq!(at, line.len(), "{line:?}");
            assert_eq!(byte_at(line, column + 9), (line.len(), column), "{line:?}");
        }
    }
}
