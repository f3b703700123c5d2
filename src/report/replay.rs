//! How well a tape fitted the run that it was replayed in.

use super::text::{count, span};
use crate::random::tape::{Asked, Drift, Tally};
use crate::random::{Key, Purpose};
use serde::{Deserialize, Serialize};

/// Decisions of a run whose decisions come from a tape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplaySummary {
    /// The hash of the scenario that was recorded, before a swarm drew from it.
    pub recorded_scenario: String,
    /// Asked for, and on the tape with the same choice.
    pub matched: u64,
    /// Asked for and not on the tape: the seed answered.
    pub missing: u64,
    /// On the tape and never asked for.
    pub extra: u64,
    /// On the tape with another choice; the value stood where the choice of this run allows it.
    pub drifted: u64,
    /// The first of those; `null` if there is none.
    pub first_drift: Option<DriftLine>,
}

/// A decision that was asked for with another choice than the recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftLine {
    /// What it is about.
    pub purpose: Purpose,
    /// Whose decision it is.
    pub entity: u64,
    /// The entity's own number for it.
    pub index: u64,
    /// When it was asked for, in nanoseconds.
    pub at_ns: u64,
    /// The choice on the tape.
    pub recorded: Asked,
    /// The choice of this run.
    pub asked: Asked,
}

impl ReplaySummary {
    /// What the replay of a tape of the scenario with this hash came to.
    #[must_use]
    pub fn of(recorded_scenario: &str, tally: &Tally) -> Self {
        let Tally { matched, missing, extra, drifted, first_drift } = *tally;
        let recorded_scenario = recorded_scenario.to_owned();
        let first_drift = first_drift.map(DriftLine::of);
        Self { recorded_scenario, matched, missing, extra, drifted, first_drift }
    }

    /// As a phrase.
    #[must_use]
    pub fn words(&self) -> String {
        let [matched, missing, extra, drifted] =
            [self.matched, self.missing, self.extra, self.drifted].map(count);
        format!("{matched} decisions matched, {missing} missing, {extra} extra, {drifted} drifted")
    }
}

impl DriftLine {
    fn of(drift: Drift) -> Self {
        let Drift { key: Key { purpose, entity, index }, at, recorded, asked } = drift;
        Self { purpose, entity, index, at_ns: at.as_nanos(), recorded, asked }
    }

    /// As a phrase: `jitter 0/17 at 1.20 s: below 50, recorded below 100`.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { purpose, entity, index, at_ns, recorded, asked } = self;
        let (purpose, at) = (plain(purpose), span(*at_ns));
        let (asked, recorded) = (plain(asked), plain(recorded));
        format!("{purpose} {entity}/{index} at {at}: {asked}, recorded {recorded}")
    }
}

/// The names and numbers of a piece of plain data.
fn plain(data: &impl Serialize) -> String {
    let text = serde_json::to_string(data).expect("it is plain data");
    let spaced = text.replace(':', " ").replace(',', ", ");
    spaced.replace(['"', '{', '}'], "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Ratio, SimTime};

    #[test]
    fn phrases_name_the_decision_and_both_choices() {
        let exponent = Ratio::new(99, 100).expect("a share");
        let drift = Drift {
            key: Key { purpose: Purpose::OperationAddress, entity: 2, index: 17 },
            at: SimTime::from_nanos(1_200_000_000),
            recorded: Asked::Below(100),
            asked: Asked::Zipf { ranks: 5, exponent },
        };
        let words = DriftLine::of(drift).words();
        let wanted =
            "operation_address 2/17 at 1.20 s: zipf ranks 5, exponent 99%, recorded below 100";
        assert_eq!(words, wanted);
        let tally =
            Tally { matched: 1000, missing: 2, extra: 3, drifted: 4, first_drift: Some(drift) };
        let words = ReplaySummary::of("ab", &tally).words();
        assert_eq!(words, "1,000 decisions matched, 2 missing, 3 extra, 4 drifted");
    }
}
