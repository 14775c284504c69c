//! The keeper's end, as the supervisor hands it over: questions and answers, one after the other.

use std::{io, os::unix::net::UnixStream as StdStream};

use sekisho_keeper::wire::{Answered, CourierAnswer, CourierRequest, MAX_FRAME, Numbered, Refusal};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    sync::Mutex,
};

use super::{Pending, outbox::Outbox};
use crate::supervisor::End;

/// The link to the keeper. When the keeper is started anew, its new end is taken up with the next question.
pub struct KeeperEnd(Mutex<Line>);

struct Line {
    end: End,
    stream: Option<UnixStream>,
    number: u64,
}

impl KeeperEnd {
    /// Over this end.
    pub fn new(end: End) -> Self {
        Self(Mutex::new(Line { end, stream: None, number: 0 }))
    }
}

impl Outbox for KeeperEnd {
    fn ask(&self, request: CourierRequest) -> Pending<'_, Answered<CourierAnswer>> {
        Box::pin(async move {
            let mut line = self.0.lock().await;
            line.exchange(request).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the keeper does not answer");
                // What is half said can't be taken up again.
                line.stream = None;
                Err(Refusal::Unavailable)
            })
        })
    }
}

impl Line {
    async fn exchange(&mut self, body: CourierRequest) -> io::Result<Answered<CourierAnswer>> {
        if let Some(newest) = self.end.newest() {
            self.stream = Some(adopt(newest)?);
        }
        let stream = self.stream.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        self.number += 1;
        let asked = postcard::to_allocvec(&Numbered { number: self.number, body }).map_err(io::Error::other)?;
        write_frame(stream, &asked).await?;
        let told: Numbered<Answered<CourierAnswer>> =
            postcard::from_bytes(&read_frame(stream).await?).map_err(io::Error::other)?;
        if told.number == self.number { Ok(told.body) } else { Err(io::ErrorKind::InvalidData.into()) }
    }
}

fn adopt(stream: StdStream) -> io::Result<UnixStream> {
    stream.set_nonblocking(true)?;
    UnixStream::from_std(stream)
}

async fn write_frame(stream: &mut UnixStream, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    stream.write_all(&length.to_le_bytes()).await?;
    stream.write_all(bytes).await
}

async fn read_frame(stream: &mut UnixStream) -> io::Result<Vec<u8>> {
    let length = stream.read_u32_le().await? as usize;
    if length > MAX_FRAME {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_sys::frame;
    use std::thread::{self, JoinHandle};

    /// A keeper that answers `count` questions with `Done`, numbering its answers `off` too high, and goes.
    fn keeper(mut stream: StdStream, count: usize, off: u64) -> JoinHandle<()> {
        thread::spawn(move || {
            for _ in 0..count {
                let Some(asked) = frame::read_frame(&mut stream, MAX_FRAME).unwrap() else { return };
                let asked: Numbered<CourierRequest> = postcard::from_bytes(&asked).unwrap();
                let body: Answered<CourierAnswer> = Ok(CourierAnswer::Done);
                let told = postcard::to_allocvec(&Numbered { number: asked.number + off, body }).unwrap();
                frame::write_frame(&mut stream, &told).unwrap();
            }
        })
    }

    async fn pull(end: &KeeperEnd) -> Option<Refusal> {
        end.ask(CourierRequest::Pull { limit: 1 }).await.err()
    }

    #[tokio::test]
    async fn questions_are_answered_and_a_new_keeper_is_taken_up() {
        let (sender, end) = End::for_test();
        let end = KeeperEnd::new(end);
        assert_eq!(pull(&end).await, Some(Refusal::Unavailable));
        for _ in 0..2 {
            let (ours, theirs) = StdStream::pair().unwrap();
            let answered = keeper(theirs, 2, 0);
            sender.send(ours).unwrap();
            assert_eq!((pull(&end).await, pull(&end).await), (None, None));
            answered.join().unwrap();
            assert_eq!(pull(&end).await, Some(Refusal::Unavailable));
        }
    }

    #[tokio::test]
    async fn an_answer_to_another_question_is_no_answer() {
        let (sender, end) = End::for_test();
        let end = KeeperEnd::new(end);
        let (ours, theirs) = StdStream::pair().unwrap();
        let answered = keeper(theirs, 1, 1);
        sender.send(ours).unwrap();
        assert_eq!(pull(&end).await, Some(Refusal::Unavailable));
        answered.join().unwrap();
    }
}
