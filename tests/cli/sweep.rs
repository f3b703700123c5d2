//! `sweep`: an experiment in, rows out; in one piece, in many, and after an interruption.

use crate::support::{Ended, Place, ended};
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

const BASE: &str = r#"{ "name": "base", "clients": [ { "name": "a", "workload": {
    "count": 40, "span": "128KiB", "alignment": "512B", "sizes": [ { "size": "4KiB", "weight": 1 } ] } } ] }
"#;

const EXPERIMENT: &str = r#"{ "name": "two by two", "scenario": "base.json",
  "set": { "source.consistency_point.entries": 10 },
  "axes": [
    { "name": "size", "key": "clients.0.workload.sizes.0.size", "values": ["8KiB", "12KiB"] },
    { "name": "far, in ms", "values": [1, 20], "set": [ { "wan.propagation": "1ms" }, { "wan.propagation": "20ms" } ] } ],
  "policies": [ "references", { "name": "all in full", "policy": "full-blocks" } ],
  "seeds": "3..9" }
"#;

/// The files of a folder that is complete.
const FILES: [&str; 3] = ["rows.jsonl", "rows.csv", "summary.csv"];

/// A directory with an experiment of 4 points, 2 policies and 6 seeds.
pub fn with_experiment() -> Place {
    let place = Place::new();
    place.write("base.json", BASE);
    place.write("e.json", EXPERIMENT);
    place
}

fn sweep(place: &Place, words: &[&str]) -> Ended {
    place.run(&[&["sweep", "e.json"], words].concat())
}

fn files(place: &Place, folder: &str) -> Vec<String> {
    FILES.iter().map(|file| place.read(&format!("{folder}/{file}"))).collect()
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a row is JSON")).collect()
}

#[test]
fn a_row_is_what_a_run_reports() {
    let place = with_experiment();
    sweep(&place, &["-o", "kept"]).expect(0);
    let rows = rows(&place.read("kept/rows.jsonl"));
    assert_eq!(rows.len(), 4 * 2 * 6);
    let stands = |row: &Value| {
        let text = |key: &str| row[key].to_string();
        (
            text("point"),
            row["at"]["size"].to_string(),
            row["at"]["far, in ms"].to_string(),
            text("policy"),
            text("seed"),
        )
    };
    let stand = |point: &str, size: &str, far: &str, policy: &str, seed: &str| {
        (
            point.to_owned(),
            format!("{size:?}"),
            far.to_owned(),
            format!("{policy:?}"),
            seed.to_owned(),
        )
    };
    assert_eq!(stands(&rows[0]), stand("0", "8KiB", "1", "references", "3"));
    assert_eq!(stands(&rows[11]), stand("0", "8KiB", "1", "all in full", "8"));
    assert_eq!(stands(&rows[12]), stand("1", "8KiB", "20", "references", "3"));
    assert_eq!(stands(&rows[47]), stand("3", "12KiB", "20", "all in full", "8"));
    let settings =
        ["clients.0.workload.sizes.0.size=12KiB", "wan.propagation=1ms", "policy=full-blocks"];
    let mut words = vec!["run", "base.json", "--seed=5", "--format=json"];
    words.extend(["--set", "source.consistency_point.entries=10"]);
    settings.iter().for_each(|set| words.extend(["--set", set]));
    let report: Value =
        serde_json::from_str(&place.run(&words).expect(0).stdout).expect("a report");
    let row = &rows[2 * 12 + 6 + 2];
    assert_eq!(stands(row), stand("2", "12KiB", "1", "all in full", "5"));
    assert_eq!(row["digest"], report["digest"]);
    assert_eq!(row["figures"]["saved.of_wan"], report["saved"]["of_wan"]);
    let total = &report["wan"]["to_destination"]["total"];
    assert_eq!(&row["figures"]["wan.to_destination.total"], total);
    let manifest: Value = serde_json::from_str(&place.read("kept/manifest.json")).expect("JSON");
    assert_eq!((&manifest["command"], &manifest["runs"]), (&"sweep".into(), &48.into()));
    assert_eq!(manifest["experiment"]["axes"][1]["name"], "far, in ms");
    assert_eq!(manifest["experiment"]["policies"][1], "all in full");
}

