//! The forms in which traces are recorded and published.

use super::forms;
use super::items::Framing;
use super::parse::Parse;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A form of trace.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Ours.
    MirrorsimCsv,
    /// Microsoft Research Cambridge, SNIA IOTTA.
    Msr,
    /// Text of blkparse, its default format; also that of the block tracepoints.
    Blkparse,
    /// fio's iolog, versions 2 and 3.
    Fio,
    /// Text of `strace -f -ttt`.
    Strace,
    /// CloudPhysics as CSV.
    #[serde(rename = "cloudphysics")]
    CloudPhysics,
    /// CloudPhysics vscsi, version 1.
    Vscsi1,
    /// CloudPhysics vscsi, version 2.
    Vscsi2,
    /// DiskSim ASCII, times in milliseconds.
    #[serde(rename = "disksim")]
    DiskSim,
    /// MQSim ASCII, times in nanoseconds.
    #[serde(rename = "mqsim")]
    MqSim,
    /// Storage Performance Council.
    Spc,
    /// Alibaba block traces.
    Alibaba,
    /// Tencent Cloud Block Storage.
    Tencent,
    /// Systor '17.
    #[serde(rename = "systor17")]
    Systor,
    /// Florida International University.
    Fiu,
    /// nbdkit's log filter.
    Nbdkit,
    /// oracleGeneral of libCacheSim.
    OracleGeneral,
}

/// From when times of a form count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Epoch {
    /// From the beginning of the recording: they are kept.
    Recording,
    /// From some day: the earliest request of the file becomes 0.
    Day,
}

impl Form {
    /// All of them, as they are listed.
    pub const ALL: [Self; 17] = [
        Self::MirrorsimCsv,
        Self::Msr,
        Self::Blkparse,
        Self::Fio,
        Self::Strace,
        Self::CloudPhysics,
        Self::Vscsi1,
        Self::Vscsi2,
        Self::DiskSim,
        Self::MqSim,
        Self::Spc,
        Self::Alibaba,
        Self::Tencent,
        Self::Systor,
        Self::Fiu,
        Self::Nbdkit,
        Self::OracleGeneral,
    ];

