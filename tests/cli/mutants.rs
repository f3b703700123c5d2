//! `mirrorsim mutants`: the table, its exit statuses, what it refuses.

use crate::support::{Place, SCENARIO};

/// A wrong protocol that every run catches.
fn wrong() -> String {
    SCENARIO.replace("\"clients\"", "\"sabotage\": \"ack-before-destination\", \"clients\"")
}

#[test]
fn a_row_says_how_soon_it_is_caught() {
    let place = Place::new();
    place.write("wrong.json", wrong());
    let all = ["mutants", "wrong.json", "--starts", "3", "--format", "csv"];
    let found = place.run(&all).expect(0);
    let lines: Vec<_> = found.stdout.lines().collect();
    assert_eq!(lines[0], "sabotage,property,median_seeds,worst_seeds,caught,starts,also");
    assert_eq!(lines[1..], ["ack-before-destination,S1a,1,1,3,3,"]);
    let alone = place.run(&[&all[..], &["--jobs", "1"]].concat()).expect(0);
    assert_eq!(alone.stdout, found.stdout, "the same on any number of cores");
}

#[test]
fn what_is_not_caught_is_named() {
    let place = Place::new();
    place.write("wrong.json", wrong());
    // Nothing is acknowledged before its copy exists if the rule asks for no copy.
    let words = ["mutants", "wrong.json", "--starts", "2", "--seeds", "2", "--set", "ack=local"];
    let found = place.run(&words).expect(1);
    assert!(found.stdout.contains("0/2"), "{}", found.stdout);
    assert!(found.stderr.contains("ack-before-destination"), "{}", found.stderr);
}

#[test]
fn the_right_protocol_is_no_mutant() {
    let refused = Place::new().run(&["mutants", "small.json"]).expect(2);
    for word in ["small.json", "sabotage", "a wrong protocol"] {
        assert!(refused.stderr.contains(word), "{}", refused.stderr);
    }
    Place::new().run(&["mutants", "small.json", "--starts", "18446744073709551615"]).expect(2);
    Place::new().run(&["mutants"]).expect(4);
}
