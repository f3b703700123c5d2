//! Faults of a link that carries in order. One packet of 1460 bytes is 1538 bytes on the wire, takes
//! 12,304 ns to leave and 5 ms to arrive; the round trip is 10 ms and the timeout 200 ms.

use super::host::Happening::{Changes, Sends};
use super::host::{Host, Listed};
use super::*;
use crate::units::Ratio;

fn half() -> Ratio {
    Ratio::new(1, 2).expect("a share")
}

fn host(draws: &[(Purpose, u64, u64, u64)]) -> Host<Listed> {
    Host::new(&wan(Transport::Tcp), Listed::new(draws))
}

fn lossy() -> Condition {
    Condition { loss: Loss::Independent(half()), ..Condition::default() }
}

fn blocked() -> Condition {
    Condition { passage: Passage::Blocked, ..Condition::default() }
}

#[test]
fn a_lone_packet_is_sent_again_after_a_timeout() {
    let host = host(&[(Purpose::Loss, 0, 0, 0)]).at(0, Changes(lossy())).packets(0, 1).run();
    assert_eq!(host.arrivals(), [(2 * 12_304 + 205_000_000, 0)]);
    assert_eq!((host.carried, host.retransmitted), (2 * 1538, 1538));
}

#[test]
fn what_follows_makes_it_quick_and_waits_for_it() {
    let host = host(&[(Purpose::Loss, 0, 0, 0)]).at(0, Changes(lossy())).packets(0, 2).run();
    // Sent again after a round trip; the line is busy with it for another 12,304 ns.
    assert_eq!(host.departed, [(12_304, 0), (36_912, 1)]);
    assert_eq!(host.arrivals(), [(15_024_608, 0), (15_024_608, 1)]);
}

#[test]
fn each_further_loss_doubles_the_timeout() {
    let draws = [0, 1, 2].map(|place| (Purpose::Loss, 0, place, 0));
    let host = host(&draws).at(0, Changes(lossy())).packets(0, 1).run();
    assert_eq!(host.arrivals(), [(4 * 12_304 + (200 + 400 + 800 + 5) * 1_000_000, 0)]);
    assert_eq!(host.retransmitted, 3 * 1538);
}

#[test]
fn a_link_that_loses_everything_gives_in_after_fifteen_losses() {
    let all = Condition { loss: Loss::Independent(Ratio::ONE), ..Condition::default() };
    let host = host(&[]).at(0, Changes(all)).packets(0, 1).run();
    // Nine timeouts from 0.2 s to 51.2 s, six of 60 s.
    let waits = 200 * 511 + 6 * 60_000;
    assert_eq!(host.arrivals(), [(16 * 12_304 + (waits + 5) * 1_000_000, 0)]);
    assert_eq!(host.carried, 16 * 1538);
}

#[test]
fn only_lost_packets_are_sent_again_caught_damage_is_loss() {
    let condition = Condition { corruption_caught: half(), ..lossy() };
    // The second of two packets is damaged, and what is sent again is lost once.
    let draws = [(Purpose::Corruption, 0, 0, 1), (Purpose::Loss, 0, 1, 0)];
    let host = host(&draws).at(0, Changes(condition)).at(0, Sends(2920)).run();
    assert_eq!((host.carried, host.retransmitted), (4 * 1538, 2 * 1538));
    assert_eq!(host.arrivals(), [(4 * 12_304 + 605_000_000, 0)]);
}

#[test]
fn damage_that_passes_arrives() {
    let condition = Condition { corruption_passed: half(), ..Condition::default() };
    let host = host(&[(Purpose::Corruption, 0, 1 << 23, 0)]).at(0, Changes(condition));
    let host = host.packets(0, 1).run();
    assert_eq!(host.arrived, [(5_012_304, 0, State::Damaged)]);
}

