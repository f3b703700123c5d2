//! Arguments of `explain`.

use super::{EXIT_STATUS, Format, assignment};
use clap::Args;
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  mirrorsim explain scenario.json --seed 7
  mirrorsim explain scenario.json --seed 7 --property S2 --format json
  mirrorsim explain scenarios/sabotage/no-copy-on-write.json";

/// Arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_help = HELP, after_long_help = format!("{HELP}\n\n{EXIT_STATUS}"))]
pub(in crate::cli) struct ExplainArguments {
    /// The scenario file; `-`: standard input.
    pub scenario: PathBuf,
    /// The seed of every random decision.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub seed: u64,
    /// Override a key of the scenario, as `run` does; may be given more than once.
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
    /// Explain the first violation of this property, such as S5; left out: the first of all.
    #[arg(long, value_name = "NAME", value_parser = property)]
    pub property: Option<String>,
    /// Take no fault and no event of chance out: one run more instead of one for each.
    #[arg(long)]
    pub chain_only: bool,
    /// The form of the explanation: `text`, at most twelve lines, or `json`.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Write the explanation to this file; `-`: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Reads the name of a property.
fn property(text: &str) -> Result<String, String> {
    let known = crate::checker::PROPERTIES.iter().map(|property| property.name);
    let names: Vec<_> = known.collect();
    if names.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(format!("no property has this name; there are {}", names.join(", ")))
}
