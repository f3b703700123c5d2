//! A resolved scenario reads back as itself.

use super::*;
use proptest::prelude::*;
use serde_json::json;

pub(super) fn check(text: &str) {
    let first = parse(text);
    let second = parse(first.canonical());
    assert_eq!(first.canonical(), second.canonical());
    assert_eq!(first.hash(), second.hash());
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
}

#[test]
fn canonical_text_reads_back_as_itself() {
    check(SMALLEST);
    check(r#"{ "clients": [{ "workload": { "trace": "t.csv" } }], "$schema": "x" }"#);
    check(r#"{ "clients": [{}], "destination": { "log": { "bandwidth": "1GB/s" } } }"#);
    check(r#"{ "clients": [{}], "block_size": "1GiB", "source": { "nvram_half": "1PiB" } }"#);
    check(r#"{ "clients": [{ "timeout": null }, { "timeout": "1h" }] }"#);
    check(r#"{ "clients": [{}], "failover": { "at": "5s", "force": true }, "swarm": true }"#);
    check(r#"{ "clients": [{}], "failover": { "by": "operator" }, "faults_until": "1min" }"#);
    check(r#"{ "clients": [{}], "wan": { "transport": "datagram", "loss": "1/3" } }"#);
    check(
        r#"{ "clients": [{}], "mode": "strict", "held_writes": "fail", "sabotage": "apply-in-place" }"#,
    );
    check(r#"{ "clients": [{}], "expect": { "a": null, "b.c": "> 1", "d": 0.5 } }"#);
}

#[test]
fn canonical_text_writes_nulls_that_mean_something() {
    let scenario =
        parse(r#"{ "clients": [{}], "source": { "consistency_point": { "every": null } } }"#);
    let value: Value = serde_json::from_str(scenario.canonical()).expect("canonical is JSON");
    assert_eq!(value["source"]["consistency_point"], json!({"every": null, "entries": null}));
    assert_eq!(value["destination"]["log"]["bandwidth"], Value::Null);
    assert!(value["wan"]["window"].is_string());
}

fn disk() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({})),
        (1u32..9).prop_map(|channels| json!({"kind": "ssd", "channels": channels})),
        (1u32..20_000).prop_map(|rpm| json!({"kind": "hdd", "rpm": rpm})),
        (0u64..1 << 40).prop_map(|ns| json!({"kind": "fixed", "latency": format!("{ns}ns")})),
    ]
}

fn workload() -> impl Strategy<Value = Value> {
    let operation = (0u64..1 << 50, 1u64..1 << 16, 0u32..4).prop_map(|(offset, length, volume)| {
        json!({"write": {"volume": volume, "offset": format!("{offset}B"), "length": format!("{length}B")}})
    });
    prop_oneof![
        ("[a-z]{1,8}", 0u64..1 << 40)
            .prop_map(|(name, shift)| json!({"trace": name, "offset_shift": format!("{shift}B")})),
        (1u64..1 << 40, 0u64..=1000)
            .prop_map(|(count, reads)| json!({"count": count, "reads": format!("{reads}/1000")})),
        prop::collection::vec(operation, 1..20).prop_map(|list| json!({"operations": list})),
        (1u64..1 << 50)
            .prop_map(|mean| json!({"arrival": {"kind": "on-off", "mean": format!("{mean}ns")}})),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_scenario_reads_back_as_itself(
        name in r"\PC{0,20}",
        (log, disks) in (disk(), disk()),
        workloads in prop::collection::vec(workload(), 1..4),
        half in 100_000u64..1 << 50,
        block in 9u32..20,
        entries in prop::option::of(1u64..2),
        propagation in any::<u64>(),
    ) {
        let clients: Vec<_> = workloads.iter().map(|w| json!({"workload": w})).collect();
        let document = json!({
            "name": name, "clients": clients, "block_size": format!("{}B", 1u64 << block),
            "source": {
                "nvram_half": format!("{half}B"), "disk": disks,
                "consistency_point": { "entries": entries },
            },
            "destination": { "log": log },
            "wan": { "propagation": format!("{propagation}ns") },
        });
        check(&document.to_string());
    }

    #[test]
    fn no_text_makes_it_panic(text in r#"[\{\}\[\]":,a-z0-9\\ \né]{0,40}"#) {
        let _ = Scenario::parse(&text, &[]).map_err(|error| error.render("f"));
    }

    #[test]
    fn no_override_makes_it_panic(key in "[a-z.0-9_]{0,20}", value in ".{0,20}") {
        let _ = set(SMALLEST, &[(&key, &value)]).map_err(|error| error.render("f"));
    }
}
