//! Standard output and standard error: the only place that writes to them. Results go to the one, everything
//! else to the other. A reader that has gone away is no error.

use std::io::{IsTerminal, Write};

use crate::model::Failure;
use crate::shown::Shown;

use super::args::Format;
use super::exit::Status;
use super::json;
use super::paint::Paint;

pub(super) struct Surface {
    /// For results.
    pub paint: Paint,
    /// For messages.
    aside: Paint,
    /// Whether a progress line makes sense.
    pub watched: Watched,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Watched {
    Terminal,
    Nobody,
}

impl Surface {
    pub(super) fn of_process() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let paint = |terminal| if terminal && !plain { Paint::Coloured } else { Paint::Plain };
        let aside = std::io::stderr().is_terminal();
        Self {
            paint: paint(std::io::stdout().is_terminal()),
            aside: paint(aside),
            watched: if aside { Watched::Terminal } else { Watched::Nobody },
        }
    }

    /// Whether a person sits at both ends.
    pub(super) fn is_interactive(&self) -> bool {
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
    }

    /// How a workbench ended.
    pub(super) fn ended(&self, result: Result<Status, Failure>) -> Status {
        result.unwrap_or_else(|failure| {
            self.fail(&failure, Format::Text);
            Status::of(failure.kind)
        })
    }

    /// A result, made safe by whoever wrote it.
    pub(super) fn print(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        // A closed pipe: nobody is left to be told.
        let _ = out.write_all(text.as_bytes());
        let _ = out.flush();
    }

    pub(super) fn print_json(&self, value: &serde_json::Value) {
        self.print(&json::text(value));
    }

    /// A message, which may quote what others wrote.
    pub(super) fn complain(&self, message: &str) {
        let mut text = String::new();
        for (at, line) in Shown::lines(message).enumerate() {
            text.push_str(if at == 0 { "migrator-tui: " } else { "  " });
            text.push_str(line.as_str());
            text.push('\n');
        }
        self.aside(&text);
    }

    /// Something that is wrong and stops nothing.
    pub(super) fn warn(&self, failure: &Failure) {
        self.complain(&failure.what);
        if !failure.hint.is_empty() {
            for line in Shown::lines(&failure.hint) {
                self.aside(&format!("  {}\n", self.aside.muted(format_args!("hint: {line}"))));
            }
        }
    }

    /// A failure: what failed, and what to do next. In JSON, on standard output as well.
    pub(super) fn fail(&self, failure: &Failure, format: Format) {
        self.warn(failure);
        match format {
            Format::Text => {}
            Format::Json => self.print_json(&json::failure(failure)),
        }
    }

    /// What the argument parser has to say: help to standard output, mistakes to standard error.
    pub(super) fn told(&self, error: &clap::Error) -> Status {
        let text: String = error
            .render()
            .to_string()
            .split('\n')
            .map(|line| Shown::new(line).to_string())
            .collect::<Vec<_>>()
            .join("\n");
        if error.use_stderr() {
            self.aside(&text);
            Status::Usage
        } else {
            self.print(&text);
            Status::Done
        }
    }

    /// Text for standard error, safe already.
    pub(super) fn aside(&self, text: &str) {
        let mut out = std::io::stderr().lock();
        let _ = out.write_all(text.as_bytes());
        let _ = out.flush();
    }
}
