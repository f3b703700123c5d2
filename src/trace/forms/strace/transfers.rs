//! What calls read, write and make durable.

use super::arguments::Arguments;
use super::call::{Call, Places};
use super::files::{Description, Kind};
use super::flags::{OpenFlags, WriteFlags};
use super::names::Named;
use super::processes::Found;
use super::world::{Caller, World};
use crate::trace::RecordKind;
use crate::trace::error::Fault;
use crate::trace::fields::digits;
use crate::trace::parse::{Request, Requests};

impl World {
    /// A call returned this.
    pub(super) fn transfers(
        &mut self,
        caller: Caller,
        call: Call,
        arguments: &Arguments<'_>,
        value: u64,
        out: &mut Requests,
    ) -> Result<(), Fault> {
        let Caller { process, time } = caller;
        if let Call::LeftOut(what) = call {
            out.leave_out(what, time, 0);
            return Ok(());
        }
        if call == Call::TruncateByName {
            out.leave_out("truncations", time, 0);
            let name = self.name(process, arguments, Named::here(0)).unwrap_or_default();
            self.files.named(name).size.set(Some(arguments.bytes(1, "length")?));
            return Ok(());
        }
        let place = match call {
            Call::Copy(descriptor, _) => descriptor,
            Call::Map => 4,
            _ => 0,
        };
        let indirect = matches!(call, Call::Map | Call::Describe(_));
        if indirect && arguments.descriptor(place).is_none() {
            // Memory without a file, or a file by its name.
            return Ok(());
        }
        match self.find(process, arguments, place)? {
            Found::File(description) => {
                self.of_file(time, call, &description, (arguments, value), out)
            }
            Found::Elsewhere => {
                elsewhere(call, (time, value), ["writes to no file", "syncs of no file"], out);
                Ok(())
            }
            Found::Unknown => {
                const WORDS: [&str; 2] = [
                    "writes to files opened before the recording",
                    "syncs of files opened before the recording",
                ];
                elsewhere(call, (time, value), WORDS, out);
                Ok(())
            }
        }
    }

