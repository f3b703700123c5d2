//! Units of what is drawn, and numbers as people read them.

use std::collections::BTreeMap;

/// What a number counts. Values are kept in the base unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Bytes.
    Bytes,
    /// Nanoseconds.
    Time,
    /// Bits per second.
    Rate,
    /// A share of 1.
    Share,
    /// Things, or things for each thing.
    Count,
}

/// A unit to show numbers in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Grade {
    /// How many base units it is.
    pub factor: f64,
    /// Its sign; empty where there is none.
    pub sign: &'static str,
}

const fn grade(factor: f64, sign: &'static str) -> Grade {
    Grade { factor, sign }
}

const BYTES: [Grade; 6] = [
    grade(1.0, "B"),
    grade(1024.0, "KiB"),
    grade(1_048_576.0, "MiB"),
    grade(1_073_741_824.0, "GiB"),
    grade(1_099_511_627_776.0, "TiB"),
    grade(1_125_899_906_842_624.0, "PiB"),
];
const TIME: [Grade; 6] = [
    grade(1.0, "ns"),
    grade(1e3, "µs"),
    grade(1e6, "ms"),
    grade(1e9, "s"),
    grade(60e9, "min"),
    grade(3600e9, "h"),
];
const RATE: [Grade; 5] = [
    grade(1.0, "bit/s"),
    grade(1e3, "kbit/s"),
    grade(1e6, "Mbit/s"),
    grade(1e9, "Gbit/s"),
    grade(1e12, "Tbit/s"),
];
const SHARE: [Grade; 1] = [grade(0.01, "%")];
const COUNT: [Grade; 4] = [grade(1.0, ""), grade(1e3, "k"), grade(1e6, "M"), grade(1e9, "G")];

impl Unit {
    /// The unit of a figure of reports, by its key.
    pub fn of(key: &str) -> Self {
        let last = key.rsplit('.').next().unwrap_or(key);
        if last.ends_with("_ns") {
            Self::Time
        } else if key.starts_with("saved.of_") {
            Self::Share
        } else if last == "bytes" || last.ends_with("_bytes") || is_wan_bytes(key) {
            Self::Bytes
        } else {
            Self::Count
        }
    }

    /// A number with its unit, in six digits or all of its whole ones: `10.8462 ms`.
    pub fn exact(self, number: f64) -> String {
        let grade = match (self, self.grade(number)) {
            (Self::Count, _) => COUNT[0],
            (_, Grade { sign: "min" | "h", .. }) => TIME[3],
            (_, grade) => grade,
        };
        let digits = six_digits(number / grade.factor);
        if grade.sign.is_empty() { digits } else { format!("{digits} {}", grade.sign) }
    }

    const fn grades(self) -> &'static [Grade] {
        match self {
            Self::Bytes => &BYTES,
            Self::Time => &TIME,
            Self::Rate => &RATE,
            Self::Share => &SHARE,
            Self::Count => &COUNT,
        }
    }

    /// The grade in which a number has few digits.
    pub fn grade(self, number: f64) -> Grade {
        let grades = self.grades();
        let magnitude = number.abs() * (1.0 + 1e-9);
        let fits = |grade: &&Grade| match (self, grade.sign) {
            // Minutes and hours are read easily from two on, and thousands from ten.
            (Self::Time, "min" | "h") => magnitude >= 2.0 * grade.factor,
            (Self::Count, "k") => magnitude >= 10.0 * grade.factor,
            _ => magnitude >= grade.factor,
        };
        *grades.iter().rev().find(fits).unwrap_or(&grades[0])
    }

    /// A number with its unit, in the fewest digits that tell it to three: `1.5 ms`.
    pub fn label(self, number: f64) -> String {
        let grade = match self.grade(number) {
            // 90 s is read more easily than 1.5 min.
            Grade { factor, sign: "min" | "h" } if number % factor != 0.0 => TIME[3],
            grade => grade,
        };
        let digits = significant(number / grade.factor);
        match (self, grade.sign) {
            (_, "") => digits,
            (Self::Count, sign) => format!("{digits}{sign}"),
            (_, sign) => format!("{digits} {sign}"),
        }
    }
}

/// How many base units each sign stands for, of all units.
pub(super) fn factors() -> BTreeMap<&'static str, f64> {
    let all = [Unit::Bytes, Unit::Time, Unit::Rate, Unit::Share];
    let grades = all.into_iter().flat_map(Unit::grades);
    grades.map(|grade| (grade.sign, grade.factor)).collect()
}

