//! What a sweep runs: every scenario of the experiment, resolved before the first run is made.

use super::super::Context;
use super::super::arguments::SweepArguments;
use super::super::check::parts;
use super::super::exit::{Exit, Failure};
use super::super::input::{self, Input, Shelf};
use super::super::quote;
use crate::batch;
use crate::results::{Named, Outline};
use crate::scenario::Scenario;
use crate::scenario::experiment::{Base, Experiment, Keep};
use crate::units::Span;
use crate::workload::Traces;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use xxhash_rust::xxh3::Xxh3;

/// An experiment with its scenario.
pub(super) struct Plan {
    pub experiment: Experiment,
    /// What results say of it.
    pub outline: Outline,
    /// How the command line names its file.
    path: PathBuf,
    base: Scene,
}

/// The scenarios of a plan, made when they are asked for, over traces that are read once.
pub(super) struct Cases {
    shelf: Shelf,
    /// The one that was asked for last: those of one point and policy follow each other.
    last: Option<Arc<Case>>,
}

/// The text of the scenario that is varied.
struct Scene {
    /// How messages name its file.
    name: String,
    /// Its file, from whose folder traces are named.
    path: PathBuf,
    text: String,
}

/// A point under a policy.
pub(super) struct Case {
    pub point: u64,
    /// The place of its policy.
    pub policy: usize,
    /// Where the point lies, and what the policy is called, as rows say it.
    pub at: BTreeMap<String, Value>,
    pub name: String,
    pub scenario: Arc<Scenario>,
    pub traces: Arc<Traces>,
    /// The curves that rows keep, and the time between two rows of a series.
    pub keep: Vec<Keep>,
    pub every: Span,
    /// When the steady state begins, where one is meant.
    pub warm_up: Option<Span>,
}

impl Plan {
    /// Reads an experiment, and resolves all of its scenarios.
    pub fn read(
        arguments: &SweepArguments,
        context: &Context,
    ) -> Result<(Self, Cases, Named), Failure> {
        let path = arguments.experiment.clone();
        let (name, text) = (input::name(&path), input::text(&path)?);
        let usage = |words: String| Failure::new(Exit::Usage, words);
        let experiment = Experiment::parse(&text).map_err(|error| usage(error.render(&name)))?;
        let experiment = experiment
            .with(&arguments.set)
            .map_err(|problem| usage(format!("--set: {problem}")))?;
        let experiment = match arguments.seeds {
            Some(seeds) => experiment.with_seeds(seeds),
            None => Ok(experiment),
        };
        let experiment = experiment.map_err(|problem| usage(format!("--seeds: {problem}")))?;
        let base = base(&experiment, &path, &name)?;
        let outline = Outline::of(&experiment, name, String::new());
        let mut plan = Self { experiment, outline, path, base };
        let mut cases = Cases { shelf: Shelf::new(context.remarks), last: None };
        let named = cases.all(&plan)?;
        plan.outline.hash.clone_from(&named.hash);
        Ok((plan, cases, named))
    }

    /// A point under a policy, in words.
    pub fn place(&self, point: u64, policy: usize) -> String {
        let (at, name) = (self.experiment.words(point), &self.outline.policies[policy]);
        if at.is_empty() {
            format!("policy {name}")
        } else {
            format!("point {point} ({at}), policy {name}")
        }
    }

    /// The line that makes a run: alone if its scenario has a file of its own, else among those of the
    /// experiment with the same seed.
    pub fn reproduce(&self, point: u64, policy: usize, seed: u64) -> String {
        let seed = seed.to_string();
        let Base::File(_) = self.experiment.base else {
            let file = self.path.clone().into();
            return quote(&[
                "mirrorsim".into(),
                "sweep".into(),
                file,
                "--seeds".into(),
                seed.into(),
            ]);
        };
        let file = self.base.path.clone().into();
        let mut words: Vec<OsString> = vec!["mirrorsim".into(), "run".into(), file];
        words.extend(["--seed".into(), seed.into()]);
        for (key, value) in self.experiment.overrides(point, policy) {
            words.extend(["--set".into(), format!("{key}={}", shown(&value)).into()]);
        }
        quote(&words)
    }
}

impl Cases {
    /// Makes every one of them; gives what results say of the scenario and its traces.
    fn all(&mut self, plan: &Plan) -> Result<Named, Failure> {
        let (mut hasher, mut traces) = (Xxh3::new(), BTreeMap::new());
        for point in 0..plan.outline.points {
            for policy in 0..plan.outline.policies.len() {
                let case = self.of(plan, point, policy)?;
                hasher.update(case.scenario.hash().as_bytes());
                for (name, trace) in case.traces.iter() {
                    if !traces.contains_key(name) {
                        traces.insert(name.clone(), parts::digest(trace));
                    }
                }
            }
        }
        let hash = format!("{:032x}", hasher.digest128());
        Ok(Named { file: plan.base.name.clone(), hash, traces })
    }

    /// A point under a policy.
    pub fn of(&mut self, plan: &Plan, point: u64, policy: usize) -> Result<Arc<Case>, Failure> {
        let same = |case: &&Arc<Case>| case.point == point && case.policy == policy;
        if let Some(case) = self.last.as_ref().filter(same) {
            return Ok(Arc::clone(case));
        }
        let failed = |failure: Failure| {
            let place = plan.place(point, policy);
            Failure::new(failure.exit, format!("{place}: {}", failure.message))
        };
        let Scene { name, path, text } = &plan.base;
        let overrides = plan.experiment.overrides(point, policy);
        let input = Input::of(name.clone(), text.clone(), overrides)
            .map_err(|error| failed(Failure::new(Exit::Usage, error.render(name))))?;
        let traces = input::traces(path, &input, &mut self.shelf).map_err(failed)?;
        batch::admit(&input.scenario, &traces).map_err(|problem| failed(input.refuse(&problem)))?;
        let (scenario, traces) = (Arc::new(input.scenario), Arc::new(traces));
        let (at, name) = (plan.experiment.at(point), plan.outline.policies[policy].clone());
        let (keep, every) = (plan.experiment.keep.clone(), plan.experiment.every);
        let warm_up = plan.experiment.warm_up;
        let case = Case { point, policy, at, name, scenario, traces, keep, every, warm_up };
        let case = Arc::new(case);
        self.last = Some(Arc::clone(&case));
        Ok(case)
    }
}

/// The text of the scenario that is varied.
fn base(experiment: &Experiment, path: &Path, name: &str) -> Result<Scene, Failure> {
    match &experiment.base {
        Base::File(file) => {
            let path = path.parent().unwrap_or(Path::new("")).join(file);
            let text = input::text(&path)?;
            Ok(Scene { name: input::name(&path), path, text })
        }
        Base::Within(text) => {
            Ok(Scene { name: name.to_owned(), path: path.to_owned(), text: text.clone() })
        }
    }
}

/// A value of JSON as `--set` takes it: a string without quotes, where it does not read as JSON then.
fn shown(value: &str) -> String {
    let text = serde_json::from_str::<String>(value).ok();
    let plain = text.filter(|text| serde_json::from_str::<Value>(text).is_err());
    plain.unwrap_or_else(|| value.to_owned())
}
