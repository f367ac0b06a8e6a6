/* The fast lane's state machine over libpq's pipeline mode. Used by the event loops' glue only; it
 * must never wait. */
#include "db/lane.h"

#include <string.h>

#include "core/log.h"

#define RETRY_US (250 * TIME_MS)
#define CONNECT_US (5 * TIME_S)

static void conn_down(struct lane_conn *k, const char *why);
static void give_up_on(struct lane_conn *k, const char *why);

static void rewatch(struct lane_conn *k, bool write)
{
    k->lane->glue.watch(k, PQsocket(k->c), write);
}

static void heard(struct lane *lane)
{
    if (lane->hangs)
        LOG(LOG_INFO, "lane.answers_again");
    lane->heard_at = time_mono();
    lane->hangs = false;
}

static void conn_connect(struct lane_conn *k)
{
    k->c = bind_connect(k->lane->url, k->lane->statement_ms, true);
    k->started_at = time_mono();
    k->stale = false;
    memset(&k->known, 0, sizeof k->known);
    if (PQstatus(k->c) == CONNECTION_BAD || PQsocket(k->c) < 0) {
        conn_down(k, PQerrorMessage(k->c));
        return;
    }
    k->state = LANE_CONNECTING;
    rewatch(k, true);
}

/* libpq may change its socket while it connects: the old one is forgotten before each step. */
static void conn_progress(struct lane_conn *k)
{
    PostgresPollingStatusType st;

    k->lane->glue.unwatch(k);
    st = PQconnectPoll(k->c);
    if (st == PGRES_POLLING_FAILED) {
        conn_down(k, PQerrorMessage(k->c));
        return;
    }
    if (st != PGRES_POLLING_OK) {
        rewatch(k, st == PGRES_POLLING_WRITING);
        return;
    }
    if (PQenterPipelineMode(k->c) != 1 || PQsetnonblocking(k->c, 1) != 0) {
        conn_down(k, PQerrorMessage(k->c));
        return;
    }
    k->state = LANE_READY;
    heard(k->lane);
    rewatch(k, false);
}

static void unit_finish(struct unit *u, const struct err *e)
{
    size_t n = u->n_steps;
    PGresult *results[n ? n : 1];

    for (size_t i = 0; i < n; i++)
        results[i] = u->steps[i].result;
    u->done(u, e); /* u and its arena may be gone after this */
    for (size_t i = 0; i < n; i++)
        PQclear(results[i]);
}

static void unit_clear(struct unit *u)
{
    for (size_t i = 0; i < u->n_steps; i++) {
        PQclear(u->steps[i].result);
        u->steps[i].result = NULL;
    }
    u->failed = NULL;
    u->slot = u->n_slots = 0;
}

/* Everything in flight is answered or sent again elsewhere: the outcome is unknown. */
static void conn_down(struct lane_conn *k, const char *why)
{
    struct unit *u = k->first;

    if (why)
        LOG(LOG_WARN, "lane.down", KV("reason", str_trim(str_of(why))));
    k->lane->glue.unwatch(k);
    PQfinish(k->c);
    k->c = NULL;
    k->state = LANE_DOWN;
    k->first = k->last = NULL;
    k->n = 0;
    k->retry_at = time_mono() + RETRY_US;
    while (u) {
        struct unit *next = u->next;
        unit_clear(u);
        if (u->resend && !u->resent) {
            u->resent = 1;
            lane_submit(k->lane, u);
        } else {
            unit_finish(u, E_UNAVAILABLE);
        }
        u = next;
    }
}

static void flush(struct lane_conn *k)
{
    int unsent = PQflush(k->c);

    if (unsent < 0)
        conn_down(k, PQerrorMessage(k->c));
    else
        rewatch(k, unsent > 0);
}

