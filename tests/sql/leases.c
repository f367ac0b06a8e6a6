/* A thousand jobs of one to two hours against the real PostgreSQL (Q4): they are claimed, their leases
 * renewed as late as can be, swept before and after, and ended, by the statements the workers use. Now
 * and then one's worker stands still for longer than its lease: it alone is taken from it, and what it
 * says afterwards under its old token is refused. Time is a table, as in schedule.c, which runs after this.
 *   leases <URL of a superuser> <URL of ringsight_jobs> [seed] [jobs]
 * Prints "not ok" with what went wrong, and at the end what was counted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "jobs/kinds.h"
#include "jobs/queries.h"

#define STEP_MIN_MS 6500 /* between two beats of one worker: just under the lease */
#define STEP_MAX_MS 7900
#define FREEZES_MAX 2 /* of one job: the third death would bury it */

_Static_assert(STEP_MAX_MS < JOB_LEASE_S * 1000, "a beat comes before its lease ends");

static struct long_job {
    struct job job; /* id and token as its worker knows them */
    int64_t ends_at, stale_token;
    int freezes;
    bool over, frozen, waits; /* its worker stands still; taken from it, and nobody's yet */
} *jobs;

static struct db *db;
static size_t n_jobs = 1000;
static int rescued_live, rescued_frozen, refused, doubled;

static void must(const struct err *e, const char *what)
{
    if (!e)
        return;
    printf("not ok leases: %s: %s\n", what, e->code);
    exit(1);
}

static struct long_job *find(struct uuid id)
{
    for (size_t i = 0; i < n_jobs; i++)
        if (uuid_eq(jobs[i].job.id, id))
            return &jobs[i];
    check(false, "a job that nobody made");
    exit(1);
}

/* An array literal of the ids, or of the tokens, of the chosen jobs. */
static struct str listed(struct arena *a, struct long_job *const *v, size_t n, int64_t (*number)(const struct long_job *))
{
    struct buf b = buf_new(a, 1 << 20);
    char text[UUID_TEXT];

    buf_char(&b, '{');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(&b, ',');
        if (number)
            buf_fmt(&b, "%lld", (long long)number(v[i]));
        else
            buf_fmt(&b, "%s", uuid_text(v[i]->job.id, text).p);
    }
    buf_char(&b, '}');
    return buf_str(&b);
}

static int64_t token_of(const struct long_job *j)
{
    return j->job.token;
}

static int64_t stale_token_of(const struct long_job *j)
{
    return j->stale_token;
}

static int64_t no_progress(const struct long_job *j)
{
    (void)j;
    return 0;
}

/* ---- what workers do ---- */

static void claim(struct arena *a, struct long_job *const *v, size_t n)
{
    struct job_claim_out *rows;
    size_t n_rows;

    db_begin(db, (struct uuid){{0}});
    db_last(db);
    must(q_job_claim(db, (struct job_claim_in){listed(a, v, n, NULL), STR("w"), JOB_LEASE_S}, &rows, &n_rows), "claim");
    must(db_commit(db), "claim");
    check(n_rows == n, "not all were claimed");
    for (size_t i = 0; i < n_rows; i++) {
        check(str_is(rows[i].verdict, "claimed"), "a job that is due was not claimed");
        find(rows[i].id)->job.token = rows[i].token;
    }
}

/* How many were still theirs. */
static size_t beat(struct arena *a, struct long_job *const *v, size_t n, int64_t (*token)(const struct long_job *))
{
    struct job_heartbeat_out *rows;
    size_t n_rows = 0;

    if (!n)
        return 0;
    db_begin(db, (struct uuid){{0}});
    must(q_job_heartbeat(db, (struct job_heartbeat_in){listed(a, v, n, NULL), listed(a, v, n, token), listed(a, v, n, no_progress), JOB_LEASE_S},
                         &rows, &n_rows), "heartbeat");
    must(db_commit(db), "heartbeat");
    return n_rows;
}

static void finish(struct long_job *const *v, size_t n)
{
    for (size_t from = 0; from < n; from += 64) {
        struct job *some[64];
        size_t m = n - from < 64 ? n - from : 64;
        for (size_t i = 0; i < m; i++) {
            some[i] = &v[from + i]->job;
            some[i]->ends = "done";
        }
        db_begin(db, (struct uuid){{0}});
        db_last(db);
        must(job_finish_all(db, some, m), "finish");
        must(db_commit(db), "finish");
        for (size_t i = 0; i < m; i++) {
            check(some[i]->ended, "a result under a good token was refused");
            v[from + i]->over = true;
        }
    }
}

