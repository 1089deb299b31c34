//! Running plans on environments, as the worker's commands ask for it: what may run where, and what a run that
//! stopped means to a person. The running itself is `promote`'s.

mod account;
mod approve;
mod book;
mod control;
mod forecast;
mod gate;
mod history;
mod report;
mod request;
mod token;
mod told;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Place, Window};
use crate::connect::{self, Connection, Purpose};
use crate::engines::{self, Dialect, Execution};
use crate::export::{self, Record};
use crate::model::{
    Actor, Circumstances, Course, End, Estimate, Failure, FailureKind, Fingerprint, ObjectId, Plan, RunId,
    RunStanding, RunState, fold,
};
use crate::promote::{self, Drift, Happening, Journal, Mission, Patience, Site};
use crate::safety::DataLoss;

use super::queue::Job;
use super::{clock, disk, failure};

use account::places;
pub use account::{Account, AccountOrder, Outlook, Way};
pub(super) use account::{account, outlook};
pub(super) use approve::approve;
pub use approve::{ApproveOrder, Approved, Prepared};
pub use book::{Book, book};
pub(super) use history::history;
pub use history::{Chronicle, HistoryOrder, Place as ChroniclePlace, Remembered, runs_of};
pub use report::ReportOrder;
pub(super) use report::report;
pub use request::{Request, execute_order};
pub use token::Token;
pub use told::standing;

/// For a database to say what a run wrote, once it is over. Its server may be gone.
const MEMORY: Duration = Duration::from_secs(10);

/// What is to be done with a plan.
#[derive(Clone, Debug)]
pub struct ExecuteOrder {
    pub errand: Errand,
    /// The plan's folder; `None`: the plan that the database keeps.
    pub folder: Option<PathBuf>,
    pub on: Place,
    /// The other environments of the project, in the order of their stages.
    pub others: Vec<Place>,
    /// The environment that a plan has to pass first.
    pub before: Option<Place>,
    /// The rules whose error findings somebody answers for, by name.
    pub acknowledged: Vec<String>,
    /// Whether a way back may lose what was written since.
    pub loss: DataLoss,
    pub patience: Patience,
    /// What a guarded environment asks for.
    pub approval: Option<Token>,
    /// Where approvals are, and what was seen of runs. `None`: there is no place for it.
    pub book: Option<Book>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Errand {
    Run,
    /// Like `Run`, after the stage before, and with what the guard demands.
    Promote,
    /// `None`: the one that is not over.
    Resume(Option<RunId>),
    /// `None`: the last one of that plan.
    RollBack(Option<RunId>),
    /// Removes for good what a run has put aside. `None`: the last one of that plan.
    Contract(Option<RunId>),
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The environment.
    pub label: Box<str>,
    pub plan: Arc<Plan>,
    /// `None`: all of it was there already, and nothing ran.
    pub state: Option<RunState>,
    pub differences: Vec<Drift>,
    pub notes: Vec<String>,
}

/// An environment as a place to run on.
pub(super) struct Spot<'a> {
    place: &'a Place,
    dialect: &'static dyn Dialect,
    execution: &'static dyn Execution,
}

impl<'a> Spot<'a> {
    pub(super) fn of(place: &'a Place) -> Result<Self, Failure> {
        let engine = place.target.engine();
        let missing = || failure::no_dialect(&place.name, engine);
        let dialect = engines::dialect(engine).ok_or_else(missing)?;
        let execution =
            engines::execution(engine).ok_or_else(|| failure::no_execution(&place.name, engine))?;
        Ok(Self { place, dialect, execution })
    }

    pub(super) fn site(&self) -> Site<'_> {
        Site {
            label: &self.place.name,
            target: &self.place.target,
            dialect: self.dialect,
            execution: self.execution,
            home: &self.place.home,
        }
    }

    /// A session that reads.
    pub(super) async fn reader(&self) -> Result<Box<dyn Connection>, Failure> {
        connect::open(&self.place.target, Purpose::Read)
            .await
            .map_err(|error| failure::wire(&self.place.name, &error))
    }

    /// Its runs, oldest first.
    pub(super) async fn runs(&self, reader: &mut dyn Connection) -> Result<Vec<RunState>, Failure> {
        self.folded(&promote::journal(&self.site(), reader).await?)
    }

    fn folded(&self, journal: &Journal) -> Result<Vec<RunState>, Failure> {
        fold(&journal.records).map_err(|error| {
            Failure::new(
                FailureKind::Refused,
                format!("{}: the journal contradicts itself: {error}", self.place.name),
            )
        })
    }
}

