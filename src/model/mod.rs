//! The words of the domain: identifiers, schemas, changes, plans, findings. Pure data; it never does I/O,
//! reads a clock, or knows an engine beyond [`EngineKind`].

mod approval;
mod batches;
mod change;
mod circumstances;
mod effects;
mod failure;
mod finding;
mod fingerprint;
mod ident;
mod journal;
mod object;
mod plan;
mod schema;
mod settings;
mod spelled;
mod story;
mod table;
mod text;
mod throttle;
mod types;

pub use approval::*;
pub use batches::*;
pub use change::*;
pub use circumstances::*;
pub use effects::*;
pub use failure::*;
pub use finding::*;
pub use fingerprint::*;
pub use ident::*;
pub use journal::*;
pub use object::*;
pub use plan::*;
pub use schema::*;
pub use settings::*;
pub use story::*;
pub use table::*;
pub use text::*;
pub use throttle::*;
pub use types::*;
