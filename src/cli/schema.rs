//! `mirrorsim schema`: the JSON Schema of scenario files.

use super::arguments::OutputArguments;
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::scenario::file;

/// Writes the schema.
pub(super) fn run(arguments: &OutputArguments) -> Result<Exit, Failure> {
    Output::open(arguments.output.as_deref())?.write(&file::schema())?;
    Ok(Exit::Expected)
}
