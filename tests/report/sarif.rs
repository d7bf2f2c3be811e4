use std::collections::BTreeSet;

use serde_json::Value;
use tillit::finding::Severity;
use tillit::lint::{Linter, Run};
use tillit::report::{Options, sarif};
use tillit::text::{Lang, is_unsafe};

use super::example::{example, many, milder, with_notes};
use crate::{HOSTILE, SMALL, TOGETHER, linter, run};

const PLAIN: Options = Options { show_waived: false };

fn written(linter: &Linter, run: &Run, options: Options) -> String {
    let mut out = Vec::new();
    sarif::render(linter, run, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn read(linter: &Linter, run: &Run, options: Options) -> Value {
    serde_json::from_str(&written(linter, run, options)).unwrap()
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

#[test]
fn a_run_with_everything() {
    let (linter, run) = example(Lang::En);
    insta::assert_snapshot!(written(linter, &run, PLAIN));
}

#[test]
fn everything_people_read_is_in_the_language_of_the_run() {
    let (linter, run) = example(Lang::Nb);
    let log = read(linter, &with_notes(run), Options { show_waived: true });
    let texts: Vec<&str> = texts(&log).collect();
    insta::assert_snapshot!(texts.join("\n---\n"));
}

/// Every text of a log, in its order.
fn texts(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter().flat_map(texts)),
        Value::Object(map) => Box::new(map.iter().flat_map(|(key, value)| match (key.as_str(), value) {
            ("text" | "markdown" | "justification", Value::String(text)) => Box::new(std::iter::once(text.as_str())),
            _ => texts(value),
        })),
        _ => Box::new(std::iter::empty()),
    }
}

#[test]
fn a_clean_run_has_an_empty_list_of_results() {
    let log = read(linter(Lang::En), &Run::default(), PLAIN);
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"], Value::Array(Vec::new()));
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn what_could_not_be_read_or_was_left_out_is_said() {
    let run = with_notes(Run::default());
    let log = read(linter(Lang::En), &run, PLAIN);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let said = &invocation["toolExecutionNotifications"];
    assert_eq!(said[0]["level"], "error");
    assert_eq!(
        said[0]["message"]["text"],
        "closed.tillit.yaml could not be read and was not checked: Permission denied"
    );
    assert_eq!(
        said[1]["message"]["text"],
        "Only what changed since main is shown: 4 manifests are as they were (1 error, 1 note)."
    );
}

/// Of a real run, whatever was found.
#[test]
fn every_result_is_complete() {
    let linter = linter(Lang::En);
    let odd = "x ##[error]\u{1b}[31m\u{202e}\r\n::error::\u{e0001}%:?#[](a) b.yaml";
    for files in [
        &[("small.yaml", SMALL)][..],
        &TOGETHER,
        &[(odd, HOSTILE)],
        &[("empty.yaml", "")],
    ] {
        let mut run = run(linter, files);
        run.about.push(milder(Lang::En));
        let text = written(linter, &run, PLAIN);
        let bad: BTreeSet<char> = text.chars().filter(|c| is_unsafe(*c) && *c != '\n').collect();
        assert!(bad.is_empty(), "{bad:?}");
        assert!(!text.contains("##"));
        let log: Value = serde_json::from_str(&text).unwrap();
        let rules = &log["runs"][0]["tool"]["driver"]["rules"];
        let results = results(&log);
        assert_eq!(results.len(), run.findings().count());
        assert_eq!(results[0]["ruleId"], "policy-weakened");
        let mut fingerprints = BTreeSet::new();
        for result in results {
            assert_eq!(
                rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"],
                result["ruleId"]
            );
            assert_eq!(result["locations"].as_array().unwrap().len(), 1);
            assert!(fingerprints.insert(result["partialFingerprints"]["tillit/v1"].as_str().unwrap()));
            let others = result["relatedLocations"].as_array().into_iter().flatten();
            for place in others.chain([&result["locations"][0]]) {
                let region = &place["physicalLocation"]["region"];
                let number = |key: &str| region[key].as_u64().unwrap();
                let start = (number("startLine"), number("startColumn"));
                let end = (number("endLine"), number("endColumn"));
                assert!(start <= end && start.1 >= 1 && start.0 >= 1, "{region}");
                let uri = place["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
                let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
                assert!(uri.chars().all(allowed), "{uri}");
            }
        }
    }
}

#[test]
fn an_address_leads_to_the_file_and_is_no_link() {
    let linter = linter(Lang::En);
    let mut run = run(
        linter,
        &[(
            "blå bær:x.yaml",
            "tillit: 1\nsystem: {id: \"[x](https://evil.example)\", y: 1}\n",
        )],
    );
    run.paths.insert("blå bær:x.yaml".into(), "a/blå bær:x.yaml".to_owned());
    let text = written(linter, &run, PLAIN);
    assert!(text.contains("\"uri\": \"a/bl%C3%A5%20b%C3%A6r%3Ax.yaml\""));
    assert!(!results(&serde_json::from_str(&text).unwrap()).is_empty());
    let log: Value = serde_json::from_str(&text).unwrap();
    assert!(texts(&log["runs"][0]["results"]).all(|text| !text.contains("](")));
}

#[test]
fn equal_fingerprints_are_told_apart() {
    let mut run = many(3, |_| Severity::Note);
    for finding in &mut run.files[0].findings {
        finding.apart = String::new();
    }
    let log = read(linter(Lang::En), &run, PLAIN);
    let of = |n: usize| {
        results(&log)[n]["partialFingerprints"]["primaryLocationLineHash"]
            .as_str()
            .unwrap()
    };
    assert_eq!((of(1), of(2)), (&*format!("{}-2", of(0)), &*format!("{}-3", of(0))));
}

#[test]
fn waived_findings_are_there_when_asked_for() {
    let (linter, run) = example(Lang::En);
    let log = read(linter, &run, Options { show_waived: true });
    let results = results(&log);
    assert_eq!(results.len(), run.findings().count() + 1);
    let (waived, open) = results.split_last().unwrap();
    assert_eq!(waived["ruleId"], "process-open-to-workers");
    let suppression = &waived["suppressions"][0];
    assert_eq!(suppression["kind"], "inSource");
    assert_eq!(suppression["status"], "accepted");
    assert_eq!(
        suppression["justification"],
        "waived until 2027-03-01, signed by Kari Nordmann and Ola Nordmann: The register comes in *spring*"
    );
    assert!(
        open.iter()
            .all(|result| result["suppressions"] == Value::Array(Vec::new()))
    );
}

#[test]
fn of_too_many_the_gravest_are_kept_and_it_is_said() {
    let most = 25_000;
    let severity = |n: usize| if n == most + 1 { Severity::Error } else { Severity::Note };
    let mut run = many(most + 2, severity);
    run.about.push(milder(Lang::En));
    let log = read(linter(Lang::En), &run, PLAIN);
    let results = results(&log);
    assert_eq!(results.len(), most);
    assert_eq!(results[0]["ruleId"], "policy-weakened");
    assert_eq!(results[most - 1]["level"], "error");
    let said = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(
        said["message"]["text"],
        "Only the 25000 gravest findings are here; 3 more were found."
    );
}
