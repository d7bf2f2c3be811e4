//! The YAML files that come with the program: their text, and their trees as the build left them.

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

use crate::yaml::{Document, Documents, Limits};

/// A file below `rules/`.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// Its path in the repository.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Its tree; of a rule, that of its deciding part.
    tape: &'static [u8],
}

impl Builtin {
    /// The tree without parsing; of a rule, that of its deciding part.
    pub fn document(&self) -> Document<'static> {
        Document::from_tape(self.text, self.tape)
    }

    /// The keys at the top of a file.
    pub fn keys(&self) -> Vec<String> {
        let document = self.document();
        let keys = document.root().into_iter().flat_map(|root| document.entries(root));
        keys.filter_map(|(key, _)| document.text(key))
            .map(str::to_owned)
            .collect()
    }

    /// The whole tree, parsed.
    pub fn parsed(&self, comments: bool) -> Document<'static> {
        Documents::new(self.text, Limits::default(), comments)
            .next()
            .unwrap_or_default()
    }
}

/// The rules, by name.
pub fn rules() -> &'static [Builtin] {
    RULES
}

/// A file that is not a rule, such as `rules/vocabulary.yaml`.
pub fn file(name: &str) -> Builtin {
    let empty = Builtin {
        name: "",
        text: "",
        tape: &[],
    };
    FILES.iter().find(|f| f.name == name).copied().unwrap_or(empty)
}
