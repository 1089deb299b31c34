//! Cells → the bytes that draw them, as few as will do: a slow line pays for each. A look is changed by what differs
//! from the one before, blanks take on whatever look does not show on them, and a long run of them is erased. It keeps
//! the terminal's own sixteen colours by their old names, which every terminal knows, and it knows nothing of NO_COLOR:
//! that is the theme's affair.

use std::fmt::Write;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// What shows on a blank.
const ON_BLANKS: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);
/// Modifiers, what switches each on, and what switches it off. One switch may put out two of them.
const SWITCHES: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// How letters look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Look {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }
}

/// Draws the cells, each at its column and row, the rows in order. `width` is that of the screen. The look is plain
/// before and after; where the cursor is afterwards nobody knows.
pub(super) fn draw<'a>(cells: impl Iterator<Item = (u16, u16, &'a Cell)>, width: u16) -> String {
    let cells: Vec<(u16, u16, &Cell)> = cells.collect();
    let mut pen = Pen::default();
    let mut rest = cells.as_slice();
    while let [(x, y, cell), more @ ..] = rest {
        let run = blanks(rest);
        // Erasing leaves the cursor where it is.
        let goes_on = rest.get(run).is_some_and(|(_, row, _)| row == y);
        if run > if goes_on { 10 } else { 4 } {
            pen.go(*x, *y);
            pen.erase(run, usize::from(*x) + run >= usize::from(width));
            rest = rest.get(run..).unwrap_or_default();
            continue;
        }
        pen.go(*x, *y);
        pen.put(cell);
        rest = more;
    }
    pen.dress(Look::default());
    pen.out
}

/// Blanks from here on, side by side, that are nothing but the terminal's own ground.
fn blanks(cells: &[(u16, u16, &Cell)]) -> usize {
    let Some((x, y, _)) = cells.first() else { return 0 };
    let is_next = |(at, (column, row, cell)): &(usize, &(u16, u16, &Cell))| {
        *row == *y && usize::from(*column) == usize::from(*x) + at && is_ground(cell)
    };
    cells.iter().enumerate().take_while(is_next).count()
}

fn is_ground(cell: &Cell) -> bool {
    cell.symbol() == " " && cell.bg == Color::Reset && !cell.modifier.intersects(ON_BLANKS)
}

#[derive(Default)]
struct Pen {
    out: String,
    look: Look,
    /// Where the cursor is, as far as that is certain.
    at: Option<(u16, u16)>,
}

impl Pen {
    fn go(&mut self, x: u16, y: u16) {
        match self.at {
            Some(at) if at == (x, y) => {}
            Some((from, row)) if row == y && x > from => match x - from {
                1 => self.out.push_str("\x1b[C"),
                columns => self.tell(format_args!("\x1b[{columns}C")),
            },
            _ => self.tell(format_args!("\x1b[{};{}H", y + 1, x + 1)),
        }
        self.at = Some((x, y));
    }

    fn put(&mut self, cell: &Cell) {
        let symbol = cell.symbol();
        let mut look = Look::of(cell);
        if symbol == " " && !look.modifier.intersects(ON_BLANKS) && !self.look.modifier.intersects(ON_BLANKS)
        {
            // Its letters would look as they will; there are none.
            look = Look { bg: look.bg, ..self.look };
        }
        self.dress(look);
        self.out.push_str(symbol);
        // How wide other letters are is up to the terminal.
        let is_certain = symbol.len() == 1 || symbol.chars().nth(1).is_none() && symbol.width() == 1;
        self.at = self.at.filter(|_| is_certain).map(|(x, y)| (x + 1, y));
    }

    /// Empties so many cells from here on.
    fn erase(&mut self, cells: usize, to_the_end: bool) {
        if self.look.bg != Color::Reset || self.look.modifier.intersects(ON_BLANKS) {
            self.dress(Look::default());
        }
        if to_the_end {
            self.out.push_str("\x1b[K");
        } else {
            self.tell(format_args!("\x1b[{cells}X"));
        }
    }

