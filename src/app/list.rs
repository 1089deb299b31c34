//! A cursor in a list that scrolls: the one way in which trees, findings, logs and choices are walked.

/// Rows kept in sight above and below the cursor.
const MARGIN: usize = 2;

/// Where the cursor is and which row is the first in sight. The list itself is somebody else's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct List {
    pub cursor: usize,
    pub top: usize,
}

/// A way to move in a list.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Motion {
    Down(usize),
    Up(usize),
    HalfDown,
    HalfUp,
    PageDown,
    PageUp,
    First,
    Last,
    /// To this row.
    To(usize),
}

impl List {
    /// Moves within `len` rows of which `height` are in sight. Never leaves the list.
    pub fn go(&mut self, motion: Motion, len: usize, height: usize) {
        let last = len.saturating_sub(1);
        let half = (height / 2).max(1);
        let page = height.saturating_sub(MARGIN).max(1);
        let to = match motion {
            Motion::Down(count) => self.cursor.saturating_add(count),
            Motion::Up(count) => self.cursor.saturating_sub(count),
            Motion::HalfDown => self.cursor.saturating_add(half),
            Motion::HalfUp => self.cursor.saturating_sub(half),
            Motion::PageDown => self.cursor.saturating_add(page),
            Motion::PageUp => self.cursor.saturating_sub(page),
            Motion::First => 0,
            Motion::Last => last,
            Motion::To(row) => row,
        };
        self.cursor = to.min(last);
        self.settle(len, height);
    }

    /// Brings the cursor into the list and into sight. To be called when the list or its height changes.
    pub fn settle(&mut self, len: usize, height: usize) {
        self.cursor = self.cursor.min(len.saturating_sub(1));
        let height = height.max(1);
        let margin = MARGIN.min((height - 1) / 2);
        let highest = (self.cursor + margin + 1).saturating_sub(height);
        let lowest = self.cursor.saturating_sub(margin);
        self.top = self.top.clamp(highest.min(lowest), lowest).min(len.saturating_sub(height));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_in_the_list_and_in_sight() {
        let motions = [
            Motion::Down(1),
            Motion::Down(7),
            Motion::HalfDown,
            Motion::PageDown,
            Motion::Up(3),
            Motion::HalfUp,
            Motion::PageUp,
            Motion::Last,
            Motion::First,
            Motion::To(17),
            Motion::Down(usize::MAX),
        ];
        for len in [0, 1, 2, 5, 30, 1000] {
            for height in [0, 1, 2, 3, 10, 50] {
                let mut list = List::default();
                for motion in motions.iter().cycle().take(200) {
                    list.go(*motion, len, height);
                    assert!(list.cursor < len.max(1), "{motion:?} {len} {height}");
                    assert!(list.top <= list.cursor, "{motion:?} {len} {height}: {list:?}");
                    assert!(list.cursor < list.top + height.max(1), "{motion:?} {len} {height}: {list:?}");
                    assert!(list.top <= len.saturating_sub(height.max(1)), "empty rows at the end: {list:?}");
                }
            }
        }
    }
}
