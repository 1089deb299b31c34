//! GRANT and REVOKE from sets of privileges: what a new object has by itself, and the way from one set to another.

use std::collections::{BTreeMap, BTreeSet};

use crate::engines::{Draft, Facts};
use crate::model::{
    Body, DefaultPrivileges, Grant, GrantOption, Ident, Object, ObjectId, ObjectKind, Phase, Sql, Verb,
};
use crate::sql;
use crate::sqltext::SqlBuilder;

use super::{
    PG,
    address::{grantable, table_like},
};

/// What an object has right after CREATE and ALTER … OWNER (`acldefault` of the server), and what ALTER DEFAULT
/// PRIVILEGES of the reading role adds.
pub(super) fn baseline(object: &Object, facts: &Facts<'_>) -> BTreeSet<Grant> {
    let Some(owner) = object.about.owner.as_ref().or(facts.from.reader.as_ref()) else {
        return BTreeSet::new();
    };
    let (own, public, class): (&[&str], &[&str], &str) = match object.id.kind {
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView => (
            if facts.version.at_least(17, 0) {
                &["DELETE", "INSERT", "MAINTAIN", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"]
            } else {
                &["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"]
            },
            &[],
            "TABLES",
        ),
        ObjectKind::Sequence => (&["SELECT", "UPDATE", "USAGE"], &[], "SEQUENCES"),
        ObjectKind::Schema => (&["CREATE", "USAGE"], &[], "SCHEMAS"),
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Aggregate => {
            (&["EXECUTE"], &["EXECUTE"], "FUNCTIONS")
        }
        ObjectKind::Enum | ObjectKind::Domain | ObjectKind::Composite | ObjectKind::Type => {
            (&["USAGE"], &["USAGE"], "TYPES")
        }
        ObjectKind::ForeignDataWrapper | ObjectKind::Server => (&["USAGE"], &[], ""),
        _ => (&[], &[], ""),
    };
    let grant = |grantee: Option<&Ident>, privilege: &&str| Grant {
        grantee: grantee.cloned(),
        grantor: owner.clone(),
        privilege: (*privilege).into(),
        option: GrantOption::Plain,
    };
    let built_in: BTreeSet<Grant> = own
        .iter()
        .map(|privilege| grant(Some(owner), privilege))
        .chain(public.iter().map(|privilege| grant(None, privilege)))
        .collect();
    with_defaults(built_in, object, class, owner, facts)
}

fn with_defaults(
    built_in: BTreeSet<Grant>,
    object: &Object,
    class: &str,
    owner: &Ident,
    facts: &Facts<'_>,
) -> BTreeSet<Grant> {
    let mut result = built_in;
    let entries: Vec<&DefaultPrivileges> = facts
        .ground
        .of_kind(ObjectKind::DefaultPrivilege)
        .filter_map(|object| match &object.body {
            Body::Privileges(entry) => Some(entry),
            _ => None,
        })
        .filter(|entry| Some(&entry.role) == facts.from.reader.as_ref() && entry.objects.as_ref() == class)
        .collect();
    let renamed = |grants: &BTreeSet<Grant>, role: &Ident| with_owner(grants, Some(role), Some(owner));
    if let Some(everywhere) = entries.iter().find(|entry| entry.schema.is_none()) {
        result = renamed(&everywhere.grants, &everywhere.role);
    }
    for entry in
        entries.iter().filter(|entry| entry.schema.is_some() && entry.schema == object.id.name.schema)
    {
        result.extend(renamed(&entry.grants, &entry.role));
    }
    result
}

/// The set after the owner changed: what the old owner had or gave is the new owner's.
pub(super) fn with_owner(
    grants: &BTreeSet<Grant>,
    old: Option<&Ident>,
    new: Option<&Ident>,
) -> BTreeSet<Grant> {
    let (Some(old), Some(new)) = (old, new) else { return grants.clone() };
    let moved = |role: &Ident| if role == old { new.clone() } else { role.clone() };
    grants
        .iter()
        .map(|grant| Grant {
            grantee: grant.grantee.as_ref().map(moved),
            grantor: moved(&grant.grantor),
            ..grant.clone()
        })
        .collect()
}

/// GRANT and REVOKE statements for an object.
pub(super) fn changes(object: &Object, from: &BTreeSet<Grant>, to: &BTreeSet<Grant>) -> Vec<Draft> {
    if object.id.kind == ObjectKind::Column {
        return column_changes(object, object.id.leaf(), from, to);
    }
    let Some(target) = grantable(object) else { return Vec::new() };
    statements(object, &target, None, from, to)
}

/// The same for one column of a relation.
pub(super) fn column_changes(
    object: &Object,
    column: &Ident,
    from: &BTreeSet<Grant>,
    to: &BTreeSet<Grant>,
) -> Vec<Draft> {
    statements(object, &table_like(&object.id.name), Some(column), from, to)
}

/// A REVOKE on the whole table takes the privilege from its columns too; those that stay are given again.
pub(super) fn column_grants_again(
    object: &Object,
    from: &BTreeSet<Grant>,
    to: &BTreeSet<Grant>,
    facts: &Facts<'_>,
) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let taken: Vec<&Grant> = from.difference(to).collect();
    if taken.is_empty() || object.id.kind != ObjectKind::Table {
        return drafts;
    }
    let table = &object.id.name;
    let of_table = ObjectId::new(ObjectKind::Table, table.clone());
    let columns = facts.to.members(&of_table).filter(|part| part.id.kind == ObjectKind::Column);
    for column in columns {
        let stays: BTreeSet<Grant> = column
            .about
            .grants
            .as_deref()
            .into_iter()
            .flatten()
            .filter(|grant| {
                taken.iter().any(|gone| gone.grantee == grant.grantee && gone.privilege == grant.privilege)
            })
            .cloned()
            .collect();
        drafts.extend(column_changes(column, column.id.leaf(), &BTreeSet::new(), &stays));
    }
    drafts
}

