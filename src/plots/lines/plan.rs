//! Which figures run over which axis, and what has a line of its own.

use super::super::kind::{Kind, Preset};
use super::super::quantity::Quantity;
use super::super::request::{Refusal, Request, misuse};
use super::super::set::{POLICY, Set};

/// Which way the axis runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Orientation {
    /// To the right, and the figures upwards.
    Upright,
    /// Upwards, and the figures to the right.
    Sideways,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    /// The axis that lines run along.
    pub axis: usize,
    /// What they show, all in one unit.
    pub figures: Vec<Quantity>,
    /// Axes that have a line for each value.
    pub by: Vec<usize>,
    pub orientation: Orientation,
    /// Whether the values of the axis are words.
    pub is_words: bool,
}

impl Plan {
    /// The plan that a request and its kind come to.
    pub fn of(set: &Set, request: &Request, kind: Kind) -> Result<Self, Refusal> {
        let preset = kind.preset().expect("this kind draws lines");
        let (axis, figures, orientation) = directions(set, request, &preset)?;
        if figures.is_empty() {
            return misuse(
                "which figure? --y KEY, any key of a report\n  = help: saved.of_wan, \
                 latency.write.p50_ns, writes.per_second, wan.amplification, …",
            );
        }
        let read = |key: &String| Quantity::parse(key, set);
        let figures: Vec<_> = figures.iter().map(read).collect::<Result<_, _>>()?;
        if let Some(other) = figures.iter().find(|other| other.unit != figures[0].unit) {
            return misuse(format!(
                "{} and {} differ in unit: draw two figures",
                figures[0].words(),
                other.words()
            ));
        }
        let by = set.lines_by(request, Some(axis))?;
        let is_words = set.axes[axis].unit.is_none();
        Ok(Self { axis, figures, by, orientation, is_words })
    }

    /// The title of the figure.
    pub fn title(&self, set: &Set) -> String {
        let axis = &set.axes[self.axis].name;
        match self.orientation {
            Orientation::Upright => format!("{} over {axis}", self.subject()),
            Orientation::Sideways => format!("{} and the {axis} that it takes", self.subject()),
        }
    }

    /// What all figures are about.
    pub fn subject(&self) -> String {
        match self.figures.as_slice() {
            [one] => one.title(),
            many if many.iter().all(|other| other.subject == many[0].subject) => {
                many[0].subject.clone()
            }
            many => many.iter().map(Quantity::title).collect::<Vec<_>>().join(" and "),
        }
    }

    /// The heading of the legend.
    pub fn heading(&self, set: &Set) -> String {
        if self.figures.len() > 1 {
            return String::new();
        }
        let names = self.by.iter().map(|axis| set.axes[*axis].name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }

    /// The figures as they were asked for.
    pub fn words(&self) -> String {
        self.figures.iter().map(Quantity::words).collect::<Vec<_>>().join(", ")
    }
}

/// The axis, the figures, and which runs to the right.
fn directions(
    set: &Set,
    request: &Request,
    preset: &Preset,
) -> Result<(usize, Vec<String>, Orientation), Refusal> {
    let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
    let is_axis = |name: &String| set.axes.iter().any(|axis| axis.name == *name);
    match (request.x.as_slice(), request.y.as_slice()) {
        ([], [up]) if is_axis(up) && !preset.x.is_empty() => {
            Ok((set.axis(up)?, owned(preset.x), Orientation::Sideways))
        }
        ([], []) if !preset.x.is_empty() => {
            Ok((likely(set, preset.axis)?, owned(preset.x), Orientation::Sideways))
        }
        ([], []) => Ok((likely(set, preset.axis)?, owned(preset.y), Orientation::Upright)),
        ([], up) => Ok((likely(set, preset.axis)?, up.to_vec(), Orientation::Upright)),
        (right, [up]) if is_axis(up) && !right.iter().any(is_axis) => {
            Ok((set.axis(up)?, right.to_vec(), Orientation::Sideways))
        }
        ([right], []) if is_axis(right) && preset.y.is_empty() && !preset.x.is_empty() => {
            misuse(format!("this kind has an axis upwards: --y {right:?}"))
        }
        ([right], []) => Ok((set.axis(right)?, owned(preset.y), Orientation::Upright)),
        ([right], up) => Ok((set.axis(right)?, up.to_vec(), Orientation::Upright)),
        (many, _) => misuse(format!("--x takes one axis, not {}: {}", many.len(), many.join(", "))),
    }
}

/// The axis that such a figure is likely to be about.
fn likely(set: &Set, words: &[&str]) -> Result<usize, Refusal> {
    let varying = set.varying();
    let named = |number: &&usize, word: &str| set.axes[**number].name.to_lowercase().contains(word);
    let hinted = words.iter().find_map(|word| varying.iter().find(|axis| named(axis, word)));
    if let Some(axis) = hinted {
        return Ok(*axis);
    }
    let own = |number: &&usize| set.axes[**number].name != POLICY;
    let numbers = |number: &&usize| set.axes[**number].unit.is_some();
    let candidates: Vec<_> = varying.iter().filter(own).collect();
    let numeric: Vec<_> = varying.iter().filter(own).filter(numbers).collect();
    match (candidates.as_slice(), numeric.as_slice()) {
        ([one], _) | (_, [one]) => Ok(**one),
        ([], _) => misuse(
            "no axis has more than one value, so there is no line to draw\n  = help: --x policy \
             draws a point for each policy",
        ),
        (many, _) => {
            let names: Vec<_> =
                many.iter().map(|number| format!("{:?}", set.axes[**number].name)).collect();
            misuse(format!("which axis does it run over? --x one of {}", names.join(", ")))
        }
    }
}
