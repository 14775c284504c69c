//! One connection: requests in, answers out, each within its time.

use std::{convert::Infallible, net::SocketAddr, pin::pin};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderValue, Request, Response, StatusCode, header},
};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::{sleep, timeout},
};

use super::{
    House, Limits,
    patience::{Patient, Steady},
};

/// The most that a request's head may hold, in bytes.
const HEAD: usize = 32 << 10;

/// Serves one connection to its end.
pub(super) async fn serve<S>(stream: S, peer: SocketAddr, house: &House, mut told: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = house.limits;
    let service = service_fn(|request| answer(house.router.clone(), peer, request, limits));
    let stream = TokioIo::new(Patient::new(stream, limits.stall));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(HEAD);
    let mut connection = pin!(http.serve_connection(stream, service));
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = told.wait_for(|over| *over) => {}
        () = sleep(limits.life) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(limits.request, connection).await;
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    request: Request<Incoming>,
    limits: Limits,
) -> Result<Response<Body>, Infallible> {
    let mut request = request.map(|body| Body::new(Steady::new(body, limits.stall)));
    request.extensions_mut().insert(ConnectInfo(peer));
    let answering = TowerToHyperService::new(router).call(request);
    timeout(limits.request, answering).await.unwrap_or_else(|_| Ok(too_slow()))
}

fn too_slow() -> Response<Body> {
    let mut answer = Response::new(Body::from("The request took too long."));
    *answer.status_mut() = StatusCode::REQUEST_TIMEOUT;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONNECTION, "close"),
    ];
    answer.headers_mut().extend(headers.map(|(name, value)| (name, HeaderValue::from_static(value))));
    answer
}
