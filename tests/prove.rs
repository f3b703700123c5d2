//! Every check can fail: the facts of a clean run, tampered with in one way, are reported as the
//! property that was broken, in the right role, with words that name the bytes, the write or the CP.
//!
//! Here: what lies on disks and on the wire. What clients were promised: `prove_promises.rs`.

mod support;

use mirrorsim::batch;
use mirrorsim::checker::Checker;
use mirrorsim::facts::{Digest, Direction, Fact, FactReader, FactWriter, Role, Sink, What};
use mirrorsim::protocol::block::{Area, Contents};
use mirrorsim::protocol::{
    BlockNumber, CpNumber, Epoch, Item, ItemBody, Message, Metadata, Parameters, Reference,
    TransferId,
};
use mirrorsim::units::Bytes;
use mirrorsim::workload::Traces;
use std::io::BufReader;
use std::rc::Rc;
use support::tamper::{CLEAN, DESTINATION, Run, SOURCE, clean, commits, foreign, is_full};
use support::{Kept, cp, lsn, scenario};

/// Whether the side asked for a data block of its CP to be written.
fn writes_data(what: &What, role: Role) -> bool {
    matches!(what, What::VolumeWriteAsked(who, _, address, _)
        if *who == role && address.area == Area::Data)
}

/// Replaces what a side first wrote to a block of this area.
fn alter_write(run: &mut Run, role: Role, area: fn(Area) -> bool, altered: &Contents) {
    run.edit(|what| match what {
        What::VolumeWriteAsked(who, _, address, contents) if *who == role && area(address.area) => {
            *contents = altered.clone();
            true
        }
        _ => false,
    });
}

fn is_data(area: Area) -> bool {
    area == Area::Data
}

fn is_metadata(area: Area) -> bool {
    area != Area::Data
}

#[test]
fn s2_wrong_bytes_and_wrong_blocks() {
    for role in [SOURCE, DESTINATION] {
        let mut run = clean();
        alter_write(&mut run, role, is_data, &Contents::Data(foreign()));
        let words = ["CP 1: volume 0 block 0", "bytes 0..", "hold c9#9", "expected c0#"];
        run.assert_found("S2", (role, "wrong_bytes"), &words);
        let mut run = clean();
        let dropped = run.first(|what| writes_data(what, role));
        run.facts.remove(dropped);
        run.assert_found("S2", (role, "block_missing"), &["CP 1", "without volume 0 block 0"]);
        let mut run = clean();
        run.edit(|what| match what {
            What::VolumeWriteAsked(who, _, address, _) if *who == role => {
                address.index += 777;
                true
            }
            _ => false,
        });
        run.assert_found("S2", (role, "block_too_many"), &["CP 1", "volume 0 block 777"]);
        let mut run = clean();
        run.edit(|what| match what {
            What::Committed(who, _, end) if *who == role => {
                *end = lsn(2);
                true
            }
            _ => false,
        });
        run.assert_found("S2", (role, "wrong_end"), &["CP 1", "LSN 2, expected LSN 3"]);
    }
    let mut run = clean();
    run.edit_item(|_, item| {
        let full = is_full(item) && item.address.area == Area::Data;
        if full {
            item.body = ItemBody::Full(Contents::Data(foreign()));
        }
        full
    });
    run.assert_found("S2", (SOURCE, "wrong_bytes"), &["CP 1 sent volume 0 block", "c9#9"]);
}

#[test]
fn s3_a_commit_that_is_not_atomic() {
    for role in [SOURCE, DESTINATION] {
        let written = |what: &What| matches!(what, What::VolumeWritten(who, _, _) if *who == role);
        let mut run = clean();
        let (commit, first) = (run.first(|what| commits(what, role, 1)), run.first(written));
        run.hasten(commit, first);
        run.assert_found("S3", (role, "torn_commit"), &["CP 1", "before volume 0 block"]);
        let mut run = clean();
        let commit = run.first(|what| commits(what, role, 1));
        let late = run.facts[run.first(|what| writes_data(what, role))].clone();
        run.facts.insert(commit + 1, late);
        run.assert_found("S3", (role, "late_write"), &["CP 1", "volume 0 block 0"]);
    }
}

#[test]
fn s4_a_number_skipped_and_a_side_left_behind() {
    for role in [SOURCE, DESTINATION] {
        let mut run = clean();
        run.edit(|what| match what {
            What::Committed(who, cp, _) if *who == role => {
                cp.number = CpNumber(2);
                true
            }
            _ => false,
        });
        run.assert_found("S4", (role, "not_the_next"), &["CP 2 was committed after CP 0"]);
    }
    let mut run = clean();
    run.drop_all(|what| matches!(what, What::Committed(Role::Destination, ..)));
    run.assert_found("S4", (SOURCE, "skew"), &["CP 2", "other side is at CP 0"]);
}

