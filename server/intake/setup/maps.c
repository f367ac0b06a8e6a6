/* The field map of an integration: shown with its history, saved with the version of the settings,
 * and tried on a delivery that is stored. The mapping itself is the provider's (provider.h). */
#include "core/time.h"
#include "intake/integrations/integrations.h"
#include "intake/setup/queries.h"
#include "intake/setup/setup.h"

struct map_fields {
    struct str map;
    struct uuid delivery;
};

const struct field map_save_in[] = {
    {"map", FIELD_JSON, offsetof(struct map_fields, map), OPTIONAL,
     .doc = "The map, see the guide of the generic hook; left out: none any more"},
    {0},
};

const struct field map_preview_in[] = {
    {"map", FIELD_JSON, offsetof(struct map_fields, map), OPTIONAL,
     .doc = "As it would be saved; left out: the one in force"},
    {"delivery", FIELD_UUID, offsetof(struct map_fields, delivery), OPTIONAL,
     .doc = "On this delivery; left out: the newest"},
    {0},
};

/* *ret is NULL where the phone system has a form of its own. */
static const struct err *look_up(struct req *rq, struct setup_integration_out *row,
                                 const struct provider_map **ret)
{
    const struct provider *p;
    const struct err *e = q_setup_integration(rq->db, (struct setup_integration_in){rq->param_id[0]},
                                              row);

    if (e)
        return e;
    p = provider_find(row->provider);
    *ret = p ? p->map : NULL;
    return NULL;
}

static const struct err *target(struct req *rq, struct setup_integration_out *row,
                                const struct provider_map **ret)
{
    const struct err *e = look_up(rq, row, ret);

    if (!e && !*ret)
        e = err_why(rq->a, E_IN_USE, "This phone system has a form of its own: there is nothing to "
                                     "map.");
    return e;
}

static void write_history(struct jw *w, const struct map_history_out *v, size_t n)
{
    jw_key(w, "history");
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(w, '{');
        jw_key(w, "version");
        jw_int(w, v[i].version);
        jw_key(w, "map");
        jw_raw(w, v[i].map);
        jw_key(w, "by_name");
        jw_text(w, v[i].by_name);
        jw_key(w, "created_at");
        jw_time(w, v[i].created_at);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

const struct err *map_show(struct req *rq)
{
    struct setup_integration_out row;
    const struct provider_map *pm;
    const struct json *settings;
    struct map_history_out *history;
    struct jw w = jw_new(rq->a);
    size_t n;
    const struct err *e = look_up(rq, &row, &pm);

    if (!e)
        e = json_parse(rq->a, row.settings, &settings);
    if (!e)
        e = q_map_history(rq->db, (struct map_history_in){row.id}, &history, &n);
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "version");
    jw_int(&w, row.version);
    jw_key(&w, "zone");
    jw_text(&w, row.zone);
    jw_key(&w, "map");
    jw_raw(&w, json_get(settings, "map") ? json_canonical(rq->a, json_get(settings, "map")) : STR_NONE);
    jw_key(&w, "fields");
    jw_raw(&w, pm ? pm->fields(rq->a) : STR("[]"));
    write_history(&w, history, n);
    jw_close(&w, '}');
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)row.version));
    return req_json(rq, 200, jw_done(&w));
}

const struct err *map_save(struct req *rq)
{
    const struct map_fields *in = rq->in;
    struct setup_integration_out row;
    const struct provider_map *pm;
    const struct json *map;
    int64_t version, n = 0;
    const struct err *e = req_if_match(rq, &version);

    if (!e)
        e = target(rq, &row, &pm);
    if (!e && in->map.p) {
        e = json_parse(rq->a, in->map, &map);
        if (!e && pm->check(rq->a, map))
            return req_field(rq, "map", "%.*s", STR_ARG(arena_why(rq->a)));
    }
    if (!e)
        e = q_map_put(rq->db, (struct map_put_in){
            row.id, version, in->map, rq->who.name.n ? rq->who.name : STR("an API key")}, &n);
    if (!e && !n)
        e = E_STALE;
    return e ? e : map_show(rq);
}

/* The map to try: as given, else the one in force, else one that maps nothing. */
static const struct err *chosen(struct req *rq, const struct json *settings,
                                const struct json **ret)
{
    const struct map_fields *in = rq->in;

    if (!in->map.p && json_get(settings, "map")) {
        *ret = json_get(settings, "map");
        return NULL;
    }
    return json_parse(rq->a, in->map.p ? in->map : STR("{\"fields\":{}}"), ret);
}

const struct err *map_preview(struct req *rq)
{
    const struct map_fields *in = rq->in;
    struct setup_integration_out row;
    struct map_sample_out d;
    const struct provider_map *pm;
    const struct json *map;
    struct hook h = {.method = STR("POST")};
    struct jw w = jw_new(rq->a);
    const struct err *e = target(rq, &row, &pm);

    if (!e)
        e = integration_settings(rq->a, rq->who.tenant, row.id, row.settings, row.secrets, row.zone,
                                 &h.settings);
    if (!e)
        e = chosen(rq, h.settings, &map);
    if (e)
        return e;
    e = q_map_sample(rq->db, (struct map_sample_in){row.id, in->delivery}, &d);
    if (e == E_NOT_FOUND)
        return err_why(rq->a, E_NOT_FOUND, "Nothing has arrived at this address yet: let the phone "
                                           "system send one call, then map it.");
    if (e)
        return e;
    h.method = d.method;
    h.query = d.query;
    h.headers = d.headers;
    h.body = d.body;
    h.now = d.received_at;
    jw_open(&w, '{');
    jw_key(&w, "delivery_id");
    jw_uuid(&w, d.id);
    jw_key(&w, "received_at");
    jw_time(&w, d.received_at);
    jw_key(&w, "fault");
    jw_text(&w, pm->check(rq->a, map) ? str_dup(rq->a, arena_why(rq->a)) : STR_NONE);
    jw_key(&w, "result");
    jw_raw(&w, pm->preview(rq->a, map, &h));
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}
