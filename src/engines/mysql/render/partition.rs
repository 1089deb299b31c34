//! Partitions: added at the end, dropped, or the whole table dealt out anew. These statements take no ALGORITHM.

use super::super::effects::draft;
use super::super::image::Image;
use crate::engines::{Draft, Undo};
use crate::model::{
    Boundary, Definition, EngineKind, Ident, Lock, LossTime, ObjectId, Phase, QualifiedName, Runtime, Sql,
    Statement, Verb, Work,
};
use crate::sql;
use crate::sqltext::{SqlBuilder, TokenClass, lex};

const E: EngineKind = EngineKind::MySql;

/// How a table is dealt out, as far as it matters to a change.
struct Dealt<'a> {
    /// `RANGE (`y`)`.
    head: &'a str,
    /// Each partition as it is written, and its name.
    list: Vec<(&'a str, String)>,
}

enum Step {
    Add(Vec<String>),
    Drop(Vec<String>),
    Anew(Definition),
    Remove,
}

pub(super) fn steps(table: &ObjectId, from: &Image<'_>, to: &Image<'_>) -> Vec<Draft> {
    let (before, after) = (from.table.partition_by.as_ref(), to.table.partition_by.as_ref());
    let Some(step) = step(before, after) else { return Vec::new() };
    let back = self::step(after, before).map(|step| Statement {
        sql: step.sql(&table.name),
        boundary: Boundary::NonTransactional,
        runtime: Runtime::Long,
    });
    let (lock, work, reason) = match step {
        Step::Add(_) => (Lock::Metadata, Work::Catalog, "New partitions at the end: no row moves."),
        Step::Drop(_) => (Lock::Metadata, Work::Catalog, "The partitions go, and their rows with them."),
        Step::Anew(_) | Step::Remove => {
            (Lock::Share, Work::Rewrite, "Deals all rows out anew; writers wait until it is done.")
        }
    };
    let verb =
        draft(Verb::Alter, Phase::Switch, step.sql(&table.name), reason).locks(lock, [table.clone()], work);
    let rows = |names: &[String]| format!("the rows of {} in {}", table.name, names.join(", "));
    let draft = Draft { undo: Undo::With(back.into_iter().collect()), ..verb };
    vec![match &step {
        Step::Drop(names) => draft.loses(LossTime::Forward, rows(names)),
        Step::Add(_) => draft.loses(LossTime::Since, format!("the rows of {} in new partitions", table.name)),
        Step::Anew(_) | Step::Remove => draft,
    }]
}

fn step(before: Option<&Definition>, after: Option<&Definition>) -> Option<Step> {
    match (before, after) {
        (a, b) if a == b => None,
        (_, None) => Some(Step::Remove),
        (None, Some(after)) => Some(Step::Anew(after.clone())),
        (Some(before), Some(after)) => {
            let (a, b) = (Dealt::read(before.as_str()), Dealt::read(after.as_str()));
            if a.head != b.head || a.list.is_empty() || b.list.is_empty() {
                return Some(Step::Anew(after.clone()));
            }
            let texts =
                |dealt: &Dealt<'_>| dealt.list.iter().map(|(text, _)| (*text).to_owned()).collect::<Vec<_>>();
            let (old, new) = (texts(&a), texts(&b));
            if new.starts_with(&old) {
                return Some(Step::Add(new.get(old.len()..).unwrap_or_default().to_vec()));
            }
            let gone: Vec<String> = a
                .list
                .iter()
                .filter(|(text, _)| !new.iter().any(|kept| kept == text))
                .map(|(_, name)| name.clone())
                .collect();
            let kept: Vec<&String> = old.iter().filter(|text| new.contains(text)).collect();
            if kept.into_iter().eq(&new) && !gone.is_empty() {
                return Some(Step::Drop(gone));
            }
            Some(Step::Anew(after.clone()))
        }
    }
}

impl Step {
    fn sql(&self, table: &QualifiedName) -> Sql {
        let alter = SqlBuilder::new(E).piece("ALTER TABLE ").piece(table);
        match self {
            Self::Add(list) => {
                let list: Vec<Definition> =
                    list.iter().map(|text| Definition::from_catalog(text.as_str())).collect();
                alter.piece(" ADD PARTITION (").joined(&list, ", ").piece(")").done()
            }
            Self::Drop(names) => {
                let names: Vec<Ident> = names.iter().map(|name| Ident::from(name.as_str())).collect();
                alter.piece(" DROP PARTITION ").joined(&names, ", ").done()
            }
            Self::Anew(text) => sql!(E; &alter.done(), "\n PARTITION BY ", text),
            Self::Remove => alter.piece(" REMOVE PARTITIONING").done(),
        }
    }
}

impl<'a> Dealt<'a> {
    fn read(text: &'a str) -> Self {
        let Some((head, list)) = text.split_once("\n(") else { return Self { head: text, list: Vec::new() } };
        let list = list.trim_end().strip_suffix(')').unwrap_or(list);
        let mut depth = 0_usize;
        let mut begin = 0;
        let mut parts = Vec::new();
        for token in lex(list, E) {
            match list.get(token.start..token.end) {
                Some("(") => depth += 1,
                Some(")") => depth = depth.saturating_sub(1),
                Some(",") if depth == 0 => {
                    parts.extend(list.get(begin..token.start));
                    begin = token.end;
                }
                _ => {}
            }
        }
        parts.extend(list.get(begin..));
        let list = parts.into_iter().map(str::trim).map(|text| (text, name(text))).collect();
        Self { head, list }
    }
}

/// `PARTITION `p0` VALUES …`: the second word.
fn name(text: &str) -> String {
    let meant = |class| !matches!(class, TokenClass::Whitespace | TokenClass::Comment);
    let word = lex(text, E).filter(|token| meant(token.class)).nth(1);
    let word = word.and_then(|token| text.get(token.start..token.end)).unwrap_or_default();
    match word.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
        Some(quoted) => quoted.replace("``", "`"),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(before: Option<&str>, after: Option<&str>) -> Option<String> {
        let text = |text: Option<&str>| text.map(Definition::from_catalog);
        let step = step(text(before).as_ref(), text(after).as_ref())?;
        Some(step.sql(&QualifiedName::bare("t")).as_str().to_owned())
    }

    #[test]
    fn as_little_as_possible_is_dealt_out_anew() {
        let one = "RANGE (`y`)\n(PARTITION `p0` VALUES LESS THAN (10) ENGINE = InnoDB)";
        let two = "RANGE (`y`)\n(PARTITION `p0` VALUES LESS THAN (10) ENGINE = InnoDB,\n PARTITION `p1` VALUES LESS THAN (20) ENGINE = InnoDB)";
        let add = "ALTER TABLE `t` ADD PARTITION (PARTITION `p1` VALUES LESS THAN (20) ENGINE = InnoDB)";
        assert_eq!(said(Some(one), Some(two)).as_deref(), Some(add));
        assert_eq!(said(Some(two), Some(one)).as_deref(), Some("ALTER TABLE `t` DROP PARTITION `p1`"));
        assert_eq!(said(Some(one), None).as_deref(), Some("ALTER TABLE `t` REMOVE PARTITIONING"));
        assert!(said(None, Some(one)).unwrap().contains("PARTITION BY RANGE"));
        let hash = "HASH (`id`)\nPARTITIONS 4";
        assert!(said(Some(one), Some(hash)).unwrap().ends_with("PARTITIONS 4"));
        assert_eq!(said(Some(one), Some(one)), None);
    }
}
