//! Operators in words: sentences about the value of a field.

use super::condition::{Line, Reader, Subject, note};
use super::field::list;
use super::value;
use crate::shape::Kind;
use crate::text::{Lang, shown};
use crate::yaml::NodeId;

impl Reader<'_> {
    /// A sentence: the subject, and what is said of it. `[en, en negated, nb, nb negated]`
    pub(super) fn say(&self, subject: &Subject<'_>, no: bool, forms: [&str; 4], object: &str) -> Line {
        let [en, en_no, nb, nb_no] = forms;
        let verb = match no {
            false => self.lang.pick(en, nb),
            true => self.lang.pick(en_no, nb_no),
        };
        let text = format!("{} {verb} {object}", subject.text);
        Line {
            text: text.trim_end().to_owned(),
            parts: Vec::new(),
            follows_that: !no,
        }
    }

    pub(super) fn word(&self, subject: &Subject<'_>, word: &str, no: bool) -> Line {
        let forms = match word {
            "present" => ["is there", "is not there", "er tatt med", "er ikke tatt med"],
            "absent" => ["is left out", "is there", "er utelatt", "er tatt med"],
            "answered" => ["is answered", "is unanswered", "er besvart", "er ubesvart"],
            _ => ["is unanswered", "is answered", "er ubesvart", "er besvart"],
        };
        self.say(subject, no, forms, "")
    }

    pub(super) fn operator(&mut self, subject: &Subject<'_>, operator: &str, node: NodeId, no: bool) -> Line {
        match operator {
            "any" | "all" | "none" => self.items(subject, operator, node, no),
            "count" => self.count(subject, node, no),
            "refers_to" => self.refers_to(subject, node, no),
            "tagged" => self.tagged(subject, node, no),
            "before" | "after" | "within" | "matches" => self.point(subject, operator, node, no),
            "at_least" | "at_most" => {
                let object = self.operand(node, subject.kind);
                // A number for a term is its level.
                if matches!(subject.kind, Kind::Term(_)) && self.text(node).parse::<f64>().is_ok() {
                    let forms = match operator {
                        "at_least" => [
                            "has at least level",
                            "is below level",
                            "har minst nivå",
                            "er under nivå",
                        ],
                        _ => ["has at most level", "is above level", "har høyst nivå", "er over nivå"],
                    };
                    let highest = value::highest_level(self.rules, subject.kind);
                    let of = format!("{object} ({} {highest})", self.pick("of", "av"));
                    return self.say(subject, no, forms, &of);
                }
                let forms = match (operator, subject.kind) {
                    ("at_least", Kind::Duration) => ["is at least", "is shorter than", "er minst", "er kortere enn"],
                    (_, Kind::Duration) => ["is at most", "is longer than", "er høyst", "er lengre enn"],
                    ("at_least", _) => ["is at least", "is below", "er minst", "er under"],
                    _ => ["is at most", "is above", "er høyst", "er over"],
                };
                self.say(subject, no, forms, &object)
            }
            "covers" | "overlaps" | "subset_of" => {
                let values = self.operands(node, subject.kind);
                let forms = match (operator, values.len()) {
                    ("covers" | "overlaps", 1) => ["includes", "does not include", "inneholder", "inneholder ikke"],
                    ("covers", _) => [
                        "includes all of:",
                        "does not include all of:",
                        "inneholder alle disse:",
                        "inneholder ikke alle disse:",
                    ],
                    ("overlaps", _) => [
                        "includes at least one of:",
                        "includes none of:",
                        "inneholder minst én av:",
                        "inneholder ingen av:",
                    ],
                    _ => [
                        "includes nothing but:",
                        "includes something other than:",
                        "inneholder bare:",
                        "inneholder noe annet enn:",
                    ],
                };
                self.say(subject, no, forms, &values.join(", "))
            }
            _ => {
                let values = self.operands(node, subject.kind);
                let is_reference = operator == "is_a" && values.iter().any(|v| v.starts_with('`'));
                let or = list(&values, self.pick("or", "eller"));
                let forms = match is_reference {
                    true => [
                        "is one of those in",
                        "is none of those in",
                        "er en av dem i",
                        "er ingen av dem i",
                    ],
                    false => ["is", "is not", "er", "er ikke"],
                };
                self.say(subject, no, forms, &or)
            }
        }
    }

    /// Operators on dates and texts.
    fn point(&mut self, subject: &Subject<'_>, operator: &str, node: NodeId, no: bool) -> Line {
        match operator {
            "matches" => {
                let forms = [
                    "matches the pattern",
                    "does not match the pattern",
                    "passer til mønsteret",
                    "passer ikke til mønsteret",
                ];
                self.say(subject, no, forms, &format!("`{}`", shown(self.text(node))))
            }
            "within" => {
                let object = self.operand(node, &Kind::Duration);
                let forms = ["is no older than", "is older than", "er ikke eldre enn", "er eldre enn"];
                let mut line = self.say(subject, no, forms, &object);
                line.follows_that &= self.lang == Lang::En;
                line
            }
            _ => {
                let before = operator == "before";
                let object = self.operand(node, subject.kind);
                let Some(by) = self.document.get(node, "by") else {
                    let forms = match before {
                        true => ["is before", "is not before", "er før", "er ikke før"],
                        false => ["is after", "is not after", "er etter", "er ikke etter"],
                    };
                    return self.say(subject, no, forms, &object);
                };
                let by = self.operand(by, &Kind::Duration);
                let relation = match before {
                    true => self.pick("before", "før"),
                    false => self.pick("after", "etter"),
                };
                let forms = ["is at least", "is less than", "er minst", "er mindre enn"];
                self.say(subject, no, forms, &format!("{by} {relation} {object}"))
            }
        }
    }

    fn tagged(&mut self, subject: &Subject<'_>, node: NodeId, no: bool) -> Line {
        let vocabulary = value::vocabulary(self.rules, subject.kind);
        let mut labels = Vec::new();
        for tag in self.nodes(node) {
            let tag = self.text(tag);
            note(&mut self.seen.tags, (vocabulary, tag.to_owned()));
            labels.push(format!("*{}*", value::tag(tag, self.lang)));
        }
        let or = list(&labels, self.pick("or", "eller"));
        let forms = ["belongs to", "does not belong to", "hører til", "hører ikke til"];
        self.say(subject, no, forms, &or)
    }

    pub(super) fn operands(&mut self, node: NodeId, kind: &Kind) -> Vec<String> {
        let kind = match kind {
            Kind::List(kind) => kind,
            kind => kind,
        };
        self.nodes(node).into_iter().map(|n| self.operand(n, kind)).collect()
    }

    /// A value to compare with.
    pub(super) fn operand(&mut self, node: NodeId, kind: &Kind) -> String {
        if let Some(path) = self.document.get(node, "field") {
            let field = match self.text(path) {
                "today" => self.pick("today", "i dag").to_owned(),
                path => self.field(path).shown,
            };
            let Some(or_else) = self.document.get(node, "else") else {
                return field;
            };
            let when = self.pick("or, if that is unanswered,", "eller, hvis det er ubesvart,");
            return format!("{field} ({when} {})", self.operand(or_else, kind));
        }
        let text = self.text(node);
        if let Some(name) = text.strip_prefix("$params.") {
            let param = self.rule.and_then(|r| r.params.iter().find(|p| p.name == name));
            let value = value::literal(self.rules, kind, param.map_or("", |p| p.value()), self.lang);
            return format!("{value} ({} `{name}`)", self.pick("parameter", "parameteren"));
        }
        match kind {
            Kind::Date if text == "today" => self.pick("today", "i dag").to_owned(),
            _ if text.starts_with('$') => self.field(text).shown,
            _ => value::literal(self.rules, kind, text, self.lang),
        }
    }
}
