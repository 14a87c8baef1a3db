//! A way to a server on which every connection breaks.

use std::io::{self, Read};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;

/// An address that leads to another one. A connection breaks behind so many bytes that came back on it.
pub fn breaking(to: SocketAddr, bytes: u64) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        for client in listener.incoming() {
            // What breaks is the point of it.
            thread::spawn(move || client.and_then(|client| pass(&client, to, bytes)));
        }
    });
    address
}

fn pass(client: &TcpStream, to: SocketAddr, bytes: u64) -> io::Result<()> {
    let server = TcpStream::connect(to)?;
    let (mut from, mut there) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || io::copy(&mut from, &mut there));
    let back = io::copy(&mut (&server).take(bytes), &mut &*client);
    server.shutdown(Shutdown::Both)?;
    client.shutdown(Shutdown::Both)?;
    back.map(drop)
}
