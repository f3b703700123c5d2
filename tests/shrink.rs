//! `mirrorsim shrink`, through the program: runs that fail become small, fail in the same way with any
//! seed, and are tests by themselves.

#[path = "cli/support.rs"]
mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::thread;
use support::{Place, SCENARIO, trace};

fn sabotage(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/sabotage");
    folder.join(format!("{name}.json"))
}

/// How the run of a scenario fails first: property, role, state and kind.
fn fingerprint(place: &Place, scenario: &str, seed: &str) -> (Value, Value) {
    let run = place.run(&["run", scenario, "--seed", seed, "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("a report is JSON");
    let first = &report["violations"][0];
    (first["property"].clone(), first["where"].clone())
}

/// Operations that write, and faults, of a scenario file.
fn size(text: &str) -> (usize, usize) {
    let scenario: Value = serde_json::from_str(text).expect("a scenario is JSON");
    let clients = scenario["clients"].as_array().cloned().unwrap_or_default();
    let listed = |client: &Value| client["workload"]["operations"].as_array().cloned();
    let operations = clients.iter().map(|client| listed(client).expect("requests are listed"));
    let writes = operations.flatten().filter(|operation| operation.get("write").is_some());
    (writes.count(), scenario["faults"].as_array().map_or(0, Vec::len))
}

/// Shrinks a run and holds the result against what is promised of it.
fn shrinks(name: &str, seed: &str) {
    let place = Place::new();
    let scenario = sabotage(name).display().to_string();
    let made = place.run(&["--quiet", "shrink", &scenario, "--seed", seed, "-o", "smallest.json"]);
    let stderr = made.expect(0).stderr;
    assert_eq!(stderr, "", "{name}: nothing to remark");
    let (writes, faults) = size(&place.read("smallest.json"));
    assert!(writes <= 4 && faults <= 2, "{name} {seed}: {}", place.read("smallest.json"));
    let wanted = fingerprint(&place, &scenario, seed);
    for seed in ["0", "1", "2", "77"] {
        place.run(&["run", "smallest.json", "--seed", seed]).expect(0);
        assert_eq!(fingerprint(&place, "smallest.json", seed), wanted, "{name} with seed {seed}");
    }
    let again = place.run(&["--quiet", "shrink", &scenario, "--seed", seed]).expect(0);
    assert_eq!(again.stdout, place.read("smallest.json"), "the same again, to standard output");
}

/// Wrong protocols and seeds with which they fail: by requests alone, by crashes and partitions that
/// come again, by loss, lateness and duplication of messages, by media, by a failover, by a bound.
const FAILING: [(&str, [&str; 2]); 9] = [
    ("no-copy-on-write", ["0", "5"]),
    ("clear-tracking-on-send", ["0", "3"]),
    ("commit-without-counting", ["0", "4"]),
    ("accept-stale-epoch", ["0", "2"]),
    ("count-duplicates", ["1", "2"]),
    ("trust-log-storage", ["0", "6"]),
    ("log-not-rescanned", ["0", "1"]),
    ("ignore-id-wrap", ["0", "9"]),
    ("serve-after-lease", ["0", "1"]),
];

#[test]
fn what_fails_becomes_small_and_fails_in_the_same_way_with_any_seed() {
    thread::scope(|scope| {
        for half in FAILING.chunks(FAILING.len().div_ceil(2)) {
            scope.spawn(move || {
                for (name, seeds) in half {
                    seeds.iter().for_each(|seed| shrinks(name, seed));
                }
            });
        }
    });
}

#[test]
fn a_run_that_keeps_every_property_is_nothing_to_shrink() {
    let place = Place::new();
    let ended = place.run(&["shrink", "small.json", "--seed", "3", "-o", "x.json"]).expect(4);
    let words = "error: nothing to shrink: small.json with seed 3 keeps every property\n";
    assert!(ended.stderr.starts_with(words), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    assert_eq!(place.names(), ["small.json"]);
    place.run(&["shrink", "small.json", "--set", "wan.bandwidth=0"]).expect(2);
    place.run(&["shrink", "small.json", "small.json"]).expect(2);
    place.run(&["shrink", "no.json"]).expect(74);
}

/// A wrong protocol that fails with every seed.
fn wrong() -> String {
    SCENARIO.replace("\"clients\"", "\"sabotage\": \"ack-before-destination\", \"clients\"")
}

#[test]
fn few_runs_give_the_best_so_far() {
    let place = Place::new();
    place.write("wrong.json", wrong());
    let ended = place.run(&["shrink", "wrong.json", "--runs", "3", "-o", "best.json"]).expect(0);
    assert!(ended.stderr.contains("stopped before it was as small as can be"), "{}", ended.stderr);
    place.run(&["run", "best.json"]).expect(0);
    let best = place.read("best.json").len();
    let ended = place.run(&["shrink", "wrong.json", "-o", "best.json"]).expect(0);
    assert!(ended.stderr.starts_with("S1a, copy missing: 1 writes, 0 faults"), "{}", ended.stderr);
    assert!(place.read("best.json").len() < best);
}

#[test]
fn a_table_is_the_same_on_any_number_of_cores() {
    let place = Place::new();
    place.write("wrong.json", wrong());
    let words = ["shrink", "wrong.json", "small.json", "--table", "--seeds", "0..4", "--jobs"];
    let table = |jobs| place.run(&[&words[..], &[jobs]].concat()).expect(0).stdout;
    let alone = table("1");
    assert_eq!(table("3"), alone);
    let lines: Vec<_> = alone.lines().collect();
    assert!(lines[0].starts_with("sabotage,property,failing_seeds,median_writes,p90_writes,"));
    assert!(lines[1].starts_with("ack-before-destination,S1a,4,1,1,1,0,0,0,"), "{}", lines[1]);
    assert!(lines[1].ends_with(",0,0"), "none needs a seed, none slipped: {}", lines[1]);
    assert!(lines[2].starts_with("small.json,,0,,"), "{}", lines[2]);
}

/// A recorded trace is not needed any more: what of it matters is listed.
#[test]
fn a_trace_becomes_a_few_requests_and_standard_input_is_read() {
    let place = Place::new();
    let text = format!(
        r#"{{ "clients": [ {{ "workload": {{ "trace": {:?} }} }} ],
             "source": {{ "nvram_half": "1MiB" }}, "sabotage": "no-copy-on-write" }}"#,
        trace("sqlite_wal_files.csv.gz")
    );
    let ended = place.run_with(&["--quiet", "shrink", "-"], text.as_bytes()).expect(0);
    let (writes, faults) = size(&ended.stdout);
    assert!(writes <= 4 && faults == 0, "{}", ended.stdout);
    place.run_with(&["run", "-"], ended.stdout.as_bytes()).expect(0);
}

/// A run that violates two properties is shrunk to the one that it violates first, though the other
/// needs less.
#[test]
fn of_two_properties_the_first_is_kept() {
    let place = Place::new();
    let scenario = sabotage("clear-tracking-on-send").display().to_string();
    let run = place.run(&["run", &scenario, "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("a report is JSON");
    let violations = report["violations"].as_array().expect("it is a list");
    let properties: Vec<_> = violations.iter().map(|line| line["property"].clone()).collect();
    assert!(properties[0] == "S14" && properties.contains(&"S2".into()), "{properties:?}");
    place.run(&["shrink", &scenario, "-o", "smallest.json"]).expect(0);
    assert_eq!(fingerprint(&place, "smallest.json", "0").0, "S14");
}
