//! Facts of clean runs, changed afterwards, and what the checker says about them.

use super::{Kept, assert_passes, scenario};
use mirrorsim::batch;
use mirrorsim::checker::{Checker, Verdict, Violation};
use mirrorsim::facts::{Direction, Ending, Fact, Role, Sink, What};
use mirrorsim::protocol::block::{Origin, Runs};
use mirrorsim::protocol::{ClientId, CpId, Item, ItemBody, Message, OpNumber, Outcome, WriteId};
use mirrorsim::scenario::Scenario;
use mirrorsim::workload::Traces;
use std::rc::Rc;

/// A run without a fault: CPs of three writes, most of them unaligned, reads, and metadata.
pub const CLEAN: &str = r#"{ "clients": [ { "workload": { "operations": [
    { "write": { "offset": "0B", "length": "4KiB" } },
    { "write": { "offset": "512B", "length": "20KiB" } },
    { "write": { "offset": "8KiB", "length": "4KiB" } },
    { "write": { "offset": "40KiB", "length": "8KiB" }, "after": 3 },
    { "write": { "offset": "4196B", "length": "10B" }, "after": 3 },
    { "write": { "offset": "40KiB", "length": "4KiB" }, "after": 3 },
    { "read": { "offset": "4KiB", "length": "8KiB" }, "after": 6 },
    { "write": { "offset": "5MiB", "length": "4KiB" }, "after": 7 },
    { "write": { "offset": "100B", "length": "9000B" }, "after": 7 },
    { "flush": 0, "after": 7 }
  ] } } ],
  "metadata": "tree",
  "wan": { "propagation": "1ms" },
  "source": { "consistency_point": { "every": null, "entries": 3 } } }"#;

/// The side that serves clients.
pub const SOURCE: Role = Role::Source;
/// The other side.
pub const DESTINATION: Role = Role::Destination;

/// The clean run as it is.
pub fn clean() -> Run {
    Run::clean(CLEAN, &[])
}

/// A block of a write that no client made.
pub fn foreign() -> Runs {
    let id = WriteId { client: ClientId(9), op: OpNumber(9) };
    Runs::of(0, 4096, Origin::Write { id, position: 0 })
}

/// Whether a write was acknowledged.
pub fn is_written(what: &What) -> bool {
    matches!(what, What::Answered(_, _, Outcome::Written))
}

/// A run and its facts.
#[derive(Debug, Clone)]
pub struct Run {
    pub scenario: Scenario,
    pub facts: Vec<Fact>,
}

impl Run {
    /// A clean run: the untampered facts keep every property.
    pub fn clean(text: &str, sets: &[(&str, &str)]) -> Self {
        let scenario = scenario(text, sets);
        let mut kept = Kept::default();
        let outcome = batch::run(&scenario, 0, &Traces::new(), Some(&mut kept), &mut |_, _| {});
        assert_passes(&outcome.unwrap_or_else(|error| panic!("{error}")));
        let run = Self { scenario, facts: kept.0 };
        assert_eq!(run.judge(), Verdict::default(), "read again the facts say the same");
        run
    }

    /// What the checker says about the facts.
    pub fn judge(&self) -> Verdict {
        let mut checker = Checker::new(&self.scenario);
        for fact in &self.facts {
            checker.take(fact);
        }
        checker.into_verdict()
    }

    /// Place of the `nth` fact (from 0) that `wanted` accepts.
    pub fn nth(&self, nth: usize, wanted: impl Fn(&What) -> bool) -> usize {
        let places = self.facts.iter().enumerate().filter(|(_, fact)| wanted(&fact.what));
        places.map(|(place, _)| place).nth(nth).expect("the run has such a fact")
    }

    /// Place of the first fact that `wanted` accepts.
    pub fn first(&self, wanted: impl Fn(&What) -> bool) -> usize {
        self.nth(0, wanted)
    }

    /// Takes out every fact that `unwanted` accepts; there must be some.
    pub fn drop_all(&mut self, unwanted: impl Fn(&What) -> bool) {
        let before = self.facts.len();
        self.facts.retain(|fact| !unwanted(&fact.what));
        assert!(self.facts.len() < before, "there was something to drop");
    }

    /// Moves the fact at `from` to right before the earlier fact at `to`.
    pub fn hasten(&mut self, from: usize, to: usize) {
        assert!(to < from, "it happens earlier than it did");
        let fact = self.facts.remove(from);
        self.facts.insert(to, fact);
    }

    /// Changes the first message towards the destination that `edit` knows how to change.
    pub fn edit_message(&mut self, edit: impl Fn(&mut Message) -> bool) {
        let edited = self.facts.iter_mut().any(|fact| match &mut fact.what {
            What::Sent(Direction::ToDestination, _, message) => edit(Rc::make_mut(message)),
            _ => false,
        });
        assert!(edited, "the run has such a message");
    }

    /// Changes the first block of a CP that `edit` knows how to change.
    pub fn edit_item(&mut self, edit: impl Fn(CpId, &mut Item) -> bool) {
        self.edit_message(|message| match message {
            Message::CpData { cp, items, .. } => items.iter_mut().any(|item| edit(*cp, item)),
            _ => false,
        });
    }

    /// Changes the first fact that `edit` knows how to change.
    pub fn edit(&mut self, edit: impl Fn(&mut What) -> bool) {
        let edited = self.facts.iter_mut().any(|fact| edit(&mut fact.what));
        assert!(edited, "the run has such a fact");
    }

    /// Changes how the run ended.
    pub fn edit_ending(&mut self, edit: impl Fn(&mut Ending)) {
        self.edit(|what| match what {
            What::Ended(ending) => {
                edit(ending);
                true
            }
            _ => false,
        });
    }

    /// The checker reports this property, in this role, as this kind, in these words among others.
    #[track_caller]
    pub fn assert_found(&self, property: &str, (role, kind): (Role, &str), words: &[&str]) {
        let verdict = self.judge();
        let is_it = |found: &&Violation| {
            found.property == property
                && found.place.role == role
                && found.place.kind == kind
                && words.iter().all(|word| found.message.contains(word))
        };
        let found = verdict.violations.iter().any(|violation| is_it(&violation));
        assert!(found, "{property} {role:?} {kind} {words:?} in {:#?}", verdict.violations);
    }
}

/// Whether the side committed this CP.
pub fn commits(what: &What, role: Role, number: u64) -> bool {
    matches!(what, What::Committed(who, cp, _) if *who == role && cp.number.0 == number)
}

/// Whether it is an item sent in full.
pub fn is_full(item: &Item) -> bool {
    matches!(item.body, ItemBody::Full(_))
}
