//! `mirrorsim compare`: two sets of rows, or two policies of one, in pairs.

use super::Context;
use super::arguments::{CompareArguments, CompareFormat};
use super::exit::{Exit, Failure};
use super::input;
use super::output::Output;
use super::sweep::{self, aligned, value};
use crate::report::text::percent;
use crate::results::compare::{FORMAT, Line, Pairing, add_floor};
use crate::results::summary::ABOVE_FLOOR;
use crate::results::table::{self, plain};
use crate::results::trial::Trial;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead as _;
use std::path::Path;

/// Sentences about what has no partner that a page shows; all are counted, and stand in JSON.
const SHOWN: usize = 10;

/// Pairs the rows, and tells how the figures of one side differ from those of the other.
pub(super) fn run(arguments: &CompareArguments, context: &Context) -> Result<Exit, Failure> {
    let pairing = pairing(arguments)?;
    let (names, figures) = (names(arguments), figures(arguments, &pairing)?);
    if pairing.is_empty() {
        let message = format!("nothing to compare: no run has a partner\n{}", left_out(&pairing));
        return Err(Failure::new(Exit::Nothing, message.trim_end()));
    }
    let lines: Vec<_> = figures.iter().flat_map(|figure| pairing.lines(figure)).collect();
    let text = match arguments.format {
        CompareFormat::Text => page(&names, &figures, &lines) + &left_out(&pairing),
        CompareFormat::Json => {
            let Pairing { alone, failed, .. } = &pairing;
            let (pairs, [base, other]) = (pairing.len(), &names);
            let value = json!({ "format": FORMAT, "base": base, "other": other, "pairs": pairs,
                "failed": failed, "alone": alone, "lines": lines });
            serde_json::to_string_pretty(&value).expect("a comparison is plain JSON") + "\n"
        }
        CompareFormat::Csv => {
            context.remark(left_out(&pairing).trim_end());
            csv(&lines)
        }
    };
    Output::open(None)?.write(text.as_bytes())?;
    Ok(Exit::Expected)
}

fn pairing(arguments: &CompareArguments) -> Result<Pairing, Failure> {
    let first = rows(&arguments.first)?;
    let pairing = match (&arguments.second, arguments.policies.as_slice()) {
        (Some(second), _) => Pairing::of_sets(first, rows(second)?),
        (None, [base, others @ ..]) if !others.is_empty() => {
            let unique: BTreeSet<_> = others.iter().chain([base]).collect();
            if unique.len() <= others.len() {
                Err("--policies: a policy is named twice".to_owned())
            } else {
                Pairing::of_policies(&first, base, others)
            }
        }
        (None, _) => Err("--policies: name the base, and what is held against it".to_owned()),
    };
    pairing.map_err(|words| Failure::new(Exit::Usage, words))
}

/// What the two sides are called.
fn names(arguments: &CompareArguments) -> [String; 2] {
    match (&arguments.second, arguments.policies.as_slice()) {
        (None, [base, other]) => [base.clone(), other.clone()],
        (None, [base, ..]) => [base.clone(), "the policy".to_owned()],
        (Some(second), _) => [input::name(&arguments.first), input::name(second)],
        (None, []) => unreachable!("one of the two is given"),
    }
}

/// Reads the rows of a folder, or a file of rows, without their curves.
fn rows(path: &Path) -> Result<Vec<Trial>, Failure> {
    let file = if path.is_dir() { path.join(sweep::ROWS) } else { path.to_owned() };
    let name = input::name(&file);
    let unread = |error: &std::io::Error| {
        let failure = Failure::file(&name, "read", error);
        if !path.is_dir() {
            return failure;
        }
        let help =
            "`mirrorsim sweep -o DIR` or `mirrorsim merge DIR` writes it when all runs are made";
        Failure::new(failure.exit, format!("{}\n  = help: {help}", failure.message))
    };
    let opened = input::open(&file).map_err(|error| unread(&error))?;
    let mut trials = Vec::new();
    for (number, line) in (1..).zip(opened.lines()) {
        let line = line.map_err(|error| unread(&error))?;
        if line.trim().is_empty() {
            continue;
        }
        let trial = table::read(&line).map_err(|reason| {
            Failure::new(
                Exit::Usage,
                format!("{name}:{number} is no row of an experiment: {reason}"),
            )
        })?;
        trials.push(Trial { curves: BTreeMap::new(), ..trial });
    }
    add_floor(&mut trials);
    Ok(trials)
}

/// The figures that are asked for, which some row must have.
fn figures(arguments: &CompareArguments, pairing: &Pairing) -> Result<Vec<String>, Failure> {
    let known = pairing.figures();
    if arguments.figure.is_empty() {
        let floor = known.contains(ABOVE_FLOOR).then_some(ABOVE_FLOOR);
        return Ok(sweep::FIGURES.into_iter().chain(floor).map(str::to_owned).collect());
    }
    for figure in &arguments.figure {
        if !known.contains(figure) && !known.is_empty() {
            let distance = |other: &&String| strsim::damerau_levenshtein(figure, other);
            let nearest = known.iter().min_by_key(distance);
            let help = nearest.map(|nearest| format!("\n  = help: did you mean `{nearest}`?"));
            let message = format!("--figure {figure}: no row has it{}", help.unwrap_or_default());
            return Err(Failure::new(Exit::Usage, message));
        }
    }
    Ok(arguments.figure.clone())
}

