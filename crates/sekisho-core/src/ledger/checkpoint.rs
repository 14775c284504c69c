//! Checkpoints: C2SP `tlog-checkpoint`.

use alloc::{
    borrow::ToOwned as _,
    string::{String, ToString as _},
};
use core::fmt;

use super::{Hash, Note, VerifierKey, note::NoteError, text, tree::Head};

/// What a log says of itself at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name; the name of its key too.
    pub origin: String,
    /// How many leaves, and the hash over them.
    pub head: Head,
}

/// Why a checkpoint is not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is not a note of the known key.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// It has not the form of a checkpoint.
    #[error("not a checkpoint")]
    Form,
    /// It is of another log than the key's.
    #[error("a checkpoint of another log")]
    Origin,
}

impl Checkpoint {
    /// Reads a signed checkpoint of the log whose key is `key`, once it is verified.
    ///
    /// # Errors
    /// When it is not signed by that key, not a checkpoint, or of another log.
    pub fn open(signed: &str, key: &VerifierKey) -> Result<Self, CheckpointError> {
        let note = Note::parse(signed)?;
        note.verify(key)?;
        let checkpoint = Self::unverified(&note)?;
        if checkpoint.origin == key.name() { Ok(checkpoint) } else { Err(CheckpointError::Origin) }
    }

    /// Reads the checkpoint that `note` holds, whoever signed it: for who must learn the
    /// origin before it knows with which key to verify.
    ///
    /// # Errors
    /// When it is not a checkpoint.
    pub fn unverified(note: &Note) -> Result<Self, CheckpointError> {
        Self::parse(note.text()).ok_or(CheckpointError::Form)
    }

    /// Reads the text of a checkpoint. Lines after the third are passed over.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty())?.to_owned();
        let size = text::decimal(lines.next()?)?;
        let root = lines.next()?.parse().ok()?;
        let extensions_are_lines = lines.all(|line| !line.is_empty());
        extensions_are_lines.then_some(Self { origin, head: Head { size, root } })
    }

    /// The checkpoint as a note that waits for its signature; nothing if the origin can't stand in one.
    pub fn to_note(&self) -> Option<Note> {
        let line = !self.origin.is_empty() && !self.origin.contains('\n');
        Note::new(self.to_string()).filter(|_| line)
    }

    /// The size of the tree.
    pub const fn size(&self) -> u64 {
        self.head.size
    }

    /// The root of the tree.
    pub const fn root(&self) -> Hash {
        self.head.root
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.head.size, self.head.root)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::note::testing::key, *};

    const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

    fn open(text: &str) -> Result<Checkpoint, CheckpointError> {
        let key = key("example.com/log");
        Checkpoint::open(&key.sign(text.to_owned()), &key.1)
    }

    #[test]
    fn a_checkpoint_is_written_and_read_back() {
        let head = Head { size: 20_852_163, root: ROOT.parse().unwrap() };
        let checkpoint = Checkpoint { origin: "example.com/log".to_owned(), head };
        assert_eq!(checkpoint.to_string(), alloc::format!("example.com/log\n20852163\n{ROOT}\n"));
        assert_eq!(open(checkpoint.to_note().unwrap().text()), Ok(checkpoint));
    }

    #[test]
    fn another_logs_checkpoint_under_our_key_is_refused() {
        assert_eq!(open(&alloc::format!("example.com/other\n1\n{ROOT}\n")), Err(CheckpointError::Origin));
    }

    #[test]
    fn what_is_no_checkpoint_is_refused() {
        for text in [
            "example.com/log\n".to_owned(),
            "example.com/log\n1\n".to_owned(),
            "example.com/log\n1\nAAAA\n".to_owned(),
            alloc::format!("example.com/log\n01\n{ROOT}\n"),
            alloc::format!("\n1\n{ROOT}\n"),
            alloc::format!("example.com/log\n1\n{ROOT}\n\nextension\n"),
        ] {
            assert_eq!(open(&text), Err(CheckpointError::Form), "{text:?}");
        }
        assert!(open(&alloc::format!("example.com/log\n1\n{ROOT}\nextension\n")).is_ok());
    }

    #[test]
    fn an_unsigned_checkpoint_is_refused() {
        let (ours, other) = (key("example.com/log"), key("example.com/other"));
        let signed = other.sign(alloc::format!("example.com/log\n1\n{ROOT}\n"));
        assert_eq!(Checkpoint::open(&signed, &ours.1), Err(CheckpointError::Note(NoteError::NotSigned)));
    }
}
