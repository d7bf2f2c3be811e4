//! What differs, for people: system by system, what widens first, and what it requires.

use std::io;

use super::words::{self, Marks};
use crate::agreement::Direction;
use crate::diff::{Diff, SystemDiff};
use crate::explain::pack_kind;
use crate::lint::Linter;
use crate::report::text::Style;
use crate::report::text::page::{Ink, Page, clean, width};
use crate::text::{Lang, escape};

const PLAIN: Marks = Marks {
    text: clean,
    verb: str::to_owned,
    people: clean,
};

/// Most changes of one system that are shown.
const MOST: usize = 200;

/// Writes what differs.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, diff: &Diff, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let lang = linter.lang;
    let mut page = Page::new(out, style, lang);
    for part in &diff.systems {
        system(&mut page, linter, part)?;
        page.blank()?;
    }
    for note in &diff.milder {
        let text = page.paint(Ink::Red, &words::milder(note, lang));
        page.paragraph(&text)?;
    }
    for trouble in &diff.troubles {
        let text = page.paint(Ink::Red, &words::trouble(trouble, lang));
        page.paragraph(&text)?;
    }
    let counts = page.paint(Ink::Bold, &words::counts(diff, lang));
    page.paragraph(&counts)?;
    for line in words::advice(diff, lang) {
        page.paragraph(&line)?;
    }
    Ok(())
}

fn system(page: &mut Page<'_>, linter: &Linter, system: &SystemDiff) -> io::Result<()> {
    let lang = page.lang;
    let name = page.paint(Ink::Bold, &words::name(system));
    let head = format!("{name}  {}", page.paint(Ink::Dim, &escape(&words::place(&system.at))));
    page.hanging("", "  ", &head)?;
    let essence = words::essence(system, lang, &PLAIN);
    page.hanging("  ", "  ", &format!("{essence}."))?;
    if !system.changes.is_empty() {
        page.blank()?;
    }
    let names = [Direction::Widens, Direction::Narrows, Direction::Neutral].map(|d| words::direction(d, lang));
    let columns = names.iter().map(|name| width(name)).max().unwrap_or(0);
    for placed in system.changes.iter().take(MOST) {
        let direction = placed.change.direction;
        let word = words::direction(direction, lang);
        let pad = " ".repeat(columns - width(word));
        let first = format!("  {}{pad}  ", page.paint(ink(direction), word));
        let rest = " ".repeat(columns + 4);
        page.hanging(&first, &rest, &clean(placed.change.message(lang)))?;
        if let Some(at) = &placed.at {
            let at = page.paint(Ink::Dim, &escape(&words::place(at)));
            page.hanging(&rest, &rest, &at)?;
        }
    }
    let hidden = system.changes.len().saturating_sub(MOST);
    if hidden > 0 {
        page.paragraph(&match lang {
            Lang::En => format!("  … and {hidden} more; `--format json` shows them all."),
            Lang::Nb => format!("  … og {hidden} til. `--format json` viser alle."),
        })?;
    }
    requires(page, linter, system)
}

/// The clauses, for each direction, policy apart from law.
fn requires(page: &mut Page<'_>, linter: &Linter, system: &SystemDiff) -> io::Result<()> {
    let lang = page.lang;
    if let Some(why) = words::nothing_required(system, lang) {
        page.blank()?;
        return page.hanging("  ", "  ", why);
    }
    let mut above: Option<Direction> = None;
    for clause in &system.required {
        if above != Some(clause.of) {
            page.blank()?;
            page.hanging("  ", "  ", &format!("{}:", words::requires(system, clause.of, lang)))?;
            above = Some(clause.of);
        }
        let kind = pack_kind(clause.kind, lang);
        let text = format!(
            "{} ({}): {}",
            page.paint(Ink::Magenta, kind),
            clause.packs.join(", "),
            words::clause(linter, system, clause)
        );
        page.hanging("  - ", "    ", &text)?;
    }
    Ok(())
}

fn ink(direction: Direction) -> Ink {
    match direction {
        Direction::Widens => Ink::Red,
        Direction::Narrows => Ink::Green,
        Direction::Neutral => Ink::Dim,
    }
}
