//! `mirrorsim check`: many runs, the same output on any number of cores.

use crate::support::{Ended, Place, SCENARIO, trace};
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

/// `small.json` and one more in the folder `scenarios`, beside what is no scenario.
fn with_folder() -> Place {
    let place = Place::new();
    fs::create_dir_all(place.path("scenarios/traces")).expect("a directory");
    place.write("scenarios/b.json", SCENARIO);
    place.write(
        "scenarios/a.json",
        SCENARIO
            .replace("\"count\": 8", "\"count\": 12, \"reads\": \"30%\"")
            .replace("acknowledged\": 8", "requested\": \">= 1\""),
    );
    place.write("scenarios/traces/c.json", "not a scenario");
    place.write("scenarios/notes.txt", "not a scenario");
    place
}

fn rows(ended: &Ended) -> Vec<Value> {
    let lines = ended.stdout.lines();
    lines.map(|line| serde_json::from_str(line).expect("a row is JSON")).collect()
}

#[test]
fn every_scenario_of_a_folder_is_run_with_every_seed() {
    let place = with_folder();
    let all = place.run(&["check", "--seeds", "3..8", "--format", "json"]).expect(0);
    let rows = rows(&all);
    let (last, runs) = rows.split_last().expect("rows");
    let found: Vec<_> =
        runs.iter().map(|row| (row["scenario"].as_str(), row["seed"].as_u64())).collect();
    let wanted = ["scenarios/a.json", "scenarios/b.json"]
        .into_iter()
        .flat_map(|file| (3..8).map(move |seed| (Some(file), Some(seed))));
    assert_eq!(found, wanted.collect::<Vec<_>>());
    for (key, value) in [("kind", "summary"), ("format", "mirrorsim-check/1")] {
        assert_eq!(last[key], value);
    }
    assert_eq!(
        (&last["runs"], &last["scenarios"], &last["failed"]),
        (&10.into(), &2.into(), &0.into())
    );
    let sum = |key: &str| runs.iter().map(|row| row[key].as_u64().expect("a number")).sum::<u64>();
    assert_eq!(
        (&last["events"], &last["simulated_ns"]),
        (&sum("events").into(), &sum("simulated_ns").into())
    );
    assert_eq!(all.stderr, "");
    let named = place.run(&["check", "scenarios", "--seeds", "3..8", "--format", "json"]).expect(0);
    assert_eq!(named.stdout, all.stdout);
}

#[test]
fn a_row_says_what_the_run_says_alone() {
    let place = Place::new();
    let all = place.run(&["check", "small.json", "--seeds", "7", "--format=json"]).expect(0);
    let run = place.run(&["run", "small.json", "--seed", "7", "--format=json"]).expect(0);
    let run: Value = serde_json::from_str(&run.stdout).expect("a report is JSON");
    let rows = rows(&all);
    for key in ["digest", "events", "simulated_ns", "verdict", "seed"] {
        assert_eq!(rows[0][key], run[key], "{key}");
    }
    let hash = run["scenario_hash"].as_str().expect("a hash");
    assert_eq!(rows[0]["scenario_hash"], hash[..16], "the first half of it");
    assert_eq!((&rows[0]["outcome"], &rows[0]["violation"]), (&"pass".into(), &Value::Null));
    assert_eq!(rows.len(), 2);
}

/// S24: cores change nothing, neither in what passes nor in what fails.
#[test]
fn output_is_the_same_on_any_number_of_cores() {
    let place = with_folder();
    for options in [&["--set=name=x"][..], &["--set=limits.events=90"], &["--format=json"]] {
        let on = |jobs: &str| {
            let words = [&["check", "--seeds=0..40", "--max-fail=13", "--jobs", jobs], options];
            let ended = place.run(&words.concat());
            (ended.code, ended.stdout)
        };
        assert_eq!(on("1"), on("2"), "{options:?}");
    }
}

