//! Witnesses: how an installation is told of them, and how they stand.

use std::str::FromStr;

use sekisho_core::{
    event::Contradiction,
    ledger::{WitnessKey, note::VerifierKeyError},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The most witnesses that an installation asks. A checkpoint's readers need not read more signatures than these.
pub const MAX_WITNESSES: usize = 15;

/// A witness as an operator names it: its verifier key (C2SP `tlog-cosignature`, type 0x04) and where it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessTerms {
    /// Its verifier key, name included.
    pub key: String,
    /// Its submission prefix (C2SP `tlog-witness`), without a slash at the end.
    pub url: String,
}

/// Why a text does not name a witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WitnessTermsError {
    /// It is not a key and an address.
    #[error("a witness is named by its verifier key, a space, and its address: 'NAME+ID+KEY https://…'")]
    Form,
    /// The key is none of a witness.
    #[error("not a witness's verifier key: {0}")]
    Key(#[from] VerifierKeyError),
    /// The address is none that the courier could dial.
    #[error("a witness's address must be https:// and a host (http:// for test installations), with no ? or #")]
    Address,
}

impl FromStr for WitnessTerms {
    type Err = WitnessTermsError;

    fn from_str(text: &str) -> Result<Self, WitnessTermsError> {
        let (key, url) = text.trim().split_once(char::is_whitespace).ok_or(WitnessTermsError::Form)?;
        let url = url.trim().trim_end_matches('/');
        let terms = Self { key: key.to_owned(), url: url.to_owned() };
        terms.verifier()?;
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let plain = |rest: &str| !rest.is_empty() && !rest.contains(['?', '#', '@', ' ', '\\']) && rest.is_ascii();
        if rest.is_some_and(plain) { Ok(terms) } else { Err(WitnessTermsError::Address) }
    }
}

impl WitnessTerms {
    /// The key.
    ///
    /// # Errors
    /// When it is none of a witness.
    pub fn verifier(&self) -> Result<WitnessKey, VerifierKeyError> {
        self.key.parse()
    }

    /// Whether what is sent there can be read and altered on the way.
    pub fn is_plain(&self) -> bool {
        !self.url.starts_with("https://")
    }

    /// The port that is dialled.
    pub fn port(&self) -> u16 {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split('/').next().unwrap_or_default();
        let named = authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        named.unwrap_or(if self.is_plain() { 80 } else { 443 })
    }
}

/// What an installation is told of witnesses when it starts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessPlan {
    /// To be registered, unless they are already. Those that are registered and not named here stay.
    pub named: Vec<WitnessTerms>,
    /// Names of those to be forgotten.
    pub forgotten: Vec<String>,
}

/// Whether witnesses let documents be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WitnessStanding {
    /// There is no witness: whoever operates this and has the log's key could rewrite the ledger unseen.
    Nobody,
    /// Since this start none has cosigned. Nothing opens.
    Awaited,
    /// At least one has cosigned since this start, and none contradicts.
    Witnessed,
    /// One knows another ledger. Nothing opens.
    Contradicted,
}

/// What is known of all witnesses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witnessing {
    /// What it comes to.
    pub standing: WitnessStanding,
    /// Those that are registered, by name.
    pub witnesses: Vec<WitnessView>,
    /// Those that were forgotten, and when.
    pub forgotten: Vec<(String, Timestamp)>,
}

impl Witnessing {
    /// Of an installation without a witness.
    pub const fn nobody() -> Self {
        Self { standing: WitnessStanding::Nobody, witnesses: Vec::new(), forgotten: Vec::new() }
    }
}

/// One witness, and how it stands with this ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessView {
    /// Its name.
    pub name: String,
    /// The newest size that it cosigned and the time that it stated.
    pub cosigned: Option<(u64, Timestamp)>,
    /// Whether it cosigned since this start.
    pub since_start: bool,
    /// Why it did not cosign when it was last asked: a short technical word.
    pub trouble: Option<String>,
    /// How it contradicts, and the size that it knows, if it does.
    pub contradiction: Option<(Contradiction, u64)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a witness's operator hands it out; the key is that of the seed 01…01.
    fn vkey() -> String {
        use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
        let pair = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
        WitnessKey::new("w.example/1", pair.public_key().as_ref().try_into().unwrap()).unwrap().to_string()
    }

    #[test]
    fn a_witness_is_a_key_and_an_address() {
        let terms: WitnessTerms = format!(" {}  https://w.example/sub/ ", vkey()).parse().unwrap();
        assert_eq!((terms.url.as_str(), terms.port(), terms.is_plain()), ("https://w.example/sub", 443, false));
        assert_eq!(terms.verifier().unwrap().name(), "w.example/1");
        let local: WitnessTerms = format!("{} http://127.0.0.1:8090", vkey()).parse().unwrap();
        assert_eq!((local.port(), local.is_plain()), (8090, true));
    }

    #[test]
    fn what_names_no_witness_is_refused() {
        let parse = |text: String| text.parse::<WitnessTerms>().unwrap_err();
        assert_eq!(parse(vkey()), WitnessTermsError::Form);
        assert!(matches!(parse("w+00000000+AAAA https://w.example".into()), WitnessTermsError::Key(_)));
        for url in ["w.example", "ftp://w.example", "https://", "https://a@w.example", "https://w.example/?a"] {
            assert_eq!(parse(format!("{} {url}", vkey())), WitnessTermsError::Address, "{url}");
        }
    }
}
