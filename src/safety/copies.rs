//! Tables that MySQL and MariaDB copy row by row while writers wait: by which step, and the words that its rules share.

use crate::model::{ObjectId, QualifiedName, Work};

use super::steps::blocks_long;
use super::survey::Survey;

/// What to do about a statement that somebody wrote by hand.
pub(super) const BESIDE: &str = "Let pt-online-schema-change or gh-ost build the new table beside the old one and swap \
     them, or do it in a quiet hour.";
/// The same of one that the planner wrote.
pub(super) const BESIDE_AS_SCRIPTED: &str = "Let pt-online-schema-change (the script has its command line) or gh-ost \
     build the new table beside the old one and swap them, or do it in a quiet hour.";

/// The step that copies the table of this object, where one does.
pub(super) fn copies(survey: &Survey<'_>, id: &ObjectId) -> Option<usize> {
    let copies = |(at, step): (usize, &crate::model::Step)| {
        (blocks_long(step) && step.effects.work == Work::Rewrite).then_some(at)
    };
    survey.is_mysql().then(|| survey.steps_about(id).find_map(copies))?
}

/// Who waits for it, and for how long.
pub(super) fn waits(survey: &Survey<'_>, table: &QualifiedName) -> String {
    format!(
        "Writes on {} wait until every row has been copied; replicas wait as long again. The disk needs room for the \
         table once more.",
        survey.sized(table)
    )
}
