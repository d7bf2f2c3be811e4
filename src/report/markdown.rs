//! The report for a job summary or a comment on a pull request: Markdown, short enough for both.
//!
//! Text from outside stands only in list items and paragraphs, and there only quoted: what makes a heading or a
//! link is the program's own.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::io;

use super::basis::{docs_page, gravity};
use super::quote::{code, quoted};
use super::words::{Told, waived};
use super::{Options, summary};
use crate::explain::{pack_kind, severity};
use crate::finding::Finding;
use crate::lint::{Linter, Run, Standing};
use crate::suppress::Tally;
use crate::text::{Lang, cut, shown};

/// A comment on GitHub holds 65,536 characters; whoever posts it may want to add some.
const MOST_BYTES: usize = 60_000;
/// What is kept free for the headings, and for saying what did not fit.
const SPARE_BYTES: usize = 4_000;
/// Most characters of one text.
const LONGEST: usize = 1_000;
/// Most rules that are named behind a finding.
const MOST_RULES: usize = 20;

/// Writes the report.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, run: &Run, options: Options, out: &mut dyn io::Write) -> io::Result<()> {
    let lang = linter.lang;
    let head = head(linter, run, options);
    let entries = entries(run, options);
    let mut room = MOST_BYTES.saturating_sub(head.len() + SPARE_BYTES);
    let mut texts: Vec<(&Entry<'_>, String)> = Vec::new();
    for entry in &entries {
        let text = entry.text(linter, run);
        let Some(left) = room.checked_sub(text.len() + entry.file(run).len()) else {
            break;
        };
        room = left;
        texts.push((entry, text));
    }
    let hidden = entries.get(texts.len()..).unwrap_or_default();
    texts.sort_by_key(|(entry, _)| entry.place);
    out.write_all(head.as_bytes())?;
    let mut above: Option<&Entry<'_>> = None;
    for (entry, text) in &texts {
        let (section, file) = (entry.place.0, entry.place.1);
        if above.is_none_or(|above| above.place.0 != section) {
            writeln!(out, "\n### {}", section.heading(lang))?;
        }
        if above.is_none_or(|above| (above.place.0, above.place.1) != (section, file)) {
            out.write_all(entry.file(run).as_bytes())?;
        }
        out.write_all(text.as_bytes())?;
        above = Some(entry);
    }
    if !hidden.is_empty() {
        writeln!(out, "\n{}", more(run, hidden, lang))?;
    }
    match entries.is_empty() {
        true => Ok(()),
        false => writeln!(out, "\n{}", summary::advice(lang)),
    }
}

/// How much was found, what was checked, and what is not shown.
fn head(linter: &Linter, run: &Run, options: Options) -> String {
    let lang = linter.lang;
    let aside = summary::aside(run, options, lang);
    let found: Tally = run.findings().map(|finding| finding.severity).collect();
    let found = match (found.total(), run.unread.len(), aside.len()) {
        (0, 0, 0) => lang.pick("nothing to point out", "ingenting å bemerke").to_owned(),
        (0, 0, _) => lang
            .pick("nothing else to point out", "ingenting annet å bemerke")
            .to_owned(),
        (0, _, _) => lang
            .pick("not everything could be read", "ikke alt kunne leses")
            .to_owned(),
        _ => summary::tally(found, lang),
    };
    let checked = summary::checked(run, lang);
    let checked = format!(
        "{checked} {}. {}",
        lang.pick("checked", "kontrollert"),
        summary::packs(linter, run)
    );
    let mut text = format!("## tillit: {found}\n\n{}\n", quoted(&cut(&checked, 2 * LONGEST)));
    let lines = summary::unread(run, lang).into_iter().chain(aside);
    let lines: String = lines.map(|line| format!("- {}\n", quoted(&line))).collect();
    if !lines.is_empty() {
        text.push('\n');
    }
    text + &lines
}

/// A finding, and where it stands in the report.
struct Entry<'a> {
    /// Its section, the number of its file, and its number in the file.
    place: (Section, usize, usize),
    finding: &'a Finding,
    /// The waiver that sets it aside, if one does.
    waiver: Option<&'a Standing>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Milder,
    Found,
    Waived,
}

