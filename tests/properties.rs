//! What holds for any input: nothing panics, the tree is what an independent parser reads, and the
//! walk agrees with a JSON Schema validator.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};
use tillit::schema::{Manifest, ProblemKind};
use tillit::shape::{MANIFEST_SCHEMA, Shape};
use tillit::source::SourceFile;
use tillit::vocabulary::Vocabularies;
use tillit::yaml::{Document, Documents, Limits, NodeId};

static VOCABULARIES: LazyLock<Vocabularies> = LazyLock::new(Vocabularies::builtin);
static SHAPE: LazyLock<Shape> = LazyLock::new(|| Shape::builtin(&VOCABULARIES).unwrap());
static SCHEMA: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(MANIFEST_SCHEMA).unwrap());
static VALIDATOR: LazyLock<jsonschema::Validator> = LazyLock::new(|| jsonschema::validator_for(&SCHEMA).unwrap());

fn documents(text: &str) -> Vec<Document<'_>> {
    Documents::new(text, Limits::default(), true).collect()
}

/// What must hold of every text: spans lie in it, in order and inside each other.
fn check_spans(text: &str) {
    let source = SourceFile::new("f", text);
    for document in documents(text) {
        for problem in &document.problems {
            assert!(text.get(problem.span.range()).is_some(), "{problem:?}");
            source.position(problem.span.start);
        }
        for comment in &document.comments {
            assert!(text[comment.range()].starts_with('#'));
        }
        for number in 0..document.len() {
            let id = NodeId(u32::try_from(number).unwrap());
            let span = document.raw(id).span;
            assert!(text.get(span.range()).is_some(), "{:?}", document.raw(id));
            let mut end = span.start;
            let inside = !matches!(document.raw(id).kind, tillit::yaml::Kind::Alias(_));
            for child in document.children(id).filter(|_| inside) {
                let child = document.span(child);
                assert!(
                    end <= child.start && child.end <= span.end,
                    "{child:?} in {span:?} of {text:?}"
                );
                end = child.end;
            }
        }
        let manifest = Manifest::read(&document, &SHAPE, &VOCABULARIES, true);
        for problem in &manifest.problems {
            assert!(text.get(problem.span.range()).is_some(), "{problem:?}");
        }
    }
}