impl Grade {
    /// A number in this unit, without the sign, with so many digits after the point.
    pub fn digits(self, number: f64, places: usize) -> String {
        minus(&format!("{:.places$}", number / self.factor + 0.0))
    }

    /// `title`, with the unit in brackets.
    pub fn after(self, title: &str) -> String {
        match self.sign {
            "" => title.to_owned(),
            "k" => format!("{title} (thousands)"),
            "M" => format!("{title} (millions)"),
            "G" => format!("{title} (billions)"),
            sign => format!("{title} ({sign})"),
        }
    }
}

fn is_wan_bytes(key: &str) -> bool {
    key.starts_with("wan.to_destination.") || key.starts_with("wan.to_source.")
}

/// A number to three digits or all of its whole ones, without zeros at the end.
pub(super) fn significant(number: f64) -> String {
    let size = number.abs();
    let places: usize = match size {
        _ if size >= 100.0 || size == 0.0 => 0,
        _ if size >= 10.0 => 1,
        _ if size >= 1.0 => 2,
        _ if size >= 0.1 => 3,
        _ if size >= 0.01 => 4,
        _ => return minus(&format!("{number:.1e}")),
    };
    let text = format!("{number:.places$}");
    let text = if places > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    minus(text)
}

/// A number to six digits or all of its whole ones, without zeros at the end.
fn six_digits(number: f64) -> String {
    let size = number.abs();
    if size > 0.0 && size < 1e-3 {
        return minus(&format!("{number:.5e}"));
    }
    let above = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5].iter().filter(|least| size >= **least).count();
    // Below one, zeros behind the point are no digits.
    let below = [0.1, 0.01].iter().filter(|least| size > 0.0 && size < **least).count();
    let places = 6 + below - above;
    let text = format!("{number:.places$}");
    let text = if places > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    minus(text)
}

/// With the sign that is as wide as a digit, and none before zero.
fn minus(text: &str) -> String {
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|digit| "0.".contains(digit)) => digits.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_in_the_unit_that_people_read() {
        for (unit, number, expected) in [
            (Unit::Bytes, 4096.0, "4 KiB"),
            (Unit::Bytes, 512.0, "512 B"),
            (Unit::Bytes, 1_572_864.0, "1.5 MiB"),
            (Unit::Time, 0.0, "0 ns"),
            (Unit::Time, 40_618_551.0, "40.6 ms"),
            (Unit::Time, 60e9, "60 s"),
            (Unit::Time, 900e9, "15 min"),
            (Unit::Time, 1000e9, "1000 s"),
            (Unit::Rate, 100e6, "100 Mbit/s"),
            (Unit::Share, 0.4179, "41.8 %"),
            (Unit::Share, -0.02, "−2 %"),
            (Unit::Count, 1.0, "1"),
            (Unit::Count, 8000.0, "8000"),
            (Unit::Count, 20_000.0, "20k"),
            (Unit::Count, 0.000_012, "1.2e-5"),
            (Unit::Count, -0.0, "0"),
        ] {
            assert_eq!(unit.label(number), expected, "{unit:?} {number}");
        }
    }

    #[test]
    fn six_digits_are_exact_enough() {
        for (unit, number, expected) in [
            (Unit::Time, 10_846_207.0, "10.8462 ms"),
            (Unit::Time, 120e9, "120 s"),
            (Unit::Share, 0.417_912_34, "41.7912 %"),
            (Unit::Count, 0.779_654_947_9, "0.779655"),
            (Unit::Count, 0.002_828_025_8, "0.00282803"),
            (Unit::Count, 0.000_012_345_678, "1.23457e-5"),
            (Unit::Count, 12_345_678.5, "12345678"),
            (Unit::Count, -2.5, "−2.5"),
            (Unit::Bytes, 4096.0, "4 KiB"),
            (Unit::Bytes, 0.0, "0 B"),
        ] {
            assert_eq!(unit.exact(number), expected, "{unit:?} {number}");
        }
        assert_eq!((factors()["ms"], factors()["KiB"], factors()["%"]), (1e6, 1024.0, 0.01));
    }

    #[test]
    fn keys_tell_the_unit() {
        for (key, unit) in [
            ("latency.write.p50_ns", Unit::Time),
            ("saved.of_wan", Unit::Share),
            ("saved.bytes", Unit::Bytes),
            ("wan.to_source.naks", Unit::Bytes),
            ("wan.amplification", Unit::Count),
            ("resources.peaks.nvram_half_bytes", Unit::Bytes),
            ("recovery.failures.0.resync_ns", Unit::Time),
            ("synchronization.naks", Unit::Count),
        ] {
            assert_eq!(Unit::of(key), unit, "{key}");
        }
    }
}
