//! `run --perfetto` and `run --window`.

use crate::support::Place;
use flate2::read::GzDecoder;
use serde_json::Value;
use std::fs::File;
use std::io::Read as _;

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The same trace plain, gzipped and on standard output; what made it stands in it.
#[test]
fn a_trace_goes_where_it_is_asked_to() {
    let place = Place::new();
    place.run(&["run", "small.json", "--perfetto", "t.json"]).expect(0);
    let plain = place.read("t.json");
    let line = |file: &str| plain.replace("--perfetto t.json", &format!("--perfetto {file}"));
    let trace = json(&plain);
    assert_eq!(trace["otherData"]["scenario"], "small");
    assert_eq!(trace["otherData"]["window"], "..");
    assert_eq!(trace["otherData"]["reproduce"], "mirrorsim run small.json --perfetto t.json");
    let events = trace["traceEvents"].as_array().expect("events");
    let writes = events.iter().filter(|event| event["name"] == "write" && event["ph"] == "b");
    assert_eq!(writes.count(), 8);

    place.run(&["run", "small.json", "--perfetto", "t.json.gz"]).expect(0);
    let mut text = String::new();
    let zipped = File::open(place.path("t.json.gz")).expect("it is there");
    GzDecoder::new(zipped).read_to_string(&mut text).expect("gzip");
    assert_eq!(text, line("t.json.gz"));

    let words = ["run", "small.json", "--perfetto", "-", "-o", "r.txt"];
    let ended = place.run(&words).expect(0);
    assert_eq!(ended.stdout, line("- -o r.txt"));
    assert!(place.read("r.txt").starts_with("PASS"), "the report goes elsewhere");
}

/// A trace changes nothing else, and goes with everything else.
#[test]
fn a_trace_changes_nothing() {
    let place = Place::new();
    let report = |words: &[&str]| {
        let report = place.run(&[&["run", "small.json", "--format=json"], words].concat());
        json(&report.expect(0).stdout)
    };
    let alone = report(&[]);
    let words = ["--perfetto=t.json", "--facts=f", "--series=s", "--record=tape", "--twice"];
    let with = report(&words);
    for key in ["digest", "writes", "wan", "images"] {
        assert_eq!(with[key], alone[key], "{key}");
    }
    let from_tape = report(&["--replay=tape", "--perfetto=u.json", "--window=0s.."]);
    assert_eq!(from_tape["digest"], alone["digest"]);
    let events = |file: &str| json(&place.read(file))["traceEvents"].clone();
    assert_eq!(events("u.json"), events("t.json"));
}

/// A swarm is shown as the seed made it: its faults have their own words.
#[test]
fn a_swarm_is_shown_as_it_was_drawn() {
    let place = Place::new();
    let scenario = r#"{ "name": "swarm", "swarm": true, "clients": [
        { "workload": { "count": 300, "span": "1MiB", "arrival": { "kind": "poisson", "mean": "10ms" } } } ] }"#;
    place.write("swarm.json", scenario);
    let mut faults = 0;
    for seed in ["--seed=1", "--seed=2", "--seed=3"] {
        place.run(&["run", "swarm.json", seed, "--perfetto=t.json", "-o", "r.json"]).expect(0);
        let (trace, report) = (json(&place.read("t.json")), json(&place.read("r.json")));
        let planned = report["scenario"]["faults"].as_array().expect("a list");
        let words: Vec<_> = planned.iter().map(|fault| fault["kind"].clone()).collect();
        let events = trace["traceEvents"].as_array().expect("events");
        for event in events.iter().filter(|event| event["cat"] == "fault") {
            let name = event["name"].as_str().expect("a name");
            let word = name.trim_end_matches(" begins").trim_end_matches(" ends");
            assert!(words.contains(&Value::from(word)), "{name} is none of {words:?}");
            faults += 1;
        }
    }
    assert!(faults > 0, "some seed draws a fault");
}

#[test]
fn a_window_is_refused_with_its_reason() {
    let place = Place::new();
    for (words, sentence) in [
        (&["--perfetto=t.json", "--window=2s"][..], "a window is FROM..TO"),
        (&["--perfetto=t.json", "--window=2s..1s"], "it ends before it begins: 2s..1s"),
        (&["--perfetto=t.json", "--window=2..3s"], "2"),
        (&["--window=1s..2s"], "--window 1s..2s: nothing is shown; give --perfetto FILE"),
        (&["--perfetto=t.json", "--dry-run"], "cannot be used with"),
        (&["--perfetto", "x", "-o", "x"], "--perfetto and the report both go to x"),
        (&["--perfetto", "x", "--facts", "x"], "--facts and --perfetto both go to x"),
        (&["--perfetto", "-"], "--perfetto and the report both go to standard output"),
    ] {
        let refused = place.run(&[&["run", "small.json"], words].concat()).expect(2);
        assert!(refused.stderr.contains(sentence), "{words:?}: {}", refused.stderr);
    }
    let refused = place.run(&["run", "small.json", "--perfetto", "no/such/t.json"]).expect(74);
    assert!(refused.stderr.contains("no/such/t.json cannot be written"), "{}", refused.stderr);
    assert_eq!(place.names(), ["small.json"], "nothing is left behind");
}

#[test]
fn a_window_shows_a_part() {
    let place = Place::new();
    let shown = |window: &str| {
        place.run(&["run", "small.json", "--perfetto=t.json", window]).expect(0);
        let trace = json(&place.read("t.json"));
        let other = &trace["otherData"];
        let count = |place: &str| other.pointer(place).and_then(Value::as_u64).expect("a number");
        [count("/shown/requests"), count("/left_out/requests/outside")]
    };
    assert_eq!(shown("--window=.."), [8, 0]);
    let [some, others] = shown("--window=..1ns");
    assert!(some > 0 && others > 0 && some + others == 8, "{some} and {others}");
    assert_eq!(shown("--window=1h.."), [0, 8]);
}
