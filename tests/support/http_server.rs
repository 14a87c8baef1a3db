//! A real HTTP/1.1 server on a free port of this machine, that misbehaves on demand.
//!
//! It shares nothing with the client under test: it reads and writes the bytes of the protocol itself.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A request that came.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path, without query.
    pub path: String,
    /// The query's parameters, decoded.
    pub query: BTreeMap<String, String>,
    /// The headers; names in lower case.
    pub headers: BTreeMap<String, String>,
    /// When it came.
    pub at: Instant,
}

/// What a request is answered with.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Headers besides the length.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What goes wrong.
    pub mishap: Mishap,
}

/// What goes wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// Nothing.
    None,
    /// The connection is closed instead of an answer.
    NoAnswer,
    /// The connection is closed in the middle of the body.
    HalfABody,
    /// The second half of the body comes late.
    SlowBody(Duration),
    /// The length is not announced: the body comes in pieces (chunked), and ends when it ends.
    NoLength,
}

impl Reply {
    /// An answer with JSON.
    pub fn json(body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        Self { status: 200, headers, body: body.into(), mishap: Mishap::None }
    }

    /// An answer with a status and a body that nobody may ever see.
    pub fn status(status: u16) -> Self {
        let body = format!("{{\"error\":\"{}\"}}", SECRET_BODY).into_bytes();
        Self { status, headers: Vec::new(), body, mishap: Mishap::None }
    }

    /// The answer with another header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The answer with a mishap.
    pub fn but(self, mishap: Mishap) -> Self {
        Self { mishap, ..self }
    }
}

/// What stands in the bodies of errors; no message may hold it.
pub const SECRET_BODY: &str = "anna.weber@gmx.de";

/// A server. It ends when it is dropped.
pub struct HttpServer {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    is_over: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl HttpServer {
    /// Starts a server that answers as `answer` says, which is given a request and how many came before it.
    ///
    /// # Panics
    /// There is no free port.
    pub fn start(answer: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (requests, is_over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (seen, over, answer) = (requests.clone(), is_over.clone(), Arc::new(answer));
        let listening = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (seen, answer) = (seen.clone(), answer.clone());
                // A connection that breaks is the client's matter.
                std::thread::spawn(move || stream.and_then(|stream| serve(&stream, &seen, answer.as_ref())));
            }
        });
        Self { address, requests, is_over, listening: Some(listening) }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests that came, in order.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.requests).clone()
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        let woken = TcpStream::connect(self.address);
        if let (Ok(_), Some(listening)) = (woken, self.listening.take()) {
            let _ = listening.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers the requests of a connection, one after the other.
fn serve(
    stream: &TcpStream,
    seen: &Mutex<Vec<Request>>,
    answer: &(dyn Fn(&Request, usize) -> Reply + Send + Sync),
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read_request(&mut reader)? {
        let number = {
            let mut seen = lock(seen);
            seen.push(request.clone());
            seen.len() - 1
        };
        if !write_reply(stream, &answer(&request, number))? {
            return Ok(());
        }
    }
    Ok(())
}

fn read_request(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    reader.take(length).read_to_end(&mut Vec::new())?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let query =
        pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (decode(name), decode(value)));
    #[expect(clippy::disallowed_methods, reason = "tests look at how far requests are apart")]
    let at = Instant::now();
    Ok(Some(Request { method, path: path.to_owned(), query: query.collect(), headers, at }))
}

/// Decodes a part of a query.
fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                u8::from_str_radix(&digits, 16).unwrap_or(b'?')
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Writes an answer; whether the connection stays.
fn write_reply(mut stream: &TcpStream, reply: &Reply) -> std::io::Result<bool> {
    if reply.mishap == Mishap::NoAnswer {
        return Ok(false);
    }
    let mut head = format!("HTTP/1.1 {} Answer\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let half = reply.body.len() / 2;
    let (first, second) = reply.body.split_at(half);
    if reply.mishap == Mishap::NoLength {
        head.push_str("Transfer-Encoding: chunked\r\n\r\n");
        stream.write_all(head.as_bytes())?;
        for part in [first, second, b""] {
            if !part.is_empty() {
                stream.write_all(format!("{:x}\r\n", part.len()).as_bytes())?;
                stream.write_all(part)?;
                stream.write_all(b"\r\n")?;
            }
        }
        stream.write_all(b"0\r\n\r\n")?;
        return Ok(true);
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", reply.body.len()));
    stream.write_all(head.as_bytes())?;
    stream.write_all(first)?;
    match reply.mishap {
        Mishap::HalfABody => return Ok(false),
        Mishap::SlowBody(late) => std::thread::sleep(late),
        _ => {}
    }
    stream.write_all(second)?;
    Ok(true)
}
