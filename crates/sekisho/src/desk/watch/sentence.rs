//! An event as a sentence that an officer reads at a glance.

mod brakes;

use std::fmt::Display;

use sekisho_core::{
    alert::Alerting,
    author::Author,
    canary::Canary,
    check::{ShredCause, Verdict},
    event::{Contradiction, What},
    id::StaffId,
    policy::Text,
    stop::Stopping,
    time::Timestamp,
    watch::Verdict as Outcome,
};
use sekisho_keeper::wire::StaffView;

use crate::desk::{lang::Lang, reasons, when};

/// Tells events in one language, with the names of those who are enrolled.
pub(in crate::desk) struct Teller {
    pub(in crate::desk) lang: Lang,
    pub(in crate::desk) staff: Vec<StaffView>,
}

/// How loudly a line speaks.
pub(in crate::desk) fn weight(what: &What) -> &'static str {
    match what {
        What::TimeDoubted { .. }
        | What::Paused { .. }
        | What::LockedDown { .. }
        | What::Stopping { stopping: Stopping::Stopped { .. } }
        | What::WitnessContradicted { .. } => "alarm",
        What::DeadlineNears { .. }
        | What::StaffEnrolled { .. }
        | What::StaffRemoved { .. }
        | What::SiteRegistered { .. }
        | What::PolicyRegistered { .. }
        | What::WitnessRegistered { .. }
        | What::WitnessForgotten { .. }
        | What::WitnessAgreed { .. }
        | What::Unlocked { .. }
        | What::WatchSet { .. }
        | What::Stopping { .. }
        | What::KeystoreChanged { .. }
        | What::Changing { .. }
        | What::ResumeAsked { .. }
        | What::Shredded { cause: ShredCause::Damaged | ShredCause::Overdue, .. } => "look",
        What::Canary { canary: Canary::Known { .. } } => "alarm",
        What::Alerting { alerting: Alerting::CourierSilent { .. } } => "alarm",
        What::Alerting { .. } => "look",
        What::Found { finding } if finding.verdict() > Outcome::Note => "alarm",
        What::Found { .. } => "look",
        _ => "plain",
    }
}

/// What an event is about: the document, the viewing, the check.
pub(in crate::desk) fn ids(what: &What) -> Vec<String> {
    match what {
        What::Viewed { viewing, document, .. } => vec![viewing.to_string(), document.to_string()],
        What::Received { document, .. }
        | What::Assigned { document, .. }
        | What::Lapsed { document, .. }
        | What::Decided { document, .. }
        | What::Shredded { document, .. }
        | What::DeadlineNears { document, .. } => vec![document.to_string()],
        What::CheckEnded { check, .. } | What::MemberErased { check } => vec![check.to_string()],
        _ => Vec::new(),
    }
}

/// The sentence of an event in both languages, people by their ids: for a reader who is nobody's colleague.
pub(crate) fn told(what: &What) -> Text {
    let [ja, en] = [Lang::Ja, Lang::En].map(|lang| Teller { lang, staff: Vec::new() }.sentence(what));
    Text { ja, en }
}

impl Teller {
    /// The sentence of an event.
    pub(in crate::desk) fn sentence(&self, what: &What) -> String {
        let told = self.of_document(what).or_else(|| self.of_people(what)).or_else(|| self.of_witnesses(what));
        told.or_else(|| self.of_watch(what))
            .or_else(|| self.of_alerts(what))
            .or_else(|| self.of_brakes(what))
            .unwrap_or_else(|| self.of_the_house(what).into())
    }

    fn of_watch(&self, what: &What) -> Option<String> {
        let said = match what {
            What::Found { finding } => finding.sentence(),
            What::WatchSet { setup, .. } => setup.sentence(),
            What::Canary { canary } => canary.sentence()?,
            _ => return None,
        };
        Some(self.with_names(match self.lang {
            Lang::Ja => said.ja,
            Lang::En => said.en,
        }))
    }

    /// A finding knows people by their ids; whoever is enrolled has a name here.
    fn with_names(&self, said: String) -> String {
        self.staff.iter().fold(said, |said, person| said.replace(&person.staff.to_string(), &person.name))
    }

    fn of_alerts(&self, what: &What) -> Option<String> {
        let What::Alerting { alerting } = what else { return None };
        Some(match alerting {
            Alerting::Acknowledged { by, .. } => {
                self.say(&self.author(*by), " が通知を確認済みにしました", "", " acknowledged an alert")
            }
            Alerting::Tested { by } => self.say(&self.author(*by), " が通知を試しました", "", " sent a test alert"),
            Alerting::RotaSet { people, .. } => {
                let people: Vec<_> = people.iter().map(ToString::to_string).collect();
                self.say(&people.join(", "), ": 通知の当番が決まりました", "", ": called from now on, in this order")
            }
            Alerting::CourierSilent { since } => {
                let since = when::day_and_minute(*since, self.lang);
                self.say(&since, " から、通知を送る部分の応答がありません", "The courier is silent since ", "")
            }
        })
    }

