/* Recordings of the past as Opus: counted first, then converted, and what earlier walks did. */
#include "intake/conversions/conversions.h"
#include "intake/conversions/queries.h"

struct start_fields {
    struct str mode;
};

static const struct field start_in[] = {
    {"mode", FIELD_TEXT, offsetof(struct start_fields, mode), REQUIRED, .choices = "count|convert",
     .doc = "count only says how many recordings would be written as Opus, and about how many bytes"},
    {0},
};

static const struct err *start(struct req *rq)
{
    const struct start_fields *in = rq->in;
    struct conversion_add_in row = {.id = uuid_new(), .mode = in->mode, .account = rq->who.account,
                                    .by_name = rq->who.name.n ? rq->who.name : STR("an API key")};
    int64_t added = 0;
    const struct err *e = q_conversion_add(rq->db, row, &added);

    if (!e && !added)
        return err_why(rq->a, E_IN_USE, "Recordings are gone through already: wait for the end or stop it.");
    if (!e)
        e = conversions_add_step(rq->db, row.id, NULL, NULL, 0);
    return e ? e : req_created(rq, row.id);
}

static const struct route routes[] = {
    {GET, "/recording-conversions", INTEGRATIONS_READ, .sql = SQL_CONVERSIONS_LIST,
     .doc = "How often past recordings were counted or written as Opus and what came of it, newest first"},
    {POST, "/recording-conversions", INTEGRATIONS_WRITE, start_in, .run = start, .out = "created",
     .creates = CREATES, .limit = LIMIT_COSTLY,
     .doc = "Count the past recordings that no browser plays, or that the policies in force keep as "
            "Opus; or write them as Opus, at low priority"},
    {DELETE, "/recording-conversions/{conversion}", INTEGRATIONS_WRITE, .sql = SQL_CONVERSION_STOP,
     .doc = "Stop; the few that were begun are written"},
    {0},
};

const struct feature conversions_feature = {
    .name = "conversions", .doc = "Recordings of the past written as Opus.", .routes = routes,
    .jobs = conversions_jobs,
};
