//! The colours against the lexer, against themselves, and against hostile text.

use std::fs;
use std::path::{Path, PathBuf};

use super::grammar::grammar;
use super::*;
use crate::sqltext::keywords::{KEYWORDS, MORE_KEYWORDS};
use crate::sqltext::{TokenClass, lex};

const ENGINES: [EngineKind; 5] = [
    EngineKind::Postgres,
    EngineKind::MySql,
    EngineKind::Sqlite,
    EngineKind::SqlServer,
    EngineKind::Snowflake,
];

/// A text with its tokens in marks: `k:select`.
fn marked(engine: EngineKind, text: &str) -> String {
    let coloured = Coloured::whole(engine, text);
    let mut out = Vec::new();
    for (number, line) in text.split('\n').enumerate() {
        for (range, token) in coloured.line(number).unwrap() {
            let mark = match token {
                Token::Keyword => 'k',
                Token::Type => 't',
                Token::Name => 'n',
                Token::Text => 's',
                Token::Number => '1',
                Token::Comment => 'c',
                Token::Operator => 'o',
            };
            out.push(format!("{mark}:{}", &line[range.clone()]));
        }
    }
    out.join(" ")
}

#[test]
fn every_grammar_loads_and_is_linked() {
    for engine in ENGINES {
        let grammar = grammar(engine).unwrap_or_else(|| panic!("{engine:?}"));
        assert_eq!(grammar.set.find_unlinked_contexts().len(), 0, "{engine:?}");
    }
}

#[test]
fn each_dialect_has_its_own_words() {
    let cases = [
        (
            EngineKind::Postgres,
            "SELECT a::jsonb, E'x\\'y' FROM \"T\" -- b",
            "k:SELECT n:a o::: t:jsonb s:E'x\\'y' k:FROM n:\"T\" c:-- b",
        ),
        (EngineKind::Postgres, "\\set x 1\nselect$1 selected é", "k:\\set x 1 n:select$1 n:selected n:é"),
        (
            EngineKind::Postgres,
            "DO $x$BEGIN RAISE 'a'; END$x$;",
            "k:DO s:$x$ k:BEGIN k:RAISE s:'a' k:END s:$x$",
        ),
        (EngineKind::Postgres, "/* a /* b */ c */ 1.5e-3", "c:/* a /* b */ c */ 1:1.5e-3"),
        (
            EngineKind::Postgres,
            "COPY t (a) FROM stdin;\nselect\t'\n\\.\nselect",
            "k:COPY k:FROM stdin s:select\t' k:\\. k:select",
        ),
        (
            EngineKind::MySql,
            "DELIMITER $$\nCREATE TABLE `a` (b MEDIUMTEXT) # c",
            "k:DELIMITER $$ k:CREATE k:TABLE n:`a` n:b t:MEDIUMTEXT c:# c",
        ),
        (
            EngineKind::MySql,
            "END$$\nSELECT 'a\\'b', \"c\", 1--1",
            "k:END n:$$ k:SELECT s:'a\\'b' s:\"c\" 1:1 o:-- 1:1",
        ),
        (
            EngineKind::Sqlite,
            ".bail on\nPRAGMA x; CREATE TABLE [a b](c BLOB)",
            "k:.bail on k:PRAGMA n:x k:CREATE k:TABLE n:[a b] n:c t:BLOB",
        ),
        (
            EngineKind::SqlServer,
            "GO\nDECLARE @a NVARCHAR(1) = N'x' SELECT [a]]b] FROM #t",
            "k:GO k:DECLARE n:@a t:NVARCHAR 1:1 o:= s:N'x' k:SELECT n:[a]]b] k:FROM n:#t",
        ),
        (EngineKind::Snowflake, "AS $$ let x := 1; $$ // c", "k:AS s:$$ k:let n:x o::= 1:1 s:$$ c:// c"),
    ];
    for (engine, text, expected) in cases {
        let marks = marked(engine, text);
        assert_eq!(marks, expected, "{engine:?}: {text}");
    }
}

