//! What is asked for, and why it may be refused.

use super::kind::Kind;
use crate::results::trial::Trial;

/// A direction on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the right.
    X,
    /// Upwards.
    Y,
}

/// Rows of an experiment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// The name of the experiment, where it is known.
    pub experiment: Option<String>,
    /// The rows.
    pub trials: Vec<Trial>,
}

/// What is to be drawn of rows. What is left out follows from the rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// The kind of figure.
    pub kind: Option<Kind>,
    /// What runs upwards: keys of figures, columns of curves, or an axis.
    pub y: Vec<String>,
    /// What runs to the right: an axis, or keys of figures.
    pub x: Vec<String>,
    /// Axes that have a line for each of their values; `policy` is an axis too.
    pub by: Vec<String>,
    /// Axes of which but one value is drawn.
    pub only: Vec<(String, String)>,
    /// Directions with a logarithmic scale.
    pub log: Vec<Way>,
    /// Directions with a linear scale.
    pub linear: Vec<Way>,
    /// The seed of which time is drawn.
    pub seed: Option<u64>,
    /// The title.
    pub title: Option<String>,
}

/// Why there is no figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// What was asked for makes no sense with these rows.
    Misuse(String),
    /// It makes sense, but there is nothing to draw.
    Nothing(String),
}

/// Refuses what makes no sense.
pub(super) fn misuse<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Misuse(message.into()))
}

/// Refuses to draw nothing.
pub(super) fn nothing<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Nothing(message.into()))
}
