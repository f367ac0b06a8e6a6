/* The thread that reads the database for the socket server, on a connection of its own, so that a
 * slow database never stops the sockets: redeems tickets, replays, reads what is new once per
 * tenant that has sockets, and asks every few seconds who may still listen. Started by server.c.
 * Must not touch sockets. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "core/time.h"
#include "live/inner.h"
#include "live/queries.h"

#define STATEMENT_MS 2000
#define POLL_EVERY (500 * TIME_MS)
#define POLL_GAP (50 * TIME_MS)     /* pokes come in swarms */
#define STANDING_EVERY (3 * TIME_S) /* with the query and the closing: five */
#define STANDING_PART 256u
#define RETRY_AFTER (1 * TIME_S)
#define ASKS_PART 32u /* redeemed in one commit */

static struct {
    pthread_t thread;
    bool running;
    char url[1024];
} reader;

static void answer_close(struct seat seat, enum close_code code)
{
    struct answer *ans = answer_new(ANSWER_CLOSE);

    ans->seat = seat;
    ans->code = code;
    desk_answer(ans);
}

static void answer_resync(struct answer *ans)
{
    static const struct uuid none;

    ans->notices = ARENA_NEW(ans->a, struct notice);
    ans->notices[0] = notice_new(none, STR("resync"), none, none);
    ans->n = 1;
}

static const struct err *end(struct db *db, const struct err *e)
{
    if (!e)
        return db_commit(db);
    db_rollback(db);
    return e;
}

/* A snapshot lists every transaction in flight. One too long to keep is cut to its lower bound:
 * some notices come twice then, which pages know to drop, and none is missed. */
static void keep_snapshot(struct live_tenant *t, struct str text)
{
    ptrdiff_t colon = str_find(text, STR(":"), 0);

    if (text.n < sizeof t->snapshot)
        snprintf(t->snapshot, sizeof t->snapshot, "%.*s", STR_ARG(text));
    else
        snprintf(t->snapshot, sizeof t->snapshot, "%.*s:%.*s:", (int)colon, text.p, (int)colon,
                 text.p);
}

/* ---- Joining ---- */

static const struct err *replay(struct db *db, const struct ask *ask, const struct place *place,
                                struct str sight, struct answer *ans)
{
    struct live_replay_out *rows;
    const struct err *e;
    size_t n;

    if (!place->all && !place->n_agents)
        return NULL; /* sees nothing */
    e = q_live_replay(db, (struct live_replay_in){ask->from, sight}, &rows, &n);
    if (e)
        return e;
    if (n > RESUME_MOST) {
        answer_resync(ans);
        return NULL;
    }
    ans->notices = ARENA_ARRAY(ans->a, n, struct notice);
    for (size_t i = 0; i < n; i++)
        ans->notices[i] = notice_new(rows[i].id, rows[i].kind, rows[i].object_id,
                                     rows[i].agent_id);
    ans->n = n;
    return NULL;
}

static void send_joined(const struct ask *ask, const struct live_redeem_out *who,
                        struct live_tenant *t, struct answer *ans)
{
    struct sitter s = {.account = who->account_id, .sight = crypto_sha256(who->sight)};

    snprintf(s.scope, sizeof s.scope, "%.*s", STR_ARG(who->scope));
    snprintf(s.bearer, sizeof s.bearer, "%.*s", STR_ARG(who->bearer));
    if (!desk_admit(ask->seat, t, &s)) {
        arena_free(ans->a);
        answer_close(ask->seat, CLOSE_LATER);
        return;
    }
    if (ask->resume == RESUME_LOST)
        answer_resync(ans);
    ans->tenant = t;
    desk_answer(ans);
}

/* "{id,id}" as the database writes it, sorted by it. */
static struct place place_of(struct arena *a, const struct live_redeem_out *who)
{
    struct place p = {.all = str_is(who->scope, "all")};
    struct uuid *ids = ARENA_ARRAY(a, who->sight.n / (UUID_TEXT - 1) + 1, struct uuid);
    struct str list = who->sight, one;

    if (p.all || list.n < 2)
        return p;
    list = str_sub(list, 1, list.n - 2);
    while (str_split(&list, ',', &one))
        p.n_agents += uuid_parse(one, &ids[p.n_agents]);
    p.agents = ids;
    return p;
}

static const struct err *join(struct db *db, const struct ask *ask,
                              const struct live_redeem_out *who)
{
    struct answer *ans = answer_new(ANSWER_JOINED);
    struct live_tenant *t = desk_tenant(who->tenant_id);
    struct live_now_out now;
    const struct err *e = NULL;

    ans->seat = ask->seat;
    ans->place = place_of(ans->a, who);
    db_begin(db, who->tenant_id);
    if (!t) /* before the replay, so that nothing falls between the two */
        e = q_live_now(db, &now);
    if (!e && ask->resume == RESUME_FROM)
        e = replay(db, ask, &ans->place, who->sight, ans);
    e = end(db, e);
    if (e) {
        arena_free(ans->a);
        answer_close(ask->seat, CLOSE_LATER);
        return e;
    }
    if (!t) {
        t = desk_add_tenant(who->tenant_id);
        keep_snapshot(t, now.snapshot);
    }
    send_joined(ask, who, t, ans);
    return NULL;
}

