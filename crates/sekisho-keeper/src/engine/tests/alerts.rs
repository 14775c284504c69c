//! Alerts: raised with their event, called until somebody acknowledges.

use sekisho_core::{
    alert::{Alerting, Rota},
    author::Author,
    id::AlertId,
};

use super::*;
use crate::{
    engine::{Ask, Locked, Reply},
    wire::{Alerts, Call, OperatorAnswer, OperatorRequest, Pulse, ShiftToken},
};

/// Ten minutes each, one after the other.
fn rota(people: &[&str]) -> Rota {
    Rota { people: people.iter().map(|name| name.parse().unwrap()).collect(), minutes: 10, turn_days: None }
}

impl House {
    pub(super) fn with_rota(people: &[&str]) -> Self {
        let mut house = Self::founded();
        assert!(matches!(house.operator(OperatorRequest::SetRota(rota(people))), Ok(OperatorAnswer::Done)));
        house
    }

    fn calls(&mut self) -> Vec<Call> {
        match self.courier(CourierRequest::Calls { limit: 100 }) {
            Ok(CourierAnswer::Calls(calls)) => calls,
            other => panic!("no calls: {other:?}"),
        }
    }

    /// Fetches what is due and says that each was reached; returns who was.
    fn reach(&mut self) -> Vec<String> {
        let calls = self.calls();
        for call in &calls {
            assert!(self.courier(CourierRequest::Called(call.id)).is_ok());
        }
        calls.iter().map(|call| call.contact.to_string()).collect()
    }

    /// The courier, asking all the while as it does, and a tick each minute.
    fn live_minutes(&mut self, minutes: u64) -> Vec<String> {
        let lived = (0..minutes).map(|_| {
            self.pass(MINUTE);
            self.tick();
            self.reach()
        });
        lived.collect::<Vec<_>>().concat()
    }

    fn alerts(&mut self) -> Alerts {
        match self.operator(OperatorRequest::Alerts) {
            Ok(OperatorAnswer::Alerts(alerts)) => alerts,
            other => panic!("no alerts: {other:?}"),
        }
    }

    fn pulse(&mut self) -> Vec<String> {
        match self.courier(CourierRequest::Pulse) {
            Ok(CourierAnswer::Pulse(Pulse { troubles })) => troubles,
            other => panic!("no pulse: {other:?}"),
        }
    }

    fn pause(&mut self) -> ShiftToken {
        let officer = self.begin_shift_as(Role::Officer);
        assert!(self.desk(DeskRequest::Pause { shift: officer.clone(), minutes: 15 }).is_ok());
        officer
    }

    fn acknowledge(&mut self, shift: &ShiftToken, alert: AlertId) -> Result<(), Refusal> {
        self.desk(DeskRequest::Acknowledge { shift: shift.clone(), alert }).map(drop)
    }
}

#[test]
fn a_pause_calls_the_first_then_the_next_then_all_until_somebody_acknowledges() {
    let mut house = House::with_rota(&["aoki", "baba", "chiba"]);
    let officer = house.pause();
    assert_eq!(house.reach(), ["aoki"]);
    assert_eq!(house.live_minutes(9), [""; 0]);
    assert_eq!(house.live_minutes(1), ["baba"]);
    assert_eq!(house.live_minutes(10), ["chiba"]);
    assert_eq!(house.live_minutes(10), ["aoki", "baba", "chiba"]);
    let alert = house.alerts().alerts[0].clone();
    assert_eq!((alert.kind.as_str(), alert.count, alert.called.len()), ("paused", 1, 6));
    assert_eq!(house.acknowledge(&officer, alert.id), Ok(()));
    assert_eq!(house.live_minutes(120), [""; 0]);
    let acknowledged = |what: &What| matches!(what, What::Alerting { alerting: Alerting::Acknowledged { .. } });
    assert_eq!(house.events(acknowledged), 1);
    assert!(matches!(house.alerts().alerts[0].acknowledged, Some((_, Author::Staff(_)))));
}