/* All that a worker could say that does not know yet: each of it must be refused. */
static void speak_under_old_token(struct arena *a, struct long_job *j)
{
    int64_t now = j->job.token;
    struct job_finish_out ended = {0};
    struct job_again_out again;
    struct job *one = &j->job;
    const struct err *e;

    refused += beat(a, &j, 1, stale_token_of) == 0;
    one->token = j->stale_token;
    one->ends = "done";
    db_begin(db, (struct uuid){{0}});
    must(job_finish_all(db, &one, 1), "finish late");
    e = q_job_again(db, (struct job_again_in){one->id, one->token, 0, 0, STR_NONE}, &again);
    must(q_job_finish(db, (struct job_finish_in){one->id, one->token, STR("done"), STR_NONE}, &ended), "finish late");
    must(db_commit(db), "finish late");
    one->token = now;
    doubled += one->ended || ended.ended || e != E_NOT_FOUND;
}

static void sweep(void)
{
    struct job_sweep_out *rows;
    size_t n;

    db_begin(db, (struct uuid){{0}});
    must(q_job_sweep(db, (struct job_sweep_in){JOB_DEATHS_MAX, JOB_LEASE_S}, &rows, &n), "sweep");
    must(db_commit(db), "sweep");
    for (size_t i = 0; i < n; i++) {
        struct long_job *j = find(rows[i].id);
        rescued_live += !j->frozen;
        rescued_frozen += j->frozen;
        j->stale_token = j->job.token;
        j->frozen = false;
        j->waits = true;
    }
}

/* Another worker gets what was taken from the first, which knows nothing of it. */
static void take_over(struct arena *a)
{
    for (size_t i = 0; i < n_jobs; i++) {
        struct long_job *j = &jobs[i];
        if (!j->waits)
            continue;
        claim(a, &j, 1);
        speak_under_old_token(a, j);
        j->waits = false;
    }
}

/* ---- deaths ---- */

/* Jobs that died together twice come back apart, so that what kills its workers dies the third time alone;
 * and when PostgreSQL was away itself, nobody is taken for dead before it could speak. */
static void deaths(struct arena *a)
{
    struct job_claim_out *claimed;
    struct job_sweep_out *rows;
    size_t n;
    const char *seven = "(select '{' || string_agg(id::text, ',') || '}' from job where kind = 'test.short')";
    char text[200];

    sql("insert into job (id, kind, max_attempts, args) select gen_random_uuid(), 'test.short', 3, '{}' from generate_series(1, 7);"
        "update clock.hand set at = now() + interval '1 day'");
    snprintf(text, sizeof text, "select %s", seven);
    for (int death = 1; death <= 2; death++) {
        int64_t delays = 0;
        db_begin(db, (struct uuid){{0}});
        must(q_job_claim(db, (struct job_claim_in){str_dup(a, str_of(sql(text))), STR("w"), JOB_LEASE_S}, &claimed, &n), "claim");
        must(db_commit(db), "claim");
        check(n == 7, "not all seven were claimed");
        if (death == 1) {
            sql("update clock.hand set at = pg_postmaster_start_time() + interval '5 seconds'; update job set lease_until = '2020-01-01' where kind = 'test.short'");
            db_begin(db, (struct uuid){{0}});
            must(q_job_sweep(db, (struct job_sweep_in){JOB_DEATHS_MAX, JOB_LEASE_S}, &rows, &n), "sweep");
            must(db_commit(db), "sweep");
            check(n == 0, "PostgreSQL has just begun, and somebody was taken for dead");
        }
        sql("update clock.hand set at = now() + interval '2 days'; update job set lease_until = now() where kind = 'test.short'");
        db_begin(db, (struct uuid){{0}});
        must(q_job_sweep(db, (struct job_sweep_in){JOB_DEATHS_MAX, JOB_LEASE_S}, &rows, &n), "sweep");
        must(db_commit(db), "sweep");
        for (size_t i = 0; i < n; i++)
            delays += rows[i].delay_ms;
        check(n == 7 && (death == 1 ? delays < 0 : delays == 50 * (0 + 1 + 2 + 3 + 4 + 5 + 6)),
              death == 1 ? "one that died once loses its place" : "the third chance does not come alone");
        sql("update clock.hand set at = at + interval '1 hour'");
    }
    sql("delete from job where kind = 'test.short'; delete from job_tally; delete from job_ledger");
}

/* ---- two hours ---- */