type Batch<'a> = BTreeMap<(Option<&'a Ident>, &'a Ident, GrantOption), Vec<&'a str>>;

fn batches<'a>(grants: impl Iterator<Item = &'a Grant>) -> Batch<'a> {
    let mut batches: Batch<'a> = BTreeMap::new();
    for grant in grants {
        let key = (grant.grantee.as_ref(), &grant.grantor, grant.option);
        batches.entry(key).or_default().push(&grant.privilege);
    }
    batches
}

fn statements(
    object: &Object,
    target: &Sql,
    column: Option<&Ident>,
    from: &BTreeSet<Grant>,
    to: &BTreeSet<Grant>,
) -> Vec<Draft> {
    let same =
        |a: &Grant, b: &Grant| a.grantee == b.grantee && a.privilege == b.privilege && a.grantor == b.grantor;
    let mut drafts = Vec::new();
    let draft =
        |sql: Sql| Draft::new(Verb::Alter, Phase::Expand, sql, "Privileges as recorded.").about(&object.id);
    let taken = from.iter().filter(|grant| !to.contains(grant));
    let (lowered, gone): (Vec<&Grant>, Vec<&Grant>) =
        taken.partition(|grant| to.iter().any(|other| same(grant, other)));
    let owner = object.about.owner.as_ref();
    // What somebody else than the owner granted has to be granted, and taken back, by that role.
    let as_grantor = |drafts: &mut Vec<Draft>, grantor: &Ident, sql: Sql| {
        let other = column.is_none() && owner.is_some_and(|owner| owner != grantor);
        if other {
            drafts.push(draft(sql!(PG; "SET LOCAL ROLE ", grantor)));
        }
        drafts.push(draft(sql));
        if other {
            drafts.push(draft(sql!(PG; "RESET ROLE")));
        }
    };
    for ((grantee, grantor, _), list) in chained(batches(gone.into_iter()), from, owner).into_iter().rev() {
        let mut sql = SqlBuilder::new(PG).piece("REVOKE ");
        listed(&mut sql, &list, column);
        sql = sql.piece(" ON ").piece(target).piece(" FROM ");
        role(&mut sql, grantee);
        as_grantor(&mut drafts, grantor, sql.done());
    }
    for ((grantee, _, option), list) in batches(lowered.into_iter()) {
        if option == GrantOption::WithGrantOption {
            let mut sql = SqlBuilder::new(PG).piece("REVOKE GRANT OPTION FOR ");
            listed(&mut sql, &list, column);
            sql = sql.piece(" ON ").piece(target).piece(" FROM ");
            role(&mut sql, grantee);
            drafts.push(draft(sql.done()));
        }
    }
    let given = to.iter().filter(|grant| !from.contains(grant));
    let raised = given.filter(|grant| {
        grant.option == GrantOption::WithGrantOption || !from.iter().any(|other| same(grant, other))
    });
    for ((grantee, grantor, option), list) in chained(batches(raised), to, owner) {
        let mut sql = SqlBuilder::new(PG).piece("GRANT ");
        listed(&mut sql, &list, column);
        sql = sql.piece(" ON ").piece(target).piece(" TO ");
        role(&mut sql, grantee);
        if option == GrantOption::WithGrantOption {
            sql.push(" WITH GRANT OPTION");
        }
        as_grantor(&mut drafts, grantor, sql.done());
    }
    drafts
}

