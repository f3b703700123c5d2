//! How small the failing runs of one scenario become, seed by seed.

use super::Shrunk;

/// The columns of a table.
pub const HEAD: &str = "sabotage,property,failing_seeds,median_writes,p90_writes,worst_writes,\
median_faults,p90_faults,worst_faults,median_bytes,p90_bytes,worst_bytes,\
median_runs,p90_runs,worst_runs,seeded,slipped";

/// What became of the failing runs of one scenario.
#[derive(Debug, Clone, Default)]
pub struct Row {
    properties: Vec<String>,
    writes: Vec<u64>,
    faults: Vec<u64>,
    bytes: Vec<u64>,
    runs: Vec<u64>,
    seeded: u64,
    slipped: u64,
}

impl Row {
    /// Takes the next one.
    pub fn add(&mut self, shrunk: &Shrunk) {
        let property = &shrunk.fingerprint.property;
        if !self.properties.contains(property) {
            self.properties.push(property.clone());
            self.properties.sort();
        }
        self.writes.push(shrunk.writes);
        self.faults.push(shrunk.faults);
        self.bytes.push(shrunk.text.len() as u64);
        self.runs.push(shrunk.runs);
        self.seeded += u64::from(!shrunk.needs_no_seed());
        self.slipped += u64::from(shrunk.slipped);
    }

    /// The row as CSV, without a line end: of each number the median (the lower of two), what nine in
    /// ten have at most, and the worst.
    #[must_use]
    pub fn csv(&self, name: &str) -> String {
        let mut cells =
            vec![name.to_owned(), self.properties.join(" "), self.writes.len().to_string()];
        for values in [&self.writes, &self.faults, &self.bytes, &self.runs] {
            let mut values = values.clone();
            values.sort_unstable();
            let count = values.len();
            for needed in [count.div_ceil(2), (count * 9).div_ceil(10), count] {
                let value = needed.checked_sub(1).and_then(|place| values.get(place));
                cells.push(value.map(u64::to_string).unwrap_or_default());
            }
        }
        cells.extend([self.seeded.to_string(), self.slipped.to_string()]);
        cells.join(",")
    }
}
