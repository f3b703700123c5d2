//! Traces for Perfetto obey the rules of its importer, and show what there was.

#[path = "perfetto/checker.rs"]
mod checker;
#[path = "perfetto/mutilations.rs"]
mod mutilations;
mod support;

use checker::{Rule, check};
use mirrorsim::batch;
use mirrorsim::perfetto::{self, Origin};
use mirrorsim::protocol::MessageKind;
use mirrorsim::timeline::{Collector, Timeline, Window};
use mutilations::MUTILATIONS;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use support::kept;

const SECOND: u64 = 1_000_000_000;

fn window(text: &str) -> Window {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// What a run of a kept scenario with these keys changed shows in a window.
fn seen(name: &str, sets: &[(&str, &str)], window: Window, most: usize) -> Timeline {
    let (scenario, traces) = kept(name, sets);
    let mut collector = Collector::new(&scenario, window, most);
    let outcome = batch::run(&scenario, 0, &traces, Some(&mut collector), &mut |_, _| {});
    outcome.unwrap_or_else(|error| panic!("{error}"));
    collector.finish()
}

fn trace(timeline: &Timeline) -> String {
    let origin = Origin {
        scenario: "a \"name\" </script>".to_owned(),
        scenario_hash: "0123".to_owned(),
        seed: u64::MAX,
        generator: "g/1".to_owned(),
        version: "0.1.0".to_owned(),
        digest: "4567".to_owned(),
        reproduce: "mirrorsim run 'it.json'".to_owned(),
    };
    let mut out = Vec::new();
    perfetto::write(timeline, &origin, &mut out).expect("memory");
    String::from_utf8(out).expect("text")
}

fn events(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).expect("JSON");
    file["traceEvents"].as_array().expect("events").clone()
}

/// How many events are so.
fn count(events: &[Value], is: impl Fn(&Value) -> bool) -> usize {
    events.iter().filter(|event| is(event)).count()
}

/// Everything that is kept is in the trace, and the trace is what the importer wants.
fn assert_good(name: &str, timeline: &Timeline) -> Vec<Value> {
    let text = trace(timeline);
    // The last of each rule is shown.
    let broken: BTreeMap<_, _> = check(&text).into_iter().collect();
    assert!(broken.is_empty(), "{name}: {broken:#?}");
    let events = events(&text);
    let messages = &timeline.messages;
    assert_eq!(count(&events, |event| event["flow_out"] == true), messages.len(), "{name}");
    let arrivals: usize = messages.iter().map(|message| message.arrivals.len()).sum();
    assert_eq!(count(&events, |event| event["flow_in"] == true), arrivals, "{name}");
    let lost = messages.iter().filter(|message| message.lost.is_some()).count();
    assert_eq!(count(&events, |event| event["cat"] == "lost"), lost, "{name}");
    assert_eq!(count(&events, |event| event["cat"] == "work"), timeline.works.len(), "{name}");
    let transfers = messages.iter().filter(|message| message.kind == MessageKind::Transfer).count();
    for (category, number) in [
        ("request", timeline.requests.len()),
        ("wan", transfers),
        ("point", timeline.points.len()),
        ("spell", timeline.spells.len()),
        ("plea", timeline.pleas.len()),
    ] {
        for phase in ["b", "e"] {
            let own = |event: &Value| event["cat"] == category && event["ph"] == phase;
            assert_eq!(count(&events, own), number, "{name} {category} {phase}");
        }
    }
    assert_eq!(count(&events, |event| event["cat"] == "mark"), timeline.marks.len(), "{name}");
    events
}

#[test]
fn traces_obey_the_importer() {
    let duplicates = [
        (
            "faults",
            r#"[{ "kind": "duplication", "rate": "20%", "at": "0s" },
                       { "kind": "corruption", "rate": "2%", "caught": "by-checksum", "at": "1s" }]"#,
        ),
        ("expect", "{}"),
    ];
    for (name, sets, shown) in [
        ("postgresql.json", &[][..], window("9.9s..12s")),
        ("naks-on-a-bad-link.json", &[], Window::ALL),
        ("crashes.json", &[], Window::ALL),
        ("automatic-failover.json", &[], Window::ALL),
        ("datagram-jitter.json", &duplicates, window("..4s")),
        ("untar-git.json", &[], Window::NOTHING),
    ] {
        let timeline = seen(name, sets, shown, 1_000_000);
        let events = assert_good(name, &timeline);
        let shows = |kind: &str| count(&events, |event| event["cat"] == kind) > 0;
        match name {
            "naks-on-a-bad-link.json" => assert!(shows("lost") && shows("fault"), "{name}"),
            "crashes.json" => assert!(shows("spell") && shows("mark"), "{name}"),
            "automatic-failover.json" => assert!(shows("plea") && shows("fault"), "{name}"),
            "datagram-jitter.json" => {
                let twice = timeline.messages.iter().filter(|sent| sent.arrivals.len() > 1);
                assert!(twice.count() > 10, "{name}");
                assert!(count(&events, |event| event["args"]["condition"] == "damaged") > 0);
            }
            _ => {}
        }
    }
}

