//! Processes and threads: where in the trace something is shown.

use super::lanes::Lanes;
use super::text::{Event, Value, Writer};
use crate::facts::{Direction, Role};
use crate::timeline::{Device, MessageSpan, Place, SpellKind, Timeline, WorkEnd, WorkSpan};
use crate::units::SimTime;
use std::collections::BTreeMap;
use std::io;

/// A process. Its number, from 1, is its place on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Process {
    Run,
    Clients,
    Source,
    ToDestination,
    ToSource,
    Destination,
    Witness,
}

/// What a thread of a side shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// Clients, one lane each; of the run, faults and the operator; of a side, its node.
    Own,
    Sends,
    Arrivals,
    Nvram,
    Log,
    Volume,
}

/// A thread: of which process, in which group, the lane in it.
pub(super) type Thread = (Process, Group, u32);

/// One arrival of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arriving {
    /// The message's place in the timeline.
    pub message: usize,
    /// The place among its arrivals.
    pub nth: usize,
    pub at: SimTime,
    pub lane: u32,
}

/// Which threads there are, and which lanes spans lie on.
#[derive(Debug)]
pub(super) struct Places {
    names: BTreeMap<Thread, String>,
    has_witness: bool,
    /// By message.
    pub sends: Vec<u32>,
    /// In the order of time.
    pub arrivals: Vec<Arriving>,
    /// By work.
    pub works: Vec<u32>,
}

impl Process {
    const ALL: [Self; 7] = [
        Self::Run,
        Self::Clients,
        Self::Source,
        Self::ToDestination,
        Self::ToSource,
        Self::Destination,
        Self::Witness,
    ];

    /// Its number in the trace.
    pub const fn id(self) -> u64 {
        self as u64 + 1
    }

    pub const fn of(role: Role) -> Self {
        match role {
            Role::Source => Self::Source,
            Role::Destination => Self::Destination,
        }
    }

    pub const fn of_link(direction: Direction) -> Self {
        match direction {
            Direction::ToDestination => Self::ToDestination,
            Direction::ToSource => Self::ToSource,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Clients => "clients",
            Self::Source => "source",
            Self::ToDestination => "WAN to destination",
            Self::ToSource => "WAN to source",
            Self::Destination => "destination",
            Self::Witness => "witness",
        }
    }
}

impl Group {
    const ALL: [Self; 6] =
        [Self::Own, Self::Sends, Self::Arrivals, Self::Nvram, Self::Log, Self::Volume];

    pub const fn of(device: Device) -> Self {
        match device {
            Device::Nvram => Self::Nvram,
            Device::Log => Self::Log,
            Device::Volume => Self::Volume,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Own => "node",
            Self::Sends => "sends",
            Self::Arrivals => "arrivals",
            Self::Nvram => "NVRAM",
            Self::Log => "log storage",
            Self::Volume => "volume disks",
        }
    }
}

/// The number of a thread, which no other process has.
pub(super) fn thread_id((process, group, lane): Thread) -> u64 {
    const LANES: u64 = 1 << 20;
    const GROUPS: u64 = 8;
    assert!(u64::from(lane) < LANES, "no timeline keeps so many spans at once");
    (process.id() * GROUPS + group as u64) * LANES + u64::from(lane)
}

/// The side that sends in a direction, and the one that receives.
pub(super) const fn ends_of(direction: Direction) -> (Role, Role) {
    match direction {
        Direction::ToDestination => (Role::Source, Role::Destination),
        Direction::ToSource => (Role::Destination, Role::Source),
    }
}

/// When a message had left its sender, or what was known of it last.
pub(super) fn left(message: &MessageSpan) -> SimTime {
    message.departed.unwrap_or_else(|| message.ended())
}

/// Until when a work is shown: of a read that nothing came of, that it was asked for.
pub(super) fn over(work: &WorkSpan, run: SimTime) -> SimTime {
    match work.end {
        WorkEnd::Done(at) | WorkEnd::CutShort(at) => at,
        WorkEnd::Untold if work.kind.is_read() => work.began,
        WorkEnd::Untold => run,
    }
}

/// How long a slice is shown, in nanoseconds: never nothing.
pub(super) fn length(began: SimTime, ended: SimTime) -> u64 {
    ended.since(began).as_nanos().max(1)
}

