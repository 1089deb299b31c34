//! The queue pair: commands in, events out, both bounded. Commands run side by side; each gets a task, a way to
//! be stopped, and exactly one closing event. Progress is merged and never fills the queue.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::model::{Failure, FailureKind};
use crate::promote::Happening;

use super::progress::{Progress, Reporter};
use super::stop::Stop;
use super::{
    Answer, Command, CommandId, CommandKind, Desk, Event, EventKind, compare, define, demo, desk, difference,
    disk, doctor, draft, edit, execute, plan, prove, rehearse, remember,
};

/// Commands that may wait, and events that may wait.
const DEPTH: usize = 64;
/// Progress is told at most this often.
const FRAME: Duration = Duration::from_millis(50);

/// A client's end of the worker.
pub struct Client {
    requests: mpsc::Sender<Request>,
    events: mpsc::Receiver<Event>,
    task: JoinHandle<()>,
}

enum Request {
    Do(Box<Command>),
    Stop(CommandId),
}

/// Starts the worker on the current runtime.
pub fn start() -> Client {
    begin(None)
}

/// Starts a worker for a workbench: REFs are looked up at its desk, and nobody is asked for a password on the
/// terminal, which is the workbench's own.
pub fn start_at(desk: Desk) -> Client {
    begin(Some(Arc::new(desk)))
}

fn begin(desk: Option<Arc<Desk>>) -> Client {
    let (requests, inbox) = mpsc::channel(DEPTH);
    let (outbox, events) = mpsc::channel(DEPTH);
    Client { requests, events, task: tokio::spawn(run(inbox, outbox, desk)) }
}

impl Client {
    /// Sends a command. Its closing event will come, whatever happens to it.
    pub async fn send(&self, command: Command) -> Result<(), Failure> {
        self.requests.send(Request::Do(Box::new(command))).await.map_err(|_| gone())
    }

    /// Sends a command without waiting for room. Fails where too many wait already.
    pub fn post(&self, command: Command) -> Result<(), Failure> {
        self.requests.try_send(Request::Do(Box::new(command))).map_err(|error| full(&error))
    }

    /// Asks for a command to be stopped, without waiting for room.
    pub fn post_cancel(&self, id: CommandId) -> Result<(), Failure> {
        self.requests.try_send(Request::Stop(id)).map_err(|error| full(&error))
    }

    /// Asks for a command to be stopped. It may still finish, if it was done already.
    pub async fn cancel(&self, id: CommandId) -> Result<(), Failure> {
        self.requests.send(Request::Stop(id)).await.map_err(|_| gone())
    }

    /// The next event; `None` when the worker is gone.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// Stops what still runs and waits until every session is closed.
    pub async fn close(mut self) {
        drop(self.requests);
        while self.events.recv().await.is_some() {}
        // A task that ended badly has nothing left to close.
        let _ = self.task.await;
    }
}

fn full(error: &mpsc::error::TrySendError<Request>) -> Failure {
    match error {
        mpsc::error::TrySendError::Closed(_) => gone(),
        mpsc::error::TrySendError::Full(_) => {
            Failure::new(FailureKind::Internal, "too many commands wait already")
        }
    }
}

fn gone() -> Failure {
    Failure::new(FailureKind::Internal, "the background task has ended")
}

/// What was opened and stays until the worker closes.
type Homes = Arc<Mutex<Vec<demo::Home>>>;

/// Stops by command, shared with the tasks that take themselves out.
type Stops = Arc<Mutex<BTreeMap<CommandId, (Stop, watch::Receiver<bool>)>>>;

