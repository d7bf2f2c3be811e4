//! Rules on a manifest: what they find, and where.

use std::sync::Arc;

use jiff::civil::Date;

use crate::examine::Examined;
use crate::finding::{Basis, Severity};
use crate::rule::{Check, Condition, Piece, Rule, RuleBasis, Template, Variant};
use crate::ruleset::RuleSet;
use crate::schema::{InstanceId, Place};
use crate::text::Lang;
use crate::value::Value;

/// What a rule found in a manifest, before it is tied to a file.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Number of the rule.
    pub rule: usize,
    /// How serious it is here.
    pub severity: Severity,
    /// True when it rests on what the manifest says, false when on what it leaves open.
    pub declared: bool,
    /// The message, filled.
    pub message: String,
    /// The place.
    pub place: Place,
    /// Steps of the place's pointer that name what was examined.
    pub examined: usize,
    /// Further places.
    pub see: Vec<Place>,
    /// The clauses that count here.
    pub bases: Vec<Basis>,
}

impl<'d> Examined<'d> {
    /// Which packs count for this manifest: those the configuration says, else by their condition.
    pub fn active_packs(&mut self) -> Vec<bool> {
        let rules = self.rules;
        let set = &rules.pack_switches;
        rules
            .packs
            .iter()
            .zip(set)
            .map(|(pack, set)| set.unwrap_or_else(|| pack.active.as_ref().is_none_or(|c| self.truth(c).holds())))
            .collect()
    }

    /// Everything that the rules find. `packs` says which packs are active.
    pub fn hits(&mut self, packs: &[bool], lang: Lang) -> Vec<Hit> {
        let rules = self.rules;
        let mut hits = Vec::new();
        for (number, rule) in rules.rules.iter().enumerate() {
            if !rule.variants.is_empty() && !rules.is_off(number) {
                self.hits_of(number, packs, lang, &mut hits);
            }
        }
        hits
    }

    /// Everything that one rule finds, if one of its packs is active.
    pub fn hits_of(&mut self, number: usize, packs: &[bool], lang: Lang, hits: &mut Vec<Hit>) {
        let rules = self.rules;
        let rule = &rules.rules[number];
        if !is_active(rule, packs) {
            return;
        }
        for variant in &rule.variants {
            match variant.given {
                None => hits.extend(self.examine(number, rule, variant, packs, lang)),
                Some(list) => {
                    let value = self.slot(list).value;
                    for item in self.manifest.items(value) {
                        let hit = self.inside(item, |this| this.examine(number, rule, variant, packs, lang));
                        hits.extend(hit);
                    }
                }
            }
        }
    }

    /// Whether a rule is asked here: it is not switched off, and one of its clauses counts.
    pub fn is_asked(&mut self, number: usize, packs: &[bool]) -> bool {
        let rules = self.rules;
        let rule = &rules.rules[number];
        let mut variants = rule.variants.iter();
        !rules.is_off(number) && variants.any(|variant| !self.counting(rule, &variant.basis_if, packs).is_empty())
    }

    /// Whether an item lacks what a rule demands, whatever packs and levels say of the rule.
    pub fn falls_short(&mut self, number: usize, item: InstanceId) -> bool {
        let rules = self.rules;
        let mut variants = rules.rules[number].variants.iter();
        variants.any(|variant| self.inside(item, |this| this.hit_by(variant).is_some()))
    }

    /// The condition that makes a finding of what is examined, and the answer to it that does.
    fn hit_by(&mut self, variant: &'d Variant) -> Option<(&'d Condition, bool)> {
        if let Some(when) = &variant.when
            && !self.truth(when).holds()
        {
            return None;
        }
        let (condition, wanted) = match &variant.check {
            Check::Require(condition) => (condition, false),
            Check::Forbid(condition) => (condition, true),
        };
        (self.truth(condition).holds() == wanted).then_some((condition, wanted))
    }

    /// One rule on what is examined.
    fn examine(
        &mut self,
        number: usize,
        rule: &'d Rule,
        variant: &'d Variant,
        packs: &[bool],
        lang: Lang,
    ) -> Option<Hit> {
        let (condition, wanted) = self.hit_by(variant)?;
        let bases = self.counting(rule, &variant.basis_if, packs);
        if bases.is_empty() {
            return None;
        }
        let reason = self.why(condition, wanted);
        let place = match variant.at.map(|at| self.decider(at)).or(reason) {
            // The form of an invalid value has its own finding: one mistake, one finding.
            Some(place) if self.manifest.value(place.instance, place.slot) == Value::Invalid => return None,
            Some(place) => self.place_of(place),
            None => self.manifest.anchor(self.innermost()),
        };
        let declared = self.is_settled(condition);
        let see = variant
            .see
            .iter()
            .map(|at| self.place_of(self.decider(*at)))
            .filter(|p| p.above.is_none() && p.span != place.span)
            .collect();
        let severity = self.severity(number, rule, variant, &bases);
        let mut missing = Vec::new();
        let template = self.rules.message(rule, variant, lang);
        if template.contains(&Piece::Missing) {
            self.missing(condition, wanted, lang, &mut missing);
        }
        let message = self.fill(template, &missing, lang);
        Some(Hit {
            rule: number,
            severity,
            declared,
            message,
            place,
            examined: self.manifest.depth(self.innermost()),
            see,
            bases: named(self.rules, &bases, packs, self.today),
        })
    }

