/* Receiving hooks on the event loop: whose address, does it verify; batch.c stores. PostgreSQL says
 * whose address it is, at most a second ago; while it is away the directory does. Nothing here
 * reads a body. */
#include <string.h>

#include "core/metrics.h"
#include "core/settings.h"
#include "core/time.h"
#include "db/lane.h"
#include "http/blocks.h"
#include "intake/directory/directory.h"
#include "intake/inbox/clerk.h"
#include "core/flood.h"
#include "intake/inbox/hooks_int.h"
#include "intake/inbox/queries.h"
#include "people/threats/threats.h"

#define FRESH_US TIME_S       /* how long a known address is believed without asking again */
#define UNKNOWN_US (2 * TIME_S)
#define LOOKUP_US (TIME_S / 2) /* then memory says whose address it is */

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

static void store(struct req *rq, const struct entry *en, bool unproven)
{
    struct spooled d = {
        .tenant = en->tenant, .integration = en->integration, .id = uuid_new(), .job = uuid_new(),
        .received_at = time_now(), .method = rq->method == GET ? STR("GET") : STR("POST"),
        .query = rq->query, .source = rq->client, .headers = rq->head, .body = rq->body, .unproven = unproven};

    if (!str_utf8(d.query)) /* percent signs carry other bytes; raw ones are never valid */
        d.query = STR("");
    hooks_put(desk_of(rq), rq, &d);
}

/* ---- may it ---- */

static void refuse(struct req *rq, const struct err *e, const char *reason)
{
    metric_add(M_HTTP_REFUSED, metric_label(LABEL_REASON, str_of(reason)), 0, 1);
    req_send(rq, e);
}

/* What the sender was told to call, never what the Host header says. */
static struct str called(const struct req *rq)
{
    return str_fmt(rq->a, "%s%.*s%s%.*s", http_config.public_origin, STR_ARG(rq->path),
                   rq->query.n ? "?" : "", STR_ARG(rq->query));
}

static bool is_there(const struct req *rq, const struct entry *en)
{
    return en->known && str_is(rq->param[0], en->provider->slug) &&
           !(en->is_old && time_now() >= en->old_ends_at) &&
           (!rq->subdomain.n || str_eq(rq->subdomain, en->slug));
}

/* By the secrets in force, or by the old ones while they still count. */
static const struct err *verify(struct req *rq, const struct entry *en)
{
    struct hook h = {.method = rq->method == GET ? STR("GET") : STR("POST"), .query = rq->query,
                     .headers = rq->head, .body = rq->body, .url = called(rq),
                     .settings = en->settings, .now = time_now()};
    struct str why;
    const struct err *e;

    if (!en->provider->verify)
        return NULL;
    e = en->provider->verify(rq->a, &h);
    if (!e)
        clerk_used(en->tenant, en->integration, USED_SECRET);
    if (!e || !en->old_settings || h.now >= en->old_ends_at)
        return e;
    why = arena_why(rq->a);
    h.settings = en->old_settings;
    e = en->provider->verify(rq->a, &h);
    if (!e)
        clerk_used(en->tenant, en->integration, USED_OLD_SECRET);
    else
        arena_set_why(rq->a, why);
    return e;
}

/* ---- floods ---- */

static struct flood addresses, strangers;

struct flood *hooks_flood(void)
{
    return &addresses;
}

static uint64_t key_of(struct hash h)
{
    uint64_t key;

    memcpy(&key, h.b + 8, sizeof key);
    return key ? key : 1;
}

static bool address_has_room(const struct entry *en, int64_t *ret_wait)
{
    const struct settings *s = http_config.settings;

    return flood_take(&addresses, key_of(en->token), s->hook_rate, s->hook_burst, time_mono(),
                      ret_wait);
}

/* Of IPv6 the network counts: its owner has more addresses than we have memory. */
static uint64_t stranger_key(const struct req *rq)
{
    struct address from = {{0}};

    if (address_parse(rq->client, &from))
        from = address_network(from);
    return key_of(crypto_sha256(str_n(from.b, sizeof from.b)));
}

/* Asked before PostgreSQL is; counted once it said that there is no such address. */
static bool stranger_may_ask(const struct req *rq, int64_t *ret_wait)
{
    const struct settings *s = http_config.settings;

    return flood_has(&strangers, stranger_key(rq), s->unknown_rate, s->unknown_burst, time_mono(),
                     ret_wait);
}

static void count_stranger(const struct req *rq)
{
    const struct settings *s = http_config.settings;
    int64_t wait;

    (void)flood_take(&strangers, stranger_key(rq), s->unknown_rate, s->unknown_burst, time_mono(),
                     &wait);
}

static void refuse_flood(struct req *rq, int64_t wait)
{
    req_set_header(rq, "retry-after", str_fmt(rq->a, "%lld", (long long)(wait / TIME_S + 1)));
    refuse(rq, E_LIMIT, "hook_flood");
}

/* ---- the whole gate ---- */

static bool source_is_listed(const struct req *rq, const struct entry *en)
{
    struct address from;

    return !en->sources.n || (address_parse(rq->client, &from) && cidr_list_has(&en->sources, from));
}

static void count_refusal(const struct req *rq, const struct entry *en, enum refusal why)
{
    clerk_refused(en->tenant, en->integration, why, rq->client,
                  why == REFUSED_SIGNATURE || why == TAKEN_UNPROVEN ? arena_why(rq->a) : STR(""));
    if (why != TAKEN_UNPROVEN)
        threats_hook_refused(en->tenant, en->integration,
                             why == REFUSED_SIGNATURE ? "signature" : why == REFUSED_SOURCE ? "source" : "flood", rq->client);
}

