//! Why once more: what is asked before a document is opened for the third time.

use askama::Template;
use axum::response::Response;
use sekisho_core::check::LookReason;
use sekisho_keeper::wire::Refusal;

use super::Task;
use crate::desk::{
    cause::Cause,
    lang::Lang,
    page::{Frame, page_with},
};

#[derive(Template)]
#[template(path = "desk/again.html")]
struct Again {
    frame: Frame,
    task: Task,
    title: &'static str,
    advice: &'static str,
    reasons: [(&'static str, &'static str); 3],
}

/// A reason's code, as in events.
const fn code(reason: LookReason) -> &'static str {
    match reason {
        LookReason::CutShort => "cut_short",
        LookReason::NotShown => "not_shown",
        LookReason::InDoubt => "in_doubt",
    }
}

/// The reason of a code.
pub(super) fn of_code(text: &str) -> Option<LookReason> {
    LookReason::ALL.into_iter().find(|&reason| code(reason) == text)
}

const fn label(reason: LookReason, lang: Lang) -> &'static str {
    match reason {
        LookReason::CutShort => lang.pick("前の確認が途中で切れた", "The earlier looks were cut short"),
        LookReason::NotShown => lang.pick("写真が表示されなかった", "The picture didn't appear"),
        LookReason::InDoubt => lang.pick("前の審査員が判断に迷った", "Whoever looked before was in doubt"),
    }
}

/// Asks for the reason. Nothing was opened.
pub(super) fn ask(frame: Frame, task: Task, lang: Lang) -> Result<Response, Cause> {
    let cause = Cause::from(Refusal::LookReasonNeeded);
    let [title, advice] = [cause.words().title, cause.words().advice].map(|[ja, en]| lang.pick(ja, en));
    let reasons = LookReason::ALL.map(|reason| (code(reason), label(reason, lang)));
    page_with(cause.status(), &Again { frame, task, title, advice, reasons })
}

#[cfg(test)]
mod tests {
    use sekisho_core::check::Role;

    use super::*;
    use crate::desk::testing::TestDesk;

    #[test]
    fn codes_are_those_of_events() {
        for reason in LookReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), code(reason));
            assert_eq!(of_code(code(reason)), Some(reason));
        }
    }

    /// M19
    #[tokio::test]
    async fn a_third_look_is_asked_why_and_then_opens() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        desk.post_form("/work/next", &[]).await;
        let assignment = desk.keeper.assignment();
        desk.keeper.refuse(Refusal::LookReasonNeeded);
        let asked = desk.post_form("/work/view", &[("assignment", &assignment)]).await;
        assert_eq!(asked.status, 409);
        assert!(asked.body.contains("三度目") && asked.body.contains("value=\"in_doubt\""));
        assert!(!asked.body.contains("data:image"));
        desk.keeper.obey();
        let form = [("assignment", assignment.as_str()), ("again", "in_doubt")];
        assert_eq!(desk.post_form("/work/view", &form).await.status, 200);
        let bent = [("assignment", assignment.as_str()), ("again", "because")];
        assert_eq!(desk.post_form("/work/view", &bent).await.status, 422);
    }
}
