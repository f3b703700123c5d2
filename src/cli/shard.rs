//! The runs of a shard, kept in a folder chunk by chunk; what is kept already is not made again.

use super::Context;
use super::arguments::{ShardArguments, ShardChoice};
use super::exit::{Exit, Failure};
use super::folder::Folder;
use crate::batch::Flow;
use crate::results::chunk::{Label, Numbered, RowsDigest};
use crate::results::merge::{self, Clash, Held};
use crate::results::{Layout, Manifest, Place, Shard};
use serde::Serialize;
use serde::de::DeserializeOwned;
use signal_hook::consts::SIGTERM;
use std::collections::VecDeque;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The part that the arguments mean.
pub(super) fn chosen(arguments: &ShardArguments) -> Result<Shard, Failure> {
    let refuse = |words: String| Failure::new(Exit::Usage, words);
    match (arguments.shard, arguments.shards) {
        (Some(ShardChoice::Auto), Some(of)) => {
            let variable = |name| std::env::var(name).ok();
            let (slurm, kubernetes) =
                (variable("SLURM_ARRAY_TASK_ID"), variable("JOB_COMPLETION_INDEX"));
            let shard = Shard::of_array(slurm.as_deref(), kubernetes.as_deref(), of);
            shard.map_err(|words| refuse(format!("--shard auto: {words}")))
        }
        (Some(ShardChoice::Auto), None) => {
            Err(refuse("--shard auto: --shards says of how many".to_owned()))
        }
        (Some(ShardChoice::Given(shard)), Some(of)) if of.get() != shard.of() => {
            Err(refuse(format!("--shard {shard} is none of --shards {of}")))
        }
        (Some(ShardChoice::Given(shard)), _) => Ok(shard),
        (None, Some(_)) if arguments.slurm.is_none() => {
            Err(refuse("--shards says of how many, and not which one: see --shard".to_owned()))
        }
        (None, _) => Ok(Shard::WHOLE),
    }
}

/// How runs are kept.
pub(super) fn layout(arguments: &ShardArguments, shard: Shard, runs: u64) -> Layout {
    let shards = NonZeroU64::new(shard.of()).expect("a shard is one of some");
    Layout { runs, shards, chunk: arguments.chunk() }
}

/// Keeps the rows of a shard, which come in their order.
pub(super) struct Keeper<R> {
    folder: Folder,
    /// What chunks name.
    manifest: String,
    layout: Layout,
    shard: Shard,
    /// Chunks whose rows are yet to come, or yet to be given back.
    ahead: VecDeque<(Place, State)>,
    /// Rows of the first of them.
    rows: Vec<Numbered<R>>,
    /// Chunks that are kept, and how many of them were before.
    kept: u64,
    kept_before: u64,
    digest: RowsDigest,
    /// Somebody wants this process to end.
    asked_to_stop: Arc<AtomicBool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Kept,
    ToMake,
}

impl<R: Serialize + DeserializeOwned> Keeper<R> {
    /// Looks what is there of the shard. From now on SIGTERM ends this process only between chunks.
    pub fn open(
        path: &Path,
        manifest: &Manifest,
        shard: Shard,
        context: &Context,
    ) -> Result<Self, Failure> {
        let asked_to_stop = Arc::new(AtomicBool::new(false));
        let registered = signal_hook::flag::register(SIGTERM, Arc::clone(&asked_to_stop));
        registered.map_err(|error| Failure::new(Exit::Bug, format!("SIGTERM: {error}")))?;
        let mut keeper = Self {
            folder: Folder::create(path, manifest)?,
            manifest: manifest.identity(),
            layout: manifest.layout(),
            shard,
            ahead: VecDeque::new(),
            rows: Vec::new(),
            kept: 0,
            kept_before: 0,
            digest: RowsDigest::default(),
            asked_to_stop,
        };
        for place in keeper.layout.chunks(shard) {
            let state = match keeper.held(place)? {
                Held::Whole(_) => State::Kept,
                Held::Missing(None) => State::ToMake,
                Held::Missing(Some(flaw)) => {
                    let name = keeper.folder.name(&place.file_name());
                    context.remark(&format!("{name} is made again: {flaw}"));
                    State::ToMake
                }
            };
            keeper.kept_before += u64::from(state == State::Kept);
            keeper.ahead.push_back((place, state));
        }
        Ok(keeper)
    }

