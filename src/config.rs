//! `tillit.yaml`: what an organisation decides about its check. A manifest has no say in it.

use std::collections::HashMap;
use std::sync::Arc;

use jsonschema::JsonType;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::LocationSegment;

use crate::finding::{Mistake, Severity};
use crate::source::{SourceFile, Span};
use crate::text::{Lang, Localized, both, nearest, shown};
use crate::vocabulary::OwnTerm;
use crate::yaml::{Document, Documents, Limits, NodeId};

/// Name of the configuration file.
pub const NAME: &str = "tillit.yaml";

/// The schema of the configuration, as it lies in the repository.
pub const CONFIG_SCHEMA: &str = include_str!("../schemas/config.v1.schema.json");

/// What the configuration says of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Not run.
    Off,
    /// Run with this severity.
    At(Severity),
}

/// The lowest severity that makes the exit code 1; `None` for never.
pub type FailOn = Option<Severity>;

/// A configuration that fits its schema. Names in it are checked when the rules are loaded.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file, if there is one.
    pub source: Option<Arc<SourceFile>>,
    /// Language of findings.
    pub language: Option<Lang>,
    /// When to fail, and where that stands.
    pub fail_on: Option<(FailOn, Span)>,
    /// Packs switched on or off.
    pub packs: Vec<(String, bool, Span)>,
    /// Levels of rules.
    pub levels: Vec<(String, Level, Span)>,
    /// Values of parameters, by rule and name.
    pub params: HashMap<String, Vec<Param>>,
    /// Where the rules stand whose parameters are set.
    pub param_rules: Vec<(String, Span)>,
    /// Patterns of paths that are not checked.
    pub exclude: Vec<(String, Span)>,
    /// Folders with own rules.
    pub rules: Vec<(String, Span)>,
    /// Own terms.
    pub terms: Vec<(OwnTerm, Span)>,
}

/// A value for a parameter of a rule.
#[derive(Clone, Debug)]
pub struct Param {
    /// Name of the parameter.
    pub name: String,
    /// Where the name stands.
    pub name_at: Span,
    /// The value.
    pub value: String,
    /// Where the value stands.
    pub value_at: Span,
}

/// The value of `fail-on` with this name.
pub fn fail_on(name: &str) -> Option<FailOn> {
    if name == "never" {
        Some(None)
    } else {
        Severity::from_name(name).map(Some)
    }
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// Every mistake in its YAML and against its schema.
    pub fn parse(source: &Arc<SourceFile>) -> Result<Config, Vec<Mistake>> {
        let mut documents = Documents::new(source.text(), Limits::default(), false);
        let Some(document) = documents.next() else {
            return Ok(Config {
                source: Some(Arc::clone(source)),
                ..Config::default()
            });
        };
        let mut mistakes = Vec::new();
        for problem in &document.problems {
            let (en, help_en) = problem.describe(Lang::En);
            let (nb, help_nb) = problem.describe(Lang::Nb);
            mistakes.push(Mistake {
                source: Arc::clone(source),
                span: problem.span,
                message: Localized { en, nb },
                help: Localized {
                    en: help_en,
                    nb: help_nb,
                },
            });
        }
        if mistakes.is_empty() {
            mistakes = check_schema(source, &document);
        }
        if let Some(second) = documents.next() {
            mistakes.push(Mistake {
                source: Arc::clone(source),
                span: second.root().map_or(Span::default(), |root| second.span(root)),
                message: both(
                    "a second document, behind `---`, would not be read",
                    "et dokument til, etter `---`, ville ikke blitt lest",
                ),
                help: both("Put everything into one document.", "Samle alt i ett dokument."),
            });
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(Config::read(source, &document))
    }

    fn read(source: &Arc<SourceFile>, document: &Document<'_>) -> Config {
        let mut config = Config {
            source: Some(Arc::clone(source)),
            ..Config::default()
        };
        let Some(root) = document.root() else { return config };
        let text = |node: NodeId| document.text(node).unwrap_or_default().to_owned();
        for (key, value) in document.entries(root) {
            let entries = || document.entries(value).map(|(k, v)| (text(k), v, document.span(k)));
            let items = || document.children(value).map(|n| (text(n), document.span(n)));
            match text(key).as_str() {
                "language" => config.language = Some(Lang::from_locale(&text(value))),
                "fail-on" => config.fail_on = fail_on(&text(value)).map(|level| (level, document.span(key))),
                "packs" => config.packs = entries().map(|(name, v, at)| (name, text(v) == "true", at)).collect(),
                "levels" => {
                    config.levels = entries()
                        .map(|(name, v, at)| (name, Severity::from_name(&text(v)).map_or(Level::Off, Level::At), at))
                        .collect();
                }
                "params" => {
                    for (rule, body, at) in entries() {
                        let values = document.entries(body).map(|(k, v)| Param {
                            name: text(k),
                            name_at: document.span(k),
                            value: text(v),
                            value_at: document.span(v),
                        });
                        config.params.insert(rule.clone(), values.collect());
                        config.param_rules.push((rule, at));
                    }
                }
                "exclude" => config.exclude = items().collect(),
                "rules" => config.rules = items().collect(),
                "vocabulary" => {
                    for (vocabulary, body, _) in entries() {
                        for (id, term) in document.entries(body) {
                            let get = |key: &str| document.get(term, key).map(text).unwrap_or_default();
                            let tags = document.get(term, "tags");
                            let own = OwnTerm {
                                vocabulary: vocabulary.clone(),
                                id: text(id),
                                is_a: get("is_a"),
                                label: Localized {
                                    en: get("en"),
                                    nb: get("nb"),
                                },
                                tags: tags.map_or_else(Vec::new, |n| document.children(n).map(text).collect()),
                            };
                            config.terms.push((own, document.span(id)));
                        }
                    }
                }
                _ => {}
            }
        }
        config
    }
}

/// Errors against the schema, each at its place. The validator first says yes or no, and is asked
/// for reasons only after a no.
fn check_schema(source: &Arc<SourceFile>, document: &Document<'_>) -> Vec<Mistake> {
    let Some(root) = document.root() else { return Vec::new() };
    let instance = document.to_json(root);
    let schema = serde_json::from_str(CONFIG_SCHEMA).unwrap_or_default();
    let Ok(validator) = jsonschema::validator_for(&schema) else {
        return Vec::new();
    };
    if validator.is_valid(&instance) {
        return Vec::new();
    }
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
                    "`tillit schema config` prints what belongs here.".to_owned(),
                    "`tillit schema config` skriver ut hva som skal stå her.".to_owned(),
                );
            }
            _ => {
                let what = error.to_string();
                let what = shown(&what);
                add(
                    place,
                    format!("this does not fit here: {what}"),
                    format!("dette passer ikke her: {what}"),
                    "`tillit schema config` prints what belongs here.".to_owned(),
                    "`tillit schema config` skriver ut hva som skal stå her.".to_owned(),
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