/// A plan as it is run: from its folder, or as the database keeps it.
struct Kept {
    record: Record,
    digest: Fingerprint,
    text: String,
}

impl Kept {
    fn of(record: Record, dialect: &dyn Dialect) -> Result<Self, Failure> {
        let internal = |error: export::FolderError| Failure::new(FailureKind::Internal, error.to_string());
        let text = export::write(&record, dialect).map_err(internal)?.plan;
        Ok(Self { digest: export::digest(&record.plan), record, text })
    }
}

pub(super) async fn execute(order: &ExecuteOrder, job: &Job) -> Result<Ran, Failure> {
    let mut order = order.clone();
    // The password is asked for before anything else, and once.
    let ask = super::desk::asks(job);
    let opened = connect::open_asking(&mut order.on.target, Purpose::Read, &ask).await;
    let mut reader = opened.map_err(|error| failure::wire(&order.on.name, &error))?;
    let spot = Spot::of(&order.on)?;
    job.reporter.doing(format!("reading the journal of {}", order.on.name));
    let journal = promote::journal(&spot.site(), reader.as_mut()).await?;
    let runs = spot.folded(&journal)?;
    let (kept, run) = chosen(&order, &spot, &runs, reader.as_mut()).await?;
    let plan = &kept.record.plan;
    if plan.server.engine != spot.dialect.kind() {
        let (own, there) = (plan.server.engine.title(), spot.dialect.kind().title());
        let what = format!("the plan is for {own}, and {} is {there}", order.on.name);
        return Err(Failure::new(FailureKind::Usage, what));
    }
    let state = approve::of(&runs, run.as_ref());
    let is_there =
        |state: &&RunState| state.closed.as_ref().is_none_or(|closed| closed.end != End::TakenBack);
    if let (Errand::RollBack(_), Some(state)) = (&order.errand, state.filter(is_there)) {
        gate::answered_for(order.loss, plan, state.reached())?;
    }
    if let (Errand::Contract(_), Some(state)) = (&order.errand, state.filter(is_there)) {
        gate::given_up(order.loss, plan, state)?;
    }
    let actor = actor(job);
    let mut notes = Vec::new();
    gate::pass(&order, &spot, &kept, reader.as_mut(), job, &mut notes).await?;
    if order.errand == Errand::Promote {
        let tables = read_tables(&spot, reader.as_mut(), plan).await?;
        if let Some(forecast) = forecast::forecast(&order, &kept, &tables).await {
            job.happened(Happening::Foreseen(forecast));
        }
    }
    let database = gate::identity(&spot, reader.as_mut()).await?;
    let ledger = book::opened(&order, &mut notes).await?;
    if let Some(ledger) = &ledger {
        book::continuous(&order, (&spot.site(), reader.as_mut(), &database), &journal, ledger, &actor)
            .await?;
    }
    let permit = approve::permit(&order, (ledger.as_ref(), &database), &kept, state)?;
    job.stop.check()?;
    let circumstances = Circumstances {
        database: database.as_str().into(),
        address: order.on.target.to_string().into(),
        server: export::server_words(reader.version()).into(),
        acknowledged: order.acknowledged.iter().map(|name| name.as_str().into()).collect(),
        ..Circumstances::default()
    };
    let control = control::JobControl::new(job.clone(), windows(&order));
    let mission = Mission {
        site: spot.site(),
        plan,
        digest: &kept.digest,
        text: &kept.text,
        actor: &actor,
        control: &control,
        patience: order.patience,
        throttle: &order.on.throttle,
        permit: permit.as_ref(),
        circumstances: &circumstances,
    };
    job.reporter.doing(format!("running on {}", order.on.name));
    let result = match (&order.errand, state) {
        (Errand::Run | Errand::Promote, _) => promote::begin(&mission, clock::run_id()).await,
        (Errand::Resume(_), Some(state)) => promote::resume(&mission, state.run.clone()).await,
        (Errand::RollBack(_), Some(state)) => promote::roll_back(&mission, state, clock::run_id()).await,
        (Errand::Contract(_), Some(state)) => promote::contract(&mission, &state.run, clock::run_id()).await,
        (Errand::Resume(_) | Errand::RollBack(_) | Errand::Contract(_), None) => {
            return Err(Failure::new(FailureKind::Internal, "no run was chosen"));
        }
    };
    let site = spot.site();
    let copied = book::copied(&order, &site, &database, reader.as_mut());
    let silent = || Failure::new(FailureKind::Connection, format!("{}: it says nothing", order.on.name));
    if ledger.is_some()
        && let Err(failure) = tokio::time::timeout(MEMORY, copied).await.unwrap_or_else(|_| Err(silent()))
    {
        notes.push(format!("what ran is not remembered outside of {}: {}", order.on.name, failure.what));
    }
    told::ran(&order.on.name, Arc::clone(plan), result, notes)
}

