//! Curves over time and the distribution of latency: what the script draws, and tables that stand in.

use super::columns::{of_curve, whole};
use super::html::{Cells, folded, moment, rows_under};
use super::{Page, bytes};
use crate::metrics::Curve;
use crate::report::text::{bytes as length, count, span};
use crate::units::SimTime;
use serde_json::{Value, json};

/// Columns of the series that are drawn.
const DRAWN: [&str; 12] = [
    "time_ns",
    "writes_acknowledged",
    "bytes_to_destination",
    "bytes_to_source",
    "nvram_bytes",
    "buffers",
    "transfer_ids",
    "link_queue_bytes",
    "write_p50_ns",
    "write_max_ns",
    "nvlog_bytes",
    "rpo_ns",
];

/// Charts: key, and title.
const CHARTS: [(&str, &str); 7] = [
    ("latency", "How long writes waited"),
    ("distribution", "Share of writes that waited at most so long"),
    ("wire", "Bytes on the WAN for each second"),
    ("writes", "Writes acknowledged for each second"),
    ("occupancy", "Bytes in NVRAM, in NVLog files and in the link's queue"),
    ("buffers", "Buffers dirty or frozen, and live transfer IDs"),
    ("risk", "Age of the oldest write that would be lost with the source's site"),
];

/// The section of charts.
pub(super) fn section(page: &Page) -> String {
    let mut html = String::from(
        "<section id=\"charts\" aria-labelledby=\"charts-title\">\n\
         <h2 id=\"charts-title\">Bytes, latency, occupancy</h2>\n",
    );
    html.push_str(&bytes::part(page.report));
    html.push_str(
        "<p class=\"note scripted\">The whole run; shaded: consistency points, faults, out of sync. \
         The frame is what the timeline shows. Drag to look closer, double-click to see all.</p>\n\
         <div class=\"grid scripted\">\n",
    );
    for (key, title) in CHARTS {
        html.push_str(&format!(
            "<figure class=\"card chart\" id=\"chart-{key}\" data-chart=\"{key}\">\
             <figcaption>{title}</figcaption><div class=\"plot\" role=\"img\" aria-label=\"{title}; \
             the same as a table below\"></div></figure>\n"
        ));
    }
    html.push_str("</div>\n");
    html.push_str(&folded("The same as tables", &tables(page)));
    html.push_str("</section>\n");
    html
}

/// What the script draws.
pub(super) fn data(page: &Page) -> Value {
    let curve = |name: &str| page.curves.get(name).cloned().unwrap_or_default();
    let simulated = page.report.simulated_ns;
    let spells = |name: &str| of_curve(&merged(&curve(name), simulated), &["begin_ns", "end_ns"]);
    json!({
        "every": super::interval(SimTime::from_nanos(simulated), super::FINE).as_nanos(),
        "series": of_curve(&curve("series"), &DRAWN),
        "points": spells("consistency_points"),
        "faults": spells("faults"),
        "out_of_sync": spells("out_of_sync"),
        "distribution": distribution(page.latency),
    })
}

/// Spells as they are; where there are more than pictures can show, neighbours become one.
fn merged(spells: &Curve, simulated: u64) -> Curve {
    const MOST: usize = 150;
    let column = |name: &str| spells.get(name).cloned().unwrap_or_default();
    let (begins, ends) = (column("begin_ns"), column("end_ns"));
    if begins.len() <= MOST {
        return spells.clone();
    }
    let gap = simulated / MOST as u64;
    let mut list: Vec<(u64, u64)> = Vec::new();
    for (begin, end) in begins.iter().zip(&ends) {
        let begin = begin.map_or(0, whole);
        let end = end.map_or(begin, whole);
        match list.last_mut().filter(|(_, last)| begin <= *last + gap) {
            Some((_, last)) => *last = end.max(*last),
            None => list.push((begin, end)),
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "pictures need no more than 52 bits")]
    let cells = |pick: fn(&(u64, u64)) -> u64| list.iter().map(|s| Some(pick(s) as f64)).collect();
    [("begin_ns".to_owned(), cells(|(begin, _)| *begin)), ("end_ns".to_owned(), cells(|s| s.1))]
        .into()
}

