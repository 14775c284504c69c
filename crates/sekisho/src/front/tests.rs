//! Over real sockets: honest callers, and those who take their time on purpose.

use std::{
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::ConnectInfo,
    http::Request,
    routing::{get, post},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

use super::*;
use crate::client::{Client, Server};

/// Short enough to wait for, long enough for an honest caller on a busy machine.
const SHORT: Limits = Limits {
    connections: 8,
    per_address: 4,
    handshake: Duration::from_secs(1),
    head: Duration::from_secs(1),
    stall: Duration::from_secs(1),
    request: Duration::from_secs(3),
    life: Duration::from_secs(600),
    grace: Duration::from_secs(2),
};

struct Standing {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

fn router() -> Router {
    Router::new()
        .route("/once", get("").post(|body: Bytes| async move { body.len().to_string() }))
        .route_layer(axum::middleware::from_fn(a_post_is_the_last))
        .route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }))
        .route("/length", post(|body: Bytes| async move { body.len().to_string() }))
        .route("/never", get(std::future::pending::<()>))
}

fn stand(wire: Wire, limits: Limits) -> Standing {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let front = Front::new(listener, wire, limits).unwrap();
    let served = tokio::spawn(front.serve(router(), async move { drop(stopped.await) }));
    Standing { address, stop: Some(stop), served }
}

fn request(path: &str) -> Request<Vec<u8>> {
    Request::builder().uri(path).body(vec![]).unwrap()
}

async fn fetch(client: &Client, server: &Server, path: &str) -> (u16, String) {
    let answer = client.send(server, request(path)).await.unwrap();
    (answer.status().as_u16(), String::from_utf8(answer.into_body()).unwrap())
}

/// Everything that comes until the other side closes, and how long that took.
async fn until_closed(stream: &mut TcpStream) -> (String, Duration) {
    let (began, mut said) = (Instant::now(), Vec::new());
    // A reset is an end too.
    let _ = timeout(Duration::from_secs(20), stream.read_to_end(&mut said)).await.expect("it is closed");
    (String::from_utf8_lossy(&said).into_owned(), began.elapsed())
}

#[tokio::test]
async fn a_caller_is_answered_and_known_by_its_address() {
    let front = stand(Wire::Plain, SHORT);
    let server = Server::plain(front.address, "gate.localhost");
    assert_eq!(fetch(&Client::default(), &server, "/").await, (200, "127.0.0.1".into()));
}

