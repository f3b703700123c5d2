//! When to give up.
#![expect(clippy::disallowed_types, reason = "a browser lives in the time of the wall")]

use std::time::{Duration, Instant};

/// A moment after which nobody waits any longer.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// The moment so long from now.
    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// How long it is until then; zero afterwards.
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether it has come.
    pub fn is_over(self) -> bool {
        self.left().is_zero()
    }
}
