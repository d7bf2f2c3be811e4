//! Source text, byte spans in it, and the way from a byte to a line and a column.

use std::fmt;
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
    pub fn range(self) -> std::ops::Range<usize> {
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

/// The text of one file, with its name and, on demand, its lines.
pub struct SourceFile {
    name: Arc<str>,
    text: String,
    lines: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// A source with this name (as people see it: relative, with `/`).
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<String>) -> Self {
        SourceFile {
            name: name.into(),
            text: text.into(),
            lines: OnceLock::new(),
        }
    }

    /// Reads bytes as UTF-8, with or without a byte order mark.
    ///
    /// # Errors
    /// The first byte that is not UTF-8, or the name of the other encoding that a mark announces.
    /// The source comes back with the error, decoded as far as possible, so that it can be shown.
    pub fn from_bytes(name: impl Into<Arc<str>>, bytes: Vec<u8>) -> Result<Self, (Self, EncodingError)> {
        let other = match bytes.as_slice() {
            [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32"),
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("UTF-16"),
            _ => None,
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(SourceFile::new(name, text)),
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                let bytes = error.into_bytes();
                let value = bytes.get(offset).copied().unwrap_or(0);
                let text = String::from_utf8(bytes[..offset].to_vec()).unwrap_or_default();
                let error = other.map_or(EncodingError::NotUtf8 { offset, value }, EncodingError::OtherEncoding);
                Err((SourceFile::new(name, text), error))
            }
        }
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
        let lines = self.lines.get_or_init(|| line_starts(&self.text));
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = lines.partition_point(|&start| start as usize <= offset).max(1);
        let start = lines.get(line - 1).map_or(0, |&start| start as usize);
        let before = self.text[start..offset].trim_start_matches('\u{feff}');
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX),
            utf16: u32::try_from(before.encode_utf16().count() + 1).unwrap_or(u32::MAX),
        }
    }

    /// The number of lines.
    pub fn line_count(&self) -> usize {
        self.lines.get_or_init(|| line_starts(&self.text)).len()
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceFile({}, {} bytes)", self.name, self.text.len())
    }
}

/// Offsets at which lines start: after LF, CRLF and a lone CR, which is what YAML ends a line at.
fn line_starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for (i, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || (*byte == b'\r' && bytes.get(i + 1) != Some(&b'\n')) {
            starts.push(u32::try_from(i + 1).unwrap_or(u32::MAX));
        }
    }
    starts
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
    }
}
