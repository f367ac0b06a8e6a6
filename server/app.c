/* Puts the parts of a process together. Called by the roles; knows every district's start. */
#include "app.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "engines/pocketsphinx/pocketsphinx.h"
#include "http/host.h"
#include "http/http.h"
#include "live/live.h"
#include "media/media.h"
#include "net/poke.h"
#include "net/services.h"
#include "queries.h"


const struct err *app_init(struct arena *a, const struct settings *s)
{
    media_set_child(s->media_child);
    pocketsphinx_set_child(s->asr_child);
    return services_open(a, s);
}

const struct err *app_start_live(struct arena *a, const struct settings *s)
{
    struct public_url url;
    struct live_config config = {.database_url = s->database_url,
                                 .socket_path = str_fmt(a, "%s/live.sock", s->run).p};

    if (!public_url_parse(str_of(s->public_url), &url))
        return err_why(a, E_BAD_INPUT, "Setting public_url is \"%s\": give http(s)://host[:port].",
                       s->public_url);
    config.origin = str_c(a, str_of(url.origin));
    http_config.live_socket = config.socket_path;
    return live_start(a, &config);
}

const struct err *app_check_role(struct arena *a, struct db *db)
{
    struct own_role_out role;
    const struct err *e;

    db_use_arena(db, a);
    db_begin(db, (struct uuid){{0}});
    e = q_own_role(db, &role);
    db_rollback(db);
    if (e)
        return e;
    if (role.too_strong)
        return err_why(a, E_FORBIDDEN,
                       "Role %.*s passes by row security: connect as ringsight_app or "
                       "ringsight_jobs.", STR_ARG(role.name));
    return NULL;
}

static int say(const char *what, const struct err *e, struct arena *a)
{
    printf("%-24s %s%.*s\n", what, e ? "NOT RIGHT: " : "ok", STR_ARG(e ? arena_why(a) : STR("")));
    return e ? 1 : 0;
}

static int check_program(const char *what, const char *path)
{
    bool there = access(path, X_OK) == 0;

    printf("%-24s %s%s\n", what, there ? "ok" : "MISSING: ", there ? "" : path);
    return there ? 0 : 1;
}

int app_check(struct arena *a, const struct settings *s)
{
    const struct err *e = app_init(a, s);
    int bad = say("keys and settings", e, a);

    if (!e) {
        e = objects_try(services()->objects, a);
        bad += say(str_fmt(a, "store: %.*s", STR_ARG(objects_where(services()->objects, a))).p, e, a);
    }
    bad += check_program("media decoder", s->media_child);
    bad += check_program("speech engine", s->asr_child);
    return bad;
}
