//! The digest of a plan: what would be sent, how, and in which order, in both directions, and what it has to find
//! before and leaves after. Nothing else counts, so two plans with one digest do the same.

use crate::model::{Fingerprint, Plan, Reversal, Statement};

/// SHA-256 over the statements, their boundaries and their order, and the images of what they touch.
pub fn digest(plan: &Plan) -> Fingerprint {
    let mut parts = vec![plan.server.engine.name()];
    for step in &plan.steps {
        parts.push("step");
        statement(&step.statement, &mut parts);
        parts.push(step.reversal.word());
        match &step.reversal {
            Reversal::Exact(back) | Reversal::Lossy { steps: back, .. } => {
                back.iter().for_each(|back| statement(back, &mut parts));
            }
            Reversal::Impossible(_) => {}
        }
    }
    // Plans of older releases have none, and keep their digest.
    let names: Vec<String> = plan.images.iter().map(|image| image.object.to_string()).collect();
    for (image, name) in plan.images.iter().zip(&names) {
        parts.extend(["image", name]);
        for text in [&image.before, &image.after] {
            match text {
                Some(text) => parts.extend(["there", text]),
                None => parts.push("absent"),
            }
        }
    }
    Fingerprint::of(parts)
}

fn statement<'a>(statement: &'a Statement, parts: &mut Vec<&'a str>) {
    parts.extend([statement.boundary.word(), statement.runtime.word(), statement.sql.as_str()]);
}
