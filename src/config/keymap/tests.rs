//! Keymaps as their users meet them: the maps of the house, own files, and every complaint.

use super::*;
use crate::model::Failure;

fn keys(text: &str) -> Vec<Key> {
    text.split_whitespace().map(|key| key.parse().unwrap()).collect()
}

fn run(map: &Keymap, contexts: &[Context], text: &str) -> Found {
    map.look_up(contexts, Facts::NONE, &keys(text))
}

fn own(text: &str) -> Result<Keymap, Failure> {
    Keymap::load("mine", Some(("keymaps/mine.toml", text)))
}

fn complaint(text: &str) -> String {
    let failure = own(text).expect_err(text);
    format!("{}\n  {}", failure.what, failure.hint)
}

const TREE: &[Context] = &[Context::Tree, Context::Global];
const DIFF: &[Context] = &[Context::Diff, Context::Global];
const SQL: &[Context] = &[Context::SqlNormal, Context::Global];
const INSERT: &[Context] = &[Context::SqlInsert, Context::Global];
const PICKER: &[Context] = &[Context::Picker, Context::Global];
const GLOBAL: &[Context] = &[Context::Global];

/// Known to the palette alone: a key for each would be one too many.
const PALETTE_ONLY: &[Action] = &[Action::SqlAppendEnd, Action::SqlYankLine];

#[test]
fn every_action_has_words_and_a_key() {
    let map = Keymap::builtin(DEFAULT_KEYMAP).unwrap();
    assert_eq!(map.warnings(), [] as [&str; 0]);
    for (at, action) in Action::ALL.iter().enumerate() {
        assert!(!action.desc().trim().is_empty(), "{} has no words", action.id());
        assert!(!action.contexts().is_empty(), "{} makes sense nowhere", action.id());
        assert_eq!(Action::of(action.id()), Some(*action));
        assert!(Action::ALL[..at].iter().all(|other| other.id() != action.id()), "{} twice", action.id());
        let bound = map.rows().iter().any(|row| row.action == *action);
        assert_eq!(bound, !PALETTE_ONLY.contains(action), "{}", action.id());
    }
    for context in Context::ALL {
        assert_eq!(Context::of(context.id()), Some(*context));
    }
    for fact in Fact::ALL {
        assert_eq!(Fact::of(fact.id()), Some(*fact));
    }
}

#[test]
fn maps_of_the_house_bind_only_keys_that_arrive() {
    for name in Keymap::builtin_names() {
        let map = Keymap::load(name, None).unwrap();
        assert_eq!(map.name(), name);
        assert_eq!(map.warnings(), [] as [&str; 0], "{name}");
        for binding in &map.bindings {
            for key in &binding.keys {
                assert_eq!(key.trouble(), None, "{name}: {}", Key::sequence(&binding.keys));
            }
            let contexts = [binding.context, Context::Global];
            assert!(map.reachable(&contexts, binding), "{name}: {binding:?} is shadowed");
        }
        // Whatever dies, these are left.
        assert_eq!(run(&map, GLOBAL, "<C-c>"), Found::Run(Action::Cancel), "{name}");
        assert_eq!(run(&map, GLOBAL, "<Esc>"), Found::Run(Action::Back), "{name}");
    }
}

