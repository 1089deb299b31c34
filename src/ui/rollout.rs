//! The sheets of a rollout: two frames of lines, beside each other or one above the other. What they say is put
//! together by the application.

use crate::app::State;
use crate::app::layout::Area;
use crate::app::rollout::page::{Line, Page};
use crate::app::rollout::{self, Half, Sheet};
use crate::config::keymap::Action;
use crate::config::theme::Role;

use super::brush::{Canvas, Ink};
use super::pane::{Focused, Title, frame, scroll_mark};

pub fn draw(canvas: &mut Canvas<'_>, state: &State) {
    let (main, aside) = rollout::areas(state);
    let half = state.rollout.half;
    page(canvas, main, &rollout::main(state), Focused::on(half == Half::Main));
    page(canvas, aside, &rollout::aside(state), Focused::on(half == Half::Aside));
}

fn page(canvas: &mut Canvas<'_>, area: Area, page: &Page, focused: Focused) {
    if area.height < 2 {
        return;
    }
    let inner = frame(canvas, area, Title::new(None, page.title.clone(), page.right.clone()), focused);
    let rows = usize::from(inner.height);
    let top = page.from(rows);
    for (at, line) in page.lines.iter().skip(top).take(rows).enumerate() {
        let place = Area::new(inner.x, inner.y + at as u16, inner.width, 1);
        self::line(canvas, place, line);
        if line.row.is_some() && line.row == page.cursor {
            canvas.tint(place, if focused == Focused::Yes { Role::Selection } else { Role::Title });
        }
    }
    scroll_mark(canvas, area, top, page.lines.len());
}

/// What stands at the right edge is short and decides: the words on the left make room for it.
fn line(canvas: &mut Canvas<'_>, place: Area, line: &Line) {
    let right = line.right.as_ref().map(|(role, text)| (*role, Ink::from(text.clone())));
    let width = right.as_ref().map_or(0, |(_, ink)| ink.width());
    let taken = if width > 0 { (width + 2).min(place.width) } else { 0 };
    let end = place.x + place.width.saturating_sub(taken);
    let mut x = place.x;
    for (role, text) in &line.parts {
        x += canvas.put_as(x, place.y, end.saturating_sub(x), text.clone(), *role);
    }
    if let Some((role, ink)) = right.filter(|_| width > 0) {
        let at = Area { width: place.width.saturating_sub(1), ..place };
        canvas.put_right(at, place.y, ink, role);
    }
}

/// The keys that matter on the sheet.
pub fn wanted(state: &State) -> &'static [(Action, &'static str)] {
    match state.rollout.sheet {
        Sheet::Pipeline if rollout::has_no_station(state) => {
            &[(Action::SidesPick, "choose sides"), (Action::Back, "back"), (Action::Palette, "actions")]
        }
        Sheet::Pipeline if rollout::keeps_something(state) => &[
            (Action::RolloutApply, "run here"),
            (Action::ListOpen, "last run"),
            (Action::RolloutPlan, "plan"),
            (Action::Back, "back"),
            (Action::RolloutBack, "take back"),
            (Action::RolloutContract, "contract"),
            (Action::RolloutHistory, "history"),
            (Action::Refresh, "ask again"),
        ],
        Sheet::Pipeline => &[
            (Action::RolloutApply, "run here"),
            (Action::ListOpen, "last run"),
            (Action::RolloutPlan, "plan"),
            (Action::Back, "back"),
            (Action::RolloutBack, "take back"),
            (Action::RolloutHistory, "history"),
            (Action::Refresh, "ask again"),
        ],
        Sheet::Start => match state.rollout.start.as_ref().and_then(rollout::Start::next) {
            Some(_) => &[
                (Action::ListOpen, "type the word"),
                (Action::FocusNext, "SQL"),
                (Action::Back, "do not run"),
            ],
            None if is_guarded(state) => &[
                (Action::RolloutApply, "approve, begin"),
                (Action::RolloutApprove, "approve alone"),
                (Action::Refresh, "ask again"),
                (Action::Back, "do not run"),
                (Action::FocusNext, "SQL"),
            ],
            None => {
                &[(Action::RolloutApply, "begin"), (Action::FocusNext, "SQL"), (Action::Back, "do not run")]
            }
        },
        Sheet::Run if state.rollout.under_way().is_none() => &[
            (Action::RolloutOpen, "environments"),
            (Action::RolloutHistory, "history"),
            (Action::Back, "back"),
        ],
        Sheet::Run => &[
            (Action::Cancel, "stop"),
            (Action::ListDown, "down"),
            (Action::ListUp, "up"),
            (Action::FocusNext, "other half"),
            (Action::Back, "leave it running"),
        ],
        Sheet::Decision => &[
            (Action::ListDown, "choose"),
            (Action::Back, "leave"),
            (Action::Refresh, "probe again"),
            (Action::RolloutApply, "resume"),
            (Action::RolloutBack, "roll back"),
            (Action::FocusNext, "SQL"),
        ],
        Sheet::Report => &[
            (Action::Copy, "copy"),
            (Action::FocusNext, "other half"),
            (Action::RolloutHistory, "history"),
            (Action::Back, "back"),
        ],
        Sheet::History => {
            &[(Action::ListOpen, "report"), (Action::Refresh, "ask again"), (Action::Back, "back")]
        }
    }
}

/// Whether somebody has to approve what is about to run.
fn is_guarded(state: &State) -> bool {
    state.rollout.start.as_ref().is_some_and(|start| start.outlook.prepared.quorum.is_some())
}
