//! The only writer: it runs plans, and proves them on scratch databases before anybody else sees them run. It
//! never changes a plan, and never sends a statement that the plan does not hold.

mod build;
mod compare;
pub mod load;
mod measure;
pub mod normalise;
mod proof;
pub mod rehearse;
pub(crate) mod run;
pub mod seed;

pub use compare::{Kept, TableRows};
pub use proof::{Outcome, Proof, Stage, words};
pub use rehearse::{Rehearsal, rehearse};
