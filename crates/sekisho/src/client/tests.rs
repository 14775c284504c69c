//! Against servers that answer byte for byte what a test says.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    thread::{self, JoinHandle},
    time::Instant,
};

use super::*;

/// Answers one connection after another; returns the heads of the requests that came.
fn serve(answers: &'static [&'static [u8]], hold: Duration) -> (SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let one = move |answer: &&[u8]| {
        let (mut stream, _) = listener.accept().unwrap();
        let head = read_request(&mut stream);
        stream.write_all(answer).unwrap();
        thread::sleep(hold);
        head
    };
    (address, thread::spawn(move || answers.iter().map(one).collect()))
}

/// Reads a whole request, body included: a socket closed with bytes unread would be reset. Returns the head.
fn read_request(stream: &mut TcpStream) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(char::from(byte[0].to_ascii_lowercase()));
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    stream.read_exact(&mut vec![0; length]).unwrap();
    head
}

fn limits() -> Limits {
    Limits { connect: Duration::from_secs(2), total: Duration::from_secs(2), body: 16 }
}

fn get() -> Request<Vec<u8>> {
    Request::builder().uri("/path?q=1").body(vec![]).unwrap()
}

async fn ask(answers: &'static [&'static [u8]]) -> (Result<Response<Vec<u8>>, ClientError>, String) {
    let (address, served) = serve(answers, Duration::ZERO);
    let server = Server::plain(address, "gate.localhost:8080");
    let result = Client::plain(limits()).send(&server, get()).await;
    (result, served.join().unwrap().concat())
}

#[tokio::test]
async fn it_dials_the_address_and_sends_the_name() {
    let (answer, head) = ask(&[b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"]).await;
    assert_eq!(answer.unwrap().body(), b"hi");
    assert!(head.starts_with("get /path?q=1 http/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nhost: gate.localhost:8080\r\n"), "{head}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (answer, _) = ask(&[b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"]).await;
    assert_eq!(answer.unwrap().status(), StatusCode::FOUND);
}

#[tokio::test]
async fn a_body_that_is_too_large_or_cut_off_is_refused() {
    let (large, _) = ask(&[b"HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n12345678901234567"]).await;
    assert_eq!(large.unwrap_err().code(), "too_large");
    let (cut, _) = ask(&[b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhi"]).await;
    assert_eq!(cut.unwrap_err().code(), "cut");
    let (nonsense, _) = ask(&[b"not http\r\n\r\n"]).await;
    assert_eq!(nonsense.unwrap_err().code(), "http");
}

#[tokio::test]
async fn an_answer_that_never_ends_is_given_up_in_time() {
    let (address, served) = serve(&[b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhi"], Duration::from_millis(600));
    let client = Client::plain(Limits { total: Duration::from_millis(200), ..limits() });
    let began = Instant::now();
    let error = client.send(&Server::plain(address, "a"), get()).await.unwrap_err();
    assert_eq!(error.code(), "timeout");
    assert!(began.elapsed() < Duration::from_millis(550));
    served.join().unwrap();
}

#[tokio::test]
async fn a_status_is_told_without_waiting_for_the_body() {
    let (address, served) = serve(&[b"HTTP/1.1 204 No Content\r\n\r\n"], Duration::from_millis(200));
    let status = Client::plain(limits()).send_for_status(&Server::plain(address, "a"), get()).await;
    assert_eq!(status.unwrap(), StatusCode::NO_CONTENT);
    served.join().unwrap();
}

#[tokio::test]
async fn without_tls_an_https_server_is_not_spoken_to_in_plain() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let server = Server { address: listener.local_addr().unwrap(), authority: "a".into(), tls: true };
    assert_eq!(Client::plain(limits()).send(&server, get()).await.unwrap_err().code(), "no_tls");
}

#[test]
fn a_name_is_told_apart_from_its_port() {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    for (authority, name) in [("a.example", "a.example"), ("a.example:8443", "a.example"), ("[::1]:80", "[::1]")] {
        assert_eq!(Server::plain(address, authority).name(), name);
    }
}

#[test]
fn a_session_brings_back_the_cookies_it_was_given() {
    let answers: &[&[u8]] = &[
        b"HTTP/1.1 200 OK\r\nset-cookie: s=1\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    ];
    let (address, served) = serve(answers, Duration::ZERO);
    let mut session = Session::new(Server::plain(address, "a"), Client::plain(limits())).unwrap();
    session.post_form("/in", &[("a", "b")]).unwrap();
    session.get("/").unwrap();
    let heads = served.join().unwrap();
    assert!(heads[0].starts_with("post /in ") && !heads[0].contains("cookie"));
    assert!(heads[1].contains("\r\ncookie: s=1\r\n"));
}

/// Whom one dials for `hook.example`, where a server answers that has a certificate of `name`; and that certificate.
#[cfg(feature = "tls")]
fn serve_tls(name: &str) -> (Vec<u8>, Server) {
    use crate::front::{Front, Limits, testing};

    let made = testing::made(name);
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new().fallback(|| async { "hi" });
    let front = Front::new(listener, testing::wire(&made), Limits::DIRECT).unwrap();
    tokio::spawn(front.serve(router, std::future::pending()));
    (made.cert.der().to_vec(), Server { address, authority: "hook.example".into(), tls: true })
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn a_certificate_must_be_trusted_and_of_that_name() {
    for (name, trusted, fine) in
        [("hook.example", true, true), ("other.example", true, false), ("hook.example", false, false)]
    {
        let (root, server) = serve_tls(name);
        let trust = if trusted { tls::Trust::only(&[&root]) } else { tls::Trust::public_web() };
        let answer = Client::with_tls(limits(), trust.unwrap()).send(&server, get()).await;
        match answer {
            Ok(answer) => assert!(fine && answer.body() == b"hi", "{name} {trusted}"),
            Err(error) => assert!(!fine && error.code() == "tls", "{name} {trusted}: {error:?}"),
        }
    }
}
