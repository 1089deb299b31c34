//! `privilege-change`: owners or grants change.

use std::collections::BTreeSet;

use crate::model::{Aspect, Body, GrantOption, Object, ObjectId, ObjectKind, Severity};
use crate::safety::rule::{Family, Report, Rule, Words};
use crate::safety::survey::Survey;

pub(super) static RULE: Rule = Rule {
    id: "privilege-change",
    severity: Severity::Warn,
    family: Family::Compatibility,
    problem: "Programs lose access, or somebody gains it.",
    solution: "Have it reviewed as a change of access. Grant first, move programs, revoke later.",
    judge,
};

fn judge(survey: &Survey<'_>, report: &mut Report<'_>) {
    for altered in survey.all_altered() {
        // A policy's roles are its own rule's matter.
        if altered.id.kind == ObjectKind::Policy {
            continue;
        }
        for edit in altered.edits {
            match edit.aspect {
                Aspect::Owner => {
                    let what = format!("{} passes from {} to {}.", altered.id, edit.before, edit.after);
                    tell(report, altered.id, what, "Rights that came with the ownership move with it.");
                }
                Aspect::Privileges => {
                    let (lost, gained) =
                        (grants(altered.before, altered.after), grants(altered.after, altered.before));
                    if !lost.is_empty() {
                        let what =
                            format!("On {} these rights are revoked: {}.", altered.id, lost.join(", "));
                        let effect = "Programs that work under these roles fail with permission denied.";
                        tell(report, altered.id, what, effect);
                    }
                    if !gained.is_empty() {
                        let what =
                            format!("On {} these rights are granted: {}.", altered.id, gained.join(", "));
                        tell(report, altered.id, what, "These roles can do more than before.");
                    }
                }
                _ => {}
            }
        }
    }
    let future =
        survey.created(ObjectKind::DefaultPrivilege).chain(survey.dropped(ObjectKind::DefaultPrivilege));
    for object in future {
        let what = format!("{} comes or goes.", object.id);
        tell(report, &object.id, what, "Objects made from now on have other grants than those made before.");
    }
}

fn tell(report: &mut Report<'_>, id: &ObjectId, what: String, effect: &str) {
    let instead = "Have it reviewed as a change of access. Grant first, move programs, revoke later.";
    report.on(id, Words::new(what, effect, instead));
}

/// What the one grants and the other does not: `SELECT to reader`.
fn grants(of: &Object, not_of: &Object) -> Vec<String> {
    let set = |object: &Object| match (&object.about.grants, &object.body) {
        (_, Body::Privileges(defaults)) => defaults.grants.clone(),
        (Some(grants), _) => BTreeSet::clone(grants),
        (None, _) => BTreeSet::new(),
    };
    let others = set(not_of);
    set(of)
        .into_iter()
        .filter(|grant| {
            !others.iter().any(|other| {
                (&other.grantee, &other.privilege, other.option)
                    == (&grant.grantee, &grant.privilege, grant.option)
            })
        })
        .map(|grant| {
            let grantee = grant.grantee.as_ref().map_or("PUBLIC", |role| role.as_str());
            let option = match grant.option {
                GrantOption::Plain => "",
                GrantOption::WithGrantOption => " with grant option",
            };
            format!("{} to {grantee}{option}", grant.privilege)
        })
        .collect()
}
