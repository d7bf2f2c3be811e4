//! What stays of a manifest when its tree is gone: enough to see systems together, and no more, since
//! a run may hold very many.

use std::sync::Arc;

use super::Score;
use crate::finding::Location;
use crate::pointer::{Pointer, Step};
use crate::ruleset::RuleSet;
use crate::schema::{InstanceId, Manifest, Place};
use crate::source::{Position, SourceFile, Span};
use crate::value::Value;
use crate::vocabulary::TermId;

/// Flows with at least this score weigh on the people concerned.
const WEIGHS: i64 = 3;

/// A manifest among others.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Id of the system.
    pub system: Box<str>,
    /// Name of the file.
    pub file: Arc<str>,
    /// Where the id stands.
    pub mark: Mark,
    /// The groups of workers it bears on.
    pub groups: Box<[Box<str>]>,
    /// Its flows that weigh on them, if it is in use.
    pub flows: Box<[WeighingFlow]>,
    /// All control measures on the group have been assessed together.
    pub assessed: bool,
    /// The data that can be tied to a person.
    pub data: Box<[Data]>,
    /// Who is named for what.
    pub holders: Box<[Holder]>,
    /// The suppliers.
    pub suppliers: Box<[Supplier]>,
    /// The packs that count for it.
    pub packs: Box<[bool]>,
}

/// A place in the file of a summary.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    span: Span,
    start: Position,
    end: Position,
}

/// A flow of data that weighs on the people concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeighingFlow {
    /// Category of the data.
    pub category: TermId,
    /// Collected outside working time or in breaks.
    pub beyond_hours: bool,
    /// Where it is collected.
    pub location: Option<TermId>,
}

/// A kind of data, taken in or made.
#[derive(Clone, Debug)]
pub struct Data {
    /// Its id.
    pub id: Box<str>,
    /// Its category.
    pub category: Option<TermId>,
    /// Areas of the purposes it serves, without those that are declared as a secondary use.
    pub areas: Box<[TermId]>,
    /// The system that it comes from, where the manifest says so.
    pub from: Option<Box<str>>,
    list: &'static str,
    index: usize,
    mark: Mark,
}

/// What somebody is named for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Represents the workers.
    Workers,
    /// Represents the employer.
    Employer,
    /// Answers for the system or for a decision.
    Accountable,
    /// Data protection officer.
    DataProtectionOfficer,
}

/// A person or an office in a role.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The name, as it stands there.
    pub name: Box<str>,
    /// The role.
    pub role: Role,
    path: &'static str,
    item: Option<usize>,
    mark: Mark,
}

/// A supplier, and what is answered about it.
#[derive(Clone, Debug)]
pub struct Supplier {
    /// Its name.
    pub name: Box<str>,
    /// The product, where it is named.
    pub product: Option<Box<str>>,
    /// The answers, in the order of [`ANSWERS`]; `None` where one is not given.
    pub answers: [Option<Answer>; ANSWERS.len()],
    index: usize,
    mark: Mark,
}

/// The fields of a supplier that say the same of one product wherever it is used.
pub const ANSWERS: [&str; 4] = ["country", "role", "processes_personal_data", "reuse"];

/// An answer about a supplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes or no.
    Flag(bool),
    /// A term.
    Term(TermId),
    /// A country, by its number in the vocabulary.
    Country(u16),
}

impl Summary {
    /// The summary of a manifest; `None` without a system id.
    pub fn of(
        manifest: &Manifest<'_>,
        rules: &RuleSet,
        source: &SourceFile,
        score: &Score,
        packs: Vec<bool>,
    ) -> Option<Summary> {
        let system = manifest.text_at("system.id")?.into();
        let reader = Reader {
            manifest,
            rules,
            source,
        };
        let status = reader.id_of(manifest.at("system.status"));
        let is_live = matches!(status, Some("pilot" | "deployed"));
        let is_used = status != Some("retired");
        let groups = manifest.items(manifest.at("subjects.groups"));
        let flows = score.flows.iter().filter(|flow| is_live && flow.score >= WEIGHS);
        Some(Summary {
            system,
            file: Arc::clone(source.name()),
            mark: reader.mark(&manifest.anchor(0)),
            groups: groups
                .filter_map(|item| manifest.name_of(item))
                .map(Into::into)
                .collect(),
            flows: flows.filter_map(|flow| reader.flow(flow.item)).collect(),
            assessed: manifest.at("control.cumulative_assessment").is_answered(),
            data: if is_used { reader.data() } else { Box::default() },
            holders: if is_used { reader.holders() } else { Box::default() },
            suppliers: if is_used { reader.suppliers() } else { Box::default() },
            packs: packs.into(),
        })
    }

