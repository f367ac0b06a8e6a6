/* A contact's record: each value with the calls it came from, and a person's word on it. */
#include "insight/customers/customers.h"
#include "insight/customers/queries.h"
#include "insight/customers/store.h"
#include "intake/contacts/contacts.h"
#include "intake/numbers/numbers.h"

#define HEARD_SHOWN 20

static void put_text(struct jw *w, const char *key, struct str s)
{
    jw_key(w, key);
    jw_text(w, s);
}

static void put_heard(struct jw *w, const struct customer_value *x)
{
    jw_key(w, "heard");
    jw_open(w, '[');
    for (size_t i = 0; i < x->n_heard && i < HEARD_SHOWN; i++) {
        const struct customer_heard *h = &x->heard[i];

        jw_open(w, '{');
        jw_key(w, "call");
        jw_uuid(w, h->call);
        jw_key(w, "started_at");
        jw_time(w, h->started_at);
        put_text(w, "said", h->said);
        put_text(w, "value", h->value);
        jw_key(w, "spans");
        jw_raw(w, h->spans);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void put_value(struct jw *w, const struct customer_field *f, const struct customer_value *x,
                      const struct customer_word *word)
{
    jw_open(w, '{');
    put_text(w, "key", f->key);
    put_text(w, "label", f->label);
    put_text(w, "type", f->type);
    jw_key(w, "required");
    jw_bool(w, f->required);
    jw_key(w, "choices");
    jw_open(w, '[');
    for (size_t i = 0; i < f->n_choices; i++)
        jw_text(w, f->choices[i]);
    jw_close(w, ']');
    put_text(w, "state", str_of(x->state));
    put_text(w, "value", x->value);
    jw_key(w, "call");
    jw_uuid(w, x->call);
    put_text(w, "by", word->state.p ? word->by : STR_NONE);
    jw_key(w, "at");
    jw_time(w, word->state.p ? word->at : TIME_NONE);
    jw_key(w, "conflict");
    jw_bool(w, x->conflict);
    put_heard(w, x);
    jw_close(w, '}');
}

static struct customer_word word_of(struct str key, const struct contact_words_out *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].key, key))
            return (struct customer_word){rows[i].state, rows[i].value, rows[i].call_id, rows[i].at,
                                          rows[i].by_name};
    return (struct customer_word){.state = STR_NONE};
}

const struct err *contact_values(struct req *rq)
{
    struct customer_fields fields;
    struct customer_heard *heard;
    struct contact_words_out *words;
    size_t n_heard = 0, n_words = 0;
    struct jw w = jw_new(rq->a);
    const struct err *e = contacts_seen(rq->db, rq->param_id[0], req_scope(rq));

    if (!e)
        e = customers_fields(rq->db, &fields);
    if (!e)
        e = customers_heard(rq->db, rq->param_id[0], req_scope(rq), &heard, &n_heard);
    if (!e)
        e = q_contact_words(rq->db, (struct contact_words_in){rq->param_id[0]}, &words, &n_words);
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "version");
    jw_int(&w, fields.version);
    jw_key(&w, "items");
    jw_open(&w, '[');
    for (size_t i = 0; i < fields.n; i++) {
        struct customer_word word = word_of(fields.v[i].key, words, n_words);
        struct customer_value x = record_value(rq->a, fields.v[i].key, heard, n_heard, word);

        put_value(&w, &fields.v[i], &x, &word);
    }
    jw_close(&w, ']');
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

/* ---- a person's word ---- */

static const struct err *field_of(struct req *rq, const struct customer_field **ret)
{
    struct customer_fields fields;
    struct str key;
    const struct err *e = contacts_seen(rq->db, rq->param_id[0], req_scope(rq));

    if (!e)
        e = customers_fields(rq->db, &fields);
    if (!e)
        e = req_param_text(rq, 1, &key);
    if (e)
        return e;
    *ret = fields_get(&fields, key);
    return *ret ? NULL : E_NOT_FOUND;
}

static const struct err *written(struct req *rq, const struct customer_field *f, struct str *ret)
{
    const struct value_fields *in = rq->in;
    struct numbers of;
    const struct err *e = numbers_of_tenant(rq->db, &of);
    struct customer_place at = {time_now() / (86400 * TIME_S), of.region};

    if (e)
        return e;
    *ret = field_value(rq->a, f, at, in->value);
    return ret->p ? NULL : req_field(rq, "value", "%s", field_cure(f));
}

static const struct err *told_by(struct req *rq, const struct customer_field *f, struct str *ret)
{
    const struct value_fields *in = rq->in;
    struct customer_heard *heard;
    size_t n;
    const struct err *e = customers_heard(rq->db, rq->param_id[0], req_scope(rq), &heard, &n);

    for (size_t i = 0; !e && i < n; i++)
        if (uuid_eq(heard[i].call, in->call) && str_eq(heard[i].key, f->key) && heard[i].value.p) {
            *ret = heard[i].value;
            return NULL;
        }
    return e ? e : req_field(rq, "call", "This call told nothing of it that can be read: give a value.");
}

const struct err *contact_value_write(struct req *rq)
{
    const struct value_fields *in = rq->in;
    const struct customer_field *f;
    struct str value = STR(""), text = in->value.p ? str_trim(in->value) : STR("");
    bool kept = !uuid_is_zero(in->call);
    const struct err *e = field_of(rq, &f);

    if (!e && !in->value.p && !kept)
        return req_field(rq, "value", "Give a value, an empty one to clear it, or a call to keep.");
    if (!e && kept && in->value.p)
        return req_field(rq, "value", "Give a value or a call, not both.");
    if (!e && kept)
        e = told_by(rq, f, &value);
    else if (!e && text.n)
        e = written(rq, f, &value);
    if (!e)
        e = q_contact_word_put(rq->db, (struct contact_word_put_in){
            rq->param_id[0], f->key,
            kept ? STR("kept") : text.n ? STR("edited") : STR("cleared"), value, in->call,
            rq->who.account}, NULL);
    return e ? e : req_none(rq);
}

const struct err *contact_value_free(struct req *rq)
{
    const struct customer_field *f;
    const struct err *e = field_of(rq, &f);

    if (!e)
        e = q_contact_word_drop(rq->db, (struct contact_word_drop_in){rq->param_id[0], f->key}, NULL);
    return e ? e : req_none(rq);
}