    fn of_file(
        &mut self,
        time: u64,
        call: Call,
        description: &Description,
        (arguments, value): (&Arguments<'_>, u64),
        out: &mut Requests,
    ) -> Result<(), Fault> {
        match call {
            Call::Write(places) => {
                return self.writes(time, places, description, (arguments, value), out);
            }
            Call::Sync => return self.syncs(time, description, out),
            Call::Seek => {
                description.position.set(Some(value));
                if arguments.get(1) == b"0" && arguments.get(2) == b"SEEK_END" {
                    description.file.size.set(Some(value));
                }
            }
            Call::Seek64 => {
                let result = arguments.get(3);
                let result = result.strip_prefix(b"[").and_then(|result| result.strip_suffix(b"]"));
                description.position.set(result.and_then(digits));
            }
            Call::Read => {
                out.leave_out("reads", time, value);
                advance(description, value);
            }
            Call::ReadAt => {
                out.leave_out("reads", time, value);
                if arguments.get(3) == b"-1" {
                    advance(description, value);
                }
            }
            Call::Truncate => {
                out.leave_out("truncations", time, 0);
                description.file.size.set(Some(arguments.bytes(1, "length")?));
            }
            Call::Allocate => allocates(time, description, arguments, out)?,
            Call::Copy(_, offset) => {
                out.leave_out("copies within the kernel", time, value);
                if offset.is_none_or(|place| arguments.get(place) == b"NULL") {
                    advance(description, value);
                }
            }
            Call::Map => maps(time, arguments, out)?,
            Call::Describe(place) => describes(description, arguments.get(place)),
            // The rest is of no descriptor of a file, and told before.
            Call::Open(_)
            | Call::OpenOther
            | Call::OpenPair(_)
            | Call::Close
            | Call::CloseRange
            | Call::Duplicate
            | Call::DuplicateTo
            | Call::Control
            | Call::Fork
            | Call::Execute
            | Call::TruncateByName
            | Call::Remove
            | Call::RemoveAt
            | Call::Rename
            | Call::RenameAt
            | Call::ChangeDirectory
            | Call::LeftOut(_) => {}
        }
        Ok(())
    }

    fn writes(
        &mut self,
        time: u64,
        places: Places,
        description: &Description,
        (arguments, length): (&Arguments<'_>, u64),
        out: &mut Requests,
    ) -> Result<(), Fault> {
        if length == 0 {
            out.leave_out("writes of no bytes", time, 0);
            return Ok(());
        }
        let asked = match places {
            Places::OffsetAndFlags => WriteFlags::read(arguments.get(4)),
            Places::Position | Places::Offset => WriteFlags::default(),
        };
        let offset = match places {
            Places::Position => None,
            Places::OffsetAndFlags if arguments.get(3) == b"-1" => None,
            Places::Offset | Places::OffsetAndFlags => Some(arguments.bytes(3, "offset")?),
        };
        let flags = description.flags.get();
        // Linux appends whatever offset a write to such a file asks for.
        let appends = flags.has(OpenFlags::APPEND) || asked.appends();
        let place = match offset {
            _ if appends => description.file.size.get(),
            Some(offset) => Some(offset),
            None => description.position.get(),
        };
        let start = place.unwrap_or(0);
        let durable = flags.has(OpenFlags::DURABLE) || asked.is_durable();
        let kind = if durable { RecordKind::WriteThrough } else { RecordKind::Write };
        let target = description.file.name.borrow();
        out.take(Request { time, target: &target, offset: start, length, kind })?;
        self.guessed += u64::from(place.is_none());
        description.reaches(start + length);
        if offset.is_none() {
            description.position.set(Some(start + length));
        }
        Ok(())
    }

    fn syncs(&self, time: u64, description: &Description, out: &mut Requests) -> Result<(), Fault> {
        if self.files.is_directory(&description.file) {
            out.leave_out("syncs of directories", time, 0);
            return Ok(());
        }
        let target = description.file.name.borrow();
        out.take(Request { time, target: &target, offset: 0, length: 0, kind: RecordKind::Flush })
    }
}

/// Counts what does not go to a file.
fn elsewhere(
    call: Call,
    (time, value): (u64, u64),
    [writes, syncs]: [&'static str; 2],
    out: &mut Requests,
) {
    match call {
        Call::Write(_) | Call::Copy(..) => out.leave_out(writes, time, value),
        Call::Sync => out.leave_out(syncs, time, 0),
        _ => {}
    }
}

/// The position moves on, if it is known.
fn advance(description: &Description, bytes: u64) {
    let position = description.position.get();
    description.position.set(position.and_then(|position| position.checked_add(bytes)));
}

/// `fallocate(descriptor, mode, offset, length)`.
fn allocates(
    time: u64,
    description: &Description,
    arguments: &Arguments<'_>,
    out: &mut Requests,
) -> Result<(), Fault> {
    let (offset, length) = (arguments.bytes(2, "offset")?, arguments.bytes(3, "length")?);
    let end = offset.checked_add(length);
    let end = end.ok_or(Fault::Rule("offset + length goes beyond 2^64 - 1"))?;
    out.leave_out("allocations", time, length);
    if arguments.get(1) == b"0" {
        description.reaches(end);
    }
    Ok(())
}

/// `mmap(address, length, protection, flags, descriptor, offset)`.
fn maps(time: u64, arguments: &Arguments<'_>, out: &mut Requests) -> Result<(), Fault> {
    let has = |place: usize, wanted: &[u8]| {
        arguments.get(place).split(|&byte| byte == b'|').any(|word| word == wanted)
    };
    let shared = has(3, b"MAP_SHARED") || has(3, b"MAP_SHARED_VALIDATE");
    if has(2, b"PROT_WRITE") && shared {
        let what = "mappings that can write (strace does not show what they write)";
        out.leave_out(what, time, arguments.bytes(1, "length")?);
    }
    Ok(())
}

/// `{st_mode=S_IFREG|0644, st_size=4096, ...}`.
fn describes(description: &Description, said: &[u8]) {
    let value = |name: &[u8]| {
        let begin = said.windows(name.len()).position(|window| window == name)? + name.len();
        let end = said[begin..].iter().position(|byte| !byte.is_ascii_digit())?;
        digits(&said[begin..begin + end])
    };
    if said.starts_with(b"{st_mode=S_IFDIR") {
        description.file.kind.set(Kind::Directory);
    } else if let Some(size) = value(b"st_size=") {
        description.file.size.set(Some(size));
    }
}