/* All of a part in one commit: after a restart everybody comes back at once. */
static const struct err *redeem(struct db *db, const struct ask *asks, size_t n,
                                struct live_redeem_out *ret, bool *ret_good)
{
    const struct err *e = NULL;

    db_begin(db, (struct uuid){{0}});
    for (size_t i = 0; i < n && !e; i++) {
        e = q_live_redeem(db, (struct live_redeem_in){
            str_n(asks[i].ticket.b, sizeof asks[i].ticket.b)}, &ret[i]);
        ret_good[i] = !e;
        if (e == E_NOT_FOUND)
            e = NULL;
    }
    return end(db, e);
}

static const struct err *serve_asks(struct db *db)
{
    struct arena *a = arena_new();
    struct ask asks[ASKS_PART];
    struct live_redeem_out *who = ARENA_ARRAY(a, ASKS_PART, struct live_redeem_out);
    bool good[ASKS_PART];
    size_t n = desk_asks(asks, ASKS_PART);
    const struct err *e;

    db_use_arena(db, a);
    e = n ? redeem(db, asks, n, who, good) : NULL;
    for (size_t i = 0; i < n; i++) {
        if (e)
            answer_close(asks[i].seat, CLOSE_LATER);
        else if (!good[i])
            answer_close(asks[i].seat, CLOSE_BAD_TICKET);
        else
            e = join(db, &asks[i], &who[i]);
    }
    db_use_arena(db, NULL);
    arena_free(a);
    return e;
}

static void refuse_asks(void)
{
    struct ask asks[ASKS_PART];
    size_t n;

    while ((n = desk_asks(asks, ASKS_PART)) > 0)
        for (size_t i = 0; i < n; i++)
            answer_close(asks[i].seat, CLOSE_LATER);
}

/* ---- News ---- */

static const struct err *read_since(struct db *db, struct live_tenant *t, struct answer *ans)
{
    struct live_since_out *rows;
    size_t n;
    const struct err *e = q_live_since(db, (struct live_since_in){str_of(t->snapshot)}, &rows, &n);

    if (e)
        return e;
    keep_snapshot(t, rows[0].snapshot);
    if (n > RESUME_MOST) { /* reading everything again is cheaper for the page, too */
        answer_resync(ans);
        return NULL;
    }
    ans->notices = ARENA_ARRAY(ans->a, n, struct notice);
    for (size_t i = 0; i < n; i++)
        if (!uuid_is_zero(rows[i].id))
            ans->notices[ans->n++] = notice_new(rows[i].id, rows[i].kind, rows[i].object_id,
                                                rows[i].agent_id);
    return NULL;
}

static const struct err *restart_feed(struct db *db, struct live_tenant *t, struct answer *ans)
{
    struct live_now_out now;
    const struct err *e = q_live_now(db, &now);

    if (!e) {
        keep_snapshot(t, now.snapshot);
        answer_resync(ans);
    }
    return e;
}

static const struct err *poll_tenant(struct db *db, struct live_tenant *t)
{
    struct answer *ans = answer_new(ANSWER_NEWS);
    const struct err *e;

    ans->tenant = t;
    db_begin(db, t->id);
    e = *t->snapshot ? read_since(db, t, ans) : restart_feed(db, t, ans);
    e = end(db, e);
    if (!e && ans->n)
        desk_answer(ans);
    else
        arena_free(ans->a);
    if (e) /* rows may have been read and not sent */
        t->snapshot[0] = 0;
    return e;
}

static const struct err *poll_all(struct db *db)
{
    const struct err *e = NULL;

    desk_forget_tenants();
    for (struct live_tenant *t = desk_tenants(); t && !e; t = t->next) {
        struct arena *a = arena_new();
        db_use_arena(db, a);
        e = poll_tenant(db, t);
        db_use_arena(db, NULL);
        arena_free(a);
    }
    return e;
}

/* ---- Who may still listen ---- */

static const struct err *ask_standing(struct db *db, struct standing *list, size_t n)
{
    struct arena *a = db_arena(db);
    struct buf bearers = buf_new(a, 1 << 20), accounts = buf_new(a, 1 << 20),
               tenants = buf_new(a, 1 << 20);
    struct live_standing_out *rows;
    char id[UUID_TEXT];
    const struct err *e;
    size_t found;

    for (size_t i = 0; i < n; i++) {
        const char *comma = i ? "," : "{";
        buf_fmt(&bearers, "%s\"%s\"", comma, list[i].sitter.bearer);
        buf_fmt(&accounts, "%s%s", comma, uuid_text(list[i].sitter.account, id).p);
        buf_fmt(&tenants, "%s%s", comma, uuid_text(list[i].tenant, id).p);
    }
    buf_char(&bearers, '}');
    buf_char(&accounts, '}');
    buf_char(&tenants, '}');
    e = q_live_standing(db, (struct live_standing_in){buf_str(&bearers), buf_str(&accounts),
                                                      buf_str(&tenants)}, &rows, &found);
    for (size_t i = 0; !e && i < found; i++) {
        struct standing *s = &list[rows[i].place - 1];
        struct hash sight = crypto_sha256(rows[i].sight);
        s->good = memcmp(&sight, &s->sitter.sight, sizeof sight) == 0 &&
                  str_is(rows[i].scope, s->sitter.scope);
    }
    return e;
}

