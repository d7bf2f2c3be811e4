//! The shape of a manifest: which fields exist and of which kind, read from the schema file.
//!
//! `schemas/manifest.v1.schema.json` is the only list of fields. Nested mappings are flattened:
//! a *scope* is the manifest itself or the items of one list of mappings, and every field of a
//! scope has a *slot*, a number. Rules are compiled to slots, so that reading a field costs an
//! index and not a search.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::text::{Localized, both};
use crate::vocabulary::{COUNTRIES, Vocabularies};

/// The schema of a manifest, as it lies in the repository.
pub const MANIFEST_SCHEMA: &str = include_str!("../schemas/manifest.v1.schema.json");

/// Number of a scope; the manifest itself is 0.
pub type ScopeId = usize;

/// Number of a field within its scope.
pub type SlotId = usize;

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The format version, the number 1.
    Version,
    /// Any text.
    Text,
    /// A short identifier.
    Id,
    /// true or false.
    Flag,
    /// A whole number from 0.
    Count,
    /// A number from 0 to 100.
    Percent,
    /// A date.
    Date,
    /// A duration.
    Duration,
    /// A country or subdivision.
    Country,
    /// `{file | url | archive, sha256?, date?}`
    Evidence,
    /// A term of the vocabulary with this number.
    Term(u16),
    /// A mapping whose keys are fields of the same scope.
    Block,
    /// A list of values of a kind.
    List(Box<Kind>),
    /// A list of mappings that are instances of a scope.
    Items(ScopeId),
}

/// Which change of a field widens surveillance or automation: the words of `x-tillit-widens`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Widens {
    /// Something more: an item of a list, or another value of a single field.
    Add,
    /// Something less in a list.
    Remove,
    /// The answer yes.
    True,
    /// The answer no.
    False,
    /// Any other value.
    Change,
    /// A greater number or level.
    Higher,
    /// A class with fewer duties. Classes are ordered from the strictest, so it has the greater level.
    Lower,
    /// A longer time.
    Longer,
    /// A later date or stage.
    Later,
    /// More detail: a smaller level, since they are ordered from the finest.
    Finer,
    /// Less human oversight: a smaller level.
    Weaker,
    /// The term `routine`.
    Routine,
    /// The term `private`.
    Private,
}

/// What a field means in an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
    /// Which change of it widens surveillance or automation.
    pub widens: Widens,
    /// What people call it, or one item of it if it is a list of mappings.
    pub name: Localized,
}

/// A field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Path within the scope: `retention`, `lifecycle.deploy_date`.
    pub path: String,
    /// What it holds.
    pub kind: Kind,
    /// Slot of the mapping above it in the same scope.
    pub parent: Option<SlotId>,
    /// True where `unknown` is no answer: the version, ids, and a mapping with required keys.
    pub refuses_unknown: bool,
    /// The scope whose items its id or ids refer to.
    pub refers_to: Option<ScopeId>,
    /// Set when a change of it is material.
    pub material: Option<Material>,
}

impl Field {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }
}

/// The manifest or the items of a list.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Path of the list from the top, without brackets; empty for the manifest itself.
    pub path: String,
    /// The fields; the index is the slot.
    pub fields: Vec<Field>,
    /// Slot by path within the scope.
    by_path: HashMap<String, SlotId>,
    /// Required keys: the slot of the mapping (or `None` for the top of the scope) and the key.
    pub required: Vec<(Option<SlotId>, String)>,
    /// Keys of every mapping in the scope, sorted: first those at its top, then by the slot of the
    /// mapping.
    keys: Vec<Vec<(String, SlotId)>>,
}

impl Scope {
    /// The slot of a path within the scope.
    pub fn slot(&self, path: &str) -> Option<SlotId> {
        self.by_path.get(path).copied()
    }

    /// The keys of the mapping in a slot, or of the top of the scope, the short ones first.
    pub fn keys(&self, map: Option<SlotId>) -> &[(String, SlotId)] {
        self.keys.get(place(map)).map_or(&[], Vec::as_slice)
    }

    /// The slot of a key of that mapping.
    pub fn key(&self, map: Option<SlotId>, key: &str) -> Option<SlotId> {
        let keys = self.keys(map);
        // By length first: most keys that are compared differ in it.
        keys.binary_search_by(|(have, _)| by_length(have).cmp(&by_length(key)))
            .ok()
            .map(|i| keys[i].1)
    }

