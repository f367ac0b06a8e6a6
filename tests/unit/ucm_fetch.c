/* Recording fetches against a phone system of our own on loopback: a thread that answers POST /api
 * as a UCM does, and GET for the generic hook. What counts is how often it was asked: a wrong
 * password is tried once, a lost session costs one login, ten recordings at once share one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/crypto.h"
#include "net/fetch.h"
#include "providers/generic/generic.h"
#include "providers/ucm/ucm.h"

#define WAV "RIFF....WAVEfmt and so on"
#define CHALLENGE "0000001652831717"
#define TOKEN "0faa24433e3c7a9bcfa8000f735305d5" /* with password cdrapi123 */
#define MAX_REQUEST 65536

/* The phone system: set up by the test before it is asked. */
static struct box {
    int fd, port;
    pthread_t thread;
    const char *folder, *name; /* where the only recording is */
    const char *infos;         /* recordfiles of getRecordInfosByCall, NULL: -15 */
    int forget;                /* so many recapi answer "cookie error" */
    int login_status;          /* other than 0: instead of logging in */
    const char *instead;       /* whole answer to recapi, NULL: as it should */
    atomic_int requests, challenges, logins, recapis;
} box;

static void send_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        n -= (size_t)sent;
    }
}

static void answer(int fd, const char *status, const char *type, const char *body)
{
    char head[256];
    int n = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                     "Connection: close\r\n\r\n", status, type, strlen(body));

    send_all(fd, head, (size_t)n);
    send_all(fd, body, strlen(body));
}

static void answer_status(int fd, int status)
{
    char body[64];

    snprintf(body, sizeof body, "{\"response\":{},\"status\":%d}", status);
    answer(fd, "200 OK", "application/json", body);
}

static bool has(const char *body, const char *key, const char *value)
{
    char member[256];

    snprintf(member, sizeof member, "\"%s\":\"%s\"", key, value);
    return strstr(body, member) != NULL;
}

static void answer_recapi(int fd, const char *body)
{
    atomic_fetch_add(&box.recapis, 1);
    if (box.forget > 0) {
        box.forget--;
        answer_status(fd, -6);
    } else if (box.instead) {
        send_all(fd, box.instead, strlen(box.instead));
    } else if (!has(body, "filedir", box.folder) || !has(body, "filename", box.name)) {
        answer_status(fd, -16);
    } else {
        answer(fd, "200 OK", "audio/x-wav", WAV);
    }
}

static void answer_login(int fd, const char *body)
{
    if (box.login_status || !has(body, "token", TOKEN)) {
        answer_status(fd, box.login_status ? box.login_status : -37);
        return;
    }
    atomic_fetch_add(&box.logins, 1);
    usleep(50000); /* long enough for others to arrive meanwhile */
    answer(fd, "200 OK", "application/json", "{\"response\":{\"cookie\":\"sid1-2\"},\"status\":0}");
}

static void answer_api(int fd, const char *body)
{
    char infos[256];

    if (has(body, "action", "challenge")) {
        atomic_fetch_add(&box.challenges, 1);
        answer(fd, "200 OK", "application/json",
               "{\"response\":{\"challenge\":\"" CHALLENGE "\"},\"status\":0}");
    } else if (has(body, "action", "login")) {
        answer_login(fd, body);
    } else if (!has(body, "cookie", "sid1-2")) {
        answer_status(fd, -5);
    } else if (has(body, "action", "recapi")) {
        answer_recapi(fd, body);
    } else if (box.infos && has(body, "id", "71050")) {
        snprintf(infos, sizeof infos, "{\"response\":{\"recordfiles\":\"%s\"},\"status\":0}",
                 box.infos);
        answer(fd, "200 OK", "application/json", infos);
    } else {
        answer_status(fd, -15);
    }
}

static void answer_get(int fd, const char *request)
{
    if (strncmp(request, "GET /a.wav ", 11) == 0)
        answer(fd, "200 OK", "audio/wav", WAV);
    else if (strncmp(request, "GET /page ", 10) == 0)
        answer(fd, "200 OK", "text/html", "<html>Please sign in</html>");
    else if (strncmp(request, "GET /empty ", 11) == 0)
        answer(fd, "200 OK", "audio/wav", "");
    else
        answer(fd, "404 Not Found", "text/plain", "no");
}

