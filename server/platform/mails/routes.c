/* Reading the service's own mails. Runs as ringsight_platform, whose policy shows no tenant's. */
#include "net/services.h"
#include "platform/mails/mails.h"
#include "platform/mails/queries.h"

#define SHOWN 100

static void put(struct jw *w, const struct platform_mails_out *m)
{
    jw_open(w, '{');
    jw_key(w, "id");
    jw_uuid(w, m->id);
    jw_key(w, "template");
    jw_text(w, m->template);
    jw_key(w, "recipient");
    jw_text(w, m->recipient);
    jw_key(w, "state");
    jw_text(w, m->state);
    jw_key(w, "reason");
    jw_text(w, m->reason);
    jw_key(w, "created_at");
    jw_time(w, m->created_at);
    jw_key(w, "ended_at");
    jw_time(w, m->ended_at);
    jw_close(w, '}');
}

static const struct err *list(struct req *rq)
{
    struct platform_mails_out *rows;
    struct jw w = jw_new(rq->a);
    size_t n;
    const struct err *e = q_platform_mails(rq->db, (struct platform_mails_in){SHOWN}, &rows, &n);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "server");
    jw_text(&w, services()->smtp ? services()->smtp->host : STR_NONE);
    jw_key(&w, "items");
    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++)
        put(&w, &rows[i]);
    jw_close(&w, ']');
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct route routes[] = {
    {GET, "/platform/mails", SUPER_ADMIN, .run = list, .out = "platform_mails", .role = DB_PLATFORM,
     .doc = "The last hundred mails of the service itself, newest first, and by which mail server"},
    {0},
};

#define TIME "{\"type\":\"string\",\"format\":\"date-time\"}"
#define MAYBE_TIME "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"

static const struct schema schemas[] = {
    {"platform_mails",
     "{\"type\":\"object\",\"required\":[\"server\",\"items\"],\"properties\":{\"server\":{\"type\":[\"string\",\"null\"]},"
     "\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"template\",\"recipient\",\"state\","
     "\"reason\",\"created_at\",\"ended_at\"],\"properties\":{\"id\":{\"type\":\"string\"},\"template\":{\"type\":\"string\"},"
     "\"recipient\":{\"type\":\"string\"},\"state\":{\"enum\":[\"waiting\",\"sent\",\"failed\",\"dropped\"]},"
     "\"reason\":{\"type\":[\"string\",\"null\"]},\"created_at\":" TIME ",\"ended_at\":" MAYBE_TIME "}}}}}"},
    {0},
};

const struct feature mails_feature = {
    .name = "mails", .doc = "The service's own mails.", .routes = routes, .schemas = schemas,
};
