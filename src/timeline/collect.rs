//! Facts → timeline, as they come.

use super::buckets::Buckets;
use super::budget::Budget;
use super::level::Levels;
use super::mark::Marks;
use super::message::Messages;
use super::plea::Pleas;
use super::point::Points;
use super::request::Requests;
use super::spell::Spells;
use super::work::{Beginning, Works};
use super::{Answer, Density, Firsts, LeftOut, Timeline, Window};
use crate::facts::{Fact, Sink, Usage, What};
use crate::scenario::Scenario;
use crate::units::SimTime;

/// Collects the timeline of one run.
#[derive(Debug)]
pub struct Collector {
    window: Window,
    most: usize,
    clients: Vec<String>,
    faults: Vec<&'static str>,
    ended: SimTime,
    budgets: Budgets,
    requests: Requests,
    messages: Messages,
    works: Works,
    points: Points,
    spells: Spells,
    pleas: Pleas,
    marks: Marks,
    levels: Levels,
    usage: Usage,
    buckets: Buckets,
    density: Density,
    firsts: Firsts,
}

/// How much is kept of what.
#[derive(Debug)]
struct Budgets {
    /// Requests, messages and works together.
    spans: Budget,
    points: Budget,
    spells: Budget,
    pleas: Budget,
    marks: Budget,
    landmarks: Budget,
    levels: Budget,
}

impl Collector {
    /// For a run of this scenario; of one with a swarm: of what the seed makes of it. What touches
    /// the window is kept: of requests, messages and works together `most` at most, and as many of
    /// each kind of the others.
    #[must_use]
    pub fn new(scenario: &Scenario, window: Window, most: usize) -> Self {
        let parameters = &scenario.parameters;
        let (within, wherever) = (|| Budget::new(window, most), || Budget::new(Window::ALL, most));
        Self {
            window,
            most,
            clients: scenario.clients.iter().map(|client| client.name.clone()).collect(),
            faults: scenario.faults.iter().map(|fault| fault.kind.word()).collect(),
            ended: SimTime::ZERO,
            budgets: Budgets {
                spans: within(),
                points: within(),
                spells: wherever(),
                pleas: within(),
                marks: within(),
                landmarks: wherever(),
                levels: within(),
            },
            requests: Requests::default(),
            messages: Messages::new(parameters.block_size),
            works: Works::default(),
            points: Points::default(),
            spells: Spells::new(&scenario.faults),
            pleas: Pleas::default(),
            marks: Marks::default(),
            levels: Levels::new(window),
            usage: Usage::new(parameters.encoding.clone()),
            buckets: Buckets::new(),
            density: Density::new(),
            firsts: Firsts::default(),
        }
    }

    /// The timeline of the facts read.
    #[must_use]
    pub fn finish(mut self) -> Timeline {
        let (at, budgets) = (self.ended, &mut self.budgets);
        self.requests.finish(at, &mut budgets.spans);
        self.messages.finish(at, &mut budgets.spans);
        self.works.finish(at, &mut budgets.spans);
        self.points.finish(at, &mut budgets.points);
        self.spells.finish(at, &mut budgets.spells);
        self.pleas.finish(at, &mut budgets.pleas);
        self.firsts.point = self.points.first;
        Timeline {
            left_out: self.left_out(),
            window: self.window,
            most: self.most,
            clients: self.clients,
            faults: self.faults,
            ended: self.ended,
            requests: self.requests.kept,
            messages: self.messages.kept,
            works: self.works.kept,
            points: self.points.kept,
            spells: self.spells.kept,
            pleas: self.pleas.kept,
            marks: self.marks.kept,
            levels: self.levels.kept,
            buckets: self.buckets,
            density: self.density,
            firsts: self.firsts,
        }
    }

    /// Counts what began with a fact.
    fn count(&mut self, fact: &Fact, work: Beginning) {
        if work != Beginning::Nothing {
            self.buckets.at(fact.at).works += 1;
        }
        let is_span = matches!(fact.what, What::Requested(_) | What::Sent(..) | What::Resent(..));
        if is_span || work == Beginning::Span {
            self.density.count(fact.at);
        }
    }

    const fn left_out(&self) -> LeftOut {
        LeftOut {
            requests: self.requests.left,
            messages: self.messages.left,
            works: self.works.left,
            points: self.points.left,
            spells: self.spells.left,
            pleas: self.pleas.left,
            marks: self.marks.left,
            levels: self.levels.left,
            full_at: self.budgets.spans.full_at,
        }
    }
}

impl Sink for Collector {
    fn take(&mut self, fact: &Fact) {
        self.ended = fact.at;
        self.usage.take(fact);
        self.buckets.take(fact, &self.usage.now);
        self.levels.take(fact.at, &self.usage.now, &mut self.budgets.levels);
        self.firsts.take(fact);
        let spans = &mut self.budgets.spans;
        let answer = self.requests.take(fact, spans);
        if answer == Some(Answer::Written) {
            self.buckets.at(fact.at).acknowledged += 1;
        }
        // Before a message is closed: it may begin a consistency point.
        if let Some(message) = self.messages.arriving(fact) {
            self.points.arrived(message, fact.at);
        }
        self.messages.take(fact, spans);
        let beginning = self.works.take(fact, spans);
        self.count(fact, beginning);
        self.points.take(fact, &mut self.budgets.points);
        self.spells.take(fact, &mut self.budgets.spells);
        self.pleas.take(fact, &mut self.budgets.pleas);
        self.marks.take(fact, &mut self.budgets.marks, &mut self.budgets.landmarks);
    }
}
