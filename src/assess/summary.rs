//! What stays of a manifest when its tree is gone: enough to see systems together, and no more, since
//! a run may hold very many.

use std::sync::Arc;

use super::Score;
use crate::finding::Location;
use crate::pointer::{Pointer, Step};
use crate::ruleset::RuleSet;
use crate::schema::{InstanceId, Manifest, Place};
use crate::shape::SlotId;
use crate::source::{Position, SourceFile, Span};
use crate::value::Value;
use crate::vocabulary::TermId;

/// Flows with at least this score weigh on the people concerned.
const WEIGHS: i64 = 3;

/// A manifest among others.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Name of the file.
    pub file: Arc<str>,
    /// All names, one behind the other; the rest refers to them.
    text: Box<str>,
    /// All areas of purposes, one list behind the other.
    areas: Box<[TermId]>,
    system: Part,
    mark: Mark,
    groups: Box<[Part]>,
    /// Its flows that weigh on them, if it is in use.
    pub flows: Box<[WeighingFlow]>,
    /// All control measures on the group have been assessed together.
    pub assessed: bool,
    /// It is not retired.
    pub used: bool,
    /// The data that can be tied to a person.
    pub data: Box<[Data]>,
    /// Who is named for what.
    pub holders: Box<[Holder]>,
    /// The suppliers.
    pub suppliers: Box<[Supplier]>,
    /// The packs that count for it.
    pub packs: Box<[bool]>,
}

/// A part of the names or of the areas of a summary.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    start: u32,
    len: u32,
}

impl Part {
    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

/// A place in the file of a summary.
#[derive(Clone, Copy, Debug)]
struct Mark {
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
    /// Its category.
    pub category: Option<TermId>,
    id: Part,
    areas: Part,
    from: Part,
    /// Made by the system, not taken in.
    generated: bool,
    index: u32,
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
    /// The role.
    pub role: Role,
    name: Part,
    field: HolderField,
    index: u32,
    mark: Mark,
}

/// Where somebody is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HolderField {
    Party,
    OwnerRole,
    OwnerContact,
    Decision,
}

/// A supplier, and what is answered about it.
#[derive(Clone, Debug)]
pub struct Supplier {
    /// The answers, in the order of [`ANSWERS`]; `None` where one is not given.
    pub answers: [Option<Answer>; ANSWERS.len()],
    name: Part,
    product: Part,
    index: u32,
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
        let id = manifest.text_at("system.id")?;
        let mut reader = Reader {
            manifest,
            rules,
            source,
            text: String::new(),
            areas: Vec::new(),
        };
        let status = reader.id_of(manifest.at("system.status"));
        let is_live = matches!(status, Some("pilot" | "deployed"));
        let is_used = status != Some("retired");
        let system = reader.keep(id);
        let groups = manifest.items(manifest.at("subjects.groups"));
        let groups = groups.filter_map(|item| manifest.name_of(item));
        let groups = groups.map(|name| reader.keep(&name)).collect();
        let flows = score.flows.iter().filter(|flow| is_live && flow.score >= WEIGHS);
        let flows = flows.filter_map(|flow| reader.flow(flow.item)).collect();
        let data = reader.data();
        let (holders, suppliers) = match is_used {
            true => (reader.holders(), reader.suppliers()),
            false => (Box::default(), Box::default()),
        };
        Some(Summary {
            file: Arc::clone(source.name()),
            system,
            mark: reader.mark(&manifest.anchor(0)),
            groups,
            flows,
            used: is_used,
            assessed: manifest.at("control.cumulative_assessment").is_answered(),
            data,
            holders,
            suppliers,
            packs: packs.into(),
            text: reader.text.into(),
            areas: reader.areas.into(),
        })
    }

    fn text(&self, part: Part) -> &str {
        self.text.get(part.range()).unwrap_or_default()
    }

    /// Id of the system.
    pub fn system(&self) -> &str {
        self.text(self.system)
    }

    /// The groups of workers it bears on.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(|part| self.text(*part))
    }

    /// The id of a kind of data.
    pub fn id(&self, data: &Data) -> &str {
        self.text(data.id)
    }

    /// Areas of the purposes that data serves, without those that are declared as a secondary use.
    pub fn areas(&self, data: &Data) -> &[TermId] {
        self.areas.get(data.areas.range()).unwrap_or_default()
    }

    /// The system that data comes from, where the manifest says so.
    pub fn origin(&self, data: &Data) -> Option<&str> {
        Some(self.text(data.from)).filter(|from| !from.is_empty())
    }

    /// The name of a holder, as it stands there.
    pub fn name(&self, holder: &Holder) -> &str {
        self.text(holder.name)
    }

    /// The name of a supplier and, where it is given, that of the product.
    pub fn product(&self, supplier: &Supplier) -> (&str, Option<&str>) {
        let product = Some(self.text(supplier.product)).filter(|product| !product.is_empty());
        (self.text(supplier.name), product)
    }

    /// The place of the system's id.
    pub fn location(&self) -> Location {
        self.at(self.mark, Pointer::default())
    }

    /// The place of a kind of data.
    pub fn data_location(&self, data: &Data) -> Location {
        let list = if data.generated {
            "data.generated"
        } else {
            "data.inputs"
        };
        self.at(data.mark, item(list, data.index, self.id(data), None))
    }

    /// The place where somebody is named.
    pub fn holder_location(&self, holder: &Holder) -> Location {
        let name = self.name(holder);
        let pointer = match holder.field {
            HolderField::Party => item("codetermination.parties", holder.index, name, Some("name")),
            HolderField::Decision => item("decisions", holder.index, name, Some("accountable_role")),
            HolderField::OwnerRole => Pointer(keys("accountability.owner.role")),
            HolderField::OwnerContact => Pointer(keys("accountability.owner.contact")),
        };
        self.at(holder.mark, pointer)
    }

    /// The place of a supplier.
    pub fn supplier_location(&self, supplier: &Supplier) -> Location {
        let name = self.text(supplier.name);
        self.at(supplier.mark, item("suppliers", supplier.index, name, None))
    }

    fn at(&self, mark: Mark, pointer: Pointer) -> Location {
        Location {
            file: Arc::clone(&self.file),
            pointer,
            span: mark.span,
            start: mark.start,
            end: mark.end,
            label: format!("`{}`", self.system()),
            above: None,
        }
    }
}

