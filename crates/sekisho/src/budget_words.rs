//! What budgets allow, in sentences: the same at the command line and at the desk.

use sekisho_core::{
    budget::{Allows, Windows},
    policy::Text,
};

fn text(ja: String, en: String) -> Text {
    Text { ja, en }
}

/// The four windows of a budget.
pub fn windows(windows: &Windows) -> Text {
    let Windows { minute, hour, day, three_days } = windows;
    text(
        format!("1分に{minute}件、1時間に{hour}件、24時間に{day}件、72時間に{three_days}件"),
        format!("{minute} in a minute, {hour} in an hour, {day} in a day, {three_days} in 72 hours"),
    )
}

/// What a vault's limits allow with so many reviewers, a line each.
pub fn lines(allows: &Allows, reviewers: u64) -> Vec<Text> {
    let Allows { person, person_relieved, default_person, all, refused_after, seconds_each } = allows;
    let said = |ja: &str, en: &str, of: &Windows| {
        let of = windows(of);
        text(format!("{ja}: {}", of.ja), format!("{en} {}", of.en))
    };
    let together = windows(all);
    vec![
        said("1人(またはそのセッションを盗んだ者)", "one person, or whoever has stolen their session:", person),
        said("何時間も仕事が残っているとき", "the same with work left over for hours:         ", person_relieved),
        said("初期設定", "the default, for comparison:                    ", default_person),
        text(
            format!("{reviewers}人全員で: {}。届いた数を超えません", together.ja),
            format!("{reviewers} reviewers together: {}; and never more than arrived", together.en),
        ),
        text(
            format!("待たずに開き続けるセッションは{refused_after}件で一度断られ、そのあとは{seconds_each}秒に1件です"),
            format!(
                "a stolen session that doesn't wait is first refused after {refused_after} documents, then gets one \
                 every {seconds_each} seconds"
            ),
        ),
    ]
}
