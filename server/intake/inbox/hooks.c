/* Receiving hooks on the event loop: whose address, does it verify, then group commit. Waiting
 * deliveries of all tenants go out as [set_config, insert]* and one Sync, so that a commit is
 * shared; nobody is answered before it. Nothing here reads a body. */
#include <string.h>

#include "core/crypto.h"
#include "core/metrics.h"
#include "core/time.h"
#include "db/lane.h"
#include "intake/inbox/inbox.h"
#include "intake/inbox/queries.h"
#include "intake/integrations/integrations.h"
#include "net/poke.h"

#define BATCH_MAX 64
#define BATCH_BYTES (2u << 20)
#define BATCHES_IN_FLIGHT 2
#define WAITING_MAX 4096
#define ENTRIES 4096
#define FRESH_US TIME_S       /* how long a known address is believed without asking again */
#define UNKNOWN_US (2 * TIME_S)

/* What the directory knows of one address. */
struct entry {
    struct hash token;
    int64_t at;
    struct arena *a; /* NULL: never asked */
    bool known;
    struct uuid tenant, integration;
    const struct provider *provider;
    const struct json *settings;
};

struct waiting {
    struct waiting *next;
    struct req *rq;
    struct uuid tenant;
    struct lane_step step;
    size_t bytes;
};

/* One per loop. */
struct desk {
    struct arena *a; /* holds the desk itself, as long as the process lives */
    struct entry entries[ENTRIES]; /* direct mapped by the token's hash */
    struct waiting *first, **end;
    size_t n, batches;
};

struct batch {
    struct desk *desk;
    struct loop *loop;
    struct waiting *items[BATCH_MAX];
    size_t n;
    struct unit unit;
};

static struct desk *desk_of(struct req *rq)
{
    void **slot = loop_slot(rq->loop, LOOP_SLOT_HOOKS);
    struct desk *d = *slot;

    if (!d) {
        struct arena *a = arena_new();
        d = ARENA_NEW(a, struct desk);
        d->a = a;
        d->end = &d->first;
        *slot = d;
    }
    return d;
}

/* ---- group commit ---- */

static void flush(struct desk *d, struct loop *loop);

static void answer(struct req *rq, const struct err *e)
{
    if (!e) {
        metric_add(M_HOOKS, 0, 0, 1);
        e = req_json(rq, 200, STR("{\"status\":\"stored\"}"));
    }
    req_send(rq, e);
}

static void batch_done(struct unit *u, const struct err *e)
{
    struct batch *b = u->ctx;
    struct desk *d = b->desk;
    struct loop *loop = b->loop;

    d->batches--;
    metric_add(M_HOOK_BATCHES, 0, 0, 1);
    if (!e)
        poke(POKE_JOBS);
    for (size_t i = 0; i < b->n; i++)
        answer(b->items[i]->rq, e);
    arena_free(u->a);
    flush(d, loop);
}

static struct batch *batch_take(struct desk *d, struct loop *loop)
{
    struct arena *a = arena_new();
    struct batch *b = ARENA_NEW(a, struct batch);
    size_t bytes = 0;

    b->desk = d;
    b->loop = loop;
    b->unit.a = a;
    while (d->first && b->n < BATCH_MAX && (!b->n || bytes + d->first->bytes <= BATCH_BYTES)) {
        struct waiting *item = d->first;
        d->first = item->next;
        d->n--;
        bytes += item->bytes;
        b->items[b->n++] = item;
    }
    if (!d->first)
        d->end = &d->first;
    return b;
}

/* Keeps two commits in flight: while they are on their way the next batch gathers by itself. */
static void flush(struct desk *d, struct loop *loop)
{
    while (d->first && d->batches < BATCHES_IN_FLIGHT) {
        struct batch *b = batch_take(d, loop);
        struct lane_step *steps = ARENA_ARRAY(b->unit.a, b->n, struct lane_step);
        for (size_t i = 0; i < b->n; i++)
            steps[i] = b->items[i]->step;
        b->unit.n_steps = b->n;
        b->unit.steps = steps;
        b->unit.done = batch_done;
        b->unit.resend = true; /* the ids are fixed: a repeat changes nothing */
        b->unit.ctx = b;
        d->batches++;
        lane_submit(loop_lane(loop), &b->unit);
    }
}

