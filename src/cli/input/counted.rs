//! A reader that tells how much was read of it.

use std::io::{self, BufRead, Read};

/// Bytes between two tellings.
const STEP: u64 = 1 << 22;

/// Reads, and tells every 4 MiB.
pub(super) struct Counted<'a, R> {
    input: R,
    read: u64,
    told: u64,
    tell: &'a mut dyn FnMut(u64),
}

impl<'a, R> Counted<'a, R> {
    pub(super) fn new(input: R, tell: &'a mut dyn FnMut(u64)) -> Self {
        Self { input, read: 0, told: 0, tell }
    }

    fn count(&mut self, bytes: usize) {
        self.read += bytes as u64;
        if self.read - self.told >= STEP {
            self.told = self.read;
            (self.tell)(self.read);
        }
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.count(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.input.consume(bytes);
        self.count(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_told_in_steps() {
        let bytes = vec![b'x'; 10 << 20];
        let mut told = Vec::new();
        let mut tell = |read| told.push(read);
        let mut counted =
            Counted::new(io::BufReader::with_capacity(1 << 20, &bytes[..]), &mut tell);
        let mut all = Vec::new();
        counted.read_until(b'y', &mut all).expect("memory is read");
        assert_eq!((all.len(), told), (10 << 20, vec![4 << 20, 8 << 20]));
    }
}
