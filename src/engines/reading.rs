//! A statement that a person wrote, in facts: what it does to what, which lock it takes, how long it works. The
//! words are looked at and never parsed whole; what is not understood counts as the worst. Engines read them; this
//! is what they answer, and the cursor over words that they share.

use crate::model::{
    Boundary, ConstraintKind, Effects, EngineKind, Ident, Lock, Loss, LossTime, ObjectId, ObjectKind,
    QualifiedName, Runtime, Schema, Validity, Verb, Work,
};
use crate::sqltext::{TokenClass, lex};

/// The facts of one statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    pub verb: Verb,
    /// The object that it is about; `None` where that cannot be told.
    pub subject: Option<ObjectId>,
    pub effects: Effects,
    /// `Transactional`, or `NonTransactional` where the server refuses it in a transaction, or `OwnTransaction`
    /// where what it makes cannot be used before its transaction ends.
    pub boundary: Boundary,
    pub runtime: Runtime,
    /// What it loses, whoever writes the way back.
    pub loss: Option<Loss>,
    pub undoing: Undoing,
    /// What it does, one for each part of the statement.
    pub acts: Vec<Act>,
}

/// Whether there is anything to take back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Undoing {
    Needed,
    /// It changes no schema and no rows: a question, a setting, statistics.
    Nothing,
}

/// Something that a statement does, as far as a judgment may depend on it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    Creates(ObjectId),
    Drops(ObjectId),
    CreatesIndex {
        on: ObjectId,
        index: ObjectId,
        manner: Manner,
    },
    DropsIndex {
        index: ObjectId,
        manner: Manner,
    },
    Reindexes {
        what: ObjectId,
        manner: Manner,
    },
    Detaches {
        parent: ObjectId,
        manner: Manner,
    },
    AddsColumn(ObjectId),
    DropsColumn(ObjectId),
    ChangesType(ObjectId),
    RequiresValue(ObjectId),
    AddsConstraint {
        on: ObjectId,
        kind: ConstraintKind,
        validity: Validity,
        index: Prebuilt,
    },
    Validates(ObjectId),
    Renames(ObjectId),
    /// Reads and writes a table anew to make it smaller or sorted: VACUUM FULL, CLUSTER.
    Compacts(ObjectId),
    Writes {
        table: ObjectId,
        how: Write,
        rows: Reach,
    },
    Truncates {
        tables: Vec<ObjectId>,
        cascade: Cascade,
    },
    /// DROP … CASCADE: whatever depends on it goes too.
    Cascades(ObjectId),
    DropsDatabase,
    /// Privileges, owners, policies.
    Authorizes(ObjectId),
    /// Nothing of it is known, or runs code that is not known.
    Unknown,
}

/// Whether others may go on while it runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Manner {
    Blocking,
    Concurrent,
}

/// Whether a key takes an index that is there already.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Prebuilt {
    UsesIndex,
    Builds,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Write {
    Insert,
    Update,
    Delete,
}

/// Which rows a statement touches, as its WHERE says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reach {
    All,
    Some,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Cascade {
    Cascade,
    Restrict,
}

impl Reading {
    /// In a transaction with its neighbours, of no cost, to be taken back.
    pub(super) fn new(verb: Verb, subject: Option<ObjectId>) -> Self {
        Self {
            verb,
            subject,
            effects: Effects::none(),
            boundary: Boundary::Transactional,
            runtime: Runtime::Brief,
            loss: None,
            undoing: Undoing::Needed,
            acts: Vec::new(),
        }
    }

    /// As bad as it could be.
    pub(super) fn unknown(lock: Lock) -> Self {
        Self::new(Verb::Alter, None).holds(lock, [], Work::Rewrite).does(Act::Unknown)
    }

    /// Adds a lock; the strongest one and the most work of all count.
    pub(super) fn holds(mut self, lock: Lock, on: impl IntoIterator<Item = ObjectId>, work: Work) -> Self {
        for id in on {
            if !self.effects.on.contains(&id) {
                self.effects.on.push(id);
            }
        }
        self.effects.lock = self.effects.lock.max(lock);
        self.effects.work = self.effects.work.max(work);
        if work > Work::Catalog {
            self.runtime = Runtime::Long;
        }
        self
    }

