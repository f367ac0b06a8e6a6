/* Which value of a customer's field holds. Called when a contact is shown, and for the name of one that
 * calls made. */
#include "insight/customers/record.h"

#include <stdlib.h>
#include <string.h>

static int newest_first(const void *x, const void *y)
{
    const struct customer_heard *a = x, *b = y;

    if (a->started_at != b->started_at)
        return a->started_at > b->started_at ? -1 : 1;
    return -memcmp(&a->call, &b->call, sizeof a->call);
}

static struct customer_heard *of_key(struct arena *a, struct str key,
                                     const struct customer_heard *heard, size_t n, size_t *ret_n)
{
    struct customer_heard *v = ARENA_ARRAY(a, n, struct customer_heard);

    *ret_n = 0;
    for (size_t i = 0; i < n; i++)
        if (str_eq(heard[i].key, key))
            v[(*ret_n)++] = heard[i];
    if (*ret_n)
        qsort(v, *ret_n, sizeof *v, newest_first);
    return v;
}

/* Whether a call since `since` says something else. */
static bool contradicted(const struct customer_value *x, int64_t since)
{
    for (size_t i = 0; i < x->n_heard; i++)
        if (x->heard[i].value.p && x->heard[i].started_at > since &&
            !str_case_eq(x->heard[i].value, x->value.p ? x->value : STR("")))
            return true;
    return false;
}

struct customer_value record_value(struct arena *a, struct str key,
                                   const struct customer_heard *heard, size_t n,
                                   struct customer_word word)
{
    struct customer_value x = {.state = "missing"};

    x.heard = of_key(a, key, heard, n, &x.n_heard);
    if (word.state.p) {
        x.state = str_c(a, word.state);
        x.value = str_is(word.state, "cleared") ? STR_NONE : word.value;
        x.call = word.call;
        x.conflict = contradicted(&x, word.at);
        return x;
    }
    for (size_t i = 0; i < x.n_heard; i++)
        if (x.heard[i].value.p) {
            x.state = "heard";
            x.value = x.heard[i].value;
            x.call = x.heard[i].call;
            x.conflict = contradicted(&x, TIME_NONE);
            return x;
        }
    if (x.n_heard) {
        x.state = "unreadable";
        x.call = x.heard[0].call;
    }
    return x;
}
