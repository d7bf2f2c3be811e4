//! What is bound by an agreement, and what is not: over every field of the shape, in any style of YAML, and for any
//! text that a record may hold.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use tillit::agreement::{Broken, Content, Record};
use tillit::config::Config;
use tillit::lint::Linter;
use tillit::schema::Manifest;
use tillit::shape::{Field, Kind, MANIFEST_SCHEMA, ScopeId, Shape, SlotId};
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::yaml::{Documents, Limits};

/// What an item goes by: the first of these that its list has.
const NAMES: [&str; 4] = ["id", "name", "group", "role"];

static LINTER: LazyLock<Linter> =
    LazyLock::new(|| Linter::new(&Config::default(), &[], Date::constant(2026, 11, 21), Lang::En).unwrap());

fn shape() -> &'static Shape {
    &LINTER.rules.shape
}

fn read<T>(text: &str, of: impl FnOnce(&Manifest<'_>) -> T) -> T {
    let document = Documents::new(text, Limits::default(), false).next().unwrap();
    assert!(!document.broken, "{text}");
    of(&Manifest::read(&document, shape(), &LINTER.rules.vocabularies, false))
}

fn content(text: &str) -> Content {
    read(text, |manifest| Content::of(manifest, &LINTER.rules.vocabularies))
}

/// What a field holds in a manifest that answers everything.
type Choice<'c> = &'c mut dyn FnMut(ScopeId, SlotId, usize) -> Answer;

#[derive(Clone, Copy, PartialEq)]
enum Answer {
    /// One of two values that differ.
    Value(usize),
    Unknown,
    Absent,
}

fn value(kind: &Kind, variant: usize) -> Json {
    match kind {
        Kind::Version => json!(1),
        Kind::Text => json!(format!("some words, {variant}: really")),
        Kind::Id => json!(format!("id-{variant}")),
        Kind::Flag => json!(variant == 0),
        Kind::Count => json!(7 + variant),
        Kind::Percent => json!(30 + variant),
        Kind::Date => json!(format!("2026-0{}-28", 1 + variant)),
        Kind::Duration => json!(["90 days", "P1Y6M"][variant]),
        Kind::Country => json!(["NO", "DE-BY"][variant]),
        Kind::Evidence => json!({ "archive": format!("2026/{variant}") }),
        Kind::Term(vocabulary) => json!(LINTER.rules.vocabularies.get(*vocabulary).terms[variant].id),
        Kind::List(kind) if variant == 0 => json!([value(kind, 0), value(kind, 1)]),
        Kind::List(kind) => json!([value(kind, 0)]),
        Kind::Block | Kind::Items(_) => unreachable!("it has keys"),
    }
}

fn put(map: &mut Map<String, Json>, path: &str, value: Json) {
    match path.split_once('.') {
        None => _ = map.insert(path.to_owned(), value),
        Some((key, rest)) => put(
            map.entry(key).or_insert_with(|| json!({})).as_object_mut().unwrap(),
            rest,
            value,
        ),
    }
}

/// A manifest, or an item of a list, in which the choice has been made for every field.
fn answers(scope: ScopeId, number: usize, choose: Choice<'_>) -> Json {
    let mut map = Map::new();
    for (slot, field) in shape().scopes[scope].fields.iter().enumerate() {
        if field.kind == Kind::Block {
            continue;
        }
        let answer = match (choose(scope, slot, number), &field.kind) {
            (Answer::Absent, _) => continue,
            (Answer::Unknown, _) => json!("unknown"),
            (Answer::Value(0), Kind::Items(items)) => json!([answers(*items, 0, choose), answers(*items, 1, choose)]),
            (Answer::Value(_), Kind::Items(items)) => json!([answers(*items, 0, choose)]),
            // Items are told apart by their names.
            (Answer::Value(variant), Kind::Id | Kind::Text) if NAMES.contains(&field.path.as_str()) => {
                json!(format!("{}-{number}-{variant}", field.path))
            }
            (Answer::Value(variant), kind) => value(kind, variant),
        };
        put(&mut map, &field.path, answer);
    }
    Json::Object(map)
}

fn is_name(scope: ScopeId, field: &Field) -> bool {
    let scope = &shape().scopes[scope];
    let name = NAMES.iter().find(|name| scope.slot(name).is_some());
    name.is_some_and(|name| *name == field.path)
}

#[test]
fn every_material_field_is_bound_and_no_other() {
    let plain = |at: (ScopeId, SlotId), answer| {
        let mut choose = |scope, slot, number| match (scope, slot) == at && number == 0 {
            true => answer,
            false => Answer::Value(0),
        };
        content(&answers(0, 0, &mut choose).to_string())
    };
    let everything = content(&answers(0, 0, &mut |_, _, _| Answer::Value(0)).to_string());
    let mut material = 0;
    for (scope, items) in shape().scopes.iter().enumerate() {
        for (slot, field) in items.fields.iter().enumerate() {
            if matches!(field.kind, Kind::Block | Kind::Version) {
                continue;
            }
            // An item less of a list that is not material has its material answers less.
            let holds_material = match field.kind {
                Kind::Items(items) => shape().scopes[items]
                    .fields
                    .iter()
                    .any(|field| field.material.is_some()),
                _ => false,
            };
            let is_name = shape().is_material_list(scope) && is_name(scope, field);
            let is_bound = field.material.is_some() || holds_material || is_name;
            material += usize::from(field.material.is_some());
            let place = format!("{}.{}", items.path, field.path);
            let others = [Answer::Value(1), Answer::Unknown, Answer::Absent];
            for (number, answer) in others.into_iter().enumerate() {
                let other = plain((scope, slot), answer);
                assert_eq!(
                    other.digest() != everything.digest(),
                    is_bound,
                    "{place}, other answer {number}"
                );
                assert_eq!(Content::parse(&other.text()).as_ref(), Ok(&other), "{place}");
            }
            if field.material.is_some() {
                let [unknown, absent] = [Answer::Unknown, Answer::Absent].map(|answer| plain((scope, slot), answer));
                assert_eq!(unknown.text(), absent.text(), "{place}: not answered is not answered");
            }
        }
    }
    let marked = MANIFEST_SCHEMA.matches("\"x-tillit-material\": true").count();
    assert_eq!(material, marked, "fields that the schema marks");
}

/// A small source of numbers: each style is one number.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn shuffle<T>(&mut self, values: &mut [T]) {
        for at in (1..values.len()).rev() {
            values.swap(at, self.below(at + 1));
        }
    }
}

