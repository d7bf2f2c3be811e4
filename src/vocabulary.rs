//! The one vocabulary: terms with labels in both languages, levels and tags.
//!
//! Read from `rules/vocabulary.yaml` and `rules/countries.yaml`; an organisation adds terms of its
//! own, each declared as one of the known (`is_a`).

use std::collections::HashMap;

use crate::builtin;
use crate::text::{Lang, Localized};
use crate::yaml::{Document, NodeId};

/// A term: the number of its vocabulary and its number in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TermId {
    /// Number of the vocabulary.
    pub vocabulary: u16,
    /// Number of the term.
    pub term: u16,
}

/// One word of a vocabulary.
#[derive(Clone, Debug)]
pub struct Term {
    /// The word as it stands in a manifest.
    pub id: String,
    /// What people read.
    pub label: Localized,
    /// Rank, where the vocabulary has an order (data categories: 0-4, how close to private life).
    pub level: Option<i64>,
    /// Tags that rules select by.
    pub tags: Vec<String>,
    /// The known term that an organisation's own term is declared as.
    pub is_a: Option<u16>,
}

/// One list of terms.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// Its name, as in the schema's `$defs`.
    pub name: String,
    /// True when an organisation may add terms.
    pub open: bool,
    /// The terms in order.
    pub terms: Vec<Term>,
    by_id: HashMap<String, u16>,
}

impl Vocabulary {
    fn new(name: &str, open: bool) -> Self {
        Vocabulary {
            name: name.to_owned(),
            open,
            terms: Vec::new(),
            by_id: HashMap::new(),
        }
    }

    fn push(&mut self, term: Term) {
        let number = u16::try_from(self.terms.len()).unwrap_or(u16::MAX);
        self.by_id.insert(term.id.clone(), number);
        self.terms.push(term);
    }

    /// The number of the term with this id.
    pub fn find(&self, id: &str) -> Option<u16> {
        self.by_id.get(id).copied()
    }

    /// The id of the term that was meant by a name in either language, or by an id in other letters.
    pub fn meant(&self, name: &str) -> Option<&str> {
        let same = |other: &str| other.to_lowercase() == name.to_lowercase();
        let mut terms = self.terms.iter();
        let term = terms.find(|t| same(&t.id) || same(&t.label.en) || same(&t.label.nb))?;
        Some(&term.id)
    }

    /// The ids of all terms.
    pub fn ids(&self) -> impl Iterator<Item = &str> + Clone {
        self.terms.iter().map(|t| t.id.as_str())
    }

    /// True when some term has this tag.
    pub fn has_tag(&self, tag: &str) -> bool {
        self.terms.iter().any(|t| t.tags.iter().any(|have| have == tag))
    }

    /// True when the terms have levels.
    pub fn is_ordered(&self) -> bool {
        self.terms.iter().any(|t| t.level.is_some())
    }

    /// The term itself and the known terms that it is declared as.
    pub fn lineage(&self, term: u16) -> impl Iterator<Item = u16> + '_ {
        let mut next = Some(term);
        let mut steps = 0;
        std::iter::from_fn(move || {
            let here = next?;
            steps += 1;
            // An own term is declared as an earlier one, so this ends; the count makes it plain.
            next = self
                .terms
                .get(here as usize)
                .and_then(|t| t.is_a)
                .filter(|_| steps < 16);
            Some(here)
        })
    }
}

/// An organisation's own term.
#[derive(Clone, Debug)]
pub struct OwnTerm {
    /// Name of the vocabulary.
    pub vocabulary: String,
    /// The new word.
    pub id: String,
    /// The known term that it is.
    pub is_a: String,
    /// What people read.
    pub label: Localized,
    /// Further tags.
    pub tags: Vec<String>,
}

/// All vocabularies of a run.
#[derive(Clone, Debug)]
pub struct Vocabularies {
    all: Vec<Vocabulary>,
    by_name: HashMap<String, u16>,
}

/// Name of the vocabulary of countries.
pub const COUNTRIES: &str = "countries";

impl Vocabularies {
    /// The vocabularies that come with the program.
    pub fn builtin() -> Self {
        let mut this = Vocabularies {
            all: Vec::new(),
            by_name: HashMap::new(),
        };
        this.read(&builtin::file("rules/vocabulary.yaml").document());
        this.read_countries(&builtin::file("rules/countries.yaml").document());
        this
    }

    fn read(&mut self, document: &Document<'_>) {
        let Some(root) = document.root() else { return };
        for (name, body) in document.entries(root) {
            let open = document.get(body, "open").and_then(|o| document.text(o)) == Some("true");
            let mut vocabulary = Vocabulary::new(document.text(name).unwrap_or_default(), open);
            if let Some(terms) = document.get(body, "terms") {
                for (id, body) in document.entries(terms) {
                    vocabulary.push(read_term(document, id, body));
                }
            }
            self.insert(vocabulary);
        }
    }

