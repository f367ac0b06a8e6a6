/* The socket server: libwebsockets on a thread of its own behind a unix socket. The public server
 * tunnels /live to it; app.c starts and stops it. Must not ask the database: reader.c does.
 * LWS_CALLBACK_HTTP_CONFIRM_UPGRADE is never answered: CVE-2025-11677 of 4.1.6 sits there. The
 * library would also take h2c and mishandle unknown upgrades; the public server in front sends
 * none but web sockets, and nobody else may open the socket. */
#include <errno.h>
#include <libwebsockets.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/log.h"
#include "core/metrics.h"
#include "core/time.h"
#include "live/inner.h"
#include "net/poke.h"

#define MESSAGE_MAX (64u << 10)
#define WRITES_AT_ONCE 64
#define TICK_US (200 * 1000)
#define PING_AFTER_S 30
#define DEAD_AFTER_S 75
#define CUT_AFTER_S 2
#define STOP_WITHIN (900 * TIME_MS) /* for closing handshakes; the reader may take a second more */
#define HEADERS_MAX 16384

/* One web socket; libwebsockets allocates it, zeroed. Only the server's thread touches it. */
struct socket {
    struct lws *wsi;
    struct socket *all_next, **all_at;       /* every socket */
    struct socket *tenant_next, **tenant_at; /* those of its tenant, once admitted */
    struct seat seat;
    bool seated;
    enum close_code closing; /* 0: it is open */
    struct live_tenant *tenant; /* NULL before it is admitted */
    struct place place;
    struct arena *sight;   /* holds what its place names */
    struct answer *replay; /* what it missed, before the feed */
    size_t replayed;
    size_t message; /* bytes of the message being received */
};

static struct {
    struct lws_context *context;
    pthread_t thread;
    bool running;
    atomic_bool going, stop;
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)], origin[300];
    struct socket *sockets, *by_slot[SEATS_MAX];
    lws_sorted_usec_list_t tick;
} live;

/* ---- Sockets ---- */

static size_t still_to_replay(const struct socket *s)
{
    return s->replay ? s->replay->n - s->replayed : 0;
}

/* The close frame goes out when the socket takes it; a peer that does not read is cut. */
static void socket_close(struct socket *s, enum close_code code)
{
    if (s->closing)
        return;
    s->closing = code;
    lws_callback_on_writable(s->wsi);
    lws_set_timeout(s->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, CUT_AFTER_S);
}

static int socket_end(struct socket *s)
{
    lws_close_reason(s->wsi, (enum lws_close_status)s->closing, NULL, 0);
    return -1;
}

static bool socket_next(struct socket *s, struct notice *ret)
{
    if (still_to_replay(s)) {
        *ret = s->replay->notices[s->replayed++];
        return true;
    }
    if (s->replay) {
        arena_free(s->replay->a);
        s->replay = NULL;
    }
    return s->tenant && place_read(&s->tenant->feed, &s->place, ret);
}

static bool socket_has_more(const struct socket *s)
{
    return still_to_replay(s) || s->place.waiting;
}

static int socket_write(struct socket *s)
{
    unsigned char out[LWS_PRE + NOTICE_TEXT];
    struct notice n;

    for (int i = 0; i < WRITES_AT_ONCE && !lws_send_pipe_choked(s->wsi); i++) {
        size_t length;
        if (!socket_next(s, &n))
            return 0;
        length = notice_text(&n, (char *)out + LWS_PRE);
        if (lws_write(s->wsi, out + LWS_PRE, length, LWS_WRITE_TEXT) < (int)length)
            return -1;
    }
    if (socket_has_more(s))
        lws_callback_on_writable(s->wsi);
    return 0;
}

static void socket_gone(struct socket *s)
{
    if (!s->wsi)
        return;
    if (s->tenant_at) {
        *s->tenant_at = s->tenant_next;
        if (s->tenant_next)
            s->tenant_next->tenant_at = s->tenant_at;
    }
    *s->all_at = s->all_next;
    if (s->all_next)
        s->all_next->all_at = s->all_at;
    if (s->replay)
        arena_free(s->replay->a);
    arena_free(s->sight);
    s->sight = NULL;
    if (s->seated) {
        live.by_slot[s->seat.slot] = NULL;
        seat_leave(s->seat);
    }
    metric_add(M_LIVE_SOCKETS, 0, 0, -1);
    s->wsi = NULL;
}

/* Messages are of no interest; only their size is watched. */
static int socket_heard(struct socket *s, size_t n)
{
    s->message += n;
    if (s->message + lws_remaining_packet_payload(s->wsi) > MESSAGE_MAX) {
        s->closing = CLOSE_TOO_LARGE;
        return socket_end(s);
    }
    if (lws_is_final_fragment(s->wsi))
        s->message = 0;
    return 0;
}

/* ---- The handshake ---- */