/// The table has the rows' numbers, and the summary their means.
#[test]
fn tables_say_what_rows_say() {
    let place = with_experiment();
    let text = sweep(&place, &["-o", "kept", "--figure=writes.bytes"]).expect(0).stdout;
    let rows = rows(&place.read("kept/rows.jsonl"));
    let table = place.read("kept/rows.csv");
    let head = table.lines().next().expect("a line of keys");
    assert!(
        head.starts_with("point,size,\"far, in ms\",policy,seed,word,scenario_hash,digest,events,")
    );
    assert_eq!(table.lines().count(), rows.len() + 1);
    let figure =
        |row: &Value| row["figures"]["wan.to_destination.total"].as_f64().expect("a number");
    let own: Vec<_> = rows[12..18].iter().map(figure).collect();
    let mean = own.iter().sum::<f64>() / 6.0;
    let squares: f64 = own.iter().map(|value| (value - mean).powi(2)).sum();
    // Student's t for five degrees of freedom.
    let half = 2.570_581_835_636 * (squares / 5.0 / 6.0).sqrt();
    let summary = place.read("kept/summary.csv");
    let start = "1,8KiB,20,references,wan.to_destination.total,6,";
    let line = summary.lines().find_map(|line| line.strip_prefix(start)).expect("it is there");
    let numbers: Vec<f64> = line.split(',').map(|field| field.parse().expect("a number")).collect();
    assert!((numbers[0] - mean).abs() < 1e-6 && (numbers[1] / half - 1.0).abs() < 1e-9, "{line}");
    assert_eq!(numbers[3..], [0.0, 0.0]);
    assert!(text.contains("8KiB   1           all in full  6    327680 ± 0\n"), "{text}");
}

#[test]
fn cores_and_shards_change_no_byte() {
    let place = with_experiment();
    for form in ["jsonl", "csv", "text"] {
        let one = sweep(&place, &["--format", form, "-j1"]).expect(0).stdout;
        assert_eq!(sweep(&place, &["--format", form, "-j3"]).expect(0).stdout, one, "{form}");
    }
    let whole = sweep(&place, &["-o", "whole", "--chunk=7"]).expect(0);
    for shard in ["2/2", "1/2"] {
        sweep(&place, &["-o", "parts", "--chunk=5", "--shard", shard]).expect(0);
        assert!(!place.path("parts/rows.jsonl").exists(), "a part is not the whole");
    }
    let merged = place.run(&["merge", "parts"]).expect(0);
    assert_eq!(merged.stdout, whole.stdout);
    assert_eq!(files(&place, "parts"), files(&place, "whole"));
    let digest = |ended: &Ended| {
        let line = ended.stderr.lines().find(|line| line.starts_with("digest of 48 rows: "));
        line.unwrap_or_else(|| panic!("{}", ended.stderr)).to_owned()
    };
    assert_eq!(digest(&merged), digest(&whole), "what is read is what was written");
    let streamed = place.run(&["merge", "parts", "--format=json"]).expect(0).stdout;
    assert_eq!(streamed, place.read("whole/rows.jsonl"));
    fs::remove_file(place.path("parts/shard-00002-chunk-000001.jsonl")).expect("it is there");
    let gaps = place.run(&["merge", "parts"]).expect(4);
    assert!(gaps.stderr.contains("\nmissing shards: 2\n"), "{}", gaps.stderr);
    let refused = sweep(&place, &["-o", "whole", "--chunk=7", "--seeds=3..8"]).expect(2);
    assert!(refused.stderr.contains("seeds.last: 8 there, 7 here"), "{}", refused.stderr);
}

/// Starts a sweep, sends it a signal once a row is there, and gives its exit status.
#[cfg(unix)]
fn signalled(place: &Place, words: &[&str], signal: &str) -> Option<i32> {
    let mut command = place.command(words);
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("it was asked for"));
    stdout.read_line(&mut String::new()).expect("rows come as runs end");
    let told = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(told.expect("there is a kill").success());
    drop(stdout);
    child.wait().expect("it ends").code()
}

