//! The page: failing runs as they come, a line for each scenario, a sentence at the end.

use super::super::super::colour::Colour;
use super::super::super::printable;
use super::words::{account, indented, sentences, several, told};
use super::{Ended, Export, Summary};
use crate::report::text::{count, span};
use crate::results::baseline::{Change, Tally};
use crate::results::saved::Saved;
use crate::results::{Plan, Run, Totals, Word};

/// The page for people.
pub(in crate::cli) struct Page {
    colour: Colour,
    /// Columns of the longest name of a file.
    width: usize,
    /// Seeds of each scenario.
    seeds: u64,
    /// Failing runs that are shown, at most and yet to come.
    most_shown: u64,
    left_to_show: u64,
    /// Runs that moved and are yet to be shown, at most.
    left_of_moved: u64,
}

impl Page {
    /// A page about the runs of a plan that shows so many failing runs.
    pub fn new(colour: Colour, plan: &Plan, most_shown: u64) -> Self {
        let width = plan.files.iter().map(|file| file.chars().count()).max().unwrap_or(0);
        let seeds = plan.seeds.count();
        Self {
            colour,
            width,
            seeds,
            most_shown,
            left_to_show: most_shown,
            left_of_moved: most_shown,
        }
    }

    /// A run under a word, with lines about it.
    fn shown(&self, word: &str, run: &Run, lines: &str) -> String {
        let lines = indented(lines, "  ");
        let text = format!("  {}  (seed {})\n{lines}", run.file, run.seed);
        self.colour.bad(word) + &printable(&text)
    }

    fn word(&self, totals: &Totals) -> String {
        if totals.failed == 0 { self.colour.good("pass") } else { self.colour.bad("fail") }
    }

    /// So many seeds of each scenario's.
    fn seeds(&self, runs: u64) -> String {
        if runs == self.seeds {
            several(runs, "seed")
        } else {
            format!("{} of {}", count(runs), several(self.seeds, "seed"))
        }
    }
}

impl Export for Page {
    fn saved(&mut self, run: &Run, saved: &Saved) -> String {
        match run.finding.word() {
            Word::Pass => {
                let (file, seed, reason) = (&run.file, run.seed, saved.reason());
                let text = format!("  {file}  (seed {seed})\n  no longer: {reason}\n");
                self.colour.good("cured") + &printable(&text)
            }
            Word::Fail | Word::Differs | Word::Bug => self.run(run),
        }
    }

    fn all_saved(&mut self, folder: &str, totals: &Totals) -> String {
        let (failed, cured) = (count(totals.failed), count(totals.runs - totals.failed));
        let name = format!("{folder:width$}", width = self.width);
        let saved = several(totals.runs, "saved failure");
        self.word(totals)
            + &printable(&format!("  {name}  {saved}, {failed} failed, {cured} cured\n"))
    }

    fn run(&mut self, run: &Run) -> String {
        let word = match run.finding.word() {
            Word::Pass => return String::new(),
            Word::Fail => "FAIL",
            Word::Differs => "DIFFERS",
            Word::Bug => "BUG",
        };
        let Some(left) = self.left_to_show.checked_sub(1) else { return String::new() };
        self.left_to_show = left;
        self.shown(word, run, &account(run))
    }

    fn moved(&mut self, run: &Run, changes: &[Change]) -> String {
        let Some(left) = self.left_of_moved.checked_sub(1) else { return String::new() };
        self.left_of_moved = left;
        self.shown("MOVED", run, &told(run, sentences(changes)))
    }

    fn scenario(&mut self, file: &str, totals: &Totals) -> String {
        let Totals { runs, failed, events, simulated_ns, .. } = *totals;
        let name = format!("{file:width$}", width = self.width);
        let text = format!(
            "  {name}  {}, {} failed, {} events, simulated {}\n",
            self.seeds(runs),
            count(failed),
            count(events),
            span(simulated_ns)
        );
        self.word(totals) + &printable(&text)
    }

    fn summary(&mut self, summary: &Summary) -> String {
        let Summary { scenarios, ended, not_made, totals, saved, baseline } = *summary;
        let shown = self.most_shown - self.left_to_show;
        let mut text = String::new();
        if totals.failed + saved.failed > shown {
            let hidden = count(totals.failed + saved.failed - shown);
            text += &format!("{hidden} more that failed are not shown: see --show\n");
        }
        if let Some(tally) = baseline {
            let hidden = tally.moved - (self.most_shown - self.left_of_moved);
            if hidden > 0 {
                text += &format!("{} more that moved are not shown: see --show\n", count(hidden));
            }
            text += &compared(tally);
        }
        let Totals { runs, violations, failed, differing, bugs, .. } = *totals;
        let failing = several(failed + saved.failed, "failing run");
        let why = match ended {
            Ended::Complete => None,
            Ended::Cut => Some(format!("cut after {failing}")),
            Ended::Interrupted => Some("interrupted".to_owned()),
        };
        if let Some(why) = why {
            let (planned, not_made) = (count(runs + saved.runs + not_made), count(not_made));
            text += &format!("{why}: {not_made} of {planned} runs were not made\n");
        }
        text += &format!("{}, {}", several(runs, "run"), several(violations, "violation"));
        if failed > 0 {
            text += &format!(", {} failed", count(failed));
        } else if violations > 0 {
            text += ", all of them expected";
        }
        for (number, words) in [(differing, "gave another digest"), (bugs, "panicked")] {
            if number > 0 {
                text += &format!(", {} {words}", count(number));
            }
        }
        // A cut check says nothing of scenarios that were not begun; and nobody asks for a bound
        // who has a seed that fails.
        let sound = ended == Ended::Complete && saved.failed == 0;
        if let Some(n) = totals.rule_of_three().filter(|_| sound) {
            let n = count(n);
            // Runs of several scenarios are a stratified sample, for which the bound holds too.
            let mean = if scenarios > 1 { ", averaged over the scenarios," } else { "" };
            text += &format!(
                ": the probability of one per seed{mean} is below 3/{n} (95 % confidence)"
            );
        }
        text + "\n"
    }
}

/// How runs compare with a baseline.
fn compared(tally: &Tally) -> String {
    let Tally { compared, moved, uncovered, new, gone } = tally;
    let mut text =
        format!("baseline: {} compared, {} moved", several(*compared, "run"), count(*moved));
    if *uncovered > 0 {
        text += &format!(", {} do not stand in it", count(*uncovered));
    }
    text += "\n";
    for (files, words) in [(new, "no run of it stands in the baseline"), (gone, "it is gone")] {
        for file in files {
            text += &format!("baseline: {file}: {words}\n");
        }
    }
    printable(&text)
}
