//! How far a run is, or many: a bar on a terminal, lines elsewhere, always on standard error.

#![expect(clippy::disallowed_types, reason = "progress is the wall clock's one place")]

mod many;

pub(super) use many::Many;

use crate::report::text::{count, span};
use crate::units::SimTime;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// A line that changes, on a terminal.
    Bar,
    /// A line every few seconds.
    Plain,
    /// Not at all.
    Never,
}

impl Mode {
    /// A bar on a terminal, else lines.
    pub fn choose() -> Self {
        if std::io::stderr().is_terminal() { Self::Bar } else { Self::Plain }
    }
}

/// A run shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two lines.
const INTERVAL: Duration = Duration::from_secs(5);

/// The progress of one run.
pub(super) struct Progress {
    mode: Mode,
    began: Instant,
    last: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Nothing is shown yet.
    pub fn new(mode: Mode) -> Self {
        let began = Instant::now();
        Self { mode, began, last: began, bar: None }
    }

    /// Says where the run is.
    pub fn tell(&mut self, now: SimTime, events: u64) {
        self.tell_words(|| words(now, events));
    }

    /// Says how far the work is.
    pub fn tell_words(&mut self, words: impl FnOnce() -> String) {
        match self.mode {
            Mode::Never => {}
            Mode::Bar if self.began.elapsed() < PATIENCE => {}
            Mode::Bar => self.bar.get_or_insert_with(bar).set_message(words()),
            Mode::Plain if self.last.elapsed() < INTERVAL => {}
            Mode::Plain => {
                self.last = Instant::now();
                remark(&words());
            }
        }
    }

    /// How long it took.
    pub fn finish(self) -> Duration {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        self.began.elapsed()
    }
}

/// A line on standard error.
pub(super) fn remark(words: &str) {
    // Nobody is left to read it if this fails.
    let _ = writeln!(std::io::stderr(), "{words}");
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg} [{elapsed}]");
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

fn words(now: SimTime, events: u64) -> String {
    format!("simulated {}, {} events", span(now.as_nanos()), count(events))
}
