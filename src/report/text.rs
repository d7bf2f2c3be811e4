//! The report for people at a terminal: excerpts with labels, remedies, clauses, and a summary.

mod excerpt;
pub(super) mod page;
mod summary;

use std::fmt;
use std::io;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use self::excerpt::{Excerpt, Mark};
use self::page::{Ink, Page, clean, cut, cut_front, width};
use super::Options;
use super::basis::{clauses, docs_page, kind_of, rule_of};
use super::words::clause_text;
use crate::explain;
use crate::finding::{Finding, Location, Mistake, Severity, UNANSWERED_BLOCK};
use crate::lint::{FileReport, Linter, Run, Waived};
use crate::rule::PackKind;
use crate::ruleset::RuleSet;
use crate::source::SourceFile;
use crate::text::{Lang, escape, shown};

/// Most findings of one file that are shown with an excerpt.
const MOST: usize = 50;
/// Of many files, each shows at least so many.
const FEWEST: usize = 5;
/// Most labels of one finding that are shown in excerpts; further ones are named.
const MOST_LABELS: usize = 6;
/// Labels farther away from the primary one, in lines, are named instead of shown.
const FAR: u32 = 12;

/// How the output looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// Terminal links.
    pub links: bool,
    /// Width in columns.
    pub width: usize,
    /// Only the summary.
    pub quiet: bool,
}

/// Writes the report.
///
/// # Errors
/// What `out` says.
pub fn render(linter: &Linter, run: &Run, options: Options, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::new(out, style, linter.lang);
    // Of many files each shows its gravest findings, so that the whole stays readable.
    let files = run.reports().filter(|f| !f.findings.is_empty()).count().max(1);
    let most = (MOST / files).clamp(FEWEST, MOST);
    for file in run.reports() {
        if style.quiet {
            summary::file_line(&mut page, file)?;
        } else {
            file_findings(&mut page, linter, file, most)?;
        }
    }
    if options.show_waived {
        for waived in run.waived() {
            waived_lines(&mut page, linter, waived)?;
        }
    }
    if style.quiet {
        summary::counts(&mut page, run, options)
    } else {
        summary::render(&mut page, linter, run, options)
    }
}

/// Writes mistakes in the configuration or in rule files.
///
/// # Errors
/// What `out` says.
pub fn render_mistakes(mistakes: &[Mistake], lang: Lang, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::new(out, style, lang);
    for mistake in mistakes.iter().take(MOST) {
        let mark = Mark {
            span: mistake.span,
            at: mistake.source.position(mistake.span.start),
            label: String::new(),
        };
        let head = format!("{}:", explain::severity(Severity::Error, lang));
        let message = clean(mistake.message.get(lang));
        excerpt(&mut page, Severity::Error, head, message, &mistake.source, &[mark])?;
        let help = clean(mistake.help.get(lang));
        if !help.is_empty() {
            entries(&mut page, &[(Ink::Cyan, lang.pick("help", "råd"), help)])?;
        }
        page.blank()?;
    }
    let more = mistakes.len().saturating_sub(MOST);
    if more > 0 {
        page.paragraph(&match lang {
            Lang::En => format!("… and {more} more mistakes"),
            Lang::Nb => format!("… og {more} feil til"),
        })?;
    }
    Ok(())
}

