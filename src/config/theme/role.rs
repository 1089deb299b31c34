//! The roles that colour is given to, in one table: the name in theme files, and the role whose colour stands in
//! where an older theme does not know this one.

macro_rules! roles {
    ($($role:ident $id:literal $like:expr;)+) => {
        /// What a piece of screen is, never what it looks like.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Role { $($role,)+ }

        impl Role {
            pub const ALL: &[Self] = &[$(Self::$role,)+];

            /// The name in theme files, such as `diff.add.word`.
            pub fn id(self) -> &'static str {
                match self { $(Self::$role => $id,)+ }
            }

            /// The role that lends its colours where a theme says nothing about this one.
            pub(super) fn like(self) -> Option<Self> {
                match self { $(Self::$role => $like,)+ }
            }
        }
    };
}

roles! {
    Text "text" None;
    Muted "muted" Some(Self::Text);
    Title "title" Some(Self::Text);
    Border "border" Some(Self::Muted);
    BorderFocus "border.focus" Some(Self::Title);
    Selection "selection" Some(Self::Text);
    Cursor "cursor" Some(Self::Selection);
    Hint "hint" Some(Self::Muted);
    Key "key" Some(Self::Title);

    DiffAdd "diff.add" Some(Self::Text);
    DiffAddWord "diff.add.word" Some(Self::DiffAdd);
    DiffRemove "diff.remove" Some(Self::Text);
    DiffRemoveWord "diff.remove.word" Some(Self::DiffRemove);
    DiffChange "diff.change" Some(Self::Text);
    DiffRename "diff.rename" Some(Self::DiffChange);
    DiffContext "diff.context" Some(Self::Text);
    DiffGutter "diff.gutter" Some(Self::Muted);

    SignAdd "sign.add" Some(Self::DiffAdd);
    SignRemove "sign.remove" Some(Self::DiffRemove);
    SignChange "sign.change" Some(Self::DiffChange);
    SignRename "sign.rename" Some(Self::DiffRename);
    SignHazard "sign.hazard" Some(Self::SeverityError);
    SignLocked "sign.locked" Some(Self::SeverityWarn);
    SignUnmodelled "sign.unmodelled" Some(Self::Muted);

    SeverityError "severity.error" Some(Self::Text);
    SeverityWarn "severity.warn" Some(Self::Text);
    SeverityInfo "severity.info" Some(Self::Text);

    EnvProduction "env.production" Some(Self::SeverityError);
    EnvStaging "env.staging" Some(Self::SeverityWarn);
    EnvOther "env.other" Some(Self::Text);

    SqlKeyword "sql.keyword" Some(Self::Text);
    SqlType "sql.type" Some(Self::SqlKeyword);
    SqlName "sql.name" Some(Self::Text);
    SqlString "sql.string" Some(Self::Text);
    SqlNumber "sql.number" Some(Self::SqlString);
    SqlComment "sql.comment" Some(Self::Muted);
    SqlOperator "sql.operator" Some(Self::Text);

    StatusOk "status.ok" Some(Self::DiffAdd);
    StatusBusy "status.busy" Some(Self::SeverityInfo);
    StatusFailed "status.failed" Some(Self::SeverityError);
    RunBusy "run.busy" Some(Self::StatusBusy);

    Agent "agent" Some(Self::Text);
    AgentPerson "agent.person" Some(Self::Text);

    SearchMatch "search.match" Some(Self::Selection);

    MarkOk "mark.ok" Some(Self::StatusOk);
    MarkWanted "mark.wanted" Some(Self::SeverityWarn);
}

impl Role {
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.id() == id)
    }

    /// Its place in `ALL`.
    pub(super) fn at(self) -> usize {
        Self::ALL.iter().position(|role| *role == self).unwrap_or(0)
    }
}
