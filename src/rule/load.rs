//! Rule files from YAML, with every mistake at its place.

mod bases;
mod texts;

use std::sync::{Arc, OnceLock};

use super::compile::{Compiler, Milder, Names, Param, Setting};
use super::file::localized;
use super::template::{Piece, Template, cut};
use super::{Check, OWN, Pack, Rule, Source, Variant, is_over_all};
use crate::finding::{Mistake, Severity};
use crate::shape::{Kind, ScopeId};
use crate::source::{SourceFile, Span};
use crate::text::{Lang, Localized, both, nearest, shown};
use crate::value::Length;
use crate::yaml::{Document, Documents, Limits, NodeId};

/// Keys of a rule that decide what it finds, in their order.
const DECIDING: [&str; 16] = [
    "id",
    "category",
    "severity",
    "severity_when",
    "waivable",
    "bases",
    "background",
    "covers",
    "params",
    "computed",
    "given",
    "when",
    "require",
    "forbid",
    "at",
    "see",
];

/// Keys of a rule that explain, behind the others.
pub const EXPLAINING: [&str; 6] = ["title", "message", "help", "rationale", "limits", "examples"];

/// What a rule file is loaded against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What names mean.
    pub names: Names<'a>,
    /// The packs.
    pub packs: &'a [Pack],
    /// The sources.
    pub sources: &'a [Source],
}

/// How much of a rule file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The deciding part, as at a run of the rules that come with the program.
    Head,
    /// All of it, and everything is checked.
    Whole,
}

/// Loads a rule from its document. `set` gives the configuration's values for parameters.
///
/// # Errors
/// Every mistake in the file.
pub fn load(
    source: &Arc<SourceFile>,
    document: &Document<'_>,
    context: Context<'_>,
    extent: Extent,
    own: bool,
    set: &dyn Fn(&str) -> Option<Setting>,
) -> Result<Rule, Vec<Mistake>> {
    let whole = extent == Extent::Whole;
    let root = document.root().unwrap_or(NodeId(0));
    let params = read_params(document, root, set);
    let compiler = Compiler::new(context.names, document, source, &params);
    let mut loader = Loader {
        context,
        document,
        root,
        compiler,
        whole,
    };
    let rule = loader.rule(source, own);
    if loader.compiler.mistakes.is_empty() {
        Ok(rule)
    } else {
        Err(loader.compiler.mistakes)
    }
}

fn read_params(document: &Document<'_>, root: NodeId, set: &dyn Fn(&str) -> Option<Setting>) -> Vec<Param> {
    let Some(node) = document.get(root, "params") else {
        return Vec::new();
    };
    document
        .entries(node)
        .map(|(name, body)| {
            let name = document.text(name).unwrap_or_default().to_owned();
            let default = document
                .get(body, "default")
                .and_then(|n| document.text(n))
                .unwrap_or_default();
            Param {
                set: set(&name),
                default: default.to_owned(),
                milder: document
                    .get(body, "milder")
                    .and_then(|n| Milder::from_name(document.text(n)?)),
                label: localized(document, body),
                name,
            }
        })
        .collect()
}

struct Loader<'a> {
    context: Context<'a>,
    document: &'a Document<'a>,
    root: NodeId,
    compiler: Compiler<'a>,
    /// The explaining part is read and everything is checked.
    whole: bool,
}

impl<'a> Loader<'a> {
    fn get(&self, key: &str) -> Option<NodeId> {
        self.document.get(self.root, key)
    }

