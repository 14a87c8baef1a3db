//! The connector `postgres`: a table of a PostgreSQL database, or the result of a query.
//!
//! Rows are read in the order of a unique key, so a key is a position. Ranges of keys divide the rows into splits that
//! leave out nothing: the first has no lower bound, the last no upper one. Every invocation reads in a transaction of
//! its own, which sees one snapshot. A row that exists before the run and stays is read once. A row that comes or
//! changes during the run may be read, and the next run reads it in any case: the watermark that is committed is no
//! later than Plan's look at the database, before all reading.
//!
//! Bounds and positions are keys of rows, which can be personal. So they are kept in the run's objects only, and never
//! travel through the state machine.

mod column;
pub(crate) mod connection;
mod failure;
mod session;
mod sql;
mod target;

use async_trait::async_trait;
use column::ColumnOrder;
use futures_util::{TryStreamExt, pin_mut};
use onefold_config::{Postgres, PostgresWatermark, Source};
use onefold_lake::keys;
use onefold_lake::run::note::Note;
use onefold_lake::run::plan::{KeyRanges, SplitReading};
use onefold_lake::version::manifest::config_digest;
use onefold_shell::StageError;
use serde_json::Value;
use session::{HiddenRows, Session};
use sql::{KeyRange, RowsQuery, Statement};
use tokio_postgres::types::{Json, Type};
use tokio_postgres::{Column, Row};

use crate::{Connector, Fault, Flow, PlannedSource, Planning, ReadOutcome, Sink, SplitPosition};

/// Bytes of text after which a page ends, even if it has few rows.
const PAGE_BYTES: usize = 1 << 20;

/// The connector of one source.
pub(crate) struct PostgresSource<'c> {
    pub(crate) source: &'c Source,
    pub(crate) settings: &'c Postgres,
}

#[async_trait]
impl Connector for PostgresSource<'_> {
    async fn plan(&self, planning: &Planning<'_>, _faults: &mut Vec<String>) -> Result<PlannedSource, Fault> {
        let secret = planning.context.secrets.value(&self.settings.secret).await.map_err(Fault::Source)?;
        let session = self.open(&secret).await?;
        let looked = self.look(&session, planning).await;
        session.close().await;
        let (notes, ranges) = looked?;
        let Some(ranges) = ranges else { return Ok(PlannedSource { notes, ..PlannedSource::default() }) };
        let key = keys::run_key_ranges(planning.run, &self.source.name);
        planning.context.put_json(&key, &ranges).await.map_err(Fault::Stage)?;
        let readings = (0..=ranges.bounds.len() as u32).map(|range| SplitReading::Postgres { range });
        Ok(PlannedSource { readings: readings.collect(), notes, ..PlannedSource::default() })
    }

    async fn read(
        &self,
        reading: &SplitReading,
        from: Option<SplitPosition>,
        sink: &mut Sink<'_>,
    ) -> Result<ReadOutcome, Fault> {
        let SplitReading::Postgres { range } = reading else {
            return Err(Fault::internal("the split is not of a database"));
        };
        let from = match from {
            None => None,
            Some(SplitPosition::Opaque(Value::String(key))) => Some(key),
            Some(_) => return Err(Fault::internal("the position is no key")),
        };
        let context = sink.context();
        let key = keys::run_key_ranges(sink.run(), &self.source.name);
        let ranges: KeyRanges = context.json(&key).await.map_err(Fault::Stage)?;
        let number = *range as usize;
        let range = KeyRange {
            after: number.checked_sub(1).and_then(|before| ranges.bounds.get(before)).map(String::as_str),
            from: from.as_deref(),
            up_to: ranges.bounds.get(number).map(String::as_str),
        };
        let secret = context.secrets.value(&self.settings.secret).await.map_err(Fault::Source)?;
        let session = self.open(&secret).await?;
        let end = self.read_range(&session, &range, ranges.since.as_deref(), sink).await;
        session.close().await;
        match end? {
            Flow::GoOn => sink.end(ranges.watermark).await,
            Flow::Stop => Ok(ReadOutcome::Stopped(None)),
        }
    }

    fn is_repeatable(&self) -> bool {
        false
    }
}

