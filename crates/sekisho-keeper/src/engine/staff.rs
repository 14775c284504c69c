//! Who may look: invitations, passkeys, shifts.

use base64ct::{Base64UrlUnpadded, Encoding};
use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    check::Role,
    entropy::fresh,
    event::What,
    id::{DeviceId, ShiftId, StaffId},
    time::{HOUR, Timestamp},
};

use super::{budget, ceremonies::Purpose, fault::Fault, registry, retention, stops, turn::Turn, watching};
use crate::{
    db::columns::{At, Id, Packed, Word},
    hash::sha256,
    webauthn::{self, Credential, RelyingParty},
    wire::{Assertion, EnrolOptions, Refusal, Shift, ShiftOptions, ShiftToken, StaffView, Whence},
};

/// How long an invitation works, in seconds.
pub(crate) const INVITATION_SECONDS: u64 = HOUR / 2;

fn relying_party(turn: &Turn<'_>) -> RelyingParty {
    let installation = &turn.room.installation;
    RelyingParty { id: installation.desk_host.clone(), origin: installation.desk_origin.clone() }
}

// ------------------------------------------------------------- invitations

/// Draws an invitation: a secret that is shown once and kept only as a hash.
pub(crate) fn invitation(
    turn: &mut Turn<'_>,
    name: &str,
    role: Role,
    by: Option<StaffId>,
) -> Result<(String, Timestamp), Fault> {
    require_name(name)?;
    let secret: [u8; 32] = fresh(&mut *turn.room.entropy);
    let text = Base64UrlUnpadded::encode_string(&secret);
    let (staff, until) = (StaffId::random(&mut *turn.room.entropy), turn.now.at + INVITATION_SECONDS);
    turn.db
        .prepare_cached(
            "INSERT INTO invitation (sha256, staff, name, role, until, by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((&sha256(text.as_bytes())[..], Id(staff), name, Word(role), At(until), by.map(Id)))?;
    Ok((text, until))
}

// A login id is not an e-mail address (M14), and a name on a watermark must be short.
pub(super) fn require_name(name: &str) -> Result<(), Refusal> {
    let fine = (1..=40).contains(&name.chars().count()) && !name.contains('@') && !name.chars().any(char::is_control);
    if fine { Ok(()) } else { Err(Refusal::BadRequest) }
}

pub(super) fn invite(
    turn: &mut Turn<'_>,
    token: &ShiftToken,
    name: &str,
    role: Role,
) -> Result<(String, Timestamp), Fault> {
    let by = turn.room.shifts.require(token, &[Role::Administrator], turn.now.at)?.staff();
    registry::require_founding(turn)?;
    invitation(turn, name, role, Some(by))
}

struct Invited {
    staff: StaffId,
    name: String,
    role: Role,
    by: Option<StaffId>,
}

fn invited(db: &Connection, sha256: &[u8; 32], now: Timestamp) -> Result<Invited, Fault> {
    db.prepare_cached("SELECT staff, name, role, by FROM invitation WHERE sha256 = ?1 AND until > ?2")?
        .query_row((&sha256[..], At(now)), |row| {
            Ok(Invited {
                staff: row.get::<_, Id<_>>(0)?.0,
                name: row.get(1)?,
                role: row.get::<_, Word<_>>(2)?.0,
                by: row.get::<_, Option<Id<_>>>(3)?.map(|Id(by)| by),
            })
        })
        .optional()?
        .ok_or(Refusal::BadInvitation.into())
}

// --------------------------------------------------------------- enrolment

pub(super) fn enrol_options(turn: &mut Turn<'_>, text: &str) -> Result<EnrolOptions, Fault> {
    let hash = sha256(text.as_bytes());
    let Invited { staff, name, role, by } = invited(turn.db, &hash, turn.now.at)?;
    let purpose = Purpose::Enrol { invitation: hash, staff, name: name.clone(), role, by };
    let (ceremony, challenge) = turn.room.ceremonies.begin(purpose, turn.now.at, &mut *turn.room.entropy);
    Ok(EnrolOptions { ceremony, challenge, rp_id: relying_party(turn).id, user: *staff.as_bytes(), name, role })
}

pub(super) fn enrol(
    turn: &mut Turn<'_>,
    ceremony: [u8; 16],
    client_data: &[u8],
    attestation: &[u8],
) -> Result<StaffView, Fault> {
    let waiting = turn.room.ceremonies.take(ceremony, turn.now.at)?;
    let Purpose::Enrol { invitation, staff, name, role, by } = waiting.purpose else {
        return Err(Refusal::BadPasskey.into());
    };
    let credential = webauthn::verify_registration(&relying_party(turn), &waiting.challenge, client_data, attestation)
        .map_err(|_| Refusal::BadPasskey)?;
    // Used up in the same transaction: two browsers can't enrol on one invitation.
    let used = turn.db.prepare_cached("DELETE FROM invitation WHERE sha256 = ?1")?.execute([&invitation[..]])?;
    if used == 0 {
        return Err(Refusal::BadInvitation.into());
    }
    enrol_credential(turn, StaffView { staff, name, role, enrolled: turn.now.at }, &credential, by)
}

/// Binds a passkey to a person.
pub(crate) fn enrol_credential(
    turn: &mut Turn<'_>,
    view: StaffView,
    credential: &Credential,
    by: Option<StaffId>,
) -> Result<StaffView, Fault> {
    let added = turn
        .db
        .prepare_cached(
            "INSERT INTO staff (id, name, role, credential, passkey, counter, enrolled)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
        )?
        .execute((
            Id(view.staff),
            &view.name,
            Word(view.role),
            &credential.id,
            Packed(credential),
            credential.counter,
            At(view.enrolled),
        ))?;
    if added == 0 {
        return Err(Refusal::BadPasskey.into());
    }
    turn.log(None, What::StaffEnrolled { staff: view.staff, role: view.role, by })?;
    Ok(view)
}

/// Whether an administrator exists.
pub(super) fn is_founded(db: &Connection) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM staff WHERE role = ?1)")?
        .query_row([Word(Role::Administrator)], |row| row.get(0))
}

