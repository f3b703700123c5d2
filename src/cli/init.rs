//! `mirrorsim init`: a scenario to start from.

use super::arguments::OutputArguments;
use super::exit::{Exit, Failure};
use super::output::Output;
use std::path::Path;

/// A small scenario with the keys that are changed most.
const STARTER: &str = include_str!("init/starter.json");

/// Writes the scenario; never over a file that is there.
pub(super) fn run(arguments: &OutputArguments) -> Result<Exit, Failure> {
    let path = arguments.output.as_deref();
    if let Some(path) = path.filter(|path| *path != Path::new("-") && path.exists()) {
        let message = format!("{} is there already: nothing was written", path.display());
        return Err(Failure::new(Exit::File, message));
    }
    Output::open(path)?.write(STARTER)?;
    Ok(Exit::Expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn the_starter_is_a_scenario() {
        let parsed = Scenario::parse(STARTER, &[]).map_err(|error| error.render("starter.json"));
        assert_eq!(parsed.map(|scenario| scenario.name), Ok("starter".to_owned()));
    }
}
