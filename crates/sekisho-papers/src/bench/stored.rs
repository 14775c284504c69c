//! The picture that would be stored, judged by its pixels and its bytes.

use image::RgbImage;

use crate::{
    shoot::{PLANTED, Quad},
    truth::Truth,
};

/// Fields that no policy of ages may keep: all that the registry of kinds hides.
const HIDDEN: [&str; 29] = [
    "name",
    "address",
    "sex",
    "portrait",
    "licence_number",
    "inquiry_number",
    "conditions",
    "card_number",
    "passport_number",
    "serial",
    "security_code",
    "mrz",
    "signature",
    "domicile",
    "nationality",
    "status",
    "stay_until",
    "work",
    "insured_symbol",
    "insured_number",
    "branch",
    "insured_code",
    "insurer_number",
    "my_number",
    "my_number_code",
    "relation",
    "place_of_birth",
    "since",
    "acquired",
];

/// The colour that most of the picture has.
pub fn cover(picture: &RgbImage) -> [u8; 3] {
    let mut counts = std::collections::HashMap::new();
    // Every third pixel of every third row tells as well.
    for (x, y, pixel) in picture.enumerate_pixels() {
        if x % 3 == 0 && y % 3 == 0 {
            *counts.entry(pixel.0).or_insert(0_u32) += 1;
        }
    }
    counts.into_iter().max_by_key(|(colour, count)| (*count, *colour)).map_or([0; 3], |(colour, _)| colour)
}

/// How many pixels within a quad have another colour than `cover`.
pub fn bare(picture: &RgbImage, quad: &Quad, cover: [u8; 3]) -> u32 {
    let [left, right] = range(quad.map(|corner| corner[0]), picture.width());
    let [top, bottom] = range(quad.map(|corner| corner[1]), picture.height());
    let shown = |x: &u32, y: u32| picture.get_pixel(*x, y).0 != cover && lies_in(quad, *x as f32 + 0.5, y as f32 + 0.5);
    (top..bottom).map(|y| (left..right).filter(|x| shown(x, y)).count() as u32).sum()
}

fn range(values: [f32; 4], end: u32) -> [u32; 2] {
    let least = values.into_iter().fold(f32::MAX, f32::min).floor().max(0.0) as u32;
    let most = values.into_iter().fold(0.0, f32::max).ceil() as u32;
    [least.min(end), most.min(end)]
}

/// Whether a point lies in a convex quad, whichever way round its corners go.
fn lies_in(quad: &Quad, x: f32, y: f32) -> bool {
    let side = |place: usize| {
        let ([ax, ay], [bx, by]) = (quad[place], quad[(place + 1) % 4]);
        (bx - ax) * (y - ay) - (by - ay) * (x - ax)
    };
    let sides = [0, 1, 2, 3].map(side);
    sides.iter().all(|side| *side >= 0.0) || sides.iter().all(|side| *side <= 0.0)
}

/// The names of fields that must be hidden and of which a pixel can be seen.
pub fn seen(picture: &RgbImage, truth: &Truth) -> Vec<String> {
    let cover = cover(picture);
    let hidden = truth.fields.iter().filter(|field| HIDDEN.contains(&field.name.as_str()));
    let mut seen: Vec<String> =
        hidden.filter(|field| bare(picture, &field.quad, cover) > 0).map(|field| field.name.clone()).collect();
    seen.sort();
    seen.dedup();
    seen
}

/// Whether each digit of the My Number and its code are covered whole.
pub fn number_is_covered(picture: &RgbImage, truth: &Truth) -> bool {
    let cover = cover(picture);
    let places = truth.named("my_number_digit").chain(truth.named("my_number_code"));
    places.map(|place| bare(picture, &place.quad, cover)).sum::<u32>() == 0
}

/// What a file has beside its pixels: PNG chunks that aren't needed, or words that were planted in the upload.
pub fn side_data(png: &[u8]) -> Vec<String> {
    const NEEDED: [&[u8]; 4] = [b"IHDR", b"PLTE", b"IDAT", b"IEND"];
    let mut found = Vec::new();
    let mut rest = png.get(8..).unwrap_or_default();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let name = after.get(..4).unwrap_or_default();
        if !NEEDED.contains(&name) {
            found.push(String::from_utf8_lossy(name).into_owned());
        }
        let length = u32::from_be_bytes(*length) as usize;
        rest = after.get(length + 8..).unwrap_or_default();
    }
    if png.windows(PLANTED.len()).any(|bytes| bytes == PLANTED) {
        found.push("planted words".into());
    }
    found
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn one_pixel_within_a_quad_is_seen_and_one_beside_it_is_not() {
        let quad = [[10.0, 10.0], [30.0, 14.0], [28.0, 30.0], [8.0, 26.0]];
        let mut picture = RgbImage::from_pixel(40, 40, Rgb([9, 9, 9]));
        assert_eq!((cover(&picture), bare(&picture, &quad, [9; 3])), ([9; 3], 0));
        picture.put_pixel(9, 9, Rgb([10, 9, 9]));
        assert_eq!(bare(&picture, &quad, [9; 3]), 0);
        picture.put_pixel(20, 20, Rgb([10, 9, 9]));
        assert_eq!(bare(&picture, &quad, [9; 3]), 1);
    }

    #[test]
    fn a_chunk_of_text_and_planted_words_are_found() {
        let mut png = Vec::new();
        let encoder = image::codecs::png::PngEncoder::new(&mut png);
        RgbImage::new(4, 4).write_with_encoder(encoder).unwrap();
        assert_eq!(side_data(&png), Vec::<String>::new());
        let mut planted = png[..33].to_vec();
        planted.extend_from_slice(&(PLANTED.len() as u32).to_be_bytes());
        planted.extend_from_slice(b"tEXt");
        planted.extend_from_slice(PLANTED);
        planted.extend_from_slice(&[0; 4]);
        planted.extend_from_slice(&png[33..]);
        assert_eq!(side_data(&planted), ["tEXt", "planted words"]);
    }
}
