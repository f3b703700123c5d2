//! `run --record` and `run --replay`: every decision by its meaning.

use crate::support::{Ended, Place, SCENARIO};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write as _;

/// Three clients that draw sizes, addresses and waits, over a link that jitters and loses.
const THREE: &str = r#"{ "name": "three", "clients": [
    { "name": "a", "workload": { "count": 30, "span": "1MiB", "reads": "20%" } },
    { "name": "b", "workload": { "count": 30, "span": "1MiB",
        "arrival": { "kind": "closed", "think": "1ms" } } },
    { "name": "c", "workload": { "count": 30, "span": "1MiB" } } ],
  "wan": { "transport": "datagram", "jitter": "1ms" } }
"#;

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).expect("a report is JSON")
}

/// The report of a run with these words.
fn report(place: &Place, words: &[&str]) -> Value {
    json(&place.run(&[&["run"], words, &["--format=json"]].concat()).expect(0))
}

/// Decisions of a tape: what each is about, and what it came to.
fn decisions(text: &str) -> BTreeMap<String, String> {
    let decision = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        let key = format!("{} {}/{}", line["purpose"], line["entity"], line["index"]);
        (key, format!("{} {}", line["choice"], line["value"]))
    };
    text.lines().skip(1).map(decision).collect()
}

fn counts(report: &Value) -> [u64; 4] {
    let count = |key: &str| report["replay"][key].as_u64().expect("a number");
    ["matched", "missing", "extra", "drifted"].map(count)
}

#[test]
fn a_tape_gives_the_run_again_whatever_the_seed() {
    let place = Place::new();
    place.write("three.json", THREE);
    let recorded = report(&place, &["three.json", "--seed=5", "--record=tape.jsonl"]);
    let text = place.read("tape.jsonl");
    let heading: Value = serde_json::from_str(text.lines().next().expect("lines")).expect("JSON");
    for (key, value) in [
        ("format", Value::from("mirrorsim-tape/1")),
        ("generator", recorded["generator"].clone()),
        ("scenario", recorded["scenario_hash"].clone()),
        ("seed", 5.into()),
    ] {
        assert_eq!(heading[key], value, "{key}");
    }
    let lines = text.lines().count() as u64 - 1;
    assert!(lines > 200, "{lines} decisions");
    for seed in [&[][..], &["--seed=5"], &["--seed=6"], &["--twice"]] {
        let words = [&["three.json", "--replay=tape.jsonl"], seed].concat();
        let again = report(&place, &words);
        assert_eq!(again["digest"], recorded["digest"], "{seed:?}");
        assert_eq!(counts(&again), [lines, 0, 0, 0], "{seed:?}");
        assert_eq!(again["replay"]["first_drift"], Value::Null);
    }
    assert_ne!(report(&place, &["three.json", "--seed=6"])["digest"], recorded["digest"]);
    let page = place.run(&["run", "three.json", "--replay=tape.jsonl"]).expect(0);
    let line = format!("replay     {lines} decisions matched, 0 missing, 0 extra, 0 drifted\n");
    assert!(page.stdout.contains(&line) && page.stdout.contains("(seed 5)"), "{}", page.stdout);
    assert_eq!(page.stderr, "", "a tape that fits is no matter of remark");
}

#[test]
fn tapes_are_zipped_by_name_and_read_either_way() {
    let place = Place::new();
    let plain = report(&place, &["small.json", "--record=tape.jsonl"]);
    assert_eq!(
        report(&place, &["small.json", "--record=tape.jsonl.gz"])["digest"],
        plain["digest"]
    );
    let zipped = std::fs::read(place.path("tape.jsonl.gz")).expect("it was written");
    assert!(zipped.starts_with(&[0x1f, 0x8b]) && zipped.len() < place.read("tape.jsonl").len());
    let again = report(&place, &["small.json", "--replay=tape.jsonl.gz", "--record=copy.jsonl"]);
    assert_eq!(place.read("copy.jsonl"), place.read("tape.jsonl"));
    let piped = ["run", "small.json", "--replay=-", "--format=json"];
    let piped = json(&place.run_with(&piped, &zipped).expect(0));
    assert_eq!((&piped["replay"], &piped["digest"]), (&again["replay"], &plain["digest"]));
    let streamed = place.run(&["run", "small.json", "--record=-", "-o=r.txt"]).expect(0);
    assert_eq!(streamed.stdout, place.read("tape.jsonl"));
}