/// Pieces from which much YAML, right and wrong, can be put together.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "a",
            "b: ",
            "- ",
            "\n",
            "\n  ",
            "\n    ",
            "\r\n",
            "\r",
            "\t",
            "[",
            "]",
            "{",
            "}",
            ", ",
            ": ",
            ":",
            "? ",
            "|\n",
            ">-\n  ",
            "|2+\n",
            "'",
            "\"",
            "\\",
            "#",
            " # c",
            "&x ",
            "*x",
            "!!str ",
            "!t ",
            "---\n",
            "...\n",
            "%YAML 1.2\n",
            "<<: ",
            "\u{feff}",
            "\0",
            "\u{85}",
            "\u{2028}",
            "ø",
            "😀",
            "~",
            "null",
            "true",
            "12",
            "tillit: 1\n",
            "system:\n  id: ",
            "data:\n  inputs:\n    - id: ",
            "unknown",
            "purposes: ",
            "\u{1b}",
            "`",
            "@",
            "%",
            "*",
            "&",
            "!",
        ])
        .prop_map(str::to_owned),
        "[a-z]{1,3}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (Ok(source) | Err((source, _))) = SourceFile::from_bytes("f", bytes);
        check_spans(source.text());
    }

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,80}") {
        check_spans(&text);
    }

    #[test]
    fn text_put_together_from_pieces_never_panics(pieces in prop::collection::vec(piece(), 0..40)) {
        check_spans(&pieces.concat());
    }

    #[test]
    fn an_example_with_some_bytes_changed_never_panics(
        file in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), piece(), 0_usize..8), 1..4),
    ) {
        let files = yaml_files("examples");
        let mut text = fs::read_to_string(file.get(&files)).unwrap();
        for (at, piece, cut) in changes {
            let starts: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
            let from = *at.get(&starts);
            let to = starts.iter().copied().find(|s| *s >= from + cut).unwrap_or(text.len());
            text.replace_range(from..to, &piece);
        }
        check_spans(&text);
    }

    #[test]
    fn a_position_is_where_counting_leads(text in "[a\nø😀\r]{0,1500}", at in any::<Index>()) {
        let source = SourceFile::new("f", text.as_str());
        let ends: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
        let at = *at.get(&ends);
        let before = &text[..at];
        // A carriage return before a line feed does not end a line by itself.
        let open = before.ends_with('\r') && text[at..].starts_with('\n');
        let lines = before.replace("\r\n", "\n").replace('\r', "\n");
        let lines = if open { &lines[..lines.len() - 1] } else { &lines };
        let line = lines.rsplit('\n').next().unwrap();
        let position = source.position(u32::try_from(at).unwrap());
        prop_assert_eq!(position.line as usize, lines.split('\n').count());
        prop_assert_eq!(position.column as usize, line.chars().count() + 1 + usize::from(open));
        prop_assert_eq!(position.utf16 as usize, line.encode_utf16().count() + 1 + usize::from(open));
    }

    #[test]
    fn a_value_written_in_any_style_is_read_as_it_was(value in value(), styles in prop::collection::vec(any::<u8>(), 1..20)) {
        let text = Writer { styles: &styles, next: 0 }.document(&value);
        let read = documents(&text);
        prop_assert_eq!(read.len(), 1, "{}", text);
        prop_assert_eq!(&read[0].problems, &[], "{}", text);
        prop_assert_eq!(&read[0].to_json(NodeId(0)), &value, "{}", text);
        prop_assert_eq!(&witness(&text)[0], &value, "{}", text);
        let tape = read[0].to_tape(&text);
        prop_assert_eq!(&Document::from_tape(&text, &tape).to_json(NodeId(0)), &value, "{}", text);
        check_spans(&text);
        for (_, comment) in text.match_indices("# c") {
            prop_assert!(read[0].comments.iter().any(|c| &text[c.range()] == comment), "{}", text);
        }
    }

    #[test]
    fn the_walk_accepts_what_a_json_schema_validator_accepts(
        changes in prop::collection::vec((any::<Index>(), change()), 1..4),
    ) {
        let mut manifest = full_manifest();
        for (place, change) in &changes {
            apply(&mut manifest, place, change);
        }
        let text = manifest.to_string();
        let read = documents(&text);
        prop_assert_eq!(read.len(), 1);
        prop_assert_eq!(&read[0].problems, &[]);
        prop_assert_eq!(&read[0].to_json(NodeId(0)), &manifest);
        let walked = Manifest::read(&read[0], &SHAPE, &VOCABULARIES, true);
        let seen: Vec<&ProblemKind> = walked.problems.iter().map(|p| &p.kind).filter(|kind| seen_by_a_schema(kind)).collect();
        let errors: Vec<String> = VALIDATOR.iter_errors(&manifest).map(|e| e.to_string()).collect();
        prop_assert_eq!(seen.is_empty(), errors.is_empty(), "{:?}\n{:?}\n{:?}", changes, seen, errors);
    }
}

/// A JSON Schema does not follow ids.
fn seen_by_a_schema(kind: &ProblemKind) -> bool {
    !matches!(
        kind,
        ProblemKind::DuplicateId { .. } | ProblemKind::DanglingReference { .. }
    )
}

fn yaml_files(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|e| e == "yaml") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    files.sort();
    files
}

/// What the independent parser reads, as JSON. It reads YAML 1.1 in places: `0777` is a text to it
/// and `0o17` a number to both; it merges `<<`, which we refuse. Neither stands in our files.
fn witness(text: &str) -> Vec<Value> {
    fn json(value: serde_yaml::Value) -> Value {
        match value {
            serde_yaml::Value::Mapping(map) => {
                let key = |key| match key {
                    serde_yaml::Value::String(text) => text,
                    serde_yaml::Value::Null => "null".to_owned(),
                    other => serde_yaml::to_string(&other).unwrap().trim_end().to_owned(),
                };
                Value::Object(map.into_iter().map(|(k, v)| (key(k), json(v))).collect())
            }
            serde_yaml::Value::Sequence(list) => list.into_iter().map(json).collect(),
            other => serde_json::to_value(other).unwrap(),
        }
    }
    let read = serde_yaml::Deserializer::from_str(text).map(|d| serde::Deserialize::deserialize(d).unwrap());
    read.map(json).collect()
}