/// The findings of a file, in the order of its lines; of too many, the gravest.
fn file_findings(page: &mut Page<'_>, linter: &Linter, file: &FileReport, most: usize) -> io::Result<()> {
    let mut shown: Vec<usize> = (0..file.findings.len()).collect();
    // That a limit was exceeded says that there may be more, so it is never among the hidden.
    shown.sort_by_key(|n| {
        let finding = &file.findings[*n];
        std::cmp::Reverse((&*finding.rule == "limit-exceeded", finding.severity))
    });
    let hidden = shown.split_off(shown.len().min(most));
    shown.sort_unstable();
    let shown = shown.into_iter().map(|n| &file.findings[n]);
    let (notes, graver): (Vec<&Finding>, Vec<&Finding>) = shown.partition(|f| f.severity == Severity::Note);
    let mut above = None;
    for finding in graver {
        // An excerpt that stands right above says nothing new, nor does one of what is not there.
        let known = above == Some(finding.primary.span) || finding.primary.above.is_some();
        let known = known && finding.secondary.is_empty();
        render_finding(page, linter, finding, &file.source, known)?;
        above = Some(finding.primary.span);
    }
    // What is only worth knowing must not bury what has to be done: a line each.
    for note in &notes {
        match note.apart.is_empty() {
            true => related_line(page, &linter.rules, note, 1)?,
            false => own_words(page, &linter.rules, note)?,
        }
    }
    if !notes.is_empty() {
        page.blank()?;
    }
    if !hidden.is_empty() {
        let hidden = hidden.into_iter().map(|n| file.findings[n].severity);
        let counts = summary::severities(page, hidden);
        let name = escape(file.source.name()).into_owned();
        let (en, nb) = if most < MOST {
            (
                "Check the file alone to see them.",
                "Kontroller filen alene for å se dem.",
            )
        } else {
            ("`--format json` lists them all.", "`--format json` viser alle.")
        };
        page.paragraph(&match page.lang {
            Lang::En => format!("… and more in {name}: {counts}. {en}"),
            Lang::Nb => format!("… og flere i {name}: {counts}. {nb}"),
        })?;
        page.blank()?;
    }
    Ok(())
}

/// A finding: what, where, and below it what to do and why.
fn render_finding(
    page: &mut Page<'_>,
    linter: &Linter,
    finding: &Finding,
    source: &SourceFile,
    known: bool,
) -> io::Result<()> {
    let lang = page.lang;
    let rules = &linter.rules;
    let primary = &finding.primary;
    let is_near = |other: &&Location| other.file == primary.file && other.start.line.abs_diff(primary.start.line) < FAR;
    let (mut near, far): (Vec<&Location>, Vec<&Location>) = finding.secondary.iter().partition(is_near);
    let named = near.split_off(near.len().min(MOST_LABELS));
    let mark = |location: &&'_ Location| Mark {
        span: location.span,
        at: location.start,
        label: location.label.clone(),
    };
    let marks: Vec<Mark> = std::iter::once(&primary)
        .chain(&near)
        .filter(|_| !known)
        .map(mark)
        .collect();
    let severity = explain::severity(finding.severity, lang);
    let rule = rule_of(rules, finding);
    let head = format!(
        "{severity}[{}]:",
        page.link(rule.and_then(docs_page), &escape(&finding.rule))
    );
    excerpt(page, finding.severity, head, clean(&finding.message), source, &marks)?;

    let mut below: Vec<(Ink, &str, String)> = Vec::new();
    if known {
        below.push((Ink::Cyan, lang.pick("at", "ved"), place(page, primary)));
    }
    for location in named.into_iter().chain(far) {
        below.push((Ink::Cyan, lang.pick("see", "se"), place(page, location)));
    }
    // What stands for questions has their lines below it instead.
    if &*finding.rule != UNANSWERED_BLOCK {
        below.push((Ink::Cyan, lang.pick("help", "råd"), clean(&finding.help)));
        let mut line = None;
        for clause in clauses(rules, finding) {
            let text = clause_text(&clause, lang);
            // Clauses under the same packs share a line; policy and law never do.
            match below.last_mut().filter(|_| line == Some((clause.kind, clause.packs))) {
                Some((_, _, above)) => *above = format!("{above}; {text}"),
                None => {
                    let (ink, tag) = kind_label(clause.kind, lang);
                    below.push((ink, tag, format!("{}: {text}", clause.packs.join(", "))));
                }
            }
            line = Some((clause.kind, clause.packs));
        }
        if !finding.related.is_empty() {
            let also = lang.pick(
                "what other rules say of the same thing:",
                "det andre regler sier om det samme:",
            );
            below.push((Ink::Cyan, lang.pick("also", "også"), also.to_owned()));
        }
    }
    entries(page, &below)?;
    if primary.pointer.0.is_empty() && &*finding.rule == UNANSWERED_BLOCK {
        for part in &finding.related {
            part_line(page, rules, part)?;
        }
        return page.blank();
    }
    // What is asked of several places is said once.
    let leaves: Vec<&Finding> = finding.related.iter().flat_map(Finding::every).collect();
    let mut seen: Vec<&str> = Vec::new();
    for leaf in &leaves {
        if !seen.contains(&&*leaf.rule) {
            seen.push(&leaf.rule);
            let times = leaves.iter().filter(|f| f.rule == leaf.rule).count();
            related_line(page, rules, leaf, times)?;
        }
    }
    page.blank()
}

