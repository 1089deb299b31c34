//! A terminal's screen as SVG: one text element for each run of cells that look alike, grounds as rectangles, and
//! lines drawn as paths, so that frames are closed whatever font the reader has.

use std::collections::BTreeMap;
use std::fmt::Write;

use vt100::{Cell, Color, Screen};

/// Of a cell, in hundredths of a unit: whole numbers print the same everywhere.
const WIDTH: u32 = 843;
const HEIGHT: u32 = 1800;
const MARGIN: u32 = 1400;
const GROUND: &str = "#15181e";
const INK: &str = "#d8dce4";
const ANSI: [&str; 16] = [
    "#15181e", "#ff8b87", "#8fd6a0", "#f0c674", "#82aaff", "#c7a8ff", "#7fd3d8", "#d8dce4", "#7d8796",
    "#ffa3a3", "#b4f0c2", "#ffd9a0", "#a8c7ff", "#d3b0ff", "#a5e3e6", "#ffffff",
];

/// How a run of cells looks.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Look {
    fg: String,
    bg: String,
    bold: bool,
    dim: bool,
    italic: bool,
    underlined: bool,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let (mut fg, mut bg) = (colour(cell.fgcolor(), INK), colour(cell.bgcolor(), GROUND));
        if cell.inverse() {
            std::mem::swap(&mut fg, &mut bg);
        }
        Self {
            fg,
            bg,
            bold: cell.bold(),
            dim: cell.dim(),
            italic: cell.italic(),
            underlined: cell.underline(),
        }
    }
}

/// Cells beside each other that look alike.
struct Run {
    row: u32,
    column: u32,
    cells: u32,
    text: String,
    look: Look,
}

pub fn picture(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (u32::from(rows.get()), u32::from(columns.get()));
    let (width, height) = (columns * WIDTH + 2 * MARGIN, rows * HEIGHT + 2 * MARGIN);
    let mut svg = String::new();
    writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\">\n\
         <title>The workbench of migrator-tui</title>\n\
         <style>text{{font:14px ui-monospace,SFMono-Regular,Menlo,\"DejaVu Sans Mono\",\"Liberation Mono\",\
         Consolas,monospace;white-space:pre}}path{{fill:none}}</style>\n\
         <rect width=\"{w}\" height=\"{h}\" rx=\"8\" fill=\"{GROUND}\"/>",
        w = units(width),
        h = units(height),
    )
    .unwrap();
    let runs = runs(screen, rows, columns);
    grounds(&mut svg, &runs);
    lines(&mut svg, screen, rows, columns);
    for run in &runs {
        text(&mut svg, run);
    }
    svg.push_str("</svg>\n");
    svg
}

fn runs(screen: &Screen, rows: u32, columns: u32) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let Some(cell) = screen.cell(row as u16, column as u16) else { continue };
            if cell.is_wide_continuation() {
                if let Some(last) = runs.last_mut() {
                    last.cells += 1;
                }
                continue;
            }
            let look = Look::of(cell);
            // What is drawn as a line leaves a gap in the text.
            let text = match cell.contents() {
                "" => " ",
                contents if arms(contents).is_some() => " ",
                contents => contents,
            };
            match runs.last_mut().filter(|last| last.row == row && last.look == look) {
                Some(last) => {
                    last.text.push_str(text);
                    last.cells += 1;
                }
                None => runs.push(Run { row, column, cells: 1, text: text.to_owned(), look }),
            }
        }
    }
    runs
}

fn grounds(svg: &mut String, runs: &[Run]) {
    for run in runs.iter().filter(|run| run.look.bg != GROUND) {
        writeln!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
            units(MARGIN + run.column * WIDTH),
            units(MARGIN + run.row * HEIGHT),
            units(run.cells * WIDTH),
            units(HEIGHT),
            run.look.bg
        )
        .unwrap();
    }
}

/// Long gaps end a text, so that columns stay where they are in any font.
fn text(svg: &mut String, run: &Run) {
    let y = units(MARGIN + run.row * HEIGHT + HEIGHT * 13 / 18);
    let mut style = String::new();
    for (has, attribute) in [
        (run.look.bold, " font-weight=\"bold\""),
        (run.look.italic, " font-style=\"italic\""),
        (run.look.underlined, " text-decoration=\"underline\""),
        (run.look.dim, " fill-opacity=\"0.65\""),
    ] {
        if has {
            style.push_str(attribute);
        }
    }
    let cells: Vec<char> = run.text.chars().collect();
    // Where a character takes more or less than a cell, the run is placed as a whole.
    let pieces = if cells.len() as u32 == run.cells { pieces(&cells) } else { vec![(0, cells)] };
    for (at, piece) in pieces {
        let width = if piece.len() > 1 {
            format!(" textLength=\"{}\"", units(piece.len() as u32 * WIDTH))
        } else {
            String::new()
        };
        let words: String = piece.iter().map(|c| escaped(*c)).collect();
        let x = units(MARGIN + (run.column + at) * WIDTH);
        writeln!(svg, "<text x=\"{x}\" y=\"{y}\"{width} fill=\"{}\"{style}>{words}</text>", run.look.fg)
            .unwrap();
    }
}

