//! The end of the report: how much was found, and what to do first.

use std::collections::BTreeMap;
use std::io;

use super::page::{Ink, Page, width};
use crate::assess::Load;
use crate::explain;
use crate::finding::{Finding, Severity};
use crate::lint::{FileReport, Linter, Run};
use crate::report::Options;
use crate::report::basis::{category, rule_of};
use crate::report::summary::{self, few, number};
use crate::rule::Rule;
use crate::ruleset::RuleSet;
use crate::text::{Lang, escape, shown};

/// Most groups that the summary mentions.
const MOST: usize = 5;

/// Writes the summary.
pub(super) fn render(page: &mut Page<'_>, linter: &Linter, run: &Run, options: Options) -> io::Result<()> {
    counts(page, run, options)?;
    page.paragraph(&summary::packs(linter, run))?;
    steps(page, linter, run)?;
    for load in run.loads.iter().take(MOST) {
        let text = load_text(load, &linter.rules, page.lang);
        page.hanging("", "  ", &text)?;
    }
    let more = run.loads.len().saturating_sub(MOST);
    if more > 0 {
        page.paragraph(&match page.lang {
            Lang::En => format!("… and {more} more groups with several systems."),
            Lang::Nb => format!("… og {more} grupper til med flere systemer."),
        })?;
    }
    let unchecked: usize = run.files.iter().map(|f| f.unchecked_records).sum();
    let lang = page.lang;
    if unchecked > 0 {
        let records = number(unchecked, lang, ["record", "records"], ["dokument", "dokumenter"]);
        page.paragraph(&match lang {
            Lang::En => format!("{records} that manifests refer to by address or archive: not looked up."),
            Lang::Nb => format!("{records} som manifester viser til med adresse eller arkiv: ikke slått opp."),
        })?;
    }
    if run.worst().is_none() {
        return Ok(());
    }
    page.paragraph(summary::advice(lang))
}

/// How many manifests, and what was found, in one line.
pub(super) fn counts(page: &mut Page<'_>, run: &Run, options: Options) -> io::Result<()> {
    let lang = page.lang;
    if let Some(text) = summary::unread(run, lang) {
        let text = page.paint(Ink::Red, &text);
        page.paragraph(&text)?;
    }
    let checked = summary::checked(run, lang);
    if run.worst().is_none() && run.unread.is_empty() {
        let text = match (summary::aside(run, options, lang).is_empty(), lang) {
            (true, Lang::En) => format!("{checked} checked: nothing to point out."),
            (true, Lang::Nb) => format!("{checked} kontrollert: ingenting å bemerke."),
            (false, Lang::En) => format!("{checked} checked: nothing else to point out."),
            (false, Lang::Nb) => format!("{checked} kontrollert: ingenting annet å bemerke."),
        };
        let text = page.paint(Ink::Green, &text);
        page.paragraph(&text)?;
        return aside(page, run, options);
    }
    let found = severities(page, run.findings().map(|f| f.severity));
    let checked = page.paint(Ink::Bold, &checked);
    let leaves: usize = run.findings().map(|f| f.leaves().len()).sum();
    let behind = match (leaves > run.findings().count(), lang) {
        (false, _) => String::new(),
        (true, Lang::En) => format!(", for {leaves} things to do"),
        (true, Lang::Nb) => format!(", for {leaves} ting å gjøre"),
    };
    page.paragraph(&match found.is_empty() {
        true => format!("{checked} {}.", lang.pick("checked", "kontrollert")),
        false => format!("{checked}: {found}{behind}"),
    })?;
    aside(page, run, options)
}

/// What was found and is not shown: nothing is left out in silence.
fn aside(page: &mut Page<'_>, run: &Run, options: Options) -> io::Result<()> {
    let lines = summary::aside(run, options, page.lang);
    lines.iter().try_for_each(|line| page.paragraph(line))
}

/// One line for a file in which something was found.
pub(super) fn file_line(page: &mut Page<'_>, file: &FileReport) -> io::Result<()> {
    if file.findings.is_empty() {
        return Ok(());
    }
    let found = severities(page, file.findings.iter().map(|f| f.severity));
    let line = format!("{}: {found}", escape(file.source.name()));
    page.lines(&line)
}

/// `3 errors, 1 note`
pub(super) fn severities(page: &Page<'_>, found: impl Iterator<Item = Severity>) -> String {
    let found: Vec<Severity> = found.collect();
    let lang = page.lang;
    let each = Severity::ALL.into_iter().filter_map(|severity| {
        let count = found.iter().filter(|s| **s == severity).count();
        let text = summary::counted(severity, count, lang);
        (count > 0).then(|| page.paint(Ink::of(severity), &text))
    });
    each.collect::<Vec<_>>().join(", ")
}