/* The error of a failed command; later ones of the unit only say "aborted". */
static void note_failure(struct lane_conn *k, struct unit *u, const PGresult *r)
{
    const struct sql *q = NULL;
    int step = u->slot < u->n_slots ? u->slots[u->slot] : -1;

    if (u->failed)
        return;
    if (step >= 0)
        q = u->steps[step].b.q;
    u->failed = bind_error(u->a, q, r, k->c);
    if (bind_stale(r))
        k->stale = true;
}

static void unit_synced(struct lane_conn *k)
{
    struct unit *u = k->first;
    bool again = k->stale && u->failed && !u->resent;

    k->first = u->next;
    if (!k->first)
        k->last = NULL;
    k->n--;
    u->next = NULL;
    if (again) { /* rolled back as a whole: the schema changed under its statements */
        unit_clear(u);
        u->resent = 1;
        lane_submit(k->lane, u);
        return;
    }
    unit_finish(u, u->failed);
}

/* Takes one result for the oldest unit. */
static void take(struct lane_conn *k, PGresult *r)
{
    struct unit *u = k->first;
    ExecStatusType status = PQresultStatus(r);
    int step = u->slot < u->n_slots ? u->slots[u->slot] : -1;

    heard(k->lane);
    if (status == PGRES_PIPELINE_SYNC) {
        PQclear(r);
        unit_synced(k);
        return;
    }
    if (status == PGRES_FATAL_ERROR)
        note_failure(k, u, r);
    if (status == PGRES_TUPLES_OK && step >= 0 && !u->steps[step].result)
        u->steps[step].result = r;
    else if (status == PGRES_COMMAND_OK && step >= 0 && !u->steps[step].result)
        u->steps[step].result = r;
    else
        PQclear(r);
}

/* Each command's results end in one NULL. A second one in a row: the connection is lost, libpq has
 * dropped its queue, and would answer NULL for ever. */
static void read_results(struct lane_conn *k)
{
    bool ended = false;

    while (k->state == LANE_READY && k->first && !PQisBusy(k->c)) {
        PGresult *r = PQgetResult(k->c);
        if (!r && ended) {
            conn_down(k, PQerrorMessage(k->c));
            return;
        }
        ended = !r;
        if (r)
            take(k, r);
        else
            k->first->slot++;
    }
    if (k->state == LANE_READY && k->stale && !k->first)
        conn_down(k, NULL);
}

void lane_ready(struct lane_conn *k)
{
    if (k->state == LANE_CONNECTING) {
        conn_progress(k);
        return;
    }
    if (k->state != LANE_READY)
        return;
    if (!PQconsumeInput(k->c)) {
        read_results(k); /* answers that came before the end still count */
        give_up_on(k, PQerrorMessage(k->c));
        return;
    }
    read_results(k);
    if (k->state == LANE_READY)
        flush(k);
}

static void give_up_on(struct lane_conn *k, const char *why)
{
    if (k->state != LANE_DOWN)
        conn_down(k, why);
}

/* Slots: for each command libpq will answer, which step it belongs to. */
static bool queue_step(struct lane_conn *k, struct unit *u, size_t i)
{
    struct lane_step *s = &u->steps[i];
    int opening = 0, asked;

    if (s->set_tenant) {
        opening = bind_queue_opening(k->c, &k->known, s->tenant);
        if (!opening)
            return false;
    }
    asked = bind_queue(k->c, &k->known, &s->b);
    if (!asked)
        return false;
    for (int c = 1; c < opening + asked; c++)
        u->slots[u->n_slots++] = -1;
    u->slots[u->n_slots++] = (int)i;
    return true;
}

static struct lane_conn *pick(struct lane *lane)
{
    struct lane_conn *best = NULL;

    for (int i = 0; i < lane->n_conns; i++) {
        struct lane_conn *k = &lane->conns[i];
        if (k->state == LANE_READY && !k->stale && (!best || k->n < best->n))
            best = k;
    }
    return best;
}

