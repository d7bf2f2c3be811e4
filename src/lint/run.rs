//! Findings over all manifests of a run: the same system twice, and the load on one group.

use std::collections::HashMap;
use std::sync::Arc;

use super::{FileReport, Linter};
use crate::assess::{Load, Summary, loads};
use crate::examine::Examined;
use crate::finding::{Finding, Location, Severity};
use crate::rule::{FieldRef, Scope};
use crate::schema::Manifest;
use crate::text::Lang;
use crate::value::Value;
use crate::yaml::Document;

/// Everything a run found.
#[derive(Debug, Default)]
pub struct Run {
    /// The files, in order.
    pub files: Vec<FileReport>,
    /// What several systems do to the same group.
    pub loads: Vec<Load>,
    /// What could not be read, and so was not checked.
    pub unread: Vec<Unread>,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its path as people see it.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl Run {
    /// All findings, file by file.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.files.iter().flat_map(|f| &f.findings)
    }

    /// Number of findings with this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings().filter(|f| f.severity == severity).count()
    }

    /// The highest severity found.
    pub fn worst(&self) -> Option<Severity> {
        self.findings().map(|f| f.severity).max()
    }

    /// Number of manifests checked.
    pub fn manifests(&self) -> usize {
        self.files.iter().map(|f| f.manifests).sum()
    }
}

/// Brings the files of a run together and adds what only shows over all of them.
pub fn finish(linter: &Linter, mut files: Vec<FileReport>) -> Run {
    let summaries: Vec<Summary> = files.iter().flat_map(|f| f.summaries.iter().cloned()).collect();
    let loads = loads(&summaries);
    let found = duplicates(linter, &summaries)
        .into_iter()
        .chain(load_findings(linter, &loads));
    let mut by_file: HashMap<Arc<str>, Vec<Finding>> = HashMap::new();
    for finding in found {
        by_file
            .entry(Arc::clone(&finding.primary.file))
            .or_default()
            .push(finding);
    }
    for file in &mut files {
        if let Some(more) = by_file.remove(file.source.name()) {
            file.findings.extend(more);
            file.findings.sort_by(|a, b| a.order().cmp(&b.order()));
        }
    }
    Run {
        files,
        loads,
        unread: Vec::new(),
    }
}

/// The same system id in two manifests.
fn duplicates(linter: &Linter, summaries: &[Summary]) -> Vec<Finding> {
    let mut seen: HashMap<&str, &Location> = HashMap::new();
    let mut findings = Vec::new();
    for summary in summaries {
        let Some(first) = seen.get(summary.system.as_str()) else {
            seen.insert(&summary.system, &summary.location);
            continue;
        };
        let lang = linter.lang;
        let label = lang.pick("the first one", "den første").to_owned();
        findings.push(Finding {
            rule: "duplicate-id".into(),
            severity: Severity::Error,
            declared: true,
            system: Some(summary.system.as_str().into()),
            message: match lang {
                Lang::En => format!("the system id `{}` stands in two manifests", summary.system),
                Lang::Nb => format!("system-id-en `{}` står i to manifester", summary.system),
            },
            help: lang
                .pick(
                    "One manifest describes one system. Give the second its own id, or remove it.",
                    "Ett manifest beskriver ett system. Gi det andre en egen id, eller fjern det.",
                )
                .to_owned(),
            primary: summary.location.clone(),
            secondary: vec![Location {
                label,
                ..(*first).clone()
            }],
            bases: Vec::new(),
            related: Vec::new(),
        });
    }
    findings
}

/// What the rules over `$facts.load[]` find.
fn load_findings(linter: &Linter, loads: &[Load]) -> Vec<Finding> {
    let rules = &linter.rules;
    let scopes = rules.facts;
    let Some(slot) = rules.shape.scopes[scopes.top].slot("load") else {
        return Vec::new();
    };
    let here = FieldRef {
        scope: Scope::Facts,
        slot,
    };
    let document = Document::default();
    let mut findings = Vec::new();
    for (number, rule) in rules.rules.iter().enumerate() {
        if rules.is_off(number) || !rule.variants.iter().any(|v| v.given == Some(here)) {
            continue;
        }
        for load in loads {
            let mut manifest = Manifest::read(&document, &rules.shape, &rules.vocabularies, false);
            let facts = manifest.add_instances(scopes.top, 1);
            let item = manifest.add_instances(scopes.load, 1);
            manifest.set(facts, slot, Value::Items { start: item, len: 1 });
            let systems = manifest.add_list(load.systems.iter().map(|(id, _)| Value::Text(id)));
            let values = [
                ("group", Value::Text(&load.group)),
                ("systems", systems),
                ("flows", Value::Number(load.flows.len() as f64)),
                ("assessed", Value::Flag(load.assessed)),
            ];
            for (path, value) in values {
                if let Some(slot) = rules.shape.scopes[scopes.load].slot(path) {
                    manifest.set(item, slot, value);
                }
            }
            let mut examined = Examined::new(&manifest, rules, facts, linter.today);
            let mut hits = Vec::new();
            examined.hits_of(number, &load.packs, linter.lang, &mut hits);
            for hit in hits {
                let (_, primary) = &load.systems[0];
                findings.push(Finding {
                    rule: Arc::clone(&rule.id),
                    severity: hit.severity,
                    declared: hit.declared,
                    system: Some(load.systems[0].0.as_str().into()),
                    message: hit.message,
                    help: rule.tail().help.get(linter.lang).to_owned(),
                    primary: primary.clone(),
                    secondary: load.systems[1..]
                        .iter()
                        .map(|(id, at)| Location {
                            label: format!("`{id}`"),
                            ..at.clone()
                        })
                        .collect(),
                    bases: hit.bases,
                    related: Vec::new(),
                });
            }
        }
    }
    findings
}
