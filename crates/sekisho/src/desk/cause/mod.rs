//! Why a request was not answered as asked: a code, and what to do, in both languages.
//!
//! Handlers return a [`Cause`]; the outermost layer turns it into a page or, for
//! a script, into `application/problem+json` (RFC 9457). What went wrong inside
//! is in the log of the process it happened in.

mod refusal;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sekisho_core::time::Timestamp;
use sekisho_keeper::wire::Refusal;

use crate::service::desk_ports::StoreDown;

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Cause {
    /// The keeper refuses.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Nobody is signed in with this browser.
    #[error("not_signed_in")]
    NotSignedIn,
    /// Another site's page sent this.
    #[error("foreign_origin")]
    ForeignOrigin,
    /// The desk was addressed by a name that isn't its own.
    #[error("wrong_host")]
    WrongHost,
    /// Nobody at this address is answered.
    #[error("blocked")]
    Blocked,
    /// The form belongs to an earlier session.
    #[error("stale_form")]
    StaleForm,
    /// A field is missing or not of its form.
    #[error("bad_form")]
    BadForm,
    /// No such page.
    #[error("no_such_page")]
    NoSuchPage,
    /// The page is there, but not for this method.
    #[error("method_not_allowed")]
    MethodNotAllowed,
    /// The desk's own database takes nothing in: the disk is full, or the database is busy. It may pass.
    #[error("store_down")]
    StoreDown,
    /// Something of our own broke; it is in the log.
    #[error("broken")]
    Broken,
}

impl From<StoreDown> for Cause {
    fn from(_: StoreDown) -> Self {
        Self::StoreDown
    }
}

/// The button with which a problem's page ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// To the first page of one's role.
    Home,
    /// To the sign-in page.
    SignIn,
    /// Touch the passkey, here and now.
    Touch,
}

