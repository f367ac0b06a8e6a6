/* Setting up phone systems. The hook address is shown whole once, when it is made. */
#include "core/settings.h"
#include "intake/integrations/queries.h"
#include "intake/integrations/store.h"

struct create_fields {
    struct str provider, name, zone, settings;
};

static const struct field create_in[] = {
    {"provider", FIELD_TEXT, offsetof(struct create_fields, provider), REQUIRED, .max = 20},
    {"name", FIELD_TEXT, offsetof(struct create_fields, name), REQUIRED, .min = 1, .max = 120},
    {"zone", FIELD_TEXT, offsetof(struct create_fields, zone), OPTIONAL, .max = 64,
     .doc = "Time zone of the phone system's clock, like Europe/London"},
    {"settings", FIELD_JSON, offsetof(struct create_fields, settings), OPTIONAL,
     .doc = "As GET /providers lists them"},
    {0},
};

struct change_fields {
    struct str name, zone, settings;
};

static const struct field change_in[] = {
    {"name", FIELD_TEXT, offsetof(struct change_fields, name), OPTIONAL, .min = 1, .max = 120},
    {"zone", FIELD_TEXT, offsetof(struct change_fields, zone), OPTIONAL, .max = 64},
    {"settings", FIELD_JSON, offsetof(struct change_fields, settings), OPTIONAL,
     .doc = "Only what changes; null removes"},
    {0},
};

static const struct err *with_faults(struct req *rq, const struct err *e,
                                     const struct setting_faults *f)
{
    for (size_t i = 0; i < f->n; i++)
        req_field(rq, f->v[i].name.p, "%.*s", STR_ARG(f->v[i].why));
    return e;
}

static const struct err *reply_address(struct req *rq, struct uuid id, struct str provider,
                                       struct str token)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, id);
    jw_key(&w, "hook_url");
    jw_text(&w, integration_hook_url(rq->a, http_config.settings->public_url, provider, token));
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 201, jw_done(&w));
}

static const struct err *create(struct req *rq)
{
    const struct create_fields *in = rq->in;
    struct setting_faults faults = {0};
    const struct json *settings = NULL;
    struct new_integration made;
    const struct err *e = json_parse(rq->a, in->settings.p ? in->settings : STR("{}"), &settings);

    if (!e && !provider_find(in->provider))
        return req_field(rq, "provider", "There is none called so.");
    if (!e && in->zone.p && !time_zone_known(in->zone))
        return req_field(rq, "zone", "Give a time zone like Europe/London.");
    if (!e)
        e = integration_create(rq->db, rq->who.tenant, in->provider, in->name,
                               in->zone.p ? in->zone : rq->who.tenant_zone, settings, &faults, &made);
    if (e)
        return with_faults(rq, e, &faults);
    return reply_address(rq, made.id, in->provider, made.token);
}

static void write_field(struct jw *w, const struct provider_setting *s)
{
    static const char *const kinds[] = {"text", "secret", "url", "zone", "choice"};
    struct str rest = str_of(s->choices), part;

    jw_open(w, '{');
    jw_key(w, "name");
    jw_text(w, str_of(s->name));
    jw_key(w, "kind");
    jw_text(w, str_of(kinds[s->kind]));
    jw_key(w, "required");
    jw_bool(w, s->required);
    jw_key(w, "label");
    jw_text(w, str_of(s->label));
    jw_key(w, "doc");
    jw_text(w, str_of(s->doc));
    jw_key(w, "choices");
    if (s->choices) {
        jw_open(w, '[');
        while (str_split(&rest, '|', &part))
            jw_text(w, part);
        jw_close(w, ']');
    } else {
        jw_null(w);
    }
    jw_close(w, '}');
}

static void write_fields(struct jw *w, const char *key, const struct provider *p)
{
    jw_key(w, key);
    jw_open(w, '[');
    for (const struct provider_setting *s = p ? p->settings : NULL; s && s->name; s++)
        write_field(w, s);
    jw_close(w, ']');
}

