//! Tests of the reader of system calls.

mod names;

use crate::trace::forms::testing::{faults, told};
use crate::trace::import::import_with;
use crate::trace::{Form, Tally};

/// Calls of process 7, a millisecond apart.
fn calls(calls: &[&str]) -> (Vec<String>, Tally) {
    let line = |(at, call): (usize, &&str)| format!("7 1795345217.{at:03}000 {call}\n");
    let (records, tally) =
        told("strace", calls.iter().enumerate().map(line).collect::<Vec<_>>().concat());
    assert_eq!(tally.bad, 0, "{:?}", tally.first_bad);
    (records, tally)
}

/// What is told of these, without its times.
fn requests(of: &[&str]) -> Vec<String> {
    let records = calls(of).0.into_iter();
    records.map(|record| record.split_once(' ').expect("a time and more").1.to_owned()).collect()
}

/// What is left out of these.
fn left_out(of: &[&str]) -> Vec<(&'static str, u64, u64)> {
    calls(of).1.left_out.into_iter().map(|(what, (count, bytes))| (what, count, bytes)).collect()
}

#[test]
fn offsets_follow_opens_seeks_reads_and_writes() {
    let records = requests(&[
        "openat(AT_FDCWD, \"/a\", O_RDWR|O_CREAT|O_TRUNC, 0644) = 3 <0.000009>",
        "write(3, \"\"..., 100) = 60 <0.1>",
        "writev(3, [{iov_base=\"\"..., iov_len=5}, {iov_base=\"\", iov_len=5}], 2) = 10",
        "lseek(3, 4096, SEEK_SET) = 4096",
        "read(3, \"\"..., 50) = 6",
        "write(3, \") = 5, \\\"\"..., 8) = 8",
        "pread64(3, \"\"..., 50, 0) = 50",
        "pwrite64(3, \"\"..., 9, 1000) = 9",
        "pwritev(3, [{iov_base=\"\", iov_len=1}], 1, 2000) = 1",
        "write(3, \"x\", 1) = 1",
        "fsync(3) = 0",
        "_llseek(3, 0, 70, [70], SEEK_SET) = 0",
        "write(3, \"x\", 1) = 1",
        "fdatasync(3) = 0",
        "close(3) = 0",
    ]);
    let expected = [
        "/a 0+60 write",
        "/a 60+10 write",
        "/a 4102+8 write",
        "/a 1000+9 write",
        "/a 2000+1 write",
        "/a 4110+1 write",
        "/a 0+0 flush",
        "/a 70+1 write",
        "/a 0+0 flush",
    ];
    assert_eq!(records, expected);
}

#[test]
fn times_are_those_of_the_calls() {
    let text = "1795345217.000001 creat(\"a\", 0644) = 3\n1795345217.000003 write(3, \"\", 1) = 1\n\
                1795345218.000003 fsync(3) = 0\n";
    assert_eq!(told("strace", text).0, ["0 a 0+1 write", "1000000000 a 0+0 flush"]);
}

#[test]
fn appends_go_to_the_end_of_the_file() {
    let open = "open(\"/log\", O_WRONLY|O_CREAT|O_APPEND, 0600) = 3";
    let records = requests(&[
        open,
        "write(3, \"\", 5) = 5",
        "openat(AT_FDCWD, \"/log\", 0x441, 0600) = 4",
        "write(4, \"\", 7) = 7",
        "pwrite64(3, \"\", 2, 0) = 2",
        "ftruncate(3, 4) = 0",
        "write(3, \"\", 1) = 1",
        "close(3) = 0",
        "close(4) = 0",
        open,
        "write(3, \"\", 1) = 1",
        "unlink(\"/log\") = 0",
        "open(\"/log\", O_WRONLY|O_CREAT|O_APPEND, 0600) = 4",
        "write(4, \"\", 1) = 1",
        "write(3, \"\", 1) = 1",
        "rename(\"/log\", \"/old\") = 0",
        "open(\"/old\", O_WRONLY|O_APPEND) = 5",
        "write(5, \"\", 1) = 1",
        "fcntl(5, F_SETFL, O_RDWR) = 0",
        "write(5, \"\", 1) = 1",
        "pwritev2(5, [], 1, 0, RWF_APPEND|RWF_DSYNC) = 1",
    ]);
    let offsets: Vec<_> = records.iter().map(String::as_str).collect();
    let expected = [
        "/log 0+5 write",
        "/log 5+7 write",
        "/log 12+2 write",
        "/log 4+1 write",
        "/log 5+1 write",
        "/log 0+1 write",
        "/log 6+1 write",
        "/old 1+1 write",
        "/old 2+1 write",
        "/old 3+1 write through",
    ];
    assert_eq!(offsets, expected);
}