/// Writes a manifest in some style: order, quotes, flow and block, comments, aliases.
struct Writer {
    dice: Dice,
    /// Values that have an anchor, as JSON.
    anchors: Vec<String>,
}

impl Writer {
    fn scalar(&mut self, value: &Json) -> String {
        let Json::String(text) = value else {
            return value.to_string();
        };
        // A plain scalar ends at `, ` or `: `, and some words are no text.
        let is_plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        let is_word = is_plain && text.starts_with(|c: char| c.is_ascii_alphabetic());
        match self.dice.below(3) {
            0 if is_word => text.clone(),
            1 => format!("'{}'", text.replace('\'', "''")),
            _ => value.to_string(),
        }
    }

    /// An alias of what was there before, or the value with an anchor.
    fn anchored(&mut self, value: &Json, text: String) -> String {
        let json = value.to_string();
        if let Some(number) = self.anchors.iter().position(|known| *known == json) {
            return if self.dice.below(2) == 0 {
                format!("*a{number} ")
            } else {
                text
            };
        }
        if self.dice.below(4) > 0 {
            return text;
        }
        self.anchors.push(json);
        format!("&a{} {text}", self.anchors.len() - 1)
    }

    fn flow(&mut self, value: &Json) -> String {
        match value {
            Json::Object(map) => {
                let mut keys: Vec<&String> = map.keys().collect();
                self.dice.shuffle(&mut keys);
                let entries: Vec<String> = keys
                    .iter()
                    .map(|key| format!("{}: {}", self.scalar(&json!(key)), self.flow(&map[*key])))
                    .collect();
                format!("{{ {} }}", entries.join(" , "))
            }
            Json::Array(values) => {
                let mut values: Vec<&Json> = values.iter().collect();
                self.dice.shuffle(&mut values);
                let values: Vec<String> = values.iter().map(|value| self.flow(value)).collect();
                format!("[ {} ]", values.join(" , "))
            }
            scalar => {
                let text = self.scalar(scalar);
                self.anchored(scalar, text)
            }
        }
    }