/// A trace with few events that has everything that can be broken.
fn small() -> Timeline {
    seen("naks-on-a-bad-link.json", &[], window("..1500ms"), 1_000_000)
}

#[test]
fn the_checker_names_what_is_broken() {
    let text = trace(&small());
    assert_eq!(check(&text), [], "it is good as it is");
    let file: Value = serde_json::from_str(&text).expect("JSON");
    let mut wrong = Vec::new();
    for (rule, what, break_it) in MUTILATIONS {
        let mut broken = file.clone();
        let Value::Array(events) = &mut broken["traceEvents"] else { panic!("events") };
        break_it(events);
        let rules: BTreeSet<_> =
            check(&broken.to_string()).into_iter().map(|(rule, _)| rule).collect();
        if rules != BTreeSet::from([*rule]) {
            wrong.push(format!("{what} breaks {rules:?}, not {rule:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for broken in [&text[..text.len() / 2], "[]", &text.replace("\"ms\"", "\"days\"")] {
        assert_eq!(check(broken).first().map(|(rule, _)| *rule), Some(Rule::File));
    }
}

/// Processes come in the order of the page, and each has its threads.
#[test]
fn lanes_are_named_in_order() {
    let of = |timeline: &Timeline| {
        let mut names = BTreeMap::<u64, Vec<String>>::new();
        for event in events(&trace(timeline)).iter().filter(|event| event["ph"] == "M") {
            let name = event["args"]["name"].as_str().expect("a name").to_owned();
            names.entry(event["pid"].as_u64().expect("a number")).or_default().push(name);
        }
        names.into_values().collect::<Vec<_>>()
    };
    let side = |name: &str| {
        let own = [name, "node", "sends", "arrivals", "NVRAM", "log storage", "volume disks"];
        own.map(str::to_owned).to_vec()
    };
    let nothing = seen("untar-git.json", &[], Window::NOTHING, 0);
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let mut expected = vec![
        words(&["run", "faults, operator"]),
        words(&["clients", &nothing.clients[0]]),
        side("source"),
        words(&["WAN to destination"]),
        words(&["WAN to source"]),
        side("destination"),
    ];
    assert_eq!(of(&nothing), expected);
    expected.push(words(&["witness", "witness"]));
    expected[1][1] = "app".to_owned();
    let failover = seen("automatic-failover.json", &[], window("0s..0s"), 0);
    assert_eq!(of(&failover).len(), 6, "without a plea there is no witness");
    let failover = seen("automatic-failover.json", &[], window("6s..9s"), 1_000_000);
    assert_eq!(of(&failover).last(), expected.last());
}

/// Where a trace comes from, and what it leaves out, stands in the file.
#[test]
fn a_trace_says_what_it_is_and_what_it_lacks() {
    let few = seen("naks-on-a-bad-link.json", &[], window("0s..2s"), 100);
    let text = trace(&few);
    assert_eq!(text, trace(&few), "the same timeline, the same bytes");
    let file: Value = serde_json::from_str(&text).expect("JSON");
    let other = &file["otherData"];
    assert_eq!(other["scenario"], "a \"name\" </script>");
    assert_eq!(other["seed"], json!(u64::MAX));
    assert_eq!(other["window"], "..2s");
    for key in ["scenario_hash", "generator", "version", "digest", "reproduce", "shortest"] {
        assert!(other[key].as_str().is_some_and(|text| !text.is_empty()), "{key}");
    }
    let shown = |key: &str| other["shown"][key].as_u64().expect("a number");
    assert_eq!(shown("requests") + shown("messages") + shown("works"), 100);
    let left = &other["left_out"];
    assert_eq!(left["most"], 100);
    for key in ["requests", "messages", "works"] {
        assert!(left[key]["outside"].as_u64() > Some(0), "{key}: {left}");
        assert!(left[key]["beyond"].as_u64() > Some(0), "{key}: {left}");
    }
    assert!(left["full_at_ns"].as_u64().is_some_and(|at| at < 2 * SECOND), "{left}");
}
