//! What an entry says that matters here, told from its bytes as the keeper writes them.
//!
//! Reading every body whole would take most of the time. What isn't written just so (by another program, with other
//! fields) is read whole, so that an entry of an unknown kind is found to be unknown.

use sekisho_core::{
    check::ShredCause,
    event::{Event, What},
    id::{CheckId, DeviceId, DocumentId, NetworkId, ShiftId, StaffId},
    time::Timestamp,
    watch::observed::Observation,
};

use super::text::Text;

/// A body of the ledger, as it lies where it is read.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// Byte for byte.
    Plain(&'a [u8]),
    /// As it stands within a string of JSON, without the quotation marks around it.
    Escaped(&'a [u8]),
}

/// What an entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told<'a> {
    /// Nothing that matters to whose documents were opened.
    Nothing,
    Received {
        check: CheckId,
        document: DocumentId,
        site: &'a str,
        kind: &'a str,
    },
    Looked {
        check: CheckId,
        document: DocumentId,
        staff: StaffId,
        shift: ShiftId,
    },
    Ended {
        document: DocumentId,
        cause: ShredCause,
    },
    Began {
        shift: ShiftId,
        until: Timestamp,
    },
    From {
        shift: ShiftId,
        device: DeviceId,
        network: NetworkId,
    },
}

/// The most frequent entries that are about no document which anybody looked at. What isn't named here is read whole.
const PASSED_OVER: [&[u8]; 8] = [
    b"assigned",
    b"lapsed",
    b"decided",
    b"deadline_nears",
    b"check_ended",
    b"root_changed",
    b"slots_forgotten",
    b"intake_key_made",
];

/// Shows `see` when a body was written and what it says; nothing if it isn't understood.
pub(super) fn told<T>(body: Body<'_>, see: impl FnOnce(Timestamp, Told<'_>) -> T) -> Option<T> {
    let quick = match body {
        Body::Plain(bytes) => quick::<false>(bytes),
        Body::Escaped(bytes) => quick::<true>(bytes),
    };
    if let Some((at, told)) = quick {
        return Some(see(at, told));
    }
    let event = whole(body)?;
    Some(see(event.at, of(&event.what)))
}

/// The event of a body, if this program knows it.
pub(super) fn whole(body: Body<'_>) -> Option<Event> {
    match body {
        Body::Plain(bytes) => Event::from_bytes(bytes).ok(),
        Body::Escaped(bytes) => {
            let text: String = serde_json::from_slice(&[b"\"", bytes, b"\""].concat()).ok()?;
            Event::from_bytes(text.as_bytes()).ok()
        }
    }
}

fn of(what: &What) -> Told<'_> {
    match what {
        What::Received { check, document, site, kind, .. } => {
            Told::Received { check: *check, document: *document, site: site.as_str(), kind: kind.as_str() }
        }
        What::Shredded { document, cause, .. } => Told::Ended { document: *document, cause: *cause },
        What::ShiftBegan { shift, until, .. } => Told::Began { shift: *shift, until: *until },
        What::Observed { seen: Observation::ShiftFrom { shift, device, network, .. }, .. } => {
            Told::From { shift: *shift, device: *device, network: *network }
        }
        What::Viewed { document, check, staff, shift, .. } => {
            Told::Looked { check: *check, document: *document, staff: *staff, shift: *shift }
        }
        _ => Told::Nothing,
    }
}

fn quick<const ESCAPED: bool>(body: &[u8]) -> Option<(Timestamp, Told<'_>)> {
    let mut text = Text::<ESCAPED>(body.strip_suffix(b"}")?);
    text.eat(b"{")?;
    text.name(b"v")?;
    text.eat(b"1,")?;
    text.name(b"at")?;
    let at = Timestamp(text.number()?);
    text.eat(b",")?;
    text.name(b"event")?;
    let told = match text.word()? {
        b"viewed" => looked(text),
        b"received" => received(text),
        b"shredded" => ended(text),
        name => PASSED_OVER.contains(&name).then_some(Told::Nothing),
    };
    told.map(|told| (at, told))
}