#[tokio::test]
async fn whoever_dribbles_a_head_or_lies_idle_is_cut_off() {
    let front = stand(Wire::Plain, SHORT);
    let mut caller = TcpStream::connect(front.address).await.unwrap();
    caller.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n").await.unwrap();
    let (mut reading, mut writing) = caller.into_split();
    let dribble = tokio::spawn(async move {
        while writing.write_all(b"x: y\r\n").await.is_ok() {
            sleep(Duration::from_millis(200)).await;
        }
    });
    let began = Instant::now();
    let _ = timeout(Duration::from_secs(20), reading.read_to_end(&mut Vec::new())).await.expect("it is closed");
    assert!((SHORT.head / 2..SHORT.head * 6).contains(&began.elapsed()), "{:?}", began.elapsed());
    dribble.abort();
    let mut idle = TcpStream::connect(front.address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let (said, after) = until_closed(&mut idle).await;
    assert!(said.starts_with("HTTP/1.1 200") && after < SHORT.head * 6, "{said} {after:?}");
}

#[tokio::test]
async fn a_body_that_stops_coming_costs_its_connection_a_known_time() {
    let front = stand(Wire::Plain, SHORT);
    let mut caller = TcpStream::connect(front.address).await.unwrap();
    caller.write_all(b"POST /length HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nhalf").await.unwrap();
    let (said, after) = until_closed(&mut caller).await;
    assert!(said.starts_with("HTTP/1.1 400") && after < SHORT.request, "{said} {after:?}");
}

/// M47: the buffers of a connection go with it.
#[tokio::test]
async fn a_connection_over_which_something_personal_came_is_closed_with_the_answer() {
    let front = stand(Wire::Plain, Limits { head: Duration::from_secs(3600), ..SHORT });
    let mut caller = TcpStream::connect(front.address).await.unwrap();
    caller.write_all(b"GET /once HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    caller.read_exact(&mut [0; 12]).await.unwrap();
    caller.write_all(b"POST /once HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nname").await.unwrap();
    let (said, _) = until_closed(&mut caller).await;
    assert!(said.contains("connection: close") && said.ends_with("\r\n\r\n4"), "{said}");
}

#[tokio::test]
async fn what_takes_too_long_is_answered_so() {
    let front = stand(Wire::Plain, SHORT);
    let server = Server::plain(front.address, "gate.localhost");
    let (status, said) = fetch(&Client::default(), &server, "/never").await;
    assert_eq!((status, said.as_str()), (408, "The request took too long."));
}

#[tokio::test]
async fn one_address_does_not_take_every_place() {
    let front = stand(Wire::Plain, Limits { head: Duration::from_secs(30), ..SHORT });
    let mut held = Vec::new();
    for _ in 0..SHORT.per_address {
        let mut caller = TcpStream::connect(front.address).await.unwrap();
        caller.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        caller.read_exact(&mut [0; 12]).await.unwrap();
        held.push(caller);
    }
    let mut one_more = TcpStream::connect(front.address).await.unwrap();
    assert_eq!(until_closed(&mut one_more).await.0, "");
    held.pop();
    let server = Server::plain(front.address, "gate.localhost");
    let mut answered = false;
    for _ in 0..50 {
        answered = answered || Client::default().send(&server, request("/")).await.is_ok();
        sleep(Duration::from_millis(20)).await;
    }
    assert!(answered, "a place that was given back is had again");
}

#[tokio::test]
async fn what_is_under_way_is_finished_and_the_rest_is_ended() {
    let mut front = stand(Wire::Plain, SHORT);
    let mut idle = TcpStream::connect(front.address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    idle.read_exact(&mut [0; 12]).await.unwrap();
    let mut posting = TcpStream::connect(front.address).await.unwrap();
    posting.write_all(b"POST /length HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nha").await.unwrap();
    sleep(Duration::from_millis(200)).await;
    drop(front.stop.take());
    sleep(Duration::from_millis(200)).await;
    posting.write_all(b"lf").await.unwrap();
    assert!(until_closed(&mut posting).await.0.ends_with("\r\n\r\n4"));
    timeout(SHORT.grace * 3, front.served).await.expect("it ends").unwrap();
    assert!(TcpStream::connect(front.address).await.is_err());
}

#[cfg(feature = "tls")]
mod with_tls {
    use rcgen::{CertifiedKey, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};

    use super::{
        testing::{chain, key, wire},
        *,
    };
    use crate::{
        client::{Limits as Patience, tls::Trust},
        front::wire::IdentityError,
    };

    fn made() -> CertifiedKey<KeyPair> {
        testing::made("gate.localhost")
    }

    fn client(made: &CertifiedKey<KeyPair>) -> Client {
        Client::with_tls(Patience::default(), Trust::only(&[made.cert.der()]).unwrap())
    }

    #[tokio::test]
    async fn a_caller_that_knows_the_certificate_is_answered_over_tls() {
        let made = made();
        let front = stand(wire(&made), SHORT);
        let server = Server { address: front.address, authority: "gate.localhost".into(), tls: true };
        assert_eq!(fetch(&client(&made), &server, "/").await, (200, "127.0.0.1".into()));
        let other = client(&self::made()).send(&server, request("/")).await;
        assert_eq!(other.unwrap_err().code(), "tls");
    }

    #[tokio::test]
    async fn plain_http_is_told_that_this_port_speaks_https() {
        let front = stand(wire(&made()), SHORT);
        let server = Server::plain(front.address, "gate.localhost");
        let (status, said) = fetch(&Client::default(), &server, "/").await;
        assert_eq!((status, said.as_str()), (400, "This port speaks HTTPS, not HTTP."));
    }

    #[tokio::test]
    async fn a_handshake_that_is_not_finished_is_given_up() {
        let front = stand(wire(&made()), SHORT);
        for begun in [&b""[..], &[22], &[22, 3, 1, 2, 0, 1, 0, 1], b"\x00nonsense"] {
            let mut caller = TcpStream::connect(front.address).await.unwrap();
            caller.write_all(begun).await.unwrap();
            let (said, after) = until_closed(&mut caller).await;
            assert!(!said.contains("HTTP") && after < SHORT.handshake * 6, "{begun:?} {after:?}");
        }
    }

    #[test]
    fn files_that_do_not_fit_are_refused_without_being_quoted() {
        let (one, other) = (made(), made());
        let (chain, key, others) = (chain(&one.cert), key(&one.signing_key), key(&other.signing_key));
        let refused = |chain: &str, key: &str| Wire::tls(chain.as_bytes(), key.as_bytes()).unwrap_err();
        assert_eq!(refused(&chain, &others), IdentityError::Mismatch);
        assert_eq!(refused(&key, &key), IdentityError::NoCertificate);
        assert_eq!(refused(&chain, &chain), IdentityError::NoKey);
        assert_eq!(refused("", ""), IdentityError::NoCertificate);
        let nonsense = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert_eq!(refused(&chain, nonsense), IdentityError::OtherKind);
    }

    #[test]
    fn every_usual_kind_of_key_is_served() {
        for kind in [&PKCS_ECDSA_P256_SHA256, &PKCS_ED25519] {
            let pair = KeyPair::generate_for(kind).unwrap();
            let params = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
            let chain = chain(&params.self_signed(&pair).unwrap());
            assert!(Wire::tls(chain.as_bytes(), key(&pair).as_bytes()).is_ok());
        }
    }
}
