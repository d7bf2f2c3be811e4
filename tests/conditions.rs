//! Every rule's condition at its borders: what is absent, unknown, empty, on the very day, at the very
//! limit, several, or refers to nothing. One table a rule, in `tests/conditions/<rule>.yaml`:
//!
//! ```yaml
//! base: { ... }                       # a manifest; `tillit: 1` and the id and name of the system are added
//! cases:
//!   - case: the discussion was on the very day
//!     set: { lifecycle.deploy_date: 2026-09-01 }
//!     drop: [assessments.dpia.date]
//!     finds: { codetermination.steps: error }
//! ```
//!
//! A case may set `today` and a `config` (the text of `tillit.yaml` as YAML). `TILLIT_RULE=id,id` runs only these tables.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tillit::config::Config;
use tillit::finding::Finding;
use tillit::lint::{Alone, Linter};
use tillit::rule::is_over_all;
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::trial;
use tillit::value::parse_date;
use tillit::yaml::{Documents, Limits};

const KEYS: [&str; 6] = ["case", "set", "drop", "today", "config", "finds"];

#[test]
fn every_condition_holds_at_its_borders() {
    let only = std::env::var("TILLIT_RULE").ok();
    let linter = linter(&Value::Null, trial::EXAMPLE_DAY);
    let mut mistakes = String::new();
    let mut cases = 0;
    for rule in linter
        .rules
        .rules
        .iter()
        .filter(|r| !r.variants.is_empty() && !is_over_all(&r.given))
    {
        if only.as_ref().is_some_and(|o| !o.split(',').any(|o| *o == *rule.id)) {
            continue;
        }
        match fs::read_to_string(folder().join(format!("{}.yaml", rule.id))) {
            Ok(text) => cases += table(&linter, &rule.id, &text, &mut mistakes),
            Err(_) => mistakes.push_str(&format!("{}: there is no table\n", rule.id)),
        }
    }
    assert!(mistakes.is_empty(), "\n{mistakes}");
    println!("{cases} cases");
}

#[test]
fn every_table_has_a_rule() {
    let linter = linter(&Value::Null, trial::EXAMPLE_DAY);
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let id = name.strip_suffix(".yaml").unwrap();
        assert!(linter.rules.find(id).is_some(), "{name}: there is no such rule");
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conditions")
}

fn linter(config: &Value, today: &str) -> Linter {
    let config = match config {
        Value::Null => Config::default(),
        set => {
            let text = serde_yaml::to_string(set).unwrap();
            Config::parse(&Arc::new(SourceFile::new("tillit.yaml", text))).unwrap_or_else(|m| panic!("{m:?}"))
        }
    };
    Linter::new(&config, &[], parse_date(today).unwrap(), Lang::En).unwrap_or_else(|m| panic!("{m:?}"))
}

/// Runs the table of a rule and writes down what is otherwise than it says.
fn table(ordinary: &Linter, rule: &str, text: &str, mistakes: &mut String) -> usize {
    let document = Documents::new(text, Limits::default(), false).next().unwrap();
    if let Some(problem) = document.problems.first() {
        let _ = writeln!(mistakes, "{rule}: {}", problem.describe(Lang::En).0);
        return 0;
    }
    let table = document.to_json(document.root().unwrap());
    let cases = table["cases"].as_array().map_or(&[][..], Vec::as_slice);
    let mut names = BTreeSet::new();
    let (mut some, mut none) = (false, false);
    for case in cases {
        let name = case["case"].as_str().unwrap_or("a case without a name");
        if !names.insert(name) {
            let _ = writeln!(mistakes, "{rule}: two cases are called: {name}");
        }
        for key in case.as_object().unwrap().keys().filter(|k| !KEYS.contains(&k.as_str())) {
            let _ = writeln!(mistakes, "{rule}: {name}: `{key}` is not known");
        }
        let wanted: BTreeMap<String, String> = case["finds"]
            .as_object()
            .unwrap_or_else(|| panic!("{rule}: {name}: `finds` is missing"))
            .iter()
            .map(|(at, severity)| (at.clone(), severity.as_str().unwrap_or_default().to_owned()))
            .collect();
        if wanted.is_empty() {
            none = true
        } else {
            some = true
        }
        let mut manifest = json!({ "tillit": 1, "system": { "id": "s", "name": "S", "status": "deployed" } });
        merge(&mut manifest, &table["base"]);
        for (path, value) in case["set"].as_object().into_iter().flatten() {
            set(&mut manifest, path, Some(value.clone()));
        }
        for path in case["drop"].as_array().into_iter().flatten() {
            set(&mut manifest, path.as_str().unwrap(), None);
        }
        let own = (!case["config"].is_null() || !case["today"].is_null())
            .then(|| linter(&case["config"], case["today"].as_str().unwrap_or(trial::EXAMPLE_DAY)));
        let text = serde_yaml::to_string(&manifest).unwrap();
        let source = Arc::new(SourceFile::new(rule, text.clone()));
        let report = own.as_ref().unwrap_or(ordinary).check(source, &Alone);
        let mut found = BTreeMap::new();
        for finding in report.findings.iter().flat_map(Finding::every) {
            if &*finding.rule == "invalid-manifest" {
                let _ = writeln!(mistakes, "{rule}: {name}: {}", finding.message);
            }
            if &*finding.rule == rule {
                let at = finding.primary.pointer.to_string();
                if found.insert(at.clone(), finding.severity.to_string()).is_some() {
                    let _ = writeln!(mistakes, "{rule}: {name}: two findings at {at}");
                }
            }
        }
        if found != wanted {
            let _ = writeln!(mistakes, "{rule}: {name}\n  found  {found:?}\n  wanted {wanted:?}");
        }
    }
    if cases.len() < 4 || !some || !none {
        let _ = writeln!(
            mistakes,
            "{rule}: at least 4 cases, some with a finding and some without"
        );
    }
    cases.len()
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (into, from) => *into = from.clone(),
    }
}

/// Sets what stands at `a.b[0].c`, or removes it; what is missing on the way is made.
fn set(manifest: &mut Value, path: &str, value: Option<Value>) {
    let steps: Vec<&str> = path.split(['.', '[']).map(|s| s.trim_end_matches(']')).collect();
    let (last, way) = steps.split_last().unwrap();
    let mut here = manifest;
    for step in way {
        here = child(here, step, path);
    }
    match (here, value) {
        (Value::Array(items), None) => drop(items.remove(last.parse().unwrap())),
        (Value::Object(map), None) => {
            assert!(map.shift_remove(*last).is_some(), "{path}: there is nothing to drop");
        }
        (here, Some(value)) => *child(here, last, path) = value,
        (_, None) => panic!("{path}: there is nothing to drop"),
    }
}

fn child<'v>(here: &'v mut Value, step: &str, path: &str) -> &'v mut Value {
    if let Ok(index) = step.parse::<usize>() {
        let items = here
            .as_array_mut()
            .unwrap_or_else(|| panic!("{path}: there is no list"));
        if index == items.len() {
            items.push(Value::Null);
        }
        return items
            .get_mut(index)
            .unwrap_or_else(|| panic!("{path}: the list is shorter"));
    }
    if here.is_null() {
        *here = Value::Object(Map::new());
    }
    let map = here
        .as_object_mut()
        .unwrap_or_else(|| panic!("{path}: {step} is in no mapping"));
    map.entry(step.to_owned()).or_insert(Value::Null)
}
