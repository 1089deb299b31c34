//! The scripts of a plan, as the engine's own client runs them: `psql -f`, `sqlite3 <`, `mariadb <`,
//! `sqlcmd -i`. Statements that share a transaction stand in one; those that must not stand bare. It adds
//! comments, transaction brackets and settings, and never changes a statement.

use std::ops::Range;

use crate::engines::Dialect;
use crate::model::{
    Batches, Boundary, EngineKind, Loss, Reversal, Runtime, Sql, Statement, Step, batch_size,
};

use super::comment::comment;
use super::ended::{delimiter, ended};
use super::{Proof, Record, digest};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    Forward,
    Rollback,
}

/// The script's file name.
pub fn script_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Forward => "forward.sql",
        Direction::Rollback => "rollback.sql",
    }
}

/// The file name of the script that removes for good what a plan keeps.
pub const CONTRACT_FILE: &str = "contract.sql";

/// Which of the scripts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Forward,
    Rollback,
    Contract,
}

impl From<Direction> for Part {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Forward => Self::Forward,
            Direction::Rollback => Self::Rollback,
        }
    }
}

/// A script, and where in it each step stands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Script {
    pub text: String,
    /// In the order of the text. A step whose way back is several statements has several places.
    pub places: Vec<Place>,
}

/// One statement of a script. Lines are 0-based.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// 0-based step of the plan.
    pub step: usize,
    /// With the comments and settings above it.
    pub lines: Range<usize>,
    /// The statement alone; empty where there is nothing to send.
    pub statement: Range<usize>,
}

/// The whole script. A plan without steps gives the header alone.
pub fn script(record: &Record, direction: Direction, dialect: &dyn Dialect) -> Script {
    composed(record, direction.into(), dialect)
}

/// The script that removes for good what the plan keeps. `None`: it keeps nothing.
pub fn contract(record: &Record, dialect: &dyn Dialect) -> Option<String> {
    let keeps = record.plan.steps.iter().any(|step| step.keeps.is_some());
    keeps.then(|| composed(record, Part::Contract, dialect).text)
}

fn composed(record: &Record, part: Part, dialect: &dyn Dialect) -> Script {
    let mut text = header(record, part);
    let mut marks = Vec::new();
    written(&mut text, &mut marks, record, part, dialect);
    let places = places(&text, &marks);
    Script { text, places }
}

/// A place in bytes.
struct Mark {
    step: usize,
    whole: Range<usize>,
    statement: Range<usize>,
}

/// Bytes to lines, in one pass: marks are in the order of the text.
fn places(text: &str, marks: &[Mark]) -> Vec<Place> {
    let (mut line, mut counted) = (0, 0);
    let mut line_of = |byte: usize| {
        let passed = text.as_bytes().get(counted..byte).unwrap_or_default();
        line += passed.iter().filter(|b| **b == b'\n').count();
        counted = byte;
        line
    };
    marks
        .iter()
        .map(|mark| {
            let first = line_of(mark.whole.start);
            let statement = line_of(mark.statement.start)..line_of(mark.statement.end);
            Place { step: mark.step, lines: first..statement.end, statement }
        })
        .collect()
}

fn written(text: &mut String, marks: &mut Vec<Mark>, record: &Record, part: Part, dialect: &dyn Dialect) {
    let segments = segments(&record.plan.steps, part, dialect);
    if segments.is_empty() {
        return;
    }
    let client = Client::of(dialect.kind());
    let frame = match part {
        Part::Forward => dialect.frame(&record.plan.steps),
        Part::Rollback => dialect.frame(&way_back(&record.plan.steps)),
        Part::Contract => dialect.frame(&removed(&record.plan.steps)),
    };
    text.push_str(client.stop_on_error);
    bare(text, &frame.before);
    let last = segments.iter().rposition(|segment| segment.bracket == Bracket::Transaction);
    for (at, segment) in segments.iter().enumerate() {
        text.push('\n');
        match segment.bracket {
            Bracket::Transaction => {
                text.push_str(client.begin);
                let mut settings = Vec::new();
                for item in &segment.items {
                    item.write(
                        text,
                        marks,
                        |text, statement| {
                            changed(text, &mut settings, dialect.prologue(statement));
                        },
                        dialect.kind(),
                    );
                }
                if last == Some(at) {
                    bare(text, &frame.last_in_transaction);
                }
                text.push_str(client.commit);
            }
            Bracket::None => {
                for item in &segment.items {
                    item.write(
                        text,
                        marks,
                        |text, statement| bare(text, &dialect.prologue(statement)),
                        dialect.kind(),
                    );
                    if item.statement.is_some() {
                        text.push_str(client.reset);
                    }
                }
            }
        }
    }
    if !frame.after.is_empty() {
        text.push('\n');
        bare(text, &frame.after);
    }
}

