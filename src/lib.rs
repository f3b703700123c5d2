//! mirrorsim

pub mod protocol;
pub mod random;
pub mod scenario;
pub mod units;
