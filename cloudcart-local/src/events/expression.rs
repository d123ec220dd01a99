//! Schedule expressions: `rate(5 minutes)` and `cron(0 12 * * ? *)`, and when each is due next.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>. All times are UTC, and cron goes by whole
//! minutes. `L`, `W` and `#` of cron are refused by name.

use jiff::{Timestamp, ToSpan as _, civil, tz::TimeZone};

/// What EventBridge says of an expression that it cannot read.
const INVALID: &str = "Parameter ScheduleExpression is not valid.";
const MINUTE_MS: i64 = 60_000;
/// The last year that cron knows.
const LAST_YEAR: i16 = 2199;

/// When a rule is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Schedule {
    /// Every so many milliseconds, counted from the rule's creation.
    Rate(i64),
    /// At the minutes that match.
    Cron(Box<Cron>),
}

/// The fields of a cron expression, each as the set of numbers that match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: u64,
    hours: u64,
    /// `None` for `?`: then the day of the week decides.
    days: Option<u64>,
    months: u64,
    /// 1 is Sunday. `None` for `?`.
    weekdays: Option<u64>,
    /// From 1970 on; empty for every year.
    years: Vec<i16>,
}

impl Schedule {
    /// Reads an expression.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let inner = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(rate) = inner("rate") {
            return self::rate(rate).map(Self::Rate).ok_or_else(|| INVALID.to_owned());
        }
        match inner("cron") {
            Some(fields) => cron(fields).map(|cron| Self::Cron(Box::new(cron))),
            None => Err(INVALID.to_owned()),
        }
    }

    /// The first time after `now` (milliseconds since 1970) at which a rule of this schedule is due. `phase` is any time at which a
    /// rate was due, or the rule's creation. `None`: never again.
    pub(super) fn next(&self, now: i64, phase: i64) -> Option<i64> {
        match self {
            Self::Rate(every) => Some(phase + (now.saturating_sub(phase).max(0) / every + 1) * every),
            Self::Cron(cron) => cron.next(now),
        }
    }
}

/// `5 minutes`, in milliseconds. The unit is singular for 1 and plural for more, and EventBridge insists on it.
fn rate(text: &str) -> Option<i64> {
    let (value, unit) = text.split_once(' ')?;
    let value: i64 = value.parse().ok().filter(|value| *value > 0)?;
    let minutes = match (unit, value) {
        ("minute", 1) | ("minutes", 2..) => 1,
        ("hour", 1) | ("hours", 2..) => 60,
        ("day", 1) | ("days", 2..) => 24 * 60,
        _ => return None,
    };
    value.checked_mul(minutes * MINUTE_MS)
}

fn cron(text: &str) -> Result<Cron, String> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minutes, hours, days, months, weekdays, years] = fields[..] else { return Err(INVALID.to_owned()) };
    // Names hold an L and a W themselves.
    let named = |field: &str| field.chars().any(char::is_lowercase) || field.len() > 2 && !field.contains(['#', '/']);
    if days.contains(['L', 'W']) || weekdays.contains('#') || weekdays.contains('L') && !named(weekdays) {
        return Err(format!("the local cloud does not offer L, W and # in cron({text})"));
    }
    let field = |text: &str, from, to, names: &[&str]| set(text, from, to, names).ok_or_else(|| INVALID.to_owned());
    let optional = |text: &str, from, to, names: &[&str]| {
        if text == "?" { Ok(None) } else { field(text, from, to, names).map(Some) }
    };
    let cron = Cron {
        minutes: field(minutes, 0, 59, &[])?,
        hours: field(hours, 0, 23, &[])?,
        days: optional(days, 1, 31, &[])?,
        months: field(
            months,
            1,
            12,
            &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
        )?,
        weekdays: optional(weekdays, 1, 7, &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])?,
        years: self::years(years).ok_or_else(|| INVALID.to_owned())?,
    };
    // Exactly one of the two is `?`.
    if cron.days.is_some() == cron.weekdays.is_some() {
        return Err(INVALID.to_owned());
    }
    Ok(cron)
}

