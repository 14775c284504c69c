//! People who don't exist, and where they don't live.

use jiff::civil::Date;

use super::day;
use crate::dice::Dice;

/// Surnames: kanji, kana, Roman letters.
const SURNAMES: [(&str, &str, &str); 24] = [
    ("佐藤", "サトウ", "SATO"),
    ("鈴木", "スズキ", "SUZUKI"),
    ("高橋", "タカハシ", "TAKAHASHI"),
    ("田中", "タナカ", "TANAKA"),
    ("渡邉", "ワタナベ", "WATANABE"),
    ("伊藤", "イトウ", "ITO"),
    ("中村", "ナカムラ", "NAKAMURA"),
    ("小林", "コバヤシ", "KOBAYASHI"),
    ("加藤", "カトウ", "KATO"),
    ("吉田", "ヨシダ", "YOSHIDA"),
    ("山口", "ヤマグチ", "YAMAGUCHI"),
    ("松本", "マツモト", "MATSUMOTO"),
    ("井上", "イノウエ", "INOUE"),
    ("斎藤", "サイトウ", "SAITO"),
    ("清水", "シミズ", "SHIMIZU"),
    ("長谷川", "ハセガワ", "HASEGAWA"),
    ("五十嵐", "イガラシ", "IGARASHI"),
    ("三日月", "ミカヅキ", "MIKAZUKI"),
    ("九条", "クジョウ", "KUJO"),
    ("森", "モリ", "MORI"),
    ("大久保", "オオクボ", "OKUBO"),
    ("月岡", "ツキオカ", "TSUKIOKA"),
    ("日比野", "ヒビノ", "HIBINO"),
    ("勅使河原", "テシガワラ", "TESHIGAWARA"),
];

/// Given names likewise, and whether they are a woman's.
const GIVEN: [(&str, &str, &str, bool); 20] = [
    ("花子", "ハナコ", "HANAKO", true),
    ("太郎", "タロウ", "TARO", false),
    ("翔太", "ショウタ", "SHOTA", false),
    ("美咲", "ミサキ", "MISAKI", true),
    ("健一", "ケンイチ", "KENICHI", false),
    ("陽子", "ヨウコ", "YOKO", true),
    ("大輔", "ダイスケ", "DAISUKE", false),
    ("さくら", "サクラ", "SAKURA", true),
    ("直樹", "ナオキ", "NAOKI", false),
    ("千尋", "チヒロ", "CHIHIRO", true),
    ("八重", "ヤエ", "YAE", true),
    ("五郎", "ゴロウ", "GORO", false),
    ("結衣", "ユイ", "YUI", true),
    ("蓮", "レン", "REN", false),
    ("明日香", "アスカ", "ASUKA", true),
    ("十三", "ジュウゾウ", "JUZO", false),
    ("真由美", "マユミ", "MAYUMI", true),
    ("平成", "ヒラナリ", "HIRANARI", false),
    ("和子", "カズコ", "KAZUKO", true),
    ("元", "ハジメ", "HAJIME", false),
];

/// Prefecture, the commission's or court's name for it in Roman letters, city.
const PLACES: [(&str, &str, &str); 12] = [
    ("東京都", "TOKYO", "千代田区霞が関"),
    ("大阪府", "OSAKA", "大阪市北区中之島"),
    ("北海道", "HOKKAIDO", "札幌市中央区北一条西"),
    ("神奈川県", "KANAGAWA", "横浜市中区日本大通"),
    ("愛知県", "AICHI", "名古屋市中区三の丸"),
    ("京都府", "KYOTO", "京都市上京区下立売通"),
    ("福岡県", "FUKUOKA", "福岡市博多区東公園"),
    ("沖縄県", "OKINAWA", "那覇市泉崎"),
    ("宮城県", "MIYAGI", "仙台市青葉区本町"),
    ("広島県", "HIROSHIMA", "広島市中区基町"),
    ("新潟県", "NIIGATA", "新潟市中央区新光町"),
    ("香川県", "KAGAWA", "高松市番町"),
];

