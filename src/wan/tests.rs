mod change;
mod datagram;
mod host;
mod stream;

use super::*;
use crate::random::Seeded;
use crate::units::{Rate, Ratio};

fn wan(transport: Transport) -> Wan {
    Wan {
        transport,
        bandwidth: Rate::bits_per_second(1_000_000_000),
        propagation: Span::from_millis(5),
        jitter: Span::ZERO,
        queue: Bytes::mib(1),
        mtu: Bytes::new(1500),
        packet_overhead: Bytes::new(78),
        window: Bytes::mib(64),
        loss: Ratio::ZERO,
    }
}

fn at(nanos: u64) -> SimTime {
    SimTime::from_nanos(nanos)
}

/// Hands `count` messages of `length` over at time 0 and lets all of them leave: departures with
/// arrivals.
fn carry(link: &mut Link<u64>, count: u64, length: Bytes) -> Vec<(SimTime, SimTime)> {
    let mut decisions = Seeded::new(1);
    let mut next = None;
    for message in 0..count {
        let sent = link.send(SimTime::ZERO, message, length, &mut decisions);
        assert_eq!(sent.number, message);
        next = next.or(sent.departure.map(|departure| departure.at));
    }
    let mut times = Vec::new();
    while let Some(now) = next {
        let departed = link.departed(now, &[], &mut decisions);
        assert_eq!(departed.message, departed.number, "first in, first out");
        times.push((now, departed.arrivals[0].at));
        assert_eq!(
            link.arriving(departed.arrivals[0].at, departed.arrivals[0].token),
            Fate::Delivers
        );
        next = departed.next.map(|departure| departure.at);
    }
    times
}

/// Payload bytes a second over the later three quarters of `count` messages.
fn throughput(wan: &Wan, count: u64, length: Bytes) -> u64 {
    let times = carry(&mut Link::new(0, wan), count, length);
    let quarter = times.len() / 4;
    let span = times[times.len() - 1].0.since(times[quarter - 1].0).as_nanos();
    let messages = u64::try_from(times.len() - quarter).expect("few");
    let nanos = u128::from(messages * length.get()) * 1_000_000_000 / u128::from(span);
    u64::try_from(nanos).expect("a rate")
}

fn assert_within_one_percent(value: u64, expected: u64) {
    assert!(value.abs_diff(expected) * 100 <= expected, "{value}, expected {expected}");
}

#[test]
fn each_message_starts_a_packet_of_its_own() {
    let wan = wan(Transport::Tcp);
    for (length, count) in [(0, 1), (1, 1), (1460, 1), (1461, 2), (65_536, 45)] {
        let length = Bytes::new(length);
        assert_eq!(wan.packets(length), count);
        assert_eq!(wan.overhead(length).get(), 78 * count);
        assert_eq!(wan.wire_length(length).get(), length.get() + 78 * count);
    }
}

#[test]
fn messages_leave_one_behind_the_other() {
    for transport in [Transport::Tcp, Transport::Datagram] {
        let mut link = Link::new(0, &wan(transport));
        // 1460 + 78 bytes at 8 ns each are 12,304 ns; 5 ms later they arrive.
        let times = carry(&mut link, 3, Bytes::new(1460));
        let departures = [12_304, 24_608, 36_912];
        assert_eq!(times, departures.map(|left| (at(left), at(left + 5_000_000))));
        assert_eq!(link.carried().get(), 3 * 1538);
    }
}

#[test]
fn an_idle_link_starts_when_it_is_given_something() {
    let mut link = Link::new(0, &wan(Transport::Tcp));
    let mut decisions = Seeded::new(1);
    let mut send = |link: &mut Link<_>, now| {
        link.send(at(now), 'm', Bytes::new(1460), &mut decisions)
            .departure
            .map(|departure| departure.at)
    };
    let next = |departed: Departed<_>| departed.next.map(|departure| departure.at);
    assert_eq!(send(&mut link, 0), Some(at(12_304)));
    assert_eq!(send(&mut link, 10_000), None, "it waits");
    assert_eq!(link.queued().get(), 2920);
    assert_eq!(next(link.departed(at(12_304), &[], &mut Undrawn)), Some(at(24_608)));
    assert_eq!((link.queued().get(), link.carried().get()), (1460, 1538));
    assert_eq!(next(link.departed(at(24_608), &[], &mut Undrawn)), None);
    assert_eq!(send(&mut link, 100_000), Some(at(112_304)));
}

/// A window of two packets and an idle line: the third waits for the acknowledgement of the first.
#[test]
fn the_third_packet_waits_for_the_first_acknowledgement() {
    let window = Bytes::new(2 * 1538);
    let times =
        carry(&mut Link::new(0, &Wan { window, ..wan(Transport::Tcp) }), 5, Bytes::new(1460));
    // Byte 1538 is acknowledged 10 ms after it left, at 12,304 ns: then byte 3 × 1538 may leave.
    let departures = [12_304, 24_608, 10_012_304, 10_024_608, 20_012_304];
    for ((left, _), expected) in times.iter().zip(departures) {
        assert_eq!(*left, at(expected));
    }
}

