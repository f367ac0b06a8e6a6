/* The operator's list of tenants. Runs as ringsight_platform, on worker threads: the loops' lanes
 * are the tenants' own. */
#include "core/time.h"
#include "people/tenants/queries.h"
#include "people/tenants/tenants.h"

#define PAGE 50

struct list_fields {
    struct uuid cursor;
    int64_t limit;
};

static const struct field list_in[] = {
    {"cursor", FIELD_UUID, offsetof(struct list_fields, cursor), OPTIONAL,
     .doc = "\"next\" of the page before"},
    {"limit", FIELD_INT, offsetof(struct list_fields, limit), OPTIONAL, .min = 1, .max = 100},
    {0},
};

static void write_tenant(struct jw *w, const struct tenants_list_out *t)
{
    jw_open(w, '{');
    jw_key(w, "id");
    jw_uuid(w, t->id);
    jw_key(w, "slug");
    jw_text(w, t->slug);
    jw_key(w, "name");
    jw_text(w, t->name);
    jw_key(w, "zone");
    jw_text(w, t->zone);
    jw_key(w, "state");
    jw_text(w, t->state);
    jw_key(w, "created_at");
    jw_time(w, t->created_at);
    jw_close(w, '}');
}

static const struct err *list(struct req *rq)
{
    const struct list_fields *in = rq->in;
    size_t n, limit = in->limit > 0 ? (size_t)in->limit : PAGE;
    struct tenants_list_out *rows;
    struct jw w = jw_new(rq->a);
    const struct err *e = q_tenants_list(
        rq->db, (struct tenants_list_in){in->cursor, (int64_t)limit + 1}, &rows, &n);
    bool more;

    if (e)
        return e;
    more = n > limit;
    jw_open(&w, '{');
    jw_key(&w, "items");
    jw_open(&w, '[');
    for (size_t i = 0; i < (more ? limit : n); i++)
        write_tenant(&w, &rows[i]);
    jw_close(&w, ']');
    jw_key(&w, "next");
    jw_uuid(&w, more ? rows[limit - 1].id : (struct uuid){{0}});
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct route routes[] = {
    {GET, "/platform/tenants", SUPER_ADMIN, list_in, .run = list, .out = "tenants",
     .role = DB_PLATFORM, .doc = "All tenants of the service, newest first"},
    {0},
};

static const struct schema schemas[] = {
    {"tenants",
     "{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{\"items\":{\"type\":\"array\","
     "\"items\":{\"type\":\"object\",\"required\":[\"id\",\"slug\",\"name\",\"zone\",\"state\",\"created_at\"],"
     "\"properties\":{\"id\":{\"type\":\"string\"},\"slug\":{\"type\":\"string\"},\"name\":{\"type\":"
     "\"string\"},\"zone\":{\"type\":\"string\"},\"state\":{\"enum\":[\"active\",\"suspended\",\"deleted\"]},"
     "\"created_at\":{\"type\":\"string\",\"format\":\"date-time\"}}}},"
     "\"next\":{\"type\":[\"string\",\"null\"]}}}"},
    {0},
};

const struct feature tenants_feature = {
    .name = "tenants", .doc = "Tenants, for the operator of the service.", .routes = routes,
    .schemas = schemas,
};