#[cfg(unix)]
#[test]
fn what_is_kept_is_not_made_again() {
    let place = with_experiment();
    let words =
        ["sweep", "e.json", "--seeds=0..200", "--chunk=9", "-j1", "--format=jsonl", "-o", "kept"];
    let chunks = || {
        let entries = fs::read_dir(place.path("kept")).expect("it can be listed");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        names.filter(|name| name.to_string_lossy().starts_with("shard-")).count()
    };
    assert_eq!(signalled(&place, &words, "-TERM"), Some(75));
    let after_term = chunks();
    assert_eq!(signalled(&place, &words, "-KILL"), None);
    assert!(chunks() >= after_term);
    assert_eq!(signalled(&place, &words, "-INT"), Some(130));
    let kept = chunks();
    assert!((1..178).contains(&kept), "{kept} of 178");
    assert!(!place.path("kept/rows.jsonl").exists());
    let rest = place.run(&words).expect(0);
    let remark = format!("shard 1/1: 178 chunks in kept/, {kept} of them before\n");
    assert!(rest.stderr.contains(&remark), "{}", rest.stderr);
    place.run(&[&words[..7], &["at-once"]].concat()).expect(0);
    assert_eq!(files(&place, "kept"), files(&place, "at-once"));
    assert_eq!(rest.stdout, place.read("kept/rows.jsonl"), "rows that were kept are told too");
}

/// A run that misses an expectation stays in the rows, and out of the means.
#[test]
fn a_failing_run_is_named_and_counts_in_no_mean() {
    let place = with_experiment();
    place.write(
        "e.json",
        EXPERIMENT.replace("\"set\": {", "\"set\": { \"expect.saved.of_wan\": \"> 0\","),
    );
    let failed = sweep(&place, &["-o", "kept"]).expect(1);
    let end = "error: 24 of 48 runs failed; their figures are in no mean\n";
    assert!(failed.stderr.contains(end), "{}", failed.stderr);
    assert!(failed.stdout.contains("24 runs failed and are left out\n"), "{}", failed.stdout);
    assert_eq!(failed.stderr.matches("failed: point").count(), 10, "{}", failed.stderr);
    let named = "failed: point 0 (size = 8KiB, far, in ms = 1), policy all in full, seed 3: ";
    assert!(failed.stderr.contains(named), "{}", failed.stderr);
    let line = failed.stderr.lines().find_map(|line| line.strip_prefix("  reproduce: mirrorsim "));
    let line = format!("{} {}", env!("CARGO_BIN_EXE_mirrorsim"), line.expect("it makes the run"));
    let mut alone = Command::new("sh");
    ended(alone.args(["-c", &line]).current_dir(place.path(""))).expect(1);
    let rows = rows(&place.read("kept/rows.jsonl"));
    assert_eq!(rows.iter().filter(|row| row["word"] == "fail").count(), 24);
    let summary = place.read("kept/summary.csv");
    assert!(!summary.contains("all in full,saved.of_wan,6"), "{summary}");
    let again = sweep(&place, &["-o", "kept"]).expect(1);
    assert!(again.stderr.contains(end) && again.stdout == failed.stdout, "{}", again.stderr);
    place.run(&["merge", "kept"]).expect(1);
}

