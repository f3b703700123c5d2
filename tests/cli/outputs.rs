//! Where output goes: streams, files that cannot be written, series of figures, colours, progress.

use crate::support::{Place, ended};
use std::io::Read as _;
use std::process::Stdio;

/// An output is tried before anything is read that takes time: the trace is missing, but that is
/// not what is told.
#[test]
fn outputs_are_checked_before_the_work() {
    let place = Place::new();
    place.write("s.json", r#"{ "clients": [ { "workload": { "trace": "missing.csv" } } ] }"#);
    for option in ["-o", "--facts", "--series"] {
        let refused = place.run(&["run", "s.json", option, "no/such/place.json"]).expect(74);
        let sentence = "no/such/place.json cannot be written: No such file or directory";
        assert!(refused.stderr.contains(sentence), "{}", refused.stderr);
        assert!(refused.stderr.contains("\nreproduce: mirrorsim run s.json"), "{}", refused.stderr);
    }
    let refused = place.run(&["run", "s.json", "-o", "."]).expect(74);
    assert!(refused.stderr.contains(". cannot be written"), "{}", refused.stderr);
    assert_eq!(place.names(), ["s.json", "small.json"], "nothing is left behind");
}

#[test]
fn a_file_that_is_there_survives_a_refusal() {
    let place = Place::new();
    place.write("old.txt", "old");
    place.write("s.json", r#"{ "clients": [ { "workload": { "trace": "missing.csv" } } ] }"#);
    for option in ["-o", "--facts", "--series"] {
        place.run(&["run", "s.json", option, "old.txt"]).expect(2);
        assert_eq!(place.read("old.txt"), "old");
    }
}

#[test]
fn two_outputs_never_share_a_place() {
    let place = Place::new();
    for (words, sentence) in [
        (["--facts", "-", "--series", "s.csv"], "--facts and the report both go to standard"),
        (["--facts", "-", "--series", "-"], "--facts and --series both go to standard output"),
        (["--series", "x", "-o", "x"], "--series and the report both go to x"),
        (["--series", "x", "-o", "./x"], "--series and the report both go to ./x"),
        (["--series", "-", "-o", "-"], "--series and the report both go to standard output"),
    ] {
        let refused = place.run(&[&["run", "small.json"], &words[..]].concat()).expect(2);
        assert!(refused.stderr.contains(sentence), "{}", refused.stderr);
    }
}

/// Whoever reads only the first line hears no complaint.
#[test]
fn a_closed_pipe_is_quiet() {
    let place = Place::new();
    for words in [
        &[
            "run",
            "small.json",
            "--facts",
            "-",
            "-o",
            "r.txt",
            "--set=expect={}",
            "--set=clients.0.workload.count=3000",
        ][..],
        &["run", "small.json", "--set", "expect={}"],
        &["schema"],
        &["man"],
        &["completions", "bash"],
        &["--help"],
    ] {
        let mut command = place.command(words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut stdout = child.stdout.take().expect("it was asked for");
        let mut some = [0; 10];
        stdout.read_exact(&mut some).expect("it begins to write");
        drop(stdout);
        let output = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), stderr.as_ref()), (Some(0), ""), "{words:?}");
    }
}

#[test]
fn the_series_adds_up_to_the_report() {
    let place = Place::new();
    let words = ["run", "small.json", "--series", "series.csv", "-o", "report.json"];
    place.run(&[&words[..], &["--series-every", "50ms"]].concat()).expect(0);
    let report: serde_json::Value =
        serde_json::from_str(&place.read("report.json")).expect("a report is JSON");
    let series = place.read("series.csv");
    let rows: Vec<Vec<&str>> = series.lines().map(|line| line.split(',').collect()).collect();
    let column = |name: &str| rows[0].iter().position(|head| *head == name).expect("a column");
    let values = |name: &str| {
        let at = column(name);
        rows[1..].iter().map(move |row| row[at].parse::<u64>().expect("a number"))
    };
    assert_eq!(values("writes_acknowledged").sum::<u64>(), 8);
    assert_eq!(
        values("bytes_to_destination").sum::<u64>(),
        report["wan"]["to_destination"]["total"]
    );
    assert_eq!(values("bytes_to_source").sum::<u64>(), report["wan"]["to_source"]["total"]);
    assert_eq!(values("time_ns").next_back(), report["simulated_ns"].as_u64());
    assert_eq!(values("nvram_bytes").next_back(), Some(0));
    assert!(values("time_ns").take(rows.len() - 2).all(|time| time % 50_000_000 == 0));
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    let piped = [&words[..3], &["-", "--series-every=50ms", "-o", "again.txt"]].concat();
    assert_eq!(place.run(&piped).expect(0).stdout, series);
}

#[test]
fn colours_are_used_when_they_are_wanted() {
    let place = Place::new();
    let painted = |options: &[&str], variables: &[(&str, &str)]| {
        let mut command = place.command(&[&["run", "small.json"], options].concat());
        command.envs(variables.iter().copied());
        ended(&mut command).expect(0).stdout.starts_with("\u{1b}[")
    };
    assert!(!painted(&[], &[]), "standard output is no terminal");
    assert!(painted(&["--color", "always"], &[]));
    assert!(painted(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(painted(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!painted(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(painted(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")]), "empty is as good as none");
    assert!(!painted(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    let refused = place.run(&["run", "none.json", "--color", "always"]).expect(74);
    assert!(refused.stderr.starts_with("\u{1b}[1;31merror:\u{1b}[0m none.json"));
}

#[test]
fn progress_can_be_turned_off() {
    let place = Place::new();
    for option in ["--quiet", "-q", "--progress=plain", "--progress=never", "--progress=auto"] {
        let ended = place.run(&["run", "small.json", option]).expect(0);
        assert_eq!(ended.stderr, "", "{option}: a short run says nothing on its way");
    }
}
