/* The schedule of jobs against the real PostgreSQL: three processes tick at the same time through both
 * changes of daylight saving and a leap day, are killed at any moment, and the database's clock jumps.
 * Each tick must have added one job, none missed and none doubled. Time is a table here: clock.now()
 * stands before pg_catalog's in the search path of the role, so that weeks pass in seconds.
 *   schedule <URL of a superuser> <URL of ringsight_jobs> [seed]
 * Prints "not ok" with what went wrong, and at the end what was counted. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "core/cron.h"
#include "jobs/schedule.h"

#define TICKERS 3
#define TICKS 10000
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *jobs_url;

static const struct job_kind kinds[] = {
    {"test.tick", .attempts = 1, .timeout_s = 60, .priority = JOB_NORMAL},
    {"test.declared", .attempts = 1, .timeout_s = 60, .priority = JOB_NORMAL, .cron = "0 3 * * *"},
    {0},
};

static int64_t utc(const char *text)
{
    int64_t t = TIME_NONE;

    if (!time_parse(str_of(text), &t))
        exit(2);
    return t;
}

/* ---- the tickers ---- */

static struct ticker {
    pid_t pid;
    int ask, answer;
} tickers[TICKERS];

static void tick_on_demand(int in, int out)
{
    struct db *db;
    struct arena *a = arena_new();
    char c;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (db_open(a, jobs_url, 15000, &db))
        _exit(3);
    while (read(in, &c, 1) == 1) {
        struct arena *own = arena_new();
        const struct err *e;
        db_use_arena(db, own);
        db_begin(db, (struct uuid){{0}});
        e = schedule_tick(db);
        arena_free(own);
        if (e || write(out, &c, 1) != 1)
            _exit(3);
    }
    _exit(0);
}

static void ticker_start(struct ticker *t)
{
    int in[2], out[2];

    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
        exit(2);
    t->pid = fork();
    if (t->pid == 0) {
        for (size_t i = 0; i < TICKERS; i++)
            if (&tickers[i] != t && tickers[i].pid) {
                close(tickers[i].ask);
                close(tickers[i].answer);
            }
        close(in[1]);
        close(out[0]);
        tick_on_demand(in[0], out[1]);
    }
    close(in[0]);
    close(out[1]);
    t->ask = in[1];
    t->answer = out[0];
}

static void ticker_end(struct ticker *t)
{
    close(t->ask);
    close(t->answer);
    waitpid(t->pid, NULL, 0);
    t->pid = 0;
}

/* All tick at once, one is perhaps killed amid it; again until nothing is due. */
static void tick_all(bool kill_one)
{
    struct ticker *victim = kill_one ? &tickers[chance(TICKERS)] : NULL;
    char c = 't';

    do {
        for (size_t i = 0; i < TICKERS; i++)
            if (write(tickers[i].ask, &c, 1) != 1)
                exit(2);
        if (victim) {
            usleep((useconds_t)chance(4000)); /* any moment of its work */
            kill(victim->pid, SIGKILL);
        }
        for (size_t i = 0; i < TICKERS; i++) {
            if (&tickers[i] == victim)
                continue;
            if (read(tickers[i].answer, &c, 1) != 1) {
                check(false, "a ticker failed");
                exit(1);
            }
        }
        if (victim) {
            ticker_end(victim);
            ticker_start(victim);
            victim = NULL;
        }
    } while (*sql("select 1 from schedule where next_at <= clock.now() limit 1"));
}

/* ---- what there is to tick ---- */

static struct plan {
    char name[16];
    struct cron cron;
    const struct zone *zone;
    int64_t next;
} plans[200];
static size_t n_plans;

/* In the transaction of a tenant: its schedule, and ours of the same. */
static void plan_add(struct db *db, const char *cron, const char *zone, const char *own, int64_t now)
{
    struct plan *p = &plans[n_plans];
    struct arena *a = db_arena(db);

    snprintf(p->name, sizeof p->name, "s%03zu", n_plans++);
    if (cron_parse(a, str_of(cron), &p->cron) ||
        schedule_put(db, &(struct schedule){.name = str_of(p->name), .kind = STR("test.tick"),
                                            .cron = str_of(cron), .zone = str_of(own)})) {
        printf("not ok schedule: %s: %.*s\n", cron, STR_ARG(arena_why(a)));
        exit(1);
    }
    p->zone = zone_find(str_of(own ? own : zone));
    p->next = cron_next(&p->cron, p->zone, now);
}