#[test]
fn seeds_are_added_until_intervals_are_narrow() {
    let place = with_experiment();
    let until = r#""seeds": "0..30", "until": { "saved.of_wan": 0.0045 }, "at_most": 55"#;
    let open = EXPERIMENT.replace("\"seeds\": \"3..9\"", until);
    place.write("e.json", &open);
    let whole = sweep(&place, &["-o", "whole"]).expect(0);
    let rows = rows(&place.read("whole/rows.jsonl"));
    let mut counts = Vec::new();
    for point in 0..4 {
        let own: Vec<_> = rows.iter().filter(|row| row["point"] == point).collect();
        let seeds = |policy: &str| -> Vec<u64> {
            let own = own.iter().filter(|row| row["policy"] == policy);
            own.map(|row| row["seed"].as_u64().expect("a seed")).collect()
        };
        let of_one = seeds("references");
        assert_eq!(of_one, seeds("all in full"), "policies of a point share their seeds");
        let n = of_one.len() as u64;
        assert_eq!(of_one, (0..n).collect::<Vec<_>>());
        assert!(n == 55 || (30..55).contains(&n) && n.is_multiple_of(10), "{n}");
        counts.push(n);
    }
    assert!(counts.contains(&55) && counts.contains(&50), "some never get there: {counts:?}");
    let summary = place.read("whole/summary.csv");
    for line in summary.lines().filter(|line| line.contains(",references,saved.of_wan,")) {
        let fields: Vec<_> = line.split(',').collect();
        let (n, half): (u64, f64) = (fields[5].parse().expect("n"), fields[7].parse().expect("±"));
        assert!(half <= 0.0045 || n == 55, "{line}");
        let place = format!("not narrow enough: point {} (", fields[0]);
        assert_eq!(whole.stderr.contains(&place), half > 0.0045, "{line} {}", whole.stderr);
    }
    for shard in ["1/3", "2/3", "3/3"] {
        sweep(&place, &["-o", "parts", "-j2", "--shard", shard]).expect(0);
    }
    assert_eq!(place.run(&["merge", "parts"]).expect(0).stdout, whole.stdout);
    assert_eq!(files(&place, "parts"), files(&place, "whole"));
    place.write("e.json", open.replace("saved.of_wan", "saved.of_want"));
    let refused = sweep(&place, &["-o", "none"]).expect(2);
    let sentence =
        "`until.saved.of_want`: no report has this figure\n  = help: did you mean `saved.of_wan`?";
    assert!(refused.stderr.contains(sentence), "{}", refused.stderr);
}

#[test]
fn a_plan_is_listed_and_nothing_run() {
    let place = with_experiment();
    let listed = sweep(&place, &["--dry-run"]).expect(0).stdout;
    let wanted = "two by two\npoint  size   far, in ms\n0      8KiB   1\n1      8KiB   20\n\
        2      12KiB  1\n3      12KiB  20\n\npolicies: references, all in full\nseeds: 3..9\n\
        4 points, 2 policies, 48 runs\n";
    assert_eq!(listed, wanted);
    let script =
        sweep(&place, &["--slurm", "--shards=3", "-o", "out", "--seeds=0..2"]).expect(0).stdout;
    let line = "\"$MIRRORSIM\" sweep e.json --seeds 0..2 --jobs 1 --shard auto --shards \"$SHARDS\" -o \"$OUT\"";
    assert!(script.contains(line), "{script}");
    assert_eq!(place.names(), ["base.json", "e.json", "small.json"], "nothing is written");
}

#[test]
fn curves_are_kept_where_they_are_asked_for() {
    let place = with_experiment();
    let keep = r#""seeds": "3..4", "keep": ["latency", "series"], "every": "50ms""#;
    place.write("e.json", EXPERIMENT.replace("\"seeds\": \"3..9\"", keep));
    let rows = rows(&sweep(&place, &["--format=jsonl"]).expect(0).stdout);
    let curves = rows[0]["curves"].as_object().expect("there are some");
    let names: Vec<_> = curves.keys().map(String::as_str).collect();
    assert_eq!(names, ["consistency_points", "faults", "latency.write", "out_of_sync", "series"]);
    let written = curves["series"]["writes_acknowledged"].as_array().expect("a column");
    let sum: f64 = written.iter().filter_map(Value::as_f64).sum();
    assert!((sum - 40.0).abs() < 0.5, "{sum}");
    place.write("e.json", EXPERIMENT);
    let plain = sweep(&place, &["--format=jsonl", "--seeds=3"]).expect(0).stdout;
    assert!(!plain.contains("curves"), "{plain}");
}

