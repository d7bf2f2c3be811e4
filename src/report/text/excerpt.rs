//! The lines of a source that a finding points at, prepared so that they can be printed.
//!
//! What is printed is a copy: characters that steer a terminal are replaced, tabs are spaces, long
//! lines are cut around what is labelled. Places are carried over from the source to the copy, and
//! lines and columns come from the source, so nothing that follows has to count.

use std::collections::BTreeMap;
use std::ops::Range;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::page::{char_width, clean, cut, cut_front, width};
use crate::source::{Position, SourceFile, Span};
use crate::text::{escape, is_unsafe};

/// A line is read at most so many bytes to each side of a label.
const REACH: usize = 4096;
/// Labels at most so many lines apart are shown in one piece, with the lines between them.
const GAP: u32 = 3;
/// Columns of a tab stop.
const TAB: usize = 4;
/// Least number of columns that the text of a label is wrapped to.
const LABEL: usize = 24;

/// A place to label.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) span: Span,
    pub(super) at: Position,
    pub(super) label: String,
}

/// A printable part of a source.
#[derive(Debug)]
pub(super) struct Excerpt {
    name: String,
    text: String,
    chunks: Vec<Chunk>,
    placed: Vec<Placed>,
}

/// Lines that follow each other.
#[derive(Debug)]
struct Chunk {
    /// Number of the first line, counted from 1.
    first: u32,
    lines: u32,
    range: Range<usize>,
}

/// A label in the printable text.
#[derive(Debug)]
struct Placed {
    range: Range<usize>,
    at: Position,
    label: String,
    primary: bool,
}

/// A line, or as much of a long one as is worth reading, in bytes of the source.
#[derive(Clone, Debug)]
struct Line {
    range: Range<usize>,
    /// The line begins before `range`.
    before: bool,
    /// The line ends after `range`.
    after: bool,
}

/// A character as it is printed.
struct Cell {
    /// Its first byte in the source.
    at: usize,
    shown: char,
    /// A tab is shown as so many spaces; everything else once.
    times: usize,
    width: usize,
}

impl Excerpt {
    /// The excerpt with the first of `marks` as the place that it is about; none, no excerpt.
    pub(super) fn new(source: &SourceFile, marks: &[Mark], width: usize) -> Self {
        let lines = wanted(source.text(), marks);
        let last = lines.keys().next_back().copied().unwrap_or(1);
        // A line is printed behind a blank, its number, a blank, a bar and a blank.
        let columns = width.saturating_sub(last.to_string().len() + 4);
        let mut excerpt = Excerpt {
            name: cut_front(&escape(source.name()), width.saturating_sub(20)).into_owned(),
            text: String::new(),
            chunks: Vec::new(),
            placed: Vec::new(),
        };
        for (number, line) in lines {
            let start = excerpt.text.len();
            excerpt.line(source.text(), number, &line, marks, columns);
            let end = excerpt.text.len();
            match excerpt.chunks.last_mut() {
                Some(chunk) if chunk.first + chunk.lines == number => {
                    chunk.lines += 1;
                    chunk.range.end = end;
                }
                _ => excerpt.chunks.push(Chunk {
                    first: number,
                    lines: 1,
                    range: start..end,
                }),
            }
        }
        excerpt
    }

