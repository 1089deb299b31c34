//! Dialects: the only place that knows one. Each folder has the same rooms (`types`, `introspect`, `render`,
//! `effects`, `execute`); this file is the public face that planner and safety use. An engine states facts
//! and writes SQL; it never judges, never connects, and never touches a terminal or a file.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::connect::Rows;
use crate::model::{
    Boundary, Change, Edit, Effects, EngineKind, Keepsake, Loss, Object, ObjectId, ObjectKind, Phase, Probe,
    Runtime, Schema, ServerVersion, Sql, Statement, Step, Verb,
};

mod batches;
mod draft;
mod execute;
mod introspect;
pub mod mysql;
mod pool;
pub mod postgres;
mod reading;
pub mod sqlite;

pub use batches::{Batching, Before, Lack, Whole};
pub use execute::{Behind, Execution, Left, Mishap, Own, Replicas, execution};
pub use introspect::{Answers, IntrospectError, ask, assembled, introspect};
pub use reading::{Act, Cascade, Manner, Prebuilt, Reach, Reading, Undoing, Write};

/// The dialect of an engine; `None` for engines that this build cannot plan for yet.
pub fn dialect(engine: EngineKind) -> Option<&'static dyn Dialect> {
    match engine {
        EngineKind::Postgres => Some(&postgres::Postgres),
        EngineKind::MySql => Some(&mysql::MySql),
        EngineKind::Sqlite => Some(&sqlite::Sqlite),
        EngineKind::SqlServer | EngineKind::Snowflake => None,
    }
}

pub trait Dialect: Sync {
    fn kind(&self) -> EngineKind;

    /// The catalog queries, a constant number of them, to be sent as one batch inside one read-only snapshot.
    /// The batch holds the statements that open and close the snapshot too.
    fn catalog(&self, version: &ServerVersion) -> Vec<Sql>;

    /// Turns the answers to [`Dialect::catalog`] and to [`Dialect::particulars`], in the same order, into a schema. It takes over the objects of
    /// `like` wherever they are the same.
    fn assemble(
        &self,
        version: &ServerVersion,
        answers: Vec<Rows>,
        like: Option<&Schema>,
    ) -> Result<Schema, AssembleError>;

    /// Creates the object as it stands alone: for the diff pane, fingerprint and fidelity check.
    fn define(&self, object: &Arc<Object>) -> Vec<Sql>;

    /// Hands over, part by part, what of the object counts towards a fingerprint: the same for any two objects that
    /// compare as equal.
    fn imprint(&self, object: &Arc<Object>, part: &mut dyn FnMut(&str)) {
        self.define(object).iter().for_each(|sql| part(sql.as_str()));
    }

    /// A definition laid out for a reader: one column a line. It is shown, never sent.
    fn laid_out(&self, sql: &Sql) -> String {
        sql.as_str().to_owned()
    }

    /// Whether `before` can become `after` where it stands.
    fn transition(&self, before: &Object, after: &Object, edits: &[Edit]) -> Transition;

    /// What has to happen to `dependent` when what it depends on is disturbed.
    fn disturbance(&self, dependent: Dependent<'_>, cause: &Cause<'_>) -> Disturbance;

    /// Where a new part is made: inside its container's own CREATE statement, or by itself.
    fn folding(&self, object: &Object) -> Folding;

    /// The objects whose drop takes this one along, without a statement of its own.
    fn falls_with(&self, object: &Object, schema: &Schema) -> Vec<ObjectId>;

    /// Objects whose creation or change brings this one about (partitions, inheritance).
    fn follows(&self, object: &Object, schema: &Schema) -> Vec<ObjectId>;

    /// The table that has to be rebuilt for this change, where nothing smaller can make it. One change that
    /// needs a rebuild draws all changes of columns and constraints of that table into it.
    fn unit(&self, change: &Change, from: &Schema, to: &Schema) -> Option<ObjectId> {
        let _ = (change, from, to);
        None
    }

    /// Questions that the answers to [`Dialect::catalog`] give rise to: what the server tells only of one object at a
    /// time. Sent as one batch; where one is refused, each by itself, and a refused one is answered with no rows.
    fn particulars(&self, version: &ServerVersion, answers: &[Rows]) -> Vec<Sql> {
        let _ = (version, answers);
        Vec::new()
    }