#[test]
fn a_page_has_a_line_for_each_scenario_and_a_sentence_about_all() {
    let place = with_folder();
    let page =
        place.run(&["check", "small.json", "scenarios", "--seeds", "0..20"]).expect(0).stdout;
    let lines: Vec<_> = page.lines().collect();
    assert_eq!(lines.len(), 4, "{page}");
    for (line, name) in
        lines.iter().zip(["small.json      ", "scenarios/a.json", "scenarios/b.json"])
    {
        let begin = format!("pass  {name}  20 seeds, 0 failed, ");
        assert!(line.starts_with(&begin) && line.contains(" events, simulated "), "{page}");
    }
    let sentence = "60 runs, 0 violations: the probability of one per seed, averaged over the scenarios, is \
        below 3/60 (95 % confidence)";
    assert_eq!(lines[3], sentence);
    let few = place.run(&["check", "small.json", "--seeds", "0..3"]).expect(0).stdout;
    assert!(few.ends_with("\n3 runs, 0 violations\n"), "3 of 3 says nothing: {few}");
    let one = place.run(&["check", "small.json", "--seeds", "0..4"]).expect(0).stdout;
    let sentence = ": the probability of one per seed is below 3/4 (95 % confidence)\n";
    assert!(one.ends_with(sentence), "{one}");
    let alone = place.run(&["check", "small.json", "--seeds", "9"]).expect(0).stdout;
    assert!(alone.contains("  1 seed, 0 failed, ") && alone.contains("\n1 run, 0"), "{alone}");
}

/// Lines that reproduce failing runs, as a page shows them.
fn reproductions(page: &str) -> Vec<&str> {
    page.lines().filter_map(|line| line.trim().strip_prefix("reproduce: mirrorsim ")).collect()
}