    fn add(&mut self, path: String, kind: Kind, parent: Option<SlotId>) -> SlotId {
        let slot = self.fields.len();
        self.by_path.insert(path.clone(), slot);
        let field = Field {
            path,
            refuses_unknown: matches!(kind, Kind::Version | Kind::Id),
            kind,
            parent,
            refers_to: None,
            material: None,
        };
        let place = place(parent);
        if self.keys.len() <= place {
            self.keys.resize_with(place + 1, Vec::new);
        }
        self.keys[place].push((field.name().to_owned(), slot));
        self.fields.push(field);
        slot
    }

    fn sort(&mut self) {
        let by_length = |(a, _): &(String, SlotId), (b, _): &(String, SlotId)| by_length(a).cmp(&by_length(b));
        self.keys.iter_mut().for_each(|keys| keys.sort_by(by_length));
    }
}

fn by_length(key: &str) -> (usize, &str) {
    (key.len(), key)
}

/// Where the keys of the mapping in a slot, or of the top of a scope, are kept.
fn place(map: Option<SlotId>) -> usize {
    map.map_or(0, |slot| slot + 1)
}

/// All scopes of a manifest.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The scopes; the first is the manifest itself.
    pub scopes: Vec<Scope>,
}

/// The parts of the schema that shape a manifest.
#[derive(Deserialize)]
struct Node {
    #[serde(rename = "$ref")]
    reference: Option<String>,
    properties: Option<BTreeMap<String, Node>>,
    items: Option<Box<Node>>,
    required: Option<Vec<String>>,
    #[serde(rename = "const")]
    constant: Option<i64>,
    #[serde(rename = "x-tillit-refers-to")]
    refers_to: Option<String>,
    #[serde(rename = "x-tillit-widens")]
    widens: Option<Widens>,
    #[serde(rename = "x-tillit-name")]
    name: Option<Name>,
}

/// Text in both languages as the schema holds it.
#[derive(Deserialize)]
struct Name {
    en: String,
    nb: String,
}

impl Shape {
    /// The shape of manifest version 1.
    ///
    /// # Errors
    /// The schema file is not what this program was made for; a test holds that it is.
    pub fn builtin(vocabularies: &Vocabularies) -> Result<Shape, String> {
        Shape::from_schema(MANIFEST_SCHEMA, vocabularies)
    }

    fn from_schema(text: &str, vocabularies: &Vocabularies) -> Result<Shape, String> {
        let root: Node = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let mut shape = Shape {
            scopes: vec![Scope::default()],
        };
        let mut references = Vec::new();
        shape.read_map(&root, 0, None, "", vocabularies, &mut references)?;
        for (scope, slot, target) in references {
            let target = shape
                .scopes
                .iter()
                .position(|s| s.path == target)
                .ok_or_else(|| format!("x-tillit-refers-to: no list {target}"))?;
            shape.scopes[scope].fields[slot].refers_to = Some(target);
        }
        shape.scopes.iter_mut().for_each(Scope::sort);
        Ok(shape)
    }

