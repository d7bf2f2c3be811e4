//! Whether a condition holds: true, false or unanswered.

use std::cmp::Ordering;

use jiff::civil::Date;

use crate::rule::{Condition, FieldRef, Inner, Literal, Operand, Scope, Test};
use crate::ruleset::RuleSet;
use crate::schema::{InstanceId, Manifest, Slot};
use crate::value::{Length, Value};

/// One of three values: a comparison with something unanswered is neither true nor false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It cannot be said.
    Unanswered,
}

impl Truth {
    fn of(holds: bool) -> Truth {
        if holds { Truth::True } else { Truth::False }
    }

    fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unanswered => Truth::Unanswered,
        }
    }

    /// Known to hold.
    pub fn holds(self) -> bool {
        self == Truth::True
    }
}

fn all(truths: impl Iterator<Item = Truth>) -> Truth {
    let mut result = Truth::True;
    for truth in truths {
        match truth {
            Truth::False => return Truth::False,
            Truth::Unanswered => result = Truth::Unanswered,
            Truth::True => {}
        }
    }
    result
}

fn any(truths: impl Iterator<Item = Truth>) -> Truth {
    all(truths.map(Truth::not)).not()
}

/// A manifest with its facts, as conditions see it.
pub struct Examined<'d> {
    /// The manifest.
    pub manifest: &'d Manifest<'d>,
    /// The rules, for terms and definitions.
    pub rules: &'d RuleSet,
    /// The instance that holds the facts.
    pub facts: InstanceId,
    /// The day of the run.
    pub today: Date,
    /// The items that are being examined, the innermost last.
    stack: Vec<InstanceId>,
    definitions: Vec<Option<Truth>>,
    /// What is not answered stays open everywhere, also for `unless` and `answered`.
    strict: bool,
}

impl<'d> Examined<'d> {
    /// A manifest to be examined on a day.
    pub fn new(manifest: &'d Manifest<'d>, rules: &'d RuleSet, facts: InstanceId, today: Date) -> Self {
        let definitions = vec![None; rules.definitions.all.len()];
        Examined {
            manifest,
            rules,
            facts,
            today,
            stack: Vec::new(),
            definitions,
            strict: false,
        }
    }

    /// Runs something with an item as the innermost.
    pub fn inside<T>(&mut self, item: InstanceId, run: impl FnOnce(&mut Self) -> T) -> T {
        self.stack.push(item);
        let result = run(self);
        self.stack.pop();
        result
    }

    /// The innermost item that is being examined; the manifest itself if there is none.
    pub fn innermost(&self) -> InstanceId {
        self.stack.last().copied().unwrap_or(0)
    }

    /// The instance that a field is read from.
    pub(super) fn instance(&self, scope: Scope) -> InstanceId {
        match scope {
            Scope::Root => 0,
            Scope::Facts => self.facts,
            Scope::Item(out) => {
                let index = self.stack.len().checked_sub(1 + out as usize);
                index.and_then(|i| self.stack.get(i)).copied().unwrap_or(0)
            }
        }
    }

