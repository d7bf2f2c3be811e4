//! Items that only go by another name: one is gone, another is new, and all that is said of both is the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::content::sorted;
use super::{Content, Line};
use crate::shape::{Kind, Shape};

/// New names, by list and old name.
#[derive(Clone, Debug, Default)]
pub struct Renames(BTreeMap<(String, String), String>);

impl Renames {
    /// What has another name in `new` than in `old`, beside what is known already.
    #[must_use]
    pub fn find(self, old: &Content, new: &Content, shape: &Shape) -> Renames {
        let mut renames = self;
        let lists = shape.scopes[0].fields.iter();
        let lists: Vec<&str> = lists
            .filter(|field| matches!(field.kind, Kind::Items(_)) && field.material.is_some())
            .map(|field| field.path.as_str())
            .collect();
        // Something that refers to what is renamed may be equal only after that is known.
        loop {
            let read = renames.follow(old, shape);
            let known = renames.0.len();
            for list in &lists {
                let (before, now) = (names(&read, list), names(new, list));
                let mut arrived = described(new, list, &(&now - &before));
                for (lines, gone) in described(&read, list, &(&before - &now)) {
                    let pairs = gone.into_iter().zip(arrived.remove(&lines).unwrap_or_default());
                    let pairs = pairs.map(|(from, to)| (((*list).to_owned(), from.to_owned()), to.to_owned()));
                    renames.0.extend(pairs);
                }
            }
            if renames.0.len() == known {
                return renames;
            }
        }
    }

    /// Adds that an item of a list has another name.
    pub fn add(&mut self, list: &str, from: &str, to: &str) {
        self.0.insert((list.to_owned(), from.to_owned()), to.to_owned());
    }

    /// List, old name and new name of each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.0
            .iter()
            .map(|((list, from), to)| (list.as_str(), from.as_str(), to.as_str()))
    }

    /// A content with the new names in the place of the old ones.
    pub fn follow(&self, content: &Content, shape: &Shape) -> Content {
        Content::from_lines(content.lines().map(|(_, line)| self.line(line, shape)))
    }

    fn line(&self, line: &Line, shape: &Shape) -> Line {
        let scope = shape.scopes.iter().find(|scope| scope.path == line.list);
        let field = scope.and_then(|scope| scope.fields.get(scope.slot(&line.field)?));
        let named = field.and_then(|field| match field.kind {
            Kind::Items(items) => Some(items),
            _ => field.refers_to,
        });
        Line {
            item: line.item.as_deref().map(|item| self.name(&line.list, item).to_owned()),
            value: match named {
                Some(scope) => self.value(&line.value, &shape.scopes[scope].path),
                None => line.value.clone(),
            },
            ..line.clone()
        }
    }

    fn value(&self, value: &Json, list: &str) -> Json {
        match value {
            Json::String(name) => Json::from(self.name(list, name)),
            Json::Array(values) => sorted(values.iter().map(|value| self.value(value, list)).collect()),
            other => other.clone(),
        }
    }

    fn name<'n>(&'n self, list: &str, name: &'n str) -> &'n str {
        let key = (list.to_owned(), name.to_owned());
        self.0.get(&key).map_or(name, String::as_str)
    }
}

/// What the items of a list go by.
pub fn names<'c>(content: &'c Content, list: &str) -> BTreeSet<&'c str> {
    let names = content.get(list).and_then(|line| line.value.as_array());
    names.into_iter().flatten().filter_map(Json::as_str).collect()
}

/// Items by what is said of them, those of which nothing is said left out.
fn described<'c>(content: &'c Content, list: &str, names: &BTreeSet<&str>) -> BTreeMap<String, Vec<&'c str>> {
    let mut said: BTreeMap<&str, String> = BTreeMap::new();
    for (_, line) in content.lines().filter(|(_, line)| line.list == list) {
        if let Some(item) = line.item.as_deref().filter(|item| names.contains(item)) {
            let said = said.entry(item).or_default();
            said.push_str(&format!("{} = {}\n", line.field, line.value));
        }
    }
    let mut out: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (item, said) in said {
        out.entry(said).or_default().push(item);
    }
    out
}
