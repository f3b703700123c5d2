//! What a script checks without being asked: contents of images, and that no acknowledgement promises
//! too much.

use super::Pair;
use crate::show;
use mirrorsim::protocol::{AckRule, Mode, Reign, SavedMirror, WriteId};

impl Pair {
    /// Whether both images are the same CP, byte for byte.
    pub fn compare(&mut self) {
        let [source, destination] = &self.volumes;
        let line = if source.image.hash() == destination.image.hash() {
            let blocks = show::counted(source.image.blocks().len() as u64, "block");
            format!("both images are the same: {}, {blocks}", source.record.cp)
        } else {
            format!(
                "the images differ: {} at source, {} at destination",
                source.record.cp, destination.record.cp
            )
        };
        self.say(line);
        let wrong = self.wrong();
        self.lines.extend(wrong);
    }

    /// What is wrong with images and acknowledgements, a line each.
    pub fn wrong(&self) -> Vec<String> {
        let size = self.parameters.block_size;
        let images = self.volumes.iter().flat_map(|side| self.expected.check(side, size));
        let promises = self.broken.iter().cloned();
        images.chain(self.expected.check_writes()).chain(promises).collect()
    }

    /// A write was acknowledged: what the `ack` rule promises is so, or it is durable that the mirror
    /// is out of sync and clients go on (Spec 3.7, 6.3).
    pub(super) fn check_promise(&mut self, id: WriteId) {
        let Some(entry) = self.expected.entry(id) else { return };
        let side = self.serving as usize;
        let (source, destination) = (&self.volumes[side], &self.volumes[1 - side]);
        let committed = entry.lsn <= destination.record.last_lsn;
        let kept = match self.parameters.ack {
            AckRule::Local | AckRule::Sent | AckRule::Received => true,
            AckRule::Logged => committed || self.logs[1 - side].holds(entry),
            AckRule::Applied => committed,
        };
        let own = entry.lsn <= source.record.last_lsn || Some(entry.lsn) <= self.durable[side];
        let state = self.states[side].durable();
        let alone = match (self.parameters.mode, state.mirror, state.reign) {
            (Mode::Sync, SavedMirror::OutOfSync(_), _) | (Mode::Strict, _, Reign::Alone) => true,
            (Mode::Sync, SavedMirror::InSync, _) | (Mode::Strict, _, Reign::Mirrored) => false,
        };
        if alone && !kept {
            self.expected.exposed(id);
        }
        if !own || !(kept || alone) {
            self.broken.push(format!("wrong: {id} was acknowledged too soon"));
        }
    }
}
