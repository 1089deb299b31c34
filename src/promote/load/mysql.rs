//! Files of MySQL and MariaDB: what of them belongs to a schema, what a dump says of the whole server and is left out,
//! and whom its definers name.

use super::script::{Lot, Part};
use crate::connect::{Connection, WireError};
use crate::model::{EngineKind, Ident};
use crate::sql;
use crate::sqltext::{TokenClass, lex};

const E: EngineKind = EngineKind::MySql;

const WHOLE_DATABASE: &str = "a statement about a whole database is left out";
const WHOLE_SERVER: &str = "a statement about the whole server is left out";
const ACCOUNTS: &str = "accounts and privileges are not part of a schema";

pub(super) fn lot(part: &Part) -> Lot {
    let word = |at: usize| part.word(at);
    match (word(0), word(1)) {
        ("use", _) => Lot::Enter(bare(word(1))),
        ("create" | "drop" | "alter", "database" | "schema") => Lot::LeftOut(WHOLE_DATABASE),
        ("create", "or") if matches!(word(3), "database" | "schema") => Lot::LeftOut(WHOLE_DATABASE),
        ("create" | "drop" | "alter" | "rename", "user" | "role") | ("grant" | "revoke", _) => {
            Lot::LeftOut(ACCOUNTS)
        }
        ("create", "or") if matches!(word(3), "user" | "role") => Lot::LeftOut(ACCOUNTS),
        ("set", "password" | "role" | "default") => Lot::LeftOut(ACCOUNTS),
        ("set", "global" | "persist" | "persist_only") => Lot::LeftOut(WHOLE_SERVER),
        ("set", variable) if global(variable) => Lot::LeftOut(WHOLE_SERVER),
        (
            "create" | "drop" | "alter",
            "tablespace" | "server" | "logfile" | "instance" | "undo" | "resource",
        )
        | (
            "install" | "uninstall" | "shutdown" | "kill" | "purge" | "reset" | "change" | "restart"
            | "clone",
            _,
        )
        | ("stop" | "start", "slave" | "replica" | "all" | "group_replication") => Lot::LeftOut(WHOLE_SERVER),
        ("insert" | "replace" | "load", _) => Lot::Rows,
        // A dump's locks are for its rows.
        ("lock" | "unlock", _) => Lot::Needless,
        ("source", _) => Lot::NotFollowed("source"),
        // Nothing of this engine is taken back.
        ("start", "transaction") | ("commit" | "rollback", _) => Lot::Needless,
        ("begin", "" | "work") => Lot::Needless,
        _ => Lot::Run,
    }
}

/// `@@GLOBAL.x`, as one word or as several.
fn global(variable: &str) -> bool {
    ["@@global", "@@persist"].iter().any(|scope| variable.starts_with(scope))
}

/// A name without its quotes.
fn bare(word: &str) -> String {
    match word.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
        Some(quoted) => quoted.replace("``", "`"),
        None => word.to_owned(),
    }
}

/// The first words of a statement, those that a comment keeps for servers of some version among them.
pub(super) fn first_words(statement: &str) -> Vec<String> {
    let mut words = Vec::new();
    gather(statement, &mut words);
    words
}

fn gather(text: &str, words: &mut Vec<String>) {
    for token in lex(text, E) {
        if words.len() >= 40 {
            return;
        }
        let word = text.get(token.start..token.end).unwrap_or_default();
        match token.class {
            TokenClass::Comment => gather(kept(word), words),
            TokenClass::Whitespace | TokenClass::Punctuation | TokenClass::Operator => {}
            TokenClass::QuotedIdentifier => words.push(word.to_owned()),
            _ => words.push(word.to_lowercase()),
        }
    }
}

/// What stands inside `/*!50001 … */` and `/*M!100100 … */`; nothing of any other comment.
fn kept(comment: &str) -> &str {
    let inner = comment.strip_prefix("/*!").or_else(|| comment.strip_prefix("/*M!"));
    let inner = inner.map(|inner| inner.strip_suffix("*/").unwrap_or(inner)).unwrap_or_default();
    inner.trim_start_matches(|c: char| c.is_ascii_digit())
}

/// `The user specified as a definer ('app'@'%') does not exist`: whom the statement would have needed.
pub(super) fn missing_definer(error: &WireError) -> Option<Ident> {
    if error.code.as_deref() != Some("1449") {
        return None;
    }
    let (_, rest) = error.message.split_once("('")?;
    let (account, _) = rest.rsplit_once("')")?;
    let (user, host) = account.split_once("'@'")?;
    Some(Ident::new(format!("{user}@{host}")))
}

/// Everybody whom a statement names as a definer: ``DEFINER=`app`@`10.%` ``, in a comment for some versions or not.
pub(super) fn named_definers(statement: &str) -> Vec<Ident> {
    let mut found = Vec::new();
    let lower = statement.to_ascii_lowercase();
    for (at, word) in lower.match_indices("definer") {
        let rest = statement.get(at + word.len()..).unwrap_or_default().trim_start();
        let Some(rest) = rest.strip_prefix('=') else { continue };
        let Some((user, rest)) = name(rest.trim_start()) else { continue };
        let Some((host, _)) = rest.trim_start().strip_prefix('@').and_then(|rest| name(rest.trim_start()))
        else {
            continue;
        };
        found.push(Ident::new(format!("{user}@{host}")));
    }
    found
}

