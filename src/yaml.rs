//! YAML text to a tree that knows its bytes. The only file that names the parser.
//!
//! One pass over the parser's events builds one flat tree for each document. Strings are borrowed
//! from the source where the text stands there as it is. What the parser lets pass but a manifest
//! must not contain (duplicate keys, merge keys, tags of programming languages, aliases to
//! themselves) becomes a [`Problem`]; so does what it refuses, and then the next document is read.

mod tape;

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, StructureStyle};

use crate::source::Span;
use crate::text::{Lang, shown};

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
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 64 << 20,
            nesting: 64,
            nodes: 100_000,
            scalar: 256 << 10,
            documents: 20_000,
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

/// What is wrong with the YAML of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What it is.
    pub kind: ProblemKind,
    /// Where.
    pub span: Span,
}

/// Kinds of [`Problem`].
#[derive(Clone, Debug, PartialEq)]
pub enum ProblemKind {
    /// The parser could not read on.
    Syntax(ErrorKind),
    /// A key for the second time in one mapping.
    DuplicateKey {
        /// The key.
        key: String,
        /// Where it stands first.
        first: Span,
    },
    /// `*name` without an earlier `&name`.
    UnknownAlias(String),
    /// An alias inside the node that it repeats.
    SelfAlias,
    /// The key `<<`, which YAML 1.2 does not know.
    MergeKey,
    /// A tag such as `!include`.
    Tag(String),
    /// A list or a mapping in the place of a key.
    ComplexKey,
    /// More than allowed; the name of the limit and its value.
    Limit(Limit, usize),
}

/// The limits by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::bytes`]
    Bytes,
    /// [`Limits::nesting`]
    Nesting,
    /// [`Limits::nodes`], without aliases
    Nodes,
    /// [`Limits::nodes`], exceeded by what aliases repeat
    Aliases,
    /// [`Limits::scalar`]
    Scalar,
    /// [`Limits::documents`]
    Documents,
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

    /// A node and all below it as a document of its own; the spans stay those of the source.
    pub fn subtree(&self, id: NodeId) -> Document<'s> {
        let id = self.target(id);
        let nodes = self.nodes[id.0 as usize..(id.0 + self.raw(id).size) as usize]
            .iter()
            .map(|node| match node.kind {
                // An alias to something outside is not part of the subtree.
                Kind::Alias(target) if target < id => Node {
                    kind: Kind::Null,
                    ..node.clone()
                },
                Kind::Alias(target) => Node {
                    kind: Kind::Alias(NodeId(target.0 - id.0)),
                    ..node.clone()
                },
                _ => node.clone(),
            })
            .collect();
        Document {
            nodes,
            ..Document::default()
        }
    }

    /// The node as a JSON value, for a JSON Schema validator. Keys become strings; numbers that
    /// JSON cannot hold become strings.
    pub fn to_json(&self, id: NodeId) -> serde_json::Value {
        use serde_json::Value;
        match self.node(id).kind {
            Kind::List => Value::Array(self.children(id).map(|c| self.to_json(c)).collect()),
            Kind::Map => {
                let entries = self.entries(id);
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

/// The documents of a text, read one after the other: a tree lives no longer than its document.
pub struct Documents<'s> {
    parser: Parser<'s, granit_parser::StrInput<'s>>,
    text: &'s str,
    limits: Limits,
    read: usize,
    ended: bool,
}

impl<'s> Documents<'s> {
    /// The documents of `text`; `comments` says whether comments are wanted.
    pub fn new(text: &'s str, limits: Limits, comments: bool) -> Self {
        let mut options = Options::default();
        options.strict_indentation = true;
        options.emit_unresolved_aliases = true;
        options.emit_comments = comments;
        options.max_buffered_comment_events = 1 << 20;
        options.flow_nesting_limit = limits.nesting;
        options.block_nesting_limit = limits.nesting;
        let parser = Parser::new_from_str_with_options(text, options);
        Documents {
            parser,
            text,
            limits,
            read: 0,
            ended: text.is_empty(),
        }
    }

    /// A problem with no tree: the whole rest of the file is left out.
    fn refusal(&mut self, kind: ProblemKind, at: usize) -> Document<'s> {
        self.ended = true;
        let span = char_span(self.text, at);
        Document {
            problems: vec![Problem { kind, span }],
            broken: true,
            ..Document::default()
        }
    }
}

impl<'s> Iterator for Documents<'s> {
    type Item = Document<'s>;

    fn next(&mut self) -> Option<Document<'s>> {
        if self.ended {
            return None;
        }
        if self.read == 0 && self.text.len() > self.limits.bytes {
            return Some(self.refusal(ProblemKind::Limit(Limit::Bytes, self.limits.bytes), 0));
        }
        let mut builder = Builder::new(self.text, self.limits);
        loop {
            match self.parser.next_event() {
                None => {
                    self.ended = true;
                    return builder.started.then(|| builder.finish());
                }
                Some(Ok((event, span))) => match event {
                    Event::StreamStart => {}
                    Event::StreamEnd => {
                        self.ended = true;
                        return builder.started.then(|| builder.finish());
                    }
                    Event::DocumentStart(..) => {
                        self.read += 1;
                        if self.read > self.limits.documents {
                            let kind = ProblemKind::Limit(Limit::Documents, self.limits.documents);
                            return Some(self.refusal(kind, bytes(span).start as usize));
                        }
                        builder.started = true;
                    }
                    Event::DocumentEnd => return Some(builder.finish()),
                    event => builder.event(event, bytes(span)),
                },
                Some(Err(error)) => {
                    builder.syntax_error(&error);
                    let more = self.parser.proceed_next_document();
                    self.ended = !matches!(more, Ok(true));
                    self.read += usize::from(!builder.started);
                    return Some(builder.finish());
                }
            }
        }
    }
}