/* Proof was switched on while the phone system is in use: until then it is watched, not demanded. */
static bool is_watched(const struct entry *en)
{
    return en->unproven_until != TIME_NONE && time_now() < en->unproven_until;
}

static void admit(struct req *rq, const struct entry *en)
{
    int64_t wait;
    bool unproven = false;

    if (!is_there(rq, en)) {
        count_stranger(rq);
        refuse(rq, E_NOT_FOUND, "hook_unknown");
    } else if (!address_has_room(en, &wait)) {
        count_refusal(rq, en, REFUSED_FLOOD);
        refuse_flood(rq, wait);
    } else if (blocks_has(en->tenant, rq->client)) {
        count_refusal(rq, en, REFUSED_SOURCE);
        refuse(rq, err_why(rq->a, E_FORBIDDEN, "Your network is blocked."), "hook_blocked");
    } else if (!source_is_listed(rq, en)) {
        count_refusal(rq, en, REFUSED_SOURCE);
        refuse(rq, err_why(rq->a, E_FORBIDDEN, "This integration takes no hooks from your address."),
               "hook_source");
    } else if ((unproven = verify(rq, en) != NULL) && !is_watched(en)) {
        count_refusal(rq, en, REFUSED_SIGNATURE);
        refuse(rq, E_BAD_SIGNATURE, "hook_signature");
    } else {
        clerk_used(en->tenant, en->integration, en->is_old ? USED_OLD_TOKEN : USED_TOKEN);
        if (unproven)
            count_refusal(rq, en, TAKEN_UNPROVEN);
        else
            threats_hook_taken(en->tenant, rq->client);
        store(rq, en, unproven);
    }
}

/* ---- whose address ---- */

static const struct err *open_settings(struct entry *en, const struct door *d)
{
    const struct err *e = integration_settings(en->a, d->tenant, d->integration, d->settings,
                                               d->secrets, d->zone, &en->settings);

    if (!e && d->old_secrets.p)
        e = integration_settings(en->a, d->tenant, d->integration, d->settings, d->old_secrets,
                                 d->zone, &en->old_settings);
    if (!e)
        e = cidr_list_parse(en->a, d->sources, &en->sources);
    return e;
}

/* d: NULL where there is no such address. Its texts live in en->a. */
static const struct err *learn(struct entry *en, const struct hash *token, const struct door *d)
{
    struct arena *a = en->a;

    *en = (struct entry){.token = *token, .at = time_mono(), .a = a};
    if (!d)
        return NULL;
    if (open_settings(en, d)) {
        en->at = 0;
        return E_UNAVAILABLE;
    }
    en->tenant = d->tenant;
    en->integration = d->integration;
    en->slug = d->slug;
    en->is_old = d->is_old;
    en->old_ends_at = d->old_ends_at;
    en->unproven_until = d->unproven_until;
    en->provider = provider_find(d->provider);
    en->known = en->provider != NULL;
    return NULL;
}

static void forget(struct entry *en)
{
    arena_free(en->a);
    *en = (struct entry){.a = arena_new()};
}

static const struct err *learn_row(struct entry *en, const struct hash *token, const PGresult *r)
{
    struct hook_find_out row;
    struct door d;
    const struct err *e;

    forget(en);
    if (!PQntuples(r))
        return learn(en, token, NULL);
    e = bind_row(en->a, SQL_HOOK_FIND, r, 0, &row);
    if (e)
        return E_UNAVAILABLE;
    d = (struct door){.tenant = row.tenant_id, .integration = row.id, .slug = row.slug,
                      .provider = row.provider, .zone = row.zone, .settings = row.settings,
                      .secrets = row.secrets, .old_secrets = row.old_secrets,
                      .old_ends_at = row.old_ends_at, .is_old = row.is_old, .sources = row.sources,
                      .unproven_until = row.unproven_until};
    return learn(en, token, &d);
}

/* While PostgreSQL is away: what memory does not know may still exist. */
static const struct err *learn_from_memory(struct entry *en, const struct hash *token)
{
    struct door d;

    forget(en);
    if (!directory_find(en->a, token, &d))
        return E_UNAVAILABLE;
    return learn(en, token, &d);
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

    e = e ? learn_from_memory(en, &l->token) : learn_row(en, &l->token, l->step.result);
    if (!e && en->known && !directory_has(&l->token))
        directory_changed(); /* made by another process a moment ago */
    if (e)
        req_send(rq, e);
    else
        admit(rq, en);
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
    int64_t wait;
    bool known;
    const struct err *e;

    l->rq = rq;
    l->token = crypto_sha256(rq->param[1]);
    en = place(desk_of(rq), &l->token);
    known = fresh(en, &l->token);
    if (!(known && en->known) && !directory_has(&l->token) && !stranger_may_ask(rq, &wait)) {
        refuse_flood(rq, wait);
        return;
    }
    if (known) {
        admit(rq, en);
        return;
    }
    texts[0] = str_n(l->token.b, sizeof l->token.b);
    e = bind_texts(rq->a, SQL_HOOK_FIND, texts, &l->step.b);
    if (e) {
        req_send(rq, e);
        return;
    }
    l->unit = (struct unit){.a = rq->a, .n_steps = 1, .steps = &l->step, .done = looked_up,
                            .resend = true, .ctx = l,
                            .patience = directory_has(&l->token) ? LOOKUP_US : HOOK_PATIENCE_US};
    lane_submit(loop_lane(rq->loop), &l->unit);
}
