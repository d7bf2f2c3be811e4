//! A document to a [`Manifest`]: every field read by its kind, and problems with their places.
//!
//! The walk follows the shape of `schemas/manifest.v1.schema.json`. In tests the `jsonschema`
//! crate is the second opinion: both accept and refuse the same documents.

mod place;
mod problem;

use std::collections::HashMap;

pub use place::Place;
pub use problem::{Problem, ProblemKind};

use crate::shape::{Field, Kind, ScopeId, Shape, SlotId};
use crate::text::{nearest, shown};
use crate::value::{Length, LengthError, Value, parse_date};
use crate::vocabulary::{TermId, Vocabularies};
use crate::yaml::{Document, Kind as NodeKind, NodeId, Resolved};

/// What one field holds and where it stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slot<'d> {
    /// What it holds.
    pub value: Value<'d>,
    /// The key, where it is there.
    pub key: Option<NodeId>,
    /// The value's node.
    pub node: Option<NodeId>,
}

/// Number of an [`Instance`]; the manifest itself is 0.
pub type InstanceId = u32;

/// The manifest itself, or one item of a list of mappings.
#[derive(Clone, Copy, Debug)]
pub struct Instance {
    /// Its scope.
    pub scope: ScopeId,
    /// First slot in the arena.
    base: u32,
    /// The mapping's node; `None` for what is not in the document, such as facts.
    pub node: Option<NodeId>,
    /// Index in its list.
    pub index: u32,
}

/// A document read by the shape of a manifest.
#[derive(Debug)]
pub struct Manifest<'d> {
    /// The document.
    pub document: &'d Document<'d>,
    /// Its shape.
    pub shape: &'d Shape,
    slots: Vec<Slot<'d>>,
    instances: Vec<Instance>,
    lists: Vec<(Value<'d>, NodeId)>,
    /// What does not fit.
    pub problems: Vec<Problem>,
}

impl<'d> Manifest<'d> {
    /// Reads a document. `required` says whether required keys must be there: they must in a
    /// manifest, and may be left out in the examples of a rule.
    pub fn read(
        document: &'d Document<'d>,
        shape: &'d Shape,
        vocabularies: &Vocabularies,
        required: bool,
    ) -> Manifest<'d> {
        let manifest = Manifest {
            document,
            shape,
            slots: Vec::with_capacity(512),
            instances: Vec::with_capacity(16),
            lists: Vec::new(),
            problems: Vec::new(),
        };
        let mut reader = Reader {
            manifest,
            vocabularies,
            required,
            countries: Shape::countries(vocabularies),
        };
        let root = document.root();
        reader.manifest.add_instances(0, 1);
        match root.map(|id| (id, &document.node(id).kind)) {
            Some((id, NodeKind::Map)) => {
                reader.manifest.instances[0].node = Some(id);
                reader.map(id, 0, None);
                if required {
                    reader.required(0, None, id);
                }
            }
            Some((id, _)) => reader.problem(ProblemKind::NotAManifest, id),
            None => {}
        }
        reader.check_ids();
        reader.manifest
    }

    /// Adds instances of a scope with empty slots, one after the other; returns the first.
    pub fn add_instances(&mut self, scope: ScopeId, count: usize) -> InstanceId {
        let first = self.instances.len();
        let size = self.shape.scopes[scope].fields.len();
        for index in 0..count {
            let base = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            self.instances.push(Instance {
                scope,
                base,
                node: None,
                index,
            });
            self.slots.resize(self.slots.len() + size, Slot::default());
        }
        u32::try_from(first).unwrap_or(u32::MAX)
    }

    /// Sets a field that is not in the document: a fact.
    pub fn set(&mut self, instance: InstanceId, slot: SlotId, value: Value<'d>) {
        let base = self.instances[instance as usize].base as usize;
        self.slots[base + slot].value = value;
    }

    /// Adds a list of values that are not in the document.
    pub fn add_list(&mut self, values: impl Iterator<Item = Value<'d>>) -> Value<'d> {
        let start = self.lists.len();
        self.lists.extend(values.map(|v| (v, NodeId(0))));
        let as_u32 = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Value::List {
            start: as_u32(start),
            len: as_u32(self.lists.len() - start),
        }
    }

    /// An instance.
    pub fn instance(&self, id: InstanceId) -> Instance {
        self.instances[id as usize]
    }

    /// What a field of an instance holds, and where.
    pub fn slot(&self, instance: InstanceId, slot: SlotId) -> Slot<'d> {
        self.slots[self.instances[instance as usize].base as usize + slot]
    }

    /// What a field of an instance holds.
    pub fn value(&self, instance: InstanceId, slot: SlotId) -> Value<'d> {
        self.slot(instance, slot).value
    }

    /// What the field at a path from the top holds. For the few fields that the program itself
    /// reads; rules are compiled to slots.
    pub fn at(&self, path: &str) -> Value<'d> {
        self.shape.scopes[0]
            .slot(path)
            .map_or(Value::Absent, |slot| self.value(0, slot))
    }

    /// The text at a path from the top.
    pub fn text_at(&self, path: &str) -> Option<&'d str> {
        match self.at(path) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The values of a list.
    pub fn list(&self, value: Value<'d>) -> &[(Value<'d>, NodeId)] {
        match value {
            Value::List { start, len } => self
                .lists
                .get(start as usize..(start + len) as usize)
                .unwrap_or_default(),
            _ => &[],
        }
    }

    /// The instances of a list of mappings.
    pub fn items(&self, value: Value<'d>) -> std::ops::Range<InstanceId> {
        match value {
            Value::Items { start, len } => start..start + len,
            _ => 0..0,
        }
    }

    /// The instances of the list of a scope.
    pub fn items_of(&self, scope: ScopeId) -> std::ops::Range<InstanceId> {
        let path = &self.shape.scopes[scope].path;
        self.items(self.at(path))
    }

    /// Every record that the manifest refers to: the node of its mapping.
    pub fn evidence(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.slots.iter().filter_map(|slot| match slot.value {
            Value::Evidence(node) => Some(node),
            _ => None,
        })
    }

    /// The item of a scope's list that has this id.
    pub fn find(&self, scope: ScopeId, id: &str) -> Option<InstanceId> {
        let slot = self.shape.scopes[scope].slot("id")?;
        self.items_of(scope)
            .find(|item| self.value(*item, slot) == Value::Text(id))
    }
}

