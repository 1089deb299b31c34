//! Rehearsal: a plan proven on a scratch database before anybody is told that it is ready. *Current* is built and
//! given rows, the forward script has to make it *desired*, the rollback has to make it *current* again, and the
//! rows have to be there or their loss declared. It touches nothing but scratch databases.

use std::collections::{BTreeMap, BTreeSet};

use crate::connect::scratch::{ScratchDatabase, Workshop};
use crate::connect::{WireError, WireErrorKind};
use crate::diff::{DiffOptions, diff};
use crate::engines::Dialect;
use crate::model::{
    Body, Change, EngineKind, Failure, ObjectId, ObjectKind, Plan, QualifiedName, Reversal, Schema, Step,
};
use crate::planner::{PlanOptions, plan as plan_again};

use super::build::{Built, build, read, told, without};
use super::compare::{Image, Way, image, kept};
use super::load::scratch_failure;
use super::measure::{Files, files, undeclared};
use super::normalise::through_one_server;
use super::proof::{Outcome, Proof, Stage, only_print, outcome_of, residual, words};
use super::run::{ApplyFailure, apply, reversed, statements};
use super::seed::{Ground, seed};

/// What is to be proven, and where.
pub struct Rehearsal<'a> {
    pub dialect: &'a dyn Dialect,
    pub workshop: &'a mut Workshop,
    pub current: &'a Schema,
    pub desired: &'a Schema,
    pub plan: &'a Plan,
    /// Those that the plan was made with.
    pub options: &'a DiffOptions,
}

/// Tables whose rows are given up one by one before all of them are.
const PATIENCE: usize = 3;

/// Proves the plan. A plan that does not hold is a result; a failure is one of the scratch server.
pub async fn rehearse(mut request: Rehearsal<'_>) -> Result<Proof, Failure> {
    let mut fallow: BTreeMap<QualifiedName, String> = BTreeMap::new();
    loop {
        match attempt(&mut request, &fallow).await? {
            Attempt::Done(proof) => return Ok(*proof),
            // Rows that a plan cannot take are a finding about data. Without them the plan can still be proven.
            Attempt::InTheWay { table, reason } => match table {
                Some(table) if fallow.len() < PATIENCE && !fallow.contains_key(&table) => {
                    fallow.insert(table, reason);
                }
                Some(_) | None => {
                    for table in tables(request.current) {
                        fallow.entry(table).or_insert_with(|| reason.clone());
                    }
                }
            },
        }
    }
}

enum Attempt {
    Done(Box<Proof>),
    InTheWay { table: Option<QualifiedName>, reason: String },
}

/// Whether all of *current* could be made on scratch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lacking {
    Nothing,
    Something,
}

/// What the stages share.
struct Stand<'r> {
    dialect: &'r dyn Dialect,
    desired: Schema,
    plan: &'r Plan,
    options: &'r DiffOptions,
    built: Schema,
    /// What the plan is there to change.
    intended: BTreeSet<ObjectId>,
    rows: Image,
    files: Files,
}

async fn attempt(
    request: &mut Rehearsal<'_>,
    fallow: &BTreeMap<QualifiedName, String>,
) -> Result<Attempt, Failure> {
    let scratch = request.workshop.describe().to_owned();
    let done = |proof: Proof| Ok(Attempt::Done(Box::new(proof)));
    let made = build(request.dialect, request.workshop, request.current, request.options.privileges).await;
    let Built { mut database, schema: built, mut missing } = match made {
        Ok(built) => built,
        Err(failure) => return done(Proof::not_rehearsed(&scratch, failure.what)),
    };
    let mut proof = Proof { scratch: scratch.clone(), ..Proof::default() };
    let desired = without(request.desired, &mut missing);
    let result = match unfit(request, &built, &missing, &mut proof) {
        Some(reason) => done(Proof { gaps: proof.gaps, ..Proof::not_rehearsed(&scratch, reason) }),
        None => {
            let lacking = if missing.is_empty() { Lacking::Nothing } else { Lacking::Something };
            perform(request, &mut database, (built, lacking), desired, fallow, proof).await
        }
    };
    request.workshop.discard(database).await.map_err(|error| scratch_failure(&error))?;
    result
}

