//! How the current server is set up, as far as what is made on it depends on that: a private server is set up alike.

use crate::connect::{Connection, MySqlTarget, Purpose, mysql as wire};
use crate::model::EngineKind;
use crate::sql;

/// Variables that decide how a statement is read, what it makes, or how that is printed again. A server that has not
/// got one of them skips it.
const VARIABLES: &[&str] = &[
    "character_set_collations",
    "character_set_server",
    "collation_server",
    "default_collation_for_utf8mb4",
    "default_storage_engine",
    "explicit_defaults_for_timestamp",
    "innodb_default_row_format",
    "innodb_file_per_table",
    "innodb_page_size",
    "innodb_strict_mode",
    "lower_case_table_names",
    "old_mode",
    "restrict_fk_on_non_standard_key",
    "sql_generate_invisible_primary_key",
    "sql_mode",
    "sql_require_primary_key",
    "system_versioning_alter_history",
];

/// Those that the folder of the data is made with.
const FROM_THE_START: &[&str] = &["innodb_page_size", "lower_case_table_names"];

#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Manner {
    variables: Vec<(Box<str>, Box<str>)>,
    /// `+02:00`: how far its clock is from UTC.
    offset: Option<Box<str>>,
    /// The character set and the collation of the current database itself.
    pub(super) database: Option<(Box<str>, Box<str>)>,
}

impl Manner {
    /// Asks a server. What it does not tell stays as it is by default.
    pub async fn of(target: &MySqlTarget) -> Self {
        let Ok(mut session) = wire::open(target, Purpose::Read).await else { return Self::default() };
        let variables = sql!(EngineKind::MySql; "SHOW GLOBAL VARIABLES");
        let rows = session.query(&variables).await.unwrap_or_default();
        let variables = rows
            .iter()
            .filter_map(|row| Some((row.get(0)?, row.get(1)?)))
            .filter(|(name, _)| VARIABLES.contains(name))
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        let facts = sql!(EngineKind::MySql; "SELECT @@character_set_database, @@collation_database, \
            TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(), NOW())");
        let facts = session.query(&facts).await.unwrap_or_default();
        let database = facts.cell(0, 0).zip(facts.cell(0, 1)).map(|(a, b)| (a.into(), b.into()));
        let offset = facts.cell(0, 2).and_then(|minutes| minutes.parse().ok()).map(offset);
        Self { variables, offset, database }
    }

    /// The options of the program that makes the data folder.
    pub fn first_options(&self) -> Vec<String> {
        self.options_of(|name| FROM_THE_START.contains(&name))
    }

    /// The options of the server.
    pub fn options(&self) -> Vec<String> {
        let mut options = match self.variables.is_empty() {
            // What newer servers have by default: text of any language can be stored.
            true => vec!["--character-set-server=utf8mb4".to_owned()],
            false => self.options_of(|_| true),
        };
        if let Some(offset) = &self.offset {
            options.push(format!("--default-time-zone={offset}"));
        }
        options
    }

    #[cfg(test)]
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(own, _)| own.as_ref() != name);
        self.variables.push((name.into(), value.into()));
    }

    fn options_of(&self, taken: impl Fn(&str) -> bool) -> Vec<String> {
        let taken = self.variables.iter().filter(|(name, _)| taken(name));
        taken.map(|(name, value)| format!("--loose-{name}={value}")).collect()
    }
}

/// Minutes east of UTC, as a time zone.
fn offset(minutes: i32) -> Box<str> {
    let sign = if minutes < 0 { '-' } else { '+' };
    let far = minutes.unsigned_abs();
    format!("{sign}{:02}:{:02}", far / 60, far % 60).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_set_up_like_another() {
        let manner = Manner {
            variables: vec![
                ("lower_case_table_names".into(), "1".into()),
                ("sql_mode".into(), "ANSI_QUOTES".into()),
            ],
            offset: Some(offset(-210)),
            database: None,
        };
        assert_eq!(manner.first_options(), ["--loose-lower_case_table_names=1"]);
        assert_eq!(
            manner.options(),
            [
                "--loose-lower_case_table_names=1",
                "--loose-sql_mode=ANSI_QUOTES",
                "--default-time-zone=-03:30"
            ]
        );
        assert_eq!(Manner::default().options(), ["--character-set-server=utf8mb4"]);
    }
}
