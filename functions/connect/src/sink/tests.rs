//! Chunks that are written once: taken up, raced for, given up.

use onefold_lake::keys;
use serde_json::json;

use super::*;
use crate::testing::context;

fn run() -> RunId {
    RunId::parse("20261122T174600Z-1a2b3c4d").unwrap()
}

fn sink<'s>(context: &'s Context, run: &'s RunId) -> Sink<'s> {
    let to = Destination { context, run, source: "api", split: 0, format: RowFormat::JsonLines, received_at: 7 };
    Sink::new(to, 0, Moved::default())
}

/// The texts of all chunks.
async fn texts(context: &Context) -> Vec<String> {
    let mut texts = Vec::new();
    for object in context.store.list(&keys::raw_of(&run())).await.unwrap() {
        let (bytes, _) = context.store.get(&object.key).await.unwrap();
        let (text, index) = rawchunk::parse(&object.key, &bytes).unwrap();
        assert_eq!(index.lines as usize, text.split(|byte| *byte == b'\n').count() - 1);
        texts.push(String::from_utf8(text).unwrap());
    }
    texts
}

#[tokio::test]
async fn pages_are_gathered_until_there_is_enough() {
    let (context, run) = (context(), run());
    let mut sink = sink(&context, &run);
    assert_eq!(sink.take_up().await.unwrap(), TakenUp::Nothing);
    sink.row(b"{\"id\":\r\n1}");
    assert_eq!(sink.page_end(json!(1)).await.unwrap(), Flow::GoOn);
    assert!(texts(&context).await.is_empty());
    let long = format!("{{\"id\":\"{}\"}}", "x".repeat(ROWS_BYTES));
    sink.row(long.as_bytes());
    assert_eq!(sink.page_end(json!(2)).await.unwrap(), Flow::GoOn);
    sink.row(b"{}");
    assert_eq!(sink.end(None).await.unwrap(), ReadOutcome::Done { watermark: None });
    assert_eq!(texts(&context).await, [format!("{{\"id\":  1}}\n{long}\n"), "{}\n".to_owned()]);
    assert_eq!((sink.chunk(), sink.moved().records_out), (2, 3));
}

#[tokio::test]
async fn a_split_is_taken_up_behind_its_last_chunk() {
    let (context, run) = (context(), run());
    context.set_deadline(1);
    for page in 0..3 {
        let mut sink = sink(&context, &run);
        let expected = if page == 0 { TakenUp::Nothing } else { TakenUp::At(json!({ "page": page })) };
        assert_eq!(sink.take_up().await.unwrap(), expected);
        sink.row(format!("{{\"page\":{page}}}").as_bytes());
        assert_eq!(sink.page_end(json!({ "page": page + 1 })).await.unwrap(), Flow::Stop, "time is short");
        assert_eq!(sink.moved().records_out, page + 1, "earlier invocations count");
    }
    let mut last = sink(&context, &run);
    last.take_up().await.unwrap();
    let watermark = Some("w".to_owned());
    assert_eq!(last.end(watermark.clone()).await.unwrap(), ReadOutcome::Done { watermark: watermark.clone() });
    let mut again = sink(&context, &run);
    assert_eq!(again.take_up().await.unwrap(), TakenUp::Done { watermark });
    assert_eq!((again.chunk(), again.moved()), (last.chunk(), last.moved()));
    assert_eq!(texts(&context).await, ["{\"page\":0}\n", "{\"page\":1}\n", "{\"page\":2}\n", ""]);
}

#[tokio::test]
async fn of_two_that_read_the_same_split_one_writes_a_chunk() {
    let (context, run) = (context(), run());
    let (mut one, mut other) = (sink(&context, &run), sink(&context, &run));
    other.row(b"{\"changed\":meanwhile}");
    one.row(b"{\"id\":1}");
    context.set_deadline(1);
    one.page_end(json!("one")).await.unwrap();
    context.set_deadline(0);
    assert_eq!(other.end(Some("other".to_owned())).await.unwrap(), ReadOutcome::Stopped(None));
    assert!(other.is_overtaken());
    assert_eq!(other.take_up().await.unwrap(), TakenUp::At(json!("one")));
    assert!(!other.is_overtaken());
    other.row(b"{\"id\":2}");
    other.end(None).await.unwrap();
    assert!(!one.skip("too late", false).await.unwrap(), "the end is written already");
    assert_eq!(texts(&context).await, ["{\"id\":1}\n", "{\"id\":2}\n"]);
}

#[tokio::test]
async fn a_source_that_failed_stays_given_up() {
    let (context, run) = (context(), run());
    let mut first = sink(&context, &run);
    first.row(b"{\"id\":1}");
    assert!(first.skip("status 503", false).await.unwrap());
    assert_eq!(first.moved().records_out, 0, "rows of the page that failed are not used");
    let mut again = sink(&context, &run);
    assert_eq!(again.take_up().await.unwrap(), TakenUp::Skipped { reason: "status 503".to_owned() });
}

#[tokio::test]
async fn what_an_earlier_try_wrote_of_objects_counts_when_they_are_given_up() {
    let (context, run) = (context(), run());
    let chunk = || RawChunk { text: b"{}\n{}\n".to_vec(), segments: Vec::new(), lines: 2 };
    let mut earlier = sink(&context, &run);
    earlier.write(chunk()).await.unwrap();
    earlier.write(chunk()).await.unwrap();
    let mut later = sink(&context, &run);
    later.write(chunk()).await.unwrap();
    assert!(later.skip("it is gone", true).await.unwrap());
    assert_eq!((later.chunk(), later.moved()), (earlier.chunk(), earlier.moved()));
}