    /// What stands behind `key:` or `-`, with the end of the line.
    fn node(&mut self, value: &Json, indent: usize) -> String {
        let remark = if self.dice.below(6) == 0 {
            " # system: { id: other }"
        } else {
            ""
        };
        let is_block = self.dice.below(3) > 0;
        let pad = " ".repeat(indent);
        match value {
            Json::Object(map) if is_block && !map.is_empty() => {
                let mut keys: Vec<&String> = map.keys().collect();
                self.dice.shuffle(&mut keys);
                let mut text = format!("{remark}\n");
                for key in keys {
                    if self.dice.below(8) == 0 {
                        text.push_str("\n      # a remark\n");
                    }
                    let name = self.scalar(&json!(key));
                    let _ = write!(text, "{pad}{name}:{}", self.node(&map[key], indent + 2));
                }
                text
            }
            Json::Array(values) if is_block && !values.is_empty() => {
                let mut values: Vec<&Json> = values.iter().collect();
                self.dice.shuffle(&mut values);
                let mut text = format!("{remark}\n");
                for value in values {
                    let _ = write!(text, "{pad}-{}", self.node(value, indent + 2));
                }
                text
            }
            value => format!(" {}{remark}\n", self.flow(value)),
        }
    }
}

fn styled(manifest: &Json, style: u64) -> String {
    let mut writer = Writer {
        dice: Dice(style),
        anchors: Vec::new(),
    };
    let mut manifest = manifest.clone();
    manifest["x-note"] = json!({ "written": "by somebody else", "times": style });
    let text = writer.node(&manifest, 0);
    match writer.dice.below(3) {
        0 => text.replace('\n', "\r\n"),
        _ => text,
    }
}

/// Names and texts that YAML, a terminal or a reader might take for something else.
fn hostile() -> impl Strategy<Value = String> {
    let odd = [
        "NO",
        "no",
        "true",
        "null",
        "~",
        "1",
        "1.0",
        "0x1F",
        "1e3",
        ".inf",
        "-",
        "- a",
        "? a",
        ": a",
        "a: b",
        "a #b",
        "#",
        "&a",
        "*a",
        "!t",
        "!!str x",
        "|",
        ">",
        "'",
        "\"",
        "\\",
        "%TAG",
        "@",
        "`",
        "<<",
        "=",
        "---",
        "...",
        " a ",
        "a\nb",
        "a\n\n b\n",
        "\n",
        "\t",
        "\r",
        "a\r\nb",
        "\0",
        "\u{1b}[31m",
        "\u{7f}",
        "\u{85}",
        "\u{a0}",
        "\u{ad}",
        "\u{200b}",
        "\u{202e}abc",
        "\u{2028}",
        "\u{2066}",
        "\u{feff}",
        "\u{fffe}",
        "😀",
        "é",
        "e\u{301}",
        "2026-11-21",
        "12:30:45",
        "worker:",
        "{a: b}",
        "[a]",
        "unknown",
        "-----BEGIN SSH SIGNATURE-----",
        "::error::x",
        "content: |\n  a = 1\n",
        "sha256: 0",
        "__proto__",
    ];
    prop_oneof![
        prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
        any::<String>(),
        "[ -~\\n]{0,40}",
        prop::collection::vec(prop::sample::select(odd.to_vec()), 0..6).prop_map(|parts| parts.concat()),
        prop::sample::select(odd.to_vec()).prop_map(|part| part.repeat(10_000 / part.len())),
    ]
}

/// A text in double quotes, as YAML writes any character.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            _ => write!(out, "\\U{:08x}", u32::from(c)).unwrap(),
        }
    }
    out + "\""
}

fn example() -> &'static Record {
    static EXAMPLE: LazyLock<Record> = LazyLock::new(|| {
        let text = std::fs::read_to_string("examples/exemplary.tillit.yaml").unwrap();
        read(&text, |manifest| {
            Record::of(manifest, &LINTER.rules.vocabularies, Date::constant(2026, 11, 21)).unwrap()
        })
    });
    &EXAMPLE
}

