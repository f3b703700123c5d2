//! Faults: each kind reads with its own keys, and with no others.

use super::super::model::{Course, KindWord};
use super::roundtrip::check;
use super::*;
use crate::scenario::Promotion;
use crate::scenario::fault::{
    Aim, Device, Directions, DiskFault, Fault, FaultKind, LinkFault, NodeFault, Order, Part, Side,
    Step, StepName, When,
};
use crate::units::Ratio;
use serde_json::{Map, json};

/// A value that every kind takes for the key.
fn sample(key: &str) -> Value {
    match key {
        "direction" => json!("to_source"),
        "node" => json!("destination"),
        "device" => json!("destination.log"),
        "rate" | "to_bad" | "to_good" | "drift" => json!("1/10000"),
        "caught" => json!("by-checksum"),
        "bandwidth" => json!("1Mbit/s"),
        "factor" | "times" => json!(3),
        "message" => json!("cp_data"),
        "clock" => json!("fast"),
        "force" => json!(true),
        "for" => json!("5s"),
        _ => json!("1s"),
    }
}

fn keys(kind: KindWord) -> Vec<&'static str> {
    let lasts: &[_] = if kind.course() == Course::Limited { &["for"] } else { &[] };
    [&["at"], lasts, kind.needed()].concat()
}

fn fault(kind: KindWord, keys: &[&str]) -> Map<String, Value> {
    let pairs = keys.iter().map(|key| ((*key).to_owned(), sample(key)));
    [("kind".to_owned(), json!(kind.word()))].into_iter().chain(pairs).collect()
}

fn scenario(fault: &Map<String, Value>) -> String {
    // A witness, for what may happen to it.
    json!({ "clients": [{}], "faults": [fault], "failover": { "by": "witness" } }).to_string()
}

fn refusal(text: &str) -> String {
    Scenario::parse(text, &[]).expect_err(text).to_string()
}

fn only(fault: &str) -> Fault {
    parse(&format!("{{ \"clients\": [{{}}], \"faults\": [{fault}] }}")).faults[0]
}

#[test]
fn every_kind_reads_with_its_keys_and_back() {
    assert_eq!(KindWord::ALL.len(), 38);
    for kind in KindWord::ALL {
        check(&scenario(&fault(*kind, &keys(*kind))));
        check(&scenario(&fault(*kind, &[&keys(*kind)[..], kind.other()].concat())));
    }
}

#[test]
fn every_kind_keeps_its_word() {
    for (kind, listed) in KindWord::ALL.iter().zip(fault_words()) {
        let scenario = parse(&scenario(&fault(*kind, &keys(*kind))));
        assert_eq!(scenario.faults[0].kind.word(), kind.word());
        assert_eq!(listed, kind.word());
    }
}

#[test]
fn every_kind_misses_each_key_it_needs() {
    for kind in KindWord::ALL {
        for missing in keys(*kind).into_iter().filter(|key| *key != "at") {
            let mut fault = fault(*kind, &keys(*kind));
            fault.remove(missing);
            let words = format!("kind {} needs `{missing}`", kind.word());
            let refusal = refusal(&scenario(&fault));
            assert!(refusal.ends_with(&words), "{refusal} instead of {words}");
        }
    }
}

#[test]
fn no_kind_takes_the_keys_of_others() {
    let all = ["direction", "node", "device", "rate", "caught", "factor", "clock", "dead_for"];
    for kind in KindWord::ALL {
        let own = [kind.needed(), kind.other()].concat();
        for key in all.into_iter().filter(|key| !own.contains(key)) {
            let fault = fault(*kind, &[&keys(*kind)[..], &[key]].concat());
            let refusal = refusal(&scenario(&fault));
            assert!(refusal.starts_with(&format!("`faults[0].{key}` is")), "{refusal}");
        }
    }
}