/* The value of a query parameter ("ticket="), "" if missing or longer than any we know. */
static struct str query_value(struct lws *wsi, const char *name, char *out, int size)
{
    struct str none = STR("");
    int n;

    for (int i = 0; (n = lws_hdr_copy_fragment(wsi, out, size, WSI_TOKEN_HTTP_URI_ARGS, i)) >= 0;
         i++)
        if (str_starts(str_n(out, (size_t)n), str_of(name)))
            return str_sub(str_n(out, (size_t)n), strlen(name), (size_t)n);
    return none;
}

/* The HTTP status that refuses this handshake; 0: it may go on. */
static unsigned handshake_fault(struct lws *wsi)
{
    char text[300];
    int n = lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_GET_URI);

    if (atomic_load(&live.going))
        return HTTP_STATUS_SERVICE_UNAVAILABLE;
    if (n < 0 || !str_is(str_n(text, (size_t)n), "/live"))
        return HTTP_STATUS_NOT_FOUND;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) > 0) {
        n = lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_ORIGIN);
        if (n < 0 || !origin_fits(str_n(text, (size_t)n), true, str_of(live.origin)))
            return HTTP_STATUS_FORBIDDEN;
    }
    if (!ticket_fits(query_value(wsi, "ticket=", text, sizeof text)))
        return HTTP_STATUS_UNAUTHORIZED;
    return 0;
}

static int handshake(struct lws *wsi)
{
    unsigned status = handshake_fault(wsi);

    if (!status)
        return 0;
    lws_return_http_status(wsi, status, NULL);
    return -1;
}

