//! Figures of rows: what is drawn is in the rows, and nothing stands where it cannot be read.

use super::super::font;
use super::super::style::{Anchor, Mark};
use super::super::{Drawn, Kind, Refusal, Request, Rows, rows};
use crate::protocol::wire::Category;
use crate::results::Word;
use crate::results::trial::Trial;
use serde_json::{Number, Value, json};

/// A row with these values of axes and these figures.
pub fn trial(point: u64, at: &[(&str, Value)], policy: &str, seed: u64) -> Trial {
    Trial {
        point,
        at: at.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        policy: policy.to_owned(),
        seed,
        word: Word::Pass,
        scenario_hash: format!("{point:08x}{policy}"),
        digest: format!("{seed:032x}"),
        figures: [].into(),
        curves: [].into(),
    }
}

/// Sets a figure.
pub fn set(trial: &mut Trial, key: &str, value: Option<f64>) {
    trial.figures.insert(key.to_owned(), value.and_then(Number::from_f64));
}

pub const SIZES: [&str; 4] = ["512B", "4KiB", "16KiB", "64KiB"];
const POLICIES: [&str; 3] = ["references", "full-blocks", "write-once"];

/// Sizes × overwrites × policies × three seeds, with whole figures.
pub fn experiment() -> Rows {
    let mut trials = Vec::new();
    for (number, size) in SIZES.iter().enumerate() {
        for overwrites in [1, 4] {
            let point = number as u64 * 2 + u64::from(overwrites == 4);
            let at = [("write size", json!(size)), ("overwrites per CP", json!(overwrites))];
            for policy in POLICIES {
                for seed in 0..3 {
                    let mut trial = trial(point, &at, policy, seed);
                    fill(&mut trial, f64::from(overwrites), policy);
                    trials.push(trial);
                }
            }
        }
    }
    Rows { experiment: Some("sizes & overwrites".to_owned()), trials }
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn fill(trial: &mut Trial, overwrites: f64, policy: &str) {
    let wobble = 1.0 + trial.seed as f64 * 0.01;
    for category in Category::ALL {
        for direction in ["to_destination", "to_source"] {
            set(trial, &format!("wan.{direction}.{}", category.key()), Some(0.0));
        }
    }
    set(trial, "writes.bytes", Some(1e6));
    set(trial, "wan.to_destination.total", Some(1e6 * wobble));
    set(trial, "wan.to_destination.log_blocks", Some(1e6));
    set(trial, "wan.to_source.acknowledgements", Some(2e4 * wobble));
    let blocks = if policy == "full-blocks" { 9e5 / overwrites * wobble } else { 0.0 };
    set(trial, "wan.to_destination.cp_blocks", Some(blocks));
    let saved = if policy == "references" { Some(0.45 / overwrites * wobble) } else { None };
    set(trial, "saved.of_wan", saved);
    set(trial, "latency.write.p50_ns", Some(2e7 * wobble));
    set(trial, "latency.write.p99_ns", Some(9e8 * wobble * trial.point as f64 + 3e7));
    set(trial, "synchronization.consistency_points", Some(40.0));
    if trial.point > 2 {
        set(trial, "synchronization.by_trigger.back_to_back", Some(10.0));
    }
    set(trial, "synchronization.by_trigger.timer", Some(30.0));
    for (place, key) in ["p50_ns", "p90_ns", "p99_ns", "max_ns"].iter().enumerate() {
        set(trial, &format!("rpo.{key}"), Some(1e7 * (place + 1) as f64 * wobble));
    }
}

pub fn of(kind: Kind) -> Request {
    Request { kind: Some(kind), ..Request::default() }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn only(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(axis, value)| ((*axis).to_owned(), (*value).to_owned())).collect()
}

fn drawn(request: &Request) -> Drawn {
    rows(&experiment(), request).expect("it can be drawn")
}

/// The box of words: left, top, right, bottom.
fn boxed(mark: &Mark) -> Option<[i32; 4]> {
    let Mark::Text { at: (x, y), anchor, size, words, .. } = mark else { return None };
    let width = font::width(words, *size);
    let left = match anchor {
        Anchor::Start => *x,
        Anchor::Middle => x - width / 2,
        Anchor::End => x - width,
    };
    Some([left, y - size * 3 / 4, left + width, y + size / 5])
}

/// Fails unless all words of a figure lie within it and none on others.
#[track_caller]
pub fn readable(drawn: &Drawn) {
    let figure = &drawn.figure;
    let boxes: Vec<_> =
        figure.marks.iter().filter_map(|mark| boxed(mark).map(|at| (at, mark))).collect();
    assert!(boxes.len() > 5, "there are words");
    for (number, ([left, top, right, bottom], mark)) in boxes.iter().enumerate() {
        let within = *left >= 0 && *top >= 0 && *right <= figure.width && *bottom <= figure.height;
        assert!(within, "{mark:?} leaves the figure, {} × {}", figure.width, figure.height);
        for ([other_left, other_top, other_right, other_bottom], other) in &boxes[..number] {
            let apart = right <= other_left
                || other_right <= left
                || bottom <= other_top
                || other_bottom <= top;
            assert!(apart, "{mark:?} lies on {other:?}");
        }
    }
}

/// Requests that the rows of [`experiment`] answer.
pub fn requests() -> Vec<Request> {
    let size = words(&["write size"]);
    let every_y = |y: &[&str]| Request { x: size.clone(), y: words(y), ..of(Kind::Lines) };
    vec![
        Request { only: only(&[("overwrites per CP", "4")]), ..of(Kind::WanBytes) },
        of(Kind::WanBytes),
        Request { x: size.clone(), ..of(Kind::Saved) },
        Request { x: words(&["overwrites per CP"]), ..of(Kind::Saved) },
        every_y(&["latency.write.p50_ns"]),
        every_y(&["latency.write.p50_ns,latency.write.p99_ns"]),
        Request { title: Some("A title that is long ".repeat(9)), ..every_y(&["saved.of_wan"]) },
        Request { x: size.clone(), ..of(Kind::BackToBack) },
        Request {
            y: size.clone(),
            only: only(&[("policy", "references")]),
            ..of(Kind::RpoBandwidth)
        },
        Request {
            x: words(&["policy"]),
            y: words(&["wan.to_destination.total"]),
            ..of(Kind::Lines)
        },
    ]
}

#[test]
fn equal_rows_give_equal_bytes() {
    for request in requests() {
        let Ok(once) = rows(&experiment(), &request) else { continue };
        let again = drawn(&request);
        assert_eq!((once.svg(), once.csv()), (again.svg(), again.csv()), "{request:?}");
        assert!(once.png() == again.png(), "pixels differ: {request:?}");
    }
}

#[test]
fn words_lie_within_the_figure_and_apart() {
    for request in requests() {
        match rows(&experiment(), &request) {
            Ok(drawn) => readable(&drawn),
            Err(refusal) => panic!("{request:?}: {refusal:?}"),
        }
    }
}

#[test]
fn a_figure_says_what_it_is_and_where_it_comes_from() {
    let mut rows_ = experiment();
    rows_.trials[0].word = Word::Fail;
    let request = Request { x: words(&["write size"]), ..of(Kind::Saved) };
    let text = rows(&rows_, &request).expect("it can be drawn").svg();
    for part in [
        "<svg width=\"800\" height=\"",
        "viewBox=\"0 0 8000 ",
        "role=\"img\"",
        "<title id=\"title\">Share of WAN bytes saved by references over write size</title>",
        "sizes &amp; overwrites",
        "means of 2–3 seeds with 95 % intervals",
        "left out: 1 of 72 runs, which failed",
        "no values: 1, full-blocks, ",
        concat!("mirrorsim ", env!("CARGO_PKG_VERSION"), "\nfigure saved\nexperiment sizes"),
        "24 scenarios, digest ",
        "seeds 0..3",
        "71 runs, digest ",
        "1, references: 512 B 45.7 %, 4 KiB 45.5 %",
    ] {
        assert!(text.contains(part), "{part:?} is missing in {text}");
    }
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
}

/// Means, intervals and counts, worked out by hand: seeds give 0.45, 0.4545 and 0.459.
#[test]
fn every_plotted_number_is_in_the_rows() {
    let chosen = only(&[("policy", "references"), ("overwrites per CP", "1")]);
    let csv = drawn(&Request { only: chosen, ..of(Kind::Saved) }).csv();
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines[0], "x,y,low,high,n,series");
    assert_eq!(lines.len(), 5, "{csv}");
    for (line, size) in lines[1..].iter().zip([512.0, 4096.0, 16384.0, 65536.0]) {
        let numbers: Vec<f64> =
            line.split(',').take(5).map(|n| n.parse().expect("a number")).collect();
        let half = 4.3027 * 0.0045 / 3.0_f64.sqrt();
        for (found, expected) in
            numbers.iter().zip([size, 0.4545, 0.4545 - half, 0.4545 + half, 3.0])
        {
            assert!((found - expected).abs() < 1e-6, "{line}: {found}, not {expected}");
        }
    }
    let chosen =
        only(&[("policy", "full-blocks"), ("overwrites per CP", "4"), ("write size", "4KiB")]);
    let csv = drawn(&Request { only: chosen, ..of(Kind::WanBytes) }).csv();
    let blocks = csv.lines().find(|line| line.starts_with("CP full blocks")).expect("a line");
    let mean: f64 = blocks.split(',').nth(1).and_then(|n| n.parse().ok()).expect("a number");
    assert!((mean - 0.225 * 1.01).abs() < 1e-9, "{blocks}");
}