#[test]
fn every_file_is_read_as_an_independent_parser_reads_it() {
    let files: Vec<PathBuf> = ["examples", "rules"].into_iter().flat_map(yaml_files).collect();
    assert!(files.len() > 100);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        check_spans(&text);
        let read = documents(&text);
        let ours: Vec<Value> = read.iter().map(|d| d.to_json(d.root().unwrap())).collect();
        assert_eq!(ours, witness(&text), "{}", file.display());
    }
}

#[test]
fn where_we_differ_from_the_independent_parser_by_design() {
    let ours = |text: &str| documents(text)[0].to_json(NodeId(0));
    // The core schema of YAML 1.2 reads digits as a number; the witness keeps leading zeros as text.
    assert_eq!(
        (ours("[0777]"), &witness("[0777]")[0]),
        (json!([777]), &json!(["0777"]))
    );
    // A duplicate key is a problem for both; we read on, with the first one.
    assert_eq!(ours("{a: 1, a: 2}"), json!({"a": 1}));
    assert!(serde_yaml::from_str::<serde_yaml::Value>("{a: 1, a: 2}").is_err());
    // A merge key is a problem and left out.
    assert_eq!(ours("{<<: {a: 1}, b: 2}"), json!({"b": 2}));
    // A marker with nothing behind it makes no document; to the witness it is a null.
    assert_eq!((documents("a: 1\n---\n").len(), witness("a: 1\n---\n").len()), (1, 2));
}

/// Any value that JSON and YAML have in common.
fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-zA-Z0-9 :#'\"\\[\\]{},&*!|>%@`~?.-]{0,12}",
        "[a-zæøå😀]{1,6}( [a-zæøå]{1,6}){0,2}",
        "[a-z\n ]{0,15}",
        "[\t\\\\\u{1b}\u{85}\u{2028}\u{feff}x]{0,4}",
        prop::sample::select(vec![
            "no",
            "null",
            "~",
            "true",
            "12",
            "1.5",
            "0x1F",
            "<<",
            "2026-12-01",
            "-",
            "---",
            "..."
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1000_i32..1000).prop_map(|n| Value::from(f64::from(n) / 8.0 + 0.0625)),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Writes a value, each node in the style that the next byte chooses.
struct Writer<'a> {
    styles: &'a [u8],
    next: usize,
}

