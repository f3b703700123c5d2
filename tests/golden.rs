//! Behaviour scripts: `tests/golden/*.txt`, one behaviour each, the name is the behaviour.
//!
//! A script drives the two pure state machines of the protocol, [`Source`] and [`Destination`],
//! without time, links or disks: whatever a node wishes is queued, and the script says when it
//! happens. Lines beginning with `#` are comments, lines beginning with `>` are commands, every
//! other line is what was observed after the command above it. The commands are listed in
//! `golden/support/command.rs`, the lines explained in `golden/support/show.rs`.
//!
//! `UPDATE_GOLDEN=1 cargo test --test golden` writes the observed lines into the files; otherwise a
//! difference fails.
//!
//! [`Source`]: mirrorsim::protocol::source::Source
//! [`Destination`]: mirrorsim::protocol::destination::Destination
#![allow(dead_code, reason = "tests/tables.rs uses parts of this support that scripts do not")]

#[path = "golden/support/chance.rs"]
mod chance;
#[path = "golden/support/command.rs"]
mod command;
#[path = "golden/support/difference.rs"]
mod difference;
#[path = "golden/support/expected.rs"]
mod expected;
#[path = "golden/support/flight.rs"]
mod flight;
#[path = "golden/support/pair.rs"]
mod pair;
#[path = "golden/support/script.rs"]
mod script;
#[path = "golden/support/settings.rs"]
mod settings;
#[path = "golden/support/show.rs"]
mod show;
#[path = "golden/support/storage.rs"]
mod storage;

use std::fs;
use std::path::{Path, PathBuf};

const UPDATE: &str = "UPDATE_GOLDEN";

fn scripts() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let entries = fs::read_dir(&directory).expect("the directory of scripts is there");
    let paths = entries.map(|entry| entry.expect("an entry can be read").path());
    let mut scripts: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|found| found == "txt")).collect();
    scripts.sort();
    scripts
}

/// Runs a script; gives the difference between what its file says and what was observed.
fn check(path: &Path) -> Option<String> {
    let expected = fs::read_to_string(path).expect("a script is text");
    let observed = script::run(&expected);
    if std::env::var_os(UPDATE).is_some() {
        if observed != expected {
            fs::write(path, observed).expect("a script can be written");
        }
        return None;
    }
    let name = path.file_name()?.to_string_lossy();
    difference::between(&expected, &observed).map(|lines| format!("{name}\n{lines}"))
}

#[test]
fn every_script_behaves_as_written() {
    let failures: Vec<String> = scripts().iter().filter_map(|path| check(path)).collect();
    assert!(
        failures.is_empty(),
        "{} scripts differ (- as written, + as observed):\n\n{}\n\
         If the change is meant: {UPDATE}=1 cargo test --test golden",
        failures.len(),
        failures.join("\n"),
    );
}

#[test]
fn there_are_scripts_enough_and_each_says_what_it_pins() {
    let scripts = scripts();
    assert!(scripts.len() >= 20, "{} scripts", scripts.len());
    for path in scripts {
        let text = fs::read_to_string(&path).expect("a script is text");
        let comment: Vec<_> = text.lines().take_while(|line| line.starts_with('#')).collect();
        let cites = comment.iter().any(|line| line.contains("Spec ") || line.contains("Claim "));
        assert!(cites, "{}: the comment on top cites no clause", path.display());
    }
}

/// Scripts drawn by chance; `CHANCE=from..to` tries other seeds.
#[test]
fn whatever_happens_ends_in_sync() {
    let seeds = std::env::var("CHANCE").ok();
    let seeds = seeds.as_deref().and_then(|seeds| seeds.split_once(".."));
    let bounds = seeds.and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    let (from, to) = bounds.unwrap_or((0, 300));
    let failed: Vec<String> = (from..to).filter_map(|seed| chance::run(seed).err()).collect();
    let headlines: Vec<_> = failed.iter().filter_map(|failure| failure.lines().next()).collect();
    if let Some(first) = failed.first() {
        panic!("{first}\n\n{} seeds fail:\n{}", failed.len(), headlines.join("\n"));
    }
}
