//! A document to a [`Manifest`]: every field read by its kind, and problems with their places.
//!
//! The walk follows the shape of `schemas/manifest.v1.schema.json`. In tests the `jsonschema`
//! crate is the second opinion: both accept and refuse the same documents.

mod place;
mod problem;
mod read;

pub use place::Place;
pub use problem::{Problem, ProblemKind};

use std::collections::HashMap;

use crate::shape::{ScopeId, Shape, SlotId};
use crate::value::Value;
use crate::vocabulary::Vocabularies;
use crate::yaml::{Document, NodeId};

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
    /// The first item with each id, by the scope of its list.
    ids: HashMap<(ScopeId, &'d str), InstanceId>,
    /// Somewhere the answer is `unknown`.
    has_unknown: bool,
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
            ids: HashMap::new(),
            has_unknown: false,
            problems: Vec::new(),
        };
        read::read(manifest, vocabularies, required)
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

    /// The same for a field of an item.
    pub fn field(&self, item: InstanceId, path: &str) -> Value<'d> {
        let scope = &self.shape.scopes[self.instance(item).scope];
        scope.slot(path).map_or(Value::Absent, |slot| self.value(item, slot))
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

    /// The first item of a scope's list that has this id.
    pub fn find(&self, scope: ScopeId, id: &str) -> Option<InstanceId> {
        self.ids.get(&(scope, id)).copied()
    }
}
