//! A page as Markdown: for the documentation and for the terminal.

use super::{Block, Line, Page};
use crate::text::{escape, one_line};

/// The page as Markdown, ending in a line feed.
pub fn markdown(page: &Page) -> String {
    let mut out = format!("# {}\n\n", one_line(&page.title));
    list(&page.facts, 0, &mut out);
    for section in &page.sections {
        out.push_str(&format!("\n## {}\n", section.heading));
        for block in &section.body {
            out.push('\n');
            match block {
                Block::Text(text) => {
                    out.push_str(&one_line(text));
                    out.push('\n');
                }
                Block::Lines(lines) => list(lines, 0, &mut out),
                Block::Code(code) => fenced("yaml", code, &mut out),
                Block::Output(text) => fenced("text", text, &mut out),
            }
        }
    }
    out
}

fn list(lines: &[Line], depth: usize, out: &mut String) {
    for line in lines {
        out.push_str(&format!("{}- {}\n", "  ".repeat(depth), one_line(&line.text)));
        list(&line.parts, depth + 1, out);
    }
}

/// Code in a fence longer than any in the code.
fn fenced(language: &str, code: &str, out: &mut String) {
    let mut longest = 0;
    let mut run = 0;
    for c in code.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat((longest + 1).max(3));
    out.push_str(&format!("{fence}{language}\n"));
    for line in code.lines() {
        out.push_str(&escape(line));
        out.push('\n');
    }
    out.push_str(&format!("{fence}\n"));
}
