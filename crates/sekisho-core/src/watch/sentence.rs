//! What a finding says, for whoever answers for the house.

use alloc::{
    format,
    string::{String, ToString},
};

use super::{
    Cause, Detector, Finding, Verdict,
    observed::{Asker, Outsider},
};
use crate::policy::Text;

/// The sentence of `finding`: who did what, how often, in what time, and what comes of it.
pub(super) fn sentence(finding: &Finding) -> Text {
    let (what, who, then) = (what(finding), who(&finding.cause), outcome(finding));
    Text { ja: format!("{}{}。{}", who.ja, what.ja, then.ja), en: format!("{} {}. {}", who.en, what.en, then.en) }
}

fn text(ja: impl Into<String>, en: impl Into<String>) -> Text {
    Text { ja: ja.into(), en: en.into() }
}

fn who(cause: &Cause) -> Text {
    match cause {
        Cause::Outside { asker: Outsider::Network(network), .. } => {
            text(format!("接続元 {network} が"), format!("Somebody in the network {network}"))
        }
        Cause::Outside { asker: Outsider::Site(site), .. } => {
            text(format!("サイト {site} が"), format!("The site {site}"))
        }
        Cause::Outside { asker: Outsider::Others, .. } => text("数えきれない接続元が", "Askers too many to be named"),
        Cause::Person { staff, .. } => text(format!("{staff} が"), staff.to_string()),
        Cause::Vault { .. } => text("全体で", "All together"),
        Cause::Several { staff, .. } => {
            let count = staff.people().len();
            text(format!("{count}人が"), format!("{count} people"))
        }
    }
}

fn what(finding: &Finding) -> Text {
    let (count, time) = (finding.evidence.count, time(finding.evidence.seconds));
    match finding.detector {
        Detector::Canary | Detector::Enumeration | Detector::Strangers | Detector::Flood | Detector::Forgery => {
            asked(finding, time)
        }
        Detector::Newcomer | Detector::Hours => worked(finding, time),
        Detector::Tempo => text(
            format!("{}で{count}件の書類を開きました。人が見て判断できる速さではありません", time.ja),
            format!("opened {count} documents in {}, faster than a person can look and decide", time.en),
        ),
        Detector::Pressing => text(
            format!("開ける件数を使い切ったあとも{}で{count}回求めました", time.ja),
            format!("asked {count} more times in {} although the budget is spent", time.en),
        ),
        Detector::Undecided => text(
            format!("{}で{count}件の書類を開き、判断しませんでした", time.ja),
            format!("looked at {count} documents in {} and decided none of them", time.en),
        ),
        Detector::Drip => text(
            format!("{}で{count}件の閲覧が判断になりませんでした。少しずつ持ち出されているおそれがあります", time.ja),
            format!(
                "looked {count} times in {} without deciding, or before anything can be seen, more than by chance: pictures may be \
                 dripping out",
                time.en
            ),
        ),
        Detector::Bound => text(
            format!("{}に届いた分({count}件)より多くの書類が求められました", time.ja),
            format!("asked for more documents in {} than arrived ({count})", time.en),
        ),
        Detector::Together => text(
            format!("{}のうちにそろって異常な動きをしました。セッションがまとめて奪われたおそれがあります", time.ja),
            format!(
                "did within {} what each alone is stopped for: their sessions may have been taken together",
                time.en
            ),
        ),
    }
}

/// What somebody asked for or sent.
fn asked(finding: &Finding, time: Text) -> Text {
    let count = finding.evidence.count;
    match finding.detector {
        Detector::Canary => text(
            "おとりに触れました。正当な用のある人は触れません",
            "touched bait, which nobody with an honest cause does",
        ),
        Detector::Strangers => text(
            format!("{}で{count}回、自分のものでない確認について尋ねました", time.ja),
            format!("asked {count} times in {} about checks of others", time.en),
        ),
        Detector::Flood => {
            text(format!("{}で{count}枚の画像を送りました", time.ja), format!("sent {count} pictures in {}", time.en))
        }
        Detector::Forgery => text(
            format!(
                "{}で{count}回、成り立たない署名か使い終えた署名を送りました。なりすましか、鍵か時計の設定の誤りです",
                time.ja
            ),
            format!(
                "sent {count} signatures in {} that don't hold or were used before: somebody poses as another, or a \
                 key or a clock is set wrong",
                time.en
            ),
        ),
        _ => text(
            format!("{}で{count}回、ない番号を求めました。番号を順に試しているようです", time.ja),
            format!("asked {count} times in {} for what doesn't exist, as one does who tries numbers", time.en),
        ),
    }
}