#[test]
fn missing_values_are_gaps_and_one_seed_has_no_band() {
    let mut all = experiment();
    all.trials.retain(|trial| trial.seed == 0 && trial.policy == "references");
    all.trials.retain(|trial| trial.at["overwrites per CP"] == json!(1));
    set(&mut all.trials[1], "saved.of_wan", None);
    let drawn = rows(&all, &of(Kind::Saved)).expect("it can be drawn");
    let csv = drawn.csv();
    assert!(csv.contains("\n4096,,,,0,") && csv.contains("\n512,0.45,,,1,"), "{csv}");
    let svg = drawn.svg();
    assert!(svg.contains("1 of 4 values missing"), "{svg}");
    assert!(svg.contains("one seed a point") && !svg.contains("opacity=\"0.18\""), "{svg}");
    let length = |mark: &Mark| match mark {
        Mark::Path { points, .. } => Some(points.len()),
        _ => None,
    };
    let lines: Vec<_> = drawn.figure.marks.iter().filter_map(length).collect();
    assert_eq!(lines, [2], "one line, and none across the gap");
}

/// Why these rows cannot be drawn like this.
pub fn refused(rows_: &Rows, request: &Request) -> String {
    match rows(rows_, request) {
        Ok(_) => panic!("{request:?} was drawn"),
        Err(Refusal::Misuse(message)) => format!("misuse: {message}"),
        Err(Refusal::Nothing(message)) => format!("nothing: {message}"),
    }
}

