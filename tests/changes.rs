//! What differs between two contents: the direction of every material field, renamed items, and words.
//!
//! The directions stand in `tests/agreement/directions.yaml`. What they are called in both languages is a snapshot, to be
//! read as a shop steward would.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

mod trees;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tillit::agreement::{Change, Content, Direction, Line, What, changes};
use tillit::shape::{Field, Kind, Widens};
use tillit::text::{Lang, is_unsafe};
use trees::{SHAPE, VOCABULARIES};

/// Changes of some fields and what they mean.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    fields: Vec<String>,
    #[serde(default)]
    widens: Vec<[Json; 2]>,
    #[serde(default)]
    narrows: Vec<[Json; 2]>,
    #[serde(default)]
    neutral: Vec<[Json; 2]>,
    /// What a widening pair is when it is swapped, if it does not narrow.
    back: Option<String>,
}

impl Row {
    fn pairs<'r>(&'r self) -> impl Iterator<Item = (Direction, &'r [Json; 2])> {
        let of = |direction, pairs: &'r [[Json; 2]]| pairs.iter().map(move |pair| (direction, pair));
        let widens = of(Direction::Widens, &self.widens);
        let narrows = of(Direction::Narrows, &self.narrows);
        widens.chain(narrows).chain(of(Direction::Neutral, &self.neutral))
    }
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    serde_yaml::from_str(&std::fs::read_to_string("tests/agreement/directions.yaml").unwrap()).unwrap()
});

/// The canonical lines of a text, in any order.
fn content(text: &str) -> Content {
    let mut lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    Content::parse(&text).unwrap_or_else(|e| panic!("{e:?}\n{text}"))
}

fn compare(old: &Content, new: &Content) -> Vec<Change> {
    changes(old, new, &SHAPE, &VOCABULARIES)
}

/// Direction and English message of each change.
fn said(old: &str, new: &str) -> Vec<String> {
    let changes = compare(&content(old), &content(new));
    changes
        .iter()
        .map(|c| format!("{:?} {}", c.direction, c.message(Lang::En)))
        .collect()
}

/// A content that answers one field as given, of an item `x` if it is the field of one.
fn answering(field: &str, value: &Json) -> Content {
    let mut lines = Vec::new();
    let line = |list: &str, item: Option<&str>, field: &str, value: &Json| Line {
        list: list.to_owned(),
        item: item.map(str::to_owned),
        field: field.to_owned(),
        value: value.clone(),
    };
    let answer = match field.split_once("[].") {
        Some((list, field)) => {
            let scope = SHAPE.scopes.iter().position(|scope| scope.path == list).unwrap();
            let item = SHAPE.is_material_list(scope).then_some("x");
            if item.is_some() {
                lines.push(line("", None, list, &json!(["x"])));
            }
            line(list, item, field, value)
        }
        None => line("", None, field, value),
    };
    lines.extend(Some(answer).filter(|line| !line.value.is_null()));
    Content::from_lines(lines)
}

/// Every material field and what the schema says of it.
fn material() -> BTreeMap<String, &'static Field> {
    let mut out = BTreeMap::new();
    for scope in &SHAPE.scopes {
        for field in scope.fields.iter().filter(|field| field.material.is_some()) {
            let path = match scope.path.as_str() {
                "" => field.path.clone(),
                list => format!("{list}[].{}", field.path),
            };
            out.insert(path, field);
        }
    }
    out
}

#[test]
fn every_material_field_has_its_rows() {
    let mut rows: BTreeMap<&str, BTreeSet<Direction>> = BTreeMap::new();
    for row in TABLE.iter() {
        for field in &row.fields {
            rows.entry(field)
                .or_default()
                .extend(row.pairs().map(|(direction, _)| direction));
        }
    }
    let material = material();
    assert!(rows.keys().eq(material.keys()), "{:?}", rows.keys());
    for (path, field) in &material {
        use Direction::{Narrows, Neutral, Widens as Wider};
        let expected: &[Direction] = match (field.material.as_ref().unwrap().widens, &field.kind) {
            // Where `none` is a term, to say it settles what was open.
            (Widens::Change, Kind::Term(number)) if VOCABULARIES.get(*number).find("none").is_some() => {
                &[Wider, Narrows]
            }
            (Widens::Change, _) => &[Wider],
            _ => &[Wider, Narrows],
        };
        let rows = rows[path.as_str()].iter().filter(|direction| **direction != Neutral);
        assert!(rows.eq(expected), "{path}");
    }
}