/// `StarFish`: 124 Mbit/s over 65 ms one way, capped by a window of 512 KiB.
#[test]
fn a_window_caps_throughput_at_window_over_round_trip() {
    let starfish = Wan {
        bandwidth: Rate::bits_per_second(124_000_000),
        propagation: Span::from_millis(65),
        packet_overhead: Bytes::ZERO,
        window: Bytes::kib(512),
        ..wan(Transport::Tcp)
    };
    let cap = (512 << 10) * 1000 / 130;
    for (kib, count) in [(4, 20_000), (16, 5_000), (64, 1_250), (100, 800), (511, 200), (600, 150)]
    {
        assert_within_one_percent(throughput(&starfish, count, Bytes::kib(kib)), cap);
    }
    let larger_than_the_window = throughput(&starfish, 20, Bytes::mib(4));
    assert_within_one_percent(larger_than_the_window, cap);
    let datagrams = Wan { transport: Transport::Datagram, ..starfish };
    assert_within_one_percent(throughput(&datagrams, 1_000, Bytes::kib(64)), 124_000_000 / 8);
}

#[test]
fn a_window_counts_wire_bytes_and_a_wide_one_costs_nothing() {
    let narrow = Wan { window: Bytes::kib(64), ..wan(Transport::Tcp) };
    // 64 KiB a round trip of 10 ms, of which 1460 in 1538 are payload.
    let cap = (64 << 10) * 100 * 1460 / 1538;
    assert_within_one_percent(throughput(&narrow, 5_000, Bytes::new(1460)), cap);
    let wide = carry(&mut Link::new(0, &wan(Transport::Tcp)), 1_000, Bytes::kib(64));
    let free = carry(&mut Link::new(0, &wan(Transport::Datagram)), 1_000, Bytes::kib(64));
    assert_eq!(wide, free);
}

/// DRBD: disks of 600 MB/s behind 1 Gbit/s are seen as some 110 MB/s.
#[test]
fn a_gigabit_carries_what_packets_leave_of_it() {
    let rate = throughput(&wan(Transport::Tcp), 2_000, Bytes::kib(64));
    // 65,536 of 65,536 + 45 × 78 wire bytes.
    assert_within_one_percent(rate, 125_000_000 / 69_046 * 65_536);
    assert!((108_000_000..120_000_000).contains(&rate), "{rate}");
}

#[test]
fn jitter_delays_each_message_and_reorders_only_datagrams() {
    let jitter = Span::from_millis(2);
    let late = |transport| {
        let mut link = Link::new(3, &Wan { jitter, ..wan(transport) });
        let times = carry(&mut link, 2_000, Bytes::new(1460));
        let delay = |&(left, arrival): &(SimTime, SimTime)| arrival.since(left).as_nanos();
        (times.iter().map(delay).collect::<Vec<_>>(), times.is_sorted_by_key(|times| times.1))
    };
    let (datagrams, ordered) = late(Transport::Datagram);
    assert!(!ordered, "jitter reorders datagrams");
    assert!(datagrams.iter().all(|delay| (5_000_000..=7_000_000).contains(delay)));
    let mean = datagrams.iter().sum::<u64>() / 2_000;
    assert!(mean.abs_diff(6_000_000) < 60_000, "half the jitter on average: {mean}");
    let (stream, ordered) = late(Transport::Tcp);
    assert!(ordered, "a stream arrives in order");
    assert!(stream.iter().zip(&datagrams).all(|(tcp, datagram)| tcp >= datagram));
    assert!(stream.iter().all(|&delay| delay <= 7_000_000), "none is held longer than the jitter");
}

/// Decisions that nobody may ask for.
struct Undrawn;

impl Decisions for Undrawn {
    fn decide(&mut self, key: Key, _: Choice<'_>) -> u64 {
        panic!("a draw for {key:?}")
    }
}

#[test]
fn without_jitter_nothing_is_drawn() {
    let mut link = Link::new(0, &wan(Transport::Tcp));
    link.send(SimTime::ZERO, (), Bytes::kib(4), &mut Undrawn);
}

#[test]
fn what_is_kept_is_bounded_by_the_window() {
    let wan = Wan { window: Bytes::kib(64), ..wan(Transport::Tcp) };
    let mut link = Link::new(0, &wan);
    carry(&mut link, 20_000, Bytes::kib(4));
    let kept = link.stream.as_ref().map_or(0, |stream| stream.window.segments());
    assert!(kept <= 16 + 2 * 16, "{kept} segments");
}

#[test]
#[should_panic(expected = "the head leaves at the time promised")]
fn a_departure_at_another_time_is_refused() {
    let mut link = Link::new(0, &wan(Transport::Tcp));
    link.send(SimTime::ZERO, (), Bytes::kib(4), &mut Undrawn);
    link.departed(at(1), &[], &mut Undrawn);
}