/// The recommended keys, one by one.
#[test]
fn the_default_map_is_the_recommended_one() {
    use Action::*;
    let map = Keymap::builtin(DEFAULT_KEYMAP).unwrap();
    let global = [
        ("1", FocusCurrent),
        ("2", FocusDesired),
        ("3", FocusDiff),
        ("4", FocusSql),
        ("5", FocusAgent),
        ("6", FocusFindings),
        ("<C-w> 1", FocusCurrent),
        ("<C-w> 6", FocusFindings),
        ("<Tab>", FocusNext),
        ("<S-Tab>", FocusPrevious),
        ("z", Zoom),
        ("<C-w> h", FocusLeft),
        ("<C-w> <Left>", FocusLeft),
        ("<C-w> <lt>", ResizeNarrower),
        ("<C-w> >", ResizeWider),
        ("<C-w> +", ResizeTaller),
        ("<C-w> -", ResizeLower),
        ("<C-w> =", ResizeEqual),
        (":", Palette),
        ("<Space> <Space>", Palette),
        ("?", Help),
        ("<F1>", Help),
        ("@", LogToggle),
        ("<C-l>", Redraw),
        ("<C-z>", Suspend),
        ("<Esc>", Back),
        ("<C-c>", Cancel),
        ("q", Close),
        ("Q", Quit),
        ("<F5>", SqlRehearse),
        ("W", SqlSave),
    ];
    for (text, action) in global {
        for contexts in [GLOBAL, SQL, DIFF] {
            let hidden = matches!(text, "<Space> <Space>") && contexts == DIFF;
            if !hidden {
                assert_eq!(run(&map, contexts, text), Found::Run(action), "{text}");
            }
        }
    }
    let tree = [
        ("j", ListDown),
        ("<Down>", ListDown),
        ("k", ListUp),
        ("g g", ListTop),
        ("G", ListBottom),
        ("<Home>", ListTop),
        ("<End>", ListBottom),
        ("<C-d>", ListHalfDown),
        ("<C-u>", ListHalfUp),
        ("<PageDown>", ListPageDown),
        ("<PageUp>", ListPageUp),
        ("h", ListCollapse),
        ("<Left>", ListCollapse),
        ("l", ListExpand),
        ("<Right>", ListExpand),
        ("<Enter>", ListOpen),
        ("/", ListSearch),
        ("n", ListSearchNext),
        ("N", ListSearchPrevious),
        ("f", ListFilter),
        ("x", ListExpandAll),
        ("<Space>", ListSelect),
        ("v", ListRange),
        ("R", Refresh),
    ];
    for (text, action) in tree {
        assert_eq!(run(&map, TREE, text), Found::Run(action), "{text}");
    }
    let diff = [
        ("] c", ChangeNext),
        ("[ c", ChangePrevious),
        ("s", DiffLayout),
        ("w", DiffWords),
        ("{", DiffLessContext),
        ("}", DiffMoreContext),
        ("a", MarkOk),
        ("r", MarkWanted),
        ("c", MarkComment),
        ("u", MarkUndo),
        ("U", MarkRedo),
        ("o", AgentAsk),
    ];
    for (text, action) in diff {
        assert_eq!(run(&map, DIFF, text), Found::Run(action), "{text}");
    }
    let sql = [
        ("i", SqlInsert),
        ("u", SqlUndo),
        ("<C-r>", SqlRedo),
        ("[", SqlTabPrevious),
        ("]", SqlTabNext),
        ("E", SqlEditor),
        ("y", SqlCopy),
        ("Y", SqlCopyAll),
        ("d d", SqlDeleteLine),
        ("g g", ListTop),
        ("0", SqlLineStart),
    ];
    for (text, action) in sql {
        assert_eq!(run(&map, SQL, text), Found::Run(action), "{text}");
    }
    // `A` leads to running the plan from anywhere; a run is taken back where runs are.
    for contexts in [GLOBAL, SQL, DIFF, TREE] {
        assert_eq!(run(&map, contexts, "A"), Found::Run(RolloutApply));
        assert_eq!(run(&map, contexts, "B"), Found::Nothing);
    }
}

#[test]
fn vim_strict_knows_vim() {
    use Action::*;
    let map = Keymap::builtin("vim-strict").unwrap();
    for (text, action) in [
        ("y y", SqlYankLine),
        ("A", SqlAppendEnd),
        ("g t", SqlTabNext),
        ("] c", ChangeNext),
        ("Z Z", SqlSave),
        ("Z Q", Quit),
        ("<C-f>", ListPageDown),
        ("w", SqlWordNext),
    ] {
        assert_eq!(run(&map, SQL, text), Found::Run(action), "{text}");
    }
    assert_eq!(run(&map, TREE, "z R"), Found::Run(ListExpandAll));
    assert_eq!(run(&map, TREE, "<Down>"), Found::Nothing);
    assert_eq!(run(&map, PICKER, "<Down>"), Found::Run(ListDown));
    assert_eq!(run(&map, INSERT, "<C-c>"), Found::Run(Back));
    for action in PALETTE_ONLY {
        assert!(map.keys_of(SQL, *action).is_some());
    }
}

