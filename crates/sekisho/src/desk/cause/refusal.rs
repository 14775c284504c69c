//! The keeper's refusals, as staff are told.

use axum::http::StatusCode;
use sekisho_core::budget::Window;
use sekisho_keeper::wire::{BudgetSpent, Refusal, Whose};

use super::{Words, words};

/// With which status a refusal of the keeper's is answered.
pub(super) const fn status(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::Locked
        | Refusal::LockedDown
        | Refusal::Paused
        | Refusal::Stopped
        | Refusal::TimeInDoubt
        | Refusal::Unwitnessed
        | Refusal::Contradicted
        | Refusal::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::BudgetSpent(BudgetSpent { whose: Whose::Own, .. }) => StatusCode::TOO_MANY_REQUESTS,
        Refusal::BudgetSpent(_) => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::NotFound => StatusCode::NOT_FOUND,
        Refusal::ShiftOver | Refusal::TouchNeeded | Refusal::BadPasskey => StatusCode::UNAUTHORIZED,
        Refusal::NotAllowed => StatusCode::FORBIDDEN,
        Refusal::BadInvitation | Refusal::DocumentGone => StatusCode::GONE,
        Refusal::BadRequest | Refusal::ReasonMismatch => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    }
}

/// A refusal of the keeper's in words.
pub(super) const fn words_of(refusal: Refusal) -> Words {
    match refusal {
        Refusal::Locked => words(
            ["鍵が施錠されています。", "The keeper is locked."],
            [
                "解錠されるまで書類は開けません。責任者に知らせてください。",
                "No document opens until it is unlocked. Tell your officer.",
            ],
        ),
        Refusal::LockedDown => words(
            ["施錠命令が出ています。何も開きません。", "The vault is locked down. Nothing opens."],
            [
                "鍵は消されました。運用者が決められた方法で解錠するまで、誰も書類を開けません。期限は進みます。誰がなぜ命じたかは台帳にあります。",
                "Its keys are wiped. Nobody opens a document until it is unlocked for that purpose. Deadlines go on. The                  ledger says who ordered it and why.",
            ],
        ),
        Refusal::Paused => words(
            ["閲覧は一時停止中です。", "Viewing is paused."],
            [
                "時間が過ぎるか、責任者が再開するまでお待ちください。書類の期限は止まりません。",
                "Wait until its time is over or officers resume it. Deadlines go on meanwhile.",
            ],
        ),
        Refusal::Stopped => words(
            ["いまは止められています。", "This is stopped for now."],
            [
                "責任者か運用者が止めました。再開するまでお待ちください。書類の期限は止まりません。",
                "Somebody responsible stopped it. Wait until it goes on. Deadlines don't wait.",
            ],
        ),
        Refusal::TimeInDoubt => words(
            ["時刻が確かめられないため、開けません。", "The time is in doubt, so nothing opens."],
            ["運用者にサーバーの時計を確かめてもらってください。", "Ask the operator to check the server's clock."],
        ),
        Refusal::Unwitnessed => words(
            ["証人の署名を待っています。", "Waiting for a witness."],
            [
                "起動のあと、別の機械にいる証人が記録に署名するまで、書類は開きません。しばらくしてやり直してください。書類の受付は続いています。",
                "After a start no document opens until a witness on another machine has cosigned the ledger. Try again \
                 in a while. Documents are still taken in.",
            ],
        ),
        Refusal::Contradicted => words(
            ["証人がこの記録と違う記録を知っています。", "A witness knows another ledger than this one."],
            [
                "古い状態に戻されたか、複製されたか、記録が書き換えられたおそれがあります。書類は開きません。すぐに責任者と運用者に知らせてください。",
                "This installation may have been put back to an earlier state, copied, or its ledger rewritten. Nothing \
                 opens. Tell your officer and the operator at once.",
            ],
        ),
        Refusal::NotFound => words(
            ["見つかりません。", "Not found."],
            ["すでに終わったか、あなたの担当ではありません。", "It has ended, or it isn't yours."],
        ),
        Refusal::NotAllowed => words(
            ["この役割ではできません。", "Your role doesn't allow this."],
            ["担当の人に頼んでください。", "Ask somebody who has that role."],
        ),
        Refusal::ShiftOver => words(
            ["シフトは終わりました。", "Your shift is over."],
            ["続けるには、パスキーで新しいシフトを始めてください。", "To go on, begin a new shift with your passkey."],
        ),
        Refusal::TouchNeeded => words(
            ["本人の確認が必要です。", "Show that it is still you."],
            [
                "何件かごとに、パスキーで確かめます。終わると続きから始められます。",
                "Every few assignments your passkey is asked for. Then you go on where you were.",
            ],
        ),
        Refusal::AssignmentOver => words(
            ["この割り当ては終わりました。", "This assignment is over."],
            [
                "時間が過ぎたか、すでに判断済みです。次の確認へ進んでください。",
                "Its time ran out or it was decided. Take the next one.",
            ],
        ),
        Refusal::AlreadyViewed => words(
            ["書類を見られるのは一度だけです。", "A document is shown only once."],
            [
                "覚えている内容で判断するか、「読めない」を選んで撮り直しを頼んでください。",
                "Decide from what you saw, or ask for another photograph.",
            ],
        ),
        Refusal::DocumentGone => words(
            ["この書類はもうありません。", "This document is gone."],
            [
                "期限が過ぎたか、取り下げられました。次の確認へ進んでください。",
                "Its deadline passed or it was withdrawn. Take the next one.",
            ],
        ),
        Refusal::BadPasskey => words(
            ["パスキーを確かめられませんでした。", "The passkey's answer didn't hold."],
            ["登録したパスキーで、もう一度試してください。", "Try again with the passkey that you enrolled."],
        ),
        Refusal::BadInvitation => words(
            ["この招待は使えません。", "This invitation doesn't work."],
            [
                "使用済みか期限切れです。管理者に新しい招待を頼んでください。",
                "It was used or its time is over. Ask the administrator for a new one.",
            ],
        ),
        Refusal::NotYet => words(
            ["まだ実行できません。", "It can't be made yet."],
            ["2人の承認と、そこから24時間が要ります。", "It takes two people's approval, and 24 hours from then on."],
        ),
        Refusal::AlreadyFounded => words(
            ["設置の期間は終わっています。", "The founding is over."],
            [
                "この変更は、提案して2人の承認と24時間を待つ必要があります。",
                "This has to be proposed, approved by two people, and waits 24 hours.",
            ],
        ),
        Refusal::ReasonMismatch => words(
            ["判断と理由が合いません。", "The reason doesn't fit the decision."],
            ["もう一度、理由を選んでください。", "Choose a reason again."],
        ),
        Refusal::PolicyNotInForce => words(
            ["このポリシーは使えません。", "This policy can't be used."],
            ["ポリシーの名前と有効期間を確かめてください。", "Check its name and the dates between which it holds."],
        ),
        Refusal::BadRequest => words(
            ["内容に誤りがあります。", "Something in it is wrong."],
            ["前の画面に戻り、入力を確かめてください。", "Go back and check what you entered."],
        ),
        Refusal::Damaged => words(
            ["書類が壊れているため開けません。", "The document is damaged and can't be opened."],
            ["記録は残りました。次の確認へ進んでください。", "This was put on record. Take the next one."],
        ),
        Refusal::BudgetSpent(spent) => spent_words(spent),
        Refusal::LookReasonNeeded => words(
            ["三度目からは理由が必要です。", "From the third time on, a look needs a reason."],
            [
                "この書類はすでに二度開かれています。理由を選ぶと開けます。理由は記録に残ります。",
                "This document was opened twice already. Choose why once more; the reason is put on record.",
            ],
        ),
        Refusal::Unavailable => words(
            ["いまは応答がありません。", "There is no answer just now."],
            ["何も行われていません。少し待ってやり直してください。", "Nothing was done. Wait a little and try again."],
        ),
        // What the keeper says to a gate, and what a later keeper may say.
        _ => words(
            ["いまはできません。", "This can't be done now."],
            [
                "最初の画面からやり直してください。続くときはコードを運用者に知らせてください。",
                "Start again from the first page. If it goes on, give the code to the operator.",
            ],
        ),
    }
}