#[test]
fn the_end_of_a_file_is_learnt_or_counts_from_0_aloud() {
    let append = "open(\"/log\", O_WRONLY|O_APPEND) = 3";
    let write = "write(3, \"\", 5) = 5";
    for seen in [
        "lseek(3, 0, SEEK_END) = 900",
        "fstat(3, {st_mode=S_IFREG|0644, st_size=900, ...}) = 0",
        "newfstatat(3, \"\", {st_mode=S_IFREG|0644, st_size=900, ...}, AT_EMPTY_PATH) = 0",
        "fallocate(3, 0, 800, 100) = 0",
    ] {
        let (records, tally) = calls(&[append, seen, write]);
        assert!(records[0].ends_with("/log 900+5 write"), "{seen}: {records:?}");
        assert!(tally.notes.is_empty());
    }
    let (records, tally) = calls(&[append, write, write]);
    assert!(records[1].ends_with("/log 5+5 write"), "{records:?}");
    let words = "1 writes went on where the recording does not show: their offsets count from 0";
    assert_eq!(tally.notes, [words]);
}

#[test]
fn durable_writes_are_written_through() {
    let records = requests(&[
        "open(\"/a\", O_WRONLY|O_DSYNC) = 3",
        "pwrite64(3, \"\", 1, 0) = 1",
        "openat2(AT_FDCWD, \"/b\", {flags=O_WRONLY|O_SYNC, mode=0644, resolve=0}, 24) = 4",
        "write(4, \"\", 1) = 1",
        "open(\"/c\", O_WRONLY) = 5",
        "pwritev2(5, [{iov_base=\"\", iov_len=1}], 1, 8, RWF_SYNC) = 1",
        "pwritev2(5, [{iov_base=\"\", iov_len=1}], 1, -1, 0) = 1",
    ]);
    let expected =
        ["/a 0+1 write through", "/b 0+1 write through", "/c 8+1 write through", "/c 0+1 write"];
    assert_eq!(records, expected);
}

#[test]
fn copies_of_a_descriptor_share_their_place() {
    let records = requests(&[
        "creat(\"/a\", 0644) = 3",
        "dup(3) = 4",
        "write(3, \"\", 10) = 10",
        "write(4, \"\", 10) = 10",
        "dup2(4, 1) = 1",
        "fcntl(1, F_DUPFD_CLOEXEC, 10) = 10",
        "close(3) = 0",
        "close_range(4, 4, 0) = 0",
        "write(10, \"\", 10) = 10",
        "execve(\"/bin/x\", [\"x\"], 0x7f /* 9 vars */) = 0",
        "write(1, \"\", 10) = 10",
        "write(10, \"\", 10) = 10",
        "write(4, \"\", 10) = 10",
        "dup2(1, 1) = 1",
        "write(1, \"\", 10) = 10",
    ]);
    let offsets: Vec<_> = records.iter().map(|record| record.split(' ').nth(1)).collect();
    assert_eq!(offsets, ["0+10", "10+10", "20+10", "30+10", "40+10"].map(Some));
}

#[test]
fn children_copy_descriptors_and_threads_share_them() {
    let line = |process: u32, call: &str| format!("{process} 1795345217.5 {call}\n");
    let (records, tally) = told(
        "strace",
        line(7, "creat(\"/a\", 0644) = 3")
            + &line(7, "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 8")
            + &line(8, "write(3, \"\", 10) = 10")
            + &line(8, "close(3) = 0")
            + &line(7, "write(3, \"\", 10) = 10")
            // The thread speaks before the call that made it returns.
            + &line(7, "clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD} <unfinished ...>")
            + &line(9, "write(3, \"\", 10) = 10")
            + &line(9, "dup(3) = 5")
            + &line(7, "<... clone3 resumed> => {parent_tid=[9]}, 88) = 9")
            + &line(7, "write(5, \"\", 10) = 10")
            + &line(9, "+++ exited with 0 +++")
            + &line(7, "write(5, \"\", 10) = 10")
            + &line(8, "write(3, \"\", 10) = 10"),
    );
    let offsets: Vec<_> = records.iter().map(|record| record.split(' ').nth(2)).collect();
    assert_eq!(offsets, ["0+10", "10+10", "20+10", "30+10", "40+10"].map(Some));
    assert_eq!(tally.left_out["writes to files opened before the recording"], (1, 10));
}

