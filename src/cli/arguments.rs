//! Commands and their arguments.

mod check;
mod compare;
mod coverage;
mod explain;
mod form;
mod merge;
mod mutants;
mod plot;
mod schema;
mod shard;
mod shrink;
mod sweep;
mod tape;
mod trace;
mod view;

pub(super) use check::CheckArguments;
pub(super) use compare::{CompareArguments, CompareFormat};
pub(super) use coverage::CoverageArguments;
pub(super) use explain::ExplainArguments;
pub(super) use form::ReportForm;
pub(super) use merge::MergeArguments;
pub(super) use mutants::MutantsArguments;
pub(super) use plot::PlotArguments;
pub(super) use schema::{SchemaArguments, Subject};
pub(super) use shard::{ShardArguments, ShardChoice};
pub(super) use shrink::ShrinkArguments;
pub(super) use sweep::{SweepArguments, SweepFormat};
pub(super) use tape::TapeArguments;
pub(super) use trace::TraceArguments;
pub(super) use view::ViewArguments;

use super::Remarks;
use super::check::{FORMAT as CHECK_FORMAT, Seeds};
use super::progress::Mode;
use super::trace::STATS_FORMAT;
use crate::random::{GENERATOR, tape as tapes};
use crate::units::Span;
use crate::{audit, explain as explanation, facts, report, results};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::LazyLock;

/// The version, and what decides whether files of two versions compare.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let version = env!("CARGO_PKG_VERSION");
    let formats = [
        report::FORMAT,
        facts::FORMAT,
        STATS_FORMAT,
        CHECK_FORMAT,
        audit::FORMAT,
        explanation::FORMAT,
        tapes::FORMAT,
        results::baseline::FORMAT,
        results::saved::FORMAT,
        results::FORMAT,
        results::chunk::FORMAT,
        results::compare::FORMAT,
    ];
    let formats = formats.join(", ");
    format!("{version}\ngenerator: {GENERATOR}\nformats: {formats}")
});

const EXIT_STATUS: &str = "\
Exit status:
   0  all came out as expected
   1  a property was violated, or an expectation of the scenario was missed
   2  bad usage, or a bad scenario or trace
   3  the second run of --twice gave another digest, or a baseline differs
   4  nothing to run, or shards are missing
  70  a bug of the simulator showed
  74  a file cannot be read or written
  75  stopped by a signal: the same line goes on
 130  interrupted";

const RUN_HELP: &str = "\
Examples:
  mirrorsim run scenario.json
  mirrorsim run scenario.json --seed 7 --set wan.propagation=40ms --set clients.0.name=pg
  mirrorsim run scenario.json -o report.html
  mirrorsim run scenario.json -o report.json --series series.csv --series-every 100ms
  mirrorsim run scenario.json --set policy=full-blocks --dry-run | mirrorsim run -
  mirrorsim run scenario.json --record tape.gz && mirrorsim run changed.json --replay tape.gz
  mirrorsim run scenario.json --perfetto trace.json.gz --window 10s..10.5s";

const AUDIT_HELP: &str = "\
Examples:
  mirrorsim audit
  mirrorsim audit scenarios scenarios/sabotage --seeds 0..20 --jobs 8
  mirrorsim audit --format json -o audit.jsonl";

/// Deterministic simulator of synchronous storage mirroring with references (US 7,200,726).
///
/// It runs the mirroring protocol over what clients ask for, checks that the mirror is consistent
/// at every step, and reports how many bytes on the WAN the references save. The same scenario and
/// seed give the same run, byte for byte.
#[derive(Debug, Parser)]
#[command(name = "mirrorsim", version, long_version = VERSION.as_str(), max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "To begin: mirrorsim init -o my.json && mirrorsim run my.json")]
#[command(after_long_help = format!("To begin:\n  mirrorsim init -o my.json\n  mirrorsim run my.json\n\n{EXIT_STATUS}"))]
pub(super) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How progress is shown on standard error.
    #[arg(long, global = true, value_enum, default_value_t, help_heading = "Output")]
    progress: ProgressChoice,
    /// Show no progress and no remarks.
    #[arg(long, short, global = true, help_heading = "Output")]
    quiet: bool,
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t, help_heading = "Output")]
    pub color: ColorChoice,
}

