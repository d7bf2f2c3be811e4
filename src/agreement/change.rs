//! What differs between two contents, in which direction, and how it is said.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::content::item_path;
use super::direction::{Measure, without};
use super::rename::Renames;
use super::words::{answer, clause, listed, quoted};
use super::{Content, Direction, Line};
use crate::shape::{Field, Kind, Material, ScopeId, Shape, SlotId, Widens};
use crate::text::{Lang, Localized, both, shown};
use crate::vocabulary::Vocabularies;

/// What is told of an item that was added or removed: what says most about it.
const TELLING: [&str; 7] = [
    "category",
    "area",
    "effect",
    "autonomy",
    "country",
    "retention",
    "purposes",
];

/// A difference between two contents.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What it means for those concerned.
    pub direction: Direction,
    /// The path as in the canonical form, `data.inputs["keys"].retention`, or of an item, `data.inputs["keys"]`.
    pub path: String,
    /// The field, or the list that the item belongs to; `None` where this version does not know it.
    pub field: Option<(ScopeId, SlotId)>,
    /// What the item goes by now, for an item or one of its fields.
    pub item: Option<String>,
    /// What is different.
    pub what: What,
    message: Localized,
}

/// What is different.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The item is new.
    Added,
    /// The item is gone.
    Removed,
    /// The item goes by another name; nothing else about it changed.
    Renamed {
        /// The old name.
        from: String,
        /// The new name.
        to: String,
    },
    /// Values of a list.
    Values {
        /// Those that are new.
        added: Vec<Json>,
        /// Those that are gone.
        removed: Vec<Json>,
    },
    /// An answer; `None` where it is not stated.
    Set {
        /// The old answer.
        old: Option<Json>,
        /// The new answer.
        new: Option<Json>,
    },
}

impl Change {
    /// The change in a sentence, in the language of the matter.
    pub fn message(&self, lang: Lang) -> &str {
        self.message.get(lang)
    }
}

/// What differs between two contents, widening first, then by place.
pub fn changes(old: &Content, new: &Content, shape: &Shape, vocabularies: &Vocabularies) -> Vec<Change> {
    changes_beside(Renames::default(), old, new, shape, vocabularies)
}

/// The same, where items are known to go by another name whatever else has changed about them.
pub fn changes_beside(
    known: Renames,
    old: &Content,
    new: &Content,
    shape: &Shape,
    vocabularies: &Vocabularies,
) -> Vec<Change> {
    let renames = known.find(old, new, shape);
    let old = &renames.follow(old, shape);
    let mut comparison = Comparison {
        old,
        new,
        shape,
        vocabularies,
        whole: BTreeSet::new(),
        changes: Vec::new(),
    };
    for (list, from, to) in renames.iter() {
        let (from, name) = (from.to_owned(), to.to_owned());
        comparison.item(list, to, What::Renamed { from, to: name }, Direction::Neutral);
    }
    // The line of a list sorts before those of its items, which say nothing more where the item itself came or went.
    let lines: BTreeMap<&str, &Line> = old.lines().chain(new.lines()).collect();
    for (path, line) in lines {
        let (before, now) = (old.get(path), new.get(path));
        if before != now {
            comparison.line(path, line, before.map(|line| &line.value), now.map(|line| &line.value));
        }
    }
    let mut changes = comparison.changes;
    changes.sort_by(|a, b| (a.direction, &a.path).cmp(&(b.direction, &b.path)));
    changes
}

/// Two contents, side by side.
struct Comparison<'a> {
    old: &'a Content,
    new: &'a Content,
    shape: &'a Shape,
    vocabularies: &'a Vocabularies,
    /// Items, by list and name, that are on one side only.
    whole: BTreeSet<(&'a str, &'a str)>,
    changes: Vec<Change>,
}

