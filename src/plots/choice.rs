//! The kind of figure where none is asked for.

use super::kind::Kind;
use super::request::{Refusal, Request, misuse};
use super::set::{POLICY, Set};

/// The kind that the rest of the request asks for, or the only one that makes sense.
pub(super) fn kind(set: &Set, request: &Request) -> Result<Kind, Refusal> {
    if !request.x.is_empty() || !request.y.is_empty() || !request.by.is_empty() {
        return Ok(Kind::Lines);
    }
    let candidates = candidates(set);
    match candidates.as_slice() {
        [one] => Ok(*one),
        [] => {
            let names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            misuse(format!("which kind of figure? --kind one of {}", names.join(", ")))
        }
        many => {
            let width = many.iter().map(|kind| kind.name().len()).max().unwrap_or(0);
            let line = |kind: &Kind| format!("\n  {:width$}  {}", kind.name(), kind.line());
            let lines: String = many.iter().map(line).collect();
            misuse(format!("which kind of figure? --kind, of these rows:{lines}"))
        }
    }
}

/// Kinds that these rows have what it takes for.
fn candidates(set: &Set) -> Vec<Kind> {
    let keys = set.keys();
    let varies = set.varying().iter().any(|axis| set.axes[*axis].name != POLICY);
    let curve = |name: &str| set.rows.iter().any(|row| row.trial.curves.contains_key(name));
    let axes = set.varying().iter().filter(|axis| set.axes[**axis].name != POLICY).count();
    let has = |kind: &Kind| match (kind, kind.preset()) {
        (Kind::Heat, _) => axes == 2 && keys.contains("saved.of_wan"),
        (Kind::Cdf, _) => curve("latency.write"),
        (other, None) if other.columns().is_some() => curve("series"),
        (_, Some(preset)) => {
            let mut figures = preset.x.iter().chain(preset.y);
            let first = figures.next().map(|key| key.split(" / ").last().unwrap_or(key));
            let named = |word: &&str| {
                set.varying().iter().any(|axis| set.axes[*axis].name.to_lowercase().contains(word))
            };
            let fits = preset.axis.is_empty() || preset.axis.iter().any(named);
            varies && fits && first.is_some_and(|key| keys.contains(key))
        }
        (_, None) => keys.contains("wan.to_destination.total"),
    };
    Kind::ALL.into_iter().filter(has).collect()
}
