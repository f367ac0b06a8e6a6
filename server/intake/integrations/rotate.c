/* See the header. What is old is kept sealed as it was, so it opens like what is in force. */
#include "intake/integrations/rotate.h"

#include "core/settings.h"
#include "core/time.h"

#define DAYS 7

struct rotate_fields {
    int64_t days;
    struct str settings;
};

const struct field rotate_in[] = {
    {"days", FIELD_INT, offsetof(struct rotate_fields, days), OPTIONAL, .min = 1, .max = 90,
     .doc = "How long the old ones work on; 7 if not given"},
    {"settings", FIELD_JSON, offsetof(struct rotate_fields, settings), OPTIONAL,
     .doc = "New secrets that only the phone system can make; others are made here"},
    {0},
};

/* What changes: the new settings, those made here, and whether the old ones still prove something. */
struct change {
    struct jw given; /* an object of the new secrets */
    struct jw made;  /* a list of those that the admin must be shown */
    bool any, keep_old;
};

static struct str new_secret(struct arena *a, const char *how)
{
    uint8_t bytes[32];

    if (!str_is(str_of(how), "whsec"))
        return crypto_token(a, 24);
    crypto_random(bytes, sizeof bytes);
    return str_fmt(a, "whsec_%.*s", STR_ARG(crypto_base64(a, str_n(bytes, sizeof bytes))));
}

static void show_made(struct jw *w, const struct provider_setting *s, struct str value)
{
    jw_open(w, '{');
    jw_key(w, "name");
    jw_text(w, str_of(s->name));
    jw_key(w, "label");
    jw_text(w, str_of(s->label));
    jw_key(w, "value");
    jw_text(w, value);
    jw_close(w, '}');
}

/* A secret that was not set proved nothing: keeping that as "old" would let anybody in. */
static void plan(struct arena *a, const struct provider *p, const struct json *kept,
                 const struct json *asked, struct change *c)
{
    c->keep_old = true;
    for (const struct provider_setting *s = p->settings; s && s->name; s++) {
        struct str value = json_text(asked, s->name), old = json_text(kept, s->name);
        bool made = s->rotates && !value.n && old.n && !str_is(str_of(s->rotates), "given");
        if (!s->rotates || (!value.n && !made))
            continue;
        if (made)
            value = new_secret(a, s->rotates);
        if (made)
            show_made(&c->made, s, value);
        jw_key(&c->given, s->name);
        jw_text(&c->given, value);
        c->any = true;
        c->keep_old = c->keep_old && old.n;
    }
}

static const struct err *check_asked(struct req *rq, const struct provider *p,
                                     const struct json *asked)
{
    const struct json *value;
    struct str key;
    void *it = NULL;

    if (json_kind(asked) != J_OBJECT)
        return req_field(rq, "settings", "Give an object.");
    while (json_next(asked, &it, &key, &value)) {
        const struct provider_setting *s = p->settings;
        while (s->name && !str_is(key, s->name))
            s++;
        if (!s->name || !s->rotates)
            return req_field(rq, "settings", "Only secrets that prove hooks can be given here.");
        if (!json_str(value).n)
            return req_field(rq, s->name, "Give the new secret, or leave it out.");
    }
    return NULL;
}

static const struct err *seal_new(struct req *rq, const struct provider *p, struct uuid id,
                                  const struct json *kept, struct str given, struct str *ret)
{
    struct setting_faults faults = {0};
    const struct json *settings;
    struct str plain, secret;
    const struct err *e = json_parse(rq->a, given, &settings);

    if (!e)
        e = store_check(rq->a, p, settings, kept, &faults);
    for (size_t i = 0; i < faults.n; i++)
        req_field(rq, faults.v[i].name.p, "%.*s", STR_ARG(faults.v[i].why));
    if (e)
        return e;
    store_split(rq->a, p, settings, kept, &plain, &secret);
    return store_seal(rq->a, rq->who.tenant, id, secret, ret);
}

