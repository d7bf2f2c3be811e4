//! Facts over all manifests of a run: what several systems do to the same group, data that goes on to
//! another system, one person in roles that do not go together, one supplier with different answers.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::summary::{ANSWERS, Answer, Data, Holder, Role, Summary, Supplier, WeighingFlow};
use crate::finding::Location;
use crate::vocabulary::TermId;

/// Most places that a fact names, since a run may hold very many.
const MOST: usize = 20;

/// Most systems that a message names.
const MOST_NAMED: usize = 5;

/// Several systems on one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// The group.
    pub group: String,
    /// The systems, with the place of their ids.
    pub systems: Vec<(String, Location)>,
    /// All flows that weigh.
    pub flows: Vec<WeighingFlow>,
    /// One of the systems refers to an assessment of all together.
    pub assessed: bool,
    /// The packs that count for at least one of the systems.
    pub packs: Vec<bool>,
}

/// A fact over several manifests, as rules read it: an item of a list under `$facts`.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The list: `load`, `reuse`, `roles` or `suppliers`.
    pub list: &'static str,
    /// The fields of the item.
    pub fields: Vec<(&'static str, Field)>,
    /// The system that a finding belongs to.
    pub system: String,
    /// The place of a finding, and further ones.
    pub places: Vec<Location>,
    /// The packs that count for at least one of the systems.
    pub packs: Vec<bool>,
}

