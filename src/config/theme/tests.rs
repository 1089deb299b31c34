//! The themes of the house under their promises, and own files with their complaints.

use super::colour::{Rgb, indexed};
use super::*;

fn themes() -> Vec<Theme> {
    Theme::builtin_names().map(|name| Theme::load(name, &BTreeMap::new()).unwrap()).collect()
}

fn own(files: &[(&str, &str)]) -> BTreeMap<String, ThemeText> {
    let text = |name: &str, text: &str| ThemeText { file: format!("themes/{name}.toml"), text: text.into() };
    files.iter().map(|(name, content)| ((*name).to_owned(), text(name, content))).collect()
}

fn complaint(text: &str) -> String {
    let failure = Theme::load("mine", &own(&[("mine", text)])).expect_err(text);
    format!("{}\n  {}", failure.what, failure.hint)
}

/// What stands side by side and means different things.
const APART: &[&[Role]] = &[
    &[Role::Text, Role::Title, Role::Selection, Role::Cursor, Role::SearchMatch],
    &[Role::Border, Role::BorderFocus],
    &[Role::Hint, Role::Key],
    &[Role::DiffAdd, Role::DiffRemove, Role::DiffChange, Role::DiffRename, Role::DiffContext],
    &[Role::DiffAdd, Role::DiffAddWord, Role::DiffRemove, Role::DiffRemoveWord],
    &[
        Role::SignAdd,
        Role::SignRemove,
        Role::SignChange,
        Role::SignRename,
        Role::SignHazard,
        Role::SignLocked,
        Role::SignUnmodelled,
    ],
    &[Role::SeverityError, Role::SeverityWarn, Role::SeverityInfo],
    &[Role::EnvProduction, Role::EnvStaging, Role::EnvOther],
    &[Role::StatusOk, Role::StatusBusy, Role::StatusFailed],
    &[Role::Agent, Role::AgentPerson],
    &[Role::MarkOk, Role::MarkWanted],
    &[Role::SqlKeyword, Role::SqlName, Role::SqlComment],
];

#[test]
fn meaning_is_there_without_colour() {
    for theme in themes() {
        for depth in [Depth::None, Depth::Ansi16, Depth::Ansi256, Depth::True] {
            for group in APART {
                for (at, one) in group.iter().enumerate() {
                    for other in &group[..at] {
                        let bare = |role| {
                            let look = theme.look(role, depth);
                            Look { fg: Paint::Default, bg: Paint::Default, ..look }
                        };
                        let (a, b) = (bare(*one), bare(*other));
                        assert_ne!(a, b, "{}: {} and {}", theme.name(), one.id(), other.id());
                    }
                }
            }
        }
        for role in Role::ALL {
            let look = theme.look(*role, Depth::None);
            assert_eq!((look.fg, look.bg), (Paint::Default, Paint::Default));
            assert!(look.sign.is_none_or(str::is_ascii), "{}: {}", theme.name(), role.id());
        }
        assert!(theme.look(Role::Selection, Depth::Ansi16).reversed, "{}", theme.name());
    }
}

#[test]
fn the_terminal_theme_uses_what_is_legible_on_any_background() {
    let theme = Theme::builtin(DEFAULT_THEME).unwrap();
    for role in Role::ALL {
        for depth in [Depth::Ansi16, Depth::Ansi256, Depth::True] {
            let look = theme.look(*role, depth);
            assert_eq!(look.bg, Paint::Default, "{}", role.id());
            let legible = [1, 2, 5, 6].map(Paint::Ansi);
            assert!(look.fg == Paint::Default || legible.contains(&look.fg), "{}", role.id());
        }
    }
}

#[test]
fn mono_has_no_colour() {
    let theme = Theme::builtin("mono").unwrap();
    for role in Role::ALL {
        let look = theme.look(*role, Depth::True);
        assert_eq!((look.fg, look.bg), (Paint::Default, Paint::Default), "{}", role.id());
    }
}

fn rgb(paint: Paint) -> Option<Rgb> {
    match paint {
        Paint::Default => None,
        Paint::Ansi(number) | Paint::Indexed(number) => Some(indexed(number)),
        Paint::Rgb(r, g, b) => Some(Rgb(r, g, b)),
    }
}

