//! Triggers as they were declared. The server's own triggers of foreign keys, and the copies that partitions
//! get from their parent, are not objects.

use super::answer::Answer;
use super::assembly::{Assembly, member};
use super::relations::qualified;
use super::{Family, POSTGRES, class};
use crate::engines::AssembleError;
use crate::model::{Body, Firing, ObjectKind, Origin, Settings, Trigger};
use crate::sql;

pub(super) const TRIGGERS: Family = Family {
    query: |_| {
        sql!(POSTGRES; "SELECT t.oid, t.tgrelid, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled,
            n.nspname, p.proname, t.tgconstraint
            FROM pg_trigger t
            LEFT JOIN pg_proc p ON p.oid = t.tgfoid LEFT JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.oid >= 16384")
    },
    read: read_triggers,
};

fn read_triggers(assembly: &mut Assembly, answer: Answer) -> Result<(), AssembleError> {
    for mut row in answer.rows() {
        let (oid, table) = (row.oid()?, row.oid()?);
        let name = row.ident()?;
        let Some(relation) = assembly.relations.get(&table) else { continue };
        let (on, on_slot) = (relation.name.clone(), relation.slot);
        let trigger = Trigger {
            settings: Settings::new(),
            definition: row.statement()?,
            firing: match row.letter()? {
                'D' => Firing::Disabled,
                'R' => Firing::Replica,
                'A' => Firing::Always,
                _ => Firing::Origin,
            },
            origin: Origin::Local,
            function: qualified(row.maybe_ident()?, row.maybe_ident()?),
        };
        let constraint = row.oid()?;
        let id = member(ObjectKind::Trigger, &on, name);
        let slot = assembly.add((class::TRIGGER, oid, 0), id, Body::Trigger(trigger));
        assembly.alias((class::CONSTRAINT, constraint, 0), slot);
        assembly.edge(slot, on_slot);
    }
    Ok(())
}