fn locked(stops: &Stops) -> MutexGuard<'_, BTreeMap<CommandId, (Stop, watch::Receiver<bool>)>> {
    stops.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn run(mut inbox: mpsc::Receiver<Request>, outbox: mpsc::Sender<Event>, desk: Option<Arc<Desk>>) {
    let stops = Stops::default();
    let homes = Homes::default();
    while let Some(request) = inbox.recv().await {
        match request {
            Request::Do(command) => {
                let stop = Stop::default();
                let (ended, ending) = watch::channel(false);
                locked(&stops).insert(command.id, (stop.clone(), ending));
                let (outbox, stops, homes) = (outbox.clone(), stops.clone(), homes.clone());
                let desk = desk.clone();
                tokio::spawn(async move {
                    let id = command.id;
                    let closing = attend(*command, &stop, (&homes, desk), &outbox).await;
                    locked(&stops).remove(&id);
                    ended.send_replace(true);
                    // A client that has gone hears nothing more.
                    let _ = outbox.send(Event { id, kind: closing }).await;
                });
            }
            Request::Stop(id) => {
                let found = locked(&stops).get(&id).cloned();
                if let Some((stop, ending)) = found {
                    tokio::spawn(stop_one(stop, ending));
                }
            }
        }
    }
    let left: Vec<_> = locked(&stops).values().cloned().collect();
    for (stop, ending) in left {
        stop_one(stop, ending).await;
    }
    let opened = std::mem::take(&mut *homes.lock().unwrap_or_else(PoisonError::into_inner));
    for home in opened {
        // Nobody is left to hear of it; what stays behind is swept by the next run.
        let _ = home.close().await;
    }
}

async fn stop_one(stop: Stop, mut ending: watch::Receiver<bool>) {
    stop.cancel_until(async move {
        // A sender that is gone has ended too.
        let _ = ending.wait_for(|ended| *ended).await;
    })
    .await;
}

/// Runs one command to its closing event, passing progress on meanwhile.
async fn attend(
    command: Command,
    stop: &Stop,
    (homes, desk): (&Homes, Option<Arc<Desk>>),
    outbox: &mpsc::Sender<Event>,
) -> EventKind {
    let id = command.id;
    let (reporter, mut progress) = Reporter::new();
    let (happenings, mut happened) = mpsc::unbounded_channel();
    let job = Job { stop: stop.clone(), reporter, homes: homes.clone(), desk, happenings };
    // A task of its own: a panic in it becomes a failure, not silence.
    let mut work = tokio::spawn(perform(command.kind, job));
    let mut frames = tokio::time::interval(FRAME);
    let result = loop {
        tokio::select! {
            result = &mut work => break result,
            Some(happening) = happened.recv() => {
                // A client that has gone hears nothing more; the work goes on.
                let _ = outbox.send(Event { id, kind: EventKind::Happened(happening) }).await;
            }
            _ = frames.tick() => report(id, &mut progress, outbox),
        }
    };
    while let Ok(happening) = happened.try_recv() {
        let _ = outbox.send(Event { id, kind: EventKind::Happened(happening) }).await;
    }
    match result {
        Ok(Ok(answer)) => EventKind::Finished(answer),
        Ok(Err(failure)) if failure.kind == FailureKind::Cancelled => EventKind::Cancelled,
        // The server's complaint about being cancelled is no news.
        Ok(Err(failure)) if stop.is_wished() && failure.kind == FailureKind::Server => {
            let _ = failure;
            EventKind::Cancelled
        }
        Ok(Err(failure)) => EventKind::Failed(failure),
        Err(_) => EventKind::Failed(
            Failure::new(FailureKind::Internal, "the command broke off inside migrator-tui")
                .hint("this is our own mistake: please report what you did"),
        ),
    }
}

fn report(id: CommandId, progress: &mut watch::Receiver<Progress>, outbox: &mpsc::Sender<Event>) {
    if progress.has_changed().unwrap_or(false) {
        let latest = progress.borrow_and_update().clone();
        // A full queue: the next report replaces this one.
        let _ = outbox.try_send(Event { id, kind: EventKind::Progress(latest) });
    }
}

/// What every stage of a command gets: how to be stopped and where to report.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) stop: Stop,
    pub(super) reporter: Reporter,
    /// Of a workbench.
    pub(super) desk: Option<Arc<Desk>>,
    homes: Homes,
    happenings: mpsc::UnboundedSender<Happening>,
}

impl Job {
    /// Tells the client what happened in a run.
    pub(super) fn happened(&self, happening: Happening) {
        // The receiver lives as long as the command.
        let _ = self.happenings.send(happening);
    }

    /// The same work, with nobody to hear what happens in its runs.
    pub(super) fn quiet(&self) -> Self {
        Self { happenings: mpsc::unbounded_channel().0, ..self.clone() }
    }

    /// Keeps what was opened until the worker closes.
    fn keep(&self, home: demo::Home) {
        self.homes.lock().unwrap_or_else(PoisonError::into_inner).push(home);
    }
}