/// Compares what scratch holds with *current*. A plan that touches what is not there cannot be tried.
fn unfit(
    request: &Rehearsal<'_>,
    built: &Schema,
    missing: &BTreeMap<ObjectId, String>,
    proof: &mut Proof,
) -> Option<String> {
    let touched = |id: &ObjectId| request.plan.steps.iter().any(|step| &step.subject == id);
    let mut reason = None;
    for (id, why) in missing {
        proof.gaps.push(format!("{id}: {why}"));
        if touched(id) {
            reason.get_or_insert_with(|| format!("scratch has no {id}, which the plan touches: {why}"));
        }
    }
    let mut reprinted = Vec::new();
    let wanted = without(request.current, &mut missing.clone());
    for change in residual(built, &wanted, request.options.privileges) {
        if only_print(&change) {
            reprinted.push(change.id().to_string());
            continue;
        }
        let gap = words(&change);
        if touched(change.id()) {
            reason.get_or_insert_with(|| format!("scratch could not reproduce what the plan touches: {gap}"));
        }
        proof.gaps.push(gap);
    }
    if let Some(first) = reprinted.first() {
        let more =
            if reprinted.len() > 1 { format!(" and {} more", reprinted.len() - 1) } else { String::new() };
        proof.gaps.push(format!("the very words of {first}{more}; the server prints them differently again"));
    }
    reason
}

async fn perform(
    request: &mut Rehearsal<'_>,
    database: &mut ScratchDatabase,
    (built, lacking): (Schema, Lacking),
    desired: Schema,
    fallow: &BTreeMap<QualifiedName, String>,
    mut proof: Proof,
) -> Result<Attempt, Failure> {
    let lost = |error: WireError| scratch_failure(&error);
    proof.say(Stage::Build, Outcome::Held);
    let connection = database.connection.as_mut();
    let names: BTreeSet<QualifiedName> = fallow.keys().cloned().collect();
    let ground = Ground { schema: &built, desired: Some(&desired), fallow: &names };
    let seeded = seed(connection, ground).await.map_err(lost)?;
    proof.unseeded = seeded.unseeded;
    for (name, reason) in fallow {
        proof.unseeded.push((ObjectId::new(ObjectKind::Table, name.clone()), reason.clone()));
    }
    proof.unseeded.sort();
    proof.say(Stage::Seed, Outcome::Held);
    let stand = Stand {
        dialect: request.dialect,
        plan: request.plan,
        options: request.options,
        rows: image(connection, &built).await.map_err(lost)?,
        files: files(connection).await.map_err(lost)?,
        intended: diff(request.current, request.desired, request.options)
            .changes
            .iter()
            .map(|change| change.id().clone())
            .collect(),
        built,
        desired,
    };
    let frame = stand.dialect.frame(&stand.plan.steps);
    if let Err(failure) = apply(stand.dialect, connection, &statements(&stand.plan.steps), &frame).await {
        if failure.error.kind != WireErrorKind::Statement {
            return Err(scratch_failure(&failure.error));
        }
        let reason = told(stand.plan, &failure);
        if about_rows(&failure.error, stand.dialect.kind()) && !stand.rows.is_empty() {
            let table = table_of(&stand, &stand.plan.steps, &failure);
            return Ok(Attempt::InTheWay {
                table,
                reason: format!("a seeded row stands in the way: {reason}"),
            });
        }
        if forbidden(&failure.error, stand.dialect.kind()) {
            let none = Proof::not_rehearsed(&proof.scratch, not_allowed(&reason));
            return Ok(Attempt::Done(Box::new(Proof { gaps: proof.gaps, ..none })));
        }
        if lacking == Lacking::Something {
            // It may be the scratch server's doing and not the plan's: nothing is proven either way.
            let reason = format!("scratch lacks something, and then: {reason}");
            let none = Proof::not_rehearsed(&proof.scratch, reason);
            return Ok(Attempt::Done(Box::new(Proof { gaps: proof.gaps, ..none })));
        }
        proof.say(Stage::Forward, Outcome::Failed(reason));
        return Ok(Attempt::Done(Box::new(proof)));
    }
    proof.say(Stage::Forward, Outcome::Held);
    stand.reached(request.workshop, database, &mut proof).await?;
    Ok(match stand.back(database, &mut proof).await? {
        Some(in_the_way) => in_the_way,
        None => Attempt::Done(Box::new(proof)),
    })
}

