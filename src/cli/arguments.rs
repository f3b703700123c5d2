//! Commands and their arguments.

use super::progress::Mode;
use crate::random::GENERATOR;
use crate::{facts, report};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;
use std::sync::LazyLock;

/// The version, and what decides whether files of two versions compare.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let formats = [GENERATOR, report::FORMAT, facts::FORMAT].join(", ");
    format!("{} ({formats})", env!("CARGO_PKG_VERSION"))
});

/// Deterministic simulator of synchronous storage mirroring with references (US 7,200,726).
#[derive(Debug, Parser)]
#[command(name = "mirrorsim", version, long_version = VERSION.as_str(), max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 as expected, 1 violated, 2 bad usage or scenario, \
    3 digests differ, 74 a file cannot be read or written.")]
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
    Run(RunArguments),
    /// Draw reports: bytes on the WAN by category, and what references saved.
    Plot(PlotArguments),
    /// Write a scenario to start from.
    Init(OutputArguments),
    /// Write the JSON Schema of scenario files.
    Schema(OutputArguments),
    /// Read, convert and describe a recorded trace.
    Trace(TraceArguments),
    /// Write a completion script for a shell.
    Completions(CompletionsArguments),
    /// Write the manual.
    Man(ManArguments),
}

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = "Example: mirrorsim run scenario.json --seed 7 --set wan.propagation=40ms")]
pub(super) struct RunArguments {
    /// The scenario file; `-`: standard input.
    pub scenario: PathBuf,
    /// The seed of every random decision.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub seed: u64,
    /// Override a key of the scenario: `wan.propagation=40ms`, `clients.0.name=pg`.
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
    /// Write every fact to this file, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,
    /// Write the report to this file; `-`: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The form of the report; `json` for an output file that ends in .json, else `text`.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Print the resolved scenario and run nothing.
    #[arg(long, conflicts_with_all = ["facts", "twice", "format"])]
    pub dry_run: bool,
    /// Run twice and compare the digests.
    #[arg(long)]
    pub twice: bool,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A page for people.
    Text,
    /// Keys that never change their meaning.
    Json,
}

/// Arguments of `plot`.
#[derive(Debug, Args)]
#[command(after_help = "Example: mirrorsim run scenario.json -o report.json && \
    mirrorsim plot report.json -o figure.svg")]
pub(super) struct PlotArguments {
    /// Reports that `run -o REPORT.json` wrote, drawn in this order; `-`: standard input.
    #[arg(required = true, value_name = "REPORT")]
    pub reports: Vec<PathBuf>,
    /// Write to this file, which ends in .svg or .png; `-`: standard output, as SVG.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of commands that only write.
#[derive(Debug, Args)]
pub(super) struct OutputArguments {
    /// Write to this file; `-`: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `trace`.
#[derive(Debug, Args)]
pub(super) struct TraceArguments {
    /// The trace: CSV, plain or gzipped; `-`: standard input.
    pub file: PathBuf,
    /// Describe the trace in numbers instead of writing it.
    #[arg(long)]
    pub stats: bool,
    /// Blocks that --stats counts in.
    #[arg(long, value_name = "SIZE", default_value = "4KiB", requires = "stats")]
    pub block_size: crate::units::Bytes,
    /// Write to this file, gzipped if it ends in .gz; `-`: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell.
    pub shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// Write a page for each command to this directory; left out: the first page to standard output.
    pub directory: Option<PathBuf>,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
    parts.ok_or_else(|| "write it as KEY=VALUE, such as wan.propagation=40ms".to_owned())
}
