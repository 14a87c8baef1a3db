//! The connector `http`: JSON APIs, read page by page.
//!
//! Each run reads all pages, or with a watermark all new rows, in one split: a page names the next one, so pages cannot
//! be read in parallel. [`walk`] finds the next page, [`client`] fetches it, and [`reader`] waits and tries again.

mod client;
mod json;
mod link;
mod origin;
mod reader;
mod request;
mod retry;
mod status;
mod walk;
mod watermark;

use async_trait::async_trait;
use onefold_config::HttpSettings;
use onefold_lake::run::plan::SplitReading;
use onefold_shell::Context;

use crate::{Connector, Fault, PlannedSource, Planning, ReadOutcome, Sink, SplitPosition};

pub(crate) struct HttpSource<'c> {
    pub(crate) source: &'c str,
    pub(crate) settings: &'c HttpSettings,
}

#[async_trait]
impl Connector for HttpSource<'_> {
    async fn plan(&self, planning: &Planning<'_>, _: &mut Vec<String>) -> Result<PlannedSource, Fault> {
        // A secret that cannot be used is found before anything runs.
        let secret = self.secret(planning.context).await?;
        client::PageClient::new(self.settings, secret.as_deref()).map_err(Fault::Source)?;
        // A watermark that was committed under another format would be misread, so all is read again.
        let known = planning.watermark.filter(|watermark| {
            self.settings.watermark.as_ref().is_some_and(|settings| settings.time(watermark).is_some())
        });
        let reading = SplitReading::Http { watermark: known.map(str::to_owned) };
        Ok(PlannedSource { readings: vec![reading], ..PlannedSource::default() })
    }

    async fn read(
        &self,
        reading: &SplitReading,
        from: Option<SplitPosition>,
        sink: &mut Sink<'_>,
    ) -> Result<ReadOutcome, Fault> {
        let SplitReading::Http { watermark } = reading else {
            return Err(Fault::internal("the split is not of an API"));
        };
        let secret = self.secret(sink.context()).await?;
        let client = client::PageClient::new(self.settings, secret.as_deref()).map_err(Fault::Source)?;
        let reader = reader::PageReader { source: self.source, settings: self.settings, client };
        reader.read(watermark.as_deref(), from, sink).await
    }

    fn is_repeatable(&self) -> bool {
        false
    }
}

impl HttpSource<'_> {
    async fn secret(&self, context: &Context) -> Result<Option<String>, Fault> {
        let Some(auth) = &self.settings.auth else { return Ok(None) };
        context.secrets.value(auth.secret()).await.map(Some).map_err(Fault::Source)
    }
}
