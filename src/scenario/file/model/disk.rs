//! Keys of a disk: those of three kinds in one flat object, since a tagged enum would lose the
//! place of an error.

use crate::units::{Bytes, Rate, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// How a disk takes its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum DiskKind {
    /// Channels of flash pages.
    Ssd,
    /// A rotating disk.
    Hdd,
    /// The same latency for every request.
    Fixed,
}

impl DiskKind {
    /// The word of the scenario file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ssd => "ssd",
            Self::Hdd => "hdd",
            Self::Fixed => "fixed",
        }
    }
}

/// Declares the flat object, and the list of its keys with the kinds they belong to.
macro_rules! disk_keys {
    ($($(#[$meta:meta])* $key:ident: $type:ty => $($kind:ident)|+;)+) => {
        /// A disk: its `kind`, and the keys of that kind.
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub(in super::super) struct DiskText {
            /// `ssd`, `hdd` or `fixed`.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub kind: Option<DiskKind>,
            $($(#[$meta])*
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $key: Option<$type>,)+
        }

        impl DiskText {
            /// The first key that is given but belongs to other kinds: its name and those kinds.
            pub fn foreign_key(&self, own: DiskKind) -> Option<(&'static str, &'static [DiskKind])> {
                $(let kinds: &'static [DiskKind] = &[$(DiskKind::$kind),+];
                if self.$key.is_some() && !kinds.contains(&own) {
                    return Some((stringify!($key), kinds));
                })+
                None
            }
        }
    };
}

disk_keys! {
    /// Requests in service at once; 64 of `ssd`, 32 of `hdd` and `fixed`.
    queue_depth: u32 => Ssd | Hdd | Fixed;
    /// `fixed`: time per request, 100us.
    latency: Span => Fixed;
    /// `fixed`: rate of the data; null (the default): no time at all.
    #[serde(deserialize_with = "given")]
    #[schemars(with = "Option<Rate>")]
    bandwidth: Option<Rate> => Fixed;
    /// `ssd`: channels that work at the same time, 8.
    channels: u32 => Ssd;
    /// `ssd`: bytes in a page, 4KiB.
    page: Bytes => Ssd;
    /// `ssd`: time to read a page, 25us.
    read: Span => Ssd;
    /// `ssd`: time to program a page, 200us.
    program: Span => Ssd;
    /// `ssd`: time to erase a block of pages, 1500us.
    erase: Span => Ssd;
    /// `ssd`: a channel erases once per so many pages programmed, 64.
    pages_per_erase: u32 => Ssd;
    /// `hdd`: rotations per minute, 7200.
    rpm: u32 => Hdd;
    /// `hdd`: cylinders, 100000.
    cylinders: u32 => Hdd;
    /// `hdd`: bytes on the disk, 4TB; addresses beyond it wrap.
    capacity: Bytes => Hdd;
    /// `hdd`: a seek over d cylinders takes `seek_settle` + `seek_root` × √d below `seek_cut`; 500us.
    seek_settle: Span => Hdd;
    /// `hdd`: the factor of √d, 46us.
    seek_root: Span => Hdd;
    /// `hdd`: cylinders beyond which a seek takes `seek_base` + `seek_cylinder` × d, 20000.
    seek_cut: u32 => Hdd;
    /// `hdd`: the constant of long seeks, 4750us.
    seek_base: Span => Hdd;
    /// `hdd`: the time per cylinder of long seeks, 112ns.
    seek_cylinder: Span => Hdd;
    /// `hdd`: rate on the outermost cylinder, 200MB/s.
    outer_rate: Rate => Hdd;
    /// `hdd`: rate on the innermost cylinder, 100MB/s.
    inner_rate: Rate => Hdd;
}

/// Keeps a `null` that was written apart from a key that was not.
#[expect(clippy::option_option, reason = "left out, null and given mean three things")]
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Rate>>, D::Error> {
    Option::<Rate>::deserialize(deserializer).map(Some)
}
