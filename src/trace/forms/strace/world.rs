//! What calls do to descriptors and files.

use super::arguments::{Arguments, Descriptor, Outcome, path};
use super::call::{Call, Opens};
use super::files::{Files, is_storage, is_storage_path};
use super::flags::OpenFlags;
use super::names::Named;
use super::processes::{Descriptors, Found, Leads, OnExec, Processes};
use crate::trace::error::Fault;
use crate::trace::fields::digits;
use crate::trace::parse::Requests;

/// All that is known of processes and files.
#[derive(Debug, Default)]
pub(super) struct World {
    pub processes: Processes,
    pub files: Files,
    /// Writes whose offset counts from 0, since where they went on was not seen.
    pub guessed: u64,
}

/// Who calls, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller {
    pub process: u32,
    /// Nanoseconds since 1970.
    pub time: u64,
}

impl World {
    /// A call came to its end.
    pub(super) fn perform(
        &mut self,
        caller: Caller,
        call: Call,
        arguments: &Arguments<'_>,
        out: &mut Requests,
    ) -> Result<(), Fault> {
        let Outcome::Value(value, shown) = arguments.outcome else {
            return self.came_to_nothing(caller, call, arguments, out);
        };
        let process = caller.process;
        match call {
            Call::Open(opens) => self.opens(process, opens, arguments, (value, shown)),
            Call::OpenOther => self.leads(process, value, Some((Leads::Elsewhere, OnExec::Stays))),
            Call::OpenPair(place) => self.opens_pair(process, arguments.get(place)),
            Call::Close => self.closes(process, arguments),
            Call::CloseRange => self.closes_range(process, arguments),
            Call::Duplicate => self.duplicates(process, arguments, value, OnExec::Stays),
            Call::DuplicateTo => {
                let on_exec = on_exec(OpenFlags::read(arguments.get(2)));
                self.duplicates(process, arguments, value, on_exec)
            }
            Call::Control => self.controls(process, arguments, value),
            Call::Fork => {
                let child = u32::try_from(value).ok().filter(|&child| child > 0);
                child.map_or(Ok(()), |child| self.forks(process, child, arguments.text))
            }
            Call::Execute => {
                self.processes.executes(process);
                Ok(())
            }
            Call::Remove => {
                self.forgets(process, arguments, Named::here(0));
                Ok(())
            }
            Call::RemoveAt => {
                self.forgets(process, arguments, Named::at(0));
                Ok(())
            }
            Call::Rename => {
                self.renames(process, arguments, [Named::here(0), Named::here(1)]);
                Ok(())
            }
            Call::RenameAt => {
                self.renames(process, arguments, [Named::at(0), Named::at(2)]);
                Ok(())
            }
            Call::ChangeDirectory => {
                self.changes_directory(process, arguments);
                Ok(())
            }
            Call::Seek
            | Call::Seek64
            | Call::Read
            | Call::ReadAt
            | Call::Write(_)
            | Call::Sync
            | Call::Truncate
            | Call::TruncateByName
            | Call::Allocate
            | Call::Copy(..)
            | Call::Map
            | Call::Describe(_)
            | Call::LeftOut(_) => self.transfers(caller, call, arguments, value, out),
        }
    }

    fn came_to_nothing(
        &mut self,
        Caller { process, time }: Caller,
        call: Call,
        arguments: &Arguments<'_>,
        out: &mut Requests,
    ) -> Result<(), Fault> {
        match call {
            // Even a close that fails has closed.
            Call::Close => return self.closes(process, arguments),
            // What is begun again is told when it ends.
            _ if arguments.outcome == Outcome::Nothing => {}
            _ if call.is_request() => out.leave_out("failed calls", time, 0),
            _ => {}
        }
        Ok(())
    }

    /// What the descriptor at this place of the arguments leads to.
    pub(super) fn find(
        &mut self,
        process: u32,
        arguments: &Arguments<'_>,
        place: usize,
    ) -> Result<Found, Fault> {
        let descriptor = descriptor(arguments, place)?;
        self.processes.find(process, descriptor, &mut self.files)
    }

    fn opens(
        &mut self,
        process: u32,
        opens: Opens,
        arguments: &Arguments<'_>,
        (number, shown): (u64, Option<&[u8]>),
    ) -> Result<(), Fault> {
        let (places, flags) = match opens {
            Opens::Name => (Named::here(0), OpenFlags::read(arguments.get(1))),
            Opens::At => (Named::at(0), OpenFlags::read(of_structure(arguments.get(2)))),
            Opens::Create => (Named::here(0), OpenFlags::TRUNCATE),
        };
        let given = self.name(process, arguments, places).filter(|name| is_storage(name));
        let name = match shown.and_then(path) {
            Some(path) => {
                if let (None, Some(given)) = (places.directory, arguments.string(places.name)) {
                    self.learns(process, &given, &path.name);
                }
                is_storage_path(&path).then_some(path.name)
            }
            None if flags.has(OpenFlags::TEMPORARY) => {
                given.map(|directory| self.files.temporary_name(&directory))
            }
            None => given,
        };
        let leads = match name {
            Some(name) => Leads::ToFile(self.files.opened(name, flags)),
            None => Leads::Elsewhere,
        };
        self.leads(process, number, Some((leads, on_exec(flags))))
    }