    /// Its name on the command line and in scenarios.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MirrorsimCsv => "mirrorsim-csv",
            Self::Msr => "msr",
            Self::Blkparse => "blkparse",
            Self::Fio => "fio",
            Self::Strace => "strace",
            Self::CloudPhysics => "cloudphysics",
            Self::Vscsi1 => "vscsi1",
            Self::Vscsi2 => "vscsi2",
            Self::DiskSim => "disksim",
            Self::MqSim => "mqsim",
            Self::Spc => "spc",
            Self::Alibaba => "alibaba",
            Self::Tencent => "tencent",
            Self::Systor => "systor17",
            Self::Fiu => "fiu",
            Self::Nbdkit => "nbdkit",
            Self::OracleGeneral => "oracle-general",
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::MirrorsimCsv => "CSV of mirrorsim",
            Self::Msr => "MSR Cambridge CSV",
            Self::Blkparse => "text of blkparse or of block tracepoints",
            Self::Fio => "iolog of fio",
            Self::Strace => "text of strace",
            Self::CloudPhysics => "CloudPhysics CSV",
            Self::Vscsi1 => "vscsi version 1",
            Self::Vscsi2 => "vscsi version 2",
            Self::DiskSim => "DiskSim ASCII",
            Self::MqSim => "MQSim ASCII",
            Self::Spc => "SPC trace",
            Self::Alibaba => "Alibaba block trace",
            Self::Tencent => "Tencent CBS trace",
            Self::Systor => "Systor '17 CSV",
            Self::Fiu => "FIU trace",
            Self::Nbdkit => "log of nbdkit",
            Self::OracleGeneral => "oracleGeneral",
        }
    }

    /// What its records hold, and how they are taken.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::MirrorsimCsv => {
                "`time_us,target,offset,length,fsync`; length 0 with fsync 1 is a flush"
            }
            Self::Msr => "Windows file times, bytes",
            Self::Blkparse => "requests of block devices: sectors, FUA and flushes",
            Self::Fio => "bytes; syncs are flushes",
            Self::Strace => "what writes returned; syncs are flushes",
            Self::CloudPhysics => "whole seconds, bytes at sectors, SCSI commands",
            Self::Vscsi1 | Self::Vscsi2 => "microseconds, bytes at sectors, SCSI commands",
            Self::DiskSim => "times in ms, sectors",
            Self::MqSim => "times in ns, sectors",
            Self::Spc => "seconds, bytes at sectors",
            Self::Alibaba => "microseconds, bytes",
            Self::Tencent => "whole seconds, sectors",
            Self::Systor => "seconds, bytes",
            Self::Fiu => "nanoseconds, sectors",
            Self::Nbdkit => "what clients asked of an NBD server: bytes, FUA and flushes",
            Self::OracleGeneral => {
                "whole seconds, objects taken for sectors; it tells no reads from writes, so all are writes"
            }
        }
    }

    /// The form of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }

    /// All names, for messages.
    pub(super) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// How its file is cut into records.
    pub(super) const fn framing(self) -> Framing {
        match self {
            Self::Vscsi1 => Framing::Records(32),
            Self::Vscsi2 => Framing::Records(40),
            Self::OracleGeneral => Framing::Records(24),
            Self::MirrorsimCsv
            | Self::Msr
            | Self::Blkparse
            | Self::Fio
            | Self::Strace
            | Self::CloudPhysics
            | Self::DiskSim
            | Self::MqSim
            | Self::Spc
            | Self::Alibaba
            | Self::Tencent
            | Self::Systor
            | Self::Fiu
            | Self::Nbdkit => Framing::Lines,
        }
    }

    /// From when its times count.
    pub(super) const fn epoch(self) -> Epoch {
        match self {
            Self::MirrorsimCsv | Self::Fio | Self::DiskSim | Self::MqSim | Self::Spc => {
                Epoch::Recording
            }
            Self::Msr
            | Self::Blkparse
            | Self::Strace
            | Self::CloudPhysics
            | Self::Vscsi1
            | Self::Vscsi2
            | Self::Alibaba
            | Self::Tencent
            | Self::Systor
            | Self::Fiu
            | Self::Nbdkit
            | Self::OracleGeneral => Epoch::Day,
        }
    }

    /// Nanoseconds of its epoch before which no file of it begins, as far as detection is concerned:
    /// where all columns are plain numbers, any table of numbers would do without.
    pub(super) const fn since(self) -> u64 {
        const SEPTEMBER_2001: u64 = 1_000_000_000_000_000_000;
        match self {
            Self::Tencent => SEPTEMBER_2001,
            Self::MirrorsimCsv
            | Self::Msr
            | Self::Blkparse
            | Self::Fio
            | Self::Strace
            | Self::CloudPhysics
            | Self::Vscsi1
            | Self::Vscsi2
            | Self::DiskSim
            | Self::MqSim
            | Self::Spc
            | Self::Alibaba
            | Self::Systor
            | Self::Fiu
            | Self::Nbdkit
            | Self::OracleGeneral => 0,
        }
    }

    /// Whether its times are whole seconds that thousands of requests share: they are spread evenly
    /// over their second, in the order of the file.
    pub(super) const fn tells_whole_seconds(self) -> bool {
        matches!(self, Self::CloudPhysics | Self::Tencent | Self::OracleGeneral)
    }

    /// Whether the first bad line is one too many. What others recorded is read as far as it can be;
    /// what we wrote ourselves is whole.
    pub(super) const fn is_strict(self) -> bool {
        matches!(self, Self::MirrorsimCsv)
    }

    /// A reader of its lines or records.
    pub(super) fn parser(self) -> Box<dyn Parse> {
        match self {
            Self::MirrorsimCsv => Box::new(forms::canonical::Canonical::default()),
            Self::Msr => Box::new(forms::msr::Msr::default()),
            Self::Blkparse => Box::new(forms::blkparse::Blkparse::default()),
            Self::Fio => Box::new(forms::fio::Fio::default()),
            Self::Strace => Box::new(forms::strace::Strace::default()),
            Self::CloudPhysics => Box::new(forms::cloudphysics::CloudPhysics),
            Self::Vscsi1 => Box::new(forms::vscsi::Vscsi1),
            Self::Vscsi2 => Box::new(forms::vscsi::Vscsi2),
            Self::DiskSim => Box::new(forms::disksim::DiskSim::default()),
            Self::MqSim => Box::new(forms::disksim::MqSim::default()),
            Self::Spc => Box::new(forms::spc::Spc::default()),
            Self::Alibaba => Box::new(forms::alibaba::Alibaba::default()),
            Self::Tencent => Box::new(forms::tencent::Tencent::default()),
            Self::Systor => Box::new(forms::systor::Systor::default()),
            Self::Fiu => Box::new(forms::fiu::Fiu::default()),
            Self::Nbdkit => Box::new(forms::nbdkit::Nbdkit::default()),
            Self::OracleGeneral => Box::new(forms::oracle::OracleGeneral),
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.title())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_name_forms_as_the_command_line_does() {
        for form in Form::ALL {
            let written = serde_json::to_value(form).expect("a word");
            assert_eq!(written, form.name());
            assert_eq!(Form::named(form.name()), Some(form));
        }
    }
}
