//! The numbers of the tables are those of the report.

use super::made::{LOSSY, Made, page};
use crate::protocol::wire::Category;
use crate::report::text::{bytes, count, span};
use crate::timeline::Window;

fn made() -> Made {
    page(LOSSY, Window::ALL, 100_000)
}

#[test]
fn tables_of_key_figures_are_the_report() {
    let Made { report, .. } = &made();
    let made = made();
    let wan = made.table("Bytes on the WAN");
    for category in Category::ALL {
        let row = wan.iter().find(|row| row[0] == category.title());
        let (there, back) =
            (report.wan.to_destination.get(category), report.wan.to_source.get(category));
        let cell = |amount: u64| if amount == 0 { "-".to_owned() } else { bytes(amount) };
        let cells = row.map(|row| (row[1].clone(), row[3].clone()));
        let wanted = (there + back > 0).then(|| (cell(there), cell(back)));
        assert_eq!(cells, wanted, "{}", category.title());
    }
    let latency = made.table("How long clients waited");
    let write = report.latency.write;
    assert_eq!(latency[1][..2], ["writes".to_owned(), count(write.count)]);
    let spans = [write.mean_ns, write.p50_ns, write.p90_ns, write.p99_ns, write.p999_ns];
    assert_eq!(latency[1][2..7], spans.map(span));
    assert!(latency[2][0] == "reads" && report.latency.read.count > 0);
    let failures = made.table("What failures cost");
    assert_eq!(failures.len() - 1, report.recovery.failures.len());
    assert!(!report.recovery.failures.is_empty(), "the run has some");
}

#[test]
fn tables_that_stand_in_for_charts_are_the_report() {
    let made = made();
    let rows = made.table("Over time, by interval");
    assert!((5..=60).contains(&rows.len()), "{} rows", rows.len());
    let writes: u64 =
        rows[1..].iter().map(|row| row[1].replace(',', "").parse().unwrap_or(0)).sum();
    assert_eq!(writes, made.report.writes.acknowledged);
    let last = rows.last().expect("rows");
    assert!(last[0].starts_with(&format!("{}.", made.report.simulated_ns / 1_000_000_000)));
    let shares = made.table("How the latency of writes is distributed");
    let share = |words: &str| shares.iter().find(|row| row[0] == words).map(|row| row[1].clone());
    assert_eq!(share("50 %"), Some(span(made.report.latency.write.p50_ns)));
    assert_eq!(share("99 %"), Some(span(made.report.latency.write.p99_ns)));
    assert_eq!(share("100 %"), Some(span(made.report.latency.write.max_ns)));
}

#[test]
fn what_the_script_draws_is_the_report() {
    let made = made();
    let data = made.data();
    let total = |name: &str| {
        let column = &data["charts"]["series"][name];
        let deltas = column.as_array().expect("a column").iter();
        let cells = deltas.scan(0, |sum, delta| {
            *sum += delta.as_i64().expect("a number");
            Some(*sum)
        });
        u64::try_from(cells.sum::<i64>()).expect("above 0")
    };
    assert_eq!(total("writes_acknowledged"), made.report.writes.acknowledged);
    assert_eq!(total("bytes_to_destination"), made.report.wan.to_destination.total);
    assert_eq!(total("bytes_to_source"), made.report.wan.to_source.total);
}

#[test]
fn the_bars_are_the_report() {
    let made = made();
    let whole = bytes(made.report.wan.to_destination.get(Category::LogBlocks));
    let entry = made.between("<li data-category=\"log_blocks\">", "</li>");
    assert!(entry.contains(&format!("<b>{whole}</b>")), "{entry}");
}
