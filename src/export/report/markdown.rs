//! The report as Markdown. Names, messages and SQL were written by others: a pipe, a backtick, a line break or a tag in
//! one of them must not become a part of the document, so text is escaped and hidden characters are shown.

use super::{Answered, RunReport, Source};
use crate::export::Proof;
use crate::model::{Actor, Course, TableSize};
use crate::shown::Shown;

pub(super) fn markdown(report: &RunReport) -> String {
    let opened = &report.state.opened;
    let mut page = Page::default();
    let back = if opened.course == Course::Forward { "" } else { ", rollback" };
    page.line(&format!("# {}{back} on {}", text(&opened.name), text(&report.environment)));
    if let Source::Remembered { at, why } = &report.source {
        page.blank();
        page.line(&format!("As of {}: the database could not be asked ({}).", text(at), text(why)));
    }
    heads(&mut page, report);
    verification(&mut page, report);
    statements(&mut page, report);
    story(&mut page, report);
    findings(&mut page, report);
    tables(&mut page, &opened.circumstances.tables);
    sql(&mut page, report);
    page.text
}

fn heads(page: &mut Page, report: &RunReport) {
    let (state, opened) = (&report.state, &report.state.opened);
    let place = &opened.circumstances;
    page.table(&["What", "Value"]);
    let mut row = |what: &str, value: String| page.row(&[what.to_owned(), value]);
    let known = |words: &str| if words.is_empty() { "not written down".to_owned() } else { text(words) };
    let result = match &state.closed {
        Some(closed) if !closed.reason.is_empty() => {
            format!("**{}**: {}", report.result(), text(&closed.reason))
        }
        Some(_) | None => format!("**{}**", report.result()),
    };
    row("Result", result);
    row("Environment", text(&report.environment));
    row("Database", known(&place.address));
    row("Identity of the database", known(&place.database));
    row("Server", known(&place.server));
    row("Plan", text(&opened.name));
    row("Digest of the plan", text(opened.plan.as_str()));
    if let Some(record) = &report.plan {
        row("Plan made", text(&record.generated));
        row(
            "Rehearsal",
            match &record.proof {
                Proof::Proven { server, .. } => format!("proven on {}", text(server)),
                Proof::Failed { server, .. } => format!("failed on {}", text(server)),
                Proof::NotRehearsed { why } => format!("not rehearsed: {}", text(why)),
            },
        );
    }
    row("Run", text(state.run.as_str()));
    match &opened.course {
        Course::Forward => {}
        Course::Back { of, steps } => {
            row("Takes back", format!("{steps} steps of run {}", text(of.as_str())));
        }
        Course::Contract { of } => row("Removes for good", format!("what run {} kept", text(of.as_str()))),
    }
    row("Run by", person(&opened.actor));
    for (at, by) in &report.story.resumed {
        row("Resumed by", format!("{}, {}", person(by), text(at)));
    }
    for consent in &report.consents {
        let why =
            if consent.reason.is_empty() { String::new() } else { format!(": {}", text(&consent.reason)) };
        row("Approved by", format!("{}, {}{why}", person(&consent.by), text(&consent.at)));
    }
    if report.consents.is_empty() {
        row("Approved by", "nobody is written down".to_owned());
    }
    row("Began", text(&state.began));
    row("Last record", text(&state.last));
    if let Some(back) = report.rollback() {
        let limits: Vec<String> = back.limits.iter().map(|limit| text(limit)).collect();
        let with = if limits.is_empty() { String::new() } else { format!(": {}", limits.join("; ")) };
        row("Rollback", format!("{}{with}", back.class));
    }
}

fn verification(page: &mut Page, report: &RunReport) {
    page.head("Verification");
    page.line(report.verification());
    let left = report.state.verified.iter().flat_map(|verified| &verified.differences);
    for (at, difference) in left.enumerate() {
        if at == 0 {
            page.blank();
        }
        page.line(&format!("- {}", text(difference)));
    }
}

fn statements(page: &mut Page, report: &RunReport) {
    page.head("Statements");
    if report.plan.is_none() {
        page.line("The plan is not kept where this report was made from: the statements have no titles.");
    }
    page.table(&["#", "Statement", "Outcome", "Took", "Waited for locks", "Retries", "Rows", "Answer"]);
    for row in report.rows() {
        let took = |of: fn(&crate::model::Took) -> String| row.took.as_ref().map(of).unwrap_or_default();
        page.row(&[
            row.number.to_string(),
            text(&row.title),
            row.outcome.to_owned(),
            took(|took| time(took.millis)),
            took(|took| time(took.waited)),
            row.retries.to_string(),
            took(|took| took.rows.to_string()),
            text(&row.answer),
        ]);
    }
}

