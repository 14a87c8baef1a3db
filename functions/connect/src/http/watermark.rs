//! The watermark of a source: up to where it is read.

use onefold_config::HttpWatermark;
use onefold_normalise::timestamp::Timestamp;
use serde_json::value::RawValue;

use super::json;

/// Gathers the watermark that the next run asks with.
pub(super) struct NextWatermark<'g> {
    settings: &'g HttpWatermark,
    /// The run's start. A later change may be on a page that was read before it.
    latest: Timestamp,
    greatest: Option<(Timestamp, String)>,
}

impl<'g> NextWatermark<'g> {
    /// Starts with the watermark of the previous version, in a run that started at a time.
    pub(super) fn from(settings: &'g HttpWatermark, started_at: Timestamp, watermark: Option<&str>) -> Self {
        let greatest = watermark.and_then(|text| Some((settings.time(text)?, text.to_owned())));
        Self { settings, latest: started_at, greatest }
    }

    /// Takes a row.
    pub(super) fn row(&mut self, row: &RawValue) {
        let Some(at) = &self.settings.at else { return };
        let Some(text) = json::at(row, at).and_then(json::text) else { return };
        let Some(time) = self.settings.time(&text) else { return };
        if time <= self.latest && self.greatest.as_ref().is_none_or(|(greatest, _)| time > *greatest) {
            self.greatest = Some((time, text));
        }
    }

    /// The greatest so far.
    pub(super) fn so_far(&self) -> Option<String> {
        self.greatest.as_ref().map(|(_, text)| text.clone())
    }

    /// The watermark, when all is read.
    pub(super) fn end(self) -> Option<String> {
        match self.settings.at {
            Some(_) => self.so_far(),
            None => self.settings.format.write(self.latest),
        }
    }
}

#[cfg(test)]
mod tests {
    use onefold_normalise::timestamp::TimeFormat;

    use super::*;

    fn settings(at: Option<&str>, format: &str) -> HttpWatermark {
        let format = TimeFormat::from_name(format).unwrap();
        HttpWatermark { param: "since".to_owned(), at: at.map(str::to_owned), format, initial: None }
    }

    fn after(settings: &HttpWatermark, watermark: Option<&str>, rows: &[&str]) -> Option<String> {
        let started_at = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        let mut gathered = NextWatermark::from(settings, started_at, watermark);
        rows.iter().for_each(|row| gathered.row(json::page(row.as_bytes()).unwrap()));
        gathered.end()
    }

    #[test]
    fn the_greatest_time_counts_as_it_is_written() {
        let settings = settings(Some("/t"), "rfc3339");
        let rows = [
            r#"{"t":"2026-11-21T09:00:00+02:00"}"#,
            r#"{"t":"2026-11-21T08:30:00Z"}"#,
            r#"{"t":"2026-11-21T10:00:00+05:00"}"#,
            r#"{"t":"soon"}"#,
            r#"{"t":null}"#,
            "{}",
            "7",
        ];
        assert_eq!(after(&settings, None, &rows).as_deref(), Some("2026-11-21T08:30:00Z"));
        let previous = Some("2026-11-21T11:00:00Z");
        assert_eq!(after(&settings, previous, &rows).as_deref(), previous, "it never goes back");
        assert_eq!(after(&settings, previous, &[]).as_deref(), previous);
        assert_eq!(after(&settings, None, &[]), None);
    }

    #[test]
    fn what_changed_while_it_was_read_is_asked_for_again() {
        let settings = settings(Some("/t"), "unix_s");
        let rows = [r#"{"t":1795348799}"#, r#"{"t":1795348801}"#, r#"{"t":9999999999}"#];
        assert_eq!(after(&settings, None, &rows).as_deref(), Some("1795348799"), "12:00 is 1795348800");
    }

    #[test]
    fn without_a_field_it_is_the_runs_start() {
        assert_eq!(after(&settings(None, "rfc3339"), None, &["{}"]).as_deref(), Some("2026-11-22T12:00:00Z"));
        assert_eq!(after(&settings(None, "unix_s"), Some("1"), &[]).as_deref(), Some("1795348800"));
        assert_eq!(after(&settings(None, "date"), None, &[]).as_deref(), Some("2026-11-22"));
    }
}
