//! What the machine and the parser charge, to compare a check with:
//!
//! ```text
//! cargo bench --bench limits -- walk|read|tree [-j THREADS] PATH...
//! ```
//!
//! `walk` lists the files, `read` also reads them, `tree` also builds from the parser's events the
//! least that a linter must keep: a flat tree with the bytes of every node. Nobody who reports
//! where something stands can be faster than `tree` with the same parser.

use std::borrow::Cow;
use std::error::Error;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, io, thread};

use granit_parser::{Event, Options, Parser};

/// Files that a thread takes at a time.
const SHARE: usize = 16;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    // Cargo adds `--bench`.
    let mut args = env::args().skip(1).filter(|a| a != "--bench");
    let Some(layer) = args.next() else {
        println!("usage: limits walk|read|tree [-j THREADS] PATH...");
        return Ok(());
    };
    let measure = match layer.as_str() {
        "walk" => |_: &Path, _: &mut Vec<u8>| Ok(1),
        "read" => |path: &Path, bytes: &mut Vec<u8>| read(path, bytes),
        "tree" => |path: &Path, bytes: &mut Vec<u8>| {
            read(path, bytes)?;
            tree(std::str::from_utf8(bytes)?)
        },
        other => return Err(format!("unknown layer `{other}`").into()),
    };
    let (mut threads, mut files) = (1, Vec::new());
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-j" => threads = args.next().ok_or("-j takes a number")?.parse()?,
            path => walk(Path::new(path), &mut files)?,
        }
    }
    let (next, sum, failure) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(None));
    let work = || {
        let mut bytes = Vec::new();
        loop {
            let first = next.fetch_add(SHARE, Ordering::Relaxed);
            let Some(rest) = files.get(first..).filter(|rest| !rest.is_empty()) else {
                return;
            };
            for path in rest.iter().take(SHARE) {
                match measure(path, &mut bytes) {
                    Ok(count) => _ = sum.fetch_add(count, Ordering::Relaxed),
                    Err(error) => _ = failure.lock().map(|mut slot| *slot = Some(error)),
                }
            }
        }
    };
    if threads == 1 {
        work();
    } else {
        thread::scope(|scope| (0..threads).for_each(|_| _ = scope.spawn(work)));
    }
    println!("{layer}: {} files, {}", files.len(), sum.load(Ordering::Relaxed));
    failure.into_inner()?.map_or(Ok(()), Err)
}

fn walk(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), files)?;
        } else if entry.file_name().as_encoded_bytes().ends_with(b".tillit.yaml") {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn read(path: &Path, bytes: &mut Vec<u8>) -> Result<usize, Failure> {
    bytes.clear();
    Ok(fs::File::open(path)?.read_to_end(bytes)?)
}

/// A node as small as it can be: text that stands in the source as it is needs no copy.
struct Node {
    _start: u32,
    end: u32,
    size: u32,
    _text: Option<Box<str>>,
}

/// The number of nodes and comments in a text.
fn tree(text: &str) -> Result<usize, Failure> {
    let mut options = Options::default();
    options.emit_comments = true;
    let mut nodes: Vec<Node> = Vec::with_capacity(text.len() / 12);
    let mut open: Vec<usize> = Vec::with_capacity(16);
    let mut comments = 0;
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event?;
        let start = u32::try_from(span.start.byte_offset().unwrap_or(0))?;
        let end = u32::try_from(span.end.byte_offset().unwrap_or(0))?;
        let mut push = |text| {
            nodes.push(Node {
                _start: start,
                end,
                size: 1,
                _text: text,
            });
        };
        match event {
            Event::Scalar(Cow::Borrowed(_), ..) => push(None),
            Event::Scalar(Cow::Owned(text), ..) => push(Some(text.into_boxed_str())),
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                push(None);
                open.push(nodes.len() - 1);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let first = open.pop().ok_or("an end without a start")?;
                let size = u32::try_from(nodes.len() - first)?;
                if let Some(node) = nodes.get_mut(first) {
                    (node.end, node.size) = (end, size);
                }
            }
            Event::Comment(..) => comments += 1,
            _ => {}
        }
    }
    let checked = nodes.iter().filter(|n| n.size > 0 && n.end > 0).count();
    Ok(checked + comments)
}