fn bytes(span: granit_parser::Span) -> Span {
    let range = span.byte_range().unwrap_or(0..0);
    Span::new(range.start, range.end)
}

/// The span of the character at a byte, or of the last one before it at the end of a line or text.
fn char_span(text: &str, at: usize) -> Span {
    let mut start = at.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    match text[start..].chars().next() {
        Some(c) if c != '\n' && c != '\r' => Span::new(start, start + c.len_utf8()),
        _ => Span::new(start, start),
    }
}

/// A list or mapping that is being read.
struct Open {
    node: usize,
    anchor: usize,
    flow: bool,
    /// Nodes below it, with what aliases repeat.
    expanded: u64,
    /// The next child is a key (mappings only).
    at_key: bool,
    is_map: bool,
}

struct Anchor {
    node: NodeId,
    expanded: u64,
    closed: bool,
}

/// Builds one [`Document`] from events.
struct Builder<'s> {
    text: &'s str,
    limits: Limits,
    document: Document<'s>,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchor>,
    expanded: u64,
    started: bool,
}

impl<'s> Builder<'s> {
    fn new(text: &'s str, limits: Limits) -> Self {
        let document = Document {
            nodes: Vec::with_capacity(64),
            ..Document::default()
        };
        Builder {
            text,
            limits,
            document,
            open: Vec::new(),
            anchors: HashMap::new(),
            expanded: 0,
            started: false,
        }
    }