impl Writer<'_> {
    fn style(&mut self) -> u8 {
        self.next += 1;
        self.styles[self.next % self.styles.len()]
    }

    fn document(&mut self, value: &Value) -> String {
        let mut out = String::from("--- # c\n");
        if let Value::Array(_) | Value::Object(_) = value {
            self.block(value, 0, &mut out);
        } else {
            out.push_str(&self.scalar(value, None));
            out.push('\n');
        }
        out
    }

    /// A list or mapping in block style, on lines of its own.
    fn block(&mut self, value: &Value, indent: usize, out: &mut String) {
        let entries: Vec<(String, &Value)> = match value {
            Value::Array(list) if !list.is_empty() => list.iter().map(|v| ("-".to_owned(), v)).collect(),
            Value::Object(map) if !map.is_empty() => map.iter().map(|(k, v)| (self.key(k) + ":", v)).collect(),
            _ => {
                out.push_str(&" ".repeat(indent));
                out.push_str(&self.flow(value));
                out.push('\n');
                return;
            }
        };
        for (head, value) in entries {
            out.push_str(&" ".repeat(indent));
            out.push_str(&head);
            let style = self.style();
            match value {
                Value::Array(_) | Value::Object(_) if !style.is_multiple_of(3) => {
                    out.push_str(if style.is_multiple_of(2) { " # c\n" } else { "\n" });
                    let flat =
                        value.as_array().is_some_and(|list| !list.is_empty()) && head != "-" && style.is_multiple_of(5);
                    self.block(value, if flat { indent } else { indent + 1 + style as usize % 4 }, out);
                }
                Value::Array(_) | Value::Object(_) => {
                    out.push(' ');
                    out.push_str(&self.flow(value));
                    out.push('\n');
                }
                Value::Null if style.is_multiple_of(2) => out.push('\n'),
                _ => {
                    out.push(' ');
                    out.push_str(&self.scalar(value, Some(indent)));
                    out.push('\n');
                }
            }
        }
    }

    fn flow(&mut self, value: &Value) -> String {
        match value {
            Value::Array(list) => {
                let items: Vec<String> = list.iter().map(|v| self.flow(v)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Object(map) => {
                let entries: Vec<String> = map
                    .iter()
                    .map(|(k, v)| format!("{}: {}", self.key(k), self.flow(v)))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            scalar => self.scalar(scalar, None),
        }
    }

    fn key(&mut self, key: &str) -> String {
        self.text(key)
    }

    fn scalar(&mut self, value: &Value, block: Option<usize>) -> String {
        match value {
            Value::String(text) => match block {
                Some(indent) if self.style().is_multiple_of(2) && fits_a_block(text) => literal(text, indent),
                _ => self.text(text),
            },
            other => other.to_string(),
        }
    }

    /// A text without quotes, in single or in double quotes, as it can be.
    fn text(&mut self, text: &str) -> String {
        let safe = |c: char| c.is_alphanumeric();
        let word = text.starts_with(|c: char| c.is_alphabetic()) && text.ends_with(safe);
        let plain = word
            && text.chars().all(|c| safe(c) || c == ' ' || c == '-')
            && !["no", "null", "true", "false", "yes", "y", "n", "on", "off"].contains(&text.to_lowercase().as_str());
        let single = text
            .chars()
            .all(|c| c == ' ' || (!c.is_whitespace() && !c.is_control() && c != '\u{feff}'));
        match self.style() % 3 {
            0 if plain => text.to_owned(),
            1 if single => format!("'{}'", text.replace('\'', "''")),
            _ => {
                let mut out = String::from("\"");
                for c in text.chars() {
                    match c {
                        '"' | '\\' => out.extend(['\\', c]),
                        c if c.is_control() || c == '\u{2028}' || c == '\u{feff}' => {
                            out.push_str(&format!("\\u{:04x}", u32::from(c)));
                        }
                        c => out.push(c),
                    }
                }
                out + "\""
            }
        }
    }
}

fn fits_a_block(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || c == ' ' || c.is_alphanumeric())
        && text.starts_with(char::is_alphanumeric)
        && text.lines().all(|line| line.trim_end() == line)
}

/// A text below `|`, with its last line ends stripped, clipped or kept.
fn literal(text: &str, indent: usize) -> String {
    let body = text.trim_end_matches('\n');
    let ends = text.len() - body.len();
    let head = ["|-", "|", "|+"][ends.min(2)];
    let pad = " ".repeat(indent + 1);
    let lines: Vec<String> = body
        .split('\n')
        .map(|line| {
            if line.is_empty() {
                String::new()
            } else {
                format!("{pad}{line}")
            }
        })
        .collect();
    format!("{head}\n{}{}", lines.join("\n"), "\n".repeat(ends.saturating_sub(1)))
}

/// A change of a manifest at some place in it.
#[derive(Clone, Debug)]
enum Change {
    Drop,
    Rename(String),
    Set(Value),
    Add(String, Value),
}

fn change() -> impl Strategy<Value = Change> {
    let key = prop::sample::select(vec![
        "x-own",
        "x-",
        "retentoin",
        "id",
        "file",
        "url",
        "date",
        "sha256",
        "status",
        "name",
        "",
    ]);
    let key = key.prop_map(str::to_owned);
    prop_oneof![
        Just(Change::Drop),
        key.clone().prop_map(Change::Rename),
        odd_value().prop_map(Change::Set),
        (key, odd_value()).prop_map(|(key, value)| Change::Add(key, value)),
    ]
}

/// Values of every kind, right in some place and wrong in others. Dates are those of the calendar: a
/// pattern cannot see more.
fn odd_value() -> impl Strategy<Value = Value> {
    let hash = "0123456789abcdef".repeat(4);
    let texts = [
        "",
        " ",
        "a",
        "A",
        "a-b",
        "-a",
        "unknown",
        "Unknown",
        "no",
        "NO",
        "No",
        "SE",
        "se",
        "US-IL",
        "US-NY-NYC",
        "US-I",
        "USA",
        "XX",
        "XX-AA",
        "true",
        "2026-02-28",
        "2026-2-8",
        "01/02/2026",
        "2026-13-01",
        "90",
        "90 days",
        "1 day",
        "0 days",
        "0 weeks",
        "P",
        "P1D",
        "P1Y6M",
        "P1D1Y",
        "P10000Y",
        "9999 years",
        "10000 years",
        "99999 days",
        "-5 days",
        "unlimited",
        "unspecified",
        "pilot",
        "other",
        "none",
        "employer",
        "12",
        "1.5",
        &hash,
        &hash.to_uppercase(),
        &"a".repeat(64),
        &"a".repeat(65),
    ];
    let mut values: Vec<Value> = texts.into_iter().map(Value::from).collect();
    values.extend([
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1),
        json!(100),
        json!(101),
        json!(1.0),
        json!(12.5),
        json!(-0.5),
        json!(100.5),
        json!(1e20),
        json!([]),
        json!({}),
        json!(["unknown"]),
        json!([null]),
        json!(["a"]),
        json!([["a"]]),
        json!([{}]),
        json!([{"id": "b"}]),
        json!(["NO"]),
        json!([false]),
        json!({"id": "b"}),
        json!({"file": "a"}),
        json!({"file": "a", "url": "b"}),
        json!({"file": 1}),
        json!({"file": "a", "sha256": hash}),
        json!({"file": "unknown", "sha256": "unknown"}),
        json!({"archive": "a", "date": "unknown"}),
        json!({"url": "a", "x-y": 1}),
        json!({"file": "a", "date": null}),
        json!({"file": null}),
        json!({"fil": "a"}),
        json!({"x-a": {"b": null}}),
    ]);
    prop::sample::select(values)
}

