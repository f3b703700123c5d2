//! Files that are generated: good ones read back, broken ones are told of, and nothing is dropped in
//! silence. Cases are the same in each run; `MIRRORSIM_FUZZ=1000` takes as many times more, and
//! others.

#[path = "fuzz/account.rs"]
mod account;
#[path = "fuzz/asks.rs"]
mod asks;
#[path = "fuzz/damage.rs"]
mod damage;

use crate::writers::Writer;
use mirrorsim::trace::{self, Form, Record, Trace, TraceError};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use std::env;
use std::fmt::Debug;

/// Cases of each form and test in a usual run.
const CASES: u32 = 48;

/// How many times more are asked for.
fn times() -> u32 {
    let asked = env::var("MIRRORSIM_FUZZ").ok();
    asked.map_or(1, |number| number.parse().expect("MIRRORSIM_FUZZ is a number"))
}

/// Runs a test on cases of each form, all forms side by side.
fn each_form<S>(
    strategy: impl Fn(Form) -> S + Sync,
    test: impl Fn(Form, S::Value) -> Result<(), TestCaseError> + Sync,
) where
    S: Strategy,
    S::Value: Debug,
{
    let one = |form: Form| {
        let seed = if times() == 1 { RngSeed::Fixed(7_200_726) } else { RngSeed::Random };
        let config = Config {
            cases: CASES * times(),
            failure_persistence: None,
            rng_seed: seed,
            ..Config::default()
        };
        let outcome = TestRunner::new(config).run(&strategy(form), |value| test(form, value));
        match outcome {
            Ok(()) => {}
            Err(TestError::Fail(reason, value)) => panic!("{form}: {reason}\n{value:?}"),
            Err(TestError::Abort(reason)) => panic!("{form}: {reason}"),
        }
    };
    Form::ALL.into_iter().for_each(one);
}

/// The writer of a form and requests that it can write; of a form without one, none.
fn writable(form: Form) -> impl Strategy<Value = Vec<u8>> {
    asks::of(form).prop_map(move |asks| asks::file(form, &asks))
}

/// What a reader must make of these requests.
fn expected(form: Form, asks: &[crate::writers::Ask]) -> Vec<asks::Told> {
    asks::told(form, asks)
}

/// What it made of them.
fn told(form: Form, trace: &Trace) -> Vec<asks::Told> {
    let finest = Writer::of(form).map_or(1, |writer| writer.finest);
    let told = |record: &Record| {
        let target = asks::number(&trace.targets[record.target as usize]);
        (record.time.as_nanos() / finest, target, record.offset, record.length, record.kind)
    };
    trace.records.iter().map(told).collect()
}

#[test]
fn what_is_written_reads_back() {
    each_form(asks::of, |form, asks| {
        let file = asks::file(form, &asks);
        if file.is_empty() {
            return Ok(());
        }
        let import = trace::import(&file[..], Some(form)).expect("a good file");
        let tally = import.tally.clone();
        prop_assert_eq!(tally.bad, 0, "{:?}", tally.first_bad);
        prop_assert_eq!(tally.requests(), asks.len() as u64);
        let read = import.into_trace().expect("it is read");
        prop_assert_eq!(told(form, &read), expected(form, &asks));
        Ok(())
    });
}

#[test]
fn what_is_written_is_detected() {
    each_form(writable, |form, file| {
        match trace::import(&file[..], None) {
            Ok(import) => prop_assert_eq!(import.form, form),
            Err(TraceError::Ambiguous { forms }) => {
                prop_assert!(matches!(form, Form::DiskSim | Form::MqSim), "{:?}", forms);
                prop_assert_eq!(forms, [Form::DiskSim, Form::MqSim]);
            }
            Err(error) => prop_assert!(file.is_empty(), "{}", error),
        }
        Ok(())
    });
}

#[test]
fn what_is_broken_is_accounted_for() {
    let broken = |form| (writable(form), damage::any()).prop_map(|(file, hurt)| hurt.of(file));
    each_form(broken, |form, file| {
        account::check(form, &file)?;
        let _ = trace::import(&file[..], None);
        Ok(())
    });
}

#[test]
fn any_bytes_are_accounted_for() {
    let bytes = |_| prop_oneof![damage::bytes(), damage::text()];
    each_form(bytes, |form, file| account::check(form, &file));
}
