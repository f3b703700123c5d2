//! The progress of many runs: how many are done, how fast, how long the rest takes, what failed.

use super::{INTERVAL, Mode, PATIENCE, remark};
use crate::report::text::{count, span};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// The progress of many runs.
pub(in crate::cli) struct Many {
    mode: Mode,
    began: Instant,
    last: Instant,
    total: u64,
    bar: Option<ProgressBar>,
}

impl Many {
    /// Nothing is done yet of `total` runs.
    pub fn new(mode: Mode, total: u64) -> Self {
        let began = Instant::now();
        Self { mode, began, last: began, total, bar: None }
    }

    /// Says how many are done, how many of them violated a property, as expected or not, and how many
    /// failed.
    pub fn tell(&mut self, done: u64, violations: u64, failed: u64) {
        match self.mode {
            Mode::Never => {}
            Mode::Bar if self.began.elapsed() < PATIENCE => {}
            Mode::Bar => {
                let text = words(self.began.elapsed(), (done, self.total), violations, failed);
                let bar = self.bar.get_or_insert_with(|| bar(self.total));
                bar.set_position(done);
                bar.set_message(text);
            }
            Mode::Plain if self.last.elapsed() < INTERVAL => {}
            Mode::Plain => {
                self.last = Instant::now();
                remark(&words(self.began.elapsed(), (done, self.total), violations, failed));
            }
        }
    }

    /// Does what writes to a terminal, with no bar in the way.
    pub fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(work),
            None => work(),
        }
    }

    /// Takes the bar away.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:20} {msg}");
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// The rate is the mean so far, and the rest is taken to go on like that.
fn words(took: Duration, (done, total): (u64, u64), violations: u64, failed: u64) -> String {
    let (nanos, done_so_far) = (took.as_nanos().max(1), u128::from(done.max(1)));
    let a_minute = u128::from(done) * 60_000_000_000 / nanos;
    let left = u128::from(total.saturating_sub(done)) * nanos / done_so_far;
    let [a_minute, left] = [a_minute, left].map(|n| u64::try_from(n).unwrap_or(u64::MAX));
    let (done, total, a_minute) = (count(done), count(total), count(a_minute));
    let (violations, failed, left) = (count(violations), count(failed), span(left));
    format!(
        "{done} of {total} runs, {a_minute} a minute, {left} left, {violations} with violations, \
         {failed} failed"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_takes_as_long_as_what_is_done() {
        let text = words(Duration::from_secs(30), (100, 300), 5, 2);
        assert_eq!(text, "100 of 300 runs, 200 a minute, 60.0 s left, 5 with violations, 2 failed");
        let text = words(Duration::ZERO, (0, u64::MAX), 0, 0);
        assert!(text.starts_with("0 of 18,446,744,073,709,551,615 runs, 0 a minute"), "{text}");
    }
}
