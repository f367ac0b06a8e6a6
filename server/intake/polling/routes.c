/* Back-fill of an integration: count first, then fetch; and what past runs found. */
#include "core/time.h"
#include "intake/polling/polling.h"
#include "intake/polling/queries.h"

#define SPAN_MAX_S (400 * 86400)

struct start_fields {
    struct str mode;
    int64_t from, to;
};

static const struct field start_in[] = {
    {"mode", FIELD_TEXT, offsetof(struct start_fields, mode), REQUIRED,
     .choices = "count|backfill",
     .doc = "count only says how many calls and recorded seconds there are"},
    {"from", FIELD_TIME, offsetof(struct start_fields, from), REQUIRED,
     .doc = "Calls that began at or after"},
    {"to", FIELD_TIME, offsetof(struct start_fields, to), OPTIONAL,
     .doc = "and before; now if left out"},
    {0},
};

static const struct err *start(struct req *rq)
{
    const struct start_fields *in = rq->in;
    int64_t to = in->to == TIME_NONE || in->to > time_now() ? time_now() : in->to;
    struct uuid id;
    const struct err *e;

    if (in->from >= to)
        return req_field(rq, "from", "Give a time before the end of the span.");
    if ((to - in->from) / TIME_S > SPAN_MAX_S)
        return req_field(rq, "from", "Give a span of at most 400 days.");
    e = polling_start(rq->db, rq->param_id[0],
                      str_is(in->mode, "count") ? POLL_COUNT : POLL_BACKFILL, in->from, to, &id);
    return e ? e : req_created(rq, id);
}

static const struct field list_in[] = {
    {"integration", FIELD_UUID, .doc = "Of this phone system alone"},
    {0},
};

static const struct route routes[] = {
    {GET, "/polls", INTEGRATIONS_READ, list_in, .sql = SQL_POLLS_LIST,
     .doc = "How often phone systems were asked for their calls and what came of it, newest first"},
    {POST, "/integrations/{integration}/polls", INTEGRATIONS_WRITE, start_in, .run = start,
     .out = "created", .creates = CREATES, .limit = LIMIT_COSTLY,
     .doc = "Ask the phone system for the calls of a span: count them, or fill back at low priority"},
    {DELETE, "/polls/{poll}", INTEGRATIONS_WRITE, .sql = SQL_POLL_RUN_STOP,
     .doc = "Stop asking; what came stays"},
    {0},
};

const struct feature polling_feature = {
    .name = "polling", .doc = "Asking phone systems for their calls.", .routes = routes,
    .jobs = polling_jobs,
};
