//! Conditions from their text form to their compiled form, with everything checked on the way.

use std::sync::Arc;

use super::condition::{Condition, FieldRef, Inner, Literal, Operand, Pattern, Scope, Test};
use super::literal::{self, Misfit};
use crate::finding::Mistake;
use crate::shape::{Kind, ScopeId, Shape};
use crate::source::{SourceFile, Span};
use crate::text::{Localized, both, nearest, shown};
use crate::vocabulary::Vocabularies;
use crate::yaml::{Document, Kind as NodeKind, NodeId, Resolved};

/// A value that the configuration may set.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name in the rule.
    pub name: String,
    /// The rule's own value.
    pub default: String,
    /// What it is.
    pub label: Localized,
    /// The configuration's value and where it stands.
    pub set: Option<(String, Arc<SourceFile>, Span)>,
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
const LOGIC: [&str; 5] = ["all_of", "any_of", "not", "unless", "is"];
/// Tests without an operand.
const WORDS: [&str; 4] = ["present", "absent", "answered", "unanswered"];
/// Tests with an operand.
const OPERATORS: [&str; 21] = [
    "equals",
    "one_of",
    "is_a",
    "tagged",
    "at_least",
    "at_most",
    "before",
    "after",
    "within",
    "matches",
    "any",
    "all",
    "none",
    "count",
    "covers",
    "overlaps",
    "subset_of",
    "refers_to",
    "not",
    "unless",
    "any_of",
];

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
        if parts.is_empty() {
            self.wrong(
                node,
                both("an empty condition", "en tom betingelse"),
                both("Write what must hold.", "Skriv hva som må gjelde."),
            );
        }
        match <[Condition; 1]>::try_from(parts) {
            Ok([one]) => one,
            Err(parts) => Condition::All(parts),
        }
    }

    fn conditions(&mut self, node: NodeId) -> Vec<Condition> {
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
        let document = self.document;
        document.children(node).map(|child| self.condition(child)).collect()
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
        if let (Some(open), Some(close)) = (path.find('{'), path.find('}')) {
            let (before, after) = (&path[..open], path.get(close + 1..).unwrap_or_default());
            let mut fields = Vec::new();
            for part in path.get(open + 1..close)?.split(',') {
                match self.resolve(&format!("{before}{part}{after}"), span)? {
                    Found::Field(at, kind, refers) => fields.push((at, kind, refers)),
                    _ => return None,
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

    fn test(&mut self, node: NodeId, kind: &Kind, refers: Option<ScopeId>) -> Test {
        self.test_among(node, kind, refers, Vec::new())
    }

    /// Compiles a test on a value of this kind. `others`: scopes of the lists beside this one.
    fn test_among(&mut self, node: NodeId, kind: &Kind, refers: Option<ScopeId>, others: Vec<ScopeId>) -> Test {
        let document = self.document;
        if let Some(word) = document.text(node) {
            return self.word(word, document.span(node));
        }
        if !matches!(document.node(node).kind, NodeKind::Map) {
            self.wrong(
                node,
                both("a test belongs here", "her skal det stå en test"),
                both(
                    "Write for instance `answered` or `{ equals: true }`.",
                    "Skriv for eksempel `answered` eller `{ equals: true }`.",
                ),
            );
            return Test::All(Vec::new());
        }
        let mut tests = Vec::new();
        for (key, value) in document.entries(node) {
            tests.push(self.operator(key, value, kind, refers, &others));
        }
        match <[Test; 1]>::try_from(tests) {
            Ok([one]) => one,
            Err(tests) => Test::All(tests),
        }
    }

    fn word(&mut self, word: &str, span: Span) -> Test {
        match word {
            "present" => Test::Present,
            "absent" => Test::Absent,
            "answered" => Test::Answered,
            "unanswered" => Test::Unanswered,
            other => {
                self.unknown(span, ("test", "test"), other, WORDS.into_iter().chain(OPERATORS));
                Test::All(Vec::new())
            }
        }
    }

    fn operator(
        &mut self,
        key: NodeId,
        value: NodeId,
        kind: &Kind,
        refers: Option<ScopeId>,
        others: &[ScopeId],
    ) -> Test {
        let document = self.document;
        let operator = self.text(key);
        let again = |this: &mut Self, node| this.test_among(node, kind, refers, others.to_vec());
        match operator {
            "not" => return Test::Not(Box::new(again(self, value))),
            "unless" => return Test::Unless(Box::new(again(self, value))),
            "any_of" => return Test::Any(document.children(value).map(|n| again(self, n)).collect()),
            "all_of" => return Test::All(document.children(value).map(|n| again(self, n)).collect()),
            word if WORDS.contains(&word) => {
                let test = self.word(word, document.span(key));
                return match document.resolve(value) {
                    Some(Resolved::Bool(true)) => test,
                    Some(Resolved::Bool(false)) => Test::Not(Box::new(test)),
                    _ => {
                        self.wrong(
                            value,
                            both("`true` belongs here", "her skal det stå `true`"),
                            both(format!("Write `{word}: true`."), format!("Skriv `{word}: true`.")),
                        );
                        test
                    }
                };
            }
            other if !OPERATORS.contains(&other) => {
                self.unknown(
                    document.span(key),
                    ("operator", "operator"),
                    other,
                    WORDS.into_iter().chain(OPERATORS),
                );
                return Test::All(Vec::new());
            }
            _ => {}
        }
        if !applies(operator, kind, refers.is_some()) {
            self.wrong(
                key,
                both(
                    format!("`{operator}` does not go with a field of this kind"),
                    format!("`{operator}` passer ikke til et felt av dette slaget"),
                ),
                both(
                    "docs/rule-language.md lists the operators and what they go with.",
                    "docs/rule-language.md viser operatorene og hva de passer til.",
                ),
            );
            return Test::All(Vec::new());
        }
        if let ("equals" | "one_of", Kind::Term(number)) = (operator, kind) {
            // Two open terms may be compared with each other, but not with a literal.
            if self.names.vocabularies.get(*number).open && !self.is_reference(value) {
                self.wrong(
                    key,
                    both(
                        format!("`{operator}` on an open vocabulary: an organisation's own term would slip through"),
                        format!("`{operator}` på en åpen ordliste: virksomhetens egne ord ville sluppet unna"),
                    ),
                    both("Use `is_a` or `tagged`.", "Bruk `is_a` eller `tagged`."),
                );
            }
        }
        self.applied(operator, value, kind, refers, others)
    }

    /// An operator that fits the kind of the field.
    fn applied(
        &mut self,
        operator: &str,
        value: NodeId,
        kind: &Kind,
        refers: Option<ScopeId>,
        others: &[ScopeId],
    ) -> Test {
        match operator {
            "equals" => Test::Equals(self.operand(value, kind, false)),
            "one_of" => Test::OneOf(self.operands(value, kind)),
            "is_a" => self.is_a(value, kind),
            "tagged" => self.tagged(value, kind),
            "at_least" => Test::AtLeast(self.operand(value, kind, true)),
            "at_most" => Test::AtMost(self.operand(value, kind, true)),
            "before" => Test::Before(self.operand(value, kind, false)),
            "after" => Test::After(self.operand(value, kind, false)),
            "within" => Test::Within(self.operand(value, &Kind::Duration, false)),
            "matches" => {
                let text = self.text(value).to_owned();
                if let Err(error) = Pattern::check(&text) {
                    let reason = error
                        .to_string()
                        .lines()
                        .last()
                        .unwrap_or_default()
                        .trim_start_matches("error: ")
                        .to_owned();
                    self.wrong(
                        value,
                        both(format!("not a pattern: {reason}"), format!("ikke et mønster: {reason}")),
                        both(
                            "Patterns are those of the Rust crate `regex`.",
                            "Mønstrene er dem i Rust-pakken `regex`.",
                        ),
                    );
                }
                Test::Matches(Pattern::new(text))
            }
            "any" => Test::AnyItem(Box::new(self.inner(value, kind, refers, others))),
            "all" => Test::EveryItem(Box::new(self.inner(value, kind, refers, others))),
            "none" => Test::NoItem(Box::new(self.inner(value, kind, refers, others))),
            "count" => self.count(value, kind, refers, others),
            "covers" => Test::Covers(self.operands(value, kind)),
            "overlaps" => Test::Overlaps(self.operands(value, kind)),
            "subset_of" => Test::SubsetOf(self.operands(value, kind)),
            _ => {
                let scope = refers.unwrap_or_default();
                self.levels.push(Level {
                    scope,
                    others: Vec::new(),
                });
                let condition = self.condition(value);
                self.levels.pop();
                Test::RefersTo(scope, Box::new(condition))
            }
        }
    }

    fn inner(&mut self, node: NodeId, kind: &Kind, refers: Option<ScopeId>, others: &[ScopeId]) -> Inner {
        match kind {
            Kind::Items(scope) => {
                self.levels.push(Level {
                    scope: *scope,
                    others: others.to_vec(),
                });
                let condition = self.condition(node);
                self.levels.pop();
                Inner::Item(condition)
            }
            Kind::List(kind) => Inner::Value(self.test_among(node, kind, refers, Vec::new())),
            _ => Inner::Value(Test::All(Vec::new())),
        }
    }

    fn count(&mut self, node: NodeId, kind: &Kind, refers: Option<ScopeId>, others: &[ScopeId]) -> Test {
        let (mut of, mut at_least, mut at_most) = (None, None, None);
        let document = self.document;
        for (key, value) in document.entries(node) {
            match self.text(key) {
                "where" => of = Some(Box::new(self.inner(value, kind, refers, others))),
                "at_least" => at_least = Some(self.operand(value, &Kind::Count, false)),
                "at_most" => at_most = Some(self.operand(value, &Kind::Count, false)),
                other => self.unknown(
                    document.span(key),
                    ("key", "nøkkel"),
                    other,
                    ["where", "at_least", "at_most"],
                ),
            }
        }
        if at_least.is_none() && at_most.is_none() {
            self.wrong(
                node,
                both(
                    "`count` needs `at_least` or `at_most`",
                    "`count` må ha `at_least` eller `at_most`",
                ),
                both("Say how many.", "Si hvor mange."),
            );
        }
        Test::Count { of, at_least, at_most }
    }

    fn is_a(&mut self, node: NodeId, kind: &Kind) -> Test {
        if self.is_reference(node) {
            return Test::IsA(self.operand(node, kind, false));
        }
        let Kind::Term(number) = kind else {
            return Test::All(Vec::new());
        };
        let mut wanted = Vec::new();
        for operand in self.operands(node, kind) {
            if let Operand::Literal(Literal::Term(term)) = operand {
                wanted.push(term.term);
            }
        }
        let vocabulary = self.names.vocabularies.get(*number);
        let marks = (0..vocabulary.terms.len())
            .map(|t| {
                vocabulary
                    .lineage(u16::try_from(t).unwrap_or_default())
                    .any(|known| wanted.contains(&known))
            })
            .collect();
        Test::Marked(marks)
    }

    fn tagged(&mut self, node: NodeId, kind: &Kind) -> Test {
        let document = self.document;
        let vocabulary = match kind {
            Kind::Term(number) => self.names.vocabularies.get(*number),
            _ => self.names.vocabularies.get(Shape::countries(self.names.vocabularies)),
        };
        let nodes: Vec<NodeId> = match document.node(node).kind {
            NodeKind::List => document.children(node).collect(),
            _ => vec![node],
        };
        let mut tags = Vec::new();
        for node in nodes {
            let tag = self.text(node);
            if vocabulary.has_tag(tag) {
                tags.push(tag);
            } else {
                let mut known: Vec<&str> = vocabulary
                    .terms
                    .iter()
                    .flat_map(|t| t.tags.iter().map(String::as_str))
                    .collect();
                known.sort_unstable();
                known.dedup();
                self.unknown(document.span(node), ("tag", "merkelapp"), tag, known);
            }
        }
        Test::Marked(
            vocabulary
                .terms
                .iter()
                .map(|t| t.tags.iter().any(|tag| tags.contains(&tag.as_str())))
                .collect(),
        )
    }

    fn operands(&mut self, node: NodeId, kind: &Kind) -> Vec<Operand> {
        let kind = match kind {
            Kind::List(kind) => kind,
            kind => kind,
        };
        let document = self.document;
        match document.node(node).kind {
            NodeKind::List => document.children(node).map(|n| self.operand(n, kind, false)).collect(),
            _ => vec![self.operand(node, kind, false)],
        }
    }

    fn is_reference(&self, node: NodeId) -> bool {
        matches!(self.document.node(node).kind, NodeKind::Map) || self.text(node).starts_with('$')
    }

    /// A value to compare a field of this kind with.
    fn operand(&mut self, node: NodeId, kind: &Kind, level: bool) -> Operand {
        let document = self.document;
        if matches!(document.node(node).kind, NodeKind::Map) {
            return self.reference(node, kind, level);
        }
        let text = self.text(node);
        if let Some(name) = text.strip_prefix("$params.") {
            return self.param(name, document.span(node), kind, level);
        }
        if text == "today" && *kind == Kind::Date {
            return Operand::Today { by: None };
        }
        if text.starts_with('$') {
            return match self.comparable(text, document.span(node), kind) {
                Some(at) => Operand::Field {
                    at,
                    by: None,
                    or_else: None,
                },
                None => Operand::Literal(Literal::Flag(false)),
            };
        }
        let resolved = document.resolve(node).unwrap_or(Resolved::Null);
        self.literal(text, resolved, document.span(node), kind, level)
    }

    /// `{ field: path, by: duration, else: value }`
    fn reference(&mut self, node: NodeId, kind: &Kind, level: bool) -> Operand {
        let document = self.document;
        let (mut at, mut by, mut or_else, mut today) = (None, None, None, false);
        for (key, value) in document.entries(node) {
            match self.text(key) {
                "field" if self.text(value) == "today" => today = true,
                "field" => at = self.comparable(self.text(value), document.span(value), kind),
                "by" => {
                    if let Operand::Literal(Literal::Length(length)) = self.operand(value, &Kind::Duration, false) {
                        by = Some(length);
                    }
                }
                "else" => or_else = Some(Box::new(self.operand(value, kind, level))),
                other => self.unknown(document.span(key), ("key", "nøkkel"), other, ["field", "by", "else"]),
            }
        }
        match at {
            _ if today => Operand::Today { by },
            Some(at) => Operand::Field { at, by, or_else },
            None => {
                if document.get(node, "field").is_none() {
                    self.wrong(
                        node,
                        both("a reference needs `field`", "en henvisning må ha `field`"),
                        both("Write `{ field: path }`.", "Skriv `{ field: sti }`."),
                    );
                }
                Operand::Literal(Literal::Flag(false))
            }
        }
    }

    /// A field whose values can be compared with those of a kind.
    fn comparable(&mut self, path: &str, span: Span, kind: &Kind) -> Option<FieldRef> {
        let Found::Field(at, found, _) = self.resolve(path, span)? else {
            return None;
        };
        let found = match found {
            Kind::List(kind) => *kind,
            kind => kind,
        };
        let same = match (&found, kind) {
            (Kind::Text | Kind::Id, Kind::Text | Kind::Id) => true,
            (Kind::Count | Kind::Percent, Kind::Count | Kind::Percent) => true,
            (found, kind) => found == kind,
        };
        if !same {
            self.mistake(
                span,
                both(
                    "this field holds something else than the one it is compared with",
                    "dette feltet inneholder noe annet enn det som det sammenlignes med",
                ),
                both(
                    "Compare dates with dates, durations with durations.",
                    "Sammenlign datoer med datoer og varigheter med varigheter.",
                ),
            );
            return None;
        }
        Some(at)
    }

    fn param(&mut self, name: &str, span: Span, kind: &Kind, level: bool) -> Operand {
        let params = self.params;
        let Some(param) = params.iter().find(|p| p.name == name) else {
            self.unknown(
                span,
                ("parameter", "parameter"),
                name,
                params.iter().map(|p| p.name.as_str()),
            );
            return Operand::Literal(Literal::Flag(false));
        };
        let resolve = |text: &'a str| text.parse::<f64>().map_or(Resolved::Str(text), Resolved::Float);
        if let Some((value, source, at)) = &param.set {
            if literal::read(value, resolve(value), kind, level, self.names.vocabularies).is_err() {
                let example = &param.default;
                self.mistakes.push(Mistake {
                    source: Arc::clone(source),
                    span: *at,
                    message: both(
                        format!("`{}` does not fit the parameter `{name}`", shown(value)),
                        format!("`{}` passer ikke til parameteren `{name}`", shown(value)),
                    ),
                    help: both(
                        format!("Write it like its default, `{example}`."),
                        format!("Skriv den som standardverdien, `{example}`."),
                    ),
                });
                return Operand::Literal(Literal::Flag(false));
            }
        }
        self.literal(param.value(), resolve(param.value()), span, kind, level)
    }

    fn literal(&mut self, text: &str, resolved: Resolved<'_>, span: Span, kind: &Kind, level: bool) -> Operand {
        match literal::read(text, resolved, kind, level, self.names.vocabularies) {
            Ok(literal) => Operand::Literal(literal),
            Err(misfit) => {
                let text = shown(text);
                let (message, help) = match misfit {
                    Misfit::Term(near) => (
                        both(format!("unknown term `{text}`"), format!("ukjent ord `{text}`")),
                        match near {
                            Some(near) => both(format!("Did you mean `{near}`?"), format!("Mente du `{near}`?")),
                            None => both(
                                "The terms stand in rules/vocabulary.yaml.",
                                "Ordene står i rules/vocabulary.yaml.",
                            ),
                        },
                    ),
                    Misfit::Kind(en, nb) => (
                        both(
                            format!("`{text}` cannot be compared with this field"),
                            format!("`{text}` kan ikke sammenlignes med dette feltet"),
                        ),
                        both(
                            format!("Give {en}, or a reference that starts with `$`."),
                            format!("Oppgi {nb}, eller en henvisning som begynner med `$`."),
                        ),
                    ),
                };
                self.mistake(span, message, help);
                Operand::Literal(Literal::Flag(false))
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

/// Whether an operator goes with a field of this kind.
fn applies(operator: &str, kind: &Kind, is_reference: bool) -> bool {
    let is_list = matches!(kind, Kind::List(_) | Kind::Items(_));
    match operator {
        "equals" => !is_list && *kind != Kind::Block,
        "one_of" => !is_list && !matches!(kind, Kind::Block | Kind::Evidence),
        "is_a" => matches!(kind, Kind::Term(_)),
        "tagged" => matches!(kind, Kind::Term(_) | Kind::Country),
        "at_least" | "at_most" => matches!(kind, Kind::Count | Kind::Percent | Kind::Duration | Kind::Term(_)),
        "before" | "after" | "within" => *kind == Kind::Date,
        "matches" => matches!(kind, Kind::Text | Kind::Id),
        "any" | "all" | "none" | "count" => is_list,
        "covers" | "overlaps" | "subset_of" => matches!(kind, Kind::List(_)),
        _ => is_reference && *kind == Kind::Id,
    }
}