/// The parts between gaps of two blanks and more, with their places.
fn pieces(cells: &[char]) -> Vec<(u32, Vec<char>)> {
    let mut pieces: Vec<(u32, Vec<char>)> = Vec::new();
    let mut gap = 2;
    for (at, c) in cells.iter().enumerate() {
        if *c == ' ' {
            gap += 1;
            continue;
        }
        match pieces.last_mut().filter(|_| gap < 2) {
            Some((_, piece)) => {
                piece.extend(std::iter::repeat_n(' ', gap));
                piece.push(*c);
            }
            None => pieces.push((at as u32, vec![*c])),
        }
        gap = 0;
    }
    pieces
}

/// The lines of frames: one path for each colour and strength.
fn lines(svg: &mut String, screen: &Screen, rows: u32, columns: u32) {
    let mut paths: BTreeMap<(String, u32), String> = BTreeMap::new();
    for row in 0..rows {
        for column in 0..columns {
            let Some(cell) = screen.cell(row as u16, column as u16) else { continue };
            let Some((strength, [left, right, up, down])) = arms(cell.contents()) else { continue };
            let path = paths.entry((Look::of(cell).fg, strength)).or_default();
            let (x, y) = (MARGIN + column * WIDTH, MARGIN + row * HEIGHT);
            let (middle, centre) = (x + WIDTH / 2, y + HEIGHT / 2);
            let from = if left { x } else { middle };
            let to = if right { x + WIDTH } else { middle };
            if from != to {
                write!(path, "M{} {}H{}", units(from), units(centre), units(to)).unwrap();
            }
            let from = if up { y } else { centre };
            let to = if down { y + HEIGHT } else { centre };
            if from != to {
                write!(path, "M{} {}V{}", units(middle), units(from), units(to)).unwrap();
            }
        }
    }
    for ((colour, strength), path) in paths {
        writeln!(
            svg,
            "<path stroke=\"{colour}\" stroke-width=\"{}\" stroke-linecap=\"square\" d=\"{path}\"/>",
            units(strength)
        )
        .unwrap();
    }
}

/// Where a line character reaches to (left, right, up, down), and how strong it is.
fn arms(contents: &str) -> Option<(u32, [bool; 4])> {
    const LIGHT: u32 = 100;
    const HEAVY: u32 = 220;
    let (strength, reaches) = match contents {
        "─" => (LIGHT, [1, 1, 0, 0]),
        "│" => (LIGHT, [0, 0, 1, 1]),
        "┌" | "╭" => (LIGHT, [0, 1, 0, 1]),
        "┐" | "╮" => (LIGHT, [1, 0, 0, 1]),
        "└" | "╰" => (LIGHT, [0, 1, 1, 0]),
        "┘" | "╯" => (LIGHT, [1, 0, 1, 0]),
        "━" => (HEAVY, [1, 1, 0, 0]),
        "┃" => (HEAVY, [0, 0, 1, 1]),
        "┏" => (HEAVY, [0, 1, 0, 1]),
        "┓" => (HEAVY, [1, 0, 0, 1]),
        "┗" => (HEAVY, [0, 1, 1, 0]),
        "┛" => (HEAVY, [1, 0, 1, 0]),
        _ => return None,
    };
    Some((strength, reaches.map(|reaches| reaches == 1)))
}

fn colour(colour: Color, usual: &str) -> String {
    match colour {
        Color::Default => usual.to_owned(),
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Idx(at @ 0..=15) => ANSI[usize::from(at)].to_owned(),
        Color::Idx(at @ 16..=231) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let at = at - 16;
            format!("#{:02x}{:02x}{:02x}", level(at / 36), level(at / 6 % 6), level(at % 6))
        }
        Color::Idx(at @ 232..) => {
            let level = 8 + 10 * (at - 232);
            format!("#{level:02x}{level:02x}{level:02x}")
        }
    }
}

/// Hundredths as a decimal number.
fn units(hundredths: u32) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match rest {
        0 => whole.to_string(),
        rest if rest % 10 == 0 => format!("{whole}.{}", rest / 10),
        rest => format!("{whole}.{rest:02}"),
    }
}

fn escaped(c: char) -> String {
    match c {
        '&' => "&amp;".into(),
        '<' => "&lt;".into(),
        '>' => "&gt;".into(),
        c if c.is_control() => " ".into(),
        c => c.to_string(),
    }
}