static const struct err *providers_list(struct req *rq)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "items");
    jw_open(&w, '[');
    for (const struct provider *const *p = providers; *p; p++) {
        jw_open(&w, '{');
        jw_key(&w, "slug");
        jw_text(&w, str_of((*p)->slug));
        jw_key(&w, "title");
        jw_text(&w, str_of((*p)->title));
        write_fields(&w, "settings", *p);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *read_one(struct req *rq, struct integration_read_out *row,
                                  const struct json **ret_settings)
{
    const struct err *e = q_integration_read(
        rq->db, (struct integration_read_in){rq->param_id[0]}, row);

    if (e)
        return e;
    return integration_settings(rq->a, rq->who.tenant, row->id, row->settings, row->secrets,
                                row->zone, ret_settings);
}

/* Settings as the form shows them: secrets only as "is set". */
static void write_settings(struct jw *w, struct arena *a, const struct provider *p,
                           const struct json *settings)
{
    jw_key(w, "settings");
    jw_open(w, '{');
    for (const struct provider_setting *s = p ? p->settings : NULL; s && s->name; s++) {
        struct str v = json_text(settings, s->name);
        jw_key(w, s->name);
        if (s->kind != SETTING_SECRET) {
            jw_text(w, v);
            continue;
        }
        jw_null(w);
        jw_key_str(w, str_fmt(a, "%s_set", s->name));
        jw_bool(w, v.n > 0);
    }
    jw_close(w, '}');
}

static void write_facts(struct jw *w, const struct integration_facts_out *f)
{
    jw_key(w, "hook_tail");
    jw_text(w, f->hook_tail);
    jw_key(w, "state_reason");
    jw_text(w, f->state_reason);
    jw_key(w, "last_delivery_at");
    jw_time(w, f->last_delivery_at);
    jw_key(w, "deliveries_24h");
    jw_int(w, f->deliveries_24h);
    jw_key(w, "unparsed_24h");
    jw_int(w, f->unparsed_24h);
}

static const struct err *show(struct req *rq)
{
    struct integration_facts_out facts;
    struct integration_read_out row;
    const struct json *settings;
    struct jw w = jw_new(rq->a);
    const struct err *e = read_one(rq, &row, &settings);
    const struct provider *p;

    if (!e)
        e = q_integration_facts(rq->db, (struct integration_facts_in){rq->param_id[0]}, &facts);
    if (e)
        return e;
    p = provider_find(row.provider);
    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, row.id);
    jw_key(&w, "provider");
    jw_text(&w, row.provider);
    jw_key(&w, "name");
    jw_text(&w, row.name);
    jw_key(&w, "zone");
    jw_text(&w, row.zone);
    jw_key(&w, "state");
    jw_text(&w, row.state);
    jw_key(&w, "version");
    jw_int(&w, row.version);
    write_facts(&w, &facts);
    write_settings(&w, rq->a, p, settings);
    write_fields(&w, "setting_fields", p);
    jw_close(&w, '}');
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)row.version));
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *change(struct req *rq)
{
    const struct change_fields *in = rq->in;
    struct integration_read_out row;
    struct integration_change_in out = {.integration = rq->param_id[0]};
    struct setting_faults faults = {0};
    const struct json *kept, *given;
    const struct provider *p;
    struct str secret;
    int64_t n = 0;
    const struct err *e = req_if_match(rq, &out.version);

    if (!e)
        e = read_one(rq, &row, &kept);
    if (!e)
        e = json_parse(rq->a, in->settings.p ? in->settings : STR("{}"), &given);
    if (e)
        return e;
    p = provider_find(row.provider);
    if (!p)
        return err_why(rq->a, E_IN_USE, "This integration belongs to the service.");
    e = store_check(rq->a, p, given, kept, &faults);
    if (e)
        return with_faults(rq, e, &faults);
    out.name = in->name.p ? in->name : row.name;
    out.zone = in->zone.p ? in->zone : json_text(given, "zone").p ? json_text(given, "zone") : row.zone;
    if (!time_zone_known(out.zone))
        return req_field(rq, "zone", "Give a time zone like Europe/London.");
    store_split(rq->a, p, given, kept, &out.settings, &secret);
    e = store_seal(rq->a, rq->who.tenant, row.id, secret, &out.secrets);
    if (!e)
        e = q_integration_change(rq->db, out, &n);
    if (!e && !n)
        e = E_STALE;
    return e ? e : show(rq);
}

