/* The migrations runner; `ringsight migrate` calls it. It alone uses libpq outside pipelines. */
#include "db/migrate.h"

#include <glob.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/crypto.h"
#include "core/log.h"

#define LOCK_TRIES 30
#define LOCK_KEY "7310914"

struct step {
    int64_t number;
    struct str name;
    struct str up, down; /* paths; down may be empty */
};

struct run {
    struct arena *a;
    PGconn *c;
    struct step *steps;
    size_t n;
};

static void connection_free(void *c)
{
    PQfinish(c);
}

static const struct err *sql(struct run *m, const char *text, struct str *ret_value)
{
    PGresult *r = PQexec(m->c, text);
    ExecStatusType status = PQresultStatus(r);
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const struct err *e = NULL;

    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        e = state && strcmp(state, "55P03") == 0 ? E_BUSY : E_INTERNAL;
        err_why(m->a, e, "%s", PQerrorMessage(m->c));
    } else if (ret_value) {
        *ret_value = PQntuples(r) && !PQgetisnull(r, 0, 0) ? str_dup(m->a, str_of(PQgetvalue(r, 0, 0)))
                                                           : STR("");
    }
    PQclear(r);
    return e;
}

static const struct err *read_file(struct arena *a, struct str path, struct str *ret)
{
    FILE *f = fopen(path.p, "re");
    struct buf b = buf_new(a, 4 << 20);
    char part[8192];
    size_t n;

    if (!f)
        return err_why(a, E_INTERNAL, "cannot read %s", path.p);
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        buf_add(&b, str_n(part, n));
    fclose(f);
    *ret = buf_str(&b);
    return NULL;
}

static const struct err *list_steps(struct run *m, const char *folder)
{
    glob_t found;
    struct str pattern = str_fmt(m->a, "%s/[0-9][0-9][0-9][0-9]_*.sql", folder);

    if (glob(pattern.p, 0, NULL, &found) != 0)
        return err_why(m->a, E_INTERNAL, "no migrations in %s", folder);
    m->steps = ARENA_ARRAY(m->a, found.gl_pathc, struct step);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct str path = str_dup(m->a, str_of(found.gl_pathv[i]));
        struct str base = str_sub(path, strlen(folder) + 1, path.n);
        struct step *s = &m->steps[m->n];
        if (str_ends(base, STR(".down.sql")))
            continue;
        if (!str_to_int(str_sub(base, 0, 4), &s->number))
            continue;
        s->name = str_dup(m->a, str_sub(base, 5, base.n - 9));
        s->up = path;
        s->down = str_fmt(m->a, "%.*s.down.sql", (int)path.n - 4, path.p);
        m->n++;
    }
    globfree(&found);
    return NULL;
}

static const struct err *apply_once(struct run *m, const struct step *s, bool up)
{
    struct str text, hash;
    struct hash h;
    const struct err *e = read_file(m->a, up ? s->up : s->down, &text);

    if (e)
        return e;
    h = crypto_sha256(text);
    hash = crypto_hex(m->a, str_n(h.b, sizeof h.b));
    e = sql(m, "begin; set local lock_timeout = '1s'; set local role ringsight_owner", NULL);
    if (!e)
        e = sql(m, str_c(m->a, text), NULL);
    if (!e)
        e = sql(m, "reset role; set local role ringsight_owner", NULL);
    if (!e && up)
        e = sql(m, str_fmt(m->a, "insert into schema_migration (number, name, sha256) values "
                           "(%lld, '%s', '%s')", (long long)s->number, s->name.p, hash.p).p, NULL);
    if (!e && !up)
        e = sql(m, str_fmt(m->a, "delete from schema_migration where number = %lld",
                           (long long)s->number).p, NULL);
    if (e) {
        struct str why = arena_why(m->a);
        const struct err *ignored = sql(m, "rollback", NULL);
        (void)ignored;
        return err_why(m->a, e, "%s: %.*s", (up ? s->up : s->down).p, STR_ARG(why));
    }
    return sql(m, "commit", NULL);
}

static const struct err *apply(struct run *m, const struct step *s, bool up)
{
    const struct err *e = E_BUSY;

    for (int i = 0; i < LOCK_TRIES && e == E_BUSY; i++) {
        if (i)
            usleep(500 * 1000); /* somebody holds a lock on the table: let them go first */
        e = apply_once(m, s, up);
    }
    if (!e)
        LOG(LOG_INFO, up ? "migrate.up" : "migrate.down", KV_I("number", s->number),
            KV("name", s->name));
    return e;
}

static const struct err *walk(struct run *m, int64_t at, int64_t to)
{
    const struct err *e = NULL;

    for (size_t i = 0; i < m->n && !e; i++)
        if (m->steps[i].number > at && m->steps[i].number <= to)
            e = apply(m, &m->steps[i], true);
    for (size_t i = m->n; i-- > 0 && !e;)
        if (m->steps[i].number <= at && m->steps[i].number > to)
            e = apply(m, &m->steps[i], false);
    return e;
}

static const char ground[] =
    "create table if not exists schema_migration (number integer primary key, name text not null, "
    "sha256 text not null, applied_at timestamptz not null default now()); "
    "comment on table schema_migration is 'class: system'; "
    "grant select on schema_migration to ringsight_app, ringsight_jobs, ringsight_platform";

const struct err *migrate(struct arena *a, const char *owner_url, const char *folder, int64_t to)
{
    struct run m = {.a = a, .c = PQconnectdb(owner_url)};
    struct str at_text;
    int64_t at;
    const struct err *e;

    arena_defer(a, connection_free, m.c);
    if (PQstatus(m.c) != CONNECTION_OK)
        return err_why(a, E_UNAVAILABLE, "PostgreSQL: %s", PQerrorMessage(m.c));
    if (PQserverVersion(m.c) < 150000)
        return err_why(a, E_UNAVAILABLE, "PostgreSQL %d is too old: version 15 is needed.",
                       PQserverVersion(m.c) / 10000);
    e = list_steps(&m, folder);
    if (!e)
        e = sql(&m, "set client_min_messages = warning; set timezone = 'UTC'; "
                "select pg_advisory_lock(" LOCK_KEY ")", NULL);
    if (!e)
        e = sql(&m, "begin; set local role ringsight_owner", NULL);
    if (!e)
        e = sql(&m, ground, NULL);
    if (!e)
        e = sql(&m, "commit", NULL);
    if (!e)
        e = sql(&m, "select coalesce(max(number), 0) from schema_migration", &at_text);
    if (e || !str_to_int(at_text, &at))
        return e ? e : E_INTERNAL;
    return walk(&m, at, to < 0 ? INT64_MAX : to);
}
