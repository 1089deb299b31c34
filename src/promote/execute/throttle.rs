//! Whether replicas keep up. What cannot be read counts as behind: a statement that goes in batches waits, says why, and
//! goes on when it can.

use std::time::Duration;

use crate::connect::{self, Connection, Purpose, Rows, Target, WireError, WireErrorKind};
use crate::engines::{Behind, Replicas};
use crate::model::{Sql, Throttle};

use super::monitor::told;
use super::stand::Stand;

/// For a replica to let us in and to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// A replica that says nothing of its time is even with us, unless more than this is on its way.
const EVEN: f64 = 16.0 * 1024.0 * 1024.0;

impl Stand<'_, '_> {
    /// Why the next batch has to wait. `None`: it need not.
    pub(super) async fn behind(&mut self) -> Result<Option<String>, WireError> {
        let throttle = self.mission.throttle;
        let execution = self.mission.site.execution;
        if let Some(most) = throttle.replica_lag {
            let why = match execution.replicas() {
                Replicas::None => Some("this engine has no replicas to ask".to_owned()),
                Replicas::Source(sql) => match self.sessions.keeper.query(&sql).await {
                    Ok(rows) => replicas(throttle, most, &rows),
                    Err(error) => Some(unread("replicas", error)?),
                },
                Replicas::Each { questions, read } => {
                    each(self.mission.site.target, throttle, most, (&questions, read)).await
                }
            };
            if why.is_some() {
                return Ok(why);
            }
        }
        let Some(most) = throttle.slot_lag else { return Ok(None) };
        match execution.slots() {
            None => Ok(Some("this engine has no slots to ask".to_owned())),
            Some(sql) => match self.sessions.keeper.query(&sql).await {
                Ok(rows) => Ok(slots(most, &rows)),
                Err(error) => Ok(Some(unread("slots", error)?)),
            },
        }
    }
}

/// Asks each replica that is named. What one of them cannot be asked is said of it; our own sessions stay as they are.
async fn each(
    target: &Target,
    throttle: &Throttle,
    most: Duration,
    (questions, read): (&[Sql], fn(&Rows) -> Behind),
) -> Option<String> {
    if throttle.replicas.is_empty() {
        return Some(
            "a source does not tell how far its replicas are: name their addresses with `replicas`".into(),
        );
    }
    let mut seen = Rows::new(vec!["".into(); 5]);
    for place in &throttle.replicas {
        let Some(replica) = target.replica(place) else {
            return Some(format!("replica {place} has no address that can be asked"));
        };
        let asked = async {
            let mut session = connect::open(&replica, Purpose::Read).await?;
            told(session.as_mut(), questions).await
        };
        let answer = match tokio::time::timeout(ANSWER, asked).await {
            Ok(Ok(answer)) => answer.unwrap_or_default(),
            Ok(Err(error)) => return Some(format!("replica {place} cannot be asked: {}", error.message)),
            Err(_) => return Some(format!("replica {place} does not answer")),
        };
        let (state, seconds) = match read(&answer) {
            Behind::NoReplica => return Some(format!("{place} is no replica")),
            Behind::Stopped(state) => (state, None),
            Behind::Seconds(seconds) => ("streaming".into(), seconds),
        };
        for cell in [Some("t"), Some(place), Some(&state), seconds.as_deref(), None] {
            seen.push(cell);
        }
    }
    replicas(throttle, most, &seen)
}

/// A session that broke is no matter of waiting.
fn unread(what: &str, error: WireError) -> Result<String, WireError> {
    match error.kind {
        WireErrorKind::Statement => Ok(format!("the lag of {what} cannot be read: {}", error.message)),
        WireErrorKind::Unreachable
        | WireErrorKind::Untrusted
        | WireErrorKind::Denied
        | WireErrorKind::NoDatabase
        | WireErrorKind::Lost
        | WireErrorKind::Cancelled => Err(error),
    }
}

