//! Which facts begin a work.

use super::{WorkEnd, WorkKind, WorkSpan};
use crate::facts::{Fact, Role, What};
use crate::protocol::block::BlockAddress;
use crate::protocol::{CpId, LogFile, Lsn, TransferRange, wire};

/// A work that begins.
pub(super) struct Begun {
    /// Its place in the log, of NVRAM's.
    pub lsn: Option<Lsn>,
    /// It alone.
    pub span: WorkSpan,
}

/// The work that begins with a fact.
pub(super) fn begun(fact: &Fact) -> Option<Begun> {
    let plain = |role, kind| plain(fact, role, kind);
    let span = if let What::Appended(role, _, cp, entry) = &fact.what {
        let bytes = wire::entry_in_nvram(entry.range.length);
        let writes = Some((entry.write, entry.write));
        let span = plain(*role, WorkKind::Append);
        let span = WorkSpan { cp: Some(*cp), bytes, writes, ..span };
        return Some(Begun { lsn: Some(entry.lsn), span });
    } else if let What::LogWriteAsked(role, file, _, length, header) = &fact.what {
        let transfers = Some(TransferRange { first: header.id, last: header.id });
        let span = plain(*role, WorkKind::LogWrite);
        WorkSpan { cp: Some(header.cp), transfers, ..of_log(span, *file, *length) }
    } else if let What::LogReadAsked(role, file, _) = &fact.what {
        of_log(plain(*role, WorkKind::LogRead), *file, 0)
    } else if let What::FragmentReadAsked(role, file, _, length) = &fact.what {
        of_log(plain(*role, WorkKind::LogRead), *file, *length)
    } else if let What::VolumeWriteAsked(role, cp, address, _) = &fact.what {
        of_block(plain(*role, WorkKind::PageWrite), *address, Some(*cp))
    } else if let What::VolumeReadAsked(role, address) = &fact.what {
        of_block(plain(*role, WorkKind::PageRead), *address, None)
    } else if let What::PinnedReadAsked(role, address) = &fact.what {
        of_block(plain(*role, WorkKind::PinnedRead), *address, None)
    } else {
        return None;
    };
    Some(Begun { lsn: None, span })
}

const fn plain(fact: &Fact, role: Role, kind: WorkKind) -> WorkSpan {
    WorkSpan {
        role,
        kind,
        cp: None,
        count: 1,
        bytes: 0,
        writes: None,
        transfers: None,
        file: None,
        blocks: None,
        began: fact.at,
        told: 0,
        end: WorkEnd::Untold,
    }
}

const fn of_log(span: WorkSpan, file: LogFile, bytes: u64) -> WorkSpan {
    WorkSpan { file: Some(file), bytes, ..span }
}

const fn of_block(span: WorkSpan, address: BlockAddress, cp: Option<CpId>) -> WorkSpan {
    WorkSpan { blocks: Some((address, address)), cp, ..span }
}
