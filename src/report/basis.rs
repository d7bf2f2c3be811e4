//! What readers want to know of a finding beyond itself: its category, the clauses behind it, the page of its
//! rule, and how much it matters that they see it.

use std::sync::Arc;

use jiff::civil::Date;

use crate::finding::{Finding, POLICY_WEAKENED, Severity, UNANSWERED_BLOCK};
use crate::rule::{PackKind, Rule, RuleBasis, Source};
use crate::ruleset::RuleSet;

/// The category of findings about the form of a file, which no rule file describes.
const FORM: &str = "form";

/// A clause that a finding rests on, with all that a report says of it.
#[derive(Debug)]
pub struct Clause<'a> {
    /// Policy or law or agreement: never mixed.
    pub kind: PackKind,
    /// The packs under which it counts here.
    pub packs: &'a [Arc<str>],
    /// The document.
    pub source: &'a Source,
    /// Demands of the two documents, such as A9.
    pub refs: Vec<&'a str>,
    /// The day it applies from, where that is still to come.
    pub from: Option<Date>,
}

/// The clauses of a finding: policy first, then law, then agreements.
pub fn clauses<'a>(rules: &'a RuleSet, finding: &'a Finding) -> Vec<Clause<'a>> {
    let behind = std::iter::once(finding).chain(&finding.related);
    let behind: Vec<&RuleBasis> = behind
        .filter_map(|f| rule_of(rules, f))
        .flat_map(|rule| &rule.bases)
        .collect();
    let mut clauses: Vec<Clause<'_>> = finding
        .bases
        .iter()
        .filter_map(|basis| {
            let number = rules.sources.iter().position(|s| s.id == basis.source)?;
            let mut refs: Vec<&str> = Vec::new();
            for id in behind.iter().filter(|b| b.source == number).flat_map(|b| &b.refs) {
                if !refs.contains(&id.as_str()) {
                    refs.push(id);
                }
            }
            Some(Clause {
                kind: kind_of(rules, basis.packs.first()?)?,
                packs: &basis.packs,
                source: &rules.sources[number],
                refs,
                from: basis.from,
            })
        })
        .collect();
    clauses.sort_by_key(|clause| clause.kind);
    clauses
}

/// The kind of a pack.
pub fn kind_of(rules: &RuleSet, pack: &str) -> Option<PackKind> {
    rules.packs.iter().find(|p| &*p.id == pack).map(|p| p.kind)
}

/// The rule behind a finding; `None` for findings about the form of a file or a missing block.
pub fn rule_of<'a>(rules: &'a RuleSet, finding: &Finding) -> Option<&'a Rule> {
    rules.find(&finding.rule).and_then(|number| rules.rules.get(number))
}

/// The category of a finding. A missing part belongs to the gravest rule that asks for it.
pub fn category<'a>(rules: &'a RuleSet, finding: &Finding) -> &'a str {
    let gravest = finding.related.first().filter(|_| &*finding.rule == UNANSWERED_BLOCK);
    match (gravest, rule_of(rules, finding)) {
        (Some(gravest), _) => category(rules, gravest),
        (None, Some(rule)) => &rule.category,
        (None, None) => FORM,
    }
}

/// The address of the page of a rule that comes with the program.
pub fn docs_page(rule: &Rule) -> Option<String> {
    let repository = env!("CARGO_PKG_REPOSITORY");
    rule.builtin
        .then(|| format!("{repository}/blob/main/docs/rules/{}.md", rule.id))
}

/// How much it matters that a finding is seen where not all are shown: what makes the check milder before
/// all else, then by severity.
pub fn gravity(finding: &Finding) -> (bool, Severity) {
    (&*finding.rule == POLICY_WEAKENED, finding.severity)
}
