//! How long each state of the protocol lasted, as facts and notes tell.

mod follower;

pub use follower::Follower;

use crate::protocol::{MirrorState, SessionState};
use crate::units::Span;
use std::collections::BTreeMap;

/// What can be in one state at a time; each site has one of each that goes with its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Machine {
    /// Whether the mirror is in sync, as a source that takes part sees it.
    Mirror,
    /// The CP of a source that takes part.
    ConsistencyPoint,
    /// Whom a source serves.
    Service,
    /// Whether a destination takes messages.
    Session,
    /// The CP that a destination receives.
    Reception,
    /// The appliance itself.
    Node,
}

/// How a state must be reached to be alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// It takes time.
    Lasts,
    /// Nothing in it takes time: to enter it is enough.
    Instant,
}

/// Declares the states: the machine, the name and the length of each.
macro_rules! states {
    ($($(#[doc = $doc:literal])+ $name:ident = $machine:ident $key:literal $length:ident;)+) => {
        /// A state.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum State {
            $($(#[doc = $doc])+ $name,)+
        }

        impl State {
            /// Every state.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name: `mirror.in_sync`.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)+
                }
            }

            /// What is in this state.
            #[must_use]
            pub const fn machine(self) -> Machine {
                match self {
                    $(Self::$name => Machine::$machine,)+
                }
            }

            /// Whether it takes time.
            #[must_use]
            pub const fn length(self) -> Length {
                match self {
                    $(Self::$name => Length::$length,)+
                }
            }

            /// What it means.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),+).trim(),)+
                }
            }
        }
    };
}

states! {
    /// The rule of acknowledgement holds.
    InSync = Mirror "mirror.in_sync" Lasts;
    /// There is no session.
    OutOfSync = Mirror "mirror.out_of_sync" Lasts;
    /// The destination catches up, pass by pass.
    Resync = Mirror "mirror.resync" Lasts;
    /// One CP goes in full, and the log follows it.
    CpForwarding = Mirror "mirror.cp_forwarding" Lasts;
    /// No CP is under way.
    NoCp = ConsistencyPoint "cp.none" Lasts;
    /// Its entries are still to be sent, or to become durable.
    Draining = ConsistencyPoint "cp.draining" Lasts;
    /// Its blocks are being sent.
    Sending = ConsistencyPoint "cp.sending" Lasts;
    /// All is sent; the own disks or the destination are not done.
    Awaiting = ConsistencyPoint "cp.awaiting" Lasts;
    /// It runs without the destination.
    Alone = ConsistencyPoint "cp.alone" Lasts;
    /// Clients are served.
    Serving = Service "source.serving" Lasts;
    /// After a crash what was found in NVRAM goes before new writes.
    Recovering = Service "source.recovering" Lasts;
    /// A promoted source replays its log.
    Replaying = Service "source.replaying" Lasts;
    /// NVRAM was lost, and nobody is served.
    Fenced = Service "source.fenced" Lasts;
    /// Bytes that a CP needs were lost, and nobody is served.
    Failed = Service "source.failed" Lasts;
    /// Another reigns; that is being made durable.
    Deposed = Service "source.deposed" Lasts;
    /// HELLO is awaited.
    NoSession = Session "session.none" Lasts;
    /// The new session is being made durable.
    Saving = Session "session.saving" Lasts;
    /// A commit or a scan is waited for.
    Durable = Session "session.durable" Lasts;
    /// What this side changed alone is being listed; the list is in memory.
    Listing = Session "session.listing" Instant;
    /// Messages are taken.
    Live = Session "session.live" Lasts;
    /// No CP is being received.
    NotReceiving = Reception "reception.none" Lasts;
    /// Blocks of a CP are there.
    Receiving = Reception "reception.receiving" Lasts;
    /// The node lives.
    Up = Node "node.up" Lasts;
    /// The node is down.
    Down = Node "node.down" Lasts;
}

impl From<MirrorState> for State {
    fn from(state: MirrorState) -> Self {
        match state {
            MirrorState::InSync => Self::InSync,
            MirrorState::OutOfSync => Self::OutOfSync,
            MirrorState::Resync => Self::Resync,
            MirrorState::CpForwarding => Self::CpForwarding,
        }
    }
}

impl From<SessionState> for State {
    fn from(state: SessionState) -> Self {
        match state {
            SessionState::None => Self::NoSession,
            SessionState::Saving => Self::Saving,
            SessionState::Durable => Self::Durable,
            SessionState::Listing => Self::Listing,
            SessionState::Live => Self::Live,
        }
    }
}

/// How often a state was entered, and how long it lasted in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stay {
    /// Times it was entered.
    pub entered: u64,
    /// In all.
    pub time: Span,
}

/// How long each state lasted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stays(BTreeMap<State, Stay>);

impl Stays {
    /// A state lasted this long.
    pub fn add(&mut self, state: State, stay: Stay) {
        let all = self.0.entry(state).or_default();
        all.entered += stay.entered;
        all.time = all.time.plus(stay.time);
    }

    /// Adds those of another run.
    pub fn merge(&mut self, others: &Self) {
        for (state, stay) in &others.0 {
            self.add(*state, *stay);
        }
    }

    /// A state's.
    #[must_use]
    pub fn of(&self, state: State) -> Stay {
        self.0.get(&state).copied().unwrap_or_default()
    }

    /// How long all states of a machine lasted: what shares are of.
    #[must_use]
    pub fn whole(&self, machine: Machine) -> Span {
        let states = self.0.iter().filter(|(state, _)| state.machine() == machine);
        states.fold(Span::ZERO, |whole, (_, stay)| whole.plus(stay.time))
    }
}
