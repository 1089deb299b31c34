//! What is asked before something runs, as a page: where it would run, who has agreed, what is in the way, what is lost,
//! and the words to be typed; beside it the SQL, or what differs.

use crate::app::state::State;
use crate::config::keymap::Action;
use crate::config::theme::Role;
use crate::export::{Noted, Proof};
use crate::model::{Blocks, Keepsake, Lock, Reversal};
use crate::worker::{Errand as Deed, Outlook, Sending};

use super::page::{Line, Page, counted, minute};
use super::pipeline;
use super::start::{Given, Start, errors};

pub(super) fn main(state: &State, width: usize) -> Page {
    let Some(start) = &state.rollout.start else { return Page::new("nothing is about to run") };
    let outlook = &*start.outlook;
    let mut page = Page::new(format!("{} on {}", start.verb(), outlook.on().name));
    page.right = "nothing is sent yet".into();
    let plan = &outlook.record().plan;
    let what = match &start.request.errand {
        Deed::Run | Deed::Promote => format!("{}: {}", plan.name, counted(plan.steps.len(), "statement")),
        Deed::Resume(_) => format!("{}: {} left", plan.name, counted(outlook.way.sends.len(), "statement")),
        Deed::RollBack(_) => {
            format!("{}, taken back: {}", plan.name, counted(outlook.way.sends.len(), "statement"))
        }
        Deed::Contract(_) => {
            format!("{}, contracted: {}", plan.name, counted(outlook.way.sends.len(), "statement"))
        }
    };
    page.tell("what", Role::Title, &what, width);
    page.tell("where", Role::Text, &outlook.prepared.address, width);
    if let Some(why) = &outlook.way.closed {
        page.head("This way is closed");
        page.say(Role::StatusFailed, why, width);
        return page;
    }
    hindered(start, &mut page, width);
    demanded(state, start, &mut page);
    approvals(state, start, &mut page, width);
    lost(start, &mut page, width);
    facts(outlook, &start.request.errand, &mut page, width);
    let found: Vec<&Noted> = match start.request.errand {
        Deed::Run | Deed::Promote => errors(outlook).collect(),
        Deed::Resume(_) | Deed::RollBack(_) | Deed::Contract(_) => Vec::new(),
    };
    for finding in found {
        page.blank();
        page.push(Line::new(Role::SeverityError, format!(" {}", finding.rule)));
        page.say(Role::Text, &format!("  {}", finding.what), width);
        page.say(Role::Muted, &format!("  {}", finding.effect), width);
    }
    // The longest part, and nothing of it has to be answered.
    forecast(outlook, &mut page, width);
    page
}

/// The words that have to be typed, and the key that is next.
fn demanded(state: &State, start: &Start, page: &mut Page) {
    page.blank();
    for demand in &start.demands {
        let (role, sign) = match demand.given {
            Given::Yes => (Role::StatusOk, state.manner.glyphs().check),
            Given::No => (Role::SeverityError, " "),
        };
        page.push(
            Line::new(role, format!(" [{sign}] "))
                .and(Role::Title, demand.word.clone())
                .and(Role::Muted, format!("  {}", demand.what)),
        );
    }
    let key = |action| pipeline::key(state, action);
    if start.hindrance().is_some() {
        return;
    }
    let guarded = start.outlook.prepared.quorum.is_some() && start.token.is_none();
    page.push(match start.next() {
        None if guarded => Line::new(Role::Key, format!(" {}", key(Action::RolloutApply)))
            .and(Role::Text, " approves and begins, ")
            .and(Role::Key, key(Action::RolloutApprove))
            .and(Role::Text, " approves alone"),
        Some(_) => Line::new(Role::Key, format!(" {}", key(Action::ListOpen)))
            .and(Role::Text, " to type the next of these words"),
        None => Line::new(Role::Key, format!(" {}", key(Action::RolloutApply)))
            .and(Role::Text, " begins; nothing is sent before"),
    });
}

/// Why it cannot run, or not now.
fn hindered(start: &Start, page: &mut Page, width: usize) {
    let prepared = &start.outlook.prepared;
    let waits = prepared.waits.iter().filter(|_| !matches!(start.request.errand, Deed::Resume(_)));
    for failure in prepared.blocked.iter().chain(waits) {
        page.blank();
        page.say(Role::StatusFailed, &failure.what, width);
        page.say(Role::Muted, &failure.hint, width);
    }
}