#[test]
fn sequences_wait_and_contexts_go_first() {
    let map = Keymap::builtin(DEFAULT_KEYMAP).unwrap();
    assert_eq!(run(&map, TREE, "g"), Found::Pending);
    assert_eq!(run(&map, TREE, "g x"), Found::Nothing);
    assert_eq!(run(&map, GLOBAL, "<C-w>"), Found::Pending);
    assert_eq!(run(&map, GLOBAL, "<Space>"), Found::Pending);
    assert_eq!(run(&map, TREE, "<Space>"), Found::Run(Action::ListSelect));
    assert_eq!(run(&map, SQL, "a"), Found::Run(Action::SqlAppend));
    assert_eq!(run(&map, DIFF, "a"), Found::Run(Action::MarkOk));
    assert_eq!(run(&map, GLOBAL, "a"), Found::Nothing);
    assert_eq!(run(&map, GLOBAL, ""), Found::Pending);
    assert_eq!(run(&map, &[], "q"), Found::Nothing);
}

#[test]
fn letters_are_text_where_one_types() {
    let map = Keymap::builtin(DEFAULT_KEYMAP).unwrap();
    let prompt = [Context::Prompt, Context::Global];
    for contexts in [INSERT, PICKER, &prompt] {
        for c in (' '..='~').map(Key::plain) {
            assert_eq!(map.look_up(contexts, Facts::NONE, &[c]), Found::Nothing, "{c}");
        }
        for text in ["<C-w>", "<C-u>", "<Backspace>", "<Home>"] {
            assert_eq!(run(&map, contexts, text), Found::Nothing, "{text}");
        }
        assert_eq!(run(&map, contexts, "<Esc>"), Found::Run(Action::Back));
        assert_eq!(run(&map, contexts, "<C-c>"), Found::Run(Action::Cancel));
        assert_eq!(run(&map, contexts, "<F5>"), Found::Run(Action::SqlRehearse));
    }
    assert_eq!(run(&map, INSERT, "<Tab>"), Found::Nothing);
    assert_eq!(run(&map, PICKER, "<C-n>"), Found::Run(Action::ListDown));
}

#[test]
fn the_menu_and_hints_come_from_the_map() {
    let map = Keymap::builtin(DEFAULT_KEYMAP).unwrap();
    let menu = map.following(SQL, Facts::NONE, &keys("<Space>"));
    let save = menu.iter().find(|next| next.keys == "s").unwrap();
    assert_eq!((save.action, save.desc), (Some(Action::SqlSave), "Write the plan's folder"));
    assert_eq!(map.following(TREE, Facts::NONE, &keys("<Space>")).len(), menu.len());
    let all = map.following(TREE, Facts::NONE, &[]);
    assert!(all.iter().any(|next| next.keys == "g" && next.action.is_none()));
    assert_eq!(all.iter().filter(|next| next.keys == "<Space>").count(), 1);
    assert!(map.following(PICKER, Facts::NONE, &[]).iter().all(|next| next.keys.starts_with('<')));

    assert_eq!(map.keys_of(DIFF, Action::ChangeNext).as_deref(), Some("]c"));
    assert_eq!(map.keys_of(TREE, Action::Palette).as_deref(), Some(":"));
    assert_eq!(map.keys_of(SQL, Action::ListDown).as_deref(), Some("j"));
    // Space selects in a tree, and `a` is no letter of the picker's.
    assert_eq!(map.keys_of(TREE, Action::Doctor), None);
    assert_eq!(map.keys_of(SQL, Action::Doctor).as_deref(), Some("<Space>d"));
    assert_eq!(map.keys_of(PICKER, Action::Quit), None);
}

#[test]
fn help_has_a_row_for_every_action_of_a_place() {
    let map = Keymap::builtin(DEFAULT_KEYMAP).unwrap();
    let rows = map.rows();
    let row = rows.iter().find(|row| row.context == Context::Tree && row.action == Action::ListTop).unwrap();
    assert_eq!((row.keys.as_str(), row.desc, row.when), ("gg <Home>", "Go to the top", ""));
    assert!(rows.iter().all(|row| !row.desc.is_empty() && !row.keys.is_empty()));
    assert!(rows.windows(2).all(|two| two[0].context <= two[1].context));
    let typing = rows.iter().find(|row| row.context == Context::SqlInsert).unwrap();
    assert_eq!(typing.desc, "Stop typing");
}