/// Every text on each ground it can stand on: its own, the screen's, and for SQL the tints of a diff.
#[test]
fn contrast_is_enough() {
    for (name, enough) in [("dark", 4.5), ("light", 4.5), ("high-contrast", 7.0)] {
        let theme = Theme::builtin(name).unwrap();
        assert_eq!(theme.variant(), Some(if name == "light" { Variant::Light } else { Variant::Dark }));
        // Quantised to 256 colours a little is lost.
        for (depth, enough) in [(Depth::True, enough), (Depth::Ansi256, enough - 0.8)] {
            let text = theme.look(Role::Text, depth);
            let (ink, ground) = (rgb(text.fg).unwrap(), rgb(text.bg).unwrap());
            let tints: Vec<Rgb> =
                Role::ALL.iter().filter_map(|role| rgb(theme.look(*role, depth).bg)).collect();
            assert!(tints.len() >= 7, "{name} has tints");
            for role in Role::ALL {
                let look = theme.look(*role, depth);
                let fg = rgb(look.fg).unwrap_or(ink);
                let grounds = match role.id().starts_with("sql.") {
                    true => tints.clone(),
                    false => vec![ground, rgb(look.bg).unwrap_or(ground)],
                };
                for behind in grounds {
                    let found = fg.contrast(behind);
                    assert!(found >= enough, "{name} {depth:?}: {} {found:.2} on {behind:?}", role.id());
                }
                assert!(!look.dim, "{name}: {} is dim", role.id());
            }
        }
        for role in Role::ALL {
            let look = theme.look(*role, Depth::Ansi16);
            assert_eq!(look.bg, Paint::Default, "{name}: {}", role.id());
            let grey = [0, 3, 7, 8, 11, 15].map(Paint::Ansi);
            assert!(!grey.contains(&look.fg), "{name}: {} is {:?}", role.id(), look.fg);
        }
    }
}

#[test]
fn a_palette_alone_makes_a_theme() {
    let text = "inherits = \"dark\"\n[palette]\nadd = { rgb = \"#00ff00\", ansi256 = 46, ansi16 = \"bright-green\" }\n";
    let theme = Theme::load("mine", &own(&[("mine", text)])).unwrap();
    assert_eq!(theme.variant(), Some(Variant::Dark));
    let add = |depth| theme.look(Role::SignAdd, depth).fg;
    assert_eq!(
        [add(Depth::True), add(Depth::Ansi256), add(Depth::Ansi16), add(Depth::None)],
        [Paint::Rgb(0, 255, 0), Paint::Indexed(46), Paint::Ansi(10), Paint::Default]
    );
    let dark = Theme::builtin("dark").unwrap();
    assert_eq!(theme.look(Role::SignRemove, Depth::True), dark.look(Role::SignRemove, Depth::True));
}

/// A theme that was written before a scope existed still matches itself.
#[test]
fn an_older_theme_survives_new_scopes() {
    let text = "symbols = \"ascii\"\n[scope]\n\"diff.add\" = { fg = \"#00aa00\", bg = \"#002200\" }\n";
    let theme = Theme::load("mine", &own(&[("mine", text)])).unwrap();
    assert_eq!(theme.symbols(), Some(Symbols::Ascii));
    let word = theme.look(Role::DiffAddWord, Depth::True);
    assert_eq!((word.fg, word.bg), (Paint::Rgb(0, 0xaa, 0), Paint::Rgb(0, 0x22, 0)));
    assert!(word.bold && word.underlined, "modifiers stay");
    let sign = theme.look(Role::SignAdd, Depth::True);
    assert_eq!((sign.fg, sign.bg, sign.sign), (Paint::Rgb(0, 0xaa, 0), Paint::Default, Some("+")));
}

