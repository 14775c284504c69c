//! OpenBao beside us: its own program, raft storage, a file for its audit, asked over loopback.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::Done;

/// A running OpenBao with a transit engine. Dropping it ends it.
pub(crate) struct OpenBao {
    child: Child,
    address: SocketAddr,
    token: String,
    // Removed after the process is gone.
    _folder: TempDir,
}

impl Drop for OpenBao {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One connection, kept alive.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    token: String,
}

impl OpenBao {
    /// Starts it in a folder of its own below `ground`, unsealed, with transit mounted.
    pub(crate) fn start(program: &Path, ground: &Path) -> Done<Self> {
        let folder = tempfile::Builder::new().prefix("openbao-").tempdir_in(ground)?;
        let (address, cluster) = (free_port()?, free_port()?);
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("raft"))?;
        fs::write(path("openbao.hcl"), configuration(folder.path(), address, cluster))?;
        let child = Command::new(program)
            .args(["server", "-config"])
            .arg(path("openbao.hcl"))
            .stdout(fs::File::create(path("out"))?)
            .stderr(Stdio::null())
            .spawn()?;
        let mut bao = Self { child, address, token: String::new(), _folder: folder };
        bao.unseal()?;
        Ok(bao)
    }

    fn unseal(&mut self) -> Done {
        let shares = json!({ "secret_shares": 1, "secret_threshold": 1 });
        let made = self.until(|bao| bao.connect()?.ask("PUT", "sys/init", &shares))?;
        self.token = text(&made["root_token"])?;
        let key = json!({ "key": text(&made["keys_base64"][0])? });
        self.connect()?.ask("PUT", "sys/unseal", &key)?;
        // It leads itself some seconds later.
        self.until(|bao| bao.connect()?.ask("POST", "sys/mounts/transit", &json!({ "type": "transit" })))?;
        Ok(())
    }

    fn until(&self, ask: impl Fn(&Self) -> Done<Value>) -> Done<Value> {
        for _ in 0..300 {
            if let Ok(answer) = ask(self) {
                return Ok(answer);
            }
            thread::sleep(Duration::from_millis(200));
        }
        Err("OpenBao did not come up within a minute".into())
    }

    /// A connection of its own.
    pub(crate) fn connect(&self) -> Done<Connection> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Connection { stream: BufReader::new(stream), token: self.token.clone() })
    }
}

impl Connection {
    /// Asks and reads the answer, which must be a good one.
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: &Value) -> Done<Value> {
        let answer = self.exchange(&self.request(method, path, &body.to_string()))?;
        if answer.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&answer)?) }
    }

    /// A request's bytes.
    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let token = &self.token;
        format!(
            "{method} /v1/{path} HTTP/1.1\r\nHost: localhost\r\nX-Vault-Token: {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    /// Sends a request and gives the answer's body, unread.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Done<Vec<u8>> {
        self.stream.get_mut().write_all(request)?;
        let status = self.line()?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let header = self.line()?.to_ascii_lowercase();
            match header.split_once(": ") {
                Some(("content-length", value)) => length = value.parse()?,
                Some(("transfer-encoding", "chunked")) => chunked = true,
                _ if header.is_empty() => break,
                _ => {}
            }
        }
        let body = if chunked { self.chunks()? } else { self.exactly(length)? };
        let good = status.split(' ').nth(1).is_some_and(|code| code.starts_with('2'));
        if good { Ok(body) } else { Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into()) }
    }

    fn line(&mut self) -> Done<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line)? {
            0 => Err("OpenBao hung up".into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }

    fn exactly(&mut self, length: usize) -> Done<Vec<u8>> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(body)
    }

    fn chunks(&mut self) -> Done<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.line()?, 16)?;
            body.extend(self.exactly(length)?);
            self.line()?;
            if length == 0 {
                return Ok(body);
            }
        }
    }
}

fn text(value: &Value) -> Done<String> {
    Ok(value.as_str().ok_or("OpenBao answered otherwise than expected")?.to_owned())
}

// Taken by nobody a moment ago; whoever is quicker makes the start fail, loudly.
fn free_port() -> Done<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

fn configuration(folder: &Path, address: SocketAddr, cluster: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        r#"ui = false
disable_mlock = true
storage "raft" {{
  path = "{folder}/raft"
  node_id = "one"
}}
listener "tcp" {{
  address = "{address}"
  tls_disable = true
}}
api_addr = "http://{address}"
cluster_addr = "http://{cluster}"
audit "file" "file" {{
  options {{
    file_path = "{folder}/audit.log"
  }}
}}
"#
    )
}
