//! `mirrorsim merge`: what many machines kept, told as one machine would have told it.

use super::Context;
use super::arguments::MergeArguments;
use super::check::{self, Asides, Teller};
use super::exit::{Exit, Failure};
use super::folder::Folder;
use super::output::Output;
use super::shard::{clashing, told};
use crate::results::chunk::{Flaw, Label, Numbered, RowsDigest};
use crate::results::merge::{self, Held};
use crate::results::{Layout, Manifest, Place, Plan, Run, Shard, array_form};
use serde::de::DeserializeOwned;
use std::io::{self, Write as _};
use std::path::PathBuf;

/// Tells all runs in their order, if all are there.
pub(super) fn run(arguments: &MergeArguments, context: &Context) -> Result<Exit, Failure> {
    let shelf = Shelf::open(&arguments.folders)?;
    if shelf.manifest.command != check::COMMAND {
        let command = &shelf.manifest.command;
        let message = format!("rows of `{command}`: this version merges those of `check`");
        return Err(Failure::new(Exit::Usage, message));
    }
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

/// Folders of the same results.
struct Shelf {
    folders: Vec<Folder>,
    manifest: Manifest,
    identity: String,
    layout: Layout,
}

impl Shelf {
    fn open(paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut folders = Vec::new();
        let mut first: Option<Manifest> = None;
        for path in paths {
            let (folder, manifest) = Folder::open(path)?;
            match &first {
                Some(first) => folder.compare(&manifest, first)?,
                None => first = Some(manifest),
            }
            folders.push(folder);
        }
        let manifest = first.expect("a folder is given");
        let (identity, layout) = (manifest.identity(), manifest.layout());
        Ok(Self { folders, manifest, identity, layout })
    }

    /// Refuses gaps, and names the shards that have some as an array of jobs takes them.
    fn check_complete<R: DeserializeOwned>(&self, context: &Context) -> Result<(), Failure> {
        let (mut shards, mut missing, mut chunks) = (Vec::new(), 0u64, 0u64);
        for shard in self.layout.every_shard() {
            let before = missing;
            for place in self.layout.chunks(shard) {
                chunks += 1;
                if let Held::Missing(flaw) = self.held::<R>(shard, place)? {
                    missing += 1;
                    remark(place, flaw.as_ref(), context);
                }
            }
            if missing > before {
                shards.push(shard.number());
            }
        }
        if shards.is_empty() {
            return Ok(());
        }
        let (incomplete, all, list) = (shards.len(), self.layout.shards, array_form(&shards));
        let message = format!(
            "{missing} of {chunks} chunks are missing, in {incomplete} of {all} shards\n\
                missing shards: {list}"
        );
        Err(Failure::new(Exit::Nothing, message))
    }

    fn rows<R: DeserializeOwned>(&self, place: Place) -> Result<Vec<Numbered<R>>, Failure> {
        let shard = self.layout.shard(place);
        match self.held(shard, place)? {
            Held::Whole(rows) => Ok(rows),
            Held::Missing(_) => {
                let name = place.file_name();
                Err(Failure::new(Exit::File, format!("{name} was whole, and is not any more")))
            }
        }
    }

    fn held<R: DeserializeOwned>(&self, shard: Shard, place: Place) -> Result<Held<R>, Failure> {
        let label = Label { manifest: &self.identity, place };
        let copies = self.folders.iter().map(|folder| folder.chunk(place));
        let copies = copies.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()?;
        merge::agree(label, self.layout, shard, &copies).map_err(|clash| clashing(&clash))
    }
}

/// Says why a file does not count.
fn remark(place: Place, flaw: Option<&Flaw>, context: &Context) {
    if let Some(flaw) = flaw {
        context.remark(&format!("{} does not count: {flaw}", place.file_name()));
    }
}
