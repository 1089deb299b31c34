//! Findings and verdict in words, the gravest first.

use crate::export::{Noted, Proof, Record};
use crate::model::{Severity, Standing};
use crate::shown::Shown;

use super::args::Format;
use super::exit::Status;
use super::json;
use super::paint::Paint;
use super::surface::Surface;

pub(super) fn print(surface: &Surface, record: &Record, format: Format) -> Status {
    match format {
        Format::Text => {
            let mut text = format!("plan  {}\n", surface.paint.strong(Shown::new(&record.plan.name)));
            text.push_str(&judged(record, surface.paint));
            surface.print(&text);
        }
        Format::Json => surface.print_json(&json::findings(record)),
    }
    status(record)
}

/// A plan that failed its rehearsal is worse than one with findings.
pub(super) fn status(record: &Record) -> Status {
    match record.proof {
        Proof::Failed { .. } => Status::Failed,
        Proof::Proven { .. } | Proof::NotRehearsed { .. } if record.findings.iter().any(Noted::stops) => {
            Status::Finding
        }
        Proof::Proven { .. } | Proof::NotRehearsed { .. } => Status::Done,
    }
}

/// Findings, compatibility and proof.
pub(super) fn judged(record: &Record, paint: Paint) -> String {
    let mut text = String::new();
    if !record.findings.is_empty() {
        text.push_str(&format!("\n{}\n", paint.strong("findings")));
    }
    for finding in &record.findings {
        text.push_str(&one(finding, paint));
    }
    text.push_str(&format!(
        "\nbackwards compatible  {}\n",
        paint.strong(record.compatibility.verdict.word())
    ));
    for reason in &record.compatibility.reasons {
        text.push_str(&format!("  {}\n", Shown::new(reason)));
    }
    text.push_str(&proof(&record.proof, paint));
    text
}

fn one(finding: &Noted, paint: Paint) -> String {
    let word = match finding.severity {
        Severity::Error => paint.hazard("error"),
        Severity::Warn => paint.changed("warn "),
        Severity::Info => paint.muted("info "),
    };
    let step = finding.step.map(|at| format!("  step {}", at + 1)).unwrap_or_default();
    let object = finding.object.as_ref().map(|id| format!("  {}", Shown::new(id))).unwrap_or_default();
    let mut text = format!("  {word}  {}{step}{object}\n", Shown::new(&finding.rule));
    let lines: &[(&str, &str)] = match finding.severity {
        // Worth knowing, not worth a paragraph.
        Severity::Info => &[("", &finding.effect)],
        Severity::Warn | Severity::Error => {
            &[("", &finding.what), ("", &finding.effect), ("instead: ", &finding.instead)]
        }
    };
    for (lead, paragraph) in lines.iter().filter(|(_, paragraph)| !paragraph.is_empty()) {
        for line in Shown::lines(paragraph) {
            text.push_str(&format!("         {lead}{line}\n"));
        }
    }
    match &finding.standing {
        Standing::Stands => {}
        Standing::Acknowledged(reason) => {
            text.push_str(&format!("         acknowledged: {}\n", Shown::new(reason)));
        }
    }
    text
}

fn proof(proof: &Proof, paint: Paint) -> String {
    let (line, notes): (String, &[Box<str>]) = match proof {
        Proof::Proven { server, notes } => {
            (paint.added(format_args!("proven  forward and rollback, on {}", Shown::new(server))), notes)
        }
        Proof::Failed { server, notes } => {
            (paint.hazard(format_args!("NOT PROVEN  failed on {}", Shown::new(server))), notes)
        }
        Proof::NotRehearsed { why } => (format!("not rehearsed  {}", Shown::new(why)), &[]),
    };
    let mut text = format!("\n{line}\n");
    for note in notes {
        for line in Shown::lines(note) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}
