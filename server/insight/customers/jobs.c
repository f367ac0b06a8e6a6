/* Reads what a call told of its customer, why they called and what there is to do, when its analysis is
 * there. Only a transcript that is certain enough changes customers and tasks. */
#include "insight/customers/customers.h"
#include "insight/customers/queries.h"
#include "insight/customers/store.h"
#include "insight/intents/intents.h"
#include "insight/tasks/tasks.h"
#include "insight/transcripts/transcripts.h"
#include "intake/contacts/contacts.h"
#include "intake/numbers/numbers.h"
#include "jobs/jobs.h"
#include "live/live.h"

#define SOME_CALLS 200

struct product {
    struct uuid call, transcript;
    struct customer_fields fields;
    const struct json *analysis;
    bool usable;
    int64_t day;
    size_t n;
    struct customer_found *found;
    struct str primary, second;
};

const struct err *customers_follow(struct db *db, struct uuid call, struct uuid transcript)
{
    return transcript_follow(db, "customers.run", call, transcript);
}

const struct err *customers_fields(struct db *db, struct customer_fields *ret)
{
    struct customer_schema_get_out row;
    const struct err *e = q_customer_schema_get(db, &row);

    if (e == E_NOT_FOUND)
        return fields_read(db_arena(db), str_of(fields_default), 0, ret);
    return e ? e : fields_read(db_arena(db), row.fields, row.version, ret);
}

static void want_fields(struct arena *a, const struct customer_fields *f, struct model_wants *ret)
{
    struct model_want *v = ARENA_ARRAY(a, f->n, struct model_want);

    ret->fields = v;
    for (size_t i = 0; i < f->n; i++) {
        const struct customer_field *x = &f->v[i];

        if (!x->tracker)
            v[ret->n_fields++] = (struct model_want){x->key, x->help.n ? x->help : x->label,
                                                     x->n_choices, x->choices};
    }
}

static void want_intents(struct arena *a, const struct intent_set *set, struct model_wants *ret)
{
    struct model_want *v = ARENA_ARRAY(a, set->n, struct model_want);

    ret->intents = v;
    for (size_t i = 0; i < set->n; i++)
        if (!set->v[i].retired)
            v[ret->n_intents++] = (struct model_want){.name = set->v[i].code,
                                                      .about = set->v[i].name};
}

const struct err *customers_wants(struct db *db, struct model_wants *ret)
{
    struct customer_fields fields;
    struct intent_set intents;
    const struct err *e = customers_fields(db, &fields);

    *ret = (struct model_wants){0};
    if (!e)
        e = intents_load(db, &intents);
    if (e)
        return e;
    want_fields(db_arena(db), &fields, ret);
    want_intents(db_arena(db), &intents, ret);
    return NULL;
}

const struct err *customers_heard(struct db *db, struct uuid contact, struct str scope,
                                  struct customer_heard **ret, size_t *ret_n)
{
    struct contact_heard_out *rows;
    const struct err *e =
        q_contact_heard(db, (struct contact_heard_in){contact, scope}, &rows, ret_n);

    if (e)
        return e;
    *ret = ARENA_ARRAY(db_arena(db), *ret_n, struct customer_heard);
    for (size_t i = 0; i < *ret_n; i++)
        (*ret)[i] = (struct customer_heard){rows[i].call_id, rows[i].started_at, rows[i].key,
                                            rows[i].said, rows[i].value, rows[i].spans};
    return NULL;
}

/* ---- one call ---- */

static const struct err *read_all(struct db *db, struct product *p)
{
    struct arena *a = db_arena(db);
    struct customer_call_out row;
    struct transcript t;
    struct numbers of;
    struct intent_set intents;
    const struct err *e =
        q_customer_call(db, (struct customer_call_in){p->call, p->transcript}, &row);

    if (!e)
        e = row.analysis.p ? json_parse(a, row.analysis, &p->analysis) : E_NOT_FOUND;
    if (!e)
        e = transcript_load(db, p->transcript, &t);
    if (!e)
        e = customers_fields(db, &p->fields);
    if (!e)
        e = numbers_of_tenant(db, &of);
    if (!e)
        e = intents_load(db, &intents);
    if (e)
        return e;
    p->usable = row.usable;
    p->day = row.day;
    p->found = ARENA_ARRAY(a, p->fields.n, struct customer_found);
    if (p->usable)
        p->n = fields_find(a, &p->fields, &t.talk, p->analysis,
                           (struct customer_place){row.day, of.region}, p->found);
    intents_decide(a, &intents, &t.talk, p->analysis, &p->primary, &p->second);
    return NULL;
}

