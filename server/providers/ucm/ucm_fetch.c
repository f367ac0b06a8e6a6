/* Fetches one recording from a UCM: challenge, login, recapi over POST /api, the recording's bytes
 * streamed to the job's sink; and pages of call records by cdrapi. Runs in a worker's job and blocks; writes nothing itself. The words
 * of the protocol are in ucm_api.c, the logins of this process in ucm_session.c, the one that all
 * processes share behind struct fetch_tokens. */
#include <unistd.h>

#include "core/zone.h"
#include "net/poll.h"
#include "providers/ucm/ucm.h"
#include "providers/ucm/ucm_api.h"
#include "providers/ucm/ucm_session.h"

#define MAX_ANSWER (64u << 10)
/* A job that waits longer than this for another thread's login comes back later. */
#define LOGIN_WAIT_S 30
/* And for another process's. */
#define SHARED_WAIT_S 10
#define SHARED_LOOK_US 200000
#define BUSY_AFTER_S 3

struct talk {
    struct arena *a;
    struct fetch *f;
    struct str url, user, password;
    struct ucm_session_key key;
    struct str cookie, stale; /* stale: the cookie that was just refused */
};

static const struct http_header json_headers[] = {
    {STR("Content-Type"), STR("application/json;charset=UTF-8")},
    {STR("Accept"), STR("*/*")},
};

/* The settings as they are needed here. Without them no later try can succeed. */
static const struct err *talk_open(struct talk *t)
{
    const struct json *s = t->f->settings;
    struct str base = str_trim(json_text(s, "base_url"));

    t->user = json_text(s, "username");
    t->password = json_text(s, "password");
    if (!base.n || !t->user.n || !t->password.n)
        return err_why(t->a, E_UPSTREAM_AUTH,
                       "The UCM's address, API user and API password are needed to fetch "
                       "recordings: fill them in in the integration's settings.");
    while (str_ends(base, STR("/")))
        base.n--;
    t->url = str_ends(base, STR("/api")) ? base : str_fmt(t->a, "%.*s/api", STR_ARG(base));
    t->key.integration = t->f->integration;
    t->key.credentials = crypto_sha256(str_fmt(t->a, "%.*s\n%.*s\n%.*s\n%lld", STR_ARG(t->url),
                                               STR_ARG(t->user), STR_ARG(t->password),
                                               (long long)t->f->settings_version));
    return NULL;
}

/* A 404 is no missing recording: this API answers 200 to everything it understands. */
static const struct err *no_api(struct arena *a, const struct err *e)
{
    if (e != E_NOT_FOUND && e != E_GONE)
        return e;
    return err_why(a, E_UPSTREAM,
                   "There is no UCM API at that address: check address and port, and that HTTPS "
                   "API Settings (New) are enabled.");
}

/* One exchange whose answer is JSON. */
static const struct err *ask(struct talk *t, struct str body, struct ucm_answer *ret)
{
    struct http_request rq = {
        .method = "POST", .url = t->url, .body = body, .max_bytes = MAX_ANSWER,
        .n_headers = sizeof json_headers / sizeof *json_headers, .headers = json_headers,
    };
    struct http_response rs = {0};
    const struct err *e = fetch_http(t->a, t->f, &rq, &rs);

    return e ? no_api(t->a, e) : ucm_answer_read(t->a, rs.body, ret);
}

static const struct err *log_in(struct talk *t)
{
    struct ucm_answer answer;
    const struct err *e = ask(t, ucm_challenge_request(t->a, t->user), &answer);

    if (!e)
        e = ucm_answer_err(t->a, &answer, "log in", &t->f->retry_after_s);
    if (!e && !answer.challenge.n)
        e = err_why(t->a, E_UPSTREAM, "Cannot log in: the UCM sent no challenge.");
    if (e)
        return e;
    e = ask(t, ucm_login_request(t->a, t->user, ucm_token(t->a, answer.challenge, t->password)),
            &answer);
    if (!e)
        e = ucm_answer_err(t->a, &answer, "log in", &t->f->retry_after_s);
    if (!e && !answer.cookie.n)
        e = err_why(t->a, E_UPSTREAM, "Cannot log in: the UCM sent no session cookie.");
    if (!e)
        t->cookie = answer.cookie;
    return e;
}

/* The cookie of another process, or STR_NONE and leave to log in. A UCM keeps one challenge for each
 * user, so that of two logins at once one is told its password is wrong. */
static const struct err *shared(struct talk *t)
{
    const struct fetch_tokens *kept = t->f->tokens;
    int64_t wait = time_mono() + SHARED_WAIT_S * TIME_S;
    const struct err *e;

    t->cookie = STR_NONE;
    if (!kept)
        return NULL;
    while ((e = kept->take(kept->ctx, t->a, t->stale, &t->cookie)) == E_UPSTREAM_BUSY &&
           time_mono() < wait && time_mono() < t->f->deadline)
        usleep(SHARED_LOOK_US);
    if (e == E_UPSTREAM_BUSY)
        t->f->retry_after_s = BUSY_AFTER_S;
    return e;
}

