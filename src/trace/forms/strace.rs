//! System calls as `strace -f -ttt` prints them, best with `-y -s 0`: writes at their offsets with
//! the bytes that they returned, and syncs as flushes. A target is a file.
//!
//! The offset of a `write` is where its descriptor stands: that is followed through opens, seeks,
//! reads, writes, duplicates, forks and new programs. With `-y` strace names the file of each
//! descriptor; without, a descriptor is of use only if its opening was recorded. Calls of threads that
//! interrupt each other's lines are put together again. What is known of a file is forgotten some
//! time after it was closed, so that memory follows what is open and not the length of the trace.
//!
//! Files are those on disk, and disks: not pipes, sockets, terminals, `/proc`, `/sys`, `/dev/shm`.

mod arguments;
mod call;
mod files;
mod flags;
mod line;
mod names;
mod processes;
mod transfers;
mod world;

use self::arguments::{Arguments, Outcome};
use self::call::Call;
use self::line::{Line, Says};
use self::world::{Caller, World};
use crate::trace::error::Fault;
use crate::trace::parse::{Parse, Requests};
use std::collections::BTreeMap;

/// Bytes of calls that are not finished: threads that wait have short lines.
const MOST_PENDING: usize = 1 << 26;

/// Reads lines.
#[derive(Debug, Default)]
pub(in crate::trace) struct Strace {
    world: World,
    /// By process.
    pending: BTreeMap<u32, Pending>,
    pending_bytes: usize,
}

/// A call that is not finished.
#[derive(Debug)]
struct Pending {
    time: u64,
    call: Call,
    begin: Vec<u8>,
    /// The process that it made, if that was seen before it returned.
    child: Option<u32>,
}

impl Parse for Strace {
    fn item(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        let Some(Line { process, time, says }) = line::read(line)? else { return Ok(()) };
        let process = self.process(process)?;
        match says {
            Says::Signal => Ok(()),
            Says::Gone => {
                self.gives_up(process, out);
                self.world.processes.ends(process);
                Ok(())
            }
            Says::Superseded(thread) => self.supersedes(thread, process, out),
            Says::Call { name, rest } => {
                let Some(call) = Call::named(name) else { return Ok(()) };
                self.world.perform(Caller { process, time }, call, &Arguments::read(rest)?, out)
            }
            Says::Unfinished { name, begin } => {
                self.gives_up(process, out);
                let Some(call) = Call::named(name) else { return Ok(()) };
                self.begins(process, Pending { time, call, begin: begin.to_vec(), child: None })
            }
            Says::Resumed { name, rest } => {
                let Some(call) = Call::named(name) else { return Ok(()) };
                self.goes_on(Caller { process, time }, call, rest, out)
            }
        }
    }

    fn end(&mut self, out: &mut Requests) -> Result<(), Fault> {
        while let Some((&process, _)) = self.pending.first_key_value() {
            self.gives_up(process, out);
        }
        let guessed = self.world.guessed;
        if guessed > 0 {
            out.note(format!(
                "{guessed} writes went on where the recording does not show: their offsets count from 0"
            ));
        }
        Ok(())
    }
}

impl Strace {
    /// Whose line it is. One that was never seen is new: the only process that makes another at this
    /// moment made it, or it was there before the recording began.
    fn process(&mut self, named: Option<u32>) -> Result<u32, Fault> {
        if let Some(process) = named.filter(|&process| !self.world.processes.knows(process)) {
            let forks = |pending: &Pending| pending.call == Call::Fork && pending.child.is_none();
            let mut makers = self.pending.iter_mut().filter(|(_, pending)| forks(pending));
            if let (Some((&maker, pending)), None) = (makers.next(), makers.next()) {
                pending.child = Some(process);
                self.world.forks(maker, process, &pending.begin)?;
            }
        }
        let process = self.world.processes.of_line(named);
        self.world.processes.begins(process)?;
        Ok(process)
    }

    fn begins(&mut self, process: u32, pending: Pending) -> Result<(), Fault> {
        if self.pending_bytes + pending.begin.len() > MOST_PENDING {
            return Err(Fault::Rule("begins one call too many that does not end"));
        }
        self.pending_bytes += pending.begin.len();
        self.pending.insert(process, pending);
        Ok(())
    }

    fn ends(&mut self, process: u32) -> Option<Pending> {
        let pending = self.pending.remove(&process)?;
        self.pending_bytes -= pending.begin.len();
        Some(pending)
    }

    fn goes_on(
        &mut self,
        caller: Caller,
        call: Call,
        rest: &[u8],
        out: &mut Requests,
    ) -> Result<(), Fault> {
        let pending = self.ends(caller.process).filter(|pending| pending.call == call);
        let Some(Pending { time, begin, child, .. }) = pending else {
            if call.is_request() {
                out.leave_out("calls begun before the recording", caller.time, 0);
            }
            return Ok(());
        };
        let whole = [begin.as_slice(), rest].concat();
        let arguments = Arguments::read(&whole)?;
        if let (Some(child), Outcome::Value(value, _)) = (child, arguments.outcome)
            && u64::from(child) == value
        {
            return Ok(());
        }
        self.world.perform(Caller { time, ..caller }, call, &arguments, out)
    }

    /// The thread goes on as this process.
    fn supersedes(&mut self, thread: u32, process: u32, out: &mut Requests) -> Result<(), Fault> {
        let pending = self.ends(thread);
        self.gives_up(process, out);
        self.world.processes.supersedes(thread, process);
        pending.map_or(Ok(()), |pending| self.begins(process, pending))
    }

    /// Its call, if it is in one, never ends.
    fn gives_up(&mut self, process: u32, out: &mut Requests) {
        if let Some(pending) = self.ends(process)
            && pending.call.is_request()
        {
            out.leave_out("unfinished calls", pending.time, 0);
        }
    }
}

#[cfg(test)]
mod tests;
