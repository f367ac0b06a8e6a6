/* Reserving and settling. Called by jobs before and after each request that costs something. Sums are
 * locked in one order (call, day, month), so nobody waits in a circle. */
#include "money/spend/spend.h"

#include "jobs/jobs.h"
#include "money/spend/queries.h"

const struct err E_BOUND[1] = {{"bound", 402, "More than was agreed to be spent on this"}};

#define EXPIRES_S 3600 /* longer than any one request may take */
#define MICRO_MAX (INT64_MAX / 4)

int64_t spend_micro(int64_t units, int64_t micro, int64_t per)
{
    __int128 x;

    if (units <= 0 || micro <= 0 || per <= 0)
        return 0;
    x = ((__int128)units * micro + per - 1) / per;
    return x > MICRO_MAX ? MICRO_MAX : (int64_t)x;
}

struct str spend_text(struct arena *a, int64_t micro, struct str currency)
{
    struct str s = str_fmt(a, "%lld.%06lld", (long long)(micro / 1000000),
                           (long long)(micro % 1000000));

    for (int i = 0; i < 4 && s.p[s.n - 1] == '0'; i++)
        s.n--;
    return str_fmt(a, "%.*s %.*s", STR_ARG(s), STR_ARG(currency));
}

static int64_t left_of(int64_t cap, int64_t spent)
{
    return cap == SQL_NULL ? -1 : spent >= cap ? 0 : cap - spent;
}

const struct err *spend_left(struct db *db, struct spend_left *ret)
{
    struct spend_left_out row;
    const struct err *e = q_spend_left(db, &row);

    *ret = (struct spend_left){.currency = STR_NONE, .day = -1, .month = -1, .call = -1};
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    *ret = (struct spend_left){row.currency, left_of(row.day_micro, row.day_spent),
                               left_of(row.month_micro, row.month_spent), left_of(row.call_micro, 0)};
    return NULL;
}

/* ---- ending ---- */

static const struct err *shift(struct db *db, const struct spend_open_out *row, int64_t by)
{
    const struct str scopes[] = {row->bound_scope, row->call_scope, row->day_scope, row->month_scope};
    const struct err *e = NULL;

    for (size_t i = 0; !e && row->currency.p && by && i < 4; i++)
        if (scopes[i].n)
            e = q_spend_sum_shift(db, (struct spend_sum_shift_in){scopes[i], row->currency, by}, NULL);
    return e;
}

static int64_t known(int64_t n)
{
    return n < 0 ? SQL_NULL : n;
}

static const struct err *end(struct db *db, struct uuid id, const struct spend_used *u)
{
    static const char *const STATES[] = {"settled", "assumed", "released"};
    struct spend_open_out row;
    int64_t micro;
    const struct err *e = q_spend_open(db, (struct spend_open_in){id}, &row);

    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* it has ended */
    micro = u->end == SPEND_RELEASED                      ? 0
            : u->end == SPEND_ASSUMED || u->micro < 0     ? row.micro
                                                          : u->micro;
    e = shift(db, &row, micro - row.micro);
    return e ? e : q_spend_end(db, (struct spend_end_in){
        .spend = id, .state = str_of(STATES[u->end]), .micro = micro,
        .in_tokens = known(u->in_tokens), .out_tokens = known(u->out_tokens),
        .sound_ms = known(u->sound_ms)}, NULL);
}

const struct err *spend_finish(struct job *job, struct uuid id, const struct spend_used *used)
{
    struct db *db;
    const struct err *e;

    if (uuid_is_zero(id))
        return NULL;
    e = job_read_begin(job, &db);
    if (e)
        return e;
    e = end(db, id, used);
    if (!e)
        e = db_commit(db);
    job_read_end(job, db);
    return e;
}

/* What dead workers left: each in a transaction of its own, for each locks other sums. */
static const struct err *settle_stale(struct job *job)
{
    static const struct spend_used ASSUMED = {.end = SPEND_ASSUMED, .in_tokens = -1,
                                              .out_tokens = -1, .sound_ms = -1};
    struct spend_stale_out *rows;
    struct db *db;
    size_t n = 0;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = q_spend_stale(db, (struct spend_stale_in){job->id, job->token}, &rows, &n);
    job_read_end(job, db);
    for (size_t i = 0; !e && i < n; i++)
        e = spend_finish(job, rows[i].id, &ASSUMED);
    return e;
}

/* ---- reserving ---- */

