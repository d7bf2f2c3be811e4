//! Which field decided, so that a finding points at it, and what was missing.

use crate::rule::{Condition, FieldRef, Inner, Literal, Operand, Test};
use crate::schema::{InstanceId, Place};
use crate::shape::SlotId;
use crate::text::Lang;

use super::truth::{Examined, Truth};

/// The field that decided: of an instance, and for a list of values perhaps one of them.
#[derive(Clone, Copy, Debug)]
pub struct Decider {
    /// Whose field.
    pub instance: InstanceId,
    /// Which.
    pub slot: SlotId,
    /// Which value of a list.
    pub index: Option<usize>,
}

impl<'d> Examined<'d> {
    /// The place of the field that decided.
    pub fn place_of(&self, decider: Decider) -> Place {
        match decider.index {
            Some(index) => self.manifest.item_place(decider.instance, decider.slot, index),
            None => self.manifest.place(decider.instance, decider.slot),
        }
    }

    /// A field as the decider.
    pub fn decider(&self, at: FieldRef) -> Decider {
        Decider {
            instance: self.instance(at.scope),
            slot: at.slot,
            index: None,
        }
    }

    /// The first field for which a condition holds (`wanted`) or does not hold.
    pub fn why(&mut self, condition: &'d Condition, wanted: bool) -> Option<Decider> {
        match condition {
            Condition::All(parts) if wanted => parts.iter().find_map(|c| self.why(c, true)),
            Condition::Any(parts) if !wanted => parts.iter().find_map(|c| self.why(c, false)),
            Condition::All(parts) | Condition::Any(parts) => {
                let part = parts.iter().find(|c| self.truth(c).holds() == wanted)?;
                self.why(part, wanted)
            }
            Condition::Not(part) => {
                let holds = self.truth(part).holds();
                self.why(part, holds)
            }
            Condition::Unless(part) => self.why(part, !wanted),
            Condition::Is(number) => {
                let rules = self.rules;
                self.why(&rules.definitions.all.get(*number)?.when, wanted)
            }
            Condition::Field(at, test) => self.why_test(*at, test, wanted),
            Condition::Union(lists) => {
                let there = lists.iter().find(|(at, test)| {
                    let value = self.slot(*at).value;
                    value.is_present() && self.test(value, test).holds() == wanted
                });
                let (at, test) = there.or(lists.first())?;
                self.why_test(*at, test, wanted)
            }
            Condition::Missing(_) => None,
        }
    }

    fn why_test(&mut self, at: FieldRef, test: &'d Test, wanted: bool) -> Option<Decider> {
        let value = self.slot(at).value;
        let whole = Some(self.decider(at));
        match test {
            Test::All(parts) | Test::Any(parts) => {
                let part = parts.iter().find(|t| self.test(value, t).holds() == wanted);
                part.map_or(whole, |t| self.why_test(at, t, wanted))
            }
            Test::Not(part) => {
                let holds = self.test(value, part).holds();
                self.why_test(at, part, holds)
            }
            Test::Unless(part) => self.why_test(at, part, !wanted),
            Test::AnyItem(inner) if wanted => self.why_item(at, inner, true).or(whole),
            Test::EveryItem(inner) if !wanted => self.why_item(at, inner, false).or(whole),
            Test::NoItem(inner) if !wanted => self.why_item(at, inner, true).or(whole),
            _ => whole,
        }
    }

    /// The first item for which the inner condition holds, or does not.
    fn why_item(&mut self, at: FieldRef, inner: &'d Inner, wanted: bool) -> Option<Decider> {
        let value = self.slot(at).value;
        match inner {
            Inner::Item(condition) => {
                let found = self
                    .manifest
                    .items(value)
                    .find(|item| self.inside(*item, |this| this.truth(condition).holds()) == wanted)?;
                self.inside(found, |this| this.why(condition, wanted))
            }
            Inner::Value(test) => {
                let values = self.expand(value);
                let index = values.into_iter().position(|v| self.test(v, test).holds() == wanted)?;
                Some(Decider {
                    index: Some(index),
                    ..self.decider(at)
                })
            }
        }
    }

    /// Collects what is not there: fields that had to be answered, flags that had to be set, and
    /// terms that had to be in a list. `wanted` is false for what a rule requires and true for a
    /// lack that it forbids.
    pub fn missing(&mut self, condition: &'d Condition, wanted: bool, lang: Lang, out: &mut Vec<String>) {
        if self.truth(condition).holds() != wanted {
            return;
        }
        match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                // Of alternatives that all failed, the first says what was asked for.
                let first_only = matches!(condition, Condition::Any(_)) && !wanted;
                for part in parts.iter().take(if first_only { 1 } else { parts.len() }) {
                    self.missing(part, wanted, lang, out);
                }
            }
            Condition::Unless(part) => self.missing(part, !wanted, lang, out),
            Condition::Field(at, test) => self.missing_test(*at, test, wanted, lang, out),
            Condition::Union(lists) => {
                for (at, test) in lists {
                    self.missing_test(*at, test, wanted, lang, out);
                }
            }
            Condition::Not(_) | Condition::Is(_) | Condition::Missing(_) => {}
        }
    }

    fn missing_test(&mut self, at: FieldRef, test: &'d Test, wanted: bool, lang: Lang, out: &mut Vec<String>) {
        let value = self.slot(at).value;
        let holds = self.test(value, test).holds();
        if holds != wanted {
            return;
        }
        match test {
            Test::All(parts) => parts.iter().for_each(|t| self.missing_test(at, t, wanted, lang, out)),
            Test::Any(parts) => parts
                .iter()
                .take(1)
                .for_each(|t| self.missing_test(at, t, wanted, lang, out)),
            Test::Unless(part) => self.missing_test(at, part, !wanted, lang, out),
            Test::Unanswered | Test::Absent if wanted => self.name(at, out),
            Test::Answered | Test::Present if !wanted => self.name(at, out),
            Test::Equals(Operand::Literal(Literal::Flag(_))) if !wanted => self.name(at, out),
            Test::Covers(operands) if !wanted => {
                let have = self.expand(value);
                for term in self.operands(operands) {
                    if !have.iter().any(|h| self.is_a(*h, term) == Truth::True) {
                        out.push(self.shown(term, lang));
                    }
                }
            }
            Test::EveryItem(inner) if !wanted => {
                if let Inner::Item(condition) = &**inner {
                    for item in self.manifest.items(value) {
                        let mut names = Vec::new();
                        self.inside(item, |this| this.missing(condition, false, lang, &mut names));
                        let of = self.manifest.anchor(item).pointer;
                        let named = |name: String| match name.strip_prefix('`') {
                            Some(field) => format!("`{of}.{field}"),
                            None => name,
                        };
                        out.extend(names.into_iter().map(named));
                    }
                }
            }
            _ if !wanted => self.name(at, out),
            _ => {}
        }
    }

    fn name(&self, at: FieldRef, out: &mut Vec<String>) {
        let scope = self.manifest.instance(self.instance(at.scope)).scope;
        let name = format!("`{}`", self.manifest.shape.scopes[scope].fields[at.slot].path);
        if !out.contains(&name) {
            out.push(name);
        }
    }
}
