//! A witness as C2SP `tlog-witness` has it, with its own state and clock, and lies that a test makes it tell.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use sekisho_core::ledger::{
    AddCheckpoint, Checkpoint, Hash, Note, VerifierKey, WitnessKey,
    add_checkpoint::conflict_body,
    cosignature::cosigned_message,
    tree::{Head, verify_consistency},
};

use super::*;

/// What a witness does instead of its duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine::tests) enum Lie {
    /// Signs with another key.
    OtherKey,
    /// Signs under another name.
    OtherName,
    /// Hands out its first cosignature again and again.
    Replay,
    /// Says with this status what the courier can't take for a cosignature.
    Status(u16),
    /// Says that it knows so many entries.
    Knows(u64),
}

pub(in crate::engine::tests) struct Witness {
    seed: u8,
    name: String,
    known: Head,
    pub(in crate::engine::tests) lie: Option<Lie>,
    /// How far its clock is from the house's, in seconds, and whether ahead.
    pub(in crate::engine::tests) clock: (u64, bool),
    first: Option<String>,
}

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn key_of(name: &str, seed: u8) -> WitnessKey {
    WitnessKey::new(name, pair(seed).public_key().as_ref().try_into().unwrap()).unwrap()
}

impl Witness {
    pub(in crate::engine::tests) fn new(seed: u8) -> Self {
        let known = Head { size: 0, root: Hash::of_nothing() };
        Self { seed, name: format!("w.example/{seed}"), known, lie: None, clock: (0, true), first: None }
    }

    pub(in crate::engine::tests) fn name(&self) -> &str {
        &self.name
    }

    pub(in crate::engine::tests) fn key(&self) -> WitnessKey {
        key_of(&self.name, self.seed)
    }

    pub(in crate::engine::tests) fn terms(&self) -> WitnessTerms {
        WitnessTerms { key: self.key().to_string(), url: format!("https://w{}.example", self.seed) }
    }

    pub(in crate::engine::tests) fn plan(&self) -> WitnessPlan {
        WitnessPlan { named: vec![self.terms()], forgotten: Vec::new() }
    }

    pub(in crate::engine::tests) fn known_size(&self) -> u64 {
        self.known.size
    }

    fn answer(&mut self, ask: &WitnessAsk, log: &VerifierKey, now: Timestamp) -> WitnessSaid {
        let status = |code, body| WitnessSaid::Status { code, body };
        let time = if self.clock.1 { now + self.clock.0 } else { now - self.clock.0 };
        let add: AddCheckpoint = ask.body.parse().unwrap();
        let checkpoint = Checkpoint::open(&add.checkpoint, log).unwrap();
        match self.lie {
            Some(Lie::Status(code)) => return status(code, String::new()),
            Some(Lie::Knows(size)) => return status(409, conflict_body(size)),
            Some(Lie::OtherKey) => return status(200, cosign(&add.checkpoint, &key_of(&self.name, 99), 98, time)),
            Some(Lie::OtherName) => return status(200, cosign(&add.checkpoint, &key_of("other", 99), 99, time)),
            Some(Lie::Replay) => return status(200, self.first.clone().unwrap()),
            None => {}
        }
        if add.old != self.known.size {
            return status(409, conflict_body(self.known.size));
        }
        if add.old == checkpoint.size() && self.known.root != checkpoint.root() {
            return status(409, conflict_body(self.known.size));
        }
        if verify_consistency(self.known, checkpoint.head, &add.proof).is_err() {
            return status(422, String::new());
        }
        self.known = checkpoint.head;
        let line = cosign(&add.checkpoint, &self.key(), self.seed, time);
        self.first.get_or_insert_with(|| line.clone());
        status(200, line)
    }
}

fn cosign(signed: &str, key: &WitnessKey, seed: u8, time: Timestamp) -> String {
    let note = Note::parse(signed).unwrap();
    let signature = pair(seed).sign(cosigned_message(time, note.text()).as_bytes());
    key.line(time, signature.as_ref().try_into().unwrap()) + "\n"
}

impl House {
    /// What the courier is to send now.
    pub(in crate::engine::tests) fn witness_work(&mut self) -> Vec<WitnessAsk> {
        match self.courier(CourierRequest::WitnessWork) {
            Ok(CourierAnswer::WitnessWork(asks)) => asks,
            other => panic!("no work: {other:?}"),
        }
    }

