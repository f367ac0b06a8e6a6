/* Listening for CDR lines: one thread, one poll loop, a port for each integration. Called by the role
 * `cdr`. Interprets nothing: what arrives is stored in the inbox and read by a job. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/log.h"
#include "core/time.h"
#include "db/db.h"
#include "http/client.h"
#include "intake/cdr/cdr.h"
#include "intake/cdr/queries.h"
#include "intake/inbox/inbox.h"
#include "net/poke.h"

#define PORTS_MAX 200
#define LINES_MAX 400           /* connections at a time */
#define PER_PORT 4
#define BUFFER (64u << 10)
#define LOOK_US (3 * TIME_S)    /* how often the integrations are looked at */
#define QUIET_US (3 * TIME_S)   /* a last line without an end is taken after so long */
#define TAKE_MS 5000
#define TICK_MS 500

struct door {
    struct uuid tenant, integration;
    int64_t port;
    char source[256];
    int fd;
    bool wanted;
};

struct line {
    struct door *door; /* NULL: free */
    int fd;
    int64_t heard; /* time_mono of the last byte */
    bool closed;
    char from[ADDRESS_TEXT];
    size_t n;
    char bytes[BUFFER];
};

static struct {
    struct cdr_range range;
    struct db_pool *pool;
    struct door doors[PORTS_MAX];
    struct line lines[LINES_MAX];
} c;
static atomic_bool stopping;

void cdr_stop(void)
{
    atomic_store(&stopping, true);
}

/* ---- which ports ---- */

