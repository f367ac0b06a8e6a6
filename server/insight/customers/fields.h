/* The fields of a tenant's customers, values by their types, and finding them in a call. Pure. */
#ifndef RINGSIGHT_INSIGHT_CUSTOMERS_FIELDS_H
#define RINGSIGHT_INSIGHT_CUSTOMERS_FIELDS_H

#include "core/json.h"
#include "insight/trackers/trackers.h"

#define FIELDS_MAX 40
#define FIELD_SAID_MAX 400 /* bytes */

struct customer_field {
    struct str key, label;
    struct str type;    /* text number money date email phone choice yes_no */
    struct str finder;  /* a finder of the built-in engine ("name" ...), "phrases", "pattern", "none" */
    struct str speaker; /* who says the phrase: anyone agent customer */
    struct str help;    /* for language engines: what to look for */
    struct str patterns; /* JSON */
    const struct tracker *tracker; /* of phrases and pattern */
    size_t n_choices;
    struct str *choices;
    bool required;
};

struct customer_fields {
    int64_t version; /* 0: those that come with the product */
    size_t n;
    struct customer_field *v;
};

/* Those of a tenant that has edited nothing, as JSON. */
extern const char fields_default[];

/* Reads a list of fields and checks all of it, also that its phrases and patterns compile. E_BAD_INPUT
 * with a why that names the field and the cure. */
const struct err *fields_read(struct arena *a, struct str json, int64_t version,
                              struct customer_fields *ret) MUST_USE;
/* NULL if there is none with this key. */
const struct customer_field *fields_get(const struct customer_fields *f, struct str key);

/* Where and when something is said: days since 1970 where the tenant is, and the region of numbers. */
struct customer_place {
    int64_t today;
    struct str region;
};

/* What a text means as a value of this field, in one form: "250000 GBP", "2026-03-04", "+4479...",
 * "yes". STR_NONE: it cannot be read as one. */
struct str field_value(struct arena *a, const struct customer_field *f, struct customer_place at,
                       struct str said);
/* What a value of the field's type looks like, for whoever wrote one that cannot be read. */
const char *field_cure(const struct customer_field *f);

struct customer_found {
    const struct customer_field *field;
    struct str said;  /* 1..FIELD_SAID_MAX bytes */
    struct str value; /* STR_NONE: unreadable */
    struct str spans; /* JSON, as in analyses */
};

/* What a call tells, in the order of the fields: at most one value each. `analysis`: the stored
 * analysis, may be NULL. ret has room for fields->n. */
size_t fields_find(struct arena *a, const struct customer_fields *fields,
                   const struct conversation *c, const struct json *analysis,
                   struct customer_place at, struct customer_found *ret);

#endif
