//! `mirrorsim run` and `mirrorsim init`: the same report in every way that leads to it.

use crate::support::{Place, SCENARIO, ended};
use mirrorsim::facts::{Digest, FactReader, Sink as _};
use serde_json::Value;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// The report on standard output as JSON, without what depends on the machine and the day.
fn report(place: &Place, words: &[&str]) -> Value {
    let words = [&["run"], words, &["--format", "json"]].concat();
    let ended = place.run(&words).expect(0);
    assert_eq!(ended.stderr, "");
    without_host(&ended.stdout)
}

fn without_host(text: &str) -> Value {
    let mut report: Value = serde_json::from_str(text).expect("a report is JSON");
    let host = report.as_object_mut().and_then(|keys| keys.remove("host"));
    assert!(host.is_some_and(|host| host["command"].is_string()), "{text}");
    report
}

#[test]
fn text_and_json_say_the_same() {
    let place = Place::new();
    let json = report(&place, &["small.json"]);
    assert_eq!(json["verdict"], "pass");
    assert_eq!(json["writes"]["acknowledged"], 8);
    let text = place.run(&["run", "small.json"]).expect(0);
    assert!(text.stdout.starts_with("PASS  small  (seed 0)\n"), "{}", text.stdout);
    let digest = json["digest"].as_str().expect("a word");
    for words in [digest, "8 writes acknowledged (64.0 KiB)", "mirrorsim run small.json\n"] {
        assert!(text.stdout.contains(words), "{words}\n{}", text.stdout);
    }
    assert_eq!(text.stderr, "");
}

/// S24: equal runs give equal bytes.
#[test]
fn two_processes_write_the_same_bytes() {
    let place = Place::new();
    let json = ["run", "small.json", "--format", "json"];
    let [first, second] = [(), ()].map(|()| place.run(&json).expect(0).stdout);
    let before_host = |text: &str| {
        let at = text.find("\"host\"").expect("it stands in every report");
        (text[..at].to_owned(), text.lines().count())
    };
    assert_eq!(before_host(&first), before_host(&second));
    assert_eq!(without_host(&first), without_host(&second));
}

#[test]
fn the_report_goes_where_it_is_asked_for() {
    let place = Place::new();
    let ended = place.run(&["run", "small.json", "-o", "report.json"]).expect(0);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", ""));
    assert_eq!(without_host(&place.read("report.json")), report(&place, &["small.json"]));
    place.run(&["run", "small.json", "--output", "report.txt"]).expect(0);
    assert!(place.read("report.txt").starts_with("PASS  small"));
    place.run(&["run", "small.json", "-o", "text.json", "--format", "text"]).expect(0);
    assert!(place.read("text.json").starts_with("PASS  small"));
    let names = ["report.json", "report.txt", "small.json", "text.json"];
    assert_eq!(place.names(), names, "nothing else is left behind");
    let ended = place.run(&["run", "small.json", "-o", "-"]).expect(0);
    assert!(ended.stdout.starts_with("PASS  small"));
}

#[test]
fn facts_read_back_and_have_the_digest_of_the_report() {
    let place = Place::new();
    let report = report(&place, &["small.json", "--facts", "facts.jsonl"]);
    let file = File::open(place.path("facts.jsonl")).expect("it was written");
    let mut digest = Digest::default();
    for fact in FactReader::new(BufReader::new(file)).expect("the heading") {
        digest.take(&fact.expect("a fact a line"));
    }
    assert_eq!(report["digest"], digest.value());
    let streamed = place.run(&["run", "small.json", "--facts", "-", "-o", "r.txt"]).expect(0);
    assert_eq!(streamed.stdout, place.read("facts.jsonl"));
}

#[test]
fn the_seed_decides_and_is_zero_unless_given() {
    let place = Place::new();
    let digest = |words: &[&str]| report(&place, words)["digest"].clone();
    assert_eq!(digest(&["small.json"]), digest(&["small.json", "--seed", "0"]));
    assert_ne!(digest(&["small.json"]), digest(&["small.json", "--seed", "1"]));
    let largest = report(&place, &["small.json", "--seed", "18446744073709551615"]);
    assert_eq!(largest["seed"], u64::MAX);
}

#[test]
fn keys_are_set_from_outside() {
    let place = Place::new();
    let sets = ["--set", "wan.propagation=40ms", "--set=clients.0.name=pg", "--set", "cp={}"];
    let scenario = report(&place, &[&["small.json"], &sets[..]].concat())["scenario"].clone();
    assert_eq!(scenario["wan"]["propagation"], "40ms");
    assert_eq!(scenario["clients"][0]["name"], "pg");
    let sets = ["--set", "name=first", "--set", "name=second"];
    let last = report(&place, &[&["small.json"], &sets[..]].concat());
    assert_eq!(last["scenario"]["name"], "second");
}

