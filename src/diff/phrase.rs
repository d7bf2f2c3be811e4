//! A change in a few words, as people would say it: `adds keystrokes`.

use serde_json::Value as Json;

use super::MOST_NAMES;
use super::items::GROUPS;
use super::system::Known;
use crate::agreement::{Change, What};
use crate::lint::Linter;
use crate::shape::{Field, Kind, Shape};
use crate::text::{Lang, shown};
use crate::value::Length;

/// What says most about an item of a list, so that it needs no name.
pub(super) const TELLING: [(&str, &str); 3] = [
    ("data.inputs", "category"),
    ("data.generated", "category"),
    ("purposes", "area"),
];

/// Tells of changes between two contents.
pub(super) struct Teller<'a> {
    linter: &'a Linter,
    old: &'a Known,
    new: &'a Known,
}

impl<'a> Teller<'a> {
    pub(super) fn new(linter: &'a Linter, old: &'a Known, new: &'a Known) -> Teller<'a> {
        Teller { linter, old, new }
    }

    /// A change in a few words.
    pub(super) fn of(&self, change: &Change) -> String {
        let lang = self.linter.lang;
        let list = self.list(change);
        match (&change.what, &change.item) {
            (What::Added, Some(item)) => {
                let what = self.with_kind(self.new, list, item);
                format!("{} {what}", lang.pick("adds", "legger til"))
            }
            (What::Removed, Some(item)) => {
                let what = self.with_kind(self.old, list, item);
                format!("{} {what}", lang.pick("drops", "tar bort"))
            }
            (What::Set { old, new }, Some(item)) if self.is_retention(change) => {
                let length = |value: &Option<Json>| {
                    let text = value.as_ref().and_then(Json::as_str);
                    text.and_then(|text| Length::parse(text).ok())
                        .map(|length| length.shown(lang))
                };
                match (length(old), length(new)) {
                    (Some(old), Some(new)) => {
                        let what = self.called(self.new, list, item);
                        match lang {
                            Lang::En => format!("keeps {what} {new} instead of {old}"),
                            Lang::Nb => format!("lagrer {what} {new} i stedet for {old}"),
                        }
                    }
                    _ => change.message(lang).to_owned(),
                }
            }
            _ => change.message(lang).to_owned(),
        }
    }

    /// The items of a list, as people would call them.
    pub(super) fn items(&self, list: &str) -> Vec<String> {
        let names = self.new.content.get(list).and_then(|line| line.value.as_array());
        let names = names.into_iter().flatten().filter_map(Json::as_str).take(MOST_NAMES);
        let mut all: Vec<String> = names.map(|name| self.called(self.new, list, name)).collect();
        all.dedup();
        all
    }

    fn shape(&self) -> &'a Shape {
        &self.linter.rules.shape
    }

    fn field(&self, list: &str, path: &str) -> Option<&'a Field> {
        let scope = self.shape().scopes.iter().find(|scope| scope.path == list)?;
        scope.fields.get(scope.slot(path)?)
    }

    /// The list whose item a change is about.
    fn list(&self, change: &Change) -> &'a str {
        match (change.field, &change.what) {
            (Some((0, slot)), What::Added | What::Removed | What::Renamed { .. }) => {
                &self.shape().scopes[0].fields[slot].path
            }
            (Some((scope, _)), _) => &self.shape().scopes[scope].path,
            (None, _) => "",
        }
    }

    fn is_retention(&self, change: &Change) -> bool {
        change.field.is_some_and(|(scope, slot)| {
            let scope = &self.shape().scopes[scope];
            scope.path.starts_with("data.") && scope.fields[slot].path == "retention"
        })
    }

    /// An item with the kind of thing that it is, where its name alone does not tell.
    fn with_kind(&self, known: &Known, list: &str, item: &str) -> String {
        let lang = self.linter.lang;
        let called = self.called(known, list, item);
        let kind = match list {
            "data.inputs" => "",
            "purposes" => lang.pick("the purpose", "formålet"),
            GROUPS => lang.pick("the group", "gruppen"),
            "decisions" => lang.pick("the decision", "avgjørelsen"),
            "suppliers" => lang.pick("the supplier", "leverandøren"),
            _ => {
                let material = self.field("", list).and_then(|field| field.material.as_ref());
                material.map_or("", |material| material.name.get(lang))
            }
        };
        format!("{kind} {called}").trim_start().to_owned()
    }

    /// What people call an item: by what it is, with its name where others are the same; else by its name.
    fn called(&self, known: &Known, list: &str, item: &str) -> String {
        let lang = self.linter.lang;
        let own = known.called.get(item).filter(|_| list == GROUPS);
        let item_name = own.map_or(item, String::as_str);
        let name = match lang {
            Lang::En => format!("“{}”", shown(item_name)),
            Lang::Nb => format!("«{}»", shown(item_name)),
        };
        let Some((_, path)) = TELLING.iter().find(|(telling, _)| *telling == list) else {
            return name;
        };
        let is_it = |line: &&crate::agreement::Line| line.list == list && line.field == *path;
        let lines = || known.content.lines().map(|(_, line)| line).filter(is_it);
        let Some(term) = lines().find(|line| line.item.as_deref() == Some(item)) else {
            return name;
        };
        let Some(label) = self.label(list, path, &term.value) else {
            return name;
        };
        match lines().filter(|line| line.value == term.value).count() {
            1 => label,
            _ => format!("{label} {name}"),
        }
    }

    fn label(&self, list: &str, path: &str, value: &Json) -> Option<String> {
        let Kind::Term(number) = self.field(list, path)?.kind else {
            return None;
        };
        let vocabulary = self.linter.rules.vocabularies.get(number);
        let term = vocabulary.find(value.as_str()?)?;
        Some(
            vocabulary.terms[usize::from(term)]
                .label
                .get(self.linter.lang)
                .to_owned(),
        )
    }
}
