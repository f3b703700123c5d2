//! Broken input: what the program answers, and that it says which file, line, key, value and rule.

use crate::support::{Place, trace};

/// The scenario file (empty: `small.json`), further words of the line, the answer, parts of the
/// message.
type Row<'a> = (&'a str, &'a [&'a str], i32, &'a [&'a str]);

#[track_caller]
fn check(place: &Place, rows: &[Row]) {
    for (text, words, code, parts) in rows {
        let file = if text.is_empty() { "small.json" } else { "s.json" };
        place.write("s.json", text);
        let line = [&["run", file], *words].concat();
        let ended = place.run(&line);
        let shown = format!("{text}\n{words:?}\ngave {:?}\n{}", ended.code, ended.stderr);
        assert_eq!(ended.code, Some(*code), "{shown}");
        for part in *parts {
            assert!(ended.stderr.contains(part), "{part:?} is missing: {shown}");
        }
        assert!(ended.stderr.contains("\nreproduce: mirrorsim run "), "{shown}");
        assert_eq!(ended.stdout, "", "{shown}");
    }
}

#[test]
fn text_that_is_no_scenario() {
    let place = Place::new();
    let deep = format!("{{ \"clients\": {}", "[".repeat(50_000));
    let deep_key = format!("{}=1", vec!["a"; 50_000].join("."));
    check(
        &place,
        &[
            (" \n", &[], 2, &["the file is empty", "s.json", "mirrorsim init"]),
            ("{\n  \"name\": \"x\",\n}", &[], 2, &["not JSON: trailing comma", "--> s.json:3:1"]),
            ("{ 'name': 1 }", &[], 2, &["not JSON: key must be a string", "s.json:1:3"]),
            ("{ \"name\": \"x\" ", &[], 2, &["not JSON: EOF", "s.json:1:"]),
            ("[]", &[], 2, &["the scenario is a list: expected an object"]),
            (&deep, &[], 2, &["not JSON: recursion limit exceeded", "s.json:1:"]),
            ("", &["--set", &deep_key], 2, &["is not a key: write it as"]),
            (
                "{ \"clients\": [{}],\n  \"seed\": 1,\n  \"name\": \"a\", \"name\": \"b\" }",
                &[],
                2,
                &["`name` stands twice", "s.json:3:16"],
            ),
        ],
    );
    place.write("s.json", b"{ \"name\": \"\xff\" }");
    let refused = place.run(&["run", "s.json"]).expect(2);
    assert!(refused.stderr.contains("s.json is not UTF-8 text: byte 11"), "{}", refused.stderr);
    place.run_with(&["run", "-"], b"{").expect(2);
}

#[test]
fn keys_and_words_that_do_not_exist() {
    let place = Place::new();
    check(
        &place,
        &[
            (
                "{ \"clients\": [{}],\n  \"wan\": { \"bandwith\": \"1Gbit/s\" } }",
                &[],
                2,
                &["unknown key `bandwith` in `wan`", "s.json:2:12", "did you mean `bandwidth`?"],
            ),
            (
                "{ \"clients\": [{}],\n  \"policy\": \"refrences\" }",
                &[],
                2,
                &["`policy` is \"refrences\"", "s.json:2:13", "did you mean `references`?"],
            ),
            (
                "",
                &["--set", "wan.propagaton=1ms"],
                2,
                &["unknown key", "did you mean `propagation`?", "--> --set wan.propagaton=1ms"],
            ),
            (
                "",
                &["--set", "clients.1.name=b"],
                2,
                &["`clients` is a list of 1: it has no item `1`"],
            ),
            ("", &["--set", "name"], 2, &["--set", "KEY=VALUE"]),
            (
                "{ \"clients\": [{}], \"faults\": [{ \"kind\": \"crash\", \"at\": \"1s\" }] }",
                &[],
                2,
                &["`faults[0]` is", "kind crash needs `node`", "s.json:1:31"],
            ),
            ("", &["--seed", "-1"], 2, &["--seed", "-1"]),
            ("", &["--sed", "1"], 2, &["--sed", "--seed"]),
            ("", &["--dry-run", "--twice"], 2, &["cannot be used with"]),
        ],
    );
}

