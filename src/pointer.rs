//! A place in a document by name (`data.inputs[2].retention`), not by line.

use std::fmt;

/// One step of a [`Pointer`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The value of a key in a mapping.
    Key(String),
    /// An item of a list: its index from 0 and, where it has one, its `id` or `name`.
    Item(usize, Option<String>),
}

/// The way from the top of a document to a place in it. The empty pointer is the document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pointer(pub Vec<Step>);

impl Pointer {
    /// The pointer with items named by their `id` or `name` instead of their index, so that it
    /// stays the same when other items come or go. Fingerprints are made from it.
    pub fn stable(&self) -> String {
        self.render(true)
    }

    /// The top-level block that the place is in.
    pub fn block(&self) -> Pointer {
        Pointer(self.0.iter().take(1).cloned().collect())
    }

    fn render(&self, by_id: bool) -> String {
        let mut out = String::new();
        for step in &self.0 {
            match step {
                Step::Key(key) => {
                    if !out.is_empty() {
                        out.push('.');
                    }
                    out.push_str(key);
                }
                Step::Item(_, Some(id)) if by_id => out.push_str(&format!("[{id}]")),
                Step::Item(index, _) => out.push_str(&format!("[{index}]")),
            }
        }
        if out.is_empty() { "$".to_owned() } else { out }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_by_index_and_kept_by_id() {
        let key = |k: &str| Step::Key(k.to_owned());
        let p = Pointer(vec![
            key("data"),
            key("inputs"),
            Step::Item(2, Some("badge".to_owned())),
            key("retention"),
        ]);
        assert_eq!(p.to_string(), "data.inputs[2].retention");
        assert_eq!(p.stable(), "data.inputs[badge].retention");
        assert_eq!(Pointer::default().to_string(), "$");
    }
}
