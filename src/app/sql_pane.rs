//! The SQL pane: forward and rollback as two scripts that a person may edit, and what of them was judged.

use std::time::Duration;

use crate::export::{Noted, Place};
use crate::model::{EngineKind, Failure, Severity};
use crate::worker::{Drafted, Edited};

use super::editor::SqlEditor;
use super::tree::Way;

/// Typing pauses so long before an edit is judged.
const PAUSE: Duration = Duration::from_millis(300);

/// Rows below the script that tell the comment of the statement under the cursor whole: a line between, and two of
/// text. None where the pane is low.
pub fn note_rows(height: usize) -> usize {
    if height >= 10 { 3 } else { 0 }
}

/// Which script.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Tab {
    #[default]
    Forward,
    Rollback,
}

impl Tab {
    pub const BOTH: [Self; 2] = [Self::Forward, Self::Rollback];

    pub fn word(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Rollback => "rollback",
        }
    }

    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Forward => Self::Rollback,
            Self::Rollback => Self::Forward,
        }
    }
}

/// One of the two scripts.
#[derive(Debug)]
pub struct Sheet {
    pub editor: SqlEditor,
    /// As the plan has it; what differs from it is an edit.
    planned: String,
    places: Vec<Place>,
}

/// What is to be done once the latest edit has been judged.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Then {
    #[default]
    Nothing,
    Prove,
    Save(String),
}

/// How the script on show stands to the row under the trees' cursor.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Stand {
    /// It shows the row's step, or one of several.
    #[default]
    Here,
    /// The row is the same on both sides.
    Unchanged,
    /// The row's change is not taken into the plan.
    LeftOut,
    /// The row's step is in the other script alone.
    OtherScript,
}

impl Stand {
    /// Why the script shows something else; nothing where it does not.
    pub fn words(self) -> &'static str {
        match self {
            Self::Here => "",
            Self::Unchanged => "no step: the row is unchanged",
            Self::LeftOut => "no step: the row is left out",
            Self::OtherScript => "the row's step is in the other script",
        }
    }
}

#[derive(Debug)]
pub struct SqlPane {
    pub tab: Tab,
    pub stand: Stand,
    forward: Sheet,
    rollback: Sheet,
    /// When the text last changed without having been judged since.
    touched: Option<Duration>,
    /// Why the edited text is no plan.
    pub trouble: Option<Failure>,
    pub then: Then,
}

impl SqlPane {
    pub fn new(engine: EngineKind) -> Self {
        let sheet =
            || Sheet { editor: SqlEditor::new(engine, ""), planned: String::new(), places: Vec::new() };
        Self {
            tab: Tab::Forward,
            stand: Stand::Here,
            forward: sheet(),
            rollback: sheet(),
            touched: None,
            trouble: None,
            then: Then::Nothing,
        }
    }

    pub fn sheet(&self, tab: Tab) -> &Sheet {
        match tab {
            Tab::Forward => &self.forward,
            Tab::Rollback => &self.rollback,
        }
    }

    fn sheet_mut(&mut self, tab: Tab) -> &mut Sheet {
        match tab {
            Tab::Forward => &mut self.forward,
            Tab::Rollback => &mut self.rollback,
        }
    }

    /// The editor on show.
    pub fn editor(&self) -> &SqlEditor {
        &self.sheet(self.tab).editor
    }

    pub fn editor_mut(&mut self) -> &mut SqlEditor {
        let tab = self.tab;
        &mut self.sheet_mut(tab).editor
    }

    pub fn text(&self, tab: Tab) -> String {
        self.sheet(tab).editor.text()
    }

    /// Takes over the scripts of a plan. What was edited is replaced.
    pub fn set(&mut self, draft: &Drafted) {
        for tab in Tab::BOTH {
            let script = match tab {
                Tab::Forward => &draft.forward,
                Tab::Rollback => &draft.rollback,
            };
            let sheet = self.sheet_mut(tab);
            sheet.places.clone_from(&script.places);
            sheet.planned.clone_from(&script.text);
            if !sheet.editor.holds(&script.text) {
                sheet.editor.set_text(&script.text);
            }
        }
        self.touched = None;
        self.trouble = None;
    }

    /// A judged edit: the text stays as typed, the places are those of the same statements in it.
    pub fn judged(&mut self, draft: &Drafted) {
        for tab in Tab::BOTH {
            let script = match tab {
                Tab::Forward => &draft.forward,
                Tab::Rollback => &draft.rollback,
            };
            let sheet = self.sheet_mut(tab);
            sheet.places = found_again(&script.text, &script.places, &sheet.editor.text());
        }
        self.trouble = None;
    }

    /// The person's own text over the plan's.
    pub fn restore(&mut self, tab: Tab, text: &str, now: Duration) {
        let sheet = self.sheet_mut(tab);
        if !sheet.editor.holds(text) {
            sheet.editor.replace(text);
            self.touched = Some(now);
        }
    }

    /// Back to what the plan says.
    pub fn revert(&mut self) {
        for tab in Tab::BOTH {
            let sheet = self.sheet_mut(tab);
            let planned = sheet.planned.clone();
            sheet.editor.set_text(&planned);
        }
        self.touched = None;
        self.trouble = None;
        self.then = Then::Nothing;
    }