    fn finish(&mut self) -> Document<'s> {
        while !self.open.is_empty() {
            self.close(None);
        }
        std::mem::take(&mut self.document)
    }

    fn problem(&mut self, kind: ProblemKind, span: Span) {
        self.document.problems.push(Problem { kind, span });
    }

    /// Reports a limit once and leaves the rest of the document out.
    fn exceed(&mut self, limit: Limit, allowed: usize, span: Span) {
        if !self.document.broken {
            self.document.broken = true;
            self.problem(ProblemKind::Limit(limit, allowed), span);
        }
    }

    fn syntax_error(&mut self, error: &ScanError) {
        let at = error.marker().byte_offset().unwrap_or(0);
        let span = char_span(self.text, at);
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            self.exceed(Limit::Nesting, self.limits.nesting, span);
        } else if !self.document.broken {
            self.problem(ProblemKind::Syntax(error.kind().clone()), span);
        }
        self.document.broken = true;
    }

    fn event(&mut self, event: Event<'s>, span: Span) {
        if self.document.broken {
            return;
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map(|t| (t.core_suffix().map(str::to_owned), t.original()));
                self.scalar(text, style, span, anchor, tag);
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.check_tag(tag.map(|t| (t.core_suffix().map(str::to_owned), t.original())), span);
                self.start(Kind::List, style == StructureStyle::Flow, anchor, span);
            }
            Event::MappingStart(style, anchor, tag) => {
                self.check_tag(tag.map(|t| (t.core_suffix().map(str::to_owned), t.original())), span);
                self.start(Kind::Map, style == StructureStyle::Flow, anchor, span);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(Some(span)),
            Event::Alias(id) => self.alias(id, span),
            Event::UnresolvedAlias(name) => {
                self.problem(ProblemKind::UnknownAlias(shown(&name)), span);
                self.push(Kind::Null, span);
            }
            Event::Comment(..) => self.document.comments.push(span),
            _ => {}
        }
    }

    fn push(&mut self, kind: Kind<'s>, span: Span) -> usize {
        let index = self.document.nodes.len();
        self.document.nodes.push(Node { kind, span, size: 1 });
        self.expanded += 1;
        if self.expanded > self.limits.nodes as u64 {
            self.exceed(Limit::Nodes, self.limits.nodes, span);
        }
        if let Some(parent) = self.open.last_mut() {
            parent.expanded += 1;
            if parent.is_map {
                let is_key = parent.at_key;
                parent.at_key = !is_key;
                if is_key && !matches!(self.document.nodes[index].kind, Kind::Scalar { .. } | Kind::Null) {
                    self.problem(ProblemKind::ComplexKey, span);
                }
            }
        }
        index
    }

    fn remember(&mut self, anchor: usize, node: usize, expanded: u64, closed: bool) {
        if anchor != 0 {
            let node = NodeId(u32::try_from(node).unwrap_or(u32::MAX));
            self.anchors.insert(anchor, Anchor { node, expanded, closed });
        }
    }

    fn check_tag(&mut self, tag: Option<(Option<String>, String)>, span: Span) {
        if let Some((core, written)) = tag {
            if !matches!(
                core.as_deref(),
                Some("str" | "int" | "float" | "bool" | "null" | "map" | "seq")
            ) {
                self.problem(ProblemKind::Tag(shown(&written)), span);
            }
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'s, str>,
        style: ScalarStyle,
        span: Span,
        anchor: usize,
        tag: Option<(Option<String>, String)>,
    ) {
        if text.len() > self.limits.scalar {
            return self.exceed(
                Limit::Scalar,
                self.limits.scalar,
                char_span(self.text, span.start as usize),
            );
        }
        let is_string = matches!(&tag, Some((Some(core), _)) if core == "str");
        self.check_tag(tag, span);
        let span = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.block_scalar_span(span),
            _ => span,
        };
        let plain = style == ScalarStyle::Plain && !is_string;
        // The parser gives an absent value as `~` with an empty span.
        let absent = plain && span.start == span.end;
        let kind = if absent || (plain && matches!(resolve_plain(&text), Resolved::Null)) {
            Kind::Null
        } else {
            Kind::Scalar { text, plain }
        };
        let node = self.push(kind, span);
        self.remember(anchor, node, 1, true);
    }

    /// The parser leaves out the header of a block scalar and includes the blank lines behind it.
    fn block_scalar_span(&self, span: Span) -> Span {
        let before = self.document.nodes.last().map_or(0, |n| match n.kind {
            Kind::List | Kind::Map => n.span.start,
            _ => n.span.end,
        });
        let between = self.text.get(before as usize..span.start as usize).unwrap_or_default();
        let start = between
            .char_indices()
            .find(|(i, c)| matches!(c, '|' | '>') && (*i == 0 || between[..*i].ends_with([' ', '\t', '\n', '\r'])))
            .map_or(span.start as usize, |(i, _)| before as usize + i);
        let content = self.text.get(span.range()).unwrap_or_default();
        Span::new(start, span.start as usize + content.trim_end().len())
    }

    fn start(&mut self, kind: Kind<'s>, flow: bool, anchor: usize, span: Span) {
        let is_map = kind == Kind::Map;
        let node = self.push(kind, span);
        self.remember(anchor, node, 0, false);
        self.open.push(Open {
            node,
            anchor,
            flow,
            expanded: 0,
            at_key: true,
            is_map,
        });
    }

    fn close(&mut self, end: Option<Span>) {
        let Some(open) = self.open.pop() else { return };
        let nodes = &mut self.document.nodes;
        let size = nodes.len() - open.node;
        // A block collection ends, for the parser, at the next token: trim it to its last child.
        let last = nodes.last().filter(|_| size > 1).map(|n| n.span.end);
        let node = &mut nodes[open.node];
        node.size = u32::try_from(size).unwrap_or(u32::MAX);
        node.span.end = match (open.flow, end, last) {
            (true, Some(end), _) => end.end,
            (_, _, Some(last)) => last.max(node.span.start),
            _ => node.span.start,
        };
        if let Some(anchor) = self.anchors.get_mut(&open.anchor) {
            anchor.expanded = open.expanded + 1;
            anchor.closed = true;
        }
        if let Some(parent) = self.open.last_mut() {
            parent.expanded += open.expanded;
        }
        if open.is_map {
            self.check_keys(open.node);
        }
    }

    fn alias(&mut self, id: usize, span: Span) {
        let (target, expanded) = match self.anchors.get(&id) {
            Some(Anchor {
                node,
                expanded,
                closed: true,
            }) => (*node, *expanded),
            _ => {
                self.problem(ProblemKind::SelfAlias, span);
                self.push(Kind::Null, span);
                return;
            }
        };
        if self.expanded + expanded > self.limits.nodes as u64 {
            return self.exceed(Limit::Aliases, self.limits.nodes, span);
        }
        self.push(Kind::Alias(target), span);
        self.expanded += expanded;
        if let Some(parent) = self.open.last_mut() {
            parent.expanded += expanded;
        }
    }

    /// Duplicate keys and merge keys of a finished mapping.
    fn check_keys(&mut self, map: usize) {
        let id = NodeId(u32::try_from(map).unwrap_or(u32::MAX));
        let mut problems = Vec::new();
        {
            let document = &self.document;
            let keys: Vec<(&str, Span)> = document
                .entries(id)
                .filter_map(|(k, _)| Some((document.text(k)?, document.span(k))))
                .collect();
            if keys.iter().any(|(k, _)| *k == "<<") {
                problems.extend(keys.iter().filter(|(k, _)| *k == "<<").map(|(_, span)| Problem {
                    kind: ProblemKind::MergeKey,
                    span: *span,
                }));
            }
            let duplicate = |first: Span, key: &str, span| Problem {
                kind: ProblemKind::DuplicateKey { key: shown(key), first },
                span,
            };
            if keys.len() <= 16 {
                for (i, (key, span)) in keys.iter().enumerate() {
                    if let Some((_, first)) = keys[..i].iter().find(|(k, _)| k == key) {
                        problems.push(duplicate(*first, key, *span));
                    }
                }
            } else {
                let mut seen: HashMap<&str, Span> = HashMap::with_capacity(keys.len());
                for (key, span) in &keys {
                    if let Some(first) = seen.get(key) {
                        problems.push(duplicate(*first, key, *span));
                    } else {
                        seen.insert(key, *span);
                    }
                }
            }
        }
        self.document.problems.extend(problems);
    }
}