const fn spent_words(spent: BudgetSpent) -> Words {
    match (spent.whose, spent.window) {
        (Whose::Own, Window::Minute) => words(
            ["少し速すぎます。", "That was faster than a person works."],
            [
                "一人が1分に開ける書類の数には上限があります。少し待ってから続けてください。覚えがなければ、すぐに責任者に知らせてください。",
                "A person opens only so many documents in a minute. Wait a moment and go on. If this wasn't you, tell \
                 your officer at once.",
            ],
        ),
        (Whose::Own, _) => words(
            ["あなたが開ける書類の上限に達しました。", "You have opened as many documents as you may for now."],
            [
                "残りはほかの審査員が見るか、上限が空いてから見られます。あなたの操作でなければ、すぐに責任者に知らせてください。",
                "The rest goes to other reviewers, or waits until your budget frees. If this wasn't you, tell your \
                 officer at once.",
            ],
        ),
        (Whose::Site, _) => words(
            ["このサイトの書類は、いまは開けません。", "No more of this site's documents open for now."],
            [
                "届いた数を超えて開こうとしています。しばらく待ち、続くときは責任者に知らせてください。",
                "More would be opened than arrived, or than the site allows. Wait a while; if it goes on, tell your officer.",
            ],
        ),
        (Whose::Vault, _) => words(
            ["いまは書類を開けません。", "No more documents open for now."],
            [
                "届いた数を超えて開こうとしています。すぐに責任者に知らせてください。",
                "More would be opened than arrived. Tell your officer at once.",
            ],
        ),
    }
}
