//! What the user wrote: the project file, environments, credentials, keys, themes, and the words that name a schema on the
//! command line. It reads files and asks for secrets; it never connects, and it prints nothing.

mod credential;
mod document;
mod environment;
pub mod keymap;
mod nearest;
mod project;
mod reference;
pub mod theme;

pub use credential::{Credential, ask_password};
pub use environment::{Environment, Guard, Schemas};
pub use nearest::nearest;
pub use project::{Entry, Project, Surroundings};
pub use reference::{Files, Origin, Place, Source};