#[test]
fn a_failing_run_is_shown_with_the_line_that_fails_the_same_way() {
    let place = Place::new();
    let words = ["check", "small.json", "--seeds=4..7", "--set", "expect.writes.acknowledged=9"];
    let missed = place.run(&words).expect(1);
    let first = "FAIL  small.json  (seed 4)\n  `writes.acknowledged` is 8, expected 9\n  \
        reproduce: mirrorsim run small.json --seed 4 --set expect.writes.acknowledged=9\n  \
        with: mirrorsim 0.1.0, scenario ";
    assert!(missed.stdout.starts_with(first), "{}", missed.stdout);
    let hash = missed.stdout[first.len()..].split('\n').next().expect("a hash");
    assert!(hash.len() == 16 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{hash}");
    assert!(missed.stdout.ends_with("\n3 runs, 0 violations, 3 failed\n"), "{}", missed.stdout);
    let told = "error: 3 of 3 runs failed\nreproduce: mirrorsim check small.json --seeds=4..7 --set \
        expect.writes.acknowledged=9\n";
    assert_eq!(missed.stderr, told);
    for line in reproductions(&missed.stdout) {
        let alone = place.run(&line.split(' ').collect::<Vec<_>>()).expect(1);
        assert!(
            alone.stderr.contains("`writes.acknowledged` is 8, expected 9"),
            "{}",
            alone.stderr
        );
        assert!(alone.stdout.contains(&format!("\nscenario   {hash}")), "{}", alone.stdout);
    }
}

#[test]
fn a_violation_is_shown_unless_it_is_expected() {
    let place = Place::new();
    let stopped = ["check", "small.json", "--seeds=0..5", "--set=limits.events=20"];
    let page = place.run(&stopped).expect(1).stdout;
    assert!(page.contains("(seed 0)\n  L2 at "), "{page}");
    assert!(page.contains("the limit on events is reached"), "{page}");
    assert!(page.ends_with("\n5 runs, 5 violations, 5 failed\n"), "{page}");
    let rows = rows(&place.run(&[&stopped[..], &["--format=json"]].concat()).expect(1));
    assert_eq!(rows[0]["violation"]["property"], "L2");
    assert_eq!((&rows[0]["verdict"], &rows[0]["outcome"]), (&"violation".into(), &"fail".into()));
    let expected = ["--set=expect.verdict=violation", "--set=expect.writes.acknowledged=2"];
    let page = place.run(&[&stopped[..], &expected].concat()).expect(0).stdout;
    assert!(page.ends_with("\n5 runs, 5 violations, all of them expected\n"), "{page}");
}

#[test]
fn only_so_many_failing_runs_are_shown_and_all_are_counted() {
    let place = Place::new();
    let shown = |options: &[&str]| {
        let words = ["check", "small.json", "--set=expect.writes.acknowledged=9"];
        let page = place.run(&[&words[..], options].concat()).expect(1).stdout;
        (reproductions(&page).len(), page)
    };
    let (number, page) = shown(&[]);
    assert_eq!(number, 10, "{page}");
    assert!(page.contains("fail  small.json  16 seeds, 16 failed, "), "{page}");
    assert!(page.contains("\n6 more that failed are not shown: see --show\n16 runs, "), "{page}");
    assert_eq!(shown(&["--show", "0"]).0, 0);
    let (number, page) = shown(&["--show", "16"]);
    assert_eq!((number, page.contains("not shown")), (16, false));
}

/// A client that reads one time in three; how many writes it makes depends on the seed.
fn some_fail(place: &Place) -> [&'static str; 5] {
    let scenario = SCENARIO.replace("\"count\": 8", "\"count\": 12, \"reads\": \"33%\"");
    place.write("a.json", scenario.replace("acknowledged\": 8", "acknowledged\": \">= 8\""));
    ["check", "a.json", "small.json", "--seeds=0..20", "--jobs=2"]
}

/// The check ends with the failing run that is one too many, on any number of cores.
#[test]
fn a_check_is_cut_after_so_many_failing_runs() {
    let place = Place::new();
    let words = some_fail(&place);
    let all = rows(&place.run(&[&words[..], &["--format=json"]].concat()).expect(1));
    let failing = |row: &&Value| row["outcome"] == "fail";
    let third = all.iter().filter(failing).nth(2).expect("three fail")["seed"].as_u64();
    let third = third.expect("a number");
    let cut = place.run(&[&words[..], &["--max-fail=3"]].concat()).expect(1).stdout;
    let seeds = if third == 19 { "20 seeds".into() } else { format!("{} of 20 seeds", third + 1) };
    assert!(cut.contains(&format!("\nfail  a.json      {seeds}, 3 failed, ")), "{cut}");
    let (made, rest) = (third + 1, 39 - third);
    let ending = format!(
        "\ncut after 3 failing runs: {rest} of 40 runs were not made\n{made} runs, 0 violations, \
            3 failed\n"
    );
    assert!(cut.ends_with(&ending), "{ending}{cut}");
    let cut_rows = rows(&place.run(&[&words[..], &["--max-fail=3", "--format=json"]].concat()));
    let (last, runs) = cut_rows.split_last().expect("rows");
    assert_eq!(runs, &all[..runs.len()]);
    assert_eq!((&last["not_made"], &last["failed"]), (&rest.into(), &3.into()));
    let never = place.run(&[&words[..], &["--max-fail=41"]].concat()).expect(1).stdout;
    assert!(never.contains("\n40 runs, 0 violations, ") && !never.contains("cut"), "{never}");
    place.run(&[&words[..], &["--max-fail=0"]].concat()).expect(2);
}

/// The smaller of a scenario's own bound and the one of the command line holds; reaching the latter
/// is a failure even where a violation is expected.
#[test]
fn a_run_that_is_not_over_in_time_fails() {
    let place = Place::new();
    let words = ["check", "small.json", "--seeds=5..8", "--set=expect={\"verdict\":\"violation\"}"];
    let over =
        |options: &[&str], code| place.run(&[&words[..], options].concat()).expect(code).stdout;
    let page = over(&["--set=limits.events=20"], 0);
    assert!(page.ends_with("3 violations, all of them expected\n"), "the scenario's own: {page}");
    let page = over(&["--set=limits.events=20", "--limit-events=21"], 0);
    assert!(page.ends_with("3 violations, all of them expected\n"), "it is the smaller: {page}");
    let again = |option: &str, reason: &str| {
        let page = over(&[option], 1);
        assert!(page.contains("(seed 5)\n  L2 at "), "{page}");
        assert!(page.contains(reason), "{page}");
        let lines = reproductions(&page);
        assert_eq!(lines.len(), 3, "{page}");
        assert!(lines[0].starts_with("check small.json --seeds 5 --set"), "{page}");
        let line = lines[0].replace('\'', "");
        let alone = place.run(&line.split(' ').collect::<Vec<_>>()).expect(1).stdout;
        let head = |page: &str| page.lines().take(5).collect::<Vec<_>>().join("\n");
        assert_eq!(head(&alone), head(&page));
    };
    again("--limit-events=20", "the run is not over after 20 events (--limit-events)\n");
    let span = "the run is not over after 1ms of simulated time (--limit-simulated)\n";
    again("--limit-simulated=1ms", span);
    let words = ["check", "small.json", "--seeds=5..8", "--limit-events=20"];
    let page = place.run(&words).expect(1).stdout;
    let line = "run small.json --seed 5 --set limits.events=20";
    assert_eq!(reproductions(&page)[0], line, "{page}");
    let alone = place.run(&line.split(' ').collect::<Vec<_>>()).expect(1);
    assert!(alone.stderr.contains("L2: the limit on events is reached"), "{}", alone.stderr);
    for (option, reason) in
        [("--limit-simulated=0s", "a run takes time"), ("--limit-events=0", "from 1")]
    {
        let refused = place.run(&["check", "small.json", option]).expect(2);
        assert!(refused.stderr.contains(reason), "{}", refused.stderr);
    }
}

#[test]
fn runs_that_are_made_twice_are_the_same() {
    let place = Place::new();
    let words = ["check", "small.json", "--seeds=0..9"];
    let once = place.run(&words).expect(0).stdout;
    assert_eq!(place.run(&[&words[..], &["--twice=4"]].concat()).expect(0).stdout, once);
    let refused = place.run(&[&words[..], &["--twice=0"]].concat()).expect(2);
    assert!(refused.stderr.contains("a whole number from 1 on is meant"), "{}", refused.stderr);
}

#[test]
fn a_scenario_comes_from_standard_input() {
    let place = Place::new();
    let words = ["check", "-", "--seeds=0..4", "--format=json"];
    let piped = rows(&place.run_with(&words, SCENARIO.as_bytes()).expect(0));
    let named =
        rows(&place.run(&["check", "small.json", "--seeds=0..4", "--format=json"]).expect(0));
    assert_eq!(piped[3]["digest"], named[3]["digest"]);
    assert_eq!(piped[3]["reproduce"], "mirrorsim run - --seed 3");
    let twice = place.run_with(&["check", "-", "-"], SCENARIO.as_bytes()).expect(2);
    assert!(twice.stderr.contains("`-` is given twice"), "{}", twice.stderr);
}

#[test]
fn nothing_to_run_is_told() {
    let place = Place::new();
    let none = place.run(&["check"]).expect(4);
    let sentence =
        "error: nothing to run: no path is given, and there is no folder \"scenarios\"\n";
    assert!(none.stderr.starts_with(sentence), "{}", none.stderr);
    fs::create_dir_all(place.path("scenarios/inner")).expect("a directory");
    place.write("scenarios/inner/a.json", SCENARIO);
    for words in [&["check"][..], &["check", "small.json", "scenarios"]] {
        let empty = place.run(words).expect(4);
        let sentence =
            "error: nothing to run: no file of scenarios ends in .json\nreproduce: mirrorsim check";
        assert!(empty.stderr.starts_with(sentence), "{}", empty.stderr);
        assert_eq!(empty.stdout, "");
    }
}

#[test]
fn ranges_without_a_seed_are_refused() {
    let place = Place::new();
    for (seeds, reason) in [
        ("5..5", "no seed is in it: A must be below B, and 5 is not"),
        ("9..3", "no seed is in it: A must be below B, and 9 is not"),
        ("x", "write seeds as A..B"),
        ("0..=4", "write seeds as A..B"),
        ("0..99999999999999999999", "write seeds as A..B"),
    ] {
        let refused = place.run(&["check", "small.json", "--seeds", seeds]).expect(2);
        let named = format!("invalid value '{seeds}' for '--seeds <A..B>': {reason}");
        assert!(refused.stderr.contains(&named), "{}", refused.stderr);
        assert_eq!(refused.stdout, "");
    }
    for jobs in ["0", "-1", "many"] {
        let refused = place.run(&["check", "small.json", &format!("--jobs={jobs}")]).expect(2);
        assert!(refused.stderr.contains("a whole number from 1 on is meant"), "{}", refused.stderr);
    }
}

/// All scenarios are read before the first run: nothing is written if one is broken.
#[test]
fn broken_scenarios_are_refused_before_the_first_run() {
    let place = with_folder();
    let refused = place.run(&["check", "small.json", "none.json"]).expect(74);
    assert!(
        refused.stderr.contains("none.json cannot be read: No such file"),
        "{}",
        refused.stderr
    );
    let refused = place.run(&["check", "--set", "wan.loss=2"]).expect(2);
    assert!(refused.stderr.contains("--> --set wan.loss=2"), "{}", refused.stderr);
    let large = "time_us,target,offset,length,fsync\n0,v,0,1048576,0\n";
    place.write("scenarios/t.csv", large);
    let replay = r#"{ "source": { "buffers": 256 },
        "clients": [ { "workload": { "trace": "t.csv" } } ] }"#;
    place.write("scenarios/c.json", replay);
    let refused = place.run(&["check"]).expect(2);
    for part in ["a write of 1MiB may touch 257 blocks at once", "--> scenarios/c.json:1:"] {
        assert!(refused.stderr.contains(part), "{}", refused.stderr);
    }
    assert_eq!(refused.stdout, "");
}

