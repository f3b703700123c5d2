//! Tests of names: which file a call is of.

use super::{left_out, requests};

#[test]
fn relative_names_are_those_that_y_shows() {
    let open = "openat(AT_FDCWD</d>, \"log\", O_WRONLY|O_CREAT|O_APPEND, 0644) = 3</d/log>";
    let first = [open, "write(3</d/log>, \"\", 1000) = 1000", "close(3</d/log>) = 0"];
    for removes in ["unlinkat(AT_FDCWD</d>, \"log\", 0) = 0", "unlinkat(5</d>, \"./log\", 0) = 0"] {
        let again = [removes, open, "write(3</d/log>, \"\", 10) = 10"];
        let records = requests(&[first, again].concat());
        assert_eq!(records, ["/d/log 0+1000 write", "/d/log 0+10 write"], "{removes}");
    }
    for renames in [
        "rename(\"log\", \"log.1\") = 0",
        "renameat(AT_FDCWD</d>, \"log\", AT_FDCWD</d>, \"log.1\") = 0",
        "renameat2(5</d>, \"log\", 6</d/e>, \"../log.1\", 0) = 0",
    ] {
        let records = requests(&[
            "openat(AT_FDCWD</d>, \"log\", O_WRONLY|O_CREAT, 0644) = 3</d/log>",
            "write(3</d/log>, \"\", 10) = 10",
            renames,
            "write(3</d/log.1>, \"\", 20) = 20",
            open,
            "write(3</d/log>, \"\", 5) = 5",
        ]);
        let expected = ["/d/log 0+10 write", "/d/log.1 10+20 write", "/d/log 0+5 write"];
        assert_eq!(records, expected, "{renames}");
    }
}

#[test]
fn where_a_process_stands_is_followed() {
    let write = "write(3, \"\", 5) = 5";
    let file = |name: &str| format!("{name} 0+5 write");
    for (stands, name) in [
        (&["chdir(\"/d\") = 0"][..], "/d/x"),
        (&["chdir(\"/d\") = 0", "chdir(\"e\") = 0", "fork() = 8"], "/d/e/x"),
        (&["open(\"/d\", O_RDONLY|O_DIRECTORY) = 4", "fchdir(4) = 0"], "/d/x"),
        (&["fchdir(4</d>) = 0"], "/d/x"),
        (&["open(\"y\", O_RDONLY) = 4</d/y>"], "/d/x"),
        (&["open(\"/y\", O_RDONLY) = 4</d/y>"], "x"),
        (&["chdir(\"/d\") = 0", "fchdir(9) = 0"], "x"),
        (&["chdir(\"/d\") = 0", "execve(\"/x\", [], 0x7f) = 0"], "/d/x"),
    ] {
        let records = requests(&[stands, &["creat(\"x\", 0644) = 3", write]].concat());
        assert_eq!(records, [file(name)], "{stands:?}");
    }
}

#[test]
fn files_in_directories_and_files_without_a_name_are_apart() {
    let tells = [
        "openat(AT_FDCWD, \"/d1\", O_RDONLY|O_DIRECTORY) = 3",
        "openat(AT_FDCWD, \"d2\", O_RDONLY|O_PATH) = 4",
        "openat(3, \"f\", O_RDWR|O_CREAT, 0644) = 5",
        "openat(4, \"f\", O_RDWR|O_CREAT, 0644) = 6",
        "write(5, \"\", 100) = 100",
        "write(6, \"\", 100) = 100",
        "openat(AT_FDCWD, \"/tmp\", O_RDWR|O_TMPFILE, 0600) = 7",
        "open(\"/tmp\", 0x410002, 0600) = 8",
        "openat(AT_FDCWD, \"/tmp/x\", O_RDWR|O_CREAT, 0600) = 9",
        "write(7, \"\", 10) = 10",
        "write(8, \"\", 10) = 10",
        "fsync(7) = 0",
        "open(\"/tmp\", O_RDWR|O_TMPFILE|O_APPEND, 0600) = 10</tmp/#5 (deleted)>",
        "write(10</tmp/#5>(deleted), \"\", 10) = 10",
        "fsync(10</tmp/#5>(deleted)) = 0",
        // The inode's number is used again.
        "open(\"/tmp\", O_RDWR|O_TMPFILE|O_APPEND, 0600) = 10</tmp/#5>(deleted)",
        "write(10</tmp/#5>(deleted), \"\", 20) = 20",
        // The kernel's files are none on storage.
        "open(\"/proc/1\", O_RDONLY|O_DIRECTORY) = 11",
        "openat(11, \"oom_adj\", O_WRONLY) = 12",
        "write(12, \"\", 2) = 2",
    ];
    let expected = [
        "/d1/f 0+100 write",
        "d2/f 0+100 write",
        "/tmp/#tmpfile1 0+10 write",
        "/tmp/#tmpfile2 0+10 write",
        "/tmp/#tmpfile1 0+0 flush",
        "/tmp/#5 0+10 write",
        "/tmp/#5 0+0 flush",
        "/tmp/#5 0+20 write",
    ];
    assert_eq!(requests(&tells), expected);
    assert_eq!(left_out(&tells), [("writes to no file", 1, 2)]);
}
