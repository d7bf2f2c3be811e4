//! Conditions from their text form to their compiled form, with everything checked on the way.

mod operand;
mod operator;

use std::sync::Arc;

pub use operator::{OPERATORS, WORDS};

use super::condition::{Condition, FieldRef, Scope};
use crate::finding::Mistake;
use crate::shape::{Kind, ScopeId, Shape};
use crate::source::{SourceFile, Span};
use crate::text::{Localized, both, nearest, shown};
use crate::vocabulary::Vocabularies;
use crate::yaml::{Document, Kind as NodeKind, NodeId};

/// A value from the configuration, and where it stands.
pub type Setting = (String, Arc<SourceFile>, Span);

/// The values of a parameter that make its rule find less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Milder {
    /// Larger numbers, longer durations, later days.
    More,
    /// Smaller, shorter, earlier ones.
    Less,
}

impl Milder {
    /// Both words.
    pub const NAMES: [&str; 2] = ["more", "less"];

    /// The direction with this name.
    pub fn from_name(name: &str) -> Option<Milder> {
        match name {
            "more" => Some(Milder::More),
            "less" => Some(Milder::Less),
            _ => None,
        }
    }
}

/// A value that the configuration may set.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name in the rule.
    pub name: String,
    /// The rule's own value.
    pub default: String,
    /// Which values make the rule find less, where the rule says so.
    pub milder: Option<Milder>,
    /// What it is.
    pub label: Localized,
    /// The configuration's value and where it stands.
    pub set: Option<Setting>,
}

impl Param {
    /// The value in force.
    pub fn value(&self) -> &str {
        self.set.as_ref().map_or(&self.default, |(value, _, _)| value)
    }
}

/// Conditions that several rules share.
#[derive(Debug, Default)]
pub struct Definitions {
    /// Compiled, in the order of the file.
    pub all: Vec<Definition>,
}

/// A named condition.
#[derive(Debug)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// What it says, for people.
    pub label: Localized,
    /// The condition; its paths start at the top.
    pub when: Condition,
}

/// What names can mean while a rule is compiled.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// The fields.
    pub shape: &'a Shape,
    /// The scope of the facts.
    pub facts: ScopeId,
    /// The terms.
    pub vocabularies: &'a Vocabularies,
    /// The named conditions.
    pub definitions: &'a Definitions,
}

/// One level of what is examined: a scope, and the scopes of the other lists that the same part
/// of the rule is compiled for. A path needs to exist in one of them.
#[derive(Clone)]
struct Level {
    scope: ScopeId,
    others: Vec<ScopeId>,
}

/// A path that was found.
enum Found {
    Field(FieldRef, Kind, Option<ScopeId>),
    /// Known, but not for this kind of item.
    Elsewhere(Kind, Option<ScopeId>),
    Union(Vec<(FieldRef, Kind, Option<ScopeId>)>),
}

/// Compiles the conditions of one file and collects its mistakes.
pub struct Compiler<'a> {
    names: Names<'a>,
    document: &'a Document<'a>,
    source: &'a Arc<SourceFile>,
    params: &'a [Param],
    levels: Vec<Level>,
    /// What is wrong with the file.
    pub mistakes: Vec<Mistake>,
}

/// The keys of a condition that are not paths.
pub const LOGIC: [&str; 5] = ["all_of", "any_of", "not", "unless", "is"];

impl<'a> Compiler<'a> {
    /// A compiler for a document of a file.
    pub fn new(names: Names<'a>, document: &'a Document<'a>, source: &'a Arc<SourceFile>, params: &'a [Param]) -> Self {
        let levels = vec![Level {
            scope: 0,
            others: Vec::new(),
        }];
        Compiler {
            names,
            document,
            source,
            params,
            levels,
            mistakes: Vec::new(),
        }
    }

    /// Starts anew at the items of a list (or at the top, scope 0), for the given variant.
    pub fn examine(&mut self, scope: ScopeId, others: Vec<ScopeId>) {
        self.levels = vec![Level { scope, others }];
    }

