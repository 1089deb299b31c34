//! Waivers, order, and the explanations; the rules themselves are tested on live servers by `tests/it/rules.rs`.

mod by_hand;
mod hand_built;

use super::*;
use crate::model::{Ident, ObjectId, ObjectKind, QualifiedName, Severity, Standing};

fn finding(rule: &'static str, severity: Severity, step: Option<usize>) -> Finding {
    let orders = QualifiedName::new("public", "orders");
    Finding {
        rule,
        severity,
        step,
        object: Some(ObjectId::member(ObjectKind::Column, orders, Ident::from("note"))),
        what: "what".into(),
        effect: "effect".into(),
        instead: "instead".into(),
        probe: None,
        standing: Standing::Stands,
    }
}

fn waiver(rule: &str, object: Option<&str>) -> Waivers {
    let one = Waiver { rule: rule.into(), object: object.map(Into::into), reason: "agreed".into() };
    Waivers { each: vec![one], data_loss: DataLoss::Refused }
}

#[test]
fn the_gravest_come_first() {
    let mut found = vec![
        finding("b", Severity::Warn, Some(0)),
        finding("a", Severity::Error, None),
        finding("c", Severity::Error, Some(3)),
        finding("a", Severity::Error, Some(3)),
    ];
    sort(&mut found);
    let order: Vec<_> = found.iter().map(|finding| (finding.rule, finding.step)).collect();
    assert_eq!(order, [("a", Some(3)), ("c", Some(3)), ("a", None), ("b", Some(0))]);
}

#[test]
fn a_waiver_answers_for_its_rule_and_object() {
    for object in [None, Some("public.orders.note"), Some("column public.orders.note")] {
        let mut found = vec![finding("drop-column", Severity::Error, Some(0))];
        acknowledge(&mut found, &waiver("drop-column", object));
        assert_eq!(found.len(), 1, "{object:?}");
        assert_eq!(found[0].standing, Standing::Acknowledged("agreed".into()), "{object:?}");
    }
}

#[test]
fn a_waiver_for_nothing_is_told() {
    let cases = [("drop-table", None), ("drop-column", Some("public.orders")), ("no-such-rule", None)];
    for (rule, object) in cases {
        let mut found = vec![finding("drop-column", Severity::Error, Some(0))];
        acknowledge(&mut found, &waiver(rule, object));
        assert_eq!(found[0].standing, Standing::Stands, "{rule}");
        assert_eq!((found[1].rule, found[1].severity), ("unused-waiver", Severity::Info), "{rule}");
    }
}

#[test]
fn allowed_data_loss_covers_losses_and_nothing_else() {
    let lossy = ["drop-table", "drop-column", "drop-schema", "drop-sequence", "drop-partition"];
    let others = ["rename-column", "add-required-column", "rls-change", "require-concurrent-index-creation"];
    let all = lossy.iter().chain(&others).map(|rule| finding(rule, Severity::Error, None));
    let mut found: Vec<Finding> = all.collect();
    acknowledge(&mut found, &Waivers { each: Vec::new(), data_loss: DataLoss::Allowed });
    for finding in &found {
        assert_eq!(finding.standing != Standing::Stands, lossy.contains(&finding.rule), "{}", finding.rule);
    }
}

#[test]
fn explanations() {
    assert!(explain("drop-column").is_some_and(|text| text.starts_with("drop-column (error, data loss)")));
    assert_eq!(explain("no-such-rule"), None);
}
