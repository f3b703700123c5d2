//! The state of a destination in words, for tables and debugging; nothing depends on it.

use super::Destination;
use super::promotion::Promotion;
use super::restart::Scan;
use super::session::Session;
use crate::protocol::SavedMirror;

impl Destination {
    /// What the destination is doing, in words that a table of states can show: the session, what it
    /// knows of the mirror, the CP being received, what it waits for.
    #[must_use]
    pub fn state(&self) -> String {
        match self.promotion {
            Promotion::None => {}
            Promotion::Storing(_) => return "promoted, storing".to_owned(),
            Promotion::Saving(_) => return "being promoted".to_owned(),
        }
        let mut words = vec![match self.session {
            Session::None => "no session",
            Session::Saving(_) => "saving the session",
            Session::Durable => "session durable",
            Session::Listing => "listing",
            Session::Live => "live",
        }];
        words.push(match self.mirror {
            SavedMirror::InSync => "in sync",
            SavedMirror::OutOfSync(_) => "out of sync",
        });
        if self.scan == Scan::UnderWay {
            words.push("scanning");
        }
        match &self.reception {
            Some(reception) if reception.is_being_committed() => words.push("committing"),
            Some(_) => words.push("receiving"),
            None => {}
        }
        if !self.writing.is_empty() {
            words.push("storing");
        }
        if self.log.is_waiting() {
            words.push("no file is free");
        }
        words.join(", ")
    }
}
