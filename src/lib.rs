//! mirrorsim

pub mod random;
pub mod units;
