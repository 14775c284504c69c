//! `POST /sites`: registers or changes a site while the installation is being founded, and proposes it afterwards.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use sekisho_core::{check::Role, policy::Text};
use sekisho_keeper::wire::{Change, DeskAnswer, DeskRequest, Refusal, SiteView};

use super::{Draft, Sites};
use crate::{
    desk::{
        cause::Cause,
        changes::propose,
        lang::Lang,
        page::page_with,
        session::{Fields, Sent, only},
        state::{Desk, misplaced},
    },
    service::desk_sessions::Signed,
};

/// Which part of the form was not taken. The keeper judges the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Not 1 to 64 of a-z, 0-9, `-` and `.`.
    #[error("name")]
    Name,
    /// One of the two titles is missing.
    #[error("title")]
    Title,
    /// Not a JWK set.
    #[error("jwks")]
    Jwks,
    /// No policy was chosen.
    #[error("policies")]
    Policies,
    /// Not an absolute web address.
    #[error("return_prefix")]
    ReturnPrefix,
    /// Likewise.
    #[error("webhook")]
    Webhook,
}

impl Fault {
    /// What to write instead.
    pub(crate) fn advice(&self, lang: &Lang) -> &'static str {
        match self {
            Self::Name => lang.pick(
                "名前は英小文字・数字・「-」「.」で64文字までです。",
                "The name is up to 64 of a-z, 0-9, \"-\" and \".\".",
            ),
            Self::Title => {
                lang.pick("日本語と英語の表示名を両方入れてください。", "Enter the title in Japanese and in English.")
            }
            Self::Jwks => lang.pick(
                "公開鍵は JWK Set の JSON({\"keys\":[…]})です。",
                "The public keys are a JWK set: {\"keys\":[…]}.",
            ),
            Self::Policies => lang.pick("ポリシーを一つ以上選んでください。", "Choose at least one policy."),
            Self::ReturnPrefix => {
                lang.pick("戻り先は https:// で始まる住所です。", "The return address begins with https://.")
            }
            Self::Webhook => lang
                .pick("通知先は https:// で始まる住所か、空欄です。", "The webhook begins with https://, or is empty."),
        }
    }
}

/// Registers the site, or shows the form again with what was entered.
pub(crate) async fn post(
    State(desk): State<Desk>,
    lang: Lang,
    Sent { signed, fields }: Sent,
) -> Result<Response, Cause> {
    only(&signed, &[Role::Administrator])?;
    let draft = draft(&fields);
    let site = match site(&draft, desk.settings().test) {
        Ok(site) => site,
        Err(fault) => return again(&desk, lang, &signed, draft, fault).await,
    };
    let request = DeskRequest::RegisterSite { shift: signed.shift.token.clone(), site: Box::new(site.clone()) };
    match desk.ask_for(&signed, request).await {
        Ok(DeskAnswer::Done) => Ok(Redirect::to("/sites").into_response()),
        Ok(_) => Err(misplaced()),
        // From the first real check on it takes others, and a day.
        Err(Cause::Refused(Refusal::AlreadyFounded)) => {
            Ok(propose(&desk, &signed, Change::Site(Box::new(site))).await?.into_response())
        }
        Err(cause) => Err(cause),
    }
}

async fn again(desk: &Desk, lang: Lang, signed: &Signed, draft: Draft, fault: Fault) -> Result<Response, Cause> {
    let page = Sites { draft, fault: Some(fault), ..Sites::of(desk, lang, signed).await? };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn draft(fields: &Fields) -> Draft {
    let text = |name| fields.get(name).unwrap_or_default().to_owned();
    Draft {
        name: text("name"),
        title_ja: text("title_ja"),
        title_en: text("title_en"),
        jwks: text("jwks"),
        policies: fields.all("policies").map(str::to_owned).collect(),
        return_prefix: text("return_prefix"),
        webhook: text("webhook"),
    }
}

fn site(draft: &Draft, test: bool) -> Result<SiteView, Fault> {
    if draft.title_ja.is_empty() || draft.title_en.is_empty() {
        return Err(Fault::Title);
    }
    let policies: Result<Vec<_>, _> = draft.policies.iter().map(|policy| policy.parse()).collect();
    Ok(SiteView {
        name: draft.name.parse().map_err(|_| Fault::Name)?,
        title: Text { ja: draft.title_ja.clone(), en: draft.title_en.clone() },
        jwks: Some(&draft.jwks).filter(|text| is_jwk_set(text)).ok_or(Fault::Jwks)?.clone(),
        policies: policies.ok().filter(|policies| !policies.is_empty()).ok_or(Fault::Policies)?,
        return_prefix: web_address(&draft.return_prefix, test).ok_or(Fault::ReturnPrefix)?,
        budget: None,
        webhook: match draft.webhook.as_str() {
            "" => None,
            address => Some(web_address(address, test).ok_or(Fault::Webhook)?),
        },
    })
}

fn is_jwk_set(text: &str) -> bool {
    let keys = serde_json::from_str::<serde_json::Value>(text).ok();
    keys.is_some_and(|keys| keys["keys"].as_array().is_some_and(|keys| !keys.is_empty()))
}

/// An address under TLS; an installation for trying out may use plain ones.
fn web_address(text: &str, test: bool) -> Option<String> {
    let uri: axum::http::Uri = text.parse().ok()?;
    let scheme = uri.scheme_str()?;
    let allowed = scheme == "https" || (test && scheme == "http");
    // A prefix without a path would also match `https://shop.example.evil`.
    let whole = uri.host().is_some() && text.matches('/').count() >= 3;
    (allowed && whole).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    const FORM: [(&str, &str); 7] = [
        ("name", "shop"),
        ("title_ja", "見本の店"),
        ("title_en", "Sample shop"),
        ("jwks", r#"{"keys":[{"kty":"OKP"}]}"#),
        ("policies", "jp-dating-site"),
        ("return_prefix", "https://shop.example/"),
        ("webhook", ""),
    ];

    fn with(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
        FORM.into_iter().map(|(key, old)| if key == name { (key, value) } else { (key, old) }).collect()
    }

    #[tokio::test]
    async fn a_whole_form_registers_a_site() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Administrator).await;
        assert_eq!(desk.post_form("/sites", &FORM).await.header("location"), "/sites");
        assert!(desk.get("/sites").await.body.contains("見本の店"));
    }

    #[tokio::test]
    async fn a_faulty_form_comes_back_with_what_was_entered() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Administrator).await;
        let answer = desk.post_form("/sites", &with("jwks", "not json")).await;
        assert_eq!(answer.status, 422);
        assert!(answer.body.contains("not json") && answer.body.contains("JWK Set"));
    }

    #[test]
    fn each_fault_is_named() {
        let faults = [
            ("name", "Shop!", Fault::Name),
            ("title_en", "", Fault::Title),
            ("jwks", "{}", Fault::Jwks),
            ("policies", "", Fault::Policies),
            ("return_prefix", "http://shop.example/", Fault::ReturnPrefix),
            ("return_prefix", "https://shop.example", Fault::ReturnPrefix),
            ("webhook", "ftp://shop.example/", Fault::Webhook),
        ];
        for (name, value, fault) in faults {
            let fields = Fields::of(&with(name, value));
            assert_eq!(site(&draft(&fields), false), Err(fault), "{name}");
        }
    }
}
