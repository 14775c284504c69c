//! A session with one server, for programs that wait: the command line, the demo, the drills.

use std::io;

use hyper::{
    Method, Request, Response,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use serde::Serialize;
use tokio::runtime::{Builder, Runtime};

use super::{Client, ClientError, Jar, Part, Server, multipart, urlencoded};

/// One server, one set of cookies, one request at a time. Not for use inside an async runtime.
#[derive(Debug)]
pub struct Session {
    server: Server,
    client: Client,
    jar: Jar,
    always: Vec<(HeaderName, HeaderValue)>,
    runtime: Runtime,
}

impl Session {
    /// A session without cookies.
    ///
    /// # Errors
    /// When the machine has no descriptors left.
    pub fn new(server: Server, client: Client) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { server, client, jar: Jar::default(), always: vec![], runtime })
    }

    /// The same session, with a header that every request carries, e.g. `Origin` as a browser sends it.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.always.push((name, value));
        self
    }

    /// The same session in another hand: same cookies, same headers, connections of its own.
    ///
    /// # Errors
    /// When the machine has no descriptors left.
    pub fn copied(&self) -> io::Result<Self> {
        let session = Self::new(self.server.clone(), self.client.clone())?;
        Ok(Self { jar: self.jar.clone(), always: self.always.clone(), ..session })
    }

    /// The server.
    pub const fn server(&self) -> &Server {
        &self.server
    }

    /// The cookies.
    pub const fn jar(&self) -> &Jar {
        &self.jar
    }

    /// Sends a request as it is, with the cookies, and takes those that come back.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn send(&mut self, mut request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, ClientError> {
        for (name, value) in &self.always {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        self.jar.give_to(request.headers_mut());
        let answer = self.runtime.block_on(self.client.send(&self.server, request))?;
        self.jar.take_from(answer.headers());
        Ok(answer)
    }

    /// Gets a page.
    ///
    /// # Errors
    /// See [`ClientError`]; `BadName` when `path` is not a path.
    pub fn get(&mut self, path: &str) -> Result<Response<Vec<u8>>, ClientError> {
        self.send(request(Method::GET, path, None, vec![])?)
    }

    /// Sends a form.
    ///
    /// # Errors
    /// As [`Session::get`].
    pub fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Response<Vec<u8>>, ClientError> {
        self.post(path, "application/x-www-form-urlencoded", urlencoded(fields).into())
    }

    /// Sends a form with files.
    ///
    /// # Errors
    /// As [`Session::get`].
    pub fn post_multipart(&mut self, path: &str, parts: &[Part<'_>]) -> Result<Response<Vec<u8>>, ClientError> {
        let (kind, body) = multipart(parts);
        self.post(path, &kind, body)
    }

    /// Sends JSON.
    ///
    /// # Errors
    /// As [`Session::get`].
    pub fn post_json(&mut self, path: &str, value: &impl Serialize) -> Result<Response<Vec<u8>>, ClientError> {
        let body = serde_json::to_vec(value).expect("what our own tools send has string keys and no failing parts");
        self.post(path, "application/json", body)
    }

    /// Sends a body of any kind.
    ///
    /// # Errors
    /// As [`Session::get`].
    pub fn post(&mut self, path: &str, kind: &str, body: Vec<u8>) -> Result<Response<Vec<u8>>, ClientError> {
        self.send(request(Method::POST, path, Some(kind), body)?)
    }
}

fn request(method: Method, path: &str, kind: Option<&str>, body: Vec<u8>) -> Result<Request<Vec<u8>>, ClientError> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(kind) = kind {
        request = request.header(CONTENT_TYPE, kind);
    }
    request.body(body).map_err(|_| ClientError::BadName)
}