/// Who has agreed, and who has to.
fn approvals(state: &State, start: &Start, page: &mut Page, width: usize) {
    let Some(quorum) = start.outlook.prepared.quorum else { return };
    page.head(format!("Approvals: {} of {}", start.given.len(), quorum.count()));
    for approval in &start.given {
        let until = format!("{}, until {} UTC", approval.by, minute(&approval.expires));
        page.push(
            Line::new(Role::StatusOk, format!(" {} ", state.manner.glyphs().check)).and(Role::Text, until),
        );
    }
    if let Some(token) = &start.token {
        page.tell("token", Role::Key, token.expose(), width);
        let text = "shown here and nowhere else, counts once: `migrator-tui promote DIR --to ENV --approve env:NAME`";
        page.say(Role::Muted, text, width);
    }
    let missing = quorum.count().saturating_sub(start.given.len());
    if start.token.is_some() && missing > 0 {
        let keys = pipeline::key(state, Action::Refresh);
        let text = format!(
            "Somebody else has to approve, under another name, in a workbench of their own. {keys} asks whether \
             they have."
        );
        page.say(Role::SeverityWarn, &text, width);
    }
}

/// Where it would run, and what is known of the plan.
fn facts(outlook: &Outlook, errand: &Deed, page: &mut Page, width: usize) {
    page.blank();
    page.tell("server", Role::Text, &outlook.prepared.server, width);
    page.tell("guard", Role::Text, outlook.on().guard.meaning(), width);
    let (role, proof) = match &outlook.record().proof {
        Proof::Proven { server, .. } => (Role::StatusOk, format!("forward and back, on {server}")),
        Proof::Failed { .. } => (Role::StatusFailed, "it did not hold".to_owned()),
        Proof::NotRehearsed { why } => (Role::SeverityWarn, format!("no: {why}")),
    };
    page.tell("proven", role, &proof, width);
    if let Deed::Contract(_) = errand {
        page.tell("locks", Role::Text, "on what was put aside, which nobody else uses", width);
        notes(outlook, page, width);
        return;
    }
    let strongest = steps(outlook).map(|step| step.effects.lock).max().unwrap_or(Lock::None);
    let role = if strongest.blocks() == Blocks::Nothing { Role::Text } else { Role::SeverityWarn };
    page.tell("locks", role, &locks(strongest), width);
    for (at, (table, size)) in outlook.prepared.tables.iter().enumerate() {
        let rows = size.rows.map_or_else(|| "rows unknown".to_owned(), |rows| format!("about {rows} rows"));
        let bytes = size.bytes.map(|bytes| format!(", {}", bytes_of(bytes))).unwrap_or_default();
        let word = if at == 0 { "tables" } else { "" };
        page.tell(word, Role::Text, &format!("{}: {rows}{bytes}", table.name), width);
    }
    notes(outlook, page, width);
}

fn notes(outlook: &Outlook, page: &mut Page, width: usize) {
    for note in &outlook.prepared.notes {
        page.tell("note", Role::SeverityInfo, note, width);
    }
    if let Some(run) = &outlook.run {
        page.tell("run", Role::Text, &crate::worker::standing(run), width);
    }
}

/// What each statement took on the stage before, and what that means here.
fn forecast(outlook: &Outlook, page: &mut Page, width: usize) {
    let Some(forecast) = &outlook.prepared.forecast else { return };
    page.head(format!("Forecast, by the run on {}", forecast.stage));
    for (at, one) in forecast.statements.iter().enumerate() {
        page.push(Line::new(Role::Muted, format!(" {:>3}  ", at + 1)).and(Role::Text, one.title.to_string()));
        page.say(Role::Muted, &format!("     {}", one.words()), width);
        if let Some(mark) = one.mark() {
            page.say(Role::SeverityWarn, &format!("     ! {mark}"), width);
        }
    }
    page.tell("all of it", Role::Text, &forecast.total().words(), width);
}

