//! Pages of APIs, and the headers that say where the next one is.

use std::sync::{Arc, Mutex};

use onefold_tests::http_server::{HttpServer, Mishap, Reply};
use proptest::prelude::*;

use crate::mutations::{cases, changed, changed_text, corpus};
use crate::run::{FIELDS, REST, check};

const PAGINGS: [&str; 5] = [
    "",
    "page = { by = \"cursor\", cursor = \"/meta/next\", param = \"cursor\" }\n",
    "page = { by = \"link\" }\n",
    "page = { by = \"link\", at = \"/next\" }\n",
    "page = { by = \"number\", param = \"page\" }\n",
];

/// A server whose first answer is given, and whose others have no rows.
struct Served {
    server: HttpServer,
    first: Arc<Mutex<Option<Reply>>>,
}

impl Served {
    fn start() -> Self {
        let first: Arc<Mutex<Option<Reply>>> = Arc::default();
        let next = first.clone();
        let server = HttpServer::start(move |_, _| {
            next.lock().unwrap().take().unwrap_or_else(|| Reply::json(r#"{"data":[],"meta":{}}"#))
        });
        Self { server, first }
    }

    fn check(&self, paging: &str, reply: Reply) {
        *self.first.lock().unwrap() = Some(reply);
        let url = self.server.url("/v1/customers");
        let config = format!(
            "[[source]]\nname = \"s\"\nkind = \"http\"\n[source.http]\nurl = \"{url}\"\nitems = \"/data\"\ntries = 1\n\
             {paging}watermark = {{ param = \"since\", at = \"/at\" }}\n{FIELDS}{REST}"
        );
        check(&config, &[]);
    }
}

#[test]
fn the_corpus_is_read() {
    let served = Served::start();
    for paging in PAGINGS {
        corpus("pages").into_iter().for_each(|body| served.check(paging, Reply::json(body)));
        for header in corpus("links") {
            let header = String::from_utf8(header).unwrap();
            served.check(paging, Reply::json(r#"{"data":[{"id":1}]}"#).with("Link", header.trim_end()));
        }
    }
}

#[test]
fn pages() {
    let served = Served::start();
    let strategy = (changed(corpus("pages")), prop::sample::select(PAGINGS.to_vec()), any::<bool>());
    proptest!(cases(64), |((body, paging, has_length) in strategy)| {
        let mishap = if has_length { Mishap::None } else { Mishap::NoLength };
        served.check(paging, Reply::json(body).but(mishap));
    });
}

#[test]
fn link_headers() {
    let served = Served::start();
    proptest!(cases(64), |(header in changed_text(corpus("links")))| {
        // What a line of a header cannot hold does not reach a client.
        let header: String = header.chars().filter(|letter| !letter.is_control()).collect();
        served.check("page = { by = \"link\" }\n", Reply::json(r#"{"data":[{"id":1}]}"#).with("Link", &header));
    });
}