/// Points of the distribution, so many that a picture shows no fewer: shares in millionths.
fn distribution(latency: &Curve) -> Value {
    let millionths = |share: &Option<f64>| share.map(|share| share * 1e6);
    let mut kept = Curve::default();
    for (ns, share) in picked(latency) {
        kept.entry("ns".to_owned()).or_default().push(ns);
        kept.entry("share".to_owned()).or_default().push(millionths(&share));
    }
    of_curve(&kept, &["ns", "share"])
}

/// Points of a distribution that are far enough from the one before, and the last.
fn picked(latency: &Curve) -> Vec<(Option<f64>, Option<f64>)> {
    let column = |name: &str| latency.get(name).map(Vec::as_slice).unwrap_or_default();
    let points: Vec<_> =
        column("ns").iter().copied().zip(column("share").iter().copied()).collect();
    let mut kept: Vec<(Option<f64>, Option<f64>)> = Vec::new();
    for (place, point) in points.iter().enumerate() {
        let share = point.1.unwrap_or(0.0);
        let before = kept.last().and_then(|kept| kept.1).unwrap_or(0.0);
        // A step of half a percent, or of a twentieth of what is left above.
        let step = 0.005_f64.min((1.0 - before) / 20.0);
        if share - before >= step || place == 0 || place + 1 == points.len() {
            kept.push(*point);
        }
    }
    kept
}

/// Tables that stand in for the charts.
fn tables(page: &Page) -> String {
    let heads = |heads: &[&str]| heads.iter().map(|head| (*head).to_owned()).collect::<Vec<_>>();
    let series = rows(page.series);
    let mut html = rows_under(
        "Over time, by interval",
        Cells::Numbers,
        &heads(&[
            "until",
            "writes",
            "to destination",
            "to source",
            "p50",
            "max",
            "NVRAM",
            "NVLog",
            "queue",
            "buffers",
            "IDs",
            "at risk",
        ]),
        series.iter().map(Vec::as_slice),
    );
    let shares = shares(page.latency);
    if !shares.is_empty() {
        let heads = heads(&["share of writes", "waited at most"]);
        let rows = shares.iter().map(Vec::as_slice);
        html.push_str(&rows_under(
            "How the latency of writes is distributed",
            Cells::Numbers,
            &heads,
            rows,
        ));
    }
    html
}

/// Rows of the series as people read them.
fn rows(series: &Curve) -> Vec<Vec<String>> {
    let length_of = |name: &str| series.get(name).map_or(0, Vec::len);
    let cell = |name: &str, row: usize, words: fn(u64) -> String| {
        let cell = series.get(name).and_then(|column| column.get(row).copied().flatten());
        cell.map_or_else(|| "-".to_owned(), |cell| words(whole(cell)))
    };
    let row = |row: usize| {
        vec![
            cell("time_ns", row, moment),
            cell("writes_acknowledged", row, count),
            cell("bytes_to_destination", row, length),
            cell("bytes_to_source", row, length),
            cell("write_p50_ns", row, span),
            cell("write_max_ns", row, span),
            cell("nvram_bytes", row, length),
            cell("nvlog_bytes", row, length),
            cell("link_queue_bytes", row, length),
            cell("buffers", row, count),
            cell("transfer_ids", row, count),
            cell("rpo_ns", row, span),
        ]
    };
    (0..length_of("time_ns")).map(row).collect()
}

/// The latency that each of some shares of the writes does not exceed.
fn shares(latency: &Curve) -> Vec<Vec<String>> {
    const SHARES: [(f64, &str); 8] = [
        (0.1, "10 %"),
        (0.25, "25 %"),
        (0.5, "50 %"),
        (0.75, "75 %"),
        (0.9, "90 %"),
        (0.99, "99 %"),
        (0.999, "99.9 %"),
        (1.0, "100 %"),
    ];
    let column = |name: &str| latency.get(name).map(Vec::as_slice).unwrap_or_default();
    let row = |(share, words): (f64, &str)| {
        let place = column("share").iter().position(|known| *known >= Some(share))?;
        let ns = column("ns").get(place).copied().flatten()?;
        Some(vec![words.to_owned(), span(whole(ns))])
    };
    SHARES.into_iter().filter_map(row).collect()
}