/// A manifest with every key that the schema has.
fn full_manifest() -> Value {
    fn sample(schema: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.trim_start_matches("#/$defs/");
            return match name {
                "text" => json!("some text"),
                "id" => json!("a"),
                "flag" => json!(true),
                "count" => json!(3),
                "percent" => json!(12.5),
                "date" => json!("2026-12-01"),
                "duration" => json!("90 days"),
                "country" => json!("NO"),
                "evidence" => json!({"file": "a.pdf", "date": "2026-01-01"}),
                name => SCHEMA["$defs"][name]["enum"][0].clone(),
            };
        }
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(items) = schema.get("items") {
            return json!([sample(items)]);
        }
        let properties = schema["properties"].as_object().unwrap();
        properties
            .iter()
            .map(|(key, schema)| (key.clone(), sample(schema)))
            .collect()
    }
    sample(&SCHEMA)
}

#[test]
fn the_full_manifest_is_right_and_has_every_field() {
    let manifest = full_manifest();
    assert!(VALIDATOR.is_valid(&manifest));
    let text = manifest.to_string();
    let read = documents(&text);
    let walked = Manifest::read(&read[0], &SHAPE, &VOCABULARIES, true);
    assert_eq!(walked.problems, []);
    let mut places = Vec::new();
    pointers(&manifest, String::new(), &mut places);
    for path in SHAPE.paths() {
        let pointer = format!("/{}", path.replace("[].", "/0/").replace('.', "/"));
        assert!(places.contains(&pointer), "{path}");
    }
}

/// JSON pointers to everything below a value.
fn pointers(value: &Value, at: String, out: &mut Vec<String>) {
    let mut below = |name: String, child: &Value| {
        let here = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        out.push(here.clone());
        pointers(child, here, out);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, child)| below(key.clone(), child)),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(i, child)| below(i.to_string(), child)),
        _ => {}
    }
}

fn apply(manifest: &mut Value, place: &Index, change: &Change) {
    let mut places = Vec::new();
    pointers(manifest, String::new(), &mut places);
    if places.is_empty() {
        return;
    }
    let pointer = place.get(&places);
    let (above, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/").replace("~0", "~");
    if let Change::Set(value) = change {
        *manifest.pointer_mut(pointer).unwrap() = value.clone();
        return;
    }
    match manifest.pointer_mut(above).unwrap() {
        Value::Object(map) => match change {
            Change::Rename(key) => {
                let value = map.shift_remove(&name).unwrap();
                map.insert(key.clone(), value);
            }
            Change::Add(key, value) => {
                map.insert(key.clone(), value.clone());
            }
            _ => {
                map.shift_remove(&name);
            }
        },
        Value::Array(list) => match change {
            Change::Add(_, value) => list.push(value.clone()),
            _ => {
                list.remove(name.parse().unwrap());
            }
        },
        _ => {}
    }
}
