//! What the process answers.

use std::process::ExitCode;

/// Exit statuses. A panic outside a run of `check`, which is a bug, gives 101; an interrupt 130.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All came out as expected, an expected violation too.
    Expected,
    /// A property was violated or an expectation missed.
    Violated,
    /// Bad usage or a bad scenario, what it names and contains included.
    Usage,
    /// A second run gave another digest.
    Differs,
    /// There is nothing to run, or shards are missing.
    Nothing,
    /// A run panicked: a bug of ours.
    Bug,
    /// A file named on the command line cannot be read or written.
    File,
    /// A signal stopped it early; the same line goes on.
    Stopped,
    /// Interrupted; what was finished is kept.
    Interrupted,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Expected => 0,
            Self::Violated => 1,
            Self::Usage => 2,
            Self::Differs => 3,
            Self::Nothing => 4,
            Self::Bug => 70,
            Self::File => 74,
            Self::Stopped => 75,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command came to nothing.
#[derive(Debug)]
pub(super) struct Failure {
    pub exit: Exit,
    pub message: String,
}

impl Failure {
    /// A failure with its message.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    /// A file of the command line that cannot be read or written.
    pub fn file(path: &str, what: &str, error: &std::io::Error) -> Self {
        Self::new(Exit::File, format!("{path} cannot be {what}: {error}"))
    }
}
