//! The corpus of the benchmarks is what it says: exemplary manifests are exemplary, faults are found.

#![cfg(test)]

#[path = "../benches/manifest/mod.rs"]
mod manifest;

use std::collections::BTreeSet;
use std::sync::Arc;

use manifest::Faults;
use tillit::config::Config;
use tillit::finding::Severity;
use tillit::lint::{EvidenceState, Linter};
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::trial::EXAMPLE_DAY;
use tillit::value::parse_date;

fn linter() -> Linter {
    Linter::new(&Config::default(), &[], parse_date(EXAMPLE_DAY).unwrap(), Lang::En).unwrap()
}

/// The findings above a note: rule and message.
fn grave(linter: &Linter, text: &str) -> Vec<(String, String)> {
    let report = linter.check(Arc::new(SourceFile::new("made", text)), &|_, _| {
        EvidenceState::NotChecked
    });
    let grave = report.findings.iter().filter(|f| f.severity > Severity::Note);
    grave.map(|f| (f.rule.to_string(), f.message.clone())).collect()
}

#[test]
fn exemplary_manifests_are_exemplary() {
    let linter = linter();
    for number in 0..50 {
        let made = manifest::make(number, Faults::None);
        assert_eq!(grave(&linter, &made.text), [], "{}", made.text);
    }
}

#[test]
fn every_fifth_manifest_has_a_fault() {
    let linter = linter();
    for number in 0..50 {
        let made = manifest::make(number, Faults::EveryFifth);
        let found = grave(&linter, &made.text);
        assert_eq!(found.len(), usize::from(number % 5 == 4), "{found:#?}");
    }
}

/// A fault may trouble further rules, but the one that it is meant for has to see it.
#[test]
fn every_fault_is_found() {
    let linter = linter();
    let mut seen = BTreeSet::new();
    let mut findings = 0;
    for number in 0..100 {
        let made = manifest::make(number, Faults::FiveEach);
        let found = grave(&linter, &made.text);
        for rule in &made.rules {
            assert!(found.iter().any(|(r, _)| r == rule), "{rule} is not among {found:#?}");
            seen.insert(*rule);
        }
        findings += found.len();
    }
    assert_eq!(seen.len(), manifest::FAULTS.len());
    assert_eq!(findings, 500, "five for each manifest");
}
