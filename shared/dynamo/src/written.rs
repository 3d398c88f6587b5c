//! What became of a write on a condition.

use crate::Item;

/// A write on a condition: it was done, or refused, and then nothing was written.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub enum Written<T = (), R = Refused> {
    /// The condition was true. What was written.
    Done(T),
    /// The condition was false. What was found there.
    Refused(R),
}

impl<T, R> Written<T, R> {
    /// Whether it was done.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }

    /// What was written, if anything was.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(written) => Some(written),
            Self::Refused(_) => None,
        }
    }

    /// The same with what was written in other terms.
    pub fn map<U>(self, terms: impl FnOnce(T) -> U) -> Written<U, R> {
        match self {
            Self::Done(written) => Written::Done(terms(written)),
            Self::Refused(found) => Written::Refused(found),
        }
    }

    /// The same with what was found in other terms.
    pub fn map_refused<S>(self, terms: impl FnOnce(R) -> S) -> Written<T, S> {
        match self {
            Self::Done(written) => Written::Done(written),
            Self::Refused(found) => Written::Refused(terms(found)),
        }
    }
}

/// Why a transaction was refused: the parts whose condition failed, with the item each found there
/// (`ReturnValuesOnConditionCheckFailure: ALL_OLD`).
#[derive(Debug)]
pub struct Refused {
    pub failed: Vec<(usize, Option<Item>)>,
}

impl Refused {
    /// Whether the condition of a part failed.
    pub fn part(&self, index: usize) -> bool {
        self.failed.iter().any(|(part, _)| *part == index)
    }

    /// The item that failed the condition of a part.
    pub fn found(&self, index: usize) -> Option<Item> {
        self.failed.iter().find(|(part, _)| *part == index).and_then(|(_, item)| item.clone())
    }
}