impl Shared {
    /// What the fact is about, by name: a group, a person, a product.
    pub fn names(&self) -> String {
        let texts = self.fields.iter().filter_map(|(_, field)| match field {
            Field::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

/// What a field of a fact holds.
#[derive(Clone, Debug)]
pub enum Field {
    /// A text.
    Text(String),
    /// Several texts.
    Texts(Vec<String>),
    /// Several terms.
    Terms(Vec<TermId>),
    /// A number.
    Count(usize),
    /// Yes or no.
    Flag(bool),
}

/// All facts over the manifests of a run but the loads, in a stable order.
pub fn across(summaries: &[Summary]) -> Vec<Shared> {
    let mut shared = reuse(summaries);
    shared.extend(roles(summaries));
    shared.extend(suppliers(summaries));
    shared
}

/// The groups that at least two systems with weighing flows bear on.
pub fn loads(summaries: &[Summary]) -> Vec<Load> {
    let mut by_group: BTreeMap<&str, Vec<&Summary>> = BTreeMap::new();
    for summary in summaries.iter().filter(|s| !s.flows.is_empty()) {
        for group in summary.groups() {
            by_group.entry(group).or_default().push(summary);
        }
    }
    by_group
        .into_iter()
        .filter(|(_, systems)| systems.len() > 1)
        .map(|(group, systems)| Load {
            group: group.to_owned(),
            flows: systems.iter().flat_map(|s| s.flows.iter().copied()).collect(),
            assessed: systems.iter().any(|s| s.assessed),
            packs: any_of(systems.iter().map(|s| &*s.packs)),
            systems: systems
                .into_iter()
                .map(|s| (s.system().to_owned(), s.location()))
                .collect(),
        })
        .collect()
}

impl Load {
    /// The load as rules read it.
    pub fn shared(&self) -> Shared {
        Shared {
            list: "load",
            fields: vec![
                ("group", Field::Text(self.group.clone())),
                (
                    "systems",
                    Field::Texts(self.systems.iter().map(|(id, _)| id.clone()).collect()),
                ),
                ("flows", Field::Count(self.flows.len())),
                ("assessed", Field::Flag(self.assessed)),
            ],
            system: self.systems.first().map(|(id, _)| id.clone()).unwrap_or_default(),
            places: self.systems.iter().map(|(_, place)| place.clone()).collect(),
            packs: self.packs.clone(),
        }
    }
}

/// Data of one system that serves another purpose in a second one: data that the second says it takes
/// from the first, or data of the same id and category about the same group.
fn reuse(summaries: &[Summary]) -> Vec<Shared> {
    let by_id: HashMap<u64, &Summary> = summaries.iter().rev().map(|s| (key(s.system()), s)).collect();
    // The first system with this data about this group; each further one is held against it.
    let mut first: HashMap<u64, (&Summary, &Data)> = HashMap::new();
    let mut shared = Vec::new();
    for summary in summaries.iter().filter(|summary| summary.used) {
        for data in summary.data.iter().filter(|data| !summary.areas(data).is_empty()) {
            let named = summary
                .origin(data)
                .and_then(|from| by_id.get(&key(from)).filter(|o| o.system() == from));
            if let Some(origin) = named.filter(|origin| origin.system() != summary.system()) {
                let same = |d: &&Data| d.category == data.category || origin.id(d) == summary.id(data);
                let there: Vec<&Data> = origin.data.iter().filter(same).collect();
                let known: Vec<TermId> = there.iter().flat_map(|d| origin.areas(d)).copied().collect();
                // What the other manifest does not say is for the rules that look at it alone.
                if let Some(first) = there.first().filter(|_| !known.is_empty()) {
                    let place = origin.data_location(first);
                    shared.extend(reused(summary, data, origin, place, &known, true));
                }
                continue;
            }
            let mut held = false;
            for group in summary.groups() {
                let about = key((summary.id(data), data.category, group));
                let (origin, there) = *first.entry(about).or_insert((summary, data));
                let is_same = origin.id(there) == summary.id(data) && there.category == data.category;
                if held || !is_same || origin.system() == summary.system() {
                    continue;
                }
                held = true;
                // Which of the two came first nobody can see: either may hold the further purpose.
                let (here, known) = (origin.data_location(there), origin.areas(there));
                let further = reused(summary, data, origin, here, known, false);
                let other = || {
                    reused(
                        origin,
                        there,
                        summary,
                        summary.data_location(data),
                        summary.areas(data),
                        false,
                    )
                };
                shared.extend(further.or_else(other));
            }
        }
    }
    shared
}

/// The fact that data serves purposes here that it does not serve where it comes from.
fn reused(
    here: &Summary,
    data: &Data,
    origin: &Summary,
    place: Location,
    known: &[TermId],
    stated: bool,
) -> Option<Shared> {
    let areas: Vec<TermId> = here
        .areas(data)
        .iter()
        .copied()
        .filter(|area| !known.contains(area))
        .collect();
    (!areas.is_empty()).then(|| Shared {
        list: "reuse",
        fields: vec![
            ("data", Field::Text(here.id(data).to_owned())),
            ("system", Field::Text(here.system().to_owned())),
            ("from", Field::Text(origin.system().to_owned())),
            ("areas", Field::Terms(areas)),
            ("stated", Field::Flag(stated)),
        ],
        system: here.system().to_owned(),
        places: vec![here.data_location(data), place],
        packs: here.packs.to_vec(),
    })
}

/// One name in roles that do not go together.
fn roles(summaries: &[Summary]) -> Vec<Shared> {
    let all = || summaries.iter().flat_map(|s| s.holders.iter().map(move |h| (s, h)));
    // Of very many names only few stand in both kinds of roles.
    let keys: Vec<u64> = all().map(|(s, h)| key(plain(s.name(h)))).collect();
    let of = |free: bool| -> HashSet<u64> {
        let of_kind = all().zip(&keys).filter(|((_, h), _)| is_free(h.role) == free);
        of_kind.map(|(_, key)| *key).collect()
    };
    let (free, bound) = (of(true), of(false));
    let mut by_name: BTreeMap<String, Vec<(&Summary, &Holder)>> = BTreeMap::new();
    for ((summary, holder), key) in all().zip(&keys) {
        if free.contains(key) && bound.contains(key) {
            let name = plain(summary.name(holder));
            by_name.entry(name).or_default().push((summary, holder));
        }
    }
    let mut shared = Vec::new();
    for named in by_name.into_values() {
        let has = |role| named.iter().any(|(_, holder)| holder.role == role);
        let both_sides = has(Role::Workers) && (has(Role::Employer) || has(Role::Accountable));
        let officer = has(Role::DataProtectionOfficer) && has(Role::Accountable);
        if !both_sides && !officer {
            continue;
        }
        // The finding stands where the person is named beside the role that asks for independence.
        let (free, other): (Vec<_>, Vec<_>) = named.iter().partition(|(_, holder)| is_free(holder.role));
        let all = || free.iter().chain(&other);
        let Some((summary, holder)) = free.first() else {
            continue;
        };
        shared.push(Shared {
            list: "roles",
            fields: vec![
                ("name", Field::Text(summary.name(holder).to_owned())),
                ("systems", Field::Texts(systems(all().map(|(summary, _)| *summary)))),
                ("both_sides", Field::Flag(both_sides)),
                ("data_protection_officer", Field::Flag(officer)),
            ],
            system: summary.system().to_owned(),
            places: std::iter::once(summary.holder_location(holder))
                .chain(
                    other
                        .iter()
                        .take(MOST)
                        .map(|(summary, holder)| summary.holder_location(holder)),
                )
                .collect(),
            packs: any_of(all().map(|(summary, _)| &*summary.packs)),
        });
    }
    shared
}

/// Roles that ask for independence from those who decide.
fn is_free(role: Role) -> bool {
    matches!(role, Role::Workers | Role::DataProtectionOfficer)
}

/// One product of a supplier, described differently by several systems.
fn suppliers(summaries: &[Summary]) -> Vec<Shared> {
    let all = || {
        summaries
            .iter()
            .flat_map(|s| s.suppliers.iter().map(move |supplier| (s, supplier)))
    };
    let called = |summary: &Summary, supplier: &Supplier| {
        let (name, product) = summary.product(supplier);
        (plain(name), product.map(plain))
    };
    // Of very many products only few are described differently.
    let keys: Vec<u64> = all()
        .map(|(summary, supplier)| key(called(summary, supplier)))
        .collect();
    let mut first: HashMap<u64, [Option<Answer>; ANSWERS.len()]> = HashMap::new();
    let mut differing: HashSet<u64> = HashSet::new();
    for ((_, supplier), product) in all().zip(&keys) {
        let known = first.entry(*product).or_insert(supplier.answers);
        for (known, answer) in known.iter_mut().zip(supplier.answers) {
            match (&known, answer) {
                (None, _) => *known = answer,
                (Some(known), Some(answer)) if *known != answer => drop(differing.insert(*product)),
                _ => {}
            }
        }
    }
    let mut by_product: BTreeMap<_, Vec<(&Summary, &Supplier)>> = BTreeMap::new();
    for ((summary, supplier), _) in all().zip(&keys).filter(|(_, product)| differing.contains(product)) {
        let uses: &mut Vec<_> = by_product.entry(called(summary, supplier)).or_default();
        uses.push((summary, supplier));
    }
    let mut shared = Vec::new();
    for uses in by_product.into_values() {
        let differs = |n: &usize| {
            let mut answers = uses.iter().filter_map(|(_, supplier)| supplier.answers[*n]);
            let first = answers.next();
            answers.any(|answer| Some(answer) != first)
        };
        let fields: Vec<usize> = (0..ANSWERS.len()).filter(differs).collect();
        let (Some((summary, supplier)), false) = (uses.first(), fields.is_empty()) else {
            continue;
        };
        let (name, product) = summary.product(supplier);
        let all = || uses.iter().map(|(summary, _)| *summary);
        shared.push(Shared {
            list: "suppliers",
            fields: vec![
                ("name", Field::Text(name.to_owned())),
                ("systems", Field::Texts(systems(all()))),
                (
                    "fields",
                    Field::Texts(fields.iter().map(|n| format!("`{}`", ANSWERS[*n])).collect()),
                ),
                ("product_named", Field::Flag(product.is_some())),
            ],
            system: summary.system().to_owned(),
            places: uses
                .iter()
                .take(MOST)
                .map(|(summary, supplier)| summary.supplier_location(supplier))
                .collect(),
            packs: any_of(all().map(|summary| &*summary.packs)),
        });
    }
    shared
}

/// A short key for what is compared very often.
fn key(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A name without what people write differently by chance.
fn plain(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    out
}

/// The ids of systems, each once, in order.
fn systems<'a>(all: impl Iterator<Item = &'a Summary>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for summary in all {
        if !ids.iter().any(|id| id == summary.system()) {
            ids.push(summary.system().to_owned());
        }
        if ids.len() > MOST_NAMED {
            ids[MOST_NAMED] = "…".to_owned();
            break;
        }
    }
    ids
}

/// What holds in at least one of several lists of the same length.
fn any_of<'a>(lists: impl Iterator<Item = &'a [bool]>) -> Vec<bool> {
    let mut any = Vec::new();
    for list in lists {
        any.resize(list.len(), false);
        for (any, one) in any.iter_mut().zip(list) {
            *any |= one;
        }
    }
    any
}
