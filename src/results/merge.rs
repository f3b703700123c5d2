//! Chunks of many shards, maybe from many folders, back into the order of their runs.

use super::chunk::{Flaw, Label, Numbered};
use super::shard::{Layout, Place, Shard};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// What the folders have of a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held<R> {
    /// Its rows.
    Whole(Vec<Numbered<R>>),
    /// Nothing that counts: the flaw of what is there, if anything is.
    Missing(Option<Flaw>),
}

/// Copies of one chunk that cannot all be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Clash {
    /// Two copies are whole and differ: the same runs came to something else.
    #[error("{0} is there twice, and the two differ: the same runs did not come to the same")]
    Differs(String),
    /// A file is whole and belongs elsewhere.
    #[error("{0}: {1}")]
    Foreign(String, Flaw),
}

/// Reads all copies of the chunk that `label` names. The same runs give the same bytes, so copies may
/// be many, but whole ones must be equal; one that is not whole counts as nothing.
///
/// # Errors
/// Copies that differ, or are of something else.
pub fn agree<R: DeserializeOwned>(
    label: Label<'_>,
    layout: Layout,
    shard: Shard,
    copies: &[Vec<u8>],
) -> Result<Held<R>, Clash> {
    let name = || label.place.file_name();
    let mut whole: Option<(&Vec<u8>, Vec<Numbered<R>>)> = None;
    let mut flaw = None;
    for copy in copies {
        if whole.as_ref().is_some_and(|(first, _)| *first == copy) {
            continue;
        }
        match label.read(copy, layout.runs_of(shard, label.place)) {
            Ok(_) if whole.is_some() => return Err(Clash::Differs(name())),
            Ok(rows) => whole = Some((copy, rows)),
            Err(foreign @ Flaw::Foreign(_)) => return Err(Clash::Foreign(name(), foreign)),
            Err(broken @ Flaw::Broken(_)) => flaw = Some(broken),
        }
    }
    Ok(whole.map_or(Held::Missing(flaw), |(_, rows)| Held::Whole(rows)))
}

/// Gives every row to `take`, in the order of the runs. `fetch` gives the rows of a chunk, each of
/// which it is asked for once; of every shard one chunk at most is in memory.
///
/// # Errors
/// What `fetch` or `take` says.
pub fn in_order<R, E>(
    layout: Layout,
    mut fetch: impl FnMut(Place) -> Result<Vec<Numbered<R>>, E>,
    mut take: impl FnMut(Numbered<R>) -> Result<(), E>,
) -> Result<(), E> {
    let mut open: BTreeMap<u64, std::vec::IntoIter<Numbered<R>>> = BTreeMap::new();
    for run in 0..layout.runs {
        let place = layout.place_of(run);
        let ready = open.get_mut(&place.shard).and_then(Iterator::next);
        let row = if let Some(row) = ready {
            row
        } else {
            let mut rows = fetch(place)?.into_iter();
            let first = rows.next().expect("a chunk that is whole holds a run");
            open.insert(place.shard, rows);
            first
        };
        assert_eq!(row.run, run, "rows of a chunk are in order");
        take(row)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU64;

    fn layout(runs: u64, shards: u64, chunk: u64) -> Layout {
        let number = |number| NonZeroU64::new(number).expect("from 1 on");
        Layout { runs, shards: number(shards), chunk: number(chunk) }
    }

    fn rows(layout: Layout, place: Place) -> Vec<Numbered<u64>> {
        let shard = layout.every_shard().find(|shard| shard.number() == place.shard);
        let runs = layout.runs_of(shard.expect("a shard"), place);
        runs.map(|run| Numbered { run, row: run * 10 }).collect()
    }

    #[test]
    fn rows_come_in_the_order_of_runs_and_chunks_once() {
        for (runs, shards, chunk) in [(0, 3, 2), (1, 3, 2), (23, 3, 2), (24, 4, 3), (7, 1, 10)] {
            let layout = layout(runs, shards, chunk);
            let (mut fetched, mut taken) = (Vec::new(), Vec::new());
            let done = in_order(
                layout,
                |place| {
                    fetched.push(place);
                    Ok::<_, ()>(rows(layout, place))
                },
                |row| {
                    taken.push((row.run, row.row));
                    Ok(())
                },
            );
            assert_eq!(done, Ok(()));
            assert_eq!(taken, (0..runs).map(|run| (run, run * 10)).collect::<Vec<_>>());
            fetched.sort_unstable();
            let every = layout.every_shard().flat_map(|shard| layout.chunks(shard));
            assert_eq!(fetched, every.collect::<Vec<_>>());
        }
    }

    #[test]
    fn copies_may_be_many_but_must_be_equal() {
        let layout = layout(10, 2, 3);
        let shard = layout.every_shard().next().expect("a shard");
        let label = Label { manifest: "ab", place: Place { shard: 1, chunk: 0 } };
        let good = label.render(&rows(layout, label.place)).into_bytes();
        let agreed = |copies: &[&[u8]]| {
            let copies: Vec<_> = copies.iter().map(|copy| copy.to_vec()).collect();
            agree::<u64>(label, layout, shard, &copies)
        };
        let whole = Ok(Held::Whole(rows(layout, label.place)));
        let cut = &good[..good.len() - 2];
        assert_eq!(agreed(&[&good]), whole);
        assert_eq!(agreed(&[&good, &good, cut]), whole);
        assert_eq!(agreed(&[cut, &good]), whole);
        assert_eq!(agreed(&[]), Ok(Held::Missing(None)));
        assert!(matches!(agreed(&[cut]), Ok(Held::Missing(Some(Flaw::Broken(_))))));
        let mut other = rows(layout, label.place);
        other[1].row += 1;
        let other = label.render(&other).into_bytes();
        let clash = agreed(&[&good, &other]).expect_err("they differ");
        assert!(clash.to_string().starts_with("shard-00001-chunk-000000.jsonl is there twice"));
        let place = Place { shard: 2, chunk: 0 };
        let foreign = Label { place, ..label }.render(&rows(layout, place)).into_bytes();
        assert!(matches!(agreed(&[&foreign]), Err(Clash::Foreign(..))));
    }
}
