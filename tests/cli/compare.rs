//! `compare`: two sets of rows, or two policies of one, in pairs.

use crate::support::Place;
use crate::sweep::with_experiment;
use serde_json::Value;

/// Rows of two sweeps that differ in one setting and some seeds.
fn with_two() -> Place {
    let place = with_experiment();
    place.run(&["sweep", "e.json", "-o", "one"]).expect(0);
    let words = ["sweep", "e.json", "-o", "two", "--seeds=5..11", "--set=wan.jitter=1ms"];
    place.run(&words).expect(0);
    place
}

fn json(place: &Place, words: &[&str]) -> Value {
    let ended = place.run(&[&["compare"], words, &["--format=json"]].concat()).expect(0);
    serde_json::from_str(&ended.stdout).expect("it is JSON")
}

#[test]
fn policies_are_compared_in_pairs() {
    let place = with_two();
    let words = [
        "one",
        "--policies=all in full,references",
        "--figure=saved.of_wan",
        "--figure=writes.bytes",
    ];
    let found = json(&place, &words);
    assert_eq!((&found["pairs"], &found["failed"]), (&24.into(), &0.into()));
    let lines = found["lines"].as_array().expect("lines");
    assert_eq!(lines.len(), 10, "four points and all, twice");
    let rows: Vec<Value> = place
        .read("one/rows.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a row"))
        .collect();
    // By hand: full blocks save nothing, so the difference is the mean of what references save.
    let saved = |row: &Value| row["figures"]["saved.of_wan"].as_f64().expect("a number");
    let own: Vec<_> = rows[..6].iter().map(saved).collect();
    let mean = own.iter().sum::<f64>() / 6.0;
    let squares: f64 = own.iter().map(|value| (value - mean).powi(2)).sum();
    let half = 2.570_581_835_636 * (squares / 5.0 / 6.0).sqrt();
    let line = &lines[0];
    let number = |key: &str| line[key].as_f64().expect("a number");
    assert!((number("difference") - mean).abs() < 1e-12, "{line}");
    assert!((number("half_width") - half).abs() < 1e-10, "{line}");
    assert_eq!((&line["pairs"], &line["above"], &line["below"]), (&6.into(), &6.into(), &0.into()));
    assert_eq!(line["relative"], Value::Null, "nothing is a multiple of nothing");
    let all = lines.iter().find(|line| line["at"].is_null()).expect("over all points");
    assert_eq!(all["pairs"], 6, "a seed counts once");
    let equal = &lines[5];
    assert_eq!((&equal["figure"], &equal["equal"]), (&"writes.bytes".into(), &6.into()));
    assert_eq!((&equal["difference"], &equal["half_width"]), (&0.0.into(), &0.0.into()));
    let text = place.run(&[&["compare"], &words[..]].concat()).expect(0).stdout;
    assert!(
        text.starts_with("references against all in full, in pairs\n\nsaved.of_wan\n"),
        "{text}"
    );
    let csv = place.run(&[&["compare"], &words[..], &["--format=csv"]].concat()).expect(0).stdout;
    assert_eq!(csv.lines().count(), 11);
    assert!(
        csv.starts_with("points,\"far, in ms\",size,policy,figure,pairs,without,base,"),
        "{csv}"
    );
}

#[test]
fn sets_are_paired_and_what_is_alone_is_named() {
    let place = with_two();
    let found = json(&place, &["one", "two/rows.jsonl", "--figure=latency.write.mean_ns"]);
    assert_eq!(found["pairs"], 4 * 2 * 4, "seeds 5 to 8");
    let alone = found["alone"].as_array().expect("sentences");
    assert_eq!(alone.len(), 16);
    assert_eq!(
        alone[0],
        "2 runs of the first set only: point (far, in ms = 1, size = 8KiB), all in full, seeds 3-4"
    );
    assert_eq!(
        alone[1],
        "2 runs of the second set only: point (far, in ms = 1, size = 8KiB), all in full, seeds 9-10"
    );
    let lines = found["lines"].as_array().expect("lines");
    let above =
        |line: &Value| line["difference"].as_f64().is_some_and(|difference| difference > 0.0);
    assert!(lines.iter().all(above), "jitter only delays: {lines:?}");
    let text = place.run(&["compare", "one", "two"]).expect(0).stdout;
    assert_eq!(text.matches("left out: ").count(), 11, "{text}");
    let itself = json(&place, &["one", "one"]);
    let lines = itself["lines"].as_array().expect("lines");
    assert!(lines.iter().all(|line| line["below"] == 0 && line["above"] == 0), "{lines:?}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let place = with_two();
    let apart = ["sweep", "e.json", "-o", "apart", "--seeds=100..102"];
    place.run(&apart).expect(0);
    let refused = place.run(&["compare", "one", "apart"]).expect(4);
    assert!(
        refused.stderr.contains("nothing to compare: no run has a partner"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("6 runs of the first set only"), "{}", refused.stderr);
    place.run(&["sweep", "e.json", "-o", "part", "--shard=1/2"]).expect(0);
    place.write("no.jsonl", "{}\n");
    let doubled = place.read("one/rows.jsonl");
    place.write("double.jsonl", doubled.clone() + doubled.lines().next().expect("a row"));
    for (words, code, sentence) in [
        (&["compare", "one"][..], 2, "--policies"),
        (&["compare", "one", "two", "--policies=a,b"], 2, "cannot be used with"),
        (
            &["compare", "one", "--policies=references"],
            2,
            "name the base, and what is held against it",
        ),
        (&["compare", "one", "--policies=references,references"], 2, "a policy is named twice"),
        (
            &["compare", "one", "--policies=references,extents"],
            2,
            "no row is of policy \"extents\"; there are: all in full, references",
        ),
        (&["compare", "one", "two", "--figure=saved.of_wam"], 2, "did you mean `saved.of_wan`?"),
        (&["compare", "part", "one"], 74, "`mirrorsim merge DIR` writes it when all runs are made"),
        (&["compare", "none", "one"], 74, "none cannot be read"),
        (
            &["compare", "no.jsonl", "one"],
            2,
            "no.jsonl:1 is no row of an experiment: missing field",
        ),
        (&["compare", "double.jsonl", "one"], 2, "seed 3 twice"),
    ] {
        let refused = place.run(words).expect(code);
        assert!(refused.stderr.contains(sentence), "{words:?} {}", refused.stderr);
    }
}