impl PostgresSource<'_> {
    async fn open<'s>(&'s self, secret: &str) -> Result<Session<'s>, Fault> {
        // Rows that a snapshot lacks count as deleted. So the database must refuse to hide any.
        let hidden = if self.source.snapshot { HiddenRows::Refused } else { HiddenRows::Allowed };
        Session::open(&self.settings.secret, secret, self.settings.certificates.as_deref(), hidden).await
    }

    /// Notes about the source, and what there is to read.
    async fn look(
        &self,
        session: &Session<'_>,
        planning: &Planning<'_>,
    ) -> Result<(Vec<Note>, Option<KeyRanges>), Fault> {
        let hides_rows = session.hides_rows(&sql::columns(self.settings)).await?;
        let notes = hides_rows.then_some(Note::RowsHidden).into_iter().collect();
        let ranges = self.ranges(session, planning).await?;
        if hides_rows && ranges.is_none() && planning.watermark.is_none() {
            return Err(Fault::source(
                "row-level security shows the user of the secret no row at all; give the user BYPASSRLS or a policy, or \
                 read a view that shows what there is to read",
            ));
        }
        Ok((notes, ranges))
    }

    /// Up to where the source is read, and the bounds of its splits; `None` if there is nothing to read.
    async fn ranges(&self, session: &Session<'_>, planning: &Planning<'_>) -> Result<Option<KeyRanges>, Fault> {
        let (key, order) = self.orders(session).await?;
        let since = self.value_of(planning.watermark);
        let rows = self.rows(key, order, since.as_deref());
        // A snapshot without rows says that all accounts are gone.
        if !self.source.snapshot && !is_true(session, "looking for rows", &rows.any()).await? {
            return Ok(None);
        }
        if is_true(session, "looking for rows without a key", &rows.any_without_key()).await? {
            return Err(Fault::source(format!(
                "there are rows whose {:?} is null, and a key must be there and tell rows apart; choose another column \
                 as key, or leave those rows out with a query",
                self.settings.key
            )));
        }
        let splits = match self.settings.splits {
            Some(splits) => splits,
            None => estimated_splits(session, &rows, planning.split_bytes).await?,
        };
        let bounds = if splits > 1 { bounds(session, &rows.bounds(splits)).await? } else { Vec::new() };
        let watermark = match (&self.settings.watermark, order) {
            (Some(watermark), Some(order)) => self.new_watermark(session, watermark, order).await?,
            _ => None,
        };
        // Without any value, the watermark of the previous version stays.
        let watermark = watermark.or_else(|| since.clone()).map(|value| format!("{}/{value}", self.digest()));
        Ok(Some(KeyRanges { since, watermark, bounds }))
    }

    /// How key and watermark column are ordered.
    async fn orders(&self, session: &Session<'_>) -> Result<(ColumnOrder, Option<ColumnOrder>), Fault> {
        let described = session.describe(&sql::columns(self.settings)).await?;
        let mut faults = Vec::new();
        let mut order = |what: &str, name: &str, of: fn(&Type) -> Option<ColumnOrder>, types: &str| {
            let found = order_of(described.columns(), what, name, of, types);
            found.map_err(|fault| faults.push(fault)).ok()
        };
        let key =
            order("key", &self.settings.key, ColumnOrder::of_key, "smallint, integer, bigint, uuid, text or varchar");
        let watermark = self.settings.watermark.as_ref().map(|watermark| {
            let types = "timestamptz, timestamp, date, smallint, integer, bigint or numeric";
            (watermark, order("watermark", &watermark.column, ColumnOrder::of_watermark, types))
        });
        if let Some((PostgresWatermark { column, overlap_s: Some(_) }, Some(order))) = watermark
            && !order.is_time()
        {
            faults.push(format!("overlap is a time, and the watermark {column:?} holds numbers; leave overlap out"));
        }
        match (key, faults.is_empty()) {
            (Some(key), true) => Ok((key, watermark.and_then(|(_, order)| order))),
            _ => Err(Fault::source(faults.join("; "))),
        }
    }

    fn rows<'r>(&'r self, key: ColumnOrder, order: Option<ColumnOrder>, since: Option<&'r str>) -> RowsQuery<'r> {
        let watermark = self.settings.watermark.as_ref().zip(order).zip(since);
        RowsQuery::new(self.settings, key, watermark.map(|((watermark, order), since)| (watermark, order, since)))
    }

    /// The greatest value of the watermark column that is surely not in the future.
    async fn new_watermark(
        &self,
        session: &Session<'_>,
        watermark: &PostgresWatermark,
        order: ColumnOrder,
    ) -> Result<Option<String>, Fault> {
        let statement = sql::watermark(self.settings, watermark, order);
        let rows = session.query("looking for the watermark", &statement).await?;
        rows.first().map_or(Ok(None), |row| column(row, 0))
    }

    /// What a committed watermark belongs to. Another relation or column is read from its beginning.
    fn digest(&self) -> String {
        let column = self.settings.watermark.as_ref().map_or("", |watermark| watermark.column.as_str());
        let mut digest = config_digest(&format!("{}\n{column}", sql::columns(self.settings)));
        digest.truncate(16);
        digest
    }

    /// The value of a watermark that the previous version committed, if it is of this relation and column.
    fn value_of(&self, committed: Option<&str>) -> Option<String> {
        self.settings.watermark.as_ref()?;
        let (digest, value) = committed?.split_once('/')?;
        (digest == self.digest()).then(|| value.to_owned())
    }

    /// Reads a range to its end, or until the sink wants no more.
    async fn read_range(
        &self,
        session: &Session<'_>,
        range: &KeyRange<'_>,
        since: Option<&str>,
        sink: &mut Sink<'_>,
    ) -> Result<Flow, Fault> {
        let (key, order) = self.orders(session).await?;
        session.open_cursor(&self.rows(key, order, since).of(range)).await?;
        let mut last: Option<String> = range.from.map(str::to_owned);
        // The row at the position was read before, and may be gone.
        let mut may_repeat = last.is_some();
        loop {
            let mut fetched = 0;
            let mut page_bytes = 0;
            let asked = self.settings.rows_per_page + u32::from(may_repeat);
            let rows = session.fetch(asked).await?;
            pin_mut!(rows);
            while let Some(row) = rows.try_next().await.map_err(|error| session.fault("reading a page", &error))? {
                fetched += 1;
                let key: String = column(&row, 0)?;
                let is_repeated = last.as_ref() == Some(&key);
                if is_repeated && std::mem::take(&mut may_repeat) {
                    continue;
                }
                if is_repeated {
                    return Err(Fault::source(format!(
                        "there are rows that have the same {:?}, and a key must tell rows apart; choose another column \
                         as key",
                        self.settings.key
                    )));
                }
                may_repeat = false;
                let json: &str = column(&row, 1)?;
                sink.received(json.len() as u64);
                sink.row(json.as_bytes());
                page_bytes += json.len();
                if page_bytes >= PAGE_BYTES {
                    page_bytes = 0;
                    if sink.page_end(Value::from(key.as_str())).await? == Flow::Stop {
                        return Ok(Flow::Stop);
                    }
                }
                last = Some(key);
            }
            if fetched < asked {
                return Ok(Flow::GoOn);
            }
            if page_bytes > 0
                && let Some(last) = &last
                && sink.page_end(Value::from(last.as_str())).await? == Flow::Stop
            {
                return Ok(Flow::Stop);
            }
        }
    }
}