/// A crash between the event and the courier, and between the courier and its word that somebody was reached.
#[test]
fn a_restart_forgets_no_call_and_none_is_lost_that_was_not_said_to_be_made() {
    let mut house = House::with_rota(&["aoki", "baba"]);
    house.pause();
    house.restart_after(1);
    let first = house.calls();
    assert_eq!(first.len(), 1);
    house.restart_after(1);
    assert_eq!(house.calls(), first, "the courier died before it said so: the same call again");
    assert_eq!(house.reach(), ["aoki"]);
    house.restart_after(10 * MINUTE);
    assert_eq!(house.reach(), ["baba"], "the rota goes on over a restart");
}

/// What a keeper without its keys has to be told of is told all the same, down the rota.
#[test]
fn a_locked_keeper_has_people_called() {
    let mut house = House::with_rota(&["aoki", "baba"]);
    house.pause();
    let calls = |locked: &mut Locked| match locked.answer(&Ask::Courier(CourierRequest::Calls { limit: 9 })) {
        Reply::Courier(Ok(CourierAnswer::Calls(calls))) => calls,
        other => panic!("no calls: {other:?}"),
    };
    let mut locked = house.restart_locked_after(1);
    let first = calls(&mut locked);
    assert_eq!(first.iter().map(|call| call.contact.as_str()).collect::<Vec<_>>(), ["aoki"]);
    let said = locked.answer(&Ask::Courier(CourierRequest::Called(first[0].id)));
    assert!(matches!(said, Reply::Courier(Ok(CourierAnswer::Done))));
    assert!(calls(&mut locked).is_empty());
    house.pass(10 * MINUTE);
    assert_eq!(calls(&mut locked)[0].contact.as_str(), "baba");
    let pulse = locked.answer(&Ask::Courier(CourierRequest::Pulse));
    assert!(matches!(pulse, Reply::Courier(Err(Refusal::Locked))), "and nobody vouches for it");
}

/// M26: whoever runs the machine ends the calling in a lockdown, where nobody gets to the desk; it opens nothing, and
/// is what an unlocked keeper says first. Neither desk nor gate can do it.
#[test]
fn in_a_lockdown_the_operator_ends_the_calling_and_it_is_on_record_afterwards() {
    let mut house = House::with_rota(&["aoki", "baba"]);
    let mut locked = house.lock_down();
    let list = |locked: &mut Locked| match locked.answer(&Ask::Operator(OperatorRequest::Alerts)) {
        Reply::Operator(Ok(OperatorAnswer::Alerts(alerts))) => alerts.alerts,
        other => panic!("no alerts: {other:?}"),
    };
    let calls = |locked: &mut Locked| match locked.answer(&Ask::Courier(CourierRequest::Calls { limit: 9 })) {
        Reply::Courier(Ok(CourierAnswer::Calls(calls))) => calls.len(),
        other => panic!("no calls: {other:?}"),
    };
    assert!(calls(&mut locked) > 0);
    let alert = list(&mut locked)[0].id;
    let shift = ShiftToken([0; 32]);
    let at_desk = locked.answer(&Ask::Desk(DeskRequest::Acknowledge { shift, alert }));
    assert!(matches!(at_desk, Reply::Desk(Err(Refusal::LockedDown))));
    let nobody = locked.answer(&Ask::Operator(OperatorRequest::Acknowledge(AlertId::from_bytes([9; 16]))));
    assert!(matches!(nobody, Reply::Operator(Err(Refusal::NotFound))));
    for _ in 0..2 {
        let done = locked.answer(&Ask::Operator(OperatorRequest::Acknowledge(alert)));
        assert!(matches!(done, Reply::Operator(Ok(OperatorAnswer::Done))));
    }
    house.pass(HOUR);
    assert_eq!(calls(&mut locked), 0);
    assert_eq!(list(&mut locked)[0].acknowledged.map(|(_, by)| by), Some(Author::Operator));
    house.unlock_by(locked, crate::engine::Opener::Passphrase(house::PASSPHRASE)).unwrap();
    let entered =
        |what: &What| matches!(what, What::Alerting { alerting: Alerting::Acknowledged { by: Author::Operator, .. } });
    assert_eq!(house.events(entered), 1);
    house.restart_after(1);
    assert_eq!(house.events(entered), 1, "once");
}

