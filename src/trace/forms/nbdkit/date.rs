//! Days of the calendar as nanoseconds.

use crate::trace::error::Fault;
use crate::trace::fields::{digits, time};

const SECOND: u64 = 1_000_000_000;

/// Nanoseconds from the beginning of 1970 to `2026-11-22`, `11:00:17.426688`. The clock is the local
/// one: an hour that it went back or forward is not told.
pub(super) fn nanoseconds(date: &[u8], clock: &[u8]) -> Result<u64, Fault> {
    let rule = "is not a date (`2026-11-22`) of the years 1970 to 2553";
    let days = numbers(date, b'-').and_then(|[year, month, day]| days(year, month, day));
    let days = days.ok_or_else(|| Fault::value("date", date, rule))?;
    let rule = "is not a time of day (`11:00:17.426688`)";
    let wrong = || Fault::value("time", clock, rule);
    let point = clock.iter().position(|&byte| byte == b'.').unwrap_or(clock.len());
    let [hour, minute, second] = numbers(&clock[..point], b':').ok_or_else(wrong)?;
    // A leap second is the 60th.
    if hour > 23 || minute > 59 || second > 60 {
        return Err(wrong());
    }
    let whole = (days * 24 + hour) * 3600 + minute * 60 + second;
    let part = match &clock[point..] {
        [] => 0,
        [_, decimals @ ..] => time("time", &[b"0.", decimals].concat(), SECOND, rule)?,
    };
    Ok(whole * SECOND + part)
}

/// Three numbers between `separator`s.
fn numbers(text: &[u8], separator: u8) -> Option<[u64; 3]> {
    let mut parts = text.split(|&byte| byte == separator).map(digits);
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

/// Days from 1970-01-01 to this day, if there is one.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    const LENGTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let place = usize::try_from(month.checked_sub(1)?).ok()?;
    let length = *LENGTHS.get(place)? + u64::from(month == 2 && is_leap(year));
    // 2^64 ns are over in July 2554.
    if !(1970..=2553).contains(&year) || day == 0 || day > length {
        return None;
    }
    let before = year - 1;
    let leap_days = |years: u64| years / 4 - years / 100 + years / 400;
    let whole_years = (year - 1970) * 365 + leap_days(before) - leap_days(1969);
    let whole_months: u64 =
        LENGTHS[..place].iter().sum::<u64>() + u64::from(month > 2 && is_leap(year));
    Some(whole_years + whole_months + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_leap_years() {
        let seconds = |date: &str| nanoseconds(date.as_bytes(), b"00:00:00").map(|ns| ns / SECOND);
        // As `date -u -d DATE +%s` says.
        for (date, expected) in [
            ("1970-01-01", 0),
            ("1972-02-29", 68_169_600),
            ("1972-03-01", 68_256_000),
            ("1999-12-31", 946_598_400),
            ("2000-02-29", 951_782_400),
            ("2000-03-01", 951_868_800),
            ("2026-11-22", 1_795_305_600),
            ("2100-02-28", 4_107_456_000),
            ("2100-03-01", 4_107_542_400),
            ("2400-02-29", 13_574_563_200),
            ("2553-12-31", 18_429_206_400),
        ] {
            assert_eq!(seconds(date), Ok(expected), "{date}");
        }
    }

    #[test]
    fn each_day_follows_the_day_before() {
        let mut next = 0;
        for year in 1970..=2553 {
            for month in 1..=12 {
                for day in (1..=31).filter_map(|day| days(year, month, day)) {
                    assert_eq!(day, next);
                    next += 1;
                }
            }
        }
        assert_eq!(next, 213_302, "days of 584 years, 142 of them leap years");
    }

    #[test]
    fn microseconds_are_kept() {
        let ns = nanoseconds(b"2026-11-22", b"11:00:17.426688");
        assert_eq!(ns, Ok(1_795_345_217_426_688_000));
        assert_eq!(nanoseconds(b"1970-01-01", b"23:59:60.9"), Ok(86_400_900_000_000));
    }

    #[test]
    fn what_is_no_day_or_time_is_named() {
        for date in [
            "1969-12-31",
            "2554-01-01",
            "2026-02-29",
            "2100-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-04-31",
            "2026-01-00",
            "2026-1",
            "2026-1-1-1",
            "-1-1-1",
            "99999999999999999999-1-1",
            "",
        ] {
            assert!(nanoseconds(date.as_bytes(), b"00:00:00").is_err(), "{date}");
        }
        for clock in
            ["24:00:00", "00:60:00", "00:00:61", "00:00", "00:00:00.", "00:00:00.x", "x", ""]
        {
            assert!(nanoseconds(b"2026-01-01", clock.as_bytes()).is_err(), "{clock}");
        }
    }
}
