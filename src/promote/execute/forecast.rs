//! What a plan is about to take, by what it took on an earlier stage: measured times, scaled by how much larger the
//! tables are here. It says what it does not know, and scales nothing that does not grow. It asks nobody.

use crate::engines::Dialect;
use crate::model::{Blocks, Course, Estimate, ObjectId, Plan, RunState, Runtime, Step, TableSize, Work};

use super::route::Route;

/// A lock that keeps others out for longer gets a mark.
const BOUND: u64 = 2_000;
/// A shorter time is mostly the way to the server and back: what it is scaled to is too much rather than too little.
const QUICK: u64 = 50;

/// A plan's statements in order, as they are expected here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Forecast {
    /// The environment where it ran.
    pub stage: Box<str>,
    pub run: Box<str>,
    pub statements: Vec<Foreseen>,
}

/// One statement. Times are in milliseconds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Foreseen {
    pub title: Box<str>,
    /// What it took there, without what it waited for others. `None`: it was not measured.
    pub there: Option<u64>,
    /// The table that decides. `None`: it does not grow with a table.
    pub table: Option<Compared>,
    pub here: Guess,
    /// Whom it keeps out for longer than others should wait, and how long until its transaction ends.
    pub holds: Option<(Blocks, Guess)>,
}

/// A table there and here. `None`: the server does not say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Compared {
    pub table: Box<str>,
    pub rows: [Option<u64>; 2],
    pub bytes: [Option<u64>; 2],
}

/// How long something is going to take.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Guess {
    /// As long as there: it does not grow.
    Same(u64),
    /// By the size of its table, this long.
    About(u64),
    /// It was too quick there for its time to be the table's alone.
    AtMost(u64),
    Unknown,
}

impl Forecast {
    /// Of a plan that ran there, for a database with tables of these sizes.
    pub fn of(dialect: &dyn Dialect, plan: &Plan, there: &RunState, here: &[(ObjectId, Estimate)]) -> Self {
        let route = Route::of(dialect, plan, &Course::Forward);
        let titles = route.titles(plan);
        let measured = |at: usize| {
            let took = there.took.get(at).copied().flatten()?;
            Some(took.millis.saturating_sub(took.waited))
        };
        let rows = titles.into_iter().zip(&route.steps).enumerate();
        let mut statements: Vec<Foreseen> = rows
            .map(|(at, (title, step))| {
                let table = plan
                    .steps
                    .get(*step)
                    .filter(|step| grows(step))
                    .and_then(|step| deciding(step, &there.opened.circumstances.tables, here));
                let does_grow = plan.steps.get(*step).is_some_and(grows);
                let there = measured(at);
                let here = guess(there, does_grow, table.as_ref());
                Foreseen { title, there, table, here, holds: None }
            })
            .collect();
        for (at, step) in route.steps.iter().enumerate() {
            let blocks = plan.steps.get(*step).map_or(Blocks::Nothing, |step| step.effects.lock.blocks());
            if blocks == Blocks::Nothing {
                continue;
            }
            // What is locked stays so until the transaction ends.
            let end = route.end_of(at);
            let held = statements.get(at..end).unwrap_or_default().iter().map(|one| one.here);
            let held = held.fold(Guess::Same(0), Guess::and);
            if let (true, Some(one)) = (held.is_over(BOUND), statements.get_mut(at)) {
                one.holds = Some((blocks, held));
            }
        }
        Self { stage: there.opened.environment.clone(), run: there.run.as_str().into(), statements }
    }

    /// All of it together.
    pub fn total(&self) -> Guess {
        self.statements.iter().map(|one| one.here).fold(Guess::Same(0), Guess::and)
    }

    /// The forecast in lines for a person.
    pub fn lines(&self) -> Vec<String> {
        let head = format!(
            "by run {} on {}, scaled by the sizes of the tables -- {}",
            self.run,
            self.stage,
            self.total().words()
        );
        let rows = self.statements.iter().enumerate().map(|(at, one)| {
            let mark = one.mark().map(|mark| format!("  ! {mark}")).unwrap_or_default();
            format!("{:>4}  {}: {}{mark}", at + 1, one.title, one.words())
        });
        std::iter::once(head).chain(rows).collect()
    }
}

impl Foreseen {
    /// `1.2 s there, 50000 rows there and 4000000 here -- about 1 min 36 s`.
    pub fn words(&self) -> String {
        let there = self
            .there
            .map_or_else(|| "not measured there".to_owned(), |there| format!("{} there", time(there)));
        let size = self.table.as_ref().map(|table| format!(", {}", table.words())).unwrap_or_default();
        format!("{there}{size} -- {}", self.here.words())
    }

