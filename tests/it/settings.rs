//! The user's settings, keymaps and themes as files: what counts, what is told, and what is read again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use migrator_tui::config::keymap::{Context, Facts, Found, Keymap};
use migrator_tui::config::theme::{Symbols, Theme, Variant};
use migrator_tui::config::{Keyring, Motion, Mouse, Settings, Surroundings, ThemeChoice};

fn surroundings(folder: &Path) -> Surroundings {
    Surroundings {
        typed: Keyring::default(),
        folder: folder.to_path_buf(),
        variables: BTreeMap::new(),
        defaults: Some(folder.to_path_buf()),
        state: None,
        data: None,
    }
}

fn with(files: &[(&str, &str)]) -> (tempfile::TempDir, Surroundings) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let surroundings = surroundings(folder.path());
    (folder, surroundings)
}

/// The complaints, without the folder's own name.
fn told(files: &[(&str, &str)]) -> (Settings, Vec<String>) {
    let (folder, surroundings) = with(files);
    let (settings, problems) = Settings::load(&surroundings);
    let own = format!("{}/", folder.path().display());
    let lines = problems.iter().map(|failure| failure.what.replace(&own, ""));
    (settings, lines.collect())
}

#[test]
fn without_files_there_is_everything() {
    for defaults in [None, Some("/nowhere/at/all".into())] {
        let mut surroundings = surroundings(Path::new("/"));
        surroundings.defaults = defaults;
        let (settings, problems) = Settings::load(&surroundings);
        assert_eq!(problems, []);
        assert_eq!(settings.keymap(), Keymap::builtin("default").unwrap());
        for background in [None, Some(Variant::Light), Some(Variant::Dark)] {
            assert_eq!(settings.theme(background), Theme::builtin("terminal").unwrap());
        }
        assert_eq!((settings.motion, settings.mouse, settings.symbols), (Motion::Full, Mouse::Off, None));
        assert_eq!((settings.keymaps.len(), settings.themes.len()), (2, 5));
        assert!(!settings.changed());
    }
}

#[test]
fn everything_can_be_chosen() {
    let (settings, problems) = told(&[
        (
            "config.toml",
            "[ui]\ntheme = { dark = \"night\", light = \"light\" }\nkeymap = \"mine\"\nsymbols = \"ascii\"\n\
             motion = \"reduced\"\nmouse = \"on\"\n",
        ),
        ("keymaps/mine.toml", "[[bind]]\non = \"<F6>\"\nin = \"global\"\nrun = \"doctor\"\n"),
        ("themes/night.toml", "inherits = \"base\"\n"),
        ("themes/base.toml", "inherits = \"dark\"\nvariant = \"dark\"\n"),
        ("themes/notes.txt", "no theme"),
    ]);
    assert_eq!(problems, [] as [&str; 0]);
    assert_eq!(settings.keymap().name(), "mine");
    let keys = ["<F6>".parse().unwrap()];
    assert!(matches!(settings.keymap().look_up(&[Context::Global], Facts::NONE, &keys), Found::Run(_)));
    assert_eq!(settings.theme(None).name(), "night");
    assert_eq!(settings.theme(Some(Variant::Light)).name(), "light");
    assert_eq!(settings.symbols, Some(Symbols::Ascii));
    assert_eq!((settings.motion, settings.mouse), (Motion::Reduced, Mouse::On));
    assert_eq!((settings.keymaps.len(), settings.themes.len()), (3, 7));
}

#[test]
fn mistakes_are_told_and_the_rest_counts() {
    let (settings, problems) = told(&[
        (
            "config.toml",
            "[ui]\ntheme = \"drk\"\nkeymap = \"mine\"\nmotion = \"slow\"\nmouse = 1\nfont = \"x\"\nsymbols = \"ascii\"\n",
        ),
        ("keymaps/mine.toml", "\n[[bind]]\non = \"x\"\nin = \"tree\"\nrun = \"nothing\"\n"),
        ("keymaps/other.toml", "broken, but nobody's choice"),
    ]);
    assert_eq!(
        problems,
        [
            "config.toml:6: ui.font: unknown key",
            "keymaps/mine.toml:5: bind.run: unknown action `nothing`",
            "config.toml:2: ui.theme: no theme is called `drk`",
            "config.toml:4: ui.motion: unknown word `slow`",
            "config.toml:5: ui.mouse: must be a string, not an integer",
        ]
    );
    assert_eq!(settings.symbols, Some(Symbols::Ascii));
    assert_eq!(settings.keymap(), Keymap::builtin("default").unwrap());
    assert_eq!(settings.theme, ThemeChoice::Unset);
    for text in ["ui = 3\n", "[ui\n", "[gui]\n"] {
        let (settings, problems) = told(&[("config.toml", text)]);
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        assert!(problems[0].starts_with("config.toml:1: "), "{problems:?}");
        assert_eq!(settings.themes.len(), 5);
    }
}

#[test]
fn a_broken_namesake_leaves_the_houses_own() {
    let (settings, problems) =
        told(&[("keymaps/default.toml", "binds = 1\n"), ("themes/terminal.toml", "palette = 1\n")]);
    assert_eq!(
        problems,
        [
            "keymaps/default.toml:1: binds: unknown key",
            "themes/terminal.toml:1: palette: must be a table, not an integer",
        ]
    );
    assert_eq!(settings.keymap(), Keymap::builtin("default").unwrap());
    assert_eq!(settings.theme(None), Theme::builtin("terminal").unwrap());
}

#[test]
fn what_is_written_is_seen() {
    let (folder, surroundings) = with(&[("config.toml", "[ui]\nmouse = \"on\"\n")]);
    let load = || Settings::load(&surroundings).0;
    let settings = load();
    assert!(!settings.changed());
    fs::write(folder.path().join("config.toml"), "[ui]\nmouse = \"off\"\n").unwrap();
    assert!(settings.changed());
    let settings = load();
    assert!(!settings.changed());
    fs::create_dir(folder.path().join("themes")).unwrap();
    fs::write(folder.path().join("themes/a.toml"), "").unwrap();
    assert!(settings.changed(), "a new file");
    let settings = load();
    assert!(!settings.changed());
    fs::remove_file(folder.path().join("themes/a.toml")).unwrap();
    assert!(settings.changed(), "a file that is gone");
}
