//! What a figure says of the rows it is made of.

use super::kind::Kind;
use super::page::Caption;
use super::quantity::capital;
use super::request::Request;
use super::set::{POLICY, Set};
use super::style::clean;
use std::collections::BTreeSet;
use xxhash_rust::xxh3::xxh3_128;

/// Scenarios that the metadata list one by one; of more they hold a digest.
const LISTED: usize = 8;

/// What the kind of figure has to say.
pub(super) struct Said {
    pub kind: Kind,
    /// The title, unless the request has another.
    pub title: String,
    /// What a number is: `means of 30 seeds`.
    pub numbers: String,
    /// Parts of the subtitle that only this kind has.
    pub further: Vec<String>,
    /// Values that rows do not have, and how many there would be.
    pub missing: (usize, usize),
    /// Axes whose values the picture shows.
    pub shown: Vec<usize>,
    /// A line for each thing that is drawn.
    pub lines: Vec<String>,
}

/// The caption.
pub(super) fn caption(set: &Set, request: &Request, said: Said) -> Caption {
    let title = request.title.clone().unwrap_or_else(|| capital(&said.title));
    let mut subtitle: Vec<_> = set.experiment.iter().map(|name| (*name).to_owned()).collect();
    subtitle.extend(fixed(set, &said.shown));
    subtitle.push(said.numbers);
    subtitle.extend(said.further);
    if !set.left_out.is_empty() {
        let runs = set.left_out.len();
        let of = runs + set.rows.len();
        subtitle.push(format!("left out: {runs} of {of} runs, which failed"));
    }
    if let (missing @ 1.., of) = said.missing {
        subtitle.push(format!("{missing} of {of} values missing"));
    }
    let subtitle: Vec<_> = subtitle.iter().map(|part| clean(part)).collect();
    let described = [title.clone(), format!("{}.", subtitle.join("; "))];
    Caption {
        title: clean(&title),
        description: described
            .into_iter()
            .chain(said.lines)
            .map(|line| clean(&line))
            .collect::<Vec<_>>()
            .join("\n"),
        subtitle,
        metadata: metadata(set, said.kind),
    }
}

/// Axes that the picture does not show because one value is all there is.
fn fixed(set: &Set, shown: &[usize]) -> Vec<String> {
    let hidden = |(number, axis): &(usize, &super::value::Axis)| {
        !shown.contains(number) && !axis.varies() && axis.values.len() == 1
    };
    let of = |(_, axis): (usize, &super::value::Axis)| {
        let label = &axis.values[0].label;
        if axis.name == POLICY { label.clone() } else { format!("{} {label}", axis.name) }
    };
    set.axes.iter().enumerate().filter(hidden).map(of).collect()
}

fn metadata(set: &Set, kind: Kind) -> String {
    let scenarios: BTreeSet<_> =
        set.rows.iter().map(|row| row.trial.scenario_hash.as_str()).collect();
    let listed: Vec<_> = scenarios.iter().map(|hash| clean(hash)).collect();
    let joined = listed.join(" ");
    let scenarios = match listed.len() {
        ..=LISTED => format!("scenarios {joined}"),
        many => format!("{many} scenarios, digest {:032x}", xxh3_128(joined.as_bytes())),
    };
    let digests: Vec<_> = set.rows.iter().map(|row| row.trial.digest.as_str()).collect();
    let digest = xxh3_128(digests.join(" ").as_bytes());
    let lines = [
        format!("mirrorsim {}", env!("CARGO_PKG_VERSION")),
        format!("figure {}", kind.name()),
        set.experiment.map_or_else(String::new, |name| format!("experiment {}", clean(name))),
        scenarios,
        format!("seeds {}", runs(&set.seeds())),
        format!("{} runs, digest {digest:032x}", digests.len()),
    ];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Seeds as the command line takes them: `0..30 41..42`.
pub(super) fn runs(seeds: &BTreeSet<u64>) -> String {
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for seed in seeds {
        match spans.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*seed) => *last = *seed,
            _ => spans.push((*seed, *seed)),
        }
    }
    let span = |(first, last): &(u64, u64)| {
        let after = u128::from(*last) + 1;
        if first == last { first.to_string() } else { format!("{first}..{after}") }
    };
    spans.iter().map(span).collect::<Vec<_>>().join(" ")
}

/// "means of n seeds", with what bands are where there are any.
pub(super) fn means(counts: impl Iterator<Item = usize> + Clone) -> String {
    let least = counts.clone().min().unwrap_or(0);
    let most = counts.max().unwrap_or(0);
    match (least, most) {
        (_, ..=1) => "one seed a point".to_owned(),
        (least, most) if least == most => {
            format!("means of {most} seeds with 95 % intervals (Student’s t)")
        }
        (least, most) => format!("means of {least}–{most} seeds with 95 % intervals (Student’s t)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_and_counts_are_told_shortly() {
        assert_eq!(runs(&[0, 1, 2, 7, 9, 10].into()), "0..3 7 9..11");
        assert_eq!(runs(&[u64::MAX].into()), u64::MAX.to_string());
        assert_eq!(means([1, 1].into_iter()), "one seed a point");
        let text = means([3, 5].into_iter());
        assert_eq!(text, "means of 3–5 seeds with 95 % intervals (Student’s t)");
        assert!(means([4].into_iter()).starts_with("means of 4 seeds"));
    }
}