    /// What others have to wait for, where it is too long.
    pub fn mark(&self) -> Option<String> {
        let (blocks, held) = self.holds?;
        let whom = match blocks {
            Blocks::Nothing => return None,
            Blocks::Writes => "writers wait",
            Blocks::ReadsAndWrites => "readers and writers wait",
        };
        Some(match held {
            Guess::Unknown => format!("{whom}, for how long is unknown"),
            Guess::Same(_) | Guess::About(_) | Guess::AtMost(_) => format!("{whom} {}", held.words()),
        })
    }
}

impl Compared {
    fn words(&self) -> String {
        let number =
            |number: Option<u64>| number.map_or_else(|| "unknown".to_owned(), |number| number.to_string());
        match (self.rows, self.bytes) {
            ([None, None], [there, here]) => {
                format!("{}: {} bytes there and {} here", self.table, number(there), number(here))
            }
            ([there, here], _) => {
                format!("{}: {} rows there and {} here", self.table, number(there), number(here))
            }
        }
    }

    /// Size here and size there, by what both say.
    fn ratio(&self) -> Option<(u64, u64)> {
        [self.rows, self.bytes].into_iter().find_map(|[there, here]| match (there, here) {
            (Some(there), Some(here)) if there > 0 => Some((here, there)),
            _ => None,
        })
    }
}

impl Guess {
    pub fn words(self) -> String {
        match self {
            Self::Same(millis) => format!("as there, {}", time(millis)),
            Self::About(millis) => format!("about {}", time(millis)),
            Self::AtMost(millis) => format!("about {} at most", time(millis)),
            Self::Unknown => "unknown".to_owned(),
        }
    }

    /// One after the other.
    fn and(self, other: Self) -> Self {
        let millis = |guess| match guess {
            Self::Same(millis) | Self::About(millis) | Self::AtMost(millis) => Some(millis),
            Self::Unknown => None,
        };
        let (Some(own), Some(others)) = (millis(self), millis(other)) else { return Self::Unknown };
        let sum = own.saturating_add(others);
        match (self, other) {
            (Self::Same(_), Self::Same(_)) => Self::Same(sum),
            (Self::AtMost(_), _) | (_, Self::AtMost(_)) => Self::AtMost(sum),
            (_, _) => Self::About(sum),
        }
    }

    fn is_over(self, bound: u64) -> bool {
        match self {
            Self::Same(millis) | Self::About(millis) | Self::AtMost(millis) => millis > bound,
            Self::Unknown => true,
        }
    }
}

/// Whether a step's time grows with a table.
fn grows(step: &Step) -> bool {
    step.effects.work != Work::Catalog || step.statement.runtime == Runtime::Long
}

/// Of the tables that a step works on, the one that grew the most; one of unknown size before all others.
fn deciding(step: &Step, there: &[TableSize], here: &[(ObjectId, Estimate)]) -> Option<Compared> {
    let touched =
        |id: &ObjectId| step.subject.name == id.name || step.effects.on.iter().any(|on| on.name == id.name);
    let compared = here.iter().filter(|(id, _)| touched(id)).map(|(id, estimate)| {
        let table = id.to_string();
        let then = there.iter().find(|size| *size.table == *table);
        let both = |of: fn(&TableSize) -> Option<u64>, here| [then.and_then(of), here];
        Compared {
            rows: both(|size| size.rows, estimate.rows),
            bytes: both(|size| size.bytes, estimate.bytes),
            table: table.into(),
        }
    });
    // `a / b` against `c / d`, without a fraction.
    compared.max_by(|one, other| match (one.ratio(), other.ratio()) {
        (Some((a, b)), Some((c, d))) => (u128::from(a) * u128::from(d)).cmp(&(u128::from(c) * u128::from(b))),
        (one, other) => one.is_none().cmp(&other.is_none()),
    })
}

fn guess(there: Option<u64>, does_grow: bool, table: Option<&Compared>) -> Guess {
    match (there, does_grow, table.and_then(Compared::ratio)) {
        (None, _, _) | (Some(_), true, None) => Guess::Unknown,
        (Some(there), false, _) => Guess::Same(there),
        (Some(there), true, Some((here, size))) => {
            let scaled = u128::from(there) * u128::from(here) / u128::from(size.max(1));
            let scaled = u64::try_from(scaled).unwrap_or(u64::MAX);
            if there < QUICK && scaled > there { Guess::AtMost(scaled) } else { Guess::About(scaled) }
        }
    }
}

/// How long, rounded as an estimate deserves.
fn time(millis: u64) -> String {
    let seconds = millis / 1_000;
    match seconds {
        0 => format!("{millis} ms"),
        1..60 => format!("{seconds}.{} s", millis % 1_000 / 100),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}
