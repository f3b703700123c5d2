//! The state of a source in words, for tables and debugging; nothing depends on it.

use super::super::MirrorState;
use super::session::{Contact, Forwarding, Mirror};
use super::{Service, Source};

impl Source {
    /// What the source is doing, in words that a table of states can show: whether clients are served,
    /// the mirror (Spec 6.1), the CP under way, entries that wait for the next.
    #[must_use]
    pub fn state(&self) -> String {
        let mut words = match self.service {
            Service::Serving => Vec::new(),
            Service::Replaying if self.early.is_some() => vec!["reading its log"],
            Service::Replaying => vec!["replaying its log"],
            Service::Fenced => return "fenced".to_owned(),
            Service::Superseded => return "superseded".to_owned(),
            Service::Deposed => return "deposed".to_owned(),
            Service::Failed => return "failed".to_owned(),
        };
        words.push(match &self.mirror {
            Mirror::InSync => "in sync",
            Mirror::OutOfSync(Contact::Saving(_)) => "out of sync, saving",
            Mirror::OutOfSync(Contact::Consulting) => "out of sync, consulting",
            Mirror::OutOfSync(Contact::Greeting) => "out of sync, greeting",
            Mirror::Resync(resync) => resync.word(),
            Mirror::CpForwarding(Forwarding::Full(_)) => "CP forwarding",
            Mirror::CpForwarding(Forwarding::CatchingUp(_)) => "catching up",
        });
        words.extend(self.running.as_ref().map(super::RunningCp::word));
        if self.replaying.is_some() {
            words.push("replay");
        }
        if !self.nvram.active_is_empty() {
            words.push("entries");
        }
        if self.holds_writes() && self.mirror.state() != MirrorState::InSync {
            words.push("holds writes");
        }
        words.join(", ")
    }
}
