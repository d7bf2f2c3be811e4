//! The systems of one side, as far as comparing needs them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::agreement::{Broken, Content, Line, Record, name_of};
use crate::assess::assess;
use crate::examine::{Examined, Truth};
use crate::lint::Linter;
use crate::schema::{InstanceId, Manifest};
use crate::shape::ScopeId;
use crate::source::{SourceFile, Span};
use crate::text::not_text;
use crate::yaml::{Document, Documents};

use super::items::GROUPS;
use super::{Note, RULES};

/// A file of one side.
#[derive(Clone, Debug)]
pub struct Given {
    /// What people call it.
    pub name: Arc<str>,
    /// Its path below what was named; empty where it was named itself.
    pub inside: Arc<str>,
    /// What it holds, or why it was not read.
    pub bytes: Result<Vec<u8>, String>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// What people call the file.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// Something that was not compared, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What people call the file.
    pub file: Arc<str>,
    /// The line, where there is one to look at.
    pub line: Option<u32>,
    /// Why, in the language of the run.
    pub reason: String,
    pub(super) inside: Arc<str>,
    /// The system, where it is known which.
    pub(super) system: Option<String>,
}

impl From<Note> for Trouble {
    fn from(note: Note) -> Trouble {
        Trouble {
            file: note.file,
            line: note.line,
            reason: note.message,
            inside: "".into(),
            system: None,
        }
    }
}

/// Everything on one side.
#[derive(Debug, Default)]
pub struct Side {
    pub(super) systems: Vec<System>,
    pub(super) troubles: Vec<Trouble>,
    /// Number of files that are the same on both sides and not compared.
    pub(super) alike: usize,
}

impl Side {
    /// Adds what another file holds.
    pub fn extend(&mut self, other: Side) {
        self.systems.extend(other.systems);
        self.troubles.extend(other.troubles);
        self.alike += other.alike;
    }

    /// Whether there is nothing, and nothing that could not be read either.
    pub fn is_empty(&self) -> bool {
        self.systems.is_empty() && self.troubles.is_empty() && self.alike == 0
    }
}

/// A system on one side.
#[derive(Debug)]
pub(super) struct System {
    pub(super) id: String,
    /// The record of an agreement says so, not a manifest.
    pub(super) is_record: bool,
    pub(super) inside: Arc<str>,
    pub(super) at: Mark,
    pub(super) digest: String,
    /// Left out where the file is the same on the other side: then there is nothing to tell of it.
    pub(super) known: Option<Box<Known>>,
}

impl System {
    /// Whether nothing material is said of it.
    pub(super) fn is_empty(&self) -> bool {
        self.known
            .as_ref()
            .is_none_or(|known| known.content.lines().next().is_none())
    }
}

/// What is told of a system.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) name: Option<String>,
    pub(super) content: Content,
    /// Where each line of the content stands, and each item.
    pub(super) places: BTreeMap<String, Mark>,
    pub(super) groups: Vec<String>,
    /// What people call the groups, by what they go by.
    pub(super) called: BTreeMap<String, String>,
    /// What asks for something when it changes; nothing is known of that by a record.
    pub(super) asks: Option<Asks>,
}

impl Known {
    /// Whether a purpose says that workers are monitored. Control of workers is a wider word: keeping time is that, too.
    pub(super) fn monitors(&self, linter: &Linter) -> bool {
        self.has_tag(linter, ["purposes", "area"], "purposes", "declares-monitoring")
    }

    /// Whether it is retired or suspended.
    pub(super) fn is_out_of_use(&self, linter: &Linter) -> bool {
        self.has_tag(linter, ["", "system.status"], "statuses", "out-of-use")
    }

    /// Whether a term in a field of a list has a tag.
    fn has_tag(&self, linter: &Linter, [list, field]: [&str; 2], vocabulary: &str, tag: &str) -> bool {
        let vocabularies = &linter.rules.vocabularies;
        let Some(vocabulary) = vocabularies.find(vocabulary).map(|number| vocabularies.get(number)) else {
            return false;
        };
        let lines = self.content.lines().map(|(_, line)| line);
        let mut lines = lines.filter(|line| line.list == list && line.field == field);
        lines.any(|line| {
            let term = line.value.as_str().and_then(|term| vocabulary.find(term));
            term.is_some_and(|term| {
                vocabulary.terms[usize::from(term)]
                    .tags
                    .iter()
                    .any(|known| known == tag)
            })
        })
    }
}

