//! Folders that hold the same results, read as one.

use super::Context;
use super::exit::{Exit, Failure};
use super::folder::Folder;
use super::shard::clashing;
use crate::results::chunk::{Flaw, Label, Numbered};
use crate::results::merge::{self, Held};
use crate::results::{Layout, Manifest, Place, Shard, array_form};
use serde::de::DeserializeOwned;
use std::path::PathBuf;

/// Folders of the same results.
pub(super) struct Shelf {
    folders: Vec<Folder>,
    pub manifest: Manifest,
    identity: String,
    pub layout: Layout,
}

impl Shelf {
    /// Opens them; they must be about the same results.
    pub fn open(paths: &[PathBuf]) -> Result<Self, Failure> {
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
    pub fn check_complete<R: DeserializeOwned>(&self, context: &Context) -> Result<(), Failure> {
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

    /// The rows of a chunk that was found to be whole.
    pub fn rows<R: DeserializeOwned>(&self, place: Place) -> Result<Vec<Numbered<R>>, Failure> {
        let shard = self.layout.shard(place);
        match self.held(shard, place)? {
            Held::Whole(rows) => Ok(rows),
            Held::Missing(_) => {
                let name = place.file_name();
                Err(Failure::new(Exit::File, format!("{name} was whole, and is not any more")))
            }
        }
    }

    /// The first of the folders: what is made of all of them is written there.
    pub fn first(&self) -> &Folder {
        self.folders.first().expect("a folder is given")
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
