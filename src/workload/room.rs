//! Whether the bounds have room for the longest write of every trace.

use super::{Traces, trace_of};
use crate::protocol::{ClientId, wire};
use crate::scenario::{Problem, Scenario, Workload};
use crate::units::Bytes;

/// Refuses a scenario whose bounds could never let a write of its traces through. A write that no
/// NVRAM half holds needs no room: the source refuses it, and reports count it (Spec 2.1).
///
/// # Errors
/// The bound that has too little room; or a trace that is not in `traces`.
pub fn check_room(scenario: &Scenario, traces: &Traces) -> Result<(), Problem> {
    let half = scenario.parameters.nvram_half.get();
    for (number, client) in (0..).zip(&scenario.clients) {
        match &client.workload {
            Workload::Trace(replay) => {
                let trace = trace_of(ClientId(number), replay, traces)?;
                let lengths = trace.writes().map(|record| record.length);
                let logged = lengths.filter(|length| wire::entry_in_nvram(*length) <= half);
                logged.max().map_or(Ok(()), |longest| scenario.room_for(Bytes::new(longest)))?;
            }
            // What these ask for is known to the scenario itself, which was checked.
            Workload::Synthetic(_) | Workload::Operations(_) => {}
        }
    }
    Ok(())
}