static const struct err *too_much(struct db *db, const struct spend_order *o, struct str scope,
                                  const char *what, int64_t cap)
{
    struct arena *a = db_arena(db);
    struct spend_sum_read_out row = {0};

    if (q_spend_sum_read(db, (struct spend_sum_read_in){scope, o->currency}, &row))
        row.micro = 0;
    return err_why(a, E_CAPPED,
                   "%.*s was not asked: up to %.*s more would pass the cap of %.*s for %s, of which "
                   "%.*s are spent or reserved. Raise the cap in Settings, Engines, or wait.",
                   STR_ARG(o->engine_name), STR_ARG(spend_text(a, o->micro, o->currency)),
                   STR_ARG(spend_text(a, cap, o->currency)), what,
                   STR_ARG(spend_text(a, row.micro, o->currency)));
}

static const struct err *fits(struct db *db, const struct spend_terms_out *t,
                              const struct spend_order *o)
{
    struct arena *a = db_arena(db);

    if (t->day_micro == SQL_NULL && t->month_micro == SQL_NULL && t->call_micro == SQL_NULL)
        return NULL;
    if (!o->priced)
        return err_why(a, E_CAPPED,
                       "%.*s was not asked: there is a spending cap, and no price of this engine to "
                       "hold it by. Give its price in Settings, Engines.", STR_ARG(o->engine_name));
    if (!str_eq(t->currency, o->currency))
        return err_why(a, E_CAPPED,
                       "%.*s was not asked: its price is in %.*s and the spending cap in %.*s. Give "
                       "both in one currency in Settings, Engines.",
                       STR_ARG(o->engine_name), STR_ARG(o->currency), STR_ARG(t->currency));
    return NULL;
}

/* Before the caps, so that all lock in one order. */
static const struct err *take_bound(struct db *db, const struct spend_order *o)
{
    const struct spend_bound *b = &o->bound;
    struct arena *a = db_arena(db);
    int64_t n = 0;
    const struct err *e;

    if (!b->scope.n)
        return NULL;
    if (!o->priced || !str_eq(o->currency, b->currency))
        return err_why(a, E_BOUND, "%.*s has no price in %.*s any more to hold what was agreed by.",
                       STR_ARG(o->engine_name), STR_ARG(b->currency));
    e = q_spend_sum_add(db, (struct spend_sum_add_in){b->scope, o->currency, o->micro, b->micro}, &n);
    if (!e && !n)
        e = err_why(a, E_BOUND, "Asking %.*s once more could cost %.*s, and with it more than the %.*s that were agreed.",
                    STR_ARG(o->engine_name), STR_ARG(spend_text(a, o->micro, o->currency)),
                    STR_ARG(spend_text(a, b->micro, b->currency)));
    return e;
}

static const struct err *take(struct db *db, const struct spend_terms_out *t,
                              const struct spend_order *o)
{
    const struct {
        struct str scope;
        const char *what;
        int64_t cap;
    } SUMS[] = {{t->call_scope, "one call", t->call_micro},
                {t->day_scope, "one day", t->day_micro},
                {t->month_scope, "one month", t->month_micro}};
    const struct err *e = fits(db, t, o);
    int64_t n = 0;

    for (size_t i = 0; !e && o->priced && i < 3; i++) {
        e = q_spend_sum_add(db, (struct spend_sum_add_in){SUMS[i].scope, o->currency, o->micro,
                                                          SUMS[i].cap}, &n);
        if (!e && !n)
            e = too_much(db, o, SUMS[i].scope, SUMS[i].what, SUMS[i].cap);
    }
    return e;
}

static const struct err *reserve(struct db *db, const struct job *job, const struct spend_order *o,
                                 struct uuid id)
{
    struct spend_terms_out terms;
    char text[UUID_TEXT];
    const struct err *e = q_spend_terms(db, (struct spend_terms_in){o->call}, &terms);

    if (!e)
        e = take_bound(db, o);
    if (!e)
        e = take(db, &terms, o);
    return e ? e : q_spend_add(db, (struct spend_add_in){
        .id = id, .service = str_of(o->service), .engine = o->engine, .call = o->call,
        .event = str_fmt(db_arena(db), "%s|%lld|%lld", uuid_text(job->id, text).p,
                         (long long)job->token, (long long)o->number),
        .job = job->id, .run = job->token, .day = terms.day,
        .currency = o->priced ? o->currency : STR_NONE, .micro = o->priced ? o->micro : 0, .bound = o->bound.scope,
        .expires_s = EXPIRES_S}, NULL);
}

const struct err *spend_reserve(struct job *job, const struct spend_order *order,
                                struct uuid *ret_id)
{
    struct db *db;
    const struct err *e = settle_stale(job);

    *ret_id = uuid_new();
    if (!e)
        e = job_read_begin(job, &db);
    if (e)
        return e;
    e = reserve(db, job, order, *ret_id);
    if (!e)
        e = db_commit(db);
    job_read_end(job, db); /* what is not committed is undone */
    return e;
}