impl<'a> Comparison<'a> {
    /// A line that differs.
    fn line(&mut self, path: &'a str, line: &'a Line, old: Option<&'a Json>, new: Option<&'a Json>) {
        let found = self.find(line);
        let known = found.and_then(|(_, field, _)| {
            let of = |value: Option<&'a Json>| match value {
                Some(value) => answers(value, &field.kind, self.vocabularies),
                None => Some(Vec::new()),
            };
            // Both sides give the same answers, but in different forms: this version writes only one.
            Some((of(old)?, of(new)?)).filter(|(before, now)| before != now)
        });
        match (found, known) {
            (Some((_, field, material)), Some(_)) if self.items(path, field, material, old, new) => {}
            (Some(found), Some((before, now))) => {
                let owner = line.item.as_deref().map(|item| (line.list.as_str(), item));
                if !owner.is_some_and(|owner| self.whole.contains(&owner)) {
                    self.answers(line, found, (old, &before), (new, &now));
                }
            }
            (found, _) => self.unknown(line, found.map(|(at, ..)| at), old, new),
        }
    }

    /// The field of a line, where it is one that this version takes for material.
    fn find(&self, line: &Line) -> Option<((ScopeId, SlotId), &'a Field, &'a Material)> {
        let scope = self.shape.scopes.iter().position(|scope| scope.path == line.list)?;
        if line.item.is_some() != self.shape.is_material_list(scope) {
            return None;
        }
        let slot = self.shape.scopes[scope].slot(&line.field)?;
        let field = &self.shape.scopes[scope].fields[slot];
        Some(((scope, slot), field, field.material.as_ref()?))
    }

    /// Other answers than before. An answer of each side stands for itself, unless items share a name or have none.
    fn answers(
        &mut self,
        line: &Line,
        (at, field, material): ((ScopeId, SlotId), &Field, &Material),
        (old, before): (Option<&Json>, &[&Json]),
        (new, now): (Option<&Json>, &[&Json]),
    ) {
        let measure = Measure {
            widens: material.widens,
            kind: &field.kind,
            vocabularies: self.vocabularies,
        };
        let (gone, come) = (without(before, now), without(now, before));
        let pairs = (0..gone.len().max(come.len())).map(|n| (gone.get(n).copied(), come.get(n).copied()));
        let directions = pairs.map(|(old, new)| measure.direction(old, new));
        let direction = directions.fold(Direction::Neutral, Ord::min);
        let what = match (&field.kind, before, now) {
            (Kind::List(_), [Json::Array(before)], [Json::Array(now)]) => What::Values {
                added: without(now, before),
                removed: without(before, now),
            },
            _ => What::Set {
                old: old.cloned(),
                new: new.cloned(),
            },
        };
        let kind = match (&field.kind, &what) {
            (Kind::List(one), What::Values { .. }) => one,
            (kind, _) => kind,
        };
        let say = |lang: Lang| {
            let clause = clause(&what, lang, &|value| self.said(value, kind, lang));
            let name = material.name.get(lang);
            match &line.item {
                Some(item) => format!("{}, {name}: {clause}", self.called(&line.list, item, lang)),
                None => format!("{name}: {clause}"),
            }
        };
        self.changes.push(Change {
            message: both(say(Lang::En), say(Lang::Nb)),
            direction,
            path: line.path(),
            field: Some(at),
            item: line.item.clone(),
            what,
        });
    }

    /// Something that this version cannot judge is taken for the most serious.
    fn unknown(&mut self, line: &Line, at: Option<(ScopeId, SlotId)>, old: Option<&Json>, new: Option<&Json>) {
        let what = What::Set {
            old: old.cloned(),
            new: new.cloned(),
        };
        let path = line.path();
        let say = |lang: Lang| {
            let unknown = lang.pick(
                "something this version does not know",
                "noe denne versjonen ikke kjenner",
            );
            let clause = clause(&what, lang, &|value| shown(&value.to_string()));
            format!("{unknown}, `{}`: {clause}", shown(&path))
        };
        self.changes.push(Change {
            message: both(say(Lang::En), say(Lang::Nb)),
            direction: Direction::Widens,
            path,
            field: at,
            item: line.item.clone(),
            what,
        });
    }

    /// Items of a list that came or went; whether there are any.
    fn items(
        &mut self,
        list: &'a str,
        field: &Field,
        material: &Material,
        old: Option<&'a Json>,
        new: Option<&'a Json>,
    ) -> bool {
        if !matches!(field.kind, Kind::Items(_)) {
            return false;
        }
        let (before, now) = (numbers(old), numbers(new));
        let names: BTreeSet<&str> = before.keys().chain(now.keys()).copied().collect();
        let known = self.changes.len();
        for name in names {
            let (before, now) = (before.get(name), now.get(name));
            let what = match before.cmp(&now) {
                Ordering::Less => What::Added,
                Ordering::Greater => What::Removed,
                Ordering::Equal => continue,
            };
            if before.is_none() || now.is_none() {
                self.whole.insert((list, name));
            }
            let more = what == What::Added;
            let direction = match more == (material.widens == Widens::Remove) {
                true => Direction::Narrows,
                false => Direction::Widens,
            };
            self.item(list, name, what, direction);
        }
        self.changes.len() > known
    }

    /// A change of a whole item.
    fn item(&mut self, list: &str, name: &str, what: What, direction: Direction) {
        let path = item_path(list, Some(name));
        let (content, called) = match &what {
            What::Added => (Some(self.new), name),
            What::Renamed { from, .. } => (None, from.as_str()),
            _ => (Some(self.old), name),
        };
        let say = |lang: Lang| {
            let mut told = Vec::new();
            for name in TELLING {
                let line = content.and_then(|content| content.get(&format!("{path}.{name}")));
                if let Some((line, (_, field, material))) = line.and_then(|line| Some((line, self.find(line)?))) {
                    told.push(format!(
                        "{}: {}",
                        material.name.get(lang),
                        self.said(&line.value, &field.kind, lang)
                    ));
                }
            }
            let clause = clause(&what, lang, &|value| shown(&value.to_string()));
            let message = format!("{} {clause}", self.called(list, called, lang));
            match told.as_slice() {
                [] => message,
                told => format!("{message} ({})", told.join("; ")),
            }
        };
        self.changes.push(Change {
            message: both(say(Lang::En), say(Lang::Nb)),
            direction,
            path,
            field: self.shape.scopes[0].slot(list).map(|slot| (0, slot)),
            item: Some(name.to_owned()),
            what,
        });
    }

    /// An item of a list: what it is and what it goes by.
    fn called(&self, list: &str, item: &str, lang: Lang) -> String {
        let top = &self.shape.scopes[0];
        let material = top.slot(list).and_then(|slot| top.fields[slot].material.as_ref());
        let kind = material.map_or("", |material| material.name.get(lang));
        match item {
            "" => format!("{kind} {}", lang.pick("without a name", "uten navn")),
            item => format!("{kind} {}", quoted(item, lang)),
        }
    }

    /// One answer in words, or several with their number.
    fn said(&self, value: &Json, kind: &Kind, lang: Lang) -> String {
        let answers = answers(value, kind, self.vocabularies).unwrap_or_default();
        let words = answers
            .into_iter()
            .filter_map(|one| answer(one, kind, self.vocabularies, lang));
        let words: Vec<String> = words.collect();
        match words.as_slice() {
            [one] => one.clone(),
            words => {
                let numbered = words
                    .chunk_by(|a, b| a == b)
                    .map(|same| format!("{} × {}", same.len(), same[0]));
                listed(&numbered.collect::<Vec<_>>(), lang)
            }
        }
    }
}

/// How many items go by each name.
fn numbers(list: Option<&Json>) -> BTreeMap<&str, usize> {
    let mut numbers = BTreeMap::new();
    for name in list
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
    {
        *numbers.entry(name).or_default() += 1;
    }
    numbers
}

/// The answers under one path, which are several where items share a name or have none; `None` where this version
/// does not know one of them.
fn answers<'v>(value: &'v Json, kind: &Kind, vocabularies: &Vocabularies) -> Option<Vec<&'v Json>> {
    let answers: Vec<&Json> = match (kind, value) {
        (Kind::List(_), Json::Array(values)) if values.first().is_some_and(Json::is_array) => values.iter().collect(),
        (Kind::List(_) | Kind::Items(_), value) => vec![value],
        (_, Json::Array(values)) if !values.is_empty() => values.iter().collect(),
        (_, value) => vec![value],
    };
    let known = |one: &&Json| answer(one, kind, vocabularies, Lang::En).is_some();
    answers.iter().all(known).then_some(answers)
}
