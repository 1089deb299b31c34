//! What `promote` hears from a person, and tells them: the job's stop, and its events.

use std::any::Any;

use crate::config::Window;
use crate::connect::Connection;
use crate::promote::{Control, Happening};

use super::super::queue::Job;
use super::{clock, gate};

pub(super) struct JobControl {
    job: Job,
    /// When further units may begin. Empty: always.
    windows: Vec<Window>,
}

impl JobControl {
    pub(super) fn new(job: Job, windows: Vec<Window>) -> Self {
        Self { job, windows }
    }
}

impl Control for JobControl {
    fn hear(&self, happening: Happening) {
        self.job.happened(happening);
    }

    fn is_stopped(&self) -> bool {
        self.job.stop.is_wished()
    }

    fn closed(&self) -> Option<String> {
        gate::outside(&self.windows)
    }

    fn reach(&self, connection: &dyn Connection) -> Box<dyn Any + Send + Sync> {
        Box::new(self.job.stop.register(connection))
    }

    fn now(&self) -> fn() -> Box<str> {
        clock::moment
    }
}
