//! One finding where several are about one thing, and nothing lost by it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use tillit::config::Config;
use tillit::finding::{Finding, Severity};
use tillit::lint::{Alone, Linter};
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::trial::EXAMPLE_DAY;
use tillit::value::parse_date;

fn linter(config: &str) -> Linter {
    let config = Config::parse(&Arc::new(SourceFile::new("tillit.yaml", config))).unwrap_or_else(|m| panic!("{m:?}"));
    let today = parse_date(EXAMPLE_DAY).unwrap();
    Linter::new(&config, &[], today, Lang::En).unwrap_or_else(|m| panic!("{m:?}"))
}

fn findings(linter: &Linter, text: &str) -> Vec<Finding> {
    let source = Arc::new(SourceFile::new("made", text));
    linter.check(source, &Alone).findings
}

/// Severity, rule and place of findings and of what they stand for, without those for a whole part.
fn flat(findings: &[Finding]) -> Vec<(Severity, String, String)> {
    let mut out = Vec::new();
    for finding in findings {
        if &*finding.rule != "unanswered-block" {
            let at = finding.primary.pointer.to_string();
            out.push((finding.severity, finding.rule.to_string(), at));
        }
        out.extend(flat(&finding.related));
    }
    out.sort();
    out
}

const DEPLOYED: &str = r#"
tillit: 1
system: { id: s, name: S, status: deployed, affects_workers: true }
purposes: [{ id: p, area: monitoring }]
lifecycle: { deploy_date: 2026-09-01 }
"#;

/// The finding of one rule, and the rules that it stands for.
fn one(text: &str, rule: &str) -> (Severity, Vec<String>) {
    let findings = findings(&linter(""), text);
    let finding = findings
        .iter()
        .find(|f| &*f.rule == rule)
        .unwrap_or_else(|| panic!("{rule}: {:?}", flat(&findings)));
    (
        finding.severity,
        finding.related.iter().map(|f| f.rule.to_string()).collect(),
    )
}

#[test]
fn a_special_rule_stands_for_the_general_ones() {
    let text = format!("{DEPLOYED}codetermination: {{ steps: [{{ type: information, date: 2026-08-01 }}] }}\n");
    let general = ["consultation-before-deployment", "participation-across-lifecycle"].map(str::to_owned);
    assert_eq!(
        one(&text, "discussion-not-just-information"),
        (Severity::Error, general.into())
    );
    let clauses = &findings(&linter(""), &text);
    let finding = clauses
        .iter()
        .find(|f| &*f.rule == "discussion-not-just-information")
        .unwrap();
    for related in &finding.related {
        for basis in &related.bases {
            assert!(finding.bases.contains(basis), "{basis:?}");
        }
    }
}

#[test]
fn a_graver_general_rule_stands_for_a_milder_special_one() {
    let text = format!(
        "{}codetermination: {{ steps: [] }}\n",
        DEPLOYED.replace("status: deployed", "status: pilot")
    );
    let (severity, related) = one(&text, "consultation-before-deployment");
    assert_eq!(severity, Severity::Error);
    assert!(
        related.contains(&"participation-across-lifecycle".to_owned()),
        "{related:?}"
    );
}

/// Message and place of the findings for whole parts.
fn parts(text: &str) -> Vec<(String, String)> {
    let findings = findings(&linter(""), text);
    let parts = findings.iter().filter(|f| &*f.rule == "unanswered-block");
    let parts = parts.map(|part| {
        assert!(!part.declared && part.related.len() > 1);
        assert_eq!(Some(part.severity), part.related.iter().map(|f| f.severity).max());
        for basis in part.related.iter().flat_map(|f| &f.bases) {
            assert!(part.bases.contains(basis), "{basis:?}");
        }
        (part.primary.pointer.to_string(), part.message.clone())
    });
    parts.collect()
}

#[test]
fn what_lacks_in_one_part_is_one_finding() {
    let one_item = "\ndata: { inputs: [{ id: a, category: pay, identifiable: true, purposes: [p] }] }\n";
    let two_items = one_item.replace(" }] }", " }, { id: b, category: pay, purposes: [p] }] }");
    let about = |text: &str, block: &str| {
        let found = parts(&format!("{DEPLOYED}{text}"));
        let found = found.into_iter().find(|(at, _)| at.starts_with(block));
        found.unwrap_or_else(|| panic!("{block}"))
    };
    let (at, message) = about(one_item, "data");
    assert_eq!(at, "data.inputs[0]");
    assert!(message.starts_with("`data.inputs[a]` leaves "), "{message}");
    let (at, message) = about(&two_items, "data");
    assert_eq!(at, "data");
    assert!(message.starts_with("`data` leaves "), "{message}");
}

#[test]
fn blocks_that_are_not_there_are_one_finding_each_until_they_are_many() {
    let all = parts(DEPLOYED);
    let (at, message) = &all[0];
    assert_eq!(at, "$");
    assert!(message.starts_with("nothing is said yet about "), "{message}");
    assert!(!all.iter().any(|(at, _)| at == "control"), "{all:?}");
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/exemplary.tillit.yaml")).unwrap();
    let (before, after) = text.split_once("\nrights:").unwrap();
    let rest = after.find("\n\n").map_or("", |end| &after[end..]);
    let without = parts(&format!("{before}{rest}"));
    let [(at, message)] = &without[..] else {
        panic!("{without:?}")
    };
    assert_eq!(at, "rights");
    assert!(message.starts_with("nothing is said under `rights`; "), "{message}");
}

#[test]
fn nothing_is_lost_by_it() {
    let (grouped, apart) = (linter(""), linter("levels: { unanswered-block: off }\n"));
    let mut stood_for = 0;
    for folder in ["examples", "examples/cases"] {
        for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
            .unwrap()
            .flatten()
        {
            if !file.path().to_string_lossy().ends_with(".tillit.yaml") {
                continue;
            }
            let text = fs::read_to_string(file.path()).unwrap();
            let (grouped, apart) = (findings(&grouped, &text), findings(&apart, &text));
            assert_eq!(flat(&grouped), flat(&apart), "{}", file.path().display());
            stood_for += apart.len() - grouped.len();
        }
    }
    assert!(stood_for > 100, "{stood_for}");
}
