//! The same 200 writes of ours in the published formats.