fn keys(path: &str) -> Vec<Step> {
    path.split('.').map(|key| Step::Key(key.to_owned())).collect()
}

fn item(list: &str, index: u32, name: &str, field: Option<&str>) -> Pointer {
    let mut steps = keys(list);
    steps.push(Step::Item(index as usize, Some(name.to_owned())));
    steps.extend(field.map(|field| Step::Key(field.to_owned())));
    Pointer(steps)
}

struct Reader<'m, 'd> {
    manifest: &'m Manifest<'d>,
    rules: &'m RuleSet,
    source: &'m SourceFile,
    text: String,
    areas: Vec<TermId>,
}

impl<'m, 'd> Reader<'m, 'd> {
    fn keep(&mut self, text: &str) -> Part {
        let start = as_u32(self.text.len());
        self.text.push_str(text);
        Part {
            start,
            len: as_u32(text.len()),
        }
    }

    /// The text of a value; an empty part for anything else.
    fn keep_text(&mut self, value: Value<'_>) -> Part {
        match value {
            Value::Text(text) => self.keep(text),
            _ => Part::default(),
        }
    }

    fn mark(&self, place: &Place) -> Mark {
        let (start, end) = self.source.positions(place.span);
        Mark {
            span: place.span,
            start,
            end,
        }
    }

