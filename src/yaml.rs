//! YAML text to a tree that knows its bytes. Only this module names the parser.
//!
//! One pass over the parser's events builds one flat tree for each document. Strings are borrowed
//! from the source where the text stands there as it is. What the parser lets pass but a manifest
//! must not contain (duplicate keys, merge keys, tags of programming languages, aliases to
//! themselves) becomes a [`Problem`] and a node of [`Kind::Refused`], so that nobody reports it
//! twice. What the parser refuses is a problem too, and then the next document is read.

mod builder;
mod problem;
mod tape;

use std::borrow::Cow;

pub use builder::Documents;
pub use problem::{Limit, Problem, ProblemKind};

use crate::source::Span;

/// How much a file may ask for. Every limit has its own finding.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Size of a file in bytes.
    pub bytes: usize,
    /// Lists and mappings inside each other.
    pub nesting: usize,
    /// Nodes of one document, counted again wherever an alias repeats them.
    pub nodes: usize,
    /// Length of one scalar in bytes.
    pub scalar: usize,
    /// Documents in one file.
    pub documents: usize,
    /// Problems of one document that are told of one by one.
    pub problems: usize,
    /// Findings in one file after which no further document is checked.
    pub findings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 64 << 20,
            nesting: 64,
            nodes: 100_000,
            scalar: 256 << 10,
            documents: 20_000,
            problems: 500,
            findings: 200_000,
        }
    }
}

/// Index of a node in its [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind<'s> {
    /// Nothing written, `~` or `null`.
    Null,
    /// A scalar. `plain` is true when it stands without quotes and not as a block, so that
    /// `true` or `12` mean a flag or a number.
    Scalar {
        /// The text after escapes.
        text: Cow<'s, str>,
        /// Written without quotes.
        plain: bool,
    },
    /// A list; its items follow.
    List,
    /// A mapping; keys and values follow in turn.
    Map,
    /// A repetition of an earlier node.
    Alias(NodeId),
    /// Something that a [`Problem`] was reported about; readers pass it by.
    Refused,
}

/// A node: what it is and where it stands.
#[derive(Clone, Debug)]
pub struct Node<'s> {
    /// What it is.
    pub kind: Kind<'s>,
    /// From its first to its last byte.
    pub span: Span,
    /// Number of nodes from here to the end of its last descendant, itself included.
    size: u32,
}

/// A plain scalar read by the core schema of YAML 1.2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Resolved<'a> {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// Everything else.
    Str(&'a str),
}

/// One document of a file.
#[derive(Debug, Default)]
pub struct Document<'s> {
    nodes: Vec<Node<'s>>,
    /// Comments, where they were asked for.
    pub comments: Vec<Span>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// True when the tree ends early, after a syntax error or at a limit.
    pub broken: bool,
}

impl<'s> Document<'s> {
    /// The top node, unless the document is empty or broken before it.
    pub fn root(&self) -> Option<NodeId> {
        (!self.nodes.is_empty()).then_some(NodeId(0))
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True when there is no node at all.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The node itself, which may be an alias.
    pub fn raw(&self, id: NodeId) -> &Node<'s> {
        &self.nodes[id.0 as usize]
    }

