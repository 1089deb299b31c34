//! A session as others see it: whether it still lives, who is in its way, and how far its statement is. What MySQL tells
//! is taken from its manual; what MariaDB tells was tried.

use super::vendor::Vendor;
use crate::connect::Rows;
use crate::engines::Behind;
use crate::model::{EngineKind, SessionMark, Sql};
use crate::sql;
use crate::sqltext::Literal;

const E: EngineKind = EngineKind::MySql;

/// The session's number, as a number: whatever else is in there is not sent.
fn number(session: &SessionMark) -> u64 {
    session.id.parse().unwrap_or_default()
}

/// The number of a session and when its server was started, together never given twice. The session takes a lock of
/// that name, and keeps it until it has ended, its statement with it: so everybody can see whether it lives, also
/// those who may not see other people's sessions.
pub(super) fn mark(vendor: Vendor) -> Sql {
    let status = match vendor {
        Vendor::MySql(..) => "performance_schema.global_status",
        Vendor::MariaDb(..) => "information_schema.GLOBAL_STATUS",
    };
    sql!(E; "SELECT id, began, GET_LOCK(CONCAT('migrator-tui:', id, ':', began), 0) FROM (SELECT CONNECTION_ID() AS id, \
        CAST(UNIX_TIMESTAMP() - VARIABLE_VALUE AS SIGNED) AS began FROM ", status,
        " WHERE VARIABLE_NAME = 'Uptime') AS own")
}

pub(super) fn alive(session: &SessionMark) -> Sql {
    let id = number(session);
    let name = format!("migrator-tui:{id}:{}", session.began);
    sql!(E; "SELECT COALESCE(NULLIF(p.STATE, ''), p.COMMAND, 'state unknown'), COALESCE(p.TIME, 0), '', \
        LEFT(COALESCE(p.INFO, ''), 200) FROM (SELECT IS_USED_LOCK(", Literal(&name), ") AS id) AS held \
        LEFT JOIN information_schema.PROCESSLIST p ON p.ID = held.id WHERE held.id = ", id)
}

/// The columns of an answer about sessions in the way, from `p` and `t`: the session and its transaction.
const TOLD: &str = "SELECT DISTINCT p.ID, p.USER, SUBSTRING_INDEX(p.HOST, ':', 1), \
    COALESCE(NULLIF(p.STATE, ''), p.COMMAND), GREATEST(COALESCE(TIMESTAMPDIFF(SECOND, t.trx_started, NOW()), 0), p.TIME), \
    LEFT(COALESCE(p.INFO, ''), 200) FROM ";
/// Longest first.
const ORDERED: &str = " ORDER BY 5 DESC, 1";

/// Who is in the way, as the first of these that the server answers tells.
pub(super) fn blockers(vendor: Vendor, session: &SessionMark) -> Vec<Sql> {
    let id = number(session);
    match vendor {
        Vendor::MySql(8.., ..) => {
            let told = sql!(E; TOLD, "(", metadata(id), " UNION ", rows(id),
                ") AS blocking JOIN information_schema.PROCESSLIST p ON p.ID = blocking.id \
                LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID", ORDERED);
            vec![told, open_transactions(id)]
        }
        Vendor::MySql(..) => vec![row_locks(id)],
        // The plugin lists who has a metadata lock; without it, whoever has a transaction open may be the one.
        Vendor::MariaDb(..) => {
            let listed = sql!(E; TOLD, "information_schema.PROCESSLIST ours \
                JOIN information_schema.METADATA_LOCK_INFO held ON held.TABLE_SCHEMA = ours.DB \
                JOIN information_schema.PROCESSLIST p ON p.ID = held.THREAD_ID \
                LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID \
                WHERE ours.ID = ", id, " AND ours.STATE = 'Waiting for table metadata lock' AND p.ID <> ours.ID \
                AND LOCATE(held.TABLE_NAME, ours.INFO) > 0 AND held.LOCK_MODE NOT LIKE 'MDL_INTENTION%'", ORDERED);
            vec![listed, row_locks(id)]
        }
    }
}

