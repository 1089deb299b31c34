//! The desk: the project and the surroundings that REFs of the workbench are looked up in. Opening finds out what
//! two REFs mean, credentials included, and compares them.

use std::fmt;
use std::sync::Arc;

use crate::config::session::without_secrets;
use crate::config::{Project, Source, Surroundings};
use crate::connect::{Secret, Target};
use crate::diff::Privileges;
use crate::model::{Failure, FailureKind};

use super::compare::{self, CompareOrder, Comparison};
use super::doctor::DoctorOrder;
use super::queue::Job;

/// Where the workbench was started. Holds secrets: no `Debug`.
pub struct Desk {
    pub project: Project,
    pub surroundings: Surroundings,
}

/// Two sides by their REFs.
#[derive(Clone, Debug)]
pub struct OpenOrder {
    pub current: Reference,
    pub desired: Reference,
}

/// A REF as typed: a URL may hold a password.
#[derive(Clone)]
pub struct Reference {
    pub text: String,
}

/// A password that a person typed, for an environment or for a URL as it is shown.
#[derive(Clone)]
pub struct LogInOrder {
    pub place: String,
    pub password: Arc<Secret>,
}

impl fmt::Debug for LogInOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogInOrder").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Reference {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// As a person may see it, and a file may hold it: without a password.
    pub fn shown(&self) -> String {
        without_secrets(&self.text)
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A REF may be a URL with a password in it.
        f.write_str("Reference")
    }
}

pub(super) async fn open(order: &OpenOrder, job: &Job) -> Result<Comparison, Failure> {
    let desk = desk(job)?;
    job.reporter.doing("finding out what the two sides are");
    let current = source(desk, &order.current).await?;
    let desired = source(desk, &order.desired).await?;
    let order = compare_order(&desk.project, current, desired, Privileges::Ignore);
    compare::compare(&order, job).await
}

/// A comparison of two sides, with what the project says of them.
pub fn compare_order(
    project: &Project,
    current: Source,
    desired: Source,
    wanted: Privileges,
) -> CompareOrder {
    let compares = |source: &Source| match source {
        Source::Environment(place) => place.privileges == Privileges::Compare,
        Source::Files(_) => false,
    };
    let any = wanted == Privileges::Compare || compares(&current) || compares(&desired);
    CompareOrder {
        privileges: if any { Privileges::Compare } else { project.privileges },
        current,
        desired,
        renames: Vec::new(),
        dropped: project.dropped,
        scratch: project.scratch.clone(),
    }
}

async fn source(desk: &Desk, reference: &Reference) -> Result<Source, Failure> {
    desk.project.source(&reference.text, &desk.surroundings).await
}

/// From here on every session there uses it.
pub(super) fn log_in(order: &LogInOrder, desk: &Desk) {
    desk.surroundings.typed.keep(&order.place, Arc::clone(&order.password));
}

pub(super) fn desk(job: &Job) -> Result<&Desk, Failure> {
    let missing = || Failure::new(FailureKind::Internal, "this worker was started without a project");
    job.desk.as_deref().ok_or_else(missing)
}

/// What the doctor asks of the desk's environments.
pub(super) async fn examination(job: &Job) -> Result<DoctorOrder, Failure> {
    let desk = desk(job)?;
    Ok(doctor_order(&desk.project, &desk.surroundings).await)
}

/// The environments of a project, each as it is reached, or with what is wrong with it.
pub async fn doctor_order(project: &Project, surroundings: &Surroundings) -> DoctorOrder {
    let mut places = Vec::new();
    for entry in &project.entries {
        let place = match &entry.environment {
            Err(failure) => Err(failure.clone()),
            Ok(environment) => environment.place(surroundings).await,
        };
        places.push((entry.name.clone(), place));
    }
    DoctorOrder { places, scratch: project.scratch.clone() }
}

/// Asks the person for a password where a terminal is ours to ask on. A workbench asks in its own way.
pub(super) fn asks(job: &Job) -> impl Fn(&Target) -> Option<Secret> + Send + Sync + use<> {
    let own_screen = job.desk.is_some();
    move |target| if own_screen { None } else { crate::config::ask_password(target) }
}
