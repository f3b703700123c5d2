//! Figures of curves and heat maps: what is drawn is in the rows, and can be read.

use super::super::style::{Colour, Mark};
use super::super::{Drawn, Kind, Request, Rows, rows};
use super::rows::{SIZES, experiment, of, readable, refused, set, trial};
use serde_json::json;
use std::collections::BTreeMap;

type Curve = BTreeMap<String, Vec<Option<f64>>>;

fn curve(columns: &[(&str, &[f64])]) -> Curve {
    let column = |numbers: &[f64]| numbers.iter().map(|n| (!n.is_nan()).then_some(*n)).collect();
    columns.iter().map(|(name, numbers)| ((*name).to_owned(), column(numbers))).collect()
}

/// Two policies with two seeds each, five rows of a series, one CP, a fault of two seconds and one of
/// a moment.
fn over_time() -> Rows {
    let mut trials = Vec::new();
    for policy in ["references", "full-blocks"] {
        for seed in [3, 4] {
            let mut trial = trial(0, &[], policy, seed);
            set(&mut trial, "latency.write.count", Some(if seed == 3 { 30.0 } else { 10.0 }));
            let series = curve(&[
                ("time_ns", &[1e9, 2e9, 3e9, 4e9, 4.2e9]),
                ("writes_acknowledged", &[500.0, 400.0, 0.0, 450.0, 90.0]),
                ("write_p50_ns", &[2e7, 2.1e7, f64::NAN, 2.4e7, 2e7]),
                ("write_max_ns", &[4e7, 9e7, f64::NAN, 8e8, 3e7]),
                ("nvram_bytes", &[4e6, 8e6, 8e6, 1e6, 0.0]),
                ("nvlog_bytes", &[4e6, 8e6, 8e6, 1e6, 0.0]),
                ("link_queue_bytes", &[1e5, 0.0, 0.0, 4e5, 0.0]),
                ("rpo_ns", &[0.0, 1e9, 2e9, 0.0, 0.0]),
            ]);
            let nan = f64::NAN;
            trial.curves = [
                ("latency.write", curve(&[("ns", &[1e7, 2e7, 9e8]), ("share", &[0.5, 0.9, 1.0])])),
                ("series", series),
                ("consistency_points", curve(&[("begin_ns", &[1e9]), ("end_ns", &[1.5e9])])),
                ("faults", curve(&[("begin_ns", &[2e9, 3.5e9]), ("end_ns", &[3e9, nan])])),
                ("out_of_sync", curve(&[("begin_ns", &[2e9]), ("end_ns", &[nan])])),
            ]
            .map(|(name, curve)| (name.to_owned(), curve))
            .into();
            trials.push(trial);
        }
    }
    Rows { experiment: None, trials }
}

fn one(kind: Kind) -> Request {
    Request { only: vec![("policy".to_owned(), "references".to_owned())], ..of(kind) }
}

pub fn requests() -> Vec<(Rows, Request)> {
    let kinds = [Kind::Cdf, Kind::LatencyOverTime, Kind::Occupancy, Kind::Rpo, Kind::Foreground];
    let each = kinds.iter().flat_map(|kind| [(over_time(), of(*kind)), (over_time(), one(*kind))]);
    each.chain([(experiment(), one(Kind::Heat))]).collect()
}

fn draw(rows_: &Rows, request: &Request) -> Drawn {
    rows(rows_, request).unwrap_or_else(|refusal| panic!("{request:?}: {refusal:?}"))
}

#[test]
fn equal_curves_give_equal_bytes_that_can_be_read() {
    for (rows_, request) in requests() {
        let (once, again) = (draw(&rows_, &request), draw(&rows_, &request));
        assert_eq!((once.svg(), once.csv()), (again.svg(), again.csv()), "{request:?}");
        assert!(once.png() == again.png(), "pixels differ: {request:?}");
        readable(&once);
    }
}

/// 40 writes, 30 of which are of the seed that is the same as the other.
#[test]
fn a_distribution_is_that_of_all_writes_together() {
    let mut all = over_time();
    all.trials[1]
        .curves
        .insert("latency.write".to_owned(), curve(&[("ns", &[2e7, 3e7]), ("share", &[0.4, 1.0])]));
    let csv = draw(&all, &one(Kind::Cdf)).csv();
    let expected =
        [("10000000", 0.375), ("20000000", 0.775), ("30000000", 0.925), ("900000000", 1.0)];
    let lines: Vec<_> = csv.lines().skip(1).collect();
    assert_eq!(lines.len(), expected.len(), "{csv}");
    for (line, (ns, share)) in lines.iter().zip(expected) {
        let parts: Vec<_> = line.split(',').collect();
        let found: f64 = parts[1].parse().expect("a share");
        assert!(parts[0] == ns && (found - share).abs() < 1e-12 && parts[4] == "2", "{line}");
    }
}

