//! The grammar of `when`: facts, `!`, `&&`, `||`, parentheses. It parses and answers, and nothing else.

use super::context::{Fact, Facts};

/// Deeper nesting has no reader.
const DEEPEST: usize = 32;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Condition {
    Holds(Fact),
    Not(Box<Condition>),
    Both(Box<Condition>, Box<Condition>),
    Either(Box<Condition>, Box<Condition>),
}

/// What is wrong with a condition.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum ConditionError {
    #[error("unknown fact `{0}`")]
    Fact(String),
    #[error("expected {wanted} before `{found}`")]
    Expected { wanted: &'static str, found: String },
    #[error("expected {0} at the end")]
    Unfinished(&'static str),
    #[error("nested too deeply")]
    Deep,
}

impl Condition {
    /// `!filtering && (edited || busy)`.
    pub(super) fn parse(text: &str) -> Result<Self, ConditionError> {
        let mut parser = Parser { rest: text.trim_start() };
        let condition = parser.either(0)?;
        match parser.rest {
            "" => Ok(condition),
            rest => Err(ConditionError::Expected { wanted: "`&&`, `||` or the end", found: rest.to_owned() }),
        }
    }

    pub(super) fn holds(&self, facts: Facts) -> bool {
        match self {
            Self::Holds(fact) => facts.holds(*fact),
            Self::Not(inner) => !inner.holds(facts),
            Self::Both(one, other) => one.holds(facts) && other.holds(facts),
            Self::Either(one, other) => one.holds(facts) || other.holds(facts),
        }
    }

    /// Whether both hold at the same moments, however they are written.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.asks().and(other.asks()).subsets().all(|facts| self.holds(facts) == other.holds(facts))
    }

    /// The facts that it depends on.
    pub(super) fn asks(&self) -> Facts {
        match self {
            Self::Holds(fact) => Facts::NONE.with(*fact),
            Self::Not(inner) => inner.asks(),
            Self::Both(one, other) | Self::Either(one, other) => one.asks().and(other.asks()),
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn either(&mut self, depth: usize) -> Result<Condition, ConditionError> {
        let mut condition = self.both(depth)?;
        let mut terms = 0;
        while self.takes("||") {
            terms += 1;
            if terms > DEEPEST {
                return Err(ConditionError::Deep);
            }
            condition = Condition::Either(Box::new(condition), Box::new(self.both(depth)?));
        }
        Ok(condition)
    }

    fn both(&mut self, depth: usize) -> Result<Condition, ConditionError> {
        let mut condition = self.one(depth)?;
        let mut terms = 0;
        while self.takes("&&") {
            terms += 1;
            if terms > DEEPEST {
                return Err(ConditionError::Deep);
            }
            condition = Condition::Both(Box::new(condition), Box::new(self.one(depth)?));
        }
        Ok(condition)
    }

    fn one(&mut self, depth: usize) -> Result<Condition, ConditionError> {
        if depth > DEEPEST {
            return Err(ConditionError::Deep);
        }
        if self.takes("!") {
            return Ok(Condition::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.takes("(") {
            let condition = self.either(depth + 1)?;
            return if self.takes(")") { Ok(condition) } else { Err(self.expected("`)`")) };
        }
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.is_empty() {
            return Err(self.expected("a fact"));
        }
        let fact = Fact::of(word).ok_or_else(|| ConditionError::Fact(word.to_owned()))?;
        self.rest = rest.trim_start();
        Ok(Condition::Holds(fact))
    }

    fn takes(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn expected(&self, wanted: &'static str) -> ConditionError {
        match self.rest {
            "" => ConditionError::Unfinished(wanted),
            rest => ConditionError::Expected { wanted, found: rest.to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, facts: &[Fact]) -> bool {
        Condition::parse(text).unwrap().holds(facts.iter().copied().collect())
    }

    #[test]
    fn and_binds_closer_than_or() {
        use Fact::{Busy, Filtering};
        assert!(holds("filtering", &[Filtering]));
        assert!(holds("!filtering", &[Busy]));
        assert!(holds("busy || edited && filtering", &[Busy]));
        assert!(!holds("(busy || edited) && filtering", &[Busy]));
        assert!(holds(" ! ( busy||edited )&&filtering ", &[Filtering]));
        assert!(holds("!!busy", &[Busy]));
    }

    #[test]
    fn the_same_however_it_is_written() {
        let same =
            |one: &str, other: &str| Condition::parse(one).unwrap().same(&Condition::parse(other).unwrap());
        assert!(same("!(busy || edited)", "!edited && !busy"));
        assert!(!same("busy", "edited"));
    }

    #[test]
    fn mistakes() {
        use ConditionError::{Deep, Expected, Fact as Unknown, Unfinished};
        assert_eq!(Condition::parse("fltering"), Err(Unknown("fltering".into())));
        assert_eq!(Condition::parse(""), Err(Unfinished("a fact")));
        assert_eq!(Condition::parse("busy &&"), Err(Unfinished("a fact")));
        assert_eq!(Condition::parse("(busy"), Err(Unfinished("`)`")));
        let found = |wanted, found: &str| Err(Expected { wanted, found: found.into() });
        assert_eq!(Condition::parse("busy edited"), found("`&&`, `||` or the end", "edited"));
        assert_eq!(Condition::parse("busy & edited"), found("`&&`, `||` or the end", "& edited"));
        assert_eq!(Condition::parse("|| busy"), found("a fact", "|| busy"));
        for deep in ["!".repeat(100_000), "(".repeat(100_000), "busy && ".repeat(100_000)] {
            assert_eq!(Condition::parse(&deep), Err(Deep));
        }
    }
}
