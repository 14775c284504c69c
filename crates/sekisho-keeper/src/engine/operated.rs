//! What whoever runs the machine asks, and its answer.

use sekisho_core::author::Author;

use super::{alerts, dispatch::status, fault::Fault, lockdown, pause, stop_keys, stops, turn::Turn};
use crate::wire::{OperatorAnswer, OperatorRequest, Refusal};

/// Does what the operator asks.
pub(super) fn operator(turn: &mut Turn<'_>, request: OperatorRequest) -> Result<OperatorAnswer, Fault> {
    let by = Author::Operator;
    Ok(match request {
        OperatorRequest::Status => OperatorAnswer::Status(status(turn)?),
        OperatorRequest::Alerts => OperatorAnswer::Alerts(alerts::list(turn.db)?),
        OperatorRequest::Acknowledge(alert) => alerts::acknowledge(turn, alert, by).map(|()| OperatorAnswer::Done)?,
        OperatorRequest::TestAlert => OperatorAnswer::Alert(alerts::test(turn, by)?),
        OperatorRequest::Pause { minutes } => pause::for_minutes(turn, by, minutes).map(|()| OperatorAnswer::Done)?,
        OperatorRequest::LockDown { why } => lockdown::by_operator(turn, &why).map(|()| OperatorAnswer::Done)?,
        OperatorRequest::MakeStopKey { name, may } => OperatorAnswer::StopKey(stop_keys::make(turn, &name, &may)?),
        OperatorRequest::DropStopKey(name) => stop_keys::drop_key(turn, &name).map(|()| OperatorAnswer::Done)?,
        OperatorRequest::StopKeys => OperatorAnswer::StopKeys(stop_keys::list(turn.db)?),
        OperatorRequest::Stops => OperatorAnswer::Stops(stops::list(turn.db)?),
        OperatorRequest::Stop { target, why } => OperatorAnswer::Stopped(stops::stop(turn, &target, by, &why)?),
        OperatorRequest::Lift { stop, why } => stops::lift(turn, stop, by, &why).map(|()| OperatorAnswer::Done)?,
        // It has its keys.
        OperatorRequest::ShareKey => return Err(Refusal::BadRequest.into()),
        OperatorRequest::Unlock(_) => OperatorAnswer::Done,
        OperatorRequest::SetRota(rota) => alerts::set_rota(turn, &rota, by).map(|()| OperatorAnswer::Done)?,
    })
}
