//! The editor against a plain string, and its keys as a person presses them.

use super::*;
use crate::config::keymap::Action;

fn editor(text: &str) -> SqlEditor {
    SqlEditor::new(EngineKind::Postgres, text)
}

fn typed(editor: &mut SqlEditor, keys: &str) {
    for c in keys.chars() {
        editor.press(match c {
            '\n' => Key::new(Code::Enter, Default::default()),
            '\u{8}' => Key::new(Code::Backspace, Default::default()),
            c => Key::plain(c),
        });
    }
}

fn acts(editor: &mut SqlEditor, actions: &[Action]) {
    for action in actions {
        editor.act(*action, 1);
    }
}

#[test]
fn what_is_not_edited_comes_out_as_it_went_in() {
    for text in [
        "",
        "\n",
        "a\r\nb\r\n",
        "a\r\nb\nc",
        "a\rb",
        "\r",
        "a\n\r\n\t\u{1b}[2J\u{0}",
        "é\u{301}\u{202e}表\r\n",
        "no end",
    ] {
        let mut editor = editor(text);
        assert_eq!(editor.text(), text);
        let version = editor.version();
        editor.set_text(text);
        assert_eq!(editor.text(), text);
        assert!(editor.version() != version && !editor.is_touched());
    }
}

#[test]
fn an_edit_leaves_the_other_lines_and_their_ends_alone() {
    let mut editor = editor("a\r\nb\r\n");
    typed(&mut editor, "x\ny");
    assert_eq!(editor.text(), "x\r\nya\r\nb\r\n");
    let mut editor = super::SqlEditor::new(EngineKind::Postgres, "a\r\nb\nc\r");
    acts(&mut editor, &[Action::SqlDeleteLine, Action::SqlPaste, Action::SqlUndo, Action::SqlUndo]);
    assert_eq!(editor.text(), "a\r\nb\nc\r");
    acts(&mut editor, &[Action::SqlRedo, Action::SqlRedo]);
    assert_eq!(editor.text(), "b\na\r\nc\r");
}

#[test]
fn normal_mode_as_vim_has_it() {
    let mut e = editor("alter table t;\nselect 1;\n");
    e.act(Action::SqlWordNext, 2);
    assert_eq!(e.cursor(), (0, 12));
    e.act(Action::SqlDeleteChar, 1);
    assert_eq!(e.lines()[0], "alter table ;");
    acts(&mut e, &[Action::SqlLineEnd]);
    e.go(Motion::Down(1), 10);
    assert_eq!(e.cursor(), (1, 9));
    acts(&mut e, &[Action::SqlYankLine, Action::SqlPaste]);
    assert_eq!(e.text(), "alter table ;\nselect 1;\nselect 1;\n");
    assert_eq!(e.cursor(), (2, 0));
    e.act(Action::SqlDeleteLine, 9);
    assert_eq!(e.text(), "alter table ;\nselect 1;");
    acts(&mut e, &[Action::SqlOpenAbove]);
    typed(&mut e, "x");
    acts(&mut e, &[Action::SqlOpenLine]);
    typed(&mut e, "y");
    assert_eq!(e.text(), "alter table ;\nx\ny\nselect 1;");
    acts(&mut e, &[Action::SqlUndo, Action::SqlUndo]);
    assert_eq!(e.text(), "alter table ;\nselect 1;");
    acts(&mut e, &[Action::SqlUndo, Action::SqlUndo, Action::SqlUndo]);
    assert_eq!(e.text(), "alter table t;\nselect 1;\n");
    assert!(e.is_touched());
    e.act(Action::SqlUndo, 5);
    assert_eq!(e.text(), "alter table t;\nselect 1;\n");
}

#[test]
fn undo_goes_by_words() {
    let mut e = editor("");
    typed(&mut e, "drop tabel\u{8}\u{8}le t;");
    assert_eq!(e.text(), "drop table t;");
    acts(&mut e, &[Action::SqlUndo]);
    assert_eq!(e.text(), "drop table ");
    acts(&mut e, &[Action::SqlUndo]);
    assert_eq!(e.text(), "drop ");
    acts(&mut e, &[Action::SqlUndo, Action::SqlRedo, Action::SqlRedo]);
    assert_eq!(e.text(), "drop table ");
    typed(&mut e, "x");
    acts(&mut e, &[Action::SqlRedo]);
    assert_eq!(e.text(), "drop xtable ");
}

#[test]
fn selections_are_lines() {
    let mut e = editor("a\nb\nc");
    e.start_selection();
    e.go(Motion::Down(1), 10);
    assert_eq!(e.selection().as_deref(), Some("a\nb"));
    acts(&mut e, &[Action::SqlDeleteChar]);
    assert_eq!((e.text().as_str(), e.selection()), ("c", None));
    acts(&mut e, &[Action::SqlPaste]);
    assert_eq!(e.text(), "c\na\nb");
    assert!(!e.end_selection());
}

#[test]
fn another_text_is_one_step_and_keeps_what_is_alike() {
    let mut e = editor("select 1;\nselect é;\nselect 3;");
    e.replace("select 1;\nselect è;\nselect 3;");
    assert_eq!(e.text(), "select 1;\nselect è;\nselect 3;");
    assert_eq!(e.cursor(), (1, 7));
    acts(&mut e, &[Action::SqlUndo]);
    assert_eq!(e.text(), "select 1;\nselect é;\nselect 3;");
}

#[test]
fn pasted_line_ends_become_those_of_the_script() {
    let mut e = editor("a\r\n");
    e.paste("x\ry\r\nz\n");
    assert_eq!(e.text(), "x\r\ny\r\nz\r\na\r\n");
    assert_eq!(e.cursor(), (3, 0));
}

