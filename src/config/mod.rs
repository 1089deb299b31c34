//! What the user wrote: the project file, environments, credentials, settings, keys, themes, and the words that
//! name a schema on the command line; and what the workbench remembers for the user. It reads these files and asks
//! for secrets; it never connects, and it prints nothing.

mod credential;
mod document;
mod environment;
pub mod keymap;
mod keyring;
mod nearest;
mod project;
mod reference;
pub mod session;
mod settings;
pub mod theme;
mod window;

pub use credential::{Credential, ask_password};
pub use environment::{Calendar, Environment, Guard, HOME, Schemas};
pub use keyring::Keyring;
pub use nearest::nearest;
pub use project::{Entry, Project, Surroundings};
pub use reference::{Files, Origin, Place, Source};
pub use settings::{Listed, Motion, Mouse, Settings, ThemeChoice, listed_themes};
pub use window::Window;
