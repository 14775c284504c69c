//! What a keeper without its keys answers.

use sekisho_core::id::{AlertId, CheckId};

use super::{Locked, Parts};
use crate::{
    engine::{
        alerts, budget, checks,
        dispatch::{Ask, Reply},
        fault::Fault,
        outbox, pause, staff, stops, witness,
    },
    wire::{
        CheckView, CourierAnswer, CourierRequest, DeskAnswer, DeskRequest, GateAnswer, GateRequest, OperatorAnswer,
        OperatorRequest, Refusal, Status,
    },
};

impl Locked {
    /// Answers what can be answered without keys.
    pub fn answer(&mut self, ask: &Ask) -> Reply {
        let side = ask.side();
        let db = &self.parts.db;
        let answered = match ask {
            Ask::Gate(GateRequest::IntakeKey) => {
                self.intake_keys().map(|keys| Reply::Gate(Ok(GateAnswer::IntakeKey(keys))))
            }
            Ask::Gate(GateRequest::Receive(asked)) => {
                self.take_in(asked).map(|received| Reply::Gate(Ok(GateAnswer::Received(received))))
            }
            Ask::Gate(GateRequest::Withdraw { check, call }) => {
                self.withdraw(*check, call).map(|()| Reply::Gate(Ok(GateAnswer::Done)))
            }
            Ask::Gate(GateRequest::WithdrawByMember { check, secret }) => {
                self.withdraw_by_member(*check, secret).map(|()| Reply::Gate(Ok(GateAnswer::Done)))
            }
            Ask::Gate(GateRequest::Check(check)) => {
                self.look_up(*check).map(|view| Reply::Gate(Ok(GateAnswer::Check(Box::new(view)))))
            }
            Ask::Gate(GateRequest::Status) => self.status().map(|status| Reply::Gate(Ok(GateAnswer::Status(status)))),
            Ask::Gate(GateRequest::Stops) | Ask::Desk(DeskRequest::Stops) | Ask::Operator(OperatorRequest::Stops) => {
                stops::tell(db, side)
            }
            Ask::Operator(OperatorRequest::ShareKey) => Ok(Reply::Operator(Ok(self.fresh_share_key()))),
            Ask::Operator(OperatorRequest::Status) => {
                self.status().map(|status| Reply::Operator(Ok(OperatorAnswer::Status(status))))
            }
            Ask::Operator(OperatorRequest::Alerts) => {
                alerts::list(db).map(|alerts| Reply::Operator(Ok(OperatorAnswer::Alerts(alerts))))
            }
            Ask::Operator(OperatorRequest::Acknowledge(alert)) => Ok(self.acknowledge(*alert)),
            Ask::Desk(DeskRequest::Status) => self.status().map(|status| Reply::Desk(Ok(DeskAnswer::Status(status)))),
            Ask::Courier(request) => self.call(request),
            _ => Ok(side.refuse(self.closed())),
        };
        answered.unwrap_or_else(|fault| {
            if let Fault::Broken(what, cause) = &fault {
                tracing::error!(what, %cause, "a verb was not done");
            }
            side.refuse(fault.refusal())
        })
    }

    fn look_up(&self, check: CheckId) -> Result<CheckView, Fault> {
        let view = checks::look_up(&self.parts.db, check)?;
        // None has cosigned what came since, if there are any.
        let witnessed = (!witness::known(&self.parts.db)?.witnesses.is_empty()).then(Vec::new);
        Ok(CheckView { witnessed, locked: true, ..view })
    }

    fn acknowledge(&mut self, alert: AlertId) -> Reply {
        let now = self.now();
        let done = alerts::acknowledge_locked(&self.parts.db, alert, now);
        Reply::Operator(done.map(|()| OperatorAnswer::Done).map_err(|fault| fault.refusal()))
    }

    /// Whoever is to be called is called without keys too, each step of the rota in its time; and sites are told what
    /// is to be told.
    fn call(&mut self, request: &CourierRequest) -> Result<Reply, Fault> {
        let now = self.now();
        let Parts { db, entropy, .. } = &mut self.parts;
        if let CourierRequest::Calls { .. } = request {
            let steps = db.unchecked_transaction()?;
            alerts::escalate_in(&steps, &mut **entropy, now)?;
            steps.commit()?;
        }
        let told = match request {
            CourierRequest::Pull { limit } => Some(outbox::pull(db, now, *limit).map(CourierAnswer::Messages)),
            CourierRequest::Delivered(message) => Some(outbox::delivered(db, *message).map(|()| CourierAnswer::Done)),
            CourierRequest::Failed { message, why } => {
                Some(outbox::failed(db, now, *message, why).map(|()| CourierAnswer::Done))
            }
            _ => None,
        };
        if let Some(told) = told {
            return Ok(Reply::Courier(told.map_err(|fault| fault.refusal())));
        }
        match alerts::answer(db, now, &self.installation.desk_origin, request) {
            Some(answer) => Ok(Reply::Courier(answer.map_err(|fault| fault.refusal()))),
            None => Ok(Reply::Courier(Err(Refusal::Locked))),
        }
    }

    // Nothing is counted without keys, so once is enough.
    fn tally(&self) -> Result<&budget::Tally, Fault> {
        if let Some(known) = self.tally.get() {
            return Ok(known);
        }
        let loaded = budget::Tally::load(&self.parts.db)?;
        Ok(self.tally.get_or_init(|| loaded))
    }

    fn status(&mut self) -> Result<Status, Fault> {
        let locked_down = self.locked_down().unwrap_or(self.parts.keystore.locked_down());
        let judged = self.trust.observe(self.parts.clock.read());
        let db = &self.parts.db;
        let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|count| count as u64);
        Ok(Status {
            keeper: self.installation.keeper,
            test: self.installation.test,
            founded: staff::is_founded(db)?,
            locked: true,
            locked_down,
            custodians: self.parts.keystore.shares(),
            paused: pause::view(db, judged.now)?,
            time_in_doubt: !judged.may_open,
            budget: Box::new(budget::view(db, self.tally()?, judged.now)?),
            witnessing: witness::known(db)?,
            ledger_size: count("SELECT coalesce(max(place) + 1, 0) FROM event")?,
            undecided: count("SELECT count(*) FROM document WHERE shredded IS NULL")?,
            now: judged.now,
            wall: self.parts.clock.read().wall,
        })
    }
}