    fn items(&self, list: &str) -> impl Iterator<Item = (u32, InstanceId)> + use<'d> {
        (0..).zip(self.manifest.items(self.manifest.at(list)))
    }

    fn id_of(&self, value: Value<'_>) -> Option<&'m str> {
        term(value).map(|id| self.rules.vocabularies.term(id).id.as_str())
    }

    fn has_tag(&self, value: Value<'_>, tag: &str) -> bool {
        term(value).is_some_and(|id| self.rules.vocabularies.term(id).tags.iter().any(|t| t == tag))
    }

    fn flow(&self, item: InstanceId) -> Option<WeighingFlow> {
        let beyond = ["off_duty", "during_breaks"].map(|field| self.manifest.field(item, field));
        Some(WeighingFlow {
            category: term(self.manifest.field(item, "category"))?,
            beyond_hours: beyond.contains(&Value::Flag(true)),
            location: term(self.manifest.field(item, "location")),
        })
    }

    /// The slots of fields of the items of a list, looked up once for all of them.
    fn slots<const N: usize>(&self, list: &str, fields: [&str; N]) -> Option<[SlotId; N]> {
        let (_, first) = self.items(list).next()?;
        let scope = &self.manifest.shape.scopes[self.manifest.instance(first).scope];
        let slots = fields.map(|field| scope.slot(field));
        slots
            .iter()
            .all(Option::is_some)
            .then(|| slots.map(Option::unwrap_or_default))
    }

    fn data(&mut self) -> Box<[Data]> {
        let purposes = self.slots("purposes", ["area", "secondary"]);
        let inputs = self.slots(
            "data.inputs",
            ["id", "category", "identifiable", "purposes", "from_system"],
        );
        let generated = self.slots("data.generated", ["id", "category", "identifiable", "purposes"]);
        let inputs = inputs.map(|[id, category, identifiable, purposes, from]| {
            ("data.inputs", [id, category, identifiable, purposes], Some(from))
        });
        let generated = generated.map(|slots| ("data.generated", slots, None));
        let mut data = Vec::new();
        for (list, slots, from) in inputs.into_iter().chain(generated) {
            for (index, item) in self.items(list) {
                let [id, category, identifiable, serves] = slots.map(|slot| self.manifest.value(item, slot));
                let from = from.map_or(Value::Absent, |slot| self.manifest.value(item, slot));
                let is_personal = identifiable == Value::Flag(true);
                let Value::Text(id) = id else { continue };
                if is_personal || matches!(from, Value::Text(_)) {
                    let mark = self.mark(&self.manifest.anchor(item));
                    data.push(Data {
                        id: self.keep(id),
                        category: term(category),
                        areas: self.keep_areas(serves, purposes),
                        from: self.keep_text(from),
                        generated: list == "data.generated",
                        index,
                        mark,
                    });
                }
            }
        }
        data.into()
    }

    /// Areas of the purposes that data serves, in order, without those of a declared secondary use.
    fn keep_areas(&mut self, serves: Value<'d>, purposes: Option<[SlotId; 2]>) -> Part {
        let first = self.items("purposes").next();
        let (Some([area, secondary]), Some((_, first))) = (purposes, first) else {
            return Part::default();
        };
        let scope = self.manifest.instance(first).scope;
        let served = self.manifest.list(serves).iter().filter_map(|(value, _)| match value {
            Value::Text(id) => self.manifest.find(scope, id),
            _ => None,
        });
        let first_uses = served.filter(|item| self.manifest.value(*item, secondary) != Value::Flag(true));
        let mut areas: Vec<TermId> = first_uses
            .filter_map(|item| term(self.manifest.value(item, area)))
            .collect();
        areas.sort_unstable_by_key(|area| area.term);
        areas.dedup();
        let start = as_u32(self.areas.len());
        let len = as_u32(areas.len());
        self.areas.append(&mut areas);
        Part { start, len }
    }

    fn holders(&mut self) -> Box<[Holder]> {
        use HolderField::{Decision, OwnerContact, OwnerRole, Party};
        let mut named = Vec::new();
        for (index, item) in self.items("codetermination.parties") {
            let kind = self.manifest.field(item, "type");
            let role = match self.id_of(kind) {
                Some("dpo") => Role::DataProtectionOfficer,
                _ if self.has_tag(kind, "worker-side") => Role::Workers,
                _ if self.has_tag(kind, "employer-side") => Role::Employer,
                _ => continue,
            };
            named.push((role, Party, index, item, "name"));
        }
        named.push((Role::Accountable, OwnerRole, 0, 0, "accountability.owner.role"));
        named.push((Role::Accountable, OwnerContact, 0, 0, "accountability.owner.contact"));
        let decisions = self.items("decisions");
        named.extend(decisions.map(|(index, item)| (Role::Accountable, Decision, index, item, "accountable_role")));
        let mut holders = Vec::new();
        for (role, field, index, item, path) in named {
            let scope = self.manifest.instance(item).scope;
            let slot = self.manifest.shape.scopes[scope].slot(path);
            if let (Some(slot), Value::Text(name)) = (slot, self.manifest.field(item, path)) {
                let mark = self.mark(&self.manifest.place(item, slot));
                holders.push(Holder {
                    name: self.keep(name),
                    role,
                    field,
                    index,
                    mark,
                });
            }
        }
        holders.into()
    }

    fn suppliers(&mut self) -> Box<[Supplier]> {
        let mut suppliers = Vec::new();
        for (index, item) in self.items("suppliers") {
            let Value::Text(name) = self.manifest.field(item, "name") else {
                continue;
            };
            suppliers.push(Supplier {
                name: self.keep(name),
                product: self.keep_text(self.manifest.field(item, "product")),
                answers: ANSWERS.map(|field| match self.manifest.field(item, field) {
                    Value::Flag(flag) => Some(Answer::Flag(flag)),
                    Value::Term(id) => Some(Answer::Term(id)),
                    Value::Country(_, number) => Some(Answer::Country(number)),
                    _ => None,
                }),
                index,
                mark: self.mark(&self.manifest.anchor(item)),
            });
        }
        suppliers.into()
    }
}

fn as_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn term(value: Value<'_>) -> Option<TermId> {
    if let Value::Term(id) = value { Some(id) } else { None }
}