/// Whoever reads has had enough: no more runs, no complaint.
#[test]
fn a_closed_pipe_ends_the_check() {
    let place = Place::new();
    let words = ["check", "small.json", "--seeds=0..18446744073709551615", "--format=json"];
    let mut child = place
        .command(&words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("it was asked for"));
    stdout.read_line(&mut first).expect("rows come as runs end");
    assert!(first.contains("\"seed\":0"), "{first}");
    drop(stdout);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(
        (output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()),
        (Some(0), "")
    );
}

/// Scenarios that replay one trace, found from two places.
#[test]
fn traces_are_found_beside_each_scenario() {
    let place = with_folder();
    let text = "time_us,target,offset,length,fsync\n0,v,0,4096,0\n";
    place.write("scenarios/t.csv", text);
    place.write("t.csv", format!("{text}9,v,4096,4096,0\n"));
    let replay = |count: u32| {
        format!(
            r#"{{ "clients": [ {{ "workload": {{ "trace": "t.csv" }} }} ],
                "expect": {{ "writes.acknowledged": {count} }} }}"#
        )
    };
    place.write("scenarios/c.json", replay(1));
    place.write("c.json", replay(2));
    place.write(
        "d.json",
        replay(2).replace("t.csv", &trace("pgbench_block.csv.gz").display().to_string()),
    );
    place.run(&["check", "c.json", "scenarios/c.json", "--seeds=0..2"]).expect(0);
    let cut = ["check", "c.json", "d.json", "--seeds=0..2", "--set=end.after=1ms"];
    place.run(&[&cut[..], &["--set=expect={}"]].concat()).expect(0);
}