#[test]
fn an_own_map_changes_what_it_names() {
    let map = own("extends = \"default\"\n[[unbind]]\non = \"g\"\nin = \"tree\"\n\
         [[bind]]\non = \"g\"\nin = [\"tree\"]\nrun = \"list.bottom\"\ndesc = \"To the end\"\n\
         [[bind]]\non = \"q\"\nin = \"global\"\nrun = \"quit\"\n\
         [[bind]]\non = \"n\"\nin = \"tree\"\nrun = \"change.next\"\nwhen = \"!searching\"\n\
         [[bind]]\non = \"<C-b>\"\nin = \"tree\"\nrun = \"list.page_up\"\n")
    .unwrap();
    assert_eq!(run(&map, TREE, "g"), Found::Run(Action::ListBottom));
    assert_eq!(run(&map, DIFF, "g"), Found::Pending, "only the tree was changed");
    assert_eq!(run(&map, TREE, "q"), Found::Run(Action::Quit));
    assert_eq!(map.keys_of(TREE, Action::ListBottom).as_deref(), Some("g"), "one's own goes first");
    assert_eq!(run(&map, TREE, "n"), Found::Run(Action::ChangeNext));
    let searching = Facts::NONE.with(Fact::Searching);
    assert_eq!(map.look_up(TREE, searching, &keys("n")), Found::Run(Action::ListSearchNext));
    assert_eq!(map.warnings(), ["keymaps/mine.toml:20: <C-b> is the prefix of screen or tmux"]);
    let row = map.rows().into_iter().find(|row| row.desc == "To the end").map(|row| row.keys);
    assert_eq!(row.as_deref(), Some("g"));
}

#[test]
fn an_own_map_may_begin_with_nothing() {
    let map = own("extends = \"none\"\nbind = [\n  { on = \"q\", in = \"global\", run = \"quit\" },\n  \
         { on = \"<Esc>\", in = \"global\", run = \"back\" },\n]\n")
    .unwrap();
    assert_eq!(map.rows().len(), 2);
    let unbound = own("[[unbind]]\non = [\"g\", \"?\"]\nin = \"tree\"\n").unwrap();
    assert_eq!(unbound.warnings(), ["keymaps/mine.toml:2: `g?` was not bound in `tree`"]);
}