impl Problem {
    /// What is wrong and what to do about it.
    pub fn describe(&self, lang: Lang) -> (String, String) {
        let pick = |en: &str, nb: &str| lang.pick(en, nb).to_owned();
        match &self.kind {
            ProblemKind::Syntax(kind) => syntax_message(kind, lang),
            ProblemKind::DuplicateKey { key, .. } => (
                match lang {
                    Lang::En => format!("the key `{key}` stands twice in the same mapping"),
                    Lang::Nb => format!("nøkkelen `{key}` står to ganger på samme nivå"),
                },
                pick("Keep one of the two.", "Behold den ene av de to."),
            ),
            ProblemKind::UnknownAlias(name) => (
                match lang {
                    Lang::En => format!("the alias `*{name}` repeats something that is not there"),
                    Lang::Nb => format!("aliaset `*{name}` gjentar noe som ikke finnes"),
                },
                match lang {
                    Lang::En => format!(
                        "Mark what is to be repeated with `&{name}` earlier in the same document, or write it out. A text that begins with `*` needs quotes."
                    ),
                    Lang::Nb => format!(
                        "Merk det som skal gjentas med `&{name}` tidligere i samme dokument, eller skriv det ut. En tekst som begynner med `*`, må stå i anførselstegn."
                    ),
                },
            ),
            ProblemKind::SelfAlias => (
                pick(
                    "the alias stands inside the very thing that it repeats",
                    "aliaset står inne i det som det selv gjentar",
                ),
                pick(
                    "Write the value out instead of the alias.",
                    "Skriv verdien ut i stedet for aliaset.",
                ),
            ),
            ProblemKind::MergeKey => (
                pick(
                    "the merge key `<<` is not part of YAML 1.2 and is not read",
                    "flettenøkkelen `<<` finnes ikke i YAML 1.2 og blir ikke lest",
                ),
                pick("Write the keys out.", "Skriv nøklene ut."),
            ),
            ProblemKind::Tag(tag) => (
                match lang {
                    Lang::En => format!("the tag `{tag}` is not read: a manifest is plain data"),
                    Lang::Nb => format!("taggen `{tag}` blir ikke lest: et manifest er rene data"),
                },
                pick(
                    "Remove the tag; put the text in quotes if it was meant as text.",
                    "Fjern taggen. Sett teksten i anførselstegn hvis den er ment som tekst.",
                ),
            ),
            ProblemKind::ComplexKey => (
                pick(
                    "a list or a mapping cannot be a key here",
                    "en liste eller et nivå kan ikke være nøkkel her",
                ),
                pick("Use a plain word as the key.", "Bruk et enkelt ord som nøkkel."),
            ),
            ProblemKind::Limit(limit, allowed) => limit.describe(*allowed, lang),
        }
    }
}