void lane_submit(struct lane *lane, struct unit *u)
{
    struct lane_conn *k = pick(lane);
    bool ok = true;

    if (!k || k->n >= LANE_QUEUE_MAX || (lane->hangs && u->patience)) {
        unit_finish(u, k && !lane->hangs ? E_BUSY : E_UNAVAILABLE);
        return;
    }
    if (!u->slots)
        u->slots = ARENA_ARRAY(u->a, u->n_steps * 4, int);
    u->next = NULL;
    u->sent_at = time_mono();
    u->asked_at = u->asked_at ? u->asked_at : u->sent_at;
    if (k->last)
        k->last->next = u;
    else
        k->first = u;
    k->last = u;
    k->n++;
    for (size_t i = 0; i < u->n_steps && ok; i++)
        ok = queue_step(k, u, i);
    if (!ok || PQpipelineSync(k->c) != 1)
        conn_down(k, PQerrorMessage(k->c));
    else
        flush(k);
}

bool lane_up(const struct lane *lane)
{
    for (int i = 0; i < lane->n_conns; i++)
        if (lane->conns[i].state == LANE_READY)
            return true;
    return false;
}

static void buried(struct unit *u, const struct err *e)
{
    (void)e;
    arena_free(u->a);
}

/* What is done with keeps its place: its answers may still come, and belong to nobody. */
static struct unit *stand_in(const struct unit *u)
{
    struct arena *a = arena_new();
    struct unit *s = ARENA_NEW(a, struct unit);

    *s = (struct unit){.next = u->next, .a = a, .done = buried, .resent = 1, .n_slots = u->n_slots,
                       .slot = u->slot, .slots = ARENA_ARRAY(a, u->n_slots, int),
                       .sent_at = u->sent_at};
    for (size_t i = 0; i < s->n_slots; i++)
        s->slots[i] = -1;
    return s;
}

/* Units whose patience ended leave the line, oldest first. Answering one may submit others. */
static void end_patience(struct lane_conn *k, int64_t now)
{
    struct unit **at = &k->first;

    while (*at) {
        struct unit *u = *at, *s;
        if (!u->patience || now < u->asked_at + u->patience) {
            at = &u->next;
            continue;
        }
        s = stand_in(u);
        *at = s;
        k->last = k->last == u ? s : k->last;
        if (k->lane->heard_at < u->sent_at && !k->lane->hangs) {
            k->lane->hangs = true;
            LOG(LOG_WARN, "lane.hangs", KV_I("waited_ms", (now - u->asked_at) / TIME_MS));
        }
        unit_clear(u);
        u->next = NULL;
        unit_finish(u, E_TIMEOUT);
        if (k->state != LANE_READY) /* what was submitted meanwhile lost the connection */
            return;
        at = &s->next;
    }
}

void lane_tick(struct lane *lane)
{
    int64_t now = time_mono();
    int64_t limit = (lane->statement_ms + 2000) * TIME_MS;

    for (int i = 0; i < lane->n_conns; i++) {
        struct lane_conn *k = &lane->conns[i];
        if (k->state == LANE_DOWN && now >= k->retry_at)
            conn_connect(k);
        else if (k->state == LANE_CONNECTING && now > k->started_at + CONNECT_US)
            conn_down(k, "connecting took too long");
        else if (k->state == LANE_READY && k->first && now > k->first->sent_at + limit)
            conn_down(k, "no answer within the limit");
        else if (k->state == LANE_READY)
            end_patience(k, now);
    }
}

void lane_start(struct lane *lane, const char *url, int n_conns, int statement_ms,
                struct lane_glue glue, void *ctx)
{
    *lane = (struct lane){.url = url, .n_conns = n_conns < LANE_MAX ? n_conns : LANE_MAX,
                          .statement_ms = statement_ms, .glue = glue, .ctx = ctx};
    for (int i = 0; i < lane->n_conns; i++) {
        lane->conns[i].lane = lane;
        conn_connect(&lane->conns[i]);
    }
}

void lane_stop(struct lane *lane)
{
    for (int i = 0; i < lane->n_conns; i++) {
        if (lane->conns[i].state != LANE_DOWN)
            conn_down(&lane->conns[i], NULL);
    }
}
