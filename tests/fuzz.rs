//! Files that people write, mutated: whatever a scenario file becomes, it is refused with a message
//! that says where, or it runs without a panic.
//!
//! The number of cases and their seed are fixed, so that every machine tests the same. A long run by
//! hand multiplies the number: `MIRRORSIM_FUZZ=1000 cargo test --release --test fuzz`.

#[path = "fuzz/corpus.rs"]
mod corpus;
#[path = "fuzz/edits.rs"]
mod edits;
#[path = "fuzz/noise.rs"]
mod noise;
#[path = "fuzz/others.rs"]
mod others;
#[path = "fuzz/runs.rs"]
mod runs;

use corpus::{CORPUS, Written};
use edits::Edit;
use mirrorsim::scenario::Scenario;
use noise::Noise;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use std::cell::Cell;

/// So many cases, or a multiple of them.
fn cases(usual: u32) -> ProptestConfig {
    let factor = std::env::var("MIRRORSIM_FUZZ").ok();
    let factor = factor.map_or(1, |text| text.parse().expect("MIRRORSIM_FUZZ is a number"));
    ProptestConfig {
        cases: usual.saturating_mul(factor),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x6d69_7272_6f72),
        max_global_rejects: u32::MAX,
        ..ProptestConfig::default()
    }
}

/// A refusal says where: a line, a key, or an override; and it does not repeat the file.
fn check_refusal(text: &str, overrides: &[(String, String)]) -> Result<(), TestCaseError> {
    let Err(error) = Scenario::parse(text, overrides) else { return Ok(()) };
    let words = error.render("f.json");
    let names = error.line().is_some() || words.contains('`') || words.contains("--set ");
    prop_assert!(names || text.trim().is_empty(), "it names no place: {words}");
    prop_assert!(words.chars().count() < 4000, "it goes on for {} letters", words.chars().count());
    Ok(())
}

/// Parsed, written out and parsed again, a scenario is the same, and so is its name.
fn check_roundtrip(scenario: &Scenario) -> Result<(), TestCaseError> {
    let again = Scenario::parse(scenario.canonical(), &[]);
    let again = again.map_err(|error| TestCaseError::fail(error.render("canonical")))?;
    prop_assert_eq!(scenario.canonical(), again.canonical());
    prop_assert_eq!(scenario.hash(), again.hash());
    prop_assert_eq!(format!("{scenario:?}"), format!("{again:?}"));
    Ok(())
}

#[test]
fn every_scenario_file_reads_back_as_itself() {
    for Written { name, text, .. } in &CORPUS.scenarios {
        let scenario = Scenario::parse(text, &[]).unwrap_or_else(|error| panic!("{name}: {error}"));
        check_roundtrip(&scenario).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(CORPUS.scenarios.len() > 100, "the scenarios are found");
}

proptest! {
    #![proptest_config(cases(1500))]

    /// Bytes changed, taken out, put in, doubled; cut off; NUL; brackets a thousand deep.
    #[test]
    fn text_that_is_damaged_is_refused_or_read(
        which in any::<prop::sample::Index>(),
        noise in prop::collection::vec(Noise::any(), 1..4),
    ) {
        let mut bytes = which.get(&CORPUS.scenarios).text.clone().into_bytes();
        noise.iter().for_each(|noise| noise.apply(&mut bytes));
        check_refusal(&String::from_utf8_lossy(&bytes), &[])?;
    }

    #[test]
    fn overrides_that_make_no_sense_are_refused(
        which in any::<prop::sample::Index>(),
        key in any::<prop::sample::Index>(),
        tail in "([.]?[a-z0-9.]{0,6})?",
        value in edits::hostile(),
    ) {
        let key = format!("{}{tail}", key.get(&CORPUS.keys));
        let text = &which.get(&CORPUS.scenarios).text;
        check_refusal(text, &[(key, value.to_string())])?;
    }
}

/// Values of another kind, far too large, of another scenario; keys gone, doubled, misspelt. What is
/// accepted reads back as itself, and runs; and enough is accepted.
#[test]
fn scenarios_that_are_mutated_are_refused_or_run() {
    let mutants =
        (any::<prop::sample::Index>(), prop::collection::vec(Edit::any(), 1..5), 0..1000_u64);
    let config = cases(600);
    let (all, accepted, ran) = (u64::from(config.cases), Cell::new(0), Cell::new(0));
    let tried = TestRunner::new(config).run(&mutants, |(which, edits, seed)| {
        let mut value = which.get(&CORPUS.scenarios).value.clone();
        edits.iter().for_each(|edit| edit.apply(&mut value));
        let text = value.to_string();
        check_refusal(&text, &[])?;
        if let Ok(scenario) = Scenario::parse(&text, &runs::limits()) {
            accepted.set(accepted.get() + 1);
            check_roundtrip(&scenario)?;
            ran.set(ran.get() + runs::check(&scenario, seed)?);
        }
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
    let (accepted, ran) = (accepted.get(), ran.get());
    eprintln!("{all} mutants: {accepted} accepted, {ran} ran");
    assert!(accepted * 3 > all && ran * 4 > all, "{accepted} of {all} accepted, {ran} ran");
}
