/* Setting up phone systems. The hook address is shown whole once, when it is made. */
#include "core/settings.h"
#include "core/zone.h"
#include "http/client.h"
#include "intake/integrations/queries.h"
#include "intake/integrations/rotate.h"
#include "intake/integrations/store.h"

#define WATCH_DAYS 30 /* so long proof may be watched before it is demanded */

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
    struct str name, zone, settings, sources;
    int64_t unproven_days;
};

static const struct field change_in[] = {
    {"name", FIELD_TEXT, offsetof(struct change_fields, name), OPTIONAL, .min = 1, .max = 120},
    {"zone", FIELD_TEXT, offsetof(struct change_fields, zone), OPTIONAL, .max = 64},
    {"settings", FIELD_JSON, offsetof(struct change_fields, settings), OPTIONAL,
     .doc = "Only what changes; null removes"},
    {"sources", FIELD_TEXT, offsetof(struct change_fields, sources), OPTIONAL, .max = 2000,
     .doc = "Addresses and networks that hooks are taken from, parted by blanks; empty: from any"},
    {"unproven_days", FIELD_INT, offsetof(struct change_fields, unproven_days), OPTIONAL, .min = 0,
     .max = WATCH_DAYS,
     .doc = "So many days from now hooks that do not prove themselves are taken and counted; 0 ends it"},
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
    if (!e && in->zone.p && !zone_known(in->zone))
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
    jw_key(w, "rotates");
    jw_text(w, str_of(s->rotates));
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

static void write_parser(struct jw *w, int version, const char *what)
{
    jw_open(w, '{');
    jw_key(w, "version");
    jw_int(w, version);
    jw_key(w, "what");
    jw_text(w, str_of(what));
    jw_close(w, '}');
}

/* Newest first. */
static void write_parsers(struct jw *w, const struct provider *p)
{
    jw_key(w, "parsers");
    jw_open(w, '[');
    write_parser(w, p->parser_version, "the newest");
    for (const struct parser_before *b = p->parsers_before; b && b->version; b++)
        write_parser(w, b->version, b->what);
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
        jw_key(&w, "has_setup_file");
        jw_bool(&w, (*p)->setup_file != NULL);
        jw_key(&w, "can_be_polled");
        jw_bool(&w, (*p)->poll != NULL);
        write_parsers(&w, *p);
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
    jw_key(w, "token_used_at");
    jw_time(w, f->token_used_at);
    jw_key(w, "secret_used_at");
    jw_time(w, f->secret_used_at);
    rotate_write_old(w, f);
}

static bool is_watched(const struct integration_read_out *row)
{
    return row->unproven_until != TIME_NONE && row->unproven_until > time_now();
}

/* Whether a hook has to prove itself by more than its address: does one without any header pass? */
static bool demands_proof(struct arena *a, const struct provider *p, const struct json *settings)
{
    struct hook bare = {.method = STR("POST"), .query = STR(""), .headers = STR(""),
                        .body = STR(""), .url = STR(""), .settings = settings, .now = time_now()};

    return p && p->verify && p->verify(a, &bare) != NULL;
}

static const struct err *show(struct req *rq)
{
    struct integration_facts_out facts;
    struct integration_refusals_out *refusals;
    struct integration_read_out row;
    size_t n_refusals;
    const struct json *settings;
    struct jw w = jw_new(rq->a);
    const struct err *e = read_one(rq, &row, &settings);
    const struct provider *p;

    if (!e)
        e = q_integration_facts(rq->db, (struct integration_facts_in){rq->param_id[0]}, &facts);
    if (!e)
        e = q_integration_refusals(rq->db, (struct integration_refusals_in){rq->param_id[0]},
                                   &refusals, &n_refusals);
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
    jw_key(&w, "sources");
    jw_text(&w, row.sources);
    write_facts(&w, &facts);
    rotate_write_refusals(&w, refusals, n_refusals);
    jw_key(&w, "unproven_until");
    jw_time(&w, is_watched(&row) ? row.unproven_until : TIME_NONE);
    jw_key(&w, "demands_proof");
    jw_bool(&w, demands_proof(rq->a, p, settings));
    write_settings(&w, rq->a, p, settings);
    write_fields(&w, "setting_fields", p);
    jw_close(&w, '}');
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)row.version));
    return req_json(rq, 200, jw_done(&w));
}

