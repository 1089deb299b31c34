//! Twenty thousand files that somebody, or a bad disk, has changed: keymaps, themes, settings, project files,
//! sessions. Each loads, or fails with the file, the line and the key; nothing stops the program, and the
//! defaults stay usable.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use migrator_tui::config::keymap::Keymap;
use migrator_tui::config::session;
use migrator_tui::config::theme::{Theme, ThemeText};
use migrator_tui::config::{Keyring, Project, Settings, Surroundings};
use migrator_tui::model::Failure;

const EACH: u32 = 4000;

/// A small generator: the same files in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

const SCRAPS: &[&str] = &[
    "\"",
    "'''",
    "\"\"\"",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ",",
    "\n",
    "#",
    "\\",
    "\u{0}",
    "\u{202e}",
    "é",
    "\u{1F600}",
    "-1",
    "99999999999999999999",
    "1e400",
    "nan",
    "true",
    "null",
    "1979-05-27T07:32:00Z",
    "<C-",
    "<>",
    "g",
    "!",
    "(((((((((((((((((((((((((((((((((((((((",
    "&&",
    "#ffffff",
    "#fff",
    "[[bind]]",
    "[scope]",
    "inherits = \"mine\"",
    "extends = \"none\"",
    "\"version\": 0",
    "\"version\": 2",
    "\"version\": -1",
    "\r\n",
    "\t",
    "\u{feff}",
];

