//! Findings over all manifests of a run: the same system twice, and the load on one group.

use std::collections::HashMap;
use std::sync::Arc;

use super::aside::{self, Waived};
use super::{FileReport, Linter};
use crate::assess::{Field, Load, Shared, Summary, across, loads};
use crate::examine::Examined;
use crate::finding::{Finding, Location, Severity};
use crate::rule::{PackKind, Scope};
use crate::schema::Manifest;
use crate::shape::Kind;
use crate::suppress::Tally;
use crate::text::Lang;
use crate::value::Value;
use crate::yaml::Document;

/// Everything a run found.
#[derive(Debug, Default)]
pub struct Run {
    /// What was found about what steers the check: a milder policy, an outdated baseline. Shown first.
    pub about: Vec<FileReport>,
    /// The files, in order.
    pub files: Vec<FileReport>,
    /// Ids of the systems, where only a part or a change was checked.
    pub systems: Vec<Arc<str>>,
    /// What several systems do to the same group.
    pub loads: Vec<Load>,
    /// The packs that count for at least one manifest with a system, and for how many.
    pub packs: Vec<(Arc<str>, usize)>,
    /// Manifests with a system for which no pack of law or agreement counts.
    pub without_law: usize,
    /// What could not be read, and so was not checked.
    pub unread: Vec<Unread>,
    /// What was left out, where only a change was checked.
    pub left_out: Option<LeftOut>,
    /// Names of manifests that the change removes, where one is checked.
    pub removed: Vec<String>,
    /// The paths of files from the root of the repository, where their names are others.
    pub paths: HashMap<Arc<str>, String>,
    /// The same paths as the parts of an address, percent-encoded, where they are no text.
    pub addresses: HashMap<Arc<str>, String>,
}

/// What a check of a change leaves out: findings that were there before, in manifests that it does not touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The revision that was compared with, as people name it.
    pub since: String,
    /// Manifests that the change does not touch.
    pub manifests: usize,
    /// Findings in them.
    pub findings: Tally,
}

/// How much of a repository a run checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Everything in the folder of the configuration and the baseline, so what is not found is not there.
    Whole,
    /// Something of it.
    Part,
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
    /// The files with their findings, in the order in which they are shown.
    pub fn reports(&self) -> impl Iterator<Item = &FileReport> {
        self.about.iter().chain(&self.files)
    }

    /// All findings, file by file, in the order in which they are shown.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.reports().flat_map(|f| &f.findings)
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

    /// The findings that waivers set aside.
    pub fn waived(&self) -> impl Iterator<Item = &Waived> {
        self.files.iter().flat_map(|f| &f.waived)
    }

    /// How many findings the baseline holds back.
    pub fn held_back(&self) -> Tally {
        let mut all = Tally::default();
        self.files.iter().for_each(|f| all.add_all(f.held_back));
        all
    }

    /// The path of a file from the root of the repository.
    pub fn path<'a>(&'a self, name: &'a str) -> &'a str {
        self.paths.get(name).map_or(name, String::as_str)
    }
}

/// Brings the files of a run together and adds what only shows over all of them.
pub fn finish(linter: &Linter, mut files: Vec<FileReport>, coverage: Coverage) -> Run {
    let mut summaries: Vec<Summary> = files
        .iter_mut()
        .flat_map(|f| std::mem::take(&mut f.summaries))
        .collect();
    // What shows over several manifests is known by their systems, so it does not hang on the names of files.
    summaries.sort_unstable_by(|a, b| (a.system(), &a.file).cmp(&(b.system(), &b.file)));
    let loads = loads(&summaries);
    let counted = linter.rules.packs.iter().enumerate().map(|(number, pack)| {
        let active = |summary: &&Summary| summary.packs.get(number) == Some(&true);
        (Arc::clone(&pack.id), summaries.iter().filter(active).count())
    });
    let has_law = |summary: &Summary| {
        let packs = linter.rules.packs.iter().zip(&summary.packs);
        let mut active = packs.filter(|(_, active)| **active);
        active.any(|(pack, _)| pack.kind != PackKind::Policy)
    };
    let has_rules = |id: &str| {
        let packs = &linter.rules.packs;
        let mut bases = linter.rules.rules.iter().flat_map(|rule| &rule.bases);
        bases.any(|basis| basis.packs.iter().any(|number| &*packs[*number].id == id))
    };
    let packs = counted.filter(|(id, count)| *count > 0 && has_rules(id)).collect();
    let mut by_file: HashMap<Arc<str>, Vec<Finding>> = HashMap::new();
    for finding in over_all(linter, &summaries) {
        by_file
            .entry(Arc::clone(&finding.primary.file))
            .or_default()
            .push(finding);
    }
    let mut about = Vec::new();
    for file in &mut files {
        let more = by_file.remove(file.source.name()).unwrap_or_default();
        aside::over_all(linter, file, more, coverage);
        about.extend(aside::milder(file));
    }
    about.extend(aside::outdated(linter, &files, &summaries, coverage));
    Run {
        about,
        systems: match coverage {
            Coverage::Whole if linter.earlier.is_none() => Vec::new(),
            _ => summaries.iter().map(|summary| summary.system().into()).collect(),
        },
        files,
        loads,
        packs,
        without_law: summaries.iter().filter(|summary| !has_law(summary)).count(),
        ..Run::default()
    }
}