impl Arguments {
    /// How progress is shown.
    pub fn progress_mode(&self) -> Mode {
        match self.progress {
            _ if self.quiet => Mode::Never,
            ProgressChoice::Auto => Mode::choose(),
            ProgressChoice::Plain => Mode::Plain,
            ProgressChoice::Never => Mode::Never,
        }
    }
}

impl Arguments {
    /// Whether remarks are wanted.
    pub const fn remarks(&self) -> Remarks {
        if self.quiet { Remarks::Hidden } else { Remarks::Shown }
    }
}

/// The whole command line, for completions and manual pages.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum ProgressChoice {
    /// A bar on a terminal, else lines.
    #[default]
    Auto,
    /// A line every few seconds.
    Plain,
    /// Not at all.
    Never,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run a scenario once and report what it showed.
    ///
    /// The report says whether every property held, what went over the WAN and what references
    /// saved of it, how long writes took, and which line reproduces it.
    Run(RunArguments),
    /// Run scenarios with many seeds on all cores: does every property hold, always?
    ///
    /// Each scenario is run with each seed and held against what it expects. A run that fails is
    /// shown with the line that reproduces it; the output is the same on any number of cores.
    Check(CheckArguments),
    /// Explain why a run violates a property, in at most twelve lines.
    ///
    /// The facts are walked from the violation back, along what happened and along what should have
    /// happened, to the rule of the protocol at which the two part. Each fault that came is taken out
    /// of the run alone: is the violation still there?
    Explain(ExplainArguments),
    /// Run an experiment: a scenario along axes, under policies, with many seeds.
    ///
    /// A row is kept for each run, with every number of its report, and means are told with their 95 %
    /// intervals. The rows are the same on any number of cores.
    Sweep(SweepArguments),
    /// Compare two sets of rows, or two policies of one, in pairs that share point and seed.
    ///
    /// What chance does to one of a pair it does to the other, so their mean difference is known far
    /// better than either mean. What has no partner is named.
    Compare(CompareArguments),
    /// Hold 95 % intervals against a mean that is known in closed form: how often do they cover it?
    #[command(hide = true)]
    Coverage(CoverageArguments),
    /// Tell what many machines kept as one would have told it.
    ///
    /// Runs that `check` or `sweep` made with `--shard I/N -o DIR` are put into their order. The output
    /// and the exit status are those of the whole on one machine. Gaps are refused, and the shards that have
    /// some are named.
    Merge(MergeArguments),
    /// Run wrong protocols: how many seeds until each is caught by the property that must notice it?
    ///
    /// From each of many first seeds, seed after seed is run until the first violation of a run is
    /// one of that property. The output is the same on any number of cores.
    Mutants(MutantsArguments),
    /// Run right and wrong protocols: are all properties, faults, states and rare branches alive?
    ///
    /// A property is alive if some wrong protocol violates it, a kind of fault if it changed what
    /// happened next, a state if it lasted, a branch if it was taken. A dead row is named. The output
    /// is the same on any number of cores.
    Audit(AuditArguments),
    /// Make a failing run small: the smallest scenario that still fails in the same way.
    ///
    /// Random faults become planned ones, then whatever is not needed goes. The result fails alone,
    /// without a seed, and expects to: it is a test.
    Shrink(ShrinkArguments),
    /// Draw figures of reports, or of rows of experiments.
    ///
    /// Of reports: bytes on the WAN by category, and what references saved. Of rows: any figure over
    /// any axis, with intervals across seeds; distributions; what happened over time.
    Plot(PlotArguments),
    /// Write a scenario to start from.
    #[command(after_help = "Example: mirrorsim init -o my.json")]
    Init(OutputArguments),
    /// Write the JSON Schema of scenario or experiment files: every key, its meaning, its default.
    Schema(SchemaArguments),
    /// Check, sort, convert and describe a recorded trace.
    ///
    /// A trace of any known form is read, sorted by time and written as our own CSV; `--stats` describes
    /// it instead, `--scenario` writes a scenario that replays it.
    Trace(TraceArguments),
    /// Write a completion script for a shell.
    Completions(CompletionsArguments),
    /// Write the manual.
    Man(ManArguments),
}

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = RUN_HELP, after_long_help = format!("{RUN_HELP}\n\n{EXIT_STATUS}"))]
pub(super) struct RunArguments {
    /// The scenario file; `-`: standard input.
    pub scenario: PathBuf,
    /// The seed of every random decision; left out: that of the tape of --replay, else 0.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Override a key of the scenario, `wan.propagation=40ms`; may be given more than once. Items of
    /// lists go by number from 0, `clients.0.name=pg`; the value is JSON if it reads as JSON.
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
    /// Write every fact to this file, one JSON object a line; `-`: standard output.
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,
    /// Write figures over simulated time to this file as CSV, a row for each interval; `-`: standard
    /// output.
    #[arg(long, value_name = "FILE")]
    pub series: Option<PathBuf>,
    /// The length of an interval of --series.
    #[arg(long, value_name = "SPAN", default_value = "1s", requires = "series")]
    pub series_every: Span,
    /// Write the report to this file; `-`: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The form of the report; for an output file that ends in .json or .html that form, else `text`.
    #[arg(long, value_enum)]
    pub format: Option<ReportForm>,
    /// Print the scenario with every key written out, and run nothing.
    #[arg(long, conflicts_with_all = [
        "facts", "series", "twice", "format", "record", "replay", "perfetto", "window",
    ])]
    pub dry_run: bool,
    /// Run twice and compare the digests.
    #[arg(long)]
    pub twice: bool,
    #[command(flatten)]
    pub tape: TapeArguments,
    #[command(flatten)]
    pub view: ViewArguments,
}

