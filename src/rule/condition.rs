//! The compiled form of a condition.

use std::sync::OnceLock;

use jiff::civil::Date;
use regex::Regex;

use crate::shape::{ScopeId, SlotId};
use crate::value::Length;
use crate::vocabulary::TermId;

/// Where a field is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The item so many levels out from the present one.
    Item(u8),
    /// The top of the manifest.
    Root,
    /// The facts.
    Facts,
}

/// A field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldRef {
    /// Whose.
    pub scope: Scope,
    /// Which.
    pub slot: SlotId,
}

/// What must hold of a manifest or an item.
#[derive(Clone, Debug)]
pub enum Condition {
    /// All of them.
    All(Vec<Condition>),
    /// At least one.
    Any(Vec<Condition>),
    /// Known not to hold.
    Not(Box<Condition>),
    /// Not known to hold.
    Unless(Box<Condition>),
    /// The definition with this number.
    Is(usize),
    /// A test on a field.
    Field(FieldRef, Test),
    /// A test on several lists as if they were one.
    Union(Vec<(FieldRef, Test)>),
    /// A test on a field that this kind of item does not have.
    Missing(Test),
}

/// What must hold of one value.
#[derive(Clone, Debug)]
pub enum Test {
    /// All of them.
    All(Vec<Test>),
    /// At least one.
    Any(Vec<Test>),
    /// Known not to hold.
    Not(Box<Test>),
    /// Not known to hold.
    Unless(Box<Test>),
    /// The key is there.
    Present,
    /// The key is not there.
    Absent,
    /// There, not `unknown`, not empty.
    Answered,
    /// The opposite.
    Unanswered,
    /// The same.
    Equals(Operand),
    /// One of them.
    OneOf(Vec<Operand>),
    /// A term whose number is marked, or one declared as such.
    Marked(Vec<bool>),
    /// A term that is, or is declared as, one that these fields hold.
    IsA(Operand),
    /// Not below.
    AtLeast(Operand),
    /// Not above.
    AtMost(Operand),
    /// Earlier.
    Before(Operand),
    /// Later.
    After(Operand),
    /// Not longer ago than this.
    Within(Operand),
    /// The pattern is found.
    Matches(Pattern),
    /// For at least one item.
    AnyItem(Box<Inner>),
    /// For every item.
    EveryItem(Box<Inner>),
    /// For no item.
    NoItem(Box<Inner>),
    /// So many items.
    Count {
        /// Which items are counted; all if not given.
        of: Option<Box<Inner>>,
        /// At least so many.
        at_least: Option<Operand>,
        /// At most so many.
        at_most: Option<Operand>,
    },
    /// All of these are in the list.
    Covers(Vec<Operand>),
    /// One of these is in the list.
    Overlaps(Vec<Operand>),
    /// Nothing but these is in the list, and something is.
    SubsetOf(Vec<Operand>),
    /// The item of this scope that the id points to exists and fulfils the condition.
    RefersTo(ScopeId, Box<Condition>),
}

/// What must hold of an item of a list.
#[derive(Clone, Debug)]
pub enum Inner {
    /// Of a mapping.
    Item(Condition),
    /// Of a value.
    Value(Test),
}

/// A value to compare with.
#[derive(Clone, Debug)]
pub enum Operand {
    /// Written in the rule or its parameters.
    Literal(Literal),
    /// The day of the run.
    Today {
        /// Moved by this.
        by: Option<Length>,
    },
    /// Another field.
    Field {
        /// Which.
        at: FieldRef,
        /// Moved by this.
        by: Option<Length>,
        /// Used when the field is unanswered.
        or_else: Option<Box<Operand>>,
    },
}

/// A value written in a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A text, an id or a country.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A number, or the level of a term.
    Number(f64),
    /// A date.
    Date(Date),
    /// A duration.
    Length(Length),
    /// A term.
    Term(TermId),
}

/// A pattern, compiled when it is first used.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As it stands in the rule, and checked when that was loaded.
    pub text: String,
    compiled: OnceLock<Option<Regex>>,
}

/// Largest compiled size of a pattern, in bytes.
const PATTERN_SIZE: usize = 256 << 10;

impl Pattern {
    /// The pattern in this text.
    pub fn new(text: String) -> Self {
        Pattern {
            text,
            compiled: OnceLock::new(),
        }
    }

    /// Compiles the pattern.
    ///
    /// # Errors
    /// Why the text is no pattern, or that it is too large.
    pub fn check(text: &str) -> Result<Regex, regex::Error> {
        regex::RegexBuilder::new(text)
            .size_limit(PATTERN_SIZE)
            .dfa_size_limit(PATTERN_SIZE)
            .build()
    }

    /// True when the pattern is found in the value.
    pub fn is_match(&self, value: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Pattern::check(&self.text).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(value))
    }
}