/// From where and when somebody worked.
fn worked(finding: &Finding, time: Text) -> Text {
    match finding.detector {
        Detector::Newcomer => text(
            "これまでと違う機器か、違う接続元と端末からシフトを始めました",
            "began a shift with another device, or from another network and program, than ever before",
        ),
        _ => text(
            format!("いつもの始まりから{}離れた時刻にシフトを始めました", time.ja),
            format!("began a shift {} away from any time of day at which they ever did", time.en),
        ),
    }
}

fn outcome(finding: &Finding) -> Text {
    let (ja, en) = match (finding.shadow, finding.cause.verdict()) {
        (true, _) => {
            ("この検知は試用中で、何も行いません。", "This detector is only being tried: nothing comes of it.")
        }
        (_, Verdict::Note | Verdict::Deny) if finding.detector == Detector::Canary => (
            "おとりと悟られないよう、これまでどおりに断ります。",
            "They are refused as before, so that the bait isn't given away.",
        ),
        (_, Verdict::Note) => ("お知らせするだけです。", "This is for you to know."),
        (_, Verdict::Deny) => ("しばらく受け付けません。", "They are refused for a while."),
        (_, Verdict::EndShift) => ("シフトを終わらせます。", "The shift ends."),
        (_, Verdict::Pause) => ("閲覧を15分止めます。", "Viewing pauses for 15 minutes."),
        (_, Verdict::Lockdown) => ("鍵を消して封鎖します。", "The keeper forgets its keys and locks down."),
    };
    text(ja, en)
}

fn time(seconds: u64) -> Text {
    match seconds {
        0 | 1 => text("1秒", "a second"),
        2..120 => text(format!("{seconds}秒"), format!("{seconds} seconds")),
        120..7_200 => text(format!("{}分", seconds / 60), format!("{} minutes", seconds / 60)),
        7_200..172_800 => text(format!("{}時間", seconds / 3_600), format!("{} hours", seconds / 3_600)),
        _ => text(format!("{}日", seconds / 86_400), format!("{} days", seconds / 86_400)),
    }
}

/// Who an asker is, in a word.
impl core::fmt::Display for Asker {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Staff(staff) => staff.fmt(f),
            Self::Outside(Outsider::Network(network)) => network.fmt(f),
            Self::Outside(Outsider::Site(site)) => site.fmt(f),
            Self::Outside(Outsider::Others) => f.write_str("others"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::StaffId,
        watch::{Evidence, PersonVerdict},
    };

    #[test]
    fn every_detector_speaks_in_both_languages_and_says_what_comes_of_it() {
        let staff = StaffId::from_bytes([1; 16]);
        for detector in Detector::ALL {
            let evidence = Evidence { places: [1].into(), count: 20, seconds: 300 };
            let finding = Finding::of_person(*detector, staff, PersonVerdict::EndShift, evidence);
            let said = finding.sentence();
            assert!(said.en.is_ascii() && said.en.ends_with("The shift ends."), "{}", said.en);
            assert!(said.ja.ends_with("シフトを終わらせます。"), "{}", said.ja);
            let tried = Finding { shadow: true, ..finding }.sentence();
            assert!(tried.en.ends_with("nothing comes of it.") && tried.ja.contains("試用中"), "{tried:?}");
        }
    }

    #[test]
    fn times_are_told_in_what_people_count_in() {
        let told = [0, 1, 119, 120, 7_199, 7_200, 172_800].map(|seconds| time(seconds).en);
        assert_eq!(told, ["a second", "a second", "119 seconds", "2 minutes", "119 minutes", "2 hours", "2 days"]);
    }
}