#[test]
fn own_themes_inherit_from_each_other_and_from_their_namesake() {
    let files = own(&[
        ("dark", "inherits = \"dark\"\n[scope]\n\"title\" = { fg = \"red\" }\n"),
        ("mine", "inherits = \"dark\"\n"),
    ]);
    let theme = Theme::load("mine", &files).unwrap();
    assert_eq!(theme.look(Role::Title, Depth::True).fg, Paint::Ansi(1));
    assert!(theme.look(Role::Title, Depth::True).bold);
    let circle = own(&[("a", "inherits = \"b\"\n"), ("b", "\ninherits = \"a\"\n")]);
    let failure = Theme::load("a", &circle).unwrap_err();
    assert_eq!(failure.what, "themes/b.toml:2: inherits: goes round in a circle: `a`, then `b`");
}

#[test]
fn mistakes_name_file_line_key_and_the_nearest_right_word() {
    let cases = [
        (
            "inherits = \"drak\"\n",
            "themes/mine.toml:1: inherits: there is no theme `drak`\n  did you mean `dark`? known are terminal, \
             dark, light, high-contrast, mono",
        ),
        (
            "variant = \"lite\"\n",
            "themes/mine.toml:1: variant: unknown variant `lite`\n  known are dark, light",
        ),
        (
            "symbols = \"asci\"\n",
            "themes/mine.toml:1: symbols: unknown symbols `asci`\n  did you mean `ascii`? known are unicode, ascii",
        ),
        (
            "[pallette]\nx = \"red\"\n",
            "themes/mine.toml:1: pallette: unknown key\n  did you mean `palette`? known are inherits, variant, \
             symbols, palette, scope",
        ),
        (
            "[palette]\nadd = \"gren\"\n",
            "themes/mine.toml:2: palette.add: unknown colour `gren`\n  did you mean `green`?",
        ),
        (
            "[palette]\nadd = { rgb = \"#12345\" }\n",
            "themes/mine.toml:2: palette.add.rgb: `#12345` is no colour\n  write it as \"#rrggbb\"",
        ),
        (
            "[palette]\nadd = { ansi256 = 256 }\n",
            "themes/mine.toml:2: palette.add.ansi256: 256 is too large\n  numbers go from 0 to 255",
        ),
        (
            "[palette]\nadd = {}\n",
            "themes/mine.toml:2: palette.add: has no column\n  give `rgb`, `ansi256` or `ansi16`",
        ),
        (
            "[palette]\ndefault = \"red\"\n",
            "themes/mine.toml:2: palette.default: `default` is the terminal's own\n  choose another name",
        ),
        (
            "[scope]\n\"diff.ad\" = { fg = \"red\" }\n",
            "themes/mine.toml:2: scope.diff.ad: unknown scope `diff.ad`\n  did you mean `diff.add`?",
        ),
        (
            "[scope]\n\"diff.add\" = { fg = \"adds\" }\n",
            "themes/mine.toml:2: scope.diff.add.fg: unknown colour `adds`\n  did you mean `add`?",
        ),
        (
            "[scope]\n\"diff.add\" = { modifiers = [\"bald\"] }\n",
            "themes/mine.toml:2: scope.diff.add.modifiers: unknown modifier `bald`\n  did you mean `bold`? known \
             are bold, dim, italic, underlined, reversed",
        ),
        (
            "[scope]\n\"diff.add\" = { sign = \"\" }\n",
            "themes/mine.toml:2: scope.diff.add.sign: must be one or two columns wide\n  such as \"+\" or \"->\"",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(complaint(text), expected, "{text}");
    }
    let missing = Theme::load("drk", &BTreeMap::new()).unwrap_err();
    assert_eq!(missing.what, "no theme is called `drk`");
}

#[test]
fn depth_is_what_the_environment_says() {
    let depth = |pairs: &[(&str, &str)]| {
        Depth::of_environment(
            &pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        )
    };
    assert_eq!(depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
    assert_eq!(depth(&[("TERM", "tmux-256color")]), Depth::Ansi256);
    assert_eq!(depth(&[("TERM", "xterm")]), Depth::Ansi16);
    assert_eq!(depth(&[("TERM", "dumb")]), Depth::None);
    assert_eq!(depth(&[]), Depth::None);
    assert_eq!(depth(&[("TERM", "xterm-256color"), ("COLORTERM", "24bit"), ("NO_COLOR", "1")]), Depth::None);
    assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]), Depth::Ansi256);
}
