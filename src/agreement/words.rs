//! What people read for the values of material content.

use serde_json::Value as Json;

use crate::shape::Kind;
use crate::text::{Lang, one_line};
use crate::value::Length;
use crate::vocabulary::{COUNTRIES, Vocabularies};

/// A value of a field in words. What this version does not know stands there as it is.
pub fn words(value: &Json, kind: &Kind, vocabularies: &Vocabularies, lang: Lang) -> String {
    match (value, kind) {
        (Json::Bool(true), _) => lang.pick("yes", "ja").to_owned(),
        (Json::Bool(false), _) => lang.pick("no", "nei").to_owned(),
        (Json::Array(values), kind) => {
            let inner = if let Kind::List(kind) = kind { kind } else { kind };
            let values = values.iter().map(|value| words(value, inner, vocabularies, lang));
            let values: Vec<String> = values.collect();
            match values.is_empty() {
                true => lang.pick("none", "ingen").to_owned(),
                false => values.join(", "),
            }
        }
        (Json::String(text), kind) => text_in_words(text, kind, vocabularies, lang),
        (other, _) => other.to_string(),
    }
}

fn text_in_words(text: &str, kind: &Kind, vocabularies: &Vocabularies, lang: Lang) -> String {
    let label = |vocabulary: u16, id: &str| {
        let vocabulary = vocabularies.get(vocabulary);
        vocabulary.find(id).map(|term| &vocabulary.terms[term as usize].label)
    };
    let label = match kind {
        Kind::Term(vocabulary) => label(*vocabulary, text),
        Kind::Country => {
            let country = text.split('-').next().unwrap_or_default();
            let label = vocabularies.find(COUNTRIES).and_then(|number| label(number, country));
            label.filter(|_| country == text)
        }
        Kind::Duration => {
            if let Ok(length) = Length::parse(text) {
                return length.shown(lang);
            }
            None
        }
        _ => None,
    };
    match label {
        Some(label) => label.get(lang).to_owned(),
        None => one_line(text),
    }
}