    /// The severity by packs, then by condition, then by the configuration.
    fn severity(&mut self, number: usize, rule: &'d Rule, variant: &'d Variant, bases: &[&RuleBasis]) -> Severity {
        if let Some(set) = self.rules.level(number) {
            return set;
        }
        let when = variant
            .severity_when
            .iter()
            .find(|(condition, _)| self.truth(condition).holds())
            .map(|(_, s)| *s);
        let by_basis = bases.iter().map(|basis| {
            let severity = when.unwrap_or(basis.severity.unwrap_or(rule.severity));
            if is_future(basis, self.today) {
                severity.lower()
            } else {
                severity
            }
        });
        by_basis.max().unwrap_or(rule.severity)
    }

    /// The clauses of a rule that count here: by their packs, and by their condition.
    fn counting(&mut self, rule: &'d Rule, basis_if: &'d [Option<Condition>], packs: &[bool]) -> Vec<&'d RuleBasis> {
        let holds = |this: &mut Self, n: usize| match basis_if.get(n) {
            Some(Some(condition)) => this.truth(condition).holds(),
            _ => true,
        };
        let bases = rule.bases.iter().enumerate();
        bases
            .filter(|(n, basis)| counts(basis, packs) && holds(self, *n))
            .map(|(_, basis)| basis)
            .collect()
    }

    /// The clauses that count here, of a rule that the program computes itself.
    pub fn clauses(&mut self, number: usize, packs: &[bool]) -> Vec<&'d RuleBasis> {
        let rule = &self.rules.rules[number];
        self.counting(rule, &rule.basis_if, packs)
    }

    /// The same, as a finding names them.
    pub fn bases(&mut self, number: usize, packs: &[bool]) -> Vec<Basis> {
        let clauses = self.clauses(number, packs);
        named(self.rules, &clauses, packs, self.today)
    }

    fn fill(&self, template: &Template, missing: &[String], lang: Lang) -> String {
        let mut out = String::new();
        for piece in template {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Field(at) => out.push_str(&self.shown(self.slot(*at).value, lang)),
                Piece::Nothing => out.push_str(lang.pick("not stated", "ikke oppgitt")),
                Piece::Missing => out.push_str(&listed(missing, lang)),
            }
        }
        out
    }
}

/// Most missing things that a message names.
const MOST_MISSING: usize = 3;

/// What is missing, as a list; a field beside the one before it goes by its last key.
fn listed(missing: &[String], lang: Lang) -> String {
    let parent = |name: &str| Some(name.strip_prefix('`')?.rsplit_once('.')?.0.to_owned());
    if missing.is_empty() {
        return lang.pick("not stated", "ikke oppgitt").to_owned();
    }
    let mut out = String::new();
    let mut before = None;
    let shown = missing.len().min(MOST_MISSING);
    for name in &missing[..shown] {
        let here = parent(name);
        if !out.is_empty() {
            out.push_str(", ");
        }
        match &here {
            Some(parent) if here == before => out.push_str(&name.replacen(&format!("{parent}."), "", 1)),
            _ => out.push_str(name),
        }
        before = here;
    }
    match (missing.len() - shown, lang) {
        (0, _) => {}
        (more, Lang::En) => out.push_str(&format!(" and {more} more")),
        (more, Lang::Nb) => out.push_str(&format!(" og {more} til")),
    }
    out
}

fn is_future(basis: &RuleBasis, today: Date) -> bool {
    basis.from.is_some_and(|from| from > today)
}

/// The clauses of a rule that the program computes itself.
pub fn bases(rules: &RuleSet, rule: &Rule, packs: &[bool], today: Date) -> Vec<Basis> {
    let bases: Vec<&RuleBasis> = rule.bases.iter().filter(|b| counts(b, packs)).collect();
    named(rules, &bases, packs, today)
}

/// Clauses as a finding names them, with the day from which one does not apply yet.
fn named(rules: &RuleSet, bases: &[&RuleBasis], packs: &[bool], today: Date) -> Vec<Basis> {
    let name = |basis: &&RuleBasis| Basis {
        packs: basis
            .packs
            .iter()
            .filter(|p| packs[**p])
            .map(|p| Arc::clone(&rules.packs[*p].id))
            .collect(),
        source: Arc::clone(&rules.sources[basis.source].id),
        from: basis.from.filter(|_| is_future(basis, today)),
    };
    bases.iter().map(name).collect()
}

fn counts(basis: &RuleBasis, packs: &[bool]) -> bool {
    basis.packs.iter().any(|p| packs.get(*p) == Some(&true))
}

/// Whether one of the rule's packs is active.
pub fn is_active(rule: &Rule, packs: &[bool]) -> bool {
    rule.bases.iter().any(|b| counts(b, packs))
}