#[test]
fn mistakes_name_file_line_key_and_the_nearest_right_word() {
    let bind = |rows: &str| format!("[[bind]]\n{rows}");
    let cases: &[(String, &str)] = &[
        (
            "extends = \"emacs\"\n".into(),
            "keymaps/mine.toml:1: extends: `mine` cannot extend `emacs`: there is no such keymap\n  known are \
             default, vim-strict, none",
        ),
        (
            "extends = \"vim-stric\"\n".into(),
            "keymaps/mine.toml:1: extends: `mine` cannot extend `vim-stric`: there is no such keymap\n  did you \
             mean `vim-strict`? known are default, vim-strict, none",
        ),
        (
            "binds = []\n".into(),
            "keymaps/mine.toml:1: binds: unknown key\n  did you mean `bind`? known are extends, bind, unbind",
        ),
        (
            "# first\n\nbind = 7\n".into(),
            "keymaps/mine.toml:3: bind: must be a list of tables, not an integer\n  ",
        ),
        (
            bind("on = \"x\"\nin = \"tree\"\nrun = \"lst.top\"\n"),
            "keymaps/mine.toml:4: bind.run: unknown action `lst.top`\n  did you mean `list.top`?",
        ),
        (
            bind("on = \"x\"\nin = \"tree\"\nrun = \"explode\"\n"),
            "keymaps/mine.toml:4: bind.run: unknown action `explode`\n  `migrator-tui keymap print` lists the \
             actions",
        ),
        (
            bind("on = \"x\"\nin = \"tree\"\n"),
            "keymaps/mine.toml:1: bind.run: an action is missing\n  such as `list.top`",
        ),
        (
            bind("on = \"x\"\nrun = \"quit\"\n"),
            "keymaps/mine.toml:1: bind.in: a context is missing\n  known are global, tree, diff, sql.normal, \
             sql.insert, findings, agent, log, rollout, picker, prompt, dialog, help",
        ),
        (
            bind("on = \"x\"\nin = [\"tree\", \"dif\"]\nrun = \"quit\"\n"),
            "keymaps/mine.toml:3: bind.in: unknown context `dif`\n  did you mean `diff`? known are global, tree, \
             diff, sql.normal, sql.insert, findings, agent, log, rollout, picker, prompt, dialog, help",
        ),
        (
            bind("on = \"<Entr>\"\nin = \"tree\"\nrun = \"quit\"\n"),
            "keymaps/mine.toml:2: bind.on: unknown key `<Entr>`\n  did you mean `<Enter>`?",
        ),
        (
            bind("on = \"C-d\"\nin = \"tree\"\nrun = \"quit\"\n"),
            "keymaps/mine.toml:2: bind.on: unknown key `C-d`\n  did you mean `<C-d>`?",
        ),
        (
            bind("on = \"gq\"\nin = \"tree\"\nrun = \"quit\"\n"),
            "keymaps/mine.toml:2: bind.on: `gq` is more than one key: write a sequence as a list, one text a \
             key\n  on = [\"g\", \"q\"]",
        ),
        (
            bind("on = \"x\"\nin = \"tree\"\nrun = \"quit\"\nwhen = \"!filterin\"\n"),
            "keymaps/mine.toml:5: bind.when: unknown fact `filterin`\n  did you mean `filtering`? known are \
             filtering, searching, selecting, edited, busy, zoomed, proposal, pending",
        ),
        (
            bind("on = \"x\"\nin = \"tree\"\nrun = \"quit\"\nwhen = \"busy &\"\n"),
            "keymaps/mine.toml:5: bind.when: expected `&&`, `||` or the end before `&`\n  facts are joined with \
             `&&`, `||`, `!` and parentheses",
        ),
        (
            bind("on = \"x\"\nin = \"tree\"\nrun = \"dialog.yes\"\n"),
            "keymaps/mine.toml:3: bind.in: `dialog.yes` makes no sense in `tree`\n  it can be bound in dialog",
        ),
        (
            bind("on = \"j\"\nin = \"picker\"\nrun = \"list.down\"\n"),
            "keymaps/mine.toml:2: bind.on: `j` is a letter to type in `picker`\n  take a key with Control or Alt, \
             or a function key",
        ),
        (
            bind(
                "on = \"x\"\nin = \"tree\"\nrun = \"quit\"\n[[bind]]\non = \"x\"\nin = \"tree\"\nrun = \"back\"\n",
            ),
            "keymaps/mine.toml:6: bind.on: `x` in `tree` runs `quit` already (keymaps/mine.toml:2)\n  remove one \
             of them, or give one a `when`",
        ),
        (
            bind(
                "on = \"x\"\nin = \"tree\"\nrun = \"quit\"\nwhen = \"busy && edited\"\n[[bind]]\non = \"x\"\nin = \
                 \"tree\"\nrun = \"back\"\nwhen = \"!(!edited || !busy)\"\n",
            ),
            "keymaps/mine.toml:7: bind.on: `x` in `tree` runs `quit` already (keymaps/mine.toml:2)\n  remove one \
             of them, or give one a `when`",
        ),
        (
            bind("on = \"g\"\nin = \"tree\"\nrun = \"list.top\"\n"),
            "keymaps/mine.toml:2: bind.on: is the beginning of `gg`, which runs `list.top` in `tree` \
             (keymaps/default.toml:98)\n  choose other keys, or [[unbind]] `gg` in `tree` first",
        ),
        (
            bind("on = [\"q\", \"q\"]\nin = \"global\"\nrun = \"quit\"\n"),
            "keymaps/mine.toml:2: bind.on: begins with `q`, which runs `close` in `global` \
             (keymaps/default.toml:50)\n  choose other keys, or [[unbind]] `q` in `global` first",
        ),
        (
            "extends = \"none\"\n".into(),
            "keymaps/mine.toml: no key of `global` runs `quit`\n  bind one without `when`: there must be a way \
             out of everywhere",
        ),
        (
            "extends = \n".into(),
            "keymaps/mine.toml:1: string values must be quoted, expected literal string\n  ",
        ),
    ];
    // Line numbers of the house's own file move with it.
    let still = |text: &str| {
        let mut parts = text.split("keymaps/default.toml:");
        let head = parts.next().unwrap_or("").to_owned();
        parts.fold(head, |text, part| {
            text + "keymaps/default.toml:" + part.trim_start_matches(|c: char| c.is_ascii_digit())
        })
    };
    for (text, expected) in cases {
        assert_eq!(still(&complaint(text)), still(expected), "{text}");
    }
    let missing = Keymap::load("defalt", None).unwrap_err();
    assert_eq!(missing.what, "no keymap is called `defalt`");
    assert_eq!(missing.hint, "did you mean `default`? known are default, vim-strict");
}