fn story(page: &mut Page, report: &RunReport) {
    let failures: Vec<_> = report.failures().collect();
    if !failures.is_empty() {
        page.head("Tries that did not take effect");
        page.table(&["When", "Statements", "Try", "Answer"]);
        for (one, words) in failures {
            let unit = one.intended.unit;
            let which =
                if unit.len() == 1 { unit.to.to_string() } else { format!("{}-{}", unit.from + 1, unit.to) };
            page.row(&[text(&one.at), which, one.intended.attempt.to_string(), text(&words)]);
        }
    }
    let stops = report.story.stops.iter().filter(|(_, closed)| !closed.reason.is_empty());
    for (at, (when, closed)) in stops.enumerate() {
        if at == 0 {
            page.head("Stops and drift");
        }
        page.line(&format!("- {}, {}: {}", text(when), closed.end.word(), text(&closed.reason)));
    }
}

fn findings(page: &mut Page, report: &RunReport) {
    for (at, (found, answered)) in report.findings().enumerate() {
        if at == 0 {
            page.head("Findings");
            page.table(&["Severity", "Rule", "Object", "Finding", "Answered for"]);
        }
        let object = found.object.as_ref().map(|object| text(&object.to_string())).unwrap_or_default();
        let by = match answered {
            Answered::InThePlan(why) => format!("in the plan: {}", text(why)),
            Answered::InTheRun => format!("by {}", person(&report.state.opened.actor)),
            Answered::Nowhere => "nobody is written down".to_owned(),
            Answered::NotAsked => String::new(),
        };
        page.row(&[found.severity.word().to_owned(), text(&found.rule), object, text(&found.what), by]);
    }
}

fn tables(page: &mut Page, sizes: &[TableSize]) {
    if sizes.is_empty() {
        return;
    }
    page.head("Tables when the run began");
    page.table(&["Table", "Rows, about", "Bytes, about"]);
    for size in sizes {
        let number =
            |number: Option<u64>| number.map_or_else(|| "unknown".to_owned(), |number| number.to_string());
        page.row(&[text(&size.table), number(size.rows), number(size.bytes)]);
    }
}

fn sql(page: &mut Page, report: &RunReport) {
    if report.sent.is_empty() {
        return;
    }
    page.head("SQL");
    for row in report.rows() {
        let Some(sent) = row.sent else { continue };
        page.line(&format!("{}. {}", row.number, text(&row.title)));
        page.blank();
        // A fence longer than any run of backticks in the text cannot be closed by it.
        let fence = "`".repeat(longest_run(&sent.sql).max(2) + 1);
        page.line(&format!("{fence}sql"));
        for line in Shown::lines(&sent.sql) {
            page.line(line.as_str());
        }
        page.line(&fence);
        page.blank();
    }
    while page.text.ends_with("\n\n") {
        page.text.pop();
    }
}

/// The most backticks in a row.
fn longest_run(sql: &str) -> usize {
    sql.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn person(actor: &Actor) -> String {
    text(&actor.to_string())
}

/// `37 ms`, `1.204 s`, `2 min 3 s`.
fn time(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{}.{:03} s", millis / 1_000, millis % 1_000),
        _ => format!("{} min {} s", millis / 60_000, millis / 1_000 % 60),
    }
}

/// Text by others on one line of Markdown: what has a meaning there is escaped, what cannot be seen is shown.
fn text(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for (at, line) in words.split('\n').enumerate() {
        if at > 0 {
            escaped.push_str("<br>");
        }
        for c in Shown::new(line).as_str().chars() {
            match c {
                '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '#' | '~' => escaped.extend(['\\', c]),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '&' => escaped.push_str("&amp;"),
                _ => escaped.push(c),
            }
        }
    }
    escaped
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn blank(&mut self) {
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn head(&mut self, words: &str) {
        self.blank();
        self.line(&format!("## {words}"));
        self.blank();
    }

    /// The head of a table.
    fn table(&mut self, columns: &[&str]) {
        self.blank();
        self.line(&format!("| {} |", columns.join(" | ")));
        self.line(&format!("|{}", "---|".repeat(columns.len())));
    }

    fn row(&mut self, cells: &[String]) {
        self.line(&format!("| {} |", cells.join(" | ")));
    }
}