#[test]
fn the_key_words_of_the_lexer_have_a_colour() {
    for word in KEYWORDS.iter().chain(MORE_KEYWORDS) {
        let coloured = Coloured::whole(EngineKind::Postgres, word);
        let span = coloured.line(0).and_then(|spans| spans.first().cloned());
        assert!(
            span == Some((0..word.len(), Token::Keyword)) || span == Some((0..word.len(), Token::Type)),
            "{word}: {span:?}"
        );
    }
}

/// Per byte: a string, a comment, or neither, as the lexer has it. The bodies of dollar quotes are code.
fn by_lexer(engine: EngineKind, text: &str, classes: &mut [u8]) {
    for token in lex(text, engine) {
        let of = |class: u8, classes: &mut [u8]| classes[token.start..token.end].fill(class);
        match token.class {
            TokenClass::String => of(b's', classes),
            TokenClass::Comment => of(b'c', classes),
            TokenClass::DollarString => {
                let whole = &text[token.start..token.end];
                let tag = 2 + whole[1..].find('$').unwrap();
                of(b's', classes);
                let body = token.start + tag;
                let end = if whole.len() >= 2 * tag && whole.ends_with(&whole[..tag]) {
                    token.end - tag
                } else {
                    token.end
                };
                classes[body..end].fill(b' ');
                by_lexer(engine, &text[body..end], &mut classes[body..end]);
            }
            _ => {}
        }
    }
}

fn by_colour(engine: EngineKind, text: &str) -> Vec<u8> {
    let coloured = Coloured::whole(engine, text);
    let mut classes = vec![b' '; text.len()];
    let mut offset = 0;
    for (number, line) in text.split('\n').enumerate() {
        for (range, token) in coloured.line(number).unwrap() {
            let class = match token {
                Token::Text => b's',
                Token::Comment => b'c',
                Token::Keyword | Token::Type | Token::Name | Token::Number | Token::Operator => b' ',
            };
            classes[offset + range.start..offset + range.end].fill(class);
        }
        offset += line.len() + 1;
    }
    classes
}

fn agree(engine: EngineKind, text: &str, of: &str) {
    let mut lexer = vec![b' '; text.len()];
    by_lexer(engine, text, &mut lexer);
    let mut colour = by_colour(engine, text);
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'\n' {
            (lexer[at], colour[at]) = (b'\n', b'\n');
        }
    }
    let (lexer, colour) = (String::from_utf8(lexer).unwrap(), String::from_utf8(colour).unwrap());
    assert_eq!(lexer, colour, "lexer, then colour, of {of} as {engine:?}:\n{text}");
}