#[test]
fn the_cursor_steps_over_what_is_seen() {
    let mut e = editor("x\u{301}表\t\u{202e}x");
    let mut seen = vec![e.cursor().1];
    for _ in 0..4 {
        acts(&mut e, &[Action::SqlRight]);
        seen.push(e.cursor().1);
    }
    assert_eq!(seen, [0, 3, 6, 7, 10]);
    acts(&mut e, &[Action::SqlLeft, Action::SqlLeft, Action::SqlLeft, Action::SqlLeft]);
    assert_eq!(e.cursor().1, 0);
}

#[test]
fn a_text_beyond_what_the_engine_jumps_to() {
    let mut e = editor(&"x\n".repeat(70_000));
    e.show_line(69_999, 40);
    typed(&mut e, "yé");
    assert_eq!(e.lines()[69_999], "yéx");
    assert_eq!(e.lines().len(), 70_001);
    let mut e = editor(&format!("{}\nb", "a".repeat(70_000)));
    acts(&mut e, &[Action::SqlAppendEnd]);
    typed(&mut e, "z");
    assert!(e.lines()[0].ends_with("az"));
}

/// A text as characters, changed in the plainest way.
struct Plain {
    text: Vec<char>,
}

impl Plain {
    fn place(&self, (line, byte): (usize, usize)) -> usize {
        let text: String = self.text.iter().collect();
        let start: usize = text.split('\n').take(line).map(|line| line.chars().count() + 1).sum();
        start + text.split('\n').nth(line).unwrap()[..byte].chars().count()
    }

    fn text(&self) -> String {
        self.text.iter().collect()
    }
}

#[test]
fn any_keys_do_what_a_plain_string_does() {
    let mut random = Random(5);
    for round in 0..40 {
        let start: String = (0..random.below(60)).map(|_| random.character()).collect();
        let mut plain = Plain { text: start.chars().collect() };
        let mut e = editor(&start);
        // A text whose ends are all alike is another text inside.
        if start.contains('\r') {
            continue;
        }
        for step in 0..150 {
            let (from, before) = (plain.place(e.cursor()), e.text());
            match random.below(12) {
                0..=4 => {
                    let c = random.character();
                    if c != '\n' && c != '\r' {
                        typed(&mut e, &c.to_string());
                        plain.text.insert(from, c);
                    }
                }
                5 => {
                    let text: String =
                        (0..random.below(6)).map(|_| random.character()).filter(|c| *c != '\r').collect();
                    e.paste(&text);
                    plain.text.splice(from..from, text.chars());
                }
                6 => {
                    typed(&mut e, "\u{8}");
                    let to = plain.place_after_delete(from, &e);
                    plain.text.drain(to..from);
                }
                7 => {
                    let version = e.version();
                    acts(&mut e, &[Action::SqlUndo]);
                    if version != e.version() {
                        acts(&mut e, &[Action::SqlRedo]);
                    }
                    assert_eq!(e.text(), before, "round {round} step {step}");
                }
                8 => e.go(
                    [Motion::Down(2), Motion::Up(3), Motion::HalfDown, Motion::Last][random.below(4)],
                    1 + random.below(20),
                ),
                9 => {
                    let moves = [
                        Action::SqlWordNext,
                        Action::SqlWordPrevious,
                        Action::SqlWordEnd,
                        Action::SqlLeft,
                        Action::SqlRight,
                        Action::SqlLineEnd,
                        Action::SqlAppend,
                        Action::SqlInsertStart,
                    ];
                    e.act(moves[random.below(moves.len())], 1 + random.below(3));
                }
                10 => {
                    let version = e.version();
                    e.act(Action::SqlDeleteLine, 1 + random.below(2));
                    if version != e.version() {
                        e.act(Action::SqlUndo, 1);
                    }
                }
                _ => e.fit(random.below(30), random.below(90)),
            }
            assert_eq!(e.text(), plain.text(), "round {round} step {step}");
            let (line, byte) = e.cursor();
            assert!(e.lines()[line].is_char_boundary(byte), "round {round} step {step}");
            e.colour();
        }
        // All the way back, and forth again. The last letter leaves nothing undone.
        typed(&mut e, "z");
        let end = e.text();
        e.act(Action::SqlUndo, usize::MAX);
        assert_eq!(e.text(), start);
        e.act(Action::SqlRedo, usize::MAX);
        assert_eq!(e.text(), end);
        let fresh = Coloured::whole(EngineKind::Postgres, &end);
        e.show_line(0, 10_000);
        for line in 0..e.lines().len() {
            assert_eq!(e.spans(line), fresh.line(line).unwrap(), "round {round} line {line}");
        }
    }
}

impl Plain {
    /// Backspace takes what was one step of the cursor: the editor says where it stopped.
    fn place_after_delete(&self, from: usize, e: &SqlEditor) -> usize {
        let removed = self.text.len() - e.text().chars().count();
        from - removed
    }
}

/// A small generator: the same run every time.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    pub(crate) fn character(&mut self) -> char {
        let known = [
            'a', 'b', ' ', ' ', '\n', '\n', '\'', '$', '-', '/', '*', ';', '_', '\t', '\\', 'é', '表', '🐘',
            '\u{301}', '\u{202e}', '\u{200d}', '\u{0}', '\u{1b}', '\u{fe0f}', '👩',
        ];
        match self.below(12) {
            0 => char::from_u32(u32::try_from(self.below(0x11_0000)).unwrap()).unwrap_or('x'),
            _ => known[self.below(known.len())],
        }
    }
}
