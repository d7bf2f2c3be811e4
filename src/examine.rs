//! A manifest as conditions see it: whether they hold, which field decided, and values in words.

mod truth;
mod why;

pub use truth::{Examined, Truth};
pub use why::Decider;

use crate::shape::Shape;
use crate::text::{Lang, shown};
use crate::value::Value;
use crate::vocabulary::TermId;

impl<'d> Examined<'d> {
    /// A value as people read it.
    pub fn shown(&self, value: Value<'d>, lang: Lang) -> String {
        match value {
            Value::Absent | Value::Invalid => lang.pick("not stated", "ikke oppgitt").to_owned(),
            Value::Unknown => lang.pick("unknown", "ukjent").to_owned(),
            Value::Text(text) => shown(text),
            Value::Flag(flag) => match flag {
                true => lang.pick("yes", "ja").to_owned(),
                false => lang.pick("no", "nei").to_owned(),
            },
            Value::Number(number) => match lang {
                Lang::En => number.to_string(),
                Lang::Nb => number.to_string().replace('.', ","),
            },
            Value::Date(date) => date.to_string(),
            Value::Length(length) => length.shown(lang),
            Value::Term(id) => self.rules.vocabularies.label(id, lang).to_owned(),
            Value::Country(code, number) => {
                let vocabulary = Shape::countries(&self.rules.vocabularies);
                let id = TermId {
                    vocabulary,
                    term: number,
                };
                match code.contains('-') {
                    true => shown(code),
                    false => self.rules.vocabularies.label(id, lang).to_owned(),
                }
            }
            Value::Evidence(node) => {
                let document = self.manifest.document;
                let places = ["file", "url", "archive"];
                let text = places.iter().find_map(|key| document.text(document.get(node, key)?));
                shown(text.unwrap_or_default())
            }
            Value::Block { .. } => lang.pick("stated", "oppgitt").to_owned(),
            Value::List { .. } => {
                let values = self.expand(value);
                values
                    .into_iter()
                    .map(|v| self.shown(v, lang))
                    .collect::<Vec<_>>()
                    .join(", ")
            }
            Value::Items { .. } => {
                let names = self
                    .manifest
                    .items(value)
                    .filter_map(|item| self.manifest.name_of(item));
                names.map(|n| shown(&n)).collect::<Vec<_>>().join(", ")
            }
        }
    }
}
