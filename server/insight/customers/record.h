/* The record of one contact: what holds for each field. Pure. */
#ifndef RINGSIGHT_INSIGHT_CUSTOMERS_RECORD_H
#define RINGSIGHT_INSIGHT_CUSTOMERS_RECORD_H

#include "core/time.h"
#include "insight/customers/fields.h"

/* What one call told. */
struct customer_heard {
    struct uuid call;
    int64_t started_at;
    struct str key, said, value, spans; /* value STR_NONE: unreadable */
};

/* What a person did: at STR_NONE state nothing. */
struct customer_word {
    struct str state; /* "edited", "kept", "cleared" */
    struct str value;
    struct uuid call; /* of "kept" */
    int64_t at;
    struct str by; /* their name */
};

struct customer_value {
    const char *state; /* "missing", "heard", "unreadable", "edited", "kept", "cleared" */
    struct str value;  /* as shown, STR_NONE where there is none */
    struct uuid call;  /* the call it came from */
    bool conflict;     /* other calls say otherwise: any, or after a person's word those since then */
    size_t n_heard;
    const struct customer_heard *heard; /* the field's, newest call first */
};

/* What holds for a field. A person's word stands above all calls; else the newest call whose value can
 * be read; of two at the same time the one with the greater id. Does not depend on the order of
 * `heard`. */
struct customer_value record_value(struct arena *a, struct str key,
                                   const struct customer_heard *heard, size_t n,
                                   struct customer_word word);

#endif
