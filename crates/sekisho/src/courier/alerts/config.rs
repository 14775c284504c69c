//! Who is called and how, as the operator writes it: one TOML file, kept in the courier's folder.

use std::{
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
};

use lettre::message::Mailbox;
use sekisho_core::{
    alert::{Rota, RotaError},
    id::ContactName,
};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::courier::secrets::{self, Secret};

/// Its name in the courier's folder.
const NAME: &str = "alerts.toml";
/// The most that is read of it, in bytes.
const MAX: u64 = 256 << 10;

/// Why the file can't be used. Nothing of what is secret in it is in here.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It is not there, or not readable.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is not TOML of this form. The parser's own words would quote the line, which may hold a password.
    #[error("line {0}: not what an alerts file may say here (`sekisho alert rota --help` shows one)")]
    Form(usize),
    /// The rota in it.
    #[error(transparent)]
    Rota(#[from] RotaError),
    /// Somebody has no way to be reached.
    #[error("{0} has neither mail nor webhook")]
    Unreachable(ContactName),
    /// Somebody is to get mail and there is no server for it.
    #[error("{0} is to get mail, and there is no [mail] server")]
    NoServer(ContactName),
    /// A webhook without what it is signed with, or with something else.
    #[error("{0}: a webhook needs its secret, whsec_ and 24 to 64 bytes in base64")]
    Secret(ContactName),
    /// A password that goes to whoever listens.
    #[error("[mail]: tls = \"none\" is for a server on this machine, and a user and password never go without TLS")]
    Open,
    /// A heartbeat that is too frequent or none.
    #[error("[heartbeat]: seconds is 10 to 86400")]
    Heartbeat,
}

/// The file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// In which language people are told.
    #[serde(default)]
    pub language: Language,
    /// Minutes until the next is called.
    pub minutes: u16,
    /// Days after which the next of them becomes the first.
    #[serde(default)]
    pub turn_days: Option<u16>,
    /// The server that takes mail.
    #[serde(default)]
    pub mail: Option<MailServer>,
    /// Who notices silence.
    #[serde(default)]
    pub heartbeat: Option<Heartbeat>,
    /// Who is called, the first to be called first.
    pub people: Vec<Person>,
}

/// In which language people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
    /// Both, Japanese first.
    #[default]
    Both,
}

/// The server that takes mail: a submission server (RFC 6409), or a relay.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailServer {
    /// Its name.
    pub server: String,
    /// Its port: 465, 587 or 25.
    pub port: u16,
    /// How it is spoken to.
    #[serde(default)]
    pub tls: MailTls,
    /// From whom the mail is.
    pub from: Mailbox,
    /// The user, if it wants one.
    #[serde(default)]
    pub user: Option<String>,
    /// The password.
    #[serde(default)]
    pub password: Option<Zeroizing<String>>,
    /// Addresses that may be dialled although they are not global: this server's, inside your network.
    #[serde(default)]
    pub allowed: Vec<IpAddr>,
    /// Certificates, PEM, that are believed in the place of the public web's.
    #[serde(default)]
    pub ca: Option<String>,
}

impl std::fmt::Debug for MailServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MailServer({}:{})", self.server, self.port)
    }
}

/// How a mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// TLS from the first byte (RFC 8314).
    #[default]
    Implicit,
    /// TLS after a plain greeting (RFC 3207); without it nothing is sent.
    Starttls,
    /// None: to this machine only.
    None,
}

/// Who notices silence: a dead man's switch.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// What is called.
    pub url: String,
    /// How often, in seconds.
    #[serde(default = "minute")]
    pub seconds: u64,
}

const fn minute() -> u64 {
    60
}

/// Somebody who is called.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The short name by which the keeper knows them.
    pub name: ContactName,
    /// Their mail address.
    #[serde(default)]
    pub mail: Option<Mailbox>,
    /// What to post to.
    #[serde(default)]
    pub webhook: Option<String>,
    /// What that is signed with.
    #[serde(default)]
    secret: Option<Zeroizing<String>>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person({})", self.name)
    }
}

impl Person {
    /// What their webhook is signed with.
    ///
    /// # Errors
    /// When there is none, or it is none.
    pub fn secret(&self) -> Result<Secret, ConfigError> {
        let secret = self.secret.as_ref().and_then(|text| secrets::parse(text).ok());
        secret.ok_or_else(|| ConfigError::Secret(self.name.clone()))
    }
}