#[test]
fn interrupted_lines_are_put_together_by_process() {
    let (records, tally) = told(
        "strace",
        "7 1795345217.000001 creat(\"/a\", 0644) = 3\n\
         7 1795345217.000002 clone(flags=CLONE_FILES) = 8\n\
         7 1795345217.000003 pwrite64(3, \"x <unfinished ...>\", 18, 100 <unfinished ...>\n\
         8 1795345217.000004 pwrite64(3, \"\"..., 4, 200 <unfinished ...>\n\
         7 1795345217.000005 <... pwrite64 resumed>) = 18 <0.000003>\n\
         8 1795345217.000006 <... pwrite64 resumed>) = 3 <0.000003>\n\
         9 1795345217.000007 <... fsync resumed>) = 0\n\
         8 1795345217.000008 fsync(3 <unfinished ...>\n\
         7 1795345217.000009 read(0,  <unfinished ...>\n\
         8 1795345217.000010 +++ killed by SIGKILL +++\n\
         7 1795345217.000011 fdatasync(3 <unfinished ...>\n",
    );
    assert_eq!(records, ["0 /a 100+18 write", "1000 /a 200+3 write"]);
    assert_eq!(tally.left_out["unfinished calls"], (2, 0));
    assert_eq!(tally.left_out["calls begun before the recording"], (1, 0));
    assert_eq!(tally.bad, 0);
}

#[test]
fn with_y_the_paths_are_true() {
    let records = requests(&[
        "write(5</log>, \"\", 5) = 5",
        "openat(AT_FDCWD</here>, \"x\", O_WRONLY|O_CREAT, 0644) = 3</here/x>",
        "write(3</here/x>, \"\", 5) = 5",
        // 4 was made by a call that was not recorded, and so was what 3 is now.
        "write(4</here/x>, \"\", 5) = 5",
        "pwrite64(3</here/y>, \"\", 5, 9) = 5",
        "pwrite64(3</here/y>(deleted), \"\", 5, 14) = 5",
        "write(1</dev/pts/0<char 136:0>>, \"\", 5) = 5",
        "fsync(4</here/x>) = 0",
    ]);
    let expected = [
        "/log 0+5 write",
        "/here/x 0+5 write",
        "/here/x 5+5 write",
        "/here/y 9+5 write",
        "/here/y 14+5 write",
        "/here/x 0+0 flush",
    ];
    assert_eq!(records, expected);
}

#[test]
fn preadv2_reads_at_its_offset_or_where_the_descriptor_stands() {
    let records = requests(&[
        "creat(\"/a\", 0644) = 3",
        "preadv2(3, [{iov_base=\"\"..., iov_len=100}], 1, -1, 0) = 70",
        "write(3, \"\", 5) = 5",
        "preadv2(3, [{iov_base=\"\"..., iov_len=100}], 1, 0, RWF_HIPRI) = 100",
        "write(3, \"\", 5) = 5",
    ]);
    assert_eq!(records, ["/a 70+5 write", "/a 75+5 write"]);
}

#[test]
fn a_thread_that_begins_another_program_becomes_its_process() {
    for (left, flags) in
        [("<pid changed to 100 ...>", "CLONE_FILES|CLONE_THREAD"), ("<unfinished ...>", "0")]
    {
        let text = [
            "100 1700000000.1 openat(AT_FDCWD, \"/a\", O_RDWR|O_CREAT, 0644) = 3\n",
            "100 1700000000.1 openat(AT_FDCWD, \"/b\", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 4\n",
            &format!("100 1700000000.2 clone(child_stack=0x7f, flags={flags}) = 101\n"),
            "101 1700000000.2 dup(3) = 9\n",
            "100 1700000000.3 fsync(3 <unfinished ...>\n",
            &format!("101 1700000000.3 execve(\"/bin/x\", [\"x\"], 0x7f /* 5 vars */ {left}\n"),
            "100 1700000000.4 +++ superseded by execve in pid 101 +++\n",
            "100 1700000000.5 <... execve resumed>) = 0\n",
            "100 1700000000.6 write(3, \"\"..., 20) = 20\n",
            "100 1700000000.6 write(9, \"\"..., 5) = 5\n",
            "100 1700000000.6 write(4, \"\"..., 20) = 20\n",
            "100 1700000000.8 +++ exited with 0 +++\n",
        ];
        let (records, tally) = told("strace", text.concat());
        assert_eq!(tally.bad, 0, "{:?}", tally.first_bad);
        assert_eq!(records, ["300000000 /a 0+20 write", "300000000 /a 20+5 write"], "{left}");
        assert_eq!(tally.left_out["unfinished calls"], (1, 0));
        assert_eq!(tally.left_out["writes to files opened before the recording"], (1, 20));
    }
}

