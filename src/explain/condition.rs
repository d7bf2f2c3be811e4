//! A rule's condition in plain words: one line for each thing that must hold, nested where the
//! condition is.
//!
//! It reads the condition as it is written and not as it is compiled, because that is where tags,
//! parameters and definitions still have their names. Rules are checked when they are loaded, so
//! nothing here can be unknown. In Bokmål a line is always a main clause: what comes before it ends
//! in a colon, unless the line reads the same as a subordinate clause.

use super::field::{Field, Levels, field, list};
use crate::rule::Rule;
use crate::ruleset::RuleSet;
use crate::shape::Kind;
use crate::text::Lang;
use crate::yaml::{Document, Kind as NodeKind, NodeId};

/// A line of text with lines below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The line, in Markdown.
    pub text: String,
    /// What it introduces.
    pub parts: Vec<Line>,
    /// True when it reads the same after "that".
    pub(super) follows_that: bool,
}

impl Line {
    /// A line by itself.
    pub(super) fn new(text: impl Into<String>) -> Line {
        Line {
            text: text.into(),
            ..Line::default()
        }
    }

    /// The line with these below it.
    pub(super) fn with(self, parts: Vec<Line>) -> Line {
        Line { parts, ..self }
    }

    /// A line with others below it; a single one that fits goes on the same line.
    pub(super) fn intro(text: &str, parts: Vec<Line>) -> Line {
        let text = format!("{text}:");
        match <[Line; 1]>::try_from(parts) {
            Ok([one]) => Line {
                text: format!("{text} {}", one.text),
                parts: one.parts,
                follows_that: false,
            },
            Err(parts) => Line {
                text,
                parts,
                follows_that: false,
            },
        }
    }
}

/// How the lines of a condition belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// There is only one.
    One,
    /// All must hold.
    All,
    /// One is enough.
    Any,
}

/// Puts the conditions of one document in words.
pub(super) struct Reader<'a> {
    pub(super) rules: &'a RuleSet,
    /// The rule, for its parameters; none for the shared definitions.
    pub(super) rule: Option<&'a Rule>,
    pub(super) document: &'a Document<'a>,
    pub(super) lang: Lang,
    pub(super) levels: Levels,
    pub(super) seen: Seen,
}

/// What the words used so far leave to be explained.
#[derive(Default)]
pub(super) struct Seen {
    /// Full paths of fields.
    pub(super) fields: Vec<String>,
    /// Tags, with the number of their vocabulary.
    pub(super) tags: Vec<(u16, String)>,
    /// Numbers of definitions.
    pub(super) definitions: Vec<usize>,
}

pub(super) fn note<T: PartialEq>(seen: &mut Vec<T>, new: T) {
    if !seen.contains(&new) {
        seen.push(new);
    }
}

/// What a test is about.
pub(super) struct Subject<'f> {
    /// What the sentence begins with.
    pub(super) text: String,
    pub(super) field: &'f Field,
    pub(super) kind: &'f Kind,
}

