//! What a person decided about the changes: which are taken into the plan, and a mark on each. A mark belongs to
//! the content it was made on: when that changes, the mark falls off.

use std::collections::BTreeMap;

use crate::model::Fingerprint;

/// What a reviewer says of a change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    Ok,
    /// Something has to be changed first.
    Wanted,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    pub verdict: Option<Verdict>,
    pub comment: Option<String>,
    /// Who marked it, and when: seconds since 1970, UTC.
    pub by: String,
    pub when: u64,
    /// The content that was looked at.
    pub content: Fingerprint,
}

/// Who sets a mark, and when: seconds since 1970, UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signature<'a> {
    pub who: &'a str,
    pub when: u64,
}

/// Decisions by change: places in the changeset.
#[derive(Clone, Debug, Default)]
pub struct Review {
    chosen: Vec<bool>,
    contents: Vec<Fingerprint>,
    marks: BTreeMap<usize, Mark>,
    past: Vec<(usize, Option<Mark>)>,
    future: Vec<(usize, Option<Mark>)>,
}

impl Review {
    /// All changes chosen, none marked. `contents` holds the hash of each change.
    pub fn new(contents: Vec<Fingerprint>) -> Self {
        Self { chosen: vec![true; contents.len()], contents, ..Self::default() }
    }

    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    pub fn chosen(&self) -> &[bool] {
        &self.chosen
    }

    pub fn is_chosen(&self, change: usize) -> bool {
        self.chosen.get(change).copied().unwrap_or(false)
    }

    pub fn choose(&mut self, change: usize, chosen: Chosen) {
        if let Some(own) = self.chosen.get_mut(change) {
            *own = chosen == Chosen::Taken;
        }
    }

    pub fn mark(&self, change: usize) -> Option<&Mark> {
        self.marks.get(&change)
    }

    pub fn marks(&self) -> impl Iterator<Item = (usize, &Mark)> {
        self.marks.iter().map(|(change, mark)| (*change, mark))
    }

    pub fn content(&self, change: usize) -> Option<&Fingerprint> {
        self.contents.get(change)
    }

    /// Sets or, when the same verdict stands already, takes away a verdict. The comment stays.
    pub fn judge(&mut self, change: usize, verdict: Verdict, by: Signature<'_>) {
        let old = self.marks.get(&change);
        let verdict = if old.and_then(|mark| mark.verdict) == Some(verdict) { None } else { Some(verdict) };
        let comment = old.and_then(|mark| mark.comment.clone());
        self.set(change, verdict, comment, by);
    }

    /// Sets a comment; an empty one takes it away.
    pub fn comment(&mut self, change: usize, text: &str, by: Signature<'_>) {
        let verdict = self.marks.get(&change).and_then(|mark| mark.verdict);
        let comment = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        self.set(change, verdict, comment, by);
    }

    fn set(&mut self, change: usize, verdict: Option<Verdict>, comment: Option<String>, by: Signature<'_>) {
        let Some(content) = self.contents.get(change).cloned() else { return };
        let nothing = verdict.is_none() && comment.is_none();
        let mark =
            (!nothing).then(|| Mark { verdict, comment, by: by.who.to_owned(), when: by.when, content });
        let former = self.put(change, mark);
        self.past.push((change, former));
        self.future.clear();
    }

    fn put(&mut self, change: usize, mark: Option<Mark>) -> Option<Mark> {
        match mark {
            Some(mark) => self.marks.insert(change, mark),
            None => self.marks.remove(&change),
        }
    }

    /// Takes the last mark back; the change it was on.
    pub fn undo(&mut self) -> Option<usize> {
        let (change, former) = self.past.pop()?;
        let now = self.put(change, former);
        self.future.push((change, now));
        Some(change)
    }

    pub fn redo(&mut self) -> Option<usize> {
        let (change, next) = self.future.pop()?;
        let now = self.put(change, next);
        self.past.push((change, now));
        Some(change)
    }

    /// Brings back a mark that was made earlier, if the content is still the same.
    pub fn restore(&mut self, change: usize, mark: Mark) -> Restored {
        if self.contents.get(change) != Some(&mark.content) {
            return Restored::ContentChanged;
        }
        self.marks.insert(change, mark);
        Restored::Kept
    }

    /// Changes with a verdict, of all that are chosen.
    pub fn progress(&self) -> (usize, usize) {
        let chosen = self.chosen.iter().enumerate().filter(|(_, chosen)| **chosen);
        chosen.fold((0, 0), |(done, all), (change, _)| {
            let judged = self.marks.get(&change).is_some_and(|mark| mark.verdict.is_some());
            (done + usize::from(judged), all + 1)
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Chosen {
    Taken,
    LeftOut,
}

/// Whether an earlier mark still counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Restored {
    Kept,
    ContentChanged,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: Signature<'static> = Signature { who: "ana", when: 7 };

    fn content(text: &str) -> Fingerprint {
        Fingerprint::of([text])
    }

    #[test]
    fn marks_are_set_taken_back_and_set_again() {
        let mut review = Review::new(vec![content("a"), content("b")]);
        review.judge(0, Verdict::Ok, ANA);
        review.comment(0, " looks fine ", ANA);
        review.judge(1, Verdict::Wanted, ANA);
        assert_eq!(review.progress(), (2, 2));
        assert_eq!(review.mark(0).unwrap().comment.as_deref(), Some("looks fine"));
        assert_eq!(review.undo(), Some(1));
        assert_eq!(review.undo(), Some(0));
        assert_eq!(review.mark(0).unwrap().comment, None);
        assert_eq!(review.redo(), Some(0));
        assert_eq!(review.mark(0).unwrap().comment.as_deref(), Some("looks fine"));
        review.judge(0, Verdict::Ok, ANA);
        assert_eq!(review.mark(0).unwrap().verdict, None, "the same verdict again takes it away");
        assert_eq!(review.redo(), None, "a new mark ends what could be redone");
        review.choose(1, Chosen::LeftOut);
        assert_eq!(review.progress(), (0, 1));
    }

    #[test]
    fn a_mark_falls_off_when_the_content_changes() {
        let mark = Mark {
            verdict: Some(Verdict::Ok),
            comment: None,
            by: "ana".into(),
            when: 7,
            content: content("a"),
        };
        let mut review = Review::new(vec![content("a2"), content("a")]);
        assert_eq!(review.restore(0, mark.clone()), Restored::ContentChanged);
        assert_eq!(review.restore(1, mark), Restored::Kept);
        assert!(review.mark(0).is_none());
    }
}
