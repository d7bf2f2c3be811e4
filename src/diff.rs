//! What differs between the systems of two sides, in the language of the matter: whom it concerns, in which direction,
//! and what it requires. No input or output.

mod items;
mod matching;
mod phrase;
mod system;

pub use system::{Given, Mark, Side, Trouble, read};

use std::sync::Arc;

use jiff::civil::Date;

use self::matching::{Pair, pairs};
use self::system::{Known, System, path_of};
use crate::agreement::{Change, Direction, What, changes, changes_beside};
use crate::lint::Linter;
use crate::rule::{PackKind, Requirement};
use crate::shape::Kind;
use crate::source::{SourceFile, Span};

/// The rules whose clauses say what a change in a direction requires.
const RULES: [(Direction, &str); 3] = [
    (Direction::Widens, "agreement-widened"),
    (Direction::Narrows, "agreement-narrowed"),
    (Direction::Neutral, "agreement-changed"),
];

/// Most changes that are told in a few words.
const MOST_PHRASES: usize = 3;

/// Most items of a list that are named.
const MOST_NAMES: usize = 10;

/// What differs between two sides.
#[derive(Debug)]
pub struct Diff {
    /// The systems that are not as they were, what widens first.
    pub systems: Vec<SystemDiff>,
    /// Number of systems that are materially as they were.
    pub same: usize,
    /// Number of files that are the same on both sides and not compared: not understood, or with an id twice.
    pub alike: usize,
    /// What was not compared.
    pub troubles: Vec<Trouble>,
    /// Where the configuration is milder than it was, though what was stricter counts here.
    pub milder: Vec<Note>,
}

/// Something that is said of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What people call the file.
    pub file: Arc<str>,
    /// The line, where there is one to look at.
    pub line: Option<u32>,
    /// What is said, in the language of the run.
    pub message: String,
}

impl Note {
    /// What is said of a place in a file; an empty one is the file as a whole.
    pub fn of(source: &SourceFile, at: Span, message: &str) -> Note {
        Note {
            file: Arc::clone(source.name()),
            line: (at != Span::default()).then(|| source.position(at.start).line),
            message: message.to_owned(),
        }
    }
}

/// A system that is not as it was.
#[derive(Debug)]
pub struct SystemDiff {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The id that it had before, where it has another one now.
    pub was: Option<String>,
    /// Whether it is new, gone or changed.
    pub fate: Fate,
    /// The gravest direction of its changes.
    pub direction: Direction,
    /// Where it stands; of what is gone, where it stood.
    pub at: Mark,
    /// It serves, or of what narrows served, the monitoring of workers by what its purposes say.
    pub monitors: bool,
    /// The people concerned.
    pub groups: Vec<String>,
    /// Of a system that is new or gone: what it is for, which data it uses, what it decides.
    pub about: Vec<About>,
    /// The first of the gravest changes in a few words, in the language of the run.
    pub phrases: Vec<String>,
    /// What has changed, the gravest first.
    pub changes: Vec<Placed>,
    /// The packs that count for it; `None` where only the record of an agreement speaks of it.
    pub packs: Option<Vec<Arc<str>>>,
    /// What the clauses under these packs require.
    pub required: Vec<Required>,
}

/// What became of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It is there on both sides.
    Changed,
}

/// Something about a system that is new or gone, in the language of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// What it is, such as `purposes`.
    pub list: &'static str,
    /// What there is of it, the first of many.
    pub names: Vec<String>,
}

/// A change and where it shows.
#[derive(Debug)]
pub struct Placed {
    /// The change.
    pub change: Change,
    /// Where it stands; of what is gone, where it stood. `None` where only the record of an agreement says so.
    pub at: Option<Mark>,
}

/// A clause that requires something of the parties when a system changes.
#[derive(Debug)]
pub struct Required {
    /// The direction of the changes that it is about.
    pub of: Direction,
    /// It counted for the system as it was, and does not for what it is now.
    pub before: bool,
    /// Fields without an answer that decide whether it counts; empty where it does.
    pub depends_on: Vec<String>,
    /// Policy or law or agreement: never mixed.
    pub kind: PackKind,
    /// The packs under which it counts here.
    pub packs: Vec<Arc<str>>,
    /// Number of the document.
    pub source: usize,
    /// Demands of the two documents, such as A9.
    pub refs: Vec<String>,
    /// The day it applies from, where that is still to come.
    pub from: Option<Date>,
    /// What it requires, the least first.
    pub requires: Vec<Requirement>,
    /// What it says, in the language of the run.
    pub says: String,
}

