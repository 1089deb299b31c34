//! The arguments as typed. What they mean is decided in `reference`; nothing here opens a file.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[derive(Parser, Debug)]
#[command(
    name = "migrator-tui",
    version,
    about = "Schema migrations that people trust: compare, plan, prove. Without a command: the workbench.",
    after_help = "REF: an environment of migrator.toml, a URL (postgres://…, mysql://…, mariadb://…, sqlite:PATH), or a DDL file\n\
                  or folder.\n\
                  Exit status: 0 done · 1 failed · 2 usage · 3 differences found · 4 an error finding stands · \
                  5 refused · 6 outcome unknown · 130 cancelled."
)]
pub(super) struct Arguments {
    /// The project file [default: migrator.toml here or in a folder above]
    #[arg(long, global = true, value_name = "FILE", display_order = 900)]
    pub project: Option<PathBuf>,
    #[command(subcommand)]
    pub request: Option<Request>,
}

#[derive(Subcommand, Debug)]
pub(super) enum Request {
    /// What differs between two schemas
    Diff(Diff),
    /// Forward and rollback scripts that turn current into desired
    Plan(Box<Plan>),
    /// Prove a plan's folder, forward and back, on a scratch database
    Rehearse(Rehearse),
    /// The findings of a plan's folder
    Lint(Lint),
    /// Run a plan on an environment that is not guarded
    Run(Run),
    /// Bring a plan to the next environment, once it has passed the one before
    Promote(Promote),
    /// Go on with a run that stopped: the server is asked first what became of it
    Resume(Resume),
    /// Take back what a run has done
    Rollback(Rollback),
    /// Remove for good what a run of a `--keep-dropped` plan has put aside: after that there is no rollback
    Contract(Rollback),
    /// Where each environment stands
    Status(Doctor),
    /// What has run where
    History(History),
    /// What works here, and the line that mends what does not
    Doctor(Doctor),
    /// A shop in two filled databases, made on the spot, opened in the workbench
    Demo(Demo),
    /// The keys of the workbench
    #[command(subcommand)]
    Keymap(Keymap),
    /// The themes of the workbench
    #[command(subcommand)]
    Theme(Theme),
    /// Completions for a shell
    Completions { shell: clap_complete::Shell },
}

impl Request {
    /// How failures are told, too.
    pub(super) fn format(&self) -> Format {
        match self {
            Self::Diff(diff) => diff.format,
            Self::Plan(plan) => plan.format,
            Self::Rehearse(rehearse) => rehearse.format,
            Self::Lint(lint) => lint.format,
            Self::Doctor(doctor) => doctor.format,
            Self::Run(run) => run.how.format,
            Self::Promote(promote) => promote.how.format,
            Self::Resume(resume) => resume.how.format,
            Self::Rollback(wanted) | Self::Contract(wanted) => wanted.how.format,
            Self::Status(status) => status.format,
            Self::History(history) => history.format.of_failures(),
            Self::Demo(_) | Self::Keymap(_) | Self::Theme(_) | Self::Completions { .. } => Format::Text,
        }
    }
}

#[derive(Args, Debug)]
pub(super) struct Sides {
    /// What is there: an environment, a URL, or a DDL file or folder
    #[arg(long, value_name = "REF")]
    pub current: String,
    /// What should be there, named in the same way
    #[arg(long, value_name = "REF")]
    pub desired: String,
    /// Compare owners, grants and default privileges too
    #[arg(long)]
    pub privileges: bool,
    /// A drop and a create that are one rename, such as `public.orders.note=remark`; may be repeated
    #[arg(long, value_name = "OLD=NEW", value_parser = rename)]
    pub rename: Vec<crate::worker::RenameText>,
}

#[derive(Args, Debug)]
pub(super) struct Diff {
    #[command(flatten)]
    pub sides: Sides,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(Args, Debug)]
pub(super) struct Plan {
    #[command(flatten)]
    pub sides: Sides,
    /// The migration's name [default: the folder's name, or what it does]
    #[arg(long)]
    pub name: Option<String>,
    /// Write forward.sql, rollback.sql and plan.toml into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Do not prove the plan on a scratch database
    #[arg(long)]
    pub no_rehearse: bool,
    /// Plan only these objects, named as `diff` prints them
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "skip")]
    pub only: Vec<String>,
    /// Plan everything but these objects
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub skip: Vec<String>,
    /// Acknowledge findings about lost data
    #[arg(long)]
    pub allow_destructive: bool,
    /// Keep dropped tables and the values of dropped columns, so that a rollback brings them back, until `contract`
    /// removes them for good
    #[arg(long)]
    pub keep_dropped: bool,
}

