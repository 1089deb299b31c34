//! A journal record as text: canonical JSON (UTF-8, sorted keys, no white space), so that any script with SHA-256
//! can check the chain. Field names are a promise to journals that exist already: added to, never renamed.

mod place;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{
    Actor, Adopted, Approval, ApprovalId, Boundary, Circumstances, Closed, Copied, Course, End, Entry,
    Fingerprint, Heading, Intended, Matter, Opened, Outcome, Record, RunId, SessionMark, Settled, Took, Unit,
    Verified, Witness,
};

#[derive(Serialize, Deserialize)]
struct Line {
    seq: u64,
    run: String,
    fence: u64,
    at: String,
    #[serde(flatten)]
    entry: Kind,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Kind {
    RunBegin {
        plan: String,
        name: String,
        env: String,
        direction: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        steps: Option<usize>,
        actor: Person,
        before: String,
        sql_sha256: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        circumstances: Option<place::Circumstances>,
    },
    StepIntent {
        from: usize,
        to: usize,
        tx: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        backend: Option<Backend>,
        attempt: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        footprint: Option<String>,
    },
    StepResult {
        from: usize,
        to: usize,
        outcome: String,
        source: String,
        words: String,
        took: Vec<(u64, u64)>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        waited: Vec<u64>,
    },
    RunResumed {
        actor: Person,
    },
    Verified {
        after: String,
        differences: Vec<String>,
    },
    RunEnd {
        end: String,
        reason: String,
    },
    Approved {
        id: String,
        plan: String,
        /// Absent: it was given before this was written down, and counts for no judgment.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        judgment: String,
        env: String,
        database: String,
        direction: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
        schema: String,
        by: Person,
        given: String,
        expires: String,
        token_sha256: String,
        reason: String,
    },
    Spent {
        approvals: Vec<String>,
    },
    Copied {
        database: String,
        env: String,
        hash: String,
        record: Value,
    },
    Adopted {
        database: String,
        env: String,
        by: Person,
    },
}

#[derive(Serialize, Deserialize)]
struct Person {
    name: String,
    host: String,
    process: u32,
}

#[derive(Serialize, Deserialize)]
struct Backend {
    id: String,
    began: String,
}

/// The word in the table's `kind` column.
pub(super) fn kind(entry: &Entry) -> &'static str {
    match entry {
        Entry::Opened(_) => "run_begin",
        Entry::Intended(_) => "step_intent",
        Entry::Settled(_) => "step_result",
        Entry::Resumed(_) => "run_resumed",
        Entry::Verified(_) => "verified",
        Entry::Closed(_) => "run_end",
        Entry::Approved(_) => "approved",
        Entry::Spent(_) => "spent",
        Entry::Copied(_) => "copied",
        Entry::Adopted(_) => "adopted",
    }
}

pub(super) fn written(record: &Record) -> Result<String, serde_json::Error> {
    Ok(value(record)?.to_string())
}

fn value(record: &Record) -> Result<Value, serde_json::Error> {
    let line = Line {
        seq: record.seq,
        run: record.run.to_string(),
        fence: record.fence,
        at: record.at.to_string(),
        entry: Kind::of(&record.entry)?,
    };
    Ok(sorted(serde_json::to_value(line)?))
}

/// The same value with the keys of every object in order.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// Fails with what is wrong with the text.
pub(super) fn read(text: &str) -> Result<Record, String> {
    let line: Line = serde_json::from_str(text).map_err(|error| error.to_string())?;
    line.into_record()
}

impl Line {
    fn into_record(self) -> Result<Record, String> {
        Ok(Record {
            seq: self.seq,
            run: RunId::new(self.run),
            fence: self.fence,
            at: self.at.into(),
            entry: self.entry.into_entry()?,
        })
    }
}

