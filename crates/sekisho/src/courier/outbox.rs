//! The outbox as the courier reaches it: what the keeper answers through the courier's own descriptor.

use sekisho_core::id::{CallId, MessageId};
use sekisho_keeper::wire::{Answered, Call, CourierAnswer, CourierRequest, Message, Refusal, WitnessAsk, WitnessSaid};

use super::Pending;

/// The keeper, as the courier's descriptor reaches it.
pub trait Outbox: Send + Sync {
    /// Asks and waits for the answer; `Refusal::Unavailable` when the keeper is away.
    fn ask(&self, request: CourierRequest) -> Pending<'_, Answered<CourierAnswer>>;
}

/// Messages that are due; none when the keeper is away.
pub(super) async fn pull(outbox: &dyn Outbox, limit: u16) -> Vec<Message> {
    match outbox.ask(CourierRequest::Pull { limit }).await {
        Ok(CourierAnswer::Messages(messages)) => messages,
        Ok(_) => vec![],
        Err(refusal) => {
            tracing::debug!(%refusal, "nothing pulled");
            vec![]
        }
    }
}

/// Says how a delivery went. Whether the keeper took it in.
pub(super) async fn report(outbox: &dyn Outbox, message: MessageId, outcome: Result<(), String>) -> bool {
    let request = match outcome {
        Ok(()) => CourierRequest::Delivered(message),
        Err(why) => CourierRequest::Failed { message, why },
    };
    let answer = outbox.ask(request).await;
    answer
        .inspect_err(|refusal| tracing::warn!(%message, %refusal, "outcome not recorded; the message will come again"))
        .is_ok()
}

/// People who are to be called; none when the keeper is away.
pub(super) async fn calls(outbox: &dyn Outbox, limit: u16) -> Vec<Call> {
    match outbox.ask(CourierRequest::Calls { limit }).await {
        Ok(CourierAnswer::Calls(calls)) => calls,
        _ => vec![],
    }
}

/// Says whether somebody was reached. Whether the keeper took it in.
pub(super) async fn called(outbox: &dyn Outbox, call: CallId, outcome: Result<(), String>) -> bool {
    let request = match outcome {
        Ok(()) => CourierRequest::Called(call),
        Err(why) => CourierRequest::CallFailed { call, why },
    };
    let answer = outbox.ask(request).await;
    answer
        .inspect_err(|refusal| tracing::warn!(%call, %refusal, "a call is not recorded and will be made again"))
        .is_ok()
}

/// What is wrong with the keeper, in its own words.
///
/// # Errors
/// When it doesn't answer, or holds no keys.
pub(super) async fn pulse(outbox: &dyn Outbox) -> Result<Vec<String>, Refusal> {
    match outbox.ask(CourierRequest::Pulse).await? {
        CourierAnswer::Pulse(pulse) => Ok(pulse.troubles),
        _ => Err(Refusal::Unavailable),
    }
}

/// What witnesses are to be sent; nothing when the keeper is away.
pub(super) async fn witness_work(outbox: &dyn Outbox) -> Vec<WitnessAsk> {
    match outbox.ask(CourierRequest::WitnessWork).await {
        Ok(CourierAnswer::WitnessWork(asks)) => asks,
        _ => vec![],
    }
}

/// Hands back what a witness said. A keeper that is away will want it asked again.
pub(super) async fn witness_said(outbox: &dyn Outbox, ask: WitnessAsk, said: WitnessSaid) {
    let WitnessAsk { witness, size, .. } = ask;
    if let Err(refusal) = outbox.ask(CourierRequest::WitnessSaid { witness, size, said }).await {
        tracing::warn!(%refusal, "a witness's answer was not taken in; it will be asked again");
    }
}
