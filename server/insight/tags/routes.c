/* The tags of calls: put on, taken off; and the tenant's list of them. */
#include "insight/tags/many.h"
#include "insight/tags/queries.h"
#include "insight/tags/tags.h"
#include "live/live.h"

struct tag_in {
    struct str tag;
};

static const struct field tag_in[] = {
    {"tag", FIELD_TEXT, offsetof(struct tag_in, tag), REQUIRED, .min = 1, .max = 200,
     .doc = "At most 40 letters; kept in lower case"},
    {0},
};

static const struct err *in_list(struct req *rq, struct str name)
{
    struct tag_count_out have;
    const struct err *e = q_tag_count(rq->db, (struct tag_count_in){name}, &have);

    if (!e && !have.known && have.n >= TAGS_MAX)
        return req_field(rq, "tag", "There are %d tags already: take one of them, or remove one from the list.", TAGS_MAX);
    return e ? e : q_tag_insert(rq->db, (struct tag_insert_in){name}, NULL);
}

static const struct err *add(struct req *rq)
{
    const struct tag_in *in = rq->in;
    struct str name = tag_of(rq->a, in->tag);
    struct tag_put_out row;
    struct call_tag_add_out of;
    const struct err *e;

    if (!name.p)
        return req_field(rq, "tag", "At most %d letters.", TAG_MAX);
    if (!name.n)
        return req_field(rq, "tag", "This is needed.");
    e = q_tag_put(rq->db, (struct tag_put_in){rq->param_id[0], req_scope(rq), name}, &row);
    if (e || row.had)
        return e ? e : req_none(rq);
    if (row.tags >= CALL_TAGS)
        return req_field(rq, "tag", "The call has %d tags: take one off first.", CALL_TAGS);
    e = in_list(rq, name);
    if (!e)
        e = q_call_tag_add(rq->db, (struct call_tag_add_in){rq->param_id[0], name}, &of);
    if (!e)
        e = tag_follow(rq->db, rq->param_id[0]);
    if (!e)
        e = live_note(rq->db, "call.changed", rq->param_id[0], of.agent_id);
    return e ? e : req_none(rq);
}

static const struct err *take_off(struct req *rq)
{
    struct call_tag_remove_out of;
    struct str text;
    const struct err *e = req_param_text(rq, 1, &text);

    if (!e)
        e = q_call_tag_remove(rq->db, (struct call_tag_remove_in){rq->param_id[0], req_scope(rq),
                                       tag_of(rq->a, text)}, &of);
    if (!e)
        e = live_note(rq->db, "call.changed", rq->param_id[0], of.agent_id);
    return e ? e : req_none(rq);
}

static const struct err *forget(struct req *rq)
{
    struct str text;
    int64_t n = 0;
    const struct err *e = req_param_text(rq, 0, &text);

    if (!e)
        e = q_tag_delete(rq->db, (struct tag_delete_in){tag_of(rq->a, text)}, &n);
    if (!e && !n)
        return E_NOT_FOUND;
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/tags", CALLS_READ, .sql = SQL_TAGS_LIST, .doc = "The tags in use, by name"},
    {DELETE, "/tags/{tag:text}", SCORECARDS_WRITE, .run = forget,
     .doc = "Take a tag from the list of those in use; calls keep it"},
    {POST, "/calls/{call}/tags", CALLS_WRITE, tag_in, .run = add, .doc = "Put a tag on a call"},
    {DELETE, "/calls/{call}/tags/{tag:text}", CALLS_WRITE, .run = take_off, .doc = "Take a tag off a call"},
    {POST, "/call-tags", CALLS_WRITE, tags_many_in, .run = tags_many, .out = "tags_changed", .limit = LIMIT_COSTLY,
     .lane = WORK_SLOW, .doc = "Put tags on many calls, or take them off, in one act: all or none; answers which it changed"},
    {0},
};

static const struct schema schemas[] = {
    {"tags_changed",
     "{\"type\":\"object\",\"required\":[\"found\",\"changed\"],\"properties\":{\"found\":{\"type\":\"integer\"},"
     "\"changed\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"format\":\"uuid\"}}}}"},
    {0},
};

const struct feature tags_feature = {
    .name = "tags", .doc = "Words that people put on calls.", .routes = routes, .jobs = tags_jobs, .schemas = schemas,
};
