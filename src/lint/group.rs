//! One finding where several are about one thing: a special rule stands for a general one at the same
//! place, and one finding for all that the rules ask of a part of the manifest that is not there.

use crate::finding::{Finding, Location, Severity};
use crate::pointer::{Pointer, Step};
use crate::ruleset::{RuleSet, UNANSWERED_BLOCK};
use crate::text::Lang;

use super::Linter;

/// Most fields that the label of a finding names.
const MOST_FIELDS: usize = 6;

/// Brings the findings of one manifest together. Nothing is lost: what another finding stands for is
/// in its `related`.
pub(super) fn group(linter: &Linter, mut findings: Vec<Finding>) -> Vec<Finding> {
    let rules = &linter.rules;
    let one_by_one = rules.find(UNANSWERED_BLOCK).is_some_and(|rule| rules.is_off(rule));
    // What is about one thing begins at one place.
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    let mut out = Vec::with_capacity(findings.len());
    let mut here: Vec<Finding> = Vec::new();
    for finding in findings {
        if here
            .first()
            .is_some_and(|f| f.primary.span.start != finding.primary.span.start)
        {
            place(linter, std::mem::take(&mut here), one_by_one, &mut out);
        }
        here.push(finding);
    }
    place(linter, here, one_by_one, &mut out);
    out
}

/// The findings at one place.
fn place(linter: &Linter, findings: Vec<Finding>, one_by_one: bool, out: &mut Vec<Finding>) {
    let findings = special_for_general(&linter.rules, findings);
    if one_by_one {
        out.extend(findings);
        return;
    }
    let mut parts: Vec<(Pointer, Vec<Finding>)> = Vec::new();
    for finding in findings {
        match part(&finding) {
            Some(part) => match parts.iter_mut().find(|(p, _)| *p == part) {
                Some((_, group)) => group.push(finding),
                None => parts.push((part, vec![finding])),
            },
            None => out.push(finding),
        }
    }
    for (part, mut group) in parts {
        match group.len() {
            1 => out.append(&mut group),
            _ => out.push(unanswered(linter, part, group)),
        }
    }
}

/// Lets one finding stand for those at its place whose rules cover one another: the gravest, and of equally
/// grave ones the most special.
fn special_for_general(rules: &RuleSet, findings: Vec<Finding>) -> Vec<Finding> {
    let rule = |finding: &Finding| rules.find(&finding.rule).map(|number| &rules.rules[number]);
    let covers = |a: &Finding, b: &Finding| rule(a).is_some_and(|rule| rule.covers(&b.rule));
    let belong = |a: &Finding, b: &Finding| a.primary.pointer == b.primary.pointer && (covers(a, b) || covers(b, a));
    let special = |finding: &Finding| rule(finding).map_or(0, |rule| rule.covers.len());
    if findings.iter().all(|finding| special(finding) == 0) {
        return findings;
    }
    let mut groups: Vec<Vec<Finding>> = Vec::new();
    for finding in findings {
        let (joined, apart): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|group| group.iter().any(|other| belong(other, &finding)));
        groups = apart;
        let mut group: Vec<Finding> = joined.into_iter().flatten().collect();
        group.push(finding);
        groups.push(group);
    }
    let of_group = |mut group: Vec<Finding>| {
        group.sort_by_key(|f| std::cmp::Reverse((f.severity, special(f))));
        let mut group = group.into_iter();
        let mut first = group.next()?;
        for other in group {
            first.declared |= other.declared;
            add_bases(&mut first, &other);
            first.related.push(other);
        }
        Some(first)
    };
    groups.into_iter().filter_map(of_group).collect()
}

/// The part of the manifest that a finding asks for: a block that is not there, or what lacks a field.
fn part(finding: &Finding) -> Option<Pointer> {
    let primary = &finding.primary;
    let above = primary.above.as_ref().filter(|_| !finding.declared)?;
    Some(match primary.pointer.0.first() {
        Some(block) if above.0.is_empty() => Pointer(vec![block.clone()]),
        _ => above.clone(),
    })
}

/// One finding for all that the rules ask of a part.
fn unanswered(linter: &Linter, part: Pointer, mut related: Vec<Finding>) -> Finding {
    let lang = linter.lang;
    let rules = &linter.rules;
    related.sort_by(|a, b| (b.severity, &a.rule).cmp(&(a.severity, &b.rule)));
    let first = &related[0];
    let is_block = first.primary.above.as_ref().is_some_and(|above| above.0.is_empty());
    let count = related.len();
    let message = match (lang, is_block) {
        (Lang::En, true) => format!("nothing is said under `{part}`; {count} rules ask for it"),
        (Lang::Nb, true) => format!("ingenting er sagt under `{part}`; {count} regler spør etter det"),
        (Lang::En, false) => format!("`{part}` leaves {count} questions open"),
        (Lang::Nb, false) => format!("`{part}` lar {count} spørsmål stå åpne"),
    };
    let mut fields: Vec<String> = Vec::new();
    for finding in &related {
        let field = below(&part, &finding.primary.pointer);
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    let todo: Vec<String> = related
        .iter()
        .map(|finding| {
            let title = rules.find(&finding.rule).map(|n| rules.rules[n].tail().title.get(lang));
            format!(
                "`{}`: {}",
                below(&part, &finding.primary.pointer),
                title.unwrap_or_default()
            )
        })
        .collect();
    let todo = todo.join("; ");
    let help = match (lang, is_block) {
        (Lang::En, true) => format!("Add `{part}:` and answer {todo}."),
        (Lang::Nb, true) => format!("Legg til `{part}:` og svar på {todo}."),
        (Lang::En, false) => format!("Answer {todo}."),
        (Lang::Nb, false) => format!("Svar på {todo}."),
    };
    if fields.len() > MOST_FIELDS {
        fields.truncate(MOST_FIELDS);
        fields.push("…".to_owned());
    }
    let fields = fields
        .iter()
        .map(|f| format!("`{f}`"))
        .collect::<Vec<_>>()
        .join(", ")
        .replace("`…`", "…");
    let label = match (lang, is_block) {
        (Lang::En, true) => format!("`{part}` is not in this manifest"),
        (Lang::Nb, true) => format!("`{part}` står ikke i dette manifestet"),
        (Lang::En, false) => format!("not answered: {fields}"),
        (Lang::Nb, false) => format!("ikke besvart: {fields}"),
    };
    let mut finding = Finding {
        rule: UNANSWERED_BLOCK.into(),
        severity: Severity::Note,
        declared: false,
        system: first.system.clone(),
        message,
        help,
        primary: Location {
            pointer: part,
            label,
            ..first.primary.clone()
        },
        secondary: Vec::new(),
        bases: Vec::new(),
        related: Vec::new(),
    };
    for each in &related {
        finding.severity = finding.severity.max(each.severity);
        add_bases(&mut finding, each);
    }
    finding.related = related;
    finding
}

/// A field of a part, by its name within it.
fn below(part: &Pointer, field: &Pointer) -> String {
    let rest: Vec<Step> = field.0.iter().skip(part.0.len()).cloned().collect();
    if rest.is_empty() {
        field.to_string()
    } else {
        Pointer(rest).to_string()
    }
}

fn add_bases(to: &mut Finding, from: &Finding) {
    for basis in &from.bases {
        if !to.bases.contains(basis) {
            to.bases.push(basis.clone());
        }
    }
}
