use jiff::civil::Date;
use proptest::prelude::*;

use super::*;

#[test]
fn reads_the_formats_of_the_configuration() {
    let seven_pm = Some("2023-06-07T18:16:00Z");
    let cases = [
        ("rfc3339", "2023-06-07T18:16:00Z", seven_pm),
        ("rfc3339", "2023-06-07T20:16:00+02:00", seven_pm),
        ("rfc3339", "2023-06-07T18:16:00.250Z", Some("2023-06-07T18:16:00.25Z")),
        ("rfc3339", "2023-02-29T00:00:00Z", None),
        ("rfc3339", "2023-06-07", None),
        ("date", "2023-06-07", Some("2023-06-07T00:00:00Z")),
        ("date", "07.06.2023", None),
        ("unix_s", "1686161760", seven_pm),
        ("unix_ms", "1686161760000", seven_pm),
        ("unix_ms", "soon", None),
        ("unix_s", "9223372036854775807", None),
        ("%d.%m.%Y %H:%M", "07.06.2023 18:16", seven_pm),
        ("%d.%m.%Y", "07.06.2023", Some("2023-06-07T00:00:00Z")),
        ("%Y-%m-%d %H:%M:%S %z", "2023-06-07 20:16:00 +0200", seven_pm),
    ];
    for (format, text, expected) in cases {
        let found = TimeFormat::from_name(format).unwrap().parse(text).map(|time| time.to_string());
        assert_eq!(found.as_deref(), expected, "{format} {text}");
    }
    assert_eq!(TimeFormat::from_name("iso"), None);
}

#[test]
fn what_is_written_in_a_format_is_read_back_and_never_later() {
    let time = Timestamp::parse("2023-06-07T18:16:05.250Z").unwrap();
    let cases = [
        ("rfc3339", "2023-06-07T18:16:05.25Z"),
        ("date", "2023-06-07"),
        ("unix_s", "1686161765"),
        ("unix_ms", "1686161765250"),
        ("%d.%m.%Y %H:%M", "07.06.2023 18:16"),
        ("%Y-%m-%d %H:%M:%S %z", "2023-06-07 18:16:05 +0000"),
    ];
    for (name, expected) in cases {
        let format = TimeFormat::from_name(name).unwrap();
        let text = format.write(time).unwrap();
        assert_eq!(text, expected);
        assert!(format.parse(&text).unwrap() <= time, "{name}");
    }
}

