//! The order of events: by time alone.

use super::places::{Places, length};
use crate::protocol::MessageKind;
use crate::timeline::{SpellKind, Timeline};
use crate::units::SimTime;

/// One event of the trace.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Its time in nanoseconds.
    pub at: u64,
    pub what: Piece,
}

/// What of the timeline an event shows, by its place in its list.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece {
    RequestBegins(usize),
    RequestEnds(usize),
    Sends(usize),
    Lost(usize),
    TransferBegins(usize),
    TransferEnds(usize),
    /// By its place among all arrivals.
    Arrives(usize),
    Work(usize),
    PointBegins(usize),
    PointEnds(usize),
    SpellBegins(usize),
    SpellEnds(usize),
    /// A fault begins, or happens.
    FaultBegins(usize),
    FaultEnds(usize),
    PleaBegins(usize),
    PleaEnds(usize),
    Mark(usize),
    Level(usize),
}

/// All events in the order of time.
#[derive(Debug)]
pub(super) struct Order(Vec<Entry>);

impl Order {
    pub fn of(timeline: &Timeline, places: &Places) -> Self {
        let mut order = Self(Vec::new());
        order.add_levels(timeline);
        order.add_spells(timeline);
        order.add_requests(timeline);
        order.add_messages(timeline);
        // After all sendings: an arrow begins before it ends, also where a link takes no time.
        for (place, arriving) in places.arrivals.iter().enumerate() {
            order.add(arriving.at, Piece::Arrives(place));
        }
        order.add_others(timeline);
        // The sort is stable: of one moment, the order is that of the lines above.
        order.0.sort_by_key(|entry| entry.at);
        order
    }

    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        self.0.iter().copied()
    }

    fn add(&mut self, at: SimTime, what: Piece) {
        self.0.push(Entry { at: at.as_nanos(), what });
    }

    /// A beginning and an end, which comes later by something.
    fn add_both(&mut self, began: SimTime, ended: SimTime, begins: Piece, ends: Piece) {
        self.add(began, begins);
        let at = began.as_nanos().saturating_add(length(began, ended));
        self.0.push(Entry { at, what: ends });
    }

    fn add_levels(&mut self, timeline: &Timeline) {
        for (place, level) in timeline.levels.iter().enumerate() {
            self.add(level.at, Piece::Level(place));
        }
    }

    fn add_spells(&mut self, timeline: &Timeline) {
        for (place, spell) in timeline.spells.iter().enumerate() {
            let ended = spell.ended.unwrap_or(timeline.ended);
            let (begins, ends) = (Piece::SpellBegins(place), Piece::SpellEnds(place));
            self.add_both(spell.began, ended, begins, ends);
            if let SpellKind::Fault(_) = spell.kind {
                self.add(spell.began, Piece::FaultBegins(place));
                if let Some(ended) = spell.ended.filter(|ended| *ended > spell.began) {
                    self.add(ended, Piece::FaultEnds(place));
                }
            }
        }
    }

    fn add_requests(&mut self, timeline: &Timeline) {
        for (place, request) in timeline.requests.iter().enumerate() {
            let ended = request.answered.unwrap_or(timeline.ended);
            let (begins, ends) = (Piece::RequestBegins(place), Piece::RequestEnds(place));
            self.add_both(request.asked, ended, begins, ends);
        }
    }

    fn add_messages(&mut self, timeline: &Timeline) {
        for (place, message) in timeline.messages.iter().enumerate() {
            self.add(message.sent, Piece::Sends(place));
            if message.kind == MessageKind::Transfer {
                let (begins, ends) = (Piece::TransferBegins(place), Piece::TransferEnds(place));
                let arrived = message.arrivals.first().map(|arrival| arrival.at);
                let lost = message.lost.map(|(at, _)| at);
                let ended = arrived.or(lost).unwrap_or(timeline.ended);
                self.add_both(message.sent, ended, begins, ends);
            }
            if let Some((at, _)) = message.lost {
                self.add(at, Piece::Lost(place));
            }
        }
    }

    fn add_others(&mut self, timeline: &Timeline) {
        for (place, work) in timeline.works.iter().enumerate() {
            self.add(work.began, Piece::Work(place));
        }
        for (place, point) in timeline.points.iter().enumerate() {
            let ended = point.ended.or(point.committed).unwrap_or(timeline.ended);
            let (begins, ends) = (Piece::PointBegins(place), Piece::PointEnds(place));
            self.add_both(point.begun, ended, begins, ends);
        }
        for (place, plea) in timeline.pleas.iter().enumerate() {
            let ended = plea.told.or(plea.unheard).unwrap_or(timeline.ended);
            let (begins, ends) = (Piece::PleaBegins(place), Piece::PleaEnds(place));
            self.add_both(plea.asked, ended.max(plea.asked), begins, ends);
        }
        for (place, mark) in timeline.marks.iter().enumerate() {
            self.add(mark.at, Piece::Mark(place));
        }
    }
}
