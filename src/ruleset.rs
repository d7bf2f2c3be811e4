//! All rules of a run: those that come with the program and an organisation's own, loaded and
//! checked, with what the configuration says of them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::builtin::{self, Builtin};
use crate::config::{Config, Level};
use crate::finding::{Mistake, Severity, UNANSWERED_BLOCK};
use crate::rule::{self, Context, Definitions, Extent, Names, Pack, Rule, Source, Template, Variant};
use crate::shape::{Kind, ScopeId, Shape};
use crate::source::{SourceFile, Span};
use crate::text::{Lang, Localized, both, nearest, shown};
use crate::vocabulary::{OwnTermError, Vocabularies};

/// Name of the vocabulary of intrusion bands, whose terms stand in `rules/intrusion.yaml`.
pub const BANDS: &str = "intrusion_bands";

/// Scopes and slots of the facts.
#[derive(Clone, Copy, Debug)]
pub struct FactScopes {
    /// `$facts`
    pub top: ScopeId,
    /// `$facts.intrusion.flows[]`
    pub flows: ScopeId,
    /// `$facts.undeclared_capabilities[]`
    pub undeclared: ScopeId,
    /// `$facts.load[]`
    pub load: ScopeId,
    /// `$facts.reuse[]`
    pub reuse: ScopeId,
    /// `$facts.roles[]`
    pub roles: ScopeId,
    /// `$facts.suppliers[]`
    pub suppliers: ScopeId,
}

/// The rules of a run.
#[derive(Debug)]
pub struct RuleSet {
    /// Terms, with the organisation's own.
    pub vocabularies: Vocabularies,
    /// Fields of a manifest, and the facts.
    pub shape: Shape,
    /// Where the facts are.
    pub facts: FactScopes,
    /// Shared conditions.
    pub definitions: Definitions,
    /// What rules can rest on.
    pub packs: Vec<Pack>,
    /// What the configuration says of each pack.
    pub pack_switches: Vec<Option<bool>>,
    /// Where clauses come from.
    pub sources: Vec<Source>,
    /// The rules, by id.
    pub rules: Vec<Rule>,
    levels: Vec<Option<Level>>,
    by_id: HashMap<Arc<str>, usize>,
}

/// How rules are loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loading {
    /// For a run: the explaining part of a built-in rule is read when it is needed.
    Run,
    /// The explaining parts of the built-in rules are read and checked as well.
    Whole,
    /// For trying rules: a local one takes the place of a built-in one with the same id.
    Trial,
}

/// The id that a rule has by the name of its file.
pub fn rule_id(source: &SourceFile) -> String {
    let file = source.name().rsplit('/').next().unwrap_or_default();
    file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_owned()
}

fn file(builtin: Builtin) -> Arc<SourceFile> {
    Arc::new(SourceFile::new(builtin.name, builtin.text))
}

