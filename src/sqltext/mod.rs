//! SQL as text: the builder that alone quotes names and literals, and the lexer that alone splits scripts.
//! It never talks to a server and never decides what a statement means.

mod build;
mod keywords;

pub use build::{Literal, Piece, SqlBuilder};
