//! The connection on which STARTTLS is said. It gives out one byte at a time.
//!
//! Whoever sits on the line could send more than the answer to STARTTLS before TLS begins. If that was read ahead, it
//! would later be taken for answers from within TLS (RFC 3207, section 4.2). This way it goes into the TLS handshake,
//! which it breaks.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes that a server may answer over a whole connection: some thousand mails' worth.
const LONGEST: u32 = 16 * 1024 * 1024;

/// Reads byte by byte, and not without end; answers are short.
#[derive(Debug)]
pub(super) struct Bytewise {
    stream: TcpStream,
    left: u32,
}

impl Bytewise {
    pub(super) const fn new(stream: TcpStream) -> Self {
        Self { stream, left: LONGEST }
    }
}

impl AsyncRead for Bytewise {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Some(left) = self.left.checked_sub(1) else {
            return Poll::Ready(Err(io::Error::other("the server doesn't stop answering")));
        };
        let mut byte = [0];
        let mut one = ReadBuf::new(if buf.remaining() == 0 { &mut [] } else { &mut byte });
        let read = Pin::new(&mut self.stream).poll_read(cx, &mut one);
        if !one.filled().is_empty() {
            self.left = left;
            buf.put_slice(one.filled());
        }
        read
    }
}

impl AsyncWrite for Bytewise {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Bytewise {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}
