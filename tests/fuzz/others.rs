//! The other files that people or commands write: experiments, baselines, indexes of failures,
//! manifests, tapes, rows.

use crate::cases;
use crate::corpus::{CORPUS, Corpus};
use crate::edits::Edit;
use crate::noise::Noise;
use mirrorsim::batch;
use mirrorsim::random::Seeded;
use mirrorsim::random::tape::{Heading, Recording, Tape};
use mirrorsim::results::baseline::Baseline;
use mirrorsim::results::{Manifest, saved, table};
use mirrorsim::scenario::Scenario;
use mirrorsim::scenario::experiment::Experiment;
use mirrorsim::workload::Traces;
use proptest::prelude::*;
use std::sync::LazyLock;

/// A short run's decisions, as `run --record` writes them.
static TAPE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let text = r#"{ "clients": [{ "workload": { "count": 5 } }], "wan": { "loss": "10%" } }"#;
    let scenario = Scenario::parse(text, &[]).expect("it makes sense");
    let mut tape = Vec::new();
    let heading = Heading::new(scenario.hash(), 1);
    let mut recording = Recording::new(Seeded::new(1), &heading, &mut tape);
    batch::run_with(&scenario, 1, &mut recording, &Traces::new(), None, &mut |_, _| {})
        .expect("it runs");
    recording.finish().expect("memory takes it");
    assert!(Tape::read(&tape[..]).is_ok(), "a tape reads back");
    tape
});

/// An index of failures, as `check --save-failures` writes it.
const INDEX: &str = r#"{"format":"mirrorsim-failures/1","file":"a-seed-4-00.json","from":"a.json","seed":4,"scenario_hash":"00","version":"0.1.0","outcome":"fail","violation":null,"reasons":["no"]}
"#;

/// A change of a tree whose places are those of a file like these.
fn edited(files: &[crate::corpus::Written], which: prop::sample::Index, edits: &[Edit]) -> String {
    let mut value = which.get(files).value.clone();
    edits.iter().for_each(|edit| edit.apply(&mut value));
    value.to_string()
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn experiments_that_are_mutated_are_refused_or_planned(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec(Edit::any(), 0..4),
        noise in prop::collection::vec(Noise::any(), 0..2),
        point in any::<u64>(),
    ) {
        let Corpus { experiments, .. } = &*CORPUS;
        let mut bytes = edited(experiments, which, &edits).into_bytes();
        noise.iter().for_each(|noise| noise.apply(&mut bytes));
        let text = String::from_utf8_lossy(&bytes);
        match Experiment::parse(&text) {
            Ok(experiment) => {
                let point = point % experiment.points();
                prop_assert!(!experiment.overrides(point, 0).iter().any(|(key, _)| key.is_empty()));
                prop_assert_eq!(experiment.at(point).len(), experiment.axes.len());
            }
            Err(error) => {
                let words = error.render("e.json");
                let names = error.line().is_some() || words.contains('`') || text.trim().is_empty();
                prop_assert!(names, "it names no place: {words}");
                prop_assert!(words.chars().count() < 4000, "it goes on for {}", words.len());
            }
        }
    }

    #[test]
    fn files_of_results_that_are_damaged_are_refused_or_read(
        noise in prop::collection::vec(Noise::any(), 1..4),
    ) {
        let damaged = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            noise.iter().for_each(|noise| noise.apply(&mut bytes));
            bytes
        };
        prop_assert!(saved::from_lines(INDEX).is_ok());
        let tape = damaged(&TAPE);
        let _ = Tape::read(&tape[..]).map_err(|error| error.to_string());
        let index = damaged(INDEX.as_bytes());
        let _ = saved::from_lines(&String::from_utf8_lossy(&index));
        for line in String::from_utf8_lossy(&index).lines() {
            let _ = table::read(line);
        }
        let manifest = damaged(INDEX.replace("failures/", "results/").as_bytes());
        let _ = Manifest::parse(&manifest);
        let baseline = damaged(include_bytes!("../../results/baseline.json").get(..4000).unwrap_or(&[]));
        let _ = Baseline::parse(&String::from_utf8_lossy(&baseline));
    }
}