/// What a script holds beside the statements of these steps: settings and frames, in all their forms.
pub(super) fn own_statements(steps: &[Step], dialect: &dyn Dialect) -> Vec<String> {
    let any = |boundary, runtime| Statement { sql: crate::sql!(dialect.kind(); ""), boundary, runtime };
    let mut own: Vec<String> = Vec::new();
    for boundary in [
        Boundary::Transactional,
        Boundary::OwnTransaction,
        Boundary::NewTransaction,
        Boundary::NonTransactional,
    ] {
        for runtime in [Runtime::Brief, Runtime::Long] {
            let settings = dialect.prologue(&any(boundary, runtime));
            own.extend(settings.iter().map(|sql| sql.as_str().to_owned()));
        }
    }
    for frame in [dialect.frame(steps), dialect.frame(&way_back(steps))] {
        let all = frame.before.iter().chain(&frame.last_in_transaction).chain(&frame.after);
        own.extend(all.map(|sql| sql.as_str().to_owned()));
    }
    let resets = Client::of(dialect.kind()).reset;
    own.extend(resets.lines().map(|line| line.trim_end_matches(';').to_owned()));
    own
}

/// What the engine's own client needs to hear beside the statements.
struct Client {
    /// Without it, psql and sqlite3 go on after an error.
    stop_on_error: &'static str,
    begin: &'static str,
    commit: &'static str,
    /// Takes back the settings of a statement outside a transaction.
    reset: &'static str,
}

impl Client {
    fn of(engine: EngineKind) -> Self {
        match engine {
            EngineKind::Postgres => Self {
                stop_on_error: "\\set ON_ERROR_STOP on\n",
                begin: "BEGIN;\n",
                commit: "COMMIT;\n",
                reset: "RESET lock_timeout;\nRESET statement_timeout;\n",
            },
            EngineKind::Sqlite => Self {
                stop_on_error: ".bail on\n",
                begin: "BEGIN IMMEDIATE;\n",
                commit: "COMMIT;\n",
                reset: "",
            },
            EngineKind::SqlServer => Self {
                stop_on_error: ":on error exit\n",
                begin: "BEGIN TRANSACTION;\n",
                commit: "COMMIT TRANSACTION;\n",
                reset: "",
            },
            EngineKind::MySql | EngineKind::Snowflake => {
                Self { stop_on_error: "", begin: "START TRANSACTION;\n", commit: "COMMIT;\n", reset: "" }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Transaction,
    None,
}

struct Segment<'a> {
    bracket: Bracket,
    items: Vec<Item<'a>>,
}

/// A statement with the comments above it; comments alone where there is nothing to send.
struct Item<'a> {
    step: usize,
    comments: Vec<String>,
    statement: Option<&'a Statement>,
}

impl Item<'_> {
    fn write(
        &self,
        text: &mut String,
        marks: &mut Vec<Mark>,
        prologue: impl FnOnce(&mut String, &Statement),
        engine: EngineKind,
    ) {
        let first = text.len();
        for line in &self.comments {
            text.push_str(line);
        }
        let mut begins = text.len();
        if let Some(statement) = self.statement {
            prologue(text, statement);
            begins = text.len();
            match delimiter(&statement.sql, engine) {
                Some(sign) => {
                    text.push_str(&format!("DELIMITER {sign}\n"));
                    begins = text.len();
                    text.push_str(&format!("{}\n{sign}\nDELIMITER ;\n", statement.sql.as_str().trim_end()));
                }
                None => text.push_str(&ended(&statement.sql)),
            }
        }
        marks.push(Mark { step: self.step, whole: first..text.len(), statement: begins..text.len() });
    }
}

