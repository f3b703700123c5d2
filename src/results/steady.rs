//! Figures of a steady state: of the writes that were asked for after the warm-up, and whether the
//! warm-up was long enough and the run too.
//!
//! One warm-up holds for all replications of a point, so that none is cut where it happens to look
//! best; what MSER-5 would cut in each run, and how much neighbouring batches have in common, stand
//! beside the figures and say whether to trust them.

use crate::metrics::Answers;
use crate::statistics::steady;
use crate::units::{SimTime, Span};
use serde_json::Number;
use std::collections::BTreeMap;

/// When MSER-5 says that the steady state begins, as a figure.
pub const MSER_5: &str = "steady.mser5_ns";
/// The lag-1 correlation of twenty batches of the rest, as a figure.
pub const CORRELATION: &str = "steady.correlation";

/// The figures: `steady.writes`; `steady.writes_per_second`, from the end of the warm-up to the last
/// answer; `steady.latency.mean_ns`, `p50_ns`, `p99_ns`; [`MSER_5`], in simulated time, none where the
/// run was too short to tell; [`CORRELATION`].
#[must_use]
pub fn figures(answers: &Answers, warm_up: Span) -> BTreeMap<String, Option<Number>> {
    let begin = SimTime::ZERO.after(warm_up);
    let mut all = answers.all().to_vec();
    all.sort_by_key(|(asked, _)| *asked);
    let of = |kept: &[(SimTime, Span)]| kept.iter().map(|(_, latency)| float(*latency)).collect();
    let series: Vec<f64> = of(&all);
    let rest = all.partition_point(|(asked, _)| *asked < begin);
    let steady: Vec<f64> = of(&all[rest..]);
    let last = all[rest..].iter().map(|(asked, latency)| asked.after(*latency)).max();
    let time = last.map_or(0.0, |last| float(last.since(begin)) / 1e9);
    let cut = steady::warm_up(&series).filter(|cut| !cut.is_late()).map(|cut| all[cut.at].0);
    let mut sorted = steady.clone();
    sorted.sort_by(f64::total_cmp);
    let at = |share: usize| sorted.get(sorted.len().saturating_sub(1) * share / 100).copied();
    let count = u32::try_from(steady.len()).map_or(f64::INFINITY, f64::from);
    [
        ("steady.writes", Some(count)),
        ("steady.writes_per_second", (time > 0.0).then(|| count / time)),
        ("steady.latency.mean_ns", steady::average(&steady)),
        ("steady.latency.p50_ns", at(50)),
        ("steady.latency.p99_ns", at(99)),
        (MSER_5, cut.map(|cut| float(cut.since(SimTime::ZERO)))),
        (CORRELATION, steady::batch_means(&steady).map(|means| means.correlation)),
    ]
    .map(|(key, figure)| (key.to_owned(), figure.and_then(Number::from_f64)))
    .into()
}

fn float(span: Span) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "figures need no more than 52 bits")]
    let nanos = span.as_nanos() as f64;
    nanos
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch;
    use crate::scenario::Scenario;
    use crate::workload::Traces;

    /// A burst meets a narrow link and is slow; what comes later is not.
    #[test]
    fn what_comes_before_the_warm_up_is_over_does_not_count() {
        let text = r#"{ "clients": [
            { "workload": { "count": 400, "sizes": [ { "size": "64KiB", "weight": 1 } ],
              "arrival": { "kind": "poisson", "mean": "1us" } } },
            { "workload": { "count": 3000, "arrival": { "kind": "poisson", "mean": "10ms" } } } ],
            "wan": { "bandwidth": "100Mbit/s" } }"#;
        let scenario = Scenario::parse(text, &[]).expect("it makes sense");
        let mut answers = Answers::default();
        let traces = Traces::default();
        let outcome = batch::run(&scenario, 5, &traces, Some(&mut answers), &mut |_, _| {});
        let whole = outcome.expect("it runs").figures.write_latency;
        let of = |warm_up: u64| figures(&answers, Span::from_secs(warm_up));
        let get = |warm_up, key: &str| of(warm_up)[key].as_ref().and_then(Number::as_f64);
        assert_eq!(get(0, "steady.writes"), Some(3400.0));
        let mean = get(0, "steady.latency.mean_ns").expect("there are writes");
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let expected = whole.total_ns as f64 / 3400.0;
        assert!((mean - expected).abs() < 1.0, "{mean} and {expected}");
        let later = get(10, "steady.latency.mean_ns").expect("there are writes");
        assert!(later < mean / 5.0, "{later} and {mean}");
        let rate = get(10, "steady.writes_per_second").expect("time passes");
        assert!((90.0..110.0).contains(&rate), "{rate}");
        let mser = get(0, MSER_5).expect("it settles");
        assert!((1e9..15e9).contains(&mser), "{mser}");
        assert!(get(10, CORRELATION).expect("long enough") < 0.5);
        assert_eq!(get(1000, "steady.latency.mean_ns"), None);
    }
}
