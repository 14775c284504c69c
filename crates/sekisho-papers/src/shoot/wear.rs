//! What happens to a picture, in three severities.

use serde::{Deserialize, Serialize};

use crate::dice::Dice;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// A scan, or a careful photograph.
    Clean,
    /// As most people do it: by hand, a little aslant, in a room.
    Mild,
    /// As it shouldn't be: blurred, reflecting, small, aslant.
    Hard,
}

impl Severity {
    /// All of them.
    pub const ALL: [Severity; 3] = [Severity::Clean, Severity::Mild, Severity::Hard];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Clean => "clean",
            Severity::Mild => "mild",
            Severity::Hard => "hard",
        }
    }

    /// The severity of this name.
    pub fn named(name: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|severity| severity.name() == name)
    }
}

/// What is beneath the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// A scanner's lid.
    White,
    /// A plain desk.
    Desk,
    /// Boards.
    Wood,
    /// Woven cloth.
    Cloth,
    /// A hand that holds it.
    Hand,
}

/// All that happens to one picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wear {
    /// How much of the picture's longer side the paper may take, 0 to 1.
    pub share: f32,
    /// Quarter turns, clockwise.
    pub quarters: u8,
    /// Degrees beside that.
    pub turn: f32,
    /// Degrees by which the paper is tilted around its two axes.
    pub tilt: (f32, f32),
    /// What is beneath.
    pub ground: Ground,
    /// How much brighter one side is than the other, as a share.
    pub shade: f32,
    /// How white a reflection is at its middle, 0 for none.
    pub glare: f32,
    /// Spread of the blur in millimetres on the paper.
    pub blur: f32,
    /// Spread of the noise in levels of 255.
    pub noise: f32,
    /// Quality of the JPEG, 1 to 100.
    pub jpeg_quality: u8,
    /// Whether the file has side data: place, maker, orientation.
    pub side_data: bool,
}

impl Wear {
    /// Chance of this severity.
    pub fn new(dice: &mut Dice, severity: Severity) -> Self {
        match severity {
            Severity::Clean => Self::clean(dice),
            Severity::Mild => Self::mild(dice),
            Severity::Hard => Self::hard(dice),
        }
    }

    fn clean(dice: &mut Dice) -> Self {
        Self {
            share: dice.between(0.82, 0.97),
            quarters: 0,
            turn: dice.between(-1.0, 1.0),
            tilt: (0.0, 0.0),
            ground: dice.one(&[Ground::White, Ground::White, Ground::Desk, Ground::Wood]),
            shade: dice.between(0.0, 0.05),
            glare: 0.0,
            blur: dice.between(0.0, 0.03),
            noise: dice.between(0.0, 1.5),
            jpeg_quality: 90 + dice.below(8) as u8,
            side_data: dice.once_in(25),
        }
    }

    fn mild(dice: &mut Dice) -> Self {
        let mut tilt = || dice.between(-9.0, 9.0);
        Self {
            tilt: (tilt(), tilt()),
            share: dice.between(0.65, 0.94),
            quarters: if dice.once_in(25) { dice.one(&[1, 2, 3]) } else { 0 },
            turn: dice.between(-5.0, 5.0),
            ground: dice.one(&[Ground::Desk, Ground::Wood, Ground::Cloth, Ground::Hand]),
            shade: dice.between(0.0, 0.20),
            glare: if dice.once_in(40) { dice.between(0.15, 0.45) } else { 0.0 },
            blur: dice.between(0.03, 0.07),
            noise: dice.between(1.0, 5.0),
            jpeg_quality: 72 + dice.below(19) as u8,
            side_data: dice.once_in(50),
        }
    }

    fn hard(dice: &mut Dice) -> Self {
        let mut tilt = || dice.between(-22.0, 22.0);
        Self {
            tilt: (tilt(), tilt()),
            share: dice.between(0.45, 0.94),
            quarters: if dice.once_in(45) { dice.one(&[1, 2, 3]) } else { 0 },
            turn: dice.between(-16.0, 16.0),
            ground: dice.one(&[Ground::Desk, Ground::Wood, Ground::Cloth, Ground::Hand]),
            shade: dice.between(0.1, 0.45),
            glare: if dice.once_in(60) { dice.between(0.5, 1.0) } else { 0.0 },
            blur: dice.between(0.07, 0.17),
            noise: dice.between(4.0, 12.0),
            jpeg_quality: 45 + dice.below(28) as u8,
            side_data: dice.once_in(50),
        }
    }
}
