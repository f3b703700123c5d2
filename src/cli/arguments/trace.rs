//! Arguments of `trace`.

use super::{EXIT_STATUS, Format};
use crate::trace::Form;
use crate::units::{Bytes, Span};
use clap::Args;
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  mirrorsim trace recorded.txt --stats
  mirrorsim trace recorded.txt > recorded.csv
  mirrorsim trace prxy_0.csv.gz -o prxy.csv.gz
  mirrorsim trace device.ascii --from disksim --stats
  mirrorsim trace blkparse.txt --scenario -o mine.json && mirrorsim run mine.json";

const STATS: &str = "\
What --stats tells:
  whole blocks   Bytes in blocks that their write covers wholly. Only such blocks can go as
                 references at a consistency point (CP); the others go in full.
  aligned        Writes that begin and end at multiples of a length. Where most writes begin in the
                 same place inside a block, a shift is advised that moves them to its beginning.
  written again  A block write is a write together with a block that it touches. The share of them
                 whose block is written again no later than 1s or 10s after it; or before the CP,
                 which come at multiples of --cp-every from time 0: a CP need not send these.
  CPs            Distinct blocks per CP, summed, as a share of the block writes; and how many of
                 them their last write covers wholly.
  expected       Bytes on the link for each byte written, both policies, with the headers and
                 packets of a scenario's defaults; and the share of all that references save, as
                 `saved.of_wan` of a report counts it. Right where the timer alone starts CPs.
  Bounds         Up to 2,097,152 blocks are counted exactly; of more, those whose hash is small:
                 the page says one in how many. A write of more than 4,096 blocks counts as bytes
                 and as blocks touched, and not as written again.";

/// Arguments of `trace`.
#[derive(Debug, Args)]
#[command(after_help = HELP, after_long_help = format!("{HELP}\n\n{STATS}\n\n{EXIT_STATUS}"))]
pub(in crate::cli) struct TraceArguments {
    /// The trace, plain or gzipped; `-`: standard input.
    pub file: PathBuf,
    /// The form of the trace; left out: what its beginning tells.
    #[arg(long, value_name = "FORM", value_parser = form())]
    pub from: Option<Form>,
    /// Describe the trace in numbers instead of writing it.
    #[arg(long, group = "measured")]
    pub stats: bool,
    /// Write a scenario that replays the trace instead of the trace; its path is told as seen from the
    /// folder of --output, else from here.
    #[arg(long, group = "measured")]
    pub scenario: bool,
    /// Bytes in a block, for --stats and --scenario.
    #[arg(long, value_name = "SIZE", default_value = "4KiB", requires = "measured")]
    pub block_size: Bytes,
    /// Between consistency points, for --stats and --scenario.
    #[arg(long, value_name = "TIME", default_value = "10s", requires = "measured")]
    pub cp_every: Span,
    /// The form of the numbers; `json` for an output file that ends in .json, else `text`.
    #[arg(long, value_enum, requires = "stats")]
    pub format: Option<Format>,
    /// Write to this file, a trace gzipped if it ends in .gz; `-`: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

fn form() -> impl clap::builder::TypedValueParser<Value = Form> {
    use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
    let meaning = |form: Form| format!("{}: {}", form.title(), form.meaning());
    let value = |form: Form| PossibleValue::new(form.name()).help(meaning(form));
    PossibleValuesParser::new(Form::ALL.map(value))
        .map(|name| Form::named(&name).expect("it is one of them"))
}
