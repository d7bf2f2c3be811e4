//! Which system of one side is which of the other.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::system::{Mark, Side, System, Trouble};
use crate::text::{Lang, shown};

/// What became of a system.
pub(super) enum Pair {
    Both(System, System),
    Added(System),
    Removed(System),
}

/// Two sides, system by system.
pub(super) struct Matched {
    /// The systems that are not as they were.
    pub(super) pairs: Vec<Pair>,
    /// Number of systems that are materially as they were.
    pub(super) same: usize,
    /// What was not compared.
    pub(super) troubles: Vec<Trouble>,
}

/// Systems belong together that have one id, and those of which all that is material is the same but the id.
pub(super) fn pairs(mut old: Side, mut new: Side, lang: Lang) -> Matched {
    only_of_record(&old, &mut new);
    only_of_record(&new, &mut old);
    let are_named = is_one(&old) && is_one(&new);
    for side in [&mut old, &mut new] {
        let twice = twice(&side.systems, lang);
        side.troubles.extend(twice);
    }
    let hidden = [Hidden::by(&old.troubles), Hidden::by(&new.troubles)];
    let is_clear = |system: &System| hidden.iter().all(|hidden| !hidden.systems.contains(&system.id));
    let by_id = |systems: Vec<System>| -> BTreeMap<String, System> {
        let clear = systems.into_iter().filter(is_clear);
        clear.map(|system| (system.id.clone(), system)).collect()
    };
    let (before, mut now) = (by_id(old.systems), by_id(new.systems));
    let (mut both, mut gone) = (Vec::new(), Vec::new());
    for (id, system) in before {
        match now.remove(&id) {
            Some(other) => both.push((system, other)),
            // It may be in a file of the other side that was not understood.
            None if hidden[1].may_hold(&system) => {}
            None => gone.push(system),
        }
    }
    let arrived = now.into_values().filter(|system| !hidden[0].may_hold(system));
    let mut alike: HashMap<String, Vec<System>> = HashMap::new();
    for system in gone.into_iter().rev() {
        let key = if are_named {
            String::new()
        } else {
            system.digest.clone()
        };
        alike.entry(key).or_default().push(system);
    }
    let mut pairs = Vec::new();
    for system in arrived {
        let key = if are_named { "" } else { system.digest.as_str() };
        let is_telling = are_named || !system.is_empty();
        match alike.get_mut(key).filter(|_| is_telling).and_then(Vec::pop) {
            Some(was) => both.push((was, system)),
            None => pairs.push(Pair::Added(system)),
        }
    }
    pairs.extend(alike.into_values().flatten().map(Pair::Removed));
    let all = both.len();
    both.retain(|(old, new)| old.digest != new.digest || old.id != new.id);
    let same = all - both.len();
    pairs.extend(both.into_iter().map(|(old, new)| Pair::Both(old, new)));
    old.troubles.append(&mut new.troubles);
    Matched {
        pairs,
        same,
        troubles: old.troubles,
    }
}

/// The record of an agreement says nothing about other systems than its own.
fn only_of_record(side: &Side, other: &mut Side) {
    if let [record] = side.systems.as_slice()
        && record.is_record
        && other.systems.iter().any(|system| system.id == record.id)
    {
        other.systems.retain(|system| system.id == record.id);
    }
}

/// Whether a side is one file with one system: two of these are compared whatever they are called.
fn is_one(side: &Side) -> bool {
    matches!(side.systems.as_slice(), [one] if one.inside.is_empty()) && side.troubles.is_empty()
}

/// What is not compared because of troubles on one side.
struct Hidden {
    systems: BTreeSet<String>,
    /// Files and folders in which more may stand.
    files: BTreeSet<Arc<str>>,
}

impl Hidden {
    fn by(troubles: &[Trouble]) -> Hidden {
        let files = troubles.iter().filter(|trouble| trouble.system.is_none());
        Hidden {
            systems: troubles.iter().filter_map(|trouble| trouble.system.clone()).collect(),
            files: files.map(|trouble| Arc::clone(&trouble.inside)).collect(),
        }
    }

    /// Whether a system of the other side may be in one of the files. A file that was named itself may hold any.
    fn may_hold(&self, system: &System) -> bool {
        let is_named = system.inside.is_empty() && !self.files.is_empty();
        let ends = system.inside.match_indices('/').map(|(at, _)| at);
        let mut above = ends.chain([system.inside.len()]).map(|end| &system.inside[..end]);
        is_named || self.files.contains("") || above.any(|path| self.files.contains(path))
    }
}

/// Systems of one side with the id of another one.
fn twice(systems: &[System], lang: Lang) -> Vec<Trouble> {
    let mut first: HashMap<&str, &Mark> = HashMap::new();
    let mut troubles = Vec::new();
    for system in systems {
        let Some(other) = first.insert(&system.id, &system.at) else {
            continue;
        };
        let (id, place) = (shown(&system.id), format!("{}:{}", other.file, other.line));
        troubles.push(Trouble {
            file: Arc::clone(&system.at.file),
            line: Some(system.at.line),
            reason: match lang {
                Lang::En => format!("the id `{id}` stands in {place} too, so neither was compared"),
                Lang::Nb => format!("id-en `{id}` står også i {place}, så ingen av dem er sammenlignet"),
            },
            inside: Arc::clone(&system.inside),
            system: Some(system.id.clone()),
        });
    }
    troubles
}
