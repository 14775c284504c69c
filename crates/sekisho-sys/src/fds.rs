//! Messages that carry descriptors, and the channel that a process is started with.
//!
//! A message is a little-endian `u32` length, one byte that counts its descriptors, then the bytes. The descriptors
//! travel with the first byte of the header (`SCM_RIGHTS`, unix(7)), so they can't part from their message.

use std::{
    fs::OpenOptions,
    io::{self, IoSlice, IoSliceMut, Read, Write},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::net::UnixStream,
    },
};

use rustix::{
    net::{
        RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer, SendAncillaryMessage,
        SendFlags, recvmsg, sendmsg,
    },
    stdio::dup2_stdin,
};
use zeroize::Zeroizing;

/// The most descriptors that one message may carry.
pub const MAX_FDS: usize = 16;

const HEADER: usize = 5;

/// Takes the control channel that this process was started with as its standard input, and puts `/dev/null` there.
///
/// # Errors
/// When there is no standard input or no `/dev/null`.
pub fn stdin_channel() -> io::Result<UnixStream> {
    let channel = io::stdin().as_fd().try_clone_to_owned()?;
    dup2_stdin(OpenOptions::new().read(true).open("/dev/null")?)?;
    Ok(UnixStream::from(channel))
}

/// Sends `bytes` and duplicates of `fds` as one message.
///
/// # Errors
/// When there are too many descriptors or bytes, or the other end is gone.
pub fn send_with_fds(channel: &UnixStream, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<()> {
    let message = encode(bytes, fds.len())?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() {
        control.push(SendAncillaryMessage::ScmRights(fds));
    }
    let sent = retry(|| sendmsg(channel, &[IoSlice::new(&message)], &mut control, SendFlags::NOSIGNAL))?;
    // The descriptors went with the first part. What is left is bytes only.
    let mut rest = channel;
    rest.write_all(&message[sent..])
}

/// Wiped after use: a passphrase travels this way.
fn encode(bytes: &[u8], fds: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    if fds > MAX_FDS {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut message = Zeroizing::new(Vec::with_capacity(HEADER + bytes.len()));
    message.extend_from_slice(&length.to_le_bytes());
    message.push(fds as u8);
    message.extend_from_slice(bytes);
    Ok(message)
}

/// Receives one message of at most `max` bytes with its descriptors, which are close-on-exec; nothing at the end.
///
/// # Errors
/// When the message is too large, has not the descriptors that it counts, or ends in its middle.
pub fn recv_with_fds(channel: &UnixStream, max: usize) -> io::Result<Option<(Vec<u8>, Vec<OwnedFd>)>> {
    let mut header = [0; HEADER];
    let (read, fds) = receive_header(channel, &mut header)?;
    if read == 0 {
        return Ok(None);
    }
    let mut rest = channel;
    rest.read_exact(&mut header[read..])?;
    let [l0, l1, l2, l3, count] = header;
    let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
    if length > max || fds.len() != usize::from(count) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length];
    rest.read_exact(&mut bytes)?;
    Ok(Some((bytes, fds)))
}

/// Reads no further than the header: the descriptors of a next message must stay with it.
fn receive_header(channel: &UnixStream, header: &mut [u8; HEADER]) -> io::Result<(usize, Vec<OwnedFd>)> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::CMSG_CLOEXEC;
    let received = retry(|| recvmsg(channel, &mut [IoSliceMut::new(header)], &mut control, flags))?;
    if received.flags.contains(ReturnFlags::CTRUNC) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let fds = control.drain().flat_map(|message| match message {
        RecvAncillaryMessage::ScmRights(fds) => fds.collect(),
        _ => Vec::new(),
    });
    Ok((received.bytes, fds.collect()))
}

fn retry<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(rustix::io::Errno::INTR) => {}
            done => return Ok(done?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_keep_their_own_descriptors() {
        let (a, b) = UnixStream::pair().unwrap();
        let (mut mine, theirs) = UnixStream::pair().unwrap();
        send_with_fds(&a, b"one", &[]).unwrap();
        send_with_fds(&a, b"two", &[theirs.as_fd()]).unwrap();
        send_with_fds(&a, b"", &[theirs.as_fd(), mine.as_fd()]).unwrap();
        drop((a, theirs));
        let (bytes, fds) = recv_with_fds(&b, 3).unwrap().unwrap();
        assert_eq!((bytes.as_slice(), fds.len()), (b"one".as_slice(), 0));
        let (bytes, mut fds) = recv_with_fds(&b, 3).unwrap().unwrap();
        assert_eq!((bytes.as_slice(), fds.len()), (b"two".as_slice(), 1));
        UnixStream::from(fds.remove(0)).write_all(b"through").unwrap();
        let mut through = [0; 7];
        mine.read_exact(&mut through).unwrap();
        assert_eq!(&through, b"through");
        assert_eq!(recv_with_fds(&b, 3).unwrap().unwrap().1.len(), 2);
        assert!(recv_with_fds(&b, 3).unwrap().is_none());
    }

    #[test]
    fn a_long_message_arrives_whole() {
        let (a, b) = UnixStream::pair().unwrap();
        let long = vec![7; 3 << 20];
        std::thread::scope(|scope| {
            scope.spawn(|| send_with_fds(&a, &long, &[a.as_fd()]).unwrap());
            let (bytes, fds) = recv_with_fds(&b, long.len()).unwrap().unwrap();
            assert!(bytes == long && fds.len() == 1);
        });
    }

    #[test]
    fn what_is_too_large_cut_or_miscounted_is_refused() {
        let (a, b) = UnixStream::pair().unwrap();
        send_with_fds(&a, b"four", &[]).unwrap();
        assert!(recv_with_fds(&b, 3).is_err());
        let (mut a, b) = UnixStream::pair().unwrap();
        a.write_all(&[1, 0, 0, 0, 1, b'x']).unwrap();
        assert!(recv_with_fds(&b, 3).is_err());
        let (mut a, b) = UnixStream::pair().unwrap();
        a.write_all(&[2, 0, 0, 0, 0, b'x']).unwrap();
        drop(a);
        assert!(recv_with_fds(&b, 3).is_err());
        let many = vec![b.as_fd(); MAX_FDS + 1];
        assert!(send_with_fds(&b, b"", &many).is_err());
    }

    #[test]
    fn received_descriptors_do_not_survive_an_exec() {
        let (a, b) = UnixStream::pair().unwrap();
        send_with_fds(&a, b"", &[a.as_fd()]).unwrap();
        let (_, fds) = recv_with_fds(&b, 0).unwrap().unwrap();
        let flags = rustix::io::fcntl_getfd(&fds[0]).unwrap();
        assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
    }
}
