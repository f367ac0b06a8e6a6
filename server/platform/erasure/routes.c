/* Erasures: listed, tried before they are begun, begun, gone on with. */
#include "intake/numbers/numbers.h"
#include "platform/erasure/erasure.h"
#include "platform/erasure/queries.h"
#include "platform/retention/retention.h"

struct erasure_fields {
    struct str number, reason;
};

static const struct field preview_in[] = {
    {"number", FIELD_TEXT, offsetof(struct erasure_fields, number), REQUIRED, .min = 3, .max = 64,
     .doc = "Of the person, as people write it"},
    {0},
};

static const struct field erasure_in[] = {
    {"number", FIELD_TEXT, offsetof(struct erasure_fields, number), REQUIRED, .min = 3, .max = 64,
     .doc = "Of the person, as people write it. Other numbers of their contact are erased with it"},
    {"reason", FIELD_TEXT, offsetof(struct erasure_fields, reason), REQUIRED, .min = 1, .max = 500,
     .doc = "Which request this answers; not who it is, for this text is kept"},
    {0},
};

/* As calls have it. */
static const struct err *number_of(struct req *rq, struct str *ret)
{
    const struct erasure_fields *in = rq->in;
    struct numbers numbers;
    const struct err *e = numbers_of_tenant(rq->db, &numbers);

    if (!e) {
        struct str e164 = number_forms(rq->a, str_trim(in->number), numbers.region).e164;

        *ret = e164.n ? e164 : str_trim(in->number);
    }
    return e;
}

static const struct err *preview(struct req *rq)
{
    struct erasure_preview_out row;
    struct jw w = jw_new(rq->a);
    struct str number;
    const struct err *e = number_of(rq, &number);

    if (!e)
        e = q_erasure_preview(rq->db, (struct erasure_preview_in){number}, &row);
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "numbers");
    jw_raw(&w, row.numbers);
    jw_key(&w, "contact");
    jw_text(&w, row.contact);
    jw_key(&w, "calls");
    jw_int(&w, row.calls);
    jw_key(&w, "held");
    jw_int(&w, row.held);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *add(struct req *rq)
{
    const struct erasure_fields *in = rq->in;
    struct uuid id = uuid_new();
    struct str number;
    const struct err *e = number_of(rq, &number);

    if (!e)
        e = q_erasure_add(rq->db, (struct erasure_add_in){id, number, in->reason, retention_who(rq), rq->who.account},
                          NULL);
    if (!e)
        e = erasure_soon(rq->db, id);
    return e ? e : req_created(rq, id);
}

static const struct err *go_on(struct req *rq)
{
    int64_t n = 0;
    const struct err *e = q_erasure_again(rq->db, (struct erasure_again_in){rq->param_id[0]}, &n);

    if (!e && !n)
        return E_NOT_FOUND;
    if (!e)
        e = erasure_soon(rq->db, rq->param_id[0]);
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/erasures", RETENTION_WRITE, .sql = SQL_ERASURES_LIST,
     .doc = "People who were erased: when, on which request, how much went. Of whom is known only while calls are held"},
    {POST, "/erasures/preview", RETENTION_WRITE, preview_in, .run = preview, .out = "erasure_preview", .audit = AUDIT_NOT,
     .limit = LIMIT_COSTLY, .doc = "What would be erased, and what a legal hold keeps"},
    {POST, "/erasures", RETENTION_WRITE, erasure_in, .run = add, .out = "created", .creates = CREATES, .limit = LIMIT_COSTLY,
     .doc = "Erase one person: calls, recordings, transcripts, scores, contact, and hooks as they came. Cannot be undone"},
    {POST, "/erasures/{erasure}/run", RETENTION_WRITE, .run = go_on, .limit = LIMIT_COSTLY,
     .doc = "Go on with one that a legal hold stopped; 404 where nothing is held"},
    {0},
};

static const struct schema schemas[] = {
    {"erasure_preview",
     "{\"type\":\"object\",\"required\":[\"numbers\",\"contact\",\"calls\",\"held\"],\"properties\":{"
     "\"numbers\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"contact\":{\"type\":[\"string\",\"null\"]},"
     "\"calls\":{\"type\":\"integer\"},\"held\":{\"type\":\"integer\"}}}"},
    {0},
};

const struct feature erasure_feature = {
    .name = "erasure", .doc = "Forgetting one person.", .routes = routes, .jobs = erasure_jobs, .schemas = schemas,
};