/// MySQL 8: who has the metadata lock that a session waits for.
fn metadata(id: u64) -> Sql {
    sql!(E; "SELECT owner.PROCESSLIST_ID AS id FROM performance_schema.metadata_locks wanted \
        JOIN performance_schema.threads ours ON ours.THREAD_ID = wanted.OWNER_THREAD_ID \
        JOIN performance_schema.metadata_locks held ON held.OBJECT_TYPE = wanted.OBJECT_TYPE \
        AND held.OBJECT_SCHEMA = wanted.OBJECT_SCHEMA AND held.OBJECT_NAME = wanted.OBJECT_NAME \
        JOIN performance_schema.threads owner ON owner.THREAD_ID = held.OWNER_THREAD_ID \
        WHERE ours.PROCESSLIST_ID = ", id, " AND wanted.LOCK_STATUS = 'PENDING' AND held.LOCK_STATUS = 'GRANTED' \
        AND owner.THREAD_ID <> ours.THREAD_ID")
}

/// MySQL 8: who has the row lock that a session waits for.
fn rows(id: u64) -> Sql {
    sql!(E; "SELECT owner.PROCESSLIST_ID FROM performance_schema.data_lock_waits waits \
        JOIN performance_schema.threads ours ON ours.THREAD_ID = waits.REQUESTING_THREAD_ID \
        JOIN performance_schema.threads owner ON owner.THREAD_ID = waits.BLOCKING_THREAD_ID \
        WHERE ours.PROCESSLIST_ID = ", id)
}

/// MariaDB, and MySQL before 8: who has the row lock that a session waits for; where it is a metadata lock, who has a
/// transaction open in the same database and waits for none.
fn row_locks(id: u64) -> Sql {
    sql!(E; TOLD, "information_schema.PROCESSLIST ours JOIN information_schema.INNODB_TRX t \
        JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id AND p.ID <> ours.ID \
        WHERE ours.ID = ", id, " AND ((ours.STATE = 'Waiting for table metadata lock' \
        AND p.STATE <> ours.STATE AND COALESCE(p.DB, ours.DB) = ours.DB) OR t.trx_id IN (SELECT w.blocking_trx_id \
        FROM information_schema.INNODB_LOCK_WAITS w JOIN information_schema.INNODB_TRX own \
        ON own.trx_id = w.requesting_trx_id WHERE own.trx_mysql_thread_id = ", id, "))", ORDERED)
}

/// The same where a server tells nothing of locks: MySQL 8 with its performance schema closed to us.
fn open_transactions(id: u64) -> Sql {
    sql!(E; TOLD, "information_schema.PROCESSLIST ours JOIN information_schema.INNODB_TRX t \
        JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id AND p.ID <> ours.ID \
        WHERE ours.ID = ", id, " AND ours.STATE = 'Waiting for table metadata lock' \
        AND p.STATE <> ours.STATE AND COALESCE(p.DB, ours.DB) = ours.DB", ORDERED)
}

/// MariaDB counts stages and the per cent of each; MySQL what it estimates of a stage, where its consumer is on.
pub(super) fn progress(vendor: Vendor, session: &SessionMark) -> Sql {
    let id = number(session);
    match vendor {
        Vendor::MariaDb(..) => {
            sql!(E; "SELECT CONCAT(STATE, ', per cent'), FLOOR(((STAGE - 1) * 100 + PROGRESS) / MAX_STAGE), 100 \
                FROM information_schema.PROCESSLIST WHERE MAX_STAGE > 0 AND STAGE > 0 AND ID = ", id)
        }
        Vendor::MySql(..) => {
            sql!(E; "SELECT SUBSTRING_INDEX(s.EVENT_NAME, '/', -1), s.WORK_COMPLETED, s.WORK_ESTIMATED \
                FROM performance_schema.events_stages_current s JOIN performance_schema.threads t \
                ON t.THREAD_ID = s.THREAD_ID WHERE s.WORK_ESTIMATED > 0 AND t.PROCESSLIST_ID = ", id)
        }
    }
}