static void setting(struct arena *a, struct db *db, int64_t now)
{
    static const char *const zones[] = {
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Auckland",
        "America/Sao_Paulo", "Africa/Casablanca", "Europe/London", "Australia/Sydney"};

    for (size_t i = 0; i < COUNT(zones); i++) {
        struct uuid tenant = uuid_new();
        char id[UUID_TEXT];
        uuid_text(tenant, id);
        sql(str_fmt(a, "insert into tenant (id, slug, name, zone) values ('%s', 'tick-%zu', 'T', '%s')",
                    id, i, zones[i]).p);
        db_begin(db, tenant);
        plan_add(db, "@hourly", zones[i], NULL, now);
        plan_add(db, "30 2 * * *", zones[i], NULL, now);
        plan_add(db, "30 1,2 * * 0", zones[i], NULL, now);
        plan_add(db, "0 0 29 2 *", zones[i], NULL, now);
        if (i == 0)
            plan_add(db, "15 2 * * *", zones[i], "Australia/Lord_Howe", now);
        check(!db_commit(db), "schedules are put");
    }
    db_begin(db, (struct uuid){{0}});
    plan_add(db, "30 3 * * *", "UTC", NULL, now);
    check(!db_commit(db), "a schedule of the service is put");
}

/* The schedules that must add a job when the clock comes to `now`; they are sorted by name. */
static size_t expected(int64_t now, char *names, size_t size)
{
    size_t n = 0, at = 0;

    *names = 0;
    for (size_t i = 0; i < n_plans; i++) {
        if (plans[i].next > now)
            continue;
        at += (size_t)snprintf(names + at, size - at, "%s%s", n++ ? " " : "", plans[i].name);
        plans[i].next = cron_next(&plans[i].cron, plans[i].zone, now);
    }
    return n;
}

static size_t go_to(int64_t now, bool kill_one)
{
    char names[sizeof plans / sizeof *plans * 16], iso[32];
    const char *got;
    size_t n;

    set_clock(now);
    tick_all(kill_one);
    n = expected(now, names, sizeof names);
    got = sql("select coalesce(string_agg(name, ' ' order by name), '') from clock.tick");
    if (strcmp(got, names) != 0) {
        time_iso(now, iso);
        printf("not ok schedule: at %s\n  added    %s\n  expected %s\n", iso, got, names);
        exit(1);
    }
    sql("delete from clock.tick");
    return n;
}

static int64_t soonest(void)
{
    int64_t t = INT64_MAX;

    for (size_t i = 0; i < n_plans; i++)
        if (plans[i].next < t)
            t = plans[i].next;
    return t;
}

/* ---- the tests ---- */

static void ticks_through_the_year(int64_t *now)
{
    size_t ticks = 0, kills = 0, steps = 0;

    for (size_t round = 1; ticks < TICKS; round++) {
        bool kill_one = round % 20 == 0;
        int64_t next = soonest();
        kills += kill_one;
        if (round % 150 == 0) { /* an hour ahead: what lies between is caught up once */
            steps++;
            ticks += go_to(next + 3600 * TIME_S, kill_one);
            check(go_to(next, false) == 0, "nothing is done again when the clock is put back");
            continue;
        }
        ticks += go_to(next, kill_one);
        *now = next;
    }
    printf("schedule: %zu ticks of %zu schedules, 0 missed, 0 doubled; %zu tickers killed, the clock "
           "moved an hour ahead and back %zu times\n", ticks, n_plans, kills, steps);
}

static void what_was_missed_is_caught_up_once(int64_t *now)
{
    *now += 60 * 86400 * TIME_S;
    check(go_to(*now, false) > 20, "all that was missed is due");
}

static void a_living_job_is_enough(int64_t *now)
{
    sql("update clock.hand set keep = true");
    set_clock(*now = soonest());
    tick_all(false);
    for (int i = 0; i < 3; i++) {
        char names[sizeof plans / sizeof *plans * 16];
        expected(*now, names, sizeof names);
        set_clock(*now = *now + 3600 * TIME_S);
        tick_all(false);
    }
    check(*sql("select 1 from clock.tick") &&
              !*sql("select 1 from clock.tick group by name having count(*) > 1"), "a tick adds no job while that of the one before lives");
    expected(*now, (char[4000]){0}, 4000);
    sql("update clock.hand set keep = false; delete from clock.tick;"
        "delete from job where kind = 'test.tick'");
}

/* Days ahead by mistake, then set right: the new time counts. */
static void a_clock_put_right_is_followed(int64_t *now)
{
    int64_t right = *now;

    go_to(right + 20 * 86400 * TIME_S, false);
    for (size_t i = 0; i < n_plans; i++)
        plans[i].next = cron_next(&plans[i].cron, plans[i].zone, right);
    check(go_to(right, false) == 0, "no job for time that has been");
    check(go_to(soonest(), false) > 0, "the next tick comes when it is due");
}

