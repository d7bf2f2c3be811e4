//! What falls due, for scripts: JSON, versioned, with its schema in `schemas/due.v1.schema.json`.

use std::io;

use serde::Serialize;

use crate::due::{Due, Entry};
use crate::lint::Linter;
use crate::report::parts::{TOOL, Tool, UnreadEntry};
use crate::safe_json::write;

/// The schema of the list, as it lies in the repository.
pub const DUE_SCHEMA: &str = include_str!("../../../schemas/due.v1.schema.json");

/// The version of the format. It changes when a field is renamed, removed or means something else.
const VERSION: u32 = 1;

/// Writes the list.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, due: &Due, out: &mut dyn io::Write) -> io::Result<()> {
    let overdue = due.overdue(linter.today);
    let list = List {
        version: VERSION,
        tool: TOOL,
        today: linter.today.to_string(),
        language: linter.lang.tag(),
        summary: Summary {
            manifests: due.manifests,
            overdue,
            to_come: due.entries.len() - overdue,
            later: due.later,
            unread: due.unread.len(),
        },
        due: due.entries.iter().map(|entry| EntryEntry::of(entry, linter)).collect(),
        unread: due.unread.iter().map(UnreadEntry::of).collect(),
    };
    write(&list, out)
}

#[derive(Serialize)]
struct List<'a> {
    version: u32,
    tool: Tool,
    today: String,
    language: &'static str,
    summary: Summary,
    due: Vec<EntryEntry<'a>>,
    unread: Vec<UnreadEntry<'a>>,
}

#[derive(Serialize)]
struct Summary {
    manifests: usize,
    overdue: usize,
    to_come: usize,
    later: usize,
    unread: usize,
}

#[derive(Serialize)]
struct EntryEntry<'a> {
    id: String,
    date: String,
    overdue: bool,
    kind: &'static str,
    what: &'static str,
    about: &'a [String],
    system: Option<&'a str>,
    name: Option<&'a str>,
    responsible: &'a [String],
    rule: Option<&'a str>,
    location: LocationEntry<'a>,
}

#[derive(Serialize)]
struct LocationEntry<'a> {
    file: &'a str,
    pointer: &'a str,
    line: u32,
    column: u32,
}

impl<'a> EntryEntry<'a> {
    fn of(entry: &'a Entry, linter: &Linter) -> Self {
        EntryEntry {
            id: entry.id.to_string(),
            date: entry.date.to_string(),
            overdue: entry.is_overdue(linter.today),
            kind: entry.kind.id(),
            what: entry.kind.label(linter.lang),
            about: &entry.about,
            system: entry.system.as_deref(),
            name: entry.name.as_deref(),
            responsible: &entry.responsible,
            rule: entry.rule.as_deref(),
            location: LocationEntry {
                file: &entry.file,
                pointer: &entry.pointer,
                line: entry.line,
                column: entry.column,
            },
        }
    }
}
