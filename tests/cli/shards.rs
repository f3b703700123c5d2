//! `check --shard`, `check -o` and `merge`: many machines, one output.

use crate::support::{Ended, Place, SCENARIO, ended};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

/// A scenario of which some seeds fail, beside one that all pass.
fn with_two() -> Place {
    let place = Place::new();
    let some = SCENARIO
        .replace("\"count\": 8", "\"count\": 12, \"reads\": \"50%\"")
        .replace("\"writes.acknowledged\": 8", "\"writes.acknowledged\": \"<= 6\"");
    place.write("some.json", some);
    place
}

const CHECK: [&str; 4] = ["check", "some.json", "small.json", "--seeds=3..20"];

fn check(place: &Place, words: &[&str]) -> Ended {
    place.run(&[&CHECK[..], words].concat())
}

/// Makes these shards of four in a folder, in chunks of three runs.
fn make(place: &Place, folder: &str, shards: &[&str]) {
    for shard in shards {
        let ended = check(place, &["--shard", shard, "-o", folder, "--chunk=3"]);
        assert!(matches!(ended.code, Some(0 | 1)), "{}", ended.stderr);
    }
}

const ALL: [&str; 4] = ["1/4", "2/4", "3/4", "4/4"];

/// The chunks in a folder, by name.
fn chunks(place: &Place, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(place.path(folder)).expect("it can be listed");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    assert!(names.iter().all(|name| !name.contains("partial")), "{names:?}");
    names.retain(|name| name != "manifest.json");
    names.sort();
    names
}

/// The digest that is told on standard error.
fn digest(ended: &Ended) -> &str {
    let line = ended.stderr.lines().find(|line| line.starts_with("digest of "));
    line.unwrap_or_else(|| panic!("{}", ended.stderr))
}

#[test]
fn a_merge_tells_what_one_machine_tells() {
    let place = with_two();
    make(&place, "parts", &ALL);
    let whole = check(&place, &["-o", "whole"]).expect(1);
    assert_eq!(chunks(&place, "parts").len(), 12, "9, 9, 8 and 8 runs in threes");
    for options in [&[][..], &["--format=json"], &["--show=2"], &["--color=always"]] {
        let one = check(&place, options).expect(1);
        let merged = place.run(&[&["merge", "parts"], options].concat()).expect(1);
        assert_eq!(merged.stdout, one.stdout, "{options:?}");
        assert_eq!(digest(&merged), digest(&whole));
        let told = |ended: &Ended| ended.stderr.lines().any(|line| line.ends_with(" runs failed"));
        assert!(told(&one) && told(&merged), "{}", merged.stderr);
    }
    assert_eq!(whole.stdout, check(&place, &[]).stdout);
    check(&place, &["--junit=one.xml"]).expect(1);
    place.run(&["merge", "parts", "--junit=merged.xml"]).expect(1);
    assert_eq!(place.read("merged.xml"), place.read("one.xml"));
    let quiet = place.run(&["merge", "parts", "-q"]).expect(1);
    assert!(quiet.stderr.starts_with("error: "), "{}", quiet.stderr);
    let passing = ["check", "small.json", "--seeds=0..9", "-o", "passing"];
    let passed = place.run(&[&passing[..], &["--shard=1/1"]].concat()).expect(0);
    assert_eq!(place.run(&["merge", "passing"]).expect(0).stdout, passed.stdout);
}

#[test]
fn a_swarm_is_merged_as_it_is_checked() {
    let place = Place::new();
    place.write(
        "swarm.json",
        r#"{ "swarm": true, "clients": [ { "workload": { "count": 20 } } ] }"#,
    );
    let words = ["check", "swarm.json", "--seeds=0..10", "--twice=3", "--limit-events=400"];
    let one = place.run(&[&words[..], &["--format=json"]].concat());
    for shard in ["2/2", "1/2"] {
        place.run(&[&words[..], &["--shard", shard, "-o", "parts"]].concat());
    }
    let merged = place.run(&["merge", "parts", "--format=json"]);
    assert_eq!((merged.code, merged.stdout), (one.code, one.stdout));
}