static void serve_one(int fd)
{
    char request[MAX_REQUEST];
    size_t n = 0, length = 0;
    char *body = NULL, *field;
    ssize_t got;

    while (n + 1 < sizeof request && (got = recv(fd, request + n, sizeof request - 1 - n, 0)) > 0) {
        n += (size_t)got;
        request[n] = 0;
        body = strstr(request, "\r\n\r\n");
        if (!body)
            continue;
        body += 4;
        field = strcasestr(request, "\r\nContent-Length:");
        length = field && field < body ? strtoul(field + 17, NULL, 10) : 0;
        if (n - (size_t)(body - request) >= length)
            break;
    }
    if (!body)
        return;
    atomic_fetch_add(&box.requests, 1);
    if (strncmp(request, "POST /api ", 10) == 0)
        answer_api(fd, body);
    else
        answer_get(fd, request);
}

static void *serve(void *arg)
{
    int fd;

    while ((fd = accept(box.fd, NULL, NULL)) >= 0) {
        serve_one(fd);
        close(fd);
    }
    return arg;
}

static struct arena *process; /* what a worker has for all its life */
static struct http_client *client;

static int box_start(void **state)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    const struct net_allowances *allowed;

    (void)state;
    crypto_init();
    process = arena_new();
    if (net_allowances_parse(process, STR("ucm=127.0.0.1/32, generic=127.0.0.1/32"), &allowed))
        return -1;
    client = http_client_new(process, &(struct http_client_config){.allowances = allowed});
    memset(&box, 0, sizeof box);
    box.folder = "monitor";
    box.name = "a.wav";
    box.fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(box.fd, (struct sockaddr *)&at, sizeof at) || listen(box.fd, 64) ||
        getsockname(box.fd, (struct sockaddr *)&at, &n))
        return -1;
    box.port = ntohs(at.sin_port);
    return pthread_create(&box.thread, NULL, serve, NULL);
}

static int box_stop(void **state)
{
    (void)state;
    shutdown(box.fd, SHUT_RDWR);
    pthread_join(box.thread, NULL);
    close(box.fd);
    arena_free(process);
    return 0;
}

/* One fetch as a job does it, with an integration of its own unless the test says otherwise. */
struct try {
    struct uuid integration;
    const char *password, *name, *folder, *leg;
    size_t max_bytes;
    struct fetch_tokens *tokens;
    /* results */
    const struct err *e;
    char got[256], why[512];
    size_t n;
    int64_t retry_after_s;
};

static const struct err *take(void *arg, struct str bytes)
{
    struct try *t = arg;

    if (bytes.n > sizeof t->got - t->n)
        return E_TOO_LARGE;
    memcpy(t->got + t->n, bytes.p, bytes.n);
    t->n += bytes.n;
    return NULL;
}

static const struct err *run(struct try *t, const struct provider *p, struct str settings)
{
    struct arena *a = arena_new();
    struct recording_ref ref = {.name = str_of(t->name), .folder = str_of(t->folder),
                                .seconds = -1, .leg_key = str_of(t->leg)};
    struct fetch f = {.http = client, .use = p->slug, .integration = t->integration,
                      .recording = &ref, .call_started = TIME_NONE,
                      .deadline = time_mono() + 10 * TIME_S,
                      .max_bytes = t->max_bytes ? t->max_bytes : 1000, .sink = take,
                      .sink_arg = t, .tokens = t->tokens};

    if (json_parse(a, settings, &f.settings))
        abort();
    t->n = 0;
    t->e = p->fetch(a, &f);
    t->retry_after_s = f.retry_after_s;
    snprintf(t->why, sizeof t->why, "%.*s", STR_ARG(arena_why(a)));
    arena_free(a);
    return t->e;
}

static const struct err *run_ucm(struct try *t)
{
    char settings[256];
    int n;

    if (uuid_is_zero(t->integration))
        t->integration = uuid_new();
    n = snprintf(settings, sizeof settings,
                 "{\"base_url\":\"http://127.0.0.1:%d/\",\"username\":\"cdrapi\","
                 "\"password\":\"%s\",\"tls\":\"ca\"}",
                 box.port, t->password ? t->password : "cdrapi123");
    return run(t, &ucm_provider, str_n(settings, (size_t)n));
}

static void is_wav(const struct try *t)
{
    if (t->e)
        fail_msg("%s: %s", t->e->code, t->why);
    assert_int_equal(t->n, strlen(WAV));
    assert_memory_equal(t->got, WAV, t->n);
}

static void session_is_kept(void **state)
{
    struct try t = {.name = "a.wav"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        run_ucm(&t);
        is_wav(&t);
    }
    assert_int_equal(box.logins, 1);
    assert_int_equal(box.recapis, 3);
}

static void other_folder_is_tried(void **state)
{
    struct try t = {.name = "2026-08/a.wav", .folder = "monitor"};

    (void)state;
    box.folder = "queue";
    run_ucm(&t);
    is_wav(&t);
    assert_int_equal(box.recapis, 2);
    t.folder = "queue";
    run_ucm(&t);
    assert_int_equal(box.recapis, 3);
}

