//! The workers' total load: what several systems do to the same group, over all manifests of a run.

use std::collections::BTreeMap;

use crate::finding::Location;
use crate::schema::{InstanceId, Manifest};
use crate::value::Value;

use super::Score;

/// Flows with at least this score weigh on the people concerned.
const WEIGHS: i64 = 3;

/// What stays of a manifest when its tree is gone: enough to see systems together.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Id of the system.
    pub system: String,
    /// Where the id stands.
    pub location: Location,
    /// The groups of workers it bears on.
    pub groups: Vec<String>,
    /// Its flows that weigh: id and label of the data, hours and places.
    pub flows: Vec<WeighingFlow>,
    /// All control measures on the group have been assessed together.
    pub assessed: bool,
    /// The packs that count for it.
    pub packs: Vec<bool>,
}

/// A flow of data that weighs on the people concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeighingFlow {
    /// Category of the data.
    pub category: String,
    /// Collected outside working time or in breaks.
    pub beyond_hours: bool,
    /// Where it is collected.
    pub location: Option<String>,
}

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

impl Summary {
    /// The summary of a manifest; `None` without a system id.
    pub fn of(
        manifest: &Manifest<'_>,
        score: &Score,
        packs: Vec<bool>,
        label: impl Fn(Value<'_>) -> Option<String>,
        location: Location,
    ) -> Option<Summary> {
        let system = manifest.text_at("system.id")?.to_owned();
        let groups = manifest.items(manifest.at("subjects.groups"));
        let field = |item: InstanceId, path: &str| {
            let scope = manifest.instance(item).scope;
            manifest.shape.scopes[scope]
                .slot(path)
                .map_or(Value::Absent, |slot| manifest.value(item, slot))
        };
        let live = matches!(
            label(manifest.at("system.status")).as_deref(),
            Some("pilot" | "deployed")
        );
        let flows = score
            .flows
            .iter()
            .filter(|flow| live && flow.score >= WEIGHS)
            .filter_map(|flow| {
                Some(WeighingFlow {
                    category: label(field(flow.item, "category"))?,
                    beyond_hours: [field(flow.item, "off_duty"), field(flow.item, "during_breaks")]
                        .contains(&Value::Flag(true)),
                    location: label(field(flow.item, "location")),
                })
            })
            .collect();
        Some(Summary {
            system,
            location,
            groups: groups.filter_map(|item| manifest.name_of(item)).collect(),
            flows,
            assessed: manifest.at("control.cumulative_assessment").is_answered(),
            packs,
        })
    }
}

/// The groups that at least two systems with weighing flows bear on.
pub fn loads(summaries: &[Summary]) -> Vec<Load> {
    let mut by_group: BTreeMap<&str, Vec<&Summary>> = BTreeMap::new();
    for summary in summaries.iter().filter(|s| !s.flows.is_empty()) {
        for group in &summary.groups {
            by_group.entry(group).or_default().push(summary);
        }
    }
    by_group
        .into_iter()
        .filter(|(_, systems)| systems.len() > 1)
        .map(|(group, systems)| Load {
            group: group.to_owned(),
            flows: systems.iter().flat_map(|s| s.flows.iter().cloned()).collect(),
            assessed: systems.iter().any(|s| s.assessed),
            packs: any_of(systems.iter().map(|s| s.packs.as_slice())),
            systems: systems
                .into_iter()
                .map(|s| (s.system.clone(), s.location.clone()))
                .collect(),
        })
        .collect()
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
