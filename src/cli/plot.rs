//! `mirrorsim plot`: figures of reports.

use super::arguments::PlotArguments;
use super::exit::{Exit, Failure};
use super::input;
use super::output::Output;
use crate::plots;
use crate::report::{FORMAT, Report};
use serde_json::Value;
use std::path::Path;

/// What a figure is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Svg,
    Png,
}

/// Reads the reports and writes the figure.
pub(super) fn run(arguments: &PlotArguments) -> Result<Exit, Failure> {
    let kind = kind(arguments.output.as_deref())?;
    let most = plots::MOST_REPORTS;
    if arguments.reports.len() > most {
        let message = format!("one figure takes {most} reports, not {}", arguments.reports.len());
        return Err(Failure::new(Exit::Usage, message));
    }
    let output = Output::open(arguments.output.as_deref())?;
    let reports = arguments.reports.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let figure = match kind {
        Kind::Svg => plots::wan_bytes(&reports).into_bytes(),
        Kind::Png => plots::wan_bytes_png(&reports),
    };
    output.write(&figure)?;
    Ok(Exit::Expected)
}

/// What the name of the output asks for; standard output takes SVG.
fn kind(output: Option<&Path>) -> Result<Kind, Failure> {
    let Some(path) = output.filter(|path| *path != Path::new("-")) else {
        return Ok(Kind::Svg);
    };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("svg") => Ok(Kind::Svg),
        Some("png") => Ok(Kind::Png),
        _ => {
            let message = format!(
                "{} ends neither in .svg nor in .png: what shall the figure be written as?",
                path.display()
            );
            Err(Failure::new(Exit::Usage, message))
        }
    }
}

fn read(path: &Path) -> Result<Report, Failure> {
    let name = input::name(path);
    let bytes = input::read(path).map_err(|error| Failure::file(&name, "read", &error))?;
    parse(&bytes).map_err(|reason| Failure::new(Exit::Usage, format!("{name} {reason}")))
}

/// The report in `bytes`, or why there is none; the reason continues a sentence.
fn parse(bytes: &[u8]) -> Result<Report, String> {
    const HOW: &str = "`mirrorsim run SCENARIO -o REPORT.json` writes reports";
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| format!("is not JSON: {error}\n  = help: {HOW}"))?;
    let format = value.get("format").and_then(Value::as_str).unwrap_or_default();
    let kind = FORMAT.split('/').next().unwrap_or(FORMAT);
    if format.split('/').next() != Some(kind) {
        return Err(format!("is not a report: its `format` is not {FORMAT:?}\n  = help: {HOW}"));
    }
    if format != FORMAT {
        return Err(format!("is a report of format {format:?}; this version reads {FORMAT:?}"));
    }
    serde_path_to_error::deserialize(value)
        .map_err(|error| format!("is not a whole report: `{}`: {}", error.path(), error.inner()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text.as_bytes()).err().unwrap_or_default()
    }

    #[test]
    fn what_is_no_report_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", "is not JSON: EOF while parsing a value at line 1 column 0"),
            ("\u{0}", "is not JSON: expected value at line 1 column 1"),
            ("[]", "is not a report: its `format` is not \"mirrorsim-report/1\""),
            ("7", "is not a report: its `format`"),
            (r#"{"name": "a scenario", "clients": []}"#, "is not a report: its `format`"),
            (r#"{"format": "mirrorsim-facts/1"}"#, "is not a report: its `format`"),
            (
                r#"{"format": "mirrorsim-report/2"}"#,
                "is a report of format \"mirrorsim-report/2\"; this version reads",
            ),
            (r#"{"format": "mirrorsim-report/1"}"#, "is not a whole report: `.`: missing field"),
            (
                r#"{"format": "mirrorsim-report/1", "seed": -1}"#,
                "is not a whole report: `seed`: invalid value",
            ),
        ] {
            let found = refused(text);
            assert!(found.starts_with(reason), "{text:?}: {found}");
        }
    }

    #[test]
    fn the_name_decides_what_is_written() {
        let of = |name: &str| kind(Some(Path::new(name))).map_err(|failure| failure.exit);
        assert_eq!([of("a/b.svg"), of("-")], [Ok(Kind::Svg); 2]);
        assert_eq!(of("b.png"), Ok(Kind::Png));
        assert_eq!([of("b.pdf"), of("svg"), of("b.SVGZ")], [Err(Exit::Usage); 3]);
        assert_eq!(kind(None).map_err(|failure| failure.exit), Ok(Kind::Svg));
    }
}
