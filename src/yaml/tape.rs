//! A tree in bytes, so that the files that come with the program need no parsing when it starts.
//!
//! Written when the program is built, and read against the same text. Per node: its kind (one
//! byte), start, end and size or target (four bytes each, little-endian); for a scalar also where
//! its text stands in the source, or, when it does not stand there as it is, the text itself.

use std::borrow::Cow;

use super::{Document, Kind, Node, NodeId};
use crate::source::Span;

/// Marks a text that follows on the tape.
const INLINE: u32 = u32::MAX;

impl<'s> Document<'s> {
    /// The tree as bytes. `text` is the source it was read from.
    pub fn to_tape(&self, text: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.nodes.len() * 16);
        let number = |out: &mut Vec<u8>, n: u32| out.extend_from_slice(&n.to_le_bytes());
        for node in &self.nodes {
            let (kind, size) = match &node.kind {
                Kind::Null => (0, node.size),
                Kind::Scalar { plain: true, .. } => (1, node.size),
                Kind::Scalar { plain: false, .. } => (2, node.size),
                Kind::List => (3, node.size),
                Kind::Map => (4, node.size),
                Kind::Alias(target) => (5, target.0),
                Kind::Refused => (6, node.size),
            };
            out.push(kind);
            for n in [node.span.start, node.span.end, size] {
                number(&mut out, n);
            }
            if let Kind::Scalar { text: value, .. } = &node.kind {
                let length = u32::try_from(value.len()).unwrap_or(0);
                let offset = (value.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
                let stands_there = matches!(value, Cow::Borrowed(_))
                    && text.get(offset..offset.saturating_add(value.len())) == Some(value);
                number(
                    &mut out,
                    if stands_there {
                        u32::try_from(offset).unwrap_or(INLINE)
                    } else {
                        INLINE
                    },
                );
                number(&mut out, length);
                if !stands_there {
                    out.extend_from_slice(value.as_bytes());
                }
            }
        }
        out
    }

    /// The tree that was written with [`Document::to_tape`] for this text. A tape that does not
    /// fit ends the tree early.
    pub fn from_tape(text: &'s str, tape: &'s [u8]) -> Document<'s> {
        let mut reader = Reader { tape, at: 0 };
        let mut nodes = Vec::with_capacity(tape.len() / 16);
        while let Some(node) = reader.node(text) {
            nodes.push(node);
        }
        Document {
            nodes,
            ..Document::default()
        }
    }
}

struct Reader<'s> {
    tape: &'s [u8],
    at: usize,
}

impl<'s> Reader<'s> {
    fn bytes(&mut self, count: usize) -> Option<&'s [u8]> {
        let bytes = self.tape.get(self.at..self.at + count)?;
        self.at += count;
        Some(bytes)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.bytes(4)?.try_into().ok()?))
    }

    fn node(&mut self, text: &'s str) -> Option<Node<'s>> {
        let kind = *self.bytes(1)?.first()?;
        let span = Span {
            start: self.number()?,
            end: self.number()?,
        };
        let size = self.number()?;
        let kind = match kind {
            0 => Kind::Null,
            1 | 2 => {
                let (offset, length) = (self.number()?, self.number()? as usize);
                let value = match offset {
                    INLINE => std::str::from_utf8(self.bytes(length)?).ok()?,
                    offset => text.get(offset as usize..offset as usize + length)?,
                };
                Kind::Scalar {
                    text: Cow::Borrowed(value),
                    plain: kind == 1,
                }
            }
            3 => Kind::List,
            4 => Kind::Map,
            6 => Kind::Refused,
            _ => {
                return Some(Node {
                    kind: Kind::Alias(NodeId(size)),
                    span,
                    size: 1,
                });
            }
        };
        Some(Node { kind, span, size })
    }
}
