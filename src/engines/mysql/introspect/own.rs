//! The database's own name inside the texts of its objects. The server prints it before functions and sequences, and a
//! trigger's head may be typed with it; two databases of different names would differ there, and a plan for the one
//! would reach into the other. Bodies that people typed are left as they are.

use super::catalog::E;
use crate::sqltext::{Token, TokenClass, lex};

/// Functions whose first argument is the name of a sequence.
const OF_SEQUENCES: [&str; 3] = ["nextval", "lastval", "setval"];

/// A text that the server prints: `` `shop`.`f`(1) `` → `` `f`(1) ``, `` nextval(`shop`.`s`) `` → `` nextval(`s`) ``. A
/// column behind an alias that has the database's name stays: nothing opens a parenthesis after it.
pub(super) fn without_own_name(text: &str, database: &str) -> String {
    let quoted = format!("`{}`", database.replace('`', "``"));
    if !text.contains(&quoted) {
        return text.to_owned();
    }
    cut(text, |words, at| {
        let word =
            |at: usize| words.get(at).map(|token| text.get(token.start..token.end).unwrap_or_default());
        let before = |back: usize| at.checked_sub(back).and_then(word).unwrap_or_default();
        let names_own = word(at) == Some(quoted.as_str()) && word(at + 1) == Some(".") && before(1) != ".";
        let called = word(at + 3) == Some("(");
        let sequence =
            before(1) == "(" && OF_SEQUENCES.iter().any(|name| before(2).eq_ignore_ascii_case(name));
        names_own && (called || sequence)
    })
}

/// A trigger's text as it was typed: its own name and that of its table stand before FOR.
pub(super) fn trigger_without_own_name(text: &str, database: &str) -> String {
    let bare = |word: &str| word.trim_matches('`').replace("``", "`");
    let head = |words: &[Token], at: usize| {
        let word = |token: &Token| text.get(token.start..token.end).unwrap_or_default();
        words.iter().take(at).all(|token| !word(token).eq_ignore_ascii_case("for"))
    };
    cut(text, |words, at| {
        let word = |at: usize| words.get(at).and_then(|token| text.get(token.start..token.end));
        word(at).is_some_and(|word| bare(word).eq_ignore_ascii_case(database))
            && word(at + 1) == Some(".")
            && head(words, at)
    })
}

/// Cuts out every word for which it is wished, and the one behind it.
fn cut(text: &str, wished: impl Fn(&[Token], usize) -> bool) -> String {
    let meant = |token: &Token| !matches!(token.class, TokenClass::Whitespace | TokenClass::Comment);
    let words: Vec<Token> = lex(text, E).filter(meant).collect();
    let mut rest = String::with_capacity(text.len());
    let mut done = 0;
    for at in 0..words.len() {
        if let (Some(own), Some(dot)) = (words.get(at), words.get(at + 1))
            && own.start >= done
            && wished(&words, at)
        {
            rest.push_str(text.get(done..own.start).unwrap_or_default());
            done = dot.end;
        }
    }
    rest.push_str(text.get(done..).unwrap_or_default());
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_name_goes() {
        let printed = "select `shop`.`f`(`shop`.`id`) AS `x`,nextval(`shop`.`s`) AS `n`,`other`.`f`(1) AS `o` \
            from (`t` `shop` join `other`.`t`) where `shop`.`name` = '`shop`.`f`('";
        let expected = "select `f`(`shop`.`id`) AS `x`,nextval(`s`) AS `n`,`other`.`f`(1) AS `o` \
            from (`t` `shop` join `other`.`t`) where `shop`.`name` = '`shop`.`f`('";
        assert_eq!(without_own_name(printed, "shop"), expected);
        assert_eq!(without_own_name("`a``b`.`f`(1)", "a`b"), "`f`(1)");
    }

    #[test]
    fn heads_of_triggers_name_no_database() {
        let typed = "trigger shop.g before insert on `shop` . t for each row insert into shop.log values (1)";
        let expected = "trigger g before insert on  t for each row insert into shop.log values (1)";
        assert_eq!(trigger_without_own_name(typed, "shop"), expected);
    }
}
