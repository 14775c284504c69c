//! What shuts or loosens, and who did it.

use sekisho_core::{
    change::Changing,
    event::What,
    lockdown::{KeystoreChange, Means},
    stop::Stopping,
};

use super::Teller;
use crate::desk::lang::Lang;

impl Teller {
    pub(super) fn of_brakes(&self, what: &What) -> Option<String> {
        Some(match what {
            What::Paused { by, .. } => self.say(&self.author(*by), " が閲覧を止めました", "", " paused viewing"),
            What::ResumeAsked { by } => {
                self.say(&self.name(*by), " が閲覧の再開を求めました", "", " asked to resume viewing")
            }
            What::Resumed { by } => self.say(&self.name(*by), " が閲覧を再開しました", "", " resumed viewing"),
            What::LockedDown { lockdown } => {
                let order = self.say(&self.author(lockdown.by), " が施錠を命じました", "", " ordered the lockdown");
                format!("{order}: {}", lockdown.why)
            }
            What::Stopping { stopping: Stopping::Stopped { what, by, why, .. } } => match self.lang {
                Lang::Ja => format!("{} が止めました({what}): {why}", self.author(*by)),
                Lang::En => format!("{} stopped {what}: {why}", self.author(*by)),
            },
            What::Stopping { stopping: Stopping::Lifted { by, why, .. } } => {
                format!("{}: {why}", self.say(&self.author(*by), " が再開させました", "", " lifted a stop"))
            }
            What::Stopping { stopping: Stopping::KeyMade { key, may } } => {
                let may: Vec<_> = may.iter().map(ToString::to_string).collect();
                let what = self.lang.pick("止めることだけできる鍵が作られました", "A key that only stops was made");
                format!("{what}: {key} ({})", may.join(", "))
            }
            What::Stopping { stopping: Stopping::KeyDropped { key } } => {
                let what = self.lang.pick("止めることだけできる鍵が消されました", "A key that only stops was dropped");
                format!("{what}: {key}")
            }
            What::Changing { change } => self.changing(change),
            What::KeystoreChanged { change: KeystoreChange::PassphraseChosen } => {
                self.lang.pick("分散鍵で、合言葉が変えられました", "By shares, another passphrase was chosen").into()
            }
            What::KeystoreChanged { change: KeystoreChange::SharesDealt { needed, of } } => match self.lang {
                Lang::Ja => format!("分散鍵が配られました({of} 人のうち {needed} 人で解錠)"),
                Lang::En => format!("Shares were dealt: {needed} of {of} open the keystore"),
            },
            What::Unlocked { by: Means::Passphrase } => {
                self.lang.pick("合言葉で解錠されました", "Unlocked, by the passphrase").into()
            }
            What::Unlocked { by: Means::Shares { given, of } } => match self.lang {
                Lang::Ja => format!("{of} 人の保管者のうち {given} 人の分散鍵で解錠されました"),
                Lang::En => format!("Unlocked, by {given} of {of} custodians' shares"),
            },
            _ => return None,
        })
    }

    fn changing(&self, change: &Changing) -> String {
        match change {
            Changing::Proposed { by, .. } => {
                self.say(&self.name(*by), " が変更を提案しました", "", " proposed a change")
            }
            Changing::Approved { by, .. } => {
                self.say(&self.name(*by), " が変更を承認しました", "", " approved a change")
            }
            Changing::Cancelled { by, .. } => {
                self.say(&self.name(*by), " が変更を取り消しました", "", " cancelled a change")
            }
            Changing::Made { by, .. } => self.say(&self.name(*by), " が変更を実行しました", "", " made a change"),
        }
    }
}
