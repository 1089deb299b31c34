//! The differences of two sides that have been read: found once, and again when a rename is confirmed. It reads no
//! database.

use std::sync::Arc;

use crate::diff::{self, DiffOptions};
use crate::engines::Dialect;
use crate::model::{Change, Failure, FailureKind, Fingerprint, Object};
use crate::planner;

use super::compare::{self, CompareOrder, Comparison, RenameOrder, Side};

/// What differs, with the links and the imprints of the changes.
pub(super) fn found(
    order: CompareOrder,
    current: Arc<Side>,
    desired: Arc<Side>,
    options: DiffOptions,
) -> Result<Comparison, Failure> {
    let dialect = compare::dialect(&order)?;
    let changeset = diff::diff(&current.schema, &desired.schema, &options);
    let needs = planner::needs(dialect, &current.schema, &desired.schema, &changeset, &options.renames);
    let imprints = changeset.changes.iter().map(|change| imprint(dialect, change)).collect();
    Ok(Comparison {
        order,
        current,
        desired,
        changeset: Arc::new(changeset),
        imprints,
        options,
        needs: Arc::new(needs),
    })
}

/// The same sides under other renames. A rename that fits neither side is refused.
pub(super) fn renamed(order: &RenameOrder) -> Result<Comparison, Failure> {
    let before = &order.comparison;
    let options = DiffOptions { renames: order.renames.clone(), ..before.options.clone() };
    let after = found(before.order.clone(), before.current.clone(), before.desired.clone(), options)?;
    let made =
        after.changeset.changes.iter().filter(|change| matches!(change, Change::Rename { .. })).count();
    if made < order.renames.len() {
        let names: Vec<String> =
            order.renames.iter().map(|pair| format!("{} → {}", pair.before, pair.after)).collect();
        let what = format!("not every rename fits both sides: {}", names.join(", "));
        return Err(Failure::new(FailureKind::Usage, what)
            .hint("the old name must be only in current, the new one only in desired"));
    }
    Ok(after)
}

/// The same for the same change, in every run and on every machine.
fn imprint(dialect: &dyn Dialect, change: &Change) -> Fingerprint {
    let parts = |object: &Arc<Object>| planner::imprint(dialect, object);
    let (images, edits): (Vec<Vec<Box<str>>>, &[_]) = match change {
        Change::Create(object) | Change::Drop(object) => (vec![parts(object)], &[]),
        Change::Rename { before, after } => (vec![parts(before), parts(after)], &[]),
        Change::Alter { before, after, edits } => (vec![parts(before), parts(after)], edits),
    };
    // What an image leaves out, such as owners, still differs in the edits.
    let edits = edits.iter().flat_map(|edit| [edit.aspect.word(), &edit.before, &edit.after]);
    let images =
        images.iter().flat_map(|image| std::iter::once("image").chain(image.iter().map(AsRef::as_ref)));
    Fingerprint::of(std::iter::once(change.sign()).chain(images).chain(std::iter::once("edits")).chain(edits))
}
