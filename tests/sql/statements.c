/* Every statement of the catalogue against the migrated schema: it is prepared, the types
 * PostgreSQL infers are compared with the `in:` line, the columns with `out:`, and its generic plan
 * is read: with sequential scans made dear, a plan that still has one on a growing table has no
 * index to use. On a seeded database (argument "seeded") the pages' buffers are bounded too.
 *   statements <connection string as ringsight_app> <... jobs> <... platform> <... migrator> [seeded]
 * Each statement is tried as the role that runs it: jobs/, intake/cdr, intake/lines, people/resets and those named jobs_… as
 * ringsight_jobs, people/tenants, platform/queues and those named platform_… as ringsight_platform,
 * platform/tenancy (the admin command) as ringsight_migrator. */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "db/bind.h"

static int passed, failed;

static void check(bool good, const char *name, const char *why)
{
    if (good)
        passed++;
    else
        failed++;
    if (!good)
        printf("not ok %s: %s\n", name, why);
}

/* Tables that grow with use; the rest are small or read by key anyway. */
static const char *const growing[] = {"call",   "call_leg",   "call_event", "recording",
                                      "inbox",  "delivery",   "transcript", "analysis",
                                      "score",  "live_event", "job_history", "upload_part", NULL};

static bool prepare(PGconn *c, const struct sql *q, unsigned variant, const char *name)
{
    const struct sql_variant *v = &q->variants[variant];
    Oid oids[BIND_MAX];
    PGresult *r;
    bool ok;

    for (size_t i = 0; i < v->n_params; i++)
        oids[i] = bind_oid(q->in[v->params[i]].type);
    r = PQprepare(c, name, v->text, (int)v->n_params, oids);
    ok = PQresultStatus(r) == PGRES_COMMAND_OK;
    check(ok, q->name, PQresultErrorMessage(r));
    PQclear(r);
    return ok;
}

/* json columns may be json or jsonb, numbers smallint to bigint as declared. */
static bool fits(enum sql_type type, Oid oid)
{
    if (oid == bind_oid(type))
        return true;
    switch (type) {
    case SQL_JSON:
        return oid == 114 || oid == 3802;
    case SQL_INT:
        return oid == 21;
    case SQL_TEXT:
        return oid == 1043 || oid == 19;
    default:
        return false;
    }
}

static void describe(PGconn *c, const struct sql *q, const char *name)
{
    PGresult *r = PQdescribePrepared(c, name);
    char why[200];

    if (q->kind == SQL_DONE) {
        PQclear(r);
        return;
    }
    snprintf(why, sizeof why, "answers %d columns, declares %zu", PQnfields(r), q->n_out);
    check(PQnfields(r) == (int)q->n_out, q->name, why);
    for (int i = 0; i < PQnfields(r) && i < (int)q->n_out; i++) {
        snprintf(why, sizeof why, "column %d is %s of type %u, declared %s", i, PQfname(r, i),
                 PQftype(r, i), q->out[i].name);
        check(strcmp(PQfname(r, i), q->out[i].name) == 0 && fits(q->out[i].type, PQftype(r, i)),
              q->name, why);
    }
    PQclear(r);
}

/* The generic plan as text; the parameters are null, for a generic plan does not look at them. */
static char *plan_of(PGconn *c, const struct sql *q, unsigned variant, const char *name)
{
    size_t n = q->variants[variant].n_params;
    char *sql = malloc(200 + n * 6), *text = calloc(1, 1 << 16);
    PGresult *r;
    size_t at;

    if (!sql || !text)
        abort();
    at = (size_t)sprintf(sql, "explain execute %s%s", name, n ? "(" : "");
    for (size_t i = 0; i < n; i++)
        at += (size_t)sprintf(sql + at, "%snull", i ? "," : "");
    sprintf(sql + at, "%s", n ? ")" : "");
    r = PQexec(c, sql);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        check(false, q->name, PQresultErrorMessage(r));
    for (int i = 0; i < PQntuples(r); i++)
        if (strlen(text) + strlen(PQgetvalue(r, i, 0)) + 2 < (1 << 16))
            strcat(strcat(text, PQgetvalue(r, i, 0)), "\n");
    PQclear(r);
    free(sql);
    return text;
}

static void read_plan(PGconn *c, const struct sql *q, unsigned variant, const char *name)
{
    char *text = plan_of(c, q, variant, name), label[200], scan[80];

    for (const char *const *t = growing; *t; t++) {
        const char *hit = text;
        snprintf(scan, sizeof scan, "Seq Scan on %s", *t);
        while ((hit = strstr(hit, scan))) {
            char after = hit[strlen(scan)];
            hit += strlen(scan);
            snprintf(label, sizeof label, "variant %u reads all of %s", variant, *t);
            check(after != ' ' && after != '\n' && after != '_', q->name, label);
        }
    }
    check(text[0] != 0, q->name, "has no plan");
    free(text);
}

/* ---- on the seeded database: what a page really reads ---- */

/* 8 KB blocks for 51 rows, each on a block of its own. One agent of ten in order walks ten pages of
 * calls, half of the tenant's 2,000; a sort of all of them reads twice as much. */
#define PAGE_BUFFERS_MAX 1200

