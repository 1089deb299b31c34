//! Everything a key can do, in one table: the name in keymap files and the palette, the words of help, and the
//! contexts where it makes sense. What an action does is decided in `app`.

use super::context::Context;
use Context::{
    Agent, Dialog, Diff, Findings, Global, Help, Log, Picker, Rollout, SqlInsert, SqlNormal, Tree,
};

/// An action of these contexts makes sense in every other, too.
const ANYWHERE: &[Context] = &[Global];
/// Whatever has lines to move over.
const LINES: &[Context] = &[Tree, Diff, SqlNormal, Findings, Agent, Log, Rollout, Picker, Help];
/// Lines with a cursor, where no letter is text.
const WALKED: &[Context] = &[Tree, Diff, SqlNormal, Findings, Agent, Log, Rollout];
/// Lines that open and close.
const BRANCHES: &[Context] = &[Tree, Diff, Findings, Agent];
/// Lines that can be searched and filtered.
const SEARCHED: &[Context] = &[Tree, Diff, SqlNormal, Findings, Agent, Log, Rollout, Help];
/// Where changes are reviewed.
const REVIEW: &[Context] = &[Tree, Diff];
const SQL: &[Context] = &[SqlNormal];
const ROLLOUT: &[Context] = &[Rollout];

macro_rules! actions {
    ($($action:ident $id:literal $desc:literal $contexts:expr;)+) => {
        /// What a key runs. Closed: a new action must be thought about in `app`.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Action { $($action,)+ }

        impl Action {
            /// In the order of the palette.
            pub const ALL: &[Self] = &[$(Self::$action,)+];

            /// The name in keymap files, such as `list.top`.
            pub fn id(self) -> &'static str {
                match self { $(Self::$action => $id,)+ }
            }

            /// The words of help and palette.
            pub fn desc(self) -> &'static str {
                match self { $(Self::$action => $desc,)+ }
            }

            /// Where it makes sense; `Global` means everywhere.
            pub fn contexts(self) -> &'static [Context] {
                match self { $(Self::$action => $contexts,)+ }
            }
        }
    };
}

