/* Writing entries and reading the chain. */
#include "people/audit/audit.h"

#include <string.h>

#include "jobs/jobs.h"
#include "people/audit/inner.h"
#include "people/audit/queries.h"

#define PARAM_MAX 120
#define CHAIN_AFTER_S 2

/* Text fields whose values name a thing and nothing else. */
static const char *const told[] = {"name", "role", "zone", "extension", "email", "user_name", "provider", "slug", "kind",
                                   NULL};

static bool is_told(const struct field *f)
{
    if (f->flags & (SECRET | PERSONAL))
        return false;
    if (f->type == FIELD_INT || f->type == FIELD_BOOL || f->type == FIELD_UUID || f->type == FIELD_TIME || f->choices)
        return true;
    for (size_t i = 0; f->type == FIELD_TEXT && told[i]; i++)
        if (strcmp(f->name, told[i]) == 0)
            return true;
    return false;
}

/* Of an act on many calls: how many it named, and which tags. STR_NONE: nothing is told of the list. */
static struct str list_of(struct arena *a, const struct field *f, struct str text)
{
    bool calls = strcmp(f->name, "calls") == 0;
    const struct json *list;
    struct buf b = buf_new(a, 8000);

    if (f->type != FIELD_TEXTS || (!calls && strcmp(f->name, "tags") != 0) || json_parse(a, text, &list))
        return STR_NONE;
    if (calls)
        return str_fmt(a, "%zu", json_count(list));
    for (size_t i = 0; i < json_count(list); i++)
        buf_fmt(&b, "%s%.*s", i ? ", " : "", STR_ARG(json_str(json_at(list, i))));
    return buf_str(&b);
}

/* {"name":"Front desk","settings":null}: null where a value was given and is not told. */
static struct str given_of(const struct req *rq)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    for (size_t i = 0; rq->texts && rq->route->in && rq->route->in[i].name; i++) {
        const struct field *f = &rq->route->in[i];
        struct str list;

        if (!rq->texts[i].p)
            continue;
        jw_key(&w, f->name);
        list = list_of(rq->a, f, rq->texts[i]);
        if (is_told(f) || list.p)
            jw_text(&w, list.p ? list : rq->texts[i]);
        else
            jw_null(&w);
    }
    jw_close(&w, '}');
    return jw_done(&w);
}

/* What the path names, and what was made. */
static struct str objects_of(const struct req *rq)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    for (size_t i = 0; i < 4; i++) {
        struct str name = http_row_param(rq->route, i);
        if (!name.n)
            break;
        jw_key(&w, str_c(rq->a, name));
        jw_text(&w, str_sub(rq->param[i], 0, PARAM_MAX));
    }
    if (rq->reply.status == 201 && !uuid_is_zero(rq->made)) {
        jw_key(&w, "made");
        jw_uuid(&w, rq->made);
    }
    jw_close(&w, '}');
    return jw_done(&w);
}

static const struct err *record_of_platform(struct req *rq, struct uuid request)
{
    return q_platform_audit_add(rq->db, (struct platform_audit_add_in){
        .id = request, .actor_kind = STR("super"), .actor = rq->who.account, .actor_name = rq->who.name,
        .act = http_row_name(rq->a, rq->route), .objects = objects_of(rq), .given = given_of(rq),
        .address = rq->client, .request = request}, NULL);
}

const struct err *audit_record(struct req *rq)
{
    struct uuid request = {{0}};
    const struct err *e;

    if (!uuid_parse(str_of(rq->id), &request))
        request = uuid_new();
    if (rq->who.kind == SUPER)
        return record_of_platform(rq, request);
    e = q_audit_add(rq->db, (struct audit_add_in){
        .id = uuid_new(), .actor_kind = rq->who.kind == API_KEY ? STR("api_key") : STR("person"),
        .actor = rq->who.account, .actor_name = rq->who.name,
        .act = http_row_name(rq->a, rq->route), .objects = objects_of(rq), .given = given_of(rq),
        .address = rq->client, .request = request}, NULL);
    return e ? e : job_add(rq->db, &(struct job_new){
        .kind = AUDIT_CHAIN, .args = STR("{}"), .dedupe = STR(AUDIT_CHAIN), .delay_s = CHAIN_AFTER_S});
}

static struct str one_member(struct arena *a, const char *key, struct str text)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, key);
    jw_text(&w, text);
    jw_close(&w, '}');
    return jw_done(&w);
}

const struct err *audit_service(struct db *db, const char *act, const char *kind, struct uuid object, struct str why)
{
    struct arena *a = db_arena(db);
    struct uuid id = uuid_new();
    char text[UUID_TEXT];
    const struct err *e = q_audit_add(db, (struct audit_add_in){
        .id = id, .actor_kind = STR("service"), .actor = id, .actor_name = STR("Ringsight"), .act = str_of(act),
        .objects = one_member(a, kind, uuid_text(object, text)), .given = one_member(a, "why", why),
        .address = STR(""), .request = id}, NULL);

    return e ? e : job_add(db, &(struct job_new){
        .kind = AUDIT_CHAIN, .args = STR("{}"), .dedupe = STR(AUDIT_CHAIN), .delay_s = CHAIN_AFTER_S});
}

const struct err *audit_check(struct db *db, struct audit_state *ret)
{
    struct audit_verify_out row;
    const struct err *e = q_audit_verify(db, &row);

    if (!e)
        *ret = (struct audit_state){row.links, row.waiting, row.fault.p ? row.fault : STR(""), row.head};
    return e;
}

const struct err *audit_command(struct db *db, struct str who, struct str host, const char *command, struct str given)
{
    struct arena *a = db_arena(db);

    return q_platform_audit_add(db, (struct platform_audit_add_in){
        .id = uuid_new(), .actor_kind = STR("command"), .actor_name = who,
        .act = str_fmt(a, "ringsight admin %s", command), .objects = STR("{}"), .given = given,
        .address = host}, NULL);
}

const struct err *audit_check_platform(struct db *db, struct audit_state *ret)
{
    struct platform_audit_verify_out row;
    const struct err *e = q_platform_audit_verify(db, &row);

    if (!e)
        *ret = (struct audit_state){row.links, 0, row.fault.p ? row.fault : STR(""), row.head};
    return e;
}
