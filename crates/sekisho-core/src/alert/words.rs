//! What an alert says: what happened, what it implies, what to do now.

use alloc::{
    format,
    string::{String, ToString},
};

use super::{Alerting, Kind, Words};
use crate::{
    calendar::text::rfc3339,
    change::{Changing, Loosening},
    check::Role,
    event::{Contradiction, What},
    lockdown::KeystoreChange,
    policy::Text,
    watch::{Cause, Detector, Finding, Verdict},
};

pub(super) fn of(kind: Kind, what: &What) -> Words {
    let (implies, to_do) = match what {
        What::Found { finding } => (finding_implies(finding), finding_to_do(finding)),
        _ => (implies(kind), to_do(kind)),
    };
    Words { happened: happened(kind, what), implies, to_do }
}

fn text(ja: impl Into<String>, en: impl Into<String>) -> Text {
    Text { ja: ja.into(), en: en.into() }
}

fn happened(kind: Kind, what: &What) -> Text {
    match what {
        What::Found { finding } => finding.sentence(),
        What::WatchSet { setup, .. } => setup.sentence(),
        What::WitnessContradicted { witness, size, contradiction } => contradicted(witness, *size, *contradiction),
        What::Canary { canary } => canary.sentence().unwrap_or_else(|| plainly(kind)),
        What::WitnessForgotten { witness, .. } => {
            text(format!("証人 {witness} の登録が取り消されました。"), format!("The witness {witness} was forgotten."))
        }
        What::Paused { .. } => text("閲覧が止められました。", "Viewing was paused."),
        What::Stopping { .. } => {
            text("責任者か運用者が、機能の一部を止めました。", "Somebody responsible stopped something.")
        }
        What::Changing { change: Changing::Proposed { what, .. } } => proposed(what),
        What::KeystoreChanged { change: KeystoreChange::PassphraseChosen } => text(
            "保管者の分散鍵で、鍵ファイルの合言葉が変えられました。",
            "Whoever gave the custodians' shares chose another passphrase of the keystore.",
        ),
        What::KeystoreChanged { change: KeystoreChange::SharesDealt { needed, of } } => text(
            format!("保管者の分散鍵が配り直されました({of} 人のうち {needed} 人)。"),
            format!("Custodians' shares of the keystore were dealt: {needed} of {of}."),
        ),
        What::LockedDown { .. } => text("施錠されました。", "The vault was locked down."),
        What::TimeDoubted { wall, confirmed } => text(
            format!("この機械の時計は {} ですが、確認できている時刻は {} です。", rfc3339(*wall), rfc3339(*confirmed)),
            format!("This machine's clock shows {}; the confirmed time is {}.", rfc3339(*wall), rfc3339(*confirmed)),
        ),
        What::Restored { backup, known, lost, .. } => text(
            format!(
                "バックアップから復元されました(記録 {backup} 件と、その後の {known} 件。失われた書類 {lost} 件)。"
            ),
            format!("Restored from a backup: {backup} entries, {known} known after it, {lost} documents lost."),
        ),
        What::StaffEnrolled { staff, .. } => text(
            format!("{staff} が責任者か管理者として登録されました。"),
            format!("{staff} was enrolled as an officer or administrator."),
        ),
        What::Alerting { alerting: Alerting::CourierSilent { since } } => text(
            format!("通知を送る部分(courier)から {} 以降、応答がありません。", rfc3339(*since)),
            format!("The courier, which sends alerts, has not been heard of since {}.", rfc3339(*since)),
        ),
        _ => plainly(kind),
    }
}

fn plainly(kind: Kind) -> Text {
    match kind {
        Kind::Damaged => text("書類が壊れているか、なくなっていました。", "A document was found damaged or missing."),
        Kind::Overdue => text(
            "判断されないまま期限を過ぎ、書類を破棄しました。",
            "A document passed its deadline undecided and was shredded.",
        ),
        Kind::DeadlineNears => {
            text("判断されていない書類の期限が近づいています。", "The deadline of an undecided document is near.")
        }
        _ => text("これは通知の試験です。", "This is a test of the alerts."),
    }
}

fn contradicted(witness: &str, size: u64, how: Contradiction) -> Text {
    match how {
        Contradiction::Ahead => text(
            format!("証人 {witness} は、ここにない {size} 件までの記録を知っています。"),
            format!("The witness {witness} knows {size} entries, more than there are here."),
        ),
        Contradiction::OtherHistory => text(
            format!("証人 {witness} が署名した {size} 件の記録は、ここの記録と違います。"),
            format!("The {size} entries that the witness {witness} cosigned are not those here."),
        ),
    }
}

const fn role_ja(role: Role) -> &'static str {
    match role {
        Role::Reviewer => "審査員",
        Role::Officer => "責任者",
        Role::Administrator => "管理者",
    }
}

const fn role_en(role: Role) -> &'static str {
    match role {
        Role::Reviewer => "a reviewer",
        Role::Officer => "an officer",
        Role::Administrator => "an administrator",
    }
}

