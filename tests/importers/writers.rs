//! Requests and how each form writes them: for files that are generated, read back and broken, and
//! for files as large as one likes. A form whose writer is missing has none of these tests.

#[path = "writers/lines.rs"]
mod lines;
#[path = "writers/recorders.rs"]
mod recorders;
#[path = "writers/records.rs"]
mod records;

use mirrorsim::trace::Form;

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Left out by a reader.
    Read,
    /// A write.
    Write,
    /// A write that is durable when it returns.
    WriteThrough,
    /// No place, no length.
    Flush,
}

/// A request as a form is to write it.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// Nanoseconds since the form's epoch.
    pub time: u64,
    /// A number of a disk.
    pub target: u32,
    /// First byte.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
    /// What it does.
    pub operation: Operation,
}

/// How a form writes requests, and which it can write.
pub struct Writer {
    /// The first line, if it has one.
    pub header: &'static str,
    /// The finest time it tells, in nanoseconds.
    pub finest: u64,
    /// Nanoseconds from its epoch to the beginning of a recording.
    pub begin: u64,
    /// Offsets are multiples of this.
    pub offsets: u64,
    /// Lengths are multiples of this.
    pub lengths: u64,
    /// How many targets it tells apart.
    pub targets: u32,
    /// What its requests do.
    pub operations: &'static [Operation],
    /// Writes one.
    pub write: fn(&Ask, &mut Vec<u8>),
}

impl Writer {
    /// The writer of this form.
    pub const fn of(form: Form) -> Option<Self> {
        match form {
            Form::MirrorsimCsv => Some(lines::CANONICAL),
            Form::Msr => Some(lines::MSR),
            Form::CloudPhysics => Some(lines::CLOUDPHYSICS),
            Form::Vscsi1 => Some(records::VSCSI1),
            Form::Vscsi2 => Some(records::VSCSI2),
            Form::DiskSim => Some(lines::DISKSIM),
            Form::MqSim => Some(lines::MQSIM),
            Form::Spc => Some(lines::SPC),
            Form::Alibaba => Some(lines::ALIBABA),
            Form::Tencent => Some(lines::TENCENT),
            Form::Systor => Some(lines::SYSTOR),
            Form::Fiu => Some(lines::FIU),
            Form::OracleGeneral => Some(records::ORACLE),
            Form::Blkparse => Some(recorders::BLKPARSE),
            Form::Fio => Some(recorders::FIO),
            Form::Strace => Some(recorders::STRACE),
            Form::Nbdkit => Some(recorders::NBDKIT),
        }
    }

    /// The request that this form can write which is next to `ask`, whose time counts from the
    /// beginning of the recording.
    pub fn fitted(&self, ask: Ask) -> Ask {
        let choice = self.operations.len() - 1;
        let operation = self.operations[choice.min(ask.operation as usize)];
        let (offset, length) = match operation {
            Operation::Flush => (0, 0),
            Operation::Read | Operation::Write | Operation::WriteThrough => (
                ask.offset / self.offsets * self.offsets,
                ask.length.div_ceil(self.lengths) * self.lengths,
            ),
        };
        Ask {
            time: self.begin + ask.time / self.finest * self.finest,
            target: ask.target % self.targets,
            offset,
            length,
            operation,
        }
    }
}
