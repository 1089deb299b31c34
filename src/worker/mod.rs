//! The background task: the only owner of connections. A [`Command`] goes in, [`Event`]s come out; each command
//! ends in exactly one of Finished, Failed and Cancelled. Headless commands and screens are its clients alike.
//! It prints nothing and asks nobody.

mod clock;
mod compare;
mod define;
mod demo;
mod desk;
mod difference;
mod disk;
mod doctor;
mod draft;
mod edit;
mod execute;
mod failure;
mod judge;
mod plan;
mod progress;
mod prove;
mod queue;
mod rehearse;
mod remember;
mod scratch;
mod select;
mod stop;

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::session::Session;
use crate::export::Record;
pub use crate::export::report::RunReport;
pub use crate::export::{Place, Script};
use crate::model::{EngineKind, Failure};

pub use crate::planner::Followed;
pub use crate::promote::{
    Blocker, Drift, Forecast, Foreseen, Guess, Happening, LeaseHolder, Living, Pace, Sending, Sight, Silence,
};
pub use compare::{CompareOrder, Comparison, RenameOrder, Side};
pub use define::{DefineOrder, Defined};
pub use demo::{DemoPlace, Story};
pub use desk::{Desk, LogInOrder, OpenOrder, Reference, compare_order, doctor_order};
pub use disk::{PlanFolder, SaveOrder, read_plan, write_plan};
pub use doctor::{Check, DoctorOrder, Health};
pub use draft::{DraftOrder, Drafted, Edited, Residual};
pub use edit::EditOrder;
pub use execute::{
    Account, AccountOrder, ApproveOrder, Approved, Chronicle, ChroniclePlace, Errand, ExecuteOrder,
    HistoryOrder, Outlook, Prepared, Ran, Remembered, ReportOrder, Request, Token, Way, book, execute_order,
    runs_of, standing,
};
pub use plan::{PlanOrder, Planned, Rehearsal};
pub use progress::Progress;
pub use prove::ProveOrder;
pub use queue::{Client, start, start_at};
pub use rehearse::RehearseOrder;
pub use remember::{RecallOrder, RememberOrder, latest_sides};
pub use select::{Pick, RenameText, Selection};

/// Tells commands apart; chosen by the client, never used twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CommandId(pub u64);

/// What a client asks for.
#[derive(Clone, Debug)]
pub struct Command {
    pub id: CommandId,
    pub kind: CommandKind,
}

#[derive(Clone, Debug)]
pub enum CommandKind {
    /// Finds out what two REFs mean, reads them and finds what differs. Needs a desk.
    Open(OpenOrder),
    /// Takes a password that a person typed. Needs a desk.
    LogIn(LogInOrder),
    /// Reads both sides and finds what differs.
    Compare(CompareOrder),
    /// Finds what differs again, with other renames; reads nothing.
    Rename(RenameOrder),
    /// Plans the chosen changes and judges them; asks no server.
    Draft(DraftOrder),
    /// Takes a draft's scripts as a person has changed them; asks no server.
    Edit(EditOrder),
    /// Proves a draft on a scratch database.
    Prove(ProveOrder),
    /// Writes a draft's folder.
    Save(SaveOrder),
    /// One object of a comparison as text, on both sides.
    Define(DefineOrder),
    /// Makes two filled environments of that engine, there until the worker closes.
    OpenDemo(EngineKind),
    /// Compares, plans, judges, proves, and writes the folder.
    Plan(PlanOrder),
    /// Reads a plan's folder and hands back what it says of itself.
    Lint(PathBuf),
    /// Proves a plan's folder on a scratch database and writes the proof down.
    Rehearse(RehearseOrder),
    /// Asks environments and scratch servers how they are.
    Doctor(DoctorOrder),
    /// The same for the environments of the desk.
    Examine,
    /// Writes down what a workbench remembers. Needs a desk.
    Remember(RememberOrder),
    /// Reads what an earlier workbench remembered of these sides. Needs a desk.
    Recall(RecallOrder),
    /// Runs a plan on an environment, goes on with a run, or takes one back.
    Execute(Box<ExecuteOrder>),
    /// The same by names. Needs a desk.
    Start(Box<Request>),
    /// Writes an approval down, and gives the token that goes with it.
    Approve(Box<ApproveOrder>),
    /// What has run where.
    History(HistoryOrder),
    /// The same of the environments of the desk, and of databases named besides.
    Look(Vec<String>),
    /// What a request would do. Needs a desk.
    Foresee(Box<Request>),
    /// All about one run. Needs a desk.
    Account(AccountOrder),
    /// All that is kept of one run, for a change ticket.
    Report(ReportOrder),
    /// The same, by names. Needs a desk.
    Ticket(AccountOrder),
    /// The plans in a folder.
    Plans(PathBuf),
    /// Makes two filled environments of that engine, tells their story, removes them.
    Demo(EngineKind),
}

/// What a client hears.
#[derive(Clone, Debug)]
pub struct Event {
    /// The command it answers.
    pub id: CommandId,
    pub kind: EventKind,
}

#[derive(Clone, Debug)]
pub enum EventKind {
    /// How far it is. Merged: a slow client hears only the latest.
    Progress(Progress),
    /// Something happened in a run. Never left out.
    Happened(Happening),
    Finished(Answer),
    Failed(Failure),
    /// Stopped at the client's wish; nothing of it goes on.
    Cancelled,
}

/// The result of a command, shared and never copied.
#[derive(Clone, Debug)]
pub enum Answer {
    LoggedIn,
    Compared(Arc<Comparison>),
    Drafted(Arc<Drafted>),
    Defined(Arc<Defined>),
    /// The folder that was written.
    Saved(PathBuf),
    Opened(Arc<DemoPlace>),
    Planned(Arc<Planned>),
    /// A plan's folder, as read or as rehearsed.
    Read(Arc<Record>),
    Examined(Arc<Vec<Check>>),
    Remembered,
    Recalled(Option<Box<Session>>),
    Shown(Arc<Story>),
    Ran(Arc<Ran>),
    Approved(Arc<Approved>),
    Told(Arc<Chronicle>),
    Foreseen(Arc<Outlook>),
    Accounted(Arc<Account>),
    Reported(Arc<RunReport>),
    Listed(Arc<Vec<PlanFolder>>),
}
