//! The demo's story in words: what differs, what the tool does not assume, the plan, and what is to be said of it.

use crate::shown::Shown;
use crate::worker::Story;

use super::exit::Status;
use super::surface::Surface;
use super::{compared, findings, planned, running};

/// Prints the story. It tells of findings on purpose, so they are no failure here; a broken proof is.
pub(super) fn print(surface: &Surface, story: &Story) -> Status {
    let paint = surface.paint;
    let mut text = String::new();
    let chapter = |number: u32, title: &str| format!("\n{}\n\n", paint.strong(format!("{number}. {title}")));
    text.push_str(&format!(
        "A shop: `staging` and `production` as they run, `next` as they should be: {}.\n",
        Shown::new(&story.place)
    ));
    text.push_str(&chapter(1, "What differs"));
    text.push_str(&compared::text(&story.first, paint));
    text.push_str(&chapter(2, "The plan"));
    text.push_str(&format!(
        "With the rename confirmed (--rename {}={}), the differences become steps. Each has its lock, its place in\n\
         a transaction, and its way back.\n\n",
        Shown::new(&story.rename.old),
        Shown::new(&story.rename.new)
    ));
    text.push_str(&planned::text(&story.planned, paint));
    text.push_str(
        "\nThe error findings stop a real `plan` with exit status 4, and a run: somebody has to answer for them by name.\n\
         This story does.\n",
    );
    let titles = [
        "It runs on staging",
        "The same plan, by its digest, is promoted to production",
        "And is taken back",
    ];
    for (number, (title, ran)) in (3..).zip(titles.into_iter().zip(&story.runs)) {
        text.push_str(&chapter(number, title));
        text.push_str(&running::report(ran, paint));
    }
    // Without runs, where the plan did not hold, the story is shorter.
    let last = 3 + u32::try_from(story.runs.len()).unwrap_or_default();
    text.push_str(&chapter(last, "What now"));
    text.push_str(
        "Nothing was changed but the databases of this demo, and they are gone. On your own databases:\n\n  \
         migrator-tui plan --current REF --desired REF --out migrations/next_release\n  \
         migrator-tui run migrations/next_release --on staging\n  \
         migrator-tui promote migrations/next_release --to production\n",
    );
    surface.print(&text);
    match findings::status(&story.planned.drafted.record) {
        Status::Failed => Status::Failed,
        _ => Status::Done,
    }
}
