//! Ctrl-C: what is finished is kept, and the status says so.

use crate::support::Place;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

#[test]
fn an_interrupt_keeps_what_is_finished() {
    let place = Place::new();
    let words = ["check", "small.json", "--seeds=0..9000000", "--format=json", "--junit=check.xml"];
    let mut command = place.command(&words);
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("it was asked for"));
    let mut first = String::new();
    stdout.read_line(&mut first).expect("rows come as runs end");
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.is_ok_and(|status| status.success()), "the signal is sent");
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).expect("rows are text");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    let rows: Vec<serde_json::Value> =
        rest.lines().map(|line| serde_json::from_str(line).expect("a row is whole")).collect();
    let last = rows.last().expect("a summary");
    assert_eq!((&last["kind"], &last["ended"]), (&"summary".into(), &"interrupted".into()));
    let runs = last["runs"].as_u64().expect("a number");
    assert_eq!(runs, rows.len() as u64, "a row for each run that is counted");
    assert_eq!(last["not_made"], 9_000_000 - runs);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        told.starts_with(&format!("error: interrupted after {runs} runs, of which 0 failed\n"))
    );
    assert!(place.read("check.xml").contains("<testsuite name=\"small.json\""));
}
