/* Who pays for a request and where its answer stays: between engines/model_run.c, which knows no
 * database, and the tables. Called from jobs' work, outside any transaction. */
#include "insight/language/queries.h"
#include "insight/language/store.h"
#include "money/spend/spend.h"
#include "net/services.h"

#define MILLION 1000000
#define PIECES_MAX 4000

static const struct err *before(void *ctx, int64_t in_tokens, int64_t out_tokens)
{
    struct language_till *t = ctx;
    const struct language_line *l = t->line;

    return spend_reserve(t->job, &(struct spend_order){
        .service = "language", .engine = l->id, .call = t->call, .engine_name = l->name,
        .number = ++*t->number, .priced = l->priced, .currency = l->currency, .bound = t->bound,
        .micro = spend_micro(in_tokens, l->micro_in, MILLION) +
                 spend_micro(out_tokens, l->micro_out, MILLION)}, &t->spend);
}

static const struct err *after(void *ctx, bool billed, int64_t in_tokens, int64_t out_tokens)
{
    struct language_till *t = ctx;
    const struct language_line *l = t->line;
    bool told = in_tokens >= 0 && out_tokens >= 0;

    return spend_finish(t->job, t->spend, &(struct spend_used){
        .end = !billed ? SPEND_RELEASED : told ? SPEND_SETTLED : SPEND_ASSUMED,
        .micro = spend_micro(in_tokens, l->micro_in, MILLION) +
                 spend_micro(out_tokens, l->micro_out, MILLION),
        .in_tokens = in_tokens, .out_tokens = out_tokens, .sound_ms = -1});
}

static void note(struct language_till *t, const struct hash *piece)
{
    if (t->pieces.n)
        buf_char(&t->pieces, ',');
    for (size_t i = 0; i < sizeof piece->b; i++)
        buf_fmt(&t->pieces, "%02x", piece->b[i]);
}

static const struct err *find(void *ctx, struct arena *a, const struct hash *piece,
                              struct model_reply *ret, bool *ret_found)
{
    struct language_till *t = ctx;
    struct language_answer_get_out row;
    struct db *db;
    const struct err *e = job_read_begin(t->job, &db);

    *ret_found = false;
    if (e)
        return e;
    e = q_language_answer_get(db, (struct language_answer_get_in){
        t->transcript, t->line->id, str_n(piece->b, sizeof piece->b)}, &row);
    if (!e) {
        *ret = (struct model_reply){.text = str_dup(a, row.answer), .model = str_dup(a, row.model),
                                    .in_tokens = row.in_tokens, .out_tokens = row.out_tokens};
        *ret_found = true;
        note(t, piece);
    }
    job_read_end(t->job, db);
    return e == E_NOT_FOUND ? NULL : e;
}

static const struct err *keep(void *ctx, const struct hash *piece, struct str request_id,
                              const struct model_reply *reply)
{
    struct language_till *t = ctx;
    struct db *db;
    const struct err *e = job_read_begin(t->job, &db);

    if (e)
        return e;
    e = q_language_answer_put(db, (struct language_answer_put_in){
        .transcript = t->transcript, .engine = t->line->id,
        .piece = str_n(piece->b, sizeof piece->b),
        .model = reply->model.p ? reply->model : STR(""),
        .prompt_version = STR(MODEL_PROMPT_VERSION), .request_id = request_id,
        .in_tokens = reply->in_tokens, .out_tokens = reply->out_tokens, .answer = reply->text}, NULL);
    if (!e)
        e = db_commit(db);
    job_read_end(t->job, db);
    if (!e)
        note(t, piece);
    return e == E_NO_PARENT ? E_LOST : e; /* the transcript is gone */
}

void language_till_open(struct language_till *t, struct job *job, const struct language_line *line,
                        struct uuid call, struct uuid transcript, int64_t *number)
{
    *t = (struct language_till){
        .meter = {.ctx = t, .before = before, .after = after},
        .shelf = {.ctx = t, .find = find, .keep = keep},
        .job = job, .line = line, .call = call, .transcript = transcript, .number = number,
        .pieces = buf_new(job->a, PIECES_MAX)};
}

static bool cancelled(void *job)
{
    return atomic_load(&((struct job *)job)->lost);
}

struct model_run language_run_of(const struct language_line *line, struct language_till *t)
{
    return (struct model_run){
        .engine = line->engine, .context_tokens = line->context_tokens, .meter = &t->meter,
        .shelf = uuid_is_zero(t->transcript) ? NULL : &t->shelf,
        .ask = {.http = services()->http, .base_url = line->base_url, .key = line->key,
                .model = line->model, .retry_after_s = -1, .cancelled = cancelled,
                .cancelled_arg = t->job}};
}
