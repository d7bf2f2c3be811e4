//! Whether a change of one answer widens surveillance or automation, by what the schema says of the field.

use std::collections::HashMap;
use std::hash::Hash;

use serde_json::Value as Json;

use crate::shape::{Kind, Widens};
use crate::value::{Length, parse_date};
use crate::vocabulary::{Term, Vocabularies};

/// Tag of the stages in which nobody is affected any longer.
const OUT_OF_USE: &str = "out-of-use";

/// The term for nothing of the kind.
const NONE: &str = "none";

/// What a change means for those concerned; the most serious first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// More data, longer, more people, more automation, less oversight.
    Widens,
    /// The opposite.
    Narrows,
    /// Neither.
    Neutral,
}

/// How wide the answers to a field are.
pub(super) struct Measure<'a> {
    /// What the schema says of the field.
    pub(super) widens: Widens,
    /// What one answer to it holds.
    pub(super) kind: &'a Kind,
    /// The words of the manifest.
    pub(super) vocabularies: &'a Vocabularies,
}

/// What is in the one list more often than in the other.
pub(super) fn without<T: Clone + Eq + Hash>(all: &[T], others: &[T]) -> Vec<T> {
    let mut others = others
        .iter()
        .fold(HashMap::new(), |mut numbers: HashMap<&T, usize>, other| {
            *numbers.entry(other).or_default() += 1;
            numbers
        });
    let left = all.iter().filter(|one| match others.get_mut(one) {
        Some(number) if *number > 0 => {
            *number -= 1;
            false
        }
        _ => true,
    });
    left.cloned().collect()
}

impl Measure<'_> {
    /// The direction from one answer to another that differs. Nothing was agreed about what was not answered, so it is
    /// taken for the narrowest answer; what is no longer answered is taken for the widest.
    pub(super) fn direction(&self, old: Option<&Json>, new: Option<&Json>) -> Direction {
        if let Kind::List(_) | Kind::Items(_) = self.kind {
            return self.of_lists(old, new);
        }
        // That there is none was so before it was said.
        if self.widens == Widens::Change && old.is_none() && new.and_then(Json::as_str) == Some(NONE) {
            return Direction::Narrows;
        }
        match (self.widens, new) {
            (Widens::Change, _) | (Widens::Add | Widens::Remove, Some(_)) => return Direction::Widens,
            (Widens::Add | Widens::Remove, None) => return Direction::Narrows,
            _ => {}
        }
        let (least, most) = self.range();
        // Where no end was set, any end is narrower; what was in no class had no duties by it.
        let is_open = *self.kind == Kind::Date || self.widens == Widens::Lower;
        let unanswered = if is_open { most } else { least };
        let was_open = old.is_none();
        let old = old.map_or(Some(unanswered), |value| self.width(value));
        let new = new.map_or(Some(most), |value| self.width(value));
        match (old, new) {
            (Some(old), Some(new)) if new < old => Direction::Narrows,
            // What was open is settled, and not to the wider side.
            (Some(old), Some(new)) if new == old && was_open => Direction::Narrows,
            (Some(old), Some(new)) if new == old => Direction::Neutral,
            _ => Direction::Widens,
        }
    }

    fn of_lists(&self, old: Option<&Json>, new: Option<&Json>) -> Direction {
        let values = |list: Option<&Json>| list.and_then(Json::as_array).cloned().unwrap_or_default();
        let (before, now) = (values(old), values(new));
        let (more, less) = (!without(&now, &before).is_empty(), !without(&before, &now).is_empty());
        let (wider, narrower) = if self.widens == Widens::Remove {
            (less, more)
        } else {
            (more, less)
        };
        match (wider || new.is_none(), narrower || old.is_none()) {
            (true, _) => Direction::Widens,
            (false, true) => Direction::Narrows,
            (false, false) => Direction::Neutral,
        }
    }

    /// How wide an answer is; `None` where this version cannot tell.
    fn width(&self, value: &Json) -> Option<i64> {
        match (self.kind, self.widens) {
            (Kind::Flag, Widens::False) => Some(i64::from(!value.as_bool()?)),
            (Kind::Flag, _) => Some(i64::from(value.as_bool()?)),
            (Kind::Count | Kind::Percent, _) => value.as_i64(),
            (Kind::Duration, _) => {
                let length = Length::parse(value.as_str()?).ok()?;
                // As long as nobody says how long, it may be for ever.
                Some(
                    length
                        .days()
                        .and_then(|days| i64::try_from(days).ok())
                        .unwrap_or(i64::MAX),
                )
            }
            (Kind::Date, _) => {
                let date = parse_date(value.as_str()?)?;
                Some(i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day()))
            }
            (Kind::Term(number), _) => {
                let vocabulary = self.vocabularies.get(*number);
                let term = vocabulary.find(value.as_str()?)?;
                self.width_of_term(vocabulary.terms.get(usize::from(term))?)
            }
            _ => None,
        }
    }

    fn width_of_term(&self, term: &Term) -> Option<i64> {
        match self.widens {
            // What an organisation puts behind a word of its own can be told by nobody else.
            _ if term.is_a.is_some() => None,
            Widens::Routine => Some(i64::from(term.id == "routine")),
            Widens::Private => Some(i64::from(term.id == "private")),
            Widens::Later if term.tags.iter().any(|tag| tag == OUT_OF_USE) => Some(-1),
            Widens::Finer | Widens::Weaker => Some(-term.level?),
            _ => term.level,
        }
    }

    /// The narrowest and the widest answer that there can be.
    fn range(&self) -> (i64, i64) {
        match self.kind {
            Kind::Flag => (0, 1),
            Kind::Term(number) => {
                let terms = self.vocabularies.get(*number).terms.iter();
                let widths = || terms.clone().filter_map(|term| self.width_of_term(term));
                (widths().min().unwrap_or(0), widths().max().unwrap_or(0))
            }
            _ => (0, i64::MAX),
        }
    }
}