    pub(super) fn does(mut self, act: Act) -> Self {
        self.acts.push(act);
        self
    }

    pub(super) fn loses(mut self, what: String) -> Self {
        self.loss = Some(Loss::new(LossTime::Forward, what));
        self
    }

    pub(super) fn bounded(mut self, boundary: Boundary) -> Self {
        self.boundary = boundary;
        self
    }

    pub(super) fn nothing_to_undo(mut self) -> Self {
        self.undoing = Undoing::Nothing;
        self
    }
}

/// The words and signs of a statement, one after the other; blanks and comments are gone.
#[derive(Clone)]
pub(super) struct Words<'t> {
    engine: EngineKind,
    tokens: Vec<(TokenClass, &'t str)>,
    at: usize,
}

impl<'t> Words<'t> {
    pub fn of(sql: &'t str, engine: EngineKind) -> Self {
        let tokens = lex(sql, engine)
            .filter(|token| !matches!(token.class, TokenClass::Whitespace | TokenClass::Comment))
            .map(|token| (token.class, sql.get(token.start..token.end).unwrap_or("")))
            .collect();
        Self { engine, tokens, at: 0 }
    }

    pub fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    fn word_at(&self, at: usize) -> Option<&'t str> {
        match self.tokens.get(at) {
            Some((TokenClass::Keyword | TokenClass::Identifier, word)) => Some(word),
            Some(_) | None => None,
        }
    }

    /// Whether these words come next.
    pub fn comes(&self, words: &str) -> bool {
        words.split(' ').enumerate().all(|(ahead, word)| {
            self.word_at(self.at + ahead).is_some_and(|is| is.eq_ignore_ascii_case(word))
        })
    }

    /// Takes these words if they come next.
    pub fn take(&mut self, words: &str) -> bool {
        let comes = self.comes(words);
        if comes {
            self.at += words.split(' ').count();
        }
        comes
    }

    /// Takes one of these, and says which.
    pub fn take_any(&mut self, choices: &[&'static str]) -> Option<&'static str> {
        choices.iter().copied().find(|words| self.take(words))
    }

    pub fn sign(&self, sign: &str) -> bool {
        self.tokens.get(self.at).is_some_and(|(class, text)| {
            matches!(class, TokenClass::Punctuation | TokenClass::Operator) && *text == sign
        })
    }

    pub fn take_sign(&mut self, sign: &str) -> bool {
        let comes = self.sign(sign);
        self.at += usize::from(comes);
        comes
    }

    pub fn skip(&mut self) {
        self.at += 1;
    }

    /// Whether these words stand anywhere further on, outside parentheses.
    pub fn later(&self, words: &str) -> bool {
        let mut rest = self.clone();
        let mut depth = 0_usize;
        while !rest.is_done() {
            if rest.sign("(") {
                depth += 1;
            } else if rest.sign(")") {
                depth = depth.saturating_sub(1);
            } else if depth == 0 && rest.comes(words) {
                return true;
            }
            rest.skip();
        }
        false
    }

    /// The words and signs from here on.
    pub fn rest(&self) -> Vec<&'t str> {
        self.tokens.get(self.at..).unwrap_or_default().iter().map(|(_, text)| *text).collect()
    }

    /// Goes on to these words, outside parentheses, and takes them.
    pub fn find(&mut self, words: &str) -> bool {
        let mut rest = self.clone();
        let mut depth = 0_usize;
        while !rest.is_done() {
            if rest.sign("(") {
                depth += 1;
            } else if rest.sign(")") {
                depth = depth.saturating_sub(1);
            } else if depth == 0 && rest.take(words) {
                *self = rest;
                return true;
            }
            rest.skip();
        }
        false
    }

    /// The parts between commas, outside parentheses, from here on.
    pub fn parts(&self) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut depth = 0_usize;
        let mut first = self.at;
        for at in self.at..self.tokens.len() {
            match self.tokens.get(at) {
                Some((TokenClass::Punctuation, "(")) => depth += 1,
                Some((TokenClass::Punctuation, ")")) => depth = depth.saturating_sub(1),
                Some((TokenClass::Punctuation, ",")) if depth == 0 => {
                    parts.push(self.slice(first, at));
                    first = at + 1;
                }
                Some(_) | None => {}
            }
        }
        parts.push(self.slice(first, self.tokens.len()));
        parts
    }

    fn slice(&self, first: usize, end: usize) -> Self {
        let tokens = self.tokens.get(first..end).unwrap_or_default().to_vec();
        Self { engine: self.engine, tokens, at: 0 }
    }

    /// One name, without its quotes and as the server folds it.
    pub fn ident(&mut self) -> Option<Ident> {
        let (class, text) = *self.tokens.get(self.at)?;
        let name = match class {
            TokenClass::Keyword | TokenClass::Identifier if self.engine == EngineKind::Postgres => {
                text.to_lowercase()
            }
            TokenClass::Keyword | TokenClass::Identifier => text.to_owned(),
            TokenClass::QuotedIdentifier => {
                let close = text.chars().last().unwrap_or('"');
                let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
                inner.replace(&format!("{close}{close}"), &close.to_string())
            }
            _ => return None,
        };
        self.at += 1;
        Some(Ident::new(name))
    }

    /// Names with points between them.
    pub fn path(&mut self) -> Vec<Ident> {
        let mut path: Vec<Ident> = self.ident().into_iter().collect();
        while !path.is_empty() && self.take_sign(".") {
            path.extend(self.ident());
        }
        path
    }

    /// `name`, `schema.name`; of a longer one the last two.
    pub fn name(&mut self) -> Option<QualifiedName> {
        let mut path = self.path();
        let name = path.pop()?;
        Some(QualifiedName { schema: path.pop(), name })
    }
}

