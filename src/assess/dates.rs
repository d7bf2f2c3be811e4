//! Dates that follow from what a manifest says: when something is due that it gives a length of time for.

use jiff::civil::Date;

use crate::schema::{InstanceId, Manifest};
use crate::value::{Length, Value};
use crate::vocabulary::Vocabularies;

/// Dates that a manifest leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// The next joint evaluation, and the field that says so: the day itself, or else the interval, counted
    /// from the last evaluation or the start of the use, whichever came later.
    pub evaluation: Option<(Date, &'static str)>,
    /// The next test for unfair outcomes, counted from the last one.
    pub fairness_test: Option<Date>,
    /// When data about people is to be gone after the end of the use, and which data; nothing once it is deleted.
    pub deletions: Vec<(Date, InstanceId)>,
}

impl Dates {
    /// The dates of a manifest. What is to come counts as a plan, not as done.
    pub fn of(manifest: &Manifest<'_>, vocabularies: &Vocabularies, today: Date) -> Dates {
        let day = |path: &str| date(manifest.at(path));
        let is_past = |day: &Date| *day <= today;
        let last = |list: &str, counts: &dyn Fn(InstanceId) -> bool| {
            let items = manifest.items(manifest.at(list)).filter(|item| counts(*item));
            items
                .filter_map(|item| date(manifest.field(item, "date")))
                .filter(is_past)
                .max()
        };
        let is_evaluation = |item: InstanceId| match manifest.field(item, "type") {
            Value::Term(id) => {
                let vocabulary = vocabularies.get(id.vocabulary);
                let mut lineage = vocabulary.lineage(id.term);
                lineage.any(|term| vocabulary.terms[usize::from(term)].id == "evaluation")
            }
            _ => false,
        };
        const NEXT: &str = "codetermination.evaluation.next";
        const INTERVAL: &str = "codetermination.evaluation.interval";
        let from = last("codetermination.steps", &is_evaluation).max(day("lifecycle.deploy_date"));
        let evaluation = day(NEXT)
            .map(|day| (day, NEXT))
            .or_else(|| Some((after(from?, manifest.at(INTERVAL))?, INTERVAL)));
        let fairness_test =
            last("fairness.tests", &|_| true).and_then(|day| after(day, manifest.at("fairness.retest_interval")));
        let end = day("lifecycle.end_date").filter(|_| !day("lifecycle.data_deleted").is_some_and(|day| is_past(&day)));
        let data = ["data.inputs", "data.generated"].map(|list| manifest.items(manifest.at(list)));
        let deletions = data.into_iter().flatten().filter_map(|item| {
            // Figures that cannot be tied to a person need not go.
            let is_personal = manifest.field(item, "identifiable") != Value::Flag(false);
            let day = after(end.filter(|_| is_personal)?, manifest.field(item, "retention"))?;
            Some((day, item))
        });
        let mut deletions: Vec<_> = deletions.collect();
        deletions.sort_by_key(|(day, _)| *day);
        Dates {
            evaluation,
            fairness_test,
            deletions,
        }
    }
}

/// The day after so much time, where that is a length of time with an end.
fn after(day: Date, length: Value<'_>) -> Option<Date> {
    match length {
        Value::Length(length @ Length::Finite { .. }) => length.shift(day, 1),
        _ => None,
    }
}

fn date(value: Value<'_>) -> Option<Date> {
    if let Value::Date(date) = value {
        Some(date)
    } else {
        None
    }
}
