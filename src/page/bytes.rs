//! Bytes on the WAN by category: a bar for each direction, and the number beside each name.

use super::html::text;
use crate::protocol::wire::Category;
use crate::report::text::{bytes, percent};
use crate::report::{Report, WanBytes};
use std::fmt::Write as _;

/// The categories in the order in which they are stacked: the log, the CP, the rest.
const STACK: [Category; 14] = [
    Category::LogBlocks,
    Category::LogFragments,
    Category::LogHeaders,
    Category::CpReferences,
    Category::CpBlocks,
    Category::CpMetadata,
    Category::CpControl,
    Category::Acknowledgements,
    Category::Session,
    Category::Heartbeats,
    Category::Resync,
    Category::Naks,
    Category::Retransmissions,
    Category::PacketOverhead,
];

/// The part of the page about bytes.
pub(super) fn part(report: &Report) -> String {
    let saved = u64::try_from(report.saved.bytes).unwrap_or(0);
    let (there, back) = (&report.wan.to_destination, &report.wan.to_source);
    let scale = (there.total + saved).max(back.total);
    let mut page = String::from(
        "<figure id=\"bytes\" class=\"card wide\"><figcaption>Bytes on the WAN, both on one scale\
         </figcaption>\n",
    );
    page.push_str(&bar("to destination", there, saved, scale));
    page.push_str(&bar("to source", back, 0, scale));
    page.push_str("</figure>\n");
    page
}

fn bar(name: &str, wan: &WanBytes, saved: u64, scale: u64) -> String {
    let parts = STACK.iter().filter(|category| wan.get(**category) > 0);
    let words = parts.clone().map(|category| {
        let amount = wan.get(*category);
        format!("{} {}", category.title(), bytes(amount))
    });
    let words = words.collect::<Vec<_>>().join(", ");
    let mut page = format!(
        "<p class=\"direction\"><b>{name}</b> {}</p>\n\
         <svg class=\"bar\" width=\"100%\" height=\"22\" role=\"img\" aria-label=\"{}\">\n",
        bytes(wan.total),
        text(&format!("{name}: {} in all: {words}", bytes(wan.total)))
    );
    if wan.total == 0 {
        return format!("<p class=\"direction\"><b>{name}</b> nothing was sent</p>\n");
    }
    let (mut at, mut legend) = (0, String::new());
    for category in parts {
        let amount = wan.get(*category);
        page.push_str(&piece(category.key(), at, amount, scale));
        at += amount;
        legend.push_str(&entry(category.key(), category.title(), amount, wan.total));
    }
    if saved > 0 {
        page.push_str(&piece("saved", at, saved, scale));
        let _ = writeln!(
            legend,
            "<li>{}not sent: saved by references <b>{}</b></li>",
            swatch("saved"),
            bytes(saved)
        );
    }
    let _ = writeln!(page, "</svg>\n<ul class=\"legend\">\n{legend}</ul>");
    page
}

/// A part of a bar, in hundredths of its room with four digits behind the point.
fn piece(key: &str, at: u64, amount: u64, scale: u64) -> String {
    let share = |bytes: u64| {
        let millionths = u128::from(bytes) * 1_000_000 / u128::from(scale.max(1));
        format!("{}.{:04}%", millionths / 10_000, millionths % 10_000)
    };
    format!(
        "<rect class=\"c-{key}\" x=\"{}\" width=\"{}\" height=\"22\"/>\n",
        share(at),
        share(amount)
    )
}

fn entry(key: &str, title: &str, amount: u64, total: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
    let share = amount as f64 / total as f64;
    format!(
        "<li data-category=\"{key}\">{}{title} <b>{}</b> {}</li>\n",
        swatch(key),
        bytes(amount),
        percent(share)
    )
}

fn swatch(key: &str) -> String {
    format!(
        "<svg class=\"swatch\" width=\"12\" height=\"12\" aria-hidden=\"true\">\
         <rect class=\"c-{key}\" width=\"12\" height=\"12\"/></svg>"
    )
}
