//! The queries of views and materialized views, and rewrite rules of any relation.

use super::answer::Answer;
use super::assembly::{Assembly, member};
use super::{Family, POSTGRES, class};
use crate::engines::AssembleError;
use crate::model::{Body, Defined, ObjectKind};
use crate::sql;

pub(super) const VIEWS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT c.oid, r.oid, pg_get_viewdef(c.oid)
            FROM pg_class c JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
            WHERE c.oid >= 16384 AND c.relkind IN ('v', 'm')")
    },
    read: read_views,
};

pub(super) const RULES: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT r.oid, r.ev_class, r.rulename, rtrim(pg_get_ruledef(r.oid), ';'),
            format('ALTER TABLE %I.%I ', n.nspname, c.relname) || CASE r.ev_enabled
                WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' END
                || format(' RULE %I', r.rulename),
            format('DROP RULE %I ON %I.%I', r.rulename, n.nspname, c.relname),
            format('RULE %I ON %I.%I', r.rulename, n.nspname, c.relname)
            FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE r.oid >= 16384 AND r.rulename <> '_RETURN'")
    },
    read: read_rules,
};

fn read_views(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let (oid, rule) = (row.oid()?, row.oid()?);
        let query = row.statement()?;
        if let Some(view) = assembly.view_mut(oid) {
            view.query = query;
        }
        if let Some(slot) = assembly.place((class::RELATION, oid, 0)) {
            assembly.alias((class::RULE, rule, 0), slot);
        }
    }
    Ok(())
}

fn read_rules(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let (oid, table) = (row.oid()?, row.oid()?);
        let name = row.ident()?;
        let Some(relation) = assembly.relations.get(&table) else { continue };
        let (on, on_slot) = (relation.name.clone(), relation.slot);
        let mut create = vec![row.statement()?];
        create.extend(row.maybe_definition()?);
        let body = Defined { create, drop: row.definition()?, address: row.definition()? };
        let id = member(ObjectKind::Rule, &on, name);
        let slot = assembly.add((class::RULE, oid, 0), id, Body::Defined(body));
        assembly.edge(slot, on_slot);
    }
    Ok(())
}
