//! The rows of an audit: one for each property, kind of fault, state and branch, reached or not.

use super::{Audit, Branch, Length, State, fault_words};
use crate::checker::{Judge, PROPERTIES, Property};
use serde::Serialize;
use std::collections::BTreeMap;

/// Name and version of the format of these rows.
pub const FORMAT: &str = "mirrorsim-audit/1";

/// Whether anything reached a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// It was reached.
    Alive,
    /// Nothing reached it, so nothing was proved.
    Dead,
}

impl Life {
    const fn of(reached: u64) -> Self {
        if reached > 0 { Self::Alive } else { Self::Dead }
    }
}

/// A row. Keys never change their meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Row {
    /// A property that is judged in each run.
    Property {
        /// Its name.
        name: &'static str,
        /// What it says.
        sentence: &'static str,
        /// Whether a wrong protocol violated it.
        life: Life,
        /// Runs of each wrong protocol that violated it.
        caught: BTreeMap<&'static str, u64>,
    },
    /// A property that a comparison of digests judges.
    Digests {
        /// Its name.
        name: &'static str,
        /// What it says.
        sentence: &'static str,
        /// Whether the same seed gave the same digest every time, and other seeds another.
        life: Life,
        /// Runs made twice.
        repeated: u64,
        /// Of them, those whose digests differ.
        differing: u64,
        /// Scenarios of which two seeds gave different digests.
        told_apart: u64,
    },
    /// A kind of fault.
    Fault {
        /// Its word in scenario files.
        name: &'static str,
        /// Whether it was noticed.
        life: Life,
        /// Times it began.
        delivered: u64,
        /// Times it changed what happened next.
        noticed: u64,
    },
    /// A state.
    State {
        /// Its name.
        name: &'static str,
        /// What it means.
        sentence: &'static str,
        /// Whether it lasted; or was entered, where nothing in it takes time.
        life: Life,
        /// Times it was entered.
        entered: u64,
        /// How long it lasted.
        ns: u64,
        /// How long all states of its kind lasted.
        of_ns: u64,
    },
    /// A rare branch.
    Branch {
        /// Its name.
        name: &'static str,
        /// What happens there.
        sentence: &'static str,
        /// Whether it was taken.
        life: Life,
        /// Runs that took it.
        runs: u64,
        /// Times it was taken.
        times: u64,
    },
}

impl Row {
    /// Whether anything reached it.
    #[must_use]
    pub const fn life(&self) -> Life {
        match self {
            Self::Property { life, .. }
            | Self::Digests { life, .. }
            | Self::Fault { life, .. }
            | Self::State { life, .. }
            | Self::Branch { life, .. } => *life,
        }
    }

    /// Its kind and name: `fault clog`.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Property { name, .. } | Self::Digests { name, .. } => format!("property {name}"),
            Self::Fault { name, .. } => format!("fault {name}"),
            Self::State { name, .. } => format!("state {name}"),
            Self::Branch { name, .. } => format!("branch {name}"),
        }
    }
}

/// Every row, in the order of the registries.
#[must_use]
pub fn rows(audit: &Audit) -> Vec<Row> {
    let properties = PROPERTIES.iter().map(|property| of_property(audit, *property));
    let faults = fault_words().map(|kind| of_fault(audit, kind));
    let states = State::ALL.iter().map(|state| of_state(audit, *state));
    let branches = Branch::ALL.iter().map(|branch| of_branch(audit, *branch));
    properties.chain(faults).chain(states).chain(branches).collect()
}

fn of_property(audit: &Audit, Property { name, sentence, judge }: Property) -> Row {
    match judge {
        Judge::Facts => {
            let by = audit.caught.get(name).into_iter().flatten();
            let caught: BTreeMap<_, _> = by.map(|(wrong, runs)| (wrong.key(), *runs)).collect();
            let life = Life::of(caught.len() as u64);
            Row::Property { name, sentence, life, caught }
        }
        Judge::Digests => {
            let digests = &audit.digests;
            let (repeated, differing) = (digests.repeated, digests.differing);
            let told_apart = digests.told_apart();
            let proves = repeated > 0 && differing == 0;
            let life = Life::of(if proves { told_apart } else { 0 });
            Row::Digests { name, sentence, life, repeated, differing, told_apart }
        }
    }
}

fn of_fault(audit: &Audit, name: &'static str) -> Row {
    let tally = audit.faults.get(name).copied().unwrap_or_default();
    let (delivered, noticed) = (tally.delivered, tally.noticed);
    Row::Fault { name, life: Life::of(noticed), delivered, noticed }
}

fn of_state(audit: &Audit, state: State) -> Row {
    let stay = audit.stays.of(state);
    let (entered, ns) = (stay.entered, stay.time.as_nanos());
    let life = match state.length() {
        Length::Lasts => Life::of(ns),
        Length::Instant => Life::of(entered),
    };
    let of_ns = audit.stays.whole(state.machine()).as_nanos();
    Row::State { name: state.key(), sentence: state.sentence(), life, entered, ns, of_ns }
}

fn of_branch(audit: &Audit, branch: Branch) -> Row {
    let taken = audit.taken.get(&branch).copied().unwrap_or_default();
    let (runs, times) = (taken.runs, taken.times);
    let (name, sentence) = (branch.key(), branch.sentence());
    Row::Branch { name, sentence, life: Life::of(times), runs, times }
}
