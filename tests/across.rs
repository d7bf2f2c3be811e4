//! What shows only over several manifests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::sync::Arc;

use tillit::config::Config;
use tillit::lint::{Alone, Coverage, Linter, finish};
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::trial::EXAMPLE_DAY;
use tillit::value::parse_date;

const GATE: &str = r#"
tillit: 1
system: { id: gate, name: Gate, status: deployed, jurisdictions: ["NO"] }
subjects: { groups: [{ id: warehouse, type: employees }] }
purposes: [{ id: doors, area: security }]
data: { inputs: [{ id: badge, category: badge-access, identifiable: true, purposes: [doors] }] }
codetermination:
  parties: [{ type: tillitsvalgt, name: Kari Berg }, { type: dpo, name: Data protection office }]
suppliers: [{ name: Acme, country: DE, role: processor }]
"#;

const RANKING: &str = r#"
tillit: 1
system: { id: ranking, name: Ranking, status: deployed, jurisdictions: ["NO"] }
subjects: { groups: [{ id: warehouse, type: employees }] }
purposes: [{ id: rank, area: evaluation }]
data: { inputs: [{ id: badge, category: badge-access, identifiable: true, purposes: [rank], from_system: gate }] }
accountability: { owner: { role: Operations manager, contact: ops@example.org } }
suppliers: [{ name: acme, country: DE, role: processor }]
"#;

/// The findings of a rule over two manifests: severity, message, and the places in order.
fn found(rule: &str, first: &str, second: &str) -> Vec<String> {
    let today = parse_date(EXAMPLE_DAY).unwrap();
    let linter = Linter::new(&Config::default(), &[], today, Lang::En).unwrap_or_else(|m| panic!("{m:?}"));
    let files = [("a", first), ("b", second)].map(|(name, text)| {
        let report = linter.check(Arc::new(SourceFile::new(name, text)), &Alone);
        let form = report.findings.iter().find(|f| f.bases.is_empty());
        assert!(form.is_none(), "{form:?}");
        report
    });
    let run = finish(&linter, files.into(), Coverage::Whole);
    let found = run.findings().filter(|f| &*f.rule == rule).map(|f| {
        let places: Vec<String> = std::iter::once(&f.primary)
            .chain(&f.secondary)
            .map(|at| format!("{}:{}", at.file, at.pointer))
            .collect();
        format!("{}: {} @ {}", f.severity, f.message, places.join(", "))
    });
    found.collect()
}

#[test]
fn data_goes_on_to_a_system_with_another_purpose() {
    let rule = "data-reused-across-systems";
    let says = "badge is used here for performance evaluation; in the system gate the same data has no such purpose";
    let at = "b:data.inputs[0], a:data.inputs[0]";
    assert_eq!(found(rule, GATE, RANKING), [format!("warning: {says} @ {at}")]);
    let not_stated = RANKING.replace(", from_system: gate", "");
    assert_eq!(found(rule, GATE, &not_stated), [format!("note: {says} @ {at}")]);
    let quiet = [
        not_stated.replace("id: badge", "id: other"),
        not_stated.replace("id: warehouse", "id: office"),
        not_stated.replace("area: evaluation", "area: productivity-assistance"),
        not_stated.replace("identifiable: true", "identifiable: false"),
        not_stated.replace("status: deployed", "status: retired"),
        RANKING.replace("area: evaluation", "area: security"),
        RANKING.replace("area: evaluation", "area: evaluation, secondary: true"),
    ];
    for second in quiet {
        assert_eq!(found(rule, GATE, &second), [""; 0], "{second}");
    }
    // What the first manifest does not say is no accusation of the second.
    let silent = GATE
        .replace("category: badge-access", "category: pay")
        .replace("id: badge", "id: wages");
    assert_eq!(found(rule, &silent, RANKING), [""; 0]);
    let open = GATE.replace(", area: security", "");
    assert_eq!(found(rule, &open, RANKING), [""; 0]);
    let retired = GATE
        .replace("status: deployed", "status: retired")
        .replace("area: security", "area: evaluation");
    assert_eq!(found(rule, &retired, RANKING), [""; 0]);
    // Without a word on where it comes from, the order of the files does not matter.
    let (late, early) = (not_stated.as_str(), GATE);
    assert_eq!(found(rule, late, early).len(), 1);
    let elsewhere = RANKING.replace("from_system: gate", "from_system: nowhere");
    assert_eq!(found(rule, GATE, &elsewhere).len(), 1);
}

#[test]
fn one_name_on_both_sides() {
    let rule = "two-sides-apart";
    assert_eq!(found(rule, GATE, RANKING), [""; 0]);
    let owner = RANKING.replace("Operations manager", "kari  berg");
    let says = "Kari Berg stands for the workers, and also for the employer or for the system itself (gate, ranking)";
    let at = "a:codetermination.parties[0].name, b:accountability.owner.role";
    assert_eq!(found(rule, GATE, &owner), [format!("warning: {says} @ {at}")]);
    let employer = format!("{RANKING}codetermination: {{ parties: [{{ type: employer, name: Kari Berg }}] }}\n");
    assert_eq!(found(rule, GATE, &employer).len(), 1);
    let same_side = format!("{RANKING}codetermination: {{ parties: [{{ type: verneombud, name: Kari Berg }}] }}\n");
    assert_eq!(found(rule, GATE, &same_side), [""; 0]);
}

#[test]
fn the_data_protection_officer_decides() {
    let rule = "dpo-independent";
    assert_eq!(found(rule, GATE, RANKING), [""; 0]);
    let decides = format!("{RANKING}decisions: [{{ id: d, accountable_role: Data protection office }}]\n");
    let says = "Data protection office is data protection officer, and also answers for a system or a decision (gate, ranking)";
    let at = "a:codetermination.parties[1].name, b:decisions[0].accountable_role";
    assert_eq!(found(rule, GATE, &decides), [format!("warning: {says} @ {at}")]);
    let abroad = |text: &str| text.replace("[\"NO\"]", "[\"US\"]");
    assert_eq!(
        found(rule, &abroad(GATE), &abroad(&decides)),
        [""; 0],
        "the clause does not count there"
    );
}

#[test]
fn a_supplier_with_different_answers() {
    let rule = "supplier-answers-agree";
    assert_eq!(found(rule, GATE, RANKING), [""; 0]);
    let other = RANKING.replace("country: DE", "country: US");
    let says = "Acme is described differently in gate, ranking: `country`";
    let at = "a:suppliers[0], b:suppliers[0]";
    assert_eq!(found(rule, GATE, &other), [format!("note: {says} @ {at}")]);
    let product = |text: &str, name: &str| text.replace(", country", &format!(", product: {name}, country"));
    let (one, two) = (product(GATE, "Doors"), product(&other, "doors"));
    assert_eq!(found(rule, &one, &two), [format!("warning: {says} @ {at}")]);
    assert_eq!(found(rule, &one, &product(&other, "Ranks")), [""; 0]);
    assert_eq!(
        found(rule, GATE, &RANKING.replace("country: DE", "country: unknown")),
        [""; 0]
    );
}