/// What programs write where there is no time, or one without end.
#[test]
fn times_at_the_ends_of_time_are_read_and_written_or_refused() {
    let cases = [
        ("rfc3339", "9999-12-31T00:00:00Z", Some("9999-12-31T00:00:00Z")),
        ("rfc3339", "9999-12-31T23:59:59.999Z", Some("9999-12-31T23:59:59.999Z")),
        ("rfc3339", "9999-12-31T23:59:59.999999Z", Some("9999-12-31T23:59:59.999Z")),
        ("rfc3339", "9999-12-31T23:59:60Z", Some("9999-12-31T23:59:59Z")),
        ("rfc3339", "9999-12-31T23:59:59+00:00", Some("9999-12-31T23:59:59Z")),
        ("rfc3339", "9999-12-31T23:59:59+14:00", Some("9999-12-31T09:59:59Z")),
        ("rfc3339", "9999-12-31T23:59:59-00:01", None),
        ("rfc3339", "9999-12-31T00:00:00-24:00", None),
        ("rfc3339", "9999-12-30T22:00:01Z", Some("9999-12-30T22:00:01Z")),
        ("rfc3339", "9999-12-30T22:00:01+00:00", Some("9999-12-30T22:00:01Z")),
        ("rfc3339", "10000-01-01T00:00:00Z", None),
        ("rfc3339", "+010000-01-01T00:00:00Z", None),
        ("rfc3339", "0000-00-00T00:00:00Z", None),
        ("rfc3339", "0000-01-01T00:00:00Z", Some("0000-01-01T00:00:00Z")),
        ("rfc3339", "0000-01-01T00:00:00+01:00", Some("-000001-12-31T23:00:00Z")),
        ("rfc3339", "0001-01-01T00:00:00Z", Some("0001-01-01T00:00:00Z")),
        ("rfc3339", "-009999-01-01T00:00:00Z", None),
        ("rfc3339", "-009999-01-02T01:59:59Z", Some("-009999-01-02T01:59:59Z")),
        ("rfc3339", "2016-12-31T23:59:60Z", Some("2016-12-31T23:59:59Z")),
        ("rfc3339", "2016-12-31T24:00:00Z", None),
        ("rfc3339", "NaN", None),
        ("date", "9999-12-31", Some("9999-12-31T00:00:00Z")),
        ("date", "0000-00-00", None),
        ("date", "0001-01-01", Some("0001-01-01T00:00:00Z")),
        ("date", "-009999-01-01", None),
        ("date", "10000-01-01", None),
        ("unix_s", "253402300799", Some("9999-12-31T23:59:59Z")),
        ("unix_s", "253402300800", None),
        ("unix_s", "-377705023201", Some("-009999-01-02T01:59:59Z")),
        ("unix_s", "-377705023202", None),
        ("unix_s", "9223372036854775", None),
        ("unix_s", "-9223372036854775808", None),
        ("unix_ms", "9223372036854775807", None),
        ("unix_ms", "-9223372036854775808", None),
        ("unix_ms", "-1", Some("1969-12-31T23:59:59.999Z")),
        ("unix_s", "NaN", None),
        ("unix_s", "inf", None),
        ("unix_ms", "1e400", None),
        ("%Y-%m-%d", "9999-12-31", Some("9999-12-31T00:00:00Z")),
        ("%Y-%m-%d", "0000-00-00", None),
        ("%Y-%m-%d %H:%M:%S", "9999-12-31 23:59:59", Some("9999-12-31T23:59:59Z")),
        ("%Y-%m-%d %H:%M:%S", "0000-00-00 00:00:00", None),
        ("%Y-%m-%d %H:%M:%S %z", "9999-12-31 23:59:59 +0200", Some("9999-12-31T21:59:59Z")),
        ("%Y-%m-%d %H:%M:%S %z", "9999-12-31 23:59:59 -0200", None),
    ];
    for (name, text, expected) in cases {
        let format = TimeFormat::from_name(name).unwrap();
        let found = format.parse(text);
        assert_eq!(found.map(|time| time.to_string()).as_deref(), expected, "{name} {text}");
        let Some(time) = found else { continue };
        assert_eq!(Timestamp::parse(&time.to_string()), Some(time), "{name} {text}");
        for name in ["rfc3339", "date", "unix_s", "unix_ms", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S %z"] {
            // Whether or not the format has room for it.
            let format = TimeFormat::from_name(name).unwrap();
            if let Some(read) = format.write(time).and_then(|text| format.parse(&text)) {
                assert!(read <= time, "{name} {text}");
            }
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_reading_or_writing_a_time_panic(
        text in prop_oneof![
            any::<String>(),
            "[+-]?[0-9]{1,20}",
            "[+-]?(0000|0001|9999|10000|[0-9]{4,6})-[0-9]{2}-[0-9]{2}[T ]?[0-9:.]{0,12}(Z|[+-][0-9:]{2,9})?",
        ],
        milliseconds: i64,
    ) {
        let texts = Timestamp::from_milliseconds(milliseconds).map(|time| time.to_string());
        for text in texts.iter().chain([&text]) {
            for name in ["rfc3339", "date", "unix_s", "unix_ms", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S %z", "%d.%m.%y %I %p"] {
                let format = TimeFormat::from_name(name).unwrap();
                if let Some(time) = format.parse(text) {
                    prop_assert_eq!(Timestamp::parse(&time.to_string()), Some(time), "{} {}", name, text);
                    let _ = format.write(time);
                }
            }
        }
    }

    #[test]
    fn the_short_way_agrees_with_the_general_parser(
        text in "[0-9]{4}-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-5][0-9]([.][0-9]{0,4})?Z"
    ) {
        let general = text.parse::<jiff::Timestamp>().ok().map(|time| time.as_millisecond());
        prop_assume!(!text.starts_with("9999-12-3"));
        prop_assert_eq!(Timestamp::parse(&text).map(Timestamp::milliseconds), general);
    }

    #[test]
    fn the_short_way_of_dates_agrees_with_the_general_parser(text in "[0-9]{4}-[0-1][0-9]-[0-3][0-9-]") {
        let general = text.parse::<Date>().ok();
        prop_assert_eq!(date(&text), general.filter(|date| date.to_string() == text));
        let midnight = general.and_then(|date| Timestamp::from_civil(date.into(), Offset::UTC));
        prop_assert_eq!(TimeFormat::Date.parse(&text), midnight);
    }

    #[test]
    fn what_is_written_is_what_the_general_formatter_writes(
        seconds in EARLIEST / 1000..=jiff::Timestamp::MAX.as_second(), fraction in prop_oneof![Just(0i64), 0i64..1000]
    ) {
        let time = Timestamp::from_milliseconds(seconds * 1000 + fraction).unwrap();
        let mut out = Vec::new();
        time.write(&mut out);
        let general = jiff::Timestamp::from_millisecond(time.milliseconds()).unwrap();
        prop_assert_eq!(String::from_utf8(out).unwrap(), general.to_string());
    }

    #[test]
    fn what_is_written_is_read(milliseconds in EARLIEST..=LATEST) {
        let time = Timestamp::from_milliseconds(milliseconds).unwrap();
        prop_assert_eq!(Timestamp::parse(&time.to_string()), Some(time));
    }
}
