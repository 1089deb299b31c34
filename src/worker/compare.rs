//! Compare: read both sides side by side, find what differs. It reads only; nothing is kept open afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::{Place, Source};
use crate::connect::scratch::Servers;
use crate::connect::{self, Purpose};
use crate::diff::{self, DiffOptions, Privileges};
use crate::engines::{self, Dialect};
use crate::model::{
    Changeset, Dropped, EngineKind, Failure, FailureKind, Fingerprint, ObjectId, ObjectKind, Renaming,
    Schema, ServerVersion,
};
use crate::planner::{Followed, Needs};
use crate::promote::normalise;

use super::progress::Reached;
use super::queue::Job;
use super::scratch::{self, Ground};
use super::select::{RenameText, renamings};
use super::{desk, difference, failure, stop};

#[derive(Clone, Debug)]
pub struct CompareOrder {
    pub current: Source,
    pub desired: Source,
    pub privileges: Privileges,
    pub renames: Vec<RenameText>,
    /// Whether a plan made from it keeps what it drops.
    pub dropped: Dropped,
    /// The servers that are meant for scratch databases, where the project names some.
    pub scratch: Servers,
}

/// One side, as it was read.
#[derive(Clone, Debug)]
pub struct Side {
    pub label: Box<str>,
    pub schema: Schema,
    /// What was left out while files were loaded.
    pub notes: Vec<String>,
}

/// Both sides and what differs. The sides are shared: finding the differences again copies no schema.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What was asked for; `options` has the renames that hold.
    pub order: CompareOrder,
    pub current: Arc<Side>,
    pub desired: Arc<Side>,
    pub changeset: Arc<Changeset>,
    /// One for each change, the same in every run: over the kind of change and both images of the object.
    pub imprints: Arc<[Fingerprint]>,
    /// The options it was found with.
    pub options: DiffOptions,
    pub(super) needs: Arc<Needs>,
}

impl Comparison {
    /// The other changes that have to take the same way as `toggled`, and why. `chosen` is the choice with
    /// `toggled` already turned. Fast: it looks at no schema.
    pub fn follow(&self, chosen: &[bool], toggled: usize) -> Vec<Followed> {
        self.needs.follow(chosen, toggled)
    }

    /// The dialect of both sides.
    pub(super) fn dialect(&self) -> Result<&'static dyn Dialect, Failure> {
        let engine = self.current.schema.engine();
        engines::dialect(engine).ok_or_else(|| failure::no_dialect(&self.current.label, engine))
    }
}

/// The same two sides with other renames.
#[derive(Clone, Debug)]
pub struct RenameOrder {
    pub comparison: Arc<Comparison>,
    pub renames: Vec<Renaming>,
}

pub(super) async fn compare(order: &CompareOrder, job: &Job) -> Result<Comparison, Failure> {
    let dialect = dialect(order)?;
    let (mut current, mut desired) = sides(order, dialect, job).await?;
    for source in [&order.current, &order.desired] {
        if let Source::Environment(place) = source {
            keep_taken(&mut current.schema, place);
            keep_taken(&mut desired.schema, place);
        }
    }
    job.stop.check()?;
    job.reporter.doing("comparing");
    one_print(order, dialect, (&mut current, &mut desired), job).await?;
    desired.schema.share(&current.schema);
    let mut options = DiffOptions { privileges: order.privileges, ..DiffOptions::default() };
    if !order.renames.is_empty() {
        let changeset = diff::diff(&current.schema, &desired.schema, &options);
        options.renames = renamings(&order.renames, &changeset)?;
    }
    difference::found(order.clone(), Arc::new(current), Arc::new(desired), options)
}

/// Servers of different versions print the same definition differently: both sides are read again from one scratch
/// server, like *current* where that can be had. Without one they are compared as printed, and that is said.
async fn one_print(
    order: &CompareOrder,
    dialect: &dyn Dialect,
    (current, desired): (&mut Side, &mut Side),
    job: &Job,
) -> Result<(), Failure> {
    if dialect.kind() == EngineKind::MySql {
        desired.notes.extend(as_printed(&current.schema.version, &desired.schema.version));
        return Ok(());
    }
    let major = |side: &Side| side.schema.version.number.0;
    if dialect.kind() != EngineKind::Postgres || major(current) == major(desired) {
        return Ok(());
    }
    let ground = Ground::of(order, dialect.kind(), Some(&current.schema.version));
    let mut workshop = match ground.workshop(job).await {
        Ok(workshop) => workshop,
        Err(failure) => {
            job.stop.check()?;
            desired.notes.push(format!(
                "the servers differ in version and no scratch server was found: definitions are compared as printed ({})",
                failure.what
            ));
            return Ok(());
        }
    };
    job.reporter.doing(format!("comparing two versions through {}", workshop.describe()));
    let oldest = major(current).min(major(desired));
    let work = async {
        for side in [&mut *current, &mut *desired] {
            if major(side) != workshop.version().number.0 {
                side.schema = normalise::through_one_server(dialect, &mut workshop, &side.schema).await?;
            }
            normalise::keep_common(&mut side.schema, oldest);
        }
        Ok(())
    };
    // Dropping the work is safe here: closing the workshop ends its sessions on the server.
    let result = tokio::select! {
        result = work => result,
        () = job.stop.wished() => Err(stop::cancelled()),
    };
    workshop.close().await;
    result
}

/// What has to be said where two servers of MySQL or MariaDB print the same definition differently.
fn as_printed(current: &ServerVersion, desired: &ServerVersion) -> Option<String> {
    let told =
        |version: &ServerVersion| format!("{} {}.{}", version.product(), version.number.0, version.number.1);
    let (current, desired) = (told(current), told(desired));
    let what = "each prints definitions in its own way, and they are compared as printed";
    (current != desired).then(|| format!("current is {current} and desired is {desired}: {what}"))
}

