//! A chunk: rows of one shard as a small file, which is whole or is none.
//!
//! JSON lines. The first names the format, the manifest and the place; each further line is a run by
//! its number and its row; the last one gives their number and a digest of every byte before it, so
//! that a file that was cut off or damaged is not taken for results. The same runs give the same
//! bytes, whoever makes them.

use super::shard::Place;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// Name and version of the format.
pub const FORMAT: &str = "mirrorsim-chunk/1";

/// Which chunk a file must be.
#[derive(Debug, Clone, Copy)]
pub struct Label<'a> {
    /// The identity of the manifest it belongs to.
    pub manifest: &'a str,
    /// Its place.
    pub place: Place,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    format: String,
    manifest: String,
    #[serde(flatten)]
    place: Place,
}

/// A row under the number of its run, from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered<R> {
    /// The run.
    pub run: u64,
    /// What is kept of it.
    pub row: R,
}

#[derive(Debug, Serialize, Deserialize)]
struct Tail {
    rows: u64,
    digest: String,
}

/// Why a file does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It is cut off or damaged: as good as not there.
    #[error("it is not whole: {0}")]
    Broken(String),
    /// It is whole and belongs elsewhere.
    #[error("it is whole, but {0}")]
    Foreign(String),
}

impl Label<'_> {
    fn head(&self) -> Head {
        let (format, manifest) = (FORMAT.to_owned(), self.manifest.to_owned());
        Head { format, manifest, place: self.place }
    }

    /// The file of these rows.
    #[must_use]
    pub fn render<R: Serialize>(&self, rows: &[Numbered<R>]) -> String {
        let mut text = line(&self.head());
        for row in rows {
            text += &line(row);
        }
        let digest = digest(text.as_bytes());
        text + &line(&Tail { rows: rows.len() as u64, digest })
    }

    /// The rows of a file, which must be those of `runs`.
    ///
    /// # Errors
    /// It is not whole, or not this chunk.
    pub fn read<R: DeserializeOwned>(
        &self,
        bytes: &[u8],
        runs: impl Iterator<Item = u64>,
    ) -> Result<Vec<Numbered<R>>, Flaw> {
        let broken = |words: &str| Flaw::Broken(words.to_owned());
        let text = bytes.strip_suffix(b"\n").ok_or_else(|| broken("its last line is cut off"))?;
        let end = text.iter().rposition(|byte| *byte == b'\n').ok_or_else(|| broken("no rows"))?;
        let (body, tail) = (&bytes[..=end], &text[end + 1..]);
        let tail: Tail = serde_json::from_slice(tail).map_err(|_| broken("it has no end"))?;
        if tail.digest != digest(body) {
            return Err(broken("its digest is another"));
        }
        let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        if tail.rows.checked_add(1) != Some(lines.clone().count() as u64) {
            return Err(broken("it counts other rows"));
        }
        let foreign = |words: String| Flaw::Foreign(words);
        let mut lines = lines;
        let head = lines.next().map(serde_json::from_slice::<Head>);
        if head.and_then(Result::ok).as_ref() != Some(&self.head()) {
            return Err(foreign("it is of another manifest or place".to_owned()));
        }
        let rows = lines.map(serde_json::from_slice::<Numbered<R>>).collect::<Result<Vec<_>, _>>();
        let rows =
            rows.map_err(|error| foreign(format!("its rows are of another form: {error}")))?;
        if !rows.iter().map(|row| row.run).eq(runs) {
            return Err(foreign("its runs are others".to_owned()));
        }
        Ok(rows)
    }
}

/// A digest of rows in the order of their runs: the same in whatever chunks they are kept.
#[derive(Default)]
pub struct RowsDigest {
    hasher: Xxh3,
    rows: u64,
}

impl RowsDigest {
    /// Takes the next row.
    pub fn add<R: Serialize>(&mut self, row: &Numbered<R>) {
        self.hasher.update(line(row).as_bytes());
        self.rows += 1;
    }

    /// How many rows it is of.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// The digest, as 32 hexadecimal digits.
    #[must_use]
    pub fn value(&self) -> String {
        format!("{:032x}", self.hasher.digest128())
    }
}

fn line(part: &impl Serialize) -> String {
    serde_json::to_string(part).expect("rows are plain JSON") + "\n"
}

fn digest(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABEL: Label = Label { manifest: "ab", place: Place { shard: 2, chunk: 1 } };

    fn rows() -> Vec<Numbered<String>> {
        [5, 9].map(|run| Numbered { run, row: format!("run {run}\n") }).into()
    }

    fn read(label: Label, bytes: &[u8]) -> Result<Vec<Numbered<String>>, Flaw> {
        label.read(bytes, [5, 9].into_iter())
    }

    #[test]
    fn a_chunk_reads_back_as_it_was() {
        let text = LABEL.render(&rows());
        assert_eq!(text, LABEL.render(&rows()));
        assert_eq!(read(LABEL, text.as_bytes()), Ok(rows()));
        let first = r#"{"format":"mirrorsim-chunk/1","manifest":"ab","shard":2,"chunk":1}"#;
        assert_eq!(text.lines().next(), Some(first));
        assert_eq!(LABEL.place.file_name(), "shard-00002-chunk-000001.jsonl");
    }

    /// Wherever it is cut, and whichever byte is another.
    #[test]
    fn what_is_not_whole_is_noticed() {
        let text = LABEL.render(&rows());
        for end in 0..text.len() {
            let found = read(LABEL, &text.as_bytes()[..end]);
            assert!(matches!(found, Err(Flaw::Broken(_))), "cut at {end}: {found:?}");
        }
        for place in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[place] ^= 1;
            let found = read(LABEL, &bytes);
            assert!(matches!(found, Err(Flaw::Broken(_))), "byte {place}: {found:?}");
        }
    }

    #[test]
    fn what_belongs_elsewhere_is_noticed() {
        let text = LABEL.render(&rows());
        let place = Place { shard: 2, chunk: 2 };
        for label in [Label { manifest: "cd", ..LABEL }, Label { place, ..LABEL }] {
            let found = read(label, text.as_bytes());
            assert!(matches!(found, Err(Flaw::Foreign(_))), "{found:?}");
        }
        let others = LABEL.read::<String>(text.as_bytes(), [5, 10].into_iter());
        assert_eq!(others, Err(Flaw::Foreign("its runs are others".to_owned())));
        let fewer = LABEL.read::<String>(text.as_bytes(), [5].into_iter());
        assert_eq!(fewer, Err(Flaw::Foreign("its runs are others".to_owned())));
        let form = LABEL.read::<u64>(text.as_bytes(), [5, 9].into_iter());
        assert!(matches!(form, Err(Flaw::Foreign(words)) if words.contains("another form")));
    }
}
