//! Facts: what rules may not compute for themselves, worked out before they run.

mod dates;
mod intrusion;
mod summary;
mod across;

pub use across::{Field, Load, Shared, across, loads};
pub use dates::Dates;
pub use intrusion::{Flow, Intrusion, IntrusionTerm, Score};
pub use summary::{Summary, WeighingFlow};

use jiff::civil::Date;

use crate::examine::Examined;
use crate::ruleset::RuleSet;
use crate::schema::{InstanceId, Manifest};
use crate::shape::{ScopeId, SlotId};
use crate::value::Value;
use crate::vocabulary::TermId;

/// The facts of one manifest, beyond those that stand in its fact instance.
#[derive(Debug)]
pub struct Facts {
    /// The instance that holds `$facts`.
    pub instance: InstanceId,
    /// The intrusion with every term and its place.
    pub score: Score,
    /// What falls due when.
    pub dates: Dates,
}

/// Works out the facts of a manifest and adds them to it.
pub fn assess<'d>(manifest: &mut Manifest<'d>, rules: &'d RuleSet, intrusion: &'d Intrusion, today: Date) -> Facts {
    let scopes = rules.facts;
    let facts = manifest.add_instances(scopes.top, 1);
    let mut writer = Writer { manifest, rules, facts };
    writer.set(scopes.top, facts, "today", Value::Date(today));
    let dates = Dates::of(writer.manifest, &rules.vocabularies, today);
    writer.dates(&dates);
    let undeclared = writer.undeclared_capabilities();
    writer.set(scopes.top, facts, "undeclared_capabilities", undeclared);
    let score = intrusion.score(&mut Examined::new(writer.manifest, rules, facts, today));
    writer.intrusion(&score, intrusion);
    Facts {
        instance: facts,
        score,
        dates,
    }
}

struct Writer<'m, 'd> {
    manifest: &'m mut Manifest<'d>,
    rules: &'d RuleSet,
    facts: InstanceId,
}

impl<'d> Writer<'_, 'd> {
    fn slot(&self, scope: ScopeId, path: &str) -> Option<SlotId> {
        self.rules.shape.scopes[scope].slot(path)
    }

    fn set(&mut self, scope: ScopeId, instance: InstanceId, path: &str, value: Value<'d>) {
        if let Some(slot) = self.slot(scope, path) {
            self.manifest.set(instance, slot, value);
        }
    }

    fn dates(&mut self, dates: &Dates) {
        let top = self.rules.facts.top;
        let single = [
            ("due.evaluation", dates.evaluation.map(|(day, _)| day)),
            ("due.test", dates.fairness_test),
        ];
        for (path, day) in single {
            self.set(top, self.facts, path, day.map_or(Value::Absent, Value::Date));
        }
        let deletions = dates.deletions.iter().map(|(day, _)| Value::Date(*day));
        let deletions = self.manifest.add_list(deletions);
        self.set(top, self.facts, "due.deletions", deletions);
    }

    fn intrusion(&mut self, score: &Score, intrusion: &'d Intrusion) {
        let scopes = self.rules.facts;
        let flows = self.manifest.add_instances(scopes.flows, score.flows.len());
        for (instance, flow) in (flows..).zip(&score.flows) {
            if let Some(id) = self.manifest_id(flow.item) {
                self.set(scopes.flows, instance, "id", Value::Text(id));
            }
            self.set(scopes.flows, instance, "score", Value::Number(flow.score as f64));
        }
        let len = u32::try_from(score.flows.len()).unwrap_or(u32::MAX);
        let names = score.missing.iter().filter_map(|n| intrusion.safeguards.get(*n));
        let missing = self
            .manifest
            .add_list(names.map(|safeguard| Value::Text(&safeguard.id)));
        self.set(scopes.top, self.facts, "safeguards.missing", missing);
        self.set(
            scopes.top,
            self.facts,
            "intrusion.flows",
            Value::Items { start: flows, len },
        );
        self.set(
            scopes.top,
            self.facts,
            "intrusion.score",
            Value::Number(score.total as f64),
        );
        self.set(
            scopes.top,
            self.facts,
            "safeguards.score",
            Value::Number(score.safeguards.len() as f64),
        );
        if let Some(vocabulary) = self.rules.vocabularies.find(crate::ruleset::BANDS) {
            let band = Value::Term(TermId {
                vocabulary,
                term: score.band,
            });
            self.set(scopes.top, self.facts, "intrusion.band", band);
        }
    }

    fn manifest_id(&self, item: InstanceId) -> Option<&'d str> {
        let scope = self.manifest.instance(item).scope;
        match self.manifest.value(item, self.slot(scope, "id")?) {
            Value::Text(id) => Some(id),
            _ => None,
        }
    }

    /// What a supplier's product can do that watches people and is neither switched off nor
    /// declared as a purpose or as data: the vocabulary tags purposes and data with `declares-…`.
    fn undeclared_capabilities(&mut self) -> Value<'d> {
        let rules = self.rules;
        let Some(number) = rules.vocabularies.find("capabilities") else {
            return Value::Absent;
        };
        let mut found = Vec::new();
        for supplier in self.items("suppliers") {
            let switched_off = self.terms(supplier, "disabled");
            for capability in self.terms(supplier, "capabilities") {
                let vocabulary = rules.vocabularies.get(number);
                // An organisation's own capability counts as the one that it is declared as.
                let known = vocabulary.lineage(capability).last().unwrap_or(capability);
                let tag = format!("declares-{}", vocabulary.terms[known as usize].id);
                let watches = rules.vocabularies.iter().any(|v| v.has_tag(&tag));
                if watches && !switched_off.contains(&capability) && !self.declares(&tag) {
                    found.push((
                        supplier,
                        TermId {
                            vocabulary: number,
                            term: capability,
                        },
                    ));
                }
            }
        }
        let scope = rules.facts.undeclared;
        let start = self.manifest.add_instances(scope, found.len());
        for (instance, (supplier, capability)) in (start..).zip(&found) {
            let name = self.manifest.field(*supplier, "name");
            self.set(scope, instance, "supplier", name);
            self.set(scope, instance, "capability", Value::Term(*capability));
        }
        Value::Items {
            start,
            len: u32::try_from(found.len()).unwrap_or(u32::MAX),
        }
    }

    fn items(&self, path: &str) -> std::ops::Range<InstanceId> {
        self.manifest.items(self.manifest.at(path))
    }

    fn terms(&self, item: InstanceId, path: &str) -> Vec<u16> {
        let list = self.manifest.list(self.manifest.field(item, path));
        list.iter()
            .filter_map(|(v, _)| if let Value::Term(id) = v { Some(id.term) } else { None })
            .collect()
    }

    fn declares(&self, tag: &str) -> bool {
        let has = |value| match value {
            Value::Term(id) => self.rules.vocabularies.term(id).tags.iter().any(|t| t == tag),
            _ => false,
        };
        self.items("purposes")
            .any(|item| has(self.manifest.field(item, "area")))
            || ["data.inputs", "data.generated"]
                .iter()
                .any(|list| self.items(list).any(|item| has(self.manifest.field(item, "category"))))
    }
}
