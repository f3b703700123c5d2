//! Failing runs that are kept: a scenario file for each, and an index that says what failed in it.

use super::{Finding, Run, Word};
use crate::report::ViolationLine;
use serde::{Deserialize, Serialize};

/// Name and version of the format of the index.
pub const FORMAT: &str = "mirrorsim-failures/1";

/// A line of the index: a run that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// Name and version of this format.
    pub format: String,
    /// The scenario file, beside the index: everything resolved, a swarm drawn out.
    pub file: String,
    /// The seed to run it with.
    pub seed: u64,
    /// The file of the scenario that it was made from.
    pub from: String,
    /// The short hash of what was run.
    pub scenario_hash: String,
    /// The version of mirrorsim that failed.
    pub version: String,
    /// What the run came to.
    pub outcome: Word,
    /// The first violation.
    pub violation: Option<ViolationLine>,
    /// Expectations that were missed, or why there was no report.
    pub reasons: Vec<String>,
}

impl Saved {
    /// What is kept of a failing run.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        let (violation, reasons) = match &run.finding {
            Finding::Judged(row) => (row.violation.clone(), row.missed.clone()),
            Finding::Lost { message, .. } => (None, vec![message.clone()]),
        };
        let hash = run.finding.scenario_hash();
        Self {
            format: FORMAT.to_owned(),
            file: format!("{}-seed-{}-{hash}.json", stem(&run.file), run.seed),
            seed: run.seed,
            from: run.file.clone(),
            scenario_hash: hash.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            outcome: run.finding.word(),
            violation,
            reasons,
        }
    }

    /// What failed, in a few words.
    #[must_use]
    pub fn reason(&self) -> String {
        let violation = self.violation.as_ref();
        let violation = violation.map(|line| format!("{}: {}", line.property, line.message));
        violation.or_else(|| self.reasons.first().cloned()).unwrap_or_default()
    }
}

/// The name of a scenario's file without its folder and ending, in letters that any name of a file
/// may hold.
fn stem(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let name = name.strip_suffix(".json").unwrap_or(name);
    let letter = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    name.chars().map(letter).collect::<String>().trim_matches(['-', '.']).to_owned()
}

/// The index as text: a line for each failure, sorted.
#[must_use]
pub fn to_lines(index: &[Saved]) -> String {
    let mut lines: Vec<_> = index
        .iter()
        .map(|saved| serde_json::to_string(saved).expect("an entry is plain JSON") + "\n")
        .collect();
    lines.sort();
    lines.concat()
}

/// Reads an index.
///
/// # Errors
/// The number of a line that is none, and what is wrong with it.
pub fn from_lines(text: &str) -> Result<Vec<Saved>, (usize, String)> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(place, line)| read(line).map_err(|reason| (place + 1, reason))).collect()
}

fn read(line: &str) -> Result<Saved, String> {
    let saved: Saved = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if saved.format != FORMAT {
        return Err(format!("the format is {:?}, not {FORMAT:?}", saved.format));
    }
    if saved.file.contains(['/', '\\']) {
        return Err(format!("{:?} does not lie beside the index", saved.file));
    }
    Ok(saved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(file: &str, seed: u64) -> Saved {
        let (word, message) = (Word::Bug, "it \"broke\"\n".to_owned());
        let scenario_hash = "0123456789abcdef".to_owned();
        let finding = Finding::Lost { word, scenario_hash, message };
        Saved::of(&Run {
            file: file.to_owned(),
            seed,
            finding,
            reproduce: String::new(),
            why: Vec::new(),
        })
    }

    #[test]
    fn an_index_reads_back_sorted() {
        let index = [saved("scenarios/b.json", 7), saved("scenarios/a.json", 9)];
        let text = to_lines(&index);
        assert_eq!(from_lines(&text), Ok(vec![index[1].clone(), index[0].clone()]));
        assert_eq!(index[1].file, "a-seed-9-0123456789abcdef.json");
        assert_eq!(index[1].reason(), "it \"broke\"\n");
    }

    #[test]
    fn a_line_that_is_none_is_told() {
        let good = to_lines(&[saved("a.json", 1)]);
        for (wrong, part) in [
            ("{}\n".to_owned(), "missing field"),
            (good.replace(FORMAT, "x/9"), "the format is \"x/9\""),
            (good.replace("a-seed", "../a-seed"), "does not lie beside"),
        ] {
            let (line, reason) =
                from_lines(&(good.clone() + "\n" + &wrong)).expect_err("it is none");
            assert!(line == 3 && reason.contains(part), "{line}: {reason}");
        }
    }

    #[test]
    fn names_of_files_are_harmless() {
        assert_eq!(stem("<stdin>"), "stdin");
        assert_eq!(stem("x/a b:c.1.json"), "a-b-c.1");
        assert_eq!(stem("x/../..json"), "");
    }
}