/// Where a mark is shown.
pub(super) fn thread_of(place: Place) -> Thread {
    match place {
        Place::Client(id) => (Process::Clients, Group::Own, id.0),
        Place::Node(role) => (Process::of(role), Group::Own, 0),
        Place::Nvram(role) => (Process::of(role), Group::Nvram, 0),
        Place::Log(role) => (Process::of(role), Group::Log, 0),
        Place::Volume(role) => (Process::of(role), Group::Volume, 0),
        Place::Link | Place::Operator => (Process::Run, Group::Own, 0),
        Place::Witness => (Process::Witness, Group::Own, 0),
    }
}

impl Places {
    pub fn of(timeline: &Timeline) -> Self {
        let mut lanes = BTreeMap::new();
        let mut place = |process, group, began: SimTime, ended| {
            let lanes: &mut Lanes = lanes.entry((process, group)).or_default();
            let began = (began, began.as_nanos());
            lanes.place(began.1, began.1.saturating_add(length(began.0, ended)))
        };
        let sends = timeline.messages.iter().map(|message| {
            let (sender, _) = ends_of(message.direction);
            place(Process::of(sender), Group::Sends, message.sent, left(message))
        });
        let sends = sends.collect();
        let works = timeline.works.iter().map(|work| {
            let group = Group::of(work.kind.device());
            place(Process::of(work.role), group, work.began, over(work, timeline.ended))
        });
        let works = works.collect();
        let mut arrivals = arrivals(timeline);
        for arriving in &mut arrivals {
            let (_, receiver) = ends_of(timeline.messages[arriving.message].direction);
            let process = Process::of(receiver);
            arriving.lane = place(process, Group::Arrivals, arriving.at, arriving.at);
        }
        let counts = lanes.into_iter().map(|(name, lanes)| (name, lanes.count)).collect();
        let names = names(timeline, &counts);
        Self { names, has_witness: has_witness(timeline), sends, arrivals, works }
    }

    /// Names processes and threads.
    pub fn write(&self, writer: &mut Writer<'_>) -> io::Result<()> {
        for process in Process::ALL {
            if process != Process::Witness || self.has_witness {
                let name = [("name", Value::Text(process.name().into()))];
                writer.event(&Event::naming("process_name", process), &name)?;
            }
        }
        for (thread, name) in &self.names {
            let name = [("name", Value::Text(name.clone()))];
            writer.event(&Event::naming("thread_name", thread.0).on(*thread), &name)?;
        }
        Ok(())
    }
}

fn has_witness(timeline: &Timeline) -> bool {
    !timeline.pleas.is_empty()
        || timeline.marks.iter().any(|mark| mark.place == Place::Witness)
        || timeline.spells.iter().any(|spell| spell.kind == SpellKind::WitnessDown)
}

/// All arrivals, in the order of time.
fn arrivals(timeline: &Timeline) -> Vec<Arriving> {
    let messages = timeline.messages.iter().enumerate();
    let all = messages.flat_map(|(message, span)| {
        let arrivals = span.arrivals.iter().enumerate();
        arrivals.map(move |(nth, arrival)| Arriving { message, nth, at: arrival.at, lane: 0 })
    });
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|arriving| (arriving.at, arriving.message));
    all
}

/// The names of all threads; those of a group are numbered from the second on.
fn names(
    timeline: &Timeline,
    counts: &BTreeMap<(Process, Group), u32>,
) -> BTreeMap<Thread, String> {
    let mut names = BTreeMap::new();
    names.insert((Process::Run, Group::Own, 0), "faults, operator".to_owned());
    for (lane, client) in (0..).zip(&timeline.clients) {
        names.insert((Process::Clients, Group::Own, lane), client.clone());
    }
    for process in [Process::Source, Process::Destination] {
        for group in Group::ALL {
            let lanes = counts.get(&(process, group)).copied().unwrap_or(0).max(1);
            for lane in 0..lanes {
                let number = if lane == 0 { String::new() } else { format!(" {}", lane + 1) };
                names.insert((process, group, lane), format!("{}{number}", group.name()));
            }
        }
    }
    if has_witness(timeline) {
        names.insert((Process::Witness, Group::Own, 0), "witness".to_owned());
    }
    names
}
