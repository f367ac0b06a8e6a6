/* One connection to Asterisk's manager interface, from its greeting until it is cut: login by
 * challenge, the list of channels after each login and every minute, and every message that tells of
 * a call into the journal before the book. Called by hold.c. Sends nothing but Challenge, Login and
 * CoreShowChannels: a phone system in use must not notice us. */
#include <string.h>

#include "core/log.h"
#include "intake/lines/inner.h"
#include "net/line.h"
#include "net/services.h"
#include "providers/asterisk/asterisk.h"

#define ROOM (2 * AMI_MAX_MESSAGE)
#define CONNECT_MS 10000
#define READ_MS 500
#define WRITE_MS 10000
#define ANSWER_US (15 * TIME_S) /* of a login or a list */
#define LIST_US (60 * TIME_S)
#define BATCH 256
#define GREETING "Asterisk Call Manager"

enum step { GREETED = 0, CHALLENGED, LOGGING_IN, READY };

struct session {
    struct held *h;
    struct arena *a;     /* as long as the connection */
    struct arena *round; /* one read's */
    struct line *line;
    struct str host, user, secret;
    enum step step;
    int64_t asked_at; /* of what is waited for; 0: nothing is */
    int64_t listed_at;
    bool list_ended, list_refused;
    char *in;
    size_t n;
    struct ami_message *m;
    size_t n_kept;
    struct line_entry kept[BATCH];
};

static const struct err *broken(struct session *s, const char *what)
{
    return err_why(s->a, E_UPSTREAM, "%.*s: %s", STR_ARG(s->host), what);
}

static const struct err *ask(struct session *s, const char *action, const struct ami_field *fields,
                             size_t n)
{
    struct str text;

    if (!ami_action(s->round, action, "ringsight", fields, n, &text))
        return broken(s, "the AMI user holds characters that cannot be sent.");
    s->asked_at = time_mono();
    return line_write(s->line, text, WRITE_MS);
}

/* Tells a web server or another program from a manager interface that only greets late. */
static const struct err *take_greeting(struct session *s, struct str *rest)
{
    struct str line;

    if (!str_starts(*rest, str_sub(STR(GREETING), 0, rest->n)))
        return broken(s, "this is no Asterisk manager interface. Is the port right?");
    if (str_find(*rest, STR("\n"), 0) < 0)
        return NULL;
    str_split(rest, '\n', &line);
    s->step = CHALLENGED;
    return ask(s, "Challenge", (struct ami_field[]){{STR("AuthType"), STR("MD5")}}, 1);
}

static const struct err *log_in(struct session *s)
{
    struct str challenge = ami_get(s->m, "Challenge");
    const struct ami_field fields[] = {
        {STR("AuthType"), STR("MD5")},
        {STR("Username"), s->user},
        {STR("Key"), ami_login_key(s->round, challenge, s->secret)},
        {STR("Events"), STR("on")},
    };

    if (!challenge.n)
        return broken(s, "the manager interface gave no challenge to log in with.");
    s->step = LOGGING_IN;
    return ask(s, "Login", fields, sizeof fields / sizeof *fields);
}

static const struct err *list(struct session *s)
{
    s->listed_at = time_mono();
    s->list_ended = false;
    book_list_begin(s->h->book);
    return ask(s, "CoreShowChannels", NULL, 0);
}

static const struct err *take_response(struct session *s)
{
    bool good = str_case_eq(ami_get(s->m, "Response"), STR("Success"));

    switch (s->step) {
    case CHALLENGED:
        return good ? log_in(s) : broken(s, "the manager interface takes no login by challenge.");
    case LOGGING_IN:
        if (!good) {
            line_refused(s->h, str_fmt(s->round,
                                       "Asterisk refused the AMI user or secret (%.*s). Correct "
                                       "them and save: it is not tried again before.",
                                       STR_ARG(str_sub(ami_get(s->m, "Message"), 0, 100))));
            return NULL;
        }
        s->step = READY;
        LOG(LOG_INFO, "line.connected");
        line_note(s->h, "connected", STR_NONE);
        return list(s);
    default:
        if (good || s->list_refused)
            return NULL;
        /* It may not list channels: events still come, so the line is kept. */
        s->list_refused = true;
        s->asked_at = 0;
        line_note(s->h, "connected",
                  STR("The AMI user may not list channels, so calls are lost where the line is cut: "
                      "add write = reporting in manager.conf."));
        return NULL;
    }
}

static void keep_message(struct session *s, int64_t received)
{
    struct str linked = ami_is_event(s->m, "Cdr")
                            ? book_linked(s->h->book, ami_get(s->m, "UniqueID"))
                            : STR("");
    struct buf b = buf_new(s->round, AMI_MAX_MESSAGE + 1000);

    ami_store(&b, s->m, received, linked);
    s->kept[s->n_kept++] = (struct line_entry){uuid_new(), buf_str(&b)};
}