#[test]
fn the_faults_of_the_manual_read() {
    let cut = only(r#"{"kind": "partition", "direction": "both", "at": "12s", "for": "5s"}"#);
    let partition = Part::Link(Directions::Both, LinkFault::Partition);
    assert_eq!((cut.kind, cut.when), (FaultKind::Part(partition), When::At(Span::from_secs(12))));
    assert_eq!(cut.lasts, Some(Span::from_secs(5)));
    let crash = only(
        r#"{"kind": "crash", "node": "destination",
            "when": {"step": "cp_block", "cp": 3, "k": 2}, "restart_after": "1s"}"#,
    );
    let step = Step { name: StepName::CpBlock, cp: Some(3), k: Some(2), pass: None };
    let node = Part::Node(Side::Destination, NodeFault::Crash);
    let (when, lasts, aim) = (When::Step(step), Some(Span::from_secs(1)), Aim::default());
    assert_eq!(crash, Fault { kind: FaultKind::Part(node), when, lasts, number: 0, aim });
    let rot = only(r#"{"kind": "bit-rot", "device": "destination.log", "rate": "1/10000"}"#);
    let rate = Ratio::new(1, 10_000).expect("a share");
    let part = Part::Disk(Device::DestinationLog, DiskFault::BitRot(rate));
    assert_eq!((rot.kind, rot.when), (FaultKind::Part(part), When::At(Span::ZERO)));
    assert_eq!(rot.lasts, None, "for the whole run");
    let again =
        only(r#"{"kind": "crash", "node": "source", "every": "30s", "restart_after": "2s"}"#);
    assert_eq!(again.when, When::Every(Span::from_secs(30)));
    let order = only(r#"{"kind": "promote", "node": "destination", "at": "1s", "force": true}"#);
    let promote = Part::Order(Order::Promote(Side::Destination, Promotion::Forced));
    assert_eq!(order.kind, FaultKind::Part(promote));
}

/// Each step reads with the numbers that go with it, and with no others.
#[test]
fn every_step_takes_its_own_numbers() {
    for name in StepName::ALL {
        for key in ["cp", "k", "pass"] {
            let text = json!({ "clients": [{}], "faults":
                [{ "kind": "reset", "when": { "step": name.word(), key: 2 } }] });
            if name.numbers().contains(&key) {
                check(&text.to_string());
            } else {
                assert!(refusal(&text.to_string()).contains("takes"), "{text}");
            }
        }
    }
}

#[test]
fn rules_of_faults() {
    for (fault, words) in [
        ("{}", "`faults[0]` lacks `kind`"),
        (r#"{"kind": "partitoin"}"#, "`faults[0].kind` is \"partitoin\": no such word"),
        (
            r#"{"kind": "reset", "for": "1s", "at": "1s"}"#,
            "`faults[0].for` is \"1s\": kind reset takes direction",
        ),
        (
            r#"{"kind": "crash", "node": "witness"}"#,
            "`faults[0].node` is \"witness\": no such word",
        ),
        (r#"{"kind": "partition"}"#, "exactly one of `at`, `when` and `every`"),
        (r#"{"kind": "partition", "at": "1s", "every": "1s", "for": "1s"}"#, "exactly one of"),
        (r#"{"kind": "partition", "every": "1s"}"#, "`every` needs `for`"),
        (r#"{"kind": "crash", "node": "source", "every": "1s"}"#, "`every` needs `restart_after`"),
        (r#"{"kind": "disaster", "node": "source", "every": "1s"}"#, "is for good, and comes once"),
        (
            r#"{"kind": "partition", "at": "1s", "for": "0s"}"#,
            "`faults[0].for` is \"0ns\": above 0s",
        ),
        (r#"{"kind": "loss", "rate": "100%"}"#, "`faults[0].rate` is \"100%\": below 100%"),
        (r#"{"kind": "loss", "rate": "150%"}"#, "it must lie between 0 % and 100 %"),
        (r#"{"kind": "burst-loss", "rate": "1%", "to_bad": "1%", "to_good": "0%"}"#, "never ends"),
        (r#"{"kind": "slow", "node": "source", "factor": 1, "at": "1s"}"#, "from 2 to 1000000"),
        (r#"{"kind": "bandwidth", "bandwidth": "0bit/s", "at": "1s"}"#, "above 0bit/s"),
        (r#"{"kind": "flap", "up": "1ns", "down": "1ns", "for": "1s", "at": "1s"}"#, "below 10000"),
        (
            r#"{"kind": "reset", "when": {"step": "cp_begin", "cp": 0}}"#,
            "`faults[0].when.cp` is 0: counted from 1",
        ),
        (
            r#"{"kind": "reset", "when": {"step": "cp_bloc"}}"#,
            "`faults[0].when.step` is \"cp_bloc\"",
        ),
        (r#"{"kind": "reset", "when": {"cp": 1}}"#, "`faults[0].when` lacks `step`"),
        (
            r#"{"kind": "reset", "at": "1s"}, {"kind": "reset", "at": "1s", "number": 0}"#,
            "another fault has this number",
        ),
        (r#"{"kind": "reset", "at": "1s", "colour": 1}"#, "unknown key `colour` in `faults[0]`"),
    ] {
        let text = format!("{{ \"clients\": [{{}}], \"faults\": [{fault}] }}");
        let refusal = refusal(&text);
        assert!(refusal.contains(words), "{fault}\ngave\n{refusal}\ninstead of\n{words}");
    }
}
