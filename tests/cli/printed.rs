//! What is printed for others to read: schemas, completions, rules, pages, reports, loads.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::sandbox::{CLEAN, Sandbox};

/// A run that must succeed without a word on standard error.
fn printed(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let (code, out, err) = sandbox.text(arguments);
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    out
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn repository(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_schemas_are_those_of_the_repository() {
    let sandbox = Sandbox::new();
    for name in ["manifest", "rule", "config", "report", "baseline", "diff", "due"] {
        let text = printed(&sandbox, &["schema", name]);
        assert_eq!(text, repository(&format!("schemas/{name}.v1.schema.json")), "{name}");
    }
}

#[test]
fn completions_know_every_command() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = printed(&sandbox, &["completions", shell]);
        for command in [
            "check",
            "baseline",
            "diff",
            "due",
            "init",
            "explain",
            "rules",
            "test",
            "schema",
            "completions",
        ] {
            assert!(text.contains(command), "{shell}: {command}");
        }
        assert!(text.contains("allow-empty"), "{shell}");
    }
}

#[test]
fn every_rule_is_listed_and_explained() {
    let sandbox = Sandbox::new();
    let all = json(&printed(&sandbox, &["rules", "--format", "json"]));
    let all = all["rules"].as_array().or(all.as_array()).unwrap().clone();
    let ids: Vec<&str> = all.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert!(ids.len() >= 45, "{ids:?}");
    let table = printed(&sandbox, &["rules"]);
    for id in &ids {
        assert!(table.contains(id), "{id}");
    }
    for id in [ids[0], ids[ids.len() / 2], "no-covert-monitoring", "invalid-yaml"] {
        let english = printed(&sandbox, &["explain", id]);
        let norwegian = printed(&sandbox, &["explain", id, "--lang", "nb"]);
        assert!(english.contains(id) && norwegian.contains(id), "{id}");
        assert_ne!(english, norwegian, "{id}");
    }
}

#[test]
fn rules_of_a_pack() {
    let sandbox = Sandbox::new();
    let count = |arguments: &[&str]| {
        let list = json(&printed(&sandbox, arguments));
        list["rules"].as_array().or(list.as_array()).unwrap().len()
    };
    let all = count(&["rules", "--format", "json"]);
    let norwegian = count(&["rules", "--format", "json", "--pack", "no"]);
    let both = count(&["rules", "--format", "json", "--pack", "no,dk"]);
    assert!(
        0 < norwegian && norwegian <= both && both < all,
        "{norwegian} {both} {all}"
    );
}

#[test]
fn every_command_has_an_example_in_its_help() {
    let sandbox = Sandbox::new();
    for command in [
        "check",
        "baseline",
        "due",
        "init",
        "explain",
        "rules",
        "test",
        "schema",
        "completions",
    ] {
        let help = printed(&sandbox, &[command, "--help"]);
        assert!(help.contains(&format!("\n  tillit {command}")), "{command}: {help}");
    }
}

