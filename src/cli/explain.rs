//! `mirrorsim explain`: why a run violated a property.

use super::arguments::{ExplainArguments, Format};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::{Context, input};
use crate::explain::{self, Explanation, TakeOut};

/// Explains the first violation of the run.
pub(super) fn run(arguments: &ExplainArguments, context: &Context) -> Result<Exit, Failure> {
    let input = input::scenario(&arguments.scenario, &arguments.set)?;
    let traces =
        input::traces(&arguments.scenario, &input, &mut input::Shelf::new(context.remarks))?;
    let output = Output::open(arguments.output.as_deref())?;
    let property = arguments.property.as_deref();
    let take_out = if arguments.chain_only { TakeOut::None } else { TakeOut::Each };
    let explained = explain::explain(&input.scenario, arguments.seed, &traces, property, take_out);
    let Some(explanation) = explained.map_err(|problem| input.refuse(&problem))? else {
        let what = property.map_or_else(|| "every property".to_owned(), str::to_owned);
        let message = format!("there is nothing to explain: the run keeps {what}");
        return Err(Failure::new(Exit::Nothing, message));
    };
    let text = match Format::choose(arguments.format, arguments.output.as_deref()) {
        Format::Json => explain::json(&explanation),
        Format::Text => painted(&explanation, context),
    };
    output.write(text.as_bytes())?;
    Ok(Exit::Expected)
}

fn painted(explanation: &Explanation, context: &Context) -> String {
    let text = explain::render(explanation);
    let name = &explanation.violation.property;
    match text.strip_prefix(name.as_str()) {
        Some(rest) => context.colour.bad(name) + rest,
        None => text,
    }
}
