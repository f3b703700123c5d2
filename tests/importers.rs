//! Traces of every form, read through the public API and once through the program: files that real
//! tools wrote, and our own writes in the published formats.

#[path = "importers/foreign.rs"]
mod foreign;
#[path = "importers/recorded.rs"]
mod recorded;
