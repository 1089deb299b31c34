//! The splitter: a script becomes statements, as the engine's own client would cut it. The pieces join to
//! the exact input. It never fails and never decides what a statement does.

use crate::model::EngineKind;

use super::lex::{Lexer, TokenClass, lex};

/// A stretch of a script.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScriptPiece<'a> {
    /// With what stands before it (blanks, comments) and its terminator.
    pub text: &'a str,
    /// 1-based line on which the statement itself begins.
    pub line: usize,
    /// Byte of the script at which `text` begins.
    pub offset: usize,
    pub kind: PieceKind,
    /// The statement without blanks, leading comments and terminator, as a range of `text`.
    core: (usize, usize),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PieceKind {
    Statement,
    /// Only blanks and comments.
    Blank,
    /// A command to the engine's own client (`\connect`, `DELIMITER //`, `GO`, `.mode`).
    Client,
    /// The rows after `COPY … FROM stdin`.
    Data,
}

impl<'a> ScriptPiece<'a> {
    /// The statement to be sent: without terminator and without what stands before it.
    pub fn statement(&self) -> &'a str {
        self.text.get(self.core.0..self.core.1).unwrap_or("")
    }

    /// Byte of the script at which [`ScriptPiece::statement`] begins.
    pub fn statement_offset(&self) -> usize {
        self.offset + self.core.0
    }
}

/// Cuts a script into pieces.
pub fn split(text: &str, engine: EngineKind) -> Vec<ScriptPiece<'_>> {
    let mut splitter = Splitter {
        text,
        engine,
        lexer: lex(text, engine),
        pieces: Vec::new(),
        begin: 0,
        line: 1,
        counted: 0,
        now: Statement::default(),
    };
    splitter.run();
    splitter.pieces
}

/// Whether the text holds nothing that a server would run.
pub fn is_blank(text: &str, engine: EngineKind) -> bool {
    lex(text, engine).all(|token| match token.class {
        TokenClass::Whitespace | TokenClass::Client => true,
        TokenClass::Comment => !is_hint(text.get(token.start..token.end).unwrap_or(""), engine),
        TokenClass::Punctuation => text.get(token.start..token.end) == Some(";"),
        _ => false,
    })
}

/// MySQL runs what stands in `/*! … */`.
fn is_hint(comment: &str, engine: EngineKind) -> bool {
    engine == EngineKind::MySql && (comment.starts_with("/*!") || comment.starts_with("/*M!"))
}

struct Splitter<'a> {
    text: &'a str,
    engine: EngineKind,
    lexer: Lexer<'a>,
    pieces: Vec<ScriptPiece<'a>>,
    /// Where the piece being read begins.
    begin: usize,
    /// The line of byte `counted`.
    line: usize,
    counted: usize,
    now: Statement<'a>,
}

/// What is known of the statement being read.
#[derive(Default)]
struct Statement<'a> {
    /// First and last byte of what is neither blank nor comment.
    first: Option<usize>,
    last: usize,
    /// Its first words, enough to tell what it creates.
    words: Vec<&'a str>,
    /// The word or sign before the one being read.
    before: &'a str,
    parens: usize,
    blocks: usize,
    /// An END whose meaning the next word decides.
    ending: bool,
    /// A BEGIN whose meaning the next word decides.
    beginning: bool,
    /// Between DECLARE and BEGIN.
    declaring: bool,
    copies_from_stdin: bool,
}

impl<'a> Splitter<'a> {
    fn run(&mut self) {
        loop {
            // GO ends a batch wherever it stands; other clients look for their commands between statements.
            let between = self.now.first.is_none() || self.engine == EngineKind::SqlServer;
            if between && self.client_line() {
                continue;
            }
            if self.lexer.at_delimiter() && !self.inside() {
                let end = self.lexer.position() + self.lexer.delimiter().len();
                self.lexer.skip_to(end);
                let copies = self.now.copies_from_stdin;
                self.finish(end);
                if copies {
                    self.copy_data();
                }
                continue;
            }
            let Some(token) = self.lexer.next() else { break };
            let word = self.text.get(token.start..token.end).unwrap_or("");
            match token.class {
                TokenClass::Whitespace => {}
                TokenClass::Comment if !is_hint(word, self.engine) => {}
                TokenClass::Client => {
                    // psql sends what stands before `\g` and its kin.
                    if self.now.first.is_some() {
                        self.finish(token.start);
                    }
                    self.client(token.start, token.end);
                }
                _ => {
                    self.now.first.get_or_insert(token.start);
                    self.now.last = token.end;
                    self.take(word, token.class);
                }
            }
        }
        let end = self.text.len();
        if self.begin < end {
            self.finish(end);
        }
    }

