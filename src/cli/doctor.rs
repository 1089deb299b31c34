//! The doctor: what works here, and the line that mends what does not. Terminal and files are looked at here,
//! servers by the worker.

use std::future::Future;
use std::path::Path;

use crate::config::{Project, Surroundings};
use crate::model::Failure;
use crate::shown::Shown;
use crate::worker::{self, Check, DoctorOrder, Health};

use super::args::Format;
use super::exit::Status;
use super::json;
use super::surface::Surface;
use super::terminal;

/// What can be said without a server, and what the worker has to find out.
pub(super) fn prepared(named: Option<&Path>) -> (Vec<Check>, impl Future<Output = DoctorOrder>) {
    let mut checks = terminal::checks();
    let surroundings = Surroundings::of_process();
    let project = match Project::load(named, &surroundings) {
        Ok(project) => {
            checks.extend(project.problems.iter().map(|problem| broken("configuration", problem)));
            checks.push(match &project.file {
                Some(file) => Check::new(
                    "configuration",
                    Health::Good,
                    format!("{}, {} environments", file.display(), project.entries.len()),
                ),
                None => Check::new("configuration", Health::Limited, "no migrator.toml here or above")
                    .mend("write one (see the README), or give URLs"),
            });
            project
        }
        Err(failure) => {
            checks.push(broken("configuration", &failure));
            Project::default()
        }
    };
    checks.push(client(&["psql"], "runs the scripts of PostgreSQL plans by hand"));
    checks.push(client(&["mariadb", "mysql"], "runs the scripts of MySQL and MariaDB plans by hand"));
    checks.push(client(&["sqlite3"], "runs the scripts of SQLite plans by hand"));
    (checks, async move { worker::doctor_order(&project, &surroundings).await })
}

fn broken(area: &str, failure: &Failure) -> Check {
    Check::new(area, Health::Bad, &failure.what).mend(&failure.hint)
}

/// A client of a server, by any of its names.
fn client(programs: &[&str], purpose: &str) -> Check {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = |program: &&str| {
        std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
    };
    let area = programs.join(" or ");
    match programs.iter().find_map(found) {
        Some(file) => Check::new(area, Health::Good, format!("{}, {purpose}", file.display())),
        None => Check::new(area, Health::Limited, format!("not found; it {purpose}")),
    }
}

pub(super) fn print(surface: &Surface, mut checks: Vec<Check>, found: &[Check], format: Format) -> Status {
    checks.extend_from_slice(found);
    match format {
        Format::Json => surface.print_json(&json::checks(&checks)),
        Format::Text => {
            let mut text = String::new();
            for check in &checks {
                let word = match check.health {
                    Health::Good => surface.paint.added("good   "),
                    Health::Limited => surface.paint.changed("limited"),
                    Health::Bad => surface.paint.hazard("BAD    "),
                };
                for (at, line) in Shown::lines(&check.what).enumerate() {
                    match at {
                        0 => text.push_str(&format!("{word}  {:<20} {line}\n", Shown::new(&check.area))),
                        _ => text.push_str(&format!("{:30}{line}\n", "")),
                    }
                }
                for line in Shown::lines(&check.mend).filter(|line| !line.as_str().is_empty()) {
                    text.push_str(&format!("{:30}mend: {line}\n", ""));
                }
            }
            surface.print(&text);
        }
    }
    if checks.iter().any(|check| check.health == Health::Bad) { Status::Failed } else { Status::Done }
}
