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
    /// stays the same when other items come or go.
    pub fn stable(&self) -> String {
        self.render(|_, index, id| id.map_or_else(|| index.to_string(), str::to_owned))
    }

    /// The stable pointer with items named only in its first steps: below what was examined, an item is where
    /// something showed first, and which one that is depends on the order of a list.
    pub fn examined(&self, steps: usize) -> String {
        self.render(|step, index, id| match step < steps {
            true => id.map_or_else(|| index.to_string(), str::to_owned),
            false => String::new(),
        })
    }

    /// The top-level block that the place is in.
    pub fn block(&self) -> Pointer {
        Pointer(self.0.iter().take(1).cloned().collect())
    }

    /// The pointer with items named by their step, index and id.
    fn render(&self, name: impl Fn(usize, usize, Option<&str>) -> String) -> String {
        let mut out = String::new();
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) => {
                    if !out.is_empty() {
                        out.push('.');
                    }
                    out.push_str(key);
                }
                Step::Item(index, id) => out.push_str(&format!("[{}]", name(number, *index, id.as_deref()))),
            }
        }
        if out.is_empty() { "$".to_owned() } else { out }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(|_, index, _| index.to_string()))
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
        assert_eq!(p.examined(3), "data.inputs[badge].retention");
        assert_eq!(p.examined(0), "data.inputs[].retention");
        assert_eq!(Pointer::default().to_string(), "$");
    }
}
