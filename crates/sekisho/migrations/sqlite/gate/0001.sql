-- What the gate remembers: opaque references and times. No picture, no name, no birth date.

create table checks (
    check_id   blob primary key check (length(check_id) = 16),
    site       text not null,
    jti        text not null,
    policy     text not null,
    -- The site's own HMAC of the member's id; null once the member is erased.
    sub        text,
    -- The signed request object; empty once the member is erased, for it carries `sub`.
    request    text not null,
    return_url text not null,
    announced  integer not null,
    expires    integer not null,
    withdrawn  integer,
    erase_at   integer,
    unique (site, jti)
) strict, without rowid;

create index checks_by_member on checks (site, sub, announced) where sub is not null;
create index checks_to_erase on checks (erase_at) where erase_at is not null;

-- Members' secrets by their SHA-256: 0 a one-time link, 1 a session, 2 a link to the status page.
create table secrets (
    hash     blob primary key check (length(hash) = 32),
    kind     integer not null check (kind in (0, 1, 2)),
    check_id blob not null references checks (check_id) on delete cascade,
    until    integer not null
) strict, without rowid;

create index secrets_by_check on secrets (check_id, kind);
create index secrets_over on secrets (until);

-- Ids of signed calls that were used, until their time is over anyway.
create table calls (
    site  text not null,
    jti   text not null,
    until integer not null,
    primary key (site, jti)
) strict, without rowid;

create index calls_over on calls (until);
