//! Manifests at both ends: one that answers everything, the smallest that is honest, and a newcomer's first.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;
use tillit::config::Config;
use tillit::finding::{Finding, Severity};
use tillit::lint::{EvidenceState, Linter};
use tillit::schema::Manifest;
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::trial::EXAMPLE_DAY;
use tillit::value::{Value, parse_date};
use tillit::yaml::{Documents, Limits};

/// What a warehouse planner of an employer in Norway and Germany has no true answer to.
const LEFT_OUT: [&str; 30] = [
    // Consent and agreements are not its basis, and nobody is decided upon without a person.
    "purposes[].consent_proof",
    "purposes[].underlying_basis",
    "decisions[].art22_exception",
    // It has no special categories of data and nothing that is read from the body.
    "data.inputs[].art9_basis",
    "data.generated[].art9_basis",
    "fairness.tests[].safeguards",
    "transparency.exposure_notice",
    // Reasons for not doing what was done.
    "assessments.dpia.reason",
    "assessments.dpia.views_reason",
    "classification.reasoning",
    // There is no joint controller, and no authority is asked for a permit.
    "accountability.joint_arrangement",
    "codetermination.permit",
    // The agreement is not recorded in a file that could be signed.
    "codetermination.agreement",
    // Nothing is waived.
    "waivers",
    "waivers[].rule",
    "waivers[].reason",
    "waivers[].from",
    "waivers[].expires",
    "waivers[].evidence",
    "waivers[].signatories",
    "waivers[].signatories.employer",
    "waivers[].signatories.workers",
    // It does not recruit.
    "recruitment",
    "recruitment.bias_audit",
    "recruitment.candidate_notice_days",
    "recruitment.adverse_explanation",
    "recruitment.records_kept",
    "recruitment.video_consent",
    "recruitment.video_explained",
    "recruitment.video_deletion",
];

