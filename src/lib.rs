//! mirrorsim

pub mod checker;
pub mod facts;
pub mod metrics;
pub mod protocol;
pub mod random;
pub mod scenario;
pub mod trace;
pub mod units;
pub mod workload;
