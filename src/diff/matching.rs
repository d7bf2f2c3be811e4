//! Which system of one side is which of the other.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::system::{Mark, Side, System, Trouble};
use crate::agreement::Line;
use crate::text::{Lang, shown};

/// Most lines that are looked up to find out what systems have in common; beyond that, what has another id and other
/// contents counts as new and gone.
const MOST_LINES: usize = 5_000_000;

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
    /// Number of files that are the same on both sides and not compared.
    pub(super) alike: usize,
    /// What was not compared.
    pub(super) troubles: Vec<Trouble>,
}

/// Systems belong together that have one id, and those of which all that is material is the same but the id.
pub(super) fn pairs(mut old: Side, mut new: Side, lang: Lang) -> Matched {
    only_of_record(&old, &mut new);
    only_of_record(&new, &mut old);
    let are_named = is_one(&old) && is_one(&new);
    let alike = new.alike + same_twice(&mut old, &mut new);
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
    let mut by_content: HashMap<String, Vec<System>> = HashMap::new();
    for system in gone.into_iter().rev() {
        let key = if are_named {
            String::new()
        } else {
            system.digest.clone()
        };
        by_content.entry(key).or_default().push(system);
    }
    let mut come = Vec::new();
    for system in arrived {
        let key = if are_named { "" } else { system.digest.as_str() };
        let is_telling = are_named || !system.is_empty();
        match by_content.get_mut(key).filter(|_| is_telling).and_then(Vec::pop) {
            Some(was) => both.push((was, system)),
            None => come.push(system),
        }
    }
    let mut gone: Vec<System> = by_content.into_values().flatten().collect();
    gone.sort_by(|a, b| a.id.cmp(&b.id));
    let renamed = renamed(&gone, &come);
    let (mut gone, mut come) = (some(gone), some(come));
    let renamed = renamed.into_iter();
    both.extend(renamed.filter_map(|(was, is)| Some((gone[was].take()?, come[is].take()?))));
    let mut pairs: Vec<Pair> = come.into_iter().flatten().map(Pair::Added).collect();
    pairs.extend(gone.into_iter().flatten().map(Pair::Removed));
    let all = both.len();
    both.retain(|(old, new)| old.digest != new.digest || old.id != new.id);
    let same = all - both.len();
    pairs.extend(both.into_iter().map(|(old, new)| Pair::Both(old, new)));
    old.troubles.append(&mut new.troubles);
    Matched {
        pairs,
        same,
        alike,
        troubles: old.troubles,
    }
}

fn some<T>(all: Vec<T>) -> Vec<Option<T>> {
    all.into_iter().map(Some).collect()
}

/// Which of those that are gone have another id now, and were changed besides: where one of each is in a file or has
/// a name, and then those that have most in common. By their numbers.
fn renamed(gone: &[System], come: &[System]) -> Vec<(usize, usize)> {
    let mut found: BTreeMap<usize, usize> = BTreeMap::new();
    let keys: [fn(&System) -> Option<&str>; 2] = [
        |system| Some(&*system.inside),
        |system| system.known.as_ref()?.name.as_deref(),
    ];
    for key in keys {
        let left = |all: &'_ [System], taken: &BTreeSet<usize>| -> BTreeMap<String, Vec<usize>> {
            let mut by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (number, system) in all.iter().enumerate().filter(|(number, _)| !taken.contains(number)) {
                if let Some(key) = key(system) {
                    by_key.entry(key.to_owned()).or_default().push(number);
                }
            }
            by_key
        };
        let mut others = left(come, &found.values().copied().collect());
        for (key, were) in left(gone, &found.keys().copied().collect()) {
            if let ([was], Some([is])) = (were.as_slice(), others.remove(&key).as_deref()) {
                found.insert(*was, *is);
            }
        }
    }
    let mut likely = Vec::new();
    let lines = |system: &System| system.known.as_ref().map_or(0, |known| known.content.lines().count());
    if gone.iter().map(lines).sum::<usize>().saturating_mul(come.len()) <= MOST_LINES {
        for (was, old) in gone.iter().enumerate() {
            likely.extend(
                come.iter()
                    .enumerate()
                    .filter_map(|(is, new)| Some((likeness(old, new)?, was, is))),
            );
        }
    }
    likely.sort_by_key(|(likeness, was, is)| (std::cmp::Reverse(*likeness), *was, *is));
    let mut taken: BTreeSet<usize> = found.values().copied().collect();
    for (_, was, is) in likely {
        if !found.contains_key(&was) && taken.insert(is) {
            found.insert(was, is);
        }
    }
    found.into_iter().collect()
}

/// How many lines are the same, where it is at least two of three.
fn likeness(old: &System, new: &System) -> Option<usize> {
    let (old, new) = (&old.known.as_ref()?.content, &new.known.as_ref()?.content);
    let is_same = |(path, line): &(&str, &Line)| new.get(path).is_some_and(|other| other.value == line.value);
    let same = old.lines().filter(is_same).count();
    let most = old.lines().count().max(new.lines().count());
    (same > 0 && same * 3 >= most * 2).then_some(same)
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

/// Takes away what has the id of another one where it is so on both sides, materially the same. Number of the files.
fn same_twice(old: &mut Side, new: &mut Side) -> usize {
    type Twins = BTreeSet<(Arc<str>, String)>;
    let twins = |side: &Side| -> HashMap<String, Vec<(Arc<str>, String)>> {
        let mut by_id: HashMap<String, Vec<(Arc<str>, String)>> = HashMap::new();
        for system in &side.systems {
            let content = (Arc::clone(&system.inside), system.digest.clone());
            by_id.entry(system.id.clone()).or_default().push(content);
        }
        by_id.retain(|_, all| all.len() > 1);
        by_id.values_mut().for_each(|all| all.sort());
        by_id
    };
    let (before, now) = (twins(old), twins(new));
    let same = now.into_iter().filter(|(id, all)| before.get(id) == Some(all));
    let same: HashMap<String, Twins> = same.map(|(id, all)| (id, all.into_iter().collect())).collect();
    for side in [old, new] {
        side.systems.retain(|system| !same.contains_key(&system.id));
    }
    let files: BTreeSet<&str> = same.values().flatten().map(|(file, _)| &**file).collect();
    files.len()
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