    fn read_map(
        &mut self,
        node: &Node,
        scope: ScopeId,
        map: Option<SlotId>,
        prefix: &str,
        vocabularies: &Vocabularies,
        references: &mut Vec<(ScopeId, SlotId, String)>,
    ) -> Result<(), String> {
        for key in node.required.iter().flatten() {
            self.scopes[scope].required.push((map, key.clone()));
        }
        for (key, child) in node.properties.iter().flatten() {
            let path = if prefix.is_empty() {
                key.clone()
            } else {
                format!("{prefix}.{key}")
            };
            let kind = self.kind(child, scope, &path, vocabularies)?;
            let slot = self.scopes[scope].add(path.clone(), kind.clone(), map);
            self.scopes[scope].fields[slot].material = match (child.widens, &child.name) {
                (Some(widens), Some(name)) => Some(Material {
                    widens,
                    name: both(&name.en, &name.nb),
                }),
                (None, None) => None,
                _ => return Err(format!("{path}: x-tillit-widens and x-tillit-name go together")),
            };
            if let Some(target) = &child.refers_to {
                references.push((scope, slot, target.clone()));
            }
            match kind {
                Kind::Block => {
                    self.scopes[scope].fields[slot].refuses_unknown = child.required.is_some();
                    self.read_map(child, scope, Some(slot), &path, vocabularies, references)?;
                }
                Kind::Items(items) => {
                    if let Some(item) = &child.items {
                        self.read_map(item, items, None, "", vocabularies, references)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn kind(&mut self, node: &Node, scope: ScopeId, path: &str, vocabularies: &Vocabularies) -> Result<Kind, String> {
        if node.constant.is_some() {
            return Ok(Kind::Version);
        }
        if let Some(reference) = &node.reference {
            let name = reference
                .strip_prefix("#/$defs/")
                .ok_or_else(|| format!("{path}: $ref {reference}"))?;
            return Ok(match name {
                "text" => Kind::Text,
                "id" => Kind::Id,
                "flag" => Kind::Flag,
                "count" => Kind::Count,
                "percent" => Kind::Percent,
                "date" => Kind::Date,
                "duration" => Kind::Duration,
                "country" => Kind::Country,
                "evidence" => Kind::Evidence,
                name => Kind::Term(
                    vocabularies
                        .find(name)
                        .ok_or_else(|| format!("{path}: no vocabulary {name}"))?,
                ),
            });
        }
        if let Some(items) = &node.items {
            if items.properties.is_some() {
                let prefix = &self.scopes[scope].path;
                let path = if prefix.is_empty() {
                    path.to_owned()
                } else {
                    format!("{prefix}.{path}")
                };
                self.scopes.push(Scope {
                    path,
                    ..Scope::default()
                });
                return Ok(Kind::Items(self.scopes.len() - 1));
            }
            return Ok(Kind::List(Box::new(self.kind(items, scope, path, vocabularies)?)));
        }
        if node.properties.is_some() {
            return Ok(Kind::Block);
        }
        Err(format!("{path}: no kind"))
    }

    /// Adds a scope that is not part of a manifest, such as the facts, with fields by path and
    /// kind. A field of kind `Items` refers to a scope that was added before.
    pub fn add_scope(&mut self, path: &str, fields: &[(&str, Kind)]) -> ScopeId {
        let mut scope = Scope {
            path: path.to_owned(),
            ..Scope::default()
        };
        for (path, kind) in fields {
            let mut parent = None;
            for (end, _) in path.match_indices('.') {
                let block = &path[..end];
                parent = Some(match scope.slot(block) {
                    Some(slot) => slot,
                    None => scope.add(block.to_owned(), Kind::Block, parent),
                });
            }
            scope.add((*path).to_owned(), kind.clone(), parent);
        }
        scope.sort();
        self.scopes.push(scope);
        self.scopes.len() - 1
    }

    /// The kind of countries' vocabulary.
    pub fn countries(vocabularies: &Vocabularies) -> u16 {
        vocabularies.find(COUNTRIES).unwrap_or_default()
    }

    /// Whether what stands in the list of a scope is material, so that an item more or less is a change.
    pub fn is_material_list(&self, scope: ScopeId) -> bool {
        let top = &self.scopes[0];
        let list = top.slot(&self.scopes[scope].path).map(|slot| &top.fields[slot]);
        list.is_some_and(|field| field.material.is_some())
    }

    /// Every path of a manifest from the top, lists marked with `[]`.
    pub fn paths(&self) -> Vec<String> {
        let mut out = Vec::new();
        for scope in &self.scopes {
            let prefix = if scope.path.is_empty() {
                String::new()
            } else {
                format!("{}[].", scope.path)
            };
            out.extend(scope.fields.iter().map(|f| format!("{prefix}{}", f.path)));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_schema_says_of_a_material_field_is_whole_and_known() {
        let read = |words: &str| {
            let flag = r##""$ref": "#/$defs/flag""##;
            let schema = format!(r#"{{"properties": {{"a": {{{flag}{words}}}}}}}"#);
            let shape = Shape::from_schema(&schema, &Vocabularies::builtin())?;
            Ok::<_, String>(shape.scopes[0].fields[0].material.clone())
        };
        let name = r#", "x-tillit-name": {"en": "a", "nb": "b"}"#;
        let material = Material {
            widens: Widens::True,
            name: both("a", "b"),
        };
        assert_eq!(read(""), Ok(None));
        assert_eq!(
            read(&format!(r#", "x-tillit-widens": "true"{name}"#)),
            Ok(Some(material))
        );
        let unknown = read(&format!(r#", "x-tillit-widens": "wider"{name}"#));
        assert!(
            unknown.as_ref().is_err_and(|e| e.contains("unknown variant `wider`")),
            "{unknown:?}"
        );
        for half in [name, r#", "x-tillit-widens": "true""#] {
            assert_eq!(
                read(half),
                Err("a: x-tillit-widens and x-tillit-name go together".to_owned())
            );
        }
    }
}
