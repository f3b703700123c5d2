//! `mirrorsim plot`: figures of reports, and of rows of experiments.

mod results;

use super::Context;
use super::arguments::PlotArguments;
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::plots::{self, Kind, Refusal, Request};
use crate::report::Report;
use results::Results;
use std::path::Path;

/// What a figure is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Svg,
    Png,
    Html,
}

/// Reads the results and writes the figure.
pub(super) fn run(arguments: &PlotArguments, context: &Context) -> Result<Exit, Failure> {
    let form = form(arguments.output.as_deref())?;
    let output = Output::open(arguments.output.as_deref())?;
    let data = arguments.data.as_deref().map(|path| Output::open(Some(path))).transpose()?;
    let request = request(arguments);
    match results::read(&arguments.results)? {
        Results::Reports(reports) => {
            refuse(&reports, arguments, &request)?;
            let figure = match form {
                Form::Svg => plots::wan_bytes(&reports).into_bytes(),
                Form::Png => plots::wan_bytes_png(&reports),
                Form::Html => plots::wan_bytes_html(&reports, &context.line).into_bytes(),
            };
            output.write(&figure)?;
        }
        Results::Rows(rows) => {
            let drawn = plots::rows(&rows, &request).map_err(|refusal| match refusal {
                Refusal::Misuse(message) => Failure::new(Exit::Usage, message),
                Refusal::Nothing(message) => Failure::new(Exit::Nothing, message),
            })?;
            let figure = match form {
                Form::Svg => drawn.svg().into_bytes(),
                Form::Png => drawn.png(),
                Form::Html => drawn.html(&context.line).into_bytes(),
            };
            if let Some(data) = data {
                data.write(drawn.csv().as_bytes())?;
            }
            output.write(&figure)?;
        }
    }
    Ok(Exit::Expected)
}

fn request(arguments: &PlotArguments) -> Request {
    Request {
        kind: arguments.kind,
        y: arguments.y.clone(),
        x: arguments.x.clone(),
        by: arguments.by.clone(),
        only: arguments.only.clone(),
        log: arguments.log.clone(),
        linear: arguments.linear.clone(),
        seed: arguments.seed,
        title: arguments.title.clone(),
    }
}

/// Refuses what cannot be drawn of reports.
fn refuse(reports: &[Report], arguments: &PlotArguments, request: &Request) -> Result<(), Failure> {
    let most = plots::MOST_REPORTS;
    if reports.len() > most {
        let message = format!("one figure takes {most} reports, not {}", reports.len());
        return Err(Failure::new(Exit::Usage, message));
    }
    let plain = Request { kind: request.kind, ..Request::default() };
    let is_plain = *request == plain && arguments.data.is_none();
    match request.kind {
        None | Some(Kind::WanBytes) if is_plain => Ok(()),
        _ => Err(Failure::new(
            Exit::Usage,
            "of reports there is one figure, wan-bytes, and it has no further options\n  = help: \
             `mirrorsim sweep EXPERIMENT -o DIR` makes rows, of which there are others",
        )),
    }
}

/// What the name of the output asks for; standard output takes SVG.
fn form(output: Option<&Path>) -> Result<Form, Failure> {
    let Some(path) = output.filter(|path| *path != Path::new("-")) else {
        return Ok(Form::Svg);
    };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("svg") => Ok(Form::Svg),
        Some("png") => Ok(Form::Png),
        Some("html") => Ok(Form::Html),
        _ => {
            let message = format!(
                "{} ends in none of .svg, .png and .html: what shall the figure be written as?",
                path.display()
            );
            Err(Failure::new(Exit::Usage, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_decides_what_is_written() {
        let of = |name: &str| form(Some(Path::new(name))).map_err(|failure| failure.exit);
        assert_eq!([of("a/b.svg"), of("-")], [Ok(Form::Svg); 2]);
        assert_eq!([of("b.png"), of("b.html")], [Ok(Form::Png), Ok(Form::Html)]);
        assert_eq!([of("b.pdf"), of("svg"), of("b.SVGZ")], [Err(Exit::Usage); 3]);
        assert_eq!(form(None).map_err(|failure| failure.exit), Ok(Form::Svg));
    }
}