#[test]
fn s5_a_reference_that_names_other_bytes() {
    let edit = |edit: fn(&mut Reference)| {
        let mut run = clean();
        run.edit_item(|_, item| match &mut item.body {
            ItemBody::Reference(reference) if item.address.index == 1 => {
                edit(reference);
                true
            }
            _ => false,
        });
        run
    };
    // Block 1 lies in the second transfer, in front of blocks 2, 3 and 4.
    let run = edit(|reference| reference.number = BlockNumber(1));
    let words = ["volume 0 block 1", "transfer 1, block 1", "bytes 0..4096"];
    run.assert_found("S5", (SOURCE, "wrong_bytes"), &words);
    let run = edit(|reference| reference.number = BlockNumber(4));
    run.assert_found("S5", (SOURCE, "dangling"), &["volume 0 block 1", "transfer 1, block 4"]);
    let run = edit(|reference| reference.transfer = TransferId(99));
    run.assert_found("S5", (SOURCE, "dangling"), &["volume 0 block 1", "transfer 99"]);
    let mut run = clean();
    run.edit(|what| match what {
        What::VolumeWriteAsked(Role::Destination, _, address, contents) if address.index == 1 => {
            *contents = Contents::Data(foreign());
            true
        }
        _ => false,
    });
    let words = ["CP 1", "reference for volume 0 block 1", "hold c9#9"];
    run.assert_found("S5", (DESTINATION, "wrong_bytes"), &words);
}

#[test]
fn s6_a_reference_where_none_is_allowed() {
    let reference = |transfer| {
        let number = BlockNumber(0);
        ItemBody::Reference(Reference { transfer: TransferId(transfer), number })
    };
    // In CP 1 block 0 is wholly written by the first transfer, then in part by the second.
    let mut run = clean();
    run.edit_item(|_, item| {
        let partial = item.address == support::block(0) && is_full(item);
        if partial {
            item.body = reference(0);
        }
        partial
    });
    let words = ["volume 0 block 0", "transfer 0, block 0"];
    run.assert_found("S6", (SOURCE, "reference_not_allowed"), &words);
    let mut run = clean();
    run.edit_item(|_, item| {
        let metadata = item.address.area == Area::Bitmap;
        if metadata {
            item.body = reference(0);
        }
        metadata
    });
    run.assert_found("S6", (SOURCE, "reference_to_metadata"), &["CP 1", "bitmap block 0"]);
    // In CP 2 block 10 is wholly written by the fourth transfer and again by the sixth.
    let mut run = clean();
    run.edit_item(|point, item| {
        let twice = point == cp(2) && item.address == support::block(10);
        if twice {
            item.body = reference(3);
        }
        twice
    });
    let words = ["volume 0 block 10", "LSN 4", "newest write is LSN 6"];
    run.assert_found("S6", (SOURCE, "stale_reference"), &words);
    let mut run = clean();
    run.scenario.parameters.policy = mirrorsim::protocol::Policy::FullBlocks;
    run.assert_found("S6", (SOURCE, "reference_not_allowed"), &["volume 0 block 1"]);
}

#[test]
fn s7_an_id_reused_and_stale_messages_accepted() {
    let mut run = clean();
    run.edit_message(|message| match message {
        Message::Transfer(transfer) if transfer.header.id == TransferId(2) => {
            transfer.header.id = TransferId(0);
            true
        }
        _ => false,
    });
    run.assert_found("S7", (SOURCE, "id_not_fresh"), &["transfer ID 0", "CP 1"]);
    let mut run = clean();
    run.edit_message(|message| match message {
        Message::Transfer(transfer) => {
            transfer.header.epoch = Epoch(7);
            true
        }
        _ => false,
    });
    run.assert_found("S7", (DESTINATION, "stale_accepted"), &["message 0", "epoch 7"]);
    let mut run = clean();
    run.edit_message(|message| match message {
        Message::CpData { cp: point, .. } if *point == cp(2) => {
            *point = cp(1);
            true
        }
        _ => false,
    });
    run.assert_found("S7", (DESTINATION, "stale_accepted"), &["CP 1, committed"]);
    let mut run = clean();
    run.edit(|what| match what {
        What::Sent(Direction::ToSource, _, message) => match std::rc::Rc::make_mut(message) {
            Message::CpAck { cp: point, .. } if *point == cp(2) => {
                *point = cp(1);
                true
            }
            _ => false,
        },
        _ => false,
    });
    run.assert_found("S7", (SOURCE, "stale_accepted"), &["CP 1, committed"]);
}