async fn perform(kind: CommandKind, job: Job) -> Result<Answer, Failure> {
    match kind {
        CommandKind::Compare(order) => {
            compare::compare(&order, &job).await.map(|found| Answer::Compared(found.into()))
        }
        CommandKind::Rename(order) => difference::renamed(&order).map(|found| Answer::Compared(found.into())),
        CommandKind::Draft(order) => draft::draft(&order).map(|drafted| Answer::Drafted(drafted.into())),
        CommandKind::Edit(order) => edit::edit(&order).map(|drafted| Answer::Drafted(drafted.into())),
        CommandKind::Prove(order) => {
            prove::prove_draft(&order.drafted, &job).await.map(|drafted| Answer::Drafted(drafted.into()))
        }
        CommandKind::Save(order) => {
            disk::save(&order.drafted, &execute::actor(&job).name, &order.folder).map(Answer::Saved)
        }
        CommandKind::Define(order) => define::define(&order).map(|defined| Answer::Defined(defined.into())),
        CommandKind::OpenDemo(engine) => {
            let (place, home) = demo::open(engine, &job).await?;
            job.keep(home);
            Ok(Answer::Opened(place.into()))
        }
        CommandKind::Plan(order) => plan::plan(&order, &job).await.map(|made| Answer::Planned(made.into())),
        CommandKind::Lint(folder) => disk::read_plan(&folder).map(|record| Answer::Read(record.into())),
        CommandKind::Rehearse(order) => {
            rehearse::rehearse(&order, &job).await.map(|record| Answer::Read(record.into()))
        }
        CommandKind::Open(order) => {
            desk::open(&order, &job).await.map(|found| Answer::Compared(found.into()))
        }
        CommandKind::Examine => {
            let order = desk::examination(&job).await?;
            doctor::examine(&order, &job).await.map(|checks| Answer::Examined(checks.into()))
        }
        CommandKind::LogIn(order) => {
            desk::log_in(&order, desk::desk(&job)?);
            Ok(Answer::LoggedIn)
        }
        CommandKind::Remember(order) => remember::remember(&order, desk::desk(&job)?),
        CommandKind::Recall(order) => remember::recall(&order, desk::desk(&job)?),
        CommandKind::Doctor(order) => {
            doctor::examine(&order, &job).await.map(|checks| Answer::Examined(checks.into()))
        }
        CommandKind::Execute(order) => {
            execute::execute(&order, &job).await.map(|ran| Answer::Ran(ran.into()))
        }
        CommandKind::Start(request) => {
            let desk = desk::desk(&job)?;
            let order = execute::execute_order(&desk.project, &desk.surroundings, &request).await?.0;
            execute::execute(&order, &job).await.map(|ran| Answer::Ran(ran.into()))
        }
        CommandKind::Approve(order) => {
            execute::approve(&order, &job).await.map(|found| Answer::Approved(found.into()))
        }
        CommandKind::Look(also) => {
            let desk = desk::desk(&job)?;
            let order = execute::HistoryOrder::of(&desk.project, &desk.surroundings, &also).await;
            execute::history(&order, &job).await.map(|told| Answer::Told(told.into()))
        }
        CommandKind::Foresee(request) => {
            execute::outlook(&request, &job).await.map(|found| Answer::Foreseen(found.into()))
        }
        CommandKind::Account(order) => {
            execute::account(&order, &job).await.map(|found| Answer::Accounted(found.into()))
        }
        CommandKind::Report(order) => {
            execute::report(&order, &job).await.map(|found| Answer::Reported(found.into()))
        }
        CommandKind::Ticket(order) => {
            let desk = desk::desk(&job)?;
            let order = execute::ReportOrder::on(&order, &desk.project, &desk.surroundings).await;
            execute::report(&order, &job).await.map(|found| Answer::Reported(found.into()))
        }
        CommandKind::Plans(folder) => Ok(Answer::Listed(disk::plans(&folder).into())),
        CommandKind::History(order) => {
            execute::history(&order, &job).await.map(|told| Answer::Told(told.into()))
        }
        CommandKind::Demo(engine) => demo::demo(engine, &job).await.map(|story| Answer::Shown(story.into())),
    }
}
