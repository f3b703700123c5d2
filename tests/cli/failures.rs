//! `check --save-failures`: what failed is kept, run again first, and told when it is cured.

use crate::support::{Place, trace};
use serde_json::Value;
use std::fs;

fn index(place: &Place) -> Vec<Value> {
    let text = place.read("kept/failures.jsonl");
    text.lines().map(|line| serde_json::from_str(line).expect("an entry is JSON")).collect()
}

fn files(place: &Place) -> Vec<String> {
    let entries = fs::read_dir(place.path("kept")).expect("it is there");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<_> = entries.map(|entry| name(entry.expect("an entry"))).collect();
    names.sort();
    names
}

const FAILS: &str = "--set=expect.writes.acknowledged=9";

#[test]
fn a_saved_failure_fails_alone() {
    let place = Place::new();
    let words = ["check", "small.json", "--seeds=4..6", FAILS, "--save-failures=kept"];
    let page = place.run(&words).expect(1).stdout;
    let index = index(&place);
    assert_eq!(index.len(), 2);
    assert_eq!((&index[0]["seed"], &index[0]["from"]), (&4.into(), &"small.json".into()));
    assert_eq!((&index[0]["version"], &index[0]["outcome"]), (&"0.1.0".into(), &"fail".into()));
    let hash = index[0]["scenario_hash"].as_str().expect("a hash");
    assert!(page.contains(&format!("scenario {hash}\n")), "{page}");
    let file = index[0]["file"].as_str().expect("a name");
    assert_eq!(file, format!("small-seed-4-{hash}.json"));
    let alone = place.run(&["run", &format!("kept/{file}"), "--seed=4"]).expect(1);
    assert!(alone.stderr.contains("`writes.acknowledged` is 8, expected 9"), "{}", alone.stderr);
    assert!(alone.stdout.contains(&format!("\nscenario   {hash}")), "{}", alone.stdout);
}

/// They come first, on any number of cores, and what is known is not saved again.
#[test]
fn saved_failures_are_run_again_first() {
    let place = Place::new();
    place.run(&["check", "small.json", "--seeds=4..6", FAILS, "--save-failures=kept"]).expect(1);
    let before = files(&place);
    let words = ["check", "small.json", "--seeds=0..20", "--save-failures=kept", "--twice=1"];
    let page = place.run(&words).expect(1).stdout;
    let lines: Vec<_> = page.lines().collect();
    assert!(lines[0].starts_with("FAIL  kept/small-seed-4-"), "{page}");
    assert!(lines[2].starts_with("  reproduce: mirrorsim run kept/small-seed-4-"), "{page}");
    assert_eq!(lines[8], "fail  kept        2 saved failures, 2 failed, 0 cured", "{page}");
    assert!(lines[9].starts_with("pass  small.json  20 seeds, 0 failed"), "{page}");
    assert_eq!(lines[10], "20 runs, 0 violations", "no bound beside a seed that fails: {page}");
    assert_eq!(files(&place), before);
    let rows = |jobs: &str| {
        let options = ["--format=json", jobs, "--junit=check.xml"];
        (place.run(&[&words[..], &options].concat()).expect(1).stdout, place.read("check.xml"))
    };
    let (one, two) = (rows("--jobs=1"), rows("--jobs=2"));
    assert_eq!(one, two);
    let first: Value = serde_json::from_str(one.0.lines().next().expect("rows")).expect("JSON");
    assert_eq!((&first["kind"], &first["outcome"]), (&"saved".into(), &"fail".into()));
    let last: Value = serde_json::from_str(one.0.lines().last().expect("rows")).expect("JSON");
    assert_eq!(
        (&last["runs"], &last["failed"], &last["saved"], &last["saved_failed"]),
        (&20.into(), &0.into(), &2.into(), &2.into())
    );
    assert!(one.1.contains("<testsuite name=\"kept\" tests=\"2\" failures=\"2\" errors=\"0\">"));
    let cut = place.run(&[&words[..], &["--max-fail=1"]].concat()).expect(1).stdout;
    let ending = "\ncut after 1 failing run: 21 of 22 runs were not made\n0 runs, 0 violations\n";
    assert!(cut.ends_with(ending), "{cut}");
}