static const struct err *put(struct db *db, const char *cron, const char *zone)
{
    const struct err *e;

    db_begin(db, (struct uuid){{0}});
    e = schedule_put(db, &(struct schedule){.name = STR("putting"), .kind = STR("test.tick"),
                                            .cron = str_of(cron), .zone = str_of(zone)});
    if (!e)
        return db_commit(db);
    if (db_in_transaction(db))
        db_rollback(db);
    return e;
}

static void schedules_are_put_and_dropped(struct db *db)
{
    const char *next = "select next_at from schedule where name = 'putting'";

    set_clock(utc("2026-11-21T09:30:00Z"));
    check(put(db, "61 * * * *", NULL) == E_BAD_INPUT, "a wrong field is refused");
    check(put(db, "0 0 30 2 *", NULL) == E_BAD_INPUT, "what never comes is refused");
    check(put(db, "@daily", "Nowhere/Land") == E_BAD_INPUT, "an unknown zone is refused");
    check(!put(db, "@hourly", NULL), "it is put");
    check(!strcmp(sql(next), "2026-11-21 10:00:00+00"), "its next tick is the next hour");
    set_clock(utc("2026-11-21T12:30:00Z"));
    check(!put(db, "@hourly", NULL), "it is put again");
    check(!strcmp(sql(next), "2026-11-21 10:00:00+00"), "a tick that was missed is still to come");
    check(!put(db, "@hourly", "Asia/Kolkata"), "it is changed");
    check(!strcmp(sql(next), "2026-11-21 13:30:00+00"), "a changed zone begins anew");
    db_begin(db, (struct uuid){{0}});
    check(!schedule_drop(db, STR("putting")) && !db_commit(db), "it is dropped");
    check(!*sql(next), "and gone");
    db_begin(db, (struct uuid){{0}});
    check(!schedule_declared(db) && !db_commit(db), "the kinds' own are put");
    check(!strcmp(sql("select cron from schedule where name = 'test.declared' and tenant_id is null"),
                  "0 3 * * *"), "and are there");
}

/* A job is gone at once, as if it had been worked off, so that its dedupe key hides no second one. */
static void clock_make(void)
{
    sql("create schema clock; create table clock.hand (at timestamptz, keep boolean);"
        "insert into clock.hand values ('2020-02-20', false); create table clock.tick (name text);"
        "create function clock.now() returns timestamptz language sql stable as 'select at from clock.hand';"
        "create function clock.born() returns trigger language plpgsql security definer as "
        "$$ begin insert into clock.tick values (substr(new.dedupe_key, 10));"
        "delete from job where id = new.id and not (select keep from clock.hand); return null; end $$;"
        "create trigger clock after insert on job for each row execute function clock.born();"
        "grant usage on schema clock to ringsight_jobs; grant select on clock.hand to ringsight_jobs;"
        "set synchronous_commit = off; set timezone = 'UTC'");
    sql("do $$ begin execute format('alter role ringsight_jobs in database %I set search_path = clock, public, "
        "pg_catalog', current_database()); execute format('alter role ringsight_jobs in database %I set "
        "synchronous_commit = off', current_database()); end $$");
}

int main(int argc, char **argv)
{
    struct arena *a = arena_new();
    struct db *db;
    int64_t now = utc("2020-02-20T00:00:00Z");

    if (argc < 3) {
        fputs("usage: schedule SUPERUSER_URL JOBS_URL [seed]\n", stderr);
        return 2;
    }
    tested = "schedule";
    super = PQconnectdb(argv[1]);
    jobs_url = argv[2];
    if (argc > 3)
        seed = strtoull(argv[3], NULL, 10) | 1;
    jobs_register(kinds);
    clock_make();
    if (db_open(a, jobs_url, 15000, &db))
        return 2;
    db_use_arena(db, a);
    setting(a, db, now);
    for (size_t i = 0; i < TICKERS; i++)
        ticker_start(&tickers[i]);
    ticks_through_the_year(&now);
    what_was_missed_is_caught_up_once(&now);
    a_living_job_is_enough(&now);
    a_clock_put_right_is_followed(&now);
    schedules_are_put_and_dropped(db);
    for (size_t i = 0; i < TICKERS; i++)
        ticker_end(&tickers[i]);
    db_close(db);
    PQfinish(super);
    arena_free(a);
    return failed ? 1 : 0;
}
