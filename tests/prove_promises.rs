//! Every check can fail, as in `prove.rs`: properties of what clients were promised. Acknowledged copies
//! (S1a), the log itself (S10), reads (S22), and that everything ends (L1, L2, L4, L5).

mod support;

use mirrorsim::facts::{Direction, EndReason, Role, What};
use mirrorsim::protocol::block::{BlockAddress, Runs};
use mirrorsim::protocol::{EntryHeader, Message, OpNumber, Outcome, Transfer, TransferId};
use support::lsn;
use support::tamper::{CLEAN, DESTINATION, Run, SOURCE, clean, foreign, is_written};

#[test]
fn s1a_an_answer_before_its_copies_exist() {
    let mut run = clean();
    let (answer, logged) =
        (run.first(is_written), run.first(|w| matches!(w, What::LogWritten(..))));
    run.hasten(answer, logged);
    run.assert_found("S1a", (DESTINATION, "copy_missing"), &["c0#1", "LSN 1", "log storage"]);
    let mut run = clean();
    run.drop_all(|what| matches!(what, What::NvramDurable(..)));
    run.assert_found("S1a", (SOURCE, "copy_missing"), &["c0#1", "NVRAM"]);
    let mut run = clean();
    run.edit(|what| match what {
        What::Answered(_, id, Outcome::Written) => {
            id.op = OpNumber(77);
            true
        }
        _ => false,
    });
    run.assert_found("S1a", (SOURCE, "not_logged"), &["c0#77"]);
}

/// What each rule relies on, taken out of the facts before the first CP can stand in for it.
#[test]
fn s1a_every_rule_has_its_copy() {
    let departed = |what: &What| matches!(what, What::Departed(Direction::ToDestination, ..));
    let arrived = |what: &What| matches!(what, What::Arrived(Direction::ToDestination, _));
    let logged = |what: &What| matches!(what, What::LogWritten(..));
    let committed = |what: &What| matches!(what, What::Committed(Role::Destination, ..));
    type Copies = fn(&What) -> bool;
    let rules: [(&str, Copies, &str); 4] = [
        ("sent", departed, "not wholly on the wire"),
        ("received", arrived, "not in the destination's memory"),
        ("logged", logged, "log storage"),
        ("applied", committed, "in no CP"),
    ];
    let late = ("source.consistency_point.entries", "null");
    for (rule, copy, words) in rules {
        let mut run = Run::clean(CLEAN, &[("ack", rule), late]);
        run.drop_all(copy);
        run.assert_found("S1a", (DESTINATION, "copy_missing"), &["c0#1", rule, words]);
    }
}

#[test]
fn s1a_a_flush_answered_before_a_write_it_covers() {
    let mut run = clean();
    let flushed = run.first(|what| matches!(what, What::Answered(_, _, Outcome::Flushed)));
    let written = run.nth(6, is_written);
    run.hasten(flushed, written);
    run.assert_found("S1a", (SOURCE, "flush_early"), &["flush c0#10", "c0#8"]);
}

/// Operation 1, the flush, is asked for after operation 2 and waits for it: numbers are no times.
#[test]
fn s1a_a_flush_waits_for_what_was_asked_for_before_it() {
    let text = r#"{ "clients": [ { "workload": { "operations": [
        { "flush": 0, "at": "100us" }, { "write": { "offset": "0B", "length": "4KiB" } }
      ] } } ] }"#;
    let run = Run::clean(text, &[]);
    let flushed = run.first(|what| matches!(what, What::Answered(_, _, Outcome::Flushed)));
    assert!(run.first(is_written) < flushed, "the flush waits for the write");
}

/// A copy that is not what the log says is no copy.
#[test]
fn s1a_a_transfer_that_carries_something_else() {
    type Alter = fn(&mut Transfer);
    let alterations: [(Alter, &str, &str); 5] = [
        (|sent| sent.blocks[1] = foreign(), "copy_differs", "transfer 1 carries other bytes"),
        (|sent| drop(sent.fragments.pop()), "copy_differs", "transfer 1 carries other bytes"),
        (|sent| sent.entries[0].range.offset += 1, "entry_differs", "c0#2 as LSN 2"),
        (|sent| sent.entries[0].part_start = 1, "entry_differs", "c0#2 as LSN 2"),
        (|sent| sent.entries[0].lsn = lsn(9), "entry_differs", "c0#2 as LSN 9"),
    ];
    for (alter, kind, words) in alterations {
        let mut run = clean();
        run.edit_message(|message| match message {
            Message::Transfer(sent) if sent.header.id == TransferId(1) => {
                alter(sent);
                true
            }
            _ => false,
        });
        run.assert_found("S1a", (SOURCE, kind), &[words]);
    }
}