fn owned(words: &[Box<str>]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

impl From<&Actor> for Person {
    fn from(actor: &Actor) -> Self {
        Self { name: actor.name.to_string(), host: actor.host.to_string(), process: actor.process }
    }
}

impl From<Person> for Actor {
    fn from(person: Person) -> Self {
        Self { name: person.name.into(), host: person.host.into(), process: person.process }
    }
}

impl Kind {
    fn of(entry: &Entry) -> Result<Self, serde_json::Error> {
        Ok(match entry {
            Entry::Opened(opened) => {
                let (of, steps) = match &opened.course {
                    Course::Forward => (None, None),
                    Course::Back { of, steps } => (Some(of.to_string()), Some(*steps)),
                    Course::Contract { of } => (Some(of.to_string()), None),
                };
                Self::RunBegin {
                    plan: opened.plan.to_string(),
                    name: opened.name.to_string(),
                    env: opened.environment.to_string(),
                    direction: opened.course.word().to_owned(),
                    of,
                    steps,
                    actor: Person::from(&opened.actor),
                    before: opened.before.to_string(),
                    sql_sha256: opened.statements.iter().map(ToString::to_string).collect(),
                    circumstances: place::Circumstances::of(&opened.circumstances),
                }
            }
            Entry::Intended(intended) => Self::StepIntent {
                from: intended.unit.from,
                to: intended.unit.to,
                tx: intended.boundary.word().to_owned(),
                backend: intended
                    .session
                    .as_ref()
                    .map(|mark| Backend { id: mark.id.to_string(), began: mark.began.to_string() }),
                attempt: intended.attempt,
                footprint: intended.footprint.as_ref().map(ToString::to_string),
            },
            Entry::Settled(settled) => Self::StepResult {
                from: settled.unit.from,
                to: settled.unit.to,
                outcome: settled.outcome.word().to_owned(),
                source: settled.witness.word().to_owned(),
                words: settled.words.to_string(),
                took: settled.took.iter().map(|took| (took.millis, took.rows)).collect(),
                waited: if settled.took.iter().all(|took| took.waited == 0) {
                    Vec::new()
                } else {
                    settled.took.iter().map(|took| took.waited).collect()
                },
            },
            Entry::Resumed(actor) => Self::RunResumed { actor: Person::from(actor) },
            Entry::Verified(verified) => Self::Verified {
                after: verified.after.to_string(),
                differences: owned(&verified.differences),
            },
            Entry::Closed(closed) => {
                Self::RunEnd { end: closed.end.word().to_owned(), reason: closed.reason.to_string() }
            }
            Entry::Approved(approval) => Self::approved(approval),
            Entry::Spent(approvals) => {
                Self::Spent { approvals: approvals.iter().map(ToString::to_string).collect() }
            }
            Entry::Copied(copied) => Self::Copied {
                database: copied.database.to_string(),
                env: copied.environment.to_string(),
                hash: copied.hash.to_string(),
                record: value(&copied.record)?,
            },
            Entry::Adopted(adopted) => Self::Adopted {
                database: adopted.database.to_string(),
                env: adopted.environment.to_string(),
                by: Person::from(&adopted.by),
            },
        })
    }

    fn approved(approval: &Approval) -> Self {
        let (course, of) = match &approval.matter.heading {
            Heading::Forward => (Course::Forward.word(), None),
            Heading::Back(run) => (BACK, Some(run.to_string())),
            Heading::Contract(run) => (CONTRACT, Some(run.to_string())),
        };
        Self::Approved {
            id: approval.id.to_string(),
            plan: approval.matter.plan.to_string(),
            judgment: approval.matter.judgment.to_string(),
            env: approval.matter.environment.to_string(),
            database: approval.matter.database.to_string(),
            direction: course.to_owned(),
            of,
            schema: approval.matter.schema.to_string(),
            by: Person::from(&approval.by),
            given: approval.at.to_string(),
            expires: approval.expires.to_string(),
            token_sha256: approval.token.to_string(),
            reason: approval.reason.to_string(),
        }
    }
}

/// The word of [`Course::Back`].
const BACK: &str = "rollback";
/// The word of [`Course::Contract`].
const CONTRACT: &str = "contract";

fn word<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str, found: &str) -> Result<T, String> {
    all.iter().copied().find(|one| word(*one) == found).ok_or_else(|| format!("unknown word `{found}`"))
}

