//! Answers and changes in the language of the matter.

use serde_json::Value as Json;

use super::change::What;
use crate::shape::{Kind, Shape};
use crate::text::{Lang, shown};
use crate::value::{Length, parse_date};
use crate::vocabulary::Vocabularies;

const MONTHS: [(&str, &str); 12] = [
    ("January", "januar"),
    ("February", "februar"),
    ("March", "mars"),
    ("April", "april"),
    ("May", "mai"),
    ("June", "juni"),
    ("July", "juli"),
    ("August", "august"),
    ("September", "september"),
    ("October", "oktober"),
    ("November", "november"),
    ("December", "desember"),
];

/// A text from a manifest, or the label of a term.
pub(super) fn quoted(text: &str, lang: Lang) -> String {
    let text = shown(text);
    match lang {
        Lang::En => format!("“{text}”"),
        Lang::Nb => format!("«{text}»"),
    }
}

/// `a, b and c`
pub(super) fn listed(words: &[String], lang: Lang) -> String {
    match words {
        [] => lang.pick("none", "ingen").to_owned(),
        [one] => one.clone(),
        [all @ .., end] => format!("{} {} {end}", all.join(", "), lang.pick("and", "og")),
    }
}

/// An answer to a field of a kind as people read it; `None` where this version does not know it.
pub(super) fn answer(value: &Json, kind: &Kind, vocabularies: &Vocabularies, lang: Lang) -> Option<String> {
    let inner = match kind {
        Kind::List(inner) => Some(&**inner),
        Kind::Items(_) => Some(&Kind::Text),
        _ => None,
    };
    if let Some(inner) = inner {
        let values = value.as_array()?.iter();
        let words: Option<Vec<String>> = values.map(|value| answer(value, inner, vocabularies, lang)).collect();
        return Some(listed(&words?, lang));
    }
    let label = |vocabulary: u16, term: &str| {
        let vocabulary = vocabularies.get(vocabulary);
        let term = vocabulary.terms.get(usize::from(vocabulary.find(term)?))?;
        Some(term.label.get(lang))
    };
    Some(match (kind, value) {
        (Kind::Flag, Json::Bool(flag)) => match flag {
            true => lang.pick("yes", "ja").to_owned(),
            false => lang.pick("no", "nei").to_owned(),
        },
        (Kind::Count | Kind::Percent, Json::Number(number)) => number.to_string(),
        (Kind::Text | Kind::Id, Json::String(text)) => quoted(text, lang),
        // One of the answers in a list may still be open.
        (Kind::Term(_) | Kind::Country, Json::String(word)) if word == "unknown" => {
            lang.pick("unknown", "ukjent").to_owned()
        }
        (Kind::Term(vocabulary), Json::String(term)) => quoted(label(*vocabulary, term)?, lang),
        (Kind::Country, Json::String(code)) => match code.split_once('-') {
            Some((country, _)) => label(Shape::countries(vocabularies), country).map(|_| shown(code))?,
            None => label(Shape::countries(vocabularies), code)?.to_owned(),
        },
        (Kind::Date, Json::String(date)) => {
            let date = parse_date(date)?;
            let (en, nb) = MONTHS.get(usize::try_from(date.month()).ok()?.checked_sub(1)?)?;
            match lang {
                Lang::En => format!("{} {en} {}", date.day(), date.year()),
                Lang::Nb => format!("{}. {nb} {}", date.day(), date.year()),
            }
        }
        (Kind::Duration, Json::String(length)) => Length::parse(length).ok()?.shown(lang),
        _ => return None,
    })
}

/// What was and what is, in one clause. `say` puts an answer into words.
pub(super) fn clause(what: &What, lang: Lang, say: &dyn Fn(&Json) -> String) -> String {
    let all = |values: &[Json]| listed(&values.iter().map(say).collect::<Vec<_>>(), lang);
    match what {
        What::Set { old, new } => match (old.as_ref().map(say), new.as_ref().map(say)) {
            // Longer than what a message shows, and different only behind that.
            (Some(old), Some(new)) if old == new => match lang {
                Lang::En => format!("other words than before, {new}"),
                Lang::Nb => format!("andre ord enn før, {new}"),
            },
            (Some(old), Some(new)) => format!("{new} {} {old}", lang.pick("instead of", "i stedet for")),
            (None, Some(new)) => format!("{new} ({})", lang.pick("not stated before", "ikke oppgitt før")),
            (Some(old), None) => match lang {
                Lang::En => format!("no longer stated (before: {old})"),
                Lang::Nb => format!("ikke lenger oppgitt (før: {old})"),
            },
            (None, None) => String::new(),
        },
        What::Values { added, removed } => {
            let more = format!("{} {}", all(added), lang.pick("added", "lagt til"));
            let less = format!("{} {}", all(removed), lang.pick("removed", "fjernet"));
            match (added.is_empty(), removed.is_empty()) {
                (_, true) => more,
                (true, _) => less,
                _ => format!("{more}; {less}"),
            }
        }
        What::Added => lang.pick("is added", "er lagt til").to_owned(),
        What::Removed => lang.pick("is removed", "er fjernet").to_owned(),
        What::Renamed { to, .. } => {
            format!("{} {}", lang.pick("is now called", "heter nå"), quoted(to, lang))
        }
    }
}