#[test]
fn a_cured_failure_is_told_and_removed_if_that_is_asked_for() {
    let place = Place::new();
    place.run(&["check", "small.json", "--seeds=4..6", FAILS, "--save-failures=kept"]).expect(1);
    // The saved scenario is what is run: what it expects comes true if its client writes once more.
    let file = files(&place)[1].clone();
    let text = place.read(&format!("kept/{file}"));
    assert!(text.contains("\"count\": 8"), "{text}");
    place.write(&format!("kept/{file}"), text.replace("\"count\": 8", "\"count\": 9"));
    let words = ["check", "small.json", "--seeds=0..5", "--save-failures=kept"];
    let page = place.run(&words).expect(1).stdout;
    let told = format!("cured  kept/{file}  (seed 4)\n  no longer: `writes.acknowledged` is 8");
    assert!(page.starts_with(&told), "{page}");
    assert!(page.contains("\nfail  kept        2 saved failures, 1 failed, 1 cured\n"), "{page}");
    assert_eq!(index(&place).len(), 2, "it stays");
    place.run(&[&words[..], &["--remove-cured"]].concat()).expect(1);
    assert_eq!(index(&place).len(), 1);
    assert!(!files(&place).contains(&file) && files(&place).len() == 2, "{:?}", files(&place));
    place.run(&["check", "small.json", "--remove-cured"]).expect(2);
}

/// What a seed of a swarm drew is written out, and the same run comes of it.
#[test]
fn a_swarm_is_saved_drawn_out() {
    let place = Place::new();
    let swarm = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/swarm.json");
    let words = ["check", swarm, "--seeds=3..5", "--set=expect.writes.acknowledged=1"];
    let rows = |ended: crate::support::Ended| {
        let lines = ended.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        lines.collect::<Vec<Value>>()
    };
    let options = ["--save-failures=kept", "--format=json"];
    let first = rows(place.run(&[&words[..], &options].concat()).expect(1));
    let again =
        rows(place.run(&[&["check", "small.json", "--seeds=0"][..], &options].concat()).expect(1));
    for name in files(&place).iter().filter(|name| name.starts_with("swarm-seed-")) {
        let text = place.read(&format!("kept/{name}"));
        assert!(text.contains("\"swarm\": false") && text.contains("\"faults\": ["), "{text}");
    }
    for seed in 0..2 {
        for key in ["digest", "scenario_hash", "events", "seed"] {
            assert_eq!(first[seed][key], again[seed][key], "{key}");
        }
        assert_eq!(again[seed]["kind"], "saved");
    }
}

/// A trace is found from the folder, wherever the check is begun.
#[test]
fn traces_are_found_from_the_folder() {
    let place = Place::new();
    fs::create_dir_all(place.path("some/traces")).expect("a directory");
    fs::copy(trace("sqlite_wal_files.csv.gz"), place.path("some/traces/t.csv.gz")).expect("a copy");
    let replay = r#"{ "clients": [ { "workload": { "trace": "traces/t.csv.gz" } } ],
        "end": { "after": "10ms" }, "expect": { "writes.requested": 0 } }"#;
    place.write("some/replay.json", replay);
    let words = ["check", "some/replay.json", "--seeds=1", "--save-failures=kept"];
    place.run(&words).expect(1);
    let file = index(&place)[0]["file"].as_str().expect("a name").to_owned();
    assert!(place.read(&format!("kept/{file}")).contains("\"../some/traces/t.csv.gz\""));
    let inside =
        place.command(&["run", &file, "--seed=1"]).current_dir(place.path("kept")).output();
    let told = String::from_utf8(inside.expect("it starts").stderr).expect("UTF-8");
    assert!(told.contains("`writes.requested` is"), "{told}");
}

#[test]
fn a_folder_that_is_none_is_refused() {
    let place = Place::new();
    let words = ["check", "small.json", "--save-failures"];
    let refused = place.run(&[&words[..], &["small.json"]].concat()).expect(74);
    assert!(refused.stderr.contains("small.json cannot be made"), "{}", refused.stderr);
    place.run(&["check", "small.json", "--seeds=4..6", FAILS, "--save-failures=kept"]).expect(1);
    fs::remove_file(place.path("kept").join(&files(&place)[1])).expect("it is there");
    let refused = place.run(&[&words[..], &["kept"]].concat()).expect(74);
    assert!(refused.stderr.contains(".json cannot be read"), "{}", refused.stderr);
    place.write("kept/failures.jsonl", "{}\n");
    let refused = place.run(&[&words[..], &["kept"]].concat()).expect(2);
    assert!(refused.stderr.contains("kept/failures.jsonl:1: missing field"), "{}", refused.stderr);
    assert_eq!(refused.stdout, "");
}
