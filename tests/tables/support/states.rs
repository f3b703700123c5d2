//! How each state of a node is reached: through its real inputs, as a script of `tests/golden` would.

use crate::flight::Side;

/// A state of a node: its name, the side that is in it, and the commands that lead there.
pub type Reached = (&'static str, Side, &'static str);

const SOURCE: Side = Side::Source;
const DESTINATION: Side = Side::Destination;

/// States of the source.
pub const OF_THE_SOURCE: [Reached; 22] = [
    ("in sync, idle", SOURCE, ""),
    ("in sync, an entry not acknowledged", SOURCE, "write c1 0+4KiB; nvram"),
    ("a CP whose entry is not durable in NVRAM", SOURCE, "write c1 0+4KiB; checkpoint"),
    ("a CP on neither side's disks", SOURCE, "write c1 0+4KiB; nvram; checkpoint"),
    (
        "a CP that waits for the destination",
        SOURCE,
        "write c1 0+4KiB; nvram; checkpoint; disk source all; disk source",
    ),
    (
        "a CP that waits for its own disks",
        SOURCE,
        "write c1 0+4KiB; nvram; checkpoint; deliver destination all; log all; \
         disk destination all; disk destination; deliver source all",
    ),
    ("a block of the CP is still being read", SOURCE, "write c1 0+1KiB; nvram; checkpoint"),
    ("out of sync, that is being saved", SOURCE, "write c1 0+4KiB; nvram; reset"),
    ("out of sync, greeting", SOURCE, "write c1 0+4KiB; nvram; reset; save source"),
    (
        "out of sync, over datagram",
        SOURCE,
        "set retransmit=1s; write c1 0+4KiB; nvram; depart all; timer progress; save source; \
         depart all",
    ),
    (
        "resync, changes are being listed",
        SOURCE,
        "write c1 0+4KiB; nvram; reset; save source; deliver destination; save destination; \
         deliver source",
    ),
    (
        "resync, a pass",
        SOURCE,
        "write c1 0+4KiB; nvram; reset; save source; checkpoint; disk source all; disk source; \
         deliver destination; save destination; deliver source; disk source",
    ),
    (
        "a CP in full",
        SOURCE,
        "write c1 0+4KiB; nvram; reset; save source; deliver destination; save destination; \
         deliver source; disk source",
    ),
    (
        "catching up",
        SOURCE,
        "write c1 0+4KiB; nvram; reset; save source; deliver destination; save destination; \
         deliver source; disk source; write c2 8KiB+4KiB; nvram; deliver destination all; \
         disk destination all; disk destination; deliver source all",
    ),
    ("a replay after a restart", SOURCE, "write c1 0+4KiB; nvram; crash source; restart source"),
    (
        "promoted, its log is being read",
        DESTINATION,
        "write c1 0+4KiB; nvram; deliver destination; log; crash source; promote destination; \
         save destination",
    ),
    (
        "promoted, its log is replayed",
        DESTINATION,
        "write c1 0+4KiB; nvram; deliver destination; log; crash source; promote destination; \
         save destination all; log",
    ),
    (
        "promoted, alone, its part not durable",
        DESTINATION,
        "write c1 0+4KiB; nvram; deliver destination; log; crash source; promote destination; \
         save destination; save destination; log; disk destination; disk destination; \
         write c2 4KiB+4KiB; nvram",
    ),
    ("fenced", SOURCE, "write c1 0+4KiB; nvram; crash source; lose nvram; restart source"),
    ("failed", SOURCE, "write c1 0+1KiB; nvram; checkpoint; disk source fail"),
    (
        "deposed, that is being saved",
        SOURCE,
        "reset; save source; promote destination forced; save destination; save destination; \
         deliver source",
    ),
    ("strict and held", SOURCE, "set mode=strict; reset; save source; write c1 0+4KiB"),
];

/// States of the destination.
pub const OF_THE_DESTINATION: [Reached; 15] = [
    ("live, idle", DESTINATION, ""),
    ("live, a transfer being stored", DESTINATION, "write c1 0+4KiB; deliver destination"),
    ("live, a transfer stored", DESTINATION, "write c1 0+4KiB; nvram; deliver destination; log"),
    (
        "a CP begun, nothing of it here",
        DESTINATION,
        "write c1 0+4KiB; nvram; checkpoint; deliver destination; log; deliver destination",
    ),
    (
        "a reference waits for its transfer",
        DESTINATION,
        "set retransmit=1s; write c1 0+4KiB; nvram; checkpoint; deliver destination n=2; \
         deliver destination n=2",
    ),
    (
        "a reference is read back",
        DESTINATION,
        "set cache=0B; write c1 0+4KiB; nvram; deliver destination; log; checkpoint; \
         deliver destination; deliver destination",
    ),
    (
        "a CP all here, its page not durable",
        DESTINATION,
        "write c1 0+4KiB; nvram; checkpoint; deliver destination all; log",
    ),
    (
        "a CP being committed",
        DESTINATION,
        "write c1 0+4KiB; nvram; checkpoint; deliver destination all; log; disk destination",
    ),
    (
        "a transfer waits for a file",
        DESTINATION,
        "set flush=9s timeout=12s; write c1 0+4KiB; checkpoint; settle quiet; write c1 4KiB+4KiB; \
         checkpoint; settle quiet; write c1 8KiB+4KiB; nvram; deliver destination",
    ),
    ("the session is being saved", DESTINATION, "reset; save source; deliver destination"),
    (
        "the session is durable, a commit under way",
        DESTINATION,
        "write c1 0+4KiB; nvram; checkpoint; deliver destination all; log; disk destination; \
         reset; save source; deliver destination; save destination",
    ),
    (
        "what it changed alone is being listed",
        SOURCE,
        "write c1 0+4KiB; settle quiet; reset; save source; write c1 4KiB+4KiB; nvram; \
         checkpoint; disk source all; disk source; promote destination forced; \
         save destination; save destination; deliver source; save source; save source; \
         log source; deliver destination; deliver source; save source",
    ),
    (
        "a restart, its log is being scanned",
        DESTINATION,
        "write c1 0+4KiB; settle quiet; crash destination; restart destination",
    ),
    (
        "a restart, no session",
        DESTINATION,
        "write c1 0+4KiB; settle quiet; crash destination; restart destination; \
         save destination; log",
    ),
    ("a promotion being made durable", DESTINATION, "promote destination"),
];