#[test]
fn reports_fit_their_schema() {
    let sandbox = Sandbox::new();
    let schema = json(&repository("schemas/report.v1.schema.json"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for lang in ["en", "nb"] {
        let (code, out, err) = sandbox.text(&[
            "check",
            &examples.to_string_lossy(),
            "--format",
            "json",
            "--lang",
            lang,
            "--fail-on",
            "never",
        ]);
        assert_eq!((code, err.as_str()), (0, ""));
        let errors: Vec<String> = validator.iter_errors(&json(&out)).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

/// Whatever `init` writes is a manifest in which the form has no mistake.
#[test]
fn what_init_writes_is_a_manifest() {
    let sandbox = Sandbox::new();
    let names = [
        "Shift planner",
        "yes",
        "12",
        "- a: b # c",
        "\"quoted\" 'name'",
        "åæø\u{202e}\u{7}",
    ];
    for (number, name) in names.iter().enumerate() {
        let file = format!("{number}.tillit.yaml");
        let id = format!("system-{number}");
        let name = format!("--name={name}");
        let (code, out, _) = sandbox.text(&[
            "init",
            &name,
            "--id",
            &id,
            "--output",
            &file,
            "--country=NO",
            "--purpose=monitoring",
            "--data=keystrokes",
        ]);
        assert_eq!((code, out.as_str()), (0, ""), "{name}");
    }
    let (_, out, err) = sandbox.text(&["check", "--format", "json"]);
    assert_eq!(err, "");
    let report = json(&out);
    assert_eq!(report["summary"]["manifests"], names.len());
    for file in report["files"].as_array().unwrap() {
        for finding in file["findings"].as_array().unwrap() {
            let is_form = finding["category"] == "form" && finding["rule"] != "unanswered-block";
            assert!(!is_form, "{finding:#}");
        }
    }
}

/// A live system that logs keys and takes pictures of the screen of the same group.
fn system(id: &str, country: &str, more: &str) -> String {
    format!(
        "tillit: 1\n\
         system: {{id: {id}, name: N, status: deployed, affects_workers: true, jurisdictions: [{country}]}}\n\
         subjects: {{groups: [{{id: drivers}}]}}\n\
         data:\n  inputs:\n\
         \x20   - {{id: keys, category: keystrokes, mode: continuous}}\n\
         \x20   - {{id: screen, category: screen-capture, mode: continuous}}\n{more}"
    )
}

/// The findings of `load-across-systems`, with file, message, other files, and packs.
fn loads(sandbox: &Sandbox, more: &[&str]) -> Vec<String> {
    let (_, out, err) = sandbox.text(&[&["check", "--format", "json"], more].concat());
    assert_eq!(err, "");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let report = json(&out);
    let files = report["files"].as_array().unwrap();
    let findings = files.iter().flat_map(|f| f["findings"].as_array().unwrap());
    findings
        .filter(|f| f["rule"] == "load-across-systems")
        .map(|f| {
            let others = f["secondary"].as_array().unwrap().iter().map(|l| text(&l["file"]));
            let bases = f["bases"].as_array().unwrap().iter();
            let packs = bases.flat_map(|b| b["packs"].as_array().unwrap().iter().map(text));
            format!(
                "{} {}:{} | {} | {} | {}",
                text(&f["severity"]),
                text(&f["location"]["file"]),
                f["location"]["start"]["line"],
                text(&f["message"]).rsplit_once(',').unwrap().0,
                others.collect::<Vec<_>>().join(" "),
                packs.collect::<Vec<_>>().join(" "),
            )
        })
        .collect()
}

#[test]
fn the_load_of_several_systems_on_one_group() {
    let sandbox = Sandbox::new();
    sandbox
        .file("a.tillit.yaml", system("one", "DE", ""))
        .file("b.tillit.yaml", system("two", "SE", ""))
        .file("other.tillit.yaml", CLEAN);
    let message = "the group drivers is covered by 4 intrusive data flows from several systems (one, two)";
    assert_eq!(
        loads(&sandbox, &[]),
        [format!("warning a.tillit.yaml:2 | {message} | b.tillit.yaml | core")]
    );

    // Norwegian law counts as soon as it counts for one of the systems.
    sandbox.file("b.tillit.yaml", system("two", "\"NO\"", ""));
    assert_eq!(
        loads(&sandbox, &[]),
        [format!("warning a.tillit.yaml:2 | {message} | b.tillit.yaml | core no")]
    );
    assert_eq!(
        loads(&sandbox, &["--packs", "no"]),
        [format!("warning a.tillit.yaml:2 | {message} | b.tillit.yaml | no")]
    );
    assert!(
        loads(&sandbox, &["--packs", "dk"]).is_empty(),
        "no pack of the rule counts"
    );
    assert!(loads(&sandbox, &["a.tillit.yaml"]).is_empty(), "one system alone");

    sandbox.file("tillit.yaml", "levels: {load-across-systems: error}\n");
    assert!(loads(&sandbox, &[])[0].starts_with("error "));
    sandbox.file("tillit.yaml", "params: {load-across-systems: {max_flows: 4}}\n");
    assert!(loads(&sandbox, &[]).is_empty(), "as many as are allowed");
    sandbox.file("tillit.yaml", "levels: {load-across-systems: off}\n");
    assert!(loads(&sandbox, &[]).is_empty(), "switched off");

    sandbox.file("tillit.yaml", "").file(
        "b.tillit.yaml",
        system("two", "SE", "control: {cumulative_assessment: {archive: 2026/1}}\n"),
    );
    assert!(loads(&sandbox, &[]).is_empty(), "assessed together");
}

/// The text report shows the line although the file was clean on its own.
#[test]
fn a_load_is_shown_where_it_stands() {
    let sandbox = Sandbox::new();
    sandbox
        .file("a.tillit.yaml", system("one", "DE", ""))
        .file("b.tillit.yaml", system("two", "SE", ""));
    let (_, out, _) = sandbox.text(&["check"]);
    assert!(out.contains("Load on `drivers`: 2 systems (`one`, `two`)"), "{out}");
    let from = out.find("[load-across-systems]").unwrap();
    let lines: Vec<&str> = out[from..].lines().take(12).collect();
    assert!(lines.iter().any(|l| l.contains("2 │ system: {id: one")), "{lines:#?}");
    assert!(lines.iter().any(|l| l.contains("b.tillit.yaml:2")), "{lines:#?}");
}
