//! What figures are made of: reports, or rows of experiments.

use super::super::exit::{Exit, Failure};
use super::super::input;
use crate::plots::Rows;
use crate::report::{FORMAT, Report};
use crate::results::trial::Trial;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What the files hold.
pub(super) enum Results {
    /// A report each, in the order of the line.
    Reports(Vec<Report>),
    /// Rows of one experiment.
    Rows(Rows),
}

const ROWS: &str = "rows.jsonl";
const MANIFEST: &str = "manifest.json";

/// Reads reports, or folders and files of rows.
pub(super) fn read(paths: &[PathBuf]) -> Result<Results, Failure> {
    let (mut reports, mut rows, mut has_rows) = (Vec::new(), Rows::default(), None);
    for path in paths {
        let file = if path.is_dir() { in_folder(path)? } else { path.clone() };
        let name = input::name(&file);
        let bytes = input::read(&file).map_err(|error| Failure::file(&name, "read", &error))?;
        let is_rows = path.is_dir() || is_rows(&file, &bytes);
        if has_rows.is_some_and(|others| others != is_rows) {
            let message = "reports and rows of experiments do not go into one figure";
            return Err(Failure::new(Exit::Usage, message));
        }
        has_rows = Some(is_rows);
        if is_rows {
            let more = trials(&bytes, &name)?;
            rows.trials.extend(more);
            join(&mut rows, experiment(&file))?;
        } else {
            let report = report(&bytes);
            let refused = |reason| Failure::new(Exit::Usage, format!("{name} {reason}"));
            reports.push(report.map_err(refused)?);
        }
    }
    Ok(if has_rows == Some(true) { Results::Rows(rows) } else { Results::Reports(reports) })
}

/// The rows of a folder, which it has when it is complete.
fn in_folder(folder: &Path) -> Result<PathBuf, Failure> {
    let rows = folder.join(ROWS);
    if rows.is_file() {
        return Ok(rows);
    }
    let name = folder.display();
    if folder.join(MANIFEST).is_file() {
        let message = format!(
            "{name} has no {ROWS} yet: some of its runs are missing\n  = help: the line that began \
             it goes on with it"
        );
        return Err(Failure::new(Exit::Nothing, message));
    }
    let message = format!(
        "{name} has no {ROWS}: it holds no results of an experiment\n  = help: `mirrorsim sweep \
         EXPERIMENT -o DIR` makes them"
    );
    Err(Failure::new(Exit::Usage, message))
}

/// Whether a file holds rows, and not a report: by its name, or by its first line.
fn is_rows(file: &Path, bytes: &[u8]) -> bool {
    if file.extension().is_some_and(|extension| extension == "jsonl") {
        return true;
    }
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let first = lines.find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let value: Option<Value> = serde_json::from_slice(first).ok();
    value.is_some_and(|value| value.get("point").is_some() && value.get("figures").is_some())
}

fn trials(bytes: &[u8], name: &str) -> Result<Vec<Trial>, Failure> {
    let mut trials = Vec::new();
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let trial = trial(line).map_err(|reason| {
            let message = format!(
                "{name}:{} is no row of an experiment: {reason}\n  = help: `mirrorsim sweep \
                 EXPERIMENT -o DIR` writes rows to DIR/{ROWS}",
                number + 1
            );
            Failure::new(Exit::Usage, message)
        })?;
        trials.push(trial);
    }
    Ok(trials)
}

fn trial(line: &[u8]) -> Result<Trial, String> {
    let mut reader = serde_json::Deserializer::from_slice(line);
    let trial: Trial = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| format!("`{}`: {}", error.path(), error.inner()))?;
    reader.end().map_err(|error| error.to_string())?;
    for (name, curve) in &trial.curves {
        let mut lengths = curve.values().map(Vec::len);
        let first = lengths.next().unwrap_or(0);
        if lengths.any(|length| length != first) {
            return Err(format!("columns of curve {name:?} differ in length"));
        }
    }
    Ok(trial)
}

/// The name of the experiment, as the manifest beside the rows has it.
fn experiment(rows: &Path) -> Option<String> {
    if rows == Path::new("-") {
        return None;
    }
    let manifest = std::fs::read(rows.with_file_name(MANIFEST)).ok()?;
    let manifest: Value = serde_json::from_slice(&manifest).ok()?;
    Some(manifest.pointer("/experiment/name")?.as_str()?.to_owned())
}

/// Notes whose rows these are; those of two experiments are not for one figure.
fn join(rows: &mut Rows, experiment: Option<String>) -> Result<(), Failure> {
    match (&rows.experiment, experiment) {
        (Some(one), Some(other)) if *one != other => {
            let message = format!("these are results of different experiments: {one:?}, {other:?}");
            Err(Failure::new(Exit::Usage, message))
        }
        (_, Some(name)) => {
            rows.experiment = Some(name);
            Ok(())
        }
        (_, None) => Ok(()),
    }
}

/// The report in `bytes`, or why there is none; the reason continues a sentence.
fn report(bytes: &[u8]) -> Result<Report, String> {
    const HOW: &str = "`mirrorsim run SCENARIO -o REPORT.json` writes reports";
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| format!("is not JSON: {error}\n  = help: {HOW}"))?;
    let format = value.get("format").and_then(Value::as_str).unwrap_or_default();
    let kind = FORMAT.split('/').next().unwrap_or(FORMAT);
    if format.split('/').next() != Some(kind) {
        return Err(format!("is not a report: its `format` is not {FORMAT:?}\n  = help: {HOW}"));
    }
    if format != FORMAT {
        return Err(format!("is a report of format {format:?}; this version reads {FORMAT:?}"));
    }
    serde_path_to_error::deserialize(value)
        .map_err(|error| format!("is not a whole report: `{}`: {}", error.path(), error.inner()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        report(text.as_bytes()).err().unwrap_or_default()
    }

    #[test]
    fn what_is_no_report_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", "is not JSON: EOF while parsing a value at line 1 column 0"),
            ("\u{0}", "is not JSON: expected value at line 1 column 1"),
            ("[]", "is not a report: its `format` is not \"mirrorsim-report/1\""),
            ("7", "is not a report: its `format`"),
            (r#"{"name": "a scenario", "clients": []}"#, "is not a report: its `format`"),
            (r#"{"format": "mirrorsim-facts/1"}"#, "is not a report: its `format`"),
            (
                r#"{"format": "mirrorsim-report/2"}"#,
                "is a report of format \"mirrorsim-report/2\"; this version reads",
            ),
            (r#"{"format": "mirrorsim-report/1"}"#, "is not a whole report: `.`: missing field"),
            (
                r#"{"format": "mirrorsim-report/1", "seed": -1}"#,
                "is not a whole report: `seed`: invalid value",
            ),
        ] {
            let found = refused(text);
            assert!(found.starts_with(reason), "{text:?}: {found}");
        }
    }
}
