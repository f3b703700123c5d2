//! How items are packed into `CP_DATA` messages, and messages into packets (Spec 5.3, 8.1).

use super::CP_DATA_HEADER;
use crate::units::Bytes;

/// Packs item after item into messages of at most `limit` bytes. Depends on the lengths of the
/// items alone, never on time, so that the bytes of a CP sent another way can be computed (Spec 9.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packing {
    limit: u64,
    filled: u64,
}

impl Packing {
    /// Nothing packed yet.
    #[must_use]
    pub const fn new(limit: Bytes) -> Self {
        Self { limit: limit.get(), filled: 0 }
    }

    /// Adds an item. `Some`: it did not fit, so the message before it is closed and had this length.
    pub fn add(&mut self, item: Bytes) -> Option<Bytes> {
        let closed = if self.fits(item) { None } else { self.close() };
        if self.filled == 0 {
            self.filled = CP_DATA_HEADER;
        }
        self.filled += item.get();
        closed
    }

    /// Whether the item goes into the open message; an empty message takes any item.
    #[must_use]
    pub const fn fits(&self, item: Bytes) -> bool {
        self.filled == 0 || self.filled + item.get() <= self.limit
    }

    /// How many items of this length go into an empty message.
    #[must_use]
    pub const fn holds(&self, item: Bytes) -> u64 {
        let count = self.limit.saturating_sub(CP_DATA_HEADER) / item.get();
        if count == 0 { 1 } else { count }
    }

    /// Closes the open message, if there is one, and tells its length.
    pub fn close(&mut self) -> Option<Bytes> {
        let length = std::mem::take(&mut self.filled);
        (length > 0).then_some(Bytes::new(length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_fill_up_to_the_limit_and_not_beyond() {
        let mut packing = Packing::new(Bytes::new(CP_DATA_HEADER + 100));
        let item = Bytes::new(50);
        assert_eq!(packing.add(item), None);
        assert_eq!(packing.add(item), None);
        assert_eq!(packing.add(item), Some(Bytes::new(CP_DATA_HEADER + 100)));
        assert_eq!(packing.close(), Some(Bytes::new(CP_DATA_HEADER + 50)));
        assert_eq!(packing.close(), None);
    }

    #[test]
    fn as_many_items_are_held_as_fit_one_by_one() {
        for limit in
            [1, CP_DATA_HEADER, CP_DATA_HEADER + 49, CP_DATA_HEADER + 50, CP_DATA_HEADER + 999]
        {
            let (item, mut packing) = (Bytes::new(50), Packing::new(Bytes::new(limit)));
            let held = packing.holds(item);
            let mut count = 0;
            while packing.fits(item) {
                packing.add(item);
                count += 1;
            }
            assert_eq!(held, count, "{limit}");
        }
        assert_eq!(
            Packing::new(Bytes::new(u64::MAX)).holds(Bytes::new(1)),
            u64::MAX - CP_DATA_HEADER
        );
    }

    #[test]
    fn an_item_larger_than_the_limit_travels_alone() {
        let mut packing = Packing::new(Bytes::new(64));
        assert_eq!(packing.add(Bytes::new(4096)), None);
        assert_eq!(packing.add(Bytes::new(1)), Some(Bytes::new(CP_DATA_HEADER + 4096)));
    }
}