#[test]
fn every_material_field_widens_and_narrows_as_the_table_says() {
    for row in TABLE.iter() {
        for field in &row.fields {
            for (direction, [old, new]) in row.pairs() {
                let found = compare(&answering(field, old), &answering(field, new));
                let worst = found.iter().map(|change| change.direction).min();
                assert_eq!(worst, Some(direction), "{field}: {old} to {new}: {found:#?}");
                if old.is_null() || new.is_null() || direction != Direction::Widens {
                    continue;
                }
                let back = match row.back.as_deref() {
                    None => Direction::Narrows,
                    Some("widens") => Direction::Widens,
                    Some("neutral") => Direction::Neutral,
                    Some(other) => panic!("{other}"),
                };
                let found = compare(&answering(field, new), &answering(field, old));
                let worst = found.iter().map(|change| change.direction).min();
                assert_eq!(worst, Some(back), "{field}: {new} to {old}: {found:#?}");
            }
        }
    }
}

#[test]
fn every_term_that_a_direction_needs_has_a_level() {
    for (path, field) in material() {
        let widens = field.material.as_ref().unwrap().widens;
        let by_level = [
            Widens::Higher,
            Widens::Lower,
            Widens::Later,
            Widens::Finer,
            Widens::Weaker,
        ]
        .contains(&widens);
        if let (Kind::Term(number), true) = (&field.kind, by_level) {
            for term in &VOCABULARIES.get(*number).terms {
                assert!(term.level.is_some(), "{path}: {}", term.id);
            }
        }
    }
}