    /// The runs to be made, by number.
    pub fn to_make(&self) -> impl Iterator<Item = u64> + use<R> {
        let open = self.ahead.iter().filter(|(_, state)| *state == State::ToMake);
        let places: Vec<_> = open.map(|(place, _)| *place).collect();
        let (layout, shard) = (self.layout, self.shard);
        places.into_iter().flat_map(move |place| layout.runs_of(shard, place))
    }

    /// The rows of the next chunk, if it is kept already.
    pub fn resumed(&mut self) -> Result<Option<Vec<Numbered<R>>>, Failure> {
        let Some((place, State::Kept)) = self.ahead.front().copied() else { return Ok(None) };
        let Held::Whole(rows) = self.held(place)? else {
            let name = self.folder.name(&place.file_name());
            return Err(Failure::new(Exit::File, format!("{name} was whole, and is not any more")));
        };
        self.done(&rows);
        Ok(Some(rows))
    }

    /// Takes the row of the next run that was to be made; with the last of its chunk, publishes that.
    pub fn keep(&mut self, row: Numbered<R>) -> Result<Flow, Failure> {
        let Some((place, State::ToMake)) = self.ahead.front().copied() else {
            unreachable!("a row comes only for a chunk that is to be made");
        };
        self.rows.push(row);
        if self.rows.len() as u64 == self.layout.runs_of(self.shard, place).count() as u64 {
            let rows = std::mem::take(&mut self.rows);
            self.publish(place, &rows)?;
            self.done(&rows);
        }
        Ok(self.flow())
    }

    /// Whether to go on: a chunk that is begun is finished first.
    pub fn flow(&self) -> Flow {
        let stop = self.asked_to_stop.load(Ordering::Relaxed) && self.rows.is_empty();
        if stop { Flow::Break } else { Flow::Continue }
    }

    /// Whether the whole shard is kept.
    pub fn is_complete(&self) -> bool {
        self.ahead.is_empty()
    }

    /// Refuses what is not the whole shard.
    ///
    /// # Errors
    /// A signal came first.
    pub fn check_complete(&self) -> Result<(), Failure> {
        if self.is_complete() {
            return Ok(());
        }
        let (kept, all) = (self.kept, self.kept + self.ahead.len() as u64);
        let (shard, folder) = (self.shard, self.folder.name(""));
        let words = format!("stopped: {kept} of {all} chunks of shard {shard} are in {folder}");
        Err(Failure::new(Exit::Stopped, format!("{words}: the same line goes on from there")))
    }

    /// Says what is kept.
    pub fn remark(&self, context: &Context) {
        let Self { shard, kept, kept_before, .. } = self;
        let folder = self.folder.name("");
        let words =
            format!("shard {shard}: {kept} chunks in {folder}, {kept_before} of them before");
        context.remark(&words);
        if *shard == Shard::WHOLE {
            context.remark(&told(&self.digest));
        }
    }

    fn held(&self, place: Place) -> Result<Held<R>, Failure> {
        let copies: Vec<_> = self.folder.chunk(place)?.into_iter().collect();
        self.agree(place, &copies)
    }

    fn agree(&self, place: Place, copies: &[Vec<u8>]) -> Result<Held<R>, Failure> {
        let label = Label { manifest: &self.manifest, place };
        merge::agree(label, self.layout, self.shard, copies).map_err(|clash| clashing(&clash))
    }

    /// Publishes a chunk, unless another worker did: then it must be the same.
    fn publish(&self, place: Place, rows: &[Numbered<R>]) -> Result<(), Failure> {
        let text = Label { manifest: &self.manifest, place }.render(rows);
        let there = self.folder.chunk(place)?;
        let other = there.filter(|bytes| bytes != text.as_bytes());
        if let Some(other) = other {
            self.agree(place, &[other, text.clone().into_bytes()])?;
        }
        self.folder.keep(place, &text)
    }

    fn done(&mut self, rows: &[Numbered<R>]) {
        for row in rows {
            self.digest.add(row);
        }
        self.ahead.pop_front();
        self.kept += 1;
    }
}

/// Copies that cannot all be right: a broken promise, or files that were mixed up.
pub(super) fn clashing(clash: &Clash) -> Failure {
    let exit = match clash {
        Clash::Differs(_) => Exit::Differs,
        Clash::Foreign(..) => Exit::Usage,
    };
    Failure::new(exit, clash.to_string())
}

