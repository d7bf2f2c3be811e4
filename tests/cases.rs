//! Findings held against documented decisions: what was hit, what was missed, what was a false
//! alarm. `cargo test --test cases -- --nocapture` prints the table, and `docs/ground-truth.md` has it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

mod fresh;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use tillit::config::Config;
use tillit::finding::{Finding, Severity};
use tillit::lint::{Alone, Linter};
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::value::parse_date;
use tillit::yaml::{Documents, Limits};

const ABOUT: &str = "\
<!-- Generated; write it anew with TILLIT_BLESS=1 cargo test --test cases -->

# Held against documented decisions

25 decisions by authorities and courts, written as manifests in `examples/cases/` from their published facts alone. For each \
thing that was found wrong: the rules of the same subject that find something in the manifest. *yes*: an honest manifest shows \
it; *partly*: it can only show that evidence is missing.

A hit says that a rule of the subject finds something, not that it gives the authority's reason; `?` marks a rule that only asks \
for what is not answered. A *false alarm* is an error \
under a law pack that rests on what the manifest declares, on what was accepted or on a case judged lawful. A *question* is such \
an error that asks for something the published facts of a lawful case do not say.

";

fn yaml(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    let text = fs::read_to_string(path).unwrap();
    let document = Documents::new(&text, Limits::default(), false).next().unwrap();
    assert!(document.problems.is_empty(), "{name}: {:?}", document.problems);
    document.to_json(document.root().unwrap())
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[derive(Default)]
struct Score {
    yes: (usize, usize),
    partly: (usize, usize),
    /// Of the visible ones, those that a finding on what is declared hits, not only one that asks.
    declared: usize,
    false_alarms: Vec<String>,
    /// Errors that ask for what the facts of a lawful case do not say.
    questions: usize,
}

#[test]
fn findings_agree_with_documented_decisions() {
    let linter = Linter::new(&Config::default(), &[], parse_date("2026-11-21").unwrap(), Lang::En).unwrap();
    let decisions = yaml("decisions.yaml");
    let categories = yaml("categories.yaml");
    for rules in categories.as_object().unwrap().values() {
        for rule in items(rules) {
            assert!(
                linter.rules.find(rule.as_str().unwrap()).is_some(),
                "categories.yaml: no rule {rule}"
            );
        }
    }
    let is_law = |finding: &Finding| {
        finding
            .bases
            .iter()
            .any(|b| b.from.is_none() && b.packs.iter().any(|p| &**p != "core"))
    };
    let mut score = Score::default();
    let mut table = String::new();
    for case in items(&decisions) {
        let id = case["id"].as_str().unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/cases/{id}.tillit.yaml"));
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let report = linter.check(Arc::new(SourceFile::new(id, text)), &Alone);
        let findings: Vec<&Finding> = report.findings.iter().flat_map(Finding::every).collect();
        let form: Vec<&Finding> = findings.iter().copied().filter(|f| f.bases.is_empty()).collect();
        assert!(form.is_empty(), "{id}: the manifest itself is at fault: {form:?}");
        let rules: BTreeSet<&str> = findings.iter().map(|f| &*f.rule).collect();
        let declared: BTreeSet<&str> = findings.iter().filter(|f| f.declared).map(|f| &*f.rule).collect();
        let _ = writeln!(
            table,
            "{id} ({}, {} findings)",
            case["outcome"].as_str().unwrap(),
            findings.len()
        );
        for found in items(&case["found"]) {
            let category = found["category"].as_str().unwrap();
            let by: Vec<&str> = items(&categories[category])
                .iter()
                .filter_map(Value::as_str)
                .filter(|r| rules.contains(r))
                .collect();
            let visible = found["visible"].as_str().unwrap();
            let count = if visible == "yes" {
                &mut score.yes
            } else {
                &mut score.partly
            };
            count.1 += 1;
            count.0 += usize::from(!by.is_empty());
            let mark = if by.is_empty() { "missed" } else { "hit" };
            score.declared += usize::from(visible == "yes" && by.iter().any(|rule| declared.contains(rule)));
            let by = by.iter().map(|rule| match declared.contains(rule) {
                true => (*rule).to_owned(),
                false => format!("{rule}?"),
            });
            let by: Vec<String> = by.collect();
            let _ = writeln!(table, "  {mark:6} {category} ({visible}): {}", by.join(", "));
        }
        let lawful = case["outcome"] == "lawful";
        let against: BTreeSet<&str> = items(&case["accepted"])
            .iter()
            .flat_map(|a| items(&a["against"]))
            .filter_map(Value::as_str)
            .collect();
        for finding in findings.iter().filter(|f| f.severity == Severity::Error && is_law(f)) {
            if !finding.declared {
                score.questions += usize::from(lawful);
            } else if lawful || against.contains(&*finding.rule) {
                let _ = writeln!(table, "  FALSE ALARM {}: {}", finding.rule, finding.message);
                score.false_alarms.push(format!("{id}: {}", finding.rule));
            }
        }
    }
    let percent = |(hit, of): (usize, usize)| 100 * hit / of.max(1);
    let _ = writeln!(
        table,
        "\nvisible: {}/{} ({}%; {} of them by what the manifest declares), partly visible: {}/{} ({}%), false alarms: {}, questions on lawful cases: {}",
        score.yes.0,
        score.yes.1,
        percent(score.yes),
        score.declared,
        score.partly.0,
        score.partly.1,
        percent(score.partly),
        score.false_alarms.len(),
        score.questions,
    );
    println!("{table}");
    fresh::check("docs/ground-truth.md", &format!("{ABOUT}```text\n{table}```\n"));
    assert_eq!(score.false_alarms, Vec::<String>::new());
    assert!(percent(score.yes) >= 95, "recall over what is visible");
    assert!(percent(score.partly) >= 80, "recall over what is partly visible");
}
