//! Random numbers that a seed repeats, and the texts that somebody with ill will would write.

/// What acts on a terminal, changes how others look, or looks like something else.
const PIECES: &[&str] = &[
    "\x1b[2J",
    "\x1b]0;owned\x07",
    "\x1b]52;c;b3duZWQ=\x07",
    "\x1b]8;;http://x\x1b\\",
    "\x1bc",
    "\x1b[6n",
    "\x1b[?1049l",
    "\x1b[999;999H",
    "\x1b[31m",
    "\x1bP1$r\x1b\\",
    "\x1b",
    "\u{9b}2J",
    "\u{9d}0;x\u{9c}",
    "\u{90}",
    "\x07",
    "\x08",
    "\x0b",
    "\x0c",
    "\x0e",
    "\x0f",
    "\0",
    "\x7f",
    "\r",
    "\n",
    "\r\n",
    "\t",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{202e}",
    "\u{202a}",
    "\u{2066}",
    "\u{2069}",
    "\u{200e}",
    "\u{200f}",
    "\u{61c}",
    "\u{200b}",
    "\u{200c}",
    "\u{200d}",
    "\u{2060}",
    "\u{feff}",
    "\u{ad}",
    "\u{301}",
    "e\u{301}",
    "\u{e9}",
    "\u{20dd}",
    "\u{fe0f}",
    "\u{fe0e}",
    "\u{e0041}",
    "\u{a0}",
    "\u{3000}",
    "\u{2003}",
    "\u{115f}",
    "\u{3164}",
    "\u{2800}",
    "表",
    "テ",
    "한",
    "\u{1112}\u{1161}\u{11ab}",
    "👩\u{200d}👩\u{200d}👧",
    "👍🏽",
    "🇩🇪",
    "🇩",
    "☃",
    "⚠\u{fe0f}",
    "שלום",
    "سلام",
    "لا",
    "क्षि",
    "ไทำ",
    "ﷺ",
    "\u{fffd}",
    "\u{10ffff}",
    "\u{e000}",
    "\u{fdd0}",
    "a",
    "b",
    "table",
    "order id",
    " ",
    "  ",
    "\\",
    "\\n",
    "\\u{1b}",
    "'",
    "\"",
    "`",
    "--",
    "⋯",
    "│",
    ".",
    "(",
    ")",
    "%s",
    "{}",
    "DROP TABLE x;",
];

/// Random numbers that a seed repeats.
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    /// Below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.roll() % end as u64) as usize
    }

    pub fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// A text of up to so many pieces.
    pub fn text(&mut self, pieces: usize) -> String {
        let mut text = String::new();
        for _ in 0..=self.below(pieces) {
            match self.below(8) {
                0 => text.extend(char::from_u32((self.roll() % 0x11_0000) as u32)),
                1 => text.extend(char::from_u32((self.roll() % 0x300) as u32)),
                _ => text.push_str(PIECES[self.below(PIECES.len())]),
            }
        }
        text
    }

    pub fn size(&mut self) -> (u16, u16) {
        match self.below(4) {
            0 => (1 + self.below(20) as u16, 1 + self.below(10) as u16),
            1 => (80, 24),
            _ => (1 + self.below(200) as u16, 1 + self.below(60) as u16),
        }
    }
}