    /// The place of the system's id.
    pub fn location(&self) -> Location {
        self.at(self.mark, Pointer::default())
    }

    /// The place of a kind of data.
    pub fn data_location(&self, data: &Data) -> Location {
        self.at(data.mark, item(data.list, data.index, &data.id, None))
    }

    /// The place where somebody is named.
    pub fn holder_location(&self, holder: &Holder) -> Location {
        let pointer = match (holder.item, holder.path.split_once("[].")) {
            (Some(index), Some((list, field))) => item(list, index, &holder.name, Some(field)),
            _ => Pointer(keys(holder.path)),
        };
        self.at(holder.mark, pointer)
    }

    /// The place of a supplier.
    pub fn supplier_location(&self, supplier: &Supplier) -> Location {
        self.at(supplier.mark, item("suppliers", supplier.index, &supplier.name, None))
    }

    fn at(&self, mark: Mark, pointer: Pointer) -> Location {
        Location {
            file: Arc::clone(&self.file),
            pointer,
            span: mark.span,
            start: mark.start,
            end: mark.end,
            label: format!("`{}`", self.system),
            above: None,
        }
    }
}

fn keys(path: &str) -> Vec<Step> {
    path.split('.').map(|key| Step::Key(key.to_owned())).collect()
}

fn item(list: &str, index: usize, name: &str, field: Option<&str>) -> Pointer {
    let mut steps = keys(list);
    steps.push(Step::Item(index, Some(name.to_owned())));
    steps.extend(field.map(|field| Step::Key(field.to_owned())));
    Pointer(steps)
}

struct Reader<'m, 'd> {
    manifest: &'m Manifest<'d>,
    rules: &'m RuleSet,
    source: &'m SourceFile,
}

