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

    /// Does `work` with a sink that writes them and hands facts to `others` too, if there is any.
    pub fn during<T>(
        self,
        scenario: &Scenario,
        mut others: Vec<&mut dyn Sink>,
        work: impl FnOnce(Option<&mut dyn Sink>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut facts = self.facts.map(Output::stream).transpose()?;
        let mut series = self.series.map(Output::stream).transpose()?;
        let mut writer = facts.as_mut().map(|stream| FactWriter::new(stream.writer()));
        let mut rows =
            series.as_mut().map(|stream| Series::new(scenario, self.every, stream.writer()));
        // A writer that failed is left out: its stream tells why in the end.
        let mut all = Many(Vec::new());
        all.0.extend(others.iter_mut().map(|sink| &mut **sink as &mut dyn Sink));
        all.0.extend(writer.iter_mut().flatten().map(|writer| writer as &mut dyn Sink));
        all.0.extend(rows.iter_mut().flatten().map(|rows| rows as &mut dyn Sink));
        let result = work(all.any())?;
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

/// Hands each fact to all.
struct Many<'a>(Vec<&'a mut dyn Sink>);

impl<'a> Many<'a> {
    /// Itself, if there is anyone to hand facts to.
    fn any(&mut self) -> Option<&mut (dyn Sink + 'a)> {
        let wanted = !self.0.is_empty();
        wanted.then_some(self as &mut (dyn Sink + 'a))
    }
}

impl Sink for Many<'_> {
    fn take(&mut self, fact: &Fact) {
        for sink in &mut self.0 {
            sink.take(fact);
        }
    }
}
