//! `mirrorsim man`: the manual.

use super::arguments::{ManArguments, command};
use super::exit::{Exit, Failure};
use super::output::Output;

/// Writes a page for each command to a directory, or the first page to standard output.
pub(super) fn run(arguments: &ManArguments) -> Result<Exit, Failure> {
    let command = command().disable_help_subcommand(true);
    if let Some(directory) = &arguments.directory {
        if !directory.is_dir() {
            let name = directory.display();
            let message = format!(
                "{name} cannot be written to: there is no such folder\n  = help: `mirrorsim COMMAND --help` \
                 tells the same"
            );
            return Err(Failure::new(Exit::File, message));
        }
        let written = clap_mangen::generate_to(command, directory);
        let fail = |error| Failure::file(&directory.display().to_string(), "written", &error);
        written.map_err(fail)?;
        return Ok(Exit::Expected);
    }
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command).render(&mut page);
    rendered.map_err(|error| Failure::file("the manual", "written", &error))?;
    Output::open(None)?.write(&page)?;
    Ok(Exit::Expected)
}
