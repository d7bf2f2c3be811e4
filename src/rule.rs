//! A rule: from its text form, a YAML file, to its compiled form.
//!
//! The text form is written by people and described in `docs/rule-language.md`. The compiled form
//! reads fields by slot, so that a rule costs nothing where it cannot apply. The head of a rule
//! file (`id` to `see`) decides; its tail (`title` to `examples`) explains, and is read only when
//! somebody reads it.

mod compile;
mod condition;
mod file;
mod library;
mod literal;
mod load;
mod template;

use std::sync::{Arc, OnceLock};

use jiff::civil::Date;

pub use compile::{Compiler, Definitions, LOGIC, Milder, Names, OPERATORS, Param, Setting, WORDS};
pub use condition::{Condition, FieldRef, Inner, Literal, Operand, Scope, Test};
pub use file::parse;
pub use library::{load_definitions, load_packs, load_sources};
pub use load::{Context, EXPLAINING, Extent, load};
pub use template::{Piece, Template};

use crate::finding::Severity;
use crate::source::{SourceFile, Span};
use crate::text::{Lang, Localized};

/// The schema of a rule, as it lies in the repository.
pub const RULE_SCHEMA: &str = include_str!("../schemas/rule.v1.schema.json");

/// The pack, the source and the category of an organisation's own rules.
pub const OWN: &str = "own";

/// The lists of facts that show only over several manifests.
const OVER_ALL: [&str; 4] = [
    "$facts.load[]",
    "$facts.reuse[]",
    "$facts.roles[]",
    "$facts.suppliers[]",
];

/// Whether a rule with this `given` needs several manifests, so that no example can show what it finds.
pub fn is_over_all(given: &str) -> bool {
    OVER_ALL.contains(&given)
}

/// What a rule can rest on.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Its name.
    pub id: Arc<str>,
    /// Policy, law or agreement.
    pub kind: PackKind,
    /// What people read.
    pub label: Localized,
    /// When it applies if the configuration does not say so; `None`: always.
    pub active: Option<Condition>,
}

/// Policy makes no legal claim; law and agreement do. What people read keeps them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackKind {
    /// What the two documents ask for.
    Policy,
    /// Law.
    Law,
    /// A collective agreement.
    Agreement,
}

impl PackKind {
    /// `policy`, `law` or `agreement`.
    pub fn name(self) -> &'static str {
        match self {
            PackKind::Policy => "policy",
            PackKind::Law => "law",
            PackKind::Agreement => "agreement",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<PackKind> {
        [PackKind::Policy, PackKind::Law, PackKind::Agreement]
            .into_iter()
            .find(|k| k.name() == name)
    }
}

/// A document that clauses come from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its id.
    pub id: Arc<str>,
    /// `policy`, `law`, `agreement`, `decision` or `guidance`.
    pub kind: String,
    /// How it is cited.
    pub citation: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// What was read of it: `stored-text`, `stored-secondary` or `memory`.
    pub verified: String,
}

/// A clause that a rule rests on.
#[derive(Clone, Debug)]
pub struct RuleBasis {
    /// Numbers of the packs; empty for background.
    pub packs: Vec<usize>,
    /// Number of the source.
    pub source: usize,
    /// Demands of the two documents, such as A9.
    pub refs: Vec<String>,
    /// The day the clause applies from.
    pub from: Option<Date>,
    /// A severity of its own under these packs.
    pub severity: Option<Severity>,
    /// What the clause requires of the parties when a system is changed.
    pub requires: Vec<Requirement>,
    /// What the clause asks, in own words.
    pub says: Localized,
}

/// What is to happen between the parties when a system is changed, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Requirement {
    /// The employer informs.
    Inform,
    /// The parties discuss it.
    Discuss,
    /// The parties negotiate about it.
    Negotiate,
    /// The worker side agrees to it.
    Agree,
    /// What it means for the people concerned is assessed anew.
    Assess,
}

impl Requirement {
    /// All of them.
    pub const ALL: [Requirement; 5] = [
        Requirement::Inform,
        Requirement::Discuss,
        Requirement::Negotiate,
        Requirement::Agree,
        Requirement::Assess,
    ];