fn segments<'a>(steps: &'a [Step], part: Part, dialect: &dyn Dialect) -> Vec<Segment<'a>> {
    let mut segments: Vec<Segment<'_>> = Vec::new();
    // Whether the next transactional statement may join the last segment.
    let mut open = false;
    for item in items(steps, part, dialect) {
        let (bracket, joins) = match item.statement.map(|statement| statement.boundary) {
            Some(Boundary::Transactional) => (Bracket::Transaction, true),
            Some(Boundary::OwnTransaction) => (Bracket::Transaction, false),
            Some(Boundary::NewTransaction) => {
                open = false;
                (Bracket::Transaction, true)
            }
            Some(Boundary::NonTransactional) => (Bracket::None, false),
            // A comment stays where it is and parts nothing.
            None if segments.is_empty() => (Bracket::None, false),
            None => {
                if let Some(last) = segments.last_mut() {
                    last.items.push(item);
                }
                continue;
            }
        };
        match segments.last_mut() {
            Some(last) if open && joins => last.items.push(item),
            _ => segments.push(Segment { bracket, items: vec![item] }),
        }
        open = joins;
    }
    segments
}

fn items<'a>(steps: &'a [Step], part: Part, dialect: &dyn Dialect) -> Vec<Item<'a>> {
    let mut items = Vec::new();
    let numbered = steps.iter().enumerate();
    match part {
        Part::Forward => items.extend(numbered.map(|(at, step)| Item {
            step: at,
            comments: commented(at, step, dialect),
            statement: Some(&step.statement),
        })),
        Part::Rollback => numbered.rev().for_each(|(at, step)| taken_back(at, step, &mut items)),
        Part::Contract => numbered.for_each(|(at, step)| gone_for_good(at, step, &mut items)),
    }
    items
}

// How the comments on a step begin, beside the one that names it.
const BESIDE: &str = "or beside the table, while others write: ";
const BATCHES: &str = "in batches: ";
const KEPT: &str = "kept: ";
const UNKEPT: &str = "not kept: ";
const LOST: &str = "lost: ";
const CLOSED: &str = "cannot be reversed: ";
/// All of them.
pub(super) const OWN: [&str; 6] = [BESIDE, BATCHES, KEPT, UNKEPT, LOST, CLOSED];

/// The client of the engine sends the statement whole; we do not.
fn batches(batches: &Batches) -> String {
    comment(format_args!(
        "{BATCHES}migrator-tui runs it {} rows or so at a time, by {}, and goes on where it stopped; by itself it is one \
         statement",
        batch_size::START,
        batches.key_words()
    ))
}

/// What is said above a step.
fn commented(at: usize, step: &Step, dialect: &dyn Dialect) -> Vec<String> {
    let mut comments = vec![comment(format_args!("[{}] {}", at + 1, facts(step)))];
    comments.extend(step.batches.as_ref().map(batches));
    if let Some(kept) = &step.keeps {
        comments.push(comment(format_args!("{KEPT}{}, in {}", kept.what(), kept.place)));
    }
    if let Reversal::Lossy { lost: Loss { forward: Some(what), unkept: Some(why), .. }, .. } = &step.reversal
    {
        comments.push(comment(format_args!("{UNKEPT}{what}: {why}")));
    }
    if let Some(command) = dialect.beside(step) {
        comments.push(comment(format_args!("{BESIDE}{command}")));
    }
    comments
}

/// The end of what one step keeps.
fn gone_for_good<'a>(at: usize, step: &'a Step, items: &mut Vec<Item<'a>>) {
    let Some(kept) = &step.keeps else { return };
    let mut comments = vec![comment(format_args!("[{}] removes for good: {}", at + 1, kept.what()))];
    for statement in &kept.removal {
        items.push(Item { step: at, comments: std::mem::take(&mut comments), statement: Some(statement) });
    }
}

/// The way back of one step: its comments, then its statements.
fn taken_back<'a>(at: usize, step: &'a Step, items: &mut Vec<Item<'a>>) {
    let back = step.reversal.statements();
    let mut comments = vec![comment(format_args!(
        "[{}] takes back: {} {}{}",
        at + 1,
        step.action.word(),
        step.subject,
        match (&step.reversal, back.first()) {
            (_, Some(first)) => format!(" | {}", first.boundary.word()),
            (Reversal::Exact(_) | Reversal::Lossy { .. }, None) => ", by another step's reversal".to_owned(),
            (Reversal::Impossible(_), None) => String::new(),
        }
    ))];
    match &step.reversal {
        Reversal::Exact(_) => {}
        Reversal::Lossy { lost, .. } => comments.extend(losses(lost)),
        Reversal::Impossible(reason) => comments.push(comment(format_args!("{CLOSED}{reason}"))),
    }
    if back.is_empty() {
        items.push(Item { step: at, comments, statement: None });
        return;
    }
    for statement in back {
        items.push(Item { step: at, comments: std::mem::take(&mut comments), statement: Some(statement) });
    }
}

