//! What a report says of a run as a whole, in words.

use super::Options;
use crate::finding::Severity;
use crate::lint::{Linter, Run};
use crate::suppress::Tally;
use crate::text::{Lang, shown};

/// Most names of a list.
const MOST: usize = 5;

/// A number with its noun.
pub(super) fn number(n: usize, lang: Lang, en: [&str; 2], nb: [&str; 2]) -> String {
    let [one, many] = if lang == Lang::En { en } else { nb };
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `3 errors`
pub(super) fn counted(severity: Severity, n: usize, lang: Lang) -> String {
    match severity {
        Severity::Error => number(n, lang, ["error", "errors"], ["feil", "feil"]),
        Severity::Warning => number(n, lang, ["warning", "warnings"], ["advarsel", "advarsler"]),
        Severity::Note => number(n, lang, ["note", "notes"], ["merknad", "merknader"]),
    }
}

/// `3 errors, 1 note`
pub(super) fn tally(tally: Tally, lang: Lang) -> String {
    let each = Severity::ALL.into_iter().filter(|severity| tally.of(*severity) > 0);
    let each: Vec<String> = each.map(|s| counted(s, tally.of(s), lang)).collect();
    each.join(", ")
}

/// `2 manifests in 2 files`
pub(super) fn checked(run: &Run, lang: Lang) -> String {
    let manifests = number(
        run.manifests(),
        lang,
        ["manifest", "manifests"],
        ["manifest", "manifester"],
    );
    let files = number(run.files.len(), lang, ["file", "files"], ["fil", "filer"]);
    format!("{manifests} {} {files}", lang.pick("in", "i"))
}

/// What could not be read, so that nobody takes it for checked.
pub(super) fn unread(run: &Run, lang: Lang) -> Option<String> {
    let count = run.unread.len();
    let paths = few(run.unread.iter().map(|unread| shown(&unread.path)).collect());
    (count > 0).then(|| match lang {
        Lang::En => format!("Not everything could be read; not checked: {count} ({paths})"),
        Lang::Nb => format!("Ikke alt kunne leses. Ikke kontrollert: {count} ({paths})"),
    })
}

/// What was found and is not shown: nothing is left out in silence.
pub(super) fn aside(run: &Run, options: Options, lang: Lang) -> Vec<String> {
    let mut said = Vec::new();
    let waived = run.waived().count();
    if waived > 0 {
        let findings = number(waived, lang, ["finding", "findings"], ["funn", "funn"]);
        said.push(match (options.show_waived, lang) {
            (true, Lang::En) => format!("Set aside by waivers: {findings}."),
            (true, Lang::Nb) => format!("Satt til side av unntak: {findings}."),
            (false, Lang::En) => format!("Set aside by waivers: {findings}; `--show-waived` shows them."),
            (false, Lang::Nb) => format!("Satt til side av unntak: {findings}. `--show-waived` viser dem."),
        });
    }
    let held = run.held_back();
    if held.total() > 0 {
        let found = tally(held, lang);
        said.push(match lang {
            Lang::En => format!("Held back by the baseline: {found}; `--no-baseline` shows them."),
            Lang::Nb => format!("Holdt tilbake av grunnlinjen: {found}. `--no-baseline` viser dem."),
        });
    }
    if let Some(left) = &run.left_out {
        let since = shown(&left.since);
        let manifests = number(
            left.manifests,
            lang,
            ["manifest is as it was", "manifests are as they were"],
            ["manifest er", "manifester er"],
        );
        let found = match (left.findings.total(), lang) {
            (0, Lang::En) => "nothing to point out".to_owned(),
            (0, Lang::Nb) => "ingenting å bemerke".to_owned(),
            _ => tally(left.findings, lang),
        };
        said.push(match lang {
            Lang::En => format!("Only what changed since {since} is shown: {manifests} ({found})."),
            Lang::Nb => format!("Bare det som er endret siden {since}, vises: {manifests} som før ({found})."),
        });
    }
    if !run.removed.is_empty() {
        let count = run.removed.len();
        let names = few(run.removed.iter().map(|name| shown(name)).collect());
        said.push(match lang {
            Lang::En => format!("Manifests that the change removes: {count} ({names})."),
            Lang::Nb => format!("Manifester som endringen fjerner: {count} ({names})."),
        });
    }
    said
}

/// Under which packs the manifests were checked: what no pack asks for, nobody has looked at.
pub(super) fn packs(linter: &Linter, run: &Run) -> String {
    let (rules, lang) = (&linter.rules, linter.lang);
    let all = run.manifests();
    let active = run.packs.iter().map(|(id, count)| match (*count == all, lang) {
        (true, _) => id.to_string(),
        (false, Lang::En) => format!("{id} ({count} of {all})"),
        (false, Lang::Nb) => format!("{id} ({count} av {all})"),
    });
    let active: Vec<String> = active.collect();
    let off = rules.packs.iter().zip(&rules.pack_switches);
    let off = off.filter(|(_, set)| **set == Some(false));
    let mut off: Vec<&str> = match rules.pack_switches.contains(&None) {
        true => off.map(|(pack, _)| &*pack.id).collect(),
        // Somebody has named the packs that count.
        false => vec![lang.pick("all other packs", "alle andre pakker")],
    };
    // What can only be fixed is not switched off in silence either.
    let fixed = rules.rules.iter().enumerate().filter(|(number, rule)| {
        let lowered = rules.level(*number).is_some_and(|level| level < rule.severity);
        !rule.waivable && !rule.bases.is_empty() && (rules.is_off(*number) || lowered)
    });
    off.extend(fixed.map(|(_, rule)| &*rule.id));
    let mut text = Vec::new();
    if !active.is_empty() {
        text.push(format!("{} {}.", lang.pick("Packs:", "Pakker:"), active.join(", ")));
    }
    if !off.is_empty() {
        text.push(format!(
            "{} {}.",
            lang.pick("Switched off or lowered:", "Slått av eller dempet:"),
            off.join(", ")
        ));
    }
    if run.without_law > 0 {
        text.push(match (run.without_law == all, lang) {
            (true, Lang::En) => "Only policy was checked: no law pack counts here.".to_owned(),
            (true, Lang::Nb) => "Bare policy er kontrollert: Ingen lovpakke gjelder her.".to_owned(),
            (false, Lang::En) => format!("No law pack counts for {} of them.", run.without_law),
            (false, Lang::Nb) => format!("Ingen lovpakke gjelder for {} av dem.", run.without_law),
        });
    }
    text.join(" ")
}

/// A list that does not grow with the input.
pub(super) fn few(mut items: Vec<String>) -> String {
    if items.len() > MOST {
        items.truncate(MOST);
        items.push("…".to_owned());
    }
    items.join(", ")
}

/// Where more can be read, and what findings are not.
pub(super) fn advice(lang: Lang) -> &'static str {
    lang.pick(
        "`tillit explain RULE` says more. Findings are no legal verdict; `core` is policy, not law.",
        "`tillit explain REGEL` sier mer. Funn er ingen juridisk vurdering; `core` er policy, ikke lov.",
    )
}