static const struct err *check_part(struct db *db, struct standing *list, size_t n)
{
    const struct err *e;

    db_begin(db, (struct uuid){{0}});
    e = ask_standing(db, list, n);
    e = end(db, e);
    for (size_t i = 0; !e && i < n; i++)
        if (!list[i].good)
            answer_close(list[i].seat, CLOSE_BAD_TICKET);
    return e;
}

static const struct err *check_standing(struct db *db)
{
    const struct err *e = NULL;
    unsigned slot = 0;
    size_t n = 1;

    while (n && !e) {
        struct arena *a = arena_new();
        struct standing *list = ARENA_ARRAY(a, STANDING_PART, struct standing);
        n = desk_sitters(&slot, list, STANDING_PART);
        db_use_arena(db, a);
        if (n)
            e = check_part(db, list, n);
        db_use_arena(db, NULL);
        arena_free(a);
    }
    return e;
}

/* Looked at every few seconds, and at once when a session has ended somewhere. The number moves before the end is
 * committed, so it is looked at once more with the next poll. */
struct watch {
    int64_t looked, ended;
    bool again;
};

static const struct err *watch_standing(struct db *db, struct watch *w)
{
    struct arena *a = arena_new();
    struct live_ended_out row = {0};
    bool due = w->again || time_mono() - w->looked >= STANDING_EVERY, moved;
    const struct err *e;

    db_use_arena(db, a);
    db_begin(db, (struct uuid){{0}});
    e = end(db, q_live_ended(db, &row));
    db_use_arena(db, NULL);
    arena_free(a);
    if (e)
        return e;
    moved = row.ended != w->ended;
    w->ended = row.ended;
    w->again = moved;
    if (!due && !moved)
        return NULL;
    w->looked = time_mono();
    return check_standing(db);
}

/* ---- The loop ---- */

/* Another server may answer now (failover): its transaction numbers are not the old one's. */
static void forget_snapshots(void)
{
    for (struct live_tenant *t = desk_tenants(); t; t = t->next)
        t->snapshot[0] = 0;
}

static struct db *connect_again(int64_t *failed)
{
    struct arena *a;
    struct db *db = NULL;

    if (*failed && time_mono() - *failed < RETRY_AFTER)
        return NULL;
    a = arena_new();
    if (db_open(a, reader.url, STATEMENT_MS, &db)) {
        LOG(LOG_WARN, "live.database_away", KV("reason", arena_why(a)));
        *failed = time_mono();
        db = NULL;
    }
    arena_free(a);
    if (db)
        forget_snapshots();
    return db;
}

static void *reader_loop(void *unused)
{
    int64_t polled = 0, watched = 0, failed = 0;
    struct watch watch = {.looked = time_mono()};
    struct db *db = NULL;
    enum desk_work work;

    (void)unused;
    while ((work = desk_wait(polled + POLL_EVERY, polled + POLL_GAP)) != DESK_STOP) {
        const struct err *e = NULL;
        int64_t now = time_mono();
        if (db && (!db_alive(db) || db_unasked(db))) {
            db_close(db);
            db = NULL;
        }
        if (!db && !(db = connect_again(&failed)))
            e = E_UNAVAILABLE;
        if (!e)
            e = serve_asks(db);
        if (!e && (work == DESK_POLL || now - polled >= POLL_EVERY)) {
            polled = now;
            e = poll_all(db);
        }
        if (!e && now - watched >= POLL_EVERY) {
            watched = now;
            e = watch_standing(db, &watch);
        }
        if (e) { /* a lost connection, or what the next turn may not meet */
            refuse_asks();
            polled = time_mono();
        }
    }
    db_close(db);
    return NULL;
}

const struct err *reader_start(struct arena *a, const char *database_url)
{
    if (strlen(database_url) >= sizeof reader.url)
        return err_why(a, E_BAD_INPUT, "The database URL is too long.");
    snprintf(reader.url, sizeof reader.url, "%s", database_url);
    if (pthread_create(&reader.thread, NULL, reader_loop, NULL) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    reader.running = true;
    return NULL;
}

bool reader_stop(void)
{
    struct timespec until;

    if (!reader.running)
        return true;
    reader.running = false;
    desk_close();
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 1;
    if (pthread_timedjoin_np(reader.thread, NULL, &until) == 0)
        return true;
    pthread_detach(reader.thread); /* a query hangs; the process ends anyhow */
    return false;
}
