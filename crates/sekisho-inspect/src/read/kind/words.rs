//! What is printed on each kind of document, and on what is none of them.

use super::Kind;

/// What speaks for a kind, or for none of them.
pub(super) struct Words {
    /// What it speaks for; nothing for what is no document of the registry.
    pub(super) of: Option<Kind>,
    /// What the document is called, in a line of its own.
    pub(super) titles: &'static [&'static str],
    /// What stands on this kind and on no other.
    pub(super) own: &'static [&'static str],
    /// What stands on this kind and on some others.
    pub(super) common: &'static [&'static str],
}

/// What all cards of health insurance have.
const INSURED: &[&str] = &["保険者番号", "記号", "枝番", "資格取得年月日", "保険者名称", "被扶養者"];

/// All of them, each kind once, and none of them once.
pub(super) const ALL: [Words; 10] = [
    Words {
        of: Some(Kind::DrivingLicence),
        titles: &["運転免許証"],
        own: &["公安委員会", "免許の条件等", "二・小・原", "免許証番号", "中型車は中型車", "準中型で運転できる"],
        common: &["まで有効", "条件等", "眼鏡等", "優良", "交付"],
    },
    Words {
        of: Some(Kind::MyNumberFront),
        titles: &["個人番号カード"],
        own: &["臓器提供意思", "電子証明書の有効期限", "セキュリティコード", "提供意思表示"],
        common: &["まで有効", "電子証明書", "署名年月日"],
    },
    Words {
        of: Some(Kind::MyNumberBack),
        titles: &[],
        own: &["この面をコピー", "個人番号カードを紛失"],
        common: &["個人番号", "番号法"],
    },
    Words {
        of: Some(Kind::NotificationCard),
        titles: &["通知カード", "個人番号通知書"],
        own: &["あなたの個人番号"],
        common: &["個人番号", "発行日", "番号法"],
    },
    Words {
        of: Some(Kind::Passport),
        titles: &["日本国旅券", "PASSPORT", "PASSEPORT", "PASAPORTE", "REISEPASS", "護照", "护照"],
        own: &["旅券番号", "外務大臣", "PASSPORTNO", "MINISTRYOFFOREIGNAFFAIRS"],
        common: &["本籍", "所持人自署", "JAPAN"],
    },
    Words {
        of: Some(Kind::ResidenceCard),
        titles: &["在留カード"],
        own: &["在留資格", "在留期間", "就労制限の有無", "就労不可", "出入国在留管理庁長官"],
        common: &["国籍・地域", "このカードは"],
    },
    Words {
        of: Some(Kind::SpecialPermanentResidentCertificate),
        titles: &["特別永住者証明書"],
        own: &["次回確認"],
        common: &["国籍・地域", "法務大臣", "この証明書は"],
    },
    Words {
        of: Some(Kind::EligibilityCertificate),
        titles: &["資格確認書", "健康保険資格確認書", "国民健康保険資格確認書", "後期高齢者医療資格確認書"],
        own: &[],
        common: INSURED,
    },
    Words {
        of: Some(Kind::HealthInsuranceCard),
        titles: &["被保険者証", "健康保険被保険者証", "国民健康保険被保険者証", "後期高齢者医療被保険者証"],
        own: &[],
        common: INSURED,
    },
    Words {
        of: None,
        titles: &[
            "住民票",
            "戸籍",
            "印鑑登録証明書",
            "運転経歴証明書",
            "仮運転免許証",
            "介護保険被保険者証",
            "雇用保険被保険者証",
            "限度額適用認定証",
            "高齢受給者証",
            "年金手帳",
            "基礎年金番号通知書",
            "障害者手帳",
            "療育手帳",
            "母子健康手帳",
            "学生証",
            "社員証",
            "会員証",
            "診察券",
            "領収書",
            "領収証",
            "請求書",
            "納税通知書",
        ],
        own: &["住民票の原本", "住民票コード", "世帯の一部", "世帯の全部", "住民となった年月日"],
        common: &["世帯主", "続柄", "本籍", "株式会社", "電話"],
    },
];