static const struct err *reply_rotated(struct req *rq, const struct integration_read_out *row,
                                       struct str token, int64_t days, struct str made)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, row->id);
    jw_key(&w, "hook_url");
    jw_text(&w, integration_hook_url(rq->a, http_config.settings->public_url, row->provider, token));
    jw_key(&w, "old_ends_at");
    jw_time(&w, time_now() + days * 86400 * TIME_S);
    jw_key(&w, "secrets");
    jw_raw(&w, made);
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 201, jw_done(&w));
}

static const struct err *prepare(struct req *rq, const struct integration_read_out *row,
                                 struct change *c, struct integration_rotate_in *out)
{
    const struct rotate_fields *in = rq->in;
    const struct provider *p = provider_find(row->provider);
    const struct json *kept, *asked;
    const struct err *e;

    if (!p)
        return err_why(rq->a, E_IN_USE, "This integration has no address.");
    e = json_parse(rq->a, in->settings.p ? in->settings : STR("{}"), &asked);
    if (!e)
        e = check_asked(rq, p, asked);
    if (!e)
        e = integration_settings(rq->a, rq->who.tenant, row->id, row->settings, row->secrets,
                                 row->zone, &kept);
    if (e)
        return e;
    *c = (struct change){.given = jw_new(rq->a), .made = jw_new(rq->a)};
    jw_open(&c->given, '{');
    jw_open(&c->made, '[');
    plan(rq->a, p, kept, asked, c);
    jw_close(&c->given, '}');
    jw_close(&c->made, ']');
    out->secrets = row->secrets;
    out->keep_secrets = c->any && c->keep_old;
    return c->any ? seal_new(rq, p, row->id, kept, jw_done(&c->given), &out->secrets) : NULL;
}

const struct err *rotate(struct req *rq)
{
    const struct rotate_fields *in = rq->in;
    struct integration_read_out row;
    struct integration_rotate_in out = {.integration = rq->param_id[0]};
    struct change c;
    struct str token;
    struct hash hash;
    int64_t n = 0;
    const struct err *e = q_integration_read(rq->db, (struct integration_read_in){out.integration},
                                             &row);

    if (!e)
        e = prepare(rq, &row, &c, &out);
    if (e)
        return e;
    store_token(rq->a, &token, &hash, &out.token_tail);
    out.token_hash = str_n(hash.b, sizeof hash.b);
    out.days = in->days > 0 ? in->days : DAYS;
    e = q_integration_rotate(rq->db, out, &n);
    if (e)
        return e;
    if (!n)
        return err_why(rq->a, E_IN_USE, "There is an old address already: end it first.");
    store_changed(rq->db);
    return reply_rotated(rq, &row, token, out.days, jw_done(&c.made));
}

const struct err *rotate_retire(struct req *rq)
{
    int64_t n = 0;
    const struct err *e =
        q_integration_retire(rq->db, (struct integration_retire_in){rq->param_id[0]}, &n);

    if (e)
        return e;
    if (!n)
        return E_NOT_FOUND;
    store_changed(rq->db);
    return req_none(rq);
}

void rotate_write_old(struct jw *w, const struct integration_facts_out *f)
{
    jw_key(w, "old");
    if (f->old_ends_at == TIME_NONE) {
        jw_null(w);
        return;
    }
    jw_open(w, '{');
    jw_key(w, "tail");
    jw_text(w, f->old_tail);
    jw_key(w, "since");
    jw_time(w, f->rotated_at);
    jw_key(w, "ends_at");
    jw_time(w, f->old_ends_at);
    jw_key(w, "used_at");
    jw_time(w, f->old_used_at);
    jw_key(w, "secret");
    jw_bool(w, f->old_secret);
    jw_key(w, "secret_used_at");
    jw_time(w, f->old_secret_used_at);
    jw_close(w, '}');
}

void rotate_write_refusals(struct jw *w, const struct integration_refusals_out *v, size_t n)
{
    jw_key(w, "refusals");
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(w, '{');
        jw_key(w, "reason");
        jw_text(w, v[i].reason);
        jw_key(w, "count");
        jw_int(w, v[i].n);
        jw_key(w, "first_at");
        jw_time(w, v[i].first_at);
        jw_key(w, "last_at");
        jw_time(w, v[i].last_at);
        jw_key(w, "last_source");
        jw_text(w, v[i].source);
        jw_key(w, "last_detail");
        jw_text(w, v[i].detail);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}