/// The columns that an UPDATE writes: the names left of the signs `=` behind SET.
pub(super) fn assigned(mut words: Words<'_>) -> Vec<Ident> {
    let mut names = Vec::new();
    if !words.find("set") {
        return names;
    }
    for mut part in words.parts() {
        if part.take_sign("(") {
            while !part.is_done() && !part.take_sign(")") {
                names.extend(part.ident());
                part.take_sign(",");
            }
        } else if let Some(name) = part.ident().filter(|_| part.sign("=")) {
            names.push(name);
        }
    }
    names
}

/// The object of one of these kinds that a name means, or the one that it would make: the first kind, in the usual
/// schema.
pub(super) fn resolved(
    kinds: &[ObjectKind],
    name: &QualifiedName,
    schema: &Schema,
    usual: Option<&str>,
) -> ObjectId {
    let fits = |id: &&ObjectId| {
        kinds.contains(&id.kind)
            && id.member.is_none()
            && same(&id.name.name, &name.name, schema.engine())
            && name.schema.as_ref().is_none_or(|wanted| id.name.schema.as_ref() == Some(wanted))
    };
    let found: Vec<&ObjectId> = schema.objects.keys().filter(fits).collect();
    let in_usual = |id: &&&ObjectId| id.name.schema.as_ref().map(Ident::as_str) == usual;
    if let Some(id) = found.iter().find(in_usual).or(found.first()) {
        return (*id).clone();
    }
    let kind = kinds.first().copied().unwrap_or(ObjectKind::Table);
    let home = name.schema.clone().or_else(|| usual.map(Ident::from));
    ObjectId::new(kind, QualifiedName { schema: home, name: name.name.clone() })
}

fn same(a: &Ident, b: &Ident, engine: EngineKind) -> bool {
    match engine {
        EngineKind::Sqlite => a.as_str().eq_ignore_ascii_case(b.as_str()),
        EngineKind::Postgres | EngineKind::MySql | EngineKind::SqlServer | EngineKind::Snowflake => a == b,
    }
}