/// All scenarios are resolved before the first run: the folder is not even made.
#[test]
fn what_makes_no_sense_is_refused_before_the_first_run() {
    let place = with_experiment();
    for (from, to, words, sentence) in [
        ("12KiB", "0B", "", "point 2 (size = 0B, far, in ms = 1), policy references: "),
        ("12KiB", "0B", "", "--> --set clients.0.workload.sizes.0.size=\"0B\""),
        ("wan.propagation", "wan.propagatoin", "", "did you mean `propagation`?"),
        ("full-blocks", "half-blocks", "", "e.json:6:"),
        ("base.json", "none.json", "", "none.json cannot be read"),
        (
            "\"scenario\": \"base.json\"",
            "\"scenario\": { \"clients\": [ { \"workload\": { \"sizes\": [ { \"size\": \"4KiB\", \"weight\": 1 } ] } } ], \"nam\": 1 }",
            "",
            "unknown key `nam`\n  --> e.json:1:",
        ),
        (
            "3..9",
            "3..9",
            "--set=wan.propagation=1ms",
            "--set: `wan.propagation` is 1ms: axis \"far, in ms\" sets this key",
        ),
        ("3..9", "3..9", "--seeds=0..9000000", "more than 5000000"),
        ("3..9", "3..9", "--seeds=4..4", "no seed is in it"),
        ("3..9", "3..9", "--shards=2", "--shards says of how many"),
    ] {
        place.write("e.json", EXPERIMENT.replace(from, to));
        let words: Vec<_> =
            ["-o", "kept"].into_iter().chain((!words.is_empty()).then_some(words)).collect();
        let refused = sweep(&place, &words);
        assert!(matches!(refused.code, Some(2 | 74)), "{sentence}: {}", refused.stderr);
        assert!(refused.stderr.contains(sentence), "{}", refused.stderr);
        assert!(!place.path("kept").exists(), "{}", refused.stderr);
    }
    let piped = place.run_with(&["sweep", "-", "--dry-run"], EXPERIMENT.as_bytes()).expect(0);
    assert!(piped.stdout.ends_with("48 runs\n"), "{}", piped.stdout);
}

/// Experiments of this repository are no scenarios, and make sense.
#[test]
fn every_experiment_of_the_repository_makes_sense() {
    let place = Place::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/experiments");
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut seen = 0;
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        let words = [Path::new("sweep"), &path, Path::new("--dry-run")];
        let listed = place.run(&words).expect(0).stdout;
        assert!(listed.trim_end().ends_with(" runs"), "{listed}");
        seen += 1;
    }
    assert!(seen > 0, "there is one at least");
}

/// The distance to the floor is a difference of pairs, as `compare` finds it.
#[test]
fn the_distance_to_the_floor_is_paired() {
    let place = with_experiment();
    let policies = r#""policies": ["references", "write-once"]"#;
    let text = EXPERIMENT.replace(
        r#""policies": [ "references", { "name": "all in full", "policy": "full-blocks" } ]"#,
        policies,
    );
    assert!(text.contains(policies));
    place.write("e.json", text);
    let told = sweep(&place, &["-o", "kept"]).expect(0).stdout;
    assert!(told.contains("  wan.above_floor\n"), "{told}");
    let summary = place.read("kept/summary.csv");
    let start = "0,8KiB,1,references,wan.above_floor,6,";
    let line = summary.lines().find_map(|line| line.strip_prefix(start)).expect("it is there");
    let numbers: Vec<f64> = line.split(',').map(|field| field.parse().expect("a number")).collect();
    assert!(numbers[0] > 0.0, "the floor is below: {line}");
    let words = ["compare", "kept", "--policies=write-once,references", "--format=json"];
    let compared = |figure: &str| -> Value {
        let ended = place.run(&[&words[..], &["--figure", figure]].concat()).expect(0);
        serde_json::from_str(&ended.stdout).expect("it is JSON")
    };
    for figure in ["wan.amplification", "wan.above_floor"] {
        let found = compared(figure);
        let number = |key: &str| found["lines"][0][key].as_f64().expect("a number");
        assert!((number("difference") - numbers[0]).abs() < 1e-12, "{found}");
        assert!((number("half_width") - numbers[1]).abs() < 1e-12, "{found}");
    }
    let unknown = sweep(&place, &["--figure=saved.of_wam"]).expect(0).stdout;
    assert!(unknown.contains("no run has a number for saved.of_wam\n"), "{unknown}");
}

#[test]
fn a_steady_state_has_figures_and_doubts() {
    let place = with_experiment();
    let keep = r#""seeds": "3..4", "warm_up": "10ms""#;
    place.write("e.json", EXPERIMENT.replace("\"seeds\": \"3..9\"", keep));
    let told = sweep(&place, &["--format=jsonl"]).expect(0);
    let steady = &rows(&told.stdout)[0]["figures"]["steady.writes"];
    assert!(steady.as_f64().is_some_and(|writes| writes > 0.0 && writes < 40.0), "{steady}");
    assert!(told.stderr.contains("steady state: of"), "40 writes are too few: {}", told.stderr);
}
