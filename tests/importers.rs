//! Traces of every form, read through the public API and once through the program: files that real
//! tools wrote, our own writes in the published formats, and files that are generated and broken.

#[path = "importers/foreign.rs"]
mod foreign;
#[path = "importers/fuzz.rs"]
mod fuzz;
#[path = "importers/program.rs"]
mod program;
#[path = "importers/recorded.rs"]
mod recorded;
#[path = "importers/writers.rs"]
mod writers;
