//! What falls due, for people: what is overdue first, then what is to come, by day.

use std::io;

use super::words;
use crate::due::{Due, Entry};
use crate::lint::Linter;
use crate::report::summary::number;
use crate::report::text::Style;
use crate::report::text::page::{Ink, Page, cut_front};
use crate::text::{Lang, escape};

/// Columns before what is said of a day.
const INDENT: usize = 14;

/// Writes the list.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, due: &Due, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let (lang, today) = (linter.lang, linter.today);
    let mut page = Page::new(out, style, lang);
    let (overdue, to_come) = due.entries.split_at(due.overdue(today));
    let parts = [
        (Ink::Red, lang.pick("Overdue", "Over fristen"), overdue),
        (Ink::Bold, lang.pick("To come", "Kommer"), to_come),
    ];
    for (ink, head, entries) in parts.into_iter().filter(|(.., entries)| !entries.is_empty()) {
        let head = page.paint(ink, head);
        page.lines(&head)?;
        for part in entries {
            entry(&mut page, linter, ink, part)?;
        }
        page.blank()?;
    }
    for unread in &due.unread {
        let (path, reason) = (escape(&unread.path), escape(&unread.reason));
        let path = cut_front(&path, page.style.width);
        let text = match lang {
            Lang::En => format!("Dates may be missing: {path}: {reason}"),
            Lang::Nb => format!("Datoer kan mangle: {path}: {reason}"),
        };
        let text = page.paint(Ink::Red, &text);
        page.paragraph(&text)?;
    }
    page.paragraph(&counts(due, overdue.len(), lang))
}

fn entry(page: &mut Page<'_>, linter: &Linter, ink: Ink, entry: &Entry) -> io::Result<()> {
    let lang = page.lang;
    let rest = " ".repeat(INDENT);
    let first = format!("  {}  ", page.paint(ink, &entry.date.to_string()));
    let (what, system) = (words::what(entry, lang), words::system(entry));
    let distance = words::distance(entry, linter.today, lang);
    page.hanging(&first, &rest, &format!("{what}: {system}, {distance}"))?;
    let file = escape(&entry.file);
    let file = cut_front(&file, page.style.width / 2);
    let (responsible, rule) = (words::responsible(entry, lang), words::rule(entry, lang));
    let (who, by) = (lang.pick("responsible", "ansvarlig"), lang.pick("rule", "regel"));
    let more = format!(
        "{who}: {responsible}; {by}: {rule}; {file}:{}:{}",
        entry.line, entry.column
    );
    page.hanging(&rest, &rest, &more)
}

/// How much there is, in one line.
fn counts(due: &Due, overdue: usize, lang: Lang) -> String {
    let manifests = number(
        due.manifests,
        lang,
        ["manifest", "manifests"],
        ["manifest", "manifester"],
    );
    let dates = number(due.entries.len(), lang, ["date", "dates"], ["dato", "datoer"]);
    let mut text = match (due.entries.len(), lang) {
        (0, Lang::En) => format!("Nothing falls due; {manifests} read"),
        (0, Lang::Nb) => format!("Ingenting forfaller; {manifests} lest"),
        (_, Lang::En) => format!("{dates} in {manifests}, {overdue} overdue"),
        (_, Lang::Nb) => format!("{dates} i {manifests}, {overdue} over fristen"),
    };
    if due.later > 0 {
        text.push_str(&match lang {
            Lang::En => format!("; {} later", due.later),
            Lang::Nb => format!("; {} senere", due.later),
        });
    }
    text.push('.');
    text
}
