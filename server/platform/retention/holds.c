/* Legal holds: laid on a call, a customer's number, an agent or the whole tenant, with a reason and an end. */
#include "intake/numbers/numbers.h"
#include "platform/retention/queries.h"
#include "platform/retention/retention.h"

struct hold_fields {
    struct str kind, number, reason;
    struct uuid call, agent;
    int64_t until;
};

const struct field hold_in[] = {
    {"kind", FIELD_TEXT, offsetof(struct hold_fields, kind), REQUIRED, .choices = "call|number|agent|tenant",
     .doc = "On what: then call, number or agent says which"},
    {"call", FIELD_UUID, offsetof(struct hold_fields, call), OPTIONAL},
    {"number", FIELD_TEXT, offsetof(struct hold_fields, number), OPTIONAL, .max = 64,
     .doc = "Of a customer, as people write it"},
    {"agent", FIELD_UUID, offsetof(struct hold_fields, agent), OPTIONAL},
    {"reason", FIELD_TEXT, offsetof(struct hold_fields, reason), REQUIRED, .min = 1, .max = 500,
     .doc = "Why, for instance the file number of a court"},
    {"until", FIELD_TIME, offsetof(struct hold_fields, until), OPTIONAL, .doc = "Without: until it is released"},
    {0},
};

struct str retention_who(const struct req *rq)
{
    return rq->who.name.n ? rq->who.name : STR("an API key");
}

/* What the kind asks for must be given, and nothing else. */
static const struct err *fits(struct req *rq, const struct hold_fields *in)
{
    static const char *const names[] = {"call", "number", "agent"};
    bool given[] = {!uuid_is_zero(in->call), in->number.n > 0, !uuid_is_zero(in->agent)};

    for (size_t i = 0; i < 3; i++) {
        bool wanted = str_is(in->kind, names[i]);

        if (wanted && !given[i])
            return req_field(rq, names[i], "A hold on a %s needs this.", names[i]);
        if (!wanted && given[i])
            return req_field(rq, names[i], "Leave this out: the hold is on %s.",
                             str_is(in->kind, "tenant") ? "everything" : "something else");
    }
    if (in->until != TIME_NONE && in->until <= time_now())
        return req_field(rq, "until", "Give a time that is still to come.");
    return NULL;
}

const struct err *hold_add(struct req *rq)
{
    const struct hold_fields *in = rq->in;
    struct hold_add_in row = {.id = uuid_new(), .kind = in->kind, .call = in->call, .agent = in->agent,
                              .number = STR_NONE, .reason = in->reason, .until = in->until,
                              .by_name = retention_who(rq), .account = rq->who.account};
    struct hold_turn_out turn;
    struct hold_of_out of;
    struct numbers numbers;
    const struct err *e = fits(rq, in);

    if (!e)
        e = q_hold_of(rq->db, (struct hold_of_in){in->call, in->agent}, &of);
    if (!e && !of.there)
        return req_field(rq, uuid_is_zero(in->call) ? "agent" : "call", "There is none of this id.");
    if (!e && in->number.n) {
        e = numbers_of_tenant(rq->db, &numbers);
        if (!e) {
            struct str e164 = number_forms(rq->a, str_trim(in->number), numbers.region).e164;

            row.number = e164.n ? e164 : str_trim(in->number);
        }
    }
    if (!e)
        e = q_hold_turn(rq->db, &turn);
    if (!e)
        e = q_hold_add(rq->db, row, NULL);
    return e ? e : req_created(rq, row.id);
}

const struct err *hold_release(struct req *rq)
{
    int64_t n = 0;
    const struct err *e = q_hold_release(rq->db, (struct hold_release_in){rq->param_id[0], retention_who(rq)}, &n);

    return e ? e : n ? req_none(rq) : E_NOT_FOUND;
}
