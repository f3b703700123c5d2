use super::*;
use crate::protocol::block::{Origin, VolumeId, WriteRange};
use crate::protocol::wire::{self, ENTRY_HEADER, TRANSFER_HEADER};
use crate::protocol::{
    ClientId, CpId, EntryHeader, Epoch, Lsn, Message, OpNumber, TransferHeader, TransferId, WriteId,
};

const FILE: LogFile = LogFile(0);

fn storage() -> LogStorage {
    LogStorage::new(size())
}

fn size() -> BlockSize {
    BlockSize::new(Bytes::kib(4)).expect("a block size")
}

fn contents(op: u64, position: u64) -> Runs {
    let id = WriteId { client: ClientId(1), op: OpNumber(op) };
    Runs::of(0, 4096, Origin::Write { id, position })
}

/// One entry of two whole blocks and 100 bytes of a third.
fn transfer(op: u64) -> Transfer {
    let write = WriteId { client: ClientId(1), op: OpNumber(op) };
    let lsn = Lsn::ORIGIN.next();
    let id = TransferId(1);
    let range = WriteRange { volume: VolumeId(0), offset: 0, length: 8292 };
    Transfer {
        header: TransferHeader { epoch: Epoch(1), id, cp: CpId::ORIGINAL.next(), first_lsn: lsn },
        entries: vec![EntryHeader {
            lsn,
            predecessor: Lsn::ORIGIN,
            write,
            range,
            part_start: 0,
            part_length: 8292,
        }],
        blocks: vec![contents(op, 0), contents(op, 4096)],
        fragments: vec![Runs::of(0, 100, Origin::Write { id: write, position: 8192 })],
    }
}

const BLOCKS: u64 = TRANSFER_HEADER + ENTRY_HEADER;
const STORED: u64 = BLOCKS + 2 * 4096 + 100;

#[test]
fn a_block_is_read_from_exactly_where_it_lies() {
    let mut log = storage();
    log.write(FILE, 1000, transfer(1));
    log.write(FILE, 1000 + STORED, transfer(2));
    let first = 1000 + BLOCKS;
    assert_eq!(log.read_block(FILE, first), BlockRead::Block(contents(1, 0)));
    assert_eq!(log.read_block(FILE, first + 4096), BlockRead::Block(contents(1, 4096)));
    assert_eq!(log.read_block(FILE, first + STORED + 4096), BlockRead::Block(contents(2, 4096)));
    // Before the record, in its headers, inside a block, at its fragments, in another file.
    for offset in [0, 1000, first - 1, first + 1, first + 8192] {
        assert_eq!(log.read_block(FILE, offset), BlockRead::Nothing, "offset {offset}");
    }
    assert_eq!(log.read_block(LogFile(1), first), BlockRead::Nothing);
}

#[test]
fn a_record_takes_as_much_as_its_message() {
    let mut log = storage();
    log.write(FILE, 0, transfer(1));
    let length = wire::length(&Message::Transfer(transfer(1)), &wire::Encoding::plain(size()));
    assert_eq!(log.used(FILE), length);
    assert_eq!(length.get(), STORED);
    log.free(FILE);
    assert_eq!((log.used(FILE), log.read_block(FILE, BLOCKS)), (Bytes::ZERO, BlockRead::Nothing));
}

#[test]
fn what_is_written_over_is_gone() {
    let mut log = storage();
    for record in 0..3 {
        log.write(FILE, record * STORED, transfer(record));
    }
    log.write(FILE, 2 * STORED - 1, transfer(9));
    assert_eq!(log.used(FILE).get(), 2 * STORED);
    assert_eq!(
        log.read_block(FILE, BLOCKS),
        BlockRead::Block(contents(0, 0)),
        "the first is untouched"
    );
    assert_eq!(log.read_block(FILE, STORED + BLOCKS), BlockRead::Nothing);
    assert_eq!(log.read_block(FILE, 2 * STORED + BLOCKS), BlockRead::Nothing);
    assert_eq!(log.read_block(FILE, 2 * STORED - 1 + BLOCKS), BlockRead::Block(contents(9, 0)));
}

#[test]
fn a_byte_belongs_to_the_record_around_it() {
    let mut log = storage();
    log.write(FILE, 1000, transfer(1));
    let record = Some((1000, Bytes::new(STORED)));
    for (offset, expected) in [(999, None), (1000, record), (1000 + STORED - 1, record)] {
        assert_eq!(log.record_around(FILE, offset), expected, "{offset}");
    }
    assert_eq!(log.record_around(FILE, 1000 + STORED), None);
    assert_eq!(log.record_around(LogFile(1), 1000), None);
}

const FAULT: FaultId = FaultId(7);

fn damaged() -> ScannedRecord {
    ScannedRecord::Damaged(Bytes::new(STORED))
}

/// Records 0 to 2 in one file, 3 in another.
fn four_records() -> LogStorage {
    let mut log = storage();
    for record in 0..3 {
        log.write(FILE, record * STORED, transfer(record));
    }
    log.write(LogFile(1), 0, transfer(3));
    log
}