#[test]
fn s10_a_log_that_is_not_what_clients_asked_for() {
    let edit = |edit: fn(&mut EntryHeader)| {
        let mut run = clean();
        run.edit(|what| match what {
            What::Appended(_, _, _, entry) => {
                edit(entry);
                true
            }
            _ => false,
        });
        run
    };
    let run = edit(|entry| entry.range.length = 4095);
    run.assert_found("S10", (SOURCE, "entry_differs"), &["c0#1", "length: 4096", "length: 4095"]);
    let run = edit(|entry| entry.write.op = OpNumber(55));
    run.assert_found("S10", (SOURCE, "phantom"), &["c0#55", "LSN 1"]);
    let mut run = clean();
    let logged = run.first(|what| matches!(what, What::Appended(..)));
    run.facts.insert(logged, run.facts[logged].clone());
    run.assert_found("S10", (SOURCE, "logged_twice"), &["c0#1", "LSN 1"]);
    let mut run = clean();
    let answer = run.first(is_written);
    run.facts.insert(answer, run.facts[answer].clone());
    run.assert_found("S10", (SOURCE, "phantom_answer"), &["c0#1"]);
}

#[test]
fn s22_a_read_that_saw_no_moment() {
    let edit = |edit: fn(&mut Vec<(BlockAddress, Runs)>)| {
        let mut run = clean();
        run.edit(|what| match what {
            What::Answered(_, _, Outcome::Read(blocks)) => {
                edit(blocks);
                true
            }
            _ => false,
        });
        run
    };
    let run = edit(|blocks| blocks[1].1 = foreign());
    let words = ["c0#7", "volume 0 block 2", "hold c9#9"];
    run.assert_found("S22", (SOURCE, "not_linearizable"), &words);
    let run = edit(|blocks| drop(blocks.pop()));
    run.assert_found("S22", (SOURCE, "not_linearizable"), &["c0#7", "1 blocks instead of 2"]);
}

#[test]
fn l1_l2_l4_what_never_ends() {
    let mut run = clean();
    let last = run.nth(2, |what| matches!(what, What::HalfFreed(..)));
    run.facts.remove(last);
    run.assert_found("L1", (SOURCE, "cp_open"), &["CP 3 has not ended"]);
    let mut run = clean();
    let answer = run.first(is_written);
    run.facts.remove(answer);
    run.assert_found("L2", (SOURCE, "unanswered"), &["1 operations have no answer", "c0#1"]);
    run.assert_found("L4", (SOURCE, "deadlock"), &["nothing is left to happen", "c0#1"]);
    for (reason, words) in [
        (EndReason::TimeLimit, "time"),
        (EndReason::EventLimit, "events"),
        (EndReason::Overload, "faster than they are answered"),
    ] {
        let mut run = clean();
        run.edit_ending(|ending| ending.reason = reason);
        run.assert_found("L2", (SOURCE, "limit"), &[words, "before the run was over"]);
    }
}

/// A file of facts that was cut short proves nothing.
#[test]
fn l2_facts_that_end_before_the_run() {
    let mut run = clean();
    run.facts.pop();
    run.assert_found("L2", (SOURCE, "cut_short"), &["end before the run is over"]);
    run.facts.clear();
    run.assert_found("L2", (SOURCE, "cut_short"), &["end before the run is over"]);
}

#[test]
fn l5_space_that_is_not_reclaimed() {
    let mut run = clean();
    run.edit_ending(|ending| ending.source.transfer_ids = 3);
    run.assert_found("L5", (SOURCE, "space_in_use"), &["transfer IDs: 3"]);
    let mut run = clean();
    run.edit_ending(|ending| ending.destination.log_files = 1);
    run.assert_found("L5", (DESTINATION, "space_in_use"), &["NVLog files: 1"]);
}

/// S7: names that messages go by are those of what they carry.
#[test]
fn s7_headers_that_name_something_else() {
    let mut run = clean();
    run.edit_message(|message| match message {
        Message::Transfer(transfer) if transfer.header.id == TransferId(1) => {
            transfer.header.first_lsn = transfer.header.first_lsn.next();
            true
        }
        _ => false,
    });
    run.assert_found("S7", (SOURCE, "wrong_header"), &["transfer 1"]);
    let mut run = clean();
    run.edit_message(|message| match message {
        Message::Transfer(transfer) if transfer.header.id == TransferId(1) => {
            transfer.header.cp = transfer.header.cp.next();
            true
        }
        _ => false,
    });
    run.assert_found("S7", (SOURCE, "wrong_header"), &["transfer 1"]);
    let mut run = clean();
    run.edit_message(|message| match message {
        Message::CpBegin { transfers: Some(transfers), .. } => {
            transfers.last = TransferId(transfers.last.0 + 1);
            true
        }
        _ => false,
    });
    run.assert_found("S7", (SOURCE, "wrong_range"), &["CP 1"]);
}