actions! {
    FocusCurrent "focus.current" "Go to the current schema" ANYWHERE;
    FocusDesired "focus.desired" "Go to the desired schema" ANYWHERE;
    FocusDiff "focus.diff" "Go to the diff" ANYWHERE;
    FocusSql "focus.sql" "Go to the SQL" ANYWHERE;
    FocusAgent "focus.agent" "Go to the agent" ANYWHERE;
    FocusFindings "focus.findings" "Go to the findings" ANYWHERE;
    FocusLog "focus.log" "Go to the log" ANYWHERE;
    FocusNext "focus.next" "Next pane" ANYWHERE;
    FocusPrevious "focus.previous" "Previous pane" ANYWHERE;
    FocusLeft "focus.left" "Pane to the left" ANYWHERE;
    FocusDown "focus.down" "Pane below" ANYWHERE;
    FocusUp "focus.up" "Pane above" ANYWHERE;
    FocusRight "focus.right" "Pane to the right" ANYWHERE;
    Zoom "zoom" "Fill the screen with this pane, or stop" ANYWHERE;
    ResizeWider "resize.wider" "Make the pane wider" ANYWHERE;
    ResizeNarrower "resize.narrower" "Make the pane narrower" ANYWHERE;
    ResizeTaller "resize.taller" "Make the pane taller" ANYWHERE;
    ResizeLower "resize.lower" "Make the pane lower" ANYWHERE;
    ResizeEqual "resize.equal" "Give all panes their usual size" ANYWHERE;
    Palette "palette" "Find an action by name" ANYWHERE;
    Menu "menu" "Open the menu" ANYWHERE;
    Help "help" "Keys of this place" ANYWHERE;
    LogToggle "log.toggle" "Show or hide the log" ANYWHERE;
    Redraw "redraw" "Draw the screen anew" ANYWHERE;
    Suspend "suspend" "Suspend to the shell" ANYWHERE;
    Back "back" "One level out" ANYWHERE;
    Cancel "cancel" "Stop what is running; twice asks to quit" ANYWHERE;
    Close "close" "Close this view" ANYWHERE;
    Quit "quit" "Quit" ANYWHERE;

    Count "count" "Begin a number: how far, how often, or which row" WALKED;
    ListDown "list.down" "Down" LINES;
    ListUp "list.up" "Up" LINES;
    ListTop "list.top" "Go to the top" LINES;
    ListBottom "list.bottom" "Go to the bottom" LINES;
    ListHalfDown "list.half_down" "Half a page down" LINES;
    ListHalfUp "list.half_up" "Half a page up" LINES;
    ListPageDown "list.page_down" "One page down" LINES;
    ListPageUp "list.page_up" "One page up" LINES;
    ListOpen "list.open" "Open" &[Tree, Diff, Findings, Agent, Log, Rollout, Picker, Dialog, Help];
    ListCollapse "list.collapse" "Collapse, or go to the parent" BRANCHES;
    ListExpand "list.expand" "Expand, or go to the first child" BRANCHES;
    ListExpandAll "list.expand_all" "Expand all" BRANCHES;
    ListCollapseAll "list.collapse_all" "Collapse all" BRANCHES;
    ListSearch "list.search" "Search" SEARCHED;
    ListSearchNext "list.search_next" "Next match" SEARCHED;
    ListSearchPrevious "list.search_previous" "Previous match" SEARCHED;
    ListFilter "list.filter" "Show only what matches" &[Tree, Findings, Log, Help];
    ListSelect "list.select" "Take this change into the plan, or leave it out" &[Tree, Diff, Picker];
    ListRange "list.range" "Select a range" &[Tree, Diff, SqlNormal, Findings, Log];
    Refresh "refresh" "Read again: both schemas, or the journals" ANYWHERE;

    SidesPick "sides.pick" "Choose what is compared" ANYWHERE;
    SidesSwap "sides.swap" "Swap current and desired" ANYWHERE;

    ChangeNext "change.next" "Next change" ANYWHERE;
    ChangePrevious "change.previous" "Previous change" ANYWHERE;
    DiffLayout "diff.layout" "Side by side, or unified" ANYWHERE;
    DiffWords "diff.words" "Mark changed words, or whole lines" ANYWHERE;
    DiffMoreContext "diff.more_context" "More lines around a change" &[Diff];
    DiffLessContext "diff.less_context" "Fewer lines around a change" &[Diff];
    MarkOk "mark.ok" "Mark the change as reviewed" REVIEW;
    MarkWanted "mark.wanted" "Ask for another change" REVIEW;
    MarkComment "mark.comment" "Comment on the change" REVIEW;
    MarkUndo "mark.undo" "Undo the last mark" REVIEW;
    MarkRedo "mark.redo" "Redo the mark" REVIEW;
    AgentAsk "agent.ask" "Ask the agent about this" ANYWHERE;
    Renames "renames" "Decide what was renamed" ANYWHERE;

    SqlInsert "sql.insert" "Insert before the cursor" SQL;
    SqlInsertStart "sql.insert_start" "Insert at the start of the line" SQL;
    SqlAppend "sql.append" "Insert behind the cursor" SQL;
    SqlAppendEnd "sql.append_end" "Insert at the end of the line" SQL;
    SqlOpenLine "sql.open_line" "Open a line below" SQL;
    SqlOpenAbove "sql.open_above" "Open a line above" SQL;
    SqlLeft "sql.left" "Left" SQL;
    SqlRight "sql.right" "Right" SQL;
    SqlWordNext "sql.word_next" "Next word" SQL;
    SqlWordPrevious "sql.word_previous" "Previous word" SQL;
    SqlWordEnd "sql.word_end" "End of the word" SQL;
    SqlLineStart "sql.line_start" "Start of the line" SQL;
    SqlLineEnd "sql.line_end" "End of the line" SQL;
    SqlDeleteChar "sql.delete_char" "Delete the character" SQL;
    SqlDeleteLine "sql.delete_line" "Delete the line" SQL;
    SqlDeleteEnd "sql.delete_end" "Delete to the end of the line" SQL;
    SqlYankLine "sql.yank_line" "Take the line, to paste it" SQL;
    SqlPaste "sql.paste" "Paste what was deleted or taken" SQL;
    SqlUndo "sql.undo" "Undo" SQL;
    SqlRedo "sql.redo" "Redo" SQL;
    SqlSearch "sql.search" "Search in the script" SQL;
    SqlTabNext "sql.tab_next" "Next script: forward, rollback" ANYWHERE;
    SqlTabPrevious "sql.tab_previous" "Previous script" ANYWHERE;
    SqlRehearse "sql.rehearse" "Prove both scripts on a scratch database" ANYWHERE;
    SqlEditor "sql.editor" "Edit the script in $EDITOR" ANYWHERE;
    SqlCopy "sql.copy" "Copy the line or the selection" SQL;
    SqlCopyAll "sql.copy_all" "Copy the whole script" ANYWHERE;
    SqlSave "sql.save" "Write the plan's folder" ANYWHERE;
    SqlRevert "sql.revert" "Drop the edits: back to the planned script" ANYWHERE;

    FindingOpen "finding.open" "Go to what the finding is about" &[Findings, SqlNormal];
    FindingNext "finding.next" "Next finding" ANYWHERE;
    FindingPrevious "finding.previous" "Previous finding" ANYWHERE;

    Copy "copy" "Copy what the cursor is on" &[Tree, Diff, Findings, Agent, Log, Rollout, Help];

    RolloutOpen "rollout.open" "Environments: what ran where, and what runs next" ANYWHERE;
    RolloutApply "rollout.apply" "Run the plan here, or go on with what stopped" ANYWHERE;
    RolloutBack "rollout.back" "Take the last run back" ROLLOUT;
    RolloutContract "rollout.contract" "Remove for good what the last run has put aside" ROLLOUT;
    RolloutApprove "rollout.approve" "Approve without running, and show the token for a run elsewhere" ROLLOUT;
    RolloutPlan "rollout.plan" "Choose the plan to run" ROLLOUT;
    RolloutRun "rollout.run" "The run under way, or the last one" ANYWHERE;
    RolloutHistory "rollout.history" "All runs of all environments" ANYWHERE;

    ThemeNext "theme.next" "Next theme" ANYWHERE;
    KeymapNext "keymap.next" "Next keymap" ANYWHERE;
    SymbolsToggle "symbols.toggle" "Unicode or ASCII symbols" ANYWHERE;
    MotionToggle "motion.toggle" "Animation on or off" ANYWHERE;
    MouseToggle "mouse.toggle" "Mouse on or off" ANYWHERE;
    Reload "reload" "Read settings, keys and themes again" ANYWHERE;
    Doctor "doctor" "What works here, and what mends the rest" ANYWHERE;

    DialogYes "dialog.yes" "Yes" &[Dialog];
    DialogNo "dialog.no" "No" &[Dialog];
    DialogNext "dialog.next" "Next button" &[Dialog];
    DialogPrevious "dialog.previous" "Previous button" &[Dialog];
}

impl Action {
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.id() == id)
    }

    /// Whether a key of this context may run it.
    pub fn fits(self, context: Context) -> bool {
        // What fits the editor's normal mode fits its insert mode: a chord there is not text.
        let context = if context == SqlInsert { SqlNormal } else { context };
        self.contexts().iter().any(|own| *own == Global || *own == context)
    }
}
