//! From a field, there or not, to a place in the document.

use super::{InstanceId, Manifest, Slot};
use crate::pointer::{Pointer, Step};
use crate::shape::SlotId;
use crate::source::Span;
use crate::value::Value;
use crate::yaml::{Kind, NodeId};

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// By name.
    pub pointer: Pointer,
    /// In bytes.
    pub span: Span,
    /// When the field is not answered: the nearest place above it. A field that is not there has its bytes.
    pub above: Option<Pointer>,
}

impl<'d> Manifest<'d> {
    /// The place of a field of an instance. A field that is not there is shown at the nearest key
    /// above it; for want of one, at the item's id or name, or at the system's id.
    pub fn place(&self, instance: InstanceId, slot: SlotId) -> Place {
        let scope = &self.shape.scopes[self.instance(instance).scope];
        let pointer = self.pointer(instance, Some(&scope.fields[slot].path));
        let mut above = scope.fields[slot].parent;
        if let Some(span) = self.entry_span(instance, slot) {
            // What is `unknown` is as open as what is not there.
            let is_open = self.value(instance, slot) == Value::Unknown;
            let over = above.map(|parent| scope.fields[parent].path.as_str());
            return Place {
                pointer,
                span,
                above: is_open.then(|| self.pointer(instance, over)),
            };
        }
        while let Some(parent) = above {
            if let Some(key) = self.slot(instance, parent).key {
                return Place {
                    pointer,
                    span: self.document.span(key),
                    above: Some(self.pointer(instance, Some(&scope.fields[parent].path))),
                };
            }
            above = scope.fields[parent].parent;
        }
        Place {
            pointer,
            span: self.anchor(instance).span,
            above: Some(self.pointer(instance, None)),
        }
    }

    /// The places that are answered with `unknown`: fields, lists with such a value, and items.
    pub fn unknowns(&self) -> Vec<Place> {
        if !self.has_unknown {
            return Vec::new();
        }
        let is_open = |slot: &Slot<'d>| {
            // A key without a value has a finding about its form.
            let is_said = slot
                .node
                .is_some_and(|node| self.document.node(node).kind != Kind::Null);
            let in_list = || self.list(slot.value).iter().any(|(value, _)| *value == Value::Unknown);
            is_said && (slot.value == Value::Unknown || in_list())
        };
        let mut places = Vec::new();
        for (id, instance) in (0..).zip(&self.instances) {
            let item = instance
                .node
                .filter(|node| id != 0 && self.document.text(*node) == Some("unknown"));
            places.extend(item.map(|_| self.anchor(id)));
            let base = instance.base as usize;
            let slots = &self.slots[base..base + self.shape.scopes[instance.scope].fields.len()];
            let open = slots.iter().enumerate().filter(|(_, slot)| is_open(slot));
            places.extend(open.map(|(slot, _)| self.place(id, slot)));
        }
        places
    }

    /// The place of an instance: its id or name, or the first thing in it.
    pub fn anchor(&self, instance: InstanceId) -> Place {
        let pointer = self.pointer(instance, None);
        let scope = &self.shape.scopes[self.instance(instance).scope];
        let names: &[&str] = if instance == 0 {
            &["system.id", "system"]
        } else {
            &["id", "name", "group"]
        };
        for name in names {
            if let Some(span) = scope.slot(name).and_then(|slot| self.entry_span(instance, slot)) {
                return Place {
                    pointer,
                    span,
                    above: None,
                };
            }
        }
        let node = self.instance(instance).node.or(self.document.root());
        let first = node.and_then(|n| self.document.children(n).next());
        let span = first.or(node).map_or(Span::default(), |n| self.document.span(n));
        Place {
            pointer,
            span,
            above: None,
        }
    }

    /// The place of one value of a list.
    pub fn item_place(&self, instance: InstanceId, slot: SlotId, index: usize) -> Place {
        let mut place = self.place(instance, slot);
        if let Some((_, node)) = self.list(self.value(instance, slot)).get(index) {
            place.pointer.0.push(Step::Item(index, None));
            place.span = self.document.span(*node);
        }
        place
    }

    /// Key and value of a field; of a list, a mapping or a long text only the key.
    fn entry_span(&self, instance: InstanceId, slot: SlotId) -> Option<Span> {
        let slot = self.slot(instance, slot);
        let key = self.document.span(slot.key?);
        let value = slot.node?;
        let span = self.document.span(value);
        let flow =
            matches!(slot.value, Value::List { .. } | Value::Evidence(_) | Value::Invalid) && self.is_flow(value);
        let short = flow || matches!(self.document.raw(value).kind, Kind::Scalar { .. } | Kind::Alias(_));
        Some(if short && span.start >= key.end && span.end - key.start < 200 {
            Span {
                start: key.start,
                end: span.end,
            }
        } else {
            key
        })
    }

    /// A flow list ends behind its last item, a block list with it.
    fn is_flow(&self, node: NodeId) -> bool {
        let last = self.document.children(node).last();
        last.is_none_or(|last| self.document.span(last).end < self.document.span(node).end)
    }

    /// Steps of the pointer to an instance.
    pub fn depth(&self, instance: InstanceId) -> usize {
        self.pointer(instance, None).0.len()
    }

    fn pointer(&self, instance: InstanceId, path: Option<&str>) -> Pointer {
        let mut steps = Vec::new();
        let keys = |steps: &mut Vec<Step>, path: &str| {
            steps.extend(path.split('.').map(|k| Step::Key(k.to_owned())));
        };
        if instance != 0 {
            let this = self.instance(instance);
            keys(&mut steps, &self.shape.scopes[this.scope].path);
            steps.push(Step::Item(this.index as usize, self.name_of(instance)));
        }
        if let Some(path) = path {
            keys(&mut steps, path);
        }
        Pointer(steps)
    }

    /// The id or name of an item; of a waiver, the rule.
    pub fn name_of(&self, instance: InstanceId) -> Option<String> {
        let scope = &self.shape.scopes[self.instance(instance).scope];
        ["id", "name", "group", "rule"]
            .iter()
            .find_map(|name| match self.value(instance, scope.slot(name)?) {
                Value::Text(text) => Some(text.to_owned()),
                _ => None,
            })
    }
}
