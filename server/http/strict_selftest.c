/* Proves at start-up that libh2o reads requests through strict.c, and that the handlers answer a
 * refused head with 400 and nothing else. Called once by the HTTP glue before it listens; must not
 * be called while real connections are open. */
#include "http/strict.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define H2O_USE_LIBUV 0
#include <h2o.h>

#include "core/log.h"
#include "core/time.h"

#define ANSWER_MAX 8192
#define PATIENCE (5 * TIME_S)

/* Behind each stands a second request, faultless: an answer to it would be request smuggling. */
#define SECOND "GET /livez HTTP/1.1\r\nHost: self.test\r\n\r\n"

static const struct probe {
    const char *name;
    const char *bytes;
    bool chunked; /* the fault is in the body's framing */
} probes[] = {
    {"two Host headers", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" SECOND, false},
    {"no Host header", "GET / HTTP/1.1\r\nAccept: */*\r\n\r\n" SECOND, false},
    {"bare LF", "GET / HTTP/1.1\nHost: self.test\n\n" SECOND, false},
    {"folded header", "GET / HTTP/1.1\r\nHost: self.test\r\nA: b\r\n c\r\n\r\n" SECOND, false},
    {"Content-Length beside Transfer-Encoding",
     "POST / HTTP/1.1\r\nHost: self.test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
     "0\r\n\r\n" SECOND,
     false},
    {"no HTTP at all", "\x16\x03\x01\x02\r\n\r\n" SECOND, false},
    {"chunk size 0x5",
     "POST / HTTP/1.1\r\nHost: self.test\r\nTransfer-Encoding: chunked\r\n\r\n"
     "0x5\r\nhello\r\n0\r\n\r\n" SECOND,
     true},
};

static bool set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

/* Runs the loop until our end of the pair sees the end of file. False if that never comes. */
static bool read_answer(h2o_context_t *ctx, int fd, char *answer)
{
    int64_t deadline = time_mono() + PATIENCE;
    size_t n = 0;

    while (time_mono() < deadline) {
        ssize_t got;
        h2o_evloop_run(ctx->loop, 5);
        while ((got = read(fd, answer + n, ANSWER_MAX - 1 - n)) > 0 && n < ANSWER_MAX - 1)
            n += (size_t)got;
        answer[n] = '\0';
        if (got == 0)
            return n < ANSWER_MAX - 1;
    }
    return false;
}

/* True if the answer is one 400 and not a byte of a second one. */
static bool is_one_400(const char *answer)
{
    static const char start[] = "HTTP/1.1 400 ";

    return !strncmp(answer, start, sizeof(start) - 1) &&
           !strstr(answer + sizeof(start) - 1, "HTTP/1.1 ");
}

static bool exchange(h2o_context_t *ctx, const struct probe *probe, char *answer)
{
    h2o_accept_ctx_t accept = {0};
    size_t n = strlen(probe->bytes);
    int pair[2];
    bool ok;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return false;
    if (!set_nonblocking(pair[0]) || !set_nonblocking(pair[1])) {
        close(pair[0]);
        close(pair[1]);
        return false;
    }
    accept.ctx = ctx;
    accept.hosts = ctx->globalconf->hosts;
    ok = write(pair[1], probe->bytes, n) == (ssize_t)n;
    /* From here on the loop owns pair[0]. */
    h2o_accept(&accept, h2o_evloop_socket_create(ctx->loop, pair[0],
                                                 H2O_SOCKET_FLAG_IS_ACCEPTED_CONNECTION));
    ok = read_answer(ctx, pair[1], answer) && ok;
    close(pair[1]);
    return ok;
}

static const char *run_probe(h2o_context_t *ctx, const struct probe *probe)
{
    uint64_t heads = strict_heads_seen(), chunks = strict_chunks_seen();
    char answer[ANSWER_MAX] = "";

    if (!exchange(ctx, probe, answer))
        return "The HTTP self-test got no answer or no close on a malformed request.";
    if (strict_heads_seen() == heads)
        return "libh2o does not call the strict request parser: is the symbol exported?";
    if (probe->chunked && strict_chunks_seen() == chunks)
        return "libh2o does not call the strict chunk decoder: is the symbol exported?";
    if (!is_one_400(answer))
        return "A malformed request was not answered by a single 400.";
    return NULL;
}

const char *strict_selftest(struct st_h2o_context_t *ctx)
{
    for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
        const char *wrong = run_probe(ctx, &probes[i]);
        if (wrong) {
            LOG(LOG_ERROR, "http.selftest.failed", KV_C("probe", probes[i].name));
            return wrong;
        }
    }
    return NULL;
}