/// The tables of a plan with their sizes, as they are now.
async fn read_tables(
    spot: &Spot<'_>,
    reader: &mut dyn Connection,
    plan: &Plan,
) -> Result<Vec<(ObjectId, Estimate)>, Failure> {
    let (schema, _) = promote::standing(&spot.site(), reader, plan, &Course::Forward, 0).await?;
    Ok(promote::tables(plan, &schema))
}

/// The hours in which a run may go on. A way back needs none, nor one that a person lets out of them by name.
fn windows(order: &ExecuteOrder) -> Vec<Window> {
    match order.errand {
        Errand::Run | Errand::Promote | Errand::Contract(_) => order.on.calendar.windows.clone(),
        Errand::Resume(_)
            if gate::closed(&ExecuteOrder { acknowledged: Vec::new(), ..order.clone() }).is_ok() =>
        {
            order.on.calendar.windows.clone()
        }
        Errand::Resume(_) | Errand::RollBack(_) => Vec::new(),
    }
}

/// The plan and the run that an errand is about.
async fn chosen(
    order: &ExecuteOrder,
    spot: &Spot<'_>,
    runs: &[RunState],
    reader: &mut dyn Connection,
) -> Result<(Kept, Option<RunId>), Failure> {
    let folder = match &order.folder {
        Some(folder) => Some(Kept::of(disk::read_plan(folder)?, spot.dialect)?),
        None => None,
    };
    let label = &order.on.name;
    let usage =
        |what: String| Failure::new(FailureKind::Usage, what).hint("`migrator-tui history` lists the runs");
    let found = match &order.errand {
        Errand::Run | Errand::Promote => {
            let missing = || Failure::new(FailureKind::Usage, "no plan was named");
            return Ok((folder.ok_or_else(missing)?, None));
        }
        Errand::Resume(Some(run)) | Errand::RollBack(Some(run)) | Errand::Contract(Some(run)) => {
            runs.iter().find(|state| &state.run == run)
        }
        Errand::Resume(None) => runs.iter().rev().find(|state| state.standing() != RunStanding::Over),
        Errand::RollBack(None) | Errand::Contract(None) => runs.iter().rev().find(|state| {
            state.opened.course == Course::Forward
                && folder.as_ref().is_none_or(|kept| kept.digest == state.opened.plan)
        }),
    };
    let state = found.ok_or_else(|| match &order.errand {
        Errand::Resume(None) => usage(format!("{label}: every run is over, there is nothing to resume")),
        Errand::Resume(Some(run)) | Errand::RollBack(Some(run)) | Errand::Contract(Some(run)) => {
            usage(format!("{label} knows no run {run}"))
        }
        Errand::Contract(None) => {
            usage(format!("{label}: this plan has not run here, there is nothing to remove"))
        }
        Errand::RollBack(None) | Errand::Run | Errand::Promote => {
            usage(format!("{label}: this plan has not run here, there is nothing to take back"))
        }
    })?;
    let kept = match folder {
        Some(kept) => kept,
        None => {
            let text = promote::kept_plan(&spot.site(), reader, &state.opened.plan).await?;
            let text = text.ok_or_else(|| {
                Failure::new(
                    FailureKind::Local,
                    format!("{label} does not keep the plan of run {}", state.run),
                )
                .hint("name the plan's folder")
            })?;
            let record = export::read_record(&text).map_err(|error| {
                Failure::new(FailureKind::Refused, format!("{label}: the plan of run {}: {error}", state.run))
            })?;
            Kept::of(record, spot.dialect)?
        }
    };
    Ok((kept, Some(state.run.clone())))
}

/// Who we are, as far as this machine knows.
pub(super) fn actor(job: &Job) -> Actor {
    let variable = |name: &str| {
        let own = job.desk.as_ref().and_then(|desk| desk.surroundings.variable(name));
        own.or_else(|| std::env::var(name).ok()).filter(|value| !value.is_empty())
    };
    let name = variable("MIGRATOR_ACTOR").or_else(|| variable("USER")).or_else(|| variable("LOGNAME"));
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    // A number is better than nothing: two people without a name are two.
    let number = || format!("uid {}", rustix::process::getuid().as_raw());
    Actor { name: name.unwrap_or_else(number).into(), host: host.into(), process: std::process::id() }
}
