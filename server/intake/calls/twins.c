/* Calls told twice under different keys: 3CX's template posts have no call id, its call log has. What
 * was asked for and is known already from what was sent is dropped, so that the nightly look adds
 * only what is missing. Called by the inbox and by polling inside their transactions. */
#include <stdlib.h>
#include <string.h>

#include "intake/calls/calls.h"
#include "intake/calls/fold.h"
#include "intake/calls/queries.h"

static int by_key(const void *x, const void *y)
{
    const struct str *a = &((const struct call_event *)x)->call_key;
    const struct str *b = &((const struct call_event *)y)->call_key;
    size_t n = a->n < b->n ? a->n : b->n;
    int order = n ? memcmp(a->p, b->p, n) : 0;

    return order ? order : (a->n > b->n) - (a->n < b->n);
}

struct taken {
    struct buf ids; /* of calls that stand for one asked for already, as JSON */
    size_t n;
};

static const struct err *is_told(struct db *db, struct uuid integration,
                                 const struct call_event *events, size_t n, struct taken *taken,
                                 bool *ret)
{
    struct call_twin_out twin;
    struct call_row row;
    char id[UUID_TEXT];
    const struct err *e;

    *ret = false;
    call_fold(db_arena(db), events, n, &row);
    if (row.started == TIME_NONE || (!row.customer_number.n && !row.agent.n))
        return NULL;
    e = q_call_twin(db, (struct call_twin_in){
        .integration = integration, .call_key = row.call_key, .started = row.started,
        .ended = row.ended, .agent = row.agent.p ? row.agent : STR(""),
        .number = row.customer_number.p ? row.customer_number : STR(""),
        .taken = str_fmt(db_arena(db), "[%.*s]", STR_ARG(buf_str(&taken->ids)))}, &twin);
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    buf_fmt(&taken->ids, "%s\"%s\"", taken->n++ ? "," : "", uuid_text(twin.id, id).p);
    *ret = true;
    return NULL;
}

const struct err *calls_drop_twins(struct db *db, struct uuid integration, struct call_event *events,
                                   size_t *n)
{
    struct taken taken = {buf_new(db_arena(db), 1u << 20), 0};
    size_t kept = 0, end;
    const struct err *e = NULL;
    bool told;

    if (*n)
        qsort(events, *n, sizeof *events, by_key);
    for (size_t i = 0; i < *n && !e; i = end) {
        for (end = i + 1; end < *n && str_eq(events[end].call_key, events[i].call_key); end++)
            ;
        e = is_told(db, integration, events + i, end - i, &taken, &told);
        for (size_t k = i; k < end && !e && !told; k++)
            events[kept++] = events[k];
    }
    *n = kept;
    return e;
}
