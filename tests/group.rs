//! One finding where several are about one thing, and nothing lost by it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use tillit::config::Config;
use tillit::finding::{Finding, Severity};
use tillit::lint::{EvidenceState, Linter};
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
    linter.check(source, &|_, _| EvidenceState::NotChecked).findings
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

#[test]
fn what_lacks_in_one_part_is_one_finding() {
    let text = format!("{DEPLOYED}codetermination: {{ steps: [{{ type: discussion, date: 2026-08-01 }}] }}\n");
    let findings = findings(&linter(""), &text);
    let at = |place: &str| findings.iter().find(|f| f.primary.pointer.to_string() == place);
    let part = at("codetermination").unwrap();
    assert_eq!(&*part.rule, "unanswered-block");
    assert!(
        part.message.starts_with("`codetermination` leaves "),
        "{}",
        part.message
    );
    assert_eq!(part.severity, part.related.iter().map(|f| f.severity).max().unwrap());
    let block = at("control").unwrap();
    assert!(
        block.message.starts_with("nothing is said under `control`"),
        "{}",
        block.message
    );
    for finding in [part, block] {
        assert!(!finding.declared && finding.related.len() > 1);
        for related in &finding.related {
            let field = related.primary.pointer.to_string();
            let name = field
                .strip_prefix(&format!("{}.", finding.primary.pointer))
                .unwrap_or(&field);
            assert!(finding.help.contains(&format!("`{name}`")), "{field}: {}", finding.help);
        }
    }
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
