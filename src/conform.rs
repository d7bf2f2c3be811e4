//! A document against a JSON Schema: for files that are not manifests.

use std::sync::Arc;

use jsonschema::JsonType;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::LocationSegment;

use crate::finding::Mistake;
use crate::source::SourceFile;
use crate::text::{Localized, nearest, shown};
use crate::yaml::{Document, NodeId};

/// Where a document does not conform to a schema, each at its place. `name` is what `tillit schema` calls the
/// schema. The validator first says yes or no, and is asked for reasons only after a no.
pub fn mistakes(source: &Arc<SourceFile>, document: &Document<'_>, schema: &str, name: &str) -> Vec<Mistake> {
    let Some(root) = document.root() else { return Vec::new() };
    let instance = document.to_json(root);
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap_or_default();
    let Ok(validator) = jsonschema::validator_for(&schema) else {
        return Vec::new();
    };
    if validator.is_valid(&instance) {
        return Vec::new();
    }
    let prints = format!("`tillit schema {name}` prints what belongs here.");
    let skriver = format!("`tillit schema {name}` skriver ut hva som skal stå her.");
    let mut mistakes = Vec::new();
    for error in validator.iter_errors(&instance) {
        let mut node = root;
        let mut key = None;
        let path: Vec<String> = error
            .instance_path()
            .into_iter()
            .map(|segment| match segment {
                LocationSegment::Property(name) => name.into_owned(),
                LocationSegment::Index(index) => index.to_string(),
            })
            .collect();
        for part in &path {
            if let Some((k, v)) = document.entry(node, part) {
                (key, node) = (Some(k), v);
            } else if let Some(item) = part.parse().ok().and_then(|i| document.children(node).nth(i)) {
                (key, node) = (Some(item), item);
            }
        }
        let place = key.unwrap_or(root);
        let mut add = |node: NodeId, en: String, nb: String, help_en: String, help_nb: String| {
            mistakes.push(Mistake {
                source: Arc::clone(source),
                span: document.span(node),
                message: Localized { en, nb },
                help: Localized {
                    en: help_en,
                    nb: help_nb,
                },
            });
        };
        let value = shown(document.text(node).unwrap_or_default());
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let known = known_keys(&schema, &path);
                for name in unexpected {
                    let at = document.entry(node, name).map_or(place, |(k, _)| k);
                    let known: Vec<&str> = known.iter().map(String::as_str).collect();
                    let (help_en, help_nb) = match nearest(name, known.iter().copied()) {
                        Some(near) => (format!("Did you mean `{near}`?"), format!("Mente du `{near}`?")),
                        None => (
                            format!("Known: {}.", known.join(", ")),
                            format!("Kjente: {}.", known.join(", ")),
                        ),
                    };
                    let name = shown(name);
                    add(
                        at,
                        format!("unknown key `{name}`"),
                        format!("ukjent nøkkel `{name}`"),
                        help_en,
                        help_nb,
                    );
                }
            }
            ValidationErrorKind::Enum { options } => {
                let options: Vec<&str> = options
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|o| o.as_str())
                    .collect();
                let list = options.join(", ");
                let (help_en, help_nb) = match nearest(&value, options.iter().copied()) {
                    Some(near) => (format!("Did you mean `{near}`?"), format!("Mente du `{near}`?")),
                    None => (format!("Write one of {list}."), format!("Skriv en av {list}.")),
                };
                add(
                    node,
                    format!("`{value}` is none of {list}"),
                    format!("`{value}` er ingen av {list}"),
                    help_en,
                    help_nb,
                );
            }
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                add(
                    place,
                    format!("`{name}` is missing"),
                    format!("`{name}` mangler"),
                    format!("Add `{name}`."),
                    format!("Legg til `{name}`."),
                );
            }
            ValidationErrorKind::Type { kind } => {
                let (en, nb) = wanted(kind);
                add(
                    node,
                    format!("expected {en}"),
                    format!("her skal det stå {nb}"),
                    prints.clone(),
                    skriver.clone(),
                );
            }
            _ => {
                let what = error.to_string();
                let what = shown(&what);
                add(
                    place,
                    format!("this does not fit here: {what}"),
                    format!("dette passer ikke her: {what}"),
                    prints.clone(),
                    skriver.clone(),
                );
            }
        }
    }
    mistakes.sort_by_key(|m| m.span);
    mistakes.dedup_by_key(|m| m.span);
    mistakes
}

/// What belongs in a place, in both languages.
fn wanted(kind: &TypeKind) -> (&'static str, &'static str) {
    match kind {
        TypeKind::Single(JsonType::Boolean) => ("`true` or `false`", "`true` eller `false`"),
        TypeKind::Single(JsonType::Array) => ("a list, as `[one, two]`", "en liste, som `[en, to]`"),
        TypeKind::Single(JsonType::Object) => (
            "keys and values, as `key: value`",
            "nøkler og verdier, som `nøkkel: verdi`",
        ),
        _ => ("a text", "en tekst"),
    }
}

/// The keys that the schema knows at a path.
fn known_keys(schema: &serde_json::Value, path: &[String]) -> Vec<String> {
    let mut here = schema;
    for part in path {
        here = here["properties"].get(part).unwrap_or(&here["additionalProperties"]);
    }
    here["properties"]
        .as_object()
        .map_or_else(Vec::new, |o| o.keys().cloned().collect())
}
