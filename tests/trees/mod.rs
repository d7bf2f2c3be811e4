//! What several tests need: trees of texts and of the files in the repository, and what must hold of them.

#![allow(dead_code, reason = "not every test that shares this file needs all of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tillit::schema::Manifest;
use tillit::shape::Shape;
use tillit::source::SourceFile;
use tillit::vocabulary::Vocabularies;
use tillit::yaml::{Document, Documents, Kind, Limits, NodeId};

pub static VOCABULARIES: LazyLock<Vocabularies> = LazyLock::new(Vocabularies::builtin);
pub static SHAPE: LazyLock<Shape> = LazyLock::new(|| Shape::builtin(&VOCABULARIES).unwrap());

/// The documents of a text, with their comments.
pub fn documents(text: &str) -> Vec<Document<'_>> {
    Documents::new(text, Limits::default(), true).collect()
}

/// What must hold of every text: spans lie in it, in order and inside each other.
pub fn check_spans(text: &str) {
    let source = SourceFile::new("f", text);
    for document in documents(text) {
        for problem in &document.problems {
            assert!(text.get(problem.span.range()).is_some(), "{problem:?}");
            source.position(problem.span.start);
        }
        for comment in &document.comments {
            assert!(text[comment.range()].starts_with('#'));
        }
        for number in 0..document.len() {
            let id = NodeId(u32::try_from(number).unwrap());
            let span = document.raw(id).span;
            assert!(text.get(span.range()).is_some(), "{:?}", document.raw(id));
            let mut end = span.start;
            let inside = !matches!(document.raw(id).kind, Kind::Alias(_));
            for child in document.children(id).filter(|_| inside) {
                let child = document.span(child);
                assert!(
                    end <= child.start && child.end <= span.end,
                    "{child:?} in {span:?} of {text:?}"
                );
                end = child.end;
            }
        }
        let manifest = Manifest::read(&document, &SHAPE, &VOCABULARIES, true);
        for problem in &manifest.problems {
            assert!(text.get(problem.span.range()).is_some(), "{problem:?}");
        }
    }
}

/// Every YAML file below a folder of the repository, in order.
pub fn yaml_files(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|e| e == "yaml") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    files.sort();
    files
}
