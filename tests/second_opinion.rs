//! The walk over a manifest accepts what a JSON Schema validator accepts: examples, and a full
//! manifest changed at random.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

mod trees;

use std::fs;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use tillit::schema::{Manifest, ProblemKind};
use tillit::shape::MANIFEST_SCHEMA;
use tillit::yaml::{Documents, Limits, NodeId};
use trees::{SHAPE, VOCABULARIES, documents, yaml_files};

static SCHEMA: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(MANIFEST_SCHEMA).unwrap());
static VALIDATOR: LazyLock<jsonschema::Validator> = LazyLock::new(|| jsonschema::validator_for(&SCHEMA).unwrap());

/// The schema file, with or without its `required` keys.
fn validator(required: bool) -> jsonschema::Validator {
    fn strip(value: &mut Value) {
        if let Some(map) = value.as_object_mut() {
            if map.contains_key("properties") {
                map.remove("required");
            }
            map.values_mut().for_each(strip);
        }
    }
    let mut schema: Value = serde_json::from_str(MANIFEST_SCHEMA).unwrap();
    if !required {
        strip(&mut schema);
    }
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn a_json_schema_validator_accepts_the_examples_that_the_walk_accepts() {
    let validator = validator(true);
    let mut manifests = 0;
    for file in yaml_files("examples") {
        if !file.to_string_lossy().contains(".tillit.y") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for document in Documents::new(&text, Limits::default(), false) {
            let manifest = Manifest::read(&document, &SHAPE, &VOCABULARIES, true);
            let accepted = validator.is_valid(&document.to_json(document.root().unwrap()));
            assert_eq!(
                accepted,
                manifest.problems.iter().all(|p| !seen_by_a_schema(&p.kind)),
                "{} {:?}",
                file.display(),
                manifest.problems
            );
            manifests += 1;
        }
    }
    assert!(manifests > 5);
}

#[test]
fn a_json_schema_validator_accepts_the_examples_of_rules_that_the_walk_accepts() {
    let validator = validator(false);
    let mut examples = 0;
    for file in yaml_files("rules") {
        let text = fs::read_to_string(&file).unwrap();
        for document in Documents::new(&text, Limits::default(), false) {
            assert_eq!(document.problems, [], "{}", file.display());
            let lists = document.get(document.root().unwrap(), "examples").into_iter();
            let lists = lists.flat_map(|node| document.entries(node)).map(|(_, list)| list);
            for example in lists.flat_map(|list| document.children(list)) {
                let subtree = document.subtree(example);
                let manifest = Manifest::read(&subtree, &SHAPE, &VOCABULARIES, false);
                assert_eq!(manifest.problems, [], "{}", file.display());
                let json = document.to_json(example);
                let errors: Vec<String> = validator.iter_errors(&json).map(|e| e.to_string()).collect();
                assert_eq!(errors, [""; 0], "{}", file.display());
                examples += 1;
            }
        }
    }
    assert!(examples > 100);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_walk_accepts_what_a_json_schema_validator_accepts(
        changes in prop::collection::vec((any::<Index>(), change()), 1..4),
    ) {
        let mut manifest = full_manifest();
        for (place, change) in &changes {
            apply(&mut manifest, place, change);
        }
        let text = manifest.to_string();
        let read = documents(&text);
        prop_assert_eq!(read.len(), 1);
        prop_assert_eq!(&read[0].problems, &[]);
        prop_assert_eq!(&read[0].to_json(NodeId(0)), &manifest);
        let walked = Manifest::read(&read[0], &SHAPE, &VOCABULARIES, true);
        let seen: Vec<&ProblemKind> = walked.problems.iter().map(|p| &p.kind).filter(|kind| seen_by_a_schema(kind)).collect();
        let errors: Vec<String> = VALIDATOR.iter_errors(&manifest).map(|e| e.to_string()).collect();
        prop_assert_eq!(seen.is_empty(), errors.is_empty(), "{:?}\n{:?}\n{:?}", changes, seen, errors);
    }
}

/// A JSON Schema does not follow ids.
fn seen_by_a_schema(kind: &ProblemKind) -> bool {
    !matches!(
        kind,
        ProblemKind::DuplicateId { .. } | ProblemKind::DanglingReference { .. }
    )
}

/// A change of a manifest at some place in it.
#[derive(Clone, Debug)]
enum Change {
    Drop,
    Rename(String),
    Set(Value),
    Add(String, Value),
}

fn change() -> impl Strategy<Value = Change> {
    let key = prop::sample::select(vec![
        "x-own",
        "x-",
        "retentoin",
        "id",
        "file",
        "url",
        "date",
        "sha256",
        "status",
        "name",
        "",
    ]);
    let key = key.prop_map(str::to_owned);
    prop_oneof![
        Just(Change::Drop),
        key.clone().prop_map(Change::Rename),
        odd_value().prop_map(Change::Set),
        (key, odd_value()).prop_map(|(key, value)| Change::Add(key, value)),
    ]
}

/// Values of every kind, right in some place and wrong in others. Dates are those of the calendar: a
/// pattern cannot see more.
fn odd_value() -> impl Strategy<Value = Value> {
    let hash = "0123456789abcdef".repeat(4);
    let texts = [
        "",
        " ",
        "a",
        "A",
        "a-b",
        "-a",
        "unknown",
        "Unknown",
        "no",
        "NO",
        "No",
        "SE",
        "se",
        "US-IL",
        "US-NY-NYC",
        "US-I",
        "USA",
        "XX",
        "XX-AA",
        "true",
        "2026-02-28",
        "2026-2-8",
        "01/02/2026",
        "2026-13-01",
        "90",
        "90 days",
        "1 day",
        "0 days",
        "0 weeks",
        "P",
        "P1D",
        "P1Y6M",
        "P1D1Y",
        "P10000Y",
        "9999 years",
        "10000 years",
        "99999 days",
        "-5 days",
        "unlimited",
        "unspecified",
        "pilot",
        "other",
        "none",
        "employer",
        "12",
        "1.5",
        &hash,
        &hash.to_uppercase(),
        &"a".repeat(64),
        &"a".repeat(65),
    ];
    let mut values: Vec<Value> = texts.into_iter().map(Value::from).collect();
    values.extend([
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1),
        json!(100),
        json!(101),
        json!(1.0),
        json!(12.5),
        json!(-0.5),
        json!(100.5),
        json!(1e20),
        json!([]),
        json!({}),
        json!(["unknown"]),
        json!([null]),
        json!(["a"]),
        json!([["a"]]),
        json!([{}]),
        json!([{"id": "b"}]),
        json!(["NO"]),
        json!([false]),
        json!({"id": "b"}),
        json!({"file": "a"}),
        json!({"file": "a", "url": "b"}),
        json!({"file": 1}),
        json!({"file": "a", "sha256": hash}),
        json!({"file": "unknown", "sha256": "unknown"}),
        json!({"archive": "a", "date": "unknown"}),
        json!({"url": "a", "x-y": 1}),
        json!({"file": "a", "date": null}),
        json!({"file": null}),
        json!({"fil": "a"}),
        json!({"x-a": {"b": null}}),
    ]);
    prop::sample::select(values)
}