struct Reader<'d, 'v> {
    manifest: Manifest<'d>,
    vocabularies: &'v Vocabularies,
    required: bool,
    countries: u16,
}

impl<'d> Reader<'d, '_> {
    fn problem(&mut self, kind: ProblemKind, node: NodeId) {
        let span = self.manifest.document.span(node);
        self.manifest.problems.push(Problem {
            kind,
            span,
            other: None,
        });
    }

    /// Reads the keys of a mapping: the top of an instance, or a block in one of its slots.
    fn map(&mut self, node: NodeId, instance: InstanceId, block: Option<SlotId>) {
        let document = self.manifest.document;
        let shape = self.manifest.shape;
        let scope = &shape.scopes[self.manifest.instance(instance).scope];
        let base = self.manifest.instance(instance).base as usize;
        for (key, value) in document.entries(node) {
            let Some(name) = document.text(key) else {
                if matches!(document.node(key).kind, NodeKind::Null) {
                    self.problem(
                        ProblemKind::UnknownKey {
                            key: "null".to_owned(),
                            nearest: None,
                        },
                        key,
                    );
                }
                continue;
            };
            if name.starts_with("x-") || name == "<<" {
                continue;
            }
            let Some(slot) = scope.key(block, name) else {
                let known = scope.keys(block).iter().map(|(k, _)| k.as_str());
                let nearest = nearest(name, known).map(str::to_owned);
                self.problem(
                    ProblemKind::UnknownKey {
                        key: shown(name),
                        nearest,
                    },
                    key,
                );
                continue;
            };
            if self.manifest.slots[base + slot].key.is_some() {
                continue; // A duplicate key: the loader has said so, and the first one counts.
            }
            let field = &shape.scopes[self.manifest.instance(instance).scope].fields[slot];
            self.manifest.slots[base + slot].key = Some(key);
            self.manifest.slots[base + slot].node = Some(value);
            let read = self.field(field, slot, value, instance);
            self.manifest.slots[base + slot].value = read;
        }
    }

    fn required(&mut self, instance: InstanceId, block: Option<SlotId>, node: NodeId) {
        let shape = self.manifest.shape;
        let scope = &shape.scopes[self.manifest.instance(instance).scope];
        for (map, key) in scope.required.iter().filter(|(map, _)| *map == block) {
            let Some(slot) = scope.key(*map, key) else { continue };
            if self.manifest.slot(instance, slot).key.is_some() {
                continue;
            }
            // Show the key of the mapping that lacks it, or the start of the item or document.
            let document = self.manifest.document;
            let place = match block {
                Some(block) => self.manifest.slot(instance, block).key,
                None => document.children(node).next(),
            };
            let path = scope.fields[slot].path.clone();
            self.problem(ProblemKind::MissingKey { path }, place.unwrap_or(node));
        }
    }

    fn field(&mut self, field: &'d Field, slot: SlotId, node: NodeId, instance: InstanceId) -> Value<'d> {
        let document = self.manifest.document;
        if let Some(early) = self.common(&field.kind, node) {
            return early;
        }
        match &field.kind {
            Kind::Block => {
                self.map(node, instance, Some(slot));
                if self.required {
                    self.required(instance, Some(slot), node);
                }
                Value::Block {
                    empty: document.children(node).next().is_none(),
                }
            }
            Kind::Items(scope) => self.items(*scope, node),
            Kind::List(kind) => {
                let mut values = Vec::new();
                for child in document.children(node) {
                    let value = self.common(kind, child).unwrap_or_else(|| self.scalar(kind, child));
                    values.push((value, child));
                }
                let as_u32 = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
                let start = as_u32(self.manifest.lists.len());
                let len = as_u32(values.len());
                self.manifest.lists.extend(values);
                Value::List { start, len }
            }
            kind => self.scalar(kind, node),
        }
    }

    /// What is alike for all kinds: nothing written, `unknown`, and the wrong sort of node.
    fn common(&mut self, kind: &Kind, node: NodeId) -> Option<Value<'d>> {
        let document = self.manifest.document;
        let found = &document.node(node).kind;
        if matches!(found, NodeKind::Null) {
            self.problem(ProblemKind::NoValue, self.with_place(node));
            return Some(Value::Unknown);
        }
        let refuses_unknown = matches!(kind, Kind::Version | Kind::Id);
        if document.text(node) == Some("unknown") && !refuses_unknown {
            return Some(Value::Unknown);
        }
        let fits = match kind {
            Kind::Block | Kind::Evidence => matches!(found, NodeKind::Map),
            Kind::Items(_) | Kind::List(_) => matches!(found, NodeKind::List),
            _ => matches!(found, NodeKind::Scalar { .. }),
        };
        if fits {
            return None;
        }
        // A list or mapping of the wrong sort is shown at its key, not over all its lines.
        let place = self.with_place(node);
        self.problem(ProblemKind::WrongKind { expected: kind.clone() }, place);
        Some(Value::Invalid)
    }

    /// The node to show: the key before it where the value itself has no text or many lines.
    fn with_place(&self, node: NodeId) -> NodeId {
        let document = self.manifest.document;
        match document.raw(node).kind {
            NodeKind::Scalar { .. } | NodeKind::Alias(_) => node,
            _ if node.0 > 0 => match document.raw(NodeId(node.0 - 1)).kind {
                NodeKind::Scalar { .. } => NodeId(node.0 - 1),
                _ => node,
            },
            _ => node,
        }
    }

    fn items(&mut self, scope: ScopeId, node: NodeId) -> Value<'d> {
        let document = self.manifest.document;
        let children: Vec<NodeId> = document.children(node).collect();
        let start = self.manifest.add_instances(scope, children.len());
        for (instance, child) in (start..).zip(&children) {
            if let NodeKind::Map = document.node(*child).kind {
                self.manifest.instances[instance as usize].node = Some(*child);
                self.map(*child, instance, None);
                if self.required {
                    self.required(instance, None, *child);
                }
            } else {
                self.problem(ProblemKind::WrongKind { expected: Kind::Block }, *child);
            }
        }
        Value::Items {
            start,
            len: u32::try_from(children.len()).unwrap_or(u32::MAX),
        }
    }

    fn scalar(&mut self, kind: &Kind, node: NodeId) -> Value<'d> {
        match self.read_scalar(kind, node) {
            Ok(value) => value,
            Err(problem) => {
                self.problem(problem, node);
                Value::Invalid
            }
        }
    }

    fn read_scalar(&mut self, kind: &Kind, node: NodeId) -> Result<Value<'d>, ProblemKind> {
        let document = self.manifest.document;
        if *kind == Kind::Evidence {
            return self.evidence(node);
        }
        let text = document.text(node).unwrap_or_default();
        let resolved = document.resolve(node).unwrap_or(Resolved::Null);
        let wrong = || ProblemKind::WrongKind { expected: kind.clone() };
        match kind {
            Kind::Version => match resolved {
                Resolved::Int(1) => Ok(Value::Number(1.0)),
                _ => Err(ProblemKind::Version { found: shown(text) }),
            },
            Kind::Text => Ok(Value::Text(text)),
            Kind::Id => match resolved {
                Resolved::Str(text) if is_id(text) => Ok(Value::Text(text)),
                _ => Err(ProblemKind::NotAnId { found: shown(text) }),
            },
            Kind::Flag => match resolved {
                Resolved::Bool(flag) => Ok(Value::Flag(flag)),
                _ => Err(wrong()),
            },
            Kind::Count => match resolved {
                Resolved::Int(n) if n >= 0 => Ok(Value::Number(n as f64)),
                _ => Err(wrong()),
            },
            Kind::Percent => match resolved {
                Resolved::Int(n) if (0..=100).contains(&n) => Ok(Value::Number(n as f64)),
                Resolved::Float(n) if (0.0..=100.0).contains(&n) => Ok(Value::Number(n)),
                _ => Err(wrong()),
            },
            Kind::Date => match resolved {
                Resolved::Str(text) => parse_date(text)
                    .map(Value::Date)
                    .ok_or(ProblemKind::NotADate { found: shown(text) }),
                _ => Err(ProblemKind::NotADate { found: shown(text) }),
            },
            Kind::Duration => match resolved {
                Resolved::Str(text) => {
                    Length::parse(text)
                        .map(Value::Length)
                        .map_err(|error| ProblemKind::NotADuration {
                            found: shown(text),
                            error,
                        })
                }
                Resolved::Int(_) | Resolved::Float(_) => {
                    let error = if text.starts_with('-') {
                        LengthError::Negative
                    } else {
                        LengthError::NoUnit
                    };
                    Err(ProblemKind::NotADuration {
                        found: shown(text),
                        error,
                    })
                }
                _ => Err(ProblemKind::NotADuration {
                    found: shown(text),
                    error: LengthError::Form,
                }),
            },
            Kind::Country => self.country(node, text, resolved),
            Kind::Term(number) => {
                let vocabulary = self.vocabularies.get(*number);
                match (resolved, vocabulary.find(text)) {
                    (Resolved::Str(_), Some(term)) => Ok(Value::Term(TermId {
                        vocabulary: *number,
                        term,
                    })),
                    _ => Err(ProblemKind::UnknownTerm {
                        term: shown(text),
                        vocabulary: vocabulary.name.clone(),
                        nearest: nearest(text, vocabulary.ids()).map(str::to_owned),
                        open: vocabulary.open,
                        known: vocabulary.ids().take(40).map(str::to_owned).collect(),
                    }),
                }
            }
            Kind::Block | Kind::Items(_) | Kind::List(_) | Kind::Evidence => Err(wrong()),
        }
    }

    fn country(&mut self, node: NodeId, text: &'d str, resolved: Resolved<'_>) -> Result<Value<'d>, ProblemKind> {
        let vocabularies = self.vocabularies;
        let countries = vocabularies.get(self.countries);
        // YAML 1.1 reads NO as false; writers of such files have left `false`, `no` or `No`.
        if matches!(resolved, Resolved::Bool(false)) || text.eq_ignore_ascii_case("no") {
            if text != "NO" {
                self.problem(ProblemKind::NorwayAsFlag { found: shown(text) }, node);
            }
            if let Some(norway) = countries.find("NO") {
                return Ok(Value::Country("NO", norway));
            }
        }
        let code = text.split('-').next().unwrap_or_default();
        let parts = text.split('-').skip(1).map(|p| p.len() == 2 || p.len() == 3);
        let subdivision = parts.clone().count() <= 2 && parts.clone().all(|ok| ok) && is_upper(text);
        match countries.find(code) {
            Some(number) if subdivision && is_subdivision(text) => Ok(Value::Country(text, number)),
            _ => Err(ProblemKind::NotACountry {
                found: shown(text),
                nearest: countries.find(&text.to_uppercase()).map(|_| text.to_uppercase()),
            }),
        }
    }

    /// Checks the keys of `{file | url | archive, sha256?, date?}`.
    fn evidence(&mut self, node: NodeId) -> Result<Value<'d>, ProblemKind> {
        const KEYS: [&str; 5] = ["file", "url", "archive", "sha256", "date"];
        let document = self.manifest.document;
        let mut places = 0;
        for (key, value) in document.entries(node) {
            let name = document.text(key).unwrap_or_default();
            let text = document.text(value);
            let resolved = document.resolve(value);
            match name {
                "file" | "url" | "archive" => {
                    places += 1;
                    if !matches!(resolved, Some(Resolved::Str(_))) {
                        self.problem(ProblemKind::WrongKind { expected: Kind::Text }, self.with_place(value));
                    }
                }
                "sha256" => {
                    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
                    if !text.is_some_and(|t| t.len() == 64 && t.bytes().all(hex)) {
                        self.problem(ProblemKind::NotAHash, self.with_place(value));
                    }
                }
                "date" => {
                    if self.common(&Kind::Date, value).is_none() {
                        self.scalar(&Kind::Date, value);
                    }
                }
                name if name.starts_with("x-") => {}
                name => {
                    let nearest = nearest(name, KEYS).map(str::to_owned);
                    self.problem(
                        ProblemKind::UnknownKey {
                            key: shown(name),
                            nearest,
                        },
                        key,
                    );
                }
            }
        }
        if places == 1 {
            return Ok(Value::Evidence(node));
        }
        let place = self.with_place(node);
        self.problem(ProblemKind::EvidencePlaces, place);
        Ok(Value::Invalid)
    }

    /// Ids that stand twice in a list, and references to an id that is not there.
    fn check_ids(&mut self) {
        let shape = self.manifest.shape;
        let mut known: Vec<HashMap<&str, NodeId>> = vec![HashMap::new(); shape.scopes.len()];
        for number in 1..self.manifest.instances.len() {
            let scope = self.manifest.instances[number].scope;
            let Some(id) = shape.scopes[scope].slot("id") else {
                continue;
            };
            let slot = self.manifest.slot(u32::try_from(number).unwrap_or_default(), id);
            let (Value::Text(text), Some(node)) = (slot.value, slot.node) else {
                continue;
            };
            if let Some(first) = known[scope].get(text) {
                let other = Some(self.manifest.document.span(*first));
                let span = self.manifest.document.span(node);
                let kind = ProblemKind::DuplicateId {
                    id: text.to_owned(),
                    list: shape.scopes[scope].path.clone(),
                };
                self.manifest.problems.push(Problem { kind, span, other });
            } else {
                known[scope].insert(text, node);
            }
        }
        let mut dangling = Vec::new();
        for instance in &self.manifest.instances {
            for (slot, field) in shape.scopes[instance.scope].fields.iter().enumerate() {
                let Some(target) = field.refers_to else { continue };
                let slot = self.manifest.slots[instance.base as usize + slot];
                let one = [(slot.value, slot.node.unwrap_or(NodeId(0)))];
                let values = match slot.value {
                    Value::List { .. } => self.manifest.list(slot.value),
                    _ => &one,
                };
                for (value, node) in values {
                    if let Value::Text(id) = value {
                        if !known[target].contains_key(id) {
                            dangling.push((target, *id, *node));
                        }
                    }
                }
            }
        }
        for (target, id, node) in dangling {
            let nearest = nearest(id, known[target].keys().copied()).map(str::to_owned);
            let list = shape.scopes[target].path.clone();
            self.problem(
                ProblemKind::DanglingReference {
                    id: shown(id),
                    list,
                    nearest,
                },
                node,
            );
        }
    }
}

/// `[a-z0-9]` with single hyphens and more of them inside, at most 64 characters.
fn is_id(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (1..=64).contains(&text.len())
        && text != "unknown"
        && text.bytes().all(|b| word(b) || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_upper(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_uppercase() || b == b'-')
}

/// `US`, `US-IL` or `US-NY-NYC`.
fn is_subdivision(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    matches!(lengths.as_slice(), [2] | [2, 2] | [2, 2, 3])
}