impl RuleSet {
    /// Loads the rules that come with the program and `local` ones, as the configuration says.
    ///
    /// # Errors
    /// Every mistake in the configuration and in the rule files.
    pub fn load(config: &Config, local: &[Arc<SourceFile>], how: Loading) -> Result<RuleSet, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut vocabularies = Vocabularies::builtin();
        vocabularies.insert_ordered(BANDS, bands().into_iter());
        add_own_terms(config, &mut vocabularies, &mut mistakes);
        let mut shape = Shape::builtin(&vocabularies).map_err(|error| vec![internal(&error)])?;
        let facts = add_facts(&mut shape, &vocabularies);
        let none = Definitions::default();
        let names = Names {
            shape: &shape,
            facts: facts.top,
            vocabularies: &vocabularies,
            definitions: &none,
        };
        let definitions = builtin::file("rules/definitions.yaml");
        let definitions = rule::load_definitions(&file(definitions), &definitions.document(), names)?;
        let names = Names {
            definitions: &definitions,
            ..names
        };
        let packs = builtin::file("rules/packs.yaml");
        let packs = rule::load_packs(&file(packs), &packs.document(), names)?;
        let sources = rule::load_sources(&builtin::file("rules/sources.yaml").document());
        let context = Context {
            names,
            packs: &packs,
            sources: &sources,
        };
        let mut rules: Vec<Rule> = Vec::new();
        let builtin = builtin::rules().iter().map(|b| (file(*b), Some(b)));
        for (source, builtin) in builtin.chain(local.iter().map(|s| (Arc::clone(s), None))) {
            let id = rule_id(&source);
            if builtin.is_some() && how == Loading::Trial && local.iter().any(|l| rule_id(l) == id) {
                continue;
            }
            let set = |name: &str| {
                let values = config.params.get(&id)?;
                let param = values.iter().find(|p| p.name == name)?;
                Some((param.value.clone(), Arc::clone(config.source.as_ref()?), param.value_at))
            };
            let in_place_of = |b: &Builtin| b.name.ends_with(&format!("/{id}.yaml"));
            let own = builtin.is_none() && !builtin::rules().iter().any(in_place_of);
            let loaded = match builtin {
                Some(builtin) if how != Loading::Whole => {
                    rule::load(&source, &builtin.document(), context, Extent::Head, false, &set)
                }
                _ => rule::parse(&source)
                    .and_then(|document| rule::load(&source, &document, context, Extent::Whole, own, &set)),
            };
            match loaded {
                Ok(rule) => rules.push(Rule {
                    builtin: builtin.is_some(),
                    ..rule
                }),
                Err(more) => mistakes.extend(more),
            }
        }
        check_ids(&rules, &mut mistakes);
        if mistakes.is_empty() {
            check_covers(&rules, &mut mistakes);
        }
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        let by_id: HashMap<Arc<str>, usize> = rules.iter().enumerate().map(|(n, r)| (Arc::clone(&r.id), n)).collect();
        let mut levels = vec![None; rules.len()];
        let mut pack_switches = vec![None; packs.len()];
        if let Some(source) = &config.source {
            let mut unknown = |what: (&str, &str), name: &str, at: Span, known: Vec<&str>| {
                let otherwise = match known.is_empty() {
                    _ if what.0 == "rule" => both("`tillit rules` lists them.", "`tillit rules` viser dem."),
                    true => both("There are none to set.", "Det er ingen å sette."),
                    false => both(
                        format!("Known: {}.", known.join(", ")),
                        format!("Kjente: {}.", known.join(", ")),
                    ),
                };
                let help = meant(nearest(name, known.iter().copied()), otherwise);
                let message = both(
                    format!("unknown {} `{name}`", what.0),
                    format!("ukjent {} `{name}`", what.1),
                );
                mistakes.push(Mistake {
                    source: Arc::clone(source),
                    span: at,
                    message,
                    help,
                });
            };
            let ids = || rules.iter().map(|r| &*r.id).collect::<Vec<_>>();
            let mut fixed = Vec::new();
            for (id, level, at) in &config.levels {
                match by_id.get(id.as_str()) {
                    Some(number) if has_one_level(&rules[*number], *level) => fixed.push((id, *at)),
                    Some(number) => levels[*number] = Some(*level),
                    None => unknown(("rule", "regel"), id, *at, ids()),
                }
            }
            for (id, at) in &config.param_rules {
                match by_id.get(id.as_str()).and_then(|n| rules.get(*n)) {
                    None => unknown(("rule", "regel"), id, *at, ids()),
                    Some(rule) => {
                        for param in config.params.get(id).into_iter().flatten() {
                            if !rule.params.iter().any(|p| p.name == param.name) {
                                let known = rule.params.iter().map(|p| p.name.as_str()).collect();
                                unknown(("parameter", "parameter"), &param.name, param.name_at, known);
                            }
                        }
                    }
                }
            }
            for (id, on, at) in &config.packs {
                match packs.iter().position(|p| &*p.id == id.as_str()) {
                    Some(number) => pack_switches[number] = Some(*on),
                    None => unknown(("pack", "pakke"), id, *at, packs.iter().map(|p| &*p.id).collect()),
                }
            }
            for (id, at) in fixed {
                mistakes.push(Mistake {
                    source: Arc::clone(source),
                    span: at,
                    message: both(
                        format!("the level of `{id}` cannot be set"),
                        format!("nivået for `{id}` kan ikke settes"),
                    ),
                    help: both(
                        "It is about the form of a manifest, which the other rules rely on. Only `unanswered-block: off` is possible, and shows the findings for a missing part one by one.",
                        "Regelen gjelder manifestets form, som de andre reglene bygger på. Bare `unanswered-block: off` er mulig, og viser funnene for en del som mangler, ett for ett.",
                    ),
                });
            }
        }
        if !mistakes.is_empty() {
            mistakes.sort_by(|a, b| (a.source.name(), a.span).cmp(&(b.source.name(), b.span)));
            return Err(mistakes);
        }
        Ok(RuleSet {
            vocabularies,
            shape,
            facts,
            definitions,
            packs,
            pack_switches,
            sources,
            rules,
            levels,
            by_id,
        })
    }

    /// The number of the rule with this id.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// True when the configuration has switched the rule off.
    pub fn is_off(&self, rule: usize) -> bool {
        self.levels.get(rule) == Some(&Some(Level::Off))
    }

    /// The severity that the configuration gives the rule.
    pub fn level(&self, rule: usize) -> Option<Severity> {
        match self.levels.get(rule) {
            Some(Some(Level::At(severity))) => Some(*severity),
            _ => None,
        }
    }

    /// What a rule file is checked against.
    pub fn context(&self) -> Context<'_> {
        let names = Names {
            shape: &self.shape,
            facts: self.facts.top,
            vocabularies: &self.vocabularies,
            definitions: &self.definitions,
        };
        Context {
            names,
            packs: &self.packs,
            sources: &self.sources,
        }
    }

    /// The message of a rule, cut at its placeholders when it is first needed.
    pub fn message<'a>(&'a self, rule: &'a Rule, variant: &'a Variant, lang: Lang) -> &'a Template {
        let both = variant.message.get_or_init(|| rule.templates(variant, self.context()));
        match lang {
            Lang::En => &both[0],
            Lang::Nb => &both[1],
        }
    }
}