/// The digest of all rows, as it is told.
pub(super) fn told(digest: &RowsDigest) -> String {
    format!("digest of {} rows: {}", digest.rows(), digest.value())
}

#[cfg(test)]
mod tests {
    use super::super::Remarks;
    use super::super::arguments::ColorChoice;
    use super::super::colour::Colour;
    use super::super::progress::Mode;
    use super::*;
    use crate::results::{Named, Subject};
    use std::collections::BTreeMap;
    use std::fs;

    /// Five runs of one shard, in chunks of two.
    fn manifest() -> Manifest {
        let number = |number| NonZeroU64::new(number).expect("from 1 on");
        let (file, hash) = ("a.json".to_owned(), "ab".to_owned());
        let subject = Subject {
            command: "test",
            scenarios: vec![Named { file, hash, traces: BTreeMap::new() }],
            seeds: "0..5".parse().expect("a range"),
            settings: BTreeMap::new(),
            experiment: None,
        };
        Manifest::new(subject, Layout { runs: 5, shards: number(1), chunk: number(2) })
    }

    fn keeper(path: &Path) -> Keeper<String> {
        let colour = Colour::choose(ColorChoice::Never);
        let (progress, remarks) = (Mode::Never, Remarks::Hidden);
        let context = Context { line: String::new(), colour, progress, remarks };
        let keeper = Keeper::open(path, &manifest(), Shard::WHOLE, &context);
        keeper.map_err(|failure| failure.message).expect("the folder is ours")
    }

    /// Keeps two rows; the exit status of a failure.
    fn keep(keeper: &mut Keeper<String>, rows: [&str; 2]) -> Result<Flow, Exit> {
        let mut flow = Flow::Continue;
        for (run, row) in (0..).zip(rows) {
            let kept = keeper.keep(Numbered { run, row: row.to_owned() });
            flow = kept.map_err(|failure| failure.exit)?;
        }
        Ok(flow)
    }

    /// Workers of the same shard: what one published, the others must have made too.
    #[test]
    fn what_another_worker_published_must_be_the_same() {
        let place = tempfile::tempdir().expect("a directory to write to");
        let [mut first, mut equal, mut other] = [(), (), ()].map(|()| keeper(place.path()));
        assert_eq!(first.to_make().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert_eq!(keep(&mut first, ["a", "b"]), Ok(Flow::Continue));
        let file = place.path().join("shard-00001-chunk-000000.jsonl");
        let published = fs::read(&file).expect("it is published");
        assert_eq!(keep(&mut equal, ["a", "b"]), Ok(Flow::Continue));
        assert_eq!(keep(&mut other, ["a", "c"]), Err(Exit::Differs));
        assert_eq!(fs::read(&file).expect("it stays"), published);
        let mut later = keeper(place.path());
        assert_eq!(later.to_make().collect::<Vec<_>>(), [2, 3, 4]);
        let resumed = later.resumed().map_err(|failure| failure.message).expect("it is whole");
        assert_eq!(resumed.expect("it is kept").len(), 2);
        assert!(later.check_complete().is_err_and(|failure| failure.exit == Exit::Stopped));
        fs::write(&file, &published[..30]).expect("it can be cut");
        let mut again = keeper(place.path());
        assert_eq!(again.to_make().next(), Some(0));
        assert_eq!(keep(&mut again, ["a", "b"]), Ok(Flow::Continue));
        assert_eq!(fs::read(&file).expect("it is made again"), published);
    }

    /// A chunk that is begun is finished first.
    #[test]
    fn a_signal_ends_it_between_chunks() {
        let place = tempfile::tempdir().expect("a directory to write to");
        let mut keeper = keeper(place.path());
        let row = |run| Numbered { run, row: "a".to_owned() };
        let kept = |flow: Result<Flow, Failure>| flow.map_err(|failure| failure.exit);
        assert_eq!(kept(keeper.keep(row(0))), Ok(Flow::Continue));
        keeper.asked_to_stop.store(true, Ordering::Relaxed);
        assert_eq!(keeper.flow(), Flow::Continue);
        assert_eq!(kept(keeper.keep(row(1))), Ok(Flow::Break));
        assert!(place.path().join("shard-00001-chunk-000000.jsonl").exists());
    }
}
