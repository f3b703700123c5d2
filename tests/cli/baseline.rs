//! `check --baseline`: what moved is told, and what is new or gone.

use crate::support::{Place, SCENARIO};
use serde_json::Value;
use std::fs;

/// A folder of two scenarios, and the baseline of three seeds of each.
fn place() -> Place {
    let place = Place::new();
    fs::create_dir(place.path("scenarios")).expect("a directory");
    for file in ["scenarios/a.json", "scenarios/b.json"] {
        place.write(file, SCENARIO);
    }
    place.run(&[&KEEP[..], &["--update-baseline", "--quiet"]].concat()).expect(0);
    place
}

const KEEP: [&str; 4] = ["check", "scenarios", "--seeds=0..3", "--baseline=kept.json"];

#[test]
fn runs_that_are_as_they_were_are_counted() {
    let place = place();
    let text = place.read("kept.json");
    assert_eq!(text.lines().filter(|line| line.starts_with("{\"scenario\":")).count(), 6, "{text}");
    let page = place.run(&KEEP).expect(0).stdout;
    assert!(page.contains("\nbaseline: 6 runs compared, 0 moved\n6 runs, 0 violations"), "{page}");
    let words = ["check", "./scenarios/a.json", "--seeds=2..9", "--baseline=kept.json"];
    let page = place.run(&words).expect(0).stdout;
    assert!(page.contains("\nbaseline: 1 run compared, 0 moved, 6 do not stand in it\n"), "{page}");
    let again = [&KEEP[..], &["--update-baseline", "--jobs=1"]].concat();
    let told = place.run(&again).expect(0);
    assert_eq!(told.stderr, "the baseline holds 6 runs\n");
    assert_eq!(place.read("kept.json"), text, "the same file on any number of cores");
}

#[test]
fn what_moved_is_told_figure_by_figure() {
    let place = place();
    let more = SCENARIO.replace("\"count\": 8", "\"count\": 9");
    place.write("scenarios/b.json", more.replace("acknowledged\": 8", "acknowledged\": 9"));
    let words = [&KEEP[..], &["--show=2", "--junit=check.xml"]].concat();
    let moved = place.run(&words).expect(3);
    let page = &moved.stdout;
    let shown: Vec<_> = page.lines().filter(|line| line.starts_with("MOVED  ")).collect();
    assert_eq!(shown, ["MOVED  scenarios/b.json  (seed 0)", "MOVED  scenarios/b.json  (seed 1)"]);
    let old: Value = serde_json::from_str(&place.read("kept.json")).expect("JSON");
    let old = &old["runs"][3];
    let was = old["figures"]["events"].as_i64().expect("a number");
    for part in [
        "\n  digest is ".into(),
        format!(", was {}\n", old["digest"].as_str().expect("a digest")),
        format!(", was {was} ("),
        "\n  reproduce: mirrorsim run scenarios/b.json --seed 0\n  with: mirrorsim 0.1.0".into(),
        "\n1 more that moved are not shown: see --show\nbaseline: 6 runs compared, 3 moved\n6 runs, 0 violations".into(),
    ] {
        assert!(page.contains(&part), "{part}: {page}");
    }
    let told =
        "error: not as the baseline has it: 3 of 6 runs moved, 0 scenarios are new, 0 are gone";
    assert!(moved.stderr.starts_with(told), "{}", moved.stderr);
    let xml = place.read("check.xml");
    assert_eq!(xml.matches("type=\"baseline\"").count(), 3, "{xml}");
    let rows = place.run(&[&KEEP[..], &["--format=json"]].concat()).expect(3).stdout;
    let rows: Vec<Value> =
        rows.lines().map(|line| serde_json::from_str(line).expect("a row is JSON")).collect();
    let row = rows.iter().find(|row| row["kind"] == "moved").expect("a row");
    let events =
        row["changes"].as_array().expect("changes").iter().find(|change| change["key"] == "events");
    let run = rows.iter().find(|run| run["scenario"] == "scenarios/b.json").expect("a run");
    assert_eq!(events.expect("it moved")["to"], run["events"]);
    assert_eq!(rows.last().expect("rows")["baseline"]["moved"], 3);
}

/// A violation is worse than a difference.
#[test]
fn a_run_that_fails_is_no_baseline() {
    let place = place();
    let text = place.read("kept.json");
    let fails = "--set=clients.0.workload.count=9";
    let failed = place.run(&[&KEEP[..], &[fails]].concat()).expect(1);
    assert!(failed.stdout.contains("FAIL  ") && failed.stdout.contains("MOVED  "), "{failed:?}");
    place.run(&[&KEEP[..], &[fails, "--update-baseline"]].concat()).expect(1);
    assert_eq!(place.read("kept.json"), text);
}

#[test]
fn scenarios_that_are_new_or_gone_are_named() {
    let place = place();
    fs::rename(place.path("scenarios/b.json"), place.path("scenarios/c.json")).expect("it moves");
    let page = place.run(&KEEP).expect(3).stdout;
    let told = "\nbaseline: 3 runs compared, 0 moved, 3 do not stand in it\nbaseline: scenarios/c.json: \
        no run of it stands in the baseline\nbaseline: scenarios/b.json: it is gone\n";
    assert!(page.contains(told), "{page}");
    place.run(&["check", "scenarios/a.json", "--baseline=kept.json"]).expect(0);
}

#[test]
fn a_baseline_that_says_nothing_is_refused() {
    let place = place();
    let text = place.read("kept.json");
    for (wrong, code, part) in [
        (text.replace("mirrorsim-baseline/1", "x/1"), 2, "the format is \"x/1\""),
        (text.replace("mirrorsim-facts/1", "x/1"), 3, "made with the facts of x/1"),
        (text[..text.len() / 2].to_owned(), 2, "kept.json is no baseline: "),
    ] {
        place.write("kept.json", wrong);
        let refused = place.run(&KEEP).expect(code);
        assert!(refused.stderr.contains(part), "{}", refused.stderr);
        assert_eq!(refused.stdout, "");
    }
    place.run(&["check", "scenarios", "--baseline=none.json"]).expect(74);
    place.run(&["check", "scenarios", "--update-baseline"]).expect(2);
    // A part of the runs would be a part of a baseline.
    place.run(&[&KEEP[..], &["--update-baseline", "--shard=1/2"]].concat()).expect(2);
}
