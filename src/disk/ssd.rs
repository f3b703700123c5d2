//! The `ssd` model: channels of flash pages that work at the same time.
//!
//! A request is cut at page boundaries and done when its last page is. Each channel does one thing
//! at a time, in the order it was given:
//!
//! * a read goes where the page lies: channel = page number mod channels;
//! * a program goes to the next channel in turn, wherever it is addressed (log-structured);
//! * after every `pages_per_erase` programs on a channel, it is busy with one erase. The programs
//!   that filled the block do not wait for it; what comes after on that channel does.

use super::condition::Pace;
use super::{Direction, Extent};
use crate::scenario::Ssd;
use crate::units::{SimTime, Span};

/// A device of the `ssd` model.
#[derive(Debug)]
pub(super) struct Device {
    model: Ssd,
    channels: Vec<Channel>,
    /// The channel that takes the next program.
    next: usize,
}

#[derive(Debug, Clone)]
struct Channel {
    /// When it has done all it was given.
    free: SimTime,
    /// Pages programmed since the last erase; below `pages_per_erase`.
    programmed: u32,
}

impl Channel {
    /// Gives it work of this length; the result is when it is done.
    fn work(&mut self, now: SimTime, time: Span) -> SimTime {
        self.free = self.free.max(now).after(time);
        self.free
    }
}

impl Device {
    pub fn new(model: &Ssd) -> Self {
        assert!(model.channels > 0 && model.page.get() > 0, "flash has channels and pages");
        assert!(model.pages_per_erase > 0, "an erase block has pages");
        let channels = usize::try_from(model.channels).expect("a count of channels fits usize");
        let idle = Channel { free: SimTime::ZERO, programmed: 0 };
        Self { model: model.clone(), channels: vec![idle; channels], next: 0 }
    }

    /// When a request that starts now is done.
    pub fn serve(&mut self, now: SimTime, extent: Extent) -> SimTime {
        let page = self.model.page.get();
        let last_byte = extent.position.saturating_add(extent.length.saturating_sub(1));
        let mut done = now;
        for number in extent.position / page..=last_byte / page {
            done = done.max(match extent.direction {
                Direction::Read => self.read(now, number, extent.pace),
                Direction::Write => self.program(now, extent.pace),
            });
        }
        done
    }

    /// The times until which its parts are busy.
    pub fn busy(&mut self) -> impl Iterator<Item = &mut SimTime> {
        self.channels.iter_mut().map(|channel| &mut channel.free)
    }

    fn read(&mut self, now: SimTime, page: u64, pace: Pace) -> SimTime {
        let channel = page % u64::from(self.model.channels);
        let channel = usize::try_from(channel).expect("a channel's number fits usize");
        self.channels[channel].work(now, pace.of(self.model.read))
    }

    fn program(&mut self, now: SimTime, pace: Pace) -> SimTime {
        let channel = &mut self.channels[self.next];
        let done = channel.work(now, pace.of(self.model.program));
        channel.programmed += 1;
        if channel.programmed == self.model.pages_per_erase {
            channel.programmed = 0;
            channel.work(now, pace.of(self.model.erase));
        }
        self.next = (self.next + 1) % self.channels.len();
        done
    }
}
