//! The intruder in the gate: runs in its place, with the gate's ends, folder and confinement.
//!
//! It goes step by step and notes each in the gate's own folder before it begins and when it is done. A step may cost
//! the connection to the keeper or the process; the supervisor then starts it anew, and it goes on with the next.

use std::{
    io::{self, Write},
    os::unix::{net::UnixStream, process::CommandExt},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use rusqlite::Connection;
use sekisho_core::id::{AssignmentId, CheckId, DocumentId};
use sekisho_keeper::wire::{
    Answered, DeskRequest, GateAnswer, GateRequest, IntakeKey, MAX_FRAME, Numbered, Receive, ShiftToken, SignedCall,
    Status,
};
use sekisho_sys::frame::{read_frame, write_frame};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    forged_checks,
    intruder::{self, Brief, Note, Notebook},
    reach,
    sought::Got,
};
use crate::supervisor::{Role, RoleContext, role::RoleError};

/// How long the keeper may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Intruder {
    pub(super) keeper: UnixStream,
    pub(super) data: PathBuf,
    pub(super) brief: Brief,
    notebook: Notebook,
}

type Step = fn(&mut Intruder) -> io::Result<()>;

/// In this order: what may cost the connection or the process comes late.
const STEPS: [(&str, Step); 7] = [
    ("the gate's verbs", Intruder::every_verb),
    ("files, sockets, memory", Intruder::reach),
    ("start a program", Intruder::spawn),
    ("the desk's verbs", Intruder::desk_verbs),
    ("a frame that is no request", Intruder::garbage),
    ("a frame that is too large", Intruder::too_large),
    ("become another program", Intruder::exec),
];

/// Attacks until there is nothing left to try, then waits for the end.
pub(crate) fn run(mut context: RoleContext) -> Result<(), RoleError> {
    let brief = intruder::brief(&mut context)?;
    let keeper = context.ends.take("keeper")?.blocking_next().ok_or_else(|| RoleError::new("no keeper"))?;
    keeper.set_read_timeout(Some(PATIENCE))?;
    let data = context.config.data.clone();
    let notebook = Notebook::of(&data, Role::Gate);
    let mut intruder = Intruder { keeper, data, brief, notebook };
    // The keeper's own word, not only the supervisor's: its keystore says it.
    if !intruder.status()?.test {
        return Err(RoleError::new("the keeper does not belong to a test installation: no drill runs inside it"));
    }
    context.ready();
    intruder.go_on()?;
    context.stop.wait();
    Ok(())
}

impl Intruder {
    fn go_on(&mut self) -> io::Result<()> {
        let begun = self.notebook.notes().iter().filter(|note| matches!(note, Note::Begins(_))).count();
        for (name, step) in self.steps().iter().skip(begun) {
            self.note(&Note::Begins((*name).to_owned()))?;
            step(self)?;
        }
        self.note(&Note::End)
    }