type Named<'a> = ((Option<&'a Ident>, &'a Ident, GrantOption), Vec<&'a str>);

/// A role grants only what it was granted itself: those nearer to the owner come first.
fn chained<'a>(batches: Batch<'a>, all: &BTreeSet<Grant>, owner: Option<&Ident>) -> Vec<Named<'a>> {
    let mut near: Vec<&Ident> = owner.into_iter().collect();
    loop {
        let next = all.iter().find_map(|grant| {
            let grantee = grant.grantee.as_ref()?;
            let passes_on = grant.option == GrantOption::WithGrantOption && near.contains(&&grant.grantor);
            (passes_on && !near.contains(&grantee)).then_some(grantee)
        });
        match next {
            Some(role) => near.push(role),
            None => break,
        }
    }
    let place = |role: &Ident| near.iter().position(|other| *other == role).unwrap_or(near.len());
    let mut ordered: Vec<Named<'a>> = batches.into_iter().collect();
    ordered.sort_by_key(|((_, grantor, _), _)| place(grantor));
    ordered
}

fn listed(sql: &mut SqlBuilder, privileges: &[&str], column: Option<&Ident>) {
    for (at, privilege) in privileges.iter().enumerate() {
        if at > 0 {
            sql.push(", ");
        }
        sql.push(keyword(privilege));
        if let Some(column) = column {
            sql.push(" (");
            sql.push(column);
            sql.push(")");
        }
    }
}

/// Privileges are key words; an unknown one of a future server is left to fail there.
fn keyword(privilege: &str) -> &'static str {
    const KNOWN: [&str; 14] = [
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "TRUNCATE",
        "REFERENCES",
        "TRIGGER",
        "USAGE",
        "CREATE",
        "EXECUTE",
        "CONNECT",
        "TEMPORARY",
        "MAINTAIN",
        "SET",
    ];
    KNOWN.into_iter().find(|known| *known == privilege).unwrap_or("ALL")
}

fn role(sql: &mut SqlBuilder, grantee: Option<&Ident>) {
    match grantee {
        Some(role) => sql.push(role),
        None => sql.push("PUBLIC"),
    }
}

/// ALTER DEFAULT PRIVILEGES from one set to another.
pub(super) fn defaults(
    object: &Object,
    entry: &DefaultPrivileges,
    from: &BTreeSet<Grant>,
    to: &BTreeSet<Grant>,
) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let class = ["TABLES", "SEQUENCES", "FUNCTIONS", "TYPES", "SCHEMAS", "LARGE OBJECTS"]
        .into_iter()
        .find(|class| *class == entry.objects.as_ref())
        .unwrap_or("TABLES");
    let start = |verb: &'static str| {
        let mut sql = SqlBuilder::new(PG).piece("ALTER DEFAULT PRIVILEGES FOR ROLE ").piece(&entry.role);
        if let Some(schema) = &entry.schema {
            sql = sql.piece(" IN SCHEMA ").piece(schema);
        }
        sql.piece(" ").piece(verb).piece(" ")
    };
    let draft = |sql: SqlBuilder| {
        Draft::new(Verb::Alter, Phase::Expand, sql.done(), "Privileges of future objects.").about(&object.id)
    };
    for ((grantee, _, _), list) in batches(from.iter().filter(|grant| !to.contains(grant))) {
        let mut sql = start("REVOKE");
        listed(&mut sql, &list, None);
        sql = sql.piece(" ON ").piece(class).piece(" FROM ");
        role(&mut sql, grantee);
        drafts.push(draft(sql));
    }
    for ((grantee, _, option), list) in batches(to.iter().filter(|grant| !from.contains(grant))) {
        let mut sql = start("GRANT");
        listed(&mut sql, &list, None);
        sql = sql.piece(" ON ").piece(class).piece(" TO ");
        role(&mut sql, grantee);
        if option == GrantOption::WithGrantOption {
            sql.push(" WITH GRANT OPTION");
        }
        drafts.push(draft(sql));
    }
    drafts
}
