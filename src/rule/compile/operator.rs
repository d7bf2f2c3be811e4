//! Tests: the operators, and what each goes with.

use super::super::condition::{Inner, Literal, Operand, Pattern, Test};
use super::{Compiler, Level};
use crate::shape::{Kind, ScopeId, Shape};
use crate::source::Span;
use crate::text::both;
use crate::yaml::{Kind as NodeKind, NodeId, Resolved};

/// Tests without an operand.
pub const WORDS: [&str; 4] = ["present", "absent", "answered", "unanswered"];
/// Tests with an operand.
pub const OPERATORS: [&str; 21] = [
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
    pub(super) fn test(&mut self, node: NodeId, kind: &Kind, refers: Option<ScopeId>) -> Test {
        self.test_among(node, kind, refers, Vec::new())
    }

    /// Compiles a test on a value of this kind. `others`: scopes of the lists beside this one.
    pub(super) fn test_among(
        &mut self,
        node: NodeId,
        kind: &Kind,
        refers: Option<ScopeId>,
        others: Vec<ScopeId>,
    ) -> Test {
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
            "any_of" => return Test::Any(self.list(value).into_iter().map(|n| again(self, n)).collect()),
            "all_of" => return Test::All(self.list(value).into_iter().map(|n| again(self, n)).collect()),
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
