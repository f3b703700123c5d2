//! `mirrorsim schema`: the JSON Schema of scenario and experiment files.

use super::arguments::{SchemaArguments, Subject};
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::scenario::{experiment, file};

/// Writes the schema.
pub(super) fn run(arguments: &SchemaArguments) -> Result<Exit, Failure> {
    let output = Output::open(arguments.output.as_deref())?;
    let schema = match arguments.subject {
        Subject::Scenario => file::schema(),
        Subject::Experiment => experiment::schema(),
    };
    output.write(schema.as_bytes())?;
    Ok(Exit::Expected)
}
