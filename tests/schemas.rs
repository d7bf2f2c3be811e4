//! The schema files: generated parts fresh, and valid against their meta-schema.
//!
//! `TILLIT_BLESS=1 cargo test --test schemas` writes what is stale.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

mod fresh;

use serde_json::{Map, Value, json};
use tillit::builtin;
use tillit::shape::Shape;
use tillit::vocabulary::{COUNTRIES, Vocabularies};

const MANIFEST: &str = "schemas/manifest.v1.schema.json";
const EDITORS: &str = "schemas/manifest.v1.draft-07.schema.json";
const ALL: [&str; 9] = [
    MANIFEST,
    EDITORS,
    "schemas/rule.v1.schema.json",
    "schemas/config.v1.schema.json",
    "schemas/report.v1.schema.json",
    "schemas/agreement.v1.schema.json",
    "schemas/verify.v1.schema.json",
    "schemas/diff.v1.schema.json",
    "schemas/due.v1.schema.json",
];

fn read(path: &str) -> Value {
    serde_json::from_str(&fresh::read(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn pretty(value: &Value) -> String {
    format!("{}\n", serde_json::to_string_pretty(value).unwrap())
}

/// The terms of every vocabulary, and the pattern of countries, written into the schema.
fn with_vocabularies(mut schema: Value) -> Value {
    let vocabularies = Vocabularies::builtin();
    for vocabulary in vocabularies.iter().filter(|v| v.name != COUNTRIES) {
        let mut terms: Vec<&str> = vocabulary.ids().collect();
        terms.push("unknown");
        schema["$defs"][&vocabulary.name] = json!({ "enum": terms });
    }
    let countries = vocabularies.iter().find(|v| v.name == COUNTRIES).unwrap();
    let codes: Vec<&str> = countries.ids().collect();
    schema["$defs"]["country"]["pattern"] =
        json!(format!("^({})(-[A-Z]{{2}}(-[A-Z]{{3}})?)?$|^unknown$", codes.join("|")));
    schema
}

/// What each term means, for an editor to show at completion.
fn term_descriptions() -> Map<String, Value> {
    let mut out = Map::new();
    let document = builtin::file("rules/vocabulary.yaml").parsed(false);
    for (name, body) in document.entries(document.root().unwrap()) {
        let terms = document.get(body, "terms").unwrap();
        let mut descriptions: Vec<String> = document
            .entries(terms)
            .map(|(_, term)| {
                let text = |node, key: &str| document.text(document.get(node, key).unwrap()).unwrap().to_owned();
                let about = document.get(term, "about").unwrap();
                format!(
                    "{}: {}\n\nNorsk: {}. {}",
                    text(term, "en"),
                    text(about, "en"),
                    text(term, "nb"),
                    text(about, "nb")
                )
            })
            .collect();
        descriptions.push("Not answered yet.\n\nNorsk: ikke besvart ennå.".to_owned());
        out.insert(document.text(name).unwrap().to_owned(), json!(descriptions));
    }
    out
}

/// The same schema in draft-07, where `$ref` stands alone, with descriptions for editors.
fn for_editors(schema: &Value, descriptions: &Map<String, Value>) -> Value {
    fn convert(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let mut out = Map::new();
                for (key, value) in map {
                    match (key.as_str(), value) {
                        ("$ref", Value::String(r)) => {
                            let r = json!({ "$ref": r.replace("#/$defs/", "#/definitions/") });
                            if map.len() == 1 {
                                return r;
                            }
                            out.insert("allOf".into(), json!([r]));
                        }
                        ("$defs", defs) => {
                            out.insert("definitions".into(), convert(defs));
                        }
                        ("x-tillit-nb", _) => {}
                        ("description", Value::String(text)) => {
                            let nb = map.get("x-tillit-nb").and_then(Value::as_str).filter(|t| !t.is_empty());
                            let text = nb.map_or(text.clone(), |nb| format!("{text}\n\nNorsk: {nb}"));
                            out.insert("description".into(), json!(text));
                        }
                        (_, value) => {
                            out.insert(key.clone(), convert(value));
                        }
                    }
                }
                Value::Object(out)
            }
            Value::Array(items) => Value::Array(items.iter().map(convert).collect()),
            other => other.clone(),
        }
    }
    let mut out = convert(schema);
    out["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    for (name, texts) in descriptions {
        out["definitions"][name]["markdownEnumDescriptions"] = texts.clone();
    }
    out
}

#[test]
fn generated_parts_are_fresh() {
    let manifest = with_vocabularies(read(MANIFEST));
    fresh::check(MANIFEST, &pretty(&manifest));
    let mut editors = for_editors(&manifest, &term_descriptions());
    editors["$id"] = json!(fresh::address(EDITORS));
    fresh::check(EDITORS, &pretty(&editors));
}

/// Addresses are derived from `repository` in Cargo.toml.
#[test]
fn ids_follow_the_repository() {
    for path in ALL {
        let mut schema = read(path);
        schema["$id"] = json!(fresh::address(path));
        fresh::check(path, &pretty(&schema));
    }
}

#[test]
fn every_schema_is_valid_against_its_meta_schema() {
    for path in ALL {
        let schema = read(path);
        assert!(
            jsonschema::meta::is_valid(&schema),
            "{path}: {:?}",
            jsonschema::meta::validate(&schema).err().map(|e| e.to_string())
        );
    }
}

#[test]
fn every_field_is_described_in_both_languages() {
    fn walk(path: &str, value: &Value, missing: &mut Vec<String>) {
        for (key, child) in value["properties"].as_object().into_iter().flatten() {
            let here = format!("{path}.{key}");
            let has = |k: &str| child[k].as_str().is_some_and(|t| !t.trim().is_empty());
            if key != "tillit" && !(has("description") && has("x-tillit-nb")) {
                missing.push(here.clone());
            }
            walk(&here, child, missing);
            walk(&format!("{here}[]"), &child["items"], missing);
        }
    }
    let mut missing = Vec::new();
    walk("$", &read(MANIFEST), &mut missing);
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_material_field_says_what_widens_and_has_a_name_in_both_languages() {
    fn walk(path: &str, value: &Value, material: &mut usize) {
        for (key, child) in value["properties"].as_object().into_iter().flatten() {
            let here = format!("{path}.{key}");
            let expected = child["x-tillit-material"] == json!(true);
            assert_eq!(child["x-tillit-widens"].is_string(), expected, "{here}");
            for lang in ["en", "nb"] {
                let name = child["x-tillit-name"][lang].as_str();
                assert_eq!(name.is_some_and(|n| !n.trim().is_empty()), expected, "{here}");
                assert!(!name.is_some_and(|n| n.ends_with(['.', ',', ':', ';'])), "{here}");
            }
            *material += usize::from(expected);
            walk(&here, child, material);
            walk(&format!("{here}[]"), &child["items"], material);
        }
    }
    let mut material = 0;
    walk("$", &read(MANIFEST), &mut material);
    let shape = Shape::builtin(&Vocabularies::builtin()).unwrap();
    let fields = shape.scopes.iter().flat_map(|s| &s.fields);
    assert_eq!(fields.filter(|f| f.material.is_some()).count(), material);
    assert!(material > 80, "{material}");
}

#[test]
fn every_rule_fits_the_schema_of_rules() {
    let schema = read("schemas/rule.v1.schema.json");
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut count = 0;
    for rule in builtin::rules() {
        let (name, document) = (rule.name, rule.parsed(false));
        let value = document.to_json(document.root().unwrap());
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        count += 1;
    }
    assert!(count > 100, "{count} rules");
}
