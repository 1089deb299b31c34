//! The workbench without a screen: its state, and how a message changes it. It draws nothing, waits for nothing,
//! holds no SQL of its own and reads no clock: time comes in as a message, work goes out as an errand.

mod act;
mod ask;
pub mod diff_view;
pub mod difference;
pub mod editor;
pub mod filter;
mod find;
mod findings;
mod hears;
pub mod help;
mod here;
mod keys;
pub mod layout;
pub mod line_input;
pub mod list;
pub mod log;
mod login;
mod marks;
pub mod mode;
mod moves;
mod msg;
pub mod outline;
mod remember;
pub mod review;
pub mod rollout;
mod scripts;
mod sides;
pub mod sql_pane;
mod state;
mod stop;
pub mod subject;
pub mod tree;
mod update;
pub mod work;
pub mod wrap;

pub use here::here;
pub use keys::leading_to;
pub use msg::{Errand, Mouse, Msg, Reloaded};
pub use state::{Desk, EnvironmentStanding, Known, Manner, Movement, State, Toast, Typed, Welcome};
pub use update::{farewell, phase, start, update};
