//! Reports of hand-made figures: 1000 bytes saved of 4000 bytes that were sent anyway.

use super::*;
use crate::checker::Subject;
use crate::facts::Role;
use crate::metrics::{Latency, Operations, Peaks, Saved, Synchronization};
use crate::protocol::wire::{Breakdown, Category};
use crate::protocol::{Occupancy, Trigger, WaitCause};
use crate::units::{Bytes, Span};
use hdrhistogram::Histogram;

fn latency(values: &[u64]) -> Latency {
    let mut histogram = Histogram::new(3).expect("three digits are allowed");
    for value in values {
        histogram.record(*value).expect("it resizes");
    }
    let total_ns = values.iter().map(|value| u128::from(*value)).sum();
    Latency { histogram, total_ns, max_ns: values.iter().copied().max().unwrap_or(0) }
}

fn figures() -> Figures {
    let mut wan = [Breakdown::default(), Breakdown::default()];
    wan[0].add(Category::LogBlocks, 2500);
    wan[0].add(Category::CpReferences, 500);
    wan[1].add(Category::Acknowledgements, 1000);
    Figures {
        operations: Operations {
            writes_requested: 1234,
            writes_acknowledged: 1233,
            writes_refused: 1,
            bytes_written: Bytes::mib(3),
            reads: 0,
            bytes_read: Bytes::ZERO,
            flushes: 7,
        },
        write_latency: latency(&[40_000_000, 41_000_000, 60_000_000]),
        read_latency: latency(&[]),
        synchronization: Synchronization {
            consistency_points: 5,
            by_trigger: [(Trigger::Timer, 3), (Trigger::HalfFull, 2)].into(),
            blocks_full: 2,
            blocks_referenced: 88,
            metadata_blocks: 0,
            naks: 0,
            stalled: Span::from_millis(7),
        },
        cp_durations: latency(&[5_000_000, 9_000_000]),
        wan,
        messages: [30, 12],
        saved: Saved { bytes: 1000, synchronization_bytes: 1000 },
        peaks: Peaks { buffers: 9, ..Peaks::default() },
        waits: [(WaitCause::NvramHalf, (4, Span::from_millis(20)))].into(),
        exposed: crate::metrics::Exposed::default(),
        risk: crate::metrics::Ages::default(),
        failures: Vec::new(),
    }
}

fn report(expect: &str, verdict: &Verdict) -> Report {
    let text = format!(r#"{{ "name": "by hand", "clients": [{{}}], "expect": {{ {expect} }} }}"#);
    let scenario = Scenario::parse(&text, &[]).expect("a scenario");
    let ending = Ending {
        reason: EndReason::Done,
        source: Occupancy::default(),
        destination: Occupancy::default(),
        link_bytes: [3000, 1000],
        images: ["a".to_owned(), "a".to_owned()],
        events: 4321,
    };
    let end = SimTime::from_nanos(12_345_678_900);
    Report::new(&scenario, 17, verdict, &figures(), "d".repeat(32), &ending, end)
}

fn broken() -> Verdict {
    let place = Place { role: Role::Source, state: "in_sync".into(), kind: "wrong_bytes".into() };
    let message = "volume 0 block 17 bytes 512..1024 hold c3#41, expected c3#57".to_owned();
    let at = SimTime::from_nanos(5);
    let violation = Violation {
        property: "S5".into(),
        at,
        place,
        message,
        fact: 99,
        subject: Subject::default(),
    };
    Verdict { violations: vec![violation], more: 3, ..Verdict::default() }
}

/// Spec 9.3: shares are of what would have been sent without references.
#[test]
fn keys_hold_what_they_say() {
    let report = json::value(&report("", &Verdict::default()));
    let at = |path: &str| path.split('.').fold(&report, |value, key| &value[key]).clone();
    for (path, expected) in [
        ("verdict", Value::from("pass")),
        ("seed", 17.into()),
        ("simulated_ns", 12_345_678_900_u64.into()),
        ("events", 4321.into()),
        ("writes.requested", 1234.into()),
        ("writes.bytes", (3 << 20).into()),
        ("latency.write.count", 3.into()),
        ("latency.write.mean_ns", 47_000_000.into()),
        ("latency.write.max_ns", 60_000_000.into()),
        ("latency.write.p999_ns", 60_000_000.into()),
        ("latency.read.count", 0.into()),
        ("latency.read.mean_ns", 0.into()),
        ("synchronization.by_trigger.half_full", 2.into()),
        ("synchronization.stalled_ns", 7_000_000.into()),
        ("synchronization.duration.count", 2.into()),
        ("synchronization.duration.mean_ns", 7_000_000.into()),
        ("rpo.max_ns", 0.into()),
        ("wan.amplification", (4000.0 / f64::from(3 << 20)).into()),
        ("writes.per_second", (1233.0 / 12_345_678_900.0 * 1e9).into()),
        ("wan.to_destination.total", 3000.into()),
        ("wan.to_destination.log_blocks", 2500.into()),
        ("wan.to_destination.naks", 0.into()),
        ("wan.to_source.acknowledgements", 1000.into()),
        ("messages.to_source", 12.into()),
        ("saved.bytes", 1000.into()),
        ("saved.of_synchronization", 0.5.into()),
        ("saved.of_wan", 0.2.into()),
        ("exposure.out_of_sync_ns", 0.into()),
        ("recovery.failures", Value::Array(Vec::new())),
        ("waits.nvram_half.writes", 4.into()),
        ("resources.peaks.buffers", 9.into()),
        ("images.destination", "a".into()),
        ("ended", "done".into()),
        ("scenario.name", "by hand".into()),
    ] {
        assert_eq!(at(path), expected, "{path}");
    }
    let categories = at("wan.to_destination").as_object().map(serde_json::Map::len);
    assert_eq!(categories, Some(Category::ALL.len() + 1));
}

#[test]
fn a_report_reads_back_and_its_scenario_too() {
    let report = report(r#""seed": 17"#, &broken());
    let text = json::render(&report);
    assert_eq!(serde_json::from_str::<Report>(&text).ok(), Some(report.clone()));
    let scenario = Scenario::parse(&report.scenario.to_string(), &[]).expect("a scenario");
    assert_eq!(scenario.hash(), report.scenario_hash);
}

#[test]
fn what_is_expected_decides() {
    let pass = Verdict::default();
    assert!(report("", &pass).is_as_expected());
    assert!(!report("", &broken()).is_as_expected());
    assert!(report(r#""verdict": "violation""#, &broken()).is_as_expected());
    assert!(!report(r#""verdict": "violation""#, &pass).is_as_expected());
    assert!(report(r#""saved.of_wan": ">= 0.2""#, &pass).is_as_expected());
    assert!(!report(r#""saved.of_wan": "> 0.2""#, &pass).is_as_expected());
    assert!(!report(r#""seed": 17"#, &broken()).is_as_expected());
}

#[test]
fn nothing_to_take_a_share_of_gives_null() {
    let mut figures = figures();
    figures.saved = Saved::default();
    figures.wan = [Breakdown::default(); 2];
    let saved = SavedShares::of(&figures);
    assert_eq!((saved.of_synchronization, saved.of_wan), (None, None));
}

#[test]
fn the_page_reads_well() {
    let mut report = report(r#""seed": 18"#, &broken());
    report.scenario_hash = "5".repeat(32);
    let page = text::render(&report);
    let expected = include_str!("tests/page.txt");
    assert_eq!(page, expected, "\n{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 100));
}
