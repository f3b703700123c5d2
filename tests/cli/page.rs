//! `run -o F.html`: the page of a run, wherever it goes.

use crate::support::Place;
use std::path::Path;

/// Bytes of a page, at most.
const LONGEST: usize = 250_000;

fn scenario(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    folder.join(name).display().to_string()
}

#[test]
fn the_same_run_gives_the_same_page() {
    let place = Place::new();
    place.run(&["run", "small.json", "-o", "one.html"]).expect(0);
    place.run(&["run", "small.json", "-o", "other.html", "--facts", "facts.jsonl"]).expect(0);
    let printed = place.run(&["run", "small.json", "--format", "html", "-o", "-"]).expect(0);
    let page = place.read("one.html");
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert_eq!(page, place.read("other.html"));
    assert_eq!(page, printed.stdout);
    assert!(page.contains("mirrorsim run small.json --seed 0 -o run.html</code>"));
    let other = place.run(&["run", "small.json", "--format", "html", "--seed", "1"]).expect(0);
    assert_ne!(page, other.stdout);
}

#[test]
fn the_line_makes_the_run_again() {
    let place = Place::new();
    let words = ["--seed", "3", "--set", "wan.propagation=5ms", "--set", "name=it's <b>"];
    let ended = place.run(&[&["run", "small.json", "--format", "html"], &words[..]].concat());
    let page = ended.expect(0).stdout;
    let line = "mirrorsim run small.json --seed 3 --set wan.propagation=5ms \
                --set &#39;name=it&#39;\\&#39;&#39;s &lt;b&gt;&#39; -o run.html</code>";
    assert!(
        page.contains(line),
        "{}",
        page.lines().find(|l| l.contains("id=\"line\"")).unwrap_or("")
    );
    let again = [&["run", "small.json", "-o", "run.html"], &words[..]].concat();
    place.run(&again).expect(0);
    assert_eq!(page, place.read("run.html"));
}

#[test]
fn a_page_of_a_failing_run_says_so() {
    let place = Place::new();
    let name = scenario("sabotage/no-copy-on-write.json");
    let expect = "expect={\"verdict\":\"pass\"}";
    let words = ["run", &name, "--set", expect, "-o", "bad.html"];
    let ended = place.run(&words).expect(1);
    let page = place.read("bad.html");
    assert!(page.contains("<title>VIOLATION · "), "{}", ended.stderr);
    assert!(page.contains("<b>S2</b> at ") && page.contains("1 of 1 expectations missed"));
}

#[test]
fn no_page_is_too_long() {
    let place = Place::new();
    let mut lengths = Vec::new();
    for name in ["postgresql", "sqlite-wal", "failover-storm", "oltp-chains", "strict-fails"] {
        let words = ["run", &scenario(&format!("{name}.json")), "-o", "page.html"];
        place.run(&words).expect(0);
        let length = place.read("page.html").len();
        assert!(length <= LONGEST, "{name}: {length}");
        lengths.push(length);
    }
    assert!(lengths[0] > 100_000, "the longest run fills its page: {lengths:?}");
    // Of a window that has no room far more is left out.
    for name in ["swarm-witness", "failover-in-back-to-back-cps", "few-buffers"] {
        let words =
            ["run", &scenario(&format!("{name}.json")), "--window", "..", "-o", "page.html"];
        place.run(&words).expect(0);
        let page = place.read("page.html");
        assert!(page.len() <= LONGEST, "{name}: {}", page.len());
        let messages =
            page.split(" messages, ").next().and_then(|before| before.rsplit(' ').next());
        let messages = messages.map(|number| number.replace(',', "").parse::<u64>());
        assert!(messages.is_some_and(|number| number.is_ok_and(|number| number > 100)), "{name}");
    }
}

/// Nothing was written: latency has nothing to draw, and the page says so.
#[test]
fn a_run_without_writes_has_a_page() {
    let place = Place::new();
    let reads = r#"{ "clients": [ { "workload": { "count": 3, "reads": "100%" } } ] }"#;
    place.write("reads.json", reads);
    place.run(&["run", "reads.json", "-o", "reads.html"]).expect(0);
    assert!(place.read("reads.html").contains("0 writes acknowledged"));
}

#[test]
fn a_window_is_shown_and_the_rest_counted() {
    let place = Place::new();
    let words = ["run", "small.json", "--window", "10ms..50ms", "-o", "page.html"];
    place.run(&words).expect(0);
    let page = place.read("page.html");
    assert!(page.contains("From 0.010000 s to 0.050000 s of "));
    assert!(page.contains("id=\"outside\"") && page.contains("--window 10ms..50ms -o run.html"));
    let refused = place.run(&["run", "small.json", "--window", "1s..2s"]).expect(2);
    assert!(refused.stderr.contains("give --perfetto FILE or -o FILE.html"), "{}", refused.stderr);
}

/// A window of which the run has nothing shows nothing.
#[test]
fn a_window_after_the_end_is_refused() {
    let place = Place::new();
    let words = ["run", "small.json", "-o", "late.html", "--window", "90h..91h"];
    let refused = place.run(&words).expect(2);
    assert!(refused.stderr.contains("--window 90h..91h: the run is over at"), "{}", refused.stderr);
}
