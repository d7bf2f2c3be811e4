//! The corpus of the benchmarks is what it says: exemplary manifests are exemplary, faults are found.

#![cfg(test)]

#[path = "../benches/manifest/mod.rs"]
mod manifest;

use std::collections::BTreeSet;
use std::sync::Arc;

use manifest::Faults;
use tillit::config::Config;
use tillit::finding::Finding;
use tillit::lint::{Alone, Linter};
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::trial::EXAMPLE_DAY;
use tillit::value::parse_date;

fn linter() -> Linter {
    Linter::new(&Config::default(), &[], parse_date(EXAMPLE_DAY).unwrap(), Lang::En).unwrap()
}

/// Rule and message of findings, and of those that one finding stands for.
fn flat(findings: &[Finding]) -> Vec<(String, String)> {
    let each = findings.iter().flat_map(|f| match f.related.is_empty() {
        true => vec![(f.rule.to_string(), f.message.clone())],
        false => flat(&f.related),
    });
    each.collect()
}

/// Rule and message of all findings.
fn found(linter: &Linter, text: &str) -> Vec<(String, String)> {
    let report = linter.check(Arc::new(SourceFile::new("made", text)), &Alone);
    flat(&report.findings)
}

#[test]
fn exemplary_manifests_are_exemplary() {
    let linter = linter();
    for number in 0..50 {
        let made = manifest::make(number, Faults::None);
        let found = found(&linter, &made.text);
        assert!(found.is_empty(), "answer this in benches/manifest/mod.rs: {found:#?}");
    }
}

#[test]
fn every_fault_gives_one_finding() {
    let linter = linter();
    let mut seen = BTreeSet::new();
    for faults in [Faults::EveryFifth, Faults::FiveEach] {
        for number in 1..=50 {
            let mut made = manifest::make(number, faults);
            made.rules.sort_unstable();
            let mut found = found(&linter, &made.text);
            found.sort();
            assert!(found.iter().map(|(rule, _)| rule).eq(&made.rules), "{found:#?}");
            seen.extend(made.rules);
        }
    }
    assert_eq!(seen.len(), manifest::FAULTS.len(), "every fault occurs");
}
