//! Why an upload ended as it did, and the words for it.
//!
//! The Japanese is やさしい日本語: short sentences, spaces between phrases,
//! few kanji. Members read it on a telephone, in a hurry, some of them as a
//! second language.

use sekisho_core::policy::Text;
use serde::{Deserialize, Serialize};

use crate::wire::Verdict;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $verdict:ident, $ja:literal, $en:literal;)*) => {
        /// Why an upload ended as it did.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// The code as programs see it, e.g. `no_boxes`. Stable.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// What becomes of an upload with this code.
            pub const fn verdict(self) -> Verdict {
                match self { $(Code::$name => Verdict::$verdict,)* }
            }

            /// What the member is told.
            pub fn advice(self) -> Text {
                let (ja, en) = match self { $(Code::$name => ($ja, $en),)* };
                Text { ja: ja.into(), en: en.into() }
            }
        }
    };
}

codes! {
    /// Nothing stands against it.
    Ok = "ok", Accept,
        "しゃしんを うけとりました。",
        "The picture is fine.";
    /// No bytes came.
    Empty = "empty", Retake,
        "ファイルが からです。しゃしんを もういちど おくってください。",
        "The file is empty. Please send the picture again.";
    /// More bytes than [`crate::wire::Limits::bytes`].
    FileTooLarge = "file_too_large", Retake,
        "ファイルが 大きすぎます(25 MB まで)。しゃしんを とりなおしてください。",
        "The file is too large (25 MB at most). Please take the picture again.";
    /// Not a picture at all.
    NotAPicture = "not_a_picture", Retake,
        "これは しゃしんでは ありません。しゃしんを えらんでください。",
        "This file is not a picture. Please choose a photograph.";
    /// A picture or paper of a format that isn't read.
    FormatNotRead = "format_not_read", Retake,
        "この しゃしんの しゅるい(HEIC、PDF など)は よめません。この ページの カメラで とるか、JPEG、PNG、WebP の どれかで おくってください。",
        "Pictures of this format, such as HEIC or PDF, can't be read. Please take it with this page's camera, or send a JPEG, PNG or WebP.";
    /// More than one frame.
    Animated = "animated", Retake,
        "うごく しゃしんは つかえません。うごかない しゃしんを おくってください。",
        "Moving pictures can't be used. Please send a still photograph.";
    /// More pixels than [`crate::wire::Limits::pixels`] or [`crate::wire::Limits::side`].
    TooManyPixels = "too_many_pixels", Retake,
        "しゃしんが 大きすぎます(5200万画素、たて・よこ 16384 まで)。ふつうの 大きさで とりなおしてください。",
        "The picture is too large (52 megapixels and 16,384 a side at most). Please take it again at a normal size.";
    /// The end is missing.
    Truncated = "truncated", Retake,
        "しゃしんが とちゅうで きれています。もういちど おくってください。",
        "The picture is cut off in the middle. Please send it again.";
    /// The bytes contradict themselves.
    Damaged = "damaged", Retake,
        "しゃしんが こわれています。もういちど とって、おくってください。",
        "The picture is damaged. Please take it again and send it.";
    /// Too few pixels to read anything.
    TooSmall = "too_small", Retake,
        "しゃしんが 小さすぎます。もっと ちかくで とってください。",
        "The picture is too small to read. Please take it from closer.";
    /// A part of the card lies beyond the picture's edge, and what must be seen is not in it.
    CutOff = "cut_off", Retake,
        "しょるいが はしで きれています。ぜんぶ 入るように、とりなおしてください。",
        "The document is cut off at the edge. Please take it again so that all of it is in the picture.";
    /// No box lies on the picture.
    NoBoxes = "no_boxes", Retake,
        "見せる ところが えらばれていません。生年月日、しょるいの 名前、だした ところを わくで かこんでください。",
        "No part to show was chosen. Please draw boxes around the birth date, the title of the document and its issuer.";
    /// More boxes than [`crate::wire::Limits::boxes`].
    TooManyBoxes = "too_many_boxes", Retake,
        "わくが 多すぎます。見せる ところだけを かこんでください。",
        "There are too many boxes. Please draw only those around what must be seen.";
    /// The boxes hide hardly anything.
    BoxesTooLarge = "boxes_too_large", Retake,
        "わくが 大きすぎます。見せる ところだけを 小さく かこんでください。",
        "The boxes are too large. Please draw them tightly around what must be seen.";
    /// The boxes are too small to hold text.
    BoxesTooSmall = "boxes_too_small", Retake,
        "わくが 小さすぎます。文字が ぜんぶ 入るように かこんでください。",
        "The boxes are too small. Please draw them so that the words fit inside.";
    /// Nothing was drawn, and it can't be proven where the birth date stands.
    NotProven = "not_proven", Retake,
        "生年月日が どこか、きかいで よめませんでした。しょるいを まっすぐ、大きく とってください。",
        "The birth date could not be found by machine. Please take the document straight and large.";
    /// The boxes hold nothing but what may not be asked for.
    ForbiddenInBoxes = "boxes_forbidden", Retake,
        "わくの 中に、見せては いけない 番号が あります。生年月日、しょるいの 名前、だした ところだけを かこんでください。",
        "The boxes hold a number that must not be shown. Please frame only the birth date, the title and the issuer.";
    /// What was to be stored was not closed outside the boxes. It is a fault of ours, and nothing was stored.
    NotClosed = "not_closed", Retake,
        "うまく かくせませんでした。なにも 残していません。もういちど おくってください。",
        "Covering the picture failed here. Nothing was kept. Please send it again.";
    /// Too blurred to read.
    Blurred = "blurred", Retake,
        "しゃしんが ぼやけています。ピントを あわせて、とりなおしてください。",
        "The picture is blurred. Please hold still, focus, and take it again.";
    /// Light hides what must be read.
    Glare = "glare", Retake,
        "ひかりが 入って よめません。ばしょを かえて、とりなおしてください。",
        "Light hides the words. Please move away from the lamp and take it again.";
    /// It shows a code that can't be read, and so can't be told from the one with a My Number.
    UnreadableCode = "unreadable_code", Retake,
        "QRコードが うつっていて、よめません。うらは いりません。コードを かくして、とりなおしてください。",
        "The picture shows a QR code that can't be read. The back is not needed. Please cover the code and take it again.";
    /// It carries a My Number.
    MyNumber = "my_number", Refuse,
        "マイナンバー(個人番号)が うつっています。うらは いりません。この しゃしんは 保存していません。",
        "The picture shows a My Number. The back of the card is not needed. This picture was not kept.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_has_its_own_name_and_words() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        let words: HashSet<_> = Code::ALL.iter().map(|code| code.advice().ja).collect();
        assert_eq!((names.len(), words.len()), (Code::ALL.len(), Code::ALL.len()));
        assert!(Code::ALL.iter().all(|code| code.advice().en.ends_with('.')));
    }

    #[test]
    fn only_one_code_accepts() {
        let accepting = Code::ALL.iter().filter(|code| code.verdict() == Verdict::Accept).count();
        assert_eq!(accepting, 1);
    }
}
