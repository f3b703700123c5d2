//! Bounds that the command line puts on each run, beside those of its scenario: the smaller holds.

use super::super::arguments::CheckArguments;
use crate::facts::EndReason;
use crate::results::Row;
use crate::scenario::Limits;
use crate::units::Span;
use std::num::NonZeroU64;

/// Bounds on each run. A run that reaches one fails, whatever its scenario expects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::cli) struct Ceiling {
    simulated: Option<Span>,
    events: Option<u64>,
}

impl Ceiling {
    /// What the arguments say.
    pub fn of(arguments: &CheckArguments) -> Self {
        let events = arguments.limit_events.map(NonZeroU64::get);
        Self { simulated: arguments.limit_simulated, events }
    }

    /// The keys of a scenario that make the smaller bounds hold.
    pub fn overrides(self, own: Limits) -> Vec<(String, String)> {
        let simulated = self.simulated.filter(|bound| *bound < own.simulated);
        let events = self.events.filter(|bound| *bound < own.events);
        let simulated = simulated.map(|bound| ("limits.simulated".to_owned(), bound.to_string()));
        let events = events.map(|bound| ("limits.events".to_owned(), bound.to_string()));
        simulated.into_iter().chain(events).collect()
    }

    /// The arguments of `check` that give these bounds.
    pub fn words(self) -> Vec<String> {
        let simulated =
            self.simulated.map(|bound| ["--limit-simulated".to_owned(), bound.to_string()]);
        let events = self.events.map(|bound| ["--limit-events".to_owned(), bound.to_string()]);
        simulated.into_iter().chain(events).flatten().collect()
    }

    /// Why a run under these limits fails if it ended at one of these bounds.
    pub fn exceeded(self, row: &Row, limits: Limits) -> Option<String> {
        let over = match row.ended {
            EndReason::TimeLimit => {
                let bound = self.simulated.filter(|bound| *bound == limits.simulated)?;
                format!("{bound} of simulated time (--limit-simulated)")
            }
            EndReason::EventLimit => {
                let bound = self.events.filter(|bound| *bound == limits.events)?;
                format!("{bound} events (--limit-events)")
            }
            EndReason::Done | EndReason::WorkloadDone | EndReason::Overload => return None,
        };
        Some(format!("the run is not over after {over}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_bound_holds() {
        let minutes = |number: u64| Span::from_secs(60 * number);
        let ceiling = Ceiling { simulated: Some(minutes(10)), events: Some(500) };
        let own = |simulated, events| Limits { simulated, events };
        let key = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(ceiling.overrides(own(minutes(9), 500)), []);
        assert_eq!(ceiling.overrides(own(minutes(10), 501)), [key("limits.events", "500")]);
        let both = [key("limits.simulated", "10min"), key("limits.events", "500")];
        assert_eq!(ceiling.overrides(own(minutes(11), 501)), both);
        assert_eq!(Ceiling::default().overrides(own(minutes(11), 501)), []);
    }
}