fn read_record(bytes: &[u8]) -> Result<(Record, Content), Option<Broken>> {
    let source = SourceFile::from_bytes("record.yaml", bytes.to_vec()).map_err(|_| None)?;
    let agreed = Record::read(&Arc::new(source)).map_err(Some)?;
    Ok((agreed.record, agreed.content))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_canonical_form_depends_on_no_style(made in any::<u64>(), styles in prop::array::uniform3(any::<u64>())) {
        let mut dice = Dice(made);
        let mut choose = |scope: ScopeId, slot: SlotId, _| {
            let field = &shape().scopes[scope].fields[slot];
            match dice.below(6) {
                _ if is_name(scope, field) || field.kind == Kind::Version => Answer::Value(0),
                0 => Answer::Absent,
                1 if !field.refuses_unknown => Answer::Unknown,
                number => Answer::Value(number % 2),
            }
        };
        let manifest = answers(0, 0, &mut choose);
        let plain = content(&manifest.to_string());
        prop_assume!(plain.lines().count() > 5);
        prop_assert_eq!(Content::parse(&plain.text()), Ok(plain.clone()));
        for style in styles {
            let text = styled(&manifest, style);
            prop_assert_eq!(content(&text).text(), plain.text(), "{}", text);
        }
    }

    #[test]
    fn only_the_canonical_form_is_read_as_content(at in any::<prop::sample::Index>(), byte in any::<u8>(), how in 0..3) {
        let text = &example().content;
        let mut bytes = text.clone().into_bytes();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => _ = bytes.remove(at),
        }
        if let Ok(changed) = String::from_utf8(bytes) && changed != *text && let Ok(content) = Content::parse(&changed) {
            prop_assert_eq!(content.text(), changed);
            prop_assert_ne!(content.digest(), example().sha256.as_str());
        }
    }

    #[test]
    fn a_record_gives_back_every_text(texts in prop::array::uniform4(hostile())) {
        let [name, party, role, supplier] = texts.each_ref().map(|text| quoted(text));
        let manifest = format!(
            "tillit: 1\nsystem: {{id: till, name: {name}, status: planned}}\nsuppliers: [{{name: {supplier}, country: \"NO\"}}]\n\
             data: {{inputs: [{{id: rota, access_roles: [{role}, {party}]}}]}}\n\
             codetermination: {{parties: [{{id: club, name: {party}}}], steps: [{{id: talk, evidence: {{archive: {role}}}}}]}}\n"
        );
        let record = read(&manifest, |manifest| {
            Record::of(manifest, &LINTER.rules.vocabularies, Date::constant(2026, 11, 21)).unwrap()
        });
        let text = record.text().unwrap();
        let (back, content) = read_record(text.as_bytes()).unwrap_or_else(|broken| panic!("{broken:?}\n{text}"));
        prop_assert_eq!(&back, &record);
        prop_assert_eq!(content.text(), record.content.as_str());
        // Nothing invisible stands in what people sign.
        let is_odd = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'));
        prop_assert!(!text.contains(is_odd), "{}", text.escape_debug());
    }

    #[test]
    fn no_bytes_make_reading_a_record_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read_record(&bytes).is_err());
    }

    #[test]
    fn an_altered_record_is_never_read_as_another_content(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, hostile()), 1..4),
    ) {
        let mut bytes = example().text().unwrap().into_bytes();
        for (at, cut, piece) in cuts {
            let from = at.index(bytes.len());
            let to = (from + cut).min(bytes.len());
            bytes.splice(from..to, piece.into_bytes());
        }
        if let Ok((record, content)) = read_record(&bytes) {
            prop_assert_eq!(content.digest(), record.sha256);
        }
    }
}

#[test]
fn a_record_that_asks_for_much_is_refused_soon() {
    let mebibyte = 1 << 20;
    let head = example().text().unwrap();
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..40 {
        let above = format!("*a{}, ", level - 1).repeat(9);
        let _ = writeln!(laughs, "a{level}: &a{level} [{above}]");
    }
    let fill = |piece: &str| piece.repeat(mebibyte / piece.len());
    for (name, text) in [
        ("nested lists", fill("[")),
        ("nested mappings", fill("{a: ")),
        ("nested blocks", fill("- ")),
        ("aliases of aliases", laughs.clone()),
        ("aliases behind a record", head.clone() + &laughs),
        (
            "many keys",
            (0..60_000).fold(head.clone(), |text, n| text + &format!("k{n}: 1\n")),
        ),
        ("one key many times", head.clone() + &fill("name: Till\n")),
        ("many documents", head.clone() + &fill("---\na\n")),
        ("many anchors", head.clone() + "x: [" + &fill("&a b, ")),
        ("quotes", head.clone() + "x: " + &fill("\"")),
        (
            "lines of content",
            head.replace(
                "content: |\n",
                &format!("content: |\n{}", fill("  system.affects_workers = true\n")),
            ),
        ),
        (
            "brackets in content",
            head.replace("content: |\n", &format!("content: |\n  a = {}\n", fill("["))),
        ),
    ] {
        let begin = Instant::now();
        assert!(read_record(text.as_bytes()).is_err(), "{name}");
        let took = begin.elapsed();
        assert!(
            took < Duration::from_secs(20),
            "{name}: {took:?} for {} bytes",
            text.len()
        );
        println!("{name}: {took:?} for {} bytes", text.len());
    }
}