impl<'a> Reader<'a> {
    pub(super) fn text(&self, node: NodeId) -> &'a str {
        self.document.text(node).unwrap_or_default()
    }

    pub(super) fn pick(&self, en: &'static str, nb: &'static str) -> &'static str {
        self.lang.pick(en, nb)
    }

    /// The nodes of a list, or the node itself.
    pub(super) fn nodes(&self, node: NodeId) -> Vec<NodeId> {
        match self.document.node(node).kind {
            NodeKind::List => self.document.children(node).collect(),
            _ => vec![node],
        }
    }

    /// The field behind a path, noted for the explanations.
    pub(super) fn field(&mut self, path: &str) -> Field {
        let field = field(self.rules, &self.levels, path, self.lang);
        for full in &field.full {
            note(&mut self.seen.fields, full.clone());
        }
        field
    }

    /// What a condition says: all of these lines hold.
    pub(super) fn lines(&mut self, node: NodeId) -> Vec<Line> {
        let document = self.document;
        let mut lines = Vec::new();
        for (key, value) in document.entries(node) {
            match self.text(key) {
                "all_of" => lines.extend(document.children(value).flat_map(|c| self.lines(c))),
                "any_of" => {
                    let parts = document.children(value).map(|c| {
                        let lines = self.lines(c);
                        self.all(lines)
                    });
                    let parts = parts.collect();
                    lines.push(self.any(parts));
                }
                "not" => lines.extend(self.negated(value)),
                "unless" => {
                    let inner = self.lines(value);
                    lines.push(self.unsaid(inner));
                }
                "is" => lines.extend(self.nodes(value).into_iter().map(|name| self.definition(name))),
                path => lines.extend(self.field_lines(path, value, false)),
            }
        }
        lines
    }

    /// A whole condition: its lines, and whether all of them must hold or one is enough.
    pub(super) fn whole(&mut self, node: NodeId) -> (Group, Vec<Line>) {
        let mut lines = self.lines(node);
        match &mut lines[..] {
            [one] if one.text == format!("{}:", self.any_of()) => (Group::Any, std::mem::take(&mut one.parts)),
            [_] => (Group::One, lines),
            _ => (Group::All, lines),
        }
    }

    fn any_of(&self) -> &'static str {
        self.pick("at least one of these holds", "minst ett av disse gjelder")
    }

    fn definition(&mut self, name: NodeId) -> Line {
        let name = self.text(name);
        let number = self.rules.definitions.all.iter().position(|d| d.name == name);
        let Some((number, definition)) = number.and_then(|n| Some((n, self.rules.definitions.all.get(n)?))) else {
            return Line::default();
        };
        note(&mut self.seen.definitions, number);
        Line {
            text: definition.label.get(self.lang).to_owned(),
            parts: Vec::new(),
            follows_that: true,
        }
    }

    /// Several lines as one.
    fn all(&self, lines: Vec<Line>) -> Line {
        match <[Line; 1]>::try_from(lines) {
            Ok([one]) => one,
            Err(lines) => Line::intro(self.pick("all of these hold", "alt dette gjelder"), lines),
        }
    }

    fn any(&self, lines: Vec<Line>) -> Line {
        match <[Line; 1]>::try_from(lines) {
            Ok([one]) => one,
            Err(lines) => Line::intro(self.any_of(), lines),
        }
    }

    /// `unless`: false or unanswered.
    fn unsaid(&self, lines: Vec<Line>) -> Line {
        let intro = self.pick("the manifest does not say", "manifestet sier ikke");
        match &lines[..] {
            [one] if one.follows_that && one.parts.is_empty() => {
                let that = self.pick("that", "at");
                Line::new(format!("{intro} {that} {}", one.text))
            }
            [_] => Line::intro(&format!("{intro} {}", self.pick("this", "dette")), lines),
            _ => Line::intro(
                self.pick(
                    "the manifest does not say that all of this holds",
                    "manifestet sier ikke at alt dette gjelder",
                ),
                lines,
            ),
        }
    }

    /// `not`: known to be false.
    fn negated(&mut self, node: NodeId) -> Vec<Line> {
        let entries: Vec<_> = self.document.entries(node).collect();
        if let [(key, value)] = entries[..] {
            match self.text(key) {
                "all_of" | "any_of" | "unless" | "is" => {}
                "not" => return self.lines(value),
                path => return self.field_lines(path, value, true),
            }
        }
        let lines = self.lines(node);
        vec![self.denied(lines)]
    }

    fn denied(&self, lines: Vec<Line>) -> Line {
        let intro = match lines.len() {
            1 => self.pick("this does not hold", "dette gjelder ikke"),
            _ => self.pick("not all of this holds", "ikke alt dette gjelder"),
        };
        Line::intro(intro, lines)
    }

    fn field_lines(&mut self, path: &str, test: NodeId, no: bool) -> Vec<Line> {
        let field = self.field(path);
        let subject = Subject {
            text: field.shown.clone(),
            kind: &field.kind,
            field: &field,
        };
        self.tests(&subject, test, no)
    }

    /// What a test says of its subject: all of these lines hold. `no`: that it is known to fail.
    fn tests(&mut self, subject: &Subject<'_>, node: NodeId, no: bool) -> Vec<Line> {
        let document = self.document;
        if document.text(node).is_some() {
            return vec![self.word(subject, self.text(node), no)];
        }
        let entries: Vec<_> = document.entries(node).collect();
        let combines = |key: &str| matches!(key, "unless" | "any_of" | "all_of");
        if no && (entries.len() != 1 || entries.iter().any(|(key, _)| combines(self.text(*key)))) {
            let lines = self.tests(subject, node, false);
            return vec![self.denied(lines)];
        }
        let mut lines = Vec::new();
        for (key, value) in entries {
            match self.text(key) {
                "not" => lines.extend(self.tests(subject, value, !no)),
                "unless" => {
                    let inner = self.tests(subject, value, false);
                    lines.push(self.unsaid(inner));
                }
                "all_of" => lines.extend(document.children(value).flat_map(|c| self.tests(subject, c, false))),
                "any_of" => {
                    let parts = document.children(value).map(|c| {
                        let lines = self.tests(subject, c, false);
                        self.all(lines)
                    });
                    let parts = parts.collect();
                    lines.push(self.any(parts));
                }
                word @ ("present" | "absent" | "answered" | "unanswered") => {
                    lines.push(self.word(subject, word, no ^ (self.text(value) == "false")));
                }
                operator => lines.push(self.operator(subject, operator, value, no)),
            }
        }
        lines
    }

    /// `any`, `all` and `none`, on entries or on values.
    pub(super) fn items(&mut self, subject: &Subject<'_>, operator: &str, node: NodeId, no: bool) -> Line {
        let which = match (operator, no) {
            ("any", false) | ("none", true) => 0,
            ("any", true) | ("none", false) => 1,
            (_, false) => 2,
            (_, true) => 3,
        };
        let of = &subject.text;
        if let Kind::List(kind) = subject.kind {
            let amount = match which {
                0 => self.pick("at least one value in", "minst én verdi i"),
                1 => self.pick("no value in", "ingen verdi i"),
                2 => self.pick("every value in", "hver verdi i"),
                _ => self.pick("not every value in", "ikke hver verdi i"),
            };
            let key = self.document.entries(node).map(|(k, _)| self.text(k));
            let simple = match &key.collect::<Vec<_>>()[..] {
                [] => true,
                [key] => !matches!(*key, "unless" | "any_of" | "all_of"),
                _ => false,
            };
            let inner = Subject {
                text: match simple {
                    true => format!("{amount} {of}"),
                    false => self.pick("the value", "verdien").to_owned(),
                },
                kind,
                field: subject.field,
            };
            let lines = self.tests(&inner, node, false);
            return match (simple, <[Line; 1]>::try_from(lines)) {
                (true, Ok([mut one])) => {
                    one.follows_that &= which == 0 || which == 2;
                    one
                }
                (_, Ok([one])) => Line::intro(&format!("for {amount} {of}"), vec![one]),
                (_, Err(lines)) => Line::intro(&format!("for {amount} {of}"), lines),
            };
        }
        let amount = match which {
            0 => self.pick("in at least one entry of", "i minst én oppføring i"),
            1 => self.pick("in no entry of", "ikke i noen oppføring i"),
            2 => self.pick("in every entry of", "i hver oppføring i"),
            _ => self.pick("not in every entry of", "ikke i hver oppføring i"),
        };
        let lines = self.inside(subject.field.items.clone(), node);
        let together = match lines.len() {
            1 => String::new(),
            _ => format!(" {}", self.pick("all of this holds", "gjelder alt dette")),
        };
        Line::intro(&format!("{amount} {of}{together}"), lines)
    }

    /// The lines of a condition on the entries of some lists.
    fn inside(&mut self, scopes: Vec<usize>, node: NodeId) -> Vec<Line> {
        self.levels.push(scopes);
        let lines = self.lines(node);
        self.levels.pop();
        lines
    }

    pub(super) fn count(&mut self, subject: &Subject<'_>, node: NodeId, no: bool) -> Line {
        let mut bounds = Vec::new();
        for (key, en, nb) in [("at_least", "at least", "minst"), ("at_most", "at most", "høyst")] {
            if let Some(bound) = self.document.get(node, key) {
                let number = self.operand(bound, &Kind::Count);
                bounds.push(format!("{} {number}", self.lang.pick(en, nb)));
            }
        }
        let bounds = list(&bounds, self.pick("and", "og"));
        let one = bounds.ends_with(" 1");
        let what = match (subject.kind, one) {
            (Kind::Items(_), true) => self.pick("entry", "oppføring"),
            (Kind::Items(_), false) => self.pick("entries", "oppføringer"),
            (_, true) => self.pick("value", "verdi"),
            (_, false) => self.pick("values", "verdier"),
        };
        let line = match (self.document.get(node, "where"), subject.kind) {
            (None, _) => Line {
                text: format!("{} {} {bounds} {what}", subject.text, self.pick("has", "har")),
                parts: Vec::new(),
                follows_that: true,
            },
            (Some(of), Kind::List(kind)) => {
                let inner = Subject {
                    text: self.pick("the value", "verdien").to_owned(),
                    kind,
                    field: subject.field,
                };
                let lines = self.tests(&inner, of, false);
                self.counted(subject, &bounds, what, lines)
            }
            (Some(of), _) => {
                let lines = self.inside(subject.field.items.clone(), of);
                self.counted(subject, &bounds, what, lines)
            }
        };
        if no { self.denied(vec![line]) } else { line }
    }

    fn counted(&self, subject: &Subject<'_>, bounds: &str, what: &str, lines: Vec<Line>) -> Line {
        let verb = self.pick("has", "har");
        let such = self.pick("of this kind", "av dette slaget");
        Line::intro(&format!("{} {verb} {bounds} {what} {such}", subject.text), lines)
    }

    pub(super) fn refers_to(&mut self, subject: &Subject<'_>, node: NodeId, no: bool) -> Line {
        let target = subject.field.refers_to.unwrap_or_default();
        let scope = self.rules.shape.scopes.get(target);
        let path = scope.map_or("", |s| s.path.as_str());
        let lines = self.inside(vec![target], node);
        let forms = [
            "refers to an entry of",
            "does not refer to an entry of",
            "viser til en oppføring i",
            "viser ikke til en oppføring i",
        ];
        let line = self.say(subject, no, forms, &format!("`{path}`"));
        let with = match lines.len() {
            1 => self.pick("where", "der"),
            _ => self.pick("where all of this holds", "der alt dette gjelder"),
        };
        Line::intro(&format!("{} {with}", line.text), lines)
    }
}
