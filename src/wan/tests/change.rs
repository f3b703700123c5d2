//! What moves a departure, and what breaks a connection. One packet of 1460 bytes takes 12,304 ns to
//! leave and 5 ms to arrive.

use super::host::Happening::{Changes, Clears, Resets, Sends};
use super::host::{Host, Listed};
use super::*;

const BOTH: [Transport; 2] = [Transport::Tcp, Transport::Datagram];

fn host(transport: Transport) -> Host<Listed> {
    Host::new(&wan(transport), Listed::default())
}

fn passage(passage: Passage) -> Condition {
    Condition { passage, ..Condition::default() }
}

fn bandwidth(megabits: u64) -> Condition {
    let rate = Rate::bits_per_second(megabits * 1_000_000);
    Condition { bandwidth: Some(rate), ..Condition::default() }
}

#[test]
fn a_collapse_of_bandwidth_slows_the_rest_of_the_head() {
    for transport in BOTH {
        // 769 of 1538 bytes have left; the others take ten times as long, and so does the next.
        let host = host(transport).packets(0, 2).at(6_152, Changes(bandwidth(100))).run();
        assert_eq!(host.departed, [(6_152 + 61_520, 0), (6_152 + 61_520 + 123_040, 1)]);
        assert_eq!(host.carried, 2 * 1538);
    }
}

#[test]
fn a_higher_bandwidth_than_the_links_changes_nothing() {
    for transport in BOTH {
        let host = host(transport).packets(0, 1).at(6_152, Changes(bandwidth(5_000))).run();
        assert_eq!(host.departed, [(12_304, 0)]);
    }
}

#[test]
fn a_clog_stops_the_head_and_loses_nothing() {
    for transport in BOTH {
        let host = host(transport).packets(0, 1).packets(5_000_000, 2);
        let host = host.at(5_006_152, Changes(passage(Passage::Clogged)));
        let host = host.at(6_000_000, Changes(Condition::default())).run();
        assert_eq!(host.departed, [(12_304, 0), (6_006_152, 1), (6_018_456, 2)]);
        assert_eq!(host.arrivals(), [(5_012_304, 0), (11_006_152, 1), (11_018_456, 2)]);
        assert_eq!(host.retransmitted, 0);
    }
}

#[test]
fn what_is_handed_over_to_a_clogged_link_waits() {
    for transport in BOTH {
        let mut link = Link::new(1, &wan(transport));
        link.set_condition(at(0), passage(Passage::Clogged));
        let sent = link.send(at(5), (), Bytes::new(1460), &mut Undrawn);
        assert_eq!((sent.departure, link.queued().get()), (None, 1460));
        let changed = link.set_condition(at(1_000), Condition::default());
        assert_eq!(changed.departure, Some(Departure { at: at(13_304), token: 0 }));
    }
}

#[test]
fn a_promise_that_was_moved_is_void() {
    for transport in BOTH {
        let mut link = Link::new(1, &wan(transport));
        let sent = link.send(at(0), (), Bytes::new(1460), &mut Undrawn);
        let token = sent.departure.expect("an idle link").token;
        assert!(link.promises(token));
        let delay = Condition { delay: Span::from_millis(9), ..Condition::default() };
        assert_eq!(link.set_condition(at(1_000), delay), Changed::default());
        assert!(link.promises(token), "a delay does not move a departure");
        let changed = link.set_condition(at(2_000), bandwidth(1));
        assert!(!link.promises(token) && link.promises(changed.departure.expect("a head").token));
        link.clear_queue(at(3_000));
        assert!(!link.promises(token + 1), "nothing is left to leave");
    }
}

/// Taking a plan back and making it again is the same plan. Where acknowledgements hold bytes up, what
/// had left is known up to a window.
#[test]
fn a_change_that_is_undone_at_once_changes_nothing() {
    let run = |window: u64, stops: &[u64]| {
        let wan = Wan { window: Bytes::new(window), ..wan(Transport::Tcp) };
        let mut host = Host::new(&wan, Listed::default());
        for &stop in stops {
            host = host.at(stop, Changes(passage(Passage::Clogged)));
            host = host.at(stop, Changes(Condition::default()));
        }
        (0..20).fold(host, |host, _| host.at(0, Sends(40_000))).run().departed
    };
    // A window of 16 KiB takes 131,072 ns to leave.
    for (window, tolerance) in [(64 << 20, 64), (16 << 10, 2 * 131_072)] {
        let stopped = run(window, &[1_000_003, 3_131_100, 30_000_001, 77_777_777]);
        for ((left, number), (expected, same)) in stopped.into_iter().zip(run(window, &[])) {
            assert_eq!(number, same);
            assert!(left.abs_diff(expected) <= tolerance, "{number}: {left}, expected {expected}");
        }
    }
}

