/* The long-running roles and the short ones that print. admin has a file of its own. */
#include "roles.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app.h"
#include "core/log.h"
#include "core/time.h"
#include "db/migrate.h"
#include "http/http.h"
#include "intake/cdr/cdr.h"
#include "intake/inbox/inbox.h"
#include "intake/lines/lines.h"
#include "jobs/hint.h"
#include "jobs/jobs.h"
#include "live/live.h"
#include "net/poke.h"
#include "people/audit/audit.h"
#include "people/threats/threats.h"

#define RESTART_PAUSE_US (500 * 1000)

static void on_stop_web(int sig)
{
    (void)sig;
    http_stop();
    live_going_away();
}

static void on_stop_worker(int sig)
{
    (void)sig;
    lines_ask_stop();
    worker_stop();
}

static void on_signals(void (*fn)(int))
{
    struct sigaction act = {.sa_handler = fn};

    sigemptyset(&act.sa_mask);
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGINT, &act, NULL);
}

/* The server must never hold rights that row security does not bind. */
static const struct err *refuse_strong_role(struct arena *a, const char *url)
{
    struct db *db;
    const struct err *e = db_open(a, url, 5000, &db);

    if (e)
        return e == E_UNAVAILABLE ? NULL : e; /* away: it comes back; /readyz tells */
    e = app_check_role(a, db);
    db_close(db);
    return e;
}

int role_web(struct arena *a, struct settings *s, int argc, char **argv)
{
    const struct err *e;

    (void)argc;
    (void)argv;
    http_config.settings = s;
    http_config.lane_url = s->database_url;
    http_config.audit = audit_record;
    http_config.pools[DB_APP] = db_pool_new("app", s->database_url, (int)s->workers, 15000);
    http_config.pools[DB_PLATFORM] = db_pool_new("platform", s->platform_database_url, 2, 15000);
    on_signals(on_stop_web);
    e = refuse_strong_role(a, s->database_url);
    if (!e)
        e = app_init(a, s);
    if (!e)
        e = poke_start(a, s->redis_url);
    if (!e)
        e = hints_start(a, s);
    if (!e)
        e = app_start_live(a, s);
    if (!e)
        e = inbox_start(a, s);
    if (!e)
        e = threats_start(a);
    if (!e)
        e = http_serve(a);
    inbox_stop();
    threats_stop();
    live_stop();
    hints_stop();
    poke_stop();
    db_pool_free(http_config.pools[DB_APP]);
    db_pool_free(http_config.pools[DB_PLATFORM]);
    return e ? role_fail(a, e) : 0;
}

int role_worker(struct arena *a, struct settings *s, int argc, char **argv)
{
    const struct err *e;

    (void)argc;
    (void)argv;
    on_signals(on_stop_worker);
    e = refuse_strong_role(a, s->jobs_database_url);
    if (!e)
        e = app_init(a, s);
    if (!e)
        e = poke_start(a, s->redis_url);
    if (!e)
        e = http_worker_port(a, s->worker_metrics_port, worker_healthy);
    if (!e)
        e = lines_start(a, s);
    if (!e)
        e = worker_run(a, s);
    lines_stop();
    http_worker_port_close();
    return e ? role_fail(a, e) : 0;
}

static void on_stop_cdr(int sig)
{
    (void)sig;
    cdr_stop();
}

int role_cdr(struct arena *a, struct settings *s, int argc, char **argv)
{
    const struct err *e;

    (void)argc;
    (void)argv;
    on_signals(on_stop_cdr);
    e = refuse_strong_role(a, s->jobs_database_url);
    if (!e)
        e = cdr_serve(a, s);
    return e ? role_fail(a, e) : 0;
}

/* ---- all: a parent that keeps one web and one worker process alive, and one that takes CDR lines
 * where the settings ask for it ---- */

static volatile sig_atomic_t all_stopping;
#define CHILDREN 3
static pid_t children[CHILDREN];

static void on_stop_all(int sig)
{
    all_stopping++;
    for (int i = 0; i < CHILDREN; i++)
        if (children[i] > 0)
            kill(children[i], sig);
}

static pid_t start_child(const char *role)
{
    pid_t pid = fork();

    if (pid)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    execl("/proc/self/exe", "ringsight", role, (char *)NULL);
    _exit(127);
}

/* A process that ends at once, twice in a row, has a fault that restarting does not mend. */
static int supervise(int n)
{
    static const char *const names[CHILDREN] = {"web", "worker", "cdr"};
    int64_t started[CHILDREN] = {0}, quick[CHILDREN] = {0};
    int code = 0, status;

    for (;;) {
        bool any = false;
        pid_t pid;
        for (int i = 0; i < n; i++) {
            if (!children[i] && !all_stopping && !code) {
                started[i] = time_mono();
                children[i] = start_child(names[i]);
            }
            any = any || children[i];
        }
        if (!any)
            return code;
        pid = wait(&status);
        for (int i = 0; i < n; i++) {
            if (pid <= 0 || pid != children[i])
                continue;
            children[i] = 0;
            if (all_stopping || code)
                continue;
            LOG(LOG_WARN, "process.ended", KV_C("role", names[i]), KV_I("status", status));
            quick[i] = time_mono() - started[i] < 3 * TIME_S ? quick[i] + 1 : 0;
            if (quick[i] < 2) {
                usleep(RESTART_PAUSE_US);
                continue;
            }
            code = 1;
            for (int k = 0; k < n; k++)
                if (children[k])
                    kill(children[k], SIGTERM);
        }
    }
}

int role_all(struct arena *a, struct settings *s, int argc, char **argv)
{
    (void)a;
    (void)argc;
    (void)argv;
    on_signals(on_stop_all);
    return supervise(*s->cdr_listen ? CHILDREN : CHILDREN - 1);
}

/* ---- short roles ---- */

int role_migrate(struct arena *a, struct settings *s, int argc, char **argv)
{
    int64_t to = -1;
    const struct err *e;

    if (argc > 0 && !str_to_int(str_of(argv[0]), &to))
        return role_fail(a, err_why(a, E_BAD_INPUT, "\"%s\" is no number", argv[0]));
    e = migrate(a, s->owner_database_url, s->migrations_dir, to);
    return e ? role_fail(a, e) : 0;
}

int role_openapi(struct arena *a, struct settings *s, int argc, char **argv)
{
    const struct err *e = routes_check(a);

    (void)s;
    (void)argc;
    (void)argv;
    if (e)
        return role_fail(a, e);
    printf("%.*s\n", STR_ARG(openapi_print(a)));
    return 0;
}

static int check_database(struct arena *a, const char *name, const char *url)
{
    struct db *db;
    const struct err *e = db_open(a, url, 5000, &db);

    printf("%-24s %s%.*s\n", name, e ? "NOT REACHED: " : "ok", STR_ARG(e ? arena_why(a) : STR("")));
    if (!e)
        db_close(db);
    return e ? 1 : 0;
}

int role_check(struct arena *a, struct settings *s, int argc, char **argv)
{
    int bad = 0;
    const struct err *e = routes_check(a);

    (void)argc;
    (void)argv;
    printf("%.*s\n", STR_ARG(settings_print(a, s)));
    bad += e ? role_fail(a, e) : 0;
    bad += check_database(a, "database", s->database_url);
    bad += check_database(a, "database for jobs", s->jobs_database_url);
    bad += check_database(a, "database for platform", s->platform_database_url);
    bad += app_check(a, s);
    return bad ? 1 : 0;
}
