//! Machines and the link between them.

use crate::units::{Bytes, Rate, Ratio, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The source's machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceHardware {
    /// Time to make a log entry durable in NVRAM.
    pub nvram_latency: Span,
    /// Time of the appliance's processor per client request and per message.
    pub service: Span,
    /// Its volume disks.
    pub disk: DiskModel,
}

/// The destination's machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationHardware {
    /// Time of the appliance's processor per message.
    pub service: Span,
    /// Log storage: where NVLog files lie.
    pub log: DiskModel,
    /// Its volume disks.
    pub disk: DiskModel,
}

/// How long a disk takes (Spec 8.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiskModel {
    /// The same latency for every request.
    Fixed(Fixed),
    /// Channels of flash pages.
    Ssd(Ssd),
    /// A rotating disk.
    Hdd(Hdd),
}

/// A device that takes the same time for every request, plus its length over a rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// Time per request.
    pub latency: Span,
    /// Rate of the data; `None`: no time at all.
    pub bandwidth: Option<Rate>,
    /// Requests in service at once.
    pub queue_depth: u32,
}

/// Flash: pages over channels; a page programmed now and then costs an erase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ssd {
    /// Channels that work at the same time.
    pub channels: u32,
    /// Bytes in a page.
    pub page: Bytes,
    /// Time to read a page.
    pub read: Span,
    /// Time to program a page.
    pub program: Span,
    /// Time to erase a block of pages.
    pub erase: Span,
    /// A channel erases once per so many pages programmed.
    pub pages_per_erase: u32,
    /// Requests in service at once.
    pub queue_depth: u32,
}

/// A rotating disk: seek curve, rotation, zoned rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hdd {
    /// Rotations per minute.
    pub rpm: u32,
    /// Cylinders.
    pub cylinders: u32,
    /// Bytes on the disk; addresses beyond it wrap.
    pub capacity: Bytes,
    /// A seek over d cylinders takes `seek_settle + seek_root × √d` below `seek_cut` cylinders,
    pub seek_settle: Span,
    /// the factor of √d,
    pub seek_root: Span,
    /// the distance at which the curve turns linear,
    pub seek_cut: u32,
    /// and beyond it `seek_base + seek_cylinder × d`: the constant,
    pub seek_base: Span,
    /// the time per cylinder.
    pub seek_cylinder: Span,
    /// Rate on the outermost cylinder.
    pub outer_rate: Rate,
    /// Rate on the innermost cylinder.
    pub inner_rate: Rate,
    /// Requests that are put in order of cylinders before they are served.
    pub queue_depth: u32,
}

/// The link, each direction alike (Spec 8.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wan {
    /// In order with a window, or message by message.
    pub transport: Transport,
    /// Bits per second.
    pub bandwidth: Rate,
    /// One-way delay.
    pub propagation: Span,
    /// Extra delay of each message, uniform from 0 to this.
    pub jitter: Span,
    /// Bytes that wait for the link.
    pub queue: Bytes,
    /// Bytes in a packet, with 40 B of network and transport headers.
    pub mtu: Bytes,
    /// Bytes of headers and framing per packet.
    pub packet_overhead: Bytes,
    /// Bytes on their way and not yet acknowledged by the transport (`tcp` only).
    pub window: Bytes,
    /// Share of packets lost, each independently of the others; below 100 %.
    pub loss: Ratio,
}

/// Bytes of network and transport headers inside a packet.
const PACKET_HEADERS: u64 = 40;

impl Wan {
    /// Packets that a message of this length is cut into; each message starts its own (Spec 8.1).
    /// The MTU must exceed the 40 B of headers.
    #[must_use]
    pub fn packets(&self, length: Bytes) -> u64 {
        assert!(self.mtu.get() > PACKET_HEADERS, "a packet has room for data");
        length.get().div_ceil(self.mtu.get() - PACKET_HEADERS).max(1)
    }

    /// Bytes of headers and framing that a message of this length costs.
    #[must_use]
    pub fn overhead(&self, length: Bytes) -> Bytes {
        Bytes::new(self.packets(length).saturating_mul(self.packet_overhead.get()))
    }

    /// Bytes on the wire for a message of this length.
    #[must_use]
    pub fn wire_length(&self, length: Bytes) -> Bytes {
        Bytes::new(length.get().saturating_add(self.overhead(length).get()))
    }
}

/// How messages travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// In order; at most a window under way.
    #[default]
    Tcp,
    /// Message by message; jitter may reorder them.
    Datagram,
}
