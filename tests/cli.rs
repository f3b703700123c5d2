//! The command line, driven as a shell would: what it writes where, and what it answers.

#[path = "cli/audit.rs"]
mod audit;
#[path = "cli/baseline.rs"]
mod baseline;
#[path = "cli/check.rs"]
mod check;
#[path = "cli/compare.rs"]
mod compare;
#[path = "cli/explain.rs"]
mod explain;
#[path = "cli/exports.rs"]
mod exports;
#[path = "cli/failures.rs"]
mod failures;
#[path = "cli/interrupts.rs"]
mod interrupts;
#[path = "cli/mutants.rs"]
mod mutants;
#[path = "cli/outputs.rs"]
mod outputs;
#[path = "cli/page.rs"]
mod page;
#[path = "cli/perfetto.rs"]
mod perfetto;
#[path = "cli/plot.rs"]
mod plot;
#[path = "cli/refusals.rs"]
mod refusals;
#[path = "cli/replays.rs"]
mod replays;
#[path = "cli/runs.rs"]
mod runs;
#[path = "cli/shards.rs"]
mod shards;
#[path = "cli/support.rs"]
mod support;
#[path = "cli/sweep.rs"]
mod sweep;
#[path = "cli/tapes.rs"]
mod tapes;
#[path = "cli/traces.rs"]
mod traces;
#[path = "cli/words.rs"]
mod words;