#[test]
fn what_is_held_up_holds_up_what_follows_and_nothing_comes_twice() {
    let reordering = Some((half(), Span::from_millis(3)));
    let late = Some((half(), Span::from_secs(30)));
    let duplication = Ratio::ONE;
    let condition = Condition { duplication, reordering, late, ..Condition::default() };
    let draws = [
        (Purpose::Duplication, 0, 0, 1),
        (Purpose::Reordering, 0, 0, 1),
        (Purpose::Reordering, 0, 1 << 23, 2_000_000),
        (Purpose::Late, 2, 0, 1),
    ];
    let host = host(&draws).at(0, Changes(condition)).packets(0, 3).run();
    // The last comes a timeout later, by a copy sent again.
    let arrivals = [(7_012_304, 0), (7_012_304, 1), (205_036_912, 2)];
    assert_eq!(host.arrivals(), arrivals);
    assert_eq!(host.retransmitted, 1538);
}

#[test]
fn a_block_holds_what_is_due_and_the_next_attempt_sends_it_again() {
    // 0 arrives before the block, 1 and 2 are due in it, 3 departs into it; 4 leaves when all of
    // them have been sent again, at the attempt 200 ms after the block began.
    let host = host(&[]).packets(0, 3).at(5_020_000, Changes(blocked())).packets(50_000_000, 1);
    let host = host.at(100_000_000, Changes(Condition::default())).packets(100_000_000, 1).run();
    let again = 205_020_000 + 5_000_000;
    let arrivals = [(5_012_304, 0), (again + 12_304, 1), (again + 24_608, 2)];
    assert_eq!(host.arrivals()[..3], arrivals);
    assert_eq!(host.arrivals()[3..], [(again + 36_912, 3), (again + 49_216, 4)]);
    assert_eq!((host.carried, host.retransmitted), (8 * 1538, 3 * 1538));
}

#[test]
fn a_block_between_departure_and_arrival_is_not_noticed() {
    let host = host(&[]).packets(0, 1).at(1_000_000, Changes(blocked()));
    let host = host.at(2_000_000, Changes(Condition::default())).run();
    assert_eq!((host.arrivals(), host.retransmitted), (vec![(5_012_304, 0)], 0));
}

#[test]
fn what_departs_into_a_short_block_comes_with_the_next_attempt() {
    let host = host(&[]).at(0, Changes(blocked())).packets(0, 1);
    let host = host.at(1_000_000, Changes(Condition::default())).run();
    assert_eq!(host.departed, [(12_304, 0)]);
    assert_eq!(host.arrivals(), [(200_000_000 + 12_304 + 5_000_000, 0)]);
}

#[test]
fn attempts_come_ever_more_seldom() {
    // At 0.2, 0.6, 1.4 and 3.0 s.
    let host = host(&[]).at(0, Changes(blocked())).packets(0, 1);
    let host = host.at(1_500_000_000, Changes(Condition::default())).run();
    assert_eq!(host.arrivals(), [(3_000_000_000 + 12_304 + 5_000_000, 0)]);
}

#[test]
fn a_second_block_holds_what_is_sent_again() {
    let host = host(&[]).at(0, Changes(blocked())).packets(0, 1);
    let host = host.at(1_000_000, Changes(Condition::default()));
    // The attempt at 200 ms is due at 205 ms, in a block that began at 190 ms: next is 390 ms.
    let host = host.at(190_000_000, Changes(blocked()));
    let host = host.at(300_000_000, Changes(Condition::default())).run();
    assert_eq!(host.arrivals(), [(390_000_000 + 12_304 + 5_000_000, 0)]);
    assert_eq!(host.retransmitted, 2 * 1538);
}

#[test]
fn the_window_stalls_in_a_block() {
    let narrow = Wan { window: Bytes::new(2 * 1538), ..wan(Transport::Tcp) };
    let host = Host::new(&narrow, Listed::default()).at(0, Changes(blocked())).packets(0, 4);
    let host = host.at(1_000_000_000, Changes(Condition::default())).run();
    // The attempt is at 1.4 s. Both are acknowledged 10 ms after they were sent again.
    let again = 1_400_024_608;
    let departed = [(12_304, 0), (24_608, 1), (again + 10_012_304, 2), (again + 10_024_608, 3)];
    assert_eq!(host.departed, departed);
    assert_eq!(host.arrivals()[1..3], [(again + 5_000_000, 1), (again + 15_012_304, 2)]);
}