/// What shows only over several manifests, one finding for each thing.
pub fn over_all(linter: &Linter, summaries: &[Summary]) -> Vec<Finding> {
    let mut shared: Vec<Shared> = loads(summaries).iter().map(Load::shared).collect();
    shared.extend(across(summaries));
    let mut findings = duplicates(linter, summaries);
    findings.extend(shared_findings(linter, &shared));
    findings
}

/// The same system id in two manifests.
fn duplicates(linter: &Linter, summaries: &[Summary]) -> Vec<Finding> {
    let mut seen: HashMap<&str, &Summary> = HashMap::new();
    let mut findings = Vec::new();
    for summary in summaries {
        let Some(first) = seen.get(summary.system()) else {
            seen.insert(summary.system(), summary);
            continue;
        };
        let lang = linter.lang;
        let message = match lang {
            Lang::En => format!("the system id `{}` stands in two manifests", summary.system()),
            Lang::Nb => format!("system-id-en `{}` står i to manifester", summary.system()),
        };
        let help = lang.pick(
            "One manifest describes one system. Give the second its own id, or remove it.",
            "Ett manifest beskriver ett system. Gi det andre en egen id, eller fjern det.",
        );
        let labelled = |summary: &Summary, label: &str| Location {
            label: label.to_owned(),
            ..summary.location()
        };
        findings.push(Finding {
            system: Some(summary.system().into()),
            secondary: vec![labelled(first, lang.pick("the first one", "den første"))],
            ..Finding::new(
                "duplicate-id",
                Severity::Error,
                labelled(summary, ""),
                message,
                help.to_owned(),
            )
        });
    }
    findings
}

/// What the rules over facts of several manifests find.
fn shared_findings(linter: &Linter, shared: &[Shared]) -> Vec<Finding> {
    let rules = &linter.rules;
    let shape = &rules.shape;
    let facts = &shape.scopes[rules.facts.top];
    let document = Document::default();
    let mut findings = Vec::new();
    for (number, rule) in rules.rules.iter().enumerate() {
        let lists = rule
            .variants
            .iter()
            .filter_map(|v| v.given)
            .filter(|given| given.scope == Scope::Facts);
        for list in lists.filter(|_| !rules.is_off(number)) {
            let Kind::Items(scope) = facts.fields[list.slot].kind else {
                continue;
            };
            for fact in shared.iter().filter(|fact| fact.list == facts.fields[list.slot].path) {
                let mut manifest = Manifest::read(&document, shape, &rules.vocabularies, false);
                let top = manifest.add_instances(rules.facts.top, 1);
                let item = manifest.add_instances(scope, 1);
                manifest.set(top, list.slot, Value::Items { start: item, len: 1 });
                for (path, field) in &fact.fields {
                    let value = match field {
                        Field::Text(text) => Value::Text(text),
                        Field::Texts(texts) => manifest.add_list(texts.iter().map(|text| Value::Text(text))),
                        Field::Terms(terms) => manifest.add_list(terms.iter().map(|term| Value::Term(*term))),
                        Field::Count(count) => Value::Number(*count as f64),
                        Field::Flag(flag) => Value::Flag(*flag),
                    };
                    if let Some(slot) = shape.scopes[scope].slot(path) {
                        manifest.set(item, slot, value);
                    }
                }
                let mut examined = Examined::new(&manifest, rules, top, linter.today);
                let mut hits = Vec::new();
                examined.hits_of(number, &fact.packs, linter.lang, &mut hits);
                findings.extend(hits.into_iter().filter_map(|hit| {
                    let (first, others) = fact.places.split_first()?;
                    let primary = Location {
                        label: String::new(),
                        ..first.clone()
                    };
                    let help = rule.tail().help.get(linter.lang).to_owned();
                    Some(Finding {
                        declared: hit.declared,
                        system: Some(fact.system.as_str().into()),
                        secondary: others.to_vec(),
                        // Two facts of one list can be about one place: the names in them differ.
                        apart: fact.names(),
                        bases: hit.bases,
                        ..Finding::new(Arc::clone(&rule.id), hit.severity, primary, hit.message, help)
                    })
                }));
            }
        }
    }
    findings
}
