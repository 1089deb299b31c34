//! Everything between the workbench and a real terminal: the screen on loan, keys in, frames out, signals, the
//! clipboard, the person's editor, and the loop that ties them together. The terminal is given back as it was
//! found, however we end. It knows nothing of schemas, and decides nothing about what is shown.

mod canvas;
mod child;
mod clipboard;
mod crash;
mod decode;
mod editor;
mod input;
mod notices;
mod output;
mod pen;
mod probe;
mod run;
mod screen;
mod sequence;
mod session;
mod watch;
mod workbench;

pub use clipboard::{Route, route};
pub use crash::{install as install_crash_hook, spawn_vital};
pub use decode::{Did, Input, LONGEST_PASTE, Pointer};
pub use notices::Notice;
pub use probe::{Probed, probe};
pub use run::{Ended, Question, Setup, run};
pub use screen::{Mouse, give_back, size, tell};
pub use workbench::{Heard, Order, Workbench};
