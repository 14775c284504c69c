//! What is promised: what an attacker may hold, and what it is to be worth to them.

/// One row.
pub(super) struct Promise {
    /// The drill that performs it: a row without one would be no promise.
    pub drill: &'static str,
    /// What the attacker holds.
    pub held: &'static str,
    /// What that was worth in 2021.
    pub then: &'static str,
    /// What it is to be worth here.
    pub promised: &'static str,
    /// What the attacker holds, and what it is to be worth, in Japanese.
    pub ja: (&'static str, &'static str),
}

const fn drilled(drill: &'static str, held: &'static str, then: &'static str, promised: &'static str) -> Promise {
    Promise { drill, held, then, promised, ja: ("", "") }
}

impl Promise {
    /// The same with what the attacker holds, and what it is to be worth, in Japanese.
    const fn ja(self, held: &'static str, promised: &'static str) -> Self {
        Self { ja: (held, promised), ..self }
    }
}

const PICTURES: &str = "every picture";

/// Every row, in the order in which README.md shows them.
pub(super) const PROMISES: [Promise; 29] = [
    drilled("stolen-storage", "the whole blob store and its credentials", PICTURES, "ciphertext")
        .ja("保管庫の全体と、その認証情報", "暗号文だけ"),
    drilled(
        "stolen-databases",
        "a dump of the databases, and all else below the data folder",
        "every record",
        "references without names",
    )
    .ja("データベースの写しと、データフォルダーにある他のすべて", "名前のない参照だけ"),
    drilled("stolen-site-key", "a site's API key", PICTURES, "nothing: no route answers with a picture")
        .ja("サイトのAPI鍵", "何も得られない。画像を返す経路がない"),
    drilled(
        "public-process",
        "code running in the process that faces the internet",
        PICTURES,
        "nothing that was sent before; what is sent while they are in",
    )
    .ja(
        "インターネットに面したプロセスで動く攻撃者のコード",
        "以前に送られたものは得られない。侵入している間に送られるものだけ",
    ),
    drilled(
        "mass-read",
        "a reviewer's live session, faster than a person",
        PICTURES,
        "25 at most: the shift ends by itself, each look on record",
    )
    .ja("審査員の生きたセッション。人より速く", "多くても25件。シフトがひとりでに終わり、見たものはすべて記録に残る"),
    drilled(
        "spread-sessions",
        "every reviewer's live session at once",
        PICTURES,
        "no more than arrived, and 300 at most, until the keeper forgets its keys",
    )
    .ja("全審査員の生きたセッションを同時に", "届いた数まで、多くても300件。その前に鍵が忘れられる"),
    drilled(
        "slow-drip",
        "a reviewer's live session for days, below every limit",
        PICTURES,
        "no more than arrived, each look on record; told within three days, unless what is taken is decided after a \
         person's time",
    )
    .ja(
        "審査員の生きたセッションを何日も、どの上限よりも下で",
        "届いた数まで。見たものはすべて記録に残り、三日以内に知らされる。ただし人と同じ時間をかけて判断する者は気づかれない",
    ),
    drilled("rogue-reviewer", "a reviewer's own passkey, or their live session at a person's pace", "–", "a person's day, none of their choosing, each look on record")
        .ja("審査員自身のパスキー、または人の速さで使う生きたセッション", "一人の一日分だけ。相手は選べず、見たものはすべて記録に残る"),
    drilled(
        "lock-us-out-from-outside",
        "the internet, and the wish to have the house shut",
        "–",
        "0 pauses, 0 shifts ended; members and reviewers are served",
    )
    .ja("インターネットから、閉めさせたいという意志だけ", "一時停止も、シフトの終了もない。会員も審査員も使い続けられる"),
    drilled(
        "lock-us-out-from-inside",
        "a reviewer's passkey, and the wish to have the house shut",
        "–",
        "their own shift, nobody else's",
    )
    .ja("審査員のパスキーと、閉めさせたいという意志", "止まるのは自分のシフトだけ"),
    drilled(
        "staff-process",
        "code running in the process that faces the staff",
        PICTURES,
        "at most the budgets of the reviewers then on shift",
    )
    .ja("職員に面したプロセスで動く攻撃者のコード", "多くても、そのときシフト中の審査員の予算まで"),
    drilled(
        "yesterdays-backup",
        "a day's backups without the keystore, and today's disk, keystore and passphrase",
        "every picture, for ever",
        "nothing that was decided or overdue at the last change of root",
    )
    .ja(
        "キーストアを除く一日分のバックアップと、今日のディスク、キーストア、合言葉",
        "最後の根の交換までに判断済みまたは期限切れだったものは得られない",
    ),
    drilled(
        "snapshot-with-keystore",
        "whole machines of yesterday, keystore and passphrase included",
        "every picture, for ever",
        "what was undecided at that moment, no other",
    )
    .ja("昨日の機械まるごと。キーストアと合言葉も含む", "そのとき未判断だったものだけ"),
    drilled(
        "restore",
        "every backup with its sealed identity, the passphrase, and every ciphertext",
        "every picture, for ever",
        "no picture; false claims, until the keys are changed. Restored from a backup, nothing decided opens and \
         nobody who left is back",
    )
    .ja(
        "封をした身元を含むすべてのバックアップ、合言葉、すべての暗号文",
        "画像は得られない。鍵が替わるまで偽の証明は作れる。復元しても、判断済みのものは開かず、去った人は戻らない",
    ),
    drilled(
        "clock-back",
        "the machine's clock, to set back",
        "–",
        "no longer life for any picture: time since boot goes on counting",
    )
    .ja("機械の時計を戻す力", "どの画像も長生きしない。起動からの時間は進み続ける"),
    drilled(
        "clock-forward",
        "the machine's clock, to set forward",
        "–",
        "no fire: opening stops, and nothing is destroyed until an officer confirms",
    )
    .ja("機械の時計を進める力", "何も焼けない。開くのは止まり、責任者が確かめるまで何も壊されない"),
    drilled("old-state", "an older state of the whole machine, to put back", "–", "nothing: the witness knows more")
        .ja("機械まるごとの古い状態を戻す力", "何も得られない。証人がその先を知っている"),
    drilled("clone", "a clone of the whole machine, started beside it", "–", "one of the two stops and says so")
        .ja("並べて起動した、機械まるごとの複製", "二つのうち一つが止まり、そう告げる"),
    drilled("fork", "the log's key, to write another and longer history", "–", "nothing: the witness knows another")
        .ja("台帳の鍵と、別のより長い歴史", "何も得られない。証人は別の歴史を知っている"),
    drilled("truncated-ledger", "the log's key, to cut the ledger's end off", "–", "nothing: the witness knows more")
        .ja("台帳の鍵で台帳の終わりを切り落とす力", "何も得られない。証人がその先を知っている"),
    drilled("rewritten-ledger", "the log's key, to rewrite the ledger", "–", "nothing: the witness knows another")
        .ja("台帳の鍵で台帳を書き換える力", "何も得られない。証人は別の台帳を知っている"),
    drilled(
        "canary",
        "a site's key or a member's link that was laid as bait, and a copy of every database",
        "–",
        "nothing: refused like what nobody knows, and told at the first use",
    )
    .ja(
        "おとりとして置かれたサイトの鍵や会員のリンクと、全データベースの写し",
        "何も得られない。誰も知らないものと同じように断られ、最初に使ったときに知らされる",
    ),
    drilled(
        "replayed-assignment",
        "everything that a reviewer's browser sent, to send it again",
        "–",
        "nothing: an assignment that was spent is spent",
    )
    .ja("審査員のブラウザーが送ったものの記録。もう一度送る", "何も得られない。使われた割り当ては二度と使えない"),
    drilled(
        "double-spend",
        "a copy of a reviewer's live session, in many hands at once",
        "–",
        "one look for one assignment, however many ask",
    )
    .ja("審査員の生きたセッションの写し。多くの手で同時に使う", "一つの割り当てに一度の閲覧だけ。何人が求めても同じ"),
    drilled(
        "forged-check",
        "papers that a site signed for others, other keys, and the gate's own place, to make work up",
        "–",
        "nothing: no check, no assignment",
    )
    .ja(
        "サイトが他に宛てて署名したもの、他の鍵、受付の場所。仕事を作り出すため",
        "何も得られない。確認も割り当てもできない",
    ),
    drilled(
        "enumeration",
        "guesses: members' links, checks, assignments, entries of the ledger",
        "–",
        "nothing: found within ten refusals, and refused from then on",
    )
    .ja(
        "当て推量。利用者のリンク、確認、割り当て、台帳の番号",
        "何も得られない。十回断られるまでに見つかり、以後は受け付けない",
    ),
    drilled(
        "web-shell",
        "a way to upload, and to put files into the web processes' folders",
        "cards, at a payment processor",
        "nothing: no file is served or run",
    )
    .ja(
        "アップロードの手段と、ウェブのプロセスのフォルダーにファイルを置く手段",
        "何も得られない。ファイルは配られも動きもしない",
    ),
    drilled(
        "cached-page",
        "the proxy and the browser after a reviewer's shift",
        "–",
        "nothing that goes by a cache's rules; a screenshot is a picture",
    )
    .ja(
        "審査員のシフトのあとの、プロキシとブラウザー",
        "規則どおりのキャッシュには何も残らない。画面の写しは画像である",
    ),
    drilled(
        "key-process",
        "the key process itself, or root on its machine",
        "–",
        "what is undecided and what arrives: the floor",
    )
    .ja("鍵のプロセスそのもの、またはその機械の管理者権限", "未判断のものと、これから届くもの。これが底"),
];