    pub(in crate::engine::tests) fn witness_says(&mut self, witness: &str, size: u64, said: WitnessSaid) {
        self.courier(CourierRequest::WitnessSaid { witness: witness.into(), size, said }).unwrap();
    }

    /// A courier that lives: as long as there is something to ask of them, they are asked, a few times at most.
    /// Those whom it doesn't reach are told of as unreachable.
    pub(in crate::engine::tests) fn ask_witnesses(&mut self, reached: &mut [&mut Witness]) {
        for _ in 0..4 {
            let (log, now) = (self.ledger_key(), self.now());
            for ask in self.witness_work() {
                let found = reached.iter_mut().find(|witness| witness.name == ask.witness);
                let said = found.map_or(WitnessSaid::Unreachable { why: "connect".into() }, |witness| {
                    witness.answer(&ask, &log, now)
                });
                self.witness_says(&ask.witness, ask.size, said);
            }
        }
    }

    pub(in crate::engine::tests) fn ledger_key(&mut self) -> VerifierKey {
        let Ok(GateAnswer::Directory(directory)) = self.gate(GateRequest::Directory) else { panic!("no directory") };
        directory.ledger_key.parse().unwrap()
    }

    pub(in crate::engine::tests) fn witnessing(&mut self) -> Witnessing {
        match self.gate(GateRequest::Status) {
            Ok(GateAnswer::Status(status)) => status.witnessing,
            _ => panic!("no status"),
        }
    }

    /// Starts again, told this of witnesses.
    pub(in crate::engine::tests) fn restart_with(&mut self, plan: WitnessPlan) -> Result<(), StartError> {
        let locked = self.restart_locked_after(60).with_witnesses(plan);
        self.engine = Some(locked.unlock(PASSPHRASE).map_err(|(_, error)| error)?);
        Ok(())
    }

    /// A house with a document that waits, a witness that cosigned nothing yet, and the assignment to open.
    pub(in crate::engine::tests) fn with_witness(witness: &Witness) -> Self {
        let mut house = Self::founded();
        house.submit("one");
        house.restart_with(witness.plan()).unwrap();
        house
    }

    /// Whether a picture is to be had now: a new shift, the assignment, the look.
    pub(in crate::engine::tests) fn opens(&mut self) -> Result<(), Refusal> {
        let shift = self.begin_shift();
        let assignment = self.try_next(&shift)?.expect("a document waits");
        self.view(&shift, assignment).map(drop)
    }

    /// The data folder as it is now, without the keystore.
    pub(in crate::engine::tests) fn keep_data(&self) -> PathBuf {
        static KEPT: AtomicU64 = AtomicU64::new(0);
        let name = format!("kept-{}", KEPT.fetch_add(1, Ordering::Relaxed));
        // Beside the folder, not in it: it outlives being put back, and goes with the house.
        let kept = self.beside().join(name);
        copy_folder(&self.folder, &kept);
        kept
    }

    pub(super) fn beside(&self) -> PathBuf {
        self.folder.with_extension("kept")
    }

    /// Puts a kept data folder in the place of the present one; the keystore stays as it is.
    pub(in crate::engine::tests) fn put_back(&mut self, kept: &std::path::Path) {
        self.engine = None;
        fs::remove_dir_all(&self.folder).unwrap();
        copy_folder(kept, &self.folder);
    }

    /// Whatever in the data folder tells of the newest published tree, but for the entries.
    pub(in crate::engine::tests) fn remove_checkpoint(&mut self) {
        fs::remove_file(self.folder.join("ledger/checkpoint")).unwrap();
    }

    /// Puts an older keystore in the place of the present one.
    pub(in crate::engine::tests) fn put_back_keystore(&mut self, bytes: &[u8]) {
        self.engine = None;
        self.medium = MemoryMedium::from_bytes(bytes.to_vec());
    }

    pub(in crate::engine::tests) fn keystore_bytes(&self) -> Vec<u8> {
        self.medium.snapshot()
    }

    pub(in crate::engine::tests) fn checkpoint_file(&self) -> String {
        fs::read_to_string(self.folder.join("ledger/checkpoint")).unwrap()
    }
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