    /// Whether a delimiter here belongs to the statement.
    fn inside(&self) -> bool {
        let now = &self.now;
        match self.engine {
            EngineKind::Postgres => now.parens > 0 || now.blocks > 0,
            EngineKind::Sqlite => now.blocks > 0,
            // The client itself would cut here, and the server refuse: what ends a statement inside a body is no end.
            EngineKind::MySql => {
                self.lexer.delimiter() == b";"
                    && now.makes(&["function", "procedure", "trigger", "event"])
                    && now.open_blocks() > 0
            }
            EngineKind::SqlServer => now.open_blocks() > 0 || now.ends_with_batch(),
            EngineKind::Snowflake => now.open_blocks() > 0 || now.declaring,
        }
    }

    fn take(&mut self, word: &'a str, class: TokenClass) {
        let is_word = matches!(class, TokenClass::Keyword | TokenClass::Identifier);
        if is_word && self.now.words.len() < 8 {
            self.now.words.push(word);
        }
        match (class, word) {
            (TokenClass::Punctuation, "(") => self.now.parens += 1,
            (TokenClass::Punctuation, ")") => self.now.parens = self.now.parens.saturating_sub(1),
            _ => {}
        }
        let read = if is_word { word } else { "" };
        match self.engine {
            EngineKind::Postgres => self.now.postgres(read),
            EngineKind::Sqlite => self.now.sqlite(read),
            EngineKind::MySql | EngineKind::SqlServer | EngineKind::Snowflake => self.now.blocks(read, word),
        }
        self.now.before = word;
    }

    /// Ends the piece being read before byte `end`.
    fn finish(&mut self, end: usize) {
        let kind = if self.now.first.is_some() { PieceKind::Statement } else { PieceKind::Blank };
        self.push(end, kind);
    }

    fn client(&mut self, start: usize, end: usize) {
        self.now.first = Some(start);
        self.now.last = end;
        self.push(end, PieceKind::Client);
    }

    fn push(&mut self, end: usize, kind: PieceKind) {
        let now = std::mem::take(&mut self.now);
        let first = now.first.unwrap_or(end);
        let passed = self.text.as_bytes().get(self.counted..first).unwrap_or_default();
        self.line += passed.iter().filter(|b| **b == b'\n').count();
        self.counted = first;
        let core = match now.first {
            Some(first) => (first - self.begin, now.last.max(first) - self.begin),
            None => (0, 0),
        };
        let text = self.text.get(self.begin..end).unwrap_or("");
        self.pieces.push(ScriptPiece { text, line: self.line, offset: self.begin, kind, core });
        self.begin = end;
    }

    /// Takes a line that speaks to the client and not to the server, if one begins here.
    fn client_line(&mut self) -> bool {
        let at = self.lexer.position();
        let rest = self.text.get(at..).unwrap_or("");
        let word = match self.engine {
            EngineKind::MySql => "delimiter",
            EngineKind::SqlServer => "go",
            EngineKind::Sqlite => ".",
            EngineKind::Postgres | EngineKind::Snowflake => return false,
        };
        // Looked at first, and cheaply: this runs for every token.
        let begins = rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let after = rest.as_bytes().get(word.len()).copied();
        if !begins || word != "." && after.is_some_and(|b| !b.is_ascii_whitespace()) {
            return false;
        }
        let before = self.text.get(self.begin..at).unwrap_or("").trim_end_matches([' ', '\t']);
        if !before.is_empty() && !before.ends_with(['\n', '\r']) {
            return false;
        }
        let line = rest.split(['\n', '\r']).next().unwrap_or("");
        if self.engine == EngineKind::MySql {
            self.lexer.set_delimiter(line.split_whitespace().nth(1).unwrap_or(";"));
        }
        if self.now.first.is_some() {
            self.finish(at);
        }
        let end = at + line.trim_end().len();
        self.lexer.skip_to(end);
        self.client(at, end);
        true
    }

