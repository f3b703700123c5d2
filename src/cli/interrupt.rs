//! An interrupt (Ctrl-C): the first asks for an end after the run at hand, so that what is finished is
//! kept; the second ends the process at once.

use super::exit::{Exit, Failure};
use signal_hook::consts::SIGINT;
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether an interrupt came.
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on an interrupt is noted.
    pub fn watch() -> Result<Self, Failure> {
        let came = Arc::new(AtomicBool::new(false));
        // The order matters: the first interrupt finds the flag down here, and raises it then.
        let code = i32::from(Exit::Interrupted.code());
        flag::register_conditional_shutdown(SIGINT, code, Arc::clone(&came))
            .and_then(|_| flag::register(SIGINT, Arc::clone(&came)))
            .map_err(|error| {
                Failure::new(Exit::Bug, format!("interrupts cannot be noted: {error}"))
            })?;
        Ok(Self(came))
    }

    /// Whether one came.
    pub fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
