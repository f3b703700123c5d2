//! Arguments of `trace`.

use super::Format;
use crate::trace::Form;
use crate::units::Bytes;
use clap::Args;
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  mirrorsim trace pgbench.csv.gz --stats
  mirrorsim trace recorded.csv -o sorted.csv.gz
  mirrorsim trace prxy_0.csv.gz -o prxy.csv.gz
  mirrorsim trace device.ascii --from disksim --stats";

/// Arguments of `trace`.
#[derive(Debug, Args)]
#[command(after_help = HELP, after_long_help = format!("{HELP}\n\n{}", forms()))]
pub(in crate::cli) struct TraceArguments {
    /// The trace, plain or gzipped; `-`: standard input.
    pub file: PathBuf,
    /// The form of the trace; left out: what its beginning tells.
    #[arg(long, value_name = "FORM", value_parser = form())]
    pub from: Option<Form>,
    /// Describe the trace in numbers instead of writing it.
    #[arg(long)]
    pub stats: bool,
    /// Blocks that --stats counts in.
    #[arg(long, value_name = "SIZE", default_value = "4KiB", requires = "stats")]
    pub block_size: Bytes,
    /// The form of the numbers; `json` for an output file that ends in .json, else `text`.
    #[arg(long, value_enum, requires = "stats")]
    pub format: Option<Format>,
    /// Write to this file, gzipped if it ends in .gz; `-`: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

fn form() -> impl clap::builder::TypedValueParser<Value = Form> {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};
    let names = Form::ALL.map(Form::name);
    PossibleValuesParser::new(names).map(|name| Form::named(&name).expect("it is one of them"))
}

/// Every form and what is taken of it.
fn forms() -> String {
    let line = |form: Form| {
        let name = format!("  {:<16}", form.name());
        format!("{name}{}: {}", form.title(), form.meaning())
    };
    format!("Forms:\n{}", Form::ALL.map(line).join("\n"))
}