/// What took no part, in sentences.
fn left_out(pairing: &Pairing) -> String {
    let mut text = String::new();
    for sentence in pairing.alone.iter().take(SHOWN) {
        text += &format!("left out: {sentence}\n");
    }
    if pairing.alone.len() > SHOWN {
        text += &format!("left out: and {} more such groups\n", pairing.alone.len() - SHOWN);
    }
    if pairing.failed > 0 {
        text += &format!("left out: {} pairs of which a run failed\n", pairing.failed);
    }
    text
}

/// A table for each figure.
fn page(names: &[String; 2], figures: &[String], lines: &[Line]) -> String {
    let mut text = format!("{} against {}, in pairs\n", names[1], names[0]);
    let axes = axes(lines);
    for figure in figures {
        let head = [&names[0], &names[1]].map(String::as_str);
        let head = ["policy", "pairs"].into_iter().chain(head);
        let head = head.chain(["difference", "relative", "below", "equal", "above"]);
        let head = axes.iter().map(String::as_str).chain(head);
        let mut rows = vec![head.map(str::to_owned).collect::<Vec<_>>()];
        let own: Vec<_> = lines.iter().filter(|line| line.figure == *figure).collect();
        rows.extend(own.iter().map(|line| row(&axes, line)));
        text += &format!("\n{figure}\n{}", aligned(&rows, axes.len() + 1));
        let without: u64 =
            own.iter().filter(|line| line.at.is_some()).map(|line| line.without).sum();
        if without > 0 {
            text += &format!("left out: {without} pairs in which a side has no number\n");
        }
    }
    text + "\nmean differences of pairs with 95 % intervals (Student t); over all points a seed counts \
        once\n"
}

/// The names of the axes.
fn axes(lines: &[Line]) -> Vec<String> {
    let names = lines.iter().filter_map(|line| line.at.as_ref()).flat_map(BTreeMap::keys);
    names.collect::<BTreeSet<_>>().into_iter().cloned().collect()
}

fn row(axes: &[String], line: &Line) -> Vec<String> {
    let place = |(number, axis): (usize, &String)| match &line.at {
        Some(at) => at.get(axis).map(plain).unwrap_or_default(),
        None if number == 0 => "all".to_owned(),
        None => String::new(),
    };
    let figure = &line.figure;
    let number = |number: Option<f64>| {
        number.map_or("-".to_owned(), |number| value(figure, number, line.half_width))
    };
    let with = |text: String, half: Option<String>| match half {
        Some(half) => format!("{text} ± {half}"),
        None => text,
    };
    let half = line.half_width.map(|half| value(figure, half, line.half_width));
    let difference = with(number(line.difference), half);
    let share = |share: Option<f64>| share.map(percent);
    let relative =
        with(share(line.relative).unwrap_or("-".to_owned()), share(line.relative_half_width));
    let counts = [line.below, line.equal, line.above].map(|count| count.to_string());
    let own = [line.policy.clone(), line.pairs.to_string(), number(line.base), number(line.other)];
    let places = axes.iter().enumerate().map(place);
    places.chain(own).chain([difference, relative]).chain(counts).collect()
}

/// A line for each line, under a line of keys.
fn csv(lines: &[Line]) -> String {
    let axes = axes(lines);
    let keys = [
        "policy",
        "figure",
        "pairs",
        "without",
        "base",
        "other",
        "difference",
        "half_width",
        "relative",
        "relative_half_width",
        "below",
        "equal",
        "above",
    ];
    let mut text =
        table::line(["points"].into_iter().chain(axes.iter().map(String::as_str)).chain(keys));
    for line in lines {
        let number = |number: Option<f64>| number.map(|n| n.to_string()).unwrap_or_default();
        let at = |axis: &String| {
            line.at.as_ref().and_then(|at| at.get(axis)).map(plain).unwrap_or_default()
        };
        let points = if line.at.is_some() { "one" } else { "all" };
        let counts = [line.pairs, line.without].map(|count| count.to_string());
        let numbers = [
            line.base,
            line.other,
            line.difference,
            line.half_width,
            line.relative,
            line.relative_half_width,
        ];
        let signs = [line.below, line.equal, line.above].map(|count| count.to_string());
        let own = [line.policy.clone(), line.figure.clone()];
        let fields = std::iter::once(points.to_owned()).chain(axes.iter().map(at)).chain(own);
        text += &table::line(fields.chain(counts).chain(numbers.map(number)).chain(signs));
    }
    text
}