/// Compares two sides.
pub fn compare(linter: &Linter, old: Side, new: Side) -> Diff {
    let matched = pairs(old, new, linter.lang);
    let mut systems: Vec<SystemDiff> = matched
        .pairs
        .iter()
        .filter_map(|pair| match pair {
            Pair::Both(old, new) => changed(linter, old, new),
            Pair::Added(new) => whole(linter, new, Fate::Added),
            Pair::Removed(old) => whole(linter, old, Fate::Removed),
        })
        .collect();
    systems.sort_by(|a, b| (a.direction, &a.at, &a.id).cmp(&(b.direction, &b.at, &b.id)));
    Diff {
        systems,
        same: matched.same,
        alike: matched.alike,
        troubles: matched.troubles,
        milder: Vec::new(),
    }
}

/// A system that is there on both sides.
fn changed(linter: &Linter, old: &System, new: &System) -> Option<SystemDiff> {
    let rules = &linter.rules;
    let (before, now) = (old.known.as_deref()?, new.known.as_deref()?);
    let renames = items::renames(before, now, &rules.shape);
    let paths = renames
        .iter()
        .map(|(list, from, to)| (path_of(list, to), path_of(list, from)));
    let old_paths: Vec<(String, String)> = paths.collect();
    let changes = changes_beside(
        renames,
        &before.content,
        &now.content,
        &rules.shape,
        &rules.vocabularies,
    );
    let was = (old.id != new.id).then(|| old.id.clone());
    let direction = changes.iter().map(|change| change.direction).min();
    let told = phrase::Teller::new(linter, before, now);
    let mut gravest: Vec<&Change> = changes
        .iter()
        .filter(|change| Some(change.direction) == direction)
        .collect();
    // What comes or goes says most.
    gravest.sort_by_key(|change| !matches!(change.what, What::Added | What::Removed));
    // That something goes by another name asks for nothing.
    let real = changes
        .iter()
        .filter(|change| !matches!(change.what, What::Renamed { .. }));
    let mut directions: Vec<Direction> = real.map(|change| change.direction).collect();
    directions.dedup();
    Some(SystemDiff {
        fate: Fate::Changed,
        direction: direction.unwrap_or(Direction::Neutral),
        was,
        // Who gives it up had it; who goes further has it.
        monitors: match direction {
            Some(Direction::Narrows) => before.monitors(linter),
            _ => now.monitors(linter),
        },
        groups: match now.groups.is_empty() {
            true => before.groups.clone(),
            false => now.groups.clone(),
        },
        phrases: gravest
            .into_iter()
            .take(MOST_PHRASES)
            .map(|change| told.of(change))
            .collect(),
        changes: changes
            .into_iter()
            .map(|change| Placed {
                at: place(&change, before, now).or_else(|| {
                    // What is gone of an item with another name stood under the old one.
                    let mut old = old_paths.iter();
                    let path = old.find_map(|(to, from)| Some(format!("{from}{}", change.path.strip_prefix(to)?)));
                    before.places.get(&path?).cloned()
                }),
                change,
            })
            .collect(),
        required: directions
            .into_iter()
            .flat_map(|direction| required(linter, &[now, before], direction))
            .collect(),
        ..described(linter, new, now)
    })
}

/// A system that is there on one side only. That it is new widens, unless it is out of use; that it is described no
/// more narrows nothing, unless it was.
fn whole(linter: &Linter, system: &System, fate: Fate) -> Option<SystemDiff> {
    let known = system.known.as_deref()?;
    let direction = match (fate, known.is_out_of_use(linter)) {
        (Fate::Removed, true) => Direction::Narrows,
        (Fate::Removed, false) | (_, true) => Direction::Neutral,
        _ => Direction::Widens,
    };
    // Nothing needs to be settled before the use of what is not used.
    let required = match (fate, direction) {
        (Fate::Added, Direction::Neutral) => Vec::new(),
        _ => required(linter, &[known], direction),
    };
    // Of what is new, each item is told with what it is, how long it is kept and what it does by itself.
    let rules = &linter.rules;
    let nothing = Known::default();
    let all = match fate {
        Fate::Added => changes(&nothing.content, &known.content, &rules.shape, &rules.vocabularies),
        _ => Vec::new(),
    };
    let items = all.into_iter().filter(|change| change.what == What::Added);
    Some(SystemDiff {
        fate,
        direction,
        changes: items
            .map(|change| Placed {
                at: place(&change, &nothing, known),
                change,
            })
            .collect(),
        about: about(linter, known),
        required,
        ..described(linter, system, known)
    })
}

