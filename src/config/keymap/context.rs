//! Where a key counts, and the facts that a binding may depend on. Names only; what is true at a moment, the
//! application says.

/// The part of the screen that a key goes to. Its order is the order of help.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Context {
    Global,
    Tree,
    Diff,
    SqlNormal,
    SqlInsert,
    Findings,
    Agent,
    Log,
    /// Environments, runs, reports.
    Rollout,
    Picker,
    Prompt,
    Dialog,
    Help,
}

impl Context {
    pub const ALL: &[Self] = &[
        Self::Global,
        Self::Tree,
        Self::Diff,
        Self::SqlNormal,
        Self::SqlInsert,
        Self::Findings,
        Self::Agent,
        Self::Log,
        Self::Rollout,
        Self::Picker,
        Self::Prompt,
        Self::Dialog,
        Self::Help,
    ];

    /// The name in keymap files.
    pub fn id(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Tree => "tree",
            Self::Diff => "diff",
            Self::SqlNormal => "sql.normal",
            Self::SqlInsert => "sql.insert",
            Self::Findings => "findings",
            Self::Agent => "agent",
            Self::Log => "log",
            Self::Rollout => "rollout",
            Self::Picker => "picker",
            Self::Prompt => "prompt",
            Self::Dialog => "dialog",
            Self::Help => "help",
        }
    }

    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|context| context.id() == id)
    }

    /// Whether keys are text here. Then a key that edits text is looked up in this context alone: no binding of
    /// an outer one can swallow a letter.
    pub fn types(self) -> bool {
        match self {
            Self::SqlInsert | Self::Picker | Self::Prompt => true,
            Self::Global
            | Self::Tree
            | Self::Diff
            | Self::SqlNormal
            | Self::Findings
            | Self::Agent
            | Self::Log
            | Self::Rollout
            | Self::Dialog
            | Self::Help => false,
        }
    }
}

/// What `when` may ask.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fact {
    /// A filter hides rows.
    Filtering,
    /// A search has matches to go to.
    Searching,
    /// A range or several rows are selected.
    Selecting,
    /// The script was edited by hand and is not saved.
    Edited,
    /// A command is running.
    Busy,
    /// One pane fills the screen.
    Zoomed,
    /// The agent proposes a change that waits for an answer.
    Proposal,
    /// A count or an operator waits for its key.
    Pending,
}

impl Fact {
    pub const ALL: &[Self] = &[
        Self::Filtering,
        Self::Searching,
        Self::Selecting,
        Self::Edited,
        Self::Busy,
        Self::Zoomed,
        Self::Proposal,
        Self::Pending,
    ];

    pub fn id(self) -> &'static str {
        match self {
            Self::Filtering => "filtering",
            Self::Searching => "searching",
            Self::Selecting => "selecting",
            Self::Edited => "edited",
            Self::Busy => "busy",
            Self::Zoomed => "zoomed",
            Self::Proposal => "proposal",
            Self::Pending => "pending",
        }
    }

    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fact| fact.id() == id)
    }
}

/// The facts that hold at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Facts(u16);

impl Facts {
    /// None of them.
    pub const NONE: Self = Self(0);

    #[must_use]
    pub fn with(self, fact: Fact) -> Self {
        Self(self.0 | bit(fact))
    }

    pub fn holds(self, fact: Fact) -> bool {
        self.0 & bit(fact) != 0
    }

    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Every set of some of these facts, the empty one first: few enough to try them all.
    pub(super) fn subsets(self) -> impl Iterator<Item = Self> {
        (0..=self.0).filter(move |set| set & !self.0 == 0).map(Self)
    }
}

impl FromIterator<Fact> for Facts {
    fn from_iter<I: IntoIterator<Item = Fact>>(facts: I) -> Self {
        facts.into_iter().fold(Self::NONE, Self::with)
    }
}

fn bit(fact: Fact) -> u16 {
    let at = Fact::ALL.iter().position(|known| *known == fact).unwrap_or(0);
    1 << at
}
