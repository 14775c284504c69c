//! The alerts of the keeper that plays along: one waits.

use sekisho_core::{
    alert::{Alert, Rota},
    author::Author,
    event::{Contradiction, What},
    id::{AlertId, StaffId},
};
use sekisho_keeper::wire::{AlertView, Alerts, DeskAnswer};

use super::NOW;

/// One that waits: a witness contradicts.
pub(super) fn waiting() -> Alerts {
    let name = |text: &str| text.parse().expect("a name");
    let contradiction = Contradiction::Ahead;
    let what = What::WitnessContradicted { witness: "witness.example/w1".into(), size: 41, contradiction };
    let alert = Alert::of(&what).expect("it calls everybody");
    let view = AlertView {
        id: AlertId::from_bytes([21; 16]),
        kind: alert.kind.name().into(),
        urgency: alert.urgency,
        words: alert.words,
        place: 6,
        newest: 9,
        count: 3,
        raised: NOW - 900,
        called: vec![(name("aoki"), Some(NOW - 890)), (name("baba"), None)],
        acknowledged: None,
    };
    let rota = Rota { people: vec![name("aoki"), name("baba")], minutes: 10, turn_days: Some(7) };
    Alerts { rota: Some(rota), alerts: vec![view] }
}

pub(super) fn acknowledge(alerts: &mut Alerts, id: AlertId) -> DeskAnswer {
    let by = Author::Staff(StaffId::from_bytes([3; 16]));
    alerts.alerts.iter_mut().filter(|alert| alert.id == id).for_each(|alert| alert.acknowledged = Some((NOW, by)));
    DeskAnswer::Done
}
