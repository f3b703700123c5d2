//! What GitHub Actions shows of a check: annotations, and a page of the job.

use super::words::{BASELINE, account, indented, kind, sentences, several, told};
use super::{Export, Summary};
use crate::report::text::{count, span};
use crate::results::baseline::{Change, Tally};
use crate::results::saved::Saved;
use crate::results::{Run, Totals, Word};

/// Errors that GitHub shows of a step; it drops what comes after them.
const MOST_ERRORS: u64 = 10;

/// Workflow commands: an error for each failing run, so many at most.
#[derive(Default)]
pub(in crate::cli) struct Annotations {
    commands: String,
    failed: u64,
}

impl Annotations {
    fn add(&mut self, run: &Run, kind: &str, message: &str) {
        self.failed += 1;
        if self.failed <= MOST_ERRORS {
            let title = format!("{kind} with seed {}", run.seed);
            let (file, title, message) = (property(&run.file), property(&title), data(message));
            self.commands += &format!("::error file={file},title={title}::{message}\n");
        }
    }
}

impl Export for Annotations {
    fn saved(&mut self, run: &Run, _saved: &Saved) -> String {
        self.run(run)
    }

    fn all_saved(&mut self, _folder: &str, _totals: &Totals) -> String {
        String::new()
    }

    fn run(&mut self, run: &Run) -> String {
        match run.finding.word() {
            Word::Pass => {}
            Word::Fail | Word::Differs | Word::Bug => {
                self.add(run, kind(&run.finding), &account(run));
            }
        }
        String::new()
    }

    fn moved(&mut self, run: &Run, changes: &[Change]) -> String {
        self.add(run, BASELINE, &told(run, sentences(changes)));
        String::new()
    }

    fn scenario(&mut self, _file: &str, _totals: &Totals) -> String {
        String::new()
    }

    fn summary(&mut self, _summary: &Summary) -> String {
        if self.failed > MOST_ERRORS {
            let more = several(self.failed - MOST_ERRORS, "more run");
            self.commands += &format!("::notice title=mirrorsim check::{more} failed\n");
        }
        std::mem::take(&mut self.commands)
    }
}

/// The message of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Failing runs that the page tells of, at most.
const MOST_TOLD: u64 = 50;

/// The page of the job, in Markdown: a table of scenarios, and the failing runs.
pub(in crate::cli) struct JobPage {
    /// Bytes that the page may take.
    room: usize,
    rows: Vec<String>,
    failures: Vec<String>,
    failed: u64,
}

impl JobPage {
    /// A page of so many bytes at most.
    pub const fn new(room: usize) -> Self {
        Self { room, rows: Vec::new(), failures: Vec::new(), failed: 0 }
    }

    fn add(&mut self, run: &Run, kind: &str, lines: &str) {
        self.failed += 1;
        if self.failed <= MOST_TOLD {
            let (kind, file) = (markdown(kind), markdown(&run.file));
            let lines = indented(lines, "    ");
            self.failures.push(format!("\n**{kind}** {file}, seed {}:\n\n{lines}", run.seed));
        }
    }
}

impl Export for JobPage {
    fn saved(&mut self, run: &Run, _saved: &Saved) -> String {
        self.run(run)
    }

    fn all_saved(&mut self, folder: &str, totals: &Totals) -> String {
        self.scenario(folder, totals)
    }

    fn run(&mut self, run: &Run) -> String {
        match run.finding.word() {
            Word::Pass => {}
            Word::Fail | Word::Differs | Word::Bug => {
                self.add(run, kind(&run.finding), &account(run));
            }
        }
        String::new()
    }

    fn moved(&mut self, run: &Run, changes: &[Change]) -> String {
        self.add(run, BASELINE, &told(run, sentences(changes)));
        String::new()
    }

    fn scenario(&mut self, file: &str, totals: &Totals) -> String {
        let Totals { runs, failed, events, simulated_ns, .. } = *totals;
        let [runs, failed, events] = [runs, failed, events].map(count);
        let (file, simulated) = (markdown(file), span(simulated_ns));
        self.rows.push(format!("| {file} | {runs} | {failed} | {events} | {simulated} |\n"));
        String::new()
    }

    fn summary(&mut self, summary: &Summary) -> String {
        let Summary { not_made, totals, saved, baseline, .. } = *summary;
        let failed = count(totals.failed + saved.failed);
        let runs = several(totals.runs + saved.runs, "run");
        let mut head = format!("### mirrorsim check: {failed} of {runs} failed\n\n");
        if not_made > 0 {
            head += &format!("Cut: {} were not made.\n\n", several(not_made, "run"));
        }
        if let Some(Tally { compared, moved, new, gone, .. }) = baseline {
            let [compared, moved] = [*compared, *moved].map(count);
            let (new, gone) = (new.len(), gone.len());
            head += &format!(
                "Baseline: {moved} of {compared} runs moved, {new} scenarios are new, {gone} are \
                    gone.\n\n"
            );
        }
        head +=
            "| scenario | seeds | failed | events | simulated |\n| --- | --: | --: | --: | --: |\n";
        fitting(
            &[&[head], &self.rows[..], &self.failures[..], &["\n".to_owned()]].concat(),
            self.room,
        )
    }
}

/// What the end of a page that does not fit says.
const LEFT_OUT: &str = "\nThe rest does not fit here.\n";

/// The parts in their order, as far as they fit.
fn fitting(parts: &[String], room: usize) -> String {
    if parts.iter().map(String::len).sum::<usize>() <= room {
        return parts.concat();
    }
    let mut page = String::new();
    for part in parts {
        if page.len() + part.len() + LEFT_OUT.len() > room {
            break;
        }
        page += part;
    }
    if page.len() + LEFT_OUT.len() <= room { page + LEFT_OUT } else { String::new() }
}

/// Text in which Markdown sees no marks.
fn markdown(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || " -./".contains(c);
    let letter = |c: char| if plain(c) { c.to_string() } else { format!("&#{};", u32::from(c)) };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_escaped() {
        assert_eq!(data("50 %: a, b\r\nc"), "50 %25: a, b%0D%0Ac");
        assert_eq!(property("50 %: a, b\n"), "50 %25%3A a%2C b%0A");
    }

    #[test]
    fn a_page_stays_within_its_room() {
        let parts = ["a".repeat(50), "b".repeat(50), "c".repeat(50)];
        assert_eq!(fitting(&parts, 150).len(), 150);
        let cut = fitting(&parts, 149);
        assert!(cut.len() <= 149 && cut.ends_with(&format!("b{LEFT_OUT}")), "{cut}");
        assert_eq!(fitting(&parts, 5), "");
    }

    #[test]
    fn marks_are_no_marks() {
        assert_eq!(markdown("a|b <c> d-e.json"), "a&#124;b &#60;c&#62; d-e.json");
    }
}