/* The cookie of all processes. After a refusal the leave to log in is kept until it runs out: by then
 * all know of it. */
static const struct err *shared_log_in(struct talk *t)
{
    const struct fetch_tokens *kept = t->f->tokens;
    const struct err *e = shared(t);

    if (e || t->cookie.p)
        return e;
    e = log_in(t);
    if (!kept || e == E_UPSTREAM_AUTH)
        return e;
    if (!e)
        return kept->put(kept->ctx, t->a, t->cookie, time_now() + UCM_COOKIE_S * TIME_S);
    kept->drop(kept->ctx, t->a);
    return e;
}

/* A cookie, from the table, from another process or by logging in. */
static const struct err *session(struct talk *t)
{
    int64_t wait = time_mono() + LOGIN_WAIT_S * TIME_S;
    const struct err *e;

    switch (ucm_session_get(t->a, &t->key, wait < t->f->deadline ? wait : t->f->deadline,
                            &t->cookie)) {
    case UCM_SESSION_READY:
        return NULL;
    case UCM_SESSION_REFUSED:
        return err_why(t->a, E_UPSTREAM_AUTH,
                       "The UCM refused this API user or password a short while ago and is not "
                       "asked again so soon, for it would lock the user. Correct them in the "
                       "integration's settings.");
    case UCM_SESSION_BUSY:
        return err_why(t->a, E_UPSTREAM_BUSY, "Another login at this UCM is still under way.");
    case UCM_SESSION_LOGIN:
        break;
    }
    e = shared_log_in(t);
    if (e)
        ucm_session_fail(&t->key, e == E_UPSTREAM_AUTH);
    else
        ucm_session_put(&t->key, t->cookie);
    return e;
}

/* Asks for one file in one folder. *ret_answer tells what the UCM said where it sent no audio;
 * its status is 0 where it did. */
static const struct err *download(struct talk *t, struct str dir, struct str name,
                                  struct ucm_answer *ret_answer)
{
    struct fetch_peek peek = {.f = t->f, .a = t->a};
    struct http_request rq = {
        .method = "POST", .url = t->url,
        .body = ucm_recapi_request(t->a, t->cookie, dir, name),
        .n_headers = sizeof json_headers / sizeof *json_headers, .headers = json_headers,
        .total_ms = fetch_left_ms(t->f), .max_bytes = t->f->max_bytes,
        .sink = fetch_peek, .sink_arg = &peek,
    };
    struct http_response rs = {0};
    const struct err *e = fetch_http(t->a, t->f, &rq, &rs);
    struct str text;

    *ret_answer = (struct ucm_answer){0};
    if (e)
        return no_api(t->a, e);
    if (fetch_peek_end(&peek, &text) && text.n) {
        e = ucm_answer_read(t->a, text, ret_answer);
        if (!e && ret_answer->status == 0)
            e = err_why(t->a, E_UPSTREAM, "The UCM answered with a message, not a recording.");
        return e;
    }
    if (!t->f->bytes)
        return err_why(t->a, E_NOT_READY, "The UCM sent an empty recording.");
    t->f->media_type = STR("audio/wav");
    return NULL;
}

/* The guessed folder, then the other. Absent means: in neither. */
static const struct err *download_any(struct talk *t, struct str name,
                                      struct ucm_answer *ret_answer)
{
    const char *dirs[UCM_FILEDIRS];
    const struct err *e = NULL;

    ucm_filedirs(t->f->recording->folder, dirs);
    for (size_t i = 0; dirs[i]; i++) {
        e = download(t, str_of(dirs[i]), name, ret_answer);
        if (e || ucm_verdict_of(ret_answer->status) != UCM_ABSENT)
            return e;
    }
    return e;
}

/* The file may have been renamed: asks by the leg's own number which recordings it has. */
static const struct err *download_by_leg(struct talk *t, struct str name,
                                         struct ucm_answer *ret_answer)
{
    struct str leg = t->f->recording->leg_key, names[8];
    struct ucm_answer infos;
    const struct err *e;
    int64_t number;
    size_t n;

    if (!str_to_int(leg, &number))
        return NULL;
    e = ask(t, ucm_record_infos_request(t->a, t->cookie, leg), &infos);
    if (e || infos.status != 0)
        return e;
    n = ucm_record_names(infos.recordfiles, names, 8);
    /* Only where the leg has exactly one: which of several is meant would be a guess. */
    if (n != 1 || str_eq(names[0], name))
        return NULL;
    return download_any(t, names[0], ret_answer);
}