#[test]
fn time_shows_one_seed_with_gaps_and_rates() {
    let drawn = draw(&over_time(), &one(Kind::Foreground));
    let csv = drawn.csv();
    for line in [
        "1000000000,500,,,1,writes per second",
        "4200000000,450,,,1,writes per second",
        "3000000000,,,,1,\"write latency, median\"",
        "1000000000,,1000000000,1500000000,1,CPs",
        "3500000000,,,,1,faults",
        "2000000000,,,,1,out of sync",
    ] {
        let there = csv.lines().any(|other| other == line);
        // A rate of a short last interval is left out.
        assert_eq!(there, !line.starts_with("42"), "{line}: {csv}");
    }
    assert!(drawn.svg().contains("one run with seed 3"), "the first seed");
    let request = Request { seed: Some(4), ..one(Kind::Rpo) };
    assert!(draw(&over_time(), &request).svg().contains("one run with seed 4"));
    let refusal = refused(&over_time(), &Request { seed: Some(9), ..one(Kind::Rpo) });
    assert_eq!(refusal, "misuse: no run that is drawn has seed 9\n  = help: seeds: 3..5");
}

#[test]
fn a_heat_map_has_a_cell_for_each_point() {
    let drawn = draw(&experiment(), &one(Kind::Heat));
    let csv = drawn.csv();
    assert_eq!(csv.lines().count(), 1 + SIZES.len() * 2, "{csv}");
    assert!(csv.contains("\n512,0.4545"), "{csv}");
    // 0.4545 of 0.1 … 0.5 and 0.1136: bright and dark.
    let cells = drawn.figure.marks.iter().filter_map(|mark| match mark {
        Mark::Fill { area, colour }
            if area.bottom - area.top > 20 && area.right - area.left > 20 =>
        {
            Some(*colour)
        }
        _ => None,
    });
    let cells: Vec<Colour> = cells.collect();
    assert_eq!(cells.len(), SIZES.len() * 2);
    assert!(cells[0].1 > 0xC0 && cells[1].1 < 0x40, "{cells:?}");
    let mut holes = experiment();
    set(&mut holes.trials[0], "saved.of_wan", None);
    holes.trials.retain(|trial| trial.seed == 0);
    assert!(draw(&holes, &one(Kind::Heat)).svg().contains("1 of 8 values missing"));
}

#[test]
fn what_cannot_be_drawn_of_curves_is_refused() {
    let plain = experiment();
    for (kind, keep) in [(Kind::Cdf, "latency"), (Kind::Rpo, "series"), (Kind::Occupancy, "series")]
    {
        let found = refused(&plain, &one(kind));
        assert!(found.contains(&format!("say \"keep\": [\"{keep}\"]")), "{found}");
    }
    let y = |name: &str| Request { y: vec![name.to_owned()], ..one(Kind::Time) };
    let found = refused(&over_time(), &y("rpo"));
    assert!(found.contains("no column \"rpo\"\n  = help: columns: link_queue_bytes, "), "{found}");
    let found = refused(&over_time(), &y("nvram_byte"));
    assert!(found.contains("did you mean \"nvram_bytes\"?"), "{found}");
    assert!(refused(&over_time(), &one(Kind::Time)).contains("which columns? --y, of link_queue"));
    let found =
        refused(&plain, &Request { y: vec!["wan.to_source.naks".to_owned()], ..of(Kind::Heat) });
    assert!(found.contains("\"policy\" has 3 values besides"), "{found}");
    let found = refused(&over_time(), &of(Kind::Heat));
    assert!(found.contains("no row has a figure \"saved.of_wan\""), "{found}");
    let mut many = plain.clone();
    for trial in &mut many.trials {
        trial.at.insert("third".to_owned(), json!(trial.point));
    }
    assert!(
        refused(&many, &one(Kind::Heat)).contains("a heat map has two axes: --x AXIS --by AXIS")
    );
}
