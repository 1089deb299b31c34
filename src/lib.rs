//! `migrator-tui`: schema migrations that people trust.
//!
//! Data flows one way. Two environments are *introspected* into [`model::Schema`]s; [`diff`] finds the
//! [`model::Changeset`]; [`planner`] orders it into a [`model::Plan`]; [`safety`] judges it; [`promote`] proves it
//! on a scratch database and is the only module that sends a statement that writes; [`export`] writes it down.
//!
//! A module imports only from layers below its own; a test walks the imports.
//!
//! | layer | modules |
//! |---|---|
//! | 0 | `model`, `shown` |
//! | 1 | `sqltext` |
//! | 2 | `connect` |
//! | 3 | `diff` |
//! | 4 | `engines` |
//! | 5 | `planner`, `safety` |
//! | 6 | `config`, `export`, `promote` |
//! | 7 | `worker` |
//! | 8 | `app` |
//! | 9 | `ui` |
//! | 10 | `terminal` |
//! | 11 | `cli` |
//! | 12 | `main` |
//!
//! A plan keeps [`model::Image`]s: the definitions of what it touches, before and after. They are how [`promote`]
//! sees drift before, between and after the units of a run, without the schemas that the plan was made from. The
//! journal is a fold over [`model::Record`]s ([`model::fold`]); it lives in the target database, and there is no other
//! truth about a run.
//!
//! A plan may keep what it drops ([`model::Keepsake`]): engines put it aside in tables of ours, which no schema that is
//! read has, and a run with the course [`model::Course::Contract`] removes it for good.
//!
//! Invariants, as absences:
//! - `model`, `diff`, `planner`, `safety`, `export`, `sqltext` do no I/O, read no clock, spawn nothing.
//! - Only `worker` holds connections. Only `promote` sends a statement that writes. Only `sqltext` quotes or
//!   splits SQL.
//! - Engines know no terminal and no configuration; nothing above them names an engine beyond `EngineKind`.
//! - `app` and `ui` hold no SQL and name no engine; drawing changes nothing, and time comes in as a message.
//! - No text from a server or a file reaches a terminal except as [`shown::Shown`].

pub mod app;
pub mod cli;
pub mod config;
pub mod connect;
pub mod diff;
pub mod engines;
pub mod export;
pub mod model;
pub mod planner;
pub mod promote;
pub mod safety;
pub mod shown;
pub mod sqltext;
pub mod terminal;
pub mod ui;
pub mod worker;