    pub(super) fn author(&self, by: Author) -> String {
        match by {
            Author::Staff(staff) => self.name(staff),
            Author::Operator => self.lang.pick("運用者", "The operator").into(),
            Author::Watch => self.lang.pick("見張り", "The watch").into(),
        }
    }

    fn of_document(&self, what: &What) -> Option<String> {
        Some(match what {
            What::Received { site, waits: true, .. } => self.say(
                site,
                " の書類が施錠中に届き、解錠を待っています",
                "A document arrived while the vault was locked and waits: ",
                "",
            ),
            What::Received { site, .. } => self.say(site, " の書類が届きました", "A document arrived for ", ""),
            What::TakenOver { documents, damaged } => match self.lang {
                Lang::Ja => format!("待っていた書類を引き取りました: {documents}件 (鍵が壊れていたもの: {damaged}件)"),
                Lang::En => format!("What waited was taken over: {documents}, and {damaged} whose key was damaged"),
            },
            What::Assigned { staff, until, .. } => self.assigned(*staff, *until),
            What::Lapsed { staff, .. } => {
                self.say(&self.name(*staff), " の割り当てが時間切れになりました", "An assignment lapsed: ", "")
            }
            What::Viewed { staff, .. } => {
                self.say(&self.name(*staff), " が書類を一度開きました", "", " opened a document, once")
            }
            What::Decided { staff, verdict, reason, .. } => {
                let (verdict, reason) = (self.verdict(*verdict), reasons::label(*reason, self.lang));
                let decision = format!("{verdict} ({reason})");
                format!("{}: {decision}", self.say(&self.name(*staff), " が判断しました", "", " decided"))
            }
            What::Shredded { cause, .. } => {
                format!("{}: {}", self.lang.pick("書類を破棄しました", "A document was shredded"), self.cause(*cause))
            }
            What::DeadlineNears { deadline, .. } => {
                let deadline = when::day_and_minute(*deadline, self.lang);
                self.say(&deadline, " の期限が近い未判断の書類があります", "Undecided, with its deadline near: ", "")
            }
            _ => return None,
        })
    }

    fn assigned(&self, staff: StaffId, until: Timestamp) -> String {
        let (name, until) = (self.name(staff), when::minute(until));
        match self.lang {
            Lang::Ja => format!("{name} に書類を割り当てました({until} まで)"),
            Lang::En => format!("{name} was given a document until {until}"),
        }
    }

    fn of_people(&self, what: &What) -> Option<String> {
        Some(match what {
            What::StaffEnrolled { staff, .. } => self.say(&self.name(*staff), " が登録されました", "", " was enrolled"),
            What::StaffRemoved { staff, .. } => {
                self.say(&self.name(*staff), " の登録が取り消されました", "", " was removed")
            }
            What::ShiftBegan { staff, .. } => {
                self.say(&self.name(*staff), " のシフトが始まりました", "", " began a shift")
            }
            What::ShiftEnded { staff, .. } => {
                self.say(&self.name(*staff), " のシフトが終わりました", "", " ended a shift")
            }
            What::SiteRegistered { site } => {
                self.say(site, ": サイトが登録または変更されました", "", ": site registered or changed")
            }
            What::PolicyRegistered { policy, version } => {
                let policy = format!("{policy} {version}");
                self.say(&policy, ": ポリシーが登録または変更されました", "", ": policy registered or changed")
            }
            What::MemberLeft { checks, erase_at } => self.member_left(checks.len(), *erase_at),
            What::RootChanged { carried, dropped, .. } => self.root_changed(*carried, *dropped),
            _ => return None,
        })
    }

    fn of_witnesses(&self, what: &What) -> Option<String> {
        Some(match what {
            What::WitnessRegistered { witness, .. } => {
                self.say(witness, ": 証人が登録されました", "", ": witness registered")
            }
            What::WitnessForgotten { witness, contradicted: false } => self.say(
                witness,
                ": 証人の登録が取り消されました。記録の見張りが減りました",
                "",
                ": witness forgotten; one fewer watches the ledger",
            ),
            What::WitnessForgotten { witness, .. } => self.say(
                witness,
                ": この記録を否認していた証人の登録が取り消されました",
                "",
                ": forgotten, a witness that contradicted this ledger",
            ),
            What::WitnessContradicted { witness, size, contradiction } => {
                self.contradicted(witness, *size, *contradiction)
            }
            What::WitnessAgreed { witness, .. } => self.say(
                witness,
                ": 否認していた証人が、起動し直した記録に署名しました",
                "",
                ": had contradicted, and cosigned after a new start",
            ),
            What::TimeConfirmedByWitness { witness, .. } => {
                self.say(witness, ": 証人が時刻を確かめました", "", ": this witness confirmed the time")
            }
            _ => return None,
        })
    }