/// The first change of every field, and every change of the first field of a row.
#[test]
fn what_is_said_of_every_field() {
    let mut out = String::new();
    for row in TABLE.iter() {
        for (number, field) in row.fields.iter().enumerate() {
            let _ = writeln!(out, "{field}");
            let pairs = row.pairs().take(if number == 0 { usize::MAX } else { 1 });
            for change in pairs.flat_map(|(_, [old, new])| compare(&answering(field, old), &answering(field, new))) {
                let _ = writeln!(out, "  {:?}: {}", change.direction, change.message(Lang::En));
                let _ = writeln!(out, "    {}", change.message(Lang::Nb));
            }
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn what_is_new_or_gone_is_one_change_that_tells_most_of_it() {
    let old = r#"
        data.inputs = ["badge"]
        data.inputs["badge"].retention = "P90D"
        oversight.overseers = ["chief"]
        oversight.overseers["chief"].can_override = true
    "#;
    let new = r#"
        data.inputs = ["badge","keys"]
        data.inputs["badge"].retention = "P365D"
        data.inputs["keys"].category = "keystrokes"
        data.inputs["keys"].covert = true
        data.inputs["keys"].purposes = ["output"]
        data.inputs["keys"].retention = "P2Y"
    "#;
    assert_eq!(
        said(old, new),
        [
            "Widens data collected “badge”, time kept: 365 days instead of 90 days",
            "Widens data collected “keys” is added (kind of data: “keystrokes”; time kept: 2 years; purposes: “output”)",
            "Widens overseer “chief” is removed",
        ]
    );
    assert_eq!(
        said(new, old),
        [
            "Narrows data collected “badge”, time kept: 90 days instead of 365 days",
            "Narrows data collected “keys” is removed (kind of data: “keystrokes”; time kept: 2 years; purposes: “output”)",
            "Narrows overseer “chief” is added",
        ]
    );
}

#[test]
fn what_only_goes_by_another_name_is_followed_where_it_is_referred_to() {
    let old = r#"
        data.generated = ["score"]
        data.generated["score"].derived_from = ["badge","keys"]
        data.inputs = ["badge","keys"]
        data.inputs["badge"].purposes = ["pay"]
        data.inputs["badge"].retention = "P90D"
        data.inputs["keys"].purposes = ["pay"]
        purposes = ["pay"]
        purposes["pay"].area = "pay"
    "#;
    let new = r#"
        data.generated = ["score"]
        data.generated["score"].derived_from = ["cards","keys"]
        data.inputs = ["cards","keys"]
        data.inputs["cards"].purposes = ["wages"]
        data.inputs["cards"].retention = "P90D"
        data.inputs["keys"].purposes = ["wages"]
        purposes = ["wages"]
        purposes["wages"].area = "pay"
    "#;
    assert_eq!(
        said(old, new),
        [
            "Neutral data collected “badge” is now called “cards”",
            "Neutral purpose “pay” is now called “wages”",
        ]
    );
    // With one thing more that differs, it is another item.
    assert_eq!(
        said(
            old,
            &new.replace(r#"["cards"].retention = "P90D""#, r#"["cards"].retention = "P91D""#)
        ),
        [
            "Widens data generated “score”, data it is made from: “cards” added; “badge” removed",
            "Widens data collected “cards” is added (time kept: 91 days; purposes: “wages”)",
            "Narrows data collected “badge” is removed (time kept: 90 days; purposes: “wages”)",
            "Neutral purpose “pay” is now called “wages”",
        ]
    );
}

#[test]
fn equal_items_are_paired_in_order_and_nothing_is_no_likeness() {
    let suppliers = |names: [&str; 2]| {
        let [a, b] = names;
        format!(
            "suppliers = [\"{a}\",\"{b}\"]\nsuppliers[\"{a}\"].country = \"DE\"\nsuppliers[\"{b}\"].country = \"DE\""
        )
    };
    assert_eq!(
        said(&suppliers(["a", "b"]), &suppliers(["c", "d"])),
        [
            "Neutral supplier “a” is now called “c”",
            "Neutral supplier “b” is now called “d”"
        ]
    );
    assert_eq!(
        said(r#"subjects.groups = ["a"]"#, r#"subjects.groups = ["b"]"#),
        [
            "Widens group of people “b” is added",
            "Narrows group of people “a” is removed"
        ]
    );
}

#[test]
fn items_that_share_a_name_are_compared_together() {
    let overseers = r#"oversight.overseers = ["",""]"#;
    let with = |flags: &str| format!("{overseers}\noversight.overseers[\"\"].can_override = {flags}");
    assert_eq!(
        said(&with("[false,true]"), &with("[false,false]")),
        ["Widens overseer without a name, authority to set the result aside: 2 × no instead of 1 × no and 1 × yes"]
    );
    assert_eq!(
        said(r#"suppliers = ["a"]"#, r#"suppliers = ["a","a"]"#),
        ["Widens supplier “a” is added"]
    );
}

#[test]
fn long_texts_that_look_the_same_are_said_to_differ() {
    let ground = |end: &str| format!("control.ground = \"{}{end}\"", "theft ".repeat(12));
    let said = said(&ground("a"), &ground("b"));
    assert_eq!(
        said,
        [
            "Widens need for the control measure: other words than before, “theft theft theft theft theft theft theft theft theft theft …”"
        ]
    );
}

#[test]
fn what_this_version_does_not_know_is_taken_for_serious() {
    for (old, new, message) in [
        (
            "data.colour = \"red\"",
            "",
            "`data.colour`: no longer stated (before: \"red\")",
        ),
        ("", "things[].x = [1]", "`things[].x`: [1] (not stated before)"),
        (
            "subjects.minors = true",
            "subjects.minors = [true]",
            "`subjects.minors`: [true] instead of true",
        ),
        (
            "system.status = 1",
            "system.status = 2",
            "`system.status`: 2 instead of 1",
        ),
        (
            "system.status = \"pilot\"",
            "system.status = []",
            "`system.status`: [] instead of \"pilot\"",
        ),
        (
            "suppliers = [\"a\"]\nsuppliers[\"a\"].disabled = []",
            "suppliers = [\"a\"]\nsuppliers[\"a\"].disabled = [\"flying\"]",
            "`suppliers[\"a\"].disabled`: [\"flying\"] instead of []",
        ),
        (
            "data.inputs[\"a\"].x = 1",
            "",
            "`data.inputs[\"a\"].x`: no longer stated (before: 1)",
        ),
        (
            "data.inputs[].covert = [true]",
            "",
            "`data.inputs[].covert`: no longer stated (before: [true])",
        ),
        (
            "data.inputs = true",
            "data.inputs = []",
            "`data.inputs`: [] instead of true",
        ),
        ("system.id = \"a\"", "", "`system.id`: no longer stated (before: \"a\")"),
    ] {
        let expected = format!("Widens something this version does not know, {message}");
        assert_eq!(said(old, new), [expected]);
    }
}

/// A list in the order of the canonical form, in which what is not printable is escaped.
fn sorted(mut values: Vec<Json>) -> Json {
    values.sort_by_cached_key(|value| value.to_string().replace('\u{202e}', "\\u202e"));
    Json::from(values)
}

/// Lines of what this version knows, of what it does not, and answers of every type to both.
fn line() -> impl Strategy<Value = Line> {
    let items = || select(vec!["a", "b", "c", ""]);
    let mut places: Vec<(String, String, bool)> = Vec::new();
    for scope in SHAPE.scopes.iter().filter(|scope| !scope.path.starts_with('$')) {
        let number = SHAPE.scopes.iter().position(|other| other.path == scope.path).unwrap();
        let named = number > 0 && SHAPE.is_material_list(number);
        let fields = scope.fields.iter().filter(|field| field.material.is_some());
        places.extend(fields.map(|field| (scope.path.clone(), field.path.clone(), named)));
    }
    let values = || {
        let words = [
            "a",
            "b",
            "c",
            "pilot",
            "retired",
            "keystrokes",
            "pay",
            "NO",
            "US-IL",
            "P90D",
            "unlimited",
            "unknown",
        ];
        let single = prop_oneof![
            any::<bool>().prop_map(Json::from),
            (0..4_u64).prop_map(Json::from),
            select(words.to_vec()).prop_map(Json::from),
            select(vec!["2026-12-31", "\u{202e}", "9999 years"]).prop_map(Json::from),
        ];
        single.prop_recursive(2, 8, 3, |inner| proptest::collection::vec(inner, 0..3).prop_map(sorted))
    };
    let unknown = select(vec![
        ("", "x.y", false),
        ("things", "x", true),
        ("data.inputs", "x", true),
        ("suppliers", "country", false),
    ]);
    let unknown = unknown.prop_map(|(list, field, named)| (list.to_owned(), field.to_owned(), named));
    let lists = material()
        .into_iter()
        .filter(|(_, field)| matches!(field.kind, Kind::Items(_)));
    let lists: Vec<String> = lists.map(|(path, _)| path).collect();
    let names = proptest::collection::btree_set(items(), 0..4).prop_map(|names| json!(names));
    prop_oneof![
        6 => (select(places), items(), values()).prop_map(|place| place),
        2 => (select(lists).prop_map(|list| (String::new(), list, false)), items(), names),
        1 => (unknown, items(), values()),
    ]
    .prop_map(|((list, field, named), item, value)| Line {
        item: named.then(|| item.to_owned()),
        list,
        field,
        value,
    })
}

fn contents() -> impl Strategy<Value = (Content, Content)> {
    let lines = || proptest::collection::vec(line(), 0..12);
    let changed = (lines(), lines(), proptest::collection::vec(any::<Index>(), 0..4));
    changed.prop_map(|(old, more, gone)| {
        let mut new = old.clone();
        for index in gone.into_iter().filter(|_| !old.is_empty()) {
            let at = index.index(old.len());
            new[at].value = json!("other");
        }
        new.extend(more);
        (Content::from_lines(old), Content::from_lines(new))
    })
}

/// Whether a change tells of a line: its own, that of its item or of one in its list, or of what it refers to.
fn tells(change: &Change, line: &Line) -> bool {
    let in_list = |list: &str| change.path.starts_with(&format!("{list}["));
    let of_item = matches!(change.what, What::Added | What::Removed | What::Renamed { .. });
    let named = |item: &str| {
        let from = matches!(&change.what, What::Renamed { from, .. } if from == item);
        in_list(&line.list) && (from || change.item.as_deref() == Some(item))
    };
    let refers = || {
        let scope = SHAPE.scopes.iter().find(|scope| scope.path == line.list)?;
        let field = &scope.fields[scope.slot(&line.field)?];
        Some(in_list(&SHAPE.scopes[field.refers_to?].path) && matches!(change.what, What::Renamed { .. }))
    };
    change.path == line.path()
        || (of_item && (line.item.as_deref().is_some_and(named) || (line.list.is_empty() && in_list(&line.field))))
        || refers().unwrap_or_default()
}

proptest! {
    #[test]
    fn nothing_changes_between_a_content_and_itself((content, _) in contents()) {
        prop_assert_eq!(compare(&content, &content), []);
    }

    #[test]
    fn every_line_that_differs_is_told_of((old, new) in contents()) {
        let changes = compare(&old, &new);
        prop_assert!(changes.is_sorted_by_key(|change| change.direction));
        for (path, line) in old.lines().chain(new.lines()).filter(|(path, _)| old.get(path) != new.get(path)) {
            prop_assert!(changes.iter().any(|change| tells(change, line)), "{path} {changes:#?}");
            let renamed = |change: &Change| matches!(change.what, What::Renamed { .. }) && tells(change, line);
            if ["x", "x.y"].contains(&line.field.as_str()) && !changes.iter().any(renamed) {
                let widens = |change: &Change| change.path == *path && change.direction == Direction::Widens;
                prop_assert!(changes.iter().any(widens), "{path} {changes:#?}");
            }
        }
        for change in &changes {
            for lang in [Lang::En, Lang::Nb] {
                let message = change.message(lang);
                prop_assert!(!message.is_empty() && !message.contains(is_unsafe), "{message:?}");
            }
        }
    }
}
