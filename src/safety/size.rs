//! How large a table is, as far as anyone knows, in numbers and in words.

use std::fmt;

use crate::model::Estimate;

/// Up to here a scan or a rewrite is over before anyone notices.
const SMALL_ROWS: u64 = 10_000;
const SMALL_BYTES: u64 = 64 << 20;

/// The estimate of one table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Size {
    pub rows: Option<u64>,
    pub bytes: Option<u64>,
}

impl Size {
    pub const UNKNOWN: Self = Self { rows: None, bytes: None };

    pub fn of(estimate: Estimate) -> Self {
        Self { rows: estimate.rows, bytes: estimate.bytes }
    }

    /// The two together; unknown where either is.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let sum = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_add(b?));
        Self { rows: sum(self.rows, other.rows), bytes: sum(self.bytes, other.bytes) }
    }

    /// Known to be small. What is not known counts as large.
    pub fn is_small(self) -> bool {
        self.rows.is_some_and(|rows| rows <= SMALL_ROWS)
            && self.bytes.is_none_or(|bytes| bytes <= SMALL_BYTES)
    }
}

impl fmt::Display for Size {
    /// `about 40 000 000 rows, 12 GiB`, or `row count unknown`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rows {
            None => f.write_str("row count unknown")?,
            Some(1) => f.write_str("about 1 row")?,
            Some(rows) => write!(f, "about {} rows", grouped(rows))?,
        }
        match self.bytes {
            Some(bytes) if bytes > 0 => write!(f, ", {}", volume(bytes)),
            Some(_) | None => Ok(()),
        }
    }
}

/// Digits in groups of three: `40 000 000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn volume(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut rest = bytes;
    let mut unit = None;
    for name in UNITS {
        if rest < 1024 {
            break;
        }
        rest /= 1024;
        unit = Some(name);
    }
    format!("{rest} {}", unit.unwrap_or("bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_needs_knowledge() {
        let size = |rows, bytes| Size { rows, bytes };
        assert!(size(Some(10_000), Some(64 << 20)).is_small());
        assert!(size(Some(0), None).is_small());
        assert!(!size(Some(10_001), Some(0)).is_small());
        assert!(!size(Some(10), Some(65 << 20)).is_small());
        assert!(!Size::UNKNOWN.is_small());
    }

    #[test]
    fn words() {
        let size = |rows, bytes| Size { rows, bytes }.to_string();
        assert_eq!(size(Some(40_000_000), Some(12 << 30)), "about 40 000 000 rows, 12 GiB");
        assert_eq!(size(Some(999), None), "about 999 rows");
        assert_eq!(size(Some(1), Some(8192)), "about 1 row, 8 KiB");
        assert_eq!(size(None, None), "row count unknown");
    }
}