/// A problem in words: what it is, and what to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    /// What happened, Japanese and English.
    pub(crate) title: [&'static str; 2],
    /// What to do.
    pub(crate) advice: [&'static str; 2],
}

const fn words(title: [&'static str; 2], advice: [&'static str; 2]) -> Words {
    Words { title, advice }
}

impl Cause {
    /// The code that staff may quote to whoever runs the installation.
    pub(crate) fn code(self) -> String {
        self.to_string()
    }

    /// The HTTP status.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Refused(refusal) => refusal::status(refusal),
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::ForeignOrigin | Self::StaleForm | Self::Blocked => StatusCode::FORBIDDEN,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::BadForm => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NoSuchPage => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::StoreDown => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Where to go from here.
    pub(crate) const fn way(self) -> Way {
        match self {
            Self::Refused(Refusal::TouchNeeded) => Way::Touch,
            Self::Refused(Refusal::ShiftOver | Refusal::BadPasskey) | Self::NotSignedIn => Way::SignIn,
            _ => Way::Home,
        }
    }

    /// When it may be otherwise, if that is known.
    pub(crate) const fn frees(self) -> Option<Timestamp> {
        match self {
            Self::Refused(Refusal::BudgetSpent(spent)) => spent.frees,
            _ => None,
        }
    }

    /// In words.
    pub(crate) const fn words(self) -> Words {
        match self {
            Self::Refused(refusal) => refusal::words_of(refusal),
            Self::NotSignedIn => words(
                ["サインインしていません。", "You are not signed in."],
                ["パスキーでシフトを始めてください。", "Begin a shift with your passkey."],
            ),
            Self::ForeignOrigin => words(
                ["この操作は別のサイトから送られました。", "This came from another site."],
                [
                    "何も行われていません。この画面から操作し直してください。覚えがなければ、責任者に知らせてください。",
                    "Nothing was done. Start again from this desk. If you didn't do this, tell your officer.",
                ],
            ),
            Self::WrongHost => words(
                ["このアドレスでは開けません。", "The desk isn't at this address."],
                ["知らされたアドレスをそのまま使ってください。", "Use the address that you were given, exactly."],
            ),
            Self::Blocked => words(
                ["このアドレスからは使えません。", "The desk isn't open to this address."],
                ["責任者か運用者に知らせてください。", "Tell an officer or the operator."],
            ),
            Self::StaleForm => words(
                ["この画面は古くなっています。", "This page is out of date."],
                [
                    "何も行われていません。最初の画面からやり直してください。",
                    "Nothing was done. Start again from the first page.",
                ],
            ),
            Self::BadForm => words(
                ["入力に誤りがあります。", "Something in the form is missing or wrong."],
                ["前の画面に戻り、入力を確かめてください。", "Go back and check what you entered."],
            ),
            Self::NoSuchPage => words(
                ["このページはありません。", "There is no such page."],
                ["最初の画面から選び直してください。", "Choose again from the first page."],
            ),
            Self::MethodNotAllowed => words(
                ["このページは直接は開けません。", "This page can't be opened by itself."],
                ["最初の画面のボタンから進んでください。", "Use the buttons, beginning from the first page."],
            ),
            Self::StoreDown => words(
                ["受付の記録に書き込めません。", "The desk can't write to its own database."],
                [
                    "少し待ってやり直してください。続くときは、ディスクの空きを運用者に見てもらってください。",
                    "Wait a little and try again. If it goes on, have the operator look at the disk's free space.",
                ],
            ),
            Self::Broken => words(
                ["受付の内部で不具合が起きました。", "Something broke inside the desk."],
                [
                    "少し待ってやり直してください。続くときは運用者に知らせてください。",
                    "Wait a little and try again. If it goes on, tell the operator.",
                ],
            ),
        }
    }
}

impl IntoResponse for Cause {
    /// Carries the cause outward; the outermost layer writes the page.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use sekisho_core::budget::Window;
    use sekisho_keeper::wire::{BudgetSpent, Whose};

    use super::*;

    const fn spent(whose: Whose, window: Window) -> Refusal {
        Refusal::BudgetSpent(BudgetSpent { whose, window, limit: 5, frees: None })
    }

    /// Everything that the keeper may say to a desk.
    pub(super) const TO_DESKS: [Refusal; 28] = [
        Refusal::Locked,
        Refusal::LockedDown,
        Refusal::Stopped,
        Refusal::Paused,
        Refusal::TimeInDoubt,
        Refusal::Unwitnessed,
        Refusal::Contradicted,
        Refusal::NotFound,
        Refusal::NotAllowed,
        Refusal::ShiftOver,
        Refusal::TouchNeeded,
        Refusal::AssignmentOver,
        Refusal::AlreadyViewed,
        Refusal::DocumentGone,
        Refusal::PolicyNotInForce,
        Refusal::BadRequest,
        Refusal::Damaged,
        Refusal::BadPasskey,
        Refusal::BadInvitation,
        Refusal::NotYet,
        Refusal::AlreadyFounded,
        Refusal::ReasonMismatch,
        Refusal::LookReasonNeeded,
        spent(Whose::Own, Window::Minute),
        spent(Whose::Own, Window::Day),
        spent(Whose::Site, Window::Hour),
        spent(Whose::Vault, Window::Hour),
        Refusal::Unavailable,
    ];

    #[test]
    fn every_refusal_has_words_of_its_own() {
        let general = Cause::Refused(Refusal::CheckOver).words().title;
        let mut seen = std::collections::BTreeSet::from([general]);
        for refusal in TO_DESKS {
            let words = Cause::Refused(refusal).words();
            assert!(seen.insert(words.title), "{refusal}");
            assert!(words.advice.iter().all(|advice| !advice.is_empty()));
        }
    }

    #[test]
    fn every_refusal_is_an_error_status() {
        for refusal in TO_DESKS {
            let status = Cause::Refused(refusal).status();
            assert!(status.is_client_error() || status == StatusCode::SERVICE_UNAVAILABLE, "{refusal}");
        }
    }
}