static enum job_result work(struct job *job, void **ret_product)
{
    struct product *p = ARENA_NEW(job->a, struct product);
    struct db *db;
    const struct err *e;

    if (!transcript_args_read(job->args, &p->call, &p->transcript))
        return JOB_DISCARD;
    e = job_read_begin(job, &db);
    if (!e) {
        e = read_all(db, p);
        job_read_end(job, db);
    }
    if (e == E_NOT_FOUND)
        return JOB_DISCARD; /* deleted, or transcribed again meanwhile */
    *ret_product = p;
    return e ? JOB_RETRY : JOB_DONE;
}

static const struct err *put_found(struct job *job, const struct product *p)
{
    const struct err *e = q_call_fields_drop(job->db, (struct call_fields_drop_in){p->call}, NULL);

    for (size_t i = 0; !e && i < p->n; i++) {
        const struct customer_found *x = &p->found[i];

        e = q_call_field_put(job->db, (struct call_field_put_in){
            p->call, p->transcript, x->field->key, x->said, x->value, x->spans,
            p->fields.version}, NULL);
    }
    return e;
}

/* The name of a contact that calls made is what its calls tell; a person's name is not touched. */
static const struct err *put_name(struct job *job, const struct product *p,
                                  const struct customer_call_lock_out *call)
{
    const struct customer_field *name = NULL;
    struct customer_heard *heard;
    struct customer_value x;
    struct contact_known known;
    size_t n;
    bool told = false;
    const struct err *e;

    for (size_t i = 0; i < p->fields.n; i++)
        if (str_is(p->fields.v[i].finder, "name"))
            name = &p->fields.v[i];
    for (size_t i = 0; i < p->n; i++)
        told = told || (p->found[i].field == name && p->found[i].value.p);
    if (!name || !call->known)
        return NULL;
    e = contacts_heard(job->db, call->number, told, p->call, &known);
    if (e || uuid_is_zero(known.id) || !known.by_calls)
        return e;
    e = customers_heard(job->db, known.id, STR_NONE, &heard, &n);
    if (e)
        return e;
    x = record_value(job->a, name->key, heard, n, (struct customer_word){.state = STR_NONE});
    return x.value.p ? contacts_rename(job->db, known.id, x.value, x.call) : NULL;
}

static const struct err *store(struct job *job, void *product)
{
    const struct product *p = product;
    struct customer_call_lock_out call;
    const struct err *e = q_customer_call_lock(
        job->db, (struct customer_call_lock_in){p->call, p->transcript}, &call);

    if (e == E_NOT_FOUND)
        return NULL;
    if (!e)
        e = put_found(job, p);
    if (!e)
        e = put_name(job, p, &call);
    if (!e)
        e = intents_put(job->db, p->call, p->transcript, p->primary, p->second);
    if (!e && p->usable && call.recent)
        e = tasks_take(job->db, p->call, call.agent_id, p->analysis, p->day);
    return e ? e : live_note(job->db, "call.updated", p->call, call.agent_id);
}

/* ---- past calls ---- */

static const struct err *add_past(struct db *db, int64_t days, struct uuid after)
{
    char text[UUID_TEXT];

    return job_add(db, &(struct job_new){
        .kind = "customers.past",
        .args = str_fmt(db_arena(db), "{\"days\":%lld,\"after\":\"%s\"}", (long long)days,
                        uuid_text(after, text).p)});
}

const struct err *customers_add_past(struct db *db, int64_t days)
{
    return add_past(db, days, (struct uuid){{0}});
}

/* Adds the jobs of some calls, and itself for the next ones. */
static const struct err *past(struct job *job, void *product)
{
    struct customer_past_calls_out *calls;
    struct uuid after = {{0}};
    int64_t days = json_int(job->args, "days", 30);
    size_t n = 0;
    const struct err *e;

    (void)product;
    uuid_parse(json_text(job->args, "after"), &after);
    e = q_customer_past_calls(job->db, (struct customer_past_calls_in){days, after, SOME_CALLS},
                              &calls, &n);
    for (size_t i = 0; !e && i < n; i++)
        e = customers_follow(job->db, calls[i].id, calls[i].transcript_id);
    return e || n < SOME_CALLS ? e : add_past(job->db, days, calls[n - 1].id);
}

const struct job_kind customers_jobs[] = {
    {"customers.run", work, store, NULL, .attempts = 6, .timeout_s = 60, .priority = JOB_NORMAL},
    {"customers.past", NULL, past, NULL, .attempts = 4, .timeout_s = 60, .priority = JOB_BACKFILL},
    {0},
};