/// Foreign names, in Roman letters: surname and given names.
const FOREIGN: [(&str, &str, &str); 10] = [
    ("TURNER", "ELIZABETH", "USA"),
    ("NGUYEN", "VAN ANH", "VNM"),
    ("WANG", "XIAOMING", "CHN"),
    ("KIM", "MINJI", "KOR"),
    ("SANTOS", "MARIA CLARA", "PHL"),
    ("SILVA", "JOAO PEDRO", "BRA"),
    ("SHARMA", "PRAKASH", "NPL"),
    ("MUELLER", "HANS PETER", "D"),
    ("OBRIEN", "SEAN", "IRL"),
    ("ERIKSSON", "ANNA", "UTO"),
];

/// The same countries as Japanese documents name them, by their letters.
const COUNTRIES: [(&str, &str); 10] = [
    ("USA", "米国"),
    ("VNM", "ベトナム"),
    ("CHN", "中国"),
    ("KOR", "韓国"),
    ("PHL", "フィリピン"),
    ("BRA", "ブラジル"),
    ("NPL", "ネパール"),
    ("D", "ドイツ"),
    ("IRL", "アイルランド"),
    ("UTO", "ユートピア"),
];

/// Somebody.
#[derive(Debug, Clone)]
pub struct Person {
    /// Surname and given name in kanji, with a blank between.
    pub name: String,
    /// In kana.
    pub kana: String,
    /// Surname in Roman letters.
    pub surname: &'static str,
    /// Given names in Roman letters.
    pub given: &'static str,
    /// The country's letters in machine-readable zones.
    pub country: &'static str,
    /// Whether she is a woman.
    pub woman: bool,
    /// Birth date.
    pub birth: Date,
    /// Prefecture.
    pub prefecture: &'static str,
    /// Prefecture in Roman letters.
    pub domicile: &'static str,
    /// City and street, with numbers.
    pub street: String,
    /// The city alone.
    pub city: String,
}

impl Person {
    /// A Japanese citizen.
    pub fn japanese(dice: &mut Dice, today: Date) -> Self {
        let (surname, given) = (dice.one(&SURNAMES), dice.one(&GIVEN));
        let (prefecture, domicile, city) = dice.one(&PLACES);
        let blank = dice.one(&[" ", "\u{3000}"]);
        Self {
            name: format!("{}{blank}{}", surname.0, given.0),
            kana: format!("{} {}", surname.1, given.1),
            surname: surname.2,
            given: given.2,
            country: "JPN",
            woman: given.3,
            birth: day::birth(dice, today),
            prefecture,
            domicile,
            street: format!("{city}{}", numbers(dice)),
            city: city.chars().take_while(|letter| !"市区".contains(*letter)).chain(['市']).collect(),
        }
    }

    /// Somebody from elsewhere who lives in Japan.
    pub fn foreign(dice: &mut Dice, today: Date) -> Self {
        let (surname, given, country) = dice.one(&FOREIGN);
        let person = Self::japanese(dice, today);
        Self { name: format!("{surname} {given}"), surname, given, country, ..person }
    }

    /// The country in Japanese.
    pub fn country_in_japanese(&self) -> &'static str {
        COUNTRIES.iter().find(|(letters, _)| *letters == self.country).map_or("日本", |(_, name)| name)
    }

    /// 男 or 女.
    pub const fn sex(&self) -> &'static str {
        if self.woman { "女" } else { "男" }
    }

    /// Prefecture and street.
    pub fn address(&self) -> String {
        format!("{}{}", self.prefecture, self.street)
    }
}

/// A street's numbers, as they are written.
fn numbers(dice: &mut Dice) -> String {
    let [one, two, three] = [dice.below(9) + 1, dice.below(30) + 1, dice.below(20) + 1];
    match dice.below(3) {
        0 => format!("{one}丁目{two}番{three}号"),
        1 => format!("{one}-{two}-{three}"),
        _ => format!("{}番地{} ひのきハイツ{}{:02}", two, three, one, three),
    }
}
