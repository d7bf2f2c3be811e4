//! Source text, byte spans in it, and the way from a byte to a line and a column.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A half-open range of bytes in a [`SourceFile`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`, in bytes. Offsets past 4 GiB are cut: no source is that large.
    pub fn new(start: usize, end: usize) -> Self {
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span {
            start: cut(start),
            end: cut(end.max(start)),
        }
    }

    /// The same range for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A place for people: line and column, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line, counted from 1. CR, LF and CRLF each end a line.
    pub line: u32,
    /// Column in Unicode scalar values, counted from 1.
    pub column: u32,
    /// Column in UTF-16 code units, counted from 1 (SARIF and editors).
    pub utf16: u32,
}

/// What is wrong with the bytes of a file that is not UTF-8 text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// The file begins with the byte order mark of another encoding, named here.
    #[error("the file is {0}, not UTF-8")]
    OtherEncoding(&'static str),
    /// The byte at this offset does not belong to UTF-8.
    #[error("byte 0x{value:02X} at offset {offset} is not UTF-8")]
    NotUtf8 {
        /// Offset of the byte, from 0.
        offset: usize,
        /// The byte.
        value: u8,
    },
}

impl EncodingError {
    /// The offset of the offending byte.
    pub fn offset(&self) -> usize {
        match self {
            EncodingError::OtherEncoding(_) => 0,
            EncodingError::NotUtf8 { offset, .. } => *offset,
        }
    }
}

/// The text of one file, with its name and, on demand, the way to its lines.
pub struct SourceFile {
    name: Arc<str>,
    text: String,
    marks: OnceLock<Vec<(usize, Position)>>,
    /// Whether it is ASCII without carriage returns, which is quick to count.
    plain: OnceLock<bool>,
}

impl SourceFile {
    /// A source with this name (as people see it: relative, with `/`).
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<String>) -> Self {
        SourceFile {
            name: name.into(),
            text: text.into(),
            marks: OnceLock::new(),
            plain: OnceLock::new(),
        }
    }

    /// Reads bytes as UTF-8, with or without a byte order mark.
    ///
    /// # Errors
    /// The first byte that is not UTF-8, or the name of the other encoding that the first bytes show.
    /// The source comes back with the error, decoded as far as possible, so that it can be shown.
    pub fn from_bytes(name: impl Into<Arc<str>>, bytes: Vec<u8>) -> Result<Self, (Self, EncodingError)> {
        if let Some(other) = other_encoding(&bytes) {
            return Err((SourceFile::new(name, ""), EncodingError::OtherEncoding(other)));
        }
        let error = match String::from_utf8(bytes) {
            Ok(text) => return Ok(SourceFile::new(name, text)),
            Err(error) => error,
        };
        let offset = error.utf8_error().valid_up_to();
        let mut bytes = error.into_bytes();
        let value = bytes.get(offset).copied().unwrap_or(0);
        bytes.truncate(offset);
        let text = String::from_utf8(bytes).unwrap_or_default();
        Err((SourceFile::new(name, text), EncodingError::NotUtf8 { offset, value }))
    }

    /// The name of the file as people see it.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text in `span`; empty where the span is not one of this source.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Line and column of a byte offset; an offset past the end counts as the end.
    pub fn position(&self, offset: u32) -> Position {
        let mut end = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        if end < STEP {
            return self.count_on(0..end, START);
        }
        let marks = self.marks.get_or_init(|| self.make_marks());
        let next = marks.partition_point(|(at, _)| *at <= end);
        let (at, position) = next.checked_sub(1).map_or((0, START), |last| marks[last]);
        self.count_on(at..end, position)
    }

    /// Line and column of both ends of a span.
    pub fn positions(&self, span: Span) -> (Position, Position) {
        let start = self.position(span.start);
        let range = span.range();
        let is_near = range.len() <= STEP && self.text.get(range.clone()).is_some();
        let end = match is_near {
            true => self.count_on(range, start),
            false => self.position(span.end),
        };
        (start, end)
    }

    /// The position at every 512th byte or so, so that no look-up counts further than that: neither
    /// a line of many megabytes nor millions of lines make it slow or large.
    fn make_marks(&self) -> Vec<(usize, Position)> {
        let text = &self.text;
        let mut marks = Vec::with_capacity(text.len() / STEP);
        let (mut at, mut position) = (0, START);
        while at + STEP < text.len() {
            let mut next = at + STEP;
            while !text.is_char_boundary(next) {
                next -= 1;
            }
            position = self.count_on(at..next, position);
            at = next;
            marks.push((at, position));
        }
        marks
    }

    fn count_on(&self, range: Range<usize>, from: Position) -> Position {
        let is_plain = || self.text.is_ascii() && !self.text.as_bytes().contains(&b'\r');
        match self.plain.get_or_init(is_plain) {
            true => count_plain(self.text.as_bytes().get(range).unwrap_or_default(), from),
            false => count_on(&self.text, range, from),
        }
    }

    /// The number of lines.
    pub fn line_count(&self) -> u32 {
        self.position(u32::MAX).line
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceFile({}, {} bytes)", self.name, self.text.len())
    }
}

