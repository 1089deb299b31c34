//! Maintenance windows: the hours in which plans may begin. It reads no clock.

use std::str::FromStr;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Hours of the week, in one time zone: `Mon-Fri 22:00-05:00 Europe/Berlin`.
#[derive(Clone, PartialEq, Debug)]
pub struct Window {
    /// On which days it begins.
    days: Vec<Weekday>,
    from: Time,
    /// On the next day where it is not later than `from`.
    to: Time,
    zone: TimeZone,
    text: Box<str>,
}

const DAYS: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Monday),
    ("Tue", Weekday::Tuesday),
    ("Wed", Weekday::Wednesday),
    ("Thu", Weekday::Thursday),
    ("Fri", Weekday::Friday),
    ("Sat", Weekday::Saturday),
    ("Sun", Weekday::Sunday),
];

impl Window {
    /// As the file has it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is open at this moment, in seconds since 1970-01-01T00:00:00Z. It is closed at its last minute's end.
    pub fn is_open(&self, seconds: i64) -> bool {
        let Ok(moment) = Timestamp::from_second(seconds) else { return false };
        let here = moment.to_zoned(self.zone.clone());
        let (today, time) = (here.date(), here.time());
        let begins =
            |day: Option<jiff::civil::Date>| day.is_some_and(|day| self.days.contains(&day.weekday()));
        if self.from < self.to {
            return begins(Some(today)) && self.from <= time && time < self.to;
        }
        (begins(Some(today)) && self.from <= time)
            || (begins(today.checked_sub(1.day()).ok()) && time < self.to)
    }
}

/// What a window must look like.
const FORM: &str = "write days, hours and a time zone, such as \"Mon-Fri 22:00-05:00 Europe/Berlin\"";

impl FromStr for Window {
    type Err = String;

    /// Fails with what a window must look like.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let (Some(days), Some(hours), Some(zone), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(FORM.to_owned());
        };
        let (from, to) = hours.split_once('-').ok_or(FORM)?;
        let zone = match zone {
            "UTC" | "Z" => TimeZone::UTC,
            name => TimeZone::get(name).map_err(|_| {
                format!(
                    "the time zone {name} is not known on this machine; UTC is, and names of its tzdata are"
                )
            })?,
        };
        Ok(Self { days: week(days)?, from: time(from)?, to: time(to)?, zone, text: text.into() })
    }
}

/// `Mon-Fri`, `Sat,Sun` or `daily`.
fn week(text: &str) -> Result<Vec<Weekday>, String> {
    if text.eq_ignore_ascii_case("daily") {
        return Ok(DAYS.map(|(_, day)| day).to_vec());
    }
    let position = |word: &str| DAYS.iter().position(|(name, _)| name.eq_ignore_ascii_case(word)).ok_or(FORM);
    let mut found = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (position(first)?, position(last)?);
        let count = (last + DAYS.len() - first) % DAYS.len() + 1;
        found.extend(DAYS.iter().cycle().skip(first).take(count).map(|(_, day)| *day));
    }
    Ok(found)
}

/// `22:00`.
fn time(text: &str) -> Result<Time, String> {
    let (hour, minute) = text.split_once(':').ok_or(FORM)?;
    let number = |text: &str| text.parse::<i8>().map_err(|_| FORM);
    Time::new(number(hour)?, number(minute)?, 0, 0).map_err(|_| FORM.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn a_window_is_open_on_its_days_and_over_midnight() {
        let window: Window = "Mon-Fri 22:00-05:00 UTC".parse().unwrap();
        for (moment, open) in [
            ("2026-11-27T21:59:59Z", false), // a Friday
            ("2026-11-27T22:00:00Z", true),
            ("2026-11-28T04:59:59Z", true),
            ("2026-11-28T05:00:00Z", false),
            ("2026-11-28T22:00:00Z", false),
            ("2026-11-30T04:00:00Z", false), // Monday, of Sunday's night
            ("2026-11-30T23:00:00Z", true),
        ] {
            assert_eq!(window.is_open(at(moment)), open, "{moment}");
        }
        let day: Window = "Sat,Sun 08:00-12:30 UTC".parse().unwrap();
        assert!(day.is_open(at("2026-11-28T12:29:59Z")) && !day.is_open(at("2026-11-28T12:30:00Z")));
        assert!(!day.is_open(at("2026-11-27T09:00:00Z")));
        let all: Window = "daily 00:00-00:00 UTC".parse().unwrap();
        assert!(all.is_open(at("2026-11-27T00:00:00Z")) && all.is_open(at("2026-11-27T23:59:59Z")));
        let over: Window = "Sat-Mon 01:00-02:00 UTC".parse().unwrap();
        assert!(over.is_open(at("2026-11-29T01:30:00Z")) && !over.is_open(at("2026-12-01T01:30:00Z")));
    }

    #[test]
    fn what_is_no_window_is_told() {
        for text in [
            "",
            "Mon",
            "Mon 1-2 UTC",
            "Mon 22:00 UTC",
            "Xyz 22:00-23:00 UTC",
            "Mon 25:00-26:00 UTC",
            "Mon 1:00-2:00 UTC x",
        ] {
            assert_eq!(text.parse::<Window>().unwrap_err(), FORM, "{text}");
        }
        let unknown = "Mon 22:00-23:00 Middle/Earth".parse::<Window>().unwrap_err();
        assert!(unknown.contains("Middle/Earth"), "{unknown}");
    }
}
