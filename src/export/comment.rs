//! Text that goes into a `--` comment. Whatever it holds, it stays one line and stays a comment.

use std::fmt;

use crate::shown::Shown;

/// One comment line. Line breaks and control characters become visible escapes, so no text can end it.
pub(super) fn comment(text: impl fmt::Display) -> String {
    let line = Shown::new(text);
    format!("-- {}\n", line.as_str().trim_end())
}

#[cfg(test)]
mod tests {
    use super::comment;

    #[test]
    fn nothing_ends_a_comment_early() {
        for hostile in ["a\nDROP TABLE t;", "a\rDROP", "a\u{2028}b", "a\u{85}b", "a\u{c}b", "a\0b"] {
            let line = comment(hostile);
            assert_eq!(line.matches(|c: char| c.is_control() || c == '\u{2028}').count(), 1, "{line:?}");
            assert!(line.starts_with("-- a\\") && line.ends_with('\n'), "{line:?}");
        }
    }
}