/// The numbers of one part of a field, between two commas: `*`, `5`, `1-5`, `*/10`, `5/10`, `1-30/10`.
fn part(text: &str, from: u32, to: u32, names: &[&str]) -> Option<impl Iterator<Item = u32> + use<>> {
    let number = |text: &str| {
        let named =
            names.iter().zip(from..).find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, number)| number);
        named.or_else(|| text.parse().ok()).filter(|number| (from..=to).contains(number))
    };
    let (range, step) = match text.split_once('/') {
        Some((range, step)) => (range, Some(step.parse::<usize>().ok().filter(|step| *step > 0)?)),
        None => (text, None),
    };
    let (first, last) = match range.split_once('-') {
        _ if range == "*" => (from, to),
        Some((first, last)) => (number(first)?, number(last)?),
        // `5/10` goes on to the end; `5` is itself.
        None => (number(range)?, if step.is_some() { to } else { number(range)? }),
    };
    (first <= last).then(|| (first..=last).step_by(step.unwrap_or(1)))
}

fn set(text: &str, from: u32, to: u32, names: &[&str]) -> Option<u64> {
    text.split(',')
        .try_fold(0, |set, text| Some(part(text, from, to, names)?.fold(set, |set, number| set | 1 << number)))
}

fn years(text: &str) -> Option<Vec<i16>> {
    if text == "*" {
        return Some(Vec::new());
    }
    let mut years = Vec::new();
    for text in text.split(',') {
        years.extend(
            part(text, 1970, LAST_YEAR.unsigned_abs().into(), &[])?.filter_map(|year| i16::try_from(year).ok()),
        );
    }
    Some(years)
}

impl Cron {
    fn on(&self, day: civil::Date) -> bool {
        let has = |set: u64, number: i8| set >> number & 1 == 1;
        (self.years.is_empty() || self.years.contains(&day.year()))
            && has(self.months, day.month())
            && self.days.is_none_or(|days| has(days, day.day()))
            && self.weekdays.is_none_or(|days| has(days, day.weekday().to_sunday_one_offset()))
    }

