//! Literals of a rule, read by the kind of the field that they are compared with.

use super::condition::Literal;
use crate::shape::Kind;
use crate::text::nearest;
use crate::value::{Length, parse_date};
use crate::vocabulary::{TermId, Vocabularies};
use crate::yaml::Resolved;

/// Why a literal does not fit.
pub(super) enum Misfit {
    /// Not a term; the nearest, if any.
    Term(Option<String>),
    /// Not of the kind.
    Kind(&'static str, &'static str),
}

/// Reads a literal for a field of this kind. `level` says whether a number may stand for the
/// level of a term.
pub(super) fn read(
    text: &str,
    resolved: Resolved<'_>,
    kind: &Kind,
    level: bool,
    vocabularies: &Vocabularies,
) -> Result<Literal, Misfit> {
    let number = match resolved {
        Resolved::Int(n) => Some(n as f64),
        Resolved::Float(n) => Some(n),
        _ => None,
    };
    match kind {
        Kind::Flag => match resolved {
            Resolved::Bool(flag) => Ok(Literal::Flag(flag)),
            _ => Err(Misfit::Kind("`true` or `false`", "`true` eller `false`")),
        },
        Kind::Count | Kind::Percent | Kind::Version => {
            number.map(Literal::Number).ok_or(Misfit::Kind("a number", "et tall"))
        }
        Kind::Date => parse_date(text)
            .map(Literal::Date)
            .ok_or(Misfit::Kind("a date as 2026-12-01", "en dato som 2026-12-01")),
        Kind::Duration => Length::parse(text)
            .map(Literal::Length)
            .map_err(|_| Misfit::Kind("a duration as `10 days`", "en varighet som `10 days`")),
        Kind::Term(vocabulary) => {
            if let (true, Some(number)) = (level, number) {
                return Ok(Literal::Number(number));
            }
            let words = vocabularies.get(*vocabulary);
            match words.find(text) {
                Some(term) => Ok(Literal::Term(TermId {
                    vocabulary: *vocabulary,
                    term,
                })),
                None => Err(Misfit::Term(nearest(text, words.ids()).map(str::to_owned))),
            }
        }
        Kind::Country => {
            let words = vocabularies.get(crate::shape::Shape::countries(vocabularies));
            match words.find(text.split('-').next().unwrap_or_default()) {
                Some(_) => Ok(Literal::Text(text.to_owned())),
                None => Err(Misfit::Term(nearest(text, words.ids()).map(str::to_owned))),
            }
        }
        Kind::Text | Kind::Id => Ok(Literal::Text(text.to_owned())),
        Kind::Evidence | Kind::Block | Kind::List(_) | Kind::Items(_) => {
            Err(Misfit::Kind("another field", "et annet felt"))
        }
    }
}