/// The packs that count for a system, and by the rules about changes the numbers of the clauses that do, or that may,
/// with the fields whose answers decide.
#[derive(Debug)]
pub(super) struct Asks {
    pub(super) packs: Vec<bool>,
    pub(super) clauses: [Vec<(usize, Vec<String>)>; RULES.len()],
}

/// Reads what a file holds: manifests, or the record of an agreement. `alike` says that the same file is on the other
/// side, so that nothing is to be told of it.
pub fn read(linter: &Linter, given: Given, alike: bool) -> Side {
    let mut reader = Reader {
        linter,
        name: given.name,
        inside: given.inside,
        keep: !alike,
        side: Side::default(),
    };
    match given.bytes {
        Ok(bytes) => match SourceFile::from_bytes(Arc::clone(&reader.name), bytes) {
            Ok(source) => reader.source(&Arc::new(source)),
            Err((_, error)) => reader.trouble(None, None, not_text(error).0.get(linter.lang)),
        },
        Err(reason) => reader.trouble(None, None, &reason),
    }
    let mut side = reader.side;
    if alike && !side.troubles.is_empty() {
        side.troubles.clear();
        side.alike = 1;
    }
    side
}

struct Reader<'a> {
    linter: &'a Linter,
    name: Arc<str>,
    inside: Arc<str>,
    keep: bool,
    side: Side,
}

