//! Clients: asking, being answered, asking again (Spec 3.1).

use super::{Event, Simulation, index_of};
use crate::facts::What;
use crate::protocol::{ClientId, Input, OpNumber, Request, WriteId};
use crate::units::{SimTime, Span};
use crate::workload::{Next, Workload};
use std::collections::{BTreeMap, VecDeque};

/// A client, when it is to be woken, and what it waits for.
pub(super) struct Client {
    pub workload: Workload,
    pub wakes_at: Option<SimTime>,
    pub asks: Asks,
    /// How long it waits for an answer; `None`: for ever.
    timeout: Option<Span>,
    /// By number; with the place in the order of asking.
    unanswered: BTreeMap<OpNumber, (u64, Request)>,
    /// Operations asked for so far.
    asked: u64,
    /// When what was asked is asked again, if it is still unanswered; earliest first.
    again: VecDeque<(SimTime, OpNumber)>,
    /// When the client looks at `again` next.
    looks_at: Option<SimTime>,
}

/// Whether a client will ask for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    More,
    NoMore,
}

impl Client {
    pub(super) const fn new(workload: Workload, timeout: Option<Span>) -> Self {
        Self {
            workload,
            wakes_at: None,
            asks: Asks::More,
            timeout,
            unanswered: BTreeMap::new(),
            asked: 0,
            again: VecDeque::new(),
            looks_at: None,
        }
    }

    /// The time of the first operation to be asked for again.
    fn next_again(&mut self) -> Option<SimTime> {
        while let Some((at, op)) = self.again.front() {
            if self.unanswered.contains_key(op) {
                return Some(*at);
            }
            self.again.pop_front();
        }
        None
    }
}

impl Simulation<'_> {
    pub(super) fn client_wakes(&mut self, id: ClientId) {
        let place = index_of(id);
        let client = &mut self.clients[place];
        client.wakes_at = None;
        match client.workload.next(self.now, &mut self.decisions) {
            Next::At(at) if at <= self.now => {
                let request = client.workload.issue(self.now, &mut self.decisions);
                client.unanswered.insert(request.id.op, (client.asked, request));
                client.asked += 1;
                self.outstanding += 1;
                self.recorder.begin(self.now, None);
                let asked = self.recorder.fact(What::Requested(request));
                self.ask(request, asked);
            }
            Next::At(_) | Next::AwaitAnswer | Next::Done => {}
        }
        self.schedule_client(place);
    }

    /// Brings a request to the appliance that serves, and remembers when to ask again.
    fn ask(&mut self, request: Request, asked: u64) {
        let client = &mut self.clients[index_of(request.id.client)];
        if let Some(timeout) = client.timeout {
            client.again.push_back((self.now.after(timeout), request.id.op));
            if client.looks_at.is_none() {
                let at = self.now.after(timeout);
                client.looks_at = Some(at);
                self.queue.insert(at, Event::ClientAsksAgain(request.id.client));
            }
        }
        if self.sites[self.serving as usize].is_down() {
            self.recorder.begin(self.now, Some(asked));
            self.recorder.fact(What::Unheard(request.id));
        } else {
            self.serve(self.serving, Input::Request(request), asked);
        }
    }

    /// Whether the client has nothing to ask for again now; then it looks again when it may have.
    pub(super) fn has_no_need_to_ask(&mut self, id: ClientId, at: SimTime) -> bool {
        let client = &mut self.clients[index_of(id)];
        let next = client.next_again();
        if next == Some(at) {
            return false;
        }
        client.looks_at = next;
        if let Some(next) = next {
            self.queue.insert(next, Event::ClientAsksAgain(id));
        }
        true
    }

    /// A client asks again for what was not answered in time.
    pub(super) fn client_asks_again(&mut self, id: ClientId) {
        let place = index_of(id);
        while let Some(at) = self.clients[place].next_again().filter(|at| *at <= self.now) {
            let client = &mut self.clients[place];
            let (_, op) = client.again.pop_front().expect("an operation is to be asked again");
            let (_, request) = client.unanswered[&op];
            assert!(at <= self.now, "it is due");
            self.recorder.begin(self.now, None);
            let asked = self.recorder.fact(What::Repeated(request));
            self.ask(request, asked);
        }
        let next = self.clients[place].next_again();
        self.clients[place].looks_at = next;
        if let Some(next) = next {
            self.queue.insert(next, Event::ClientAsksAgain(id));
        }
    }

    /// The appliance that serves has a new life: every client asks again for all that it waits for,
    /// in the order it asked, before anything new.
    pub(super) fn clients_reconnect(&mut self) {
        let cause = self.cause();
        for place in 0..self.clients.len() {
            let mut waits: Vec<_> = self.clients[place].unanswered.values().copied().collect();
            waits.sort_unstable_by_key(|(asked, _)| *asked);
            self.clients[place].again.clear();
            for (_, request) in waits {
                self.recorder.begin(self.now, Some(cause));
                let asked = self.recorder.fact(What::Repeated(request));
                self.ask(request, asked);
            }
        }
    }

    /// Whether the client still waits for an answer. A client that has one withdraws what it asked
    /// again (Spec 3.1).
    pub(super) fn still_waits(&self, id: WriteId) -> bool {
        self.clients[index_of(id.client)].unanswered.contains_key(&id.op)
    }

    /// Wakes the client when it may next ask.
    pub(super) fn schedule_client(&mut self, place: usize) {
        let client = &mut self.clients[place];
        let at = match client.workload.next(self.now, &mut self.decisions) {
            Next::At(at) => at.max(self.now),
            Next::AwaitAnswer => return,
            Next::Done => {
                client.asks = Asks::NoMore;
                return;
            }
        };
        if client.wakes_at.is_none_or(|earlier| at < earlier) {
            client.wakes_at = Some(at);
            let id = ClientId(u32::try_from(place).expect("clients are few"));
            self.queue.insert(at, Event::ClientWakes(id));
        }
    }

    /// A client has its answer. One that it had before changes nothing.
    pub(super) fn client_answered(&mut self, id: WriteId) {
        let place = index_of(id.client);
        if self.clients[place].unanswered.remove(&id.op).is_some() {
            self.outstanding -= 1;
            self.clients[place].workload.answered(self.now, id.op, &mut self.decisions);
            self.schedule_client(place);
        }
    }
}
