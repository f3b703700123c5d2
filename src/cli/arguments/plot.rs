//! Arguments of `plot`.

use super::{EXIT_STATUS, assignment};
use crate::plots::{Kind, Way};
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

const PLOT_HELP: &str = "\
Examples:
  mirrorsim run scenario.json -o report.json && mirrorsim plot report.json -o figure.svg
  mirrorsim sweep experiment.json -o results && mirrorsim plot results --kind saved -o saved.svg
  mirrorsim plot results --y latency.write.p99_ns --x 'round trip' --by policy -o latency.png
  mirrorsim plot results --kind load --where policy=references --data load.csv -o load.svg
  mirrorsim plot results --kind time --y nvram_bytes,rpo_ns --seed 7 -o seed-7.svg
  mirrorsim plot results --kind heat -o heat.html  # hover, sort, dim: one page, no network";

/// Arguments of `plot`.
#[derive(Debug, Args)]
#[command(after_help = PLOT_HELP, after_long_help = format!("{PLOT_HELP}\n\n{EXIT_STATUS}"))]
pub(in crate::cli) struct PlotArguments {
    /// Reports that `run -o REPORT.json` wrote, or results of `sweep`: folders, or their rows.jsonl;
    /// `-`: standard input.
    #[arg(required = true, value_name = "RESULTS")]
    pub results: Vec<PathBuf>,
    /// The kind of figure; left out: the one that makes sense.
    #[arg(long, short, value_enum, value_name = "KIND")]
    pub kind: Option<Kind>,
    /// What runs upwards: keys of figures (A / B is a share), columns of the series, or an axis; more
    /// than one: with commas.
    #[arg(long, visible_alias = "figure", value_name = "KEY")]
    pub y: Vec<String>,
    /// What runs to the right: an axis of the experiment; or keys of figures where --y is an axis.
    #[arg(long, value_name = "AXIS")]
    pub x: Vec<String>,
    /// Axes, `policy` among them, that have a line for each of their values; left out: all that vary.
    #[arg(long, value_name = "AXIS")]
    pub by: Vec<String>,
    /// Draw but one value of an axis; may be given more than once.
    #[arg(long = "where", value_name = "AXIS=VALUE", value_parser = assignment)]
    pub only: Vec<(String, String)>,
    /// Use a logarithmic scale; left out: where numbers span a decade and a half.
    #[arg(long, value_enum, value_name = "WAY", value_delimiter = ',')]
    pub log: Vec<Way>,
    /// Use a linear scale, however far numbers span.
    #[arg(long, value_enum, value_name = "WAY", value_delimiter = ',')]
    pub linear: Vec<Way>,
    /// The seed whose run is drawn over time; left out: the first.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// The title; left out: what is shown.
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Write the numbers that are drawn to this file, as CSV.
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Write to this file, which ends in .svg, .png or .html; `-`: standard output, as SVG.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl ValueEnum for Kind {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.line()))
    }
}

impl ValueEnum for Way {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::X, Self::Y]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::X => PossibleValue::new("x").help("to the right"),
            Self::Y => PossibleValue::new("y").help("upwards"),
        })
    }
}
