/* A fresh login to the manager interface, beside the line that is held: whether the settings as they are
 * now would be let in. Once, for a trial; says nothing but Challenge, Login without events, and Logoff. */
#include <string.h>

#include "intake/lines/inner.h"
#include "intake/lines/lines.h"
#include "net/line.h"
#include "net/services.h"
#include "providers/asterisk/asterisk.h"

#define ROOM (2 * AMI_MAX_MESSAGE)
#define GREETING "Asterisk Call Manager"
#define GREETING_MAX 100
#define READ_MS 500
#define WRITE_MS 5000
#define ALL_US (10 * TIME_S)

struct talk {
    struct arena *a;
    struct line *line;
    struct str host;
    int64_t until;
    char *in;
    size_t n;
};

static const struct err *broken(const struct talk *t, const char *what)
{
    return err_why(t->a, E_UPSTREAM, "%.*s: %s", STR_ARG(t->host), what);
}

static const struct err *more(struct talk *t)
{
    size_t got = 0;
    const struct err *e;

    if (time_mono() > t->until || t->n == ROOM)
        return err_why(t->a, E_TIMEOUT, "%.*s did not answer in time.", STR_ARG(t->host));
    e = line_read(t->line, t->in + t->n, ROOM - t->n, READ_MS, &got);
    t->n += got;
    return e;
}

static void drop(struct talk *t, struct str rest)
{
    if (rest.n)
        memmove(t->in, rest.p, rest.n);
    t->n = rest.n;
}

static const struct err *greeting(struct talk *t, struct str *ret)
{
    const struct err *e = NULL;

    while (!e) {
        struct str rest = str_n(t->in, t->n), line;
        if (!str_starts(rest, str_sub(STR(GREETING), 0, rest.n)))
            return broken(t, "this is no Asterisk manager interface. Is the port right?");
        if (str_find(rest, STR("\n"), 0) >= 0) {
            str_split(&rest, '\n', &line);
            *ret = str_dup(t->a, str_sub(str_trim(line), 0, GREETING_MAX));
            drop(t, rest);
            return NULL;
        }
        e = more(t);
    }
    return e;
}

/* Sends an action and waits for its response; events on the way are passed over. *m is good until the
 * next action. */
static const struct err *ask(struct talk *t, const char *action, const struct ami_field *fields,
                             size_t n, struct ami_message *m)
{
    struct str text, rest;
    const struct err *e;

    if (!ami_action(t->a, action, "ringsight-trial", fields, n, &text))
        return broken(t, "the AMI user holds characters that cannot be sent.");
    t->n = 0;
    e = line_write(t->line, text, WRITE_MS);
    while (!e) {
        rest = str_n(t->in, t->n);
        while (ami_next(&rest, false, m))
            if (ami_get(m, "Response").n)
                return NULL;
        e = more(t);
    }
    return e;
}

static const struct err *log_in(struct talk *t, const struct json *settings)
{
    struct ami_message *m = ARENA_NEW(t->a, struct ami_message);
    const struct ami_field by_md5 = {STR("AuthType"), STR("MD5")};
    struct str key, ignored;
    const struct err *e = ask(t, "Challenge", &by_md5, 1, m);

    if (e)
        return e;
    if (!ami_get(m, "Challenge").n)
        return broken(t, "the manager interface takes no login by challenge.");
    key = ami_login_key(t->a, ami_get(m, "Challenge"), json_text(settings, "password"));
    e = ask(t, "Login", (struct ami_field[]){by_md5, {STR("Username"), json_text(settings, "username")},
                                             {STR("Key"), key}, {STR("Events"), STR("off")}}, 4, m);
    if (e)
        return e;
    if (!str_case_eq(ami_get(m, "Response"), STR("Success")))
        return err_why(t->a, E_UPSTREAM_AUTH, "Asterisk refused the AMI user or secret (%.*s).",
                       STR_ARG(str_sub(ami_get(m, "Message"), 0, 100)));
    if (ami_action(t->a, "Logoff", "ringsight-trial", NULL, 0, &ignored))
        (void)!line_write(t->line, ignored, WRITE_MS); /* polite, and no more: it is cut anyway */
    return NULL;
}

const struct err *line_try(struct arena *a, const struct json *settings, struct str *ret_greeting)
{
    struct talk t = {.a = a, .until = time_mono() + ALL_US};
    struct line_config config = line_config_of(settings);
    const struct err *e;

    *ret_greeting = STR("");
    if (!asterisk_address(settings, &t.host, &config.port) || !json_text(settings, "username").n ||
        !json_text(settings, "password").n)
        return err_why(a, E_BAD_INPUT, "AMI address, user and secret are needed to log in.");
    config.host = t.host;
    t.in = arena_alloc(a, ROOM);
    e = line_open(a, &config, &t.line);
    if (!e)
        e = greeting(&t, ret_greeting);
    if (!e)
        e = log_in(&t, settings);
    line_close(t.line);
    return e;
}