    /// Whether a part is made anew wherever its table or domain is rebuilt.
    fn lives_in_whole(&self, part: &Object) -> bool {
        matches!(part.id.kind, ObjectKind::Column | ObjectKind::Constraint | ObjectKind::DomainConstraint)
    }

    /// When an action should come among those that nothing else orders. Lower is sooner.
    fn rank(&self, action: &Action, facts: &Facts<'_>) -> u32;

    /// The statements of one action, in order.
    fn steps(&self, action: &Action, facts: &Facts<'_>) -> Vec<Draft>;

    /// What a statement that a person wrote does, as far as its words tell. `schema` is what it will find, roughly:
    /// names are looked up there. What is not understood counts as the worst that it could be.
    fn read_statement(&self, sql: &str, schema: &Schema) -> Reading;

    /// The command line of a tool that does a step on a table beside the old one, where the server would copy the table
    /// while writers wait. `DATABASE` stands for the database's name.
    fn beside(&self, step: &Step) -> Option<String> {
        let _ = step;
        None
    }

    /// Whether an UPDATE that a person wrote can go in batches. `None`: it is no UPDATE of many rows of a table that
    /// `schema` has.
    fn batching(&self, sql: &str, schema: &Schema) -> Option<Result<Batching, Whole>> {
        let _ = (sql, schema);
        None
    }

    /// Opens a transaction that writes.
    fn begin(&self) -> Sql {
        crate::sql!(self.kind(); "BEGIN")
    }

    /// Statements that open a transaction segment or precede a statement outside one: timeouts and settings.
    fn prologue(&self, statement: &Statement) -> Vec<Sql>;

    /// What a script of these steps needs around it: settings that only count outside a transaction, and
    /// checks that must hold before the last commit. `steps` are those of one direction, in order.
    fn frame(&self, steps: &[Step]) -> Frame {
        let _ = steps;
        Frame::default()
    }
}

/// Statements around a whole script or run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Frame {
    /// Outside a transaction, before the first segment.
    pub before: Vec<Sql>,
    /// Inside the last transaction, before its COMMIT. Any of them failing fails the transaction.
    pub last_in_transaction: Vec<Sql>,
    /// Outside a transaction, after the last segment.
    pub after: Vec<Sql>,
}

/// What the planner found to do, as one unit.
#[derive(Clone, Debug)]
pub enum Action {
    /// The first object is the head, the rest is folded into it.
    Create(Vec<Arc<Object>>),
    /// The first object is dropped, the rest falls with it.
    Drop(Vec<Arc<Object>>),
    Alter {
        before: Arc<Object>,
        after: Arc<Object>,
        edits: Vec<Edit>,
    },
    /// Objects that change together under one name: the SQLite table rebuild, the PostgreSQL type rebuild.
    /// The heads come first.
    Rebuild {
        subject: ObjectId,
        before: Vec<Arc<Object>>,
        after: Vec<Arc<Object>>,
    },
    Rename {
        before: Arc<Object>,
        after: Arc<Object>,
    },
}

impl Action {
    /// The same action turned round.
    #[must_use]
    pub fn inverse(&self) -> Self {
        match self {
            Self::Create(objects) => Self::Drop(objects.clone()),
            Self::Drop(objects) => Self::Create(objects.clone()),
            Self::Alter { before, after, edits } => Self::Alter {
                before: after.clone(),
                after: before.clone(),
                edits: edits
                    .iter()
                    .map(|edit| Edit {
                        aspect: edit.aspect,
                        before: edit.after.clone(),
                        after: edit.before.clone(),
                    })
                    .collect(),
            },
            Self::Rebuild { subject, before, after } => {
                Self::Rebuild { subject: subject.clone(), before: after.clone(), after: before.clone() }
            }
            Self::Rename { before, after } => Self::Rename { before: after.clone(), after: before.clone() },
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Transition {
    /// Altered where it stands.
    InPlace,
    /// Dropped and created again.
    Replace,
    /// Made anew beside the old one, which goes when the new one stands. It counts as replaced to what needs it.
    /// Where something that it needs is in the way, it is dropped and created again after all.
    Succeed,
    /// Altered in two steps, by way of this image: what the first one frees, something else needs before the
    /// second.
    Through(Box<Object>),
    /// Changed as part of a rebuild of this object.
    Rebuild(ObjectId),
    /// Cannot be done; the reason.
    Refused(Box<str>),
}

/// An object that stays, as it is and as it will be.
#[derive(Clone, Copy, Debug)]
pub struct Dependent<'a> {
    pub before: &'a Object,
    pub after: &'a Object,
}

/// Why a dependent may be in the way.
#[derive(Clone, Debug)]
pub enum Cause<'a> {
    /// What it needs is dropped, or dropped and created again.
    Gone(&'a Object),
    /// What it needs is altered in place.
    Altered { before: &'a Object, after: &'a Object, edits: &'a [Edit] },
    /// What it needs is rebuilt under the same name, or goes with the rebuild.
    Rebuilt { before: &'a Object, after: Option<&'a Object> },
}

#[derive(Clone, Debug)]
pub enum Disturbance {
    /// Not in the way.
    None,
    /// Has to be dropped before and created after.
    Replace,
    /// Has to be changed to this weaker image before, and back after (a column without its default).
    Weaken(Box<Object>),
    /// Takes part in the rebuild of what it needs.
    Join,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Folding {
    /// A statement of its own, always.
    Alone,
    /// Part of the container's CREATE, always.
    Always,
    /// Part of the container's CREATE when all it needs exists by then.
    WhenReady,
}

/// What the statements may take for granted.
pub struct Facts<'a> {
    pub version: &'a ServerVersion,
    /// The schema on the side that the action starts from, and the one it leads to.
    pub from: &'a Schema,
    pub to: &'a Schema,
    /// Relations that the same plan creates: nobody uses them yet, so online forms are not needed.
    pub fresh: &'a BTreeSet<ObjectId>,
    /// The schema whose default privileges hold while objects are made: they change last, and back first.
    pub ground: &'a Schema,
    pub restore: Restore,
    /// Where what is dropped is put aside; `None`: nowhere.
    pub shelf: Option<&'a Shelf>,
}

impl Facts<'_> {
    /// Whether the statements take an action back.
    pub fn direction(&self) -> Way {
        if std::ptr::eq(self.ground, self.to) && !std::ptr::eq(self.from, self.to) {
            Way::Back
        } else {
            Way::Forward
        }
    }
}

/// Where an action puts aside what it drops: a name that no other plan and no other action has.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Shelf {
    /// Ten hexadecimal digits.
    pub plan: Box<str>,
    /// 1-based.
    pub number: usize,
}

/// The way a statement leads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Way {
    Forward,
    Back,
}

/// Whether a created object gets its recorded owner and privileges.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Restore {
    /// It was there before (or privileges are compared): owner and grants as recorded.
    OwnerAndGrants,
    /// It is new: it belongs to whoever runs the plan.
    DefinitionOnly,
}

/// One statement as an engine proposes it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub verb: Verb,
    pub phase: Phase,
    pub sql: Sql,
    pub boundary: Boundary,
    pub runtime: Runtime,
    pub effects: Effects,
    pub probe: Probe,
    pub reason: Box<str>,
    pub undo: Undo,
    /// What is lost when the step is taken back.
    pub loss: Option<Loss>,
    pub keeps: Option<Keepsake>,
    pub timing: Timing,
    /// The object, where it is not the head of the action.
    pub subject: Option<ObjectId>,
}

/// How a step is taken back.
#[derive(Clone, Debug)]
pub enum Undo {
    /// By the inverse of the whole action.
    Action,
    /// By the inverse of the whole action, and these.
    ActionThen(Vec<Statement>),
    /// An earlier step's reversal covers it.
    Covered,
    /// By these statements.
    With(Vec<Statement>),
    /// Not at all; the reason.
    Impossible(Box<str>),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Timing {
    Now,
    /// After everything that is done now, in a transaction of its own: validations.
    Later,
}

/// Catalog rows that do not fit together.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("catalog answer {query}, row {row}: {what}")]
pub struct AssembleError {
    /// 0-based place in the batch.
    pub query: usize,
    pub row: usize,
    pub what: String,
}
