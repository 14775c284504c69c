//! Patience with an end: a body that stops coming, a reader that stops reading.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// Runs while one waits, and begins anew whenever something moved.
struct Patience {
    span: Duration,
    left: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    fn new(span: Duration) -> Self {
        Self { span, left: None }
    }

    /// Passes on what `polled` says, unless it has said "not yet" for too long.
    fn with<T>(&mut self, polled: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.left = None;
            return polled;
        }
        let left = self.left.get_or_insert_with(|| Box::pin(sleep(self.span)));
        ready!(left.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

/// A stream whose writes fail when the other side takes nothing for a while.
pub(super) struct Patient<S> {
    stream: S,
    patience: Patience,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S, span: Duration) -> Self {
        Self { stream, patience: Patience::new(span) }
    }
}

// Reading has other ends: a head has its time, a body its `Steady`, and between requests there is nothing to wait for.
impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.patience.with(polled, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.patience.with(polled, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(cx);
        self.patience.with(polled, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.patience.with(polled, cx)
    }
}

/// A request's body that fails when nothing of it comes for a while.
pub(super) struct Steady {
    body: Incoming,
    patience: Patience,
}

impl Steady {
    pub(super) fn new(body: Incoming, span: Duration) -> Self {
        Self { body, patience: Patience::new(span) }
    }
}

impl Body for Steady {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        let polled = polled.map(|frame| frame.transpose().map_err(io::Error::other));
        self.patience.with(polled, cx).map(Result::transpose)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    const SPAN: Duration = Duration::from_millis(400);

    #[tokio::test]
    async fn a_reader_that_reads_nothing_is_given_up_and_one_that_reads_slowly_is_not() {
        let (ours, mut theirs) = duplex(8);
        let mut ours = Patient::new(ours, SPAN);
        let slow = tokio::spawn(async move {
            for _ in 0..8 {
                sleep(SPAN / 4).await;
                theirs.read_exact(&mut [0; 8]).await.unwrap();
            }
            theirs
        });
        let began = Instant::now();
        ours.write_all(&[1; 64]).await.unwrap();
        let _theirs = slow.await.unwrap();
        assert!(began.elapsed() > SPAN, "slower than the span as a whole");
        let failed = ours.write_all(&[1; 64]).await.unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
    }
}
