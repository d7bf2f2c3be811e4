//! Answers and changes in the language of the matter.

use serde_json::Value as Json;

use super::change::What;
use crate::shape::{Kind, Shape};
use crate::text::{Lang, one_line, shown};
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

/// One answer in words.
enum Word {
    /// A text or the label of a term, which a sentence puts in quotes.
    Name(String),
    /// A number, a date and the like.
    Plain(String),
}

/// A value in words, whole and on one line. What this version does not know stands there as it is.
pub(super) fn words(value: &Json, kind: &Kind, vocabularies: &Vocabularies, lang: Lang) -> String {
    if let Json::Array(values) = value {
        let inner = if let Kind::List(kind) = kind { kind } else { kind };
        let values = values.iter().map(|value| words(value, inner, vocabularies, lang));
        let values: Vec<String> = values.collect();
        return match values.is_empty() {
            true => lang.pick("none", "ingen").to_owned(),
            false => values.join(", "),
        };
    }
    match word(value, kind, vocabularies, lang) {
        Some(Word::Name(word) | Word::Plain(word)) => one_line(&word),
        None => one_line(value.as_str().unwrap_or(&value.to_string())),
    }
}

/// An answer to a field of a kind as a message shows it; `None` where this version does not know it.
pub(super) fn answer(value: &Json, kind: &Kind, vocabularies: &Vocabularies, lang: Lang) -> Option<String> {
    let inner = match kind {
        Kind::List(inner) => &**inner,
        Kind::Items(_) => &Kind::Text,
        kind => {
            return Some(match word(value, kind, vocabularies, lang)? {
                Word::Name(name) => quoted(&name, lang),
                Word::Plain(word) => word,
            });
        }
    };
    let values = value.as_array()?.iter();
    let values: Option<Vec<String>> = values.map(|value| answer(value, inner, vocabularies, lang)).collect();
    Some(listed(&values?, lang))
}

fn word(value: &Json, kind: &Kind, vocabularies: &Vocabularies, lang: Lang) -> Option<Word> {
    let label = |vocabulary: u16, term: &str| {
        let vocabulary = vocabularies.get(vocabulary);
        let term = vocabulary.terms.get(usize::from(vocabulary.find(term)?))?;
        Some(term.label.get(lang).to_owned())
    };
    Some(match (kind, value) {
        (Kind::Flag, Json::Bool(true)) => Word::Plain(lang.pick("yes", "ja").to_owned()),
        (Kind::Flag, Json::Bool(false)) => Word::Plain(lang.pick("no", "nei").to_owned()),
        (Kind::Count | Kind::Percent, Json::Number(number)) => Word::Plain(number.to_string()),
        (Kind::Text | Kind::Id, Json::String(text)) => Word::Name(text.clone()),
        // One of the answers in a list may still be open.
        (Kind::Term(_) | Kind::Country, Json::String(word)) if word == "unknown" => {
            Word::Plain(lang.pick("unknown", "ukjent").to_owned())
        }
        (Kind::Term(vocabulary), Json::String(term)) => Word::Name(label(*vocabulary, term)?),
        (Kind::Country, Json::String(code)) => {
            let country = code.split('-').next().unwrap_or_default();
            let label = label(Shape::countries(vocabularies), country)?;
            Word::Plain(if country == code { label } else { shown(code) })
        }
        (Kind::Date, Json::String(date)) => {
            let date = parse_date(date)?;
            let (en, nb) = MONTHS.get(usize::try_from(date.month()).ok()?.checked_sub(1)?)?;
            Word::Plain(match lang {
                Lang::En => format!("{} {en} {}", date.day(), date.year()),
                Lang::Nb => format!("{}. {nb} {}", date.day(), date.year()),
            })
        }
        (Kind::Duration, Json::String(length)) => Word::Plain(Length::parse(length).ok()?.shown(lang)),
        _ => return None,
    })
}

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
