//! QR codes: ISO/IEC 18004.

use qrcode::{Color, EcLevel, QrCode};

use super::{Area, Paper};

impl Paper<'_> {
    /// Draws the code of `text` into the square at `at` of `side` millimetres, on white that is four modules wider on
    /// each side. Gives how many modules it has to a side.
    pub fn code(&mut self, at: (f32, f32), side: f32, text: &str) -> usize {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).expect("what cards say fits into a code");
        let modules = code.width();
        let module = side / modules as f32;
        let quiet = module * 4.0;
        self.fill(Area::new(at.0 - quiet, at.1 - quiet, side + quiet * 2.0, side + quiet * 2.0), [255, 255, 255]);
        for (place, colour) in code.to_colors().into_iter().enumerate() {
            let (x, y) = ((place % modules) as f32 * module, (place / modules) as f32 * module);
            if colour == Color::Dark {
                self.fill(Area::new(at.0 + x, at.1 + y, module, module), [20, 20, 20]);
            }
        }
        modules
    }
}