    /// The labels, in the order of the text, and which of them is the primary one.
    pub(super) fn labels(&self) -> impl Iterator<Item = LabeledSpan> + '_ {
        self.placed.iter().map(|placed| {
            let label = (!placed.label.is_empty()).then(|| placed.label.clone());
            let span = SourceSpan::from(placed.range.clone());
            if placed.primary {
                LabeledSpan::new_primary_with_span(label, span)
            } else {
                LabeledSpan::new_with_span(label, span)
            }
        })
    }

    /// Appends a line and places its labels.
    fn line(&mut self, text: &str, number: u32, line: &Line, marks: &[Mark], columns: usize) {
        let here: Vec<(usize, &Mark)> = marks.iter().enumerate().filter(|(_, m)| m.at.line == number).collect();
        let cells = cells(text, line);
        let focus = here.first().map(|(_, mark)| mark.span.range());
        let window = window(&cells, line, focus, columns);
        let line_start = self.text.len();
        if window.start > 0 || line.before {
            self.text.push('…');
        }
        let mut offsets = Vec::with_capacity(window.len() + 1);
        for cell in &cells[window.clone()] {
            offsets.push((cell.at, self.text.len()));
            self.text.extend(std::iter::repeat_n(cell.shown, cell.times));
        }
        let end = cells.get(window.end).map_or(line.range.end, |cell| cell.at);
        offsets.push((end, self.text.len()));
        if window.end < cells.len() || line.after {
            self.text.push('…');
        }
        let out_of = |at: usize| {
            let next = offsets.partition_point(|(source, _)| *source < at);
            offsets.get(next).or(offsets.last()).map_or(line_start, |(_, out)| *out)
        };
        let mut placed: Vec<Placed> = Vec::new();
        for (number, mark) in here {
            // Of what runs over several lines, the first one is enough to find it.
            let end = mark.span.range().end.min(line.range.end);
            let start = out_of(mark.span.range().start);
            let range = start..out_of(end).max(start);
            let column = width(&self.text[line_start..range.start]) + width(&self.text[range.clone()]) / 2;
            let label = wrapped(&mark.label, columns.saturating_sub(column + 4));
            match placed.iter_mut().find(|other| overlap(&other.range, &range)) {
                Some(other) if other.label.is_empty() => other.label = label,
                Some(other) if !label.is_empty() && other.label != label => {
                    other.label.push('\n');
                    other.label.push_str(&label);
                }
                Some(_) => {}
                None => placed.push(Placed {
                    range,
                    at: mark.at,
                    label,
                    primary: number == 0,
                }),
            }
        }
        placed.sort_by_key(|p| p.range.start);
        self.placed.extend(placed);
        self.text.push('\n');
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let chunk = self.chunks.iter().find(|c| c.range.contains(&span.offset()));
        let chunk = chunk.ok_or(MietteError::OutOfBounds)?;
        let mut line = chunk.first as usize;
        let mut column = 1;
        // Without context lines the question is where the label stands.
        let placed = self.placed.iter().find(|p| p.range.start == span.offset());
        if let (0, Some(placed)) = (before, placed) {
            line = placed.at.line as usize;
            column = placed.at.column as usize;
        }
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &self.text.as_bytes()[chunk.range.clone()],
            SourceSpan::from(chunk.range.clone()),
            line.saturating_sub(1),
            column.saturating_sub(1),
            chunk.lines as usize,
        )))
    }
}

/// The lines to show: those with labels, one before and after the first mark, and short gaps.
fn wanted(text: &str, marks: &[Mark]) -> BTreeMap<u32, Line> {
    let mut lines = BTreeMap::new();
    for (number, mark) in marks.iter().enumerate() {
        let line = Line::at(text, mark.span.start as usize);
        if number == 0 {
            if let Some(before) = line.previous(text) {
                lines.insert(mark.at.line.saturating_sub(1), before);
            }
            if let Some(after) = line.next(text) {
                lines.insert(mark.at.line + 1, after);
            }
        }
        // On a long line the piece around the first mark is the one to show.
        if number == 0 || marks.first().is_some_and(|first| first.at.line != mark.at.line) {
            lines.insert(mark.at.line, line);
        }
    }
    let numbers: Vec<u32> = lines.keys().copied().collect();
    for pair in numbers.windows(2) {
        let &[from, to] = pair else { continue };
        if to - from <= GAP {
            for number in from + 1..to {
                if let Some(line) = lines.get(&(number - 1)).and_then(|line| line.next(text)) {
                    lines.insert(number, line);
                }
            }
        }
    }
    lines
}

