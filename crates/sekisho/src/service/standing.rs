//! Where a check stands, from what the gate remembers and what the keeper says.

use sekisho_core::{check::CheckState, id::CheckId, time::Timestamp};
use sekisho_keeper::wire::CheckView;

use super::{
    ports::CheckRow,
    room::{Away, Room},
};

/// A check and where it stands.
pub struct Standing {
    /// What the gate remembers.
    pub row: CheckRow,
    /// What the keeper says; nothing if no document came.
    pub view: Option<Box<CheckView>>,
    /// Where it stands.
    pub state: CheckState,
}

/// Looks a check up.
///
/// # Errors
/// When keeper or store are away.
pub async fn standing(room: &Room, check: CheckId) -> Result<Option<Standing>, Away> {
    let Some(row) = room.store.check(check).await? else { return Ok(None) };
    of_row(room, row).await.map(Some)
}

/// Where a remembered check stands.
///
/// # Errors
/// When the keeper is away.
pub async fn of_row(room: &Room, row: CheckRow) -> Result<Standing, Away> {
    let view = room.view(row.check).await?;
    let state = state(&row, view.as_deref(), room.now());
    Ok(Standing { row, view, state })
}

/// The keeper's word counts; the gate's own memory only fills in before a document came.
fn state(row: &CheckRow, view: Option<&CheckView>, now: Timestamp) -> CheckState {
    match view {
        Some(view) if view.state.is_final() => view.state,
        _ if row.withdrawn.is_some() => CheckState::Withdrawn,
        Some(view) => view.state,
        None if now >= row.expires => CheckState::Expired,
        None => CheckState::AwaitingDocument,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn row(withdrawn: bool) -> CheckRow {
        CheckRow {
            check: CheckId::from_bytes([1; 16]),
            site: "site-a".parse().unwrap(),
            jti: "j".into(),
            policy: "p".parse().unwrap(),
            sub: None,
            request: String::new(),
            return_url: String::new(),
            announced: NOW,
            expires: NOW + 10,
            withdrawn: withdrawn.then_some(NOW),
        }
    }

    fn view(state: CheckState) -> CheckView {
        CheckView {
            check: CheckId::from_bytes([1; 16]),
            site: "site-a".parse().unwrap(),
            policy: "p".parse().unwrap(),
            policy_version: 1,
            state,
            reason: None,
            documents: vec![],
            arrivals_left: 2,
            attestation: None,
            viewings: vec![],
            witnessed: None,
            locked: false,
        }
    }

    #[test]
    fn before_a_document_came_the_request_time_decides() {
        assert_eq!(state(&row(false), None, NOW), CheckState::AwaitingDocument);
        assert_eq!(state(&row(false), None, NOW + 10), CheckState::Expired);
        assert_eq!(state(&row(true), None, NOW), CheckState::Withdrawn);
    }

    #[test]
    fn once_a_document_came_the_keeper_decides_and_the_request_time_no_longer_counts() {
        let waiting = view(CheckState::AwaitingDocument);
        assert_eq!(state(&row(false), Some(&waiting), NOW + 10), CheckState::AwaitingDocument);
        assert_eq!(state(&row(true), Some(&view(CheckState::Approved)), NOW), CheckState::Approved);
        assert_eq!(state(&row(true), Some(&waiting), NOW), CheckState::Withdrawn);
    }
}
