//! A line of SQL as somebody wrote it: coloured by its tokens, with marked ranges, scrolled sideways. Control
//! characters are visible, tabs are spread.

use std::ops::Range;

use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::shown::Shown;

use super::brush::{Canvas, Ink};

/// Longer lines are cut before they are measured: nobody reads so far to the right.
const LONGEST: usize = 4_096;

/// Where a line goes.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    /// Columns scrolled out on the left.
    pub left: usize,
}

/// Draws the line; `look` says how a byte of it looks. The columns used.
pub fn line(canvas: &mut Canvas<'_>, place: Place, raw: &str, look: impl Fn(usize) -> Style) -> u16 {
    let raw = cut(raw);
    let tab = if canvas.glyphs().ellipsis.is_ascii() { ">   " } else { "\u{203a}   " };
    let mut skip = place.left;
    let mut x = place.x;
    let end = place.x + place.width;
    for (style, run) in Shown::runs(raw, tab, look) {
        let (hidden, from) = behind(run.as_str(), skip);
        skip -= hidden;
        let ink = Ink::tail(&run, from);
        let (room, width) = (end.saturating_sub(x), ink.width());
        if room == 0 {
            break;
        }
        x += canvas.put(x, place.y, room, ink, style);
        if width > room {
            break;
        }
    }
    x - place.x
}

fn cut(raw: &str) -> &str {
    if raw.len() <= LONGEST {
        return raw;
    }
    let mut end = LONGEST;
    while !raw.is_char_boundary(end) {
        end -= 1;
    }
    &raw[..end]
}

/// The columns that are scrolled out, of at most so many, and the byte that they end at.
fn behind(text: &str, columns: usize) -> (usize, usize) {
    let mut hidden = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if hidden >= columns {
            return (columns, at);
        }
        hidden += grapheme.width();
    }
    (hidden.min(columns), if columns == 0 { 0 } else { text.len() })
}

/// Whether a byte lies in one of the ranges, which are sorted.
pub fn within(ranges: &[Range<usize>], at: usize) -> bool {
    let next = ranges.partition_point(|range| range.end <= at);
    ranges.get(next).is_some_and(|range| range.contains(&at))
}