static const struct err *new_token(struct req *rq)
{
    struct integration_read_out row;
    struct str token, tail;
    struct hash hash;
    int64_t n = 0;
    const struct err *e = q_integration_read(
        rq->db, (struct integration_read_in){rq->param_id[0]}, &row);

    if (e)
        return e;
    if (!provider_find(row.provider))
        return err_why(rq->a, E_IN_USE, "This integration has no address.");
    store_token(rq->a, &token, &hash, &tail);
    e = q_integration_token(rq->db, (struct integration_token_in){
        row.id, str_n(hash.b, sizeof hash.b), tail}, &n);
    if (e)
        return e;
    return reply_address(rq, row.id, row.provider, token);
}

static const struct route routes[] = {
    {GET, "/providers", INTEGRATIONS_READ, .run = providers_list, .out = "providers",
     .tx = TX_NONE, .doc = "Phone systems that can be connected, with their settings"},
    {GET, "/integrations", INTEGRATIONS_READ, .sql = SQL_INTEGRATIONS_LIST,
     .doc = "Connected phone systems"},
    {POST, "/integrations", INTEGRATIONS_WRITE, create_in, .run = create, .out = "hook_address",
     .doc = "Connect a phone system; shows its address once"},
    {GET, "/integrations/{integration}", INTEGRATIONS_READ, .run = show, .out = "integration",
     .doc = "One phone system with its settings"},
    {PATCH, "/integrations/{integration}", INTEGRATIONS_WRITE, change_in, .run = change,
     .out = "integration", .doc = "Change name, zone or settings; needs If-Match"},
    {POST, "/integrations/{integration}/token", INTEGRATIONS_WRITE, .run = new_token,
     .out = "hook_address", .doc = "A new address; the old one ends at once"},
    {DELETE, "/integrations/{integration}", INTEGRATIONS_WRITE, .sql = SQL_INTEGRATION_DELETE,
     .doc = "Disconnect; its calls stay"},
    {0},
};

#define FIELDS                                                                                     \
    "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"kind\",\"required\",\"label\","  \
    "\"doc\",\"choices\"],\"properties\":{\"name\":{\"type\":\"string\"},\"kind\":{\"enum\":[\"text\","      \
    "\"secret\",\"url\",\"zone\",\"choice\"]},\"required\":{\"type\":\"boolean\"},\"label\":{\"type\":"       \
    "\"string\"},\"doc\":{\"type\":[\"string\",\"null\"]},\"choices\":{\"type\":[\"array\",\"null\"],"        \
    "\"items\":{\"type\":\"string\"}}}}}"

static const struct schema schemas[] = {
    {"setting_fields", FIELDS},
    {"providers",
     "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":"
     "{\"type\":\"object\",\"required\":[\"slug\",\"title\",\"settings\"],\"properties\":{\"slug\":{\"type\":"
     "\"string\"},\"title\":{\"type\":\"string\"},\"settings\":{\"$ref\":"
     "\"#/components/schemas/setting_fields\"}}}}}}"},
    {"hook_address",
     "{\"type\":\"object\",\"required\":[\"id\",\"hook_url\"],\"properties\":{\"id\":{\"type\":\"string\"},"
     "\"hook_url\":{\"type\":\"string\"}}}"},
    {"integration",
     "{\"type\":\"object\",\"required\":[\"id\",\"provider\",\"name\",\"zone\",\"state\",\"version\","
     "\"hook_tail\",\"state_reason\",\"last_delivery_at\",\"deliveries_24h\",\"unparsed_24h\","
     "\"settings\",\"setting_fields\"],\"properties\":{\"id\":{\"type\":\"string\"},\"provider\":{\"type\":"
     "\"string\"},\"name\":{\"type\":\"string\"},\"zone\":{\"type\":\"string\"},\"state\":{\"type\":\"string\"},"
     "\"version\":{\"type\":\"integer\"},\"settings\":{\"type\":\"object\",\"additionalProperties\":"
     "{\"type\":[\"string\",\"boolean\",\"null\"]}},\"hook_tail\":{\"type\":[\"string\",\"null\"]},"
     "\"state_reason\":{\"type\":[\"string\",\"null\"]},\"last_delivery_at\":{\"type\":[\"string\",\"null\"]},"
     "\"deliveries_24h\":{\"type\":\"integer\"},\"unparsed_24h\":{\"type\":\"integer\"},"
     "\"setting_fields\":{\"$ref\":"
     "\"#/components/schemas/setting_fields\"}}}"},
    {0},
};

const struct feature integrations_feature = {
    .name = "integrations", .doc = "The phone systems of a tenant.", .routes = routes,
    .schemas = schemas,
};
