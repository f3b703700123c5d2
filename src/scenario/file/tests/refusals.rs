//! One row for each rule: a scenario that breaks it, and the words that say so.

use super::*;

/// A scenario with these keys beside one client.
fn with(keys: &str) -> String {
    format!("{{ \"clients\": [{{}}], {keys} }}")
}

/// A scenario whose only client has this workload.
fn workload(keys: &str) -> String {
    format!("{{ \"clients\": [{{ \"workload\": {{ {keys} }} }}] }}")
}

fn check(text: &str, words: &str) {
    let error = Scenario::parse(text, &[]).expect_err(text);
    let rendered = error.render("f.json");
    assert!(rendered.contains(words), "{text}\ngave\n{rendered}\ninstead of\n{words}\n");
}

#[test]
fn rules_of_the_protocol() {
    for (keys, words) in [
        (r#""block_size": "0B""#, r#"`block_size` is "0B": a power of two from 512B to 1GiB"#),
        (r#""block_size": "6KiB""#, r#"`block_size` is "6KiB": a power of two"#),
        (r#""timeout": "0s""#, r#"`timeout` is "0ns": at least 1ms"#),
        (r#""reconnect": "0s""#, "`reconnect` is"),
        (r#""source": {"nvram_half": "80B"}"#, "`source.nvram_half` is \"80B\": from 81B"),
        (r#""source": {"consistency_point": {"every": "0s"}}"#, "null: no timer"),
        (r#""source": {"consistency_point": {"entries": 0}}"#, "from 1 to "),
        (r#""source": {"consistency_point": {"entries": 20000}}"#, "so many writes of 4KiB"),
        (r#""source": {"buffers": 0}"#, "`source.buffers` is 0: at least 1"),
        (r#""source": {"buffers": 1}"#, "a write of 4KiB may touch 2 blocks at once"),
        (r#""source": {"buffers": 5, "dirty_high_water": 6}"#, "from 1 to 5"),
        (r#""transfer": {"max_bytes": "1KiB"}"#, "a transfer has room for a block of 4KiB"),
        (r#""transfer": {"id_bits": 33}"#, "`transfer.id_bits` is 33: from 1 to 32"),
        (r#""transfer": {"id_bits": 3, "ids": 9}"#, "from 1 to 8, which is what 3"),
        (r#""cp": {"message_bytes": "0B"}"#, "`cp.message_bytes` is \"0B\""),
        (r#""dispatch": "destination-first", "ack": "local""#, "needs an `ack` of received"),
    ] {
        check(&with(keys), words);
    }
}

#[test]
fn rules_of_the_hardware() {
    for (keys, words) in [
        (r#""wan": {"bandwidth": "0bit/s"}"#, "a link of no bandwidth carries nothing"),
        (r#""wan": {"mtu": "40B"}"#, "`wan.mtu` is \"40B\": above 40B"),
        (r#""wan": {"packet_overhead": "1MiB"}"#, "at most 64KiB"),
        (r#""wan": {"queue": "1B"}"#, "the longest message, to 1EiB"),
        (r#""wan": {"window": "1B"}"#, "the longest message in packets"),
        (r#""wan": {"loss": "101%"}"#, "it must lie between 0 % and 100 %"),
        (r#""wan": {"loss": "100%"}"#, "`wan.loss` is \"100%\": below 100%"),
        (
            r#""wan": {"retransmit": "1s"}"#,
            "`wan.retransmit` is \"1s\": belongs to transport datagram",
        ),
        (r#""wan": {"transport": "datagram", "retransmit": "0s"}"#, "a timer of no length"),
        (
            r#""wan": {"propagation": "20"}"#,
            "`wan.propagation` is \"20\": not a span of time: no unit",
        ),
        (r#""wan": {"propagation": 20}"#, "`wan.propagation` is 20: expected a string (a quantity"),
        (r#""destination": {"nvlog_files": 9}"#, "from 2 to 8"),
        (
            r#""destination": {"nvlog_files": -1}"#,
            "`destination.nvlog_files` is -1: expected a whole",
        ),
        (r#""destination": {"flush": "0s"}"#, "a timer of no length"),
        (r#""destination": {"flush": "soon"}"#, "expected \"per-cp\" or a span of time"),
        (r#""destination": {"cache": "2EiB"}"#, "at most 1EiB"),
        (
            r#""source": {"disk": {"rpm": 1}}"#,
            "`source.disk.rpm` is 1: belongs to kind hdd; this disk is ssd",
        ),
        (r#""source": {"disk": {"channels": 0}}"#, "`source.disk.channels` is 0: at least 1"),
        (r#""source": {"disk": {"channels": 70000}}"#, "`source.disk.channels` is 70000: at most"),
        (r#""source": {"disk": {"page": "0B"}}"#, "a page holds at least 1B"),
        (r#""source": {"disk": {"kind": "hdd", "inner_rate": "0B/s"}}"#, "never answers"),
        (r#""source": {"disk": {"kind": "hdd", "capacity": "1kB"}}"#, "100000 cylinders"),
        (r#""destination": {"log": {"kind": "ssd", "bandwidth": null}}"#, "belongs to kind fixed"),
        (r#""destination": {"log": {"bandwidth": "0B/s"}}"#, "never answers"),
    ] {
        check(&with(keys), words);
    }
}

#[test]
fn rules_of_workloads() {
    for (keys, words) in [
        (r#""count": 0"#, "`clients[0].workload.count` is 0: at least 1"),
        (r#""count": 18446744073709551615"#, "at most 2^60"),
        (r#""volume": 4294967295, "volumes": 2"#, "their numbers pass 4294967295"),
        (r#""sizes": []"#, "at least one size of some weight"),
        (r#""sizes": [{"size": "0B", "weight": 1}]"#, "sizes[0].size` is \"0B\": at least 1B"),
        (r#""sizes": [{"size": "64MiB", "weight": 1}]"#, "must fit an NVRAM half of 64MiB"),
        (r#""sizes": [{"size": "4KiB"}]"#, "`clients[0].workload.sizes[0]` lacks `weight`"),
        (r#""sizes": "4KiB""#, "`clients[0].workload.sizes` is \"4KiB\": expected a list"),
        (r#""alignment": "0B""#, "`clients[0].workload.alignment` is \"0B\": at least 1B"),
        (r#""span": "1KiB""#, "holds at least one multiple of the alignment, 4KiB"),
        (r#""start": "1KiB""#, "a multiple of the alignment, 4KiB"),
        (r#""start": "8EiB", "span": "8EiB""#, "it passes what 64 bits address"),
        (r#""arrival": {"depth": 0}"#, "`clients[0].workload.arrival.depth` is 0: at least 1"),
        (r#""arrival": {"depth": 4294967295}"#, "is 4294967295: at most 65536"),
        (r#""reads": "100%", "sizes": [{"size": "1TiB", "weight": 1}]"#, "at most 1048576 blocks"),
        (
            r#""operations": [{"read": {"offset": "0B", "length": "15EiB"}}]"#,
            "operations[0].read.length` is \"15EiB\": an operation touches at most 1048576 blocks",
        ),
        (r#""arrival": {"kind": "poisson", "mean": "0s"}"#, "a timer of no length"),
        (r#""arrival": {"kind": "poisson", "depth": 2}"#, "of kind poisson takes only mean"),
        (r#""addresses": {"exponent": "1%"}"#, "belongs to kind zipf"),
        (r#""replay": "serial""#, "belongs to kind trace; this workload is synthetic"),
        (r#""trace": """#, "names a trace file"),
        (r#""kind": "trace""#, "names a trace file"),
        (r#""operations": []"#, "at least one operation"),
        (r#""operations": [{}]"#, "exactly one of `write`, `read` and `flush`"),
        (r#""operations": [{"flush": 0, "after": 1}]"#, "operation 1 waits for an earlier one"),
        (r#""operations": [{"write": {"offset": "0B", "length": "0B"}}]"#, "at least 1B"),
        (
            r#""operations": [{"write": {"offset": "15EiB", "length": "1EiB"}}]"#,
            "from 15EiB on it ends beyond",
        ),
    ] {
        check(&workload(keys), words);
    }
}

#[test]
fn rules_of_the_run() {
    check(
        r#"{ "clients": [{"timeout": "0s"}] }"#,
        "`clients[0].timeout` is \"0ns\": a timer of no",
    );
    check("{}", "`clients` is []: at least one client asks for something");
    for (keys, words) in [
        (r#""end": {"after": "0s"}"#, "`end.after` is"),
        (r#""limits": {"events": 0}"#, "`limits.events` is 0: at least 1"),
        (r#""limits": {"simulated": "0s"}"#, "above 0s"),
        (r#""limits": {"simulated": "5124095h"}"#, "at most 2190000h (250 years)"),
        (r#""name": "two\nlines""#, "one line of at most 200 characters"),
        (r#""expect": {"saved": {"of_wan": 1}}"#, "write the whole path as one key"),
        (r#""expect": {"saved.of_wan": ">= much"}"#, "a number follows the comparison"),
        (r#""expect": {"seed": [1]}"#, "`expect.seed` is [1]: a value of the report"),
        (r#""swarm": 1"#, "`swarm` is 1: expected true or false"),
        (r#""faults_until": "0s""#, "`faults_until` is \"0ns\": above 0s"),
        (r#""resync": {"passes": 0}"#, "`resync.passes` is 0: at least 1"),
        (r#""failover": {"lease": "0s"}"#, "`failover.lease` is \"0ns\": above 0s"),
        (r#""failover": {"by": "witness", "at": "1s"}"#, "a witness decides by itself"),
        (r#""failover": {"by": "witness", "force": true}"#, "`failover.force` is true: belongs"),
        (r#""failover": {"by": "witness", "lease": "10s"}"#, "below `timeout`, 10s"),
        (
            r#""failover": {"by": "witness", "lease": "20ms"}, "wan": {"propagation": "10ms"}"#,
            "above 20ms, a round trip of the link",
        ),
        (r#""failover": {"witness_latency": "0s"}"#, "above 0s, at most 1h"),
        (r#""faults": [{"kind": "witness-crash", "at": "1s"}]"#, "there is no witness"),
        (r#""failover": {"by": "nobody"}"#, "known words: operator, witness"),
        (r#""policy": "cp-onyl""#, "did you mean `cp-only`?"),
        (r#""policy": "cp-only", "ack": "logged""#, "policy cp-only keeps local and applied"),
        (r#""policy": "cp-only", "ack": "sent""#, "`ack` is \"sent\": policy cp-only keeps"),
        (r#""policy": "snapshot-delta", "ack": "applied""#, "policy snapshot-delta keeps local"),
        (r#""policy": "snapshot-delta", "mode": "strict""#, "`mode` is \"strict\": has no meaning"),
        (r#""policy": "snapshot-delta", "snapshot": {"every": "0s"}"#, "would go off for ever"),
        (
            r#""policy": "cp-only", "ack": "applied", "dispatch": "destination-first""#,
            "needs a policy that forwards the log",
        ),
    ] {
        check(&with(keys), words);
    }
}

#[test]
fn names_that_were_misspelt() {
    for (keys, words) in [
        (r#""wan": {"bandwith": "1Gbit/s"}"#, "unknown key `bandwith` in `wan`"),
        (r#""wan": {"bandwith": "1Gbit/s"}"#, "did you mean `bandwidth`?"),
        (r#""blocksize": "4KiB""#, "did you mean `block_size`?"),
        (r#""policy": "refrences""#, "`policy` is \"refrences\": no such word"),
        (r#""policy": "full_blocks""#, "did you mean `full-blocks`?"),
        (r#""mode": "fast""#, "known words: sync, strict"),
        (r#""held_writes": "drop""#, "known words: wait, fail"),
        (r#""sabotage": "x""#, "known words: keep-reference-after-partial, no-copy-on-write"),
        (r#""sabotage": "no-copy-on-writes""#, "did you mean `no-copy-on-write`?"),
        (r#""cp": {"colour": 1}"#, "known keys: message_bytes"),
    ] {
        check(&with(keys), words);
    }
}

#[test]
fn the_key_is_underlined_where_it_stands() {
    let text = "{\n  \"clients\": [{}],\n  \"wan\": { \"bandwith\": \"1Gbit/s\" }\n}";
    let error = Scenario::parse(text, &[]).expect_err("misspelt");
    let expected = "unknown key `bandwith` in `wan`\n  --> f.json:3:12\n   |\n\
        3  |   \"wan\": { \"bandwith\": \"1Gbit/s\" }\n   |            ^^^^^^^^^^\n  = help: did you mean `bandwidth`?";
    assert_eq!(error.render("f.json"), expected);
}

#[test]
fn texts_that_are_no_scenario() {
    let deep = "[".repeat(100_000);
    for (text, words) in [
        ("", "the file is empty"),
        (" \n", "the file is empty"),
        ("\u{feff}", "the file is empty"),
        ("[]", "the scenario is a list: expected an object"),
        ("7", "the scenario is 7: expected an object"),
        ("{ \"wan\": [] }", "`wan` is a list: expected an object"),
        ("{", "not JSON: EOF while parsing an object"),
        ("{\n  \"name\": \"x\",\n}", "f.json:3:1"),
        ("{ name: 1 }", "not JSON: key must be a string"),
        ("{} {}", "not JSON: trailing characters"),
        (deep.as_str(), "not JSON: recursion limit exceeded"),
        ("{ \"limits\": { \"events\": 1e999 } }", "not JSON: number out of range"),
        ("{ \"limits\": { \"events\": 99999999999999999999 } }", "expected a whole number"),
        ("{ \"name\": 1, \"name\": 2 }", "`name` stands twice\n  --> f.json:1:14"),
        ("{ \"wan\": { \"mtu\": 1, \"mtu\": 2 } }", "`wan.mtu` stands twice"),
    ] {
        check(text, words);
    }
    assert!(Scenario::parse("\u{feff}{ \"clients\": [{}] }", &[]).is_ok());
}