    /// Whether a script differs from the generated plan.
    pub fn is_edited(&self) -> bool {
        Tab::BOTH.into_iter().any(|tab| {
            let sheet = self.sheet(tab);
            sheet.editor.is_touched() && !sheet.editor.holds(&sheet.planned)
        })
    }

    /// Whether this draft is what the editors hold, edits included.
    pub fn is_judged(&self, draft: &Drafted) -> bool {
        self.touched.is_none() && (draft.edited == Edited::ByHand || !self.is_edited())
    }

    pub fn touch(&mut self, now: Duration) {
        self.touched = Some(now);
    }

    pub fn settle(&mut self) {
        self.touched = None;
    }

    /// Until the pause after the last key is over; `None` if all is judged.
    pub fn until_due(&self, now: Duration) -> Option<Duration> {
        self.touched.map(|at| (at + PAUSE).saturating_sub(now))
    }

    /// The step that the cursor stands on.
    pub fn step_here(&self) -> Option<usize> {
        let sheet = self.sheet(self.tab);
        let line = sheet.editor.cursor().0;
        sheet.places.iter().find(|place| place.lines.contains(&line)).map(|place| place.step)
    }

    /// The comment above the statement under the cursor, whole and without its marks.
    pub fn note_here(&self) -> Option<String> {
        let step = self.step_here()?;
        let sheet = self.sheet(self.tab);
        let place = sheet.places.iter().find(|place| place.step == step)?;
        let end = if place.statement.is_empty() { place.lines.end } else { place.statement.start };
        let above = sheet.editor.lines().get(..end)?;
        // In an edited script only the statement's own place is known: what stands right above belongs to it.
        let is_comment = |line: &&String| line.trim_start().starts_with("--");
        let right_above = above.iter().rev().take_while(is_comment).count();
        let lines = above.get(place.lines.start.min(end - right_above)..)?;
        let said: Vec<&str> =
            lines.iter().filter_map(|line| line.trim().strip_prefix("--")).map(str::trim).collect();
        Some(said.join(" ")).filter(|note| !note.is_empty())
    }

    /// The first line of a step's statement in the script on show.
    pub fn line_of(&self, step: usize) -> Option<usize> {
        let place = self.sheet(self.tab).places.iter().find(|place| place.step == step)?;
        Some(if place.statement.is_empty() { place.lines.start } else { place.statement.start })
    }

    /// The first line of the first statement in the script on show.
    pub fn first_line(&self) -> Option<usize> {
        let place = self.places().iter().find(|place| !place.statement.is_empty())?;
        Some(place.statement.start)
    }

    pub fn places(&self) -> &[Place] {
        &self.sheet(self.tab).places
    }

    /// The lines of the forward script that findings are about, in order. They are about its steps.
    pub fn marks(&self, findings: &[Noted]) -> Vec<(usize, Severity)> {
        let mut lines: Vec<Option<usize>> = Vec::new();
        for place in self.places().iter().filter(|place| !place.statement.is_empty()) {
            if lines.len() <= place.step {
                lines.resize(place.step + 1, None);
            }
            lines[place.step].get_or_insert(place.statement.start);
        }
        let mark = |finding: &Noted| {
            let line = lines.get(finding.step?).copied().flatten()?;
            Some((line, finding.severity))
        };
        let mut marks: Vec<_> = match self.tab {
            Tab::Forward => findings.iter().filter_map(mark).collect(),
            Tab::Rollback => Vec::new(),
        };
        marks.sort_unstable();
        marks
    }

    /// Goes to the next place of a text, which stays marked.
    pub fn search(&mut self, text: &str, way: Way) -> bool {
        let editor = self.editor_mut();
        editor.look_for(text);
        match way {
            Way::Next => editor.search_next(),
            Way::Previous => editor.search_previous(),
        }
    }

    pub fn turn_selection(&mut self) {
        let editor = self.editor_mut();
        if !editor.end_selection() {
            editor.start_selection();
        }
    }

    /// `false` if nothing was selected.
    pub fn end_selection(&mut self) -> bool {
        self.editor_mut().end_selection()
    }

    pub fn line_or_selection(&self) -> String {
        let editor = self.editor();
        editor
            .selection()
            .unwrap_or_else(|| editor.lines().get(editor.cursor().0).cloned().unwrap_or_default())
    }
}

/// Where the statements of a script stand in another version of its text: by their first line, in order.
fn found_again(script: &str, places: &[Place], text: &str) -> Vec<Place> {
    let planned: Vec<&str> = script.split('\n').collect();
    let lines: Vec<&str> = text.split('\n').collect();
    let mut from = 0;
    let mut found = Vec::new();
    for place in places {
        let Some(first) = planned.get(place.statement.start).filter(|_| !place.statement.is_empty()) else {
            continue;
        };
        let rest = lines.get(from..).unwrap_or_default();
        if let Some(at) = rest.iter().position(|line| line.trim() == first.trim()) {
            let start = from + at;
            let end = (start + place.statement.len()).min(lines.len());
            found.push(Place { step: place.step, lines: start..end, statement: start..end });
            from = end;
        }
    }
    found
}
