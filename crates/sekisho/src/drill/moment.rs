//! When something came about in a drill: when it was noticed, when it was stopped. Or that it never was.

use serde::{Deserialize, Serialize};

/// Whether something came about, and after how much of the attack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Whether it came about at all.
    pub came: bool,
    /// After how many of the attacker's requests, where they were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    /// After how many seconds of the installation's time, where they were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// By what, or why not: the rest of a sentence that begins with "noticed" or "stopped".
    pub how: String,
}

impl Moment {
    /// It came about; `how` goes on after "noticed" or "stopped".
    pub(super) fn came(how: impl Into<String>) -> Self {
        Self { came: true, requests: None, seconds: None, how: how.into() }
    }

    /// It never came about, and why.
    pub(super) fn never(why: impl Into<String>) -> Self {
        Self { came: false, ..Self::came(why) }
    }

    /// How a theft of copies ends: nobody sees it, so nobody stops it.
    pub(super) fn copied_outside() -> Self {
        Self::never("a copy that is made outside of Sekisho leaves no trace in it")
    }

    /// What needs no stopping: what they hold is worth nothing.
    pub(super) fn nothing_to_stop() -> Self {
        Self::never("what they hold opens nothing, so there was nothing to stop")
    }

    /// The same after so many of the attacker's requests, and so many seconds, as far as they were counted.
    pub(super) fn after(self, requests: impl Into<Option<u64>>, seconds: impl Into<Option<u64>>) -> Self {
        Self { requests: requests.into(), seconds: seconds.into(), ..self }
    }

    /// In a few words, for a table: "not noticed", "noticed after 7 requests, 3 s".
    pub fn short(&self, verb: &str) -> String {
        match (self.came, self.measured()) {
            (false, _) => format!("not {verb}"),
            (true, None) => verb.to_owned(),
            (true, Some(measured)) => format!("{verb} after {measured}"),
        }
    }

    /// In a sentence. What it says up to the first colon or semicolon can stand alone.
    pub fn told(&self, verb: &str) -> String {
        let between = if self.came { " " } else { ": " };
        format!("{}{between}{}", self.short(verb), self.how)
    }

    /// How much of the attack there had been: "7 requests, 3 s". Nothing where nothing was counted.
    pub fn measured(&self) -> Option<String> {
        let requests = self.requests.map(|count| format!("{count} request{}", if count == 1 { "" } else { "s" }));
        let parts: Vec<_> = requests.into_iter().chain(self.seconds.map(took)).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// Seconds as a person says them.
fn took(seconds: u64) -> String {
    match seconds {
        0..600 => format!("{seconds} s"),
        600..172_800 => format!("{} min", seconds / 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M39: what was not noticed says so, and nothing is counted for it.
    #[test]
    fn what_never_came_about_says_so_first() {
        let never = Moment::copied_outside();
        assert_eq!(never.short("noticed"), "not noticed");
        assert!(never.told("noticed").starts_with("not noticed: a copy "));
    }

    #[test]
    fn what_came_about_says_after_how_much() {
        let came = Moment::came("by tempo: that shift ended").after(7, 3);
        assert_eq!(came.told("stopped"), "stopped after 7 requests, 3 s by tempo: that shift ended");
        let late = Moment::came("by drip").after(1, 3 * 86_400);
        assert_eq!(late.short("noticed"), "noticed after 1 request, 3 days");
        assert_eq!(Moment::came("at once").told("noticed"), "noticed at once");
    }

    #[test]
    fn it_is_read_back_as_it_was_printed() {
        for moment in [Moment::never("x"), Moment::came("y").after(None, 9)] {
            let printed = serde_json::to_string(&moment).unwrap();
            assert_eq!(serde_json::from_str::<Moment>(&printed).unwrap(), moment);
        }
    }
}
