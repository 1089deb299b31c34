//! The grammars of the dialects, each loaded when its first text is coloured. A grammar that does not load
//! costs the colours and nothing else.

use std::sync::OnceLock;

use syntect::parsing::{ParseState, Scope, SyntaxDefinition, SyntaxSet, SyntaxSetBuilder};

use crate::model::EngineKind;

use super::Token;

const BASE: &str = include_str!("../../../assets/syntaxes/base.sublime-syntax");

/// What a scope of the grammars means to the colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mark {
    Token(Token),
    /// `$tag$`, which opens a body.
    Dollar,
}

const MARKS: [(&str, Mark); 9] = [
    ("keyword.sql", Mark::Token(Token::Keyword)),
    ("keyword.client.sql", Mark::Token(Token::Keyword)),
    ("storage.type.sql", Mark::Token(Token::Type)),
    ("entity.name.sql", Mark::Token(Token::Name)),
    ("string.quoted.sql", Mark::Token(Token::Text)),
    ("constant.numeric.sql", Mark::Token(Token::Number)),
    ("comment.sql", Mark::Token(Token::Comment)),
    ("keyword.operator.sql", Mark::Token(Token::Operator)),
    ("string.dollar.sql", Mark::Dollar),
];

pub(super) struct Grammar {
    pub(super) set: SyntaxSet,
    /// The state at the start of a text.
    pub(super) start: ParseState,
    marks: Vec<(Scope, Mark)>,
}

impl Grammar {
    pub(super) fn mark(&self, scope: Scope) -> Option<Mark> {
        self.marks.iter().find(|(known, _)| *known == scope).map(|(_, mark)| *mark)
    }
}

pub(super) fn grammar(engine: EngineKind) -> Option<&'static Grammar> {
    static POSTGRES: OnceLock<Option<Grammar>> = OnceLock::new();
    static MYSQL: OnceLock<Option<Grammar>> = OnceLock::new();
    static SQLITE: OnceLock<Option<Grammar>> = OnceLock::new();
    static SQLSERVER: OnceLock<Option<Grammar>> = OnceLock::new();
    static SNOWFLAKE: OnceLock<Option<Grammar>> = OnceLock::new();
    let cell = match engine {
        EngineKind::Postgres => &POSTGRES,
        EngineKind::MySql => &MYSQL,
        EngineKind::Sqlite => &SQLITE,
        EngineKind::SqlServer => &SQLSERVER,
        EngineKind::Snowflake => &SNOWFLAKE,
    };
    cell.get_or_init(|| load(source(engine))).as_ref()
}

fn source(engine: EngineKind) -> &'static str {
    match engine {
        EngineKind::Postgres => include_str!("../../../assets/syntaxes/postgres.sublime-syntax"),
        EngineKind::MySql => include_str!("../../../assets/syntaxes/mysql.sublime-syntax"),
        EngineKind::Sqlite => include_str!("../../../assets/syntaxes/sqlite.sublime-syntax"),
        EngineKind::SqlServer => include_str!("../../../assets/syntaxes/sqlserver.sublime-syntax"),
        EngineKind::Snowflake => include_str!("../../../assets/syntaxes/snowflake.sublime-syntax"),
    }
}

fn load(dialect: &str) -> Option<Grammar> {
    // Lines come without their line feed.
    let dialect = SyntaxDefinition::load_from_str(dialect, false, None).ok()?;
    let scope = dialect.scope;
    let mut builder = SyntaxSetBuilder::new();
    builder.add(SyntaxDefinition::load_from_str(BASE, false, None).ok()?);
    builder.add(dialect);
    let set = builder.build();
    let start = ParseState::new(set.find_syntax_by_scope(scope)?);
    let marks = MARKS.iter().filter_map(|(name, mark)| Some((Scope::new(name).ok()?, *mark))).collect();
    Some(Grammar { set, start, marks })
}
