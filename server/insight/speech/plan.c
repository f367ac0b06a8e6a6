/* What a tenant transcribes with: engines with opened keys, hints, corrections; and the shelf where
 * paid answers wait. Called by the transcript job and the engine's test. Keys never reach a log. */
#include <string.h>

#include "core/log.h"
#include "engines/engines.h"
#include "insight/speech/queries.h"
#include "insight/speech/store.h"
#include "live/live.h"
#include "net/services.h"

const struct speech_engine *speech_engine_find(struct str kind)
{
    for (const struct speech_engine *const *e = speech_engines; *e; e++)
        if (str_is(kind, (*e)->name))
            return *e;
    return NULL;
}

/* Binds a sealed key to its place. */
static struct str about(struct arena *a, struct uuid tenant, struct uuid engine)
{
    char t[UUID_TEXT], i[UUID_TEXT];

    return str_fmt(a, "%s|speech_engine|key_sealed|%s", uuid_text(tenant, t).p,
                   uuid_text(engine, i).p);
}

const struct err *speech_key_seal(struct arena *a, struct uuid tenant, struct uuid engine,
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

const struct err *speech_key_open(struct arena *a, struct uuid tenant, struct uuid engine,
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

static const struct err *line_of(struct arena *a, struct uuid tenant,
                                 const struct speech_engine_lines_out *row,
                                 struct speech_line *ret)
{
    *ret = (struct speech_line){
        .id = row->id, .version = row->version, .engine = speech_engine_find(row->kind),
        .name = row->name, .state = row->state, .base_url = row->base_url, .model = row->model,
        .language = row->language};
    return speech_key_open(a, tenant, row->id, row->key_sealed, &ret->key);
}

static const struct err *read_lines(struct db *db, struct uuid tenant, struct speech_plan *p)
{
    struct speech_engine_lines_out *rows;
    size_t n;
    const struct err *e = q_speech_engine_lines(db, &rows, &n);

    if (e)
        return e;
    p->lines = ARENA_ARRAY(db_arena(db), n + 1, struct speech_line);
    for (size_t i = 0; i < n && !e; i++) {
        e = line_of(db_arena(db), tenant, &rows[i], &p->lines[p->n]);
        p->n += p->lines[p->n].engine != NULL; /* a kind of a newer release is passed over */
    }
    if (!e && !p->n)
        p->lines[p->n++] = (struct speech_line){
            .engine = speech_engines[0], .name = str_of(speech_engines[0]->title),
            .state = STR("active"), .base_url = STR(""), .model = STR(""), .language = STR(""),
            .key = STR("")};
    return e;
}

const struct err *speech_plan_read(struct db *db, struct uuid tenant, struct speech_plan *ret)
{
    struct speech_words_list_out *words;
    struct speech_corrections_list_out *corrections;
    struct arena *a = db_arena(db);
    const struct err *e;

    *ret = (struct speech_plan){0};
    e = read_lines(db, tenant, ret);
    if (!e)
        e = q_speech_words_list(db, &words, &ret->n_hints);
    if (!e)
        e = q_speech_corrections_list(db, &corrections, &ret->n_corrections);
    if (e)
        return e;
    ret->hints = ARENA_ARRAY(a, ret->n_hints, struct str);
    ret->corrections = ARENA_ARRAY(a, ret->n_corrections, struct speech_correction);
    for (size_t i = 0; i < ret->n_hints; i++)
        ret->hints[i] = words[i].word;
    for (size_t i = 0; i < ret->n_corrections; i++)
        ret->corrections[i] =
            (struct speech_correction){corrections[i].heard, corrections[i].written};
    return NULL;
}

const struct err *speech_line_read(struct db *db, struct uuid tenant, struct uuid engine,
                                   struct speech_line *ret)
{
    struct speech_engine_read_out row;
    const struct err *e = q_speech_engine_read(db, (struct speech_engine_read_in){engine}, &row);

    if (e)
        return e;
    e = line_of(db_arena(db), tenant, &(struct speech_engine_lines_out){
        .id = row.id, .kind = row.kind, .name = row.name, .base_url = row.base_url,
        .model = row.model, .language = row.language, .key_sealed = row.key_sealed,
        .state = row.state, .version = row.version}, ret);
    return !e && !ret->engine ? E_NOT_FOUND : e;
}

struct speech_ask speech_ask_of(const struct speech_line *line)
{
    return (struct speech_ask){.http = services()->http, .base_url = line->base_url,
                               .key = line->key, .model = line->model, .language = line->language,
                               .own_words = STR_NONE, .retry_after_s = -1};
}

/* ---- the shelf ---- */

struct holder {
    struct speech_shelf shelf;
    struct job *job;
    struct uuid recording, engine;
};

static const struct err *find(void *ctx, struct arena *a, const struct hash *piece,
                              struct str *ret_remote_id, struct str *ret_answer)
{
    struct holder *h = ctx;
    struct speech_answer_get_out row;
    struct db *db;
    const struct err *e = job_read_begin(h->job, &db);

    *ret_remote_id = *ret_answer = STR_NONE;
    if (e)
        return e;
    e = q_speech_answer_get(db, (struct speech_answer_get_in){
        h->recording, h->engine, str_n(piece->b, sizeof piece->b)}, &row);
    if (!e) {
        *ret_remote_id = row.remote_id.p ? str_dup(a, row.remote_id) : STR_NONE;
        *ret_answer = row.answer.p ? str_dup(a, row.answer) : STR_NONE;
    }
    job_read_end(h->job, db);
    return e == E_NOT_FOUND ? NULL : e;
}

static const struct err *keep(void *ctx, struct arena *a, const struct hash *piece,
                              struct str remote_id, struct str answer)
{
    struct holder *h = ctx;
    struct db *db;
    const struct err *e = job_read_begin(h->job, &db);

    (void)a;
    if (e)
        return e;
    e = q_speech_answer_put(db, (struct speech_answer_put_in){
        h->recording, h->engine, str_n(piece->b, sizeof piece->b), remote_id, answer}, NULL);
    if (!e)
        e = db_commit(db);
    job_read_end(h->job, db);
    return e;
}

const struct speech_shelf *speech_shelf_of(struct job *job, struct uuid recording,
                                           struct uuid engine)
{
    struct holder *h = ARENA_NEW(job->a, struct holder);

    *h = (struct holder){.shelf = {.ctx = h, .find = find, .keep = keep}, .job = job,
                         .recording = recording, .engine = engine};
    return &h->shelf;
}

const struct err *speech_shelf_clear(struct db *db, struct uuid recording)
{
    return q_speech_answers_clear(db, (struct speech_answers_clear_in){recording}, NULL);
}

const struct err *speech_attention(struct job *job, const struct speech_line *line,
                                   struct str reason)
{
    struct db *db;
    const struct err *e;

    if (uuid_is_zero(line->id))
        return NULL;
    e = job_read_begin(job, &db);
    if (e)
        return e;
    e = q_speech_engine_attention(db, (struct speech_engine_attention_in){
        line->id, line->version, reason.n ? reason : STR("It refuses our key.")}, NULL);
    if (!e)
        e = live_note(db, "engine.updated", line->id, (struct uuid){{0}});
    if (!e)
        e = db_commit(db);
    job_read_end(job, db);
    if (!e)
        LOG(LOG_WARN, "speech.attention", KV_C("kind", line->engine->name), KV("reason", reason));
    return e;
}

const struct err *speech_cost(struct db *db, struct uuid engine, int64_t ms, bool *ret_known,
                              int64_t *ret_micro, struct str *ret_currency)
{
    struct speech_price_now_out row;
    const struct err *e = q_speech_price_now(db, (struct speech_price_now_in){engine}, &row);

    *ret_known = !e;
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    *ret_micro = (ms * (row.micro_per_minute / 60000)) +
                 (ms * (row.micro_per_minute % 60000) + 59999) / 60000;
    *ret_currency = row.currency;
    return NULL;
}
