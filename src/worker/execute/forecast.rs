//! The forecast of a promotion: what the plan took on the stage before, for the sizes that the tables have here. It is
//! worth having and nothing more: where the stage cannot be asked there is none, and the gate says why.

use crate::model::{Course, Estimate, ObjectId};
use crate::promote::Forecast;

use super::{Errand, ExecuteOrder, Kept, Spot};

pub(super) async fn forecast(
    order: &ExecuteOrder,
    kept: &Kept,
    here: &[(ObjectId, Estimate)],
) -> Option<Forecast> {
    let before = match order.errand {
        Errand::Run | Errand::Promote => order.before.as_ref()?,
        Errand::Resume(_) | Errand::RollBack(_) | Errand::Contract(_) => return None,
    };
    let spot = Spot::of(before).ok()?;
    let mut reader = spot.reader().await.ok()?;
    let runs = spot.runs(reader.as_mut()).await.ok()?;
    let measured = runs.into_iter().rev().find(|run| {
        run.opened.plan == kept.digest
            && run.opened.course == Course::Forward
            && run.took.iter().any(Option::is_some)
    })?;
    Some(Forecast::of(spot.dialect, &kept.record.plan, &measured, here))
}
