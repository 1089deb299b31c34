//! The only writer: it runs plans, and proves them on scratch databases before anybody else sees them run. It
//! never changes a plan, and never sends a statement that the plan does not hold.

mod build;
mod compare;
mod execute;
mod faults;
mod journal;
mod lease;
pub mod ledger;
pub mod load;
mod measure;
pub mod normalise;
mod proof;
pub mod rehearse;
pub(crate) mod run;
pub mod seed;

pub use compare::{Kept, TableRows};
pub use execute::{
    Blocker, Compared, Control, Drift, Forecast, Foreseen, Guess, Happening, LeaseHolder, Living, Mission,
    Origin, Pace, Patience, Refusal, Report, Sending, Sight, Silence, Site, Stopped, Waiting, begin,
    contract, images, journal, kept_plan, look, resume, roll_back, sendings, standing, tables, waiting,
};
pub use faults::POINTS;
pub use journal::{Journal, JournalError};
pub use ledger::Permit;
pub use proof::{Outcome, Proof, Stage, words};
pub use rehearse::{Rehearsal, rehearse};