    fn next(&self, now: i64) -> Option<i64> {
        let minute = Timestamp::from_millisecond((now.div_euclid(MINUTE_MS) + 1).checked_mul(MINUTE_MS)?).ok()?;
        let start = TimeZone::UTC.to_datetime(minute);
        let mut day = start.date();
        while day.year() <= LAST_YEAR {
            if self.on(day) {
                let from = if day == start.date() { (start.hour(), start.minute()) } else { (0, 0) };
                let times = (from.0..24).filter(|hour| self.hours >> hour & 1 == 1).flat_map(|hour| {
                    let first = if hour == from.0 { from.1 } else { 0 };
                    (first..60).filter(|minute| self.minutes >> minute & 1 == 1).map(move |minute| (hour, minute))
                });
                if let Some((hour, minute)) = { times }.next() {
                    let at = day.at(hour, minute, 0, 0);
                    return TimeZone::UTC.to_timestamp(at).ok().map(Timestamp::as_millisecond);
                }
            }
            day = day.checked_add(1.day()).ok()?;
        }
        None
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn next(expression: &str, now: &str) -> Option<String> {
        let at = Schedule::parse(expression).unwrap().next(ms(now), 0)?;
        Some(Timestamp::from_millisecond(at).unwrap().to_string())
    }

    #[test]
    fn a_rate_keeps_its_phase_and_makes_nothing_up() {
        let every = Schedule::parse("rate(5 minutes)").unwrap();
        assert_eq!(every, Schedule::Rate(300_000));
        assert_eq!(every.next(1_000, 1_000), Some(301_000));
        assert_eq!(every.next(300_999, 1_000), Some(301_000));
        assert_eq!(every.next(301_000, 1_000), Some(601_000));
        assert_eq!(every.next(10 * 300_000, 1_000), Some(10 * 300_000 + 1_000));
        assert_eq!(Schedule::parse("rate(1 minute)"), Ok(Schedule::Rate(60_000)));
        assert_eq!(Schedule::parse("rate(2 hours)"), Ok(Schedule::Rate(7_200_000)));
        assert_eq!(Schedule::parse("rate(1 day)"), Ok(Schedule::Rate(86_400_000)));
    }

    #[test]
    fn what_eventbridge_cannot_read_is_refused_in_its_words() {
        for bad in [
            "rate(1 minutes)",
            "rate(5 minute)",
            "rate(0 minutes)",
            "rate(-1 minutes)",
            "rate(5 seconds)",
            "rate(5)",
            "rate()",
            "rate(99999999999999999 days)",
            "every minute",
            "cron(0 12 * * *)",
            "cron(0 12 * * * *)",
            "cron(0 12 ? * ? *)",
            "cron(60 12 * * ? *)",
            "cron(0 24 * * ? *)",
            "cron(0 12 0 * ? *)",
            "cron(0 12 ? * 8 *)",
            "cron(5-1 12 * * ? *)",
            "cron(*/0 12 * * ? *)",
            "cron(0 12 * * ? 1969)",
            "cron(a 12 * * ? *)",
            "at(2026-11-24T00:00:00)",
        ] {
            assert_eq!(Schedule::parse(bad), Err(INVALID.to_owned()), "{bad}");
        }
        for left_out in ["cron(0 12 L * ? *)", "cron(0 12 3W * ? *)", "cron(0 12 ? * 6L *)", "cron(0 12 ? * 6#3 *)"] {
            assert!(Schedule::parse(left_out).unwrap_err().contains("does not offer"), "{left_out}");
        }
    }

    #[test]
    fn cron_is_due_at_the_minutes_of_the_guide() {
        // The examples of the EventBridge user guide, from a Tuesday.
        let now = "2026-11-24T10:20:30Z";
        for (expression, due) in [
            ("cron(0 10 * * ? *)", "2026-11-25T10:00:00Z"),
            ("cron(15 12 * * ? *)", "2026-11-24T12:15:00Z"),
            ("cron(0 18 ? * MON-FRI *)", "2026-11-24T18:00:00Z"),
            ("cron(0 8 1 * ? *)", "2026-12-01T08:00:00Z"),
            ("cron(0/15 * * * ? *)", "2026-11-24T10:30:00Z"),
            ("cron(0/10 * ? * MON-FRI *)", "2026-11-24T10:30:00Z"),
            ("cron(0/5 8-17 ? * MON-FRI *)", "2026-11-24T10:25:00Z"),
            ("cron(0/30 20-2 ? * MON-FRI *)", ""),
            ("cron(0 0 29 FEB ? *)", "2028-02-29T00:00:00Z"),
            ("cron(30 9 ? * 1 *)", "2026-11-29T09:30:00Z"),
            ("cron(20,21 10 24 11 ? 2026)", "2026-11-24T10:21:00Z"),
            ("cron(0 0 1 1 ? 2030-2032)", "2030-01-01T00:00:00Z"),
        ] {
            match due {
                // The guide writes such a pair as two rules.
                "" => assert!(Schedule::parse(expression).is_err(), "{expression}"),
                due => assert_eq!(next(expression, now).as_deref(), Some(due), "{expression}"),
            }
        }
        assert_eq!(next("cron(0 0 1 1 ? 2020)", now), None);
        assert_eq!(next("cron(0 0 31 2 ? *)", now), None);
        assert_eq!(next("cron(* * * * ? *)", "2026-12-31T23:59:00Z").as_deref(), Some("2027-01-01T00:00:00Z"));
    }
}