/// Spec 1.4: the fate of a write that a crash interrupts, sector by sector.
#[test]
fn an_interrupted_write_is_there_or_damaged_or_absent() {
    let sectors = storage().sectors(&transfer(2));
    assert_eq!(sectors as u64, STORED.div_ceil(512));
    let torn = |survived: &dyn Fn(usize) -> bool| {
        let mut log = storage();
        log.write(FILE, 0, transfer(1));
        let survived: Vec<_> = (0..sectors).map(survived).collect();
        log.write_torn(FILE, 0, transfer(2), &survived);
        (log.read_block(FILE, BLOCKS), log.scan().remove(0).record, log.records())
    };
    let block = |op| BlockRead::Block(contents(op, 0));
    assert_eq!(torn(&|_| true), (block(2), ScannedRecord::Intact(transfer(2)), 1));
    assert_eq!(torn(&|_| false), (block(1), ScannedRecord::Intact(transfer(1)), 1));
    for one in [0, sectors - 1] {
        assert_eq!(torn(&|sector| sector == one), (BlockRead::Damaged, damaged(), 1));
        assert_eq!(torn(&|sector| sector != one), (BlockRead::Damaged, damaged(), 1));
    }
}

#[test]
fn an_interrupted_write_that_left_nothing_is_absent() {
    let mut log = storage();
    log.write_torn(FILE, 0, transfer(1), &vec![false; log.sectors(&transfer(1))]);
    assert_eq!((log.records(), log.used_total(), log.scan()), (0, Bytes::ZERO, Vec::new()));
}

/// Spec 7.3: a restarted destination finds every record, whatever the order of its writes.
#[test]
fn a_scan_goes_by_file_and_offset() {
    let mut log = storage();
    log.write(LogFile(1), 0, transfer(3));
    log.write(FILE, STORED, transfer(2));
    log.write(FILE, 0, transfer(1));
    log.rot(FILE, STORED, FAULT);
    let record = |op| ScannedRecord::Intact(transfer(op));
    let scanned = |file, offset, record| Scanned { file, offset, record };
    let expected = [
        scanned(FILE, 0, record(1)),
        scanned(FILE, STORED, damaged()),
        scanned(LogFile(1), 0, record(3)),
    ];
    assert_eq!(log.scan(), expected);
    assert_eq!(log.used_total().get(), 3 * STORED, "a damaged record takes its place");
    log.free(FILE);
    assert_eq!(log.scan(), expected[2..]);
}

/// Spec 8.2: a fault draws one record among all; no other is touched.
#[test]
fn rot_is_found_when_the_record_is_read() {
    for number in 0..4 {
        let mut log = four_records();
        let (file, offset) = log.record_at(number).expect("there are four");
        log.rot(file, offset, FAULT);
        for other in 0..4 {
            let (file, offset) = log.record_at(other).expect("rot leaves it in its place");
            let op = other as u64;
            let expected = if other == number {
                BlockRead::Damaged
            } else {
                BlockRead::Block(contents(op, 0))
            };
            assert_eq!(log.read_block(file, offset + BLOCKS), expected);
        }
        assert_eq!(log.read_block(file, offset + BLOCKS + 1), BlockRead::Nothing);
        log.write(file, offset, transfer(9));
        assert_eq!(log.read_block(file, offset + BLOCKS), BlockRead::Block(contents(9, 0)));
    }
    assert_eq!((four_records().records(), four_records().record_at(4)), (4, None));
    let mut log = four_records();
    log.rot(FILE, 1, FAULT);
    log.lose(LogFile(2), 0);
    assert_eq!(log.scan(), four_records().scan(), "where no record begins, none is hit");
}

#[test]
fn a_fragment_is_read_from_exactly_where_it_lies() {
    let mut log = storage();
    log.write(FILE, 1000, transfer(1));
    let at = 1000 + BLOCKS + 8192;
    let fragment = transfer(1).fragments[0].clone();
    assert_eq!(log.read(FILE, at, 100), BlockRead::Block(fragment));
    // Of another length, inside it, behind it, where a block lies.
    for (offset, length) in [(at, 99), (at + 1, 99), (at + 100, 100), (at - 4096, 100)] {
        assert_eq!(log.read(FILE, offset, length), BlockRead::Nothing, "{length} at {offset}");
    }
    log.rot(FILE, 1000, FAULT);
    assert_eq!(log.read(FILE, at, 100), BlockRead::Damaged);
}

#[test]
fn a_lost_write_left_nothing() {
    let mut log = four_records();
    log.lose(FILE, STORED);
    assert_eq!(log.read_block(FILE, STORED + BLOCKS), BlockRead::Nothing);
    assert_eq!((log.records(), log.used(FILE).get()), (3, 2 * STORED));
}

#[test]
fn a_read_without_the_check_gives_what_is_there() {
    let mut log = four_records();
    let whole = |origin| Runs::of(0, 4096, origin);
    assert_eq!(log.read_unchecked(FILE, BLOCKS, 4096), contents(0, 0));
    log.rot(FILE, 0, FAULT);
    log.lose(FILE, STORED);
    let mut survived = vec![true; log.sectors(&transfer(2))];
    survived[0] = false;
    log.write_torn(FILE, 2 * STORED, transfer(2), &survived);
    assert_eq!(log.read_unchecked(FILE, BLOCKS, 4096), whole(Origin::Damaged(FAULT)));
    assert_eq!(log.read_unchecked(FILE, STORED + BLOCKS, 4096), whole(Origin::Original));
    assert_eq!(log.read_unchecked(FILE, 2 * STORED + BLOCKS, 4096), whole(Origin::Original));
}