/// The encoding that the first bytes show, by their mark or, as YAML has it, by where the zeros are.
fn other_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] | [_, 0, 0, 0, ..] | [0, 0, 0, _, ..] => Some("UTF-32"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [_, 0, ..] | [0, _, ..] => Some("UTF-16"),
        _ => None,
    }
}

/// Distance between two marks in bytes.
const STEP: usize = 512;

/// Where every text starts.
const START: Position = Position {
    line: 1,
    column: 1,
    utf16: 1,
};

/// The position at the end of a range, given that at its start. LF, CRLF and a lone CR end a line,
/// as in YAML. A byte order mark has no width.
fn count_on(text: &str, range: Range<usize>, from: Position) -> Position {
    let mut position = from;
    let bytes = text.as_bytes();
    for (i, c) in text.get(range.clone()).unwrap_or_default().char_indices() {
        let at = range.start + i;
        if c == '\n' || (c == '\r' && bytes.get(at + 1) != Some(&b'\n')) {
            position = Position {
                line: position.line + 1,
                ..START
            };
        } else if c != '\u{feff}' || at > 0 {
            position.column += 1;
            position.utf16 += if u32::from(c) > 0xFFFF { 2 } else { 1 };
        }
    }
    position
}

/// The same, quickly, for what most text is: ASCII without carriage returns.
fn count_plain(part: &[u8], from: Position) -> Position {
    let add = |from: u32, n: usize| from.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
    match part.iter().rposition(|b| *b == b'\n') {
        Some(last) => Position {
            line: add(from.line, part.iter().filter(|b| **b == b'\n').count()),
            column: add(1, part.len() - last - 1),
            utf16: add(1, part.len() - last - 1),
        },
        None => Position {
            line: from.line,
            column: add(from.column, part.len()),
            utf16: add(from.utf16, part.len()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_of_every_kind_and_characters() {
        let s = SourceFile::new("f", "a\r\nbø😀c\rd\n");
        let at = |o| {
            let p = s.position(o);
            (p.line, p.column, p.utf16)
        };
        assert_eq!(at(0), (1, 1, 1));
        assert_eq!(at(3), (2, 1, 1));
        assert_eq!(at(10), (2, 4, 5));
        assert_eq!(at(12), (3, 1, 1));
        assert_eq!(at(99), (4, 1, 1));
        assert_eq!(at(8), (2, 3, 3), "an offset inside a character counts as its start");
    }

    #[test]
    fn a_byte_order_mark_does_not_move_the_first_column() {
        let s = SourceFile::from_bytes("f", b"\xEF\xBB\xBFab".to_vec()).unwrap();
        assert_eq!(s.position(3).column, 1);
        assert_eq!(s.position(4).column, 2);
    }

    #[test]
    fn other_encodings_are_named_with_the_byte() {
        let error = |b: &[u8]| SourceFile::from_bytes("f", b.to_vec()).unwrap_err().1.to_string();
        assert_eq!(error(b"ab\xFFc"), "byte 0xFF at offset 2 is not UTF-8");
        assert_eq!(error(b"\xFF\xFEa\0"), "the file is UTF-16, not UTF-8");
        assert_eq!(error(b"a\0:\0"), "the file is UTF-16, not UTF-8");
        assert_eq!(error(b"\0a\0:"), "the file is UTF-16, not UTF-8");
        assert_eq!(error(b"\0\0\0a"), "the file is UTF-32, not UTF-8");
    }

    #[test]
    fn positions_far_into_a_text_are_counted_from_the_nearest_mark() {
        let text = "ø😀b\r\n\rabc\n".repeat(300);
        let s = SourceFile::new("f", text.clone());
        let (mut line, mut column, mut utf16) = (1, 1, 1);
        for (i, c) in text.char_indices() {
            let p = s.position(u32::try_from(i).unwrap());
            assert_eq!((p.line, p.column, p.utf16), (line, column, utf16), "at byte {i}");
            if c == '\n' || (c == '\r' && !text[i..].starts_with("\r\n")) {
                (line, column, utf16) = (line + 1, 1, 1);
            } else {
                column += 1;
                utf16 += u32::try_from(c.len_utf16()).unwrap();
            }
        }
        assert_eq!(s.line_count(), 901);
    }
}