#[test]
fn values_that_are_no_quantity() {
    let place = Place::new();
    let set = |words: &'static str| ["--set", words];
    for (words, parts) in [
        ("wan.propagation=20", &["`wan.propagation` is 20", "\"20ms\""][..]),
        ("wan.propagation=\"20\"", &["no unit (units: h, min, s, ms, us, ns)"]),
        ("wan.propagation=20parsec", &["unknown unit \"parsec\"", "units: h"]),
        ("wan.propagation=-1ms", &["`wan.propagation` is \"-1ms\"", "it is below zero"]),
        ("wan.bandwidth=1Gbps", &["unknown unit \"Gbps\"", "Gbit/s"]),
        ("block_size=99999999999999EiB", &["too large"]),
        ("block_size=true", &["`block_size` is true: expected a string"]),
        ("clients={}", &["`clients` is {}: expected a list"]),
        (
            "destination.nvlog_files=-1",
            &["`destination.nvlog_files` is -1: expected a whole number"],
        ),
        ("destination.nvlog_files=2.5", &["is 2.5: expected a whole number"]),
        ("wan.loss=150%", &["it must lie between 0 % and 100 %"]),
    ] {
        let parts = [parts, &["--> --set "]].concat();
        check(&place, &[("", &set(words), 2, &parts)]);
    }
}

#[test]
fn values_that_make_no_sense() {
    let place = Place::new();
    for (words, parts) in [
        ("clients=[]", "`clients` is []: at least one client asks for something"),
        ("block_size=0B", "`block_size` is \"0B\": a power of two"),
        ("block_size=6KiB", "`block_size` is \"6KiB\": a power of two from 512B to 1GiB"),
        ("wan.bandwidth=0bit/s", "a link of no bandwidth carries nothing"),
        ("source.consistency_point.every=0s", "a timer of no length would go off for ever"),
        ("timeout=0s", "at least 1ms"),
        ("limits.events=0", "`limits.events` is 0: at least 1"),
        ("limits.simulated=5124095h", "at most 2190000h (250 years)"),
        ("end.after=0s", "`end.after` is"),
        ("destination.nvlog_files=9", "from 2 to 8"),
        ("source.disk.channels=4294967295", "`source.disk.channels` is 4294967295: at most 65536"),
        ("source.disk={\"kind\":\"hdd\",\"rpm\":0}", "`source.disk.rpm` is 0: at least 1"),
        ("source.nvram_half=4KiB", "must fit an NVRAM half of 4KiB"),
        ("source.buffers=2", "a write of 8KiB may touch 3 blocks at once"),
        ("source.consistency_point.entries=9000", "so many writes of 8KiB do not fit a half"),
        ("clients.0.workload.count=0", "at least 1"),
        ("clients.0.workload.count=18446744073709551615", "at most 2^60"),
        ("clients.0.workload.span=0B", "at least one multiple of the alignment"),
        ("clients.0.workload.span=18446744073709551615B", "it passes what 64 bits address"),
        ("clients.0.workload.arrival={\"depth\":4294967295}", "at most 65536"),
        ("clients.0.workload={\"operations\":[]}", "at least one operation"),
        ("name=\u{1b}[31m", "none a control character"),
    ] {
        check(&place, &[("", &["--set", words], 2, &[parts])]);
    }
}

/// A scenario whose client replays `t.csv`, on line 2.
const REPLAY: &str = "{ \"clients\": [\n  { \"workload\": { \"trace\": \"t.csv\" } } ] }";

const HEADER: &str = "time_us,target,offset,length,fsync\n";

