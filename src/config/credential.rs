//! Credentials by reference: `env:NAME`, `file:PATH`, `command:…`. What they hold is fetched when it is
//! needed, and never becomes part of a message.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use super::Surroundings;
use crate::connect::{Secret, Target};
use crate::model::{Failure, FailureKind};
use crate::shown::Shown;

/// How long a credential command may take: a person may have to touch a key.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where a user name or a password is found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Credential {
    Variable(String),
    File(PathBuf),
    /// Run by the shell; the first line it prints is the credential.
    Command(String),
}

impl Credential {
    /// `None`: the text is no reference. Paths count from `folder`.
    pub fn parse(text: &str, folder: &Path) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        let rest = rest.trim();
        match kind {
            _ if rest.is_empty() => None,
            "env" => Some(Self::Variable(rest.into())),
            "file" => Some(Self::File(folder.join(rest))),
            "command" => Some(Self::Command(rest.into())),
            _ => None,
        }
    }

    /// Fetches it. `key` is what the configuration calls it.
    pub async fn fetch(&self, key: &str, surroundings: &Surroundings) -> Result<Secret, Failure> {
        let text = match self {
            Self::Variable(name) => surroundings
                .variable(name)
                .ok_or_else(|| failed(key, format!("the environment variable {name} is not set")))?,
            Self::File(path) => tokio::fs::read_to_string(path)
                .await
                .map_err(|error| failed(key, format!("{} cannot be read: {error}", path.display())))?,
            Self::Command(command) => run(command, key, surroundings).await?,
        };
        let first = text.lines().next().unwrap_or("").to_owned();
        // The copy that held more than the credential goes the same way.
        drop(Secret::new(text));
        if first.is_empty() {
            return Err(failed(key, format!("{} gave nothing", self.words())));
        }
        Ok(Secret::new(first))
    }

    fn words(&self) -> String {
        match self {
            Self::Variable(name) => format!("the environment variable {name}"),
            Self::File(path) => path.display().to_string(),
            Self::Command(_) => "the command".into(),
        }
    }
}

fn failed(key: &str, what: String) -> Failure {
    Failure::new(FailureKind::Config, format!("{key}: {what}"))
}

async fn run(command: &str, key: &str, surroundings: &Surroundings) -> Result<String, Failure> {
    let mut shell = if cfg!(windows) {
        let mut shell = tokio::process::Command::new("cmd");
        shell.arg("/C");
        shell
    } else {
        let mut shell = tokio::process::Command::new("/bin/sh");
        shell.arg("-c");
        shell
    };
    shell.arg(command).current_dir(&surroundings.folder);
    // Its standard output is a secret and its words belong into our message, not on the screen.
    shell.stdin(Stdio::null()).kill_on_drop(true);
    let output = match tokio::time::timeout(PATIENCE, shell.output()).await {
        Ok(output) => output.map_err(|error| failed(key, format!("the command cannot be run: {error}")))?,
        Err(_) => return Err(failed(key, format!("the command took more than {} s", PATIENCE.as_secs()))),
    };
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let why = words.lines().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
        return Err(failed(key, format!("the command failed ({}): {}", output.status, why.trim())));
    }
    String::from_utf8(output.stdout).map_err(|_| failed(key, "the command printed no text".into()))
}

/// Asks the person at the terminal. `None` where there is nobody to ask.
pub fn ask_password(target: &Target) -> Option<Secret> {
    if !std::io::stdin().is_terminal() {
        return None;
    }
    let whom = target.to_string();
    let password = rpassword::prompt_password(format!("Password for {}: ", Shown::new(whom))).ok()?;
    Some(Secret::new(password)).filter(|password| !password.expose().is_empty())
}