fn text(name: &str) -> String {
    let path = format!("examples/{name}.tillit.yaml");
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Lines that are neither empty nor a comment.
fn lines(text: &str) -> usize {
    let says = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    text.lines().filter(says).count()
}

fn linter(today: &str, lang: Lang) -> Linter {
    let today = parse_date(today).unwrap();
    Linter::new(&Config::default(), &[], today, lang).unwrap_or_else(|m| panic!("{m:?}"))
}

fn findings(linter: &Linter, text: &str) -> Vec<Finding> {
    let source = Arc::new(SourceFile::new("made", text));
    linter.check(source, &|_, _| EvidenceState::NotChecked).findings
}

/// Severity, rule and place, to read when a test stops.
fn said(findings: &[Finding]) -> Vec<String> {
    let line = |f: &Finding| format!("{}[{}] {}: {}", f.severity, f.rule, f.primary.pointer, f.message);
    findings.iter().map(line).collect()
}

/// The packs that count for a manifest.
fn packs(linter: &Linter, text: &str) -> BTreeSet<String> {
    let source = Arc::new(SourceFile::new("made", text));
    let report = linter.check(source, &|_, _| EvidenceState::NotChecked);
    let active = linter.rules.packs.iter().zip(&report.summaries[0].packs);
    active
        .filter(|(_, on)| **on)
        .map(|(pack, _)| pack.id.to_string())
        .collect()
}

/// The fields that a manifest answers: no list is so short that it is no answer, for "none" is one.
fn answered(linter: &Linter, text: &str) -> BTreeSet<String> {
    let document = Documents::new(text, Limits::default(), false).next().unwrap();
    let rules = &linter.rules;
    let manifest = Manifest::read(&document, &rules.shape, &rules.vocabularies, true);
    assert!(manifest.problems.is_empty(), "{}", manifest.problems.len());
    let mut out = BTreeSet::new();
    for (number, scope) in rules.shape.scopes.iter().enumerate() {
        let (prefix, instances) = match number {
            0 => (String::new(), 0..1),
            _ => (format!("{}[].", scope.path), manifest.items_of(number)),
        };
        for instance in instances {
            for (slot, field) in scope.fields.iter().enumerate() {
                let value = manifest.value(instance, slot);
                if !matches!(value, Value::Absent | Value::Unknown | Value::Invalid) {
                    out.insert(format!("{prefix}{}", field.path));
                }
            }
        }
    }
    out
}

/// The day of the last confirmation, the day of the examples, and the day before the first review is overdue.
#[test]
fn an_exemplary_manifest_has_no_finding() {
    let text = text("exemplary");
    for today in ["2026-11-06", EXAMPLE_DAY, "2027-04-08"] {
        for lang in [Lang::En, Lang::Nb] {
            let found = said(&findings(&linter(today, lang), &text));
            assert_eq!(found, [""; 0], "{today} {lang:?}");
        }
    }
}

#[test]
fn every_pack_of_its_countries_counts_for_it() {
    let packs = packs(&linter(EXAMPLE_DAY, Lang::En), &text("exemplary"));
    let expected = ["core", "own", "no", "no-agreements", "eu", "de"].map(str::to_owned);
    assert_eq!(packs, expected.into());
}

#[test]
fn it_answers_every_field_or_the_list_says_why_not() {
    let linter = linter(EXAMPLE_DAY, Lang::En);
    let fields: BTreeSet<String> = linter
        .rules
        .shape
        .paths()
        .into_iter()
        .filter(|p| !p.starts_with('$'))
        .collect();
    let answered = answered(&linter, &text("exemplary"));
    let left_out: BTreeSet<String> = LEFT_OUT.map(str::to_owned).into();
    let open: BTreeSet<String> = fields.difference(&answered).cloned().collect();
    assert_eq!(open, left_out, "answer the field, or say in LEFT_OUT why not");
    assert!(open.len() * 10 < fields.len(), "{} of {}", open.len(), fields.len());
}

/// An answer that nobody knows is never passed over: either a rule asks, or the answer itself is pointed out.
#[test]
fn every_unknown_answer_is_told_of() {
    let linter = linter(EXAMPLE_DAY, Lang::En);
    let text = text("exemplary");
    let document = Documents::new(&text, Limits::default(), false).next().unwrap();
    let whole = document.to_json(document.root().unwrap());
    let mut paths = Vec::new();
    every_value(&whole, &mut Vec::new(), &mut paths);
    let (mut tried, mut passed) = (0, Vec::new());
    // The first item of a list stands for the others.
    paths.retain(|path| {
        path.iter()
            .all(|step| step.parse::<usize>().is_ok_and(|n| n == 0) || step.parse::<usize>().is_err())
    });
    for path in paths {
        let mut changed = whole.clone();
        let mut here = &mut changed;
        for step in &path {
            here = match step.parse::<usize>() {
                Ok(index) => &mut here[index],
                Err(_) => &mut here[step.as_str()],
            };
        }
        *here = Json::from("unknown");
        let found = findings(&linter, &serde_yaml::to_string(&changed).unwrap());
        // Where the schema takes no `unknown`, or an id is gone that others refer to, that is the finding.
        // The date of a record decides nothing.
        let (last, way) = path.split_last().unwrap();
        let above = whole.pointer(&format!("/{}", way.join("/"))).unwrap_or(&whole);
        let in_record = ["file", "url", "archive"].iter().any(|key| above.get(key).is_some());
        if found.is_empty() && !(in_record && last == "date") {
            passed.push(path.join("."));
        }
        tried += 1;
    }
    assert_eq!(passed, [""; 0]);
    assert!(tried > 300, "{tried}");
}

/// The way to every value of a tree: blocks, lists, items and scalars.
fn every_value(value: &Json, path: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    if !path.is_empty() {
        paths.push(path.clone());
    }
    let children: Vec<(String, &Json)> = match value {
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Json::Array(items) => (0..)
            .zip(items)
            .map(|(n, item): (usize, _)| (n.to_string(), item))
            .collect(),
        _ => Vec::new(),
    };
    for (step, child) in children {
        path.push(step);
        every_value(child, path, paths);
        path.pop();
    }
}

/// What hardly bears on anyone is told in a few lines, without words for their own sake.
#[test]
fn the_smallest_honest_manifest_is_let_be() {
    let text = text("smallest");
    assert!(text.lines().count() <= 30);
    let findings = findings(&linter(EXAMPLE_DAY, Lang::En), &text);
    assert!(findings.len() <= 2, "{:?}", said(&findings));
    assert!(
        findings.iter().all(|f| f.severity == Severity::Note),
        "{:?}",
        said(&findings)
    );
}

#[test]
fn a_newcomer_is_not_drowned() {
    let text = text("newcomer");
    assert!(lines(&text) <= 40, "{}", lines(&text));
    for lang in [Lang::En, Lang::Nb] {
        let findings = findings(&linter(EXAMPLE_DAY, lang), &text);
        assert!(findings.len() <= 12, "{:?}", said(&findings));
        for finding in &findings {
            assert!(!finding.help.trim().is_empty(), "{}", finding.rule);
        }
    }
}
