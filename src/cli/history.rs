//! Where each environment stands, what has run where, and all about one run. What a ledger remembers of a database
//! that could not be asked is told as that, and is never taken for how things stand now.

use serde_json::{Value, json};

use crate::model::{Failure, FailureKind, RunStanding, RunState};
use crate::shown::Shown;
use crate::worker::{Chronicle, ChroniclePlace, RunReport, standing};

use super::args::{Format, Telling};
use super::exit::Status;
use super::paint::Paint;
use super::running::{run, time, word};
use super::surface::Surface;

/// Where each environment stands. A run that is not over is what a person has to know first.
pub(super) fn print_status(surface: &Surface, told: &Chronicle, format: Format) -> Status {
    let some = |wanted: fn(&RunState) -> bool| {
        told.places.iter().any(|place| place.runs.as_ref().is_ok_and(|runs| runs.iter().any(wanted)))
    };
    match format {
        Format::Json => {
            let stands = |runs: &[RunState]| {
                let open: Vec<Value> = runs.iter().filter(|state| is_open(state)).map(run).collect();
                (runs.last().map(run), open)
            };
            let place = |place: &ChroniclePlace| match (&place.runs, &place.remembered) {
                (Ok(runs), _) => {
                    let (last, open) = stands(runs);
                    let kept = place
                        .kept
                        .iter()
                        .map(|kept| json!({ "place": kept.place.to_string(), "rows": kept.rows }));
                    let kept: Vec<Value> = kept.collect();
                    json!({ "name": place.name, "last": last, "open": open, "kept": kept })
                }
                (Err(failure), None) => json!({ "name": place.name, "error": failure.what }),
                (Err(failure), Some(seen)) => {
                    let (last, open) = stands(&seen.runs);
                    let seen = json!({ "as_of": seen.at, "last": last, "open": open });
                    json!({ "name": place.name, "error": failure.what, "remembered": seen })
                }
            };
            surface.print_json(&json!({
                "version": 1,
                "environments": told.places.iter().map(place).collect::<Vec<_>>(),
            }));
        }
        Format::Text => {
            let lines = told.places.iter().map(|place| status_lines(place, surface.paint));
            surface.print(&lines.collect::<String>());
        }
    }
    if some(|state| state.standing() == RunStanding::Undecided) {
        return Status::Unknown;
    }
    if some(is_open) { Status::Differs } else { Status::Done }
}

fn is_open(state: &RunState) -> bool {
    state.standing() != RunStanding::Over
}

fn status_lines(place: &ChroniclePlace, paint: Paint) -> String {
    let name = paint.strong(Shown::new(&place.name));
    match (&place.runs, &place.remembered) {
        (Ok(runs), _) => stands(place, runs, paint).map_or_else(
            || format!("{name}  nothing has run here\n"),
            |(head, rest)| format!("{name}  {head}\n{rest}"),
        ),
        (Err(failure), None) => format!("{name}  {}\n", paint.hazard(Shown::new(&failure.what))),
        (Err(failure), Some(seen)) => {
            let (head, rest) = stands(place, &seen.runs, paint).unwrap_or_default();
            format!("{name}  {}\n  {head}\n{rest}", as_of(&seen.at, &failure.what, paint))
        }
    }
}

/// `as of 2026-11-28T06:00:00Z, the database could not be asked: …`.
fn as_of(at: &str, why: &str, paint: Paint) -> String {
    let (at, why) = (Shown::new(at), Shown::new(why));
    paint.hazard(format_args!("as of {at}, the database could not be asked: {why}")).to_string()
}

/// The last run in a line, and what is to be said of those that are not over. `None`: no run at all.
fn stands(place: &ChroniclePlace, runs: &[RunState], paint: Paint) -> Option<(String, String)> {
    let last = runs.last()?;
    let head = format!(
        "{} {} {}, {} by {}",
        Shown::new(&last.opened.name),
        last.opened.course.word(),
        word(last),
        last.last,
        Shown::new(last.opened.actor.to_string())
    );
    let mut text = String::new();
    for difference in last.verified.iter().flat_map(|verified| &verified.differences) {
        text.push_str(&format!("  {}\n", paint.hazard(Shown::new(difference))));
    }
    for kept in &place.kept {
        let rows = kept.rows.map_or("many rows".to_owned(), rows);
        text.push_str(&format!("  kept: {} ({rows})\n", Shown::new(kept.place.to_string())));
    }
    if !place.kept.is_empty() {
        let name = Shown::new(&place.name);
        text.push_str(&format!(
            "  `migrator-tui contract RUN --on {name}` removes for good what a run keeps\n"
        ));
    }
    for state in runs.iter().filter(|state| is_open(state)) {
        text.push_str(&format!("  {}\n", paint.hazard(Shown::new(standing(state)))));
        if !state.words.is_empty() {
            text.push_str(&format!("  last word: {}\n", Shown::new(&state.words)));
        }
        text.push_str(&format!(
            "  `migrator-tui resume {0}` goes on, `migrator-tui rollback {0} --on {1}` takes it back\n",
            state.run,
            Shown::new(&place.name)
        ));
    }
    Some((head, text))
}