#[test]
fn a_reset_lets_a_prefix_of_what_is_under_way_arrive() {
    let draws = [((Purpose::Reset, 0), 2)].into();
    let host = Host::new(&wan(Transport::Tcp), Listed(draws)).packets(0, 6);
    // Four have left, the fifth is leaving.
    let host = host.at(50_000, Resets).packets(50_000, 1).run();
    assert_eq!(host.arrivals(), [(5_012_304, 0), (5_024_608, 1), (5_062_304, 6)]);
    assert_eq!(host.dropped, [2, 3, 4, 5]);
    assert_eq!(host.gone, [2, 3]);
    assert_eq!(host.carried, 5 * 1538);
}

#[test]
fn a_reset_of_datagrams_drops_the_queue_alone() {
    let host = host(Transport::Datagram).packets(0, 6).at(50_000, Resets).run();
    let arrived: Vec<_> = host.arrivals().into_iter().map(|(_, number)| number).collect();
    assert_eq!((&arrived[..], &host.dropped[..]), (&[0, 1, 2, 3][..], &[4, 5][..]));
    assert_eq!(host.link.queued(), Bytes::ZERO);
}

#[test]
fn a_new_connection_does_not_wait_for_the_old_one() {
    let wan = Wan { window: Bytes::new(1538), ..wan(Transport::Tcp) };
    let delay = Span::from_millis(50);
    let draws = [((Purpose::Reset, 0), 1)].into();
    let host = Host::new(&wan, Listed(draws)).packets(0, 1);
    let host = host.at(0, Changes(Condition { delay, ..Condition::default() }));
    let host = host.at(1_000_000, Changes(Condition::default())).at(2_000_000, Resets);
    // The window is empty again, and the old message comes after the new one.
    let host = host.packets(2_000_000, 1).run();
    assert_eq!(host.arrivals(), [(7_012_304, 1), (55_012_304, 0)]);
}

#[test]
fn a_reset_in_a_block_lets_nothing_arrive() {
    let draws = [((Purpose::Reset, 0), 2)].into();
    let host = Host::new(&wan(Transport::Tcp), Listed(draws)).packets(0, 2);
    let host = host.at(5_020_000, Changes(passage(Passage::Blocked))).packets(6_000_000, 1);
    let host = host.at(7_000_000, Resets).packets(7_000_000, 1);
    let host = host.at(8_000_000, Changes(Condition::default())).run();
    // The new connection tries again 200 ms after it began.
    assert_eq!(host.arrivals(), [(5_012_304, 0), (212_012_304, 3)]);
    assert_eq!(host.dropped, [1, 2]);
}

#[test]
fn what_survives_a_reset_may_still_be_blocked() {
    let draws = [((Purpose::Reset, 0), 2)].into();
    let host = Host::new(&wan(Transport::Tcp), Listed(draws)).packets(0, 2).at(1_000_000, Resets);
    let host = host.at(5_020_000, Changes(passage(Passage::Blocked)));
    let host = host.at(9_000_000, Changes(Condition::default())).run();
    assert_eq!((host.arrivals(), host.gone), (vec![(5_012_304, 0)], vec![1]));
}

#[test]
fn a_crash_of_the_sender_drops_the_queue_and_nothing_else() {
    for transport in BOTH {
        let host = host(transport).packets(0, 3).at(13_000, Clears).packets(20_000, 1).run();
        assert_eq!(host.arrivals(), [(5_012_304, 0), (5_032_304, 3)]);
        assert_eq!((&host.dropped[..], host.carried), (&[1, 2][..], 2 * 1538));
    }
}

#[test]
fn without_faults_nothing_is_drawn_at_all() {
    for transport in BOTH {
        let host = Host::new(&wan(transport), Undrawn).packets(0, 3).at(0, Sends(100_000));
        assert_eq!(host.run().arrived.len(), 4);
    }
}