impl Line {
    /// The line around a byte.
    fn at(text: &str, offset: usize) -> Line {
        let bytes = text.as_bytes();
        let mut offset = offset.min(text.len());
        if offset > 0 && bytes.get(offset) == Some(&b'\n') && bytes[offset - 1] == b'\r' {
            offset -= 1;
        }
        let is_end = |b: &u8| matches!(b, b'\n' | b'\r');
        let low = boundary(text, offset.saturating_sub(REACH));
        let high = boundary(text, (offset + REACH).min(text.len()));
        let start = bytes[low..offset].iter().rposition(is_end).map(|n| low + n + 1);
        let end = bytes[offset..high.max(offset)]
            .iter()
            .position(is_end)
            .map(|n| offset + n);
        Line {
            range: start.unwrap_or(low)..end.unwrap_or(high.max(offset)),
            before: start.is_none() && low > 0,
            after: end.is_none() && high < text.len(),
        }
    }

    fn previous(&self, text: &str) -> Option<Line> {
        let end = self.range.start.checked_sub(1).filter(|_| !self.before)?;
        Some(Line::at(text, end))
    }

    fn next(&self, text: &str) -> Option<Line> {
        let rest = text.get(self.range.end..).filter(|_| !self.after)?;
        let length = if rest.starts_with("\r\n") { 2 } else { 1 };
        (rest.len() > length).then(|| Line::at(text, self.range.end + length))
    }
}

/// The nearest boundary of a character at or before `offset`.
fn boundary(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// The characters of a line as they are printed.
fn cells(text: &str, line: &Line) -> Vec<Cell> {
    let mut column = 0;
    let start = line.range.start;
    let mut cells = Vec::new();
    for (at, c) in text.get(line.range.clone()).unwrap_or_default().char_indices() {
        let at = start + at;
        if at == 0 && c == '\u{feff}' {
            continue;
        }
        let (shown, times) = match c {
            '\t' => (' ', TAB - column % TAB),
            '\0'..='\u{1f}' => (char::from_u32(0x2400 + u32::from(c)).unwrap_or('�'), 1),
            c if is_unsafe(c) => ('�', 1),
            c => (c, 1),
        };
        let width = times * char_width(shown);
        column += width;
        cells.push(Cell {
            at,
            shown,
            times,
            width,
        });
    }
    cells
}

/// Which of the cells are printed: all if they fit, otherwise those around the focus.
fn window(cells: &[Cell], line: &Line, focus: Option<Range<usize>>, columns: usize) -> Range<usize> {
    let total: usize = cells.iter().map(|c| c.width).sum();
    // Characters without width do not count as columns, but they do not come for free either.
    let most = 4 * columns;
    if total <= columns && !line.before && !line.after && cells.len() <= most {
        return 0..cells.len();
    }
    // Room for the dots at both ends.
    let room = columns.saturating_sub(2).max(1);
    let focus = focus.unwrap_or(0..0);
    let first = cells.partition_point(|c| c.at < focus.start);
    let column: usize = cells[..first].iter().map(|c| c.width).sum();
    let length: usize = cells[first..]
        .iter()
        .take_while(|c| c.at < focus.end)
        .map(|c| c.width)
        .sum();
    let mut start = 0;
    if line.before || column + length.min(room / 2) > room {
        let mut left = 0;
        start = first;
        while start > 0 && left + cells[start - 1].width <= room / 3 && first - start < most / 3 {
            start -= 1;
            left += cells[start].width;
        }
    }
    let mut used = 0;
    let fits = |c: &&Cell| {
        used += c.width;
        used <= room
    };
    let taken = cells[start..].iter().take(most).take_while(fits).count();
    start..start + taken
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end.max(b.start + 1) && b.start < a.end.max(a.start + 1)
}

/// The text of a label, cut and wrapped to so many columns.
fn wrapped(label: &str, columns: usize) -> String {
    let label = clean(label);
    let columns = columns.max(LABEL);
    textwrap::fill(&cut(&label, 3 * columns), columns)
}
