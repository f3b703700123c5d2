//! What happened in a run, for looking and not for judging: spans, messages, marks and levels within
//! a [`Window`] of simulated time, and counts of everything in equal [`Buckets`] over the whole run.
//!
//! A [`Collector`] reads facts as they come. What it keeps is bounded by what it is told to keep at
//! most, beside what is under way and four hundred buckets, however long the run. What is not kept
//! is counted: outside the window, or beyond the bound ([`LeftOut`]). So a page or a trace can always
//! say what it does not show, and kept and left out together are all there was.
//!
//! A run is deterministic. Who does not know where to look makes it twice: first with
//! [`Window::NOTHING`], which costs little, then with the window that [`choose`] finds in what the
//! first came to.
//!
//! Sides are those of the start of the run, as everywhere in the facts: a destination that is
//! promoted stays [`crate::facts::Role::Destination`] here.

mod buckets;
mod budget;
mod carries;
mod choose;
mod collect;
mod density;
mod firsts;
mod level;
mod mark;
mod message;
mod plea;
mod point;
mod request;
mod spell;
mod taken;
mod window;
pub mod words;
mod work;

pub use buckets::{Bucket, Buckets};
pub use budget::{Left, LeftOut};
pub use carries::Carries;
pub use choose::choose;
pub use collect::Collector;
pub use density::Density;
pub use firsts::Firsts;
pub use level::Level;
pub use mark::{Mark, MarkKind, Place};
pub use message::{Arrival, Condition, MessageSpan, Round};
pub use plea::PleaSpan;
pub use point::PointSpan;
pub use request::{Answer, RequestSpan};
pub use spell::{Spell, SpellKind};
pub use window::{Window, WindowError};
pub use work::{Device, WorkEnd, WorkKind, WorkSpan};

use crate::units::SimTime;

/// What happened in a run. Every list is in the order of the beginnings of what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// What was asked for.
    pub window: Window,
    /// The most spans of requests, messages and works together that were to be kept; of points,
    /// spells, pleas, landmarks, other marks and levels as many each.
    pub most: usize,
    /// The names of clients, by [`crate::protocol::ClientId`].
    pub clients: Vec<String>,
    /// The words of the scenario's faults, `partition`, by [`crate::protocol::FaultId`].
    pub faults: Vec<&'static str>,
    /// The time of the last fact.
    pub ended: SimTime,
    /// What clients asked for and touches the window.
    pub requests: Vec<RequestSpan>,
    /// Messages on the link that touch the window.
    pub messages: Vec<MessageSpan>,
    /// Works of devices that touch the window.
    pub works: Vec<WorkSpan>,
    /// Consistency points of each side that touch the window.
    pub points: Vec<PointSpan>,
    /// Faults, nodes that are down, a mirror that is not in sync: of the whole run.
    pub spells: Vec<Spell>,
    /// What nodes asked the witness, if it touches the window.
    pub pleas: Vec<PleaSpan>,
    /// Moments: landmarks of the whole run ([`MarkKind::is_landmark`]), others within the window.
    pub marks: Vec<Mark>,
    /// What was in use, at the window's beginning and after each change within it.
    pub levels: Vec<Level>,
    /// Counts of everything over the whole run, the window included.
    pub buckets: Buckets,
    /// How many spans begin when.
    pub density: Density,
    /// When the first things of their kind happened, wherever the window is.
    pub firsts: Firsts,
    /// What is not in the lists.
    pub left_out: LeftOut,
}

#[cfg(test)]
mod tests;