impl Config {
    /// Where it lies in an installation.
    pub fn path(data: &Path) -> PathBuf {
        data.join("courier").join(NAME)
    }

    /// Reads a file whole and judges it.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&Self::text(path)?)
    }

    /// The text of a file that is not too large.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn text(path: &Path) -> io::Result<Zeroizing<String>> {
        if fs::metadata(path)?.len() > MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "too large for an alerts file"));
        }
        fs::read_to_string(path).map(Zeroizing::new)
    }

    /// Judges a text.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            ConfigError::Form(text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1)
        })?;
        config.judge()?;
        Ok(config)
    }

    fn judge(&self) -> Result<(), ConfigError> {
        self.rota().check()?;
        for person in &self.people {
            self.judge_person(person)?;
        }
        if let Some(mail) = &self.mail
            && mail.tls == MailTls::None
            && (mail.user.is_some() || mail.password.is_some())
        {
            return Err(ConfigError::Open);
        }
        match &self.heartbeat {
            Some(heartbeat) if !(10..=86_400).contains(&heartbeat.seconds) => Err(ConfigError::Heartbeat),
            _ => Ok(()),
        }
    }

    fn judge_person(&self, person: &Person) -> Result<(), ConfigError> {
        match (&person.mail, &person.webhook) {
            (None, None) => return Err(ConfigError::Unreachable(person.name.clone())),
            (Some(_), _) if self.mail.is_none() => return Err(ConfigError::NoServer(person.name.clone())),
            (_, Some(_)) => drop(person.secret()?),
            _ => {}
        }
        Ok(())
    }

    /// What the keeper is told of it: names and minutes, no address.
    pub fn rota(&self) -> Rota {
        let people = self.people.iter().map(|person| person.name.clone()).collect();
        Rota { people, minutes: self.minutes, turn_days: self.turn_days }
    }

    /// The person of that name.
    pub fn person(&self, name: &ContactName) -> Option<&Person> {
        self.people.iter().find(|person| person.name == *name)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const EXAMPLE: &str = r#"
        language = "ja"
        minutes = 10
        turn_days = 7

        [mail]
        server = "mail.example.jp"
        port = 465
        from = "Sekisho <sekisho@example.jp>"
        user = "sekisho"
        password = "a secret"

        [heartbeat]
        url = "https://beats.example/1"

        [[people]]
        name = "aoki"
        mail = "aoki@example.jp"

        [[people]]
        name = "baba"
        webhook = "https://hooks.example/baba"
        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    "#;

    #[test]
    fn a_file_names_people_in_their_order_and_how_they_are_reached() {
        let config = Config::parse(EXAMPLE).unwrap();
        let rota = config.rota();
        assert_eq!(rota.people.iter().map(ContactName::as_str).collect::<Vec<_>>(), ["aoki", "baba"]);
        assert_eq!((rota.minutes, rota.turn_days), (10, Some(7)));
        assert_eq!(config.mail.as_ref().unwrap().tls, MailTls::Implicit, "TLS unless it is said otherwise");
        assert!(config.person(&"baba".parse().unwrap()).unwrap().secret().is_ok());
    }

    fn refused(from: &str, to: &str) -> String {
        assert!(EXAMPLE.contains(from), "the test changes something");
        Config::parse(&EXAMPLE.replace(from, to)).unwrap_err().to_string()
    }

    #[test]
    fn what_would_reach_nobody_is_refused_in_words_and_without_the_secrets() {
        assert!(refused("mail = \"aoki@example.jp\"", "").contains("aoki has neither"));
        assert!(refused("secret = \"whsec_", "secret = \"").contains("baba"));
        assert!(refused("minutes = 10", "minutes = 0").contains("minutes"));
        assert!(refused("port = 465", "port = 465\n tls = \"none\"").contains("without TLS"));
        assert!(refused("beats.example/1\"", "beats.example/1\"\n seconds = 1").contains("seconds"));
        let wrong = refused("password = \"a secret\"", "pass = \"a secret\"");
        assert!(wrong.starts_with("line ") && !wrong.contains("a secret"), "{wrong}");
    }

    #[test]
    fn nothing_secret_is_printed() {
        let printed = format!("{:?}", Config::parse(EXAMPLE).unwrap());
        assert!(
            !printed.contains("a secret") && !printed.contains("whsec_") && !printed.contains("aoki@"),
            "{printed}"
        );
    }
}