    fn opens_pair(&self, process: u32, pair: &[u8]) -> Result<(), Fault> {
        let numbers = pair.strip_prefix(b"[").and_then(|pair| pair.strip_suffix(b"]"));
        for number in numbers.unwrap_or_default().split(|&byte| byte == b',') {
            let number = number.trim_ascii();
            let end = number.iter().position(|byte| !byte.is_ascii_digit());
            if let Some(number) = digits(&number[..end.unwrap_or(number.len())]) {
                self.leads(process, number, Some((Leads::Elsewhere, OnExec::Stays)))?;
            }
        }
        Ok(())
    }

    fn leads(&self, process: u32, number: u64, slot: Option<(Leads, OnExec)>) -> Result<(), Fault> {
        let number = u32::try_from(number).ok().filter(|&number| number < 1 << 30);
        let number = number.ok_or(Fault::Rule("returns a number that is no descriptor"))?;
        self.processes.leads(process, number, slot)
    }

    fn closes(&self, process: u32, arguments: &Arguments<'_>) -> Result<(), Fault> {
        // `close(-1)` fails.
        let Some(Descriptor { number, .. }) = arguments.descriptor(0) else { return Ok(()) };
        self.processes.leads(process, number, None)
    }

    fn closes_range(&self, process: u32, arguments: &Arguments<'_>) -> Result<(), Fault> {
        let first = descriptor(arguments, 0)?.number;
        // The last may be `~0U`.
        let last = arguments.descriptor(1).map_or(u32::MAX, |last| last.number);
        if !arguments.get(2).windows(7).any(|word| word == b"CLOEXEC") {
            self.processes.closes(process, first, last);
        }
        Ok(())
    }

    fn duplicates(
        &mut self,
        process: u32,
        arguments: &Arguments<'_>,
        copy: u64,
        on_exec: OnExec,
    ) -> Result<(), Fault> {
        if u64::from(descriptor(arguments, 0)?.number) == copy {
            return Ok(());
        }
        let leads = match self.find(process, arguments, 0)? {
            Found::File(description) => Some(Leads::ToFile(description)),
            Found::Elsewhere => Some(Leads::Elsewhere),
            Found::Unknown => None,
        };
        self.leads(process, copy, leads.map(|leads| (leads, on_exec)))
    }

    fn controls(
        &mut self,
        process: u32,
        arguments: &Arguments<'_>,
        value: u64,
    ) -> Result<(), Fault> {
        match arguments.get(1) {
            b"F_DUPFD" => self.duplicates(process, arguments, value, OnExec::Stays),
            b"F_DUPFD_CLOEXEC" => self.duplicates(process, arguments, value, OnExec::Closes),
            b"F_SETFD" => {
                let closes = arguments.get(2).starts_with(b"FD_CLOEXEC");
                let on_exec = if closes { OnExec::Closes } else { OnExec::Stays };
                self.processes.on_exec(process, descriptor(arguments, 0)?.number, on_exec);
                Ok(())
            }
            b"F_SETFL" => {
                if let Found::File(description) = self.find(process, arguments, 0)? {
                    let (now, asked) = (description.flags.get(), OpenFlags::read(arguments.get(2)));
                    description.flags.set(now.taking(OpenFlags::APPEND, asked));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A process was made by a call with these arguments.
    pub(super) fn forks(&mut self, process: u32, child: u32, text: &[u8]) -> Result<(), Fault> {
        const SHARED: &[u8] = b"CLONE_FILES";
        let shared = text.windows(SHARED.len()).any(|window| window == SHARED);
        let descriptors = if shared { Descriptors::Shared } else { Descriptors::Copied };
        self.processes.forks(process, child, descriptors)
    }

    fn forgets(&mut self, process: u32, arguments: &Arguments<'_>, places: Named) {
        if let Some(name) = self.name(process, arguments, places) {
            self.files.forget(&name);
        }
    }

    fn renames(&mut self, process: u32, arguments: &Arguments<'_>, places: [Named; 2]) {
        let [from, to] = places.map(|places| self.name(process, arguments, places));
        if let (Some(from), Some(to)) = (from, to) {
            self.files.renamed(&from, &to);
        }
    }
}

/// The descriptor at this place of the arguments.
pub(super) fn descriptor(arguments: &Arguments<'_>, place: usize) -> Result<Descriptor, Fault> {
    let found = arguments.descriptor(place);
    found.ok_or_else(|| Fault::value("descriptor", arguments.get(place), "is none"))
}

const fn on_exec(flags: OpenFlags) -> OnExec {
    if flags.has(OpenFlags::CLOSES_ON_EXEC) { OnExec::Closes } else { OnExec::Stays }
}

/// `openat2` has its flags in a structure, `{flags=O_RDWR, mode=…}`.
fn of_structure(text: &[u8]) -> &[u8] {
    let Some(flags) = text.strip_prefix(b"{flags=") else { return text };
    let end = flags.iter().position(|&byte| matches!(byte, b',' | b'}'));
    &flags[..end.unwrap_or(flags.len())]
}
