//! The walk over a document: every field read by its kind, and what does not fit.

use super::{InstanceId, Manifest, Problem, ProblemKind};
use crate::shape::{Field, Kind, ScopeId, Shape, SlotId};
use crate::text::{nearest, shown};
use crate::value::{Length, LengthError, Value, parse_date};
use crate::vocabulary::{TermId, Vocabularies};
use crate::yaml::{Kind as NodeKind, NodeId, Resolved};

/// Fills a manifest from its document.
pub(super) fn read<'d>(manifest: Manifest<'d>, vocabularies: &Vocabularies, required: bool) -> Manifest<'d> {
    let document = manifest.document;
    let mut reader = Reader {
        manifest,
        vocabularies,
        required,
        countries: Shape::countries(vocabularies),
        more: 0,
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
        Some((_, NodeKind::Refused)) | None => {}
        Some((id, _)) => reader.problem(ProblemKind::NotAManifest, reader.place(None, id)),
    }
    reader.check_ids();
    if let (Some(id), count @ 1..) = (root, reader.more) {
        let span = document
            .children(id)
            .next()
            .map_or(document.span(id), |key| document.span(key));
        let kind = ProblemKind::More { count };
        reader.manifest.problems.push(Problem {
            kind,
            span,
            other: None,
        });
    }
    reader.manifest
}

struct Reader<'d, 'v> {
    manifest: Manifest<'d>,
    vocabularies: &'v Vocabularies,
    required: bool,
    countries: u16,
    /// Problems beyond [`MOST_PROBLEMS`].
    more: usize,
}

/// Problems of one document that are told of one by one; of the others only the number is.
const MOST_PROBLEMS: usize = 500;

/// Known ids that a dangling reference is compared with.
const MOST_COMPARED: usize = 100;