/* How long hooks that do not prove themselves are taken from now on. */
static const struct err *watch(struct req *rq, const struct provider *p,
                               const struct integration_read_out *row, int64_t *ret_until)
{
    const struct change_fields *in = rq->in;

    *ret_until = row->unproven_until;
    if (in->unproven_days == SQL_NULL)
        return NULL;
    if (in->unproven_days && !p->verify)
        return req_field(rq, "unproven_days", "Hooks of this kind of phone system are known by their address alone.");
    *ret_until = in->unproven_days ? time_now() + in->unproven_days * 86400 * TIME_S : TIME_NONE;
    if (!in->unproven_days || is_watched(row))
        return NULL;
    return q_integration_watch_anew(rq->db, (struct integration_watch_anew_in){row->id}, NULL);
}

static const struct err *change(struct req *rq)
{
    const struct change_fields *in = rq->in;
    struct integration_read_out row;
    struct integration_change_in out = {.integration = rq->param_id[0]};
    struct setting_faults faults = {0};
    const struct json *kept, *given;
    const struct provider *p;
    struct cidr_list networks;
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
    if (!zone_known(out.zone))
        return req_field(rq, "zone", "Give a time zone like Europe/London.");
    out.sources = in->sources.p ? in->sources : row.sources;
    if (cidr_list_parse(rq->a, out.sources, &networks))
        return req_field(rq, "sources", "%.*s.", STR_ARG(arena_why(rq->a)));
    store_split(rq->a, p, given, kept, &out.settings, &secret);
    e = watch(rq, p, &row, &out.unproven_until);
    if (!e)
        e = store_seal(rq->a, rq->who.tenant, row.id, secret, &out.secrets);
    if (!e)
        e = q_integration_change(rq->db, out, &n);
    if (!e && !n)
        e = E_STALE;
    if (!e)
        e = store_nightly(rq->db, p, row.id);
    store_changed(rq->db);
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
    store_changed(rq->db);
    return reply_address(rq, row.id, row.provider, token);
}

struct file_fields {
    struct str hook_url;
};

static const struct field file_in[] = {
    {"hook_url", FIELD_TEXT, offsetof(struct file_fields, hook_url), OPTIONAL, .max = 500,
     .doc = "The address as it was shown, to be written into the file"},
    {0},
};

static const struct err *setup_file(struct req *rq)
{
    const struct file_fields *in = rq->in;
    struct integration_read_out row;
    const struct json *settings;
    struct str text;
    struct jw w = jw_new(rq->a);
    const struct err *e = read_one(rq, &row, &settings);

    if (!e)
        e = setup_file_make(rq->a, provider_find(row.provider), row.name, in->hook_url, settings,
                            &text);
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "file_name");
    jw_text(&w, str_fmt(rq->a, "ringsight-%.*s.xml", STR_ARG(row.provider)));
    jw_key(&w, "content");
    jw_text(&w, text);
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 200, jw_done(&w));
}

static const struct route routes[] = {
    {GET, "/providers", INTEGRATIONS_READ, .run = providers_list, .out = "providers",
     .tx = TX_NONE, .doc = "Phone systems that can be connected, with their settings"},
    {GET, "/integrations", INTEGRATIONS_READ, .sql = SQL_INTEGRATIONS_LIST,
     .doc = "Connected phone systems"},
    {POST, "/integrations", INTEGRATIONS_WRITE, create_in, .run = create, .out = "hook_address",
     .creates = CREATES_SECRET, .doc = "Connect a phone system; shows its address once"},
    {GET, "/integrations/{integration}", INTEGRATIONS_READ, .run = show, .out = "integration",
     .doc = "One phone system with its settings"},
    {PATCH, "/integrations/{integration}", INTEGRATIONS_WRITE, change_in, .run = change,
     .out = "integration", .doc = "Change name, zone or settings; needs If-Match"},
    {POST, "/integrations/{integration}/token", INTEGRATIONS_WRITE, .run = new_token,
     .out = "hook_address", .creates = CREATES_SECRET, .doc = "A new address; the old one ends at once"},
    {POST, "/integrations/{integration}/rotate", INTEGRATIONS_WRITE, rotate_in, .run = rotate,
     .out = "rotated", .creates = CREATES_SECRET,
     .doc = "A new address, and new secrets that prove hooks; the old ones work on until they end"},
    {DELETE, "/integrations/{integration}/old", INTEGRATIONS_WRITE, .run = rotate_retire,
     .doc = "Ends the old address and secrets now"},
    {POST, "/integrations/{integration}/setup-file", INTEGRATIONS_WRITE, file_in,
     .run = setup_file, .out = "setup_file",
     .doc = "The file to put into the phone system, with this integration's address and key"},
    {DELETE, "/integrations/{integration}", INTEGRATIONS_WRITE, .sql = SQL_INTEGRATION_DELETE,
     .doc = "Disconnect; its calls stay"},
    {0},
};

