//! The material content in plain words, for those who sign: everything that is bound, and nothing else.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Content;
use super::words::words;
use crate::shape::{Field, Kind, Scope, Shape};
use crate::text::{Lang, one_line};
use crate::vocabulary::Vocabularies;

/// What people read first, by the key at the top; the rest follows in the order of the alphabet.
const FIRST: [&str; 8] = [
    "system",
    "purposes",
    "subjects",
    "data",
    "decisions",
    "oversight",
    "control",
    "suppliers",
];

/// Fields of an item that say what it is, put beside its name.
const KINDS: [&str; 2] = ["category", "area"];

/// The content as a list.
pub fn summary(content: &Content, shape: &Shape, vocabularies: &Vocabularies, lang: Lang) -> String {
    let mut writer = Writer {
        content,
        vocabularies,
        lang,
        out: String::new(),
    };
    let Some((top, lists)) = shape.scopes.split_first() else {
        return String::new();
    };
    let rank = |field: &&Field| {
        let key = field.path.split('.').next().unwrap_or_default();
        FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len())
    };
    let mut fields: Vec<&Field> = top.fields.iter().collect();
    fields.sort_by_key(rank);
    for field in fields {
        match lists.iter().find(|scope| scope.path == field.path) {
            Some(scope) => writer.items(field, scope),
            None => writer.field("", field, &field.path),
        }
    }
    writer.out
}

/// Whether every term in the content comes with the program. Terms of an organisation's own come, change and go.
pub fn has_only_known_terms(content: &Content, shape: &Shape, vocabularies: &Vocabularies) -> bool {
    let knows = |vocabulary: u16, value: &Json| {
        let ids = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let mut ids = ids.iter().filter_map(Json::as_str).filter(|id| *id != "unknown");
        let vocabulary = vocabularies.get(vocabulary);
        ids.all(|id| {
            let term = vocabulary.find(id).map(|term| &vocabulary.terms[term as usize]);
            term.is_some_and(|term| term.is_a.is_none())
        })
    };
    let mut lines = content.lines();
    lines.all(|(_, line)| {
        let scope = shape.scopes.iter().find(|scope| scope.path == line.list);
        let field = scope.and_then(|scope| scope.fields.iter().find(|field| field.path == line.field));
        let kind = match field.map(|field| &field.kind) {
            Some(Kind::List(kind)) => Some(&**kind),
            kind => kind,
        };
        !matches!(kind, Some(Kind::Term(vocabulary)) if !knows(*vocabulary, &line.value))
    })
}

struct Writer<'a> {
    content: &'a Content,
    vocabularies: &'a Vocabularies,
    lang: Lang,
    out: String,
}

impl Writer<'_> {
    fn field(&mut self, indent: &str, field: &Field, path: &str) {
        let (Some(material), Some(line)) = (&field.material, self.content.get(path)) else {
            return;
        };
        let value = words(&line.value, &field.kind, self.vocabularies, self.lang);
        let name = material.name.get(self.lang);
        self.out.push_str(&format!("{indent}- {name}: {value}\n"));
    }

    /// The items of a list. One that is not material has no names for its items, and one line for all of them.
    fn items(&mut self, list: &Field, scope: &Scope) {
        let names: Vec<&str> = match self.content.get(&list.path).map(|line| &line.value) {
            Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        };
        let mut paths = BTreeMap::new();
        let lines = self.content.lines().filter(|(_, line)| line.list == scope.path);
        for (path, line) in lines {
            paths.insert((line.item.as_deref(), line.field.as_str()), path.to_owned());
        }
        let Some(material) = &list.material else {
            for field in &scope.fields {
                if let Some(path) = paths.get(&(None, field.path.as_str())) {
                    self.field("", field, path);
                }
            }
            return;
        };
        if names.is_empty() && self.content.get(&list.path).is_some() {
            let none = self.lang.pick("none", "ingen");
            self.out
                .push_str(&format!("- {}: {none}\n", material.name.get(self.lang)));
        }
        for name in names {
            let kinds = scope.fields.iter().filter(|field| is_kind(field));
            let kinds = kinds.filter_map(|field| {
                let line = self.content.get(paths.get(&(Some(name), field.path.as_str()))?)?;
                let words = words(&line.value, &field.kind, self.vocabularies, self.lang);
                Some(format!(" ({words})"))
            });
            let kinds: String = kinds.collect();
            let heading = material.name.get(self.lang);
            self.out.push_str(&format!("- {heading}: {}{kinds}\n", one_line(name)));
            for field in scope.fields.iter().filter(|field| !is_kind(field)) {
                if let Some(path) = paths.get(&(Some(name), field.path.as_str())) {
                    self.field("  ", field, path);
                }
            }
        }
    }
}

fn is_kind(field: &Field) -> bool {
    KINDS.contains(&field.path.as_str())
}