static void d1_07_lost_session_costs_one_login(void **state)
{
    struct try t = {.name = "a.wav"};

    (void)state;
    box.forget = 1;
    run_ucm(&t);
    is_wav(&t);
    assert_int_equal(box.logins, 2);
    box.forget = 100;
    assert_ptr_equal(run_ucm(&t), E_UPSTREAM_AUTH);
    assert_int_equal(box.logins, 3);
}

/* What the processes share, as the row of an integration keeps it. */
struct shared {
    const char *cookie; /* NULL: none */
    int busy;           /* so many looks find another process logging in */
    int takes, puts, drops;
    char stale[32], put[32];
};

static const struct err *shared_take(void *ctx, struct arena *a, struct str stale, struct str *ret)
{
    struct shared *s = ctx;

    (void)a;
    s->takes++;
    snprintf(s->stale, sizeof s->stale, "%.*s", STR_ARG(stale));
    if (s->busy > 0) {
        s->busy--;
        return E_UPSTREAM_BUSY;
    }
    *ret = s->cookie && !str_is(stale, s->cookie) ? str_of(s->cookie) : STR_NONE;
    return NULL;
}

static const struct err *shared_put(void *ctx, struct arena *a, struct str token, int64_t until)
{
    struct shared *s = ctx;

    (void)a;
    assert_true(until > time_now() + 500 * TIME_S && until < time_now() + 600 * TIME_S);
    s->puts++;
    snprintf(s->put, sizeof s->put, "%.*s", STR_ARG(token));
    return NULL;
}

static void shared_drop(void *ctx, struct arena *a)
{
    (void)a;
    ((struct shared *)ctx)->drops++;
}

/* A UCM keeps one challenge for each user: two processes that log in at once break each other's. */
static void one_login_for_all_processes(void **state)
{
    struct shared s = {.cookie = "sid1-2", .busy = 2};
    struct fetch_tokens tokens = {.ctx = &s, .take = shared_take, .put = shared_put,
                                  .drop = shared_drop};
    struct try t = {.name = "a.wav", .tokens = &tokens};

    (void)state;
    run_ucm(&t);
    is_wav(&t);
    assert_int_equal(box.challenges, 0); /* another process had logged in */
    assert_int_equal(s.takes, 3);
    run_ucm(&t);
    is_wav(&t);
    assert_int_equal(s.takes, 3); /* and this one knows the cookie now */
    box.forget = 1;
    run_ucm(&t);
    is_wav(&t);
    assert_string_equal(s.stale, "sid1-2");
    assert_int_equal(box.challenges, 1);
    assert_int_equal(s.puts, 1);
    assert_string_equal(s.put, "sid1-2");
    assert_int_equal(s.drops, 0);
}

static void a_failed_login_is_given_back_a_refused_one_is_not(void **state)
{
    struct shared s = {0};
    struct fetch_tokens tokens = {.ctx = &s, .take = shared_take, .put = shared_put,
                                  .drop = shared_drop};
    struct try t = {.name = "a.wav", .tokens = &tokens};

    (void)state;
    box.login_status = -45; /* too frequent */
    assert_ptr_equal(run_ucm(&t), E_UPSTREAM_BUSY);
    assert_int_equal(s.drops, 1);
    box.login_status = -37;
    assert_ptr_equal(run_ucm(&t), E_UPSTREAM_AUTH);
    assert_int_equal(s.drops, 1); /* no other process tries the password meanwhile */
    assert_int_equal(s.puts, 0);
}

static void wrong_password_is_tried_once(void **state)
{
    struct try t = {.name = "a.wav", .password = "wrong"};

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_ptr_equal(run_ucm(&t), E_UPSTREAM_AUTH);
        assert_non_null(strstr(t.why, "API user"));
    }
    assert_int_equal(box.challenges, 1);
    t.password = "cdrapi123"; /* corrected by the admin: no waiting */
    run_ucm(&t);
    is_wav(&t);
}

static void locks_stop(void **state)
{
    static const int stop[] = {-37, -47, -68, -70, -71};

    (void)state;
    for (size_t i = 0; i < sizeof stop / sizeof *stop; i++) {
        struct try t = {.name = "a.wav"};
        box.login_status = stop[i];
        assert_ptr_equal(run_ucm(&t), E_UPSTREAM_AUTH);
        assert_ptr_equal(run_ucm(&t), E_UPSTREAM_AUTH);
        assert_int_equal(box.challenges, i + 1);
    }
}

static void busy_waits(void **state)
{
    struct try t = {.name = "a.wav"};

    (void)state;
    box.login_status = -45;
    assert_ptr_equal(run_ucm(&t), E_UPSTREAM_BUSY);
    assert_int_equal(t.retry_after_s, 15);
    box.login_status = 0; /* a busy moment does not close the door */
    run_ucm(&t);
    is_wav(&t);
}

