//! The script that submits shards to Slurm as an array of jobs, and the merge after them.

use super::quote;
use std::ffi::OsString;
use std::num::{NonZeroU64, NonZeroUsize};

/// What is submitted.
pub(super) struct Submission<'a> {
    /// The line that asked for the script.
    pub line: &'a str,
    /// The command.
    pub command: &'a str,
    /// How many runs there are.
    pub runs: u64,
    /// In how many shards.
    pub shards: NonZeroU64,
    /// Cores of a shard.
    pub cores: NonZeroUsize,
    /// The folder of the results, as a word.
    pub folder: OsString,
    /// The words of a shard after the program's name, without shard, cores and folder.
    pub worker: Vec<OsString>,
    /// The words of the merge after the program's name and the command, without the folder.
    pub merge: Vec<OsString>,
}

impl Submission<'_> {
    /// The script, for any shell of POSIX.
    pub fn script(&self) -> String {
        let Self { line, command, runs, shards, cores, .. } = self;
        let (worker, merge) = (words(&self.worker), words(&self.merge));
        let folder = words(std::slice::from_ref(&self.folder));
        let folder = folder.trim_start();
        let version = env!("CARGO_PKG_VERSION");
        // A comment is one line.
        let line = line.replace('\n', " ");
        format!(
            "#!/bin/sh
# {runs} runs in {shards} shards as an array of Slurm jobs, and the merge after them.
# mirrorsim {version} wrote this for
#   {line}
#
#   sh THIS             submits every shard
#   sh THIS 2,7,9-12    submits these again: the merge names them if they are missing
#
# MIRRORSIM names the program if it is not on the path. Variables such as SBATCH_PARTITION and
# SBATCH_TIMELIMIT hold for every job. What the merge tells is in the folder, as merged.out.
set -eu
export MIRRORSIM=\"${{MIRRORSIM:-mirrorsim}}\"
export OUT={folder}
export SHARDS={shards}
mkdir -p \"$OUT\"

# A shard that is killed with its node is requeued; near the end of its time, it finishes its chunk.
array=$(sbatch --parsable --export=ALL --job-name=mirrorsim-{command} --array=\"${{1:-1-$SHARDS}}\" \\
  --cpus-per-task={cores} --open-mode=append --requeue --signal=B:TERM@60 \\
  --output=\"$OUT/shard-%a.log\" <<'SHARD'
#!/bin/sh
exec \"$MIRRORSIM\" {command}{worker} --jobs {cores} --shard auto --shards \"$SHARDS\" -o \"$OUT\"
SHARD
)
array=${{array%%;*}}

# Whatever became of the shards: the merge names those that are missing.
merge=$(sbatch --parsable --export=ALL --job-name=mirrorsim-merge --dependency=\"afterany:$array\" \\
  --open-mode=append --requeue --output=\"$OUT/merge.log\" <<'MERGE'
#!/bin/sh
exec \"$MIRRORSIM\" merge{merge} \"$OUT\" > \"$OUT/merged.out\"
MERGE
)
echo \"shards $array merge ${{merge%%;*}}\"
"
        )
    }
}

/// Words as a shell reads them back, each after a blank.
fn words(words: &[OsString]) -> String {
    // The first word of a line is the program's name.
    let line: Vec<_> = std::iter::once("mirrorsim".into()).chain(words.iter().cloned()).collect();
    quote(&line).replacen("mirrorsim", "", 1)
}
