//! Figures as a whole: the same bytes twice, whatever the reports hold.

mod curves;
mod places;
pub(super) mod rows;

use super::*;
use crate::protocol::wire::Category;
use crate::report::{VerdictWord, json};
use std::io::Cursor;

/// A report with these bytes on the WAN, a quarter of each on the way back; everything else is 0.
#[expect(clippy::cast_precision_loss, reason = "a share of small numbers")]
pub(super) fn report(name: &str, written: u64, wan: &[(Category, u64)], saved: i64) -> Report {
    let text = include_str!("tests/empty.json");
    let mut report: Report = serde_json::from_str(text).expect("a whole report");
    report.scenario["name"] = name.into();
    report.writes.bytes = written;
    for (category, bytes) in wan {
        let key = category.key().to_owned();
        report.wan.to_source.categories.insert(key.clone(), bytes / 4);
        report.wan.to_destination.categories.insert(key, bytes - bytes / 4);
    }
    report.saved.bytes = saved;
    let sent: f64 = wan.iter().map(|(_, bytes)| *bytes as f64).sum();
    let full = saved as f64 + sent;
    report.saved.of_wan = (full > 0.0).then(|| saved as f64 / full);
    report
}

fn some() -> Vec<Report> {
    let wan = [(Category::LogBlocks, 1000), (Category::CpReferences, 20), (Category::Naks, 4)];
    vec![
        report("as usual", 1000, &wan, 900),
        report("references cost", 1000, &wan, -24),
        report("nothing written", 0, &[(Category::Heartbeats, 9)], 0),
        report("nothing at all", 0, &[], 0),
        report("a <name> & a \"quote\"\n\u{7}", 10, &wan, 0),
        report("far beyond", 1, &[(Category::LogBlocks, u64::MAX)], i64::MAX),
    ]
}

#[test]
fn equal_reports_give_equal_bytes() {
    let mut others = some();
    assert_eq!(wan_bytes(&some()), wan_bytes(&others));
    assert!(wan_bytes_png(&some()) == wan_bytes_png(&others), "pixels differ");
    for report in &mut others {
        report.host = Some(crate::report::Host {
            version: "9".into(),
            command: "mirrorsim run".into(),
            wall_ms: 9,
            system: "elsewhere".into(),
        });
    }
    assert_eq!(wan_bytes(&some()), wan_bytes(&others), "the host is no part of a figure");
}

#[test]
fn any_report_can_be_drawn() {
    for reports in [&[][..], &some()[3..4], &some()] {
        let text = wan_bytes(reports);
        assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n"), "{text}");
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        assert!(!wan_bytes_png(reports).is_empty());
    }
}

#[test]
fn a_figure_says_what_it_is_and_where_it_comes_from() {
    let mut reports = some();
    reports[1].verdict = VerdictWord::Violation;
    let text = wan_bytes(&reports);
    for words in [
        "role=\"img\"",
        "<title id=\"title\">What mirroring sends, and what references save</title>",
        "as usual: 1.02 bytes on the WAN per byte written, 1.92 without references; saved 46.8 %",
        "references cost (violation): 1.02 bytes",
        "cost 2.4 % of the WAN",
        "nothing was written",
        "a &lt;name&gt; &amp; a ",
        concat!("mirrorsim ", env!("CARGO_PKG_VERSION")),
        "scenario 55555555555555555555555555555555 seed 0 digest dddddddddddddddddddddddddddddddd",
        "font-family=\"sans-serif\"",
    ] {
        assert!(text.contains(words), "{words} is missing in {text}");
    }
    assert!(!text.contains('\u{7}'), "XML cannot hold it");
}

#[test]
fn a_png_decodes_and_is_no_blank_page() {
    let file = wan_bytes_png(&some());
    let mut reader = png::Decoder::new(Cursor::new(&file)).read_info().expect("a header");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("pixels");
    assert_eq!((info.width, info.color_type), (1600, png::ColorType::Rgb));
    let blue = pixels.chunks_exact(3).filter(|pixel| *pixel == [0x00, 0x72, 0xB2]).count();
    let white = pixels.chunks_exact(3).filter(|pixel| *pixel == [255; 3]).count();
    assert!(blue > 10_000, "{blue} pixels of whole blocks");
    assert!(white > pixels.len() / 3 / 2, "{white} white pixels");
}

/// The number of any key of a report that stands at `path`.
fn at(report: &Report, path: &str) -> u128 {
    let value = json::value(report);
    let found = path.split('.').fold(&value, |value, key| &value[key]);
    found.as_u64().map(u128::from).expect("a number of the report")
}

#[test]
fn every_plotted_number_is_in_the_report() {
    for report in &some() {
        let bar = bytes::Bar::of(report);
        let both = |key: &str| {
            let [there, back] = ["to_destination", "to_source"];
            at(report, &format!("wan.{there}.{key}")) + at(report, &format!("wan.{back}.{key}"))
        };
        let keys = [
            "log_blocks",
            "log_fragments",
            "log_headers",
            "cp_references",
            "cp_blocks",
            "cp_metadata",
            "resync",
            "retransmissions",
            "packet_overhead",
        ];
        let control = ["cp_control", "acknowledgements", "session", "heartbeats", "naks"];
        let mut expected: Vec<_> = keys.map(both).to_vec();
        expected.push(control.map(both).iter().sum());
        assert_eq!(bar.parts.to_vec(), expected);
        assert_eq!(u128::from(bar.written), at(report, "writes.bytes"));
        assert_eq!(i64::try_from(bar.saved).expect("small"), report.saved.bytes.max(0));
    }
}
