//! The steps of a check apart, on manifests in memory: `cargo bench --bench parts`.
//!
//! Each step is measured alone on what the steps before it made, so the shares can be compared:
//! all rules together should cost no more than a third of the parsing.

mod manifest;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use jiff::civil::{Date, date};
use manifest::{Faults, Made, make};
use tillit::assess::assess;
use tillit::config::Config;
use tillit::examine::Examined;
use tillit::finding::Mistake;
use tillit::lint::{Alone, Coverage, FileReport, Linter, finish};
use tillit::report::{Options, json};
use tillit::schema::Manifest;
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::yaml::{Document, Documents, Limits};

const MANIFESTS: usize = 50;
const TODAY: Date = date(2026, 11, 21);

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    steps(&mut criterion);
    start(&mut criterion);
    criterion.final_summary();
}

fn load() -> Result<Linter, Vec<Mistake>> {
    Linter::new(&Config::default(), &[], TODAY, Lang::En)
}

fn documents(text: &str) -> impl Iterator<Item = Document<'_>> {
    Documents::new(text, Limits::default(), false)
}

fn check(linter: &Linter, number: usize, text: &str) -> FileReport {
    let source = Arc::new(SourceFile::new(format!("{number}.tillit.yaml"), text));
    linter.check(source, &Alone)
}

fn steps(criterion: &mut Criterion) {
    let Ok(linter) = load() else {
        return eprintln!("the built-in rules do not load; `cargo test` says why");
    };
    let rules = &linter.rules;
    for faults in [Faults::None, Faults::EveryFifth, Faults::FiveEach] {
        let made: Vec<Made> = (1..=MANIFESTS).map(|number| make(number, faults)).collect();
        let count: usize = made.iter().map(|m| m.rules.len()).sum();
        let texts: Vec<&str> = made.iter().map(|m| m.text.as_str()).collect();
        let trees: Vec<Document<'_>> = texts.iter().flat_map(|text| documents(text)).collect();
        let read = |tree| Manifest::read(tree, &rules.shape, &rules.vocabularies, true);
        let bytes: usize = texts.iter().map(|text| text.len()).sum();
        let mut group = criterion.benchmark_group(format!("{count} faults"));
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function("1 tree", |b| {
            b.iter(|| {
                texts
                    .iter()
                    .flat_map(|text| documents(text))
                    .map(|d| d.len())
                    .sum::<usize>()
            });
        });
        group.bench_function("2 schema", |b| {
            b.iter(|| trees.iter().map(|tree| read(tree).problems.len()).sum::<usize>());
        });
        group.bench_function("2-3 schema and facts", |b| {
            b.iter(|| {
                for tree in &trees {
                    black_box(assess(&mut read(tree), rules, &linter.intrusion, TODAY));
                }
            });
        });
        let assessed: Vec<_> = trees
            .iter()
            .map(|tree| {
                let mut manifest = read(tree);
                let facts = assess(&mut manifest, rules, &linter.intrusion, TODAY);
                (manifest, facts.instance)
            })
            .collect();
        group.bench_function("4 rules", |b| {
            b.iter(|| {
                let mut hits = 0;
                for (manifest, facts) in &assessed {
                    let mut examined = Examined::new(manifest, rules, *facts, TODAY);
                    let packs = examined.active_packs();
                    hits += examined.hits(&packs, Lang::En).len();
                }
                hits
            });
        });
        group.bench_function("1-5 whole check", |b| {
            b.iter(|| {
                let reports = texts.iter().enumerate().map(|(n, text)| check(&linter, n, text));
                reports.map(|r| r.findings.len()).sum::<usize>()
            });
        });
        let reports = texts.iter().enumerate().map(|(n, text)| check(&linter, n, text));
        let run = finish(&linter, reports.collect(), Coverage::Whole);
        group.bench_function("6 JSON report", |b| {
            let mut out = Vec::new();
            b.iter(|| {
                out.clear();
                json::render(&linter, &run, Options::default(), &mut out).map(|()| out.len())
            });
        });
        group.finish();
    }
}

fn start(criterion: &mut Criterion) {
    criterion.bench_function("load rules", |b| b.iter(|| load().is_ok()));
}