    /// The rule's parameters.
    pub fn params(&self) -> &'a [Param] {
        self.params
    }

    /// The kind of a field at the top or among the facts.
    pub fn kind(&self, at: FieldRef) -> Kind {
        let scope = if at.scope == Scope::Facts { self.names.facts } else { 0 };
        self.names.shape.scopes[scope].fields[at.slot].kind.clone()
    }

    /// Notes that a parameter is named nowhere.
    pub fn unknown_param(&mut self, span: Span, name: &str) {
        let name = shown(name);
        self.mistake(
            span,
            both(
                format!("unknown parameter `{name}`"),
                format!("ukjent parameter `{name}`"),
            ),
            both("Name it under `params`.", "Oppgi den under `params`."),
        );
    }

    /// Notes a mistake.
    pub fn mistake(&mut self, span: Span, message: Localized, help: Localized) {
        let twice = self.mistakes.iter().any(|m| m.span == span && m.message == message);
        if !twice {
            self.mistakes.push(Mistake {
                source: Arc::clone(self.source),
                span,
                message,
                help,
            });
        }
    }

    fn wrong(&mut self, node: NodeId, message: Localized, help: Localized) {
        self.mistake(self.document.span(node), message, help);
    }

    fn unknown<'n>(&mut self, span: Span, what: (&str, &str), name: &str, known: impl IntoIterator<Item = &'n str>) {
        let known: Vec<&str> = known.into_iter().collect();
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => both(format!("Did you mean `{near}`?"), format!("Mente du `{near}`?")),
            None if known.len() <= 30 => both(
                format!("Known: {}.", known.join(", ")),
                format!("Kjente: {}.", known.join(", ")),
            ),
            None => both(
                "See docs/rule-language.md and `tillit schema manifest`.",
                "Se docs/rule-language.md og `tillit schema manifest`.",
            ),
        };
        let name = shown(name);
        self.mistake(
            span,
            both(
                format!("unknown {} `{name}`", what.0),
                format!("ukjent {} `{name}`", what.1),
            ),
            help,
        );
    }

    fn text(&self, node: NodeId) -> &'a str {
        self.document.text(node).unwrap_or_default()
    }

    /// Compiles a condition.
    pub fn condition(&mut self, node: NodeId) -> Condition {
        if !matches!(self.document.node(node).kind, NodeKind::Map) {
            self.wrong(
                node,
                both("a condition belongs here", "her skal det stå en betingelse"),
                both(
                    "Write `path: test`, or one of all_of, any_of, not, unless, is.",
                    "Skriv `sti: test`, eller en av all_of, any_of, not, unless, is.",
                ),
            );
            return Condition::All(Vec::new());
        }
        let document = self.document;
        let mut parts = Vec::new();
        for (key, value) in document.entries(node) {
            parts.push(match self.text(key) {
                "all_of" => Condition::All(self.conditions(value)),
                "any_of" => Condition::Any(self.conditions(value)),
                "not" => Condition::Not(Box::new(self.condition(value))),
                "unless" => Condition::Unless(Box::new(self.condition(value))),
                "is" => Condition::All(self.definitions(value)),
                path => self.field(key, path, value),
            });
        }
        match <[Condition; 1]>::try_from(parts) {
            Ok([one]) => one,
            Err(parts) => Condition::All(parts),
        }
    }

    fn conditions(&mut self, node: NodeId) -> Vec<Condition> {
        self.list(node).into_iter().map(|child| self.condition(child)).collect()
    }

    /// The items of a list of conditions or tests.
    fn list(&mut self, node: NodeId) -> Vec<NodeId> {
        if !matches!(self.document.node(node).kind, NodeKind::List) {
            self.wrong(
                node,
                both(
                    "a list of conditions belongs here",
                    "her skal det stå en liste med betingelser",
                ),
                both("Begin each with `- `.", "Begynn hver med `- `."),
            );
        }
        self.document.children(node).collect()
    }

    /// Notes everything empty in a condition: nothing would be compared, and it would always hold
    /// or never.
    pub fn nothing_empty(&mut self, node: NodeId) {
        let document = self.document;
        let kind = &document.node(node).kind;
        if !matches!(kind, NodeKind::List | NodeKind::Map) {
            return;
        }
        let children: Vec<NodeId> = document.children(node).collect();
        if children.is_empty() {
            self.wrong(
                node,
                both("nothing stands here", "her står det ingenting"),
                both("Write what must hold.", "Skriv hva som må gjelde."),
            );
        }
        for child in children {
            self.nothing_empty(child);
        }
    }

    fn definitions(&mut self, node: NodeId) -> Vec<Condition> {
        let document = self.document;
        let names: Vec<NodeId> = match document.node(node).kind {
            NodeKind::List => document.children(node).collect(),
            _ => vec![node],
        };
        let mut found = Vec::new();
        for name in names {
            let definitions = self.names.definitions;
            match definitions.all.iter().position(|d| d.name == self.text(name)) {
                Some(number) => found.push(Condition::Is(number)),
                None => {
                    let known: Vec<&str> = definitions.all.iter().map(|d| d.name.as_str()).collect();
                    self.unknown(
                        document.span(name),
                        ("definition", "definisjon"),
                        self.text(name),
                        known,
                    );
                }
            }
        }
        found
    }

    fn field(&mut self, key: NodeId, path: &str, test: NodeId) -> Condition {
        match self.resolve(path, self.document.span(key)) {
            None => Condition::All(Vec::new()),
            Some(Found::Field(at, kind, refers)) => Condition::Field(at, self.test(test, &kind, refers)),
            Some(Found::Elsewhere(kind, refers)) => Condition::Missing(self.test(test, &kind, refers)),
            Some(Found::Union(fields)) => {
                let scopes: Vec<ScopeId> = fields.iter().filter_map(|(_, k, _)| items_scope(k)).collect();
                let mut compiled = Vec::new();
                for (at, kind, refers) in &fields {
                    let others = scopes
                        .iter()
                        .copied()
                        .filter(|s| Some(*s) != items_scope(kind))
                        .collect();
                    compiled.push((*at, self.test_among(test, kind, *refers, others)));
                }
                Condition::Union(compiled)
            }
        }
    }

    /// A path to a field, for `at`, `see` and placeholders. `None` when it is not known (which is
    /// noted) or belongs to another kind of item.
    pub fn place(&mut self, path: &str, span: Span) -> Option<FieldRef> {
        match self.resolve(path, span)? {
            Found::Field(at, ..) => Some(at),
            Found::Union(fields) => fields.first().map(|(at, ..)| *at),
            Found::Elsewhere(..) => None,
        }
    }

    /// The fields behind a path with braces.
    pub fn places(&mut self, path: &str, span: Span) -> Vec<FieldRef> {
        match self.resolve(path, span) {
            Some(Found::Union(fields)) => fields.into_iter().map(|(at, ..)| at).collect(),
            Some(Found::Field(at, ..)) => vec![at],
            _ => Vec::new(),
        }
    }

    fn resolve(&mut self, path: &str, span: Span) -> Option<Found> {
        if let (Some(open), Some(close)) = (path.find('{'), path.find('}'))
            && open < close
        {
            let (before, after) = (&path[..open], &path[close + 1..]);
            let mut fields = Vec::new();
            for part in path[open + 1..close].split(',') {
                match self.resolve(&format!("{before}{part}{after}"), span)? {
                    Found::Field(at, kind, refers) => fields.push((at, kind, refers)),
                    _ => {
                        self.mistake(
                            span,
                            both("braces do not fit here", "klammene passer ikke her"),
                            both(
                                "A path has one pair of braces, around fields of the same item: `data.{inputs,generated}`.",
                                "En sti har ett par klammer, rundt felt i samme oppføring: `data.{inputs,generated}`.",
                            ),
                        );
                        return None;
                    }
                }
            }
            return Some(Found::Union(fields));
        }
        let (scope, level, rest) = self.start(path, span)?;
        let shape = self.names.shape;
        if let Some(slot) = shape.scopes[level.scope].slot(rest) {
            let field = &shape.scopes[level.scope].fields[slot];
            return Some(Found::Field(
                FieldRef { scope, slot },
                field.kind.clone(),
                field.refers_to,
            ));
        }
        for other in &level.others {
            if let Some(slot) = shape.scopes[*other].slot(rest) {
                let field = &shape.scopes[*other].fields[slot];
                return Some(Found::Elsewhere(field.kind.clone(), field.refers_to));
            }
        }
        let known: Vec<&str> = shape.scopes[level.scope]
            .fields
            .iter()
            .map(|f| f.path.as_str())
            .chain(LOGIC)
            .collect();
        self.unknown(span, ("field", "felt"), rest, known);
        None
    }

    /// Where a path starts, and what is left of it.
    fn start<'p>(&mut self, path: &'p str, span: Span) -> Option<(Scope, Level, &'p str)> {
        let alone = |scope| Level {
            scope,
            others: Vec::new(),
        };
        let Some(rest) = path.strip_prefix('$') else {
            let level = self.levels.last().cloned()?;
            let scope = if level.scope == 0 { Scope::Root } else { Scope::Item(0) };
            return Some((scope, level, path));
        };
        let (word, rest) = rest.split_once('.').unwrap_or((rest, ""));
        let out = |levels: usize| Scope::Item(u8::try_from(levels).unwrap_or(u8::MAX));
        match word {
            "" => Some((Scope::Root, alone(0), rest)),
            "facts" => Some((Scope::Facts, alone(self.names.facts), rest)),
            "given" | "outer" => {
                let steps = if word == "given" { self.levels.len() - 1 } else { 1 };
                let Some(level) = self
                    .levels
                    .len()
                    .checked_sub(1 + steps)
                    .and_then(|i| self.levels.get(i))
                    .cloned()
                else {
                    self.mistake(
                        span,
                        both("there is nothing further out", "det finnes ikke noe lenger ut"),
                        both(
                            "Use `$outer` inside any, all, none, count or refers_to.",
                            "Bruk `$outer` inne i any, all, none, count eller refers_to.",
                        ),
                    );
                    return None;
                };
                let scope = if level.scope == 0 { Scope::Root } else { out(steps) };
                Some((scope, level, rest))
            }
            other => {
                self.unknown(
                    span,
                    ("beginning of a path", "begynnelse på en sti"),
                    &format!("${other}"),
                    ["$", "$given", "$outer", "$facts", "$params"],
                );
                None
            }
        }
    }
}

fn items_scope(kind: &Kind) -> Option<ScopeId> {
    match kind {
        Kind::Items(scope) => Some(*scope),
        _ => None,
    }
}
