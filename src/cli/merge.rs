//! `mirrorsim merge`: what many machines kept, told as one machine would have told it.

use super::Context;
use super::arguments::MergeArguments;
use super::check::{self, Asides, Teller};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::shard::told;
use super::shelf::Shelf;
use super::sweep;
use crate::results::chunk::{Numbered, RowsDigest};
use crate::results::merge;
use crate::results::{Manifest, Plan, Run, Shard};
use std::io::{self, Write as _};

/// Tells all runs in their order, if all are there.
pub(super) fn run(arguments: &MergeArguments, context: &Context) -> Result<Exit, Failure> {
    let shelf = Shelf::open(&arguments.folders)?;
    match shelf.manifest.command.as_str() {
        check::COMMAND => check_runs(&shelf, arguments, context),
        sweep::COMMAND => sweep::merge(&shelf, arguments, context),
        other => {
            let known = [check::COMMAND, sweep::COMMAND].map(|name| format!("`{name}`"));
            let known = known.join(" and ");
            let message = format!("rows of `{other}`: this version merges those of {known}");
            Err(Failure::new(Exit::Usage, message))
        }
    }
}

/// Tells the runs of a check.
fn check_runs(
    shelf: &Shelf,
    arguments: &MergeArguments,
    context: &Context,
) -> Result<Exit, Failure> {
    shelf.check_complete::<Run>(context)?;
    let Manifest { scenarios, seeds, .. } = &shelf.manifest;
    let files = scenarios.iter().map(|scenario| scenario.file.clone()).collect();
    let plan = Plan { files, seeds: *seeds, shard: Shard::WHOLE };
    let export = check::export(arguments.format, arguments.show, context, &plan);
    let (asides, others) = Asides::open(arguments.junit.as_deref(), &plan)?;
    let mut teller = Teller::new(plan, export, others);
    let mut stream = Output::open(None)?.stream()?;
    let (mut digest, mut written) = (RowsDigest::default(), Ok(()));
    let mut write = |text: String| -> io::Result<()> { stream.writer().write_all(text.as_bytes()) };
    merge::in_order(
        shelf.layout,
        |place| shelf.rows(place),
        |row: Numbered<Run>| {
            digest.add(&row);
            let text = teller.take(&row.row);
            if written.is_ok() {
                written = write(text);
            }
            Ok(())
        },
    )?;
    let written = written.and_then(|()| write(teller.summary()));
    stream.finish(written)?;
    asides.write(teller.asides())?;
    context.remark(&told(&digest));
    teller.exit()
}