static void store(struct req *rq, const struct entry *en)
{
    struct desk *d = desk_of(rq);
    struct waiting *item = ARENA_NEW(rq->a, struct waiting);
    struct inbox_put_in in = {
        .id = uuid_new(), .job = uuid_new(), .integration = en->integration,
        .received_at = time_now(), .method = rq->method == GET ? STR("GET") : STR("POST"),
        .query = rq->query, .source = rq->client, .headers = rq->head, .body = rq->body};
    const struct err *e;

    if (!str_utf8(in.query)) /* percent signs carry other bytes; raw ones are never valid */
        in.query = STR("");
    e = d->n >= WAITING_MAX ? E_BUSY : bind_struct(rq->a, SQL_INBOX_PUT, &in, &item->step.b);
    if (e) {
        req_send(rq, e);
        return;
    }
    item->rq = rq;
    item->step.set_tenant = true;
    item->step.tenant = en->tenant;
    item->bytes = rq->body.n + rq->head.n;
    *d->end = item;
    d->end = &item->next;
    d->n++;
    flush(d, rq->loop);
}

/* ---- the directory ---- */

static void refuse(struct req *rq, const struct err *e, const char *reason)
{
    metric_add(M_HTTP_REFUSED, metric_label(LABEL_REASON, str_of(reason)), 0, 1);
    req_send(rq, e);
}

static void accept(struct req *rq, const struct entry *en)
{
    struct hook h = {.method = rq->method == GET ? STR("GET") : STR("POST"), .query = rq->query,
                     .headers = rq->head, .body = rq->body, .settings = en->settings,
                     .now = time_now()};

    if (!en->known || !str_is(rq->param[0], en->provider->slug)) {
        refuse(rq, E_NOT_FOUND, "hook_unknown");
        return;
    }
    if (en->provider->verify && en->provider->verify(rq->a, &h)) {
        refuse(rq, E_BAD_SIGNATURE, "hook_signature");
        return;
    }
    store(rq, en);
}

static const struct err *learn(struct entry *en, const struct hash *token, const PGresult *r)
{
    struct hook_find_out row;
    const struct err *e;

    arena_free(en->a);
    en->a = arena_new();
    en->token = *token;
    en->at = time_mono();
    en->known = false;
    if (!PQntuples(r))
        return NULL;
    e = bind_row(en->a, SQL_HOOK_FIND, r, 0, &row);
    if (!e)
        e = integration_settings(en->a, row.tenant_id, row.id, row.settings, row.secrets, row.zone,
                                 &en->settings);
    if (e) {
        en->at = 0;
        return E_UNAVAILABLE;
    }
    en->tenant = row.tenant_id;
    en->integration = row.id;
    en->provider = provider_find(row.provider);
    en->known = en->provider != NULL;
    return NULL;
}

struct lookup {
    struct req *rq;
    struct unit unit;
    struct lane_step step;
    struct hash token;
};

static struct entry *place(struct desk *d, const struct hash *token)
{
    return &d->entries[(size_t)(token->b[0] | token->b[1] << 8) % ENTRIES];
}

static void looked_up(struct unit *u, const struct err *e)
{
    struct lookup *l = u->ctx;
    struct req *rq = l->rq;
    struct entry *en = place(desk_of(rq), &l->token);

    if (!e)
        e = learn(en, &l->token, l->step.result);
    if (e)
        req_send(rq, e == E_BUSY ? e : E_UNAVAILABLE);
    else
        accept(rq, en);
}

static bool fresh(const struct entry *en, const struct hash *token)
{
    return en->a && memcmp(&en->token, token, sizeof *token) == 0 &&
           time_mono() - en->at < (en->known ? FRESH_US : UNKNOWN_US);
}

void hook_receive(struct req *rq)
{
    struct lookup *l = ARENA_NEW(rq->a, struct lookup);
    struct entry *en;
    struct str texts[1];
    const struct err *e;

    l->rq = rq;
    l->token = crypto_sha256(rq->param[1]);
    en = place(desk_of(rq), &l->token);
    if (fresh(en, &l->token)) {
        accept(rq, en);
        return;
    }
    texts[0] = str_n(l->token.b, sizeof l->token.b);
    e = bind_texts(rq->a, SQL_HOOK_FIND, texts, &l->step.b);
    if (e) {
        req_send(rq, e);
        return;
    }
    l->unit = (struct unit){.a = rq->a, .n_steps = 1, .steps = &l->step, .done = looked_up,
                            .resend = true, .ctx = l};
    lane_submit(loop_lane(rq->loop), &l->unit);
}
