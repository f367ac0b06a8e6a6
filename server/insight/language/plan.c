/* A tenant's language engines with opened keys and today's prices, and how they fare. Called by the
 * jobs. Keys never reach a log. */
#include "core/log.h"
#include "engines/engines.h"
#include "insight/language/queries.h"
#include "insight/language/store.h"
#include "live/live.h"
#include "net/services.h"

const struct model_engine *language_engine_find(struct str kind)
{
    for (const struct model_engine *const *e = model_engines; *e; e++)
        if (str_is(kind, (*e)->name))
            return *e;
    return NULL;
}

/* Binds a sealed key to its place. */
static struct str about(struct arena *a, struct uuid tenant, struct uuid engine)
{
    char t[UUID_TEXT], i[UUID_TEXT];

    return str_fmt(a, "%s|language_engine|key_sealed|%s", uuid_text(tenant, t).p,
                   uuid_text(engine, i).p);
}

const struct err *language_key_seal(struct arena *a, struct uuid tenant, struct uuid engine,
                                    struct str key, struct str *ret_sealed)
{
    struct key k;
    const struct err *e;

    *ret_sealed = STR_NONE;
    if (!key.n)
        return NULL;
    e = keys_load(services()->keys, a, tenant, &k);
    if (!e)
        *ret_sealed = crypto_seal(a, &k, about(a, tenant, engine), key);
    crypto_wipe(&k, sizeof k);
    return e;
}

static const struct err *key_open(struct arena *a, struct uuid tenant, struct uuid engine,
                                  struct str sealed, struct str *ret_key)
{
    struct key k;
    const struct err *e;

    *ret_key = STR("");
    if (!sealed.p)
        return NULL;
    e = keys_load(services()->keys, a, tenant, &k);
    if (!e)
        e = crypto_open(a, &k, about(a, tenant, engine), sealed, ret_key);
    crypto_wipe(&k, sizeof k);
    return e;
}

static const struct err *price_of(struct db *db, struct language_line *line)
{
    struct language_price_now_out row;
    const struct err *e =
        q_language_price_now(db, (struct language_price_now_in){line->id}, &row);

    line->priced = !e;
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    line->micro_in = row.micro_in;
    line->micro_out = row.micro_out;
    line->currency = row.currency;
    return NULL;
}

static const struct err *line_of(struct db *db, struct uuid tenant,
                                 const struct language_engine_lines_out *row,
                                 struct language_line *ret)
{
    const struct err *e;

    *ret = (struct language_line){
        .id = row->id, .version = row->version, .engine = language_engine_find(row->kind),
        .name = row->name, .state = row->state, .state_reason = row->state_reason,
        .base_url = row->base_url, .model = row->model, .context_tokens = row->context_tokens,
        .failures = row->failures, .closed_until = row->closed_until};
    e = key_open(db_arena(db), tenant, row->id, row->key_sealed, &ret->key);
    return e ? e : price_of(db, ret);
}

const struct err *language_plan_read(struct db *db, struct uuid tenant, struct language_plan *ret)
{
    struct language_engine_lines_out *rows;
    size_t n = 0;
    const struct err *e = q_language_engine_lines(db, &rows, &n);

    *ret = (struct language_plan){.lines = ARENA_ARRAY(db_arena(db), n, struct language_line)};
    for (size_t i = 0; i < n && !e; i++) {
        e = line_of(db, tenant, &rows[i], &ret->lines[ret->n]);
        ret->n += ret->lines[ret->n].engine != NULL; /* a kind of a newer release is passed over */
    }
    return e;
}

const struct err *language_first(struct db *db, struct language_first *ret)
{
    struct language_first_out row;
    const struct err *e = q_language_first(db, &row);

    *ret = (struct language_first){.any = !e};
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    *ret = (struct language_first){.any = true, .name = row.name, .model = row.model, .priced = row.currency.n > 0,
                                   .micro_in = row.micro_in, .micro_out = row.micro_out, .currency = row.currency,
                                   .since = row.since};
    return NULL;
}

const struct err *language_line_read(struct db *db, struct uuid tenant, struct uuid engine,
                                     struct language_line *ret)
{
    struct language_engine_read_out row;
    const struct err *e =
        q_language_engine_read(db, (struct language_engine_read_in){engine}, &row);

    if (e)
        return e;
    e = line_of(db, tenant, &(struct language_engine_lines_out){
        .id = row.id, .kind = row.kind, .name = row.name, .base_url = row.base_url,
        .model = row.model, .context_tokens = row.context_tokens, .key_sealed = row.key_sealed,
        .state = row.state, .state_reason = row.state_reason, .failures = row.failures,
        .closed_until = row.closed_until, .version = row.version}, ret);
    return !e && !ret->engine ? E_NOT_FOUND : e;
}

const struct err *language_gate(struct db *db, struct str *ret_gate)
{
    struct language_gate_out row;
    const struct err *e = q_language_gate(db, &row);

    *ret_gate = e ? STR_NONE : row.gate;
    return e;
}

/* ---- how they fare ---- */

static const struct err *done(struct job *job, struct db *db, const struct err *e)
{
    if (!e)
        e = db_commit(db);
    job_read_end(job, db);
    return e;
}

const struct err *language_answered(struct job *job, const struct language_line *line)
{
    struct db *db;
    const struct err *e;

    if (!line->failures && line->closed_until == TIME_NONE)
        return NULL;
    e = job_read_begin(job, &db);
    return e ? e : done(job, db, q_language_engine_answered(
                            db, (struct language_engine_answered_in){line->id}, NULL));
}

const struct err *language_failed(struct job *job, const struct language_line *line, int64_t wait_s)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = q_language_engine_failed(db, (struct language_engine_failed_in){line->id, wait_s}, NULL);
    if (!e)
        e = live_note(db, "engine.updated", line->id, (struct uuid){{0}});
    return done(job, db, e);
}

const struct err *language_attention(struct job *job, const struct language_line *line,
                                     struct str reason)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = q_language_engine_attention(db, (struct language_engine_attention_in){
        line->id, line->version, reason.n ? reason : STR("It refuses our key.")}, NULL);
    if (!e)
        e = live_note(db, "engine.updated", line->id, (struct uuid){{0}});
    e = done(job, db, e);
    if (!e)
        LOG(LOG_WARN, "language.attention", KV_C("kind", line->engine->name), KV("reason", reason));
    return e;
}