#[test]
fn a_dry_run_reads_back_as_itself() {
    let place = Place::new();
    let dry = ["run", "small.json", "--set", "wan.jitter=1ms", "--dry-run"];
    let resolved = place.run(&dry).expect(0).stdout;
    assert!(resolved.contains("\"jitter\": \"1ms\""), "{resolved}");
    place.write("resolved.json", &resolved);
    assert_eq!(place.run(&["run", "resolved.json", "--dry-run"]).expect(0).stdout, resolved);
    let sets = report(&place, &["small.json", "--set", "wan.jitter=1ms"]);
    let again = report(&place, &["resolved.json"]);
    assert_eq!(sets["scenario_hash"], again["scenario_hash"]);
    assert_eq!(sets["digest"], again["digest"]);
    place.run(&["run", "small.json", "--dry-run", "-o", "out.json"]).expect(0);
    assert_ne!(place.read("out.json"), resolved);
}

#[test]
fn a_second_run_is_the_same() {
    let place = Place::new();
    let once = report(&place, &["small.json"]);
    assert_eq!(report(&place, &["small.json", "--twice"]), once);
}

#[test]
fn a_scenario_comes_from_standard_input() {
    let place = Place::new();
    let words = ["run", "-", "--format", "json"];
    let piped = place.run_with(&words, SCENARIO.as_bytes()).expect(0);
    assert_eq!(without_host(&piped.stdout), report(&place, &["small.json"]));
}

/// Paths in a scenario are relative to its file, those of one from standard input to the working
/// directory.
#[test]
fn traces_are_found_from_anywhere() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("inner/traces")).expect("a directory");
    let trace = "time_us,target,offset,length,fsync\n0,v,0,4096,0\n";
    place.write("inner/traces/t.csv", trace);
    let scenario = r#"{ "clients": [ { "workload": { "trace": "traces/t.csv" } } ] }"#;
    place.write("inner/s.json", scenario);
    assert_eq!(report(&place, &["inner/s.json"])["writes"]["acknowledged"], 1);
    let absolute = place.path("inner/s.json");
    let words = [Path::new("run"), &absolute, Path::new("-q")];
    ended(place.command(&words).current_dir("/")).expect(0);
    place.run_with(&["run", "-"], scenario.as_bytes()).expect(2);
    let inside = |words: &[&str]| {
        let mut command = place.command(words);
        command.current_dir(place.path("inner"));
        command.stdin(File::open(place.path("inner/s.json")).expect("it was written"));
        ended(&mut command)
    };
    inside(&["run", "-"]).expect(0);
}

#[test]
fn what_is_expected_decides_the_answer() {
    let place = Place::new();
    let words = ["run", "small.json", "--set", "expect.writes.acknowledged=9"];
    let missed = place.run(&words).expect(1);
    assert!(missed.stdout.contains("1 of 2 expectations missed"), "{}", missed.stdout);
    let sentence = "error: `writes.acknowledged` is 8, expected 9\n\
        reproduce: mirrorsim run small.json --set expect.writes.acknowledged=9\n";
    assert_eq!(missed.stderr, sentence);
    let violation = ["run", "small.json", "--set", "limits.events=20"];
    let stopped = place.run(&violation).expect(1);
    assert!(stopped.stderr.contains("L2: the limit on events is reached"), "{}", stopped.stderr);
    let expected = ["--set", "expect.verdict=violation", "--set", "expect.writes.acknowledged=2"];
    let stopped = place.run(&[&violation[..], &expected[..]].concat()).expect(0);
    assert!(stopped.stdout.starts_with("VIOLATION  small"), "{}", stopped.stdout);
}

/// Spec 2.1: what no half holds is refused; the report says so before anything else.
#[test]
fn refused_writes_are_told_at_the_top() {
    let place = Place::new();
    let rows = "time_us,target,offset,length,fsync\n0,v,0,4096,0\n1,v,0,99999999,0\n";
    place.write("t.csv", rows);
    let scenario = r#"{ "clients": [ { "workload": { "trace": "t.csv" } } ] }"#;
    place.write("s.json", scenario);
    let page = place.run(&["run", "s.json"]).expect(0).stdout;
    let second_section = page.split("\n\n").nth(1).expect("sections");
    assert!(second_section.starts_with("1 of 2 writes REFUSED"), "{page}");
    assert_eq!(report(&place, &["s.json"])["writes"]["refused"], 1);
    place.run(&["run", "s.json", "--set", "expect.writes.refused=0"]).expect(1);
}

#[test]
fn the_starter_runs_and_is_never_overwritten() {
    let place = Place::new();
    place.run(&["init", "-o", "my.json"]).expect(0);
    let starter = place.read("my.json");
    assert_eq!(place.run(&["init"]).expect(0).stdout, starter);
    place.run(&["run", "my.json", "--set", "clients.0.workload.count=50"]).expect(0);
    place.write("my.json", "mine");
    let refused = place.run(&["init", "-o", "my.json"]).expect(74);
    assert!(refused.stderr.contains("my.json is there already"), "{}", refused.stderr);
    assert_eq!(place.read("my.json"), "mine");
}