#[test]
fn s8_space_freed_early() {
    let half_freed = |what: &What| matches!(what, What::HalfFreed(..));
    let log_freed = |what: &What| matches!(what, What::LogFreed(_, _));
    let mut run = clean();
    let acknowledged = run.first(|what| {
        matches!(what, What::Sent(Direction::ToSource, _, message)
            if matches!(**message, Message::CpAck { .. }))
    });
    let (freed, words) = (run.first(half_freed), ["half of CP 1", "CP_ACK"]);
    run.hasten(freed, acknowledged);
    run.assert_found("S8", (SOURCE, "half_freed_early"), &words);
    let mut run = clean();
    let (freed, commit) = (run.first(half_freed), run.first(|what| commits(what, SOURCE, 1)));
    run.hasten(freed, commit);
    run.assert_found("S8", (SOURCE, "half_freed_early"), &["CP 1", "before the source committed"]);
    let mut run = clean();
    let freed = run.first(half_freed);
    run.facts.insert(freed, run.facts[freed].clone());
    run.assert_found("S8", (SOURCE, "half_freed_twice"), &["First half"]);
    let mut run = clean();
    let (freed, commit) = (run.first(log_freed), run.first(|w| commits(w, DESTINATION, 1)));
    run.hasten(freed, commit);
    run.assert_found("S8", (DESTINATION, "log_freed_early"), &["NVLog file 0", "CP 1"]);
    let mut run = clean();
    run.drop_all(|what| matches!(what, What::Flushed(_)));
    run.assert_found("S8", (DESTINATION, "log_freed_early"), &["NVLog file 0", "flushed"]);
    let mut run = clean();
    let second = run.nth(1, |what| matches!(what, What::LogWriteAsked(..)));
    if let What::LogWriteAsked(_, _, offset, ..) = &mut run.facts[second].what {
        *offset = 0;
    }
    run.assert_found("S8", (DESTINATION, "log_overwritten"), &["NVLog file 0", "byte 0"]);
}

/// The same facts are too much where less is allowed.
#[test]
fn s21_bounds_exceeded() {
    type Tighten = fn(&mut Parameters);
    let bounds: [(Tighten, Role, &str); 9] = [
        (|p| p.nvram_half = Bytes::kib(20), SOURCE, "bytes in an NVRAM half"),
        (|p| p.entries = Some(2), SOURCE, "3 entries in an NVRAM half, where 2"),
        (|p| p.transfer_ids = 2, SOURCE, "3 live transfer IDs, where 2"),
        (|p| p.transfer_id_bits = 1, SOURCE, "3 live transfer IDs, where 2"),
        (|p| p.buffers = 5, SOURCE, "6 buffers, where 5"),
        (|p| p.link_queue = Bytes::kib(20), SOURCE, "bytes in the link's queue"),
        (|p| p.nvlog_files = 0, DESTINATION, "1 NVLog files in use, where 0"),
        (|p| p.transfer_bytes = Bytes::kib(16), SOURCE, "a message carries 20480 B"),
        (|p| p.cp_message_bytes = Bytes::kib(8), SOURCE, "where 8192 B are allowed"),
    ];
    for (tighten, role, words) in bounds {
        let mut run = clean();
        tighten(&mut run.scenario.parameters);
        let kind = if words.contains("message") || words.starts_with("where") {
            "message_too_long"
        } else {
            "bound_exceeded"
        };
        run.assert_found("S21", (role, kind), &[words]);
    }
}

#[test]
fn s23_bytes_that_do_not_add_up() {
    for (direction, role) in
        [(Direction::ToDestination, SOURCE), (Direction::ToSource, DESTINATION)]
    {
        let mut run = clean();
        run.edit(|what| match what {
            What::Departed(way, _, bytes) if *way == direction => {
                *bytes += 1;
                true
            }
            _ => false,
        });
        run.assert_found("S23", (role, "bytes_differ"), &["message 0 put", "B on the wire"]);
        run.assert_found("S23", (role, "sum_differs"), &["the link counted"]);
        let mut run = clean();
        run.edit_ending(|ending| ending.link_bytes[direction as usize] -= 1);
        run.assert_found("S23", (role, "sum_differs"), &["the link counted"]);
    }
}