fn changed(seed: &str, dice: &mut Dice) -> String {
    let mut bytes = seed.as_bytes().to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(7) {
            0 => {
                let end = (at + dice.below(12)).min(bytes.len());
                bytes.drain(at..end);
            }
            1 => {
                let scrap = SCRAPS[dice.below(SCRAPS.len())];
                bytes.splice(at..at, scrap.bytes());
            }
            2 if at < bytes.len() => bytes[at] = dice.next() as u8,
            3 => bytes.truncate(at),
            4 => {
                // A line from somewhere else.
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let mut lines: Vec<&str> = text.lines().collect();
                if !lines.is_empty() {
                    let (from, to) = (dice.below(lines.len()), dice.below(lines.len()));
                    let line = lines[from];
                    lines.insert(to, line);
                }
                bytes = lines.join("\n").into_bytes();
            }
            5 => {
                // A word for a word.
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let words: Vec<&str> = text.split('"').collect();
                let (from, to) = (dice.below(words.len()), dice.below(words.len()));
                let mut words = words.clone();
                words[to] = words[from];
                bytes = words.join("\"").into_bytes();
            }
            _ => {
                let scrap = SCRAPS[dice.below(SCRAPS.len())];
                let end = (at + scrap.len()).min(bytes.len());
                bytes.splice(at..end, scrap.bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `FILE:LINE: …`, or `FILE: …` where the whole file is meant.
fn names_its_place(failure: &Failure, file: &str) {
    let what = &failure.what;
    let rest = what.strip_prefix(file).unwrap_or_else(|| panic!("{what:?} names no file"));
    let rest = rest.strip_prefix(':').unwrap_or_else(|| panic!("{what:?} is about something else"));
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    let whole = rest.starts_with(" no key of `global` runs");
    assert!(digits > 0 || whole, "{what:?} names no line");
}

const KEYMAP: &str = "extends = \"default\"\n[[unbind]]\non = [\"g\", \"g\"]\nin = \"tree\"\n[[bind]]\non = \"<C-d>\"\n\
    in = [\"tree\", \"sql.normal\"]\nrun = \"list.half_down\"\nwhen = \"!filtering && (busy || edited)\"\ndesc = \"Down\"\n\
    [[bind]]\non = [\"<Space>\", \"w\"]\nin = \"global\"\nrun = \"sql.save\"\n";

const THEME: &str = "inherits = \"dark\"\nvariant = \"light\"\nsymbols = \"ascii\"\n[palette]\nadd = { rgb = \"#dafbe1\", \
    ansi256 = 194, ansi16 = \"green\" }\nremove = \"#ff0000\"\nown = \"bright-red\"\n[scope]\n\"diff.add\" = { fg = \"add\", \
    bg = \"default\", sign = \"+\" }\n\"diff.add.word\" = { fg = \"own\", modifiers = [\"bold\", \"underlined\"] }\n";

const CONFIG: &str = "[ui]\ntheme = { dark = \"dark\", light = \"light\" }\nkeymap = \"vim-strict\"\nsymbols = \"ascii\"\n\
    motion = \"reduced\"\nmouse = \"on\"\n";

const PROJECT: &str = "privileges = true\n[environments.a]\nurl = \"sqlite:a.db\"\nstage = 1\n[environments.b]\n\
    url = \"postgres://h/d?connect_timeout=5\"\nguard = \"typed\"\ntls = \"verify-full\"\nschemas = { include = [\"public\"], \
    exclude = [\"x_*\"] }\n[scratch]\npostgres = \"postgres://localhost/x\"\n";

#[test]
fn keymaps() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut loaded = 0;
    for _ in 0..EACH {
        match Keymap::load("mine", Some(("keymaps/mine.toml", &changed(KEYMAP, &mut dice)))) {
            Ok(map) => {
                loaded += 1;
                assert!(!map.rows().is_empty());
            }
            Err(failure) => names_its_place(&failure, "keymaps/mine.toml"),
        }
    }
    assert!(
        loaded > EACH / 100 && loaded < EACH / 2,
        "{loaded} of {EACH} load: the changes are too mild or too wild"
    );
}

#[test]
fn themes() {
    let mut dice = Dice(0xD1B5_4A32_D192_ED03);
    let mut loaded = 0;
    for _ in 0..EACH {
        let own = ThemeText { file: "themes/mine.toml".into(), text: changed(THEME, &mut dice) };
        match Theme::load("mine", &BTreeMap::from([("mine".to_owned(), own)])) {
            Ok(_) => loaded += 1,
            Err(failure) => names_its_place(&failure, "themes/mine.toml"),
        }
    }
    assert!(loaded > EACH / 100 && loaded < EACH / 2, "{loaded} of {EACH} load");
}

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

#[test]
fn settings() {
    let folder = tempfile::tempdir().unwrap();
    let surroundings = surroundings(folder.path());
    let file = folder.path().join("config.toml");
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    for _ in 0..EACH {
        fs::write(&file, changed(CONFIG, &mut dice)).unwrap();
        let (settings, problems) = Settings::load(&surroundings);
        for failure in problems {
            names_its_place(&failure, &file.display().to_string());
        }
        assert_eq!((settings.keymaps.len(), settings.themes.len()), (2, 5));
        assert!(!settings.keymap().rows().is_empty());
    }
}

#[test]
fn project_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut surroundings = surroundings(folder.path());
    surroundings.defaults = None;
    let mut dice = Dice(0x94D0_49BB_1331_11EB);
    for _ in 0..EACH {
        fs::write(folder.path().join("migrator.toml"), changed(PROJECT, &mut dice)).unwrap();
        match Project::load(None, &surroundings) {
            Err(failure) => names_its_place(&failure, "migrator.toml"),
            Ok(project) => {
                let broken = project.entries.iter().filter_map(|entry| entry.environment.as_ref().err());
                for failure in project.problems.iter().chain(broken) {
                    names_its_place(failure, "migrator.toml");
                }
            }
        }
    }
}

#[test]
fn sessions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.json");
    let sides = session::Sides { current: "a".into(), desired: "b".into() };
    let mark = session::Mark {
        change: "table public.users".into(),
        content: "sha256:00".into(),
        verdict: session::Verdict::Ok,
        comment: "fine".into(),
        by: "ann".into(),
        when: 7,
    };
    let sql = session::UnsavedSql { forward: "SELECT 1;".into(), rollback: "".into(), digest: "x".into() };
    let whole = session::Session {
        sides,
        open: vec!["table a".into(), "table b".into()],
        focus: Some(session::Pane::Sql),
        marks: vec![mark],
        sql: Some(sql),
        ..session::Session::default()
    };
    session::store(&path, &whole).unwrap();
    let seed = fs::read_to_string(&path).unwrap();
    let mut dice = Dice(0xBF58_476D_1CE4_E5B9);
    let (mut loaded, mut broken) = (0, 0);
    for _ in 0..EACH {
        let text = changed(&seed, &mut dice);
        fs::write(&path, &text).unwrap();
        match session::load(&path) {
            Ok(Some(_)) => loaded += 1,
            Ok(None) => panic!("there is a file"),
            Err(failure) => {
                broken += 1;
                let named = format!("{}: line ", path.display());
                assert!(failure.what.starts_with(&named), "{:?}", failure.what);
                assert!(failure.hint.starts_with("it was moved to"), "{:?}", failure.hint);
                assert_eq!(session::load(&path), Ok(None));
            }
        }
    }
    assert!(loaded > EACH / 100 && broken > EACH / 2, "{loaded} load, {broken} do not");
    assert!(fs::read_dir(folder.path()).unwrap().count() <= 11, "only so many are kept");
}
