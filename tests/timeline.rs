//! A timeline shows or counts everything: what it keeps and what it leaves out are together what the
//! report and the facts say there was.

mod support;

use mirrorsim::batch;
use mirrorsim::facts::{Direction, Fact, Sink, What};
use mirrorsim::report::Report;
use mirrorsim::scenario::Scenario;
use mirrorsim::timeline::{Answer, Buckets, Collector, LeftOut, Timeline, Window, choose};
use mirrorsim::workload::Traces;
use support::kept;

/// Counts facts, as plainly as can be.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    requests: u64,
    sent: [u64; 2],
    lost: [u64; 2],
    works: u64,
}

impl Sink for Tally {
    fn take(&mut self, fact: &Fact) {
        match &fact.what {
            What::Requested(_) => self.requests += 1,
            What::Sent(way, ..) | What::Resent(way, ..) => self.sent[*way as usize] += 1,
            What::Lost(way, ..) => self.lost[*way as usize] += 1,
            What::Appended(..)
            | What::LogWriteAsked(..)
            | What::LogReadAsked(..)
            | What::FragmentReadAsked(..)
            | What::VolumeWriteAsked(..)
            | What::VolumeReadAsked(..)
            | What::PinnedReadAsked(..) => self.works += 1,
            _ => {}
        }
    }
}

/// Two sinks.
struct Pair<'a>(&'a mut dyn Sink, &'a mut dyn Sink);

impl Sink for Pair<'_> {
    fn take(&mut self, fact: &Fact) {
        self.0.take(fact);
        self.1.take(fact);
    }
}

fn seen(run: &(Scenario, Traces), window: Window, most: usize) -> (Timeline, Tally, Report) {
    let (scenario, traces) = run;
    let mut collector = Collector::new(scenario, window, most);
    let mut tally = Tally::default();
    let mut both = Pair(&mut collector, &mut tally);
    let outcome = batch::run(scenario, 0, traces, Some(&mut both), &mut |_, _| {});
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    (collector.finish(), tally, outcome.report(scenario, 0))
}

/// Kept and left out are all there was; the buckets hold it too.
fn assert_complete(timeline: &Timeline, tally: &Tally, report: &Report, what: &str) {
    let (left, total) = (&timeline.left_out, timeline.buckets.total());
    let all = |kept: usize, left: u64| kept as u64 + left;
    let requests = all(timeline.requests.len(), left.requests.total());
    let messages = all(timeline.messages.len(), left.messages.total());
    let works = timeline.works.iter().map(|work| work.count).sum::<u64>() + left.works.total();
    assert_eq!(requests, tally.requests, "{what}");
    assert_eq!(messages, tally.sent.iter().sum::<u64>(), "{what}");
    assert_eq!(works, tally.works, "{what}");
    assert_eq!(total.requests, tally.requests, "{what}");
    assert_eq!((total.sent, total.lost), (tally.sent, tally.lost), "{what}");
    assert_eq!(total.works, tally.works, "{what}");
    assert_eq!(total.acknowledged, report.writes.acknowledged, "{what}");
    let departed = [report.messages.to_destination, report.messages.to_source];
    assert_eq!(total.departed, departed, "{what}");
    let bytes = [0, 1].map(|way: usize| total.bytes[way] + total.resent_bytes[way]);
    let reported = [report.wan.to_destination.total, report.wan.to_source.total];
    assert_eq!(bytes, reported, "{what}");
    assert!(timeline.buckets.list.len() <= Buckets::MOST, "{what}");
    let kept = timeline.requests.len() + timeline.messages.len() + timeline.works.len();
    assert!(kept <= timeline.most, "{what}: {kept} kept");
}

/// What is kept sums up to the report too, where all is kept.
fn assert_all_kept(timeline: &Timeline, tally: &Tally, report: &Report, what: &str) {
    assert_eq!(timeline.left_out, LeftOut::default(), "{what}");
    let written = timeline.requests.iter().filter(|r| r.answer == Some(Answer::Written));
    assert_eq!(written.count() as u64, report.writes.acknowledged, "{what}");
    for (place, way) in Direction::BOTH.into_iter().enumerate() {
        let own = || timeline.messages.iter().filter(|message| message.direction == way);
        let departed = own().filter(|message| message.departed.is_some()).count() as u64;
        let bytes: u64 = own().map(|message| message.bytes).sum();
        let total = timeline.buckets.total();
        assert_eq!(departed, total.departed[place], "{what}");
        assert_eq!(bytes, total.bytes[place], "{what}");
        let lost = own().filter(|message| message.lost.is_some()).count() as u64;
        assert!(lost <= tally.lost[place], "{what}");
        assert_eq!(lost > 0, tally.lost[place] > 0, "{what}");
    }
    let points = report.synchronization.consistency_points;
    assert!(timeline.points.len() as u64 >= points, "{what}: {points} points");
}

const SCENARIOS: [&str; 5] = [
    "postgresql.json",
    "naks-on-a-bad-link.json",
    "crashes.json",
    "automatic-failover.json",
    "datagram-jitter.json",
];

#[test]
fn everything_is_shown_or_counted() {
    for name in SCENARIOS {
        let run = kept(name, &[]);
        let (first, tally, report) = seen(&run, Window::NOTHING, 0);
        assert_complete(&first, &tally, &report, name);
        assert_eq!(first.requests.len() + first.messages.len() + first.works.len(), 0, "{name}");
        assert!(first.firsts.point.is_some(), "{name}");
        let part = choose(&first, None, 1000, Window::ALL);
        for (window, most) in [(Window::ALL, usize::MAX), (part, 2000), (Window::ALL, 500)] {
            let what = format!("{name} {window} {most}");
            let (timeline, tally, report) = seen(&run, window, most);
            assert_complete(&timeline, &tally, &report, &what);
            assert_eq!(timeline.buckets, first.buckets, "{what}");
            assert_eq!(timeline.firsts, first.firsts, "{what}");
            if most == usize::MAX {
                assert_all_kept(&timeline, &tally, &report, &what);
            }
        }
    }
}

/// The window that is chosen holds about as many spans as there is room for, and what went wrong.
#[test]
fn a_chosen_window_fills_its_room() {
    for name in SCENARIOS {
        let run = kept(name, &[]);
        let (first, _, _) = seen(&run, Window::NOTHING, 0);
        let window = choose(&first, None, 1000, Window::ALL);
        let (timeline, _, _) = seen(&run, window, 3000);
        let kept = timeline.requests.len() + timeline.messages.len() + timeline.works.len();
        assert!((500..=1500).contains(&kept), "{name}: {kept} in {window}");
        let firsts = &first.firsts;
        let wrong = [firsts.lost, firsts.felt, firsts.crashed, firsts.promoted];
        let moment = wrong.into_iter().flatten().min();
        let moment = moment.or(firsts.point.map(|(begun, _)| begun)).expect("it has one");
        assert!(window.contains(moment), "{name}: {moment} in {window}");
    }
}

#[test]
fn the_same_run_gives_the_same_timeline() {
    let run = kept("naks-on-a-bad-link.json", &[]);
    let of = || seen(&run, Window::ALL, usize::MAX).0;
    assert_eq!(of(), of());
}