/// Without faults every block that may go as a reference does.
#[test]
fn s23_a_block_in_full_that_could_be_a_reference() {
    let mut run = clean();
    let wrote = run.first(|what| {
        matches!(what, What::VolumeWriteAsked(Role::Source, _, address, _) if address.index == 1)
    });
    let What::VolumeWriteAsked(.., frozen) = run.facts[wrote].what.clone() else { unreachable!() };
    run.edit_item(|_, item: &mut Item| {
        let it = item.address.index == 1 && !is_full(item);
        if it {
            item.body = ItemBody::Full(frozen.clone());
        }
        it
    });
    run.assert_found("S23", (SOURCE, "reference_missing"), &["CP 1", "volume 0 block 1"]);
    let other = run.judge().violations.into_iter().find(|found| found.property != "S23");
    assert_eq!(other, None, "the bytes themselves were right");
}

/// Without faults there is nothing to NAK: the answer is a block in full that was a reference.
#[test]
fn s23_a_nak_answered_without_a_fault() {
    let mut run = clean();
    let wrote = run.first(|what| {
        matches!(what, What::VolumeWriteAsked(Role::Source, _, address, _) if address.index == 1)
    });
    let What::VolumeWriteAsked(_, cp, address, contents) = run.facts[wrote].what.clone() else {
        unreachable!()
    };
    let answer = Message::NakAnswer { epoch: Epoch(1), cp, address, contents };
    let sent = What::Sent(Direction::ToDestination, 777, Rc::new(answer));
    let fact = Fact { what: sent, ..run.facts[wrote].clone() };
    run.facts.insert(wrote + 1, fact);
    run.assert_found("S23", (SOURCE, "reference_missing"), &["CP 1", "volume 0 block 1"]);
}

#[test]
fn s25_metadata_that_does_not_match_the_data() {
    for role in [SOURCE, DESTINATION] {
        let mut run = clean();
        let altered = Contents::Metadata(vec![(5, CpNumber(1))]);
        alter_write(&mut run, role, is_metadata, &altered);
        let words = ["CP 1", "indirect block 0 of level 1", "child"];
        run.assert_found("S25", (role, "wrong_metadata"), &words);
        let mut run = clean();
        run.drop_all(|what| {
            matches!(what, What::VolumeWriteAsked(who, _, address, _)
                if *who == role && address.area == Area::Bitmap)
        });
        let words = ["CP 1", "bitmap block 0", "not written"];
        run.assert_found("S25", (role, "wrong_metadata"), &words);
        let mut run = clean();
        run.edit(|what| match what {
            What::VolumeWriteAsked(who, _, address, _)
                if *who == role && is_metadata(address.area) =>
            {
                address.index += 40;
                true
            }
            _ => false,
        });
        run.assert_found("S25", (role, "unexpected_metadata"), &["CP 1", "indirect block 40"]);
        let mut run = clean();
        run.scenario.parameters.metadata = Metadata::None;
        run.assert_found("S25", (role, "unexpected_metadata"), &["there is no metadata"]);
    }
}

/// Facts written to a file and read back give the same digest and the same verdict, clean or not.
#[test]
fn facts_read_back_as_they_were_written() {
    let scenario = scenario(CLEAN, &[]);
    let mut kept = Kept::default();
    let outcome = batch::run(&scenario, 0, &Traces::new(), Some(&mut kept), &mut |_, _| {});
    let outcome = outcome.expect("the scenario runs");
    let facts = round_trip(&kept.0);
    assert_eq!(facts, kept.0);
    let mut digest = Digest::default();
    for fact in &facts {
        digest.take(fact);
    }
    assert_eq!(digest.value(), outcome.finished.digest);
    let mut tampered = clean();
    tampered.edit_ending(|ending| ending.source.buffers = 1);
    let verdict = tampered.judge();
    let mut checker = Checker::new(&scenario);
    for fact in &round_trip(&tampered.facts) {
        checker.take(fact);
    }
    assert!(!verdict.is_pass());
    assert_eq!(checker.into_verdict(), verdict);
}

fn round_trip(facts: &[Fact]) -> Vec<Fact> {
    let mut file = Vec::new();
    let mut writer = FactWriter::new(&mut file).expect("memory takes it");
    for fact in facts {
        writer.take(fact);
    }
    writer.finish().expect("memory takes it");
    let reader = FactReader::new(BufReader::new(file.as_slice())).expect("it is a file of facts");
    reader.collect::<Result<_, _>>().expect("every line is a fact")
}