/// What is wrong with the form of a manifest has one level, since the other rules rely on it. Only
/// the finding for a missing block may be off: those that it stands for are shown instead.
fn has_one_level(rule: &Rule, level: Level) -> bool {
    let shows_others = &*rule.id == UNANSWERED_BLOCK && level == Level::Off;
    rule.builtin && &*rule.category == "form" && !rule.waivable && !shows_others
}

fn internal(error: &str) -> Mistake {
    let message = both(
        format!("the built-in schema does not fit: {error}"),
        format!("det innebygde skjemaet passer ikke: {error}"),
    );
    Mistake {
        source: Arc::new(SourceFile::new("schemas/manifest.v1.schema.json", "")),
        span: Span::default(),
        message,
        help: Localized::default(),
    }
}

/// Ids and labels of the bands, lowest first.
fn bands() -> Vec<(String, Localized)> {
    let document = builtin::file("rules/intrusion.yaml").document();
    let list = document.root().and_then(|root| document.get(root, "bands"));
    let text = |node, key: &str| {
        document
            .get(node, key)
            .and_then(|n| document.text(n))
            .unwrap_or_default()
            .to_owned()
    };
    list.map_or_else(Vec::new, |list| {
        document
            .children(list)
            .map(|b| (text(b, "id"), both(text(b, "en"), text(b, "nb"))))
            .collect()
    })
}