fn losses(lost: &Loss) -> impl Iterator<Item = String> {
    let line = |what: &str, when: &str| comment(format_args!("{LOST}{what} ({when})"));
    let forward = lost.forward.as_deref().map(|what| line(what, "already lost when the step ran forward"));
    let since = lost.since.as_deref().map(|what| line(what, "what was written since the step ran"));
    forward.into_iter().chain(since)
}

/// The reversals as steps of their own, last step first.
fn way_back(steps: &[Step]) -> Vec<Step> {
    let back = |step: &Step, statement: &Statement| Step { statement: statement.clone(), ..step.clone() };
    steps
        .iter()
        .rev()
        .flat_map(|step| step.reversal.statements().iter().map(move |statement| back(step, statement)))
        .collect()
}

/// What removes what is kept, as steps of their own.
fn removed(steps: &[Step]) -> Vec<Step> {
    let removal = |step: &Step, statement: &Statement| Step { statement: statement.clone(), ..step.clone() };
    steps
        .iter()
        .flat_map(|step| {
            step.keeps.iter().flat_map(|kept| &kept.removal).map(move |statement| removal(step, statement))
        })
        .collect()
}

/// Phase, lock and work, transaction mode, reason: one line.
fn facts(step: &Step) -> String {
    let lock = match step.effects.on.first() {
        Some(on) => format!("{} on {on}", step.effects.lock.word()),
        None => step.effects.lock.word().to_owned(),
    };
    format!(
        "{} | {lock}, {} | {} | {}",
        step.phase.word(),
        step.effects.work.word(),
        step.statement.boundary.word(),
        step.reason
    )
}

fn header(record: &Record, part: Part) -> String {
    let plan = &record.plan;
    let (title, from, to) = match part {
        Part::Forward => ("Migration", &plan.from, &plan.to),
        Part::Rollback => ("Rollback of", &plan.to, &plan.from),
        Part::Contract => ("Contract, after which there is no rollback, of", &plan.to, &plan.to),
    };
    let mut text = comment(format_args!("{title}: {}", plan.name));
    text.push_str(&comment(format_args!("Generated: {}", record.generated)));
    text.push_str(&comment(format_args!("Backwards compatible: {}", record.compatibility.verdict.word())));
    for reason in &record.compatibility.reasons {
        text.push_str(&comment(format_args!("  {reason}")));
    }
    text.push_str(&comment(format_args!("Server: {}", super::server_words(&plan.server))));
    text.push_str(&comment(format_args!("From: {from}")));
    text.push_str(&comment(format_args!("To: {to}")));
    text.push_str(&comment(format_args!("Digest: {}", digest(plan))));
    text.push_str(&comment(format_args!("Proof: {}", proof(&record.proof))));
    for missed in &plan.unmodelled {
        text.push_str(&comment(format_args!("Not compared: {} ({})", missed.what, missed.why)));
    }
    if plan.steps.is_empty() {
        text.push_str(&comment("No difference: nothing to do."));
    }
    text
}

fn proof(proof: &Proof) -> String {
    match proof {
        Proof::Proven { server, .. } => {
            format!("forward and rollback rehearsed on {server}")
        }
        Proof::Failed { server, .. } => format!("FAILED on {server}"),
        Proof::NotRehearsed { why } => format!("none, {why}"),
    }
}

/// Writes the settings that differ from those in force, place by place.
fn changed(text: &mut String, in_force: &mut Vec<Sql>, wanted: Vec<Sql>) {
    for (at, setting) in wanted.iter().enumerate() {
        if in_force.len() != wanted.len() || in_force.get(at) != Some(setting) {
            text.push_str(&ended(setting));
        }
    }
    *in_force = wanted;
}

fn bare(text: &mut String, statements: &[Sql]) {
    for statement in statements {
        text.push_str(&ended(statement));
    }
}