    /// Changes the look by what differs, or anew where that is shorter.
    fn dress(&mut self, look: Look) {
        if look == self.look {
            return;
        }
        let anew = changes(Look::default(), look);
        let anew = if anew.is_empty() { anew } else { format!("0;{anew}") };
        let by = changes(self.look, look);
        let shorter = if by.len() <= anew.len() && !by.is_empty() { by } else { anew };
        self.tell(format_args!("\x1b[{shorter}m"));
        self.look = look;
    }

    fn tell(&mut self, words: std::fmt::Arguments<'_>) {
        // Into a string, which takes everything.
        let _ = self.out.write_fmt(words);
    }
}

/// What has to be told of a look to get from one to the other.
fn changes(from: Look, to: Look) -> String {
    let mut told: Vec<String> = Vec::new();
    let mut on = from.modifier;
    for (modifier, _, off) in SWITCHES {
        if on.contains(modifier) && !to.modifier.contains(modifier) {
            told.push(off.to_string());
            for (other, _, _) in SWITCHES.iter().filter(|(_, _, same)| *same == off) {
                on.remove(*other);
            }
        }
    }
    let missing =
        SWITCHES.iter().filter(|(modifier, ..)| to.modifier.contains(*modifier) && !on.contains(*modifier));
    told.extend(missing.map(|(_, number, _)| number.to_string()));
    if from.fg != to.fg {
        told.push(colour(to.fg, 0));
    }
    if from.bg != to.bg {
        told.push(colour(to.bg, 10));
    }
    told.join(";")
}

