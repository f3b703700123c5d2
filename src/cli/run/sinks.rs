//! Files that grow while a run goes on: facts, and the series of figures over simulated time.

use super::super::arguments::RunArguments;
use super::super::exit::Failure;
use super::super::output::{Output, Stream};
use crate::facts::{Fact, FactWriter, Sink};
use crate::metrics::Series;
use crate::scenario::Scenario;
use crate::units::Span;
use std::io;

/// Where they go.
pub(super) struct Sinks {
    facts: Option<Output>,
    series: Option<Output>,
    every: Span,
}

impl Sinks {
    /// Checks that every file that is asked for can be written.
    pub fn open(arguments: &RunArguments) -> Result<Self, Failure> {
        let open = |path: &Option<_>| path.as_deref().map(|path| Output::open(Some(path)));
        Ok(Self {
            facts: open(&arguments.facts).transpose()?,
            series: open(&arguments.series).transpose()?,
            every: arguments.series_every,
        })
    }

    /// Does `work` with a sink that writes them, if any is asked for.
    pub fn during<T>(
        self,
        scenario: &Scenario,
        work: impl FnOnce(Option<&mut dyn Sink>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut facts = self.facts.map(Output::stream).transpose()?;
        let mut series = self.series.map(Output::stream).transpose()?;
        let mut writer = facts.as_mut().map(|stream| FactWriter::new(stream.writer()));
        let mut rows =
            series.as_mut().map(|stream| Series::new(scenario, self.every, stream.writer()));
        // A writer that failed is left out: its stream tells why in the end.
        let mut both = Both {
            first: writer.as_mut().and_then(|writer| Some(writer.as_mut().ok()? as &mut dyn Sink)),
            second: rows.as_mut().and_then(|rows| Some(rows.as_mut().ok()? as &mut dyn Sink)),
        };
        let result = work(both.any())?;
        let written = writer.map(|writer| writer.and_then(FactWriter::finish));
        finish(facts, written)?;
        let written = rows.map(|rows| rows.and_then(Series::finish));
        finish(series, written)?;
        Ok(result)
    }
}

fn finish(stream: Option<Stream>, written: Option<io::Result<()>>) -> Result<(), Failure> {
    stream.zip(written).map_or(Ok(()), |(stream, written)| stream.finish(written))
}

/// Hands each fact to both.
pub(super) struct Both<'a> {
    first: Option<&'a mut dyn Sink>,
    second: Option<&'a mut dyn Sink>,
}

impl<'a> Both<'a> {
    /// Either may be missing.
    pub fn new<'longer: 'a>(
        first: Option<&'a mut (dyn Sink + 'longer)>,
        second: Option<&'a mut (impl Sink + 'a)>,
    ) -> Self {
        let first = first.map(|sink| -> &'a mut (dyn Sink + 'a) { sink });
        Self { first, second: second.map(|sink| -> &'a mut (dyn Sink + 'a) { sink }) }
    }

    /// Itself, if there is anyone to hand facts to.
    pub fn any(&mut self) -> Option<&mut (dyn Sink + 'a)> {
        let wanted = self.first.is_some() || self.second.is_some();
        wanted.then_some(self as &mut (dyn Sink + 'a))
    }
}

impl Sink for Both<'_> {
    fn take(&mut self, fact: &Fact) {
        for sink in [&mut self.first, &mut self.second].into_iter().flatten() {
            sink.take(fact);
        }
    }
}