#[test]
fn names_of_programs_behind_processes_are_dropped() {
    let (records, tally) = told(
        "strace",
        "100<a program>  1700000000.000001 creat(\"/a\", 0644) = 3\n\
         100<a program>  1700000000.000002 clone(flags=SIGCHLD <unfinished ...>\n\
         [pid 101<x>] 1700000000.000003 write(3, \"\"..., 20) = 20\n\
         101<x> 1700000000.000003 dup(3) = 4\n\
         100<a program>  1700000000.000004 <... clone resumed>) = 101<x>\n\
         101<x> 1700000000.000006 write(4, \"\"..., 5) = 5\n",
    );
    assert_eq!(tally.bad, 0, "{:?}", tally.first_bad);
    assert_eq!(records, ["0 /a 0+20 write", "3000 /a 20+5 write"]);
}

#[test]
fn what_is_no_write_to_a_file_is_counted() {
    let file = "openat(AT_FDCWD, \"/d/a\", O_RDWR) = 3";
    assert_eq!(
        left_out(&[
            file,
            "write(3, \"\", 5) = -1 ENOSPC (No space left on device)",
            "fsync(3) = -1 EIO (x)"
        ]),
        [("failed calls", 2, 0)]
    );
    assert_eq!(
        left_out(&[
            "pipe2([4, 5], O_CLOEXEC) = 0",
            "write(5, \"\", 5) = 5",
            "socket(AF_INET, SOCK_STREAM, 0) = 6",
            "write(6, \"\", 5) = 5",
            "openat(AT_FDCWD, \"/dev/null\", O_WRONLY) = 7",
            "write(7, \"\", 5) = 5",
            "write(8<socket:[1]>, \"\", 5) = 5",
            "fsync(9</dev/pts/0>) = 0",
        ]),
        [("syncs of no file", 1, 0), ("writes to no file", 4, 20)]
    );
    assert_eq!(
        left_out(&["write(1, \"\", 5) = 5", "fsync(9) = 0"]),
        [
            ("syncs of files opened before the recording", 1, 0),
            ("writes to files opened before the recording", 1, 5)
        ]
    );
    assert_eq!(
        left_out(&[
            file,
            "openat(AT_FDCWD, \"/d\", O_RDONLY|O_CLOEXEC) = 4",
            "fsync(4) = 0",
            "open(\"/e\", O_RDONLY|O_DIRECTORY) = 5",
            "fsync(5) = 0",
        ]),
        [("syncs of directories", 2, 0)]
    );
    assert_eq!(
        left_out(&[
            file,
            "ftruncate(3, 9) = 0",
            "truncate(\"/d/a\", 8) = 0",
            "fallocate(3, FALLOC_FL_PUNCH_HOLE, 0, 4096) = 0",
            "copy_file_range(4, NULL, 3, NULL, 100, 0) = 70",
            "sendfile(3, 4, NULL, 100) = 30",
            "sync_file_range(3, 0, 0, SYNC_FILE_RANGE_WRITE) = 0",
            "sync() = 0",
            "msync(0x7f, 4096, MS_SYNC) = 0",
            "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0x7f0000",
            "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE, 3, 0) = 0x7f0000",
            "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0) = 0x7f0000",
            "io_uring_enter(5, 1, 0, 0, NULL, 8) = 1",
            "write(3, \"\", 0) = 0",
        ]),
        [
            ("allocations", 1, 4096),
            ("calls of AIO and io_uring (strace does not show what they write)", 1, 0),
            ("copies within the kernel", 2, 100),
            ("mappings that can write (strace does not show what they write)", 1, 8192),
            ("syncs of mapped memory", 1, 0),
            ("syncs of ranges (which make nothing durable)", 1, 0),
            ("syncs of whole file systems", 1, 0),
            ("truncations", 2, 0),
            ("writes of no bytes", 1, 0),
        ]
    );
}