/// A colour of letters; 10 further on, that of their ground.
fn colour(colour: Color, further: u8) -> String {
    let own = |number: u8| (number + further).to_string();
    match colour {
        Color::Reset => own(39),
        Color::Black => own(30),
        Color::Red => own(31),
        Color::Green => own(32),
        Color::Yellow => own(33),
        Color::Blue => own(34),
        Color::Magenta => own(35),
        Color::Cyan => own(36),
        Color::Gray => own(37),
        Color::DarkGray => own(90),
        Color::LightRed => own(91),
        Color::LightGreen => own(92),
        Color::LightYellow => own(93),
        Color::LightBlue => own(94),
        Color::LightMagenta => own(95),
        Color::LightCyan => own(96),
        Color::White => own(97),
        Color::Indexed(index) => format!("{};5;{index}", 38 + further),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", 38 + further),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    const SIZE: (u16, u16) = (30, 4);

    fn blank() -> Buffer {
        Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1))
    }

    fn difference(before: &Buffer, after: &Buffer) -> String {
        draw(before.diff(after).into_iter(), SIZE.0)
    }

    #[test]
    fn a_word_in_a_colour_is_told_once() {
        let mut after = blank();
        after.set_string(2, 1, "ab cd", Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
        assert_eq!(difference(&blank(), &after), "\x1b[2;3H\x1b[1;31mab cd\x1b[m");
    }

    #[test]
    fn only_what_differs_of_a_look_is_told() {
        let mut after = blank();
        let bold = Style::new().fg(Color::Indexed(200)).add_modifier(Modifier::BOLD);
        after.set_string(0, 0, "a", bold);
        after.set_string(1, 0, "b", bold.add_modifier(Modifier::DIM));
        after.set_string(2, 0, "c", bold);
        after.set_string(3, 0, "d", Style::new());
        assert_eq!(difference(&blank(), &after), "\x1b[1;1H\x1b[1;38;5;200ma\x1b[2mb\x1b[22;1mc\x1b[md");
    }

    #[test]
    fn long_blanks_are_erased() {
        let mut before = blank();
        before.set_string(0, 0, "x".repeat(30), Style::new());
        before.set_string(0, 1, "y".repeat(20), Style::new());
        let mut after = blank();
        after.set_string(0, 1, "ok", Style::new());
        after.set_string(19, 1, "y", Style::new());
        assert_eq!(difference(&before, &after), "\x1b[1;1H\x1b[K\x1b[2;1Hok\x1b[17X");
    }

    #[test]
    fn a_wide_letter_leaves_nothing_to_guess() {
        let mut after = blank();
        after.set_string(0, 0, "\u{8868}a", Style::new());
        assert_eq!(difference(&blank(), &after), "\x1b[1;1H\u{8868}\x1b[1;3Ha");
    }

    /// Whatever changes into whatever, the terminal shows what was drawn. Without wide letters: what a terminal does
    /// with the other half of one that is overwritten is its own affair.
    #[test]
    fn a_terminal_shows_what_was_drawn() {
        let mut random = 7_u32;
        let mut next = |below: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) % below
        };
        let mut terminal = vt100::Parser::new(SIZE.1.try_into().unwrap(), SIZE.0.try_into().unwrap(), 0);
        let mut before = blank();
        for round in 0..2000 {
            let mut after = if next(4) == 0 { blank() } else { before.clone() };
            for _ in 0..next(6) {
                let text = ["a", "    ", "ab", "\u{2502}x", "              ", "e\u{301}"][next(6) as usize];
                let mut style = Style::reset();
                if next(2) == 0 {
                    style = style
                        .fg([Color::Red, Color::White, Color::Indexed(9), Color::Rgb(1, 2, 3)]
                            [next(4) as usize]);
                }
                if next(3) == 0 {
                    style = style.bg([Color::Blue, Color::LightRed, Color::Indexed(77)][next(3) as usize]);
                }
                // Bold and dim are one thing to the emulator.
                let strong = [Modifier::BOLD, Modifier::DIM][next(2) as usize];
                for modifier in [strong, Modifier::REVERSED, Modifier::UNDERLINED] {
                    if next(4) == 0 {
                        style = style.add_modifier(modifier);
                    }
                }
                after.set_string(next(30) as u16, next(4) as u16, text, style);
            }
            terminal.process(difference(&before, &after).as_bytes());
            let mut skip = 0;
            for y in 0..SIZE.1 {
                for x in 0..SIZE.0 {
                    let (cell, seen) = (&after[(x, y)], terminal.screen().cell(y, x).unwrap());
                    if skip > 0 {
                        skip -= 1;
                        continue;
                    }
                    skip = cell.symbol().width().saturating_sub(1);
                    let shown = if seen.contents().is_empty() { " " } else { seen.contents() };
                    let at = format!("round {round}, {x},{y}");
                    assert_eq!(cell.symbol(), shown, "{at}");
                    let look = |reversed, underlined| (reversed, underlined);
                    assert_eq!(
                        look(
                            cell.modifier.contains(Modifier::REVERSED),
                            cell.modifier.contains(Modifier::UNDERLINED)
                        ),
                        look(seen.inverse(), seen.underline()),
                        "{at}"
                    );
                    assert_eq!(ground(cell.bg), seen.bgcolor(), "{at}");
                    if cell.symbol() != " " {
                        assert_eq!(cell.modifier.contains(Modifier::BOLD), seen.bold(), "{at}");
                        assert_eq!(cell.modifier.contains(Modifier::DIM), seen.dim(), "{at}");
                        assert_eq!(ground(cell.fg), seen.fgcolor(), "{at}");
                    }
                }
            }
            before = after;
        }
    }

    fn ground(colour: Color) -> vt100::Color {
        match colour {
            Color::Red => vt100::Color::Idx(1),
            Color::Blue => vt100::Color::Idx(4),
            Color::LightRed => vt100::Color::Idx(9),
            Color::White => vt100::Color::Idx(15),
            Color::Indexed(index) => vt100::Color::Idx(index),
            Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
            _ => vt100::Color::Default,
        }
    }
}
