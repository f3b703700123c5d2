//! `mirrorsim trace --scenario`: from a trace of any form to a run, and what a scenario says of the form
//! of its trace.

use crate::support::{Place, trace};
use crate::traces::FOREIGN;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The report of a run that comes out as expected.
fn report(place: &Place, scenario: &str) -> Value {
    value(&place.run(&["run", scenario, "--format=json", "--quiet"]).expect(0).stdout)
}

#[test]
fn a_trace_becomes_a_scenario_that_replays_it() {
    let place = Place::new();
    fs::create_dir_all(place.path("traces")).expect("a folder");
    fs::create_dir_all(place.path("mine/deep")).expect("a folder");
    place.write("traces/usr.csv", FOREIGN);
    let path = "mine/deep/usr.json";
    place.run(&["trace", "traces/usr.csv", "--scenario", "-o", path]).expect(0);
    let scenario = value(&place.read(path));
    let workload = &scenario["clients"][0]["workload"];
    assert_eq!(workload["trace"], "../../traces/usr.csv");
    assert_eq!(workload.get("from"), None);
    assert_eq!(scenario["source"]["consistency_point"]["every"], "10s");
    let words = scenario["description"].as_str().expect("words");
    assert!(words.contains("Replays usr.csv: read as MSR Cambridge CSV"), "{words}");
    assert!(words.contains("1 of 5 lines bad"), "{words}");
    let report = report(&place, path);
    assert_eq!(report["writes"]["acknowledged"], 3);
    assert_eq!(report["writes"]["bytes"], 4096 + 8192 + 512);
    // Without -o, from the working directory.
    let printed =
        place.run(&["trace", "traces/usr.csv", "--scenario", "--from=msr", "--cp-every=2s"]);
    let printed = value(&printed.expect(0).stdout);
    assert_eq!(printed["clients"][0]["workload"]["trace"], "traces/usr.csv");
    assert_eq!(printed["clients"][0]["workload"]["from"], "msr");
    assert_eq!(printed["source"]["consistency_point"]["every"], "2s");
}

/// What the recorded ones write is acknowledged, all of it; and what is expected on the link from their
/// numbers alone is what a run puts there, but for a percent.
#[test]
fn recorded_traces_replay_as_expected() {
    let place = Place::new();
    for name in ["pgbench_block", "sqlite_wal_files", "fio_mix_files", "untar_git_block"] {
        let file = trace(&format!("{name}.csv.gz"));
        let file = file.to_str().expect("a path that is text");
        place.run(&["trace", file, "--scenario", "-o", "mine.json"]).expect(0);
        let stats =
            value(&place.run(&["trace", file, "--stats", "--format=json"]).expect(0).stdout);
        let report = report(&place, "mine.json");
        assert_eq!(report["writes"]["acknowledged"], stats["writes"], "{name}");
        assert_eq!(report["writes"]["bytes"], stats["bytes_written"], "{name}");
        let near = |expected: &Value, found: &Value, what: &str| {
            let [expected, found] =
                [expected, found].map(|value| value.as_f64().expect("a number"));
            let off = (expected / found - 1.0).abs();
            assert!(off < 0.01, "{name}, {what}: expected {expected}, found {found}");
        };
        let estimate = &stats["estimate"];
        near(
            &estimate["references_to_destination"],
            &report["wan"]["to_destination"]["total"],
            "references",
        );
        near(&estimate["to_source"], &report["wan"]["to_source"]["total"], "acknowledgements");
        near(&estimate["saved_of_wan"], &report["saved"]["of_wan"], "saved");
        let full = ["run", "mine.json", "--set=policy=full-blocks", "--format=json", "--quiet"];
        let full = value(&place.run(&full).expect(0).stdout);
        near(
            &estimate["full_blocks_to_destination"],
            &full["wan"]["to_destination"]["total"],
            "full-blocks",
        );
    }
}

