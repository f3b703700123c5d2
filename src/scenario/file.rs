//! The JSON of scenarios.
