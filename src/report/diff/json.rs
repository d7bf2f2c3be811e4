//! What differs, for scripts: JSON, versioned, with its schema in `schemas/diff.v1.schema.json`.

use std::io;

use serde::Serialize;
use serde_json::Value as Json;

use super::words::{self, Marks};
use crate::agreement::{Direction, What};
use crate::diff::{Diff, Fate, Mark, Note, Placed, Required, SystemDiff, Trouble};
use crate::lint::Linter;
use crate::report::parts::{TOOL, Tool};
use crate::safe_json::write;
use crate::text::one_line;

/// The schema of what differs, as it lies in the repository.
pub const DIFF_SCHEMA: &str = include_str!("../../../schemas/diff.v1.schema.json");

/// The version of the format. It changes when a field is renamed, removed or means something else.
const VERSION: u32 = 1;

const PLAIN: Marks = Marks {
    text: one_line,
    verb: str::to_owned,
    people: one_line,
};

/// Writes what differs.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, diff: &Diff, out: &mut dyn io::Write) -> io::Result<()> {
    let of_fate = |fate: Fate| diff.systems.iter().filter(move |system| system.fate == fate);
    let changed = |of: Direction| of_fate(Fate::Changed).filter(|system| system.direction == of).count();
    let report = Report {
        version: VERSION,
        tool: TOOL,
        today: linter.today.to_string(),
        language: linter.lang.tag(),
        summary: Summary {
            widened: changed(Direction::Widens),
            added: of_fate(Fate::Added).count(),
            narrowed: changed(Direction::Narrows),
            removed: of_fate(Fate::Removed).count(),
            neutral: changed(Direction::Neutral),
            same: diff.same,
            alike: diff.alike,
            not_compared: diff.troubles.len(),
        },
        systems: diff
            .systems
            .iter()
            .map(|system| SystemEntry::of(linter, system))
            .collect(),
        milder: diff.milder.iter().map(NoteEntry::of).collect(),
        not_compared: diff.troubles.iter().map(TroubleEntry::of).collect(),
    };
    write(&report, out)
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: Tool,
    today: String,
    language: &'static str,
    summary: Summary,
    systems: Vec<SystemEntry<'a>>,
    milder: Vec<NoteEntry<'a>>,
    not_compared: Vec<TroubleEntry<'a>>,
}

#[derive(Serialize)]
struct Summary {
    widened: usize,
    added: usize,
    narrowed: usize,
    removed: usize,
    neutral: usize,
    same: usize,
    alike: usize,
    not_compared: usize,
}

#[derive(Serialize)]
struct SystemEntry<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_id: Option<&'a str>,
    status: &'static str,
    direction: &'static str,
    sentence: String,
    monitors: bool,
    groups: &'a [String],
    location: LocationEntry<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    about: Vec<AboutEntry<'a>>,
    changes: Vec<ChangeEntry<'a>>,
    packs: Option<Vec<&'a str>>,
    requires: Vec<RequiredEntry<'a>>,
}

#[derive(Serialize)]
struct LocationEntry<'a> {
    file: &'a str,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct AboutEntry<'a> {
    list: &'static str,
    names: &'a [String],
}

#[derive(Serialize)]
struct ChangeEntry<'a> {
    direction: &'static str,
    path: &'a str,
    message: &'a str,
    #[serde(flatten)]
    what: WhatEntry<'a>,
    location: Option<LocationEntry<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum WhatEntry<'a> {
    Added,
    Removed,
    Renamed {
        from: &'a str,
        to: &'a str,
    },
    Values {
        added: &'a [Json],
        removed: &'a [Json],
    },
    Set {
        old: Option<&'a Json>,
        new: Option<&'a Json>,
    },
}

#[derive(Serialize)]
struct RequiredEntry<'a> {
    direction: &'static str,
    before: bool,
    depends_on: &'a [String],
    requires: Vec<&'static str>,
    kind: &'static str,
    packs: Vec<&'a str>,
    source: &'a str,
    citation: &'a str,
    refs: &'a [String],
    from: Option<String>,
    says: &'a str,
}

#[derive(Serialize)]
struct NoteEntry<'a> {
    path: &'a str,
    line: Option<u32>,
    message: &'a str,
}

#[derive(Serialize)]
struct TroubleEntry<'a> {
    path: &'a str,
    line: Option<u32>,
    reason: &'a str,
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Widens => "widens",
        Direction::Narrows => "narrows",
        Direction::Neutral => "neutral",
    }
}

impl<'a> SystemEntry<'a> {
    fn of(linter: &'a Linter, system: &'a SystemDiff) -> Self {
        let about = system.about.iter().map(|about| AboutEntry {
            list: about.list,
            names: &about.names,
        });
        let packs = |packs: &'a Vec<_>| packs.iter().map(|pack: &std::sync::Arc<str>| &**pack).collect();
        SystemEntry {
            id: &system.id,
            name: &system.name,
            previous_id: system.was.as_deref(),
            status: match system.fate {
                Fate::Added => "added",
                Fate::Removed => "removed",
                Fate::Changed => "changed",
            },
            direction: direction(system.direction),
            sentence: words::essence(system, linter.lang, &PLAIN),
            monitors: system.monitors,
            groups: &system.groups,
            location: LocationEntry::of(&system.at),
            about: about.collect(),
            changes: system
                .changes
                .iter()
                .map(|placed| ChangeEntry::of(linter, placed))
                .collect(),
            packs: system.packs.as_ref().map(packs),
            requires: system
                .required
                .iter()
                .map(|clause| RequiredEntry::of(linter, clause))
                .collect(),
        }
    }
}

impl<'a> LocationEntry<'a> {
    fn of(at: &'a Mark) -> Self {
        LocationEntry {
            file: &at.file,
            line: at.line,
            column: at.column,
        }
    }
}

impl<'a> ChangeEntry<'a> {
    fn of(linter: &Linter, Placed { change, at }: &'a Placed) -> Self {
        ChangeEntry {
            direction: direction(change.direction),
            path: &change.path,
            message: change.message(linter.lang),
            what: match &change.what {
                What::Added => WhatEntry::Added,
                What::Removed => WhatEntry::Removed,
                What::Renamed { from, to } => WhatEntry::Renamed { from, to },
                What::Values { added, removed } => WhatEntry::Values { added, removed },
                What::Set { old, new } => WhatEntry::Set {
                    old: old.as_ref(),
                    new: new.as_ref(),
                },
            },
            location: at.as_ref().map(LocationEntry::of),
        }
    }
}

impl<'a> RequiredEntry<'a> {
    fn of(linter: &'a Linter, clause: &'a Required) -> Self {
        let source = &linter.rules.sources[clause.source];
        RequiredEntry {
            direction: direction(clause.of),
            before: clause.before,
            depends_on: &clause.depends_on,
            requires: clause.requires.iter().map(|one| one.name()).collect(),
            kind: clause.kind.name(),
            packs: clause.packs.iter().map(|pack| &**pack).collect(),
            source: &source.id,
            citation: &source.citation,
            refs: &clause.refs,
            from: clause.from.map(|from| from.to_string()),
            says: &clause.says,
        }
    }
}

impl<'a> NoteEntry<'a> {
    fn of(note: &'a Note) -> Self {
        NoteEntry {
            path: &note.file,
            line: note.line,
            message: &note.message,
        }
    }
}

impl<'a> TroubleEntry<'a> {
    fn of(trouble: &'a Trouble) -> Self {
        TroubleEntry {
            path: &trouble.file,
            line: trouble.line,
            reason: &trouble.reason,
        }
    }
}
