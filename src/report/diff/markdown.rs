//! What differs, for the summary of a pull request: Markdown, short enough for a comment.
//!
//! Text from outside stands only in list items, and there only quoted: what makes a heading is the program's own.

use std::io;

use super::words::{self, Marks};
use crate::agreement::Direction;
use crate::diff::{Diff, SystemDiff, Trouble};
use crate::explain::pack_kind;
use crate::lint::Linter;
use crate::report::quote::{code, quoted};
use crate::report::summary::number;
use crate::text::{Lang, cut};

/// A comment on GitHub holds 65,536 characters; whoever posts it may want to add some.
const MOST_BYTES: usize = 60_000;
/// What is kept free for the end, and for saying what did not fit.
const SPARE_BYTES: usize = 2_000;
/// Most characters of one text.
const LONGEST: usize = 1_000;
/// Most of what was not compared that stands in front of what changes.
const MOST_FIRST: usize = 10;

const MARKS: Marks = Marks {
    text: |text| quoted(&cut(text, LONGEST)),
    verb: |verb| format!("**{verb}**"),
    people: |people| format!("*{}*", quoted(&cut(people, LONGEST))),
};

/// Writes what differs.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, diff: &Diff, out: &mut dyn io::Write) -> io::Result<()> {
    let lang = linter.lang;
    let heading = match (diff.systems.as_slice(), diff.troubles.as_slice()) {
        ([], []) => lang.pick("no material change", "ingen vesentlig endring"),
        ([], _) => lang.pick("not everything could be compared", "ikke alt kunne sammenlignes"),
        _ => lang.pick("what changes", "hva som endres"),
    };
    let mut room = Room {
        text: format!("## tillit: {heading}\n\n{}\n\n", quoted(&words::counts(diff, lang))),
        hidden: 0,
    };
    for note in &diff.milder {
        let text = quoted(&cut(&words::milder(note, lang), LONGEST));
        room.add(format!("- **!** {text}\n"));
    }
    // What was not compared is told first, so that no number of changes hides it.
    let (first, more) = diff.troubles.split_at(diff.troubles.len().min(MOST_FIRST));
    troubles(&mut room, first, lang);
    for system in &diff.systems {
        room.add(format!("- {}.\n", words::essence(system, lang, &MARKS)));
    }
    troubles(&mut room, more, lang);
    for system in diff
        .systems
        .iter()
        .filter(|system| !(system.changes.is_empty() && system.required.is_empty()))
    {
        details(&mut room, linter, system);
    }
    if room.hidden > 0 {
        let hidden = number(
            room.hidden,
            lang,
            ["more line, which did", "more lines, which did"],
            ["linje til, som", "linjer til, som"],
        );
        room.text.push_str(&match lang {
            Lang::En => format!("\n… and {hidden} not fit here. `tillit diff` shows all.\n"),
            Lang::Nb => format!("\n… og {hidden} det ikke var plass til her. `tillit diff` viser alle.\n"),
        });
    }
    room.text.push('\n');
    for line in words::advice(diff, lang) {
        room.text.push_str(&format!("{}\n", quoted(&line)));
    }
    out.write_all(room.text.as_bytes())
}

fn troubles(room: &mut Room, troubles: &[Trouble], lang: Lang) {
    for trouble in troubles {
        let text = quoted(&cut(&words::trouble(trouble, lang), LONGEST));
        room.add(format!("- **!** {text}\n"));
    }
}

/// The changes of a system, and what they require.
fn details(room: &mut Room, linter: &Linter, system: &SystemDiff) {
    let lang = linter.lang;
    let place = code(&words::place(&system.at));
    room.add(format!("\n**{}** {place}\n\n", quoted(&words::name(system))));
    for placed in &system.changes {
        let word = words::direction(placed.change.direction, lang);
        let at = placed
            .at
            .as_ref()
            .map_or(String::new(), |at| format!("{} ", code(&words::place(at))));
        let message = quoted(&cut(placed.change.message(lang), LONGEST));
        room.add(format!("- **{word}** {at}{message}\n"));
    }
    if let Some(why) = words::nothing_required(system, lang) {
        room.add(format!("- {}\n", quoted(why)));
    }
    let mut above: Option<Direction> = None;
    for clause in &system.required {
        if above != Some(clause.of) {
            room.add(format!("- {}:\n", words::requires(system, clause.of, lang)));
            above = Some(clause.of);
        }
        let packs: Vec<String> = clause.packs.iter().map(|pack| code(pack)).collect();
        let text = quoted(&cut(&words::clause(linter, system, clause), LONGEST));
        room.add(format!(
            "  - {} ({}): {text}\n",
            pack_kind(clause.kind, lang),
            packs.join(", ")
        ));
    }
}

/// A page of limited length.
struct Room {
    text: String,
    /// Number of lines that did not fit.
    hidden: usize,
}

impl Room {
    /// Once a line did not fit, none behind it is shown.
    fn add(&mut self, line: String) {
        if self.hidden > 0 || self.text.len() + line.len() + SPARE_BYTES > MOST_BYTES {
            self.hidden += 1;
        } else {
            self.text.push_str(&line);
        }
    }
}
