//! SQL as text: the builder that alone quotes names and literals, and the lexer that alone splits scripts.
//! It never talks to a server and never decides what a statement means.

mod build;
mod keywords;
mod lex;
mod split;

pub use build::{Literal, Piece, SqlBuilder};
pub use lex::{Lexer, Token, TokenClass, lex};
pub use split::{PieceKind, ScriptPiece, is_blank, split};
