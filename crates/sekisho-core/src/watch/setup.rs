//! Which detectors are on, and how each is set.

use serde::{Deserialize, Serialize};

use super::{Detector, detectors};

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
#[serde(default)]
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
    }
}