    fn contradicted(&self, witness: &str, size: u64, how: Contradiction) -> String {
        match (self.lang, how) {
            (Lang::Ja, Contradiction::Ahead) => {
                format!(
                    "証人 {witness} はここにない {size} 件までの記録を知っています。古い状態か複製です。何も開きません"
                )
            }
            (Lang::En, Contradiction::Ahead) => {
                format!(
                    "The witness {witness} knows {size} entries, more than there are: an older state or a copy. Nothing opens"
                )
            }
            (Lang::Ja, Contradiction::OtherHistory) => {
                format!(
                    "証人 {witness} が署名した {size} 件の記録は、ここの記録と違います。書き換えか分岐です。何も開きません"
                )
            }
            (Lang::En, Contradiction::OtherHistory) => {
                format!(
                    "The {size} entries that the witness {witness} cosigned are not those here: rewritten or forked. Nothing opens"
                )
            }
        }
    }

    fn member_left(&self, checks: usize, erase_at: Timestamp) -> String {
        let day = when::day_and_minute(erase_at, self.lang);
        match self.lang {
            Lang::Ja => format!("会員が退会しました。確認 {checks} 件との結びつきを {day} に消します"),
            Lang::En => format!("A member left: what ties {checks} checks to them goes on {day}"),
        }
    }

    fn root_changed(&self, carried: u64, dropped: u64) -> String {
        match self.lang {
            Lang::Ja => format!("根の鍵を替えました。引き継ぎ {carried} 件、置き去り {dropped} 件"),
            Lang::En => format!("The root key changed: {carried} carried over, {dropped} left behind"),
        }
    }

    /// What needs no name or number.
    fn of_the_house(&self, what: &What) -> &'static str {
        let (ja, en) = match what {
            What::Founded { .. } => ("設置されました", "The installation was founded"),
            What::Started => ("鍵の番人が起動しました", "The keeper started"),
            What::SlotsForgotten { .. } => {
                ("期限を過ぎた鍵を上書きしました", "Keys past their deadline were overwritten")
            }
            What::IntakeKeyMade { .. } => ("受付の鍵を作りました", "An intake key was made"),
            What::TimeDoubted { .. } => {
                ("時刻が疑わしいため、開くのを止めました", "The time was in doubt; opening stopped")
            }
            What::TimeConfirmed { .. } => ("当番が時刻を確かめました", "An officer confirmed the time"),
            What::CheckEnded { withdrawn: true, .. } => ("確認が取り下げられました", "A check was withdrawn"),
            What::CheckEnded { .. } => ("確認が判断のないまま終わりました", "A check ended without a decision"),
            What::Observed { .. } => ("拒否や接続が記録されました", "Refusals or a connection were put on record"),
            What::Canary { .. } => ("おとりの帳面を封じました", "The book of canaries was sealed"),
            What::MemberErased { .. } => ("会員との結びつきを消しました", "What tied a check to a person was erased"),
            _ => ("新しい種類の記録", "An event of a new kind"),
        };
        self.lang.pick(ja, en)
    }

    /// Something between its words: after it in Japanese, on either side in English.
    fn say(&self, what: &impl Display, ja: &str, before: &str, after: &str) -> String {
        match self.lang {
            Lang::Ja => format!("{what}{ja}"),
            Lang::En => format!("{before}{what}{after}"),
        }
    }

    /// A person's name; the id of somebody who is not enrolled any more.
    pub(in crate::desk) fn name(&self, id: StaffId) -> String {
        let person = self.staff.iter().find(|person| person.staff == id);
        person.map_or_else(|| id.to_string(), |person| person.name.clone())
    }

    fn verdict(&self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Approve => self.lang.pick("承認", "approved"),
            Verdict::Reject => self.lang.pick("不承認", "rejected"),
            Verdict::Retake => self.lang.pick("撮り直し", "another photograph"),
        }
    }

    fn cause(&self, cause: ShredCause) -> &'static str {
        match cause {
            ShredCause::Decided => self.lang.pick("判断済み", "decided"),
            ShredCause::Retake => self.lang.pick("撮り直し", "another photograph asked for"),
            ShredCause::Overdue => self.lang.pick("期限切れ", "overdue"),
            ShredCause::Withdrawn => self.lang.pick("取り下げ", "withdrawn"),
            ShredCause::Damaged => self.lang.pick("破損", "damaged"),
        }
    }
}

#[cfg(test)]
mod tests {
    use sekisho_core::id::{CheckId, DocumentId};

    use super::*;

    const TELLERS: [Teller; 2] =
        [Teller { lang: Lang::Ja, staff: Vec::new() }, Teller { lang: Lang::En, staff: Vec::new() }];

    #[test]
    fn somebody_who_left_is_told_by_their_id() {
        let by = StaffId::from_bytes([7; 16]);
        for teller in TELLERS {
            assert!(teller.sentence(&What::Paused { by: by.into(), until: None }).contains(&by.to_string()));
        }
    }

    #[test]
    fn a_damaged_document_is_louder_than_a_decided_one() {
        let shredded = |cause| What::Shredded {
            check: CheckId::from_bytes([1; 16]),
            document: DocumentId::from_bytes([2; 16]),
            cause,
        };
        assert_eq!(weight(&shredded(ShredCause::Damaged)), "look");
        assert_eq!(weight(&shredded(ShredCause::Decided)), "plain");
        assert_eq!(TELLERS[1].sentence(&shredded(ShredCause::Damaged)), "A document was shredded: damaged");
    }
}