#[test]
fn what_was_there_before_the_block_is_acknowledged() {
    let narrow = Wan { window: Bytes::new(2 * 1538), ..wan(Transport::Tcp) };
    let host = Host::new(&narrow, Listed::default()).packets(0, 4);
    // Both messages arrive before the block, and the two behind them leave into it.
    let host = host.at(6_000_000, Changes(blocked()));
    let host = host.at(300_000_000, Changes(Condition::default())).run();
    let departed = [(12_304, 0), (24_608, 1), (10_012_304, 2), (10_024_608, 3)];
    assert_eq!(host.departed, departed);
    assert_eq!(host.retransmitted, 2 * 1538);
}

#[test]
fn the_window_waits_for_what_is_sent_again() {
    let narrow = Wan { window: Bytes::new(1538), ..wan(Transport::Tcp) };
    let host = Host::new(&narrow, Listed::new(&[(Purpose::Loss, 0, 0, 0)]));
    let host = host.at(0, Changes(lossy())).packets(0, 2).run();
    // Recovered in a round trip and the time of a packet, acknowledged a round trip later: then the
    // last byte of the next one may have left.
    assert_eq!(host.departed, [(12_304, 0), (20_024_608, 1)]);
}

/// Three arrivals at one time, of which the host puts the last in before the middle one.
#[test]
fn arrivals_at_the_same_time_keep_their_order() {
    let delay = |millis| Condition { delay: Span::from_millis(millis), ..Condition::default() };
    // 1 meets a delay of 300 ms; 0 is held by a block and sent again over a delay of 400 ms.
    let host = host(&[]).packets(0, 2).at(13_000, Changes(delay(300)));
    let host = host.at(5_000_000, Changes(blocked())).at(6_000_000, Changes(blocked()));
    let host = host.at(6_500_000, Changes(delay(400))).at(7_000_000, Changes(delay(0)));
    let host = host.packets(7_000_000, 1).run();
    let again = 205_000_000 + 12_304 + 405_000_000;
    assert_eq!(host.arrivals(), [(again, 0), (again, 1), (again, 2)]);
}

/// Whatever comes and goes, `tcp` brings everything once and in order.
#[test]
fn everything_arrives_once_and_in_order() {
    for seed in 0..200 {
        let mut dice = Seeded::new(seed);
        let mut draw = |index, range| {
            dice.decide(Key { purpose: Purpose::Jitter, entity: 9, index }, Choice::Below(range))
        };
        let jitter = Span::from_micros(draw(0, 3_000));
        let window = Bytes::kib(1 + draw(1, 200));
        let wan = Wan { jitter, window, ..wan(Transport::Tcp) };
        let mut host = Host::new(&wan, Seeded::new(seed));
        for index in 0..60 {
            let at = draw(100 + index, 2_000_000_000);
            host = host.at(at, Sends(1 + draw(200 + index, 100_000)));
            let passages = [Passage::Open, Passage::Open, Passage::Clogged, Passage::Blocked];
            let passage = passages[usize::try_from(draw(300 + index, 4)).expect("small")];
            let loss = Loss::Independent(Ratio::new(draw(400 + index, 20), 100).expect("a share"));
            let late = Some((half(), Span::from_millis(draw(500 + index, 300))));
            let bandwidth = Some(Rate::bits_per_second(1 + draw(600 + index, 2_000_000_000)));
            let condition = Condition { passage, loss, bandwidth, late, ..Condition::default() };
            host = host.at(draw(700 + index, 2_000_000_000), Changes(condition));
        }
        let host = host.at(2_000_000_000, Changes(Condition::default())).run();
        let numbers: Vec<_> = host.arrived.iter().map(|&(_, number, _)| number).collect();
        assert_eq!(numbers, (0..60).collect::<Vec<_>>(), "seed {seed}");
    }
}