/// What the other clients do stays as it was when one is taken out: by meaning, not by place.
#[test]
fn what_is_left_of_a_changed_scenario_keeps_its_decisions() {
    let place = Place::new();
    place.write("three.json", THREE);
    let third = THREE.lines().filter(|line| !line.contains("\"c\"")).collect::<String>();
    place.write(
        "two.json",
        third.replace("\"think\": \"1ms\" } } },", "\"think\": \"1ms\" } } } ],"),
    );
    report(&place, &["three.json", "--seed=5", "--record=tape.jsonl"]);
    let words = ["run", "two.json", "--replay=tape.jsonl", "--seed=9", "--format=json"];
    let ended = place.run(&[&words[..], &["--record=two.jsonl"]].concat()).expect(0);
    let [matched, missing, extra, drifted] = counts(&json(&ended));
    assert!(matched > 100 && extra > 30, "{matched} {missing} {extra} {drifted}");
    let (recorded, again) = (place.read("tape.jsonl"), place.read("two.jsonl"));
    let (recorded, again) = (decisions(&recorded), decisions(&again));
    let of_clients = |key: &str| key.contains("operation_") || key.contains("think_time");
    let left: Vec<_> = again.iter().filter(|(key, _)| of_clients(key)).collect();
    assert!(left.len() > 90, "{left:?}");
    for (key, value) in left {
        assert_eq!(recorded.get(key), Some(value), "{key}");
    }
    for words in ["the tape is of another scenario: ", "the tape does not fit: "] {
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
    let quiet = place.run(&[&words[..], &["--quiet"]].concat()).expect(0);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn another_bandwidth_leaves_what_clients_do() {
    let place = Place::new();
    place.write("three.json", THREE);
    report(&place, &["three.json", "--record=tape.jsonl"]);
    let slower = ["three.json", "--set=wan.bandwidth=1Mbit/s", "--replay=tape.jsonl"];
    let slower = report(&place, &[&slower[..], &["--seed=9", "--record=slower.jsonl"]].concat());
    assert_eq!(counts(&slower)[3], 0, "the choices are the same");
    let (recorded, again) = (place.read("tape.jsonl"), place.read("slower.jsonl"));
    let (recorded, again) = (decisions(&recorded), decisions(&again));
    let common = again.keys().filter(|key| recorded.contains_key(*key)).count();
    assert!(common > 200, "{common}");
    for (key, value) in &again {
        assert!(recorded.get(key).is_none_or(|was| was == value), "{key}");
    }
    let drawn = |key: &&String| key.contains("operation_");
    assert_eq!(recorded.keys().filter(drawn).count(), again.keys().filter(drawn).count());
}

/// Half of the jitter: what was more than that is drawn anew, and the first one is told.
#[test]
fn another_choice_is_told() {
    let place = Place::new();
    place.write("three.json", THREE);
    report(&place, &["three.json", "--record=tape.jsonl"]);
    let words = ["run", "three.json", "--set=wan.jitter=500us", "--replay=tape.jsonl"];
    let page = place.run(&words).expect(0);
    let line = "first drift  jitter 0/";
    assert!(page.stdout.contains(line), "{}", page.stdout);
    assert!(page.stdout.contains(": below 500001, recorded below 1000001\n"), "{}", page.stdout);
    assert!(page.stderr.contains("first drift: jitter 0/"), "{}", page.stderr);
    let report = json(&place.run(&[&words[..], &["--format=json"]].concat()).expect(0));
    let drift = &report["replay"]["first_drift"];
    assert!(drift["at_ns"].as_u64().is_some_and(|at| at > 0), "{drift}");
    assert_eq!(drift["asked"]["below"], 500_001);
}

#[test]
fn what_a_swarm_draws_is_on_the_tape() {
    let place = Place::new();
    let swarm = r#"{ "swarm": true, "clients": [ { "workload": { "count": 40 } } ] }"#;
    place.write("swarm.json", swarm);
    for seed in ["--seed=1", "--seed=2", "--seed=3"] {
        let recorded = report(&place, &["swarm.json", seed, "--record=tape.gz"]);
        let again = report(&place, &["swarm.json", "--seed=77", "--replay=tape.gz"]);
        assert_eq!(again["digest"], recorded["digest"]);
        assert_eq!(again["scenario"], recorded["scenario"]);
        assert_eq!(counts(&again)[1..], [0, 0, 0]);
        assert!(counts(&again)[0] > 40);
    }
}

#[test]
fn what_is_no_tape_is_refused() {
    let place = Place::new();
    report(&place, &["small.json", "--record=tape.jsonl"]);
    let text = place.read("tape.jsonl");
    let zip = |text: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    };
    let zipped = zip(text.as_bytes());
    let endless = zip(&vec![b' '; 1 << 24]);
    for (bytes, sentence) in [
        (&text.as_bytes()[..text.len() - 9], "cut off in the middle"),
        (&zipped[..zipped.len() - 9], "cannot be read: "),
        (&endless, "line 1: longer than 4096 bytes"),
        (SCENARIO.as_bytes(), "line 1: not a tape (mirrorsim-tape/1)"),
        (b"", "line 1: not a tape"),
        (b"\x1f\x8b\x00", "line 1 cannot be read: "),
        (text.replace("\"value\":", "\"value\":-").as_bytes(), "line 2: no decision: invalid"),
    ] {
        place.write("broken", bytes);
        let refused = place.run(&["run", "small.json", "--replay=broken"]).expect(2);
        assert!(refused.stderr.starts_with("error: broken: "), "{}", refused.stderr);
        assert!(refused.stderr.contains(sentence), "{sentence}: {}", refused.stderr);
        assert_eq!(refused.stdout, "");
    }
    let refused = place.run(&["run", "small.json", "--replay=none"]).expect(74);
    assert!(refused.stderr.contains("none cannot be read: No such file"), "{}", refused.stderr);
    let refused = place.run(&["run", "small.json", "--record=no/such/place"]).expect(74);
    assert!(refused.stderr.contains("no/such/place cannot be written"), "{}", refused.stderr);
    place.run_with(&["run", "-", "--replay=-"], SCENARIO.as_bytes()).expect(2);
    place.run(&["run", "small.json", "--record=-"]).expect(2);
    place.run(&["run", "small.json", "--dry-run", "--replay=tape.jsonl"]).expect(2);
}