/// The samples of the forms that people bring: what the program counts is what a replay acknowledges.
#[test]
fn traces_of_every_form_replay() {
    let place = Place::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces");
    for (file, from) in [
        ("blkparse_default.txt", None),
        ("fio_v2.iolog", None),
        ("fio_v3.iolog", None),
        ("strace_y.txt", None),
        ("nbdkit_log.txt", None),
        ("foreign/alibaba.csv", None),
        ("foreign/cloudphysics.csv", None),
        ("foreign/disksim.ascii", Some("disksim")),
        ("foreign/fiu.txt", None),
        ("foreign/mqsim.trace", Some("mqsim")),
        ("foreign/msr.csv.gz", None),
        ("foreign/oracleGeneral.bin", None),
        ("foreign/spc.spc", None),
        ("foreign/systor17.csv", None),
        ("foreign/tencent.csv", None),
        ("foreign/vscsi1.bin", None),
        ("foreign/vscsi2.bin", None),
    ] {
        let path = folder.join(file);
        let from = from.map(|form| format!("--from={form}"));
        let trace = |words: &[&str]| {
            let path = path.to_str().expect("a path that is text");
            let words = [&["trace", path, "--quiet"], words].concat();
            let words: Vec<_> = words.into_iter().chain(from.as_deref()).collect();
            place.run(&words).expect(0).stdout
        };
        trace(&["--scenario", "-o", "mine.json"]);
        let stats = value(&trace(&["--stats", "--format=json"]));
        let report = report(&place, "mine.json");
        assert_eq!(report["writes"]["acknowledged"], stats["writes"], "{file}");
        assert_eq!(report["writes"]["bytes"], stats["bytes_written"], "{file}");
        assert!(stats["writes"].as_u64().is_some_and(|writes| writes > 0), "{file}");
    }
}

