//! Scenario files: what reads, what it means, what is refused and in which words.

mod faults;
mod refusals;
mod roundtrip;

use super::*;
use crate::protocol::{AckRule, FlushRule};
use crate::scenario::{
    Arrival, Comparison, Condition, Decider, DiskModel, Failover, PlannedOperation, Promotion,
    Replay, SizeShare, Swarm, Workload,
};
use crate::units::{Bytes, Span};

/// The smallest scenario.
const SMALLEST: &str = r#"{ "clients": [{}] }"#;

fn parse(text: &str) -> Scenario {
    Scenario::parse(text, &[]).unwrap_or_else(|error| panic!("{}", error.render("test.json")))
}

fn set(text: &str, overrides: &[(&str, &str)]) -> Result<Scenario, FileError> {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    Scenario::parse(text, &overrides.iter().map(owned).collect::<Vec<_>>())
}

#[test]
fn what_is_left_out_takes_its_default() {
    let scenario = parse(SMALLEST);
    assert_eq!(scenario.clients[0].name, "c0");
    assert_eq!(scenario.clients[0].timeout, Some(Span::from_secs(60)));
    assert_eq!(scenario.parameters.ack, AckRule::Logged);
    assert_eq!(scenario.parameters.every, Some(Span::from_secs(10)));
    assert_eq!(scenario.parameters.nvram_half, Bytes::mib(64));
    assert_eq!(scenario.wan.propagation, Span::from_millis(20));
    assert!(matches!(scenario.source.disk, DiskModel::Ssd(_)));
    assert!(matches!(scenario.destination.log, DiskModel::Fixed(_)));
    let Workload::Synthetic(synthetic) = &scenario.clients[0].workload else {
        panic!("a workload is synthetic unless it says otherwise");
    };
    assert_eq!(synthetic.arrival, Arrival::Closed { depth: 1, think: Span::ZERO });
    assert_eq!(synthetic.sizes, [SizeShare { size: Bytes::kib(4), weight: 1 }]);
}

/// Spec 3.8: a half of 1000 B holds eleven entries of a header and one byte. They touch up to two
/// blocks each, and none needs to be split.
#[test]
fn bounds_derive_from_the_half() {
    let text = r#"{ "clients": [{ "workload": { "operations": [{ "flush": 0 }] } }],
        "source": { "nvram_half": "1000B" } }"#;
    let parameters = parse(text).parameters;
    let entries = 1000 / (crate::protocol::wire::ENTRY_HEADER + 1);
    assert_eq!(parameters.buffers, 4 * entries);
    assert_eq!(parameters.dirty_high_water, parameters.buffers);
    assert_eq!(parameters.transfer_ids, 2 * (entries + 3));
    assert_eq!(parameters.cache, Bytes::new(2000));
    assert_eq!(parameters.link_queue, Bytes::mib(1));
    assert!(parameters.link_queue >= parameters.longest_message());
}

/// Spec 8.1: only datagrams are sent again by the nodes, three round trips and 100 ms later.
#[test]
fn retransmission_derives_from_the_round_trip() {
    let with = |wan: &str| parse(&format!("{{ \"clients\": [{{}}], \"wan\": {{ {wan} }} }}"));
    assert_eq!(with("").parameters.retransmit, None);
    let wan = r#""transport": "datagram", "propagation": "20ms", "jitter": "5ms""#;
    assert_eq!(with(wan).parameters.retransmit, Some(Span::from_millis(3 * 2 * 25 + 100)));
    let given = with(r#""transport": "datagram", "retransmit": "7ms""#);
    assert_eq!(given.parameters.retransmit, Some(Span::from_millis(7)));
}

#[test]
fn the_example_of_the_manual_reads() {
    let text = r#"{ "name": "PostgreSQL across 40 ms", "description": "…",
      "policy": "references", "mode": "sync", "ack": "logged", "block_size": "4KiB", "metadata": "none",
      "clients": [ { "name": "pg", "workload": { "trace": "traces/pgbench_block.csv.gz", "replay": "barriers", "offset_shift": "0B" } } ],
      "source": { "nvram_half": "64MiB", "disk": { "kind": "ssd" }, "consistency_point": { "every": "10s", "entries": null } },
      "wan": { "transport": "tcp", "bandwidth": "1Gbit/s", "propagation": "20ms", "loss": "0%" },
      "destination": { "log": { "kind": "fixed", "latency": "100us" }, "nvlog_files": 2, "disk": { "kind": "hdd" }, "flush": "1s" },
      "failover": { "by": "operator", "at": null }, "timeout": "10s", "reconnect": "60s",
      "faults": [], "swarm": false, "sabotage": null,
      "end": { "after": "workload", "final_consistency_point": true },
      "expect": { "verdict": "pass", "saved.of_wan": ">= 0.3", "seed": 0 } }"#;
    let scenario = parse(text);
    assert_eq!(scenario.name, "PostgreSQL across 40 ms");
    let Workload::Trace(trace) = &scenario.clients[0].workload else { panic!("a trace") };
    assert_eq!(trace.replay, Replay::Barriers);
    assert_eq!(scenario.parameters.flush, FlushRule::Every(Span::from_secs(1)));
    let conditions: Vec<_> = scenario.expect.iter().map(|line| line.condition.clone()).collect();
    let expected = [
        Condition::Compares(Comparison::AtLeast, 0.3),
        Condition::Equals(0.into()),
        Condition::Equals("pass".into()),
    ];
    assert_eq!(conditions, expected);
}

