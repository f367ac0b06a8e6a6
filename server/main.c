/* Settings, role, start, drain, stop. Everything else stands in its folder. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/crypto.h"
#include "core/log.h"
#include "core/settings.h"
#include "db/migrate.h"
#include "http/http.h"
#include "jobs/jobs.h"
#include "roles.h"

static int fail(struct arena *a, const struct err *e)
{
    struct str why = arena_why(a);

    fprintf(stderr, "ringsight: %s%s%.*s\n", e->title, why.n ? ": " : "", STR_ARG(why));
    return 1;
}

static enum log_level level_of(const char *name)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};

    for (int i = 0; i < 4; i++)
        if (strcmp(name, names[i]) == 0)
            return (enum log_level)i;
    return LOG_INFO;
}

static const struct {
    const char *name, *doc;
    int (*run)(struct arena *a, struct settings *s, int argc, char **argv);
} roles[] = {
    {"all", "Serve HTTP and run jobs, in two processes under one parent (the default)", role_all},
    {"web", "Serve HTTP and live push", role_web},
    {"worker", "Run jobs", role_worker},
    {"cdr", "Take CDR lines of 3CX where the setting cdr_listen says (`all` does too)", role_cdr},
    {"migrate", "Bring the database's schema up to date, or `migrate N` to number N", role_migrate},
    {"openapi", "Print the API's contract", role_openapi},
    {"admin", "Make super admins, tenants, people, keys; `admin help` lists them", role_admin},
    {"check", "Explain every setting and try what the service depends on", role_check},
};
#define N_ROLES (sizeof roles / sizeof *roles)

static int usage(void)
{
    puts("usage: ringsight ROLE [arguments]");
    for (size_t i = 0; i < N_ROLES; i++)
        printf("  %-8s %s\n", roles[i].name, roles[i].doc);
    return 2;
}

/* Keys and passwords lie in memory and in the environment: no core dump holds them, and no other process of
 * this user reads them in /proc or by ptrace. The leak checker of sanitizer builds works by ptrace. */
static void keep_memory_private(void)
{
    struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

int main(int argc, char **argv)
{
    const char *role = argc > 1 ? argv[1] : "all", *file = getenv("RINGSIGHT_CONFIG");
    struct arena *a;
    struct settings s;
    const struct err *e;
    int code = -1;

    signal(SIGPIPE, SIG_IGN);
    keep_memory_private();
    crypto_init();
    for (const struct feature *const *f = features; *f; f++)
        jobs_register((*f)->jobs);
    a = arena_new();
    e = settings_load(a, file ? file : "config/ringsight.conf", &s);
    if (e) {
        code = fail(a, e);
        arena_free(a);
        return code;
    }
    log_set_level(level_of(s.log_level));
    for (size_t i = 0; i < N_ROLES && code < 0; i++)
        if (strcmp(role, roles[i].name) == 0)
            code = roles[i].run(a, &s, argc - 2, argv + 2);
    arena_free(a);
    return code < 0 ? usage() : code;
}

int role_fail(struct arena *a, const struct err *e)
{
    return fail(a, e);
}