static int listen_at(int64_t port)
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
                             .ai_socktype = SOCK_STREAM}, *found = NULL;
    char text[16];
    int fd = -1, yes = 1;

    snprintf(text, sizeof text, "%lld", (long long)port);
    if (getaddrinfo(c.range.host, text, &hints, &found) != 0)
        return -1;
    fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (fd >= 0 && (bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, PER_PORT) != 0)) {
        close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

static void end_line(struct line *l)
{
    close(l->fd);
    l->door = NULL;
    l->n = 0;
}

static void close_door(struct door *d)
{
    for (size_t i = 0; i < LINES_MAX; i++)
        if (c.lines[i].door == d)
            end_line(&c.lines[i]);
    if (d->fd >= 0)
        close(d->fd);
    *d = (struct door){.fd = -1};
}

static bool same_door(const struct door *d, const struct cdr_sockets_out *row, int64_t port)
{
    return uuid_eq(d->integration, row->id) && uuid_eq(d->tenant, row->tenant_id) &&
           d->port == port && str_is(row->source, d->source);
}

/* The first integration that names a port has it; a second one hears of it in the log only, for the
 * two may belong to different tenants. */
static void open_door(const struct cdr_sockets_out *row)
{
    struct door *free_door = NULL;
    int64_t port;

    if (!str_to_int(row->port, &port) || port < c.range.first || port > c.range.last ||
        row->source.n >= sizeof free_door->source)
        return;
    for (size_t i = 0; i < PORTS_MAX; i++) {
        struct door *d = &c.doors[i];
        if (d->port && same_door(d, row, port)) {
            d->wanted = true;
            return;
        }
        if (d->port == port)
            return;
        if (!d->port && !free_door)
            free_door = d;
    }
    if (!free_door)
        return;
    *free_door = (struct door){.tenant = row->tenant_id, .integration = row->id, .port = port,
                               .wanted = true, .fd = listen_at(port)};
    memcpy(free_door->source, row->source.p, row->source.n);
    LOG(free_door->fd < 0 ? LOG_WARN : LOG_INFO, free_door->fd < 0 ? "cdr.port_taken" : "cdr.open",
        KV_I("port", port));
    if (free_door->fd < 0)
        *free_door = (struct door){.fd = -1};
}

static void look(void)
{
    struct arena *a = arena_new();
    struct cdr_sockets_out *rows;
    struct db *db;
    size_t n = 0;
    const struct err *e = db_take(c.pool, a, TAKE_MS, &db);

    if (!e) {
        db_begin(db, (struct uuid){{0}});
        e = q_cdr_sockets(db, &rows, &n);
        for (size_t i = 0; i < PORTS_MAX; i++)
            c.doors[i].wanted = e != NULL; /* in doubt they stay as they are */
        for (size_t i = 0; !e && i < n; i++)
            open_door(&rows[i]);
        for (size_t i = 0; i < PORTS_MAX; i++)
            if (c.doors[i].port && !c.doors[i].wanted)
                close_door(&c.doors[i]);
        db_give(c.pool, db);
    }
    if (e)
        LOG(LOG_WARN, "cdr.not_looked", KV_C("code", e->code));
    arena_free(a);
}

/* ---- what arrives ---- */

static bool may_call(const struct door *d, struct address who)
{
    struct arena *a = arena_new();
    struct cidr_list list;
    bool may = !cidr_list_parse(a, str_of(d->source), &list) && cidr_list_has(&list, who);

    arena_free(a);
    return may;
}

static void answer_door(struct door *d)
{
    struct sockaddr_storage sa;
    socklen_t length = sizeof sa;
    int fd = accept4(d->fd, (struct sockaddr *)&sa, &length, SOCK_NONBLOCK | SOCK_CLOEXEC), yes = 1;
    struct address who;
    struct line *l = NULL;
    size_t same = 0;

    if (fd < 0)
        return;
    who = address_of((const struct sockaddr *)&sa);
    for (size_t i = 0; i < LINES_MAX; i++) {
        same += c.lines[i].door == d;
        if (!c.lines[i].door && !l)
            l = &c.lines[i];
    }
    if (!l || same >= PER_PORT || !may_call(d, who)) {
        LOG(LOG_WARN, "cdr.refused", KV_I("port", d->port));
        close(fd);
        return;
    }
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
    l->door = d;
    l->fd = fd;
    l->n = 0;
    l->closed = false;
    l->heard = time_mono();
    address_text(who, l->from);
}

static void hear(struct line *l)
{
    ssize_t got = recv(l->fd, l->bytes + l->n, sizeof l->bytes - l->n, 0);

    if (got > 0) {
        l->n += (size_t)got;
        l->heard = time_mono();
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        l->closed = true;
    }
}

/* Stores what is whole. Until it is committed it stays in the buffer, and once that is full on the
 * sender's side of the connection. */
static bool keep(struct line *l)
{
    bool quiet = l->closed || l->n == sizeof l->bytes || time_mono() - l->heard > QUIET_US;
    size_t n = cdr_ready(str_n(l->bytes, l->n), quiet);
    struct arena *a;
    struct db *db;
    const struct err *e;

    if (!n)
        return true;
    a = arena_new();
    e = db_take(c.pool, a, TAKE_MS, &db);
    if (!e) {
        db_begin(db, l->door->tenant);
        e = inbox_take(db, &(struct inbox_new){.integration = l->door->integration,
                                               .method = STR("CDR"), .source = str_of(l->from),
                                               .body = str_n(l->bytes, n)});
        if (!e)
            e = db_commit(db);
        db_give(c.pool, db);
    }
    if (e) {
        LOG(LOG_WARN, "cdr.not_stored", KV_C("code", e->code));
    } else {
        memmove(l->bytes, l->bytes + n, l->n - n);
        l->n -= n;
        poke(POKE_JOBS);
    }
    arena_free(a);
    return e == NULL;
}

static void tend(void)
{
    bool database_away = false;

    for (size_t i = 0; i < LINES_MAX; i++) {
        struct line *l = &c.lines[i];
        if (!l->door || database_away)
            continue;
        database_away = !keep(l);
        if (l->door && l->closed && !l->n)
            end_line(l);
    }
}

static void wait_for_bytes(void)
{
    static struct pollfd fds[PORTS_MAX + LINES_MAX];
    static size_t whose[PORTS_MAX + LINES_MAX];
    size_t n = 0, doors;

    for (size_t i = 0; i < PORTS_MAX; i++)
        if (c.doors[i].port) {
            whose[n] = i;
            fds[n++] = (struct pollfd){.fd = c.doors[i].fd, .events = POLLIN};
        }
    doors = n;
    for (size_t i = 0; i < LINES_MAX; i++)
        if (c.lines[i].door && !c.lines[i].closed && c.lines[i].n < BUFFER) {
            whose[n] = i;
            fds[n++] = (struct pollfd){.fd = c.lines[i].fd, .events = POLLIN};
        }
    if (poll(fds, n, TICK_MS) <= 0)
        return;
    for (size_t i = 0; i < n; i++) {
        if (!fds[i].revents)
            continue;
        if (i < doors)
            answer_door(&c.doors[whose[i]]);
        else
            hear(&c.lines[whose[i]]);
    }
}

const struct err *cdr_serve(struct arena *a, const struct settings *s)
{
    int64_t looked = 0;
    const struct err *e = cdr_range_parse(a, str_of(s->cdr_listen), &c.range);

    if (!e)
        e = poke_start(a, s->redis_url);
    if (e)
        return e;
    c.pool = db_pool_new("cdr", s->jobs_database_url, 1, 10000);
    LOG(LOG_INFO, "cdr.ready");
    while (!atomic_load(&stopping)) {
        if (!looked || time_mono() - looked > LOOK_US) {
            look();
            looked = time_mono();
        }
        wait_for_bytes();
        tend();
    }
    for (size_t i = 0; i < LINES_MAX; i++)
        if (c.lines[i].door)
            keep(&c.lines[i]);
    for (size_t i = 0; i < PORTS_MAX; i++)
        if (c.doors[i].port)
            close_door(&c.doors[i]);
    poke_stop();
    db_pool_free(c.pool);
    LOG(LOG_INFO, "cdr.stopped");
    return NULL;
}