fn proposed(what: &Loosening) -> Text {
    match what {
        Loosening::Staff { role } => text(
            format!("担当者の追加({})が提案されました。", role_ja(*role)),
            format!("To let somebody more work here was proposed: {}.", role_en(*role)),
        ),
        Loosening::Site { site } => text(
            format!("サイト {site} の登録または変更が提案されました。"),
            format!("To register or change the site {site} was proposed."),
        ),
        Loosening::Policy { policy, version } => text(
            format!("ポリシー {policy} 第{version}版の登録が提案されました。"),
            format!("To register the policy {policy}, version {version}, was proposed."),
        ),
        Loosening::SiteBudget { site } => text(
            format!("サイト {site} の予算を変えることが提案されました。"),
            format!("Another budget for the site {site} was proposed."),
        ),
        Loosening::Limits => {
            text("全体の予算を変えることが提案されました。", "Another budget for the vault was proposed.")
        }
    }
}

fn implies(kind: Kind) -> Text {
    match kind {
        Kind::Contradicted => text(
            "古い状態に戻されたか、複製されたか、記録が書き換えられました。いまは何も開きません。",
            "This machine was put back to an older state, copied, or its ledger rewritten. Nothing opens now.",
        ),
        Kind::WitnessForgotten => {
            text("記録の書き換えを見張る者が減りました。", "One fewer watches whether the ledger is rewritten.")
        }
        Kind::WatchSet => text(
            "切にした検知は何も見ません。試用中の検知は知らせるだけで、何も止めません。",
            "A detector that is off sees nothing; one that is only tried stops nothing.",
        ),
        Kind::Canary => theft(),
        Kind::Paused => text(
            "誰も書類を開けません。届いた書類は期限が来ると消えます。",
            "Nobody can open a document. What has arrived is shredded at its deadline.",
        ),
        Kind::Stopped => text(
            "止められたものは、再開されるまで使えません。書類の期限は進みます。",
            "What was stopped doesn't work until it is lifted. Deadlines go on.",
        ),
        Kind::ChangeProposed => text(
            "2人のパスキーで承認されると、24時間後から実行できます。",
            "Once two people's passkeys approved it, it can be made after 24 hours.",
        ),
        Kind::KeystoreChanged => text(
            "前の合言葉、前に配られた分散鍵は、もう使えません。覚えがなければ、誰かが鍵を開けられます。",
            "What opened the keystore before opens nothing now. If nobody of you did it, somebody else can open it.",
        ),
        Kind::LockedDown => text(
            "鍵は消され、誰も書類を開けません。届いた書類は期限が来ると消えます。",
            "Its keys are wiped: nobody can open a document. What has arrived is shredded at its deadline.",
        ),
        Kind::TimeDoubted => text(
            "時刻が確かめられるまで、書類は開けません。破棄もその時刻までは行いません。",
            "Until the time is confirmed no document opens, and nothing is destroyed by the doubtful time.",
        ),
        Kind::Damaged => text(
            "保存先の故障か、誰かが書き換えたか消したかです。会員には撮り直しをお願いしています。",
            "The storage failed, or somebody altered or removed it. The member is asked for another photograph.",
        ),
        Kind::Overdue => text(
            "審査が追いついていません。会員には撮り直しをお願いしています。",
            "Reviewing doesn't keep up. The member is asked for another photograph.",
        ),
        Kind::DeadlineNears => text(
            "判断しないと、期限に書類が消え、会員はもう一度撮ることになります。",
            "If it is not decided it is shredded at the deadline and the member has to photograph again.",
        ),
        Kind::Restored => text(
            "復元した覚えがなければ、古い状態に戻されたことになります。",
            "If nobody of you restored it, somebody put this installation back to an older state.",
        ),
        Kind::Appointed => text(
            "責任者は止めた閲覧を再開でき、管理者は人を登録できます。",
            "An officer can lift a pause; an administrator can enrol people.",
        ),
        Kind::CourierSilent => text(
            "この間、通知もウェブフックも送られていません。",
            "In that time neither alerts nor webhooks were sent.",
        ),
        Kind::Test | Kind::Watch(_) => {
            text("届いたなら、通知は動いています。", "If you can read this, alerts reach you.")
        }
    }
}

