//! A body that is sent in two halves, with a pause between them.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use http_body_util::{BodyExt, Limited};
use hyper::{
    Request, Response,
    body::{Body, Bytes, Frame, SizeHint},
    header::CONTENT_TYPE,
};
use tokio::time::{Sleep, sleep, timeout};

use super::{Client, ClientError, Server, prepare};

/// What is sent, and how slowly.
#[derive(Debug, Clone, Copy)]
pub struct Drip {
    /// The bytes of each half. They are zeros.
    pub half: usize,
    /// What lies between the halves.
    pub pause: Duration,
}

/// The body.
struct Halves {
    half: usize,
    left: u8,
    pause: Pin<Box<Sleep>>,
}

impl Body for Halves {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.left {
            0 => return Poll::Ready(None),
            1 => ready!(self.pause.as_mut().poll(cx)),
            _ => {}
        }
        self.left -= 1;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![0; self.half])))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.half as u64 * u64::from(self.left))
    }
}

impl Client {
    /// Posts the two halves and reads the answer.
    ///
    /// # Errors
    /// See [`ClientError`]. An answer of any status is an answer.
    pub async fn drip(&self, server: &Server, path: &str, drip: Drip) -> Result<Response<Vec<u8>>, ClientError> {
        let exchange = async {
            let body = Halves { half: drip.half, left: 2, pause: Box::pin(sleep(drip.pause)) };
            let request = Request::post(path).header(CONTENT_TYPE, "application/octet-stream").body(body);
            let request = prepare(server, request.map_err(|_| ClientError::BadName)?)?;
            let (mut sender, _driven) = self.connect(server).await?;
            let answer = sender.send_request(request).await.map_err(ClientError::Http)?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, self.limits.body).collect().await.map_err(ClientError::of_body)?;
            Ok(Response::from_parts(head, body.to_bytes().to_vec()))
        };
        timeout(self.limits.total, exchange).await.map_err(|_| ClientError::Timeout)?
    }
}