fn replicas(throttle: &Throttle, most: Duration, rows: &Rows) -> Option<String> {
    if rows.iter().any(|row| row.get(0) != Some("t")) {
        return Some("this role may not see how far replicas are (grant it pg_monitor)".into());
    }
    let named = &throttle.replicas;
    let seen: Vec<_> = rows.iter().filter(|row| row.get(1).is_some()).collect();
    if seen.is_empty() && named.is_empty() {
        return Some("no replica is connected".into());
    }
    if let Some(missing) = named.iter().find(|name| !seen.iter().any(|row| row.get(1) == Some(name.as_str())))
    {
        return Some(format!("replica {missing} is not connected"));
    }
    seen.iter().find_map(|row| {
        let name = row.get(1).unwrap_or_default();
        if !named.is_empty() && !named.iter().any(|other| other == name) {
            return None;
        }
        let state = row.get(2).unwrap_or("unknown");
        if state != "streaming" {
            return Some(format!("replica {name} is not in step (state {state})"));
        }
        let number = |at: usize| row.get(at).and_then(|text| text.parse::<f64>().ok());
        match (number(3), number(4)) {
            (Some(seconds), _) if seconds > most.as_secs_f64() => Some(format!(
                "replica {name} is {seconds:.1} s behind, {:.1} s are allowed",
                most.as_secs_f64()
            )),
            (Some(_), _) => None,
            (None, Some(bytes)) if bytes <= EVEN => None,
            (None, _) => Some(format!("replica {name} does not tell its lag")),
        }
    })
}

fn slots(most: u64, rows: &Rows) -> Option<String> {
    if rows.is_empty() {
        return Some("there is no replication slot".into());
    }
    rows.iter().find_map(|row| {
        let name = row.get(0).unwrap_or_default();
        match row.get(1).and_then(|text| text.parse::<i128>().ok()) {
            None => Some(format!("slot {name} does not tell its place")),
            Some(bytes) if bytes > i128::from(most) => {
                Some(format!("slot {name} keeps {bytes} bytes back, {most} are allowed"))
            }
            Some(_) => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cells: &[&[Option<&str>]]) -> Rows {
        let width = cells.first().map_or(5, |row| row.len());
        let mut rows = Rows::new(vec!["c".into(); width]);
        cells.iter().flat_map(|row| row.iter()).for_each(|cell| rows.push(*cell));
        rows
    }

    /// Limits, the rows of an answer, and part of what is said of them.
    type Case<'c> = (&'c Throttle, &'c [&'c [Option<&'c str>]], Option<&'c str>);

    #[test]
    fn what_cannot_be_read_counts_as_behind() {
        let two = Duration::from_secs(2);
        let all = Throttle { replica_lag: Some(two), ..Throttle::default() };
        let named = Throttle { replicas: vec!["a".into()], ..all.clone() };
        let (t, a, b, on) = (Some("t"), Some("a"), Some("b"), Some("streaming"));
        let cases: [Case<'_>; 10] = [
            (&all, &[&[Some("f"), None, None, None, None]], Some("may not see")),
            (&all, &[&[t, None, None, None, None]], Some("no replica")),
            (&all, &[&[t, a, on, Some("1.5"), Some("9")]], None),
            (&all, &[&[t, a, on, Some("2.5"), Some("9")]], Some("2.5 s behind, 2.0 s")),
            (&all, &[&[t, a, on, None, Some("0")]], None),
            (&all, &[&[t, a, on, None, Some("99000000")]], Some("does not tell")),
            (&all, &[&[t, a, on, None, None]], Some("does not tell")),
            (&all, &[&[t, a, Some("catchup"), Some("0"), Some("0")]], Some("not in step")),
            (&named, &[&[t, b, on, Some("0"), Some("0")]], Some("replica a is not connected")),
            (&named, &[&[t, a, on, Some("0"), Some("0")], &[t, b, on, Some("60"), Some("0")]], None),
        ];
        for (throttle, cells, why) in cases {
            let found = replicas(throttle, two, &rows(cells));
            match why {
                None => assert_eq!(found, None, "{cells:?}"),
                Some(why) => {
                    assert!(found.as_ref().is_some_and(|found| found.contains(why)), "{found:?} {why}")
                }
            }
        }
        assert!(slots(10, &rows(&[])).is_some());
        for (bytes, is_held) in [(Some("10"), false), (Some("11"), true), (Some("-5"), false), (None, true)] {
            assert_eq!(slots(10, &rows(&[&[a, bytes]])).is_some(), is_held, "{bytes:?}");
        }
    }
}