    fn text(&self, node: NodeId) -> &'a str {
        self.document.text(node).unwrap_or_default()
    }

    fn wrong(&mut self, node: NodeId, message: Localized, help: Localized) {
        let span = self.document.span(node);
        self.compiler.mistake(span, message, help);
    }

    fn unknown<'n>(&mut self, node: NodeId, what: (&str, &str), known: impl IntoIterator<Item = &'n str>) {
        let name = self.text(node);
        let known: Vec<&str> = known.into_iter().collect();
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => both(format!("Did you mean `{near}`?"), format!("Mente du `{near}`?")),
            None => both(
                format!("Known: {}.", known.join(", ")),
                format!("Kjente: {}.", known.join(", ")),
            ),
        };
        let name = shown(name);
        self.wrong(
            node,
            both(
                format!("unknown {} `{name}`", what.0),
                format!("ukjent {} `{name}`", what.1),
            ),
            help,
        );
    }

    /// Notes the keys that are not there, and those that no rule has.
    fn required(&mut self, own: bool) {
        let whole = self.whole;
        // What the program computes has no bases where it is about the form of a manifest; it, and
        // what shows only over several manifests, has tests of its own instead of examples.
        let computed = self.get("computed").is_some();
        let given = self.get("given").map_or("$", |n| self.text(n));
        let elsewhere = computed || is_over_all(given);
        // An organisation says for itself how much it explains.
        let brief = |key: &&str| own && ["category", "severity", "bases", "title", "rationale"].contains(key);
        let head = ["id", "category", "severity"].into_iter();
        let head = head.chain((!computed).then_some("bases")).filter(|key| !brief(key));
        let tail = ["title", "message", "help", "rationale"]
            .into_iter()
            .filter(|key| !brief(key));
        let tail = tail.chain((!elsewhere).then_some("examples")).filter(|_| whole);
        let missing: Vec<String> = head
            .chain(tail)
            .filter(|key| self.get(key).is_none())
            .map(|key| format!("`{key}`"))
            .collect();
        if !missing.is_empty() {
            let first = self.document.children(self.root).next().unwrap_or(self.root);
            let keys = missing.join(", ");
            self.wrong(
                first,
                both(
                    format!("not in this rule: {keys}"),
                    format!("ikke i denne regelen: {keys}"),
                ),
                both(
                    "Add them; docs/rule-language.md shows a whole rule.",
                    "Legg dem til. docs/rule-language.md viser en hel regel.",
                ),
            );
        }
        self.keys(self.root, &[DECIDING.as_slice(), EXPLAINING.as_slice()].concat());
        let params = self.get("params").into_iter().flat_map(|n| self.document.entries(n));
        let directions: Vec<NodeId> = params
            .filter_map(|(_, body)| self.document.get(body, "milder"))
            .collect();
        for node in directions {
            if Milder::from_name(self.text(node)).is_none() {
                self.unknown(node, ("word", "ord"), Milder::NAMES);
            }
        }
        if let Some(examples) = self.get("examples") {
            self.keys(examples, &["bad", "good"]);
        }
    }

    /// Notes keys of a mapping that are not known there.
    fn keys(&mut self, map: NodeId, known: &[&str]) {
        for (key, _) in self.document.entries(map) {
            if !known.contains(&self.text(key)) {
                self.unknown(key, ("key", "nøkkel"), known.iter().copied());
            }
        }
    }

    fn severity(&mut self, node: NodeId) -> Severity {
        let name = self.text(node);
        Severity::from_name(name).unwrap_or_else(|| {
            self.unknown(node, ("severity", "alvorlighet"), Severity::ALL.map(Severity::name));
            Severity::Error
        })
    }

    fn rule(&mut self, source: &Arc<SourceFile>, own: bool) -> Rule {
        let whole = self.whole;
        let document = self.document;
        self.required(own);
        let id_node = self.get("id");
        let id = id_node.map(|n| self.text(n)).unwrap_or_default();
        let kebab = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if let Some(node) = id_node {
            let file = source.name().rsplit('/').next().unwrap_or_default();
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
            if id.is_empty() || !id.bytes().all(kebab) || stem != id {
                self.wrong(
                    node,
                    both(
                        "the id is kebab-case and the same as the file's name",
                        "id-en skrives med små bokstaver og bindestrek og er lik filnavnet",
                    ),
                    both(
                        format!("Name the file `{id}.yaml`, or the rule `{stem}`."),
                        format!("Gi filen navnet `{id}.yaml`, eller regelen navnet `{stem}`."),
                    ),
                );
            }
        }
        let severity = self.get("severity").map_or(Severity::Warning, |n| self.severity(n));
        let waivable = self.get("waivable").is_none_or(|n| self.text(n) != "false");
        let mut bases = self.bases("bases", true);
        if own && bases.is_empty() {
            bases.extend(self.own_basis());
        }
        let background = self.bases("background", false);
        let covers = self.get("covers").map_or_else(Vec::new, |list| {
            document
                .children(list)
                .map(|n| (Arc::from(self.text(n)), document.span(n)))
                .collect()
        });
        let params = self.compiler_params();
        let given = self.get("given").map_or("$", |n| self.text(n)).to_owned();
        let variants = self.variants(&given);
        let basis_if = if variants.is_empty() {
            self.basis_if()
        } else {
            Vec::new()
        };
        let rule = Rule {
            id: id.into(),
            category: self.get("category").map_or(OWN, |n| self.text(n)).into(),
            severity,
            waivable,
            bases,
            background,
            covers,
            params,
            variants,
            basis_if,
            given,
            source: Arc::clone(source),
            id_span: id_node.map_or(Span::default(), |n| document.span(n)),
            builtin: !whole,
            tail: OnceLock::new(),
        };
        if whole {
            self.check_texts(own);
            for variant in &rule.variants {
                let _ = variant.message.set(self.templates(variant.given));
            }
        }
        rule
    }

    fn compiler_params(&self) -> Vec<Param> {
        self.compiler.params().to_vec()
    }

    fn variants(&mut self, given: &str) -> Vec<Variant> {
        let document = self.document;
        let checks: Vec<(&str, NodeId)> = ["require", "forbid"]
            .into_iter()
            .filter_map(|key| Some((key, self.get(key)?)))
            .collect();
        for node in [self.get("when"), self.get("require"), self.get("forbid")] {
            node.into_iter().for_each(|node| self.compiler.nothing_empty(node));
        }
        if self.get("computed").is_some() {
            return Vec::new();
        }
        let [(key, check)] = checks[..] else {
            let second = checks.get(1).and_then(|(key, _)| document.entry(self.root, key));
            let first = document.children(self.root).next().unwrap_or(self.root);
            let node = second.map_or(first, |(key, _)| key);
            self.wrong(
                node,
                both(
                    "a rule has exactly one of `require` and `forbid`",
                    "en regel har nøyaktig én av `require` og `forbid`",
                ),
                both(
                    "Say what must hold, or what must not.",
                    "Si hva som må gjelde, eller hva som ikke må gjelde.",
                ),
            );
            return Vec::new();
        };
        let lists = self.given(given);
        let scopes: Vec<ScopeId> = lists.iter().filter_map(|(_, scope)| *scope).collect();
        let mut variants = Vec::new();
        for (given, scope) in lists {
            let others = scopes.iter().copied().filter(|s| Some(*s) != scope).collect();
            self.compiler.examine(scope.unwrap_or(0), others);
            let when = self.get("when").map(|n| self.compiler.condition(n));
            let condition = self.compiler.condition(check);
            let check = if key == "require" {
                Check::Require(condition)
            } else {
                Check::Forbid(condition)
            };
            let severity_when = self.severity_when();
            let basis_if = self.basis_if();
            let at = self
                .get("at")
                .and_then(|n| self.compiler.place(self.text(n), self.document.span(n)));
            let see = self.get("see").map_or_else(Vec::new, |n| {
                document
                    .children(n)
                    .filter_map(|c| self.compiler.place(self.text(c), document.span(c)))
                    .collect()
            });
            variants.push(Variant {
                given,
                when,
                check,
                severity_when,
                basis_if,
                at,
                see,
                message: OnceLock::new(),
            });
        }
        variants
    }

    /// The lists that `given` names, with the scope of their items; the manifest has none.
    fn given(&mut self, given: &str) -> Vec<(Option<super::FieldRef>, Option<ScopeId>)> {
        if given == "$" {
            return vec![(None, None)];
        }
        let node = self.get("given").unwrap_or(self.root);
        let span = self.document.span(node);
        let Some(list) = given.strip_suffix("[]") else {
            self.wrong(
                node,
                both(
                    "`given` is `$` or a list with `[]` behind it",
                    "`given` er `$` eller en liste med `[]` bak",
                ),
                both(
                    "Write for instance `data.inputs[]`.",
                    "Skriv for eksempel `data.inputs[]`.",
                ),
            );
            return Vec::new();
        };
        let mut lists = Vec::new();
        self.compiler.examine(0, Vec::new());
        for at in self.compiler.places(list, span) {
            match self.compiler.kind(at) {
                Kind::Items(scope) => lists.push((Some(at), Some(scope))),
                _ => self.wrong(
                    node,
                    both(
                        format!("`{list}` is not a list of entries"),
                        format!("`{list}` er ikke en liste med oppføringer"),
                    ),
                    both(
                        "`given` examines the entries of a list, or `$`.",
                        "`given` undersøker oppføringene i en liste, eller `$`.",
                    ),
                ),
            }
        }
        lists
    }

    fn severity_when(&mut self) -> Vec<(super::Condition, Severity)> {
        let document = self.document;
        let Some(list) = self.get("severity_when") else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for node in document.children(list) {
            self.keys(node, &["if", "severity"]);
            match (document.get(node, "if"), document.get(node, "severity")) {
                (Some(condition), Some(severity)) => {
                    self.compiler.nothing_empty(condition);
                    out.push((self.compiler.condition(condition), self.severity(severity)));
                }
                _ => self.wrong(
                    node,
                    both("`if` and `severity` belong together", "`if` og `severity` hører sammen"),
                    both("Write both.", "Skriv begge."),
                ),
            }
        }
        out
    }

    /// The message in both languages, with its placeholders resolved for one list of `given`.
    fn templates(&mut self, given: Option<super::FieldRef>) -> [Template; 2] {
        let scope = given.and_then(|at| match self.compiler.kind(at) {
            Kind::Items(scope) => Some(scope),
            _ => None,
        });
        let lists = self.get("given").map_or("$", |n| self.text(n)).to_owned();
        let others = self
            .given(&lists)
            .into_iter()
            .filter_map(|(_, s)| s)
            .filter(|s| Some(*s) != scope)
            .collect();
        self.compiler.examine(scope.unwrap_or(0), others);
        let document = self.document;
        let node = self.get("message");
        [Lang::En, Lang::Nb].map(|lang| {
            let one = node.filter(|n| document.text(*n).is_some());
            let Some(text) = one.or_else(|| document.get(node?, lang.tag())) else {
                return Vec::new();
            };
            let span = document.span(text);
            let message = self.text(text).to_owned();
            cut(&message)
                .into_iter()
                .map(|part| match part {
                    Ok(text) => Piece::Text(text.to_owned()),
                    Err("$missing") => Piece::Missing,
                    Err(path) => match path.strip_prefix("$params.") {
                        Some(name) => match self.compiler.params().iter().find(|p| p.name == name) {
                            Some(param) => Piece::Text(match Length::parse(param.value()) {
                                Ok(length) => length.shown(lang),
                                Err(_) => param.value().to_owned(),
                            }),
                            None => {
                                self.compiler.unknown_param(span, name);
                                Piece::Nothing
                            }
                        },
                        None => self.compiler.place(path, span).map_or(Piece::Nothing, Piece::Field),
                    },
                })
                .collect()
        })
    }
}

impl Rule {
    /// The message's placeholders for one of the rule's lists.
    pub fn templates(&self, variant: &Variant, context: Context<'_>) -> [Template; 2] {
        let document = Documents::new(self.source.text(), Limits::default(), false)
            .next()
            .unwrap_or_default();
        let root = document.root().unwrap_or(NodeId(0));
        let compiler = Compiler::new(context.names, &document, &self.source, &self.params);
        let mut loader = Loader {
            context,
            document: &document,
            root,
            whole: false,
            compiler,
        };
        loader.templates(variant.given)
    }
}
