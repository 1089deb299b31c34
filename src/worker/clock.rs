//! The time of day, as files carry it. The only module that reads it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Now, RFC 3339 in UTC, whole seconds.
pub(super) fn now() -> Box<str> {
    rfc3339(unix()).into()
}

/// Now, RFC 3339 in UTC, with milliseconds: for journals, where what came first matters.
pub(super) fn moment() -> Box<str> {
    moment_after(0)
}

/// The moment that many seconds from now, in the same form.
pub(super) fn moment_after(seconds: u64) -> Box<str> {
    let since = since();
    precise(since.as_secs().saturating_add(seconds), since.subsec_millis()).into()
}

/// Seconds since 1970-01-01T00:00:00Z.
pub(super) fn unix() -> u64 {
    since().as_secs()
}

fn since() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn precise(seconds: u64, millis: u32) -> String {
    let whole = rfc3339(seconds);
    format!("{}.{millis:03}Z", whole.trim_end_matches('Z'))
}

/// A name for a run that no other has: the time of day, and a few letters of chance.
pub(super) fn run_id() -> crate::model::RunId {
    use std::hash::{BuildHasher, Hasher};
    let time: String = now().chars().filter(char::is_ascii_alphanumeric).collect();
    let chance = std::hash::RandomState::new().build_hasher().finish() & 0xff_ffff;
    crate::model::RunId::new(format!("r{}-{chance:06x}", time.trim_end_matches('Z')))
}

/// Days to a date by the proleptic Gregorian calendar (H. Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days`).
fn rfc3339(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::{precise, rfc3339};

    #[test]
    fn dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_200, "2024-03-01T00:00:00Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds), text);
        }
    }

    #[test]
    fn moments() {
        assert_eq!(precise(951_782_399, 7), "2000-02-28T23:59:59.007Z");
        assert!(precise(0, 999) < precise(1, 0));
    }
}
