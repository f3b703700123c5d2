//! mirrorsim

pub mod batch;
pub mod checker;
pub mod cli;
pub mod disk;
pub mod facts;
pub mod metrics;
pub mod protocol;
pub mod random;
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod trace;
pub mod units;
pub mod wan;
pub mod workload;
