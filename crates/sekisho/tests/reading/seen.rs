//! What a reviewer is shown, judged by the places that are known from the drawing.

use base64ct::{Base64, Encoding};
use image::{Rgb, RgbImage};
use sekisho_papers::truth::Truth;

/// The channels of the covering colour under the watermark, whose letters are lighter and whose rims are darker, with
/// what JPEG adds: over forty watermarks, which differ each time, they lay between 42 and 189.
const COVERED: std::ops::RangeInclusive<u8> = 36..=195;
/// Ink is darker.
const INK: u8 = 45;

/// The picture on a reviewer's page.
pub(crate) struct Seen {
    picture: RgbImage,
    truth: Truth,
    scale: f32,
}

impl Seen {
    /// What `page` shows of the document of which this is known.
    pub(crate) fn on(page: &str, truth: &Truth) -> Self {
        let encoded = page.split_once(";base64,").unwrap().1.split('"').next().unwrap();
        let picture = image::load_from_memory(&Base64::decode_vec(encoded).unwrap()).unwrap().to_rgb8();
        let scale = picture.width() as f32 / truth.size.0 as f32;
        Self { picture, truth: truth.clone(), scale }
    }

    fn pixels(&self, name: &str) -> Vec<Rgb<u8>> {
        let mut pixels = Vec::new();
        for field in self.truth.named(name) {
            let ends = |place: usize, end: u32| {
                let along = field.quad.map(|corner| corner[place] * self.scale);
                let (least, most) = (along.into_iter().fold(f32::MAX, f32::min), along.into_iter().fold(0.0, f32::max));
                (least as u32)..(most as u32).min(end)
            };
            let (xs, ys) = (ends(0, self.picture.width()), ends(1, self.picture.height()));
            pixels.extend(ys.flat_map(|y| xs.clone().map(move |x| (x, y))).map(|(x, y)| *self.picture.get_pixel(x, y)));
        }
        assert!(!pixels.is_empty(), "no {name} is known");
        pixels
    }

    /// Whether a field can be read: ink on paper.
    pub(crate) fn shows(&self, name: &str) -> bool {
        let pixels = self.pixels(name);
        let lighter = pixels.iter().filter(|pixel| pixel.0.iter().all(|level| level > COVERED.end())).count();
        let darker = pixels.iter().filter(|pixel| pixel.0.iter().any(|level| *level < INK)).count();
        lighter * 10 > pixels.len() && darker > 20
    }

    /// Whether anything of a field can be seen.
    pub(crate) fn shows_any(&self, name: &str) -> bool {
        !self.pixels(name).iter().all(covered)
    }

    /// The names of all fields but these.
    pub(crate) fn others(&self, but: &[&str]) -> Vec<&str> {
        let mut names: Vec<_> = self.truth.fields.iter().map(|field| field.name.as_str()).collect();
        names.retain(|name| !but.contains(name));
        names.sort_unstable();
        names.dedup();
        assert!(names.len() > 4, "{names:?}");
        names
    }

    /// How much of the picture is open, 0 to 1.
    pub(crate) fn open_share(&self) -> f32 {
        let open = self.picture.pixels().filter(|pixel| !covered(pixel)).count();
        open as f32 / (self.picture.width() * self.picture.height()) as f32
    }
}

fn covered(pixel: &Rgb<u8>) -> bool {
    pixel.0.iter().all(|level| COVERED.contains(level))
}