impl Kind {
    fn into_entry(self) -> Result<Entry, String> {
        Ok(match self {
            Self::RunBegin {
                plan,
                name,
                env,
                direction,
                of,
                steps,
                actor,
                before,
                sql_sha256,
                circumstances,
            } => {
                let course = match (direction.as_str(), of, steps) {
                    ("forward", None, None) => Course::Forward,
                    (BACK, Some(of), Some(steps)) => Course::Back { of: RunId::new(of), steps },
                    (CONTRACT, Some(of), None) => Course::Contract { of: RunId::new(of) },
                    _ => return Err(format!("unknown direction `{direction}`")),
                };
                Entry::Opened(Opened {
                    plan: Fingerprint::parsed(plan),
                    name: name.into(),
                    environment: env.into(),
                    course,
                    actor: actor.into(),
                    before: Fingerprint::parsed(before),
                    statements: sql_sha256.into_iter().map(Fingerprint::parsed).collect(),
                    circumstances: circumstances.map_or_else(Circumstances::default, Into::into),
                })
            }
            Self::StepIntent { from, to, tx, backend, attempt, footprint } => Entry::Intended(Intended {
                unit: Unit { from, to },
                boundary: word(&Boundary::ALL, Boundary::word, &tx)?,
                session: backend.map(|found| SessionMark { id: found.id.into(), began: found.began.into() }),
                attempt,
                footprint: footprint.map(Fingerprint::parsed),
            }),
            Self::StepResult { from, to, outcome, source, words, took, waited } => Entry::Settled(Settled {
                unit: Unit { from, to },
                outcome: word(&Outcome::ALL, Outcome::word, &outcome)?,
                witness: word(&Witness::ALL, Witness::word, &source)?,
                words: words.into(),
                took: (took.into_iter().enumerate())
                    .map(|(at, (millis, rows))| Took {
                        millis,
                        rows,
                        waited: waited.get(at).copied().unwrap_or(0),
                    })
                    .collect(),
            }),
            Self::RunResumed { actor } => Entry::Resumed(actor.into()),
            Self::Verified { after, differences } => Entry::Verified(Verified {
                after: Fingerprint::parsed(after),
                differences: differences.into_iter().map(Into::into).collect(),
            }),
            Self::RunEnd { end, reason } => {
                Entry::Closed(Closed { end: word(&End::ALL, End::word, &end)?, reason: reason.into() })
            }
            Self::Approved {
                id,
                plan,
                judgment,
                env,
                database,
                direction,
                of,
                schema,
                by,
                given,
                expires,
                token_sha256,
                reason,
            } => {
                let heading = match (direction.as_str(), of) {
                    ("forward", None) => Heading::Forward,
                    (BACK, Some(of)) => Heading::Back(RunId::new(of)),
                    (CONTRACT, Some(of)) => Heading::Contract(RunId::new(of)),
                    _ => return Err(format!("unknown direction `{direction}`")),
                };
                Entry::Approved(Approval {
                    id: ApprovalId::new(id),
                    matter: Matter {
                        plan: Fingerprint::parsed(plan),
                        judgment: Fingerprint::parsed(judgment),
                        environment: env.into(),
                        database: database.into(),
                        heading,
                        schema: Fingerprint::parsed(schema),
                    },
                    by: by.into(),
                    at: given.into(),
                    expires: expires.into(),
                    token: token_sha256.into(),
                    reason: reason.into(),
                })
            }
            Self::Spent { approvals } => Entry::Spent(approvals.into_iter().map(ApprovalId::new).collect()),
            Self::Copied { database, env, hash, record } => {
                let line: Line = serde_json::from_value(record).map_err(|error| error.to_string())?;
                Entry::Copied(Copied {
                    database: database.into(),
                    environment: env.into(),
                    hash: hash.into(),
                    record: Box::new(line.into_record()?),
                })
            }
            Self::Adopted { database, env, by } => {
                Entry::Adopted(Adopted { database: database.into(), environment: env.into(), by: by.into() })
            }
        })
    }
}
