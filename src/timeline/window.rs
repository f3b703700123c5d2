//! A stretch of simulated time that is looked at.

use crate::units::{SimTime, Span};
use std::fmt;
use std::str::FromStr;

/// From a moment to a moment, both included. Written `2s..2.5s`; an end that is left out is the
/// run's own: `..1s`, `10s..`, `..`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first moment.
    pub from: SimTime,
    /// The last moment; not before `from`, but in [`Self::NOTHING`].
    pub to: SimTime,
}

/// Why a text is no window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WindowError(String);

impl Window {
    /// The whole run.
    pub const ALL: Self = Self { from: SimTime::ZERO, to: SimTime::MAX };
    /// Touched by nothing: its end comes before its beginning.
    pub const NOTHING: Self = Self { from: SimTime::MAX, to: SimTime::ZERO };

    /// Whether the moment lies in it.
    #[must_use]
    pub fn contains(self, at: SimTime) -> bool {
        self.from <= at && at <= self.to
    }

    /// Whether what lasts from `began` to `ended` has a moment in it.
    #[must_use]
    pub fn touches(self, began: SimTime, ended: SimTime) -> bool {
        self.from <= self.to && began <= self.to && ended >= self.from
    }
}

impl fmt::Display for Window {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from > SimTime::ZERO {
            write!(formatter, "{}", self.from.since(SimTime::ZERO))?;
        }
        formatter.write_str("..")?;
        if self.to < SimTime::MAX {
            write!(formatter, "{}", self.to.since(SimTime::ZERO))?;
        }
        Ok(())
    }
}

impl FromStr for Window {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, WindowError> {
        let Some((from, to)) = text.split_once("..") else {
            return Err(WindowError(
                "a window is FROM..TO, 2s..2.5s; an end may be left out".into(),
            ));
        };
        let moment = |text: &str, otherwise| match text.trim() {
            "" => Ok(otherwise),
            text => text.parse::<Span>().map(|span| SimTime::ZERO.after(span)),
        };
        let read = |text, otherwise| {
            moment(text, otherwise).map_err(|error| WindowError(error.to_string()))
        };
        let window = Self { from: read(from, SimTime::ZERO)?, to: read(to, SimTime::MAX)? };
        if window.from > window.to {
            return Err(WindowError(format!("it ends before it begins: {window}")));
        }
        Ok(window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(text: &str) -> Result<Window, String> {
        text.parse::<Window>().map_err(|error| error.to_string())
    }

    #[test]
    fn windows_read_back() {
        for text in ["2s..2500ms", "..1s", "10s..", "..", "1ms..1ms"] {
            assert_eq!(window(text).map(|window| window.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(window(" 0.5s .. 1 s").map(|w| w.to_string()), Ok("500ms..1s".into()));
    }

    #[test]
    fn what_is_no_window_is_told_why() {
        for (text, why) in [
            ("2s", "a window is FROM..TO"),
            ("2s..1s", "it ends before it begins: 2s..1s"),
            ("2..3", "2"),
            ("..tomorrow", "tomorrow"),
            ("1s..2s..3s", "2s..3s"),
        ] {
            let error = window(text).expect_err(text);
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn ends_belong_to_the_window_and_nothing_touches_nothing() {
        let at = SimTime::from_nanos;
        let window = Window { from: at(10), to: at(20) };
        assert!(window.touches(at(0), at(10)) && window.touches(at(20), at(30)));
        assert!(
            window.touches(at(0), at(30)) && window.contains(at(10)) && window.contains(at(20))
        );
        assert!(!window.touches(at(0), at(9)) && !window.touches(at(21), at(30)));
        assert!(!Window::NOTHING.touches(SimTime::ZERO, SimTime::MAX));
        assert!(Window::ALL.touches(SimTime::MAX, SimTime::MAX));
    }
}