/// The one dialect of both sides.
pub(super) fn dialect(order: &CompareOrder) -> Result<&'static dyn Dialect, Failure> {
    let (current, desired) = (&order.current, &order.desired);
    let usage = |what: String| Failure::new(FailureKind::Usage, what);
    let engine = match (current.engine(), desired.engine()) {
        (Some(a), Some(b)) if a != b => {
            return Err(usage(format!(
                "{} is {} and {} is {}: two engines cannot be compared",
                current.name(),
                a.title(),
                desired.name(),
                b.title()
            )));
        }
        (Some(engine), _) | (None, Some(engine)) => engine,
        (None, None) => {
            let what = format!("nothing says which engine {} and {} are for", current.name(), desired.name());
            return Err(usage(what)
                .hint("add `?engine=postgres`, `?engine=mysql` or `?engine=sqlite` to one of the paths"));
        }
    };
    engines::dialect(engine).ok_or_else(|| failure::no_dialect(current.name(), engine))
}

async fn sides(order: &CompareOrder, dialect: &dyn Dialect, job: &Job) -> Result<(Side, Side), Failure> {
    let ground =
        |like: Option<&Schema>| Ground::of(order, dialect.kind(), like.map(|schema| &schema.version));
    match (&order.current, &order.desired) {
        (Source::Environment(current), Source::Environment(desired)) => {
            // Both to their end, even when one fails: a read under way is answered, not dropped.
            let reached = Reached::begin(&job.reporter, [&*current.name, &*desired.name]);
            let (current, desired) = tokio::join!(
                database(current, dialect, &reached, job),
                database(desired, dialect, &reached, job)
            );
            let (current, desired) = (current?, desired?);
            let current = current.side(dialect, None)?;
            // Most of both is the same, and never there twice, not even for a moment.
            let desired = desired.side(dialect, Some(&current.schema))?;
            Ok((current, desired))
        }
        (Source::Environment(current), Source::Files(desired)) => {
            let reached = Reached::begin(&job.reporter, [&*current.name]);
            let current = database(current, dialect, &reached, job).await?.side(dialect, None)?;
            let mut loaded = scratch::load(&[desired], dialect, ground(Some(&current.schema)), job).await?;
            Ok((current, last(&mut loaded)?))
        }
        (Source::Files(current), Source::Environment(desired)) => {
            let reached = Reached::begin(&job.reporter, [&*desired.name]);
            let desired = database(desired, dialect, &reached, job).await?.side(dialect, None)?;
            let mut loaded = scratch::load(&[current], dialect, ground(Some(&desired.schema)), job).await?;
            Ok((last(&mut loaded)?, desired))
        }
        (Source::Files(current), Source::Files(desired)) => {
            let mut loaded = scratch::load(&[current, desired], dialect, ground(None), job).await?;
            let desired = last(&mut loaded)?;
            Ok((last(&mut loaded)?, desired))
        }
    }
}

fn last(loaded: &mut Vec<Side>) -> Result<Side, Failure> {
    loaded.pop().ok_or_else(|| Failure::new(FailureKind::Internal, "nothing was loaded"))
}

/// What a live database has answered.
struct Told<'a> {
    label: &'a str,
    answers: engines::Answers,
}

impl Told<'_> {
    /// The schema that the answers make, with the objects of `like` wherever they are the same.
    fn side(self, dialect: &dyn Dialect, like: Option<&Schema>) -> Result<Side, Failure> {
        let schema = engines::assembled(dialect, self.answers, like)
            .map_err(|error| failure::introspect(self.label, &error.into()))?;
        Ok(Side { label: self.label.into(), schema, notes: Vec::new() })
    }
}

/// Asks a live database, in one session that is closed at the end.
async fn database<'a>(
    place: &'a Place,
    dialect: &dyn Dialect,
    reached: &Reached<'_>,
    job: &Job,
) -> Result<Told<'a>, Failure> {
    let label = place.name.as_str();
    let mut target = place.target.clone();
    // Nothing runs on the server before the session stands, so an attempt may be dropped.
    let ask = desk::asks(job);
    let opened = tokio::select! {
        opened = connect::open_asking(&mut target, Purpose::Read, &ask) => opened,
        () = job.stop.wished() => return Err(stop::cancelled()),
    };
    let mut connection = opened.map_err(|error| failure::wire(label, &error))?;
    let _reachable = job.stop.register(connection.as_ref());
    job.stop.check()?;
    reached.connected(label);
    // It only reads: where neither the statement nor its cancelling is answered, there is nothing to settle.
    let read = tokio::select! {
        read = engines::ask(dialect, connection.as_mut()) => read,
        () = job.stop.outlasted() => return Err(stop::cancelled()),
    };
    let answers = read.map_err(|error| failure::wire(label, &error))?;
    Ok(Told { label, answers })
}

/// Leaves out the schemas that the environment does not compare.
fn keep_taken(schema: &mut Schema, place: &Place) {
    let taken = |id: &ObjectId| match (&id.name.schema, id.kind) {
        (Some(name), _) => place.schemas.takes(name.as_str()),
        (None, ObjectKind::Schema) => place.schemas.takes(id.name.name.as_str()),
        (None, _) => true,
    };
    let before = schema.objects.len();
    schema.objects.retain(|id, _| taken(id));
    if schema.objects.len() != before {
        let left: BTreeSet<&ObjectId> = schema.objects.keys().collect();
        schema.depends.retain(|(a, b)| left.contains(a) && left.contains(b));
    }
}