impl Limit {
    fn describe(self, allowed: usize, lang: Lang) -> (String, String) {
        let (en, nb) = match self {
            Limit::Bytes => (
                format!("the file is larger than the limit of {} MiB", allowed >> 20),
                format!("filen er større enn grensen på {} MiB", allowed >> 20),
            ),
            Limit::Nesting => (
                format!("more than {allowed} levels inside each other, which is the nesting limit"),
                format!("mer enn {allowed} nivåer inni hverandre, som er grensen for nøsting"),
            ),
            Limit::Nodes => (
                format!("the document has more than {allowed} values, which is the node limit"),
                format!("dokumentet har mer enn {allowed} verdier, som er grensen for noder"),
            ),
            Limit::Aliases => (
                format!("aliases repeat more than {allowed} values, which is the alias limit"),
                format!("aliaser gjentar mer enn {allowed} verdier, som er grensen for aliaser"),
            ),
            Limit::Scalar => (
                format!("a single value is longer than the limit of {} KiB", allowed >> 10),
                format!("en enkelt verdi er lengre enn grensen på {} KiB", allowed >> 10),
            ),
            Limit::Documents => (
                format!(
                    "more than {allowed} documents in one file, which is the document limit; the rest was not checked"
                ),
                format!(
                    "mer enn {allowed} dokumenter i én fil, som er grensen for dokumenter; resten ble ikke kontrollert"
                ),
            ),
        };
        let help = lang.pick(
            "No manifest needs that much. Split it, or look at how the file came about.",
            "Så mye trenger ikke et manifest. Del det opp, eller se på hvordan filen ble til.",
        );
        (lang.pick(&en, &nb).to_owned(), help.to_owned())
    }
}

