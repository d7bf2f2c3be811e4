//! Values to compare with: literals, parameters, the day of the run, and other fields.

use std::sync::Arc;

use super::super::condition::{FieldRef, Literal, Operand};
use super::super::literal::{self, Misfit};
use super::{Compiler, Found};
use crate::finding::Mistake;
use crate::shape::Kind;
use crate::source::Span;
use crate::text::{both, shown};
use crate::yaml::{Kind as NodeKind, NodeId, Resolved};

impl<'a> Compiler<'a> {
    pub(super) fn operands(&mut self, node: NodeId, kind: &Kind) -> Vec<Operand> {
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

    pub(super) fn is_reference(&self, node: NodeId) -> bool {
        matches!(self.document.node(node).kind, NodeKind::Map) || self.text(node).starts_with('$')
    }

    /// A value to compare a field of this kind with.
    pub(super) fn operand(&mut self, node: NodeId, kind: &Kind, level: bool) -> Operand {
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
            if params.is_empty() {
                self.unknown_param(span, name);
            } else {
                let known = params.iter().map(|p| p.name.as_str());
                self.unknown(span, ("parameter", "parameter"), name, known);
            }
            return Operand::Literal(Literal::Flag(false));
        };
        let resolve = |text: &'a str| text.parse::<f64>().map_or(Resolved::Str(text), Resolved::Float);
        if let Some((value, source, at)) = &param.set
            && literal::read(value, resolve(value), kind, level, self.names.vocabularies).is_err()
        {
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
