//! The fingerprint of a run: a hash over its facts in a stable binary form.

use super::{Fact, Sink};
use xxhash_rust::xxh3::Xxh3;

/// Hashes facts as they come: XXH3, 128 bits, over each fact in the postcard encoding, which is the
/// same on every machine.
#[derive(Default)]
pub struct Digest {
    hasher: Xxh3,
    buffer: Vec<u8>,
}

impl Digest {
    /// The digest of all facts so far, as 32 hexadecimal digits.
    #[must_use]
    pub fn value(&self) -> String {
        format!("{:032x}", self.hasher.digest128())
    }
}

impl Sink for Digest {
    fn take(&mut self, fact: &Fact) {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let bytes = postcard::to_extend(fact, buffer).expect("a fact has a plain binary form");
        self.hasher.update(&bytes);
        self.buffer = bytes;
    }
}
