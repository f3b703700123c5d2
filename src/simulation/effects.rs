//! Carrying out what nodes wish, and telling them when it is done.

use super::storage::{Asked, Device, Io, log_request, volume_request};
use super::{Event, Simulation};
use crate::disk::{Access, Request};
use crate::facts::{Direction, Role, What};
use crate::protocol::block::{BlockAddress, Contents};
use crate::protocol::nvlog;
use crate::protocol::{
    CpId, Effect, Input, LogFile, Lsn, Message, Outcome, Ticket, Timer, Transfer, WriteId, wire,
};
use crate::units::{Bytes, SimTime};
use std::rc::Rc;

impl Simulation<'_> {
    /// Carries out one wish of a node, and writes down that it was wished.
    pub(super) fn carry_out(&mut self, role: Role, wish: Effect) {
        match wish {
            Effect::Answer(id, outcome) => self.answer(id, outcome),
            Effect::NvramAppend(half, cp, entry) => {
                self.recorder.fact(What::Appended(half, cp, entry));
            }
            Effect::NvramPersist(lsn) => self.persist(lsn),
            Effect::NvramFree(half) => {
                self.recorder.fact(What::HalfFreed(half));
            }
            Effect::Send(message) => self.send(role, message),
            Effect::ReadVolume(ticket, address) => self.read_volume(role, ticket, address),
            Effect::WriteVolume(ticket, cp, address, contents) => {
                self.write_volume(role, ticket, cp, address, contents);
            }
            Effect::Commit(cp, last_lsn) => self.commit(role, cp, last_lsn),
            Effect::WriteLog(ticket, file, offset, transfer) => {
                self.write_log(ticket, file, offset, transfer);
            }
            Effect::ReadLog(ticket, file, offset) => self.read_log(ticket, file, offset),
            Effect::FreeLog(file) => {
                self.recorder.fact(What::LogFreed(file));
                self.log_storage.free(file);
            }
            Effect::Flush => self.flush(),
            Effect::SetTimer(timer, at) => self.set_timer(role, timer, at),
            Effect::CancelTimer(timer) => {
                self.timers.remove(&(role, timer));
            }
            Effect::Refuse(refusal) => {
                self.recorder.fact(What::Refused(role, refusal));
            }
            Effect::Note(note) => {
                self.recorder.fact(What::Noted(role, note));
            }
        }
    }

    fn answer(&mut self, id: WriteId, outcome: Outcome) {
        self.recorder.fact(What::Answered(id, outcome));
        self.client_answered(id);
    }

    /// NVRAM takes the same time for every entry, so it makes them durable in the order asked.
    fn persist(&mut self, lsn: Lsn) {
        let done = self.now.after(self.scenario.source.nvram_latency);
        self.queue.insert(done, Event::NvramDurable(lsn, self.cause()));
    }

    fn send(&mut self, role: Role, message: Message) {
        let direction = match role {
            Role::Source => Direction::ToDestination,
            Role::Destination => Direction::ToSource,
        };
        let message = Rc::new(message);
        let length = self.length_of(&message);
        let link = &mut self.links[direction as usize];
        let fact = What::Sent(direction, link.next_number(), Rc::clone(&message));
        let fact = self.recorder.fact(fact);
        let sent = link.send(self.now, (message, fact), length, self.decisions);
        if let Some(departure) = sent.departure {
            self.queue.insert(departure.at, Event::Departs(direction, departure.token));
        }
    }

    fn read_volume(&mut self, role: Role, ticket: Ticket, address: BlockAddress) {
        let fact = self.recorder.fact(What::VolumeReadAsked(role, address));
        let image = match role {
            Role::Source => &self.source_image,
            Role::Destination => &self.destination_image,
        };
        let io = Io::VolumeRead(ticket, image.read(address));
        self.submit_volume(role, Access::Read, address, (io, fact));
    }

    fn write_volume(
        &mut self,
        role: Role,
        ticket: Ticket,
        cp: CpId,
        address: BlockAddress,
        contents: Contents,
    ) {
        let asked = What::VolumeWriteAsked(role, cp, address, contents.clone());
        let fact = self.recorder.fact(asked);
        let io = Io::VolumeWrite(ticket, cp, address, contents);
        self.submit_volume(role, Access::Write, address, (io, fact));
    }

    /// The commit record is one block at a fixed place; the node asks for it once all else is
    /// durable.
    fn commit(&mut self, role: Role, cp: CpId, last_lsn: Lsn) {
        let io = Io::Commit(cp, last_lsn);
        let record = BlockAddress::data(crate::protocol::block::VolumeId(0), 0);
        self.submit_volume(role, Access::Write, record, (io, self.cause()));
    }

    fn submit_volume(&mut self, role: Role, kind: Access, address: BlockAddress, asked: Asked) {
        let size = self.scenario.parameters.block_size;
        let device = match role {
            Role::Source => Device::SourceVolume,
            Role::Destination => Device::DestinationVolume,
        };
        self.submit(device, volume_request(kind, address, size, asked));
    }

    fn write_log(&mut self, ticket: Ticket, file: LogFile, offset: u64, transfer: Transfer) {
        let length = nvlog::length_of(&transfer, self.scenario.parameters.block_size);
        let asked = What::LogWriteAsked(file, offset, length, transfer.header);
        let fact = self.recorder.fact(asked);
        let io = Io::LogWrite(ticket, file, offset, Box::new(transfer));
        let request = log_request(Access::Write, file, offset, length, (io, fact));
        self.submit(Device::DestinationLog, request);
    }

    fn read_log(&mut self, ticket: Ticket, file: LogFile, offset: u64) {
        let fact = self.recorder.fact(What::LogReadAsked(file, offset));
        let length = self.scenario.parameters.block_size.bytes().get();
        let io = Io::LogRead(ticket, self.log_storage.read_block(file, offset).intact());
        let request = log_request(Access::Read, file, offset, length, (io, fact));
        self.submit(Device::DestinationLog, request);
    }

    fn flush(&mut self) {
        let asked = (Io::LogFlush, self.cause());
        let request = log_request(Access::Flush, LogFile(0), 0, 0, asked);
        self.submit(Device::DestinationLog, request);
    }

    fn submit(&mut self, device: Device, request: Request<Asked>) {
        let now = self.now;
        self.server(device).submit(now, request);
        self.schedule_started(device);
    }

    fn server(&mut self, device: Device) -> &mut super::Server {
        match device {
            Device::SourceVolume => &mut self.source_volume,
            Device::DestinationVolume => &mut self.destination_volume,
            Device::DestinationLog => &mut self.destination_log,
        }
    }

    fn schedule_started(&mut self, device: Device) {
        let server = match device {
            Device::SourceVolume => &mut self.source_volume,
            Device::DestinationVolume => &mut self.destination_volume,
            Device::DestinationLog => &mut self.destination_log,
        };
        for started in server.started() {
            let done = Event::Done(device, Box::new(started.token));
            self.queue.insert(started.done, done);
        }
    }

    /// A device is done with a request: its contents change, and the node is told.
    pub(super) fn device_done(&mut self, device: Device, (io, cause): Asked) {
        let now = self.now;
        self.server(device).finished(now);
        self.schedule_started(device);
        let role = match device {
            Device::SourceVolume => Role::Source,
            Device::DestinationVolume | Device::DestinationLog => Role::Destination,
        };
        self.recorder.begin(now, Some(cause));
        let input = match io {
            Io::VolumeRead(ticket, contents) => Input::VolumeRead(ticket, contents),
            Io::VolumeWrite(ticket, cp, address, contents) => {
                self.image(role).write_shadow(cp, address, contents);
                self.recorder.leading_fact(What::VolumeWritten(role, cp, address));
                Input::VolumeWritten(ticket)
            }
            Io::Commit(cp, last_lsn) => {
                self.image(role).commit(cp);
                self.recorder.leading_fact(What::Committed(role, cp, last_lsn));
                Input::Committed(cp)
            }
            Io::LogWrite(ticket, file, offset, transfer) => {
                self.recorder.leading_fact(What::LogWritten(file, transfer.header));
                self.log_storage.write(file, offset, *transfer);
                Input::LogWritten(ticket)
            }
            Io::LogRead(ticket, runs) => Input::LogRead(ticket, runs),
            Io::LogFlush => {
                self.recorder.leading_fact(What::Flushed);
                Input::Flushed
            }
        };
        self.tell(role, input);
    }

    fn image(&mut self, role: Role) -> &mut crate::disk::Image {
        match role {
            Role::Source => &mut self.source_image,
            Role::Destination => &mut self.destination_image,
        }
    }

    fn set_timer(&mut self, role: Role, timer: Timer, at: SimTime) {
        self.timers.insert((role, timer), at);
        self.queue.insert(at, Event::Timer(role, timer, self.cause()));
    }

    pub(super) fn length_of(&self, message: &Message) -> Bytes {
        wire::length(message, self.scenario.parameters.block_size)
    }

    /// The fact that what is carried out now is because of.
    fn cause(&self) -> u64 {
        self.recorder.cause().expect("nodes act on inputs, and every input is a fact")
    }
}