#[test]
fn what_strace_prints_itself_is_silent() {
    let (records, tally) = told(
        "strace",
        "1795345217.1 creat(\"/a\", 0644) = 3\n\
         1795345217.2 clone(child_stack=NULL, flags=SIGCHLD) = 8\n\
         strace: Process 8 attached\n\
         [pid     8] 1795345217.3 write(3, \"\", 5) = 5\n\
         [pid     7] 1795345217.4 write(3, \"\", 5) = 5\n\
         [pid     8] 1795345217.5 +++ exited with 0 +++\n\
         1795345217.6 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED} ---\n\
         1795345217.7 write(3, \"\", 5) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)\n\
         1795345217.7 write(3, \"\", 5) = 5\n\
         1795345217.8 exit_group(0) = ?\n\
         1795345217.9 +++ exited with 0 +++\n",
    );
    let offsets: Vec<_> = records.iter().map(|record| record.split(' ').nth(2)).collect();
    assert_eq!(offsets, ["0+5", "5+5", "10+5"].map(Some));
    assert_eq!((tally.bad, tally.left_out.len()), (0, 0), "{:?}", tally.first_bad);
}

#[test]
fn each_broken_line_is_named() {
    let call = |call: &str| format!("7 1795345217.5 {call}");
    let broken = [
        ("write(3", "is cut off: a call ends with `) = result`"),
        ("write(3, \"abc", "opens a quote that it does not close"),
        ("write(3</a", "is cut off within the path of a descriptor"),
        ("write(3, \"\", 5)", "result \"\" is not `= value`"),
        ("write(3, \"\", 5) = 99999999999999999999", "is not `= value`"),
        ("write(x, \"\", 5) = 5", "descriptor \"x\" is none"),
        ("pwrite64(3</a>, \"\", 5, -9) = 5", "offset \"-9\" is not a number of bytes"),
        ("pwrite64(3</a>, \"\", 5, 18446744073709551615) = 5", "goes beyond 2^64"),
        ("fallocate(3</a>, 0, 18446744073709551615, 5) = 0", "goes beyond 2^64"),
        ("open(\"/a\", O_RDONLY) = 4294967296", "is no descriptor"),
        ("what is this", "is no call: `name(arguments) = result`"),
        ("<... write", "is no call"),
        ("write(3, \"\0\", 5) = 5", "holds the control character"),
    ];
    for (broken, words) in broken {
        faults("strace", &[(&call(broken), words)]);
    }
    faults(
        "strace",
        &[
            ("7 17:04:05 write(3, \"\", 5) = 5", "is a time of day: record with `strace -f -ttt`"),
            ("17:04:05.5 write(3, \"\", 5) = 5", "is a time of day: record with `strace -f -ttt`"),
            ("7     0.000123 write(3, \"\", 5) = 5", "is a time since the last call"),
            ("write(3, \"\", 5) = 5", "stands where the time must: record with `-ttt`"),
            ("7 99999999999.5 write(3, \"\", 5) = 5", "is later than 2^64 ns"),
            ("4294967296 1795345217.5 fsync(3) = 0", "process \"4294967296\" is no number"),
            ("[pid 7 1795345217.5 fsync(3) = 0", "opens `[pid ` without its `]`"),
        ],
    );
}

/// What becomes of so many lines that telling each request would take its time.
fn tally(lines: impl Iterator<Item = String>) -> Tally {
    let text = lines.collect::<Vec<_>>().concat();
    import_with(text.as_bytes(), Some(Form::Strace), 1 << 20).expect("a good trace").tally
}

#[test]
fn open_descriptors_have_a_bound() {
    let opens = (1..=1024).map(|number| format!("7 1795345217.5 dup(0<socket:[1]>) = {number}\n"));
    let forks = (8..1036).map(|child| format!("7 1795345217.5 fork() = {child}\n"));
    let tally = tally(opens.chain(forks));
    assert_eq!(tally.bad, 5, "the process and 1023 children have 1024 each");
    assert!(tally.first_bad[0].ends_with("opens one descriptor too many: 2^20 are open at a time"));
}

#[test]
fn processes_have_a_bound() {
    let line = |process: u32| format!("{process} 1795345217.5 fsync(3</a>) = 0\n");
    let tally = tally((1..=(1 << 18) + 5).chain([1, 1, 1]).map(line));
    assert_eq!((tally.bad, tally.flushes), (5, (1 << 18) + 3));
    assert!(tally.first_bad[0].ends_with("is of one process too many: 2^18 did not end yet"));
}
