//! A mail server: SMTP (RFC 5321) with STARTTLS (RFC 3207), TLS and AUTH PLAIN, in threads. It keeps what it is given.

#![allow(dead_code, reason = "each test that includes this file uses a part of it")]

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use tokio_rustls::rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// How it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// Never TLS.
    Plain,
    /// TLS from the first byte.
    Tls,
    /// TLS when it is asked for.
    Starttls,
    /// As that, and somebody on the line answers more than was asked before TLS begins.
    Injected,
}

/// A mail that was taken.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// As it came, headers and all.
    pub(crate) text: String,
    /// Whether it came over TLS.
    pub(crate) tls: bool,
    /// What stood after AUTH PLAIN.
    pub(crate) auth: Option<String>,
}

/// The server. Its threads end with the test.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    /// Its certificate, PEM, for the name `localhost`.
    pub(crate) ca: String,
    mails: Arc<Mutex<Vec<Mail>>>,
    held: Arc<Mutex<()>>,
    seen: Arc<AtomicUsize>,
}

impl MailServer {
    pub(crate) fn start(speaks: Speaks) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let ca = pem_rfc7468::encode_string("CERTIFICATE", pem_rfc7468::LineEnding::LF, made.cert.der()).unwrap();
        let server = Self { port, ca, mails: Arc::default(), held: Arc::default(), seen: Arc::default() };
        let (mails, held, seen) = (Arc::clone(&server.mails), Arc::clone(&server.held), Arc::clone(&server.seen));
        let config = Arc::new(config);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let visit = Visit { mails: Arc::clone(&mails), held: Arc::clone(&held), seen: Arc::clone(&seen) };
                let config = Arc::clone(&config);
                thread::spawn(move || drop(visit.take(stream, speaks, config)));
            }
        });
        server
    }

    /// What came so far.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// While this lives the server hears whole mails and does not say that it took them.
    pub(crate) fn hold(&self) -> impl Drop + '_ {
        self.held.lock().unwrap()
    }

    /// How many mails were sent to it whole, taken or not.
    pub(crate) fn seen(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }
}

struct Visit {
    mails: Arc<Mutex<Vec<Mail>>>,
    held: Arc<Mutex<()>>,
    seen: Arc<AtomicUsize>,
}

impl Visit {
    fn take(&self, mut stream: TcpStream, speaks: Speaks, config: Arc<ServerConfig>) -> io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let tls = |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
            io::Result::Ok(StreamOwned::new(connection, stream))
        };
        if speaks == Speaks::Tls {
            let mut stream = tls(stream)?;
            stream.write_all(b"220 localhost\r\n")?;
            return self.talk(&mut stream, true, speaks).map(drop);
        }
        stream.write_all(b"220 localhost\r\n")?;
        if self.talk(&mut stream, false, speaks)? {
            let injected: &[u8] = if speaks == Speaks::Injected { b"250 injected\r\n" } else { b"" };
            stream.write_all(&[b"220 go on\r\n", injected].concat())?;
            self.talk(&mut tls(stream)?, true, speaks)?;
        }
        Ok(())
    }

    /// Until the end; true if TLS is asked for.
    fn talk(&self, stream: &mut (impl Read + Write), tls: bool, speaks: Speaks) -> io::Result<bool> {
        let mut mail = Mail { from: String::new(), to: Vec::new(), text: String::new(), tls, auth: None };
        loop {
            let line = line(stream)?;
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let answer: &str = match verb.as_str() {
                "EHLO" if !tls && speaks != Speaks::Plain => "250-localhost\r\n250-8BITMIME\r\n250 STARTTLS",
                "EHLO" => "250-localhost\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
                "STARTTLS" => return Ok(true),
                "AUTH" => {
                    mail.auth = line.split(' ').nth(2).map(str::to_owned);
                    "235 welcome"
                }
                "MAIL" => {
                    mail.from = line;
                    "250 ok"
                }
                "RCPT" => {
                    mail.to.push(line);
                    "250 ok"
                }
                "DATA" => {
                    stream.write_all(b"354 go on\r\n")?;
                    mail.text = data(stream)?;
                    self.seen.fetch_add(1, Ordering::SeqCst);
                    drop(self.held.lock());
                    self.mails.lock().unwrap().push(mail.clone());
                    "250 taken"
                }
                "QUIT" => {
                    stream.write_all(b"221 bye\r\n")?;
                    return Ok(false);
                }
                _ => "500 what",
            };
            stream.write_all(format!("{answer}\r\n").as_bytes())?;
        }
    }
}

fn line(stream: &mut impl Read) -> io::Result<String> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    while !line.ends_with(b"\r\n") {
        stream.read_exact(&mut byte)?;
        line.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

fn data(stream: &mut impl Read) -> io::Result<String> {
    let mut text = String::new();
    loop {
        let line = line(stream)?;
        if line == "." {
            return Ok(text);
        }
        text.push_str(&line);
        text.push('\n');
    }
}