#[test]
fn what_waits_is_counted_and_nobody_is_called_anew() {
    let mut house = House::with_rota(&["aoki", "baba"]);
    let officer = house.pause();
    house.reach();
    for _ in 0..5 {
        house.desk(DeskRequest::Pause { shift: officer.clone(), minutes: 15 }).unwrap();
    }
    assert_eq!(house.reach(), [""; 0]);
    let alert = house.alerts().alerts[0].clone();
    assert_eq!((alert.count, alert.newest > alert.place), (6, true));
    house.acknowledge(&officer, alert.id).unwrap();
    house.desk(DeskRequest::Pause { shift: officer, minutes: 15 }).unwrap();
    assert_eq!(house.reach(), ["aoki"], "after it was acknowledged the next one is an alert again");
}

/// What is refused leaves nothing: an alert stands in the transaction of its event.
#[test]
fn a_verb_that_fails_raises_nothing() {
    let mut house = House::with_rota(&["aoki"]);
    let reviewer = house.begin_shift();
    assert!(house.desk(DeskRequest::Pause { shift: reviewer.clone(), minutes: 15 }).is_err());
    let alerts = house.alerts().alerts;
    assert!(alerts.is_empty(), "{alerts:?}");
    house.pause();
    let alert = house.alerts().alerts[0].id;
    assert_eq!(house.acknowledge(&reviewer, alert), Err(Refusal::NotAllowed));
    assert_eq!(
        house.operator(OperatorRequest::Acknowledge(AlertId::from_bytes([7; 16]))).err(),
        Some(Refusal::NotFound)
    );
}

#[test]
fn without_a_rota_alerts_wait_and_a_rota_calls_for_them() {
    let mut house = House::founded();
    house.pause();
    assert_eq!((house.alerts().alerts.len(), house.calls().len()), (1, 0));
    house.live_minutes(30);
    assert!(house.operator(OperatorRequest::SetRota(rota(&["aoki"]))).is_ok());
    assert_eq!(house.reach(), ["aoki"]);
    let nobody = Rota { people: Vec::new(), ..rota(&["aoki"]) };
    assert_eq!(house.operator(OperatorRequest::SetRota(nobody)).err(), Some(Refusal::BadRequest));
}

#[test]
fn somebody_who_is_not_reached_is_tried_again_soon() {
    let mut house = House::with_rota(&["aoki"]);
    house.pause();
    let call = house.calls()[0].clone();
    house.courier(CourierRequest::CallFailed { call: call.id, why: "connect".into() }).unwrap();
    assert!(house.calls().is_empty());
    house.pass(5);
    assert_eq!(house.calls(), [call]);
}

#[test]
fn each_test_alert_calls_anew() {
    let mut house = House::with_rota(&["aoki", "baba"]);
    for _ in 0..2 {
        let Ok(OperatorAnswer::Alert(alert)) = house.operator(OperatorRequest::TestAlert) else { panic!("no alert") };
        assert_eq!(house.reach(), ["aoki"]);
        assert_eq!(house.alerts().alerts[0].id, alert);
    }
}

/// Silence is noticed on the keeper's side too.
#[test]
fn a_silent_courier_is_an_alert_that_goes_out_when_it_is_back() {
    let mut house = House::with_rota(&["aoki", "baba"]);
    let silent = |what: &What| matches!(what, What::Alerting { alerting: Alerting::CourierSilent { .. } });
    for _ in 0..20 {
        house.pass(15);
        house.tick();
    }
    assert_eq!(house.events(silent), 1);
    assert_eq!(house.reach(), ["aoki", "baba"], "everybody is told once it speaks again");
    let mut spoken = House::with_rota(&["aoki"]);
    spoken.live_minutes(30);
    assert_eq!(spoken.events(silent), 0);
}

#[test]
fn the_pulse_says_what_is_wrong() {
    let mut house = House::with_rota(&["aoki"]);
    house.tick();
    assert_eq!(house.pulse(), [""; 0]);
    house.pause();
    house.pass(11 * MINUTE);
    house.tick();
    assert_eq!(house.pulse(), ["calls_waiting"]);
    house.reach();
    assert_eq!(house.pulse(), [""; 0]);
}
