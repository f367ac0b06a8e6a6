/* Tags put on many calls, or taken off them, in one act: one statement changes all. Called by the route table. */
#include "insight/tags/many.h"

#include "insight/tags/queries.h"
#include "insight/tags/tags.h"

struct many_in {
    struct str calls, tags, act;
};
const struct field tags_many_in[] = {
    {"calls", FIELD_TEXTS, offsetof(struct many_in, calls), REQUIRED, .max = MANY_CALLS * 40,
     .doc = "Ids of calls, at most 1,000; those that are not there are passed over"},
    {"tags", FIELD_TEXTS, offsetof(struct many_in, tags), REQUIRED, .max = MANY_TAGS * 210,
     .doc = "At most 20, each of at most 40 letters; kept in lower case"},
    {"act", FIELD_TEXT, offsetof(struct many_in, act), REQUIRED, .choices = "put|take_off",
     .doc = "put: each call has them then; take_off: none has"},
    {0},
};

/* Lists become arrays of PostgreSQL. */
static const struct err *read_calls(struct req *rq, struct str text, struct str *ret)
{
    const struct json *list;
    struct buf b = buf_new(rq->a, MANY_CALLS * 40);
    struct uuid id;
    const struct err *e = json_parse(rq->a, text, &list);

    if (!e && (!json_count(list) || json_count(list) > MANY_CALLS))
        return req_field(rq, "calls", "Name 1 to %d calls at a time.", MANY_CALLS);
    buf_char(&b, '{');
    for (size_t i = 0; !e && i < json_count(list); i++) {
        struct str one = json_str(json_at(list, i));

        if (!uuid_parse(one, &id))
            return req_field(rq, "calls", "“%.*s” is no id of a call.", STR_ARG(str_sub(one, 0, 60)));
        buf_fmt(&b, "%s%.*s", i ? "," : "", STR_ARG(one));
    }
    buf_char(&b, '}');
    *ret = buf_str(&b);
    return e;
}

static bool among(const struct str *v, size_t n, struct str s)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i], s))
            return true;
    return false;
}

static const struct err *read_tags(struct req *rq, struct str text, struct str *ret)
{
    const struct json *list;
    struct str names[MANY_TAGS];
    struct buf b = buf_new(rq->a, MANY_TAGS * 400);
    size_t n = 0;
    const struct err *e = json_parse(rq->a, text, &list);

    if (!e && (!json_count(list) || json_count(list) > MANY_TAGS))
        return req_field(rq, "tags", "Give 1 to %d tags.", MANY_TAGS);
    buf_char(&b, '{');
    for (size_t i = 0; !e && i < json_count(list); i++) {
        struct str name = tag_of(rq->a, json_str(json_at(list, i)));

        if (!name.p)
            return req_field(rq, "tags", "At most %d letters each.", TAG_MAX);
        if (!name.n)
            return req_field(rq, "tags", "One of them is empty.");
        if (among(names, n, name))
            continue;
        if (n)
            buf_char(&b, ',');
        json_quote(&b, name);
        names[n++] = name;
    }
    buf_char(&b, '}');
    *ret = buf_str(&b);
    return e;
}

static const struct err *in_list(struct req *rq, struct str names)
{
    struct tags_room_out x;
    const struct err *e = q_tags_room(rq->db, (struct tags_room_in){names}, &x);

    if (!e && x.fresh && x.have + x.fresh > TAGS_MAX)
        return req_field(rq, "tags", "The list would have more than %d tags: take some of it, or remove some from it.", TAGS_MAX);
    return e ? e : q_tags_insert(rq->db, (struct tags_insert_in){names}, NULL);
}

/* The scores follow in a job: how long they take to look for is nothing to wait for. */
static const struct err *follow(struct req *rq, struct str calls)
{
    return str_is(calls, "[]") ? NULL : job_add(rq->db, &(struct job_new){
        .kind = TAGS_FOLLOW, .args = str_fmt(rq->a, "{\"calls\":%.*s}", STR_ARG(calls))});
}

static const struct err *reply(struct req *rq, const struct tags_change_out *x)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "found");
    jw_int(&w, x->found);
    jw_key(&w, "changed");
    jw_raw(&w, x->changed);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

const struct err *tags_many(struct req *rq)
{
    const struct many_in *in = rq->in;
    const struct str none = STR("{}");
    bool put = str_is(in->act, "put");
    struct str calls, names;
    struct tags_change_out x;
    const struct err *e = read_calls(rq, in->calls, &calls);

    if (!e)
        e = read_tags(rq, in->tags, &names);
    if (!e)
        e = q_tags_change(rq->db, (struct tags_change_in){calls, req_scope(rq), put ? names : none,
                                                          put ? none : names, CALL_TAGS}, &x);
    if (e)
        return e;
    if (!x.found)
        return req_field(rq, "calls", "None of these calls is there.");
    if (x.full) /* all or nothing: what was changed is undone */
        return req_field(rq, "calls", "%lld of the calls would have more than %d tags: take some off these first, or leave them out.",
                         (long long)x.full, CALL_TAGS);
    if (put)
        e = in_list(rq, names);
    if (!e)
        e = follow(rq, x.judged);
    return e ? e : reply(rq, &x);
}

/* ---- what follows ---- */

static const struct err *follow_all(struct job *job, void *product)
{
    const struct json *calls = json_get(job->args, "calls");
    const struct err *e = NULL;
    struct uuid id;

    (void)product;
    for (size_t i = 0; !e && i < json_count(calls); i++)
        if (uuid_parse(json_str(json_at(calls, i)), &id)) {
            e = tag_follow(job->db, id);
            if (e == E_NOT_FOUND)
                e = NULL; /* deleted meanwhile */
        }
    return e;
}

const struct job_kind tags_jobs[] = {
    {TAGS_FOLLOW, NULL, follow_all, NULL, .attempts = 5, .timeout_s = 120, .priority = JOB_INTERACTIVE},
    {0},
};
