//! What is known of a generated picture: one line of JSON for each.

use serde::{Deserialize, Serialize};

use crate::{
    kinds::{Kind, MyNumber, Sheet},
    shoot::{Quad, Severity, Shot, Wear},
};

/// A field and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Which: `birth_date`, `mrz`, `my_number_digit`, …
    pub name: String,
    /// What was written.
    pub text: String,
    /// Where its ink lies, in pixels of the upright picture.
    pub quad: Quad,
}

/// All that is known of a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// The file beside which this is kept.
    pub file: String,
    /// What it was made from; with kind and severity it makes the same bytes again.
    pub seed: u64,
    /// What it is.
    pub kind: Kind,
    /// How it was photographed.
    pub severity: Severity,
    /// Width and height of the upright picture.
    pub size: (u32, u32),
    /// As it lies in the file's side data, 1 for upright.
    pub orientation: u8,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// As it stands there.
    pub birth_as_written: String,
    /// `YYYY-MM-DD`.
    pub expiry_date: Option<String>,
    /// Machine-readable lines.
    pub mrz: Vec<String>,
    /// The My Number on it.
    pub my_number: Option<MyNumber>,
    /// How many modules its code has to a side.
    pub code_modules: Option<usize>,
    /// The paper's corners.
    pub card: Quad,
    /// Pixels to a millimetre of the paper, on average.
    pub density: f32,
    /// Every field.
    pub fields: Vec<Field>,
    /// What happened to it.
    pub wear: Wear,
}

impl Truth {
    /// What is known of a sheet that was shot.
    pub fn of(file: String, seed: u64, what: (Kind, Severity), sheet: &Sheet, shot: &Shot) -> Self {
        let (drawn, known) = (&sheet.drawn, &sheet.known);
        let field = |mark: &crate::canvas::Mark| Field {
            name: mark.name.into(),
            text: mark.text.clone(),
            quad: shot.quad(mark.area, drawn.scale),
        };
        let (width, height) = drawn.pixels.dimensions();
        let whole = crate::canvas::Area::new(0.0, 0.0, width as f32, height as f32);
        Self {
            file,
            seed,
            kind: what.0,
            severity: what.1,
            size: shot.size,
            orientation: shot.orientation,
            birth_date: known.birth.map(|day| day.to_string()),
            birth_as_written: known.birth_as_written.clone(),
            expiry_date: known.expiry.map(|day| day.to_string()),
            mrz: known.mrz.clone(),
            my_number: known.my_number.clone(),
            code_modules: known.modules,
            card: shot.quad(whole, 1.0),
            density: shot.density,
            fields: drawn.marks.iter().map(field).collect(),
            wear: shot.wear.clone(),
        }
    }

    /// The fields of this name.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Field> {
        self.fields.iter().filter(move |field| field.name == name)
    }
}
