//! The material content of a manifest in its canonical form: a text with a line for each material field that is
//! answered. `docs/agreement.md` describes it for other programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::schema::{InstanceId, Manifest};
use crate::shape::{Field, Kind, Shape};
use crate::text::hex;
use crate::value::{Length, Value};
use crate::vocabulary::Vocabularies;

/// What an item of a material list goes by, the first of these that it has.
const NAMES: [&str; 4] = ["id", "name", "group", "role"];

/// One material field and what it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Path of the list whose item it belongs to, such as `data.inputs`; empty for a field of the manifest itself.
    pub list: String,
    /// What the item goes by; `None` for a field of the manifest itself, and in a list that is not material.
    pub item: Option<String>,
    /// Path of the field in the item or in the manifest.
    pub field: String,
    /// `true`, `false`, a whole number, a text, or a sorted list of these.
    pub value: Json,
}

impl Line {
    /// The path, as it stands in the line: `data.inputs["keys"].retention`.
    pub fn path(&self) -> String {
        let field = &self.field;
        match self.list.as_str() {
            "" => field.clone(),
            list => format!("{}.{field}", item_path(list, self.item.as_deref())),
        }
    }

    fn parse(line: &str) -> Option<Line> {
        let (list, item, rest) = match line.find(['[', ' ']) {
            Some(at) if line[at..].starts_with('[') => {
                let (item, rest) = match line[at + 1..].strip_prefix(']') {
                    Some(rest) => (None, rest),
                    None => {
                        let (name, rest) = unquote(&line[at + 1..])?;
                        (Some(name), rest.strip_prefix(']')?)
                    }
                };
                (&line[..at], item, rest.strip_prefix('.')?)
            }
            _ => ("", None, line),
        };
        let (field, value) = rest.split_once(" = ")?;
        let is_path = |path: &str| {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            path.split('.').all(|key| !key.is_empty() && key.bytes().all(plain))
        };
        if !(is_path(field) && (list.is_empty() || is_path(list))) {
            return None;
        }
        let value: Json = serde_json::from_str(value).ok()?;
        is_answer(&value, 2).then(|| Line {
            list: list.to_owned(),
            item,
            field: field.to_owned(),
            value,
        })
    }
}

/// Whether a value is `true`, `false`, a whole number, a text, or a sorted list of these, so many lists deep.
fn is_answer(value: &Json, depth: usize) -> bool {
    match value {
        Json::Array(values) => {
            depth > 0 && values.iter().all(|value| is_answer(value, depth - 1)) && values.is_sorted_by_key(written)
        }
        value => value.is_boolean() || value.is_u64() || value.is_string(),
    }
}

/// The path of an item of a list: `data.inputs["keys"]`.
pub(super) fn item_path(list: &str, item: Option<&str>) -> String {
    let mut path = format!("{list}[");
    if let Some(item) = item {
        quote(item, &mut path);
    }
    path.push(']');
    path
}

/// The material content of a manifest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    /// By path, so in the order of the canonical form.
    lines: BTreeMap<String, Line>,
}

/// A text is not material content in canonical form: the first line, from 1, where it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotCanonical(pub usize);

impl Content {
    /// The material content of a manifest.
    pub fn of(manifest: &Manifest<'_>, vocabularies: &Vocabularies) -> Content {
        let mut reader = Reader {
            manifest,
            vocabularies,
            answers: BTreeMap::new(),
        };
        for (number, scope) in manifest.shape.scopes.iter().enumerate() {
            let material = |fields: &'_ [Field]| fields.iter().any(|field| field.material.is_some());
            if number == 0 {
                reader.fields(0, "", None, &scope.fields);
            } else if material(&scope.fields) || manifest.shape.is_material_list(number) {
                for item in manifest.items_of(number) {
                    let name = manifest.shape.is_material_list(number).then(|| name_of(manifest, item));
                    reader.fields(item, &scope.path, name.as_deref(), &scope.fields);
                }
            }
        }
        Content::from_lines(reader.answers.into_values().map(Answers::line))
    }

    /// The content that these lines make up.
    pub fn from_lines(lines: impl IntoIterator<Item = Line>) -> Content {
        let lines = lines.into_iter().map(|line| (line.path(), line)).collect();
        Content { lines }
    }

    /// Reads the canonical form.
    ///
    /// # Errors
    /// Something in the text would be written otherwise.
    pub fn parse(text: &str) -> Result<Content, NotCanonical> {
        let mut lines = Vec::new();
        for (number, line) in text.lines().enumerate() {
            lines.push(Line::parse(line).ok_or(NotCanonical(number + 1))?);
        }
        let content = Content::from_lines(lines);
        let canonical = content.text();
        if canonical == text {
            return Ok(content);
        }
        let same = text.lines().zip(canonical.lines()).take_while(|(a, b)| a == b);
        Err(NotCanonical(same.count() + 1))
    }

    /// The lines, by path.
    pub fn lines(&self) -> impl Iterator<Item = (&str, &Line)> {
        self.lines.iter().map(|(path, line)| (path.as_str(), line))
    }

    /// The line with a path.
    pub fn get(&self, path: &str) -> Option<&Line> {
        self.lines.get(path)
    }