impl Stand<'_> {
    /// After the forward script.
    async fn reached(
        &self,
        workshop: &mut Workshop,
        database: &mut ScratchDatabase,
        proof: &mut Proof,
    ) -> Result<(), Failure> {
        let lost = |error: WireError| scratch_failure(&error);
        let connection = database.connection.as_mut();
        let after = read(self.dialect, connection).await?;
        let rows = image(connection, &after).await.map_err(lost)?;
        let measured = files(connection).await.map_err(lost)?;
        let mut goal = self.desired.clone();
        let mut left = self.unexcused(residual(&after, &goal, self.options.privileges));
        let other_major = after.version.number.0 != self.desired.version.number.0;
        if left.iter().any(|change| only_print(change) || other_major) {
            // The same thing in other words? One server's words for both will tell.
            goal = through_one_server(self.dialect, workshop, &self.desired).await?;
            left = self.unexcused(residual(&after, &goal, self.options.privileges));
        }
        proof.say(Stage::Reached, verdict(&left));
        if left.is_empty() {
            proof.say(Stage::Replanned, self.replanned(&after, &goal));
        }
        proof.residual_forward = left;
        proof.rows = kept(&self.rows, &rows, self.plan, &self.options.renames, Way::Forward);
        proof.say(Stage::Kept, outcome_of(&proof.rows));
        proof.rewrites = undeclared(&self.files, &measured, self.plan, &self.desired);
        let rewritten = proof.rewrites.first().map(|id| format!("{id} is rewritten, and no step says so"));
        proof.say(Stage::Rewrites, rewritten.map_or(Outcome::Held, Outcome::Failed));
        Ok(())
    }

    /// Without what scratch could not reproduce from the start, and the plan left alone.
    fn unexcused(&self, changes: Vec<Change>) -> Vec<Change> {
        let gap = |change: &Change| match change {
            Change::Alter { before, .. } | Change::Drop(before) => {
                self.built.objects.get(&before.id) == Some(before) && !self.intended.contains(&before.id)
            }
            Change::Create(_) | Change::Rename { .. } => false,
        };
        changes.into_iter().filter(|change| !gap(change)).collect()
    }

    fn replanned(&self, after: &Schema, goal: &Schema) -> Outcome {
        let options = PlanOptions {
            name: "again".into(),
            privileges: self.options.privileges,
            ..PlanOptions::default()
        };
        let again = DiffOptions { privileges: self.options.privileges, renames: Vec::new() };
        let mut changes = diff(after, goal, &again);
        changes.changes = self.unexcused(changes.changes);
        match plan_again(self.dialect, after, goal, &changes, &options) {
            Ok(plan) => match plan.steps.first() {
                None => Outcome::Held,
                Some(step) => Outcome::Failed(format!("it would run {}", step.statement.sql)),
            },
            Err(error) => Outcome::Failed(error.to_string()),
        }
    }

    /// The rollback and what is there after it.
    async fn back(
        &self,
        database: &mut ScratchDatabase,
        proof: &mut Proof,
    ) -> Result<Option<Attempt>, Failure> {
        let connection = database.connection.as_mut();
        let steps = reversed(&self.plan.steps);
        let frame = self.dialect.frame(&steps);
        let impossible = self.plan.steps.iter().find_map(|step| match &step.reversal {
            Reversal::Impossible(reason) => Some(format!("{} cannot be taken back: {reason}", step.subject)),
            Reversal::Exact(_) | Reversal::Lossy { .. } => None,
        });
        let excused = |reason: String| match &impossible {
            Some(declared) => Outcome::Declared(declared.clone()),
            None => Outcome::Failed(reason),
        };
        if let Err(failure) = apply(self.dialect, connection, &statements(&steps), &frame).await {
            if failure.error.kind != WireErrorKind::Statement {
                return Err(scratch_failure(&failure.error));
            }
            let table = table_of(self, &steps, &failure);
            let subject = steps.get(failure.at).map(|step| step.subject.clone());
            let reason = told(&Plan { steps, ..self.plan.clone() }, &failure);
            if about_rows(&failure.error, self.dialect.kind())
                && !self.rows.is_empty()
                && self.loses(subject.as_ref())
            {
                let reason = format!("the rollback is refused while it has rows: {reason}");
                return Ok(Some(Attempt::InTheWay { table, reason }));
            }
            if forbidden(&failure.error, self.dialect.kind()) {
                proof.not_rehearsed = Some(not_allowed(&reason));
            } else {
                proof.say(Stage::Rollback, excused(reason));
            }
            return Ok(None);
        }
        proof.say(Stage::Rollback, Outcome::Held);
        let after = read(self.dialect, connection).await?;
        let rows = image(connection, &after).await.map_err(|error| scratch_failure(&error))?;
        let left = residual(&after, &self.built, self.options.privileges);
        let outcome = match verdict(&left) {
            Outcome::Failed(reason) => excused(reason),
            held => held,
        };
        proof.say(Stage::Returned, outcome);
        proof.residual_rollback = left;
        proof.rows_back = kept(&self.rows, &rows, self.plan, &[], Way::Back);
        proof.say(Stage::Restored, outcome_of(&proof.rows_back));
        Ok(None)
    }

    /// Whether the plan says that taking this step back loses something.
    fn loses(&self, subject: Option<&ObjectId>) -> bool {
        self.plan.steps.iter().any(|step| {
            Some(&step.subject) == subject
                && match step.reversal {
                    Reversal::Lossy { .. } | Reversal::Impossible(_) => true,
                    Reversal::Exact(_) => false,
                }
        })
    }
}