static const struct err *attempt(struct talk *t, struct str name, struct ucm_answer *ret_answer)
{
    const struct err *e = session(t);

    if (!e)
        e = download_any(t, name, ret_answer);
    if (!e && ucm_verdict_of(ret_answer->status) == UCM_ABSENT)
        e = download_by_leg(t, name, ret_answer);
    return e;
}

const struct err *ucm_fetch(struct arena *a, struct fetch *f)
{
    struct str name = ucm_record_name(f->recording->name);
    struct talk t = {.a = a, .f = f};
    struct ucm_answer answer = {0};
    const struct err *e;

    f->retry_after_s = -1;
    if (!name.n)
        return err_why(a, E_GONE, "The UCM named the recording in a way that cannot be fetched.");
    e = talk_open(&t);
    if (!e)
        e = attempt(&t, name, &answer);
    if (!e && ucm_verdict_of(answer.status) == UCM_LOGIN) {
        /* Once, as nothing says that a second new cookie would fare better. */
        ucm_session_drop(&t.key, t.cookie);
        t.stale = t.cookie;
        e = attempt(&t, name, &answer);
    }
    if (!e)
        e = ucm_answer_err(a, &answer, "fetch the recording", &f->retry_after_s);
    return e;
}

/* ---- call records ---- */

/* What the UCM's clock shows: it takes and gives times without a zone. */
static const struct err *wall_time(struct arena *a, const struct json *settings, int64_t t,
                                   struct str *ret)
{
    struct str name = json_text(settings, "zone");
    const struct zone *zone = zone_find(name.n ? name : STR(""));
    char text[32];

    if (!zone)
        return err_why(a, E_BAD_INPUT, "The integration's time zone is not known: choose one.");
    t = zone_wall(zone, t);
    *ret = str_dup(a, str_sub(time_iso(t - t % TIME_S, text), 0, 19));
    return NULL;
}

/* The cursor is "<offset>,<first item of the page before>": some firmware gives the same page for
 * every offset, and is then at its end. */
static void cursor_read(struct str cursor, int64_t *ret_offset, struct str *ret_before)
{
    struct str part;

    *ret_offset = 0;
    *ret_before = STR("");
    if (str_split(&cursor, ',', &part) && str_to_int(part, ret_offset) && cursor.p)
        *ret_before = cursor;
}

static const struct err *page(struct talk *t, struct poll *p, const struct ucm_span *span,
                              struct ucm_answer *ret_answer)
{
    struct http_request rq = {
        .method = "POST", .url = t->url, .max_bytes = p->net.max_bytes,
        .n_headers = sizeof json_headers / sizeof *json_headers, .headers = json_headers,
    };
    struct http_response rs = {0};
    struct str first, before;
    int64_t offset;
    size_t n;
    const struct err *e = session(t);

    if (e)
        return e;
    rq.body = ucm_cdr_request(t->a, t->cookie, span);
    e = fetch_http(t->a, t->f, &rq, &rs);
    if (e)
        return no_api(t->a, e);
    *ret_answer = (struct ucm_answer){0};
    if (!ucm_page_read(t->a, rs.body, &n, &first)) {
        e = ucm_answer_read(t->a, rs.body, ret_answer);
        if (!e && ret_answer->status == 0)
            e = err_why(t->a, E_UPSTREAM, "The UCM answered with a message, not with records.");
        return e;
    }
    cursor_read(p->cursor, &offset, &before);
    if (!n || (before.n && str_eq(first, before)))
        return NULL;
    p->body = rs.body;
    /* A short page may be a short answer: the end is an empty one (Grandstream's CDR guide). */
    p->next = str_fmt(t->a, "%lld,%.*s", (long long)(offset + (int64_t)n), STR_ARG(first));
    return NULL;
}

const struct err *ucm_poll(struct arena *a, struct poll *p)
{
    struct talk t = {.a = a, .f = &p->net};
    struct ucm_answer answer = {0};
    struct ucm_span span;
    struct str before;
    const struct err *e;

    p->net.retry_after_s = -1;
    p->body = STR_NONE;
    p->next = STR_NONE;
    p->query = STR("page=cdr");
    cursor_read(p->cursor, &span.offset, &before);
    e = talk_open(&t);
    if (!e)
        e = wall_time(a, p->net.settings, p->from, &span.from);
    if (!e)
        e = wall_time(a, p->net.settings, p->to, &span.to);
    if (!e)
        e = page(&t, p, &span, &answer);
    if (!e && ucm_verdict_of(answer.status) == UCM_LOGIN) {
        ucm_session_drop(&t.key, t.cookie);
        t.stale = t.cookie;
        e = page(&t, p, &span, &answer);
    }
    if (!e)
        e = ucm_answer_err(a, &answer, "read the call records", &p->net.retry_after_s);
    return e;
}