/// A manifest with every key that the schema has.
fn full_manifest() -> Value {
    fn sample(schema: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.trim_start_matches("#/$defs/");
            return match name {
                "text" => json!("some text"),
                "id" => json!("a"),
                "flag" => json!(true),
                "count" => json!(3),
                "percent" => json!(12.5),
                "date" => json!("2026-12-01"),
                "duration" => json!("90 days"),
                "country" => json!("NO"),
                "evidence" => json!({"file": "a.pdf", "date": "2026-01-01"}),
                name => SCHEMA["$defs"][name]["enum"][0].clone(),
            };
        }
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(items) = schema.get("items") {
            return json!([sample(items)]);
        }
        let properties = schema["properties"].as_object().unwrap();
        properties
            .iter()
            .map(|(key, schema)| (key.clone(), sample(schema)))
            .collect()
    }
    sample(&SCHEMA)
}

#[test]
fn the_full_manifest_is_right_and_has_every_field() {
    let manifest = full_manifest();
    assert!(VALIDATOR.is_valid(&manifest));
    let text = manifest.to_string();
    let read = documents(&text);
    let walked = Manifest::read(&read[0], &SHAPE, &VOCABULARIES, true);
    assert_eq!(walked.problems, []);
    let mut places = Vec::new();
    pointers(&manifest, String::new(), &mut places);
    for path in SHAPE.paths() {
        let pointer = format!("/{}", path.replace("[].", "/0/").replace('.', "/"));
        assert!(places.contains(&pointer), "{path}");
    }
}

/// JSON pointers to everything below a value.
fn pointers(value: &Value, at: String, out: &mut Vec<String>) {
    let mut below = |name: String, child: &Value| {
        let here = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        out.push(here.clone());
        pointers(child, here, out);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, child)| below(key.clone(), child)),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(i, child)| below(i.to_string(), child)),
        _ => {}
    }
}

fn apply(manifest: &mut Value, place: &Index, change: &Change) {
    let mut places = Vec::new();
    pointers(manifest, String::new(), &mut places);
    if places.is_empty() {
        return;
    }
    let pointer = place.get(&places);
    let (above, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/").replace("~0", "~");
    if let Change::Set(value) = change {
        *manifest.pointer_mut(pointer).unwrap() = value.clone();
        return;
    }
    match manifest.pointer_mut(above).unwrap() {
        Value::Object(map) => match change {
            Change::Rename(key) => {
                let value = map.shift_remove(&name).unwrap();
                map.insert(key.clone(), value);
            }
            Change::Add(key, value) => {
                map.insert(key.clone(), value.clone());
            }
            _ => {
                map.shift_remove(&name);
            }
        },
        Value::Array(list) => match change {
            Change::Add(_, value) => list.push(value.clone()),
            _ => {
                list.remove(name.parse().unwrap());
            }
        },
        _ => {}
    }
}
