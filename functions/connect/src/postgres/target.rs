//! The database that a secret names, and whether the connection must be encrypted.

use std::net::IpAddr;
use std::time::Duration;

use onefold_shell::StageError;
use serde::Deserialize;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// Time limit for connecting to one host, if the connection string has none.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection may be idle before it is probed.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);

/// The members of a secret that Amazon RDS keeps in Secrets Manager; it has others besides.
#[derive(Deserialize)]
struct RdsSecret {
    username: String,
    password: String,
    host: String,
    port: Option<u16>,
    dbname: Option<String>,
}

/// Reads a connection string, which `described` names in messages: a connection URL, `key=value` pairs, or the JSON of Amazon RDS. No error holds any of it.
///
/// # Errors
/// It is none of these, or asks for an unencrypted connection to another machine.
pub(super) fn parse(described: &str, secret: &str) -> Result<Config, StageError> {
    let secret = secret.trim();
    let mut config = if secret.starts_with('{') { rds(secret) } else { connection_string(secret) }
        .filter(|config| !config.get_hosts().is_empty() || !config.get_hostaddrs().is_empty())
        .ok_or_else(|| {
            StageError::invalid_input(format!(
                "{described} is no connection string; write postgresql://user:password@host:5432/database, or \
                 host=… port=… dbname=… user=… password=…, or the JSON that Amazon RDS keeps; sslmode is require, or \
                 disable for a database on the same machine, and the certificate is always verified"
            ))
        })?;
    if config.get_ssl_mode() == SslMode::Disable {
        if !is_loopback(&config) {
            return Err(StageError::invalid_input(format!(
                "{described} says sslmode=disable, and its host is another machine; write sslmode=require"
            )));
        }
    } else {
        config.ssl_mode(SslMode::Require);
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    config.keepalives_idle(KEEPALIVE_IDLE).keepalives_interval(KEEPALIVE_IDLE / 3).keepalives_retries(3);
    config.application_name("onefold");
    Ok(config)
}

fn connection_string(text: &str) -> Option<Config> {
    // tokio-postgres lacks libpq's two stricter modes. Here, `require` verifies as much as they do.
    let known =
        || text.replace("sslmode=verify-full", "sslmode=require").replace("sslmode=verify-ca", "sslmode=require");
    text.parse().or_else(|_| known().parse()).ok()
}

fn rds(text: &str) -> Option<Config> {
    let secret: RdsSecret = serde_json::from_str(text).ok()?;
    let mut config = Config::new();
    config.user(secret.username).password(secret.password).host(secret.host);
    config.port(secret.port.unwrap_or(5432)).dbname(secret.dbname.as_deref().unwrap_or("postgres"));
    Some(config)
}

/// Whether the connection stays on this machine.
fn is_loopback(config: &Config) -> bool {
    let addresses = config.get_hostaddrs();
    let hosts = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        Host::Unix(_) => true,
    });
    // The connection goes to an address if there is one, not to the host's name.
    if addresses.is_empty() { hosts } else { addresses.iter().all(IpAddr::is_loopback) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_urls_pairs_and_what_rds_keeps() {
        for secret in [
            "postgresql://anna:p%40ss@db.example:6432/shop",
            "host=db.example port=6432 dbname=shop user=anna password='p@ss'",
            r#"{"username":"anna","password":"p@ss","engine":"postgres","host":"db.example","port":6432,"dbname":"shop"}"#,
        ] {
            let config = parse("s", secret).unwrap();
            assert_eq!(config.get_hosts(), [Host::Tcp("db.example".into())], "{secret}");
            assert_eq!(config.get_ports(), [6432]);
            assert_eq!(config.get_user(), Some("anna"));
            assert_eq!(config.get_password(), Some(&b"p@ss"[..]));
            assert_eq!(config.get_dbname(), Some("shop"));
            assert_eq!(config.get_ssl_mode(), SslMode::Require);
        }
    }

    #[test]
    fn every_mode_but_disable_is_tls_with_verification() {
        for mode in ["", "?sslmode=prefer", "?sslmode=require", "?sslmode=verify-ca", "?sslmode=verify-full"] {
            let config = parse("s", &format!("postgresql://a:b@db/shop{mode}")).unwrap();
            assert_eq!(config.get_ssl_mode(), SslMode::Require, "{mode}");
        }
    }

    #[test]
    fn only_the_same_machine_is_talked_to_in_the_clear() {
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"] {
            let config = parse("s", &format!("postgresql://a:b@{host}/shop?sslmode=disable")).unwrap();
            assert_eq!(config.get_ssl_mode(), SslMode::Disable, "{host}");
        }
        for secret in [
            "postgresql://a:b@db.example/shop?sslmode=disable",
            "postgresql://a:b@localhost,db.example/shop?sslmode=disable",
            "host=localhost hostaddr=10.0.0.1 user=a sslmode=disable",
            "postgresql://a:b@localhost.example/shop?sslmode=disable",
        ] {
            let error = parse("s", secret).unwrap_err();
            assert!(error.text().contains("write sslmode=require"), "{secret}: {error}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_secret_is_said_without_it() {
        for secret in ["hunter2", "user=anna pass word=hunter2", "{\"password\":\"hunter2\"}", "", "password=hunter2"] {
            let error = parse("the secret \"onefold/shop\"", secret).unwrap_err();
            assert_eq!(error.kind, onefold_shell::ErrorKind::InvalidInput);
            assert!(error.text().contains("onefold/shop") && !error.text().contains("hunter2"), "{error}");
        }
    }
}