/// How a column is ordered, or what is wrong with it.
fn order_of(
    columns: &[Column],
    what: &str,
    name: &str,
    of: fn(&Type) -> Option<ColumnOrder>,
    types: &str,
) -> Result<ColumnOrder, String> {
    let mut found = columns.iter().filter(|column| column.name() == name);
    match (found.next(), found.next()) {
        (Some(column), None) => of(column.type_()).ok_or_else(|| {
            format!(
                "the {what} {name:?} is of type {}; it must be {types}: choose another column, or cast it in a query",
                column.type_()
            )
        }),
        (Some(_), Some(_)) => Err(format!("the query has two columns {name:?}; name one of them otherwise")),
        (None, _) => {
            let names: Vec<&str> = columns.iter().map(Column::name).collect();
            Err(format!("there is no column {name:?}, which is given as {what}; there are {}", names.join(", ")))
        }
    }
}

/// The only value of a result.
async fn is_true(session: &Session<'_>, during: &str, statement: &Statement<'_>) -> Result<bool, Fault> {
    session.query(during, statement).await?.first().map_or(Ok(false), |row| column(row, 0))
}

/// The number of splits of about so many bytes, by PostgreSQL's estimate of the rows. Its statistics may be old, so
/// only the size of splits depends on it.
async fn estimated_splits(session: &Session<'_>, rows: &RowsQuery<'_>, split_bytes: u64) -> Result<u32, Fault> {
    let answer = session.query("asking how many rows there are", &rows.estimate()).await?;
    let Json(plan): Json<Value> = match answer.first() {
        Some(row) => column(row, 0)?,
        None => return Ok(1),
    };
    let number = |pointer| plan.pointer(pointer).and_then(Value::as_f64).unwrap_or_default();
    let bytes = number("/0/Plan/Plan Rows") * number("/0/Plan/Plan Width");
    let splits = (bytes / split_bytes as f64).ceil();
    Ok(splits.clamp(1.0, f64::from(Postgres::SPLITS_MAX)) as u32)
}

/// Keys that divide the rows, each once.
async fn bounds(session: &Session<'_>, statement: &Statement<'_>) -> Result<Vec<String>, Fault> {
    let rows = session.query("dividing the keys", statement).await?;
    let mut bounds: Vec<String> = rows.iter().map(|row| column(row, 0)).collect::<Result<_, _>>()?;
    bounds.dedup();
    Ok(bounds)
}

fn column<'r, T: tokio_postgres::types::FromSql<'r>>(row: &'r Row, index: usize) -> Result<T, Fault> {
    row.try_get(index).map_err(|error| {
        let what_failed = "PostgreSQL answered with another type than was asked for";
        Fault::Stage(StageError::internal(what_failed).caused_by(error))
    })
}
