-- What is due next is asked before every batch; without this each open assignment was read for it.
CREATE INDEX assignment_lapsing ON assignment (until) WHERE state = 'open';