/// The steps that a way would send something of.
fn steps(outlook: &Outlook) -> impl Iterator<Item = &crate::model::Step> {
    outlook.way.sends.iter().filter_map(|sending| outlook.record().plan.steps.get(sending.step))
}

fn locks(strongest: Lock) -> String {
    let blocks = match strongest.blocks() {
        Blocks::Nothing => "readers and writers go on",
        Blocks::Writes => "writers wait meanwhile",
        Blocks::ReadsAndWrites => "readers and writers wait meanwhile",
    };
    format!("{} at most: {blocks}", strongest.word())
}

/// What cannot be undone, and what is lost.
fn lost(start: &Start, page: &mut Page, width: usize) {
    let outlook = &*start.outlook;
    if !outlook.way.lost.is_empty() {
        page.head(match start.request.errand {
            Deed::Contract(_) => "Gone for good, and no way back after this",
            Deed::Run | Deed::Promote | Deed::Resume(_) | Deed::RollBack(_) => "Lost by taking it back",
        });
        for lost in &outlook.way.lost {
            page.say(Role::SeverityError, &format!("{lost}"), width);
        }
    }
    let forward = matches!(start.request.errand, Deed::Run | Deed::Promote | Deed::Resume(_));
    if !forward {
        return;
    }
    let mut lines = Vec::new();
    for step in steps(outlook) {
        match &step.reversal {
            Reversal::Exact(_) => {}
            Reversal::Lossy { lost, .. } => {
                let gone = |what| (Role::SeverityError, format!("gone for good: {what}"));
                let new =
                    |what| (Role::SeverityWarn, format!("a later way back would lose what is new in {what}"));
                lines.extend(lost.forward.as_ref().map(gone));
                lines.extend(lost.since.as_ref().map(new));
            }
            Reversal::Impossible(why) => {
                let what = format!("no way back: {} {}: {why}", step.action.word(), step.subject);
                lines.push((Role::SeverityError, what));
            }
        }
    }
    if !lines.is_empty() {
        page.head("What cannot be brought back");
        lines.into_iter().for_each(|(role, text)| page.say(role, &text, width));
    }
    let kept: Vec<String> =
        steps(outlook).filter_map(|step| step.keeps.as_ref()).map(Keepsake::what).collect();
    if !kept.is_empty() {
        page.head("Dropped, and kept until a contract removes it");
        kept.iter().for_each(|what| page.say(Role::Text, what, width));
    }
}

/// `26.4 MiB`.
fn bytes_of(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let mut size = bytes as f64;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{size:.1} {}", UNITS[unit]) }
}

pub(super) fn aside(state: &State, width: usize) -> Page {
    let Some(start) = &state.rollout.start else { return Page::new("") };
    let outlook = &*start.outlook;
    if !outlook.prepared.drift.is_empty() {
        let mut page = Page::new("what differs");
        page.right = "- the plan  + found".into();
        outlook.prepared.drift.iter().for_each(|drift| super::report::drifted(&mut page, drift));
        return page;
    }
    let mut page = Page::new("what is sent");
    page.right = format!("written {}", minute(&outlook.record().generated));
    for (at, sending) in outlook.way.sends.iter().enumerate() {
        if at > 0 {
            page.blank();
        }
        page.push(Line::new(Role::Title, format!("{:>3}  {}", at + 1, sending.title)));
        if let Some(effects) = effects(outlook, &start.request.errand, sending) {
            page.push(Line::new(Role::Muted, format!("     {effects}")));
        }
        page.say(Role::Text, &indented(&sending.sql), width);
    }
    page
}

/// What a statement locks and reads, by the step that it belongs to. A contract has none of its own that matter.
fn effects(outlook: &Outlook, errand: &Deed, sending: &Sending) -> Option<String> {
    match errand {
        Deed::Contract(_) => None,
        Deed::Run | Deed::Promote | Deed::Resume(_) | Deed::RollBack(_) => {
            let effects = &outlook.record().plan.steps.get(sending.step)?.effects;
            Some(format!("{}, {}", effects.lock.word(), effects.work.word()))
        }
    }
}

/// Set in below its number.
pub(super) fn indented(sql: &str) -> String {
    sql.lines().map(|line| format!("     {line}")).collect::<Vec<_>>().join("\n")
}
