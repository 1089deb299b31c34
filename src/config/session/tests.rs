//! A session comes back as it was, and whatever is found in its place does no harm.

use super::*;

fn whole() -> Session {
    Session {
        sides: Sides { current: "production".into(), desired: "schema/".into() },
        open: vec!["table public.users".into(), "schema \u{202e}x\n".into()],
        cursor: Some("table public.users".into()),
        focus: Some(Pane::Diff),
        layout: Layout {
            shares: BTreeMap::from([("trees".to_owned(), 250), ("sql".to_owned(), 400)]),
            zoomed: None,
            log: Visibility::Visible,
        },
        diff: DiffView { layout: DiffLayout::SideBySide, words: Words::Plain, context: Some(7) },
        unselected: vec!["table public.old".into()],
        marks: vec![Mark {
            change: "table public.users".into(),
            content: "sha256:00".into(),
            verdict: Verdict::Wanted,
            comment: "why \"this\"?\nand when".into(),
            by: "ann".into(),
            when: 1_700_000_000,
        }],
        sql: Some(UnsavedSql {
            forward: "SELECT 1;\r\n-- ünï\u{0}\n".into(),
            rollback: String::new(),
            digest: "sha256:11".into(),
        }),
        keymap: Some("vim-strict".into()),
        theme: Some("dark".into()),
    }
}

#[test]
fn it_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = place(folder.path(), folder.path(), &whole().sides);
    assert_eq!(load(&path), Ok(None));
    store(&path, &whole()).unwrap();
    assert_eq!(load(&path), Ok(Some(whole())));
    store(&path, &Session::default()).unwrap();
    assert_eq!(load(&path), Ok(Some(Session::default())));
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
}

#[cfg(unix)]
#[test]
fn it_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = place(folder.path(), folder.path(), &Sides::default());
    store(&path, &whole()).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    // A careless change of rights does not last.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    store(&path, &whole()).unwrap();
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn no_password_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = whole();
    session.sides.current = "postgres://ann:hunter2@db.example.com/shop?sslpassword=hunter2".into();
    let path = place(folder.path(), folder.path(), &session.sides);
    store(&path, &session).unwrap();
    assert!(!fs::read_to_string(&path).unwrap().contains("hunter2"));
    let back = load(&path).unwrap().unwrap();
    assert_eq!(back.sides.current, "postgres://ann@db.example.com/shop");
    assert_eq!(path, place(folder.path(), folder.path(), &back.sides), "found again without the password");
}

#[test]
fn projects_and_sides_have_their_own() {
    let sides = |current: &str, desired: &str| Sides { current: current.into(), desired: desired.into() };
    let state = Path::new("state");
    let one = place(state, Path::new("/a/migrator.toml"), &sides("x", "y"));
    assert_ne!(one, place(state, Path::new("/b/migrator.toml"), &sides("x", "y")));
    assert_ne!(one, place(state, Path::new("/a/migrator.toml"), &sides("xy", "")));
    assert_ne!(one, place(state, Path::new("/a/migrator.toml"), &sides("y", "x")));
    assert_eq!(one, place(state, Path::new("/a/migrator.toml"), &sides("x", "y")));
}

#[test]
fn what_cannot_be_understood_is_moved_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.json");
    let cases = [
        ("", "line 1: EOF while parsing a value"),
        ("{", "line 1: EOF while parsing an object"),
        ("{\n  \"version\": 0\n}", "line 2: version: 0 is another release's, this one writes 1"),
        (
            "{\n  \"version\": 2,\n  \"panes\": []\n}",
            "line 2: version: 2 is another release's, this one writes 1",
        ),
        ("{\n  \"version\": 1\n}", "line 3: version: missing field `session`"),
        (
            "{\n  \"version\": 1,\n  \"session\": {\n    \"focus\": \"dif\"\n  }\n}",
            "line 4: focus: unknown variant `dif`, expected one of `current`, `desired`, `diff`, `sql`, `agent`, \
             `findings`, `log`",
        ),
        (
            "{\n  \"version\": 1,\n  \"session\": {\n    \"marks\": [\n      7\n    ]\n  }\n}",
            "line 5: marks: invalid type: integer `7`, expected struct Mark",
        ),
    ];
    for (text, expected) in cases {
        fs::write(&path, text).unwrap();
        let failure = load(&path).unwrap_err();
        assert_eq!(failure.what, format!("{}: {expected}", path.display()), "{text}");
        assert!(failure.hint.starts_with("it was moved to "), "{}", failure.hint);
        assert_eq!(load(&path), Ok(None), "out of the way");
    }
    assert_eq!(fs::read_to_string(folder.path().join("s.json.aside-3")).unwrap(), cases[2].0, "and kept");
    fs::write(&path, [0xff, 0xfe]).unwrap();
    assert_eq!(load(&path).unwrap_err().what, format!("{}: it is no UTF-8 text", path.display()));
    // A folder in its place is nobody's session.
    fs::create_dir(&path).unwrap();
    assert!(load(&path).is_err() && path.is_dir());
    assert!(store(&path, &whole()).is_err());
}
