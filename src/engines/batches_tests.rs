//! Which UPDATEs go in batches, why others do not, and the statements of a batch.

use super::{Before, Ground, KEYLESS, Lack, Spelling, batch, left, read, slice};
use crate::model::{EngineKind, Ident, ObjectId, ObjectKind, QualifiedName};
use crate::sql;
use crate::sqltext::Literal;

fn ground(name: &QualifiedName) -> Option<Ground> {
    let key = match name.name.as_str() {
        "t" => Ok(vec![Ident::from("id")]),
        "p" => Ok(vec![Ident::from("a"), Ident::from("b")]),
        "heap" => Err(KEYLESS),
        _ => return None,
    };
    Some(Ground { table: ObjectId::new(ObjectKind::Table, name.clone()), key })
}

const PG: EngineKind = EngineKind::Postgres;

#[test]
fn a_row_that_was_changed_must_not_meet_the_where_again() {
    let taken = [
        ("UPDATE t SET n = lower(o) WHERE n IS NULL", Before::Null),
        ("update only s.t as x set n = 'a' where x.n is null", Before::Null),
        ("UPDATE t SET n = o + 1 WHERE (n IS DISTINCT FROM o + 1)", Before::Anything),
        ("UPDATE t SET n = 'a' WHERE o > 3 AND n <> 'a'", Before::Anything),
        ("UPDATE t SET n = 1, m = m + 1 WHERE n IS NULL", Before::Anything),
        ("UPDATE t SET n = (SELECT max(k) FROM u WHERE u.id = t.id) WHERE t.n IS NULL", Before::Null),
        ("UPDATE t SET n = 1 WHERE o BETWEEN 1 AND 2 AND n IS NULL", Before::Null),
        ("UPDATE t SET (n, m) = (1, 2) WHERE n IS NULL AND m IS NULL", Before::Null),
        ("UPDATE t SET n = extract(epoch FROM o) WHERE n IS NULL -- done", Before::Null),
        ("UPDATE t SET n = a IS DISTINCT FROM b WHERE n IS NULL", Before::Null),
        ("UPDATE p SET n = 1 WHERE n IS NULL AND a = 3", Before::Null),
    ];
    for (sql, before) in taken {
        let found = read(sql, PG, ground).unwrap_or_else(|| panic!("{sql}")).unwrap();
        assert_eq!(found.before, before, "{sql}");
    }
    let whole = [
        ("UPDATE t SET n = 1", "no WHERE"),
        ("UPDATE t SET n = n + 1 WHERE o > 3", "still meets"),
        ("UPDATE t SET n = NULL WHERE n IS NULL", "still meets"),
        ("UPDATE t SET n = 1 WHERE n IS NULL OR o = 1", "still meets"),
        ("UPDATE t SET n = 1 WHERE NOT n IS NULL", "still meets"),
        ("UPDATE t SET n = 1 WHERE n IS NOT NULL", "still meets"),
        ("UPDATE t SET n = 1 WHERE o BETWEEN 1 AND n IS NULL", "still meets"),
        ("UPDATE t SET n = 1 WHERE CASE WHEN o AND n IS NULL THEN true ELSE true END", "still meets"),
        ("UPDATE t SET n = 1 WHERE n IS DISTINCT FROM 2", "still meets"),
        ("UPDATE t SET n = o WHERE n <> o + 1", "still meets"),
        ("UPDATE t SET n = 1 WHERE u.n IS NULL AND m IS NULL", ""),
        ("UPDATE t SET n = u.n FROM u WHERE u.id = t.id AND t.n IS NULL", "it has FROM"),
        ("UPDATE t SET n = 1 WHERE n IS NULL RETURNING id", "it has RETURNING"),
        ("WITH x AS (SELECT 1) UPDATE t SET n = 1 WHERE n IS NULL", "it has WITH"),
        ("UPDATE t SET id = 1, n = 1 WHERE n IS NULL", "part of the key"),
    ];
    for (sql, why) in whole {
        let Some(found) = read(sql, PG, ground) else { panic!("{sql}") };
        if why.is_empty() {
            continue;
        }
        let found = found.unwrap_err();
        assert!(found.why.contains(why) && found.lacks == Lack::Shape, "{sql}: {found:?}");
    }
    let lite = |sql| read(sql, EngineKind::Sqlite, ground);
    assert!(lite("UPDATE t SET N = 1 WHERE n IS NOT 1").unwrap().is_ok());
    assert!(lite("UPDATE OR IGNORE t SET n = 1 WHERE n IS NULL").unwrap().is_err());
    assert!(lite("UPDATE t INDEXED BY i SET n = 1 WHERE n IS NULL").unwrap().is_err());
    let heap = read("UPDATE heap SET n = 1 WHERE n IS NULL", PG, ground).unwrap().unwrap_err();
    assert_eq!(heap.lacks, Lack::Key);
    for none in ["UPDATE t SET n = 1 WHERE id = 4", "UPDATE elsewhere SET n = 1", "DELETE FROM t", "SELECT 1"]
    {
        assert!(read(none, PG, ground).is_none(), "{none}");
    }
}

#[test]
fn the_statements_of_a_batch() {
    let spelling = Spelling { engine: PG, shown: ("", "::text"), value: |text| sql!(PG; Literal(text)) };
    let found = read("UPDATE p AS x SET n = 1 -- one\n WHERE n IS NULL -- still", PG, ground).unwrap();
    let batches = found.unwrap().batches;
    let lo: [Box<str>; 2] = ["1".into(), "it's".into()];
    assert_eq!(
        slice(&spelling, &batches, Some(&lo), 100).as_str(),
        "WITH slice AS (SELECT a AS k1, b AS k2 FROM p AS x WHERE (a, b) > ('1', 'it''s') ORDER BY a, b LIMIT 100) \
         SELECT (SELECT count(*) FROM slice), k1::text, k2::text FROM slice ORDER BY k1 DESC, k2 DESC LIMIT 1"
    );
    assert_eq!(
        batch(&spelling, &batches, None, &lo).as_str(),
        "UPDATE p AS x SET n = 1 -- one\n WHERE (n IS NULL -- still\n) AND (a, b) <= ('1', 'it''s')"
    );
    assert_eq!(
        left(PG, &batches).as_str(),
        "SELECT count(*) FROM (SELECT 1 FROM p AS x WHERE (n IS NULL -- still\n) LIMIT 1000) AS left_over"
    );
}