/// What a replica tells of itself: a row for each source that it follows.
pub(super) fn behind(answer: &Rows) -> Behind {
    let place = |names: [&str; 2]| {
        answer.columns.iter().position(|column| names.iter().any(|name| column.eq_ignore_ascii_case(name)))
    };
    let [reads, applies] = [
        place(["Replica_IO_Running", "Slave_IO_Running"]),
        place(["Replica_SQL_Running", "Slave_SQL_Running"]),
    ];
    let seconds = place(["Seconds_Behind_Source", "Seconds_Behind_Master"]);
    if answer.is_empty() {
        return Behind::NoReplica;
    }
    let mut most: Option<Box<str>> = None;
    for row in answer.iter() {
        let cell = |place: Option<usize>| place.and_then(|at| row.get(at));
        let [reads, applies] = [reads, applies].map(|place| cell(place).unwrap_or("unknown"));
        if (reads, applies) != ("Yes", "Yes") {
            return Behind::Stopped(format!("reads: {reads}, applies: {applies}").into());
        }
        let Some(own) = cell(seconds) else { return Behind::Seconds(None) };
        let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
        if most.as_ref().is_none_or(|most| number(own) > number(most)) {
            most = Some(own.into());
        }
    }
    Behind::Seconds(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(vendor: Vendor) -> String {
        let session = SessionMark { id: "17".into(), began: "1795872350".into() };
        let all =
            [vec![mark(vendor), alive(&session), progress(vendor, &session)], blockers(vendor, &session)];
        all.concat().iter().map(Sql::as_str).collect::<Vec<_>>().join("\n")
    }

    /// No server of MySQL was at hand: these are the tables of its manual, and none that only MariaDB has.
    #[test]
    fn each_server_is_asked_for_what_it_has() {
        let of_maria = ["METADATA_LOCK_INFO", "MAX_STAGE", "information_schema.GLOBAL_STATUS"];
        let of_mysql = ["performance_schema."];
        for (vendor, theirs, others) in [
            (Vendor::MySql(8, 0, 36), &of_mysql[..], &of_maria[..]),
            (Vendor::MySql(9, 1, 0), &of_mysql[..], &of_maria[..]),
            (Vendor::MySql(5, 7, 44), &of_mysql[..], &of_maria[..]),
            (Vendor::MariaDb(10, 11, 14), &of_maria[..], &of_mysql[..]),
        ] {
            let text = told(vendor);
            theirs.iter().for_each(|table| assert!(text.contains(table), "{vendor:?}: {table}"));
            others.iter().for_each(|table| assert!(!text.contains(table), "{vendor:?}: {table}"));
        }
    }

    #[test]
    fn a_replica_that_does_not_follow_is_told_from_one_that_is_late() {
        let columns = ["Slave_IO_Running", "Slave_SQL_Running", "Seconds_Behind_Master"];
        let newer = ["Replica_IO_Running", "Replica_SQL_Running", "Seconds_Behind_Source"];
        let told = |columns: [&str; 3], cells: &[Option<&str>]| {
            let mut rows = Rows::new(columns.map(Into::into).to_vec());
            cells.iter().for_each(|cell| rows.push(*cell));
            behind(&rows)
        };
        let (yes, no) = (Some("Yes"), Some("No"));
        assert_eq!(told(columns, &[]), Behind::NoReplica);
        assert_eq!(told(columns, &[yes, yes, Some("3")]), Behind::Seconds(Some("3".into())));
        assert_eq!(
            told(newer, &[yes, yes, Some("3"), yes, yes, Some("12")]),
            Behind::Seconds(Some("12".into()))
        );
        assert_eq!(told(newer, &[yes, yes, None]), Behind::Seconds(None));
        assert_eq!(told(columns, &[yes, no, Some("0")]), Behind::Stopped("reads: Yes, applies: No".into()));
        assert_eq!(
            told(["a", "b", "c"], &[yes, yes, None]),
            Behind::Stopped("reads: unknown, applies: unknown".into())
        );
    }

    #[test]
    fn a_mark_is_a_number_and_a_text_and_nothing_more() {
        let session = SessionMark { id: "1 OR 1".into(), began: "'; KILL 1; '".into() };
        let asked = alive(&session);
        assert!(asked.as_str().ends_with("WHERE held.id = 0"), "{asked}");
        assert!(asked.as_str().contains("'migrator-tui:0:''; KILL 1; '''"), "{asked}");
    }
}
