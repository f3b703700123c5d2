//! Each piece of the order as an event.

use super::order::{Entry, Piece};
use super::places::Places;
use super::text::{Edge, Writer};
use super::{moments, spans};
use crate::timeline::Timeline;
use std::io;

/// Writes one event.
pub(super) fn write(
    timeline: &Timeline,
    places: &Places,
    entry: Entry,
    writer: &mut Writer<'_>,
) -> io::Result<()> {
    let at = entry.at;
    match entry.what {
        Piece::RequestBegins(place) => spans::request(timeline, place, Edge::Begin, at, writer),
        Piece::RequestEnds(place) => spans::request(timeline, place, Edge::End, at, writer),
        Piece::Sends(place) => spans::sends(timeline, places, place, writer),
        Piece::Arrives(place) => spans::arrives(timeline, &places.arrivals[place], writer),
        Piece::TransferBegins(place) => spans::transfer(timeline, place, Edge::Begin, at, writer),
        Piece::TransferEnds(place) => spans::transfer(timeline, place, Edge::End, at, writer),
        Piece::Work(place) => spans::work(timeline, places, place, writer),
        Piece::PointBegins(place) => spans::point(timeline, place, Edge::Begin, at, writer),
        Piece::PointEnds(place) => spans::point(timeline, place, Edge::End, at, writer),
        Piece::SpellBegins(place) => spans::spell(timeline, place, Edge::Begin, at, writer),
        Piece::SpellEnds(place) => spans::spell(timeline, place, Edge::End, at, writer),
        Piece::PleaBegins(place) => spans::plea(timeline, place, Edge::Begin, at, writer),
        Piece::PleaEnds(place) => spans::plea(timeline, place, Edge::End, at, writer),
        Piece::Lost(place) => moments::lost(timeline, places, place, writer),
        Piece::FaultBegins(place) => moments::fault(timeline, place, "begins", at, writer),
        Piece::FaultEnds(place) => moments::fault(timeline, place, "ends", at, writer),
        Piece::Mark(place) => moments::mark(&timeline.marks[place], writer),
        Piece::Level(place) => moments::level(timeline, place, writer),
    }
}