#[test]
fn traces_that_are_broken() {
    let place = Place::new();
    let missing: Row = (
        REPLAY,
        &[],
        2,
        &["`clients[0].workload.trace` is \"t.csv\"", "t.csv cannot be read", "s.json:2:28"],
    );
    check(&place, &[missing]);
    let whole = std::fs::read(trace("pgbench_block.csv.gz")).expect("it is there");
    let row = |rows: &str| format!("{HEADER}{rows}").into_bytes();
    let cases: [(Vec<u8>, &[&str]); 10] = [
        (whole[..whole.len() / 2].to_vec(), &["t.csv: after line", "the gzip data stops early"]),
        (Vec::new(), &["t.csv: there is nothing in it"]),
        (
            b"offset,length\n".to_vec(),
            &["t.csv: no known form of trace begins with \"offset,length\"", "`from` says"],
        ),
        (row("0,v,0,4096,0\n1,v,x,4096,0\n"), &["line 3: offset \"x\" is not a number of bytes"]),
        (row("0,v,0,4096\n"), &["line 2 has 4 fields, not 5"]),
        (row("0,v,18446744073709551615,4096,0\n"), &["line 2: offset + length goes beyond 2^64"]),
        (row("99999999999999999999,v,0,1,0\n"), &["time_us", "is later than 2^64 ns"]),
        (row("0,v,0,0,0\n"), &["line 2: length 0 without fsync asks for nothing"]),
        (row("0,v,0,1,2\n"), &["line 2: fsync \"2\" is neither 0 nor 1"]),
        (row("0,\u{0},0,1,0\n"), &["line 2 holds the control character 0x00"]),
    ];
    for (bytes, parts) in cases {
        place.write("t.csv", bytes);
        let parts = [parts, &["`clients[0].workload.trace`", "s.json:2:28"]].concat();
        check(&place, &[(REPLAY, &[], 2, &parts)]);
    }
    let device = "clients.0.workload.trace=/dev/zero";
    check(&place, &[(REPLAY, &["--set", device], 2, &["no known form of trace begins with"])]);
}

#[test]
fn traces_that_do_not_go_with_the_rest() {
    let place = Place::new();
    place.write("t.csv", format!("{HEADER}0,v,0,1048576,0\n1,w,0,1048576,0\n"));
    let shifted = REPLAY.replace("t.csv\"", "t.csv\", \"offset_shift\": \"18446744073709551615B\"");
    let numbered = REPLAY.replace("t.csv\"", "t.csv\", \"volume\": 4294967295");
    let entries =
        ["--set", "source.nvram_half=2MiB", "--set", "source.consistency_point.entries=2"];
    check(
        &place,
        &[
            (
                &shifted,
                &[],
                2,
                &["beyond 2^64 - 1", "`clients[0].workload.offset_shift`", "s.json:2"],
            ),
            (&numbered, &[], 2, &["volume numbers beyond 2^32 - 1", "s.json:2"]),
            (REPLAY, &entries, 2, &["so many entries can take", "--> --set source.consistency"]),
            // The same bounds as for writes that are drawn: one that never gets through is no run.
            (
                REPLAY,
                &["--set", "source.buffers=256"],
                2,
                &["a write of 1MiB may touch 257 blocks at once", "--> --set source.buffers=256"],
            ),
            (
                REPLAY,
                &["--set", "transfer.ids=3"],
                2,
                &["a write of 1MiB may take 18 transfers at once", "--> --set transfer.ids=3"],
            ),
        ],
    );
}

#[test]
fn files_of_the_line_that_cannot_be_read() {
    let place = Place::new();
    check(&place, &[("", &["-o", "/"], 74, &["/ cannot be written: Is a directory"])]);
    for (name, reason) in [("none.json", "No such file or directory"), (".", "Is a directory")] {
        let refused = place.run(&["run", name]).expect(74);
        let sentence = format!("error: {name} cannot be read: {reason}");
        assert!(refused.stderr.starts_with(&sentence), "{}", refused.stderr);
    }
}

/// Nothing that stands in a file steers the terminal that shows a message about it.
#[test]
fn messages_are_plain_text() {
    let place = Place::new();
    place.write("s.json", "{ \"\\u001b[2J\": 1 }");
    let refused = place.run(&["run", "s.json"]).expect(2);
    assert!(refused.stderr.contains("unknown key `\u{fffd}[2J`"), "{}", refused.stderr);
    assert!(!refused.stderr.contains('\u{1b}'));
}
