//! The symbols that the screen is drawn with, in Unicode and in ASCII. No emoji, and nothing that some terminals
//! draw two columns wide, but for box drawing; who has that trouble takes ASCII.

use std::collections::BTreeMap;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Symbols {
    #[default]
    Unicode,
    Ascii,
}

impl Symbols {
    pub fn id(self) -> &'static str {
        match self {
            Self::Unicode => "unicode",
            Self::Ascii => "ascii",
        }
    }

    pub fn of(id: &str) -> Option<Self> {
        [Self::Unicode, Self::Ascii].into_iter().find(|symbols| symbols.id() == id)
    }

    /// What the locale of the environment says: ASCII where letters beyond it would be garbled.
    pub fn of_environment(variables: &BTreeMap<String, String>) -> Self {
        let set = |name: &&str| variables.get(*name).filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set).map_or("", String::as_str);
        let utf8 = locale.to_lowercase().replace('-', "").contains("utf8");
        if utf8 { Self::Unicode } else { Self::Ascii }
    }

    pub fn glyphs(self) -> &'static Glyphs {
        match self {
            Self::Unicode => &UNICODE,
            Self::Ascii => &ASCII,
        }
    }
}

/// The lines of a box.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    pub horizontal: &'static str,
    pub vertical: &'static str,
    pub top_left: &'static str,
    pub top_right: &'static str,
    pub bottom_left: &'static str,
    pub bottom_right: &'static str,
    /// Where a line leaves to the right, to the left, down, up.
    pub tee_right: &'static str,
    pub tee_left: &'static str,
    pub tee_down: &'static str,
    pub tee_up: &'static str,
    pub cross: &'static str,
}

/// Each is one column wide, but for `ellipsis` in ASCII, which is two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Glyphs {
    pub frame: Frame,
    /// Around the pane that has the focus: it must differ without colour.
    pub focused: Frame,
    pub fold_open: &'static str,
    pub fold_closed: &'static str,
    pub arrow_left: &'static str,
    pub arrow_right: &'static str,
    pub arrow_up: &'static str,
    pub arrow_down: &'static str,
    /// Stands where the other side has something.
    pub missing: &'static str,
    pub check: &'static str,
    pub cross: &'static str,
    pub ellipsis: &'static str,
    pub separator: &'static str,
    pub scroll_track: &'static str,
    pub scroll_thumb: &'static str,
    /// The frames of the spinner; the first stands alone where motion is reduced.
    pub spinner: &'static [&'static str],
}

const UNICODE: Glyphs = Glyphs {
    frame: Frame {
        horizontal: "─",
        vertical: "│",
        top_left: "┌",
        top_right: "┐",
        bottom_left: "└",
        bottom_right: "┘",
        tee_right: "├",
        tee_left: "┤",
        tee_down: "┬",
        tee_up: "┴",
        cross: "┼",
    },
    focused: Frame {
        horizontal: "━",
        vertical: "┃",
        top_left: "┏",
        top_right: "┓",
        bottom_left: "┗",
        bottom_right: "┛",
        tee_right: "┣",
        tee_left: "┫",
        tee_down: "┳",
        tee_up: "┻",
        cross: "╋",
    },
    fold_open: "▾",
    fold_closed: "▸",
    arrow_left: "⇠",
    arrow_right: "⇢",
    arrow_up: "⇡",
    arrow_down: "⇣",
    missing: ".",
    check: "✓",
    cross: "✗",
    ellipsis: "⋯",
    separator: "│",
    scroll_track: "│",
    scroll_thumb: "┃",
    spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
};

const ASCII: Glyphs = Glyphs {
    frame: Frame {
        horizontal: "-",
        vertical: "|",
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        tee_right: "+",
        tee_left: "+",
        tee_down: "+",
        tee_up: "+",
        cross: "+",
    },
    focused: Frame {
        horizontal: "=",
        vertical: "|",
        top_left: "#",
        top_right: "#",
        bottom_left: "#",
        bottom_right: "#",
        tee_right: "#",
        tee_left: "#",
        tee_down: "#",
        tee_up: "#",
        cross: "#",
    },
    fold_open: "v",
    fold_closed: ">",
    arrow_left: "<",
    arrow_right: ">",
    arrow_up: "^",
    arrow_down: "v",
    missing: ".",
    check: "y",
    cross: "x",
    ellipsis: "..",
    separator: "|",
    scroll_track: "|",
    scroll_thumb: "#",
    spinner: &["-", "\\", "|", "/"],
};

impl Frame {
    #[cfg(test)]
    fn all(&self) -> [&'static str; 11] {
        [
            self.horizontal,
            self.vertical,
            self.top_left,
            self.top_right,
            self.bottom_left,
            self.bottom_right,
            self.tee_right,
            self.tee_left,
            self.tee_down,
            self.tee_up,
            self.cross,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    fn signs(glyphs: &Glyphs) -> Vec<&'static str> {
        let mut signs = vec![
            glyphs.fold_open,
            glyphs.fold_closed,
            glyphs.arrow_left,
            glyphs.arrow_right,
            glyphs.arrow_up,
            glyphs.arrow_down,
            glyphs.missing,
            glyphs.check,
            glyphs.cross,
        ];
        signs.extend(glyphs.spinner);
        signs
    }

    #[test]
    fn unicode_is_one_column_wide_everywhere() {
        let glyphs = Symbols::Unicode.glyphs();
        for sign in signs(glyphs).into_iter().chain([glyphs.ellipsis]) {
            assert_eq!((sign.width(), sign.width_cjk()), (1, 1), "{sign}");
        }
        let lines = [glyphs.separator, glyphs.scroll_track, glyphs.scroll_thumb];
        for line in glyphs.frame.all().into_iter().chain(glyphs.focused.all()).chain(lines) {
            assert_eq!(line.width(), 1);
            assert!(line.chars().all(|c| ('\u{2500}'..='\u{257f}').contains(&c)), "{line} is box drawing");
        }
    }

    #[test]
    fn ascii_is_ascii() {
        let glyphs = Symbols::Ascii.glyphs();
        let lines = [glyphs.separator, glyphs.scroll_track, glyphs.scroll_thumb];
        for sign in
            signs(glyphs).into_iter().chain(glyphs.frame.all()).chain(glyphs.focused.all()).chain(lines)
        {
            assert!(sign.len() == 1 && sign.is_ascii(), "{sign}");
        }
        assert_eq!(glyphs.ellipsis, "..");
    }

    #[test]
    fn the_locale_decides() {
        let symbols = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Symbols::of_environment(&pairs.collect())
        };
        assert_eq!(symbols(&[("LANG", "de_DE.UTF-8")]), Symbols::Unicode);
        assert_eq!(symbols(&[("LANG", "C.utf8"), ("LC_ALL", "")]), Symbols::Unicode);
        assert_eq!(symbols(&[("LANG", "C.UTF-8"), ("LC_ALL", "POSIX")]), Symbols::Ascii);
        assert_eq!(symbols(&[]), Symbols::Ascii);
    }

    #[test]
    fn focus_shows_without_colour() {
        for symbols in [Symbols::Unicode, Symbols::Ascii] {
            let glyphs = symbols.glyphs();
            assert_ne!(glyphs.frame.horizontal, glyphs.focused.horizontal);
            assert_ne!(glyphs.frame.top_left, glyphs.focused.top_left);
            assert_eq!(Symbols::of(symbols.id()), Some(symbols));
        }
    }
}