/// `file:line:column` and what is there.
fn place(page: &Page<'_>, location: &Location) -> String {
    let at = location.start;
    let file = escape(&location.file);
    let file = cut_front(&file, page.style.width / 2);
    let label = clean(&location.label);
    let text = format!("{file}:{}:{} {label}", at.line, at.column);
    cut(text.trim_end(), 4 * page.style.width).into_owned()
}

/// One line for a part that is not there: what the gravest of the rules that ask for it says, and which
/// others ask.
fn part_line(page: &mut Page<'_>, rules: &RuleSet, part: &Finding) -> io::Result<()> {
    let lang = page.lang;
    let severity = explain::severity(part.severity, lang);
    let gap = " ".repeat(SEVERITY_WIDTH.saturating_sub(width(severity)));
    let block = part.primary.pointer.block();
    let leaves = part.every();
    let gravest = leaves.first().and_then(|leaf| rule_of(rules, leaf));
    let title = clean(gravest.map_or("", |rule| rule.tail().title.get(lang)));
    let ids: Vec<&str> = leaves.iter().map(|leaf| &*leaf.rule).collect();
    let line = format!(
        "    {}{gap} `{}`: {title} ({})",
        page.paint(Ink::of(part.severity), severity),
        escape(&block.to_string()),
        escape(&ids.join(", ")),
    );
    page.hanging("", &" ".repeat(4 + SEVERITY_WIDTH + 1), &line)
}

/// A note that only its own words tell apart from others of its rule.
fn own_words(page: &mut Page<'_>, rules: &RuleSet, note: &Finding) -> io::Result<()> {
    let severity = explain::severity(note.severity, page.lang);
    let gap = " ".repeat(SEVERITY_WIDTH.saturating_sub(width(severity)));
    let severity = page.paint(Ink::of(note.severity), severity);
    let rule = page.link(rule_of(rules, note).and_then(docs_page), &escape(&note.rule));
    let rest = " ".repeat(4 + SEVERITY_WIDTH + 1);
    page.hanging(&format!("    {severity}{gap} {rule}: "), &rest, &clean(&note.message))
}

/// One line for a note, or for a rule that asks for what is not there; `times` for several places.
fn related_line(page: &mut Page<'_>, rules: &RuleSet, finding: &Finding, times: usize) -> io::Result<()> {
    let lang = page.lang;
    let known = rule_of(rules, finding);
    let title = clean(known.map_or("", |rule| rule.tail().title.get(lang)));
    let mut packs: Vec<&str> = Vec::new();
    for pack in finding.bases.iter().flat_map(|basis| &basis.packs) {
        if !packs.contains(&&**pack) {
            packs.push(pack);
        }
    }
    let (policy, law): (Vec<&str>, Vec<&str>) = packs
        .into_iter()
        .partition(|pack| kind_of(rules, pack) == Some(PackKind::Policy));
    let packs: Vec<String> = [policy, law]
        .iter()
        .filter(|p| !p.is_empty())
        .map(|p| p.join(", "))
        .collect();
    let severity = explain::severity(finding.severity, lang);
    let rule = escape(&finding.rule);
    let from = finding.bases.iter().filter_map(|basis| basis.from).min();
    let from = match (from, lang) {
        (None, _) => String::new(),
        (Some(day), Lang::En) => format!(", from {day}"),
        (Some(day), Lang::Nb) => format!(", fra {day}"),
    };
    let times = if times > 1 {
        format!("×{times} ")
    } else {
        String::new()
    };
    let packs = packs.join(" · ");
    let tail = match packs.is_empty() {
        true => times.trim_end().to_owned(),
        false => format!("{times}({packs}{from})"),
    };
    let used = 4 + SEVERITY_WIDTH + 1 + width(&rule) + 2 + 1 + width(&tail);
    let title = cut(&title, page.style.width.saturating_sub(used).max(12)).into_owned();
    let gap = " ".repeat(SEVERITY_WIDTH.saturating_sub(width(severity)));
    let line = format!(
        "    {}{gap} {}: {title} {}",
        page.paint(Ink::of(finding.severity), severity),
        page.link(known.and_then(docs_page), &rule),
        page.paint(Ink::Dim, &tail),
    );
    page.lines(&line)
}

