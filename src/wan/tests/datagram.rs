//! Faults of a link that carries message by message. One packet of 1460 bytes takes 12,304 ns to
//! leave and 5 ms to arrive.

use super::host::Happening::{Changes, Sends};
use super::host::{Host, Listed};
use super::*;
use crate::units::Ratio;

/// The place of a draw that is not one of a series.
const APART: u64 = 1 << 23;

fn half() -> Ratio {
    Ratio::new(1, 2).expect("a share")
}

fn host(draws: &[(Purpose, u64, u64, u64)]) -> Host<Listed> {
    Host::new(&wan(Transport::Datagram), Listed::new(draws))
}

#[test]
fn a_lost_datagram_never_arrives_and_was_carried() {
    let loss = Condition { loss: Loss::Independent(half()), ..Condition::default() };
    let host = host(&[(Purpose::Loss, 1, 0, 0)]).at(0, Changes(loss)).packets(0, 3).run();
    assert_eq!(host.arrivals(), [(5_012_304, 0), (5_036_912, 2)]);
    assert_eq!(host.lost, [(1, LossCause::Lost)]);
    assert_eq!((host.carried, host.retransmitted), (3 * 1538, 0));
}

#[test]
fn a_datagram_is_lost_with_any_of_its_packets() {
    let loss = Condition { loss: Loss::Independent(half()), ..Condition::default() };
    // Of message 0 the second of two packets is lost, of message 1 it would be the third.
    let host = host(&[(Purpose::Loss, 0, 0, 1), (Purpose::Loss, 1, 0, 2)]).at(0, Changes(loss));
    let host = host.at(0, Sends(2920)).at(0, Sends(2920)).run();
    assert_eq!(host.lost, [(0, LossCause::Lost)]);
    assert_eq!(host.arrivals(), [(5_049_216, 1)]);
}

#[test]
fn corruption_that_is_caught_is_loss_and_that_which_passes_is_damage() {
    let (corruption_caught, corruption_passed) = (half(), half());
    let corruption = Condition { corruption_caught, corruption_passed, ..Condition::default() };
    let draws = [(Purpose::Corruption, 0, 0, 0), (Purpose::Corruption, 1, APART, 0)];
    let host = host(&draws).at(0, Changes(corruption)).packets(0, 3).run();
    assert_eq!(host.lost, [(0, LossCause::Corrupted)]);
    let arrived = [(5_024_608, 1, State::Damaged), (5_036_912, 2, State::Intact)];
    assert_eq!(host.arrived, arrived);
}

#[test]
fn a_duplicate_arrives_a_little_later() {
    let twice = Condition { duplication: half(), ..Condition::default() };
    let draws = [(Purpose::Duplication, 0, 0, 1), (Purpose::Duplication, 0, APART, 100_000)];
    let host = host(&draws).at(0, Changes(twice)).packets(0, 2).run();
    assert_eq!(host.arrivals(), [(5_012_304, 0), (5_024_608, 1), (5_112_304, 0)]);
    assert_eq!(host.carried, 2 * 1538, "the network made the copy");
}

#[test]
fn what_is_held_up_or_late_is_overtaken() {
    let reordering = Some((half(), Span::from_millis(1)));
    let late = Some((half(), Span::from_secs(30)));
    let delay = Span::from_millis(2);
    let slow = Condition { reordering, delay, late, ..Condition::default() };
    let draws = [
        (Purpose::Reordering, 0, 0, 1),
        (Purpose::Reordering, 0, APART, 500_000),
        (Purpose::Late, 1, 0, 1),
    ];
    let host = host(&draws).at(0, Changes(slow)).packets(0, 3).run();
    assert_eq!(host.arrivals(), [(7_036_912, 2), (7_512_304, 0), (30_007_024_608, 1)]);
}

#[test]
fn a_partition_loses_what_departs_into_it_and_what_is_due() {
    let blocked = Condition { passage: Passage::Blocked, ..Condition::default() };
    // 0 arrives before the block; 1 and 2 are due in it; 3 departs into it and would be due after
    // it; 4 departs after it.
    let host = host(&[]).packets(0, 3).at(5_020_000, Changes(blocked)).packets(8_000_000, 1);
    let host = host.at(9_000_000, Changes(Condition::default())).packets(9_000_000, 1).run();
    assert_eq!(host.arrivals(), [(5_012_304, 0), (14_012_304, 4)]);
    assert_eq!((&host.gone[..], &host.lost[..]), (&[1, 2][..], &[(3, LossCause::Blocked)][..]));
    assert_eq!(host.carried, 5 * 1538);
}

/// Losses among so many messages of one packet each.
fn losses(condition: Condition, count: u64) -> Vec<u64> {
    let host = Host::new(&wan(Transport::Datagram), Seeded::new(5)).at(0, Changes(condition));
    let host = host.packets(0, count).run();
    assert_eq!(host.lost.len() + host.arrived.len() >= 20_000, count >= 20_000);
    host.lost.iter().map(|&(number, _)| number).collect()
}

#[test]
fn loss_has_the_rate_it_was_given_and_is_not_moved_by_other_faults() {
    let loss = Loss::Independent(Ratio::new(1, 10).expect("a share"));
    let alone = losses(Condition { loss, ..Condition::default() }, 20_000);
    assert!(alone.len().abs_diff(2_000) < 130, "three deviations: {}", alone.len());
    let duplication = half();
    let reordering = Some((half(), Span::from_millis(1)));
    let more = Condition { loss, duplication, reordering, ..Condition::default() };
    assert_eq!(alone, losses(more, 20_000));
}

#[test]
fn bursts_lose_their_share_in_runs() {
    let share = |numerator, denominator| Ratio::new(numerator, denominator).expect("a share");
    let loss = Loss::Bursts { to_bad: share(1, 100), to_good: share(1, 10), while_bad: Ratio::ONE };
    let lost = losses(Condition { loss, ..Condition::default() }, 40_000);
    // One in eleven is bad: 1/100 ÷ (1/100 + 1/10); runs are ten packets long on average.
    assert!(lost.len().abs_diff(3_636) < 600, "{} lost", lost.len());
    let runs = lost.windows(2).filter(|pair| pair[1] != pair[0] + 1).count() + 1;
    let mean = lost.len() * 10 / runs;
    assert!((80..120).contains(&mean), "runs of {mean} tenths");
}

#[test]
fn a_link_that_is_always_bad_loses_everything_and_a_fresh_one_is_good() {
    let always = Loss::Bursts { to_bad: Ratio::ONE, to_good: Ratio::ZERO, while_bad: Ratio::ONE };
    let lost = losses(Condition { loss: always, ..Condition::default() }, 100);
    assert_eq!(lost, (1..100).collect::<Vec<_>>(), "good at first, bad after the first packet");
}