    /// What a field holds.
    pub fn slot(&self, at: FieldRef) -> Slot<'d> {
        self.manifest.slot(self.instance(at.scope), at.slot)
    }

    /// Whether a condition holds.
    pub fn truth(&mut self, condition: &'d Condition) -> Truth {
        match condition {
            Condition::All(parts) => all(parts.iter().map(|c| self.truth(c))),
            Condition::Any(parts) => any(parts.iter().map(|c| self.truth(c))),
            Condition::Not(part) => self.truth(part).not(),
            Condition::Unless(part) if self.strict => self.truth(part).not(),
            Condition::Unless(part) => Truth::of(!self.truth(part).holds()),
            Condition::Is(number) => self.definition(*number),
            Condition::Field(at, test) => {
                let value = self.slot(*at).value;
                self.test(value, test)
            }
            Condition::Union(lists) => self.union(lists),
            Condition::Missing(test) => self.test(Value::Absent, test),
        }
    }

    /// Whether a condition would hold, or not hold, whatever the answer to what is still open: a
    /// finding then rests on what the manifest says and not on what it leaves out.
    pub fn is_settled(&mut self, condition: &'d Condition) -> bool {
        let definitions = std::mem::replace(&mut self.definitions, vec![None; self.rules.definitions.all.len()]);
        self.strict = true;
        let truth = self.truth(condition);
        self.strict = false;
        self.definitions = definitions;
        truth != Truth::Unanswered
    }

    /// A definition speaks of the whole manifest, so its truth is found once.
    fn definition(&mut self, number: usize) -> Truth {
        if let Some(Some(known)) = self.definitions.get(number) {
            return *known;
        }
        let rules = self.rules;
        let Some(definition) = rules.definitions.all.get(number) else {
            return Truth::Unanswered;
        };
        let truth = self.truth(&definition.when);
        self.definitions[number] = Some(truth);
        truth
    }

    /// A test on several lists as if they were one: lists that are not there count only when none
    /// of them is.
    fn union(&mut self, lists: &'d [(FieldRef, Test)]) -> Truth {
        let there: Vec<_> = lists
            .iter()
            .filter(|(at, _)| self.slot(*at).value.is_present())
            .collect();
        let Some((_, first)) = there.first() else {
            return lists
                .first()
                .map_or(Truth::Unanswered, |(_, test)| self.test(Value::Absent, test));
        };
        match first {
            Test::AnyItem(_) | Test::Present | Test::Answered | Test::Overlaps(_) => {
                any(there.iter().map(|(at, test)| self.test_at(*at, test)))
            }
            Test::Count { at_least, at_most, .. } => {
                let count: usize = there
                    .iter()
                    .map(|(at, test)| self.counted(self.slot(*at).value, test))
                    .sum();
                self.in_range(count, at_least.as_ref(), at_most.as_ref())
            }
            _ => all(there.iter().map(|(at, test)| self.test_at(*at, test))),
        }
    }

    fn test_at(&mut self, at: FieldRef, test: &'d Test) -> Truth {
        let value = self.slot(at).value;
        self.test(value, test)
    }

    /// Whether a test holds of a value.
    pub(super) fn test(&mut self, value: Value<'d>, test: &'d Test) -> Truth {
        let open = matches!(value, Value::Absent | Value::Unknown | Value::Invalid);
        match test {
            Test::All(parts) => all(parts.iter().map(|t| self.test(value, t))),
            Test::Any(parts) => any(parts.iter().map(|t| self.test(value, t))),
            Test::Not(part) => self.test(value, part).not(),
            Test::Unless(part) if self.strict => self.test(value, part).not(),
            Test::Unless(part) => Truth::of(!self.test(value, part).holds()),
            Test::Present | Test::Absent | Test::Answered | Test::Unanswered | Test::Count { .. }
                if self.strict && open =>
            {
                Truth::Unanswered
            }
            Test::Present => Truth::of(value.is_present()),
            Test::Absent => Truth::of(!value.is_present()),
            Test::Answered => Truth::of(value.is_answered()),
            Test::Unanswered => Truth::of(!value.is_answered()),
            Test::Count {
                of: _,
                at_least,
                at_most,
            } => {
                let count = self.counted(value, test);
                self.in_range(count, at_least.as_ref(), at_most.as_ref())
            }
            _ if open => Truth::Unanswered,
            Test::Equals(operand) => self.equals(value, self.operand(operand)),
            Test::OneOf(operands) => any(operands.iter().map(|o| match self.operand(o) {
                list @ Value::List { .. } => any(self.manifest.list(list).iter().map(|(v, _)| self.equals(value, *v))),
                other => self.equals(value, other),
            })),
            Test::Marked(marks) => match value {
                Value::Term(id) => Truth::of(marks.get(id.term as usize) == Some(&true)),
                Value::Country(_, number) => Truth::of(marks.get(number as usize) == Some(&true)),
                _ => Truth::Unanswered,
            },
            Test::IsA(operand) => {
                let values = self.expand(self.operand(operand));
                any(values.into_iter().map(|other| self.is_a(value, other)))
            }
            Test::AtLeast(operand) => self.compare(value, operand, |o| o != Ordering::Less),
            Test::AtMost(operand) => self.compare(value, operand, |o| o != Ordering::Greater),
            Test::Before(operand) => self.dates(value, operand, -1),
            Test::After(operand) => self.dates(value, operand, 1),
            Test::Within(operand) => match (value, self.operand(operand)) {
                (Value::Date(date), Value::Length(Length::Unlimited)) => Truth::of(date <= Date::MAX),
                (Value::Date(date), Value::Length(length)) => length
                    .shift(self.today, -1)
                    .map_or(Truth::Unanswered, |first| Truth::of(date >= first)),
                _ => Truth::Unanswered,
            },
            Test::Matches(pattern) => match value {
                Value::Text(text) => Truth::of(pattern.is_match(text)),
                _ => Truth::Unanswered,
            },
            Test::AnyItem(inner) => self.some(value, inner, false),
            Test::EveryItem(inner) => self.some(value, inner, true).not(),
            Test::NoItem(inner) => self.some(value, inner, false).not(),
            Test::Covers(operands) => {
                let have = self.expand(value);
                let wanted = self.operands(operands);
                all(wanted.into_iter().map(|w| any(have.iter().map(|h| self.is_a(*h, w)))))
            }
            Test::Overlaps(operands) => {
                let have = self.expand(value);
                let wanted = self.operands(operands);
                any(wanted.into_iter().map(|w| any(have.iter().map(|h| self.is_a(*h, w)))))
            }
            Test::SubsetOf(operands) => {
                let have = self.expand(value);
                let wanted = self.operands(operands);
                let inside = all(have.iter().map(|h| any(wanted.iter().map(|w| self.is_a(*h, *w)))));
                if have.is_empty() { Truth::False } else { inside }
            }
            Test::RefersTo(scope, condition) => match value {
                Value::Text(id) => match self.manifest.find(*scope, id) {
                    Some(item) => self.inside(item, |this| this.truth(condition)),
                    None => Truth::False,
                },
                _ => Truth::Unanswered,
            },
        }
    }

    /// Whether the inner condition holds for some item of a list; with `not`, whether it fails for
    /// some item.
    fn some(&mut self, value: Value<'d>, inner: &'d Inner, not: bool) -> Truth {
        let mut result = Truth::False;
        let mut seen = |truth: Truth| {
            let truth = if not { truth.not() } else { truth };
            if truth != Truth::False && result != Truth::True {
                result = truth;
            }
            truth == Truth::True
        };
        match inner {
            Inner::Item(condition) => {
                for item in self.manifest.items(value) {
                    if seen(self.inside(item, |this| this.truth(condition))) {
                        break;
                    }
                }
            }
            Inner::Value(test) => {
                for n in 0..self.length(value) {
                    if seen(self.test(self.nth(value, n), test)) {
                        break;
                    }
                }
            }
        }
        result
    }

    /// Number of values in a list; any other value counts as a list of itself.
    fn length(&self, value: Value<'d>) -> usize {
        match value {
            Value::List { len, .. } | Value::Items { len, .. } => len as usize,
            Value::Absent | Value::Unknown | Value::Invalid => 0,
            _ => 1,
        }
    }

    fn nth(&self, value: Value<'d>, n: usize) -> Value<'d> {
        match value {
            Value::List { .. } => self.manifest.list(value).get(n).map_or(Value::Absent, |(v, _)| *v),
            one => one,
        }
    }

    fn counted(&mut self, value: Value<'d>, test: &'d Test) -> usize {
        let Test::Count { of, .. } = test else { return 0 };
        match of.as_deref() {
            Some(Inner::Item(condition)) => {
                let items = self.manifest.items(value);
                items
                    .filter(|item| self.inside(*item, |this| this.truth(condition)).holds())
                    .count()
            }
            Some(Inner::Value(test)) => (0..self.length(value))
                .filter(|n| self.test(self.nth(value, *n), test).holds())
                .count(),
            None => match value {
                Value::List { .. } | Value::Items { .. } => self.length(value),
                _ => 0,
            },
        }
    }

    fn in_range(&mut self, count: usize, at_least: Option<&'d Operand>, at_most: Option<&'d Operand>) -> Truth {
        let value = Value::Number(count as f64);
        let low = at_least.map(|o| self.compare(value, o, |o| o != Ordering::Less));
        let high = at_most.map(|o| self.compare(value, o, |o| o != Ordering::Greater));
        all(low.into_iter().chain(high))
    }

    /// A list as its values; any other value as itself.
    pub(super) fn expand(&self, value: Value<'d>) -> Vec<Value<'d>> {
        match value {
            Value::List { .. } => self.manifest.list(value).iter().map(|(v, _)| *v).collect(),
            Value::Absent | Value::Unknown | Value::Invalid => Vec::new(),
            one => vec![one],
        }
    }

    pub(super) fn operands(&self, operands: &'d [Operand]) -> Vec<Value<'d>> {
        operands.iter().flat_map(|o| self.expand(self.operand(o))).collect()
    }

    pub(super) fn operand(&self, operand: &'d Operand) -> Value<'d> {
        match operand {
            Operand::Literal(literal) => match literal {
                Literal::Text(text) => Value::Text(text),
                Literal::Flag(flag) => Value::Flag(*flag),
                Literal::Number(number) => Value::Number(*number),
                Literal::Date(date) => Value::Date(*date),
                Literal::Length(length) => Value::Length(*length),
                Literal::Term(term) => Value::Term(*term),
            },
            Operand::Today { .. } => Value::Date(self.today),
            Operand::Field { at, or_else, .. } => {
                let value = self.slot(*at).value;
                match or_else {
                    Some(other) if !value.is_answered() => self.operand(other),
                    _ => value,
                }
            }
        }
    }

    fn equals(&self, a: Value<'d>, b: Value<'d>) -> Truth {
        match (a, b) {
            (Value::Text(a) | Value::Country(a, _), Value::Text(b) | Value::Country(b, _)) => Truth::of(a == b),
            (Value::Flag(a), Value::Flag(b)) => Truth::of(a == b),
            (Value::Number(a), Value::Number(b)) => Truth::of((a - b).abs() < f64::EPSILON),
            (Value::Date(a), Value::Date(b)) => Truth::of(a == b),
            (Value::Length(a), Value::Length(b)) if b == Length::Unspecified => Truth::of(a == b),
            (Value::Length(a), Value::Length(b)) => a
                .compare(b)
                .map_or(Truth::Unanswered, |o| Truth::of(o == Ordering::Equal)),
            (Value::Term(a), Value::Term(b)) => Truth::of(a == b),
            (Value::Evidence(a), Value::Evidence(b)) => {
                let document = self.manifest.document;
                Truth::of(document.to_json(a) == document.to_json(b))
            }
            _ => Truth::Unanswered,
        }
    }

    /// The same, or a term that is declared as the other.
    pub(super) fn is_a(&self, value: Value<'d>, other: Value<'d>) -> Truth {
        match (value, other) {
            (Value::Term(a), Value::Term(b)) if a.vocabulary == b.vocabulary => {
                let vocabulary = self.rules.vocabularies.get(a.vocabulary);
                Truth::of(vocabulary.lineage(a.term).any(|term| term == b.term))
            }
            _ => self.equals(value, other),
        }
    }

    fn level(&self, value: Value<'d>) -> Option<i64> {
        match value {
            Value::Term(id) => self.rules.vocabularies.term(id).level,
            Value::Number(n) => Some(n as i64),
            _ => None,
        }
    }

    fn compare(&self, value: Value<'d>, operand: &'d Operand, fits: fn(Ordering) -> bool) -> Truth {
        let ordering = match (value, self.operand(operand)) {
            (Value::Number(a), Value::Number(b)) => a.partial_cmp(&b),
            (Value::Length(a), Value::Length(b)) => a.compare(b),
            (a @ Value::Term(_), b) => self.level(a).zip(self.level(b)).map(|(a, b)| a.cmp(&b)),
            _ => None,
        };
        ordering.map_or(Truth::Unanswered, |o| Truth::of(fits(o)))
    }

    /// Earlier (`side` -1) or later (1) than another date; by at least so much, where given.
    fn dates(&self, value: Value<'d>, operand: &'d Operand, side: i64) -> Truth {
        let by = match operand {
            Operand::Today { by } | Operand::Field { by, .. } => *by,
            Operand::Literal(_) => None,
        };
        let (Value::Date(a), Value::Date(b)) = (value, self.operand(operand)) else {
            return Truth::Unanswered;
        };
        match by {
            None => Truth::of(if side < 0 { a < b } else { a > b }),
            Some(by) => match by.shift(b, side) {
                Some(limit) => Truth::of(if side < 0 { a <= limit } else { a >= limit }),
                None => Truth::Unanswered,
            },
        }
    }
}