/// Arguments of `audit`.
#[derive(Debug, Args)]
#[command(after_help = AUDIT_HELP, after_long_help = format!("{AUDIT_HELP}\n\n{EXIT_STATUS}"))]
pub(super) struct AuditArguments {
    /// Scenario files, and folders of them; left out: `scenarios` and `scenarios/sabotage`.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The seeds: A..B is A and all up to B, without B; N is one. A scenario with a swarm, of which
    /// each seed makes another one, is run with thirty times as many.
    #[arg(long, value_name = "A..B", default_value = "0..4")]
    pub seeds: Seeds,
    /// Runs at a time; left out: one for each core.
    #[arg(long, short, value_name = "N", value_parser = positive::<NonZeroUsize>)]
    pub jobs: Option<NonZeroUsize>,
    /// Override a key of every scenario, as `run` does; may be given more than once.
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
    /// The form of the output: `text`, tables for people, or `json`, an object a line for each row.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// Write the rows to this file; `-`: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The form of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RowFormat {
    /// A page for people.
    Text,
    /// A line for each row, under a line of keys.
    Csv,
}

/// The form of a report, or of the numbers of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A page for people.
    Text,
    /// Keys that never change their meaning.
    Json,
}

impl Format {
    /// What was asked for; else what the name of the output file says.
    pub fn choose(asked: Option<Self>, output: Option<&Path>) -> Self {
        let is_json = |path: &Path| path.extension().is_some_and(|extension| extension == "json");
        let told = if output.is_some_and(is_json) { Self::Json } else { Self::Text };
        asked.unwrap_or(told)
    }
}

/// Arguments of commands that only write.
#[derive(Debug, Args)]
pub(super) struct OutputArguments {
    /// Write to this file; `-`: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: mirrorsim completions bash > ~/.local/share/bash-completion/completions/mirrorsim"
)]
pub(super) struct CompletionsArguments {
    /// The shell.
    pub shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mirrorsim man | man -l -\n  mirrorsim man ~/.local/share/man/man1"
)]
pub(super) struct ManArguments {
    /// Write a page for each command to this directory, which must exist; left out: the first page
    /// to standard output.
    pub directory: Option<PathBuf>,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
    parts.ok_or_else(|| "write it as KEY=VALUE, such as wan.propagation=40ms".to_owned())
}

fn positive<Number: FromStr>(text: &str) -> Result<Number, String> {
    text.parse().map_err(|_| "a whole number from 1 on is meant".to_owned())
}