impl Section {
    fn heading(self, lang: Lang) -> &'static str {
        match self {
            Section::Milder => lang.pick("The check becomes milder", "Kontrollen blir mildere"),
            Section::Found => lang.pick("Findings", "Funn"),
            Section::Waived => lang.pick("Set aside by waivers", "Satt til side av unntak"),
        }
    }
}

/// Everything to show, the gravest first.
fn entries(run: &Run, options: Options) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    for (file, report) in run.reports().enumerate() {
        let found = report.findings.iter().map(|finding| (finding, None));
        let set_aside = report.waived.iter().filter(|_| options.show_waived);
        let set_aside = set_aside.map(|waived| (&waived.finding, Some(&*waived.waiver)));
        for (number, (finding, waiver)) in found.chain(set_aside).enumerate() {
            let section = match (waiver.is_some(), gravity(finding)) {
                (true, _) => Section::Waived,
                (false, (true, _)) => Section::Milder,
                (false, (false, _)) => Section::Found,
            };
            entries.push(Entry {
                place: (section, file, number),
                finding,
                waiver,
            });
        }
    }
    entries.sort_by_key(|entry| (entry.place.0, Reverse(entry.finding.severity)));
    entries
}

impl Entry<'_> {
    /// The line above the findings of a file.
    fn file(&self, run: &Run) -> String {
        format!("\n**{}**\n\n", code(run.path(&self.finding.primary.file)))
    }

    /// What, where, and below it what to do and why.
    fn text(&self, linter: &Linter, run: &Run) -> String {
        let (finding, lang) = (self.finding, linter.lang);
        let told = Told::of(linter, run, finding);
        let place = format!("{}:{}", run.path(&finding.primary.file), finding.primary.start.line);
        let mut text = format!(
            "- **{}** {} {} ({})\n",
            severity(finding.severity, lang),
            code(&place),
            quoted(&cut(&told.message, LONGEST)),
            link(linter, &finding.rule),
        );
        if let Some(waiver) = self.waiver {
            return format!("{text}  - {}\n", quoted(&cut(&waived(waiver, lang), LONGEST)));
        }
        let mut below = |label: &str, said: &str| {
            let _ = writeln!(text, "  - {label}: {said}");
        };
        if !told.help.is_empty() {
            below(lang.pick("help", "råd"), &quoted(&cut(&told.help, LONGEST)));
        }
        for grounds in &told.grounds {
            let packs: Vec<String> = grounds.packs.iter().map(|pack| code(pack)).collect();
            let label = format!("{} ({})", pack_kind(grounds.kind, lang), packs.join(", "));
            below(&label, &quoted(&cut(&grounds.text, LONGEST)));
        }
        if !told.places.is_empty() {
            below(lang.pick("see", "se"), &quoted(&cut(&told.places.join("; "), LONGEST)));
        }
        if !told.related.is_empty() {
            let more = told.related.len() > MOST_RULES;
            let rules = told.related.iter().take(MOST_RULES).map(|id| code(id));
            let rules: Vec<String> = rules.chain(more.then(|| "…".to_owned())).collect();
            below(lang.pick("also", "også"), &rules.join(", "));
        }
        text
    }
}

/// The id of a rule, with a link to its page if it has one.
fn link(linter: &Linter, id: &str) -> String {
    let rules = &linter.rules;
    let rule = rules.find(id).and_then(|number| rules.rules.get(number));
    match rule.and_then(docs_page) {
        Some(page) => format!("[{}]({page})", code(id)),
        None => code(id),
    }
}

/// How many more there are, and in which files.
fn more(run: &Run, hidden: &[Entry<'_>], lang: Lang) -> String {
    let mut places: Vec<(usize, &str)> = hidden
        .iter()
        .map(|e| (e.place.1, run.path(&e.finding.primary.file)))
        .collect();
    places.sort_unstable();
    places.dedup();
    let files = summary::few(places.into_iter().map(|(_, path)| shown(path)).collect());
    let found: Tally = hidden.iter().map(|entry| entry.finding.severity).collect();
    let found = summary::tally(found, lang);
    quoted(&match lang {
        Lang::En => format!(
            "… and more, which did not fit here: {found}, in {files}. `tillit check --format json` shows them all."
        ),
        Lang::Nb => {
            format!(
                "… og flere, som det ikke var plass til her: {found}, i {files}. `tillit check --format json` viser alle."
            )
        }
    })
}