/// The parser's reasons in plain words, for those that people meet; the rest in its own words.
fn syntax_message(kind: &ErrorKind, lang: Lang) -> (String, String) {
    use ErrorKind as E;
    let (en, nb, help_en, help_nb) = match kind {
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabAtBlockScalarStart
        | E::TabInPlainScalar => (
            "a tab stands where YAML wants spaces",
            "en tabulator står der YAML skal ha mellomrom",
            "Indent with spaces.",
            "Rykk inn med mellomrom.",
        ),
        E::InvalidIndentation
        | E::ExpectedBlockMappingKey
        | E::ExpectedBlockSequenceEntry
        | E::InvalidBlockScalarIndent
        | E::InvalidQuotedScalarIndent
        | E::InvalidFlowScalarIndent
        | E::MappingValueNotAllowed
        | E::BlockSequenceEntryNotAllowed => (
            "the indentation does not fit the lines above",
            "innrykket passer ikke til linjene over",
            "Give keys of the same mapping the same indentation; a value that contains `: ` needs quotes.",
            "Gi nøkler på samme nivå samme innrykk. En verdi som inneholder `: `, må stå i anførselstegn.",
        ),
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => (
            "a quotation mark is never closed",
            "et anførselstegn blir aldri lukket",
            "Close the quotation mark.",
            "Lukk anførselstegnet.",
        ),
        E::UnclosedFlowCollection { .. }
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofFlowSequence
        | E::UnexpectedEofImplicitFlowMapping
        | E::ExpectedFlowMappingSeparator
        | E::ExpectedFlowSequenceSeparator
        | E::MismatchedFlowCollectionEnd { .. }
        | E::MisplacedFlowCollectionEnd => (
            "a bracket or brace is not closed, or a comma is missing",
            "en klamme eller krøllparentes er ikke lukket, eller et komma mangler",
            "Close every `[` with `]` and every `{` with `}`, with commas in between.",
            "Lukk hver `[` med `]` og hver `{` med `}`, med komma mellom.",
        ),
        E::SimpleKeyExpected | E::InvalidSimpleKey => (
            "a line that is neither a key with `:` nor part of the text above",
            "en linje som verken er en nøkkel med `:` eller del av teksten over",
            "Write `key: value`; put a longer text in quotes or below `|`.",
            "Skriv `nøkkel: verdi`. Sett en lengre tekst i anførselstegn eller under `|`.",
        ),
        E::UnexpectedCharacter { .. } => (
            "a character that cannot begin a value",
            "et tegn som ikke kan begynne en verdi",
            "Put the value in quotes.",
            "Sett verdien i anførselstegn.",
        ),
        other => {
            let reason = other.to_string();
            let help = lang.pick("Correct the YAML at this place.", "Rett YAML-en på dette stedet.");
            return (
                match lang {
                    Lang::En => format!("the YAML cannot be read: {reason}"),
                    Lang::Nb => format!("YAML-en kan ikke leses: {reason}"),
                },
                help.to_owned(),
            );
        }
    };
    (lang.pick(en, nb).to_owned(), lang.pick(help_en, help_nb).to_owned())
}
