//! What wrong protocols send at a consistency point (Spec 12).

use super::super::block::{BlockAddress, Contents};
use super::super::policy;
use super::super::{Reference, Sabotage};
use super::Source;

impl Source {
    /// What a wrong protocol sends as a reference (Spec 12): metadata, under the name of a data block.
    pub(super) fn wrong_reference(&self, address: BlockAddress) -> Option<Reference> {
        let is_metadata = self.running.as_ref()?.metadata.contains_key(&address);
        if !is_metadata || !self.parameters.sabotages(Sabotage::ReferenceMetadata) {
            return None;
        }
        let policy = self.parameters.policy;
        let reference = |buffer| policy::reference(policy, buffer, &self.table);
        self.buffers.frozen().values().find_map(reference)
    }

    /// What a wrong protocol sends in full (Spec 12): the live buffer in place of the frozen one, or
    /// what resynchronization has read in place of what was written since.
    pub(super) fn wrong_contents(&self, address: BlockAddress) -> Option<Contents> {
        if self.parameters.sabotages(Sabotage::SendLiveBuffer) {
            let live = self.buffers.newest(address)?;
            let complete = live.covers(0, self.parameters.block_size.get());
            return complete.then(|| Contents::Data(live.clone()));
        }
        if self.parameters.sabotages(Sabotage::ResyncOvertakesWrite) {
            return self.running.as_ref()?.extras.get(&address)?.clone();
        }
        None
    }
}