#define FIELDS                                                                                     \
    "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"kind\",\"required\",\"label\","  \
    "\"doc\",\"choices\",\"rotates\"],\"properties\":{\"name\":{\"type\":\"string\"},\"kind\":{\"enum\":[\"text\","      \
    "\"secret\",\"url\",\"zone\",\"choice\"]},\"required\":{\"type\":\"boolean\"},\"label\":{\"type\":"       \
    "\"string\"},\"doc\":{\"type\":[\"string\",\"null\"]},\"rotates\":{\"enum\":[\"whsec\",\"password\",\"given\",null]},"   \
    "\"choices\":{\"type\":[\"array\",\"null\"],"        \
    "\"items\":{\"type\":\"string\"}}}}}"

static const struct schema schemas[] = {
    {"setting_fields", FIELDS},
    {"setup_file",
     "{\"type\":\"object\",\"required\":[\"file_name\",\"content\"],\"properties\":{\"file_name\":"
     "{\"type\":\"string\"},\"content\":{\"type\":\"string\"}}}"},
    {"providers",
     "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":"
     "{\"type\":\"object\",\"required\":[\"slug\",\"title\",\"has_setup_file\",\"can_be_polled\","
     "\"parsers\",\"settings\"],\"properties\":{\"has_setup_file\":{\"type\":\"boolean\"},\"parsers\":"
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"version\",\"what\"],\"properties\":"
     "{\"version\":{\"type\":\"integer\"},\"what\":{\"type\":\"string\"}}}},\"can_be_polled\":"
     "{\"type\":\"boolean\"},\"slug\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"settings\":{\"$ref\":"
     "\"#/components/schemas/setting_fields\"}}}}}}"},
    {"rotated",
     "{\"type\":\"object\",\"required\":[\"id\",\"hook_url\",\"old_ends_at\",\"secrets\"],\"properties\":{\"id\":"
     "{\"type\":\"string\"},\"hook_url\":{\"type\":\"string\"},\"old_ends_at\":{\"type\":\"string\"},\"secrets\":"
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"label\",\"value\"],"
     "\"properties\":{\"name\":{\"type\":\"string\"},\"label\":{\"type\":\"string\"},\"value\":{\"type\":"
     "\"string\"}}}}}}"},
    {"hook_address",
     "{\"type\":\"object\",\"required\":[\"id\",\"hook_url\"],\"properties\":{\"id\":{\"type\":\"string\"},"
     "\"hook_url\":{\"type\":\"string\"}}}"},
    {"integration",
     "{\"type\":\"object\",\"required\":[\"id\",\"provider\",\"name\",\"zone\",\"state\",\"version\","
     "\"hook_tail\",\"state_reason\",\"last_delivery_at\",\"deliveries_24h\",\"unparsed_24h\","
     "\"settings\",\"setting_fields\",\"unproven_until\",\"demands_proof\",\"sources\",\"token_used_at\",\"secret_used_at\",\"old\",\"refusals\"],"
     "\"properties\":{" ROTATE_SCHEMA ",\"unproven_until\":" ROTATE_TIME ",\"demands_proof\":{\"type\":"
     "\"boolean\"},\"id\":{\"type\":\"string\"},\"provider\":{\"type\":"
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
