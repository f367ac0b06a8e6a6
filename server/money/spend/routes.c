/* Caps, and what today cost. */
#include "http/http.h"
#include "money/spend/queries.h"
#include "money/spend/spend.h"

#define CAP_MAX 1000000000000000

struct cap_fields {
    struct str currency;
    int64_t day_micro, month_micro, call_micro;
};

static const struct field cap_in[] = {
    {"currency", FIELD_TEXT, offsetof(struct cap_fields, currency), REQUIRED, .min = 3, .max = 3,
     .doc = "Like USD; the engines' prices must be in it"},
    {"day_micro", FIELD_INT, offsetof(struct cap_fields, day_micro), OPTIONAL, .min = -1,
     .max = CAP_MAX, .doc = "Millionths of the currency for all calls of a day; -1: no cap"},
    {"month_micro", FIELD_INT, offsetof(struct cap_fields, month_micro), OPTIONAL, .min = -1,
     .max = CAP_MAX, .doc = "The same for a month"},
    {"call_micro", FIELD_INT, offsetof(struct cap_fields, call_micro), OPTIONAL, .min = -1,
     .max = CAP_MAX, .doc = "The same for one call"},
    {0},
};

static const struct err *set(struct req *rq)
{
    const struct cap_fields *in = rq->in;
    struct spend_cap_set_in row = {
        .currency = in->currency,
        .day_micro = in->day_micro < 0 ? SQL_NULL : in->day_micro,
        .month_micro = in->month_micro < 0 ? SQL_NULL : in->month_micro,
        .call_micro = in->call_micro < 0 ? SQL_NULL : in->call_micro};
    int64_t n = 0;
    const struct err *e = req_if_match(rq, &row.version);

    for (size_t i = 0; i < 3; i++)
        if (in->currency.p[i] < 'A' || in->currency.p[i] > 'Z')
            return req_field(rq, "currency", "Give three capital letters, like USD.");
    if (!e)
        e = q_spend_cap_set(rq->db, row, &n);
    if (!e && !n)
        e = E_STALE;
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/spend", INTEGRATIONS_READ, .sql = SQL_SPEND_TODAY,
     .doc = "What engines of others cost today and this month, and the caps"},
    {PUT, "/spend-cap", INTEGRATIONS_WRITE, cap_in, .run = set,
     .doc = "Sets the caps; needs If-Match with the version of GET /spend, 0 where none is set"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define MAYBE "{\"type\":[\"string\",\"null\"]}"
#define NUMBER "{\"type\":\"integer\"}"

static const struct schema schemas[] = {
    {"spend_sums",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"currency\",\"today_micro\","
     "\"month_micro\"],\"properties\":{\"currency\":" TEXT ",\"today_micro\":" NUMBER
     ",\"month_micro\":" NUMBER "}}}"},
    {"spend_engines",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"engine_id\",\"name\","
     "\"service\",\"currency\",\"micro\",\"requests\",\"open\",\"assumed\",\"in_tokens\","
     "\"out_tokens\",\"sound_ms\"],\"properties\":{\"engine_id\":" TEXT ",\"name\":" TEXT
     ",\"service\":" TEXT ",\"currency\":" MAYBE ",\"micro\":" NUMBER ",\"requests\":" NUMBER
     ",\"open\":" NUMBER ",\"assumed\":" NUMBER ",\"in_tokens\":" NUMBER ",\"out_tokens\":" NUMBER
     ",\"sound_ms\":" NUMBER "}}}"},
    {0},
};

const struct feature spend_feature = {
    .name = "spend", .doc = "What engines of others cost, and the caps.", .routes = routes,
    .schemas = schemas,
};
