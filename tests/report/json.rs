use std::collections::BTreeSet;

use serde_json::Value;
use tillit::report::Options;
use tillit::report::json;
use tillit::text::{Lang, is_unsafe};

use crate::{HOSTILE, SMALL, TOGETHER, linter, run};

fn written(lang: Lang, files: &[(&str, &str)]) -> String {
    let linter = linter(lang);
    let mut out = Vec::new();
    json::render(linter, &run(linter, files), Options::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../../schemas/report.v1.schema.json")).unwrap()
}

#[test]
fn reports_fit_their_schema() {
    let schema = schema();
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let hostile = [("n\n::error::\u{1b}\u{202e}.yaml", HOSTILE), ("empty.yaml", "")];
    for files in [&[][..], &[("small.yaml", SMALL)], &TOGETHER, &hostile] {
        for lang in [Lang::En, Lang::Nb] {
            let report: Value = serde_json::from_str(&written(lang, files)).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&report)
                .map(|e| format!("{}: {e}", e.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{errors:#?}");
        }
    }
}

/// Additional properties are refused everywhere, so a field that is not described is found.
#[test]
fn the_schema_describes_every_field_and_allows_no_other() {
    fn look(at: &str, schema: &Value, bare: &mut Vec<String>) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            if schema.get("additionalProperties") != Some(&Value::Bool(false)) {
                bare.push(format!("{at} is open"));
            }
            for (name, property) in properties {
                let described = property.get("description").is_some() || at == "bytes";
                if !described {
                    bare.push(format!("{at}.{name} is not described"));
                }
            }
        }
        for (key, value) in schema.as_object().into_iter().flatten() {
            look(key, value, bare);
        }
    }
    let mut bare = Vec::new();
    look("$", &schema(), &mut bare);
    assert!(bare.is_empty(), "{bare:#?}");
}

#[test]
fn a_finding_says_where_and_why() {
    let report: Value = serde_json::from_str(&written(Lang::En, &[("small.yaml", SMALL)])).unwrap();
    let findings = report["files"][0]["findings"].as_array().unwrap();
    let block = findings
        .iter()
        .find(|f| f["rule"] == "unanswered-block" && f["location"]["pointer"] == "data.inputs[0]")
        .unwrap();
    let related = block["related"].as_array().unwrap();
    let kinds = |finding: &Value| -> Vec<String> {
        let bases = finding["bases"].as_array().unwrap();
        bases.iter().map(|b| b["kind"].as_str().unwrap().to_owned()).collect()
    };
    let mut all = findings.iter().chain(related).map(kinds);
    let both = all
        .find(|kinds| kinds.iter().any(|k| k == "law") && kinds.len() > 1)
        .unwrap();
    assert!(
        both.is_sorted_by_key(|kind| *kind != "policy"),
        "policy comes first: {both:?}"
    );
    assert!(both.iter().any(|kind| kind == "policy"), "{both:?}");
    assert_eq!(report["summary"]["files"], 1);
    let count = |severity: &str| findings.iter().filter(|f| f["severity"] == severity).count();
    for severity in ["error", "warning", "note"] {
        assert_eq!(report["summary"][severity], count(severity));
    }
}

#[test]
fn several_systems_on_one_group_are_listed() {
    let report: Value = serde_json::from_str(&written(Lang::En, &TOGETHER)).unwrap();
    let load = &report["loads"][0];
    assert_eq!(load["group"], "drivers");
    assert_eq!(load["systems"][1]["id"], "route");
    assert_eq!(load["systems"][1]["location"]["file"], "route.tillit.yaml");
    assert_eq!(load["flows"][0]["beyond_hours"], true);
}

#[test]
fn the_same_run_is_written_the_same_and_safe_to_print() {
    let name = "x ##[error]\u{1b}[31m\u{202e}\u{e0001}.yaml";
    let text = written(Lang::En, &[(name, HOSTILE)]);
    assert_eq!(text, written(Lang::En, &[(name, HOSTILE)]));
    let bad: BTreeSet<char> = text.chars().filter(|c| is_unsafe(*c) && *c != '\n').collect();
    assert!(bad.is_empty(), "{bad:?}");
    assert!(!text.contains("##["));
    assert!(text.lines().all(|line| !line.trim_start().starts_with("::")));
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["files"][0]["path"], name, "escapes say the same");
}

/// A clause is shown as policy, law or agreement: that needs packs of one kind.
#[test]
fn the_packs_of_a_clause_are_of_one_kind() {
    let linter = linter(Lang::En);
    let rules = &linter.rules;
    for rule in &rules.rules {
        for basis in &rule.bases {
            let kinds: BTreeSet<&str> = basis.packs.iter().map(|p| rules.packs[*p].kind.name()).collect();
            assert!(kinds.len() <= 1, "{}: {kinds:?}", rule.id);
        }
    }
}
