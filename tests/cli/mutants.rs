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
    let head = "sabotage,property,median_seeds,low_seeds,high_seeds,worst_seeds,runs,caught,starts,\
        median_simulated_ns,median_shrunk_writes,also";
    assert_eq!(lines[0], head);
    // Three searches have no interval.
    let begin = "ack-before-destination,S1a,1,,,1,3,3,3,";
    assert!(lines.len() == 2 && lines[1].starts_with(begin), "{}", found.stdout);
    let simulated = lines[1][begin.len()..].trim_end_matches(',').parse::<u64>();
    assert!(simulated.is_ok_and(|ns| ns > 0), "{}", found.stdout);
    let shrunk = place.run(&[&all[..], &["--shrink", "2"]].concat()).expect(0);
    let length = shrunk.stdout.trim_end().rsplit(',').nth(1);
    assert_eq!(length, Some("1"), "one write is enough: {}", shrunk.stdout);
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

/// Weaker fails, stronger is remarked; what was not asked for is not missed.
#[test]
fn a_table_is_held_against_the_one_that_was_kept() {
    let place = Place::new();
    place.write("wrong.json", wrong());
    let words = ["mutants", "wrong.json", "--starts=20", "--seeds=2"];
    let kept = place.run(&[&words[..], &["--format=csv", "-o", "kept.csv"]].concat()).expect(0);
    assert_eq!(kept.stdout, "");
    let text = place.read("kept.csv");
    assert!(text.contains(",S1a,1,1,1,1,20,20,20,"), "{text}");
    let against = [&words[..], &["--against=kept.csv"]].concat();
    assert_eq!(place.run(&against).expect(0).stderr, "");
    let weaker = place.run(&[&against[..], &["--set=ack=local"]].concat()).expect(1);
    let told = "weaker: ack-before-destination: only 0 of 20 searches catch it\n";
    assert!(weaker.stderr.contains(told), "{}", weaker.stderr);
    place.write("kept.csv", text.replace(",20,20,20,", ",60,20,20,"));
    let stronger = place.run(&against).expect(0);
    let told = "stronger: ack-before-destination: 20 of 20 runs catch it, and 20 of 60 runs did\n";
    assert_eq!(stronger.stderr, told);
    place.write("kept.csv", text.replace("ack-", "back-"));
    let told = "new: ack-before-destination does not stand in the table\n";
    assert_eq!(place.run(&against).expect(0).stderr, told);
    std::fs::create_dir_all(place.path("scenarios/sabotage")).expect("a directory");
    place.write("scenarios/sabotage/wrong.json", wrong());
    let all = place.run(&["mutants", "--starts=20", "--against=kept.csv"]).expect(1);
    let told = "weaker: back-before-destination: no scenario shows it\n";
    assert!(all.stderr.contains(told), "{}", all.stderr);
    place.write("kept.csv", "sabotage,property\n");
    let refused = place.run(&against).expect(2);
    assert!(refused.stderr.contains("kept.csv is no such table: "), "{}", refused.stderr);
    place.run(&["mutants", "wrong.json", "--against=none.csv"]).expect(74);
}