static void step(struct arena *a, int64_t now)
{
    struct long_job **v = ARENA_ARRAY(a, n_jobs, struct long_job *), **ended = ARENA_ARRAY(a, n_jobs, struct long_job *);
    size_t n = 0, n_ended = 0;
    struct long_job *unlucky = chance(10) ? NULL : &jobs[chance(n_jobs)];

    take_over(a);
    if (unlucky && !unlucky->over && unlucky->freezes < FREEZES_MAX) {
        unlucky->frozen = true;
        unlucky->freezes++;
    }
    for (size_t i = 0; i < n_jobs; i++) {
        struct long_job *j = &jobs[i];
        if (j->over || j->frozen || j->waits)
            continue;
        if (j->ends_at <= now)
            ended[n_ended++] = j;
        else
            v[n++] = j;
    }
    sweep(); /* before the beat: nobody is late */
    check(beat(a, v, n, token_of) == n, "a live job's lease was not renewed");
    finish(ended, n_ended);
    sweep();
}

static bool all_over(void)
{
    for (size_t i = 0; i < n_jobs; i++)
        if (!jobs[i].over)
            return false;
    return true;
}

static void clock_make(void)
{
    sql("create schema clock; create table clock.hand (at timestamptz);"
        "insert into clock.hand select now() + interval '1 day';"
        "create function clock.now() returns timestamptz language sql stable as 'select at from clock.hand';"
        "grant usage on schema clock to ringsight_jobs; grant select on clock.hand to ringsight_jobs;"
        "set synchronous_commit = off; set timezone = 'UTC'");
    sql("do $$ begin execute format('alter role ringsight_jobs in database %I set search_path = clock, public, "
        "pg_catalog', current_database()); execute format('alter role ringsight_jobs in database %I set "
        "synchronous_commit = off', current_database()); end $$");
}

/* What is left must not be seen by the next program. */
static void clock_drop(void)
{
    sql("do $$ begin execute format('alter role ringsight_jobs in database %I reset all', current_database()); end $$");
    sql("drop schema clock cascade; delete from job_history where kind = 'test.long'; delete from job_tally; delete from job_ledger");
}

static int64_t jobs_make(struct arena *a)
{
    struct long_job **all = ARENA_ARRAY(a, n_jobs, struct long_job *);
    int64_t now = time_now() + 86400 * TIME_S;
    char text[300], id[UUID_TEXT];

    jobs = ARENA_ARRAY(a, n_jobs, struct long_job);
    set_clock(now);
    for (size_t i = 0; i < n_jobs; i++) {
        jobs[i] = (struct long_job){.job = {.id = uuid_new()}, .ends_at = now + (3600 + (int64_t)chance(3601)) * TIME_S};
        snprintf(text, sizeof text, "insert into job (id, kind, max_attempts, args) values ('%s', 'test.long', 3, '{}')", uuid_text(jobs[i].job.id, id).p);
        sql(text);
        all[i] = &jobs[i];
    }
    claim(a, all, n_jobs);
    return now;
}

int main(int argc, char **argv)
{
    struct arena *a = arena_new();
    int64_t now;
    size_t steps = 0;

    if (argc < 3) {
        fputs("usage: leases SUPERUSER_URL JOBS_URL [seed] [jobs]\n", stderr);
        return 2;
    }
    tested = "leases";
    super = PQconnectdb(argv[1]);
    if (argc > 3)
        seed = strtoull(argv[3], NULL, 10) | 1;
    if (argc > 4)
        n_jobs = strtoull(argv[4], NULL, 10);
    clock_make();
    must(db_open(a, argv[2], 15000, &db), "connect");
    db_use_arena(db, a);
    deaths(a);
    for (now = jobs_make(a); !all_over() && steps < 2000; steps++) {
        struct arena *own = arena_new();
        db_use_arena(db, own);
        set_clock(now += (STEP_MIN_MS + (int64_t)chance(STEP_MAX_MS - STEP_MIN_MS)) * TIME_MS);
        step(own, now);
        arena_free(own);
        if (steps % 25 == 0)
            sql("vacuum job");
    }
    check(all_over(), "not all jobs ended");
    check(rescued_live == 0, "a live job was taken from its worker");
    check(doubled == 0, "an old token was taken");
    check(refused == rescued_frozen, "an old token's heartbeat was taken");
    check(strtoull(sql("select count(*) from job_history where kind = 'test.long' and attempt = 0"), NULL, 10) == n_jobs, "not each job has one result");
    check(!*sql("select 1 from job where kind = 'test.long' limit 1"), "a job is left");
    check(strcmp(sql("select coalesce(sum(abs(drift)), 0) from job_balance"), "0") == 0, "the ledger drifts");
    printf("%zu jobs of one to two hours, %zu beats: %d live ones rescued; %d stood still, %d old tokens refused, %d double results\n",
           n_jobs, steps, rescued_live, rescued_frozen, refused, doubled);
    clock_drop();
    db_close(db);
    PQfinish(super);
    arena_free(a);
    return failed ? 1 : 0;
}
