//! The signals that ask the command to end.

use std::future::poll_fn;
use std::task::Poll;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::Error;

/// Listens for Ctrl-C, a request to terminate, and a closed terminal.
pub struct Signals {
    listeners: Vec<(&'static str, SignalKind, Signal)>,
}

impl Signals {
    /// Starts to listen. From here on these signals no longer end the process.
    pub fn listen() -> Result<Self, Error> {
        let kinds = [
            ("Ctrl-C", SignalKind::interrupt()),
            ("a request to terminate", SignalKind::terminate()),
            ("the closed terminal", SignalKind::hangup()),
        ];
        let mut listeners = Vec::with_capacity(kinds.len());
        for (name, kind) in kinds {
            let listener =
                signal(kind).map_err(|source| Error::Program { action: "listen for signals".to_owned(), source })?;
            listeners.push((name, kind, listener));
        }
        Ok(Self { listeners })
    }

    /// Waits for one of them.
    pub async fn next(&mut self) -> ReceivedSignal {
        poll_fn(|context| {
            for (name, kind, listener) in &mut self.listeners {
                if listener.poll_recv(context).is_ready() {
                    return Poll::Ready(ReceivedSignal { name, kind: *kind });
                }
            }
            Poll::Pending
        })
        .await
    }
}

/// A signal that was received.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedSignal {
    name: &'static str,
    kind: SignalKind,
}

impl ReceivedSignal {
    /// The error that ends the command. `note` says what continues without it.
    pub fn as_error(self, note: String) -> Error {
        let number = u8::try_from(self.kind.as_raw_value()).unwrap_or(0);
        Error::Interrupted { name: self.name, number, note }
    }
}