/// What a waiver sets aside, until when, why, and who signed for it.
fn waived_lines(page: &mut Page<'_>, linter: &Linter, waived: &Waived) -> io::Result<()> {
    let lang = page.lang;
    let (finding, waiver) = (&waived.finding, &waived.waiver);
    let rule = rule_of(&linter.rules, finding);
    let head = format!(
        "  {}[{}]: {}",
        page.paint(Ink::Dim, lang.pick("waived", "fraveket")),
        page.link(rule.and_then(docs_page), &escape(&finding.rule)),
        clean(&finding.message)
    );
    page.hanging("", "  ", &head)?;
    let (until, employer, workers) = (waiver.expires, shown(&waiver.employer), shown(&waiver.workers));
    let why = match lang {
        Lang::En => format!(
            "until {until}, signed by {employer} and {workers}: {}",
            clean(&waiver.reason)
        ),
        Lang::Nb => format!(
            "til {until}, undertegnet av {employer} og {workers}: {}",
            clean(&waiver.reason)
        ),
    };
    let (at, unless) = (place(page, &finding.primary), lang.pick("waiver", "unntak"));
    entries(
        page,
        &[(Ink::Cyan, lang.pick("at", "ved"), at), (Ink::Cyan, unless, why)],
    )?;
    page.blank()
}

/// Columns of the longest name of a severity.
const SEVERITY_WIDTH: usize = 8;

fn kind_label(kind: PackKind, lang: Lang) -> (Ink, &'static str) {
    let ink = match kind {
        PackKind::Policy => Ink::Magenta,
        PackKind::Law => Ink::Blue,
        PackKind::Agreement => Ink::Green,
    };
    (ink, explain::pack_kind(kind, lang))
}

/// Lines behind a word each, all aligned.
fn entries(page: &mut Page<'_>, entries: &[(Ink, &str, String)]) -> io::Result<()> {
    let widest = entries.iter().map(|(_, tag, _)| width(tag)).max().unwrap_or(0);
    let rest = " ".repeat(widest + 4);
    for (ink, tag, text) in entries {
        let gap = " ".repeat(widest - width(tag) + 2);
        let first = format!("  {}{gap}", page.paint(*ink, tag));
        page.hanging(&first, &rest, text)?;
    }
    Ok(())
}

/// What miette renders: a message above labelled lines.
struct Shown {
    severity: Severity,
    message: String,
    excerpt: Excerpt,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.labels()))
    }
}

/// Writes a message behind its head, and the excerpt below it.
fn excerpt(
    page: &mut Page<'_>,
    severity: Severity,
    head: String,
    message: String,
    source: &SourceFile,
    marks: &[Mark],
) -> io::Result<()> {
    let style = page.style;
    let shown = Shown {
        severity,
        message,
        excerpt: Excerpt::new(source, marks, style.width),
    };
    let mut theme = if style.color {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let (ink, icon) = match severity {
        Severity::Error => (theme.styles.error, &mut theme.characters.error),
        Severity::Warning => (theme.styles.warning, &mut theme.characters.warning),
        Severity::Note => (theme.styles.advice, &mut theme.characters.advice),
    };
    *icon = head;
    let by_role = |label: LabeledSpan| if label.primary() { ink } else { theme.styles.help };
    theme.styles.highlights = shown.labels().into_iter().flatten().map(by_role).collect();
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_links(false)
        .with_context_lines(1)
        .with_word_separator(textwrap::WordSeparator::AsciiSpace)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
        .without_syntax_highlighting();
    let mut text = String::new();
    handler
        .render_report(&mut text, &shown)
        .map_err(|error| io::Error::other(error.to_string()))?;
    page.lines(&text)
}