/// A name in any quotes or in none, and what stands behind it.
fn name(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '`' | '\'' | '"'));
    let Some(quote) = quote else {
        let end = text
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '%')))
            .unwrap_or(text.len());
        return (end > 0)
            .then(|| (text.get(..end).unwrap_or_default().to_owned(), text.get(end..).unwrap_or_default()));
    };
    let mut name = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            name.push(c);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            name.push(quote);
        } else {
            return Some((name, text.get(at + c.len_utf8()..).unwrap_or_default()));
        }
    }
    None
}

/// What a dump of another version says and this server need not know: a setting it has not got or does not let us
/// choose, and a comment for newer servers.
pub(super) fn harmless(part: &Part, error: &WireError) -> bool {
    match error.code.as_deref() {
        Some("1193" | "1227" | "1231" | "1238") => part.begins_with(&["set"]),
        Some("1065") => true,
        _ => false,
    }
}

/// The line of a statement, counted from 0, that an error is about: the server tells it in its words.
pub(super) fn line_of(message: &str) -> Option<usize> {
    let (_, rest) = message.rsplit_once(" at line ")?;
    rest.trim_end().parse::<usize>().ok()?.checked_sub(1)
}

/// Everybody who is named as a definer in the database of this session.
pub(super) async fn definers(connection: &mut dyn Connection) -> Result<Vec<Ident>, WireError> {
    let asked = sql!(E; "SELECT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() \
        UNION SELECT DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() \
        UNION SELECT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() \
        UNION SELECT DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()");
    let rows = connection.query(&asked).await?;
    Ok(rows.iter().filter_map(|row| row.get(0)).map(Ident::from).collect())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::script::Script;
    use super::*;
    use crate::connect::WireErrorKind;

    fn script(text: &str) -> Result<Script, crate::model::Failure> {
        Script::read(&[(PathBuf::from("dump.sql"), text.to_owned())], E)
    }

    #[test]
    fn dumps_are_cut_to_what_a_database_holds() {
        let text = "/*!999999\\- enable the sandbox mode */\n-- a dump\n/*!40101 SET NAMES utf8mb4 */;\n\
            /*!40000 DROP DATABASE IF EXISTS `shop`*/;\n\
            CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;\n\
            USE `shop`;\nSET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '';\nCREATE TABLE t (a int);\n\
            LOCK TABLES `t` WRITE;\n/*!40000 ALTER TABLE `t` DISABLE KEYS */;\nINSERT INTO t VALUES (1);\n\
            INSERT INTO t VALUES (2);\nUNLOCK TABLES;\nGRANT ALL ON shop.* TO app;\nCREATE USER u;\nUSE shop;\n\
            DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER g BEFORE INSERT ON t \
            FOR EACH ROW BEGIN SET NEW.a = 1; END */;;\nDELIMITER ;\n";
        let script = script(text).unwrap();
        let texts: Vec<&str> = script.parts.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(texts.len(), 4, "{texts:#?}");
        assert!(texts[1].starts_with("CREATE TABLE") && texts[3].ends_with("END */"), "{texts:#?}");
        let notes = script.notes.join("\n");
        assert_eq!(script.notes.len(), 7, "{notes}");
        for told in [
            "dump.sql:4: a statement about a whole database",
            "dump.sql:7: ",
            "dump.sql:11: rows are not loaded",
        ] {
            assert!(notes.contains(told), "{told} in {notes}");
        }
    }

    #[test]
    fn a_second_database_is_refused_with_its_place() {
        let failed = script("USE shop;\nCREATE TABLE t (a int);\nuse other;\n").unwrap_err();
        assert!(failed.what.starts_with("dump.sql:3: "), "{}", failed.what);
        assert!(failed.what.contains("other") && failed.what.contains("shop"), "{}", failed.what);
        let failed = script("source more.sql;\n").unwrap_err();
        assert!(failed.what.starts_with("dump.sql:1: source"), "{}", failed.what);
    }

    #[test]
    fn the_servers_words_are_read() {
        let error = |code: &str, message: &str| WireError {
            kind: WireErrorKind::Statement,
            code: Some(code.into()),
            message: message.into(),
            detail: None,
            hint: None,
            position: None,
        };
        let missing = error("1449", "The user specified as a definer ('app'@'10.%') does not exist");
        assert_eq!(missing_definer(&missing), Some(Ident::from("app@10.%")));
        let text = "/*!50003 CREATE*/ /*!50017 DEFINER=`it``s`@`10.%`*/ … CREATE definer = app@'%' VIEW; DEFINER=CURRENT_USER";
        assert_eq!(named_definers(text), [Ident::from("it`s@10.%"), Ident::from("app@%")]);
        let syntax = "You have an error in your SQL syntax; … near 'x\n)' at line 3";
        assert_eq!(line_of(syntax), Some(2));
        assert_eq!(line_of("Table 'a.b' doesn't exist"), None);
    }
}