    /// `inform`, `discuss`, `negotiate`, `agree` or `assess`.
    pub fn name(self) -> &'static str {
        match self {
            Requirement::Inform => "inform",
            Requirement::Discuss => "discuss",
            Requirement::Negotiate => "negotiate",
            Requirement::Agree => "agree",
            Requirement::Assess => "assess",
        }
    }

    /// What the parties are to do, in a word or two.
    pub fn words(self, lang: Lang) -> &'static str {
        match self {
            Requirement::Inform => lang.pick("inform", "informasjon"),
            Requirement::Discuss => lang.pick("discuss", "drøfting"),
            Requirement::Negotiate => lang.pick("negotiate", "forhandling"),
            Requirement::Agree => lang.pick("agree", "enighet"),
            Requirement::Assess => lang.pick("assess anew", "ny vurdering"),
        }
    }

    /// The requirement with this name.
    pub fn from_name(name: &str) -> Option<Requirement> {
        Requirement::ALL
            .into_iter()
            .find(|requirement| requirement.name() == name)
    }
}

/// What a rule demands.
#[derive(Clone, Debug)]
pub enum Check {
    /// This must hold; unanswered is not enough.
    Require(Condition),
    /// This must not hold.
    Forbid(Condition),
}

/// A rule compiled for one of the lists that its `given` names.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The list that is examined; `None` for the whole manifest.
    pub given: Option<FieldRef>,
    /// When the rule applies.
    pub when: Option<Condition>,
    /// What it demands.
    pub check: Check,
    /// Other severities, the first whose condition holds.
    pub severity_when: Vec<(Condition, Severity)>,
    /// Under which condition each basis of the rule counts.
    pub basis_if: Vec<Option<Condition>>,
    /// The place to point at.
    pub at: Option<FieldRef>,
    /// Further places.
    pub see: Vec<FieldRef>,
    /// The message's placeholders, filled by field.
    pub message: OnceLock<[Template; 2]>,
}

/// A compiled rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub id: Arc<str>,
    /// The folder it belongs to.
    pub category: Arc<str>,
    /// Severity unless a pack or a condition says otherwise.
    pub severity: Severity,
    /// False when it can only be fixed.
    pub waivable: bool,
    /// The clauses it rests on.
    pub bases: Vec<RuleBasis>,
    /// Further reading.
    pub background: Vec<RuleBasis>,
    /// Ids of more general rules whose findings at the same place this one's stand for, and where they
    /// stand in the file.
    pub covers: Vec<(Arc<str>, Span)>,
    /// Values the configuration may set.
    pub params: Vec<Param>,
    /// One for each list of `given`; none when the program itself computes the findings.
    pub variants: Vec<Variant>,
    /// Under which condition each basis counts, where the program itself computes the findings.
    pub basis_if: Vec<Option<Condition>>,
    /// The list behind `given` in words, for those who read: `$` or a path.
    pub given: String,
    /// The file.
    pub source: Arc<SourceFile>,
    /// Where the id stands in it.
    pub id_span: Span,
    /// False for an organisation's own rule.
    pub builtin: bool,
    /// The explaining part, read when needed.
    pub tail: OnceLock<Tail>,
}

/// The explaining part of a rule.
#[derive(Clone, Debug, Default)]
pub struct Tail {
    /// What to do, in a few words.
    pub title: Localized,
    /// What was found, with placeholders.
    pub message: Localized,
    /// What to do, in sentences.
    pub help: Localized,
    /// Why.
    pub rationale: Localized,
    /// What the rule cannot see.
    pub limits: Localized,
}

/// The key that begins the explaining part of a rule file.
pub const TAIL_BEGINS: &str = "\ntitle:";

impl Rule {
    /// Whether its finding stands for that of the rule with this id, at the same place.
    pub fn covers(&self, id: &str) -> bool {
        self.covers.iter().any(|(covered, _)| &**covered == id)
    }

    /// The explaining part.
    pub fn tail(&self) -> &Tail {
        self.tail.get_or_init(|| file::tail(&self.source, self.builtin))
    }
}