impl<'d> Reader<'_, 'd> {
    fn mark(&self, place: &Place) -> Mark {
        Mark {
            span: place.span,
            start: self.source.position(place.span.start),
            end: self.source.position(place.span.end),
        }
    }

    fn items(&self, list: &str) -> impl Iterator<Item = (usize, InstanceId)> + use<'d> {
        self.manifest.items(self.manifest.at(list)).enumerate()
    }

    fn field(&self, item: InstanceId, path: &str) -> Value<'d> {
        let scope = self.manifest.instance(item).scope;
        let slot = self.manifest.shape.scopes[scope].slot(path);
        slot.map_or(Value::Absent, |slot| self.manifest.value(item, slot))
    }

    fn id_of(&self, value: Value<'_>) -> Option<&str> {
        term(value).map(|id| self.rules.vocabularies.term(id).id.as_str())
    }

    fn has_tag(&self, value: Value<'_>, tag: &str) -> bool {
        term(value).is_some_and(|id| self.rules.vocabularies.term(id).tags.iter().any(|t| t == tag))
    }

    fn flow(&self, item: InstanceId) -> Option<WeighingFlow> {
        Some(WeighingFlow {
            category: term(self.field(item, "category"))?,
            beyond_hours: ["off_duty", "during_breaks"]
                .map(|field| self.field(item, field))
                .contains(&Value::Flag(true)),
            location: term(self.field(item, "location")),
        })
    }

    fn data(&self) -> Box<[Data]> {
        let lists = ["data.inputs", "data.generated"];
        let items = lists
            .into_iter()
            .flat_map(|list| self.items(list).map(move |(index, item)| (list, index, item)));
        let data = items.filter_map(|(list, index, item)| {
            let from = text(self.field(item, "from_system"));
            let is_personal = self.field(item, "identifiable") == Value::Flag(true);
            let (Value::Text(id), true) = (self.field(item, "id"), is_personal || from.is_some()) else {
                return None;
            };
            Some(Data {
                id: id.into(),
                category: term(self.field(item, "category")),
                areas: self.areas(item),
                from,
                list,
                index,
                mark: self.mark(&self.manifest.anchor(item)),
            })
        });
        data.collect()
    }

    /// Areas of the purposes of a kind of data, in order.
    fn areas(&self, item: InstanceId) -> Box<[TermId]> {
        let Some(scope) = self
            .items("purposes")
            .next()
            .map(|(_, first)| self.manifest.instance(first).scope)
        else {
            return Box::default();
        };
        let ids = self.manifest.list(self.field(item, "purposes"));
        let purposes = ids.iter().filter_map(|(value, _)| match value {
            Value::Text(id) => self.manifest.find(scope, id),
            _ => None,
        });
        let first_uses = purposes.filter(|purpose| self.field(*purpose, "secondary") != Value::Flag(true));
        let mut areas: Vec<TermId> = first_uses
            .filter_map(|purpose| term(self.field(purpose, "area")))
            .collect();
        areas.sort_unstable_by_key(|area| area.term);
        areas.dedup();
        areas.into()
    }

    fn holders(&self) -> Box<[Holder]> {
        let mut holders = Vec::new();
        let mut add = |path, item: Option<usize>, role, value: Value<'_>, place: &dyn Fn() -> Option<Place>| {
            if let (Value::Text(name), Some(place)) = (value, place()) {
                holders.push(Holder {
                    name: name.into(),
                    role,
                    path,
                    item,
                    mark: self.mark(&place),
                });
            }
        };
        for (index, item) in self.items("codetermination.parties") {
            let kind = self.field(item, "type");
            let role = match self.id_of(kind) {
                Some("dpo") => Role::DataProtectionOfficer,
                _ if self.has_tag(kind, "worker-side") => Role::Workers,
                _ if self.has_tag(kind, "employer-side") => Role::Employer,
                _ => continue,
            };
            let place = || self.place(item, "name");
            add(
                "codetermination.parties[].name",
                Some(index),
                role,
                self.field(item, "name"),
                &place,
            );
        }
        for path in ["accountability.owner.role", "accountability.owner.contact"] {
            add(path, None, Role::Accountable, self.manifest.at(path), &|| {
                self.place(0, path)
            });
        }
        for (index, item) in self.items("decisions") {
            let value = self.field(item, "accountable_role");
            let place = || self.place(item, "accountable_role");
            add(
                "decisions[].accountable_role",
                Some(index),
                Role::Accountable,
                value,
                &place,
            );
        }
        holders.into()
    }

    fn place(&self, item: InstanceId, path: &str) -> Option<Place> {
        let scope = self.manifest.instance(item).scope;
        let slot = self.manifest.shape.scopes[scope].slot(path)?;
        Some(self.manifest.place(item, slot))
    }

    fn suppliers(&self) -> Box<[Supplier]> {
        let suppliers = self.items("suppliers").filter_map(|(index, item)| {
            Some(Supplier {
                name: text(self.field(item, "name"))?,
                product: text(self.field(item, "product")),
                answers: ANSWERS.map(|field| match self.field(item, field) {
                    Value::Flag(flag) => Some(Answer::Flag(flag)),
                    Value::Term(id) => Some(Answer::Term(id)),
                    Value::Country(_, number) => Some(Answer::Country(number)),
                    _ => None,
                }),
                index,
                mark: self.mark(&self.manifest.anchor(item)),
            })
        });
        suppliers.collect()
    }
}

fn term(value: Value<'_>) -> Option<TermId> {
    if let Value::Term(id) = value { Some(id) } else { None }
}

fn text(value: Value<'_>) -> Option<Box<str>> {
    if let Value::Text(text) = value {
        Some(text.into())
    } else {
        None
    }
}
