//! SCSI commands by their operation code (SBC-4), as far as a mirror is concerned.

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::trace) enum Command {
    /// Writes its bytes.
    Write,
    /// SYNCHRONIZE CACHE.
    Flush,
    /// Changes nothing on disk, or the trace does not tell what: its name in the plural.
    LeftOut(&'static str),
}

/// The command of this operation code.
pub(in crate::trace) const fn command(code: u8) -> Command {
    match code {
        // WRITE (6), (10), (12), (16), and WRITE AND VERIFY (10), (12), (16).
        0x0a | 0x2a | 0xaa | 0x8a | 0x2e | 0xae | 0x8e => Command::Write,
        0x35 | 0x91 => Command::Flush,
        0x08 | 0x28 | 0xa8 | 0x88 => Command::LeftOut("reads"),
        0x42 => Command::LeftOut("unmaps"),
        // Among them WRITE SAME, whose record tells the bytes of one block and not how many.
        _ => Command::LeftOut("other commands"),
    }
}