    /// Whoever came to forge checks tries nothing else.
    fn steps(&self) -> &'static [(&'static str, Step)] {
        if self.brief.forged.is_some() { &[("forged checks", forged_checks::try_all)] } else { &STEPS }
    }

    fn note(&self, note: &Note) -> io::Result<()> {
        self.notebook.note(note)
    }

    pub(super) fn tried(&self, what: &str, worked: bool, got: Got) -> io::Result<()> {
        self.notebook.tried(what, worked, got)
    }

    /// Asks, and gives the raw answer; an error when the keeper hung up.
    fn ask(&mut self, request: &impl Serialize) -> io::Result<Vec<u8>> {
        let frame = postcard::to_allocvec(&Numbered { number: 7, body: request }).map_err(io::Error::other)?;
        write_frame(&mut self.keeper, &frame)?;
        read_frame(&mut self.keeper, MAX_FRAME)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    pub(super) fn asked<T: DeserializeOwned>(&mut self, request: &GateRequest) -> io::Result<(Vec<u8>, Answered<T>)> {
        let raw = self.ask(request)?;
        let Numbered { body, .. } = postcard::from_bytes(&raw).map_err(io::Error::other)?;
        Ok((raw, body))
    }

    fn status(&mut self) -> io::Result<Status> {
        match self.asked::<GateAnswer>(&GateRequest::Status)?.1 {
            Ok(GateAnswer::Status(status)) => Ok(status),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn every_verb(&mut self) -> io::Result<()> {
        let known = known(&self.data).map_err(io::Error::other)?;
        let key = self.intake_key()?;
        let mut requests = vec![GateRequest::IntakeKey, GateRequest::Directory, GateRequest::Status];
        for (check, _) in &known {
            requests.push(GateRequest::Check(*check));
            requests.push(GateRequest::Proof(*check));
        }
        for request in requests {
            let (raw, _) = self.asked::<GateAnswer>(&request)?;
            let got = self.brief.sought.within(&raw);
            self.tried("a verb of the gate's own", false, got)?;
        }
        for request in forged(&known, &self.brief.documents, &key) {
            let (raw, answer) = self.asked::<GateAnswer>(&request)?;
            let got = self.brief.sought.within(&raw);
            self.tried("a forged order", answer.is_ok(), got)?;
        }
        Ok(())
    }

    pub(super) fn intake_key(&mut self) -> io::Result<IntakeKey> {
        match self.asked::<GateAnswer>(&GateRequest::IntakeKey)?.1 {
            Ok(GateAnswer::IntakeKey(keys)) => {
                keys.keys.into_iter().next().ok_or_else(|| io::ErrorKind::NotFound.into())
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn reach(&mut self) -> io::Result<()> {
        let attempts = reach::try_all(&self.brief.targets, &self.brief.sought);
        attempts.into_iter().try_for_each(|attempt| self.note(&Note::Tried(attempt)))
    }

    fn spawn(&mut self) -> io::Result<()> {
        self.note(&Note::Tried(reach::spawn()))
    }

    /// On the gate's descriptor these are other verbs, or none. Ends with the connection.
    fn desk_verbs(&mut self) -> io::Result<()> {
        let token = || ShiftToken([0; 32]);
        let assignment = AssignmentId::from_bytes([0; 16]);
        let requests = [
            DeskRequest::View { shift: token(), assignment, again: None },
            DeskRequest::Next(token()),
            DeskRequest::Whoami(token()),
            DeskRequest::Events { shift: token(), limit: 100 },
        ];
        for request in requests {
            let answered = self.ask(&request);
            let got = answered.as_ref().map_or_else(|_| Got::default(), |raw| self.brief.sought.within(raw));
            self.tried("a verb of the desk's", false, got)?;
            answered?;
        }
        Ok(())
    }

    fn garbage(&mut self) -> io::Result<()> {
        write_frame(&mut self.keeper, &[0xff; 300])?;
        let answered = self.answered_at_all();
        self.tried("a frame that is no request", answered, Got::default())?;
        Err(io::ErrorKind::ConnectionReset.into())
    }

    fn too_large(&mut self) -> io::Result<()> {
        self.keeper.write_all(&u32::MAX.to_le_bytes())?;
        let answered = self.answered_at_all();
        self.tried("a frame that is too large", answered, Got::default())?;
        Err(io::ErrorKind::ConnectionReset.into())
    }

    fn answered_at_all(&mut self) -> bool {
        matches!(read_frame(&mut self.keeper, MAX_FRAME), Ok(Some(_)))
    }

    /// If it worked, another program would run here now and note nothing; it does not, and the kernel ends this one.
    fn exec(&mut self) -> io::Result<()> {
        let _ = Command::new("/bin/true").exec();
        self.tried("become another program", false, Got::default())
    }
}

/// What the gate's own database knows: its checks and the sites' signed requests.
fn known(data: &Path) -> rusqlite::Result<Vec<(CheckId, String)>> {
    let db = Connection::open(data.join("gate").join("gate.db"))?;
    let mut rows = db.prepare("select check_id, request from checks")?;
    let rows = rows.query_map([], |row| Ok((CheckId::from_bytes(row.get(0)?), row.get(1)?)))?;
    rows.collect()
}

/// Orders that nobody gave: to take a document in again under a key of the intruder's, to end checks.
fn forged(known: &[(CheckId, String)], documents: &[DocumentId], key: &IntakeKey) -> Vec<GateRequest> {
    let call =
        |path: String| SignedCall { jws: "e30.e30.AAAA".into(), method: "POST".into(), path, body_sha256: [0; 32] };
    let mut orders = Vec::new();
    for (check, request) in known {
        orders.push(GateRequest::Withdraw { check: *check, call: call(format!("/v1/checks/{check}/withdraw")) });
        orders.push(GateRequest::WithdrawByMember { check: *check, secret: [0; 32] });
        orders.push(GateRequest::MemberLeft { sub: "x".into(), call: call("/v1/members/x/left".into()) });
        orders.extend(documents.iter().map(|document| {
            GateRequest::Receive(Receive {
                request: request.clone(),
                document: *document,
                kind: "jp-driving-licence".parse().expect("a kind's name"),
                intake_key: key.id,
                deadline: key.deadline,
                sealed_key: vec![7; 1168],
                ciphertext_sha256: [0; 32],
                ciphertext_len: 1,
                withdraw_sha256: [0; 32],
            })
        }));
    }
    orders
}
