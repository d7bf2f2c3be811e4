//! What falls due, for calendars: iCalendar (RFC 5545), an event of a whole day for each entry.
//!
//! An event is known by what its entry is known by, so a calendar that reads the file again moves it instead of
//! keeping two. Of two files it takes the later one. A run knows nothing of earlier ones, so it can count no revisions
//! (`SEQUENCE`), and the moment of the run (`DTSTAMP`) decides, as RFC 5546 (2.1.5) has it where the numbers are equal.
//! Two runs that are given the same moment are as old as each other, whatever they say.

use std::io;

use icalendar::{Calendar, Component as _, Event, EventLike as _, Property};
use jiff::Timestamp;
use jiff::civil::Date;

use super::words;
use crate::due::{Due, Entry};
use crate::lint::Linter;
use crate::text::{Lang, escape};

/// Writes the calendar as of a moment. What is overdue keeps its day.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, due: &Due, moment: Timestamp, out: &mut dyn io::Write) -> io::Result<()> {
    let mut calendar = Calendar::empty();
    for property in [
        ("VERSION", "2.0"),
        ("PRODID", "-//tillit//due//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
    ] {
        calendar.append_property(property);
    }
    calendar.name(linter.lang.pick("tillit: what falls due", "tillit: det som forfaller"));
    let stamp = moment.strftime("%Y%m%dT%H%M%SZ").to_string();
    calendar.extend(due.entries.iter().map(|entry| event(entry, &stamp, linter)));
    write!(out, "{calendar}")
}

fn event(entry: &Entry, stamp: &str, linter: &Linter) -> Event {
    let lang = linter.lang;
    let what = words::what(entry, lang);
    let overdue = entry
        .is_overdue(linter.today)
        .then(|| lang.pick("overdue", "over fristen"));
    let mark = overdue.map_or(String::new(), |word| format!(" ({word})"));
    let start = Property::new("DTSTART", basic(entry.date))
        .add_parameter("VALUE", "DATE")
        .done();
    Event::new()
        .uid(&format!("{}@tillit", entry.id))
        .add_property("DTSTAMP", stamp)
        .append_property(start)
        .add_property("TRANSP", "TRANSPARENT")
        .summary(&calm(&format!("{what}: {}{mark}", words::system(entry))))
        .description(&calm_lines(&description(entry, lang)))
        .categories(std::iter::once(entry.kind.label(lang)).chain(overdue))
        .done()
}

/// Everything that the list says of an entry, a line for each thing.
fn description(entry: &Entry, lang: Lang) -> Vec<String> {
    let (who, by, at) = match lang {
        Lang::En => ("Responsible", "Rule", "Stated in"),
        Lang::Nb => ("Ansvarlig", "Regel", "Oppgitt i"),
    };
    vec![
        format!("{who}: {}", words::responsible(entry, lang)),
        format!("{by}: {}", words::rule(entry, lang)),
        format!("{at}: {}:{}:{}", escape(&entry.file), entry.line, entry.column),
    ]
}

/// `20261201`
fn basic(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

/// Text in which no part is a command to a build runner, wherever a line is folded.
fn calm(text: &str) -> String {
    text.replace("::", "∷").replace("##", "#♯")
}

fn calm_lines(lines: &[String]) -> String {
    lines.iter().map(|line| calm(line)).collect::<Vec<_>>().join("\n")
}
