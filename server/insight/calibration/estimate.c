/* What judging calls again would cost, by the tenant's first language engine at its price of today, before anything is
 * asked. Called by the routes and by `ringsight admin rerun`. Tokens are counted as reservations count them, a third
 * too high for English; what an answer will have is a guess: so "about". */
#include "core/json.h"
#include "insight/calibration/inner.h"
#include "insight/calibration/rerun_int.h"

#define MILLION 1000000

static const struct err *count(struct arena *a, const struct rerun *r, const struct card *card, struct rerun_estimate *x)
{
    int64_t head = 0;

    for (size_t i = 0; i < r->n; i++) {
        struct score_size size;
        int64_t micro, most;
        const struct err *e = score_size(a, card, &r->talks[i].talk, &size);

        if (e)
            return e;
        x->calls++;
        x->seconds += r->calls[i].seconds;
        if (!x->by.any || !size.questions)
            continue;
        micro = spend_micro(size.in_tokens * r->times, x->by.micro_in, MILLION) +
                spend_micro(size.out_tokens * r->times, x->by.micro_out, MILLION);
        x->requests += r->times;
        x->in_tokens += size.in_tokens * r->times;
        x->out_tokens += size.out_tokens * r->times;
        x->micro += micro;
        x->most_call = micro > x->most_call ? micro : x->most_call;
        most = spend_micro(size.most_in, x->by.micro_in, MILLION) + spend_micro(size.most_out, x->by.micro_out, MILLION);
        head = most > head ? most : head;
    }
    x->most_micro = x->requests ? x->micro + head : 0;
    return NULL;
}

static bool within(int64_t micro, int64_t left)
{
    return left < 0 || micro <= left;
}

static bool fits(const struct rerun_estimate *x)
{
    if (!x->requests || !x->left.currency.n)
        return true;
    /* Where there is a cap, nothing is asked without a price in its currency. */
    return x->by.priced && str_eq(x->by.currency, x->left.currency) && within(x->micro, x->left.day) &&
           within(x->micro, x->left.month) && within(x->most_call, x->left.call);
}

const struct err *rerun_reckon(struct db *db, const struct rerun *r, struct rerun_estimate *ret)
{
    struct arena *a = db_arena(db);
    struct card *card = ARENA_NEW(a, struct card);
    const struct err *e = card_parse(a, r->card, card);

    *ret = (struct rerun_estimate){.calls = 0};
    if (!e)
        e = language_first(db, &ret->by);
    if (!e)
        e = spend_left(db, &ret->left);
    if (!e)
        e = count(a, r, card, ret);
    ret->fits = fits(ret);
    return e;
}

static void put_int(struct jw *w, const char *key, int64_t n)
{
    jw_key(w, key);
    jw_int(w, n);
}

/* Null where there is none. */
static void put_text(struct jw *w, const char *key, struct str s)
{
    jw_key(w, key);
    if (s.n)
        jw_text(w, s);
    else
        jw_raw(w, STR("null"));
}

static void put_left(struct jw *w, const char *key, int64_t n)
{
    jw_key(w, key);
    if (n < 0)
        jw_raw(w, STR("null"));
    else
        jw_int(w, n);
}

struct str rerun_estimate_json(struct arena *a, const struct rerun_estimate *x)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    put_text(&w, "engine", x->by.any ? x->by.name : STR_NONE);
    put_int(&w, "calls", x->calls);
    put_int(&w, "seconds", x->seconds);
    put_int(&w, "requests", x->requests);
    put_int(&w, "in_tokens", x->in_tokens);
    put_int(&w, "out_tokens", x->out_tokens);
    put_left(&w, "micro", x->by.priced || !x->requests ? x->micro : -1);
    put_left(&w, "most_micro", x->by.priced || !x->requests ? x->most_micro : -1);
    put_text(&w, "currency", x->by.currency);
    put_text(&w, "price_since", x->by.since);
    put_text(&w, "cap_currency", x->left.currency);
    put_left(&w, "left_today_micro", x->left.day);
    put_left(&w, "left_month_micro", x->left.month);
    put_left(&w, "cap_call_micro", x->left.call);
    jw_key(&w, "fits");
    jw_bool(&w, x->fits);
    put_text(&w, "text", rerun_estimate_text(a, x));
    jw_close(&w, '}');
    return jw_done(&w);
}

static void put_caps(struct buf *b, const struct rerun_estimate *x)
{
    struct arena *a = b->a;
    const struct spend_left *l = &x->left;

    if (!l->currency.n || (l->day < 0 && l->month < 0 && l->call < 0)) {
        buf_fmt(b, " No cap is set.");
        return;
    }
    buf_fmt(b, " The caps leave");
    if (l->day >= 0)
        buf_fmt(b, " %.*s today", STR_ARG(spend_text(a, l->day, l->currency)));
    if (l->month >= 0)
        buf_fmt(b, "%s %.*s this month", l->day >= 0 ? " and" : "", STR_ARG(spend_text(a, l->month, l->currency)));
    if (l->call >= 0)
        buf_fmt(b, "%s %.*s for each call", l->day >= 0 || l->month >= 0 ? ", and" : "",
                STR_ARG(spend_text(a, l->call, l->currency)));
    buf_fmt(b, x->fits ? "." : ": too little, so it would stop on the way.");
}

struct str rerun_estimate_text(struct arena *a, const struct rerun_estimate *x)
{
    struct buf b = buf_new(a, 1000);
    const char *calls = x->calls == 1 ? "call" : "calls";

    if (!x->calls)
        return STR("The machine has judged no call by this version yet.");
    if (!x->by.any)
        buf_fmt(&b, "%lld %s, judged by the built-in engine: this costs nothing.", (long long)x->calls, calls);
    else if (!x->requests)
        buf_fmt(&b, "%lld %s: rules decide every question, so %.*s is not asked and this costs nothing.",
                (long long)x->calls, calls, STR_ARG(x->by.name));
    else
        buf_fmt(&b, "%lld %s (%lld min of sound): %.*s is asked %lld times, with about %lld tokens in and %lld out.",
                (long long)x->calls, calls, (long long)(x->seconds + 59) / 60, STR_ARG(x->by.name),
                (long long)x->requests, (long long)x->in_tokens, (long long)x->out_tokens);
    if (!x->requests)
        return buf_str(&b);
    if (x->by.priced)
        buf_fmt(&b, " That is about %.*s at its price since %.*s; to get all done, allow %.*s.",
                STR_ARG(spend_text(a, x->micro, x->by.currency)), STR_ARG(x->by.since),
                STR_ARG(spend_text(a, x->most_micro, x->by.currency)));
    else
        buf_fmt(&b, " What that costs is not known: it has no price (Settings, Engines).");
    put_caps(&b, x);
    return buf_str(&b);
}
