//! What sites wait for.

use std::{fs, io, path::Path};

use sekisho_core::{calendar::DAY, time::Timestamp};
use sekisho_keeper::survey::Survey;

use super::remark::{CannotTell, Fixed, Remark, Row, Severity};

pub(super) const SECRET: Row = Row {
    id: "D-site-secret",
    severity: Severity::Finding,
    why: Fixed {
        en: "Without the secret nothing is sent to this site: its members wait for an answer that doesn't come.",
        ja: "秘密がないと、このサイトには何も送られません。会員は来ない返事を待つことになります。",
    },
    mend: Fixed {
        en: "`sekisho site secret NAME --data DATA --file webhook-secret`, with the file that `sekisho site new` made.",
        ja: "`sekisho site new` が作ったファイルで `sekisho site secret NAME --data DATA --file webhook-secret` を実行してください。",
    },
};

pub(super) const OUTBOX: Row = Row {
    id: "D-outbox",
    severity: Severity::Finding,
    why: Fixed {
        en: "Results have waited for more than a day: the site does not take them, or can't be reached.",
        ja: "結果が1日より長く待っています。サイトが受け取らないか、届きません。",
    },
    mend: Fixed {
        en: "Ask the site whether its webhook answers 2xx, and read the courier's lines in the log.",
        ja: "サイトに、ウェブフックが2xxを返しているか尋ね、ログの courier の行を読んでください。",
    },
};

/// Looks at the sites of the installation in `data`.
pub(super) fn examine(survey: &Survey, data: &Path, now: Timestamp) -> Vec<Remark> {
    let folder = crate::app::places::webhook_secrets(data);
    let with_webhook = survey.sites.iter().filter(|site| site.webhook.is_some());
    let secrets = with_webhook.filter_map(|site| secret(&folder, site.name.as_str()));
    let late = survey.waiting.iter().filter(|(_, made)| now.since(*made) > DAY).count();
    let outbox = (late > 0)
        .then(|| OUTBOX.seen(format!("messages older than a day: {late}"), format!("1日より古い知らせ: {late}件")));
    secrets.chain(outbox).collect()
}

fn secret(folder: &Path, site: &str) -> Option<Remark> {
    match fs::metadata(folder.join(site)) {
        Ok(_) => None,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(SECRET.seen(
            format!("{site} has a webhook and no secret"),
            format!("{site} にはウェブフックがありますが、秘密がありません"),
        )),
        Err(error) => Some(SECRET.untold(&CannotTell::at(folder, &error))),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{remark::testing::ids, survey_for_test},
        *,
    };
    use sekisho_core::policy::Text;
    use sekisho_keeper::wire::SiteView;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn site(name: &str, webhook: Option<&str>) -> SiteView {
        SiteView {
            name: name.parse().unwrap(),
            title: Text { ja: String::new(), en: String::new() },
            jwks: String::new(),
            policies: Vec::new(),
            return_prefix: String::new(),
            budget: None,
            webhook: webhook.map(str::to_owned),
        }
    }

    #[test]
    fn a_webhook_without_a_secret_is_found() {
        let data = tempfile::tempdir().unwrap();
        let sites = vec![site("shop", Some("https://shop.example/")), site("asks-itself", None)];
        let survey = Survey { sites, ..survey_for_test() };
        let found = || ids(&examine(&survey, data.path(), NOW));
        assert_eq!(found(), ["D-site-secret"]);
        let folder = data.path().join("courier/secrets");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("shop"), "whsec_").unwrap();
        assert_eq!(found(), [""; 0]);
    }

    #[test]
    fn results_that_nobody_takes_are_found() {
        let data = tempfile::tempdir().unwrap();
        let found = |age| {
            let waiting = vec![("shop".to_owned(), NOW - age)];
            ids(&examine(&Survey { waiting, ..survey_for_test() }, data.path(), NOW))
        };
        assert_eq!(found(DAY), [""; 0]);
        assert_eq!(found(DAY + 1), ["D-outbox"]);
    }
}
