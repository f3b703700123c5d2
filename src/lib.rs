//! mirrorsim

pub mod checker;
pub mod facts;
pub mod metrics;
pub mod protocol;
pub mod random;
pub mod report;
pub mod scenario;
pub mod units;