static int plain_http(struct lws *wsi)
{
    if (lws_return_http_status(wsi, HTTP_STATUS_BAD_REQUEST, NULL))
        return -1;
    return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int socket_opened(struct socket *s, struct lws *wsi)
{
    char text[300];
    struct ask ask = {0};
    struct str ticket = query_value(wsi, "ticket=", text, sizeof text);

    *s = (struct socket){.wsi = wsi, .all_next = live.sockets, .all_at = &live.sockets};
    if (s->all_next)
        s->all_next->all_at = &s->all_next;
    live.sockets = s;
    metric_add(M_LIVE_SOCKETS, 0, 0, 1);
    ask.ticket = crypto_sha256(ticket);
    ask.resume = resume_from(query_value(wsi, "after=", text, sizeof text), time_now(), &ask.from);
    s->seated = seat_take(&s->seat);
    ask.seat = s->seat;
    if (s->seated)
        live.by_slot[s->seat.slot] = s;
    if (!s->seated || !desk_ask(&ask))
        socket_close(s, CLOSE_LATER);
    return 0;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t n)
{
    struct socket *s = user;

    (void)in;
    switch (reason) {
    case LWS_CALLBACK_HTTP:
        return plain_http(wsi);
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return handshake(wsi);
    case LWS_CALLBACK_ESTABLISHED:
        return socket_opened(s, wsi);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return s->closing ? socket_end(s) : socket_write(s);
    case LWS_CALLBACK_RECEIVE:
        return s->closing ? 0 : socket_heard(s, n);
    case LWS_CALLBACK_CLOSED:
        socket_gone(s);
        return 0;
    default:
        return 0;
    }
}

/* ---- Answers of the reader ---- */

/* The socket of a seat, NULL if it left. */
static struct socket *socket_of(struct seat seat)
{
    return seat_valid(seat) ? live.by_slot[seat.slot] : NULL;
}

static void joined(struct socket *s, struct answer *ans)
{
    struct live_tenant *t = ans->tenant;

    s->tenant = t;
    s->place = ans->place;
    if (ans->place.n_agents) { /* the answer goes when all is replayed */
        struct uuid *own;
        s->sight = arena_new();
        own = ARENA_ARRAY(s->sight, ans->place.n_agents, struct uuid);
        memcpy(own, ans->place.agents, ans->place.n_agents * sizeof *own);
        s->place.agents = own;
    }
    s->place.next = t->feed.next;
    s->tenant_next = t->first;
    s->tenant_at = &t->first;
    if (t->first)
        t->first->tenant_at = &s->tenant_next;
    t->first = s;
    s->replay = ans;
    lws_callback_on_writable(s->wsi);
}

static void publish(struct live_tenant *t, const struct notice *n)
{
    feed_add(&t->feed, n);
    for (struct socket *s = t->first; s; s = s->tenant_next) {
        if (s->closing)
            continue;
        if (!place_hear(&t->feed, &s->place, still_to_replay(s))) {
            metric_add(M_LIVE_DROPPED, 0, 0, 1);
            socket_close(s, CLOSE_LATER);
        } else if (s->place.waiting) {
            lws_callback_on_writable(s->wsi);
        }
    }
}

static void take_answers(void)
{
    struct answer *ans = desk_answers(), *next;

    for (; ans; ans = next) {
        struct socket *s = ans->kind == ANSWER_NEWS ? NULL : socket_of(ans->seat);
        next = ans->next;
        if (ans->kind == ANSWER_JOINED && s) {
            joined(s, ans); /* keeps the answer for its replay */
            continue;
        }
        if (ans->kind == ANSWER_CLOSE && s)
            socket_close(s, ans->code);
        for (size_t i = 0; ans->kind == ANSWER_NEWS && i < ans->n; i++)
            publish(ans->tenant, &ans->notices[i]);
        if (ans->kind == ANSWER_NEWS)
            tenant_drop(ans->tenant);
        arena_free(ans->a);
    }
}

/* ---- The thread ---- */

static void wake(void)
{
    lws_cancel_service(live.context);
}

/* Makes lws_service come back, for flags that a signal handler set. */
static void on_tick(lws_sorted_usec_list_t *sul)
{
    lws_sul_schedule(live.context, 0, sul, on_tick, TICK_US);
}

static void *serve(void *unused)
{
    int64_t until = 0;

    (void)unused;
    lws_sul_schedule(live.context, 0, &live.tick, on_tick, TICK_US);
    while (!atomic_load(&live.stop) || (live.sockets && time_mono() < until)) {
        if (lws_service(live.context, 0) < 0)
            break;
        take_answers();
        if (!atomic_load(&live.going))
            continue;
        for (struct socket *s = live.sockets; s; s = s->all_next)
            socket_close(s, CLOSE_GOING_AWAY);
        if (!until)
            until = time_mono() + STOP_WITHIN;
    }
    return NULL;
}

static void log_line(int level, const char *line)
{
    (void)level;
    LOG(LOG_WARN, "live.library", KV("reason", str_trim(str_of(line))));
}

static const lws_retry_bo_t alive = {.secs_since_valid_ping = PING_AFTER_S,
                                     .secs_since_valid_hangup = DEAD_AFTER_S};
static const struct lws_protocols protocols[] = {
    {"live", on_event, sizeof(struct socket), 4096, 0, NULL, 0},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

static const struct err *listen_on(struct arena *a)
{
    struct lws_context_creation_info info = {
        .iface = live.path,
        .port = 0, /* with any other the library makes no unix socket */
        .protocols = protocols,
        .server_string = "ringsight",
        .timeout_secs = 10,
        .max_http_header_data = HEADERS_MAX,
        .retry_and_idle_policy = &alive,
        .options = LWS_SERVER_OPTION_UNIX_SOCK | LWS_SERVER_OPTION_VALIDATE_UTF8 |
                   LWS_SERVER_OPTION_HTTP_HEADERS_SECURITY_BEST_PRACTICES_ENFORCE,
    };

    lws_set_log_level(LLL_ERR, log_line);
    unlink(live.path); /* of a process that was killed; the library sets mode 0660 */
    live.context = lws_create_context(&info);
    if (!live.context || access(live.path, R_OK | W_OK) != 0)
        return err_why(a, E_INTERNAL, "The live server cannot listen on %s.", live.path);
    return NULL;
}

static const struct err *make_folder(struct arena *a)
{
    struct str path = str_of(live.path);
    const char *slash = strrchr(live.path, '/');
    const char *folder;

    if (!slash || slash == live.path)
        return NULL;
    folder = str_c(a, str_sub(path, 0, (size_t)(slash - live.path)));
    if (mkdir(folder, 0750) != 0 && errno != EEXIST)
        return err_why(a, E_INTERNAL, "cannot make the folder %s: %s", folder, strerror(errno));
    return NULL;
}

const struct err *live_start(struct arena *a, const struct live_config *config)
{
    const struct err *e;

    if (strlen(config->socket_path) >= sizeof live.path ||
        strlen(config->origin) >= sizeof live.origin)
        return err_why(a, E_BAD_INPUT, "%s is too long for a unix socket: shorten setting var.",
                       config->socket_path);
    snprintf(live.path, sizeof live.path, "%s", config->socket_path);
    snprintf(live.origin, sizeof live.origin, "%s", config->origin);
    e = make_folder(a);
    if (!e)
        e = listen_on(a);
    if (e)
        return e;
    desk_open(wake);
    e = reader_start(a, config->database_url);
    if (!e)
        e = poke_listen(a, POKE_LIVE, desk_poked, NULL);
    if (e)
        return e;
    if (pthread_create(&live.thread, NULL, serve, NULL) != 0)
        return err_why(a, E_INTERNAL, "cannot start a thread");
    live.running = true;
    LOG(LOG_INFO, "live.listening", KV_C("socket", live.path));
    return NULL;
}

void live_going_away(void)
{
    atomic_store(&live.going, true);
}

void live_stop(void)
{
    if (!live.running)
        return;
    atomic_store(&live.going, true);
    atomic_store(&live.stop, true);
    lws_cancel_service(live.context);
    pthread_join(live.thread, NULL);
    if (reader_stop())
        lws_context_destroy(live.context);
    unlink(live.path);
    live.running = false;
}