static const struct err *take_message(struct session *s, int64_t received)
{
    if (ami_get(s->m, "Response").n)
        return take_response(s);
    if (s->step != READY)
        return NULL;
    if (ami_is_event(s->m, "CoreShowChannelsComplete")) {
        s->list_ended = true;
        s->asked_at = 0;
    } else if (ami_is_event(s->m, "CoreShowChannel") &&
               book_knows(s->h->book, s->m, time_mono())) {
        return NULL;
    } else if (ami_tells_of_call(s->m)) {
        keep_message(s, received);
    }
    return NULL;
}

/* Journal first, then the book. */
static const struct err *settle(struct session *s)
{
    const struct err *e = line_journal(s->h, s->kept, s->n_kept);

    for (size_t i = 0; i < s->n_kept && !e; i++)
        book_take(s->h->book, s->kept[i].id, s->kept[i].body, time_mono());
    s->n_kept = 0;
    return e;
}

/* Channels of which the list says nothing ended while nobody listened. */
static const struct err *settle_list(struct session *s)
{
    size_t n;
    struct book_gone *gone = book_list_end(s->h->book, s->round, &n);
    const struct err *e = NULL;

    s->list_ended = false;
    for (size_t i = 0; i < n && !e; i++) {
        s->m->raw = str_fmt(s->round, "Event: X-Gone\r\nUniqueid: %.*s\r\nLinkedid: %.*s\r\n",
                            STR_ARG(gone[i].channel), STR_ARG(gone[i].linked));
        s->m->n = 0;
        keep_message(s, time_now());
        if (s->n_kept == BATCH || i + 1 == n)
            e = settle(s);
    }
    return e;
}

static const struct err *take_all(struct session *s)
{
    struct str rest = str_n(s->in, s->n);
    int64_t received = time_now();
    const struct err *e = s->step == GREETED ? take_greeting(s, &rest) : NULL;

    while (!e && !s->h->over && s->step != GREETED && ami_next(&rest, false, s->m)) {
        e = take_message(s, received);
        if (!e && s->n_kept == BATCH)
            e = settle(s);
    }
    if (!e)
        e = settle(s);
    if (!e && s->list_ended)
        e = settle_list(s);
    if (!e && rest.n > AMI_MAX_MESSAGE)
        e = broken(s, "a message is longer than 64 KB.");
    if (!e && rest.n)
        memmove(s->in, rest.p, rest.n);
    s->n = rest.n;
    return e;
}

static const struct err *check_silence(struct session *s)
{
    int64_t now = time_mono();

    if (s->asked_at && now - s->asked_at > ANSWER_US)
        return err_why(s->a, E_TIMEOUT, "%.*s did not answer in time: %s.", STR_ARG(s->host),
                       s->step == GREETED     ? "no greeting"
                       : s->step == READY ? "no list of channels"
                                          : "no answer to the login");
    if (s->step == READY && !s->asked_at && !s->list_refused && now - s->listed_at > LIST_US)
        return list(s);
    return NULL;
}

static const struct err *talk(struct session *s)
{
    const struct err *e = NULL;
    size_t got;

    s->asked_at = time_mono();
    while (!e && !s->h->over && !lines_stopping()) {
        s->round = arena_new();
        e = line_read(s->line, s->in + s->n, ROOM - s->n, READ_MS, &got);
        s->n += got;
        if (!e && got)
            e = take_all(s);
        if (!e && !s->h->over)
            e = check_silence(s);
        arena_free(s->round);
        line_tend(s->h);
    }
    return e;
}

static enum http_tls tls_of(struct str word)
{
    if (str_is(word, "pinned"))
        return HTTP_TLS_PINNED;
    return str_is(word, "insecure") ? HTTP_TLS_INSECURE : HTTP_TLS_CA;
}

struct line_config line_config_of(const struct json *settings)
{
    struct str tls = json_text(settings, "tls");

    return (struct line_config){.client = services()->http, .use = "asterisk",
                                .plain = str_is(tls, "none"), .tls = tls_of(tls),
                                .pin = json_text(settings, "tls_pin"), .connect_ms = CONNECT_MS};
}

const struct err *line_session(struct held *h, struct arena *a, const struct json *settings)
{
    struct session *s = ARENA_NEW(a, struct session);
    struct line_config config = line_config_of(settings);
    const struct err *e;

    *s = (struct session){.h = h, .a = a, .user = json_text(settings, "username"),
                          .secret = json_text(settings, "password")};
    if (!asterisk_address(settings, &s->host, &config.port) || !s->user.n || !s->secret.n) {
        line_refused(h, STR("AMI address, user and secret are needed to hear of calls: fill them "
                            "in, or take the address out if a script posts the records."));
        return NULL;
    }
    config.host = s->host;
    s->in = arena_alloc(a, ROOM);
    s->m = ARENA_NEW(a, struct ami_message);
    e = line_open(a, &config, &s->line);
    if (!e)
        e = talk(s);
    line_close(s->line);
    return e;
}