impl Reader<'_> {
    fn trouble(&mut self, line: Option<u32>, system: Option<&str>, reason: &str) {
        self.side.troubles.push(Trouble {
            file: Arc::clone(&self.name),
            line,
            reason: reason.to_owned(),
            inside: Arc::clone(&self.inside),
            system: system.map(str::to_owned),
        });
    }

    fn mark(&self, source: &SourceFile, span: Span) -> Mark {
        let at = source.position(span.start);
        Mark {
            file: Arc::clone(&self.name),
            line: at.line,
            column: at.column,
        }
    }

    fn source(&mut self, source: &Arc<SourceFile>) {
        let lang = self.linter.lang;
        let mut documents = 0;
        for document in Documents::new(source.text(), self.linter.limits, false) {
            documents += 1;
            let root = document.root();
            if documents == 1 && root.is_some_and(|root| document.get(root, "tillit_agreement").is_some()) {
                return self.record(source);
            }
            self.document(source, &document);
        }
        if documents == 0 {
            let empty = lang.pick("the file holds no manifest", "filen inneholder ikke noe manifest");
            self.trouble(None, None, empty);
        }
    }

    fn document(&mut self, source: &SourceFile, document: &Document<'_>) {
        let (linter, lang) = (self.linter, self.linter.lang);
        let line = |span: Span| Some(source.position(span.start).line);
        let yaml = document.problems.first();
        let yaml = yaml.map(|problem| (line(problem.span), problem.describe(lang).0));
        if let Some((line, reason)) = yaml.clone().filter(|_| document.broken) {
            return self.trouble(line, None, &reason);
        }
        let rules = &linter.rules;
        let manifest = Manifest::read(document, &rules.shape, &rules.vocabularies, true);
        let id = manifest.text_at("system.id");
        let form = manifest.problems.first();
        let form = form.map(|problem| (line(problem.span), problem.kind.describe(lang).0));
        if let Some((line, reason)) = yaml.or(form) {
            return self.trouble(line, id, &reason);
        }
        let Some(id) = id else { return };
        let content = Content::of(&manifest, &rules.vocabularies);
        let at = self.mark(source, manifest.anchor(0).span);
        let digest = content.digest();
        let known = self.keep.then(|| {
            Box::new(Known {
                name: manifest.text_at("system.name").map(str::to_owned),
                places: self.places(source, &manifest, &content),
                groups: groups(&manifest).into_iter().map(|(_, called)| called).collect(),
                called: groups(&manifest).into_iter().collect(),
                content,
                ..self.examined(manifest)
            })
        });
        self.side.systems.push(System {
            id: id.to_owned(),
            is_record: false,
            inside: Arc::clone(&self.inside),
            at,
            digest,
            known,
        });
    }

    /// What conditions say of a manifest.
    fn examined(&self, manifest: Manifest<'_>) -> Known {
        // Its facts borrow from the rules, so here it lives no longer than they do.
        let mut manifest = manifest;
        let (rules, today) = (&self.linter.rules, self.linter.today);
        let facts = assess(&mut manifest, rules, &self.linter.intrusion, today);
        let mut examined = Examined::new(&manifest, rules, facts.instance, today);
        let packs = examined.active_packs();
        let clauses = RULES.map(|(_, rule)| {
            let Some(number) = rules.find(rule) else {
                return Vec::new();
            };
            let counting = examined.clauses(number, &packs);
            let rule = &rules.rules[number];
            let numbers = rule.bases.iter().enumerate();
            let clauses = numbers.filter_map(|(number, basis)| {
                if counting.iter().any(|other| std::ptr::eq(*other, basis)) {
                    return Some((number, Vec::new()));
                }
                let condition = rule.basis_if.get(number)?.as_ref()?;
                let mut open = Vec::new();
                if examined.truth(condition) == Truth::Unanswered {
                    examined.missing(condition, false, self.linter.lang, &mut open);
                }
                let fields = open.iter().filter_map(|name| name.strip_prefix('`')?.strip_suffix('`'));
                let open: Vec<String> = fields.map(str::to_owned).collect();
                (!open.is_empty()).then_some((number, open))
            });
            clauses.collect()
        });
        Known {
            asks: Some(Asks { packs, clauses }),
            ..Known::default()
        }
    }

    /// Where the lines of a content stand, and the items that they are about.
    fn places(&self, source: &SourceFile, manifest: &Manifest<'_>, content: &Content) -> BTreeMap<String, Mark> {
        let scopes = &manifest.shape.scopes;
        let mut items: HashMap<(ScopeId, String), InstanceId> = HashMap::new();
        for scope in (1..scopes.len()).filter(|scope| manifest.shape.is_material_list(*scope)) {
            for item in manifest.items_of(scope) {
                items.entry((scope, name_of(manifest, item))).or_insert(item);
            }
        }
        let mut places = BTreeMap::new();
        for ((scope, name), item) in &items {
            let mark = self.mark(source, manifest.anchor(*item).span);
            places.insert(path_of(&scopes[*scope].path, name), mark);
        }
        for (path, line) in content.lines() {
            let Some(scope) = scopes.iter().position(|scope| scope.path == line.list) else {
                continue;
            };
            let Some(slot) = scopes[scope].slot(&line.field) else {
                continue;
            };
            let instance = match &line.item {
                Some(name) => items.get(&(scope, name.clone())).copied(),
                None if scope == 0 => Some(0),
                None => manifest
                    .items_of(scope)
                    .find(|item| manifest.value(*item, slot).is_present()),
            };
            let Some(instance) = instance else { continue };
            places.insert(path.to_owned(), self.mark(source, manifest.place(instance, slot).span));
        }
        places
    }

    fn record(&mut self, source: &Arc<SourceFile>) {
        let lang = self.linter.lang;
        let agreed = match Record::read(source) {
            Ok(agreed) => agreed,
            Err(Broken::Form(mistakes)) => {
                let first = mistakes.first();
                let line = first.map(|mistake| source.position(mistake.span.start).line);
                let reason = first.map_or("", |mistake| mistake.message.get(lang));
                return self.trouble(line, None, reason);
            }
            Err(Broken::Later(_)) => {
                let reason = lang.pick(
                    "a later version of tillit wrote this record",
                    "en senere versjon av tillit skrev dette dokumentet",
                );
                return self.trouble(None, None, reason);
            }
            Err(Broken::Altered(what)) => return self.trouble(None, None, what.get(lang)),
        };
        let groups = agreed.content.get("subjects.groups").map(|line| &line.value);
        let groups = groups.and_then(|groups| groups.as_array()).into_iter().flatten();
        let known = Known {
            groups: groups.filter_map(|group| group.as_str().map(str::to_owned)).collect(),
            name: Some(agreed.record.name),
            content: agreed.content,
            ..Known::default()
        };
        self.side.systems.push(System {
            id: agreed.record.system,
            is_record: true,
            inside: Arc::clone(&self.inside),
            at: self.mark(source, Span::default()),
            digest: agreed.record.sha256,
            known: Some(Box::new(known)),
        });
    }
}

/// The path of an item of a list, as a change names it.
pub(super) fn path_of(list: &str, name: &str) -> String {
    let line = Line {
        list: list.to_owned(),
        item: Some(name.to_owned()),
        field: String::new(),
        value: serde_json::Value::Null,
    };
    line.path().trim_end_matches('.').to_owned()
}

/// The people concerned: what a group goes by, and what the manifest calls it.
fn groups(manifest: &Manifest<'_>) -> Vec<(String, String)> {
    let items = manifest.items(manifest.at(GROUPS));
    let names = items.map(|item| match manifest.field(item, "name") {
        crate::value::Value::Text(name) => (name_of(manifest, item), name.to_owned()),
        _ => (name_of(manifest, item), name_of(manifest, item)),
    });
    names.filter(|(_, name)| !name.trim().is_empty()).collect()
}