fn add_facts(shape: &mut Shape, vocabularies: &Vocabularies) -> FactScopes {
    let text_list = || Kind::List(Box::new(Kind::Text));
    let capability = vocabularies.find("capabilities").map_or(Kind::Text, Kind::Term);
    let band = vocabularies.find(BANDS).map_or(Kind::Text, Kind::Term);
    let flows = shape.add_scope("$facts.intrusion.flows", &[("id", Kind::Text), ("score", Kind::Count)]);
    let undeclared = shape.add_scope(
        "$facts.undeclared_capabilities",
        &[("supplier", Kind::Text), ("capability", capability)],
    );
    let load = shape.add_scope(
        "$facts.load",
        &[
            ("group", Kind::Text),
            ("systems", text_list()),
            ("flows", Kind::Count),
            ("assessed", Kind::Flag),
        ],
    );
    let areas = vocabularies.find("purposes").map_or(Kind::Text, Kind::Term);
    let reuse = shape.add_scope(
        "$facts.reuse",
        &[
            ("data", Kind::Text),
            ("system", Kind::Text),
            ("from", Kind::Text),
            ("areas", Kind::List(Box::new(areas))),
            ("stated", Kind::Flag),
        ],
    );
    let roles = shape.add_scope(
        "$facts.roles",
        &[
            ("name", Kind::Text),
            ("systems", text_list()),
            ("both_sides", Kind::Flag),
            ("data_protection_officer", Kind::Flag),
        ],
    );
    let suppliers = shape.add_scope(
        "$facts.suppliers",
        &[
            ("name", Kind::Text),
            ("systems", text_list()),
            ("fields", text_list()),
            ("product_named", Kind::Flag),
        ],
    );
    let top = shape.add_scope(
        "$facts",
        &[
            ("today", Kind::Date),
            ("due.evaluation", Kind::Date),
            ("due.test", Kind::Date),
            ("due.deletions", Kind::List(Box::new(Kind::Date))),
            ("intrusion.score", Kind::Count),
            ("intrusion.band", band),
            ("intrusion.flows", Kind::Items(flows)),
            ("safeguards.score", Kind::Count),
            ("safeguards.missing", text_list()),
            ("undeclared_capabilities", Kind::Items(undeclared)),
            ("load", Kind::Items(load)),
            ("reuse", Kind::Items(reuse)),
            ("roles", Kind::Items(roles)),
            ("suppliers", Kind::Items(suppliers)),
        ],
    );
    FactScopes {
        top,
        flows,
        undeclared,
        load,
        reuse,
        roles,
        suppliers,
    }
}

/// The name that was probably meant, or else something to go by.
fn meant(near: Option<&str>, otherwise: Localized) -> Localized {
    match near {
        Some(near) => both(format!("Did you mean `{near}`?"), format!("Mente du `{near}`?")),
        None => otherwise,
    }
}