    fn read_countries(&mut self, document: &Document<'_>) {
        let mut vocabulary = Vocabulary::new(COUNTRIES, false);
        if let Some(root) = document.root() {
            for (id, body) in document.entries(root) {
                vocabulary.push(read_term(document, id, body));
            }
        }
        self.insert(vocabulary);
    }

    /// Adds a closed vocabulary whose terms have the levels of their order.
    pub fn insert_ordered(&mut self, name: &str, terms: impl Iterator<Item = (String, Localized)>) {
        let mut vocabulary = Vocabulary::new(name, false);
        for (level, (id, label)) in (0..).zip(terms) {
            vocabulary.push(Term {
                id,
                label,
                level: Some(level),
                tags: Vec::new(),
                is_a: None,
            });
        }
        self.insert(vocabulary);
    }

    fn insert(&mut self, vocabulary: Vocabulary) {
        let number = u16::try_from(self.all.len()).unwrap_or(u16::MAX);
        self.by_name.insert(vocabulary.name.clone(), number);
        self.all.push(vocabulary);
    }

    /// Adds an organisation's own term. It takes level and tags of the term that it is.
    ///
    /// # Errors
    /// What of it does not fit: the vocabulary, the new id, or the term that it is said to be.
    pub fn add(&mut self, own: &OwnTerm) -> Result<(), OwnTermError> {
        let unknown_tag = own.tags.iter().find(|tag| !self.iter().any(|v| v.has_tag(tag)));
        if let Some(tag) = unknown_tag {
            return Err(OwnTermError::Tag(tag.clone()));
        }
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if own.id.is_empty() || own.id == "unknown" || !own.id.bytes().all(plain) {
            return Err(OwnTermError::Id);
        }
        let number = self.find(&own.vocabulary).ok_or(OwnTermError::Vocabulary)?;
        let vocabulary = self.all.get_mut(number as usize).ok_or(OwnTermError::Vocabulary)?;
        if !vocabulary.open {
            return Err(OwnTermError::Closed);
        }
        if vocabulary.find(&own.id).is_some() {
            return Err(OwnTermError::Taken);
        }
        let parent = vocabulary.find(&own.is_a).ok_or(OwnTermError::IsA)?;
        let known = vocabulary.terms[parent as usize].clone();
        let mut tags = known.tags;
        tags.extend(own.tags.iter().cloned());
        vocabulary.push(Term {
            id: own.id.clone(),
            label: own.label.clone(),
            level: known.level,
            tags,
            is_a: Some(parent),
        });
        Ok(())
    }

    /// The number of the vocabulary with this name.
    pub fn find(&self, name: &str) -> Option<u16> {
        self.by_name.get(name).copied()
    }

    /// The vocabulary with this number, which must come from this collection.
    pub fn get(&self, number: u16) -> &Vocabulary {
        &self.all[number as usize]
    }

    /// All vocabularies.
    pub fn iter(&self) -> impl Iterator<Item = &Vocabulary> {
        self.all.iter()
    }

    /// The term with this id, which must come from this collection.
    pub fn term(&self, id: TermId) -> &Term {
        &self.get(id.vocabulary).terms[id.term as usize]
    }

    /// The label of a term in a language.
    pub fn label(&self, id: TermId, lang: Lang) -> &str {
        self.term(id).label.get(lang)
    }
}

/// Why an own term was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnTermError {
    /// The id is not a word of lower-case letters, digits and hyphens, or is `unknown`.
    Id,
    /// No term has this tag.
    Tag(String),
    /// There is no such vocabulary.
    Vocabulary,
    /// The vocabulary takes no own terms.
    Closed,
    /// The id is taken.
    Taken,
    /// The term that it is said to be is not known.
    IsA,
}

fn read_term(document: &Document<'_>, id: NodeId, body: NodeId) -> Term {
    let text = |key: &str| {
        document
            .get(body, key)
            .and_then(|n| document.text(n))
            .unwrap_or_default()
    };
    let id = document.text(id).unwrap_or_default().to_owned();
    let tags = document.get(body, "tags").map_or_else(Vec::new, |list| {
        document
            .children(list)
            .filter_map(|t| document.text(t))
            .map(str::to_owned)
            .collect()
    });
    Term {
        label: Localized {
            en: text("en").to_owned(),
            nb: text("nb").to_owned(),
        },
        level: text("level").parse().ok(),
        tags,
        is_a: None,
        id,
    }
}