/// What to do first, second and third, with the categories that it is about.
fn steps(page: &mut Page<'_>, linter: &Linter, run: &Run) -> io::Result<()> {
    let lang = page.lang;
    let names = [
        lang.pick("cannot be waived", "kan ikke fravikes"),
        lang.pick("resolve before use", "løs før bruk"),
        lang.pick("answer", "besvar"),
        lang.pick("improve", "forbedre"),
    ];
    let inks = [Ink::Red, Ink::Red, Ink::Yellow, Ink::Cyan];
    let mut by_step: [BTreeMap<&str, usize>; 4] = Default::default();
    // What one finding stands for is counted here: it is what there is to do.
    for finding in run.findings().flat_map(Finding::leaves) {
        *by_step[step(&linter.rules, finding)]
            .entry(category(&linter.rules, finding))
            .or_default() += 1;
    }
    let widest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    let digits = by_step.iter().map(|c| c.values().sum::<usize>().to_string().len());
    let digits = digits.max().unwrap_or(0);
    let steps = by_step
        .iter()
        .enumerate()
        .filter(|(_, categories)| !categories.is_empty());
    for (place, (n, categories)) in (1..).zip(steps) {
        let total: usize = categories.values().sum();
        let mut parts: Vec<(&str, usize)> = categories.iter().map(|(c, n)| (*c, *n)).collect();
        parts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let parts: Vec<String> = parts
            .into_iter()
            // The blank that no line ends at keeps the number with its name.
            .map(|(c, count)| format!("{}\u{a0}{count}", explain::category(c, lang)))
            .collect();
        let gap = " ".repeat(widest - width(names[n]));
        let first = format!("  {place}. {}{gap} {total:>digits$}  ", page.paint(inks[n], names[n]));
        let rest = " ".repeat(width(&first));
        page.hanging(&first, &rest, &parts.join(", "))?;
    }
    Ok(())
}

/// First what nobody can agree away, then what must be resolved before use, then what is not answered,
/// then what can be better.
fn step(rules: &RuleSet, finding: &Finding) -> usize {
    let is_barred = |rule: &Rule| !rule.waivable && !rule.bases.is_empty();
    match finding.severity {
        Severity::Error if finding.declared && rule_of(rules, finding).is_some_and(is_barred) => 0,
        Severity::Error => 1,
        Severity::Warning if !finding.declared => 2,
        Severity::Warning | Severity::Note => 3,
    }
}

/// What several systems together do to one group.
fn load_text(load: &Load, rules: &RuleSet, lang: Lang) -> String {
    let label = |term| rules.vocabularies.label(term, lang);
    let systems = few(load.systems.iter().map(|(id, _)| format!("`{}`", shown(id))).collect());
    let flows = number(
        load.flows.len(),
        lang,
        ["weighing data flow", "weighing data flows"],
        ["tyngende datastrøm", "tyngende datastrømmer"],
    );
    let group = shown(&load.group);
    let count = load.systems.len();
    let mut parts = vec![match lang {
        Lang::En => format!("Load on `{group}`: {count} systems ({systems}) with {flows}"),
        Lang::Nb => format!("Belastning på `{group}`: {count} systemer ({systems}) med {flows}"),
    }];
    let beyond = load.flows.iter().filter(|f| f.beyond_hours).count();
    if beyond > 1 {
        parts.push(format!(
            "{beyond} {}",
            lang.pick("outside working time", "utenom arbeidstiden")
        ));
    }
    let places = counted(load.flows.iter().filter_map(|f| f.location.map(label)));
    if !places.is_empty() {
        parts.push(format!("{} {}", lang.pick("places:", "steder:"), few(places)));
    }
    let kinds = counted(load.flows.iter().map(|f| label(f.category)));
    parts.push(format!("{} {}", lang.pick("data:", "opplysninger:"), few(kinds)));
    parts.push(match load.assessed {
        true => lang.pick("assessed together", "vurdert samlet").to_owned(),
        false => lang.pick("not assessed together", "ikke vurdert samlet").to_owned(),
    });
    parts.join("; ") + "."
}

/// Each value once, the most frequent first, with its number where it stands there more than once.
fn counted<'a>(values: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let each = counts.into_iter().map(|(value, n)| match n {
        1 => shown(value),
        _ => format!("{} ×{n}", shown(value)),
    });
    each.collect()
}
