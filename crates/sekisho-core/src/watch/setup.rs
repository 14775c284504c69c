//! Which detectors are on, and how each is set.

use alloc::{format, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{Detector, detectors};
use crate::policy::Text;

/// Whether a detector works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// It doesn't look.
    Off,
    /// It is tried: it finds, and nothing comes of it.
    Shadow,
    /// It works.
    #[default]
    On,
}

/// A detector's switch and settings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tuned<T: Default> {
    /// Whether it works.
    pub switch: Switch,
    /// How it is set.
    pub settings: T,
}

/// All detectors.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Setup {
    /// [`Detector::Canary`].
    pub canary: Tuned<detectors::canary::Settings>,
    /// [`Detector::Tempo`].
    pub tempo: Tuned<detectors::tempo::Settings>,
    /// [`Detector::Pressing`].
    pub pressing: Tuned<detectors::pressing::Settings>,
    /// [`Detector::Undecided`].
    pub undecided: Tuned<detectors::undecided::Settings>,
    /// [`Detector::Enumeration`].
    pub enumeration: Tuned<detectors::enumeration::Settings>,
    /// [`Detector::Strangers`].
    pub strangers: Tuned<detectors::strangers::Settings>,
    /// [`Detector::Flood`].
    pub flood: Tuned<detectors::flood::Settings>,
    /// [`Detector::Forgery`].
    pub forgery: Tuned<detectors::forgery::Settings>,
    /// [`Detector::Newcomer`].
    pub newcomer: Tuned<detectors::newcomer::Settings>,
    /// [`Detector::Hours`].
    pub hours: Tuned<detectors::hours::Settings>,
    /// [`Detector::Drip`].
    pub drip: Tuned<detectors::drip::Settings>,
    /// [`Detector::Bound`].
    pub bound: Tuned<detectors::bound::Settings>,
    /// [`Detector::Together`].
    pub together: Tuned<detectors::together::Settings>,
}

impl Setup {
    /// Every detector with its default settings and this switch. Off is for whoever works at a machine's pace: a
    /// simulation, a measurement, a test of something else.
    pub fn all(switch: Switch) -> Self {
        let mut setup = Self::default();
        Detector::ALL.iter().for_each(|detector| *setup.switch(*detector) = switch);
        setup
    }

    /// Which detectors don't work as they would, for whoever answers for the house.
    pub fn sentence(&self) -> Text {
        let (off, tried) = (self.named(Switch::Off), self.named(Switch::Shadow));
        let ja = |what: &str, names: &str| if names.is_empty() { String::new() } else { format!("{what}: {names}。") };
        let en = |what: &str, names: &str| if names.is_empty() { String::new() } else { format!(" {what}: {names}.") };
        Text {
            ja: format!("検知の設定が変わりました。{}{}", ja("切", &off), ja("試用中", &tried)),
            en: format!("The watch was set anew.{}{}", en("Off", &off), en("Only tried", &tried)),
        }
    }

    fn named(&self, switch: Switch) -> String {
        let mut setup = self.clone();
        let named = Detector::ALL.iter().filter(|detector| *setup.switch(**detector) == switch);
        named.map(|detector| detector.name()).collect::<Vec<_>>().join(", ")
    }

    /// The switch of one of them.
    pub const fn switch(&mut self, detector: Detector) -> &mut Switch {
        match detector {
            Detector::Canary => &mut self.canary.switch,
            Detector::Tempo => &mut self.tempo.switch,
            Detector::Pressing => &mut self.pressing.switch,
            Detector::Undecided => &mut self.undecided.switch,
            Detector::Enumeration => &mut self.enumeration.switch,
            Detector::Strangers => &mut self.strangers.switch,
            Detector::Flood => &mut self.flood.switch,
            Detector::Forgery => &mut self.forgery.switch,
            Detector::Newcomer => &mut self.newcomer.switch,
            Detector::Hours => &mut self.hours.switch,
            Detector::Drip => &mut self.drip.switch,
            Detector::Bound => &mut self.bound.switch,
            Detector::Together => &mut self.together.switch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setup_is_read_back_and_what_is_left_out_is_the_default() {
        let mut setup = Setup::default();
        *setup.switch(Detector::Tempo) = Switch::Shadow;
        let said = serde_json::to_string(&setup).unwrap();
        assert_eq!(serde_json::from_str::<Setup>(&said).unwrap(), setup);
        assert_eq!(serde_json::from_str::<Setup>(r#"{"tempo":{"switch":"shadow"}}"#).unwrap(), setup);
        for wrong in [r#"{"temp":{}}"#, r#"{"tempo":{"swich":"off"}}"#, r#"{"tempo":{"settings":{"pase":1}}}"#] {
            assert!(serde_json::from_str::<Setup>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_setup_says_what_does_not_work_as_it_would() {
        let mut setup = Setup::default();
        assert_eq!(setup.sentence().en, "The watch was set anew.");
        *setup.switch(Detector::Tempo) = Switch::Shadow;
        *setup.switch(Detector::Drip) = Switch::Off;
        assert_eq!(setup.sentence().en, "The watch was set anew. Off: drip. Only tried: tempo.");
        assert_eq!(setup.sentence().ja, "検知の設定が変わりました。切: drip。試用中: tempo。");
        assert!(!Setup::all(Switch::Off).sentence().en.contains("Only tried"));
    }
}