    /// The node, with aliases followed.
    pub fn node(&self, id: NodeId) -> &Node<'s> {
        self.raw(self.target(id))
    }

    /// The id behind an alias; the same id for any other node.
    pub fn target(&self, id: NodeId) -> NodeId {
        match self.raw(id).kind {
            Kind::Alias(target) => target,
            _ => id,
        }
    }

    /// Where the node stands (an alias where it is written, not what it repeats).
    pub fn span(&self, id: NodeId) -> Span {
        self.raw(id).span
    }

    /// The text of a scalar.
    pub fn text(&self, id: NodeId) -> Option<&str> {
        match &self.node(id).kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// True for a scalar that is written without quotes.
    fn is_plain(&self, id: NodeId) -> bool {
        matches!(self.node(id).kind, Kind::Scalar { plain: true, .. })
    }

    /// The direct children: items of a list, or keys and values of a mapping in turn.
    pub fn children(&self, id: NodeId) -> Children<'_, 's> {
        let id = self.target(id);
        let node = self.raw(id);
        let end = match node.kind {
            Kind::List | Kind::Map => id.0 + node.size,
            _ => id.0 + 1,
        };
        Children {
            document: self,
            next: id.0 + 1,
            end,
        }
    }

    /// Keys and values of a mapping; nothing for any other node.
    pub fn entries(&self, id: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        let is_map = matches!(self.node(id).kind, Kind::Map);
        let mut children = self.children(id);
        std::iter::from_fn(move || {
            if is_map {
                Some((children.next()?, children.next()?))
            } else {
                None
            }
        })
    }

    /// Key and value of the entry with this key.
    pub fn entry(&self, id: NodeId, key: &str) -> Option<(NodeId, NodeId)> {
        self.entries(id).find(|(k, _)| self.text(*k) == Some(key))
    }

    /// The value of the entry with this key.
    pub fn get(&self, id: NodeId, key: &str) -> Option<NodeId> {
        self.entry(id, key).map(|(_, value)| value)
    }

    /// A scalar by the core schema of YAML 1.2; `None` for a list or a mapping.
    pub fn resolve(&self, id: NodeId) -> Option<Resolved<'_>> {
        match &self.node(id).kind {
            Kind::Null => Some(Resolved::Null),
            Kind::Scalar { text, plain: true } => Some(resolve_plain(text)),
            Kind::Scalar { text, plain: false } => Some(Resolved::Str(text)),
            _ => None,
        }
    }

    /// True when nothing at all is written in the document.
    fn is_blank(&self) -> bool {
        let nothing = |node: &Node<'_>| node.kind == Kind::Null && node.span.start == node.span.end;
        self.problems.is_empty() && !self.broken && self.nodes.len() == 1 && self.nodes.iter().all(nothing)
    }

    /// A node and all below it as a document of its own, with aliases written out; the spans stay
    /// those of the source.
    pub fn subtree(&self, id: NodeId) -> Document<'s> {
        let mut nodes = Vec::new();
        self.copy(id, &mut nodes);
        Document {
            nodes,
            ..Document::default()
        }
    }

    fn copy(&self, id: NodeId, nodes: &mut Vec<Node<'s>>) {
        let index = nodes.len();
        let (kind, span) = (self.node(id).kind.clone(), self.span(id));
        nodes.push(Node { kind, span, size: 1 });
        for child in self.children(id) {
            self.copy(child, nodes);
        }
        nodes[index].size = u32::try_from(nodes.len() - index).unwrap_or(u32::MAX);
    }

    /// The node as a JSON value, for a JSON Schema validator. Keys become strings, and so do numbers
    /// that JSON cannot hold. Keys that were refused are left out.
    pub fn to_json(&self, id: NodeId) -> serde_json::Value {
        use serde_json::Value;
        match self.node(id).kind {
            Kind::List => Value::Array(self.children(id).map(|c| self.to_json(c)).collect()),
            Kind::Map => {
                let entries = self
                    .entries(id)
                    .filter(|(key, _)| self.node(*key).kind != Kind::Refused);
                Value::Object(
                    entries
                        .map(|(k, v)| (self.text(k).unwrap_or("null").to_owned(), self.to_json(v)))
                        .collect(),
                )
            }
            _ => match self.resolve(id) {
                None | Some(Resolved::Null) => Value::Null,
                Some(Resolved::Bool(b)) => Value::Bool(b),
                Some(Resolved::Int(i)) => Value::from(i),
                Some(Resolved::Float(f)) => serde_json::Number::from_f64(f)
                    .map_or_else(|| Value::from(self.text(id).unwrap_or_default()), Value::Number),
                Some(Resolved::Str(s)) => Value::from(s),
            },
        }
    }
}

/// Iterator over the direct children of a node.
pub struct Children<'a, 's> {
    document: &'a Document<'s>,
    next: u32,
    end: u32,
}

impl Iterator for Children<'_, '_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let id = NodeId(self.next);
        let node = (self.next < self.end).then(|| self.document.nodes.get(self.next as usize))??;
        self.next += node.size;
        Some(id)
    }
}

/// The core schema of YAML 1.2 (section 10.3.2) for a plain scalar.
fn resolve_plain(text: &str) -> Resolved<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Resolved::Null,
        "true" | "True" | "TRUE" => return Resolved::Bool(true),
        "false" | "False" | "FALSE" => return Resolved::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Resolved::Float(f64::NAN),
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Resolved::Str(text);
    }
    if unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return text
            .parse()
            .map(Resolved::Int)
            .or_else(|_| text.parse().map(Resolved::Float))
            .unwrap_or(Resolved::Str(text));
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Resolved::Str(text);
            }
            return i64::from_str_radix(digits, radix).map_or(Resolved::Str(text), Resolved::Int);
        }
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
        return Resolved::Float(sign * f64::INFINITY);
    }
    let is_float = unsigned
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
        && unsigned.bytes().any(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(number) if is_float => Resolved::Float(number),
        _ => Resolved::Str(text),
    }
}
