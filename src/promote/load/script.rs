//! DDL files cut into the statements that a scratch database gets, each with its place. What belongs to the
//! engine's own client or to the whole server is left out, and said so.

use std::path::PathBuf;

use crate::connect::WireError;
use crate::model::{EngineKind, Failure, FailureKind, Ident};
use crate::sqltext::{PieceKind, TokenClass, lex, split};

use super::mysql;

/// One statement of a file.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) text: String,
    file: String,
    line: usize,
    /// `CREATE ROLE` is done by the workshop, which knows whether it may.
    pub(super) makes_role: Option<Ident>,
    /// Its first words, in small letters.
    words: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    AsWritten,
    /// What is refused is tried again after the rest.
    Sought,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    pub(super) parts: Vec<Part>,
    pub(super) notes: Vec<String>,
    /// The one database that the files are for, where they say so, and where.
    entered: Option<(String, String)>,
}

/// What becomes of a statement.
pub(super) enum Lot {
    Run,
    /// The statements that follow are for the database of that name.
    Enter(String),
    /// Rows, which are not loaded.
    Rows,
    /// A command that brings in another file.
    NotFollowed(&'static str),
    Role(Ident),
    /// Left out, and worth a note.
    LeftOut(&'static str),
    /// Left out without a word.
    Needless,
}

impl Part {
    /// `schema.sql:12`, with the line that the server points at.
    pub(super) fn place(&self, position: Option<usize>) -> String {
        let before = position.unwrap_or(1).saturating_sub(1);
        let further = self.text.chars().take(before).filter(|c| *c == '\n').count();
        format!("{}:{}", self.file, self.line + further)
    }

    /// The place of an error: MySQL tells the line in its words, and nothing else.
    pub(super) fn place_of(&self, error: &WireError, engine: EngineKind) -> String {
        match mysql::line_of(&error.message).filter(|_| engine == EngineKind::MySql) {
            Some(further) => format!("{}:{}", self.file, self.line + further),
            None => self.place(error.position),
        }
    }

    /// One of the first words; empty where there are fewer.
    pub(super) fn word(&self, at: usize) -> &str {
        self.words.get(at).map(String::as_str).unwrap_or_default()
    }

    pub(super) fn begins_with(&self, words: &[&str]) -> bool {
        words.len() <= self.words.len() && self.words.iter().zip(words).all(|(a, b)| a == b)
    }
}

impl Script {
    pub(super) fn read(files: &[(PathBuf, String)], engine: EngineKind) -> Result<Self, Failure> {
        let mut script = Self::default();
        for (path, text) in files {
            script.file(&path.display().to_string(), text, engine)?;
        }
        Ok(script)
    }

    fn file(&mut self, file: &str, text: &str, engine: EngineKind) -> Result<(), Failure> {
        let mut has_rows = false;
        for piece in split(text, engine) {
            let statement = piece.statement();
            match piece.kind {
                PieceKind::Blank | PieceKind::Data => {}
                PieceKind::Client => self.client(file, piece.line, statement)?,
                PieceKind::Statement => {
                    let words = match engine {
                        EngineKind::MySql => mysql::first_words(statement),
                        EngineKind::Postgres
                        | EngineKind::Sqlite
                        | EngineKind::SqlServer
                        | EngineKind::Snowflake => first_words(statement, engine),
                    };
                    let part = Part {
                        text: statement.to_owned(),
                        file: file.to_owned(),
                        line: piece.line,
                        makes_role: None,
                        words,
                    };
                    match lot(&part, engine) {
                        Lot::Run => self.parts.push(part),
                        Lot::Role(role) => self.parts.push(Part { makes_role: Some(role), ..part }),
                        Lot::LeftOut(why) => self.notes.push(format!("{}: {why}", part.place(None))),
                        Lot::Enter(name) => self.enter(name, &part)?,
                        Lot::Rows if has_rows => {}
                        Lot::Rows => {
                            has_rows = true;
                            self.notes.push(format!("{}: rows are not loaded", part.place(None)));
                        }
                        Lot::NotFollowed(word) => return Err(not_followed(file, piece.line, word)),
                        Lot::Needless => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// All is loaded in one database: files for two of them would be mixed up.
    fn enter(&mut self, name: String, part: &Part) -> Result<(), Failure> {
        let place = part.place(None);
        match &self.entered {
            None => {
                self.notes.push(format!("{place}: USE is left out: all is loaded in one database"));
                self.entered = Some((name, place));
                Ok(())
            }
            Some((own, _)) if *own == name => Ok(()),
            Some((own, first)) => {
                let what =
                    format!("{place}: USE {name}: {first} uses {own}, and only one database is loaded");
                Err(Failure::new(FailureKind::Config, what).hint("give the files of one database"))
            }
        }
    }

    /// Commands to the client do not change a schema, except those that bring in other files.
    fn client(&mut self, file: &str, line: usize, command: &str) -> Result<(), Failure> {
        let word = command.split_whitespace().next().unwrap_or_default();
        match word {
            "\\i" | "\\ir" | "\\include" | "\\include_relative" | ".read" | "\\gexec" => {
                Err(not_followed(file, line, word))
            }
            "\\c" | "\\connect" => {
                self.notes.push(format!("{file}:{line}: {word} is left out: all is loaded in one database"));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn not_followed(file: &str, line: usize, word: &str) -> Failure {
    Failure::new(FailureKind::Config, format!("{file}:{line}: {word} is not followed"))
        .hint("give the folder that holds the files, or one file with all of them")
}

fn lot(part: &Part, engine: EngineKind) -> Lot {
    match engine {
        EngineKind::Postgres => postgres_lot(part),
        EngineKind::Sqlite => {
            if part.begins_with(&["attach"]) || part.begins_with(&["detach"]) {
                Lot::LeftOut("other database files are left out")
            } else {
                Lot::Run
            }
        }
        EngineKind::MySql => mysql::lot(part),
        EngineKind::SqlServer | EngineKind::Snowflake => Lot::Run,
    }
}

fn postgres_lot(part: &Part) -> Lot {
    let word = |at: usize| part.word(at);
    match (word(0), word(1)) {
        ("create" | "drop" | "alter", "database") => {
            Lot::LeftOut("a statement about a whole database is left out")
        }
        ("comment" | "grant" | "revoke", _) if on_database(part) => {
            Lot::LeftOut("a statement about a whole database is left out")
        }
        ("create" | "drop" | "alter", "tablespace" | "system") => {
            Lot::LeftOut("a statement about the whole server is left out")
        }
        ("create", "role" | "user" | "group") if word(2) != "mapping" => match role_name(part) {
            Some(role) => Lot::Role(role),
            None => Lot::LeftOut("the role could not be read"),
        },
        ("drop" | "alter", "role" | "user" | "group") if word(2) != "mapping" => {
            Lot::LeftOut("roles are not part of a schema")
        }
        ("grant" | "revoke", _) if !part.words.iter().any(|word| word == "on") => {
            Lot::LeftOut("memberships of roles are not part of a schema")
        }
        ("copy", _) => Lot::LeftOut("rows are not loaded"),
        // Each statement is its own transaction here: a role that is missing must not undo what came before.
        ("begin" | "commit" | "end", _) | ("start", "transaction") => Lot::Needless,
        _ => Lot::Run,
    }
}

fn on_database(part: &Part) -> bool {
    part.words.windows(2).any(|pair| {
        pair.first().is_some_and(|word| word == "on") && pair.get(1).is_some_and(|word| word == "database")
    })
}

/// The first words, names as they are written; enough to find the ON of a long list of privileges.
fn first_words(statement: &str, engine: EngineKind) -> Vec<String> {
    lex(statement, engine)
        .filter(|token| {
            matches!(token.class, TokenClass::Keyword | TokenClass::Identifier | TokenClass::QuotedIdentifier)
        })
        .filter_map(|token| statement.get(token.start..token.end))
        .take(40)
        .map(|word| if word.starts_with('"') { word.to_owned() } else { word.to_lowercase() })
        .collect()
}

/// The third word of CREATE ROLE.
fn role_name(part: &Part) -> Option<Ident> {
    let word = part.words.get(2)?;
    Some(match word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => Ident::new(quoted.replace("\"\"", "\"")),
        None => Ident::new(word.as_str()),
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::Script;
    use crate::model::EngineKind;

    #[test]
    fn dumps_are_cut_to_what_a_database_holds() {
        let text = "\\restrict abc\nSET statement_timeout = 0;\nCREATE ROLE \"App \"\"x\"\"\";\nCREATE DATABASE d;\n\
                    \\connect d\nCREATE TABLE t (a int);\nCOPY t (a) FROM stdin;\n1\n\\.\nGRANT a TO b;\n\
                    GRANT SELECT ON t TO c;\nCREATE USER MAPPING FOR c SERVER s;\n\\unrestrict abc\n";
        let files = [(PathBuf::from("dump.sql"), text.to_owned())];
        let script = Script::read(&files, EngineKind::Postgres).unwrap();
        let texts: Vec<&str> = script.parts.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(texts.len(), 5, "{texts:?}");
        assert_eq!(script.parts[1].makes_role.as_ref().unwrap().as_str(), "App \"x\"");
        assert_eq!(script.notes.len(), 4, "{:?}", script.notes);
        assert_eq!(script.parts[2].place(None), "dump.sql:6");
        let include = [(PathBuf::from("a.sql"), "\\i b.sql\n".to_owned())];
        assert!(Script::read(&include, EngineKind::Postgres).unwrap_err().what.starts_with("a.sql:1"));
    }
}