#[test]
fn what_cannot_be_drawn_is_refused_with_a_reason() {
    let all = experiment();
    let lines = |x: &str, y: &str| Request { x: words(&[x]), y: words(&[y]), ..of(Kind::Lines) };
    for (request, part) in [
        (
            lines("writesize", "saved.of_wan"),
            "misuse: there is no axis \"writesize\"\n  = help: did you mean \"write size\"? axes: overwrites per CP, write size, policy",
        ),
        (
            lines("write size", "saved.of_wam"),
            "misuse: no row has a figure \"saved.of_wam\"\n  = help: did you mean \"saved.of_wan\"?",
        ),
        (lines("write size", "writes.bytes,saved.of_wan"), "differ in unit"),
        (
            of(Kind::Saved),
            "misuse: which axis does it run over? --x one of \"overwrites per CP\", \"write size\"",
        ),
        (Request { x: words(&["write size"]), ..of(Kind::Lines) }, "misuse: which figure? --y KEY"),
        (
            Request { by: words(&["policy"]), ..lines("write size", "saved.of_wan") },
            "misuse: \"overwrites per CP\" has 2 values besides",
        ),
        (
            Request { only: only(&[("write size", "5KiB")]), ..of(Kind::Saved) },
            "misuse: axis \"write size\" has no value \"5KiB\"",
        ),
        (
            Request {
                y: words(&["latency.write.p50_ns,latency.write.p99_ns,rpo.max_ns"]),
                ..Request { x: words(&["write size"]), ..of(Kind::Lines) }
            },
            "that would be 18 lines",
        ),
        (
            Request {
                log: vec![super::super::Way::Y],
                ..lines("write size", "wan.to_source.naks")
            },
            "misuse: --log y has no place for 0",
        ),
        (Request::default(), "misuse: which kind of figure? --kind, of these rows:\n  wan-bytes "),
        (
            Request {
                only: only(&[("policy", "write-once")]),
                ..lines("write size", "saved.of_wan")
            },
            "nothing: no run has a value of saved.of_wan",
        ),
    ] {
        let found = refused(&all, &request);
        assert!(found.contains(part), "{request:?}: {found}");
    }
}

#[test]
fn rows_that_make_no_figure_are_refused() {
    assert_eq!(
        refused(&Rows::default(), &of(Kind::Saved)),
        "nothing: there are no rows: nothing to draw"
    );
    let mut failed = experiment();
    failed.trials.iter_mut().for_each(|trial| trial.word = Word::Fail);
    assert!(refused(&failed, &of(Kind::Saved)).starts_with("nothing: none of the 72 runs"));
    let mut mixed = experiment();
    mixed.trials.push(trial(9, &[("round trip", json!("20ms"))], "references", 0));
    assert!(refused(&mixed, &of(Kind::Saved)).contains("rows of different experiments"));
    let mut twice = experiment();
    twice.trials.push(twice.trials[0].clone());
    assert!(refused(&twice, &of(Kind::Saved)).contains("is there twice"));
}