fn verdict(left: &[Change]) -> Outcome {
    match left.first() {
        None => Outcome::Held,
        Some(first) if left.len() == 1 => Outcome::Failed(words(first)),
        Some(first) => Outcome::Failed(format!("{}, and {} more", words(first), left.len() - 1)),
    }
}

/// Whether the server refused rows, and not the statement as such.
fn about_rows(error: &WireError, engine: EngineKind) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    match engine {
        // 22023 is about the statement's own numbers, such as a sequence that cannot start where it should.
        EngineKind::Postgres => matches!(code.get(..2), Some("22" | "23")) && code != "22023",
        EngineKind::Sqlite => {
            ["constraint failed", "datatype mismatch", "cannot store", "has no parent", "NULL value"]
                .iter()
                .any(|words| error.message.contains(words))
        }
        EngineKind::MySql => ROWS_OF_MYSQL.contains(&code),
        EngineKind::SqlServer | EngineKind::Snowflake => false,
    }
}

/// Whether the server refused what only the user of the scratch database may not do: where we are a guest, that user
/// can make nothing in the name of others (MySQL).
fn forbidden(error: &WireError, engine: EngineKind) -> bool {
    engine == EngineKind::MySql && matches!(error.code.as_deref(), Some("1142" | "1227" | "1370" | "1419"))
}

fn not_allowed(reason: &str) -> String {
    format!("the user of the scratch database may not do this, which says nothing of the plan: {reason}")
}

/// Duplicates, NULLs, values that do not fit, rows without a parent or with children, conditions, partitions.
const ROWS_OF_MYSQL: &[&str] = &[
    "1048", "1062", "1138", "1216", "1217", "1264", "1265", "1292", "1366", "1367", "1406", "1416", "1451",
    "1452", "1526", "1586", "1690", "1748", "1761", "1762", "3140", "3141", "3156", "3819", "4025", "4038",
];

/// The table whose rows were refused: the relation of the step, or the topmost one that rows come through.
fn table_of(stand: &Stand<'_>, steps: &[Step], failure: &ApplyFailure) -> Option<QualifiedName> {
    let step = steps.get(failure.at)?;
    let known = tables(&stand.built);
    let name = std::iter::once(&step.subject.name)
        .chain(step.effects.on.iter().map(|id| &id.name))
        .find(|name| known.contains(*name))?;
    let mut name = name.clone();
    // Depth is bounded by the number of tables.
    for _ in 0..known.len() {
        match parent(&stand.built, &name) {
            Some(above) => name = above,
            None => break,
        }
    }
    Some(name)
}

fn parent(schema: &Schema, name: &QualifiedName) -> Option<QualifiedName> {
    schema.objects.values().find_map(|object| match &object.body {
        Body::Partition(partition) if &object.id.name == name => Some(partition.parent.clone()),
        _ => None,
    })
}

fn tables(schema: &Schema) -> BTreeSet<QualifiedName> {
    schema.objects.keys().filter(|id| id.kind == ObjectKind::Table).map(|id| id.name.clone()).collect()
}