/// What is told of every system.
fn described(linter: &Linter, system: &System, known: &Known) -> SystemDiff {
    let rules = &linter.rules;
    let active = |packs: &[bool]| {
        let active = rules.packs.iter().zip(packs).filter(|(_, on)| **on);
        active.map(|(pack, _)| Arc::clone(&pack.id)).collect()
    };
    SystemDiff {
        id: system.id.clone(),
        name: known.name.clone().unwrap_or_else(|| system.id.clone()),
        was: None,
        fate: Fate::Changed,
        direction: Direction::Neutral,
        at: system.at.clone(),
        monitors: known.monitors(linter),
        groups: known.groups.clone(),
        about: Vec::new(),
        phrases: Vec::new(),
        changes: Vec::new(),
        packs: known.asks.as_ref().map(|asks| active(&asks.packs)),
        required: Vec::new(),
    }
}

/// Where a change shows: what is gone, where it stood.
fn place(change: &Change, before: &Known, now: &Known) -> Option<Mark> {
    let is_gone = matches!(change.what, What::Removed | What::Set { new: None, .. });
    let (first, second) = match is_gone {
        true => (before, now),
        false => (now, before),
    };
    let at = |known: &Known| known.places.get(&change.path).cloned();
    at(first).or_else(|| at(second))
}

/// What is required of the parties after changes in a direction: by the clauses that count for the system as it is,
/// then by those that counted for it as it was. A change does not get rid of what it would have to meet.
fn required(linter: &Linter, states: &[&Known], direction: Direction) -> Vec<Required> {
    let rules = &linter.rules;
    let place = RULES.iter().position(|(of, _)| *of == direction);
    let rule = place.and_then(|place| rules.find(RULES[place].1).map(|rule| (place, rule)));
    let Some((place, rule)) = rule else {
        return Vec::new();
    };
    let mut required: Vec<(usize, Required)> = Vec::new();
    for (age, asks) in states.iter().enumerate() {
        let Some(asks) = &asks.asks else { continue };
        for (number, open) in &asks.clauses[place] {
            // What may have counted is no ground; what did counts, even where it now only may.
            let is_known = |(known, clause): &(usize, Required)| known == number && clause.depends_on.is_empty();
            if age > 0 && (!open.is_empty() || required.iter().any(is_known)) {
                continue;
            }
            required.retain(|(known, _)| known != number);
            let basis = &rules.rules[rule].bases[*number];
            let packs = basis.packs.iter().filter(|pack| asks.packs[**pack]);
            let packs: Vec<_> = packs.map(|pack| &rules.packs[*pack]).collect();
            let (Some(pack), false) = (packs.first(), basis.requires.is_empty()) else {
                continue;
            };
            let mut requires = basis.requires.clone();
            requires.sort_unstable();
            let clause = Required {
                of: direction,
                before: age > 0,
                depends_on: open.clone(),
                kind: pack.kind,
                packs: packs.iter().map(|pack| Arc::clone(&pack.id)).collect(),
                source: basis.source,
                refs: basis.refs.clone(),
                from: basis.from.filter(|from| *from > linter.today),
                requires,
                says: basis.says.get(linter.lang).to_owned(),
            };
            required.push((*number, clause));
        }
    }
    required.sort_by_key(|(_, clause)| (!clause.depends_on.is_empty(), clause.before, clause.kind));
    required.into_iter().map(|(_, clause)| clause).collect()
}

/// What a system is for, which data it uses, what it decides and who supplies it.
fn about(linter: &Linter, known: &Known) -> Vec<About> {
    const LISTS: [&str; 5] = ["purposes", "data.inputs", "data.generated", "decisions", "suppliers"];
    let told = phrase::Teller::new(linter, known, known);
    let top = &linter.rules.shape.scopes[0];
    let is_list = |list: &&str| {
        let slot = top.slot(list);
        slot.is_some_and(|slot| matches!(top.fields[slot].kind, Kind::Items(_)))
    };
    let about = LISTS.into_iter().filter(is_list).map(|list| About {
        list,
        names: told.items(list),
    });
    about.filter(|about| !about.names.is_empty()).collect()
}
