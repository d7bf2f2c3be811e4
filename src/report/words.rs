//! A finding in words, for formats whose readers show plain text: a line for each thing that is said of it.

use std::collections::HashMap;
use std::sync::Arc;

use super::basis::{Clause, clauses};
use crate::explain::pack_kind;
use crate::finding::{Finding, Fingerprint, Location};
use crate::lint::{Linter, Run, Standing};
use crate::rule::PackKind;
use crate::text::{Lang, escape, one_line};

/// Most further places that are named.
const MOST_PLACES: usize = 6;

/// What a report says of a finding. Every text is on one line and safe to print.
pub(super) struct Told<'a> {
    /// What was found.
    pub(super) message: String,
    /// What to do about it.
    pub(super) help: String,
    /// What it rests on: policy first, and never together with law.
    pub(super) grounds: Vec<Grounds<'a>>,
    /// Further places, and what stands there.
    pub(super) places: Vec<String>,
    /// Ids of the rules whose findings it stands for, each once.
    pub(super) related: Vec<&'a str>,
}

/// Clauses that count under the same packs.
pub(super) struct Grounds<'a> {
    pub(super) kind: PackKind,
    pub(super) packs: &'a [Arc<str>],
    pub(super) text: String,
}

impl<'a> Told<'a> {
    /// What there is to say of a finding, in the language of the run.
    pub(super) fn of(linter: &'a Linter, run: &Run, finding: &'a Finding) -> Told<'a> {
        let mut grounds: Vec<Grounds<'a>> = Vec::new();
        for clause in clauses(&linter.rules, finding) {
            let text = clause_text(&clause, linter.lang);
            match grounds
                .last_mut()
                .filter(|g| (g.kind, g.packs) == (clause.kind, clause.packs))
            {
                Some(above) => above.text = format!("{}; {text}", above.text),
                None => grounds.push(Grounds {
                    kind: clause.kind,
                    packs: clause.packs,
                    text,
                }),
            }
        }
        let mut related: Vec<&str> = Vec::new();
        for other in finding.related.iter().flat_map(Finding::every) {
            if !related.contains(&&*other.rule) {
                related.push(&other.rule);
            }
        }
        let places = finding.secondary.iter().take(MOST_PLACES);
        Told {
            message: one_line(&finding.message),
            help: one_line(&finding.help),
            grounds,
            places: places.map(|location| place(run, location)).collect(),
            related,
        }
    }

    /// Everything, a line for each thing. The first is what was found.
    pub(super) fn lines(&self, lang: Lang) -> Vec<String> {
        let mut lines = vec![format!("{}.", self.message.trim_end_matches('.'))];
        if !self.help.is_empty() {
            lines.push(self.help.clone());
        }
        for Grounds { kind, packs, text } in &self.grounds {
            lines.push(format!("{} ({}): {text}.", pack_kind(*kind, lang), packs.join(", ")));
        }
        if !self.places.is_empty() {
            lines.push(format!("{}: {}.", lang.pick("see", "se"), self.places.join("; ")));
        }
        if !self.related.is_empty() {
            lines.push(format!("{}: {}.", lang.pick("also", "også"), self.related.join(", ")));
        }
        lines
    }
}

/// `path:line:column` and what is there.
fn place(run: &Run, location: &Location) -> String {
    let at = location.start;
    let (path, label) = (escape(run.path(&location.file)), one_line(&location.label));
    format!("{path}:{}:{} {label}", at.line, at.column)
        .trim_end()
        .to_owned()
}

/// A clause: its document, its demands, and from when it applies.
pub(super) fn clause_text(clause: &Clause<'_>, lang: Lang) -> String {
    let mut text = one_line(&clause.source.citation);
    if !clause.refs.is_empty() {
        text.push_str(&format!(" ({})", clause.refs.join(", ")));
    }
    if let Some(day) = clause.from {
        text.push_str(&match lang {
            Lang::En => format!(", applies from {day}"),
            Lang::Nb => format!(", gjelder fra {day}"),
        });
    }
    text
}

/// Until when a waiver has effect, who signed it, and why.
pub(super) fn waived(waiver: &Standing, lang: Lang) -> String {
    let Standing {
        reason,
        expires,
        employer,
        workers,
        ..
    } = waiver;
    one_line(&match lang {
        Lang::En => format!("waived until {expires}, signed by {employer} and {workers}: {reason}"),
        Lang::Nb => format!("fraveket til {expires}, undertegnet av {employer} og {workers}: {reason}"),
    })
}

/// Fingerprints that differ within a report, as its readers ask: they show only the first of two equal ones.
#[derive(Default)]
pub(super) struct Fingerprints(HashMap<Fingerprint, usize>);

impl Fingerprints {
    /// The fingerprint of the next finding; from the second time on it carries its number.
    pub(super) fn next(&mut self, finding: &Finding) -> String {
        let fingerprint = finding.fingerprint();
        let times = self.0.entry(fingerprint).or_default();
        *times += 1;
        match times {
            1 => fingerprint.to_string(),
            n => format!("{fingerprint}-{n}"),
        }
    }
}