    /// The rows behind `COPY … FROM stdin;`, up to the line `\.`.
    fn copy_data(&mut self) {
        let rest = self.text.get(self.begin..).unwrap_or("");
        let mut end = 0;
        for (number, line) in rest.split_inclusive('\n').enumerate() {
            end += line.len();
            // The first line is what stands behind the semicolon.
            if number > 0 && line.trim_end() == "\\." {
                break;
            }
        }
        self.now.first = Some(self.begin);
        self.now.last = self.begin + end;
        self.lexer.skip_to(self.begin + end);
        if end > 0 {
            self.push(self.begin + end, PieceKind::Data);
        } else {
            self.now = Statement::default();
        }
    }
}

impl Statement<'_> {
    fn word_is(&self, at: usize, wanted: &str) -> bool {
        self.words.get(at).is_some_and(|word| word.eq_ignore_ascii_case(wanted))
    }

    /// Whether it creates or alters one of these, whatever words stand between.
    fn makes(&self, kinds: &[&str]) -> bool {
        (self.word_is(0, "create") || self.word_is(0, "alter") || self.word_is(0, "explain"))
            && self.words.iter().take(6).any(|word| kinds.iter().any(|kind| word.eq_ignore_ascii_case(kind)))
    }

    /// Blocks still open if the statement ended here.
    fn open_blocks(&self) -> usize {
        self.blocks.saturating_sub(usize::from(self.ending))
    }

    fn creates_routine(&self) -> bool {
        self.makes(&["function", "procedure"])
    }

    /// T-SQL: a routine's body reaches to the end of its batch.
    fn ends_with_batch(&self) -> bool {
        self.makes(&["function", "procedure", "proc", "trigger"])
    }

    /// As psql does: BEGIN ATOMIC … END, with CASE … END inside it.
    fn postgres(&mut self, word: &str) {
        if word.eq_ignore_ascii_case("atomic") && self.before.eq_ignore_ascii_case("begin") {
            if self.creates_routine() {
                self.blocks += 1;
            }
        } else if self.blocks > 0 && word.eq_ignore_ascii_case("case") {
            self.blocks += 1;
        } else if self.blocks > 0 && word.eq_ignore_ascii_case("end") {
            self.blocks -= 1;
        } else if word.eq_ignore_ascii_case("stdin")
            && self.word_is(0, "copy")
            && self.before.eq_ignore_ascii_case("from")
        {
            self.copies_from_stdin = true;
        }
    }

    /// As `sqlite3_complete()` does: a trigger ends at `; END ;`.
    fn sqlite(&mut self, word: &str) {
        if self.blocks == 0 {
            if word.eq_ignore_ascii_case("begin") && self.makes(&["trigger"]) {
                self.blocks = 1;
            }
        } else if word.eq_ignore_ascii_case("end") && self.before == ";" {
            self.blocks = 0;
        }
    }

    /// Blocks of MySQL, T-SQL and Snowflake. `END IF` and its kin close what this does not count.
    fn blocks(&mut self, word: &str, raw: &str) {
        let is = |wanted: &[&str]| wanted.iter().any(|one| word.eq_ignore_ascii_case(one));
        if std::mem::take(&mut self.beginning)
            && raw != ";"
            && !is(&["tran", "transaction", "work", "name", "distributed", "conversation", "dialog"])
        {
            self.blocks += 1;
        }
        if std::mem::take(&mut self.ending)
            && !is(&["if", "for", "while", "loop", "repeat", "conversation", "dialog"])
        {
            self.blocks = self.blocks.saturating_sub(1);
            if is(&["case"]) {
                return;
            }
        }
        if is(&["begin"]) {
            self.beginning = true;
            self.declaring = false;
        } else if is(&["declare"]) && self.blocks == 0 {
            self.declaring = true;
        } else if is(&["case"]) && self.blocks > 0 {
            self.blocks += 1;
        } else if is(&["end"]) {
            self.ending = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(text: &str, engine: EngineKind) -> Vec<&str> {
        let pieces = split(text, engine);
        let joined: String = pieces.iter().map(|piece| piece.text).collect();
        assert_eq!(joined, text, "pieces must join to the input");
        pieces.iter().filter(|p| p.kind == PieceKind::Statement).map(ScriptPiece::statement).collect()
    }

    #[test]
    fn postgres_keeps_bodies_whole() {
        let text = "-- first\ncreate table a (b text default ';');\n\
            create function f() returns int language sql begin atomic select case when true then 1 end; end;\n\
            create rule r as on insert to a do also (select 1; select 2);\n\
            do $x$ begin perform ';'; end $x$;\nselect E'\\';', U&\";\", /* ; /* ; */ ; */ 1;;";
        let found = statements(text, EngineKind::Postgres);
        assert_eq!(found.len(), 5, "{found:#?}");
        assert!(found[1].ends_with("end"), "{}", found[1]);
        assert!(found[0].starts_with("create"), "leading comments are not sent");
        let lines: Vec<usize> = split(text, EngineKind::Postgres).iter().map(|piece| piece.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6, 6]);
    }

    #[test]
    fn psql_lines_and_copy_rows_are_not_statements() {
        let text = "\\restrict abc\nCOPY t (a) FROM stdin;\n1;'\n\\.\n\nselect 1 \\gexec\nselect 2;\n";
        assert_eq!(statements(text, EngineKind::Postgres), ["COPY t (a) FROM stdin", "select 1", "select 2"]);
        let data = split(text, EngineKind::Postgres).into_iter().find(|p| p.kind == PieceKind::Data);
        assert_eq!(data.map(|p| p.text), Some("\n1;'\n\\.\n"));
    }

    #[test]
    fn sqlite_triggers_end_at_their_end() {
        let text = "create trigger t after insert on a begin update a set b = case when 1 then 2 end; \
            select ';'; end;\n.mode box\nselect [;], `;`;";
        let found = statements(text, EngineKind::Sqlite);
        assert_eq!(found.len(), 2, "{found:#?}");
        assert!(found[0].ends_with("end"));
    }

    #[test]
    fn mysql_delimiters() {
        let text = "delimiter $$\ncreate procedure p() begin select 1; end$$\nDELIMITER ;\n\
            select 1; # ;\nselect \"a;\\\";\"; /*!40101 set x=1 */;";
        let found = statements(text, EngineKind::MySql);
        assert_eq!(found.len(), 4, "{found:#?}");
        assert_eq!(found[0], "create procedure p() begin select 1; end");
        let text = "create trigger g before insert on t for each row begin\n\
            declare continue handler for 1146 begin end;\nif new.a is null then set new.a = 1; end if;\n\
            set new.b = case when 1 then 2 else 3 end;\nend;\nbegin;\nselect 1;\ncommit;\n\
            create event e on schedule every 1 day ends '2030-01-01' do delete from t;\nselect 2;\n";
        let found = statements(text, EngineKind::MySql);
        assert_eq!(found.len(), 6, "{found:#?}");
        assert!(found[0].ends_with("end"));
    }

    #[test]
    fn batches_and_blocks() {
        let text =
            "create procedure p as begin select 1; select 2; end\nGO\nselect 1;\nbegin tran; commit;\nGO 2\n";
        let found = statements(text, EngineKind::SqlServer);
        assert_eq!(found.len(), 4, "{found:#?}");
        let text = "declare x int; begin if (x > 0) then select 1; end if; end; begin; commit; \
            create procedure p() as $$ begin; end $$;";
        let found = statements(text, EngineKind::Snowflake);
        assert_eq!(found.len(), 4, "{found:#?}");
    }

    #[test]
    fn any_text_is_cut_without_harm() {
        let engines = [
            EngineKind::Postgres,
            EngineKind::MySql,
            EngineKind::SqlServer,
            EngineKind::Snowflake,
            EngineKind::Sqlite,
        ];
        let parts = [
            "'",
            "\"",
            "$a$",
            "$",
            "/*",
            "*/",
            "--",
            "\\",
            "é",
            "begin",
            " end",
            ";",
            "(",
            "\n",
            "E'",
            "delimiter é\n",
            "go\n",
            "create trigger ",
            "copy a from stdin;",
            "\u{0}",
            "[",
            "`",
            "U&",
        ];
        let mut seed = 7_u64;
        for _ in 0..3000 {
            let mut text = String::new();
            for _ in 0..12 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(parts[(seed >> 33) as usize % parts.len()]);
            }
            for engine in engines {
                statements(&text, engine);
                let tokens: String = lex(&text, engine).map(|t| &text[t.start..t.end]).collect();
                assert_eq!(tokens, text);
            }
        }
        for hostile in ["/*", "(", ";", "$a$", "begin ", "'", "go ", "d;", ".", "e'\\"] {
            for engine in engines {
                statements(&hostile.repeat(100_000), engine);
            }
        }
    }
}