impl<'d> Reader<'d, '_> {
    fn problem(&mut self, kind: ProblemKind, node: NodeId) {
        self.problem_with(kind, node, None);
    }

    fn problem_with(&mut self, kind: ProblemKind, node: NodeId, other: Option<NodeId>) {
        if self.is_full() {
            self.more += 1;
            return;
        }
        let document = self.manifest.document;
        self.manifest.problems.push(Problem {
            kind,
            span: document.span(node),
            other: other.map(|node| document.span(node)),
        });
    }

    fn is_full(&self) -> bool {
        self.manifest.problems.len() >= MOST_PROBLEMS
    }

    /// A key that is not among the known ones.
    fn unknown_key<'a>(&mut self, name: &str, known: impl Iterator<Item = &'a str> + Clone, key: NodeId) {
        let (nearest, mut known) = self.otherwise(name, known);
        known.sort();
        self.problem(
            ProblemKind::UnknownKey {
                key: shown(name),
                nearest,
                known,
            },
            key,
        );
    }

    /// The word that was probably meant, or else all that are known.
    fn otherwise<'a>(
        &self,
        wrong: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> (Option<String>, Vec<String>) {
        let nearest = self.nearest(wrong, known.clone());
        let known = match nearest.is_some() || self.is_full() {
            true => Vec::new(),
            false => known.map(str::to_owned).collect(),
        };
        (nearest, known)
    }

    /// The name that was probably meant. Nobody reads it where the problem is only counted.
    fn nearest<'a>(&self, wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
        if self.is_full() {
            return None;
        }
        nearest(wrong, known).map(str::to_owned)
    }

    /// The name of a key, unless it is free for the organisation's own use or refused by the loader.
    fn key_name(&self, key: NodeId) -> Option<&'d str> {
        let document = self.manifest.document;
        match document.node(key).kind {
            NodeKind::Null => Some("null"),
            _ => document.text(key).filter(|name| !name.starts_with("x-")),
        }
    }

    /// Reads the keys of a mapping: the top of an instance, or a block in one of its slots.
    fn map(&mut self, node: NodeId, instance: InstanceId, block: Option<SlotId>) {
        let document = self.manifest.document;
        let shape = self.manifest.shape;
        let scope = &shape.scopes[self.manifest.instance(instance).scope];
        let base = self.manifest.instance(instance).base as usize;
        for (key, value) in document.entries(node) {
            let Some(name) = self.key_name(key) else { continue };
            let Some(slot) = scope.key(block, name) else {
                self.unknown_key(name, scope.keys(block).iter().map(|(k, _)| k.as_str()), key);
                continue;
            };
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
        if self.has_refused_key(node) {
            return; // It may be the very key, and is reported.
        }
        for (map, key) in scope.required.iter().filter(|(map, _)| *map == block) {
            let Some(slot) = scope.key(*map, key) else { continue };
            if self.manifest.slot(instance, slot).key.is_some() || self.is_misspelt(key, node) {
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

    fn has_refused_key(&self, map: NodeId) -> bool {
        let document = self.manifest.document;
        let mut keys = document.entries(map).map(|(key, _)| key);
        keys.any(|key| document.node(key).kind == NodeKind::Refused)
    }

    /// True when this key was reported as the one that an unknown key in the mapping was to be.
    fn is_misspelt(&self, key: &str, map: NodeId) -> bool {
        let span = self.manifest.document.node(map).span;
        let inside = |problem: &Problem| span.start <= problem.span.start && problem.span.end <= span.end;
        self.manifest.problems.iter().any(|problem| {
            matches!(&problem.kind, ProblemKind::UnknownKey { nearest: Some(name), .. } if name == key)
                && inside(problem)
        })
    }

    fn field(&mut self, field: &'d Field, slot: SlotId, node: NodeId, instance: InstanceId) -> Value<'d> {
        let key = self.manifest.slot(instance, slot).key;
        if let Some(early) = self.common(&field.kind, field.refuses_unknown, key, node) {
            return early;
        }
        let document = self.manifest.document;
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
                let values: Vec<(Value<'d>, NodeId)> = document
                    .children(node)
                    .map(|child| (self.one(kind, None, child), child))
                    .collect();
                // A list of nothing but `unknown` answers nothing.
                if !values.is_empty() && values.iter().all(|(value, _)| *value == Value::Unknown) {
                    return Value::Unknown;
                }
                let as_u32 = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
                let start = as_u32(self.manifest.lists.len());
                let len = as_u32(values.len());
                self.manifest.lists.extend(values);
                Value::List { start, len }
            }
            kind => self.scalar(kind, key, node),
        }
    }

    /// One value that is neither a list nor a block.
    fn one(&mut self, kind: &Kind, key: Option<NodeId>, node: NodeId) -> Value<'d> {
        let refuses_unknown = *kind == Kind::Id;
        match self.common(kind, refuses_unknown, key, node) {
            Some(early) => early,
            None => self.scalar(kind, key, node),
        }
    }

    /// What is alike for all kinds: nothing written, `unknown`, and the wrong sort of node.
    fn common(&mut self, kind: &Kind, refuses_unknown: bool, key: Option<NodeId>, node: NodeId) -> Option<Value<'d>> {
        let document = self.manifest.document;
        let fits = match &document.node(node).kind {
            NodeKind::Refused => return Some(Value::Invalid),
            NodeKind::Null => {
                self.problem(ProblemKind::NoValue, self.place(key, node));
                return Some(Value::Unknown);
            }
            NodeKind::Scalar { text, .. } if text == "unknown" && !refuses_unknown => {
                self.manifest.has_unknown = true;
                return Some(Value::Unknown);
            }
            NodeKind::Map => matches!(kind, Kind::Block | Kind::Evidence),
            NodeKind::List => matches!(kind, Kind::Items(_) | Kind::List(_)),
            _ => !matches!(kind, Kind::Block | Kind::Evidence | Kind::Items(_) | Kind::List(_)),
        };
        if fits {
            return None;
        }
        self.problem(ProblemKind::WrongKind { expected: kind.clone() }, self.place(key, node));
        Some(Value::Invalid)
    }

    /// The node to show: of a list, a mapping or nothing at all the key above it, or for want of
    /// that the first thing in it, so that not all its lines are shown.
    fn place(&self, key: Option<NodeId>, node: NodeId) -> NodeId {
        let document = self.manifest.document;
        match document.raw(node).kind {
            NodeKind::Scalar { .. } | NodeKind::Alias(_) => node,
            _ => key.or_else(|| document.children(node).next()).unwrap_or(node),
        }
    }

    fn items(&mut self, scope: ScopeId, node: NodeId) -> Value<'d> {
        let document = self.manifest.document;
        let children: Vec<NodeId> = document.children(node).collect();
        let start = self.manifest.add_instances(scope, children.len());
        for (instance, child) in (start..).zip(&children) {
            self.manifest.instances[instance as usize].node = Some(*child);
            if self.common(&Kind::Block, false, None, *child).is_none() {
                self.map(*child, instance, None);
                if self.required {
                    self.required(instance, None, *child);
                }
            }
        }
        Value::Items {
            start,
            len: u32::try_from(children.len()).unwrap_or(u32::MAX),
        }
    }

    fn scalar(&mut self, kind: &Kind, key: Option<NodeId>, node: NodeId) -> Value<'d> {
        if *kind == Kind::Evidence {
            return self.evidence(key, node);
        }
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
        let text = document.text(node).unwrap_or_default();
        let resolved = document.resolve(node).unwrap_or(Resolved::Null);
        let wrong = || ProblemKind::WrongKind { expected: kind.clone() };
        match kind {
            Kind::Version => match resolved {
                Resolved::Int(1) => Ok(Value::Number(1.0)),
                Resolved::Float(1.0) => Ok(Value::Number(1.0)),
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
                // For a JSON Schema 5.0 is a whole number, and so it is for people.
                Resolved::Float(n) if n >= 0.0 && n.fract() == 0.0 => Ok(Value::Number(n)),
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
                    _ => {
                        let (nearest, known) = self.otherwise(text, vocabulary.ids());
                        Err(ProblemKind::UnknownTerm {
                            term: shown(text),
                            vocabulary: vocabulary.name.clone(),
                            nearest,
                            open: vocabulary.open,
                            known,
                        })
                    }
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
        match countries.find(code) {
            Some(number) if is_place(text) => Ok(Value::Country(text, number)),
            _ => Err(ProblemKind::NotACountry {
                found: shown(text),
                nearest: countries.meant(text).map(str::to_owned),
            }),
        }
    }

    /// Checks the keys of `{file | url | archive, sha256?, date?}`.
    fn evidence(&mut self, key: Option<NodeId>, node: NodeId) -> Value<'d> {
        const KEYS: [&str; 5] = ["file", "url", "archive", "sha256", "date"];
        let document = self.manifest.document;
        let mut places = 0;
        let mut open = false;
        let mut unknown = self.has_refused_key(node);
        for (inner, value) in document.entries(node) {
            let Some(name) = self.key_name(inner) else { continue };
            let read = match name {
                "file" | "url" | "archive" => {
                    places += 1;
                    let read = self.one(&Kind::Text, Some(inner), value);
                    open |= read == Value::Unknown || (read != Value::Invalid && !read.is_answered());
                    read
                }
                "sha256" => self.one(&Kind::Text, Some(inner), value),
                "date" => {
                    self.one(&Kind::Date, Some(inner), value);
                    continue;
                }
                _ => {
                    self.unknown_key(name, KEYS.into_iter(), inner);
                    unknown = true;
                    continue;
                }
            };
            let is_text = matches!(document.resolve(value), Some(Resolved::Str(_)));
            match read {
                Value::Invalid => {}
                _ if matches!(document.node(value).kind, NodeKind::Null) => {}
                _ if name == "sha256" && !document.text(value).is_some_and(is_hash) => {
                    self.problem(ProblemKind::NotAHash, value);
                }
                _ if name != "sha256" && !is_text => {
                    self.problem(ProblemKind::WrongKind { expected: Kind::Text }, value);
                }
                _ => {}
            }
        }
        if places == 1 {
            // A record that nobody knows where to find is none.
            return if open { Value::Unknown } else { Value::Evidence(node) };
        }
        // A key that is reported may be the place that is missing.
        if places > 1 || !unknown {
            self.problem(ProblemKind::EvidencePlaces, self.place(key, node));
        }
        Value::Invalid
    }

    /// Ids that stand twice in a list, and references to an id that is not there.
    fn check_ids(&mut self) {
        let shape = self.manifest.shape;
        let mut known: Vec<Vec<&str>> = vec![Vec::new(); shape.scopes.len()];
        for number in 1..self.manifest.instances.len() {
            let scope = self.manifest.instances[number].scope;
            let Some(id) = shape.scopes[scope].slot("id") else {
                continue;
            };
            let number = u32::try_from(number).unwrap_or_default();
            let slot = self.manifest.slot(number, id);
            let (Value::Text(text), Some(node)) = (slot.value, slot.node) else {
                continue;
            };
            let Some(first) = self.manifest.find(scope, text) else {
                self.manifest.ids.insert((scope, text), number);
                known[scope].push(text);
                continue;
            };
            let list = shape.scopes[scope].path.clone();
            let kind = ProblemKind::DuplicateId {
                id: text.to_owned(),
                list,
            };
            let first = self.manifest.slot(first, id).node;
            self.problem_with(kind, node, first);
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
                    if let Value::Text(id) = value
                        && self.manifest.find(target, id).is_none()
                    {
                        dangling.push((target, *id, *node));
                    }
                }
            }
        }
        for (target, id, node) in dangling {
            let nearest = self.nearest(id, known[target].iter().copied().take(MOST_COMPARED));
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

/// 64 hexadecimal digits in lower case.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// `US`, `US-IL` or `US-NY-NYC`.
fn is_place(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    matches!(lengths.as_slice(), [2] | [2, 2] | [2, 2, 3]) && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'-')
}
