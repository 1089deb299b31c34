//! What a dialect knows of running: its own tables for the journal, its lock, who is in the way, what an error
//! means, and what a statement outside any transaction has left behind. Facts and SQL; it decides nothing and sends
//! nothing.

use std::collections::BTreeSet;

use crate::connect::{Rows, WireError};
use crate::model::{
    Batches, EngineKind, Ident, ObjectId, QualifiedName, Schema, ServerVersion, SessionMark, Sql, Statement,
};

use super::{mysql, postgres, sqlite};

/// The execution side of an engine; `None` for engines that this build cannot run plans on.
pub fn execution(engine: EngineKind) -> Option<&'static dyn Execution> {
    match engine {
        EngineKind::Postgres => Some(&postgres::Postgres),
        EngineKind::MySql => Some(&mysql::MySql),
        EngineKind::Sqlite => Some(&sqlite::Sqlite),
        EngineKind::SqlServer | EngineKind::Snowflake => None,
    }
}

/// Our own tables in a target.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Own {
    /// `seq, run, fence, kind, body, prev, hash, server_time`.
    Journal,
    /// `digest, name, body`: the plans that runs refer to.
    Plan,
    /// One row: `id, fence, holder, run, plan, since`.
    Lease,
    /// `job_id, run, plan, target, last_key, rows_done, rows_seen, batch_size, state, fence, updated_at`: how far
    /// statements came that go in batches. Made when the first of them runs.
    Backfill,
}

impl Own {
    /// Those that are made together: all of them are there, or none.
    pub const FIRST: [Self; 3] = [Self::Journal, Self::Plan, Self::Lease];
    pub const ALL: [Self; 4] = [Self::Journal, Self::Plan, Self::Lease, Self::Backfill];

    pub fn word(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Plan => "plan",
            Self::Lease => "lease",
            Self::Backfill => "backfill",
        }
    }
}

pub trait Execution: Sync {
    /// What one of our tables is called where `home` is the configured name.
    fn own(&self, home: &Ident, table: Own) -> QualifiedName;

    /// Makes the first of our tables and the lease's one row where they are missing. Each may be sent again.
    fn make_own(&self, home: &Ident) -> Vec<Sql>;

    /// Makes the table of jobs where it is missing. May be sent again.
    fn make_jobs(&self, home: &Ident) -> Sql;

    /// One row, one column: `t` or `1` where the table of jobs is there.
    fn has_jobs(&self, home: &Ident) -> Sql;

    /// One row: how many rows the next slice of a table has, and the key of its last one, a column each. None where no
    /// row is left beyond `after`.
    fn slice(&self, batches: &Batches, after: Option<&[Box<str>]>, size: u32) -> Sql;

    /// Changes the rows beyond `after`, up to and with `upto`.
    fn batch(&self, batches: &Batches, after: Option<&[Box<str>]>, upto: &[Box<str>]) -> Sql;

    /// One row, one column: how many rows are still to be changed, counted no further than a thousand.
    fn left_over(&self, batches: &Batches) -> Sql;

    /// One row, one column: about how many rows the table has; NULL where nobody knows.
    fn estimate(&self, batches: &Batches) -> Sql;

    /// One row, one column: how many of the first of our tables are there.
    fn has_own(&self, home: &Ident) -> Sql;

    /// Asked where none of our tables is there: the name of what somebody else has in their place.
    fn others_home(&self, home: &Ident) -> Option<Sql>;

    /// The objects of a schema that are ours, whatever our home is called.
    fn own_objects(&self, schema: &Schema) -> BTreeSet<ObjectId>;

    /// One row, one column: `t` while this table of ours is there.
    fn is_there(&self, place: &QualifiedName) -> Sql;

    /// The tables that hold what plans keep: rows of schema, which may be NULL, and name.
    fn kept(&self) -> Sql;

    /// Settings of a session that runs a plan. `name` tells it from others.
    fn settings(&self, version: &ServerVersion, name: &str) -> Vec<Sql>;

    /// One row, one column: why nobody is meant to write there; NULL where nothing speaks against it. `None`: the server
    /// itself refuses whoever tries.
    fn unfit(&self) -> Option<Sql>;

    /// One row: the number of this session and when it began. `None`: sessions have no marks.
    fn mark(&self, version: &ServerVersion) -> Option<Sql>;

    /// One row for the session while it lives: what it is doing, and for how many seconds. None when it is gone.
    fn alive(&self, session: &SessionMark) -> Option<Sql>;

    /// One row, one column: `t` when the lock of this database was taken. It dies with its session. `None`: the
    /// engine has none, and a file beside the database stands in.
    fn try_lock(&self) -> Option<Sql>;

    /// One row, one column: `t` while somebody holds it. `None` where `try_lock` is.
    fn lock_seen(&self) -> Option<Sql>;

    /// One row, one column: `t` when it was held and is free now.
    fn unlock(&self) -> Option<Sql>;

    /// Keeps the row of the lease from being changed before the transaction ends. No row: it has passed on.
    fn hold_lease(&self, home: &Ident, fence: u64) -> Sql;

    /// Who is in the way of that session: rows of session, role, program, state, seconds, statement. The first question
    /// that the server answers counts. None: the engine has no sessions.
    fn blockers(&self, version: &ServerVersion, session: &SessionMark) -> Vec<Sql>;

    /// How far replicas are.
    fn replicas(&self) -> Replicas;

    /// What slots keep back: rows of name and bytes. `None`: the engine has none.
    fn slots(&self) -> Option<Sql>;

    /// How far that session's statement is: rows of phase, done, total.
    fn progress(&self, version: &ServerVersion, session: &SessionMark) -> Option<Sql>;

    /// One row, one column: what tells this database from any other in the world. The first one that our role may ask
    /// counts. None: the file does.
    fn identity(&self) -> Vec<Sql>;

    /// What an error means for the statement that met it.
    fn mishap(&self, error: &WireError) -> Mishap;

    /// What became of a statement that ran outside a transaction, as the schema tells now.
    fn left(&self, statement: &Statement, schema: &Schema) -> Left;
}

/// Who tells how far replicas are.
#[derive(Clone, Debug)]
pub enum Replicas {
    /// The engine has none.
    None,
    /// Their source: rows of whether this role may see it (`t`, `f`), name, state, seconds behind, bytes behind. One row
    /// at least: without a name where there is no replica. One that keeps up is in the state `streaming`.
    Source(Sql),
    /// Each of them, asked by itself: the first question that it answers counts.
    Each { questions: Vec<Sql>, read: fn(&Rows) -> Behind },
}

/// What a replica tells of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Behind {
    /// It is none.
    NoReplica,
    /// It follows its source; NULL: it does not say how far behind.
    Seconds(Option<Box<str>>),
    /// It does not follow; its state.
    Stopped(Box<str>),
}

/// What an error means for a run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mishap {
    /// A lock was not to be had in time: nothing happened, and it may be tried again.
    Busy,
    /// The server took this one back in favour of another: it may be tried again.
    Beaten,
    /// The server says no, and would again.
    Refused,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Left {
    /// This object is there, or gone.
    Applied(ObjectId),
    NotApplied,
    /// Half of it is there. `cleanup` removes that; without one the statement itself is to be sent again.
    Half {
        object: ObjectId,
        cleanup: Option<Sql>,
    },
    /// The schema does not tell.
    Unclear,
}
