//! `tillit.yaml`: what an organisation decides about its check. A manifest has no say in it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::conform;
use crate::finding::{Mistake, Severity};
use crate::source::{SourceFile, Span};
use crate::text::{Lang, Localized, both};
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
    /// File with those who may sign agreements.
    pub allowed_signers: Option<(String, Span)>,
    /// File with keys that count no more.
    pub revoked_signers: Option<(String, Span)>,
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
            mistakes = conform::mistakes(source, &document, CONFIG_SCHEMA, "config");
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
                "allowed-signers" => config.allowed_signers = Some((text(value), document.span(value))),
                "revoked-signers" => config.revoked_signers = Some((text(value), document.span(value))),
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
