//! `keymap print` and `theme list`.

use super::Desk;

#[test]
fn the_keymap_is_printed_as_a_table() {
    let desk = Desk::new();
    let table = desk.expect(0, &["keymap", "print"]).out;
    assert!(table.starts_with("keymap default\n\nglobal\n"), "{table}");
    let row = table.lines().find(|line| line.contains(" list.top ")).unwrap();
    assert_eq!(
        row.split_whitespace().collect::<Vec<_>>(),
        ["gg", "<Home>", "list.top", "Go", "to", "the", "top"]
    );
    assert!(table.contains("\nwithout a key, in the palette\n"));
    // The third column begins at one place.
    let columns = |action: &str, words: &str| {
        let line = table.lines().find(|line| line.contains(&format!(" {action} "))).unwrap();
        (line.find(action).unwrap(), line.find(words).unwrap())
    };
    assert_eq!(columns("quit", "Quit"), columns("mark.comment", "Comment on"));
    assert!(desk.expect(0, &["keymap", "print", "vim-strict"]).out.contains("yy"));
    let wrong = desk.expect(2, &["keymap", "print", "emacs"]);
    assert!(
        wrong.err.contains("no keymap is called `emacs`") && wrong.err.contains("vim-strict"),
        "{}",
        wrong.err
    );
}

#[test]
fn themes_are_listed_with_what_is_wrong() {
    let desk = Desk::new();
    let list = desk.expect(0, &["theme", "list"]).out;
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["terminal", "dark", "light", "high-contrast", "mono"]);
    assert!(list.lines().next().unwrap().contains("any    chosen  built in"), "{list}");

    std::fs::create_dir_all(desk.path("home/migrator-tui/themes")).unwrap();
    desk.file("home/migrator-tui/config.toml", "[ui]\ntheme = \"mine\"\n");
    desk.file("home/migrator-tui/themes/mine.toml", "inherits = \"light\"\n");
    desk.file("home/migrator-tui/themes/bad.toml", "\n[scope]\n\"diff.ad\" = { fg = \"red\" }\n");
    let answer = desk.expect(1, &["theme", "list"]);
    let line = |name: &str| answer.out.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(line("mine").contains("light  chosen  ") && line("mine").ends_with("themes/mine.toml"));
    assert!(line("bad").contains("BROKEN"));
    assert!(answer.err.contains("bad.toml:3: scope.diff.ad: unknown scope `diff.ad`"), "{}", answer.err);
    assert!(answer.err.contains("did you mean `diff.add`?"), "{}", answer.err);
}

#[test]
fn a_mistake_in_the_settings_is_told_and_the_default_printed() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.path("home/migrator-tui/keymaps")).unwrap();
    desk.file("home/migrator-tui/config.toml", "[ui]\nkeymap = \"mine\"\n");
    desk.file(
        "home/migrator-tui/keymaps/mine.toml",
        "[[bind]]\non = \"q\"\nin = \"globl\"\nrun = \"quit\"\n",
    );
    let answer = desk.expect(0, &["keymap", "print"]);
    assert!(answer.out.starts_with("keymap default\n"), "{}", answer.out);
    assert!(answer.err.contains("mine.toml:3: bind.in: unknown context `globl`"), "{}", answer.err);
}