#[test]
fn strings_and_comments_are_those_of_the_lexer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for folder in ["assets/demo", "tests/zoo", "tests/cases", "tests/rules"] {
        for file in sql_under(&root.join(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            let sqlite = file.components().any(|part| part.as_os_str() == "sqlite");
            agree(
                if sqlite { EngineKind::Sqlite } else { EngineKind::Postgres },
                &text,
                &file.display().to_string(),
            );
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

#[test]
fn strings_and_comments_are_those_of_the_lexer_in_hostile_text() {
    let pieces = [
        "'", "'", "''", "\"", "$$", "$a$", "$b$", "$1", "$", "--", "-", "/*", "*/", "\n", "\n", " ", " ",
        "e'", "E'", "n'", "x", "\\", "\\'", "select", "é", "表", ";", "`", "[", "]", "#", "@", "u&'", "U&\"",
        "1", "1e", ".", ":", "::", "/", "//", "*", "\r\n", "\t", "=",
    ];
    let mut random = Random(7);
    for round in 0..1_500 {
        let engine = ENGINES[round % ENGINES.len()];
        let text: String = (0..1 + random.below(24)).map(|_| pieces[random.below(pieces.len())]).collect();
        // A command to SQLite's shell is none to the lexer.
        let text = if engine == EngineKind::Sqlite { text.replace('.', "") } else { text };
        agree(engine, &text, "random text");
    }
}

#[test]
fn spans_are_whole_characters_in_order() {
    let mut random = Random(11);
    for round in 0..1_000 {
        let engine = ENGINES[round % ENGINES.len()];
        let text: String = (0..random.below(60)).map(|_| random.character()).collect();
        let coloured = Coloured::whole(engine, &text);
        for (number, line) in text.split('\n').enumerate() {
            let mut at = 0;
            for (range, _) in coloured.line(number).unwrap() {
                assert!(range.start >= at && range.end > range.start, "{text:?}");
                assert!(line.get(range.clone()).is_some(), "{range:?} of {line:?}");
                at = range.end;
            }
        }
    }
}

#[test]
fn an_edit_gives_the_same_colours_as_a_new_text() {
    let kinds =
        ["select 1;", "'open", "close'", "$a$ begin", "end $a$;", "/* note", "*/", "-- 'x", "", "it''s"];
    let mut random = Random(23);
    for _ in 0..60 {
        let mut lines: Vec<&str> = (0..random.below(40)).map(|_| kinds[random.below(kinds.len())]).collect();
        let mut coloured = Coloured::new(EngineKind::Postgres);
        for _ in 0..20 {
            let _ = coloured.colour_to(&lines, random.below(50), 1 + random.below(30));
            let from = random.below(lines.len() + 1);
            let removed = random.below(3).min(lines.len() - from);
            let new: Vec<&str> = (0..random.below(3)).map(|_| kinds[random.below(kinds.len())]).collect();
            coloured.edited(from, removed, new.len());
            lines.splice(from..from + removed, new);
            if random.below(2) == 0 {
                while coloured.colour_to(&lines, lines.len(), 1 + random.below(10)) == Progress::More {}
                let fresh = Coloured::whole(EngineKind::Postgres, &lines.join("\n"));
                for number in 0..lines.len() {
                    assert_eq!(coloured.line(number), fresh.line(number), "line {number} of {lines:?}");
                }
            }
        }
    }
}

#[test]
fn an_edit_costs_the_lines_it_touches() {
    let lines: Vec<String> = (0..2_000).map(|n| format!("ALTER TABLE t{n} ADD COLUMN c int;")).collect();
    let mut coloured = Coloured::new(EngineKind::Postgres);
    assert_eq!(coloured.colour_to(&lines, 2_000, 100), Progress::More);
    assert!(coloured.line(99).is_some() && coloured.line(100).is_none());
    assert_eq!(coloured.colour_to(&lines, 2_000, usize::MAX), Progress::Done);
    coloured.edited(1_000, 1, 1);
    assert_eq!(coloured.colour_to(&lines, 2_000, 2), Progress::Done);
    assert!(coloured.line(1_999).is_some());
}

#[test]
fn a_very_long_line_is_coloured_in_part_and_leaves_nothing_open() {
    let long = format!("insert into t values ({}'open", "'a', ".repeat(200_000));
    let text = format!("{long}\nselect 1");
    let coloured = Coloured::whole(EngineKind::Postgres, &text);
    assert!(coloured.line(0).unwrap().last().unwrap().0.end <= 4_096);
    assert_eq!(coloured.line(1).unwrap()[0], (0..6, Token::Keyword));
}

fn sql_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sql_under(&path));
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A small generator: the same run every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    fn character(&mut self) -> char {
        match self.below(4) {
            0 => ['\'', '"', '$', '-', '/', '*', '\n', '\\', '`', '[', ']', ' '][self.below(12)],
            1 => char::from(u8::try_from(self.below(128)).unwrap()),
            2 => ['é', 'ß', '表', '🐘', '\u{301}', '\u{202e}', '\u{200b}', 'K', 'ſ', 'İ'][self.below(10)],
            _ => char::from_u32(u32::try_from(self.below(0x11_0000)).unwrap()).unwrap_or('x'),
        }
    }
}
