//! Every file in `scenarios/` runs, shows what it expects, and says what it is about.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let files = entries.map(|entry| entry.expect("it can be listed").path());
    let mut files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
    files.sort();
    files
}

#[test]
fn every_scenario_shows_what_it_expects() {
    let files = scenarios();
    assert!(files.len() >= 8, "only {} scenarios", files.len());
    thread::scope(|scope| {
        for half in files.chunks(files.len().div_ceil(2)) {
            scope.spawn(move || half.iter().for_each(|path| check(path)));
        }
    });
}

fn check(path: &Path) {
    let name = path.display();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mirrorsim"));
    let output = command.arg("run").arg(path).args(["--format", "json"]).output();
    let output = output.expect("the program starts");
    let remarks = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{name}: {remarks}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report is JSON");
    let text = |pointer: &str| report.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    assert!(text("/scenario/description").is_some_and(|words| words.len() > 40), "{name}");
    assert_eq!(text("/verdict").as_deref(), Some("pass"), "{name}");
    assert_eq!(text("/images/source"), text("/images/destination"), "{name}");
    let expectations = report["expectations"].as_array().map_or(0, Vec::len);
    assert!(expectations >= 2, "{name} expects {expectations} things");
}