#[test]
fn operations_are_listed_one_by_one() {
    let text = r#"{ "clients": [{ "workload": { "operations": [
        { "write": { "offset": "0B", "length": "4KiB" } },
        { "at": "1ms", "after": 1, "read": { "volume": 2, "offset": "1B", "length": "1B" } } ] } }] }"#;
    let scenario = parse(text);
    let Workload::Operations(list) = &scenario.clients[0].workload else { panic!("a list") };
    let [PlannedOperation { at, after, .. }, second] = list[..] else { panic!("two of them") };
    assert_eq!((at, after), (Span::ZERO, None));
    assert_eq!((second.at, second.after), (Span::from_millis(1), Some(1)));
}

/// Spec 3.1: no time limit is `null`, which is not the default.
#[test]
fn a_client_may_ask_only_once() {
    let scenario = parse(r#"{ "clients": [{ "timeout": null }] }"#);
    assert_eq!(scenario.clients[0].timeout, None);
}

#[test]
fn a_failover_is_planned() {
    let planned = parse(r#"{ "clients": [{}], "failover": { "at": "5s", "force": true } }"#);
    let (by, lease) = (Decider::Operator, Span::from_secs(3));
    let (at, witness_latency) = (Some(Span::from_secs(5)), Span::from_millis(5));
    assert_eq!(
        planned.failover,
        Failover { by, at, force: Promotion::Forced, lease, witness_latency }
    );
    let swarm = parse(r#"{ "clients": [{}], "swarm": true }"#);
    assert_eq!((swarm.swarm, planned.swarm), (Swarm::On, Swarm::Off));
}

#[test]
fn overrides_win_and_are_named_in_errors() {
    let scenario = set(SMALLEST, &[("wan.propagation", "40ms"), ("clients.0.name", "pg")]);
    let scenario = scenario.expect("both keys exist");
    assert_eq!(scenario.wan.propagation, Span::from_millis(40));
    assert_eq!(scenario.clients[0].name, "pg");
    let error = set(SMALLEST, &[("wan", "{\"bandwidth\": \"0B/s\"}")]).expect_err("no bandwidth");
    let words = "`wan.bandwidth` is \"0bit/s\": a link of no bandwidth carries nothing\n  \
        --> --set wan={\"bandwidth\": \"0B/s\"}";
    assert_eq!(error.render("x.json"), words);
    assert!(set(SMALLEST, &[("clients.1.name", "pg")]).is_err());
}

#[test]
fn bounds_have_room_for_every_write() {
    let scenario = parse(r#"{ "clients": [{}], "source": { "buffers": 9 } }"#);
    assert_eq!(scenario.room_for(Bytes::kib(32)), Ok(()));
    let problem = scenario.room_for(Bytes::kib(36)).expect_err("ten blocks");
    assert_eq!(
        problem.to_string(),
        "`source.buffers` is 9: a write of 36KiB may touch 10 blocks at once"
    );
    assert_eq!(scenario.room_for(Bytes::mib(100)), Ok(()), "the source refuses it");
    let scenario = parse(r#"{ "clients": [{}], "source": { "nvram_half": "1PiB" } }"#);
    let problem = scenario.room_for(Bytes::mib(1 << 13)).expect_err("two million blocks");
    assert_eq!(problem.key, "source.nvram_half");
}

#[test]
fn the_schema_documents_every_key() {
    let schema: Value = serde_json::from_str(&schema()).expect("the schema is JSON");
    let mut undocumented = Vec::new();
    let definitions = schema["$defs"].as_object().expect("there are definitions");
    for (name, definition) in definitions.iter().chain([(&"root".to_owned(), &schema)]) {
        for (key, property) in definition["properties"].as_object().into_iter().flatten() {
            if property.get("description").is_none() {
                undocumented.push(format!("{name}.{key}"));
            }
        }
    }
    assert_eq!(undocumented, Vec::<String>::new());
    assert_eq!(schema["properties"]["timeout"]["default"], "10s");
    assert_eq!(schema["additionalProperties"], false);
}