static void d1_16_absent_or_renamed_recording(void **state)
{
    struct try t = {.name = "b.wav"};

    (void)state;
    assert_ptr_equal(run_ucm(&t), E_NOT_READY);
    assert_int_equal(box.recapis, 2);
    t.leg = "71050"; /* renamed on the UCM: found by the leg's number */
    box.infos = "2026-08/a.wav";
    run_ucm(&t);
    is_wav(&t);
    box.infos = "2026-08/a.wav,2026-08/c.wav"; /* which of two is meant would be a guess */
    assert_ptr_equal(run_ucm(&t), E_NOT_READY);
    t.name = "a.wav@b.wav";
    assert_ptr_equal(run_ucm(&t), E_GONE);
}

static void d1_07_odd_answers(void **state)
{
    static const struct {
        const char *answer;
        const struct err *e;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", E_UPSTREAM},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", E_NOT_READY},
        {"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", E_UPSTREAM},
        {"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", E_UPSTREAM},
        {"HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", E_UPSTREAM_BUSY},
        {"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nRIFF and then nothing", E_UPSTREAM},
        {"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"status\":0}", E_UPSTREAM},
    };
    struct try t = {.name = "a.wav"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        box.instead = cases[i].answer;
        if (run_ucm(&t) != cases[i].e)
            fail_msg("case %zu: %s, %s", i, t.e ? t.e->code : "no error", t.why);
    }
    box.instead = NULL;
    t.max_bytes = 10;
    assert_ptr_equal(run_ucm(&t), E_TOO_LARGE);
}

static void *run_in_thread(void *arg)
{
    run_ucm(arg);
    return NULL;
}

static void many_share_a_login(void **state)
{
    struct uuid integration = uuid_new();
    struct try t[10];
    pthread_t threads[10];

    (void)state;
    for (int i = 0; i < 10; i++) {
        t[i] = (struct try){.name = "a.wav", .integration = integration};
        assert_int_equal(pthread_create(&threads[i], NULL, run_in_thread, &t[i]), 0);
    }
    for (int i = 0; i < 10; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 10; i++)
        is_wav(&t[i]);
    assert_int_equal(box.logins, 1);
}

static void settings_are_needed(void **state)
{
    struct try t = {.name = "a.wav"};

    (void)state;
    assert_ptr_equal(run(&t, &ucm_provider, STR("{\"base_url\":\"https://127.0.0.1\"}")),
                     E_UPSTREAM_AUTH);
    assert_int_equal(box.requests, 0);
}

static const struct err *run_generic(struct try *t, const char *path, const char *settings)
{
    char url[128];

    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", box.port, path);
    t->name = url;
    return run(t, &generic_provider, str_of(settings));
}

static void generic_addresses(void **state)
{
    struct try t = {0};

    (void)state;
    run_generic(&t, "/a.wav", "{}");
    is_wav(&t);
    run_generic(&t, "/a.wav", "{\"recording_hosts\":\" .example.test, 127.0.0.1\"}");
    is_wav(&t);
    assert_ptr_equal(run_generic(&t, "/a.wav", "{\"recording_hosts\":\"example.test\"}"),
                     E_BAD_INPUT);
    assert_ptr_equal(run_generic(&t, "/later", "{}"), E_NOT_READY);
    assert_ptr_equal(run_generic(&t, "/page", "{}"), E_UPSTREAM);
    assert_ptr_equal(run_generic(&t, "/empty", "{}"), E_NOT_READY);
    t.max_bytes = 10;
    assert_ptr_equal(run_generic(&t, "/a.wav", "{}"), E_TOO_LARGE);
}

#define WITH_BOX(test) cmocka_unit_test_setup_teardown(test, box_start, box_stop)

const struct CMUnitTest ucm_fetch_tests[] = {
    WITH_BOX(session_is_kept),
    WITH_BOX(other_folder_is_tried),
    WITH_BOX(d1_07_lost_session_costs_one_login),
    WITH_BOX(one_login_for_all_processes),
    WITH_BOX(a_failed_login_is_given_back_a_refused_one_is_not),
    WITH_BOX(wrong_password_is_tried_once),
    WITH_BOX(locks_stop),
    WITH_BOX(busy_waits),
    WITH_BOX(d1_16_absent_or_renamed_recording),
    WITH_BOX(d1_07_odd_answers),
    WITH_BOX(many_share_a_login),
    WITH_BOX(settings_are_needed),
    WITH_BOX(generic_addresses),
};
const size_t n_ucm_fetch_tests = sizeof ucm_fetch_tests / sizeof *ucm_fetch_tests;
