//! One piece of a ledger as an index has it: a hash, numbers, and columns of fixed width.
//!
//! | bytes | |
//! |---|---|
//! | 32 | SHA-256 of all that follows |
//! | 8, 8, 8 | how many entries were understood; lines; the place behind the last entry |
//! | columns | runs of entries without a gap, numbers of broken lines |
//! | columns | documents with checks, sites with kinds, people with sessions, sessions begun, sessions' devices |
//! | columns | of the rows: kind, time, document, what else; times are counted from the least one |

use sekisho_core::{
    id::{CheckId, DeviceId, DocumentId, NetworkId, ShiftId, StaffId},
    time::Timestamp,
};
use sha2::{Digest, Sha256};

use super::{
    bytes::{self, Bytes},
    rows::{BEGAN, FROM, LOOKED, RECEIVED, Rows, cause},
};
use crate::ledger::{
    fact::Fact,
    facts::Facts,
    part::{Part, Run},
};

const HASH: usize = 32;

/// Writes a part that was read for an index into `out`, in place of what is there.
pub(super) fn write(part: &Part<'_>, out: &mut Vec<u8>) {
    out.clear();
    out.resize(HASH, 0);
    [part.read, part.lines, part.next].iter().for_each(|number| out.extend(number.to_le_bytes()));
    bytes::column(out, part.runs.iter().map(of_run));
    bytes::column(out, part.broken.iter().map(|line| line.to_le_bytes()));
    if let Some(rows) = part.rows() {
        refer(rows, out);
        columns(rows, out);
    }
    let hash = Sha256::digest(&out[HASH..]);
    out[..HASH].copy_from_slice(&hash);
}

/// The hash that a block begins with.
pub(super) fn hash(block: &[u8]) -> Option<[u8; HASH]> {
    block.first_chunk().copied()
}

fn of_run(run: &Run) -> [u8; 32] {
    let mut out = [0; 32];
    let numbers = [run.first.0, run.first.1.0, run.last.0, run.last.1.0];
    out.as_chunks_mut::<8>().0.iter_mut().zip(numbers).for_each(|(place, number)| *place = number.to_le_bytes());
    out
}

/// What the rows refer to.
fn refer(rows: &Rows, out: &mut Vec<u8>) {
    bytes::column(out, rows.subjects.iter().map(|(document, check)| pair(document.as_bytes(), check.as_bytes())));
    bytes::number(out, rows.book.sites.all().len());
    rows.book.sites.all().iter().for_each(|site| bytes::text(out, site.as_str()));
    bytes::number(out, rows.book.kinds.all().len());
    rows.book.kinds.all().iter().for_each(|kind| bytes::text(out, kind.as_str()));
    let kinds = rows.kinds.all.iter().map(|(site, kind)| u64::from(*site) | u64::from(*kind) << 32);
    bytes::column(out, kinds.map(u64::to_le_bytes));
    bytes::column(out, rows.workers.all.iter().map(|(staff, shift)| pair(staff.as_bytes(), shift.as_bytes())));
    bytes::column(out, rows.began.iter().map(|(shift, _)| *shift.as_bytes()));
    bytes::column(out, rows.began.iter().map(|(_, until)| until.0.to_le_bytes()));
    bytes::column(out, rows.from.iter().map(|(shift, ..)| *shift.as_bytes()));
    bytes::column(out, rows.from.iter().map(|(_, device, network)| pair(device.as_bytes(), network.as_bytes())));
}

fn columns(rows: &Rows, out: &mut Vec<u8>) {
    bytes::column(out, rows.tags.iter().map(|tag| [*tag]));
    let least = rows.times.iter().min().copied().unwrap_or(0);
    let later = rows.times.iter().map(|time| time - least);
    out.extend(least.to_le_bytes());
    // A ledger whose clock leapt needs wider times; it has one column or the other.
    let is_narrow = later.clone().all(|later| u32::try_from(later).is_ok());
    let count = if is_narrow { rows.times.len() } else { 0 };
    bytes::column(out, later.clone().take(count).map(|later| (later as u32).to_le_bytes()));
    bytes::column(out, later.skip(count).map(u64::to_le_bytes));
    bytes::column(out, rows.documents.iter().map(|number| number.to_le_bytes()));
    bytes::column(out, rows.others.iter().map(|number| number.to_le_bytes()));
}

fn pair(one: &[u8; 16], other: &[u8; 16]) -> [u8; 32] {
    let mut both = [0; 32];
    both[..16].copy_from_slice(one);
    both[16..].copy_from_slice(other);
    both
}

fn halves(both: &[u8; 32]) -> Option<([u8; 16], [u8; 16])> {
    let (one, other) = both.split_at(16);
    Some((one.try_into().ok()?, other.try_into().ok()?))
}

/// Puts into a part that is read for a question what reading the piece itself would have; nothing if the block is not
/// what was written.
pub(super) fn recall(block: &[u8], part: &mut Part<'_>) -> Option<()> {
    let (hash, rest) = block.split_at_checked(HASH)?;
    if Sha256::digest(rest)[..] != *hash {
        return None;
    }
    let mut rest = Bytes(rest);
    (part.read, part.lines, part.next) = (rest.u64()?, rest.u64()?, rest.u64()?);
    part.runs.extend(rest.column()?.iter().map(run));
    part.broken.extend(rest.column()?.iter().map(|line| u64::from_le_bytes(*line)));
    let facts = part.facts_mut()?;
    let referred = Referred::read(&mut rest, facts)?;
    let rows = Columns::read(&mut rest)?;
    rest.0.is_empty().then_some(())?;
    rows.show(&referred, facts)
}

