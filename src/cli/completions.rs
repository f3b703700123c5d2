//! `mirrorsim completions`: completion scripts for shells.

use super::arguments::{CompletionsArguments, command};
use super::exit::{Exit, Failure};
use super::output::Output;

/// Writes the script.
pub(super) fn run(arguments: &CompletionsArguments) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command(), "mirrorsim", &mut script);
    Output::open(None)?.write(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Expected)
}
