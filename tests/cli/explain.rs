//! `mirrorsim explain`: a dozen lines or JSON, its exit statuses, what it refuses.

use crate::support::{Place, SCENARIO};
use serde_json::Value;

/// A wrong protocol that every run catches.
fn wrong() -> Place {
    let place = Place::new();
    let word = "\"sabotage\": \"ack-before-destination\", \"clients\"";
    place.write("wrong.json", SCENARIO.replace("\"clients\"", word));
    place
}

#[test]
fn a_failure_is_explained_in_a_dozen_lines() {
    let place = wrong();
    let text = place.run(&["explain", "wrong.json", "--seed", "3"]).expect(0).stdout;
    assert!(text.lines().count() <= 12, "{text}");
    for word in ["S1a at ", "happened:", "should be:", "they part:", "(Spec 3.7)", "causes:"] {
        assert!(text.contains(word), "{text}");
    }
    let words = ["explain", "wrong.json", "--seed", "3", "-o", "why.json"];
    assert_eq!(place.run(&words).expect(0).stdout, "");
    let found: Value = serde_json::from_str(&place.read("why.json")).expect("it is JSON");
    assert_eq!(found["format"], "mirrorsim-explanation/1");
    assert_eq!((&found["rule"], &found["clause"]), (&"answer_write".into(), &"3.7".into()));
    assert_eq!(found["violation"]["property"], "S1a");
    assert_eq!(found["violation"]["subject"]["write"]["op"], 1);
}

#[test]
fn another_property_can_be_asked_for() {
    let place = wrong();
    let other = place.run(&["explain", "wrong.json", "--property", "S5"]).expect(4);
    assert!(other.stderr.contains("the run keeps S5"), "{}", other.stderr);
    place.run(&["explain", "wrong.json", "--property", "S1a"]).expect(0);
    let unknown = place.run(&["explain", "wrong.json", "--property", "S99"]).expect(2);
    assert!(unknown.stderr.contains("S1a"), "it lists those there are: {}", unknown.stderr);
}

#[test]
fn what_does_not_fail_or_is_not_there_is_said() {
    let place = Place::new();
    let kept = place.run(&["explain", "small.json"]).expect(4);
    assert!(kept.stderr.contains("nothing to explain"), "{}", kept.stderr);
    assert!(kept.stderr.contains("reproduce: mirrorsim explain small.json"), "{}", kept.stderr);
    place.run(&["explain", "none.json"]).expect(74);
    place.run(&["explain", "small.json", "--set", "wan.bandwidth=0bit/s"]).expect(2);
    place.run(&["explain", "small.json", "-o", "no/such/folder/x"]).expect(74);
}

/// `check --explain`: as many failing runs as are shown say why, and no more.
#[test]
fn a_check_says_why() {
    let place = wrong();
    let words = ["check", "wrong.json", "--seeds", "0..4", "--explain", "--show", "2"];
    let page = place.run(&words).expect(1).stdout;
    assert_eq!(page.matches("they part: the source, answering a write (Spec 3.7)").count(), 2);
    assert_eq!(page.matches("\n  S1a at ").count(), 2, "the violation is told once: {page}");
    assert!(page.contains("2 more that failed are not shown"), "{page}");
    // The line that is shown makes the failing run small.
    let smallest = page.lines().find_map(|line| line.trim().strip_prefix("smallest: mirrorsim "));
    let shrink: Vec<_> = smallest.expect("it is shown").split(' ').collect();
    assert_eq!(shrink, ["shrink", "wrong.json", "--seed", "0"]);
    place.run(&shrink).expect(0);
    let rows = place.run(&[&words[..], &["--format", "json"]].concat()).expect(1).stdout;
    let explained: Vec<_> = rows
        .lines()
        .map(|row| serde_json::from_str::<Value>(row).expect("a row is JSON"))
        .filter(|row| row["explanation"].as_array().is_some_and(|lines| lines.len() > 5))
        .map(|row| row["seed"].as_u64())
        .collect();
    assert_eq!(explained, [Some(0), Some(1)]);
    let plain = place.run(&["check", "wrong.json", "--seeds", "0..4"]).expect(1).stdout;
    assert!(!plain.contains("they part"), "{plain}");
}