#[derive(Args, Debug)]
pub(super) struct Rehearse {
    /// A folder that `plan --out` wrote
    #[arg(value_name = "DIR")]
    pub path: PathBuf,
    /// Where current is read [default: where it was when the plan was made]
    #[arg(long, value_name = "REF")]
    pub current: Option<String>,
    /// Where desired is read [default: where it was when the plan was made]
    #[arg(long, value_name = "REF")]
    pub desired: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What all that runs a plan have in common.
#[derive(Args, Debug)]
pub(super) struct How {
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// What a guarded environment asks for: the token of an approval made in the workbench, or where it is:
    /// env:NAME, file:PATH
    #[arg(long, value_name = "TOKEN")]
    pub approve: Option<String>,
    /// Answer for a finding of severity error, or for what a refusal names, by that name; may be repeated
    #[arg(long, value_name = "NAME")]
    pub acknowledge: Vec<String>,
    /// Tries of a transaction that cannot have its lock
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub tries: u32,
}

#[derive(Args, Debug)]
pub(super) struct Run {
    /// A folder that `plan --out` wrote
    #[arg(value_name = "DIR")]
    pub path: PathBuf,
    /// The environment
    #[arg(long, value_name = "ENV")]
    pub on: String,
    #[command(flatten)]
    pub how: How,
}

#[derive(Args, Debug)]
pub(super) struct Promote {
    /// A folder that `plan --out` wrote
    #[arg(value_name = "DIR")]
    pub path: PathBuf,
    /// The environment
    #[arg(long, value_name = "ENV")]
    pub to: String,
    #[command(flatten)]
    pub how: How,
}

#[derive(Args, Debug)]
pub(super) struct Resume {
    /// The run [default: the one that is not over]
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    /// The environment [default: the one that has such a run]
    #[arg(long, value_name = "ENV")]
    pub on: Option<String>,
    /// The plan's folder [default: the plan as the database keeps it]
    #[arg(long, value_name = "DIR")]
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    pub how: How,
}

#[derive(Args, Debug)]
pub(super) struct Rollback {
    /// A plan's folder, or a run as `history` names it [default: the last run]
    #[arg(value_name = "DIR|RUN")]
    pub what: Option<String>,
    /// Answer for what is lost for good
    #[arg(long)]
    pub allow_destructive: bool,
    /// The environment
    #[arg(long, value_name = "ENV")]
    pub on: String,
    #[command(flatten)]
    pub how: How,
}

#[derive(Args, Debug)]
pub(super) struct History {
    /// Only this run, with its statements
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    /// markdown: the report of a run, for a change ticket
    #[arg(long, value_enum, default_value_t)]
    pub format: Telling,
}

#[derive(Args, Debug)]
pub(super) struct Doctor {
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(Args, Debug)]
pub(super) struct Demo {
    #[arg(long, value_enum, default_value_t)]
    pub engine: DemoEngine,
    /// Print the story instead of opening the workbench; without a terminal this is what happens anyway
    #[arg(long)]
    pub headless: bool,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum DemoEngine {
    #[default]
    Sqlite,
    Postgres,
    Mysql,
}

#[derive(Subcommand, Debug)]
pub(super) enum Keymap {
    /// Every key with its action, and the actions that have none
    Print {
        /// Such as `vim-strict` [default: the one that is chosen]
        name: Option<String>,
    },
}

#[derive(Subcommand, Debug)]
pub(super) enum Theme {
    /// Every theme: its background, whether it loads, where it is from
    List,
}

#[derive(Args, Debug)]
pub(super) struct Lint {
    /// A folder that `plan --out` wrote
    #[arg(value_name = "DIR")]
    pub path: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Format {
    #[default]
    Text,
    Json,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Telling {
    #[default]
    Text,
    Json,
    Markdown,
}

impl Telling {
    fn of_failures(self) -> Format {
        match self {
            Self::Json => Format::Json,
            Self::Text | Self::Markdown => Format::Text,
        }
    }
}

fn rename(text: &str) -> Result<crate::worker::RenameText, String> {
    match text.split_once('=') {
        Some((old, new)) if !old.trim().is_empty() && !new.trim().is_empty() => {
            Ok(crate::worker::RenameText { old: old.trim().to_owned(), new: new.trim().to_owned() })
        }
        _ => Err("expected OLD=NEW".into()),
    }
}
