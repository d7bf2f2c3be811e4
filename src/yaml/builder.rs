//! From the parser's events to one tree for each document.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, StructureStyle, Tag};

use super::{Document, Kind, Limit, Limits, Node, NodeId, Problem, ProblemKind, Resolved, resolve_plain};
use crate::source::Span;
use crate::text::shown;

/// The documents of a text, read one after the other: a tree lives no longer than its document.
pub struct Documents<'s> {
    parser: Parser<'s, granit_parser::StrInput<'s>>,
    text: &'s str,
    limits: Limits,
    /// Documents begun.
    count: usize,
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
        // The builder counts both kinds of nesting together; these stop the scanner soon after.
        options.flow_nesting_limit = limits.nesting + 1;
        options.block_nesting_limit = limits.nesting + 1;
        let parser = Parser::new_from_str_with_options(text, options);
        Documents {
            parser,
            text,
            limits,
            count: 0,
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
        // A marker with nothing behind it, as at the end of many files, makes no document.
        std::iter::from_fn(|| self.read()).find(|document| !document.is_blank())
    }
}

impl<'s> Documents<'s> {
    fn read(&mut self) -> Option<Document<'s>> {
        if self.ended {
            return None;
        }
        if self.count == 0 && self.text.len() > self.limits.bytes {
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
                        self.count += 1;
                        if self.count > self.limits.documents {
                            let kind = ProblemKind::Limit(Limit::Documents, self.limits.documents);
                            return Some(self.refusal(kind, bytes(span).start as usize));
                        }
                        builder.started = true;
                    }
                    Event::DocumentEnd => return Some(builder.finish()),
                    event => {
                        builder.event(event, bytes(span));
                        // What never ends must not be read to its end, nor what stands behind it.
                        if builder.expanded > self.limits.nodes as u64 {
                            self.ended = true;
                            return Some(builder.finish());
                        }
                    }
                },
                Some(Err(error)) => {
                    builder.syntax_error(&error);
                    let more = self.parser.proceed_next_document();
                    self.ended = !matches!(more, Ok(true));
                    self.count += usize::from(!builder.started);
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
    /// Where its last child ends.
    end: u32,
    /// Nodes below it, with what aliases repeat.
    expanded: u64,
    /// Levels below it, with what aliases repeat.
    height: usize,
    /// The next child is a key (mappings only).
    at_key: bool,
    is_map: bool,
    /// It or something around it is refused.
    refused: bool,
}

