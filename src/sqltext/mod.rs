//! SQL as text: the builder that alone quotes names and literals, the lexer that alone splits scripts, the colours.
//! It never talks to a server and never decides what a statement means.

mod build;
pub mod colour;
mod keywords;
mod lex;
mod lines;
mod split;

pub use build::{Literal, Piece, SqlBuilder};
pub use lex::{Lexer, Token, TokenClass, lex};
pub use lines::{StatementLines, statement_at, statement_lines};
pub use split::{PieceKind, ScriptPiece, is_blank, split};