// ------------------------------------------------------------------ shifts

pub(super) fn shift_options(turn: &mut Turn<'_>, token: Option<&ShiftToken>) -> Result<ShiftOptions, Fault> {
    let purpose = match token {
        Some(token) => Purpose::Touch(turn.room.shifts.get(token, turn.now.at)?.id),
        None => Purpose::Begin,
    };
    Ok(options(turn, purpose))
}

/// A challenge for a passkey that is enrolled.
pub(super) fn options(turn: &mut Turn<'_>, purpose: Purpose) -> ShiftOptions {
    let (ceremony, challenge) = turn.room.ceremonies.begin(purpose, turn.now.at, &mut *turn.room.entropy);
    ShiftOptions { ceremony, challenge, rp_id: relying_party(turn).id }
}

/// Verifies a passkey's answer: for what it was asked, and whose it is. The challenge is used up.
fn prove(
    turn: &mut Turn<'_>,
    ceremony: [u8; 16],
    proof: &Assertion,
) -> Result<(Purpose, StaffView, Credential), Fault> {
    let waiting = turn.room.ceremonies.take(ceremony, turn.now.at)?;
    let (view, credential) = by_credential(turn.db, &proof.credential)?.ok_or(Refusal::BadPasskey)?;
    let counter = webauthn::verify_assertion(&relying_party(turn), &waiting.challenge, &credential, proof)
        .map_err(|_| Refusal::BadPasskey)?;
    turn.db.prepare_cached("UPDATE staff SET counter = ?2 WHERE id = ?1")?.execute((Id(view.staff), counter.0))?;
    Ok((waiting.purpose, view, credential))
}

/// For what a passkey's answer was asked, and whose it is.
pub(super) fn proven(turn: &mut Turn<'_>, ceremony: [u8; 16], proof: &Assertion) -> Result<(Purpose, StaffId), Fault> {
    let (purpose, view, _) = prove(turn, ceremony, proof)?;
    Ok((purpose, view.staff))
}

/// Verifies a proof of presence. A new shift, or the old one with a fresh touch, for which no token is given again.
pub(super) fn begin_shift(
    turn: &mut Turn<'_>,
    ceremony: [u8; 16],
    proof: &Assertion,
    from: Option<&Whence>,
) -> Result<Shift, Fault> {
    let (purpose, view, credential) = prove(turn, ceremony, proof)?;
    match purpose {
        Purpose::Touch(shift) => touched(turn, shift, view, budget::device(&credential.id)),
        Purpose::Begin => begun(turn, view, budget::device(&credential.id), from),
        Purpose::Enrol { .. } | Purpose::Approve { .. } => Err(Refusal::BadPasskey.into()),
    }
}

fn touched(turn: &mut Turn<'_>, id: ShiftId, view: StaffView, device: DeviceId) -> Result<Shift, Fault> {
    let shift = turn.room.shifts.by_id(id).filter(|shift| shift.staff == view.staff).ok_or(Refusal::ShiftOver)?;
    (shift.since_touch, shift.touched, shift.device) = (0, turn.now.at, device);
    // The desk has the token already; it is not handed out twice.
    Ok(Shift { id, token: ShiftToken([0; 32]), staff: view, until: shift.until })
}

