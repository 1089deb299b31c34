//! `mysql-missing-algorithm`: an ALTER TABLE by hand that does not say how it may be done.

use crate::model::{EngineKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;
use crate::sqltext::lex;

pub(super) static RULE: Rule = Rule {
    id: "mysql-missing-algorithm",
    severity: Severity::Warn,
    family: Family::Lock,
    problem: "The server takes whatever way it can, a copy of the table among them, and says nothing.",
    solution: "End it with ALGORITHM=INSTANT or ALGORITHM=INPLACE, LOCK=NONE: then the server refuses instead.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    if !survey.is_mysql() {
        return;
    }
    for (at, step) in survey.by_hand() {
        let table = survey.relation_of(step.effects.on.first().unwrap_or(&step.subject));
        if !is_silent(step.statement.sql.as_str()) || survey.is_new(&table) {
            continue;
        }
        report.by_hand(
            at,
            &step.subject,
            Words::new(
                format!("The ALTER TABLE of {table} does not say how it may be done."),
                format!("If {} has to be copied, writes wait, and nothing says so before.", survey.sized(&table)),
                "End it with ALGORITHM=INSTANT, or ALGORITHM=INPLACE, LOCK=NONE: the server refuses what it cannot do \
                 so.",
            ),
        );
    }
}

fn is_silent(sql: &str) -> bool {
    let mut words = lex(sql, EngineKind::MySql)
        .filter_map(|token| sql.get(token.start..token.end))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
    let alters = words.next().is_some_and(|word| word.eq_ignore_ascii_case("alter"))
        && words.next().is_some_and(|word| word.eq_ignore_ascii_case("table"));
    alters && !words.any(|word| word.eq_ignore_ascii_case("algorithm"))
}

#[cfg(test)]
mod tests {
    use super::is_silent;

    #[test]
    fn the_way_is_said_or_not() {
        assert!(is_silent("/* a */ ALTER TABLE t ADD COLUMN algorithm_of int"));
        assert!(!is_silent("alter table t add column a int, ALGORITHM=INSTANT"));
        assert!(!is_silent("CREATE INDEX i ON t (a)"));
    }
}