/// Two forms have the same columns: a scenario must say which it is.
#[test]
fn an_ambiguous_trace_is_refused_with_the_choices() {
    let place = Place::new();
    place.write("t.ascii", "0 0 8 8 0\n5000 0 16 8 0\n");
    let scenario = |from: &str| {
        let text =
            format!(r#"{{ "clients": [{{ "workload": {{ "trace": "t.ascii"{from} }} }}] }}"#);
        place.write("s.json", text);
    };
    scenario("");
    let words = place.run(&["run", "s.json"]).expect(2).stderr;
    for part in [
        "`clients[0].workload.trace`",
        "s.json:1:",
        "`\"from\": \"disksim\"`",
        "`\"from\": \"mqsim\"`",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let milliseconds = {
        scenario(r#", "from": "disksim""#);
        report(&place, "s.json")["simulated_ns"].as_u64()
    };
    scenario(r#", "from": "mqsim""#);
    assert!(report(&place, "s.json")["simulated_ns"].as_u64() < milliseconds);
}

#[test]
fn what_cannot_be_replayed_is_refused() {
    let place = Place::new();
    let refused = |words: &[&str], input: &str| {
        place.run_with(&[&["trace"], words].concat(), input.as_bytes()).expect(2).stderr
    };
    let words = refused(&["-", "--scenario"], FOREIGN);
    assert!(words.contains("standard input has no name"), "{words}");
    place.write("reads.csv", "1,usr,1,Read,0,512,1\n");
    let words = refused(&["reads.csv", "--scenario"], "");
    assert!(words.contains("reads.csv: nothing in it writes"), "{words}");
    place.write("usr.csv", FOREIGN);
    let words = refused(&["usr.csv", "--scenario", "--block-size=3B"], "");
    assert!(words.contains("--block-size 3B: a scenario takes a power of two"), "{words}");
}

/// What a scenario says of the form; the key is written to the resolved scenario only where it is given.
#[test]
fn a_scenario_names_the_form_of_its_trace() {
    let place = Place::new();
    place.write("usr.csv", FOREIGN);
    let scenario = |workload: &str| {
        place.write("s.json", format!("{{ \"clients\": [{{ \"workload\": {workload} }}] }}\n"));
    };
    scenario(r#"{ "trace": "usr.csv" }"#);
    let detected = place.run(&["run", "s.json"]).expect(0);
    assert!(detected.stderr.contains("usr.csv: read as MSR Cambridge CSV"), "{}", detected.stderr);
    assert!(detected.stderr.contains("line 3: Type \"Trim\""), "{}", detected.stderr);
    let resolved = place.run(&["run", "s.json", "--dry-run"]).expect(0).stdout;
    assert!(!resolved.contains("\"from\""), "{resolved}");
    scenario(r#"{ "trace": "usr.csv", "from": "msr" }"#);
    report(&place, "s.json");
    let resolved = place.run(&["run", "s.json", "--dry-run"]).expect(0).stdout;
    assert!(resolved.contains("\"from\": \"msr\""), "{resolved}");
    let refused = |workload: &str| {
        scenario(workload);
        place.run(&["run", "s.json"]).expect(2).stderr
    };
    let words = refused(r#"{ "trace": "usr.csv", "from": "mrs" }"#);
    assert!(words.contains("`clients[0].workload.from` is \"mrs\": no such word"), "{words}");
    assert!(words.contains("s.json:1:") && words.contains("did you mean `msr`?"), "{words}");
    let words = refused(r#"{ "trace": "usr.csv", "from": "mirrorsim-csv" }"#);
    assert!(words.contains("usr.csv: line 1: \"128166372003061629,usr"), "{words}");
    let words = refused(r#"{ "count": 1, "from": "msr" }"#);
    assert!(words.contains("workload.from` is \"msr\": belongs to kind trace"), "{words}");
    let twice = r#"{ "trace": "usr.csv" } }, { "workload": { "trace": "usr.csv", "from": "msr" }"#;
    let words = refused(twice);
    assert!(words.contains("`clients[1].workload.from`"), "{words}");
    let schema = place.run(&["schema"]).expect(0).stdout;
    assert!(schema.contains("\"oracle-general\""), "the schema knows the forms");
}

/// A saved failure finds its trace from its own folder, and takes it for the same form.
#[test]
fn a_saved_failure_keeps_the_form() {
    let place = Place::new();
    place.write("usr.csv", FOREIGN);
    place.run(&["trace", "usr.csv", "--scenario", "--from=msr", "-o", "s.json"]).expect(0);
    let fails = "--set=expect.writes.acknowledged=9";
    place.run(&["check", "s.json", "--seeds=0..1", fails, "--save-failures=kept"]).expect(1);
    let kept = fs::read_dir(place.path("kept"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let kept = kept.into_iter().find(|name| name.starts_with("s-seed-0")).expect("a failure");
    let workload = value(&place.read(&format!("kept/{kept}")))["clients"][0]["workload"].clone();
    assert_eq!((&workload["trace"], &workload["from"]), (&"../usr.csv".into(), &"msr".into()));
    place.run(&["run", &format!("kept/{kept}")]).expect(1);
}

/// Replay begins at time 0, so the limit counts from there.
#[test]
fn a_trace_that_begins_late_is_replayed_to_its_end() {
    let place = Place::new();
    let header = "time_us,target,offset,length,fsync";
    place.write("late.csv", format!("{header}\n80000000000,a,0,4096,0\n90000000001,a,0,4096,0\n"));
    place.run(&["trace", "late.csv", "--scenario", "-o", "late.json"]).expect(0);
    assert_eq!(report(&place, "late.json")["writes"]["acknowledged"], 2);
}

/// What is read is never what is written, however it is spelt.
#[test]
fn inputs_are_not_replaced() {
    let place = Place::new();
    place.write("usr.csv", FOREIGN);
    let refused = place.run(&["trace", "usr.csv", "--scenario", "-o", "./usr.csv"]).expect(2);
    assert!(
        refused.stderr.contains("would replace the trace that it replays"),
        "{}",
        refused.stderr
    );
    let refused = place.run(&["trace", "usr.csv", "--scenario", "--block-size", "3000B"]).expect(2);
    assert!(refused.stderr.contains("a power of two"), "{}", refused.stderr);
    place.run(&["trace", "usr.csv", "--scenario", "-o", "usr.json"]).expect(0);
    for words in [["-o", "./usr.json"], ["--perfetto", "usr.json"], ["--facts", "usr.json"]] {
        let refused = place.run(&[&["run", "usr.json"][..], &words].concat()).expect(2);
        assert!(refused.stderr.contains("would replace the scenario"), "{}", refused.stderr);
    }
    assert_eq!(place.read("usr.csv"), FOREIGN);
}