fn looked<const ESCAPED: bool>(mut text: Text<'_, ESCAPED>) -> Option<Told<'_>> {
    text.id(b"viewing", b"vwg")?;
    text.id(b"assignment", b"asg")?;
    let (check, document) = (text.id(b"check", b"chk")?, text.id(b"document", b"doc")?);
    let (staff, shift) = (text.id(b"staff", b"stf")?, text.id(b"shift", b"sft")?);
    Some(Told::Looked {
        check: CheckId::from_bytes(check.bytes()?),
        document: DocumentId::from_bytes(document.bytes()?),
        staff: StaffId::from_bytes(staff.bytes()?),
        shift: ShiftId::from_bytes(shift.bytes()?),
    })
}

fn received<const ESCAPED: bool>(mut text: Text<'_, ESCAPED>) -> Option<Told<'_>> {
    let (check, document) = (text.id(b"check", b"chk")?, text.id(b"document", b"doc")?);
    let site = text.field(b"site")?;
    text.field(b"policy")?;
    text.eat(b",")?;
    text.name(b"policy_version")?;
    text.number()?;
    let kind = text.field(b"kind")?;
    Some(Told::Received {
        check: CheckId::from_bytes(check.bytes()?),
        document: DocumentId::from_bytes(document.bytes()?),
        site: std::str::from_utf8(site).ok()?,
        kind: std::str::from_utf8(kind).ok()?,
    })
}

fn ended<const ESCAPED: bool>(mut text: Text<'_, ESCAPED>) -> Option<Told<'_>> {
    text.id(b"check", b"chk")?;
    let document = text.id(b"document", b"doc")?;
    let cause = match text.field(b"cause")? {
        b"decided" => ShredCause::Decided,
        b"withdrawn" => ShredCause::Withdrawn,
        b"retake" => ShredCause::Retake,
        b"overdue" => ShredCause::Overdue,
        b"damaged" => ShredCause::Damaged,
        _ => return None,
    };
    Some(Told::Ended { document: DocumentId::from_bytes(document.bytes()?), cause })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_core::{
        id::{AgentId, AssignmentId, ViewingId},
        time::Hour,
        watch::observed::Room,
    };

    fn escaped(body: &[u8]) -> Vec<u8> {
        let text = serde_json::to_string(std::str::from_utf8(body).unwrap()).unwrap();
        text.as_bytes()[1..text.len() - 1].to_vec()
    }

    fn kinds() -> Vec<What> {
        let (check, document) = (CheckId::from_bytes([255; 16]), DocumentId::from_bytes([2; 16]));
        let (staff, shift) = (StaffId::from_bytes([3; 16]), ShiftId::from_bytes([4; 16]));
        let (assignment, viewing) = (AssignmentId::from_bytes([5; 16]), ViewingId::from_bytes([6; 16]));
        let viewed = |again| What::Viewed { viewing, assignment, check, document, staff, shift, again };
        let ends = [ShredCause::Decided, ShredCause::Withdrawn, ShredCause::Retake, ShredCause::Overdue];
        let mut all = vec![
            What::Received {
                check,
                document,
                site: "site-a".parse().unwrap(),
                policy: "age".parse().unwrap(),
                policy_version: 12,
                kind: "driving-licence".parse().unwrap(),
                arrival: 1,
                deadline: Timestamp(7),
                ciphertext_sha256: "00".repeat(32),
                waits: true,
            },
            viewed(None),
            viewed(Some(sekisho_core::check::LookReason::InDoubt)),
            What::Shredded { check, document, cause: ShredCause::Damaged },
            What::Lapsed { assignment, check, document, staff },
        ];
        all.extend(ends.map(|cause| What::Shredded { check, document, cause }));
        all
    }

    /// What is read quickly is what reading it whole gives, as it lies in a journal and in an export.
    #[test]
    fn the_quick_way_says_what_the_whole_way_says() {
        for what in kinds() {
            let event = Event::new(Timestamp(1_700_000_000), what);
            let body = event.to_bytes();
            let expected = Some((event.at, of(&event.what)));
            assert_eq!(quick::<false>(&body), expected, "{}", String::from_utf8_lossy(&body));
            assert_eq!(quick::<true>(&escaped(&body)), expected);
        }
    }

    #[test]
    fn what_the_quick_way_does_not_know_is_read_whole() {
        let at = Timestamp(1_700_000_000);
        let shift = ShiftId::from_bytes([4; 16]);
        let began = What::ShiftBegan { shift, staff: StaffId::from_bytes([3; 16]), until: Timestamp(9) };
        let (device, network) = (DeviceId::from_bytes([5; 16]), NetworkId::from_bytes([6; 16]));
        let agent = AgentId::from_bytes([7; 16]);
        let seen = Observation::ShiftFrom { shift, staff: StaffId::from_bytes([3; 16]), device, network, agent };
        let from = What::Observed { room: Room::Desk, seen };
        for (what, expected) in [
            (began, Told::Began { shift, until: Timestamp(9) }),
            (from, Told::From { shift, device, network }),
            (What::Started, Told::Nothing),
        ] {
            let body = Event::new(at, what).to_bytes();
            assert_eq!(quick::<false>(&body), None);
            assert_eq!(told(Body::Plain(&body), |when, told| (when, told == expected)), Some((at, true)));
            assert_eq!(told(Body::Escaped(&escaped(&body)), |when, told| (when, told == expected)), Some((at, true)));
        }
    }

    #[test]
    fn every_name_that_is_passed_over_is_an_events_name() {
        for name in PASSED_OVER {
            let name = std::str::from_utf8(name).unwrap();
            let why = Event::from_bytes(format!(r#"{{"v":1,"at":1,"event":"{name}"}}"#).as_bytes()).unwrap_err();
            assert!(why.to_string().starts_with("missing field"), "{name}: {why}");
        }
        let forgotten = Event::new(Timestamp(7), What::SlotsForgotten { through: Hour(7) }).to_bytes();
        assert_eq!(quick::<false>(&forgotten), Some((Timestamp(7), Told::Nothing)));
    }

    /// Whatever is cut off, changed or added: what is said quickly is never something that the whole doesn't say.
    #[test]
    fn what_is_altered_is_not_told_as_something_else() {
        for what in kinds().into_iter().take(4) {
            let body = Event::new(Timestamp(1_700_000_000), what).to_bytes();
            for at in 0..body.len() {
                for other in [b'"', b'\\', b'}', b',', b'0', b'~', 0xff] {
                    let mut altered = body.clone();
                    altered[at] = other;
                    let Some((when, said)) = quick::<false>(&altered) else { continue };
                    let Ok(event) = Event::from_bytes(&altered) else { continue };
                    assert_eq!((when, said), (event.at, of(&event.what)), "{}", String::from_utf8_lossy(&altered));
                }
                assert_eq!(told(Body::Plain(&body[..at]), |_, _| ()), None);
            }
        }
    }
}
