//! `mirrorsim audit`: its rows, its exit statuses, the same on any number of cores.

use crate::support::{Place, SCENARIO};

#[test]
fn a_dead_row_is_named_and_makes_the_status() {
    let place = Place::new();
    let clog = r#""faults": [ { "kind": "clog", "at": "0s", "for": "10ms" } ], "clients""#;
    place.write("clog.json", SCENARIO.replace("\"clients\"", clog));
    let words = ["audit", "clog.json", "--seeds", "0..3"];
    let found = place.run(&words).expect(1);
    let line = |name: &str| {
        let lines = found.stdout.lines();
        lines.filter(|line| line.starts_with(name)).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(line("clog"), "clog                                       3           3");
    assert_eq!(line("stall"), "stall                                      0           0  DEAD");
    assert!(found.stderr.contains("fault stall"), "{}", found.stderr);
    assert!(!found.stderr.contains("fault clog"), "{}", found.stderr);
    let alone = place.run(&[&words[..], &["--jobs", "1"]].concat()).expect(1);
    assert_eq!(alone.stdout, found.stdout, "the same on any number of cores");
    // Without the fault its row dies.
    let without = place.run(&["audit", "small.json", "--seeds", "0..3"]).expect(1);
    assert!(without.stderr.contains("fault clog"), "{}", without.stderr);
}

#[test]
fn rows_are_json_lines() {
    let place = Place::new();
    let found =
        place.run(&["audit", "small.json", "--seeds", "0..2", "--format", "json"]).expect(1);
    let rows: Vec<serde_json::Value> =
        found.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(rows.len() > 150, "{}", rows.len());
    let named = |name: &str| rows.iter().find(|row| row["name"] == name).expect("it is there");
    assert_eq!(named("S24")["format"], "mirrorsim-audit/1");
    assert_eq!(named("S24")["life"], "alive");
    assert_eq!(named("mirror.in_sync")["ns"], named("mirror.in_sync")["of_ns"]);
    assert_eq!(named("deposed")["kind"], "branch");
    place.run(&["audit", "small.json", "--seeds", "0", "-o", "out.txt"]).expect(1);
    assert!(place.read("out.txt").contains("mirror.in_sync"));
    Place::new().run(&["audit"]).expect(4);
    Place::new().run(&["audit", "none.json"]).expect(74);
}
