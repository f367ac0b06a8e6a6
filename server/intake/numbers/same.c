/* See same.h. Called by the job in link.c and by the tests. */
#include "intake/numbers/same.h"

#include <string.h>

#include "core/phone.h"
#include "core/time.h"

#define CLOCKS_DIFFER (10 * TIME_S)

static bool goes_the_same_way(enum call_direction x, enum call_direction y)
{
    if (x == CALL_INTERNAL || y == CALL_INTERNAL)
        return false;
    return x == y || x == CALL_UNKNOWN || y == CALL_UNKNOWN;
}

static int64_t length(const struct same_call *c)
{
    return c->ended > c->started ? c->ended - c->started : 0;
}

bool same_call(const struct same_call *x, const struct same_call *y)
{
    int64_t from = x->started > y->started ? x->started : y->started;
    int64_t to = x->ended < y->ended ? x->ended : y->ended;
    int64_t shorter = length(x) < length(y) ? length(x) : length(y);

    if (x->alone || y->alone || uuid_eq(x->integration, y->integration) ||
        !goes_the_same_way(x->direction, y->direction) || !phone_alike(x->number, y->number))
        return false;
    if (!uuid_is_zero(x->agent) && !uuid_is_zero(y->agent) && !uuid_eq(x->agent, y->agent))
        return false;
    return to - from + CLOCKS_DIFFER >= shorter / 2;
}

static int worth(const struct same_call *c)
{
    return (uuid_is_zero(c->agent) ? 0 : 4) + (c->has_recording ? 2 : 0) + (c->has_agent_key ? 1 : 0);
}

static int key_order(const struct same_call *x, const struct same_call *y)
{
    size_t n = x->call_key.n < y->call_key.n ? x->call_key.n : y->call_key.n;
    int order = memcmp(&x->integration, &y->integration, sizeof x->integration);

    if (!order && n)
        order = memcmp(x->call_key.p, y->call_key.p, n);
    return order ? order : (x->call_key.n > y->call_key.n) - (x->call_key.n < y->call_key.n);
}

static bool counts_before(const struct same_call *x, const struct same_call *y)
{
    if (worth(x) != worth(y))
        return worth(x) > worth(y);
    if (x->talk != y->talk)
        return x->talk > y->talk;
    if (x->started != y->started)
        return x->started < y->started;
    return key_order(x, y) < 0;
}

size_t same_group(struct arena *a, struct same_call *v, size_t n, size_t x)
{
    size_t *open = ARENA_ARRAY(a, n, size_t), n_open = 1, best = x;

    open[0] = x;
    v[x].in_group = true;
    while (n_open) {
        size_t at = open[--n_open];
        if (counts_before(&v[at], &v[best]))
            best = at;
        for (size_t i = 0; i < n; i++)
            if (!v[i].in_group && same_call(&v[at], &v[i])) {
                v[i].in_group = true;
                open[n_open++] = i;
            }
    }
    return best;
}
