//! Numbers as people read them.

/// A count with thousands apart: `1,234,567`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A length in the unit that leaves one to four digits before the point: `39.1 MiB`.
#[must_use]
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let unit = usize::try_from(number.max(1).ilog2() / 10).expect("at most 6");
    if unit == 0 {
        return format!("{number} B");
    }
    format!("{} {}", scaled(number, 1 << (10 * unit)), UNITS[unit])
}

/// A span of time in the unit that leaves one to three digits before the point: `40.91 ms`.
#[must_use]
pub fn span(nanos: u64) -> String {
    let units = [(3_600_000_000_000, "h"), (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")];
    let found =
        units.iter().find(|(factor, unit)| nanos >= *factor * if *unit == "h" { 3 } else { 1 });
    match found {
        Some((factor, unit)) => format!("{} {unit}", scaled(nanos, *factor)),
        None => format!("{nanos} ns"),
    }
}

/// A share as a percentage: `33.1 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// `number / factor` with three significant digits or more, exactly rounded half up.
fn scaled(number: u64, factor: u64) -> String {
    let whole = number / factor;
    let places = if whole < 10 { 2 } else { 1 };
    let power = 10u128.pow(places);
    let factor = u128::from(factor);
    let rounded = (u128::from(number) * power * 2 + factor) / (factor * 2);
    let (whole, fraction) = (rounded / power, rounded % power);
    let width = usize::try_from(places).expect("1 or 2");
    format!("{whole}.{fraction:0width$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [0, 1023, 1024, 1_048_575, 41_000_000, u64::MAX].map(bytes),
            ["0 B", "1023 B", "1.00 KiB", "1024.0 KiB", "39.1 MiB", "16.0 EiB"]
        );
        assert_eq!(
            [0, 999, 1_000, 40_912_345, 12_345_678_900, 3_600_000_000_000, 36_000_000_000_000]
                .map(span),
            ["0 ns", "999 ns", "1.00 us", "40.9 ms", "12.3 s", "3600.0 s", "10.0 h"]
        );
        assert_eq!(percent(0.3314), "33.1 %");
    }
}
