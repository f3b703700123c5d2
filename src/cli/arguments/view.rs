//! Arguments about looking at a run.

use crate::timeline::Window;
use clap::Args;
use std::path::PathBuf;

/// Arguments about looking at a run.
#[derive(Debug, Args)]
#[command(next_help_heading = "View")]
pub(in crate::cli) struct ViewArguments {
    /// Write what happened to this file as a trace for <https://ui.perfetto.dev> (Chrome JSON), gzipped
    /// if it ends in .gz; `-`: standard output. A million requests, messages and works of devices are
    /// shown at most; what is left out is counted in the file.
    #[arg(long, value_name = "FILE")]
    pub perfetto: Option<PathBuf>,
    /// The stretch of simulated time that is shown: what is under way in it is shown whole. `2s..2.5s`;
    /// an end that is left out is the run's own, `10s..`. Left out: a trace shows the whole run, a page
    /// what lies around the first thing that went wrong.
    #[arg(long, value_name = "FROM..TO")]
    pub window: Option<Window>,
}
