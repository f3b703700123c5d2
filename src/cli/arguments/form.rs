//! The form of the report of a run.

use clap::ValueEnum;
use std::path::Path;

/// The form of the report of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ReportForm {
    /// A page for people.
    Text,
    /// Keys that never change their meaning.
    Json,
    /// A page for a browser, with pictures; one file that needs nothing else.
    Html,
}

impl ReportForm {
    /// What was asked for; else what the name of the output file says.
    pub fn choose(asked: Option<Self>, output: Option<&Path>) -> Self {
        let ending = output.and_then(Path::extension).and_then(|ending| ending.to_str());
        let told = match ending {
            Some("json") => Self::Json,
            Some("html") => Self::Html,
            Some(_) | None => Self::Text,
        };
        asked.unwrap_or(told)
    }
}