/// Without a folder a shard is a check of its own.
#[test]
fn a_shard_tells_its_own_runs() {
    let place = with_two();
    let rows = |options: &[&str]| {
        let ended = check(&place, &[&["--format=json"], options].concat());
        ended.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let mut all = rows(&[]);
    all.pop();
    for (place, shard) in ALL.iter().enumerate() {
        let mut part = rows(&["--shard", shard]);
        part.pop();
        let dealt: Vec<_> = all.iter().skip(place).step_by(4).cloned().collect();
        assert_eq!(part, dealt, "{shard}");
    }
    let page = check(&place, &["--shard=2/4", "--show=0"]).stdout;
    assert!(page.contains("  some.json   4 of 17 seeds, "), "{page}");
    assert!(page.contains("pass  small.json  5 of 17 seeds, 0 failed, "), "{page}");
    assert_eq!(check(&place, &["--shard=40/40"]).expect(0).stdout, "0 runs, 0 violations\n");
}

#[test]
fn what_is_missing_is_named_as_an_array_takes_it() {
    let place = with_two();
    make(&place, "parts", &["2/4"]);
    make(&place, "more", &["1/4"]);
    let gaps = place.run(&["merge", "parts"]).expect(4);
    assert_eq!(gaps.stdout, "");
    assert!(gaps.stderr.starts_with("error: 9 of 12 chunks are missing, in 3 of 4 shards\n"));
    assert!(gaps.stderr.contains("\nmissing shards: 1,3-4\n"), "{}", gaps.stderr);
    let gaps = place.run(&["merge", "parts", "more"]).expect(4);
    assert!(gaps.stderr.contains("\nmissing shards: 3-4\n"), "{}", gaps.stderr);
    make(&place, "parts", &["3/4", "4/4"]);
    let merged = place.run(&["merge", "more", "parts"]).expect(1);
    assert_eq!(merged.stdout, check(&place, &[]).stdout);
    let cut = place.path("parts/shard-00003-chunk-000001.jsonl");
    let bytes = fs::read(&cut).expect("it was written");
    fs::write(&cut, &bytes[..bytes.len() - 9]).expect("it can be cut");
    let gaps = place.run(&["merge", "more", "parts"]).expect(4);
    let remark = "shard-00003-chunk-000001.jsonl does not count: it is not whole: ";
    assert!(gaps.stderr.starts_with(remark), "{}", gaps.stderr);
    assert!(gaps.stderr.contains("\nmissing shards: 3\n"), "{}", gaps.stderr);
}

#[test]
fn what_is_kept_is_not_made_again() {
    let place = with_two();
    let words = ["-o", "whole", "--chunk=5"];
    let first = check(&place, &words).expect(1);
    assert!(first.stderr.contains("shard 1/1: 7 chunks in whole/, 0 of them before\n"));
    let names = chunks(&place, "whole");
    let contents =
        || -> Vec<_> { names.iter().map(|name| place.read(&format!("whole/{name}"))).collect() };
    let before = contents();
    let again = check(&place, &words).expect(1);
    assert!(again.stderr.contains("shard 1/1: 7 chunks in whole/, 7 of them before\n"));
    fs::remove_file(place.path("whole").join(&names[0])).expect("it is there");
    fs::remove_file(place.path("whole").join(&names[3])).expect("it is there");
    place.write(&format!("whole/{}", names[6]), &before[6][..40]);
    let mended = check(&place, &words).expect(1);
    assert!(mended.stderr.contains("shard 1/1: 7 chunks in whole/, 4 of them before\n"));
    let remark = format!("whole/{} is made again: it is not whole", names[6]);
    assert!(mended.stderr.contains(&remark), "{}", mended.stderr);
    assert_eq!(contents(), before, "the same runs give the same bytes");
    for ended in [&again, &mended] {
        assert_eq!((&ended.stdout, digest(ended)), (&first.stdout, digest(&first)));
    }
}

/// A run that came to something else, in a chunk that is whole.
#[test]
fn a_duplicate_that_differs_is_an_error() {
    let place = with_two();
    make(&place, "parts", &ALL);
    make(&place, "again", &["3/4"]);
    place.run(&["merge", "parts", "again"]).expect(1);
    let small = r#"{ "clients": [ { "workload": { "count": 1 } } ] }"#;
    place.write("small.json", small);
    make(&place, "other", &["3/4"]);
    let refused = place.run(&["merge", "parts", "other"]).expect(2);
    assert!(refused.stderr.contains("scenarios.1.hash: "), "{}", refused.stderr);
    // The same manifest, by hand: only a broken promise could make such chunks.
    let manifest = place.read("other/manifest.json");
    let moved = place.read("parts/manifest.json");
    place.write("other/manifest.json", &moved);
    let refused = place.run(&["merge", "parts", "other"]).expect(2);
    let sentence = "it is whole, but it is of another manifest or place";
    assert!(refused.stderr.contains(sentence), "{}", refused.stderr);
    assert_ne!(manifest, moved);
}

#[test]
fn other_results_do_not_go_into_the_same_folder() {
    let place = with_two();
    let trace = "time_us,target,offset,length,fsync\n0,v,0,4096,0\n";
    place.write("t.csv", trace);
    place.write("t.json", r#"{ "clients": [ { "workload": { "trace": "t.csv" } } ] }"#);
    let base = ["check", "small.json", "t.json", "--seeds=0..4", "-o", "kept", "--shard=1/2"];
    place.run(&base).expect(0);
    for (from, to, line) in [
        ("--seeds=0..4", "--seeds=0..5", "seeds.last: 3 there, 4 here"),
        ("--shard=1/2", "--shard=1/3", "shards: 2 there, 3 here"),
        ("--shard=1/2", "--shard=1/2 --twice=2", "settings.twice: null there, [\"2\"] here"),
        ("--shard=1/2", "--shard=1/2 --set=name=x", "settings.set: null there, [\"name=x\"] here"),
        ("--shard=1/2", "--shard=1/2 --chunk=9", "chunk: 32 there, 9 here"),
        ("small.json", "some.json", "scenarios.0.file: \"small.json\" there, \"some.json\" here"),
    ] {
        let words = base.iter().flat_map(|word| if *word == from { to } else { word }.split(' '));
        let refused = place.run(&words.collect::<Vec<_>>()).expect(2);
        let sentence =
            "error: kept/manifest.json is about other results, which would not go together";
        assert!(refused.stderr.starts_with(sentence), "{}", refused.stderr);
        assert!(refused.stderr.contains(&format!("\n  {line}\n")), "{}", refused.stderr);
        assert_eq!(refused.stdout, "");
    }
    place.write("t.csv", format!("{trace}9,v,4096,4096,0\n"));
    let refused = place.run(&base).expect(2);
    assert!(refused.stderr.contains("\n  scenarios.1.traces.t.csv: "), "{}", refused.stderr);
    place.write("kept/manifest.json", "{}");
    let refused = place.run(&["merge", "kept"]).expect(2);
    assert!(refused.stderr.contains("kept/manifest.json is no manifest: it names no format"));
    let refused = place.run(&["merge", "nowhere"]).expect(74);
    assert!(refused.stderr.contains("nowhere/manifest.json cannot be read"), "{}", refused.stderr);
    place.run(&["merge"]).expect(2);
}

#[test]
fn a_task_of_an_array_finds_its_shard() {
    let place = with_two();
    let auto = |folder: &str, variable: &str, value: &str| {
        let words = ["--shard=auto", "--shards=4", "-o", folder, "--chunk=3"];
        let mut command = place.command(&[&CHECK[..], &words].concat());
        // What a resubmitted array says of its length is of no interest.
        command.env(variable, value).env("SLURM_ARRAY_TASK_COUNT", "1");
        ended(&mut command)
    };
    make(&place, "given", &["2/4", "3/4"]);
    auto("asked", "SLURM_ARRAY_TASK_ID", "2");
    auto("asked", "JOB_COMPLETION_INDEX", "2");
    assert_eq!(chunks(&place, "asked"), chunks(&place, "given"));
    let refused = auto("asked", "SLURM_ARRAY_TASK_ID", "5").expect(2);
    assert!(refused.stderr.contains("with 4 shards it counts from 1 to 4"), "{}", refused.stderr);
    for (words, sentence) in [
        (&["--shard=auto"][..], "--shard auto: --shards says of how many"),
        (&["--shard=auto", "--shards=4"], "neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX"),
        (&["--shards=4"], "--shards says of how many, and not which one"),
        (&["--shard=1/3", "--shards=4"], "--shard 1/3 is none of --shards 4"),
        (&["--shard=0/4"], "write a shard as I/N"),
        (&["--shard=5/4"], "there is no shard 5 of 4"),
        (&["--shards=0"], "a whole number from 1 on is meant"),
        (&["--chunk=0", "-o", "x"], "a whole number from 1 on is meant"),
        (&["--chunk=4"], "--output <DIR>"),
        (&["--max-fail=1", "-o", "x"], "cannot be used with"),
        (&["--save-failures=f", "-o", "x"], "cannot be used with"),
        (&["--shard=1/2", "--baseline=b", "--update-baseline"], "cannot be used with"),
        (&["--slurm", "-o", "x"], "--shards <N>"),
        (&["--slurm", "--shards=2"], "--output <DIR>"),
        (&["-o", "small.json"], "small.json cannot be written"),
    ] {
        let mut command = place.command(&[&CHECK[..], words].concat());
        command.env_remove("SLURM_ARRAY_TASK_ID").env_remove("JOB_COMPLETION_INDEX");
        let refused = ended(&mut command);
        assert!(matches!(refused.code, Some(2 | 74)), "{words:?} {}", refused.stderr);
        assert!(refused.stderr.contains(sentence), "{words:?} {}", refused.stderr);
    }
}

/// Both make the same chunks at the same time.
#[test]
fn two_workers_do_each_other_no_harm() {
    let place = with_two();
    let words = [&CHECK[..], &["--shard=1/1", "-o", "both", "--chunk=1"]].concat();
    let start = || {
        let mut command = place.command(&words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
    };
    let workers = [start(), start()];
    let outputs = workers.map(|worker| worker.wait_with_output().expect("it ends"));
    for output in &outputs {
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert_eq!(output.stdout, outputs[0].stdout);
    }
    assert_eq!(chunks(&place, "both").len(), 34);
    let merged = place.run(&["merge", "both"]).expect(1);
    assert_eq!(merged.stdout, check(&place, &[]).stdout);
}

/// Starts a check of which nobody reads more than a row, sends it a signal, and gives its end. The
/// signal comes before the full pipe has let the check come to its own.
#[cfg(unix)]
fn signalled(place: &Place, words: &[&str], signal: &str) -> (Option<i32>, String) {
    let mut command = place.command(&[words, &["--format=json"]].concat());
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("it was asked for"));
    stdout.read_line(&mut String::new()).expect("rows come as runs end");
    let told = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(told.expect("there is a kill").success());
    drop(stdout);
    let output = child.wait_with_output().expect("it ends");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A chunk that is begun is finished; after an interrupt only what was finished is kept.
#[cfg(unix)]
#[test]
fn a_worker_that_is_told_to_end_can_go_on_later() {
    let place = Place::new();
    let words = ["check", "small.json", "--seeds=0..2000", "--chunk=7", "-o", "kept", "-j1"];
    let (code, stderr) = signalled(&place, &words, "-TERM");
    assert_eq!(code, Some(75), "{stderr}");
    let kept = chunks(&place, "kept").len();
    assert!((1..285).contains(&kept), "{kept} of 286");
    let sentence = format!("error: stopped: {kept} of 286 chunks of shard 1/1 are in kept/");
    assert!(stderr.starts_with(&sentence), "{stderr}");
    let gaps = place.run(&["merge", "kept"]).expect(4);
    assert!(gaps.stderr.contains("\nmissing shards: 1\n"), "{}", gaps.stderr);
    let (code, stderr) = signalled(&place, &words, "-INT");
    assert_eq!(code, Some(130), "{stderr}");
    let kept = chunks(&place, "kept").len();
    assert!(kept < 286 && !stderr.contains("digest of"), "{kept} of 286: {stderr}");
    let rest = place.run(&words).expect(0);
    let remark = format!("shard 1/1: 286 chunks in kept/, {kept} of them before\n");
    assert!(rest.stderr.contains(&remark), "{}", rest.stderr);
    let merged = place.run(&["merge", "kept"]).expect(0);
    assert_eq!(merged.stdout, place.run(&words[..3]).expect(0).stdout);
}

/// A scheduler that runs what it is given at once.
#[cfg(unix)]
const SBATCH: &str = r#"#!/bin/sh
array=
for word; do case $word in --array=*) array=${word#--array=} ;; esac; done
case $array in 1-3) array='1 2 3' ;; esac
cat > job
echo "$@" >> calls
if [ -z "$array" ]; then sh job >> log 2>&1; fi
for task in $array; do SLURM_ARRAY_TASK_ID=$task sh job >> log 2>&1; done
echo '7;cluster'
"#;

#[cfg(unix)]
#[test]
fn the_script_for_slurm_submits_shards_and_their_merge() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = with_two();
    fs::create_dir(place.path("bin")).expect("a directory");
    place.write("bin/sbatch", SBATCH);
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(place.path("bin/sbatch"), mode).expect("it is ours");
    let words = ["--shards=3", "-o", "it's here", "--jobs=2", "--set=expect.verdict=pass"];
    let words = [&words[..], &["--set", "description=a $HOME `x`", "--chunk=5"]].concat();
    let script = check(&place, &[&words[..], &["--slurm"]].concat()).expect(0).stdout;
    check(&place, &[&words[..], &["--slurm=job.sh"]].concat()).expect(0);
    assert_eq!(place.read("job.sh").lines().count(), script.lines().count());
    for part in ["--signal=B:TERM@60", "--open-mode=append", "--requeue", "--cpus-per-task=2"] {
        assert!(script.contains(part), "{part}\n{script}");
    }
    let submit = |shards: &[&str]| {
        let mut command = Command::new("sh");
        let path = format!("{}:/usr/bin:/bin", place.path("bin").display());
        command.arg("job.sh").args(shards).current_dir(place.path("")).env("PATH", path);
        command.env("MIRRORSIM", env!("CARGO_BIN_EXE_mirrorsim"));
        ended(&mut command)
    };
    let submitted = submit(&[]).expect(0);
    assert_eq!((submitted.stdout.as_str(), submitted.stderr.as_str()), ("shards 7 merge 7\n", ""));
    let calls = place.read("calls");
    assert!(calls.contains("--array=1-3") && calls.contains("--dependency=afterany:7 "), "{calls}");
    let one = check(&place, &words[4..7]).expect(1);
    assert_eq!(place.read("it's here/merged.out"), one.stdout);
    fs::remove_file(place.path("it's here/shard-00002-chunk-000001.jsonl")).expect("it is there");
    submit(&["2"]).expect(0);
    assert!(place.read("calls").contains("--array=2 "), "only what is missing");
    assert_eq!(place.read("it's here/merged.out"), one.stdout);
    let words = ["check", "-", "--slurm", "--shards=2", "-o", "x"];
    let piped = place.run_with(&words, SCENARIO.as_bytes()).expect(2);
    assert!(piped.stderr.contains("a shard has no standard input"), "{}", piped.stderr);
}
