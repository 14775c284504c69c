//! Canaries: bait that no honest person has a cause to touch, and what a touch of each kind means.
//!
//! Which key, link or document is bait stands nowhere but in the keeper's sealed book. Until it is touched, the ledger
//! says of a canary only that a book of a fixed size exists; when it is touched, the ledger says all, since that bait
//! is burnt.

use alloc::{format, string::String};

use serde::{Deserialize, Serialize};

use crate::{id::CanaryId, policy::Text, time::Timestamp};

/// What kind of bait it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lure {
    /// A site's private key, left where a thief looks.
    SiteKey,
    /// A member's link that nobody was given.
    Link,
    /// A document of the operator's own, assigned and decided like others, whose ciphertext nobody else reads.
    Document,
}

/// What the ledger says of canaries, besides that one was touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Canary {
    /// The book of all canaries as it was sealed in this hour, whether anything changed in it or not. Whoever holds the
    /// keeper's keys can show later what it said; nobody else learns anything of it, not even that it changed.
    Book {
        /// SHA-256 of the sealed book, in lower-case hex.
        sha256: String,
    },
    /// What a canary was that has just been touched for the first time.
    Known {
        /// Which.
        canary: CanaryId,
        /// What it is.
        lure: Lure,
        /// Where it lay, in the words of whoever laid it.
        laid: String,
        /// Since when.
        since: Timestamp,
    },
}

impl Canary {
    /// What it means, for whoever answers for the house; nothing of a book that was sealed.
    pub fn sentence(&self) -> Option<Text> {
        match self {
            Self::Book { .. } => None,
            Self::Known { lure, laid, .. } => Some(lure.implies(laid)),
        }
    }
}

impl Lure {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SiteKey => "site_key",
            Self::Link => "link",
            Self::Document => "document",
        }
    }

    /// Which bait was touched, where it lay, what whoever touched it must therefore hold, and what to do now.
    pub fn implies(self, laid: &str) -> Text {
        let (ja, en) = self.words();
        Text {
            ja: format!("おとりの{}が使われました。置き場所: {laid}。{}{}", ja.what, ja.held, ja.todo),
            en: format!("Bait was touched: {}, laid at: {laid}. {} {}", en.what, en.held, en.todo),
        }
    }

    const fn words(self) -> (Words, Words) {
        match self {
            Self::SiteKey => (SITE_KEY_JA, SITE_KEY_EN),
            Self::Link => (LINK_JA, LINK_EN),
            Self::Document => (DOCUMENT_JA, DOCUMENT_EN),
        }
    }
}

struct Words {
    what: &'static str,
    held: &'static str,
    todo: &'static str,
}

const SITE_KEY_JA: Words = Words {
    what: "サイトの秘密鍵",
    held: "使った人は、その場所のファイルを読める立場にいます。",
    todo: "そこにあったほかの鍵とパスワードをすべて取り替え、いつから誰が読めたかを調べ、新しいおとりを置いてください。",
};
const SITE_KEY_EN: Words = Words {
    what: "a site's private key",
    held: "Whoever used it can read the files of that place.",
    todo: "Change every other key and password that lay there, find out who could read it and since when, and lay new \
           bait.",
};
const LINK_JA: Words = Words {
    what: "本人用リンク",
    held: "開いた人は、その場所に書かれたものを読んでいます。",
    todo: "そこにあったほかのリンクを無効にし、メールや記録を読める人を調べ、新しいおとりを置いてください。",
};
const LINK_EN: Words = Words {
    what: "a member's link that nobody was given",
    held: "Whoever opened it reads what is written in that place.",
    todo: "Make the other links that lay there useless, find out who can read these mails or logs, and lay new bait.",
};
const DOCUMENT_JA: Words = Words {
    what: "暗号化された画像ファイル",
    held: "読んだ人は、保管場所の認証情報か、その複製を持っています。中身は暗号文で、鍵がなければ開けません。",
    todo: "保管場所の認証情報を取り替え、同じ接続元がほかに何を読んだかをアクセス記録で調べてください。",
};
const DOCUMENT_EN: Words = Words {
    what: "the ciphertext of a picture",
    held: "Whoever read it holds the credentials of the storage, or a copy of it. It is ciphertext and opens nothing \
           without the keystore.",
    todo: "Change the credentials of the storage, and look in its access log for what else the same asker read.",
};
#[cfg(test)]
mod tests {
    use super::*;

    const LURES: [Lure; 3] = [Lure::SiteKey, Lure::Link, Lure::Document];

    /// M19, M20: a touch says which bait, where it lay, what that implies and what to do.
    #[test]
    fn every_kind_of_bait_says_what_its_touch_implies_in_both_languages() {
        for lure in LURES {
            let said = lure.implies("backup host, home of deploy");
            assert!(said.en.is_ascii() && said.en.contains("laid at: backup host, home of deploy. "), "{}", said.en);
            assert!(said.ja.contains("置き場所: backup host, home of deploy。"), "{}", said.ja);
            assert!(said.en.ends_with('.') && said.ja.ends_with("ください。"), "{said:?}");
        }
    }

    #[test]
    fn a_sealed_book_says_nothing_to_anybody() {
        assert_eq!(Canary::Book { sha256: "00".into() }.sentence(), None);
    }
}
