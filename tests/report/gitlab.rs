use std::collections::BTreeSet;

use serde_json::Value;
use tillit::finding::Severity;
use tillit::lint::{Linter, Run};
use tillit::report::gitlab;
use tillit::text::Lang;

use super::example::{example, many, milder};
use crate::{HOSTILE, SMALL, TOGETHER, linter, run};

fn written(linter: &Linter, run: &Run) -> String {
    let mut out = Vec::new();
    gitlab::render(linter, run, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn entries(linter: &Linter, run: &Run) -> Vec<Value> {
    serde_json::from_str(&written(linter, run)).unwrap()
}

#[test]
fn a_run_with_everything() {
    let (linter, run) = example(Lang::En);
    insta::assert_snapshot!(written(linter, &run));
}

#[test]
fn descriptions_are_in_the_language_of_the_run() {
    let (linter, run) = example(Lang::Nb);
    let first = &entries(linter, &run)[0]["description"];
    assert_eq!(first, "`fail-on` er senket. Fortell de tillitsvalgte.");
}

#[test]
fn a_clean_run_is_an_empty_list() {
    assert_eq!(written(linter(Lang::En), &Run::default()), "[]\n");
}

#[test]
fn every_entry_has_what_gitlab_asks_for() {
    let linter = linter(Lang::En);
    for files in [
        &[("small.yaml", SMALL)][..],
        &TOGETHER,
        &[("x\n\u{202e}.yaml", HOSTILE)],
    ] {
        let mut run = run(linter, files);
        run.about.push(milder(Lang::En));
        let entries = entries(linter, &run);
        assert_eq!(entries.len(), run.findings().count());
        assert_eq!(entries[0]["check_name"], "policy-weakened");
        let fingerprints: BTreeSet<&str> = entries.iter().map(|e| e["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(fingerprints.len(), entries.len());
        for entry in &entries {
            assert!(!entry["description"].as_str().unwrap().is_empty());
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&entry["severity"].as_str().unwrap()));
            let line = |key: &str| entry["location"]["lines"][key].as_u64().unwrap();
            assert!(line("begin") >= 1 && line("end") >= line("begin"));
        }
    }
}

#[test]
fn severities_follow_from_what_can_be_done() {
    let linter = linter(Lang::En);
    let mut run = many(4, |n| {
        [Severity::Error, Severity::Error, Severity::Warning, Severity::Note][n]
    });
    run.files[0].findings[0].rule = "no-covert-monitoring".into();
    let severities: Vec<Value> = entries(linter, &run).iter().map(|e| e["severity"].clone()).collect();
    assert_eq!(severities, ["blocker", "critical", "major", "info"]);
}

#[test]
fn equal_fingerprints_are_told_apart() {
    let mut run = many(2, |_| Severity::Note);
    run.files[0]
        .findings
        .iter_mut()
        .for_each(|finding| finding.apart.clear());
    let entries = entries(linter(Lang::En), &run);
    let of = |n: usize| entries[n]["fingerprint"].as_str().unwrap();
    assert_eq!(of(1), format!("{}-2", of(0)));
}