fn add_own_terms(config: &Config, vocabularies: &mut Vocabularies, mistakes: &mut Vec<Mistake>) {
    for (own, at) in &config.terms {
        let Err(error) = vocabularies.add(own) else { continue };
        let (message, help) = match error {
            OwnTermError::Vocabulary => (
                both(
                    format!("there is no vocabulary `{}`", own.vocabulary),
                    format!("det finnes ingen ordliste `{}`", own.vocabulary),
                ),
                meant(
                    nearest(&own.vocabulary, vocabularies.iter().map(|v| v.name.as_str())),
                    both(
                        "The open ones stand in rules/vocabulary.yaml.",
                        "De åpne står i rules/vocabulary.yaml.",
                    ),
                ),
            ),
            OwnTermError::Closed => (
                both(
                    format!("the vocabulary `{}` takes no own terms", own.vocabulary),
                    format!("ordlisten `{}` kan ikke utvides", own.vocabulary),
                ),
                both(
                    "Its terms are fixed, because rules depend on each of them.",
                    "Ordene er faste, fordi regler bygger på hvert av dem.",
                ),
            ),
            OwnTermError::Id => (
                both(
                    format!("`{}` cannot be a term", shown(&own.id)),
                    format!("`{}` kan ikke være et ord", shown(&own.id)),
                ),
                both(
                    "Use lower-case letters a-z, digits and hyphens; `unknown` means that something is not answered.",
                    "Bruk små bokstaver a–z, sifre og bindestrek; `unknown` betyr at noe ikke er besvart.",
                ),
            ),
            OwnTermError::Tag(tag) => {
                let known = vocabularies.iter().flat_map(|v| &v.terms).flat_map(|t| &t.tags);
                (
                    both(
                        format!("`{}` has an unknown tag, `{}`", own.id, shown(&tag)),
                        format!("`{}` har en ukjent merkelapp, `{}`", own.id, shown(&tag)),
                    ),
                    match nearest(&tag, known.map(String::as_str)) {
                        Some(near) => both(format!("Did you mean `{near}`?"), format!("Mente du `{near}`?")),
                        None => both(
                            "The tags stand in rules/tags.yaml.",
                            "Merkelappene står i rules/tags.yaml.",
                        ),
                    },
                )
            }
            OwnTermError::Taken => (
                both(
                    format!("`{}` is already a term", own.id),
                    format!("`{}` finnes allerede", own.id),
                ),
                both("Choose another word.", "Velg et annet ord."),
            ),
            OwnTermError::IsA => (
                both(
                    format!("`{}` is not a known term", own.is_a),
                    format!("`{}` er ikke et kjent ord", own.is_a),
                ),
                meant(
                    vocabularies
                        .find(&own.vocabulary)
                        .and_then(|number| nearest(&own.is_a, vocabularies.get(number).ids())),
                    both(
                        "`is_a` names a term that comes with tillit, or one declared above.",
                        "`is_a` oppgir et ord som følger med tillit, eller et som er oppgitt over.",
                    ),
                ),
            ),
        };
        if let Some(source) = &config.source {
            mistakes.push(Mistake {
                source: Arc::clone(source),
                span: *at,
                message,
                help,
            });
        }
    }
}

/// Two rules with one id.
fn check_ids(rules: &[Rule], mistakes: &mut Vec<Mistake>) {
    let mut seen: HashMap<&str, &Rule> = HashMap::new();
    for rule in rules {
        if let Some(first) = seen.insert(&rule.id, rule) {
            let other = first.source.name();
            mistakes.push(Mistake {
                source: Arc::clone(&rule.source),
                span: rule.id_span,
                message: both(
                    format!("the rule id `{}` is taken by {other}", rule.id),
                    format!("regel-id-en `{}` er opptatt av {other}", rule.id),
                ),
                help: both(
                    "Choose another id for your own rule.",
                    "Velg en annen id for din egen regel.",
                ),
            });
        }
    }
}

/// A rule that covers what is no rule, or itself.
fn check_covers(rules: &[Rule], mistakes: &mut Vec<Mistake>) {
    let is_known = |id: &str, rule: &Rule| id != &*rule.id && rules.iter().any(|r| *r.id == *id);
    for rule in rules {
        for (id, span) in rule.covers.iter().filter(|(id, _)| !is_known(id, rule)) {
            mistakes.push(Mistake {
                source: Arc::clone(&rule.source),
                span: *span,
                message: both(
                    format!("`covers`: there is no other rule `{}`", shown(id)),
                    format!("`covers`: det finnes ingen annen regel `{}`", shown(id)),
                ),
                help: meant(
                    nearest(id, rules.iter().map(|r| &*r.id).filter(|known| *known != &*rule.id)),
                    both("`tillit rules` lists them.", "`tillit rules` viser dem."),
                ),
            });
        }
    }
}

/// The names of the packs.
pub fn pack_names() -> Vec<String> {
    builtin::file("rules/packs.yaml").keys()
}
