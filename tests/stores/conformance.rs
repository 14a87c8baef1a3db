//! The suite that every store passes, on S3 as two emulators play it.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use bytes::Bytes;
use onefold_store::conformance::{Played, suite};
use onefold_store::s3::{Patience, S3Store, client};
use onefold_store::{Condition, Store, StoreError};

use crate::background::{Background, free_address};
use crate::breaking::breaking;
use crate::bucket::{BUCKET, config, wait};
use crate::tools;

fn conforms(played: Played, name: &str, command: impl FnOnce(SocketAddr) -> Command) {
    let (address, folder) = (free_address(), Path::new(env!("CARGO_TARGET_TMPDIR")));
    let mut command = command(address);
    command.current_dir(folder);
    let server = Background::start(command, address, folder.join(format!("stores-{name}.log")));
    let files = folder.join(format!("stores-{name}-files"));
    fs::create_dir_all(&files).expect("a folder");
    let outcome = wait(async {
        let client = client(config(&format!("http://{address}")), Patience::LOCAL);
        client.create_bucket().bucket(BUCKET).send().await.expect("the bucket is made");
        let store = S3Store::new(client, BUCKET, Patience::LOCAL);
        suite(&store, played, &files).await?;
        bodies_are_resumed(&store, address).await
    });
    fs::remove_dir_all(&files).expect("the folder goes");
    outcome.unwrap_or_else(|error| panic!("{error}; see {}", server.log().display()));
}

/// What is read over connections that break is what was written.
async fn bodies_are_resumed(direct: &S3Store, address: SocketAddr) -> Result<(), StoreError> {
    let way = format!("http://{}", breaking(address, 3 << 20));
    let store = S3Store::new(client(config(&way), Patience::LOCAL), BUCKET, Patience::LOCAL);
    let content: Bytes = (0..10_u32 << 20).map(|at| (at % 251) as u8).collect();
    direct.put("resumed", content.clone(), Condition::Always).await?;
    let (whole, etag) = store.get("resumed").await?;
    assert!(whole == content);
    assert!(store.requests() > 3, "{} requests: it broke", store.requests());
    assert!(store.get_range("resumed", 1000..9_000_000).await? == content[1000..9_000_000]);
    assert!(store.get_tail("resumed", 8_000_000).await? == content[content.len() - 8_000_000..]);
    let mut body = store.stream("resumed", &etag, 5).await?;
    let mut streamed = Vec::new();
    while let Some(piece) = body.next().await? {
        streamed.extend_from_slice(&piece);
    }
    assert!(streamed == content[5..]);
    Ok(())
}

#[test]
fn s3_as_ministack_plays_it_conforms() {
    conforms(Played::ByMiniStack, "ministack", |address| {
        let mut command = Command::new(tools::tool("ministack"));
        command.env("BIND_HOST", address.ip().to_string()).env("GATEWAY_PORT", address.port().to_string());
        command.env("MINISTACK_HOST", address.ip().to_string()).env("SFTP_ENABLED", "0").env("IOT_MTLS_ENABLED", "0");
        command
    });
}

#[test]
fn s3_as_moto_plays_it_conforms() {
    conforms(Played::ByMoto, "moto", |address| {
        let mut command = Command::new(tools::tool("moto_server"));
        command.args(["-H", &address.ip().to_string(), "-p", &address.port().to_string()]);
        command
    });
}