static const char *seeded_value(const char *name)
{
    if (strcmp(name, "limit") == 0)
        return "51";
    if (strcmp(name, "agent") == 0)
        return "'00000000-0000-7000-8000-00000000a001'";
    if (strcmp(name, "scope") == 0)
        return "'{00000000-0000-7000-8000-00000000a001}'";
    if (strcmp(name, "after_started_at") == 0)
        return "now() - interval '3 days'";
    if (strcmp(name, "after_id") == 0)
        return "ground.uuid_at(now() - interval '3 days')";
    if (strcmp(name, "direction") == 0)
        return "'inbound'";
    if (strcmp(name, "score_below") == 0)
        return "6000";
    if (strcmp(name, "number") == 0)
        return "'+4420794600017'";
    return "null";
}

static long buffers_of(PGresult *r)
{
    long hit = 0, miss = 0;

    for (int i = 0; i < PQntuples(r); i++) {
        const char *at = strstr(PQgetvalue(r, i, 0), "Buffers: shared");
        const char *p = at ? strstr(at, "hit=") : NULL;
        if (!at)
            continue;
        hit = p ? strtol(p + 4, NULL, 10) : 0;
        p = strstr(at, "read=");
        miss = p ? strtol(p + 5, NULL, 10) : 0;
        break; /* the topmost node counts all below */
    }
    return hit + miss;
}

static void bound_page(PGconn *c, const struct sql *q, unsigned variant, const char *name)
{
    const struct sql_variant *v = &q->variants[variant];
    char sql[4096], why[120];
    size_t at = (size_t)snprintf(sql, sizeof sql, "explain (analyze, buffers, timing off) execute %s(",
                                 name);
    PGresult *r;
    long read;

    for (size_t i = 0; i < v->n_params; i++)
        at += (size_t)snprintf(sql + at, sizeof sql - at, "%s%s", i ? "," : "",
                               seeded_value(q->in[v->params[i]].name));
    snprintf(sql + at, sizeof sql - at, ")");
    PQclear(PQexec(c, "begin; select set_config('app.tenant', "
                      "'00000000-0000-7000-8000-000000000001', true)"));
    r = PQexec(c, sql);
    check(PQresultStatus(r) == PGRES_TUPLES_OK, q->name, PQresultErrorMessage(r));
    read = buffers_of(r);
    snprintf(why, sizeof why, "variant %u reads %ld blocks for one page", variant, read);
    check(read <= PAGE_BUFFERS_MAX, q->name, why);
    PQclear(r);
    PQclear(PQexec(c, "rollback"));
}

static PGconn *open_as(const char *url)
{
    PGconn *c = PQconnectdb(url);

    if (PQstatus(c) != CONNECTION_OK) {
        printf("not ok connect: %s\n", PQerrorMessage(c));
        exit(1);
    }
    PQclear(PQexec(c, "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set jit = off"));
    return c;
}

static int seeded(PGconn *app)
{
    PQclear(PQexec(app, "set enable_seqscan = on"));
    for (const struct sql *const *q = sql_all; *q; q++) {
        for (unsigned v = 0; (*q)->kind == SQL_PAGE && v < (*q)->n_variants; v++) {
            char name[16];
            snprintf(name, sizeof name, "s%u", (*q)->id + v);
            if (prepare(app, *q, v, name))
                bound_page(app, *q, v, name);
        }
    }
    PQfinish(app);
    printf("passed=%d failed=%d\n", passed, failed);
    return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    PGconn *app, *jobs, *platform, *migrator;

    if (argc < 5) {
        fputs("usage: statements APP_URL JOBS_URL PLATFORM_URL MIGRATOR_URL [seeded]\n", stderr);
        return 2;
    }
    app = open_as(argv[1]);
    if (argc > 5)
        return seeded(app);
    jobs = open_as(argv[2]);
    platform = open_as(argv[3]);
    migrator = open_as(argv[4]);
    for (const struct sql *const *q = sql_all; *q; q++) {
        const char *file = (*q)->file;
        PGconn *c = strncmp(file, "jobs/", 5) == 0              ? jobs
                    : strncmp(file, "intake/cdr/", 11) == 0     ? jobs
                    : strncmp(file, "intake/lines/", 13) == 0   ? jobs
                    : strncmp(file, "people/resets/", 14) == 0  ? jobs
                    : strncmp(file, "people/tenants/", 15) == 0 ? platform
                    : strncmp(file, "platform/queues/", 16) == 0 ? platform
                    : strncmp((*q)->name, "platform_", 9) == 0   ? platform
                    : strncmp((*q)->name, "jobs_", 5) == 0       ? jobs
                    : strncmp(file, "platform/tenancy/", 17) == 0 ? migrator
                                                                  : app;
        for (unsigned v = 0; v < (*q)->n_variants; v++) {
            char name[16];
            snprintf(name, sizeof name, "s%u", (*q)->id + v);
            if (!prepare(c, *q, v, name))
                continue;
            describe(c, *q, name);
            read_plan(c, *q, v, name);
        }
    }
    PQfinish(app);
    PQfinish(jobs);
    PQfinish(platform);
    PQfinish(migrator);
    printf("passed=%d failed=%d\n", passed, failed);
    return failed ? 1 : 0;
}