    /// The list in which two items have one name, or none: nobody could tell later which answer was whose.
    pub fn unclear_list<'s>(&self, shape: &'s Shape) -> Option<&'s str> {
        let is_unclear = |list: &&str| match self.get(list).map(|line| &line.value) {
            Some(Json::Array(names)) => names.windows(2).any(|pair| pair[0] == pair[1]),
            _ => false,
        };
        let lists = shape.scopes.iter().map(|scope| scope.path.as_str());
        lists.filter(|list| !list.is_empty()).find(is_unclear)
    }

    /// The canonical form: lines sorted by bytes, each ended by a line feed.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (path, line) in &self.lines {
            text.push_str(path);
            text.push_str(" = ");
            write(&line.value, &mut text);
            text.push('\n');
        }
        text
    }

    /// SHA-256 of the canonical form, 64 hexadecimal digits.
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(self.text().as_bytes()))
    }
}

/// What stands under one path: more than one answer where items share a name.
struct Answers {
    line: Line,
    more: Vec<Json>,
}

impl Answers {
    fn line(mut self) -> Line {
        // In a list that is not material, items have no name that would tell them apart.
        if !self.more.is_empty() || (self.line.item.is_none() && !self.line.list.is_empty()) {
            self.more.push(self.line.value);
            self.line.value = sorted(self.more);
        }
        self.line
    }
}

struct Reader<'m, 'd> {
    manifest: &'m Manifest<'d>,
    vocabularies: &'m Vocabularies,
    answers: BTreeMap<String, Answers>,
}

impl<'d> Reader<'_, 'd> {
    fn fields(&mut self, instance: InstanceId, list: &str, item: Option<&str>, fields: &[Field]) {
        let material = fields.iter().enumerate().filter(|(_, field)| field.material.is_some());
        for (slot, field) in material {
            let value = self.manifest.value(instance, slot);
            let Some(value) = self.json(value, &field.kind) else {
                continue;
            };
            let line = Line {
                list: list.to_owned(),
                item: item.map(str::to_owned),
                field: field.path.clone(),
                value,
            };
            match self.answers.entry(line.path()) {
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(Answers { line, more: Vec::new() });
                }
                std::collections::btree_map::Entry::Occupied(mut place) => place.get_mut().more.push(line.value),
            }
        }
    }

    fn json(&self, value: Value<'d>, kind: &Kind) -> Option<Json> {
        Some(match value {
            Value::Absent | Value::Unknown | Value::Invalid | Value::Block { .. } | Value::Evidence(_) => return None,
            Value::Text(text) => Json::from(text),
            Value::Flag(flag) => Json::from(flag),
            // Material numbers are counts: whole, and far below where a float would lose them.
            Value::Number(number) => Json::from(number as u64),
            Value::Date(date) => Json::from(date.to_string()),
            Value::Length(length) => Json::from(period(length)),
            Value::Term(term) => Json::from(self.vocabularies.term(term).id.as_str()),
            Value::Country(code, _) => Json::from(code),
            Value::List { .. } => {
                let inner = if let Kind::List(kind) = kind { kind } else { kind };
                let values = self.manifest.list(value).iter();
                let mut values: Vec<Json> = values
                    .map(|(value, _)| self.json(*value, inner).unwrap_or_else(|| Json::from("unknown")))
                    .collect();
                values.sort_by_cached_key(written);
                values.dedup();
                Json::Array(values)
            }
            Value::Items { .. } => sorted(
                self.manifest
                    .items(value)
                    .map(|item| Json::from(name_of(self.manifest, item)))
                    .collect(),
            ),
        })
    }
}

/// What an item of a material list goes by; nothing where it has no name.
pub fn name_of(manifest: &Manifest<'_>, item: InstanceId) -> String {
    let scope = &manifest.shape.scopes[manifest.instance(item).scope];
    let names = NAMES.iter().filter_map(|name| scope.slot(name));
    let mut values = names.map(|slot| manifest.value(item, slot));
    let name = values.find_map(|value| match value {
        Value::Text(name) => Some(name),
        _ => None,
    });
    name.unwrap_or_default().to_owned()
}

pub(super) fn sorted(mut values: Vec<Json>) -> Json {
    values.sort_by_cached_key(written);
    Json::Array(values)
}

/// A duration as in ISO 8601, or `unlimited`, or `unspecified`.
fn period(length: Length) -> String {
    let Length::Finite { years, months, days } = length else {
        return match length {
            Length::Unlimited => "unlimited".to_owned(),
            _ => "unspecified".to_owned(),
        };
    };
    let parts = [(u32::from(years), 'Y'), (u32::from(months), 'M'), (days, 'D')];
    let mut text = String::from("P");
    for (number, unit) in parts.into_iter().filter(|(number, _)| *number > 0) {
        let _ = write!(text, "{number}{unit}");
    }
    match text.as_str() {
        "P" => "P0D".to_owned(),
        _ => text,
    }
}

fn written(value: &Json) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Json, out: &mut String) {
    match value {
        Json::String(text) => quote(text, out),
        Json::Array(values) => {
            out.push('[');
            for (number, value) in values.iter().enumerate() {
                if number > 0 {
                    out.push(',');
                }
                write(value, out);
            }
            out.push(']');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// A text as JSON. Printable ASCII and the letters of Latin-1 and Latin Extended-A stand as they are, everything else
/// is escaped: so nothing invisible can stand in what people sign.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{17f}' => out.push(c),
            _ => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// A JSON text at the start of `text`, and what comes behind it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let name = stream.next()?.ok()?;
    Some((name, &text[stream.byte_offset()..]))
}
