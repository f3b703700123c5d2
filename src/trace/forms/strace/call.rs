//! The calls that matter, by what they do.

/// A call that changes files, or what is known of descriptors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// Opens a file.
    Open(Opens),
    /// Returns a descriptor of no file.
    OpenOther,
    /// Returns two of them in an array, which is the argument of this place.
    OpenPair(usize),
    Close,
    CloseRange,
    /// Returns a copy of a descriptor.
    Duplicate,
    /// Makes its second argument a copy.
    DuplicateTo,
    /// `fcntl`.
    Control,
    /// Makes a process or thread.
    Fork,
    /// Begins another program.
    Execute,
    Seek,
    /// The position is not the result but an argument.
    Seek64,
    /// Reads where the descriptor stands.
    Read,
    /// Reads at the offset that is the fourth argument; at -1 as `Read`.
    ReadAt,
    Write(Places),
    Sync,
    Truncate,
    TruncateByName,
    Allocate,
    /// Moves bytes without showing them; the arguments of these places are the destination's
    /// descriptor and its offset.
    Copy(usize, Option<usize>),
    /// Maps a file into memory.
    Map,
    Remove,
    RemoveAt,
    Rename,
    RenameAt,
    /// Goes to another directory.
    ChangeDirectory,
    /// Tells of a file; the argument of this place says what.
    Describe(usize),
    /// Is left out under these words.
    LeftOut(&'static str),
}

/// Where the arguments of a call that opens stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opens {
    /// `open(name, flags)`.
    Name,
    /// `openat(directory, name, flags)`; `openat2` has its flags in a structure.
    At,
    /// `creat(name, mode)`.
    Create,
}

/// Where a write goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Places {
    /// Where the descriptor stands.
    Position,
    /// To the offset that is the fourth argument.
    Offset,
    /// The same, and a fifth argument with flags.
    OffsetAndFlags,
}

const ASYNCHRONOUS: &str = "calls of AIO and io_uring (strace does not show what they write)";

impl Call {
    /// The call of this name, if it matters.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"open" | b"open64" => Self::Open(Opens::Name),
            b"openat" | b"openat2" => Self::Open(Opens::At),
            b"creat" => Self::Open(Opens::Create),
            b"socket" | b"accept" | b"accept4" | b"eventfd" | b"eventfd2" | b"epoll_create"
            | b"epoll_create1" | b"memfd_create" | b"timerfd_create" | b"signalfd"
            | b"signalfd4" | b"inotify_init" | b"inotify_init1" | b"io_uring_setup"
            | b"pidfd_open" | b"perf_event_open" | b"userfaultfd" | b"fanotify_init" | b"bpf" => {
                Self::OpenOther
            }
            b"pipe" | b"pipe2" => Self::OpenPair(0),
            b"socketpair" => Self::OpenPair(3),
            b"close" => Self::Close,
            b"close_range" => Self::CloseRange,
            b"dup" => Self::Duplicate,
            b"dup2" | b"dup3" => Self::DuplicateTo,
            b"fcntl" | b"fcntl64" => Self::Control,
            b"fork" | b"vfork" | b"clone" | b"clone3" => Self::Fork,
            b"execve" | b"execveat" => Self::Execute,
            b"lseek" => Self::Seek,
            b"_llseek" | b"llseek" => Self::Seek64,
            b"read" | b"readv" => Self::Read,
            b"pread64" | b"pread" | b"preadv" | b"preadv2" => Self::ReadAt,
            b"write" | b"writev" => Self::Write(Places::Position),
            b"pwrite64" | b"pwrite" | b"pwritev" => Self::Write(Places::Offset),
            b"pwritev2" => Self::Write(Places::OffsetAndFlags),
            b"fsync" | b"fdatasync" => Self::Sync,
            b"ftruncate" | b"ftruncate64" => Self::Truncate,
            b"truncate" | b"truncate64" => Self::TruncateByName,
            b"fallocate" => Self::Allocate,
            b"copy_file_range" => Self::Copy(2, Some(3)),
            b"splice" => Self::Copy(2, Some(3)),
            b"sendfile" | b"sendfile64" => Self::Copy(0, None),
            b"mmap" | b"mmap2" => Self::Map,
            b"unlink" => Self::Remove,
            b"unlinkat" => Self::RemoveAt,
            b"rename" => Self::Rename,
            b"renameat" | b"renameat2" => Self::RenameAt,
            b"chdir" | b"fchdir" => Self::ChangeDirectory,
            b"fstat" | b"fstat64" => Self::Describe(1),
            b"newfstatat" | b"fstatat64" => Self::Describe(2),
            b"sync" | b"syncfs" => Self::LeftOut("syncs of whole file systems"),
            b"sync_file_range" | b"sync_file_range2" => {
                Self::LeftOut("syncs of ranges (which make nothing durable)")
            }
            b"msync" => Self::LeftOut("syncs of mapped memory"),
            b"io_submit" | b"io_uring_enter" | b"io_uring_enter2" => Self::LeftOut(ASYNCHRONOUS),
            _ => return None,
        })
    }

    /// Whether it is a request for storage: then it counts even if it came to nothing.
    pub(super) const fn is_request(self) -> bool {
        matches!(self, Self::Write(_) | Self::Sync | Self::LeftOut(_))
    }
}