fn run(bytes: &[u8; 32]) -> Run {
    let mut numbers = bytes.as_chunks::<8>().0.iter().map(|number| u64::from_le_bytes(*number));
    let mut next = || numbers.next().unwrap_or_default();
    let (first, at, last, to) = (next(), next(), next(), next());
    Run { first: (first, Timestamp(at)), last: (last, Timestamp(to)) }
}

/// What the rows refer to; sites and kinds by their numbers in the book of the part that is read.
struct Referred<'a> {
    subjects: &'a [[u8; 32]],
    kinds: Vec<(u32, u32)>,
    workers: Vec<(StaffId, ShiftId)>,
    began: &'a [[u8; 16]],
    until: &'a [[u8; 8]],
    from: &'a [[u8; 16]],
    devices: &'a [[u8; 32]],
}

impl<'a> Referred<'a> {
    fn read(rest: &mut Bytes<'a>, facts: &mut Facts<'_>) -> Option<Self> {
        let subjects = rest.column()?;
        let book = &mut facts.book;
        let sites = (0..rest.u32()?).map(|_| book.sites.number(rest.text()?)).collect::<Option<Vec<_>>>()?;
        let names = (0..rest.u32()?).map(|_| book.kinds.number(rest.text()?)).collect::<Option<Vec<_>>>()?;
        let kind = |both: &[u8; 8]| {
            let both = u64::from_le_bytes(*both);
            Some((*sites.get(both as u32 as usize)?, *names.get((both >> 32) as usize)?))
        };
        let kinds = rest.column()?.iter().map(kind).collect::<Option<_>>()?;
        let worker = |both| halves(both).map(|(staff, shift)| (StaffId::from_bytes(staff), ShiftId::from_bytes(shift)));
        let workers = rest.column()?.iter().map(worker).collect::<Option<_>>()?;
        let (began, until, from, devices) = (rest.column()?, rest.column()?, rest.column()?, rest.column()?);
        Some(Self { subjects, kinds, workers, began, until, from, devices })
    }

    fn subject(&self, number: u32) -> Option<(DocumentId, CheckId)> {
        let (document, check) = halves(self.subjects.get(number as usize)?)?;
        Some((DocumentId::from_bytes(document), CheckId::from_bytes(check)))
    }
}

/// The rows.
struct Columns<'a> {
    tags: &'a [[u8; 1]],
    least: u64,
    narrow: &'a [[u8; 4]],
    wide: &'a [[u8; 8]],
    documents: &'a [[u8; 4]],
    others: &'a [[u8; 4]],
}

impl<'a> Columns<'a> {
    fn read(rest: &mut Bytes<'a>) -> Option<Self> {
        let tags = rest.column()?;
        let least = rest.u64()?;
        let (narrow, wide, documents, others) = (rest.column()?, rest.column()?, rest.column()?, rest.column()?);
        (narrow.len() + wide.len() == tags.len()).then_some(Self { tags, least, narrow, wide, documents, others })
    }

    /// Shows the rows to a part. Whether a look may be meant is asked here as it is where bodies are read.
    fn show(&self, referred: &Referred<'_>, facts: &mut Facts<'_>) -> Option<()> {
        let narrow = self.narrow.iter().map(|later| u64::from(u32::from_le_bytes(*later)));
        let mut times = narrow.chain(self.wide.iter().map(|later| u64::from_le_bytes(*later)));
        let number = |one: &[u8; 4]| u32::from_le_bytes(*one);
        let (mut documents, mut others) = (self.documents.iter().map(number), self.others.iter().map(number));
        for [tag] in self.tags {
            let at = Timestamp(self.least.checked_add(times.next()?)?);
            match *tag {
                RECEIVED => {
                    let (subject, other) = (documents.next()?, others.next()?);
                    let ((document, check), (site, kind)) =
                        (referred.subject(subject)?, *referred.kinds.get(other as usize)?);
                    facts.remember(Fact::Received { at, check, document, site, kind });
                }
                LOOKED => {
                    let (subject, other) = (documents.next()?, others.next()?);
                    let (staff, shift) = *referred.workers.get(other as usize)?;
                    if facts.question.may_mean(at, staff, shift) {
                        let (document, check) = referred.subject(subject)?;
                        facts.remember(Fact::Looked { at, check, document, shift });
                    }
                }
                BEGAN => {
                    let began = others.next()? as usize;
                    let shift = ShiftId::from_bytes(*referred.began.get(began)?);
                    let until = Timestamp(u64::from_le_bytes(*referred.until.get(began)?));
                    facts.remember(Fact::Began { at, shift, until });
                }
                FROM => {
                    let from = others.next()? as usize;
                    let shift = ShiftId::from_bytes(*referred.from.get(from)?);
                    let (device, network) = halves(referred.devices.get(from)?)?;
                    let (device, network) = (DeviceId::from_bytes(device), NetworkId::from_bytes(network));
                    facts.remember(Fact::From { shift, device, network });
                }
                ended => {
                    let (document, _) = referred.subject(documents.next()?)?;
                    facts.remember(Fact::Ended { at, document, cause: cause(ended)? });
                }
            }
        }
        (documents.next().is_none() && others.next().is_none()).then_some(())
    }
}
