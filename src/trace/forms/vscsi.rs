//! To be read.

use crate::trace::error::Fault;
use crate::trace::parse::{Parse, Requests};

/// Reads nothing yet.
#[derive(Debug, Default)]
pub(in crate::trace) struct Vscsi1;

impl Parse for Vscsi1 {
    fn item(&mut self, _item: &[u8], _out: &mut Requests) -> Result<(), Fault> {
        Err(Fault::Rule("is not read yet"))
    }
}

/// Reads nothing yet.
#[derive(Debug, Default)]
pub(in crate::trace) struct Vscsi2;

impl Parse for Vscsi2 {
    fn item(&mut self, _item: &[u8], _out: &mut Requests) -> Result<(), Fault> {
        Err(Fault::Rule("is not read yet"))
    }
}
