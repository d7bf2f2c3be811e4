//! The tree is what an independent parser reads, except where we differ by design.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

mod trees;

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tillit::yaml::{Document, NodeId};
use trees::{check_spans, documents, yaml_files};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

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