/// All runs of all environments.
pub(super) fn print(surface: &Surface, told: &Chronicle, format: Telling) -> Result<Status, Failure> {
    match format {
        Telling::Text => surface.print(&lines(told, surface.paint)),
        Telling::Json => {
            let places: Vec<Value> = told.places.iter().map(document).collect();
            surface.print_json(&json!({ "version": 1, "environments": places }));
        }
        Telling::Markdown => {
            return Err(Failure::new(FailureKind::Usage, "a report is of one run, and none was named")
                .hint("`migrator-tui history` lists them; `migrator-tui history RUN --format markdown`"));
        }
    }
    Ok(Status::Done)
}

fn lines(told: &Chronicle, paint: Paint) -> String {
    let mut text = String::new();
    let mut count = 0;
    for place in &told.places {
        let runs = match (&place.runs, &place.remembered) {
            (Ok(runs), _) => runs,
            (Err(failure), None) => {
                text.push_str(&format!("{}  {}\n", Shown::new(&place.name), Shown::new(&failure.what)));
                continue;
            }
            (Err(failure), Some(seen)) => {
                let words = as_of(&seen.at, &failure.what, paint);
                text.push_str(&format!("{}  {words}\n", Shown::new(&place.name)));
                &seen.runs
            }
        };
        count += runs.len();
        runs.iter().for_each(|state| text.push_str(&line(&place.name, state)));
    }
    if count == 0 {
        text.push_str("nothing has run yet\n");
    }
    text
}

fn document(place: &ChroniclePlace) -> Value {
    match (&place.runs, &place.remembered) {
        (Ok(runs), _) => listed(&place.name, runs.iter(), None),
        (Err(failure), None) => json!({ "name": place.name, "error": failure.what }),
        (Err(failure), Some(seen)) => listed(&place.name, seen.runs.iter(), Some((&seen.at, &failure.what))),
    }
}

/// `remembered`: since when, and why it is not known better.
fn listed<'r>(
    name: &str,
    runs: impl Iterator<Item = &'r RunState>,
    remembered: Option<(&str, &str)>,
) -> Value {
    let runs: Vec<Value> = runs.map(run).collect();
    match remembered {
        None => json!({ "name": name, "runs": runs }),
        Some((at, why)) => {
            json!({ "name": name, "error": why, "remembered": { "as_of": at, "runs": runs } })
        }
    }
}

fn line(place: &str, state: &RunState) -> String {
    format!(
        "{}  {}  {}  {} {}  {}  {}/{} statements  {}\n",
        state.began,
        state.run,
        Shown::new(place),
        Shown::new(&state.opened.name),
        state.opened.course.word(),
        word(state),
        state.applied(),
        state.outcomes.len(),
        Shown::new(state.opened.actor.to_string())
    )
}

/// One run, with all that is kept of it.
pub(super) fn print_run(surface: &Surface, report: &RunReport, format: Telling) -> Status {
    let remembered = report.remembered();
    match format {
        Telling::Markdown => surface.print(&report.markdown()),
        Telling::Json => surface.print_json(&json!({
            "version": 1,
            "environments": [listed(&report.environment, std::iter::once(&report.state), remembered)],
            "report": report.json(),
        })),
        Telling::Text => {
            let mut text = String::new();
            if let Some((at, why)) = remembered {
                text.push_str(&format!("{}\n", as_of(at, why, surface.paint)));
            }
            text.push_str(&line(&report.environment, &report.state));
            text.push_str(&statements(report));
            surface.print(&text);
        }
    }
    Status::Done
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

fn statements(report: &RunReport) -> String {
    let state = &report.state;
    let mut text = String::new();
    for (at, (outcome, took)) in state.outcomes.iter().zip(&state.took).enumerate() {
        let waited =
            |waited: u64| if waited > 0 { format!(", waited {}", time(waited)) } else { String::new() };
        let took = took
            .map(|took| format!("  {}{}, {}", time(took.millis), waited(took.waited), rows(took.rows)))
            .unwrap_or_default();
        let title =
            report.sent.get(at).map(|sent| format!("  {}", Shown::new(&sent.title))).unwrap_or_default();
        let word = outcome.map_or("pending", crate::model::Outcome::word);
        text.push_str(&format!("{:>6}  {word}{title}{took}\n", at + 1));
    }
    if let Some(closed) = &state.closed
        && !closed.reason.is_empty()
    {
        text.push_str(&format!("  {}: {}\n", closed.end.word(), Shown::new(&closed.reason)));
    }
    for difference in state.verified.iter().flat_map(|verified| &verified.differences) {
        text.push_str(&format!("  {}\n", Shown::new(difference)));
    }
    text
}
