//! What stands before the gate's and the desk's routes: a listener that strangers can't exhaust, with TLS or without.
//!
//! Every wait has an end: for a TLS handshake, for a request's head, for the next part of its body, for its answer,
//! for a reader that does not read. So a slow caller costs one connection for a known time, and of those one address
//! gets only some.

mod asker;
mod crowd;
mod exchange;
mod patience;
#[cfg(feature = "tls")]
pub mod tls;
mod wire;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{sleep, timeout},
};

pub(crate) use asker::Asker;
use crowd::Crowd;
pub use wire::Wire;

/// How long to wait when the system has no descriptors left for a caller.
const BREATH: Duration = Duration::from_millis(100);

/// How much and how long.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at one time. Later callers wait in the system's queue.
    pub connections: usize,
    /// Connections at one time from one address (IPv6: one /64). Further ones are closed.
    pub per_address: usize,
    /// Until TLS is agreed on.
    pub handshake: Duration,
    /// Until a request's head is there; also how long a connection may lie idle.
    pub head: Duration,
    /// Until the next part of a body comes, or the next part of an answer is taken.
    pub stall: Duration,
    /// Until a request is answered, its body included.
    pub request: Duration,
    /// After this a connection gets no further request.
    pub life: Duration,
    /// How long requests under way may take once the process is to stop.
    pub grace: Duration,
}

impl Limits {
    /// For callers who come by themselves. A picture of 25 MB comes within `request` at 1.2 Mbit/s.
    pub const DIRECT: Limits = Limits {
        connections: 512,
        per_address: 128,
        handshake: Duration::from_secs(10),
        head: Duration::from_secs(10),
        stall: Duration::from_secs(20),
        request: Duration::from_secs(180),
        life: Duration::from_secs(600),
        grace: Duration::from_secs(5),
    };

    /// For callers who come through a proxy: they all have its address, and it keeps idle connections for them.
    pub const PROXIED: Limits =
        Limits { per_address: Self::DIRECT.connections, head: Duration::from_secs(75), ..Self::DIRECT };

    /// The limits for an installation that stands behind a proxy, or doesn't.
    pub const fn of(behind_proxy: bool) -> Limits {
        if behind_proxy { Self::PROXIED } else { Self::DIRECT }
    }
}

/// A listener and how it is spoken to.
#[derive(Debug)]
pub struct Front {
    /// Where callers come in.
    pub listener: TcpListener,
    /// TLS or not.
    pub wire: Wire,
    /// How much and how long.
    pub limits: Limits,
}

/// What every connection needs.
struct House {
    wire: Wire,
    limits: Limits,
    router: Router,
}

impl Front {
    /// A listener that was handed over, for use in the runtime that runs now.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn new(listener: std::net::TcpListener, wire: Wire, limits: Limits) -> io::Result<Front> {
        listener.set_nonblocking(true)?;
        Ok(Front { listener: TcpListener::from_std(listener)?, wire, limits })
    }

    /// Serves `router` until `stop`, then finishes what is under way, within the time of grace.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>) {
        let Front { listener, wire, limits } = self;
        let room = Arc::new(Semaphore::new(limits.connections));
        let house = Arc::new(House { wire, limits, router });
        let (over, told) = watch::channel(false);
        tokio::select! {
            () = stop => {}
            () = admit(&listener, &house, &room, &told) => {}
        }
        drop(listener);
        let _ = over.send(true);
        let everybody = u32::try_from(limits.connections).unwrap_or(u32::MAX);
        let _ = timeout(limits.grace, room.acquire_many(everybody)).await;
    }
}

/// A middleware: the answer to a `POST` is the last one of its connection. For routes over which somebody's picture
/// passes, or what they wrote: a connection that stays open keeps its buffers, and in them what came and went last.
pub(crate) async fn a_post_is_the_last(request: Request, next: Next) -> Response {
    let posted = request.method() == Method::POST;
    let mut answer = next.run(request).await;
    if posted {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// Lets callers in for ever.
async fn admit(listener: &TcpListener, house: &Arc<House>, room: &Arc<Semaphore>, told: &watch::Receiver<bool>) {
    let crowd = Crowd::new(house.limits.per_address);
    loop {
        let Some((permit, stream, peer)) = next(listener, room).await else { continue };
        let Some(place) = crowd.admit(peer.ip()) else { continue };
        let (house, told) = (Arc::clone(house), told.clone());
        tokio::spawn(async move {
            attend(stream, peer, &house, told).await;
            drop((permit, place));
        });
    }
}

/// The place is taken before the caller is: whoever finds none waits in the system's queue.
async fn next(listener: &TcpListener, room: &Arc<Semaphore>) -> Option<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((permit, stream, peer)),
        // The caller is gone again, or the system is short of descriptors: either way the next one may fare better.
        Err(error) => {
            tracing::debug!(%error, "a caller was not let in");
            sleep(BREATH).await;
            None
        }
    }
}

async fn attend(stream: TcpStream, peer: SocketAddr, house: &House, told: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    match &house.wire {
        Wire::Plain => exchange::serve(stream, peer, house, told).await,
        #[cfg(feature = "tls")]
        Wire::Tls(tls) => match timeout(house.limits.handshake, tls.accept(stream)).await {
            Ok(Some(stream)) => exchange::serve(stream, peer, house, told).await,
            Ok(None) | Err(_) => tracing::debug!("no TLS was agreed on"),
        },
    }
}

#[cfg(all(test, feature = "tls"))]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
