/* Where numbers are read, and taking calls apart that were linked. */
#include "core/phone.h"
#include "intake/numbers/inner.h"
#include "intake/numbers/queries.h"
#include "live/live.h"

struct region_fields {
    struct str region;
};

static const struct field region_in[] = {
    {"region", FIELD_TEXT, offsetof(struct region_fields, region), REQUIRED, .max = 2,
     .doc = "Two capital letters (ISO 3166), such as IN; empty: that of the tenant's time zone"},
    {0},
};

static const struct err *show(struct req *rq)
{
    struct numbers_facts_out row;
    struct jw w = jw_new(rq->a);
    const struct err *e = q_numbers_facts(rq->db, &row);
    struct str of_zone;

    if (e)
        return e;
    of_zone = phone_region_of_zone(rq->a, row.zone);
    jw_open(&w, '{');
    jw_key(&w, "region");
    jw_text(&w, row.region.p ? row.region : STR(""));
    jw_key(&w, "of_zone");
    jw_text(&w, of_zone);
    jw_key(&w, "used");
    jw_text(&w, row.region.n ? row.region : of_zone);
    jw_key(&w, "zone");
    jw_text(&w, row.zone);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *set(struct req *rq)
{
    const struct region_fields *in = rq->in;
    const struct err *e;

    if (in->region.n && !phone_region_known(in->region))
        return req_field(rq, "region", "Give the two capital letters of a country, such as IN or "
                         "GB, or leave it empty.");
    e = q_numbers_region_put(rq->db, (struct numbers_region_put_in){
        in->region.n ? in->region : STR_NONE}, NULL);
    if (!e)
        e = numbers_again(rq->db, (struct uuid){{0}});
    return e ? e : show(rq);
}

static const struct err *cut(struct req *rq)
{
    struct uuid call = rq->param_id[0];
    struct link_cut_out row;
    const struct err *e = q_link_cut(rq->db, (struct link_cut_in){call, req_scope(rq)}, &row);

    if (!e)
        e = live_note(rq->db, "call.updated", call, row.agent_id);
    if (!e)
        e = live_note(rq->db, "call.updated", row.same_as, row.agent_id);
    if (!e)
        e = link_follow(rq->db, row.same_as);
    if (!e)
        e = link_follow(rq->db, call);
    return e ? e : req_none(rq);
}

static const struct err *again(struct req *rq)
{
    struct uuid call = rq->param_id[0];
    struct link_again_out row;
    const struct err *e = q_link_again(rq->db, (struct link_again_in){call, req_scope(rq)}, &row);

    if (!e)
        e = numbers_look(rq->db, call);
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/numbers", CALLS_READ, .run = show, .out = "numbers",
     .doc = "In which country numbers without one are read"},
    {PUT, "/numbers", INTEGRATIONS_WRITE, region_in, .run = set, .out = "numbers",
     .doc = "Change it; stored calls are read anew, at low priority"},
    {DELETE, "/calls/{call}/link", CALLS_WRITE, .run = cut,
     .doc = "A call that stands beneath one of another phone system stands for itself again, for good"},
    {POST, "/calls/{call}/link", CALLS_WRITE, .run = again,
     .doc = "Look again whether another phone system told of this call too"},
    {0},
};

static const struct schema schemas[] = {
    {"numbers",
     "{\"type\":\"object\",\"required\":[\"region\",\"of_zone\",\"used\",\"zone\"],\"properties\":{"
     "\"region\":{\"type\":\"string\"},\"of_zone\":{\"type\":\"string\"},"
     "\"used\":{\"type\":\"string\"},\"zone\":{\"type\":\"string\"}}}"},
    {0},
};

const struct feature numbers_feature = {
    .name = "numbers", .doc = "Customers' numbers in one form, and calls that two phone systems told of.",
    .routes = routes, .jobs = numbers_jobs, .schemas = schemas,
};