fn to_do(kind: Kind) -> Text {
    match kind {
        Kind::Contradicted => text(
            "機械を止めずに、証人の運営者に連絡し、どちらの記録が正しいか確かめてください。",
            "Leave the machine as it is, call the witness's operator, and find out which ledger is the true one.",
        ),
        Kind::WitnessForgotten => text(
            "取り消した人に確かめてください。覚えがなければ、閲覧を止めてください。",
            "Ask who did it. If nobody did, pause viewing.",
        ),
        Kind::WatchSet => text(
            "起動した人に確かめてください。覚えがなければ、閲覧を止めてください。",
            "Ask who started it so. If nobody did, pause viewing.",
        ),
        Kind::Canary => text(
            "ほかに何が読まれたかを調べ、続くなら閲覧を止めてください。",
            "Find out what else was read; if it goes on, pause viewing.",
        ),
        Kind::Paused => text(
            "止めた人に理由を聞いてください。時間が来れば終わり、責任者2人がデスクの /watch で先に再開できます。",
            "Ask whoever paused it why. It ends by itself; two officers lift it earlier at the desk's page /watch.",
        ),
        Kind::Stopped => text(
            "デスクの /watch/stops か sekisho stop --list で、何がなぜ止められたかを確かめてください。",
            "See at the desk's page /watch/stops, or with `sekisho stop --list`, what was stopped and why.",
        ),
        Kind::ChangeProposed => text(
            "覚えがなければ、デスクの /changes で取り消してください。責任者なら誰でも取り消せます。",
            "If none of you wanted it, cancel it at the desk's page /changes; any officer can.",
        ),
        Kind::KeystoreChanged => text(
            "保管者それぞれに、その場にいたか、配られた紙を持っているかを確かめてください。",
            "Ask each custodian whether they were there, and whether they hold what was dealt.",
        ),
        Kind::LockedDown => text(
            "台帳で誰がなぜ命じたかを確かめ、片づいたら sekisho unlock で解錠してください。",
            "See on the ledger who ordered it and why; when it is settled, `sekisho unlock` ends it.",
        ),
        Kind::TimeDoubted => text(
            "時計を確かめ、責任者がデスクの /watch で時刻を確認してください。",
            "Check the clock; an officer confirms the time at the desk's page /watch.",
        ),
        Kind::Damaged => text(
            "保存先のディスクと、誰がそこに触れたかを調べてください。",
            "Look at the storage's disk, and who had access to it.",
        ),
        Kind::Overdue | Kind::DeadlineNears => {
            text("審査員を増やすか、シフトに入ってもらってください。", "Have more reviewers begin a shift.")
        }
        Kind::Restored => text(
            "復元した人に確かめてください。覚えがなければ、閲覧を止めてください。",
            "Ask who restored it. If nobody did, pause viewing.",
        ),
        Kind::Appointed => text(
            "招いた人に確かめてください。覚えがなければ、登録を取り消し、閲覧を止めてください。",
            "Ask who invited them. If nobody did, remove them and pause viewing.",
        ),
        Kind::CourierSilent => text(
            "機械の外への接続と、sekisho doctor の結果を確かめてください。",
            "Check the machine's way out, and what sekisho doctor says.",
        ),
        Kind::Test | Kind::Watch(_) => text("確認済みにしてください。", "Acknowledge it."),
    }
}

fn theft() -> Text {
    text(
        "おとりの置き場所に、用のない誰かが入っています。持ち出しが始まっているものと考えてください。",
        "Somebody with no cause is where the bait lay. Take it that something is being stolen.",
    )
}

fn finding_implies(finding: &Finding) -> Text {
    match (finding.detector, &finding.cause) {
        (Detector::Canary, _) => theft(),
        (_, Cause::Outside { .. }) => text(
            "外から探られています。断っているので、写真は渡っていません。",
            "Somebody outside is probing. They are refused; no picture went to them.",
        ),
        (_, Cause::Person { .. }) => text(
            "この人が不正をしているか、その画面が誰かに使われています。開かれた書類はすべて記録にあります。",
            "This person misbehaves, or somebody else uses their session. Every document opened is on record.",
        ),
        (_, Cause::Vault { .. }) => text(
            "届いた数より多く開かれようとしています。まとめて持ち出されているおそれがあります。",
            "More is being opened than arrives: it may be a theft in bulk.",
        ),
        (_, Cause::Several { .. }) => text(
            "何人分ものセッションが奪われたおそれがあります。",
            "The sessions of several people may have been taken.",
        ),
    }
}

fn finding_to_do(finding: &Finding) -> Text {
    let board = text(
        "デスクの /watch で根拠を見て、続くなら閲覧を止めてください。",
        "Look at the evidence at the desk's page /watch; if it goes on, pause viewing.",
    );
    match finding.verdict() {
        Verdict::Lockdown => text(
            "鍵は消えています。復旧は保管者がそろってからです。まず何が起きたかを調べてください。",
            "The keys are gone; custodians are needed to unlock. First find out what happened.",
        ),
        Verdict::Pause => text(
            "閲覧は15分で自動的に再開します。その前にデスクの /watch で根拠を見てください。",
            "Viewing goes on by itself after 15 minutes. Before that, look at the evidence at the desk's page /watch.",
        ),
        Verdict::EndShift => text(
            "本人に電話で確かめてください。連絡がつかなければ登録を取り消してください。",
            "Telephone the person. If you can't reach them, remove them.",
        ),
        Verdict::Deny | Verdict::Note => board,
    }
}

/// The words as one text, for a search or a test.
impl Words {
    /// All that is said in one language: `ja`, or else English.
    pub fn whole(&self, ja: bool) -> String {
        let pick = |text: &Text| if ja { text.ja.to_string() } else { text.en.to_string() };
        [&self.happened, &self.implies, &self.to_do].map(pick).join("\n\n")
    }
}
