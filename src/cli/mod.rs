//! The command line: arguments in, one command to the worker, its answer printed, an exit status out. It holds
//! no SQL and no connection, and prints nothing that is not `Shown`.

mod args;
mod compared;
mod demo;
mod doctor;
mod exit;
mod findings;
mod history;
mod json;
mod paint;
mod planned;
mod reference;
mod running;
mod session;
mod settings;
mod surface;
mod terminal;
mod tmux;
mod workbench;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::model::{EngineKind, Failure, FailureKind, RunId};
use crate::worker::{Answer, CommandKind, ReportOrder};

use args::{Arguments, DemoEngine, Keymap, Request, Theme};
use exit::Status;
use reference::Execute;
use surface::Surface;

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    crate::terminal::install_crash_hook();
    let surface = Surface::of_process();
    ExitCode::from(answered(&surface).code())
}

fn answered(surface: &Surface) -> Status {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return surface.told(&error),
    };
    let Some(request) = arguments.request else {
        return surface.ended(workbench::open(arguments.project.as_deref(), None));
    };
    let format = request.format();
    match perform(surface, arguments.project.as_deref(), request) {
        Ok(status) => status,
        Err(failure) => {
            surface.fail(&failure, format);
            Status::of(failure.kind)
        }
    }
}

fn perform(
    surface: &Surface,
    project: Option<&std::path::Path>,
    request: Request,
) -> Result<Status, Failure> {
    match request {
        Request::Diff(wanted) => {
            let order = async {
                reference::compare_order(surface, &wanted.sides, project).await.map(CommandKind::Compare)
            };
            match session::perform(surface, order)? {
                Answer::Compared(found) => Ok(compared::print(surface, &found, wanted.format)),
                other => Err(unexpected(&other)),
            }
        }
        Request::Plan(wanted) => {
            let order =
                async { reference::plan_order(surface, &wanted, project).await.map(CommandKind::Plan) };
            match session::perform(surface, order)? {
                Answer::Planned(made) => Ok(planned::print(surface, &made, wanted.format)),
                other => Err(unexpected(&other)),
            }
        }
        Request::Lint(wanted) => {
            match session::perform(surface, async { Ok(CommandKind::Lint(wanted.path)) })? {
                Answer::Read(record) => Ok(findings::print(surface, &record, wanted.format)),
                other => Err(unexpected(&other)),
            }
        }
        Request::Rehearse(wanted) => {
            let order = async {
                reference::rehearse_order(surface, &wanted, project).await.map(CommandKind::Rehearse)
            };
            match session::perform(surface, order)? {
                Answer::Read(record) => Ok(findings::print(surface, &record, wanted.format)),
                other => Err(unexpected(&other)),
            }
        }
        Request::Run(wanted) => {
            let (execute, format) = (Execute::Run(&wanted), wanted.how.format);
            executed(surface, project, execute, format)
        }
        Request::Promote(wanted) => {
            let (execute, format) = (Execute::Promote(&wanted), wanted.how.format);
            executed(surface, project, execute, format)
        }
        Request::Resume(wanted) => {
            let (execute, format) = (Execute::Resume(&wanted), wanted.how.format);
            executed(surface, project, execute, format)
        }
        Request::Rollback(wanted) => {
            let (execute, format) = (Execute::RollBack(&wanted), wanted.how.format);
            executed(surface, project, execute, format)
        }
        Request::Contract(wanted) => {
            let (execute, format) = (Execute::Contract(&wanted), wanted.how.format);
            executed(surface, project, execute, format)
        }
        Request::Status(wanted) => {
            let order = async { reference::history_order(surface, project).await.map(CommandKind::History) };
            match session::perform(surface, order)? {
                Answer::Told(told) => Ok(history::print_status(surface, &told, wanted.format)),
                other => Err(unexpected(&other)),
            }
        }
        Request::History(wanted) => {
            let order = async {
                let from = reference::history_order(surface, project).await?;
                Ok(match wanted.run {
                    None => CommandKind::History(from),
                    Some(run) => CommandKind::Report(ReportOrder { from, run: RunId::new(run) }),
                })
            };
            match session::perform(surface, order)? {
                Answer::Told(told) => history::print(surface, &told, wanted.format),
                Answer::Reported(report) => Ok(history::print_run(surface, &report, wanted.format)),
                other => Err(unexpected(&other)),
            }
        }
        Request::Doctor(wanted) => {
            let (checks, order) = doctor::prepared(project);
            match session::perform(surface, async { Ok(CommandKind::Doctor(order.await)) })? {
                Answer::Examined(found) => Ok(doctor::print(surface, checks, &found, wanted.format)),
                other => Err(unexpected(&other)),
            }
        }
        Request::Demo(wanted) => {
            let engine = match wanted.engine {
                DemoEngine::Sqlite => EngineKind::Sqlite,
                DemoEngine::Postgres => EngineKind::Postgres,
                DemoEngine::Mysql => EngineKind::MySql,
            };
            if !wanted.headless && surface.is_interactive() {
                return workbench::open(project, Some(engine));
            }
            match session::perform(surface, async { Ok(CommandKind::Demo(engine)) })? {
                Answer::Shown(story) => Ok(demo::print(surface, &story)),
                other => Err(unexpected(&other)),
            }
        }
        Request::Keymap(Keymap::Print { name }) => settings::print_keymap(surface, name.as_deref()),
        Request::Theme(Theme::List) => Ok(settings::list_themes(surface)),
        Request::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "migrator-tui", &mut text);
            surface.print(&String::from_utf8_lossy(&text));
            Ok(Status::Done)
        }
    }
}

/// A plan on its way: what happens is told while it happens, the outcome at the end.
fn executed(
    surface: &Surface,
    project: Option<&std::path::Path>,
    execute: Execute<'_>,
    format: args::Format,
) -> Result<Status, Failure> {
    let order = async {
        reference::execute_order(surface, &execute, project)
            .await
            .map(|order| CommandKind::Execute(order.into()))
    };
    match session::perform(surface, order)? {
        Answer::Ran(ran) => Ok(running::print(surface, &ran, format)),
        other => Err(unexpected(&other)),
    }
}

/// An answer that belongs to another command.
fn unexpected(answer: &Answer) -> Failure {
    let what = match answer {
        Answer::Compared(_) => "a comparison",
        Answer::Planned(_) => "a plan",
        Answer::Drafted(_) => "a draft",
        Answer::Defined(_) => "a definition",
        Answer::Saved(_) => "a folder",
        Answer::Opened(_) => "a place",
        Answer::Read(_) => "a plan's folder",
        Answer::Examined(_) => "an examination",
        Answer::Shown(_) => "a demo",
        Answer::Ran(_) => "a run",
        Answer::Approved(_) => "an approval",
        Answer::Told(_) => "a history",
        Answer::Foreseen(_) => "an outlook",
        Answer::Accounted(_) => "an account",
        Answer::Reported(_) => "a report",
        Answer::Listed(_) => "a list of plans",
        Answer::LoggedIn => "a word on a password",
        Answer::Remembered | Answer::Recalled(_) => "a word on the session",
    };
    Failure::new(FailureKind::Internal, format!("the worker answered with {what}"))
}