/// A node that aliases can repeat.
struct Anchor {
    node: NodeId,
    /// Nodes that an alias adds below its own.
    expanded: u64,
    /// Levels that an alias adds.
    height: usize,
    /// False while the node itself is being read.
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
        if self.open.last().is_some_and(|open| open.refused) {
            return; // One mistake, one problem: all of it is passed by.
        }
        if self.document.problems.len() < self.limits.problems {
            self.document.problems.push(Problem { kind, span });
        } else {
            self.exceed(Limit::Problems, self.limits.problems, span);
        }
    }

    /// Reports a limit once and leaves the rest of the document out.
    fn exceed(&mut self, limit: Limit, allowed: usize, span: Span) {
        if !self.document.broken {
            self.document.broken = true;
            let kind = ProblemKind::Limit(limit, allowed);
            self.document.problems.push(Problem { kind, span });
        }
    }

    fn syntax_error(&mut self, error: &ScanError) {
        let mut at = error.marker().byte_offset().unwrap_or(0);
        match error.kind() {
            ErrorKind::TabInPlainScalar | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
                at = indenting_tab(self.text, at).unwrap_or(at);
            }
            ErrorKind::UnexpectedCharacter { character } => {
                let ahead = self.text.get(at..).and_then(|rest| rest.find(*character));
                at += ahead.unwrap_or(0);
            }
            ErrorKind::InvalidQuotedScalarIndent | ErrorKind::DocumentIndicatorInQuotedScalar => {
                // Reported where the text stops fitting; what is wrong is where it was opened.
                let before = self.document.nodes.last().map_or(0, |node| node.span.end) as usize;
                let between = self.text.get(before..at).unwrap_or_default();
                at = find_mark(between, &['"', '\'']).map_or(at, |mark| before + mark);
            }
            _ => {}
        }
        let span = char_span(self.text, at);
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            self.exceed(Limit::Nesting, self.limits.nesting, span);
        } else if !self.document.broken {
            let kind = ProblemKind::Syntax(error.kind().clone());
            self.document.problems.push(Problem { kind, span });
        }
        self.document.broken = true;
    }

    fn event(&mut self, event: Event<'s>, span: Span) {
        if self.document.broken {
            return;
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, span, anchor, tag.as_deref()),
            Event::SequenceStart(style, anchor, tag) => {
                let in_map = self.open.last().is_some_and(|open| open.is_map);
                let span = match style {
                    StructureStyle::Block if in_map => self.span_from_mark(span, &['-']),
                    _ => span,
                };
                let kind = self.tagged(Kind::List, tag.as_deref(), &["seq"], span);
                self.start(kind, false, style == StructureStyle::Flow, anchor, span);
            }
            Event::MappingStart(style, anchor, tag) => {
                let kind = self.tagged(Kind::Map, tag.as_deref(), &["map"], span);
                self.start(kind, true, style == StructureStyle::Flow, anchor, span);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(Some(span)),
            Event::Alias(id) => self.alias(id, span),
            Event::UnresolvedAlias(name) => {
                self.problem(ProblemKind::UnknownAlias(shown(&name)), span);
                self.push(Kind::Refused, span);
            }
            Event::Comment(..) => self.document.comments.push(span),
            _ => {}
        }
    }

    fn push(&mut self, mut kind: Kind<'s>, span: Span) -> usize {
        let index = self.document.nodes.len();
        if let Some(parent) = self.open.last_mut() {
            parent.expanded += 1;
            parent.end = span.end;
            let is_key = parent.is_map && parent.at_key;
            parent.at_key = !parent.at_key;
            let target = match kind {
                Kind::Alias(target) => &self.document.raw(target).kind,
                ref kind => kind,
            };
            if is_key && matches!(target, Kind::List | Kind::Map) {
                kind = Kind::Refused;
                self.problem(ProblemKind::ComplexKey, span);
            }
        }
        self.document.nodes.push(Node { kind, span, size: 1 });
        self.expanded += 1;
        if self.expanded > self.limits.nodes as u64 {
            self.exceed(Limit::Nodes, self.limits.nodes, span);
        }
        index
    }

    /// The kind of a node that may have a tag: the tags of YAML's core schema are read where they
    /// fit, all others are refused.
    fn tagged(&mut self, kind: Kind<'s>, tag: Option<&Tag>, fitting: &[&str], span: Span) -> Kind<'s> {
        match tag {
            Some(tag) if !tag.core_suffix().is_some_and(|core| fitting.contains(&core)) => {
                self.problem(ProblemKind::Tag(shown(&tag.original())), span);
                Kind::Refused
            }
            _ => kind,
        }
    }

    fn scalar(&mut self, text: Cow<'s, str>, style: ScalarStyle, span: Span, anchor: usize, tag: Option<&Tag>) {
        if text.len() > self.limits.scalar {
            let span = char_span(self.text, span.start as usize);
            return self.exceed(Limit::Scalar, self.limits.scalar, span);
        }
        let span = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.span_from_mark(span, &['|', '>']),
            _ => span,
        };
        // With a tag it is the tag that says whether a text or a flag or number is meant.
        let plain = match tag.and_then(Tag::core_suffix) {
            Some(core) => core != "str",
            None => style == ScalarStyle::Plain,
        };
        // The parser gives an absent value as `~` with an empty span.
        let absent = plain && span.start == span.end;
        let kind = if absent || (plain && matches!(resolve_plain(&text), Resolved::Null)) {
            Kind::Null
        } else {
            Kind::Scalar { text, plain }
        };
        let kind = self.tagged(kind, tag, &["str", "int", "float", "bool", "null"], span);
        let node = self.push(kind, span);
        self.remember(anchor, node, true);
    }

    /// The span from the mark that begins it. The parser leaves out the header of a block scalar
    /// and the dash of a list that is not indented, and includes the blank lines behind a scalar.
    fn span_from_mark(&self, span: Span, marks: &[char]) -> Span {
        let before = self.document.nodes.last().map_or(0, |node| node.span.end) as usize;
        let between = self.text.get(before..span.start as usize).unwrap_or_default();
        let start = find_mark(between, marks).map_or(span.start as usize, |at| before + at);
        let whole = self.text.get(start..span.end as usize).unwrap_or_default();
        Span::new(start, start + whole.trim_end_matches([' ', '\t', '\r', '\n']).len())
    }

    fn remember(&mut self, anchor: usize, node: usize, closed: bool) {
        if anchor != 0 {
            let node = NodeId(u32::try_from(node).unwrap_or(u32::MAX));
            let anchored = Anchor {
                node,
                expanded: 0,
                height: 0,
                closed,
            };
            self.anchors.insert(anchor, anchored);
        }
    }

    fn start(&mut self, kind: Kind<'s>, is_map: bool, flow: bool, anchor: usize, span: Span) {
        if self.open.len() >= self.limits.nesting {
            return self.exceed(Limit::Nesting, self.limits.nesting, span);
        }
        let node = self.push(kind, span);
        self.remember(anchor, node, false);
        let around = self.open.last().is_some_and(|open| open.refused);
        let refused = around || self.document.nodes[node].kind == Kind::Refused;
        self.open.push(Open {
            node,
            anchor,
            flow,
            end: span.start,
            expanded: 0,
            height: 0,
            at_key: true,
            is_map,
            refused,
        });
    }

    fn close(&mut self, end: Option<Span>) {
        let Some(open) = self.open.pop() else { return };
        let nodes = &mut self.document.nodes;
        let size = nodes.len() - open.node;
        // A block collection ends, for the parser, at the next token: trim it to its last child.
        let end = end.filter(|_| open.flow).map_or(open.end, |end| end.end);
        let node = &mut nodes[open.node];
        node.size = u32::try_from(size).unwrap_or(u32::MAX);
        node.span.end = end.max(node.span.start);
        let end = node.span.end;
        if let Some(anchor) = self.anchors.get_mut(&open.anchor) {
            anchor.expanded = open.expanded;
            anchor.height = open.height + 1;
            anchor.closed = true;
        }
        if let Some(parent) = self.open.last_mut() {
            parent.end = end;
            parent.expanded += open.expanded;
            parent.height = parent.height.max(open.height + 1);
        }
        if open.is_map {
            self.check_keys(open.node);
        }
    }

    fn alias(&mut self, id: usize, span: Span) {
        let Some(anchor) = self.anchors.get(&id).filter(|anchor| anchor.closed) else {
            self.problem(ProblemKind::SelfAlias, span);
            self.push(Kind::Refused, span);
            return;
        };
        let (target, expanded, height) = (anchor.node, anchor.expanded, anchor.height);
        if self.expanded + expanded >= self.limits.nodes as u64 {
            return self.exceed(Limit::Aliases, self.limits.nodes, span);
        }
        if self.open.len() + height > self.limits.nesting {
            return self.exceed(Limit::Nesting, self.limits.nesting, span);
        }
        self.push(Kind::Alias(target), span);
        self.expanded += expanded;
        if let Some(parent) = self.open.last_mut() {
            parent.expanded += expanded;
            parent.height = parent.height.max(height);
        }
    }

    /// Duplicate keys and merge keys of a finished mapping.
    fn check_keys(&mut self, map: usize) {
        let id = NodeId(u32::try_from(map).unwrap_or(u32::MAX));
        let document = &self.document;
        let mut keys: Vec<(&str, NodeId)> = document
            .entries(id)
            .filter_map(|(key, _)| Some((document.text(key)?, key)))
            .collect();
        keys.sort_unstable();
        let mut refused = Vec::new();
        for same in keys.chunk_by(|a, b| a.0 == b.0) {
            let Some(((text, first), more)) = same.split_first() else {
                continue;
            };
            if *text == "<<" {
                let merges = same.iter().filter(|(_, key)| document.is_plain(*key));
                refused.extend(merges.map(|(_, key)| (*key, ProblemKind::MergeKey)));
                continue;
            }
            refused.extend(more.iter().map(|(_, key)| {
                let (key_text, first) = (shown(text), document.span(*first));
                (*key, ProblemKind::DuplicateKey { key: key_text, first })
            }));
        }
        for (key, problem) in refused {
            let node = &mut self.document.nodes[key.0 as usize];
            node.kind = Kind::Refused;
            let span = node.span;
            self.problem(problem, span);
        }
    }
}

/// Where one of these marks stands in the text between two nodes, with white space before it and
/// not in a comment.
fn find_mark(between: &str, marks: &[char]) -> Option<usize> {
    let mut in_comment = false;
    let mut after_space = true;
    for (at, c) in between.char_indices() {
        match c {
            '\n' | '\r' => in_comment = false,
            '#' if after_space => in_comment = true,
            c if after_space && !in_comment && marks.contains(&c) => return Some(at),
            _ => {}
        }
        after_space = matches!(c, ' ' | '\t' | '\n' | '\r');
    }
    None
}

/// The first tab in the indentation of this line or a later one. The parser reports the text before
/// or behind it.
fn indenting_tab(text: &str, at: usize) -> Option<usize> {
    let mut from = text.get(..at)?.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    loop {
        let line = text.get(from..)?;
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indent].find('\t') {
            return Some(from + tab);
        }
        from += line.find(['\n', '\r'])? + 1;
    }
}
