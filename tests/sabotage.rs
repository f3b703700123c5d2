//! Every wrong protocol of Spec 12, and beyond it, is caught by its property, and soon; the right
//! protocol, in the same scenarios with the same seeds, keeps every property.

use mirrorsim::batch::{Job, Repeat};
use mirrorsim::mutants::{Length, search};
use mirrorsim::protocol::Sabotage;
use mirrorsim::report::VerdictWord;
use mirrorsim::scenario::Scenario;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::thread;

/// Seeds within which each must be caught.
const SEEDS: u64 = 8;

fn present() -> Vec<Sabotage> {
    Sabotage::ALL.iter().chain(Sabotage::BEYOND).copied().collect()
}

/// The run with seed 0 of the scenario that is named after a wrong protocol, with these keys changed.
fn job(sabotage: Sabotage, sets: &[(&str, &str)]) -> Job {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/sabotage");
    let path = folder.join(format!("{sabotage}.json"));
    let text = std::fs::read_to_string(&path).expect("each has its scenario");
    let sets = sets.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let scenario = Scenario::parse(&text, &sets.collect::<Vec<_>>());
    let scenario = scenario.unwrap_or_else(|error| panic!("{error}"));
    let scenario = Arc::new(scenario);
    Job { scenario, traces: Arc::default(), seed: 0, repeat: Repeat::Once }
}

/// Does `work` for all of them on two threads.
fn each(work: impl Fn(Sabotage) + Sync) {
    let present = present();
    thread::scope(|scope| {
        let work = &work;
        for half in present.chunks(present.len().div_ceil(2)) {
            scope.spawn(move || half.iter().for_each(|sabotage| work(*sabotage)));
        }
    });
}

#[test]
fn each_has_a_scenario_named_after_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/sabotage");
    let files = std::fs::read_dir(folder).expect("the folder is there");
    let names = files.map(|file| file.expect("it can be listed").file_name());
    let found: BTreeSet<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    let named = present().into_iter().map(|sabotage| format!("{sabotage}.json"));
    assert_eq!(found, named.collect());
    for sabotage in present() {
        let job = job(sabotage, &[]);
        assert_eq!(job.scenario.parameters.sabotage, Some(sabotage));
        assert!(job.scenario.description.len() > 40, "{sabotage} says what it shows");
    }
}

#[test]
fn each_is_caught_by_its_property() {
    each(|sabotage| {
        let found = search(&job(sabotage, &[]), sabotage.property(), SEEDS, Length::NotAsked);
        let found = found.unwrap_or_else(|trouble| panic!("{sabotage}: {trouble}"));
        assert!(found.caught_ns.is_some(), "{sabotage} by {}: {found:?}", sabotage.property());
    });
}

#[test]
fn the_right_protocol_keeps_every_property_where_they_break_one() {
    each(|sabotage| {
        let right = job(sabotage, &[("sabotage", "null"), ("expect", "{}")]);
        for seed in 0..SEEDS {
            let report = Job { seed, ..right.clone() }.run();
            let report = report.unwrap_or_else(|trouble| panic!("{sabotage}: {trouble}"));
            let violations = &report.violations;
            assert_eq!(report.verdict, VerdictWord::Pass, "{sabotage}: {seed}: {violations:?}");
        }
    });
}