// One person, one shift: a second one ends the first, so that a stolen session
// can't run unseen beside its owner's.
fn begun(turn: &mut Turn<'_>, view: StaffView, device: DeviceId, from: Option<&Whence>) -> Result<Shift, Fault> {
    stops::require_shift(turn.db, view.staff, view.role)?;
    end_shifts_of(turn, view.staff)?;
    let person = (view.staff, view.role, device);
    let (token, shift) = turn.room.shifts.begin(person, turn.now.at, &mut *turn.room.entropy);
    turn.log(None, What::ShiftBegan { shift: shift.id, staff: view.staff, until: shift.until })?;
    watching::whence(turn, &shift, from)?;
    Ok(Shift { id: shift.id, token, staff: view, until: shift.until })
}

pub(super) fn end_shift(turn: &mut Turn<'_>, token: &ShiftToken) -> Result<(), Fault> {
    let staff = turn.room.shifts.get(token, turn.now.at)?.staff;
    end_shifts_of(turn, staff)
}

// What was assigned in it goes back to the others.
pub(super) fn end_shifts_of(turn: &mut Turn<'_>, staff: StaffId) -> Result<(), Fault> {
    for shift in turn.room.shifts.end_where(|shift| shift.staff == staff) {
        turn.log(None, What::ShiftEnded { shift: shift.id, staff })?;
    }
    turn.db
        .prepare_cached("UPDATE assignment SET until = 0 WHERE staff = ?1 AND state = 'open'")?
        .execute([Id(staff)])?;
    retention::lapse(turn)
}

pub(super) fn whoami(turn: &mut Turn<'_>, token: &ShiftToken) -> Result<Shift, Fault> {
    let shift = turn.room.shifts.get(token, turn.now.at)?.clone();
    let view = by_id(turn.db, shift.staff)?.ok_or(Refusal::ShiftOver)?;
    Ok(Shift { id: shift.id, token: token.clone(), staff: view, until: shift.until })
}

// ------------------------------------------------------------------- lists

fn view(row: &rusqlite::Row<'_>) -> rusqlite::Result<StaffView> {
    Ok(StaffView {
        staff: row.get::<_, Id<_>>(0)?.0,
        name: row.get(1)?,
        role: row.get::<_, Word<_>>(2)?.0,
        enrolled: row.get::<_, At<_>>(3)?.0,
    })
}

fn by_id(db: &Connection, staff: StaffId) -> rusqlite::Result<Option<StaffView>> {
    db.prepare_cached("SELECT id, name, role, enrolled FROM staff WHERE id = ?1")?
        .query_row([Id(staff)], view)
        .optional()
}

/// Everybody who is enrolled as this.
pub(super) fn all_in(db: &Connection, role: Role) -> rusqlite::Result<Vec<StaffId>> {
    db.prepare_cached("SELECT id FROM staff WHERE role = ?1 ORDER BY enrolled, id")?
        .query_map([Word(role)], |row| row.get::<_, Id<StaffId>>(0))?
        .map(|found| found.map(|Id(staff)| staff))
        .collect()
}

/// As what somebody is enrolled, if they are.
pub(super) fn role_of(db: &Connection, staff: StaffId) -> rusqlite::Result<Option<Role>> {
    Ok(by_id(db, staff)?.map(|view| view.role))
}

fn by_credential(db: &Connection, credential: &[u8]) -> rusqlite::Result<Option<(StaffView, Credential)>> {
    db.prepare_cached("SELECT id, name, role, enrolled, passkey, counter FROM staff WHERE credential = ?1")?
        .query_row([credential], |row| {
            let Packed(enrolled) = row.get::<_, Packed<Credential>>(4)?;
            Ok((view(row)?, Credential { counter: row.get(5)?, ..enrolled }))
        })
        .optional()
}

pub(super) fn list(turn: &mut Turn<'_>, token: &ShiftToken) -> Result<Vec<StaffView>, Fault> {
    turn.room.shifts.require(token, &[Role::Administrator, Role::Officer], turn.now.at)?;
    let mut all = turn.db.prepare_cached("SELECT id, name, role, enrolled FROM staff ORDER BY enrolled, id")?;
    let found = all.query_map([], view)?.collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// Removes somebody, at once: it tightens. The last administrator can't be removed.
pub(super) fn remove(turn: &mut Turn<'_>, token: &ShiftToken, staff: StaffId) -> Result<(), Fault> {
    let by = turn.room.shifts.require(token, &[Role::Administrator], turn.now.at)?.staff();
    let removed = turn
        .db
        .prepare_cached(
            "DELETE FROM staff WHERE id = ?1
             AND (role <> ?2 OR (SELECT count(*) FROM staff WHERE role = ?2) > 1)",
        )?
        .execute((Id(staff), Word(Role::Administrator)))?;
    if removed == 0 {
        return Err(Refusal::NotFound.into());
    }
    end_shifts_of(turn, staff)?;
    turn.log(None, What::StaffRemoved { staff, by })?;
    Ok(())
}
