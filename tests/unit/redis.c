/* Redis: commands, scripts, publish and subscribe against a server of our own on a temporary
 * socket, and how calls end when it stops, hangs or comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/crypto.h"
#include "core/time.h"
#include "net/redis.h"
#include "net/redis_lane.h"

static char folder[64], path[96];
static pid_t server;
static struct arena *arena;
static struct redis_config config;

static void server_begin(void)
{
    struct redis *r;

    server = fork();
    if (server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* nothing stays behind a failed run */
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", path, "--save", "",
               "--appendonly", "no", "--requirepass", "s3cret", "--dir", folder, "--logfile",
               "/dev/null", "--maxclients", "100", (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 100; i++) {
        struct arena *a = arena_new();
        const struct err *e;
        r = redis_new(a, &config);
        e = REDIS_CMD(r, a, NULL, STR("PING"));
        arena_free(a);
        if (!e)
            return;
        usleep(50000);
    }
    fail_msg("redis-server did not start");
}

static void server_end(int signal_number)
{
    kill(server, SIGCONT);
    kill(server, signal_number);
    waitpid(server, NULL, 0);
}

static int set_up(void **state)
{
    (void)state;
    crypto_init();
    signal(SIGPIPE, SIG_IGN);
    strcpy(folder, "/tmp/redis-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/s", folder);
    config = (struct redis_config){.unix_path = path, .password = "s3cret", .call_ms = 300};
    arena = arena_new();
    server_begin();
    return 0;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    arena_free(arena);
    server_end(SIGTERM);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void commands_and_replies(void **state)
{
    struct redis *r = redis_new(arena, &config);
    struct redis_reply reply, replies[3];
    const struct str bin = str_n("a\0b\r\n\xff", 6);
    const struct str set[] = {STR("SET"), STR("n"), STR("5")}, incr[] = {STR("INCR"), STR("n")},
                     push[] = {STR("LPUSH"), STR("n"), STR("x")};
    const struct redis_words batch[] = {{3, set}, {3, push}, {2, incr}};

    (void)state;
    assert_false(redis_up(r));
    assert_null(REDIS_CMD(r, arena, &reply, STR("SET"), STR("k"), bin));
    assert_int_equal(reply.kind, REDIS_STATUS);
    assert_true(redis_up(r));
    assert_null(REDIS_CMD(r, arena, &reply, STR("GET"), STR("k")));
    assert_int_equal(reply.kind, REDIS_TEXT);
    assert_true(str_eq(reply.s, bin));
    assert_null(REDIS_CMD(r, arena, &reply, STR("GET"), STR("none")));
    assert_int_equal(reply.kind, REDIS_NIL);
    assert_null(REDIS_CMD(r, arena, &reply, STR("RPUSH"), STR("l"), STR("1"), STR("2")));
    assert_int_equal(reply.i, 2);
    assert_null(REDIS_CMD(r, arena, &reply, STR("LRANGE"), STR("l"), STR("0"), STR("-1")));
    assert_int_equal(reply.kind, REDIS_LIST);
    assert_int_equal(reply.n, 2);
    assert_true(str_is(reply.list[1].s, "2"));
    assert_ptr_equal(REDIS_CMD(r, arena, &reply, STR("NONSENSE")), E_UPSTREAM);
    assert_int_equal(reply.kind, REDIS_ERROR);
    assert_null(redis_pipeline(r, arena, 3, batch, replies));
    assert_int_equal(replies[1].kind, REDIS_ERROR);
    assert_int_equal(replies[2].i, 6);
}

static void scripts_are_loaded_once_and_again(void **state)
{
    static const struct redis_script add = {"return redis.call('INCRBY', KEYS[1], ARGV[1])"};
    static const struct redis_script bad = {"return nonsense("};
    struct redis *r = redis_new(arena, &config);
    const struct str list[] = {STR("1"), STR("sum"), STR("20")};
    const struct redis_words words = {3, list}, none = {1, (struct str[]){STR("0")}};
    struct redis_reply reply;

    (void)state;
    assert_null(redis_eval(r, arena, &add, words, &reply));
    assert_int_equal(reply.i, 20);
    assert_null(redis_eval(r, arena, &add, words, &reply));
    assert_int_equal(reply.i, 40);
    assert_null(REDIS_CMD(r, arena, NULL, STR("SCRIPT"), STR("FLUSH")));
    assert_null(redis_eval(r, arena, &add, words, &reply));
    assert_int_equal(reply.i, 60);
    assert_ptr_equal(redis_eval(r, arena, &bad, none, &reply), E_UPSTREAM);
}

static void away_is_an_ordinary_error(void **state)
{
    struct redis *r = redis_new(arena, &config);
    int64_t start, back;
    unsigned tries = 0;

    (void)state;
    assert_null(REDIS_CMD(r, arena, NULL, STR("PING")));
    server_end(SIGKILL);
    assert_ptr_equal(REDIS_CMD(r, arena, NULL, STR("PING")), E_UNAVAILABLE);
    assert_false(redis_up(r));
    /* Between attempts a call costs nothing. */
    start = time_mono();
    for (int i = 0; i < 10000; i++)
        assert_ptr_equal(REDIS_CMD(r, arena, NULL, STR("PING")), E_UNAVAILABLE);
    assert_true(time_mono() - start < TIME_S);
    server_begin();
    back = time_mono();
    while (REDIS_CMD(r, arena, NULL, STR("PING")) && tries++ < 500)
        usleep(10000);
    assert_true(redis_up(r));
    assert_true(time_mono() - back < 3 * TIME_S);
}

static void a_hanging_server_costs_one_time_out(void **state)
{
    struct redis *r = redis_new(arena, &config);
    struct redis_reply reply;
    int64_t start, took;

    (void)state;
    assert_null(REDIS_CMD(r, arena, NULL, STR("SET"), STR("a"), STR("1")));
    kill(server, SIGSTOP);
    start = time_mono();
    assert_ptr_equal(REDIS_CMD(r, arena, NULL, STR("GET"), STR("late")), E_UNAVAILABLE);
    took = time_mono() - start;
    assert_true(took >= 250 * TIME_MS && took < TIME_S);
    assert_true(str_find(arena_why(arena), STR("in time"), 0) >= 0);
    kill(server, SIGCONT);
    usleep(200000);
    /* The late reply must not answer the next command. */
    assert_null(REDIS_CMD(r, arena, &reply, STR("GET"), STR("a")));
    assert_true(str_is(reply.s, "1"));
}

static void a_wrong_password_is_told(void **state)
{
    struct redis_config wrong = config;
    struct redis *r;

    (void)state;
    wrong.password = "other";
    r = redis_new(arena, &wrong);
    assert_ptr_equal(REDIS_CMD(r, arena, NULL, STR("PING")), E_UNAVAILABLE);
    assert_true(str_find(arena_why(arena), STR("password"), 0) >= 0);
    assert_true(str_find(arena_why(arena), STR("other"), 0) < 0);
}

struct heard {
    atomic_int connects, messages;
    char last[32];
};

static void on_message(void *arg, struct str channel, struct str message)
{
    struct heard *h = arg;

    if (!channel.p) {
        atomic_fetch_add(&h->connects, 1);
        return;
    }
    snprintf(h->last, sizeof h->last, "%.*s:%.*s", STR_ARG(channel), STR_ARG(message));
    atomic_fetch_add(&h->messages, 1);
}

static void *subscriber(void *arg)
{
    redis_subscribe_loop(arg);
    return NULL;
}

static bool comes(atomic_int *counter, int value)
{
    for (int i = 0; i < 400 && atomic_load(counter) < value; i++)
        usleep(10000);
    return atomic_load(counter) >= value;
}

static void subscribers_hear_and_come_back(void **state)
{
    static const struct str channels[] = {{"live", 4}, {"cfg", 3}};
    struct heard heard = {0};
    atomic_bool stop = false;
    struct redis_subscriber s = {&config, 2, channels, on_message, &heard, &stop};
    struct redis *r = redis_new(arena, &config);
    pthread_t thread;
    int64_t start;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, subscriber, &s), 0);
    assert_true(comes(&heard.connects, 1));
    assert_null(redis_publish(r, arena, STR("live"), STR("one")));
    assert_true(comes(&heard.messages, 1));
    assert_string_equal(heard.last, "live:one");
    for (int i = 0; i < 500; i++)
        assert_null(redis_publish(r, arena, i % 2 ? STR("cfg") : STR("other"), STR("x")));
    assert_true(comes(&heard.messages, 251));
    server_end(SIGKILL);
    server_begin();
    assert_true(comes(&heard.connects, 2));
    usleep(100000);
    r = redis_new(arena, &config);
    assert_null(redis_publish(r, arena, STR("cfg"), STR("again")));
    assert_true(comes(&heard.messages, 252));
    assert_string_equal(heard.last, "cfg:again");
    start = time_mono();
    atomic_store(&stop, true);
    pthread_join(thread, NULL);
    assert_true(time_mono() - start < TIME_S);
}

/* ---- the loop's lane ---- */

static struct {
    struct redis_lane l;
    int fd;
    bool write;
} lane;

static void lane_watch(struct redis_lane *l, int fd, bool write)
{
    (void)l;
    lane.fd = fd;
    lane.write = write;
}

static void lane_unwatch(struct redis_lane *l)
{
    (void)l;
    lane.fd = -1;
}

struct told {
    struct redis_ask ask;
    int times;
    int64_t v[2];
    bool away;
};

static void on_told(struct redis_ask *ask, const int64_t *v, size_t n)
{
    struct told *t = (struct told *)ask;

    t->times++;
    t->away = !v;
    for (size_t i = 0; i < n && i < 2; i++)
        t->v[i] = v[i];
}

static void lane_turn(void)
{
    struct pollfd p = {lane.fd, (short)(POLLIN | (lane.write ? POLLOUT : 0)), 0};

    if (lane.fd >= 0 && poll(&p, 1, 20) > 0)
        redis_lane_ready(&lane.l);
    else if (lane.fd < 0)
        usleep(20000);
    redis_lane_tick(&lane.l);
}

static bool lane_comes_up(void)
{
    for (int i = 0; i < 1500 && !redis_lane_up(&lane.l); i++)
        lane_turn();
    return redis_lane_up(&lane.l);
}

static bool lane_tells(const struct told *t)
{
    for (int i = 0; i < 1500 && !t->times; i++)
        lane_turn();
    return t->times == 1;
}

static void a_lane_answers_and_never_waits(void **state)
{
    static const char script[] = "return {redis.call('INCRBY', KEYS[1], ARGV[1]), 7}";
    struct str words[] = {STR("1"), STR("lane"), STR("5")};
    const struct redis_words w = {3, words};
    struct told many[50] = {0}, hung = {.ask.done = on_told};
    struct redis *r = redis_new(arena, &config);

    (void)state;
    lane.fd = -1;
    redis_lane_start(&lane.l, arena, &config, script, (struct redis_lane_glue){lane_watch, lane_unwatch}, NULL);
    assert_false(redis_lane_eval(&lane.l, w, &hung.ask)); /* not connected: at once */
    assert_true(lane_comes_up());
    for (int i = 0; i < 50; i++) {
        many[i].ask.done = on_told;
        assert_true(redis_lane_eval(&lane.l, w, &many[i].ask));
    }
    for (int i = 0; i < 50; i++) {
        assert_true(lane_tells(&many[i]));
        assert_false(many[i].away);
        assert_int_equal(many[i].v[0], 5 * (i + 1)); /* each its own, in order */
        assert_int_equal(many[i].v[1], 7);
    }
    kill(server, SIGSTOP);
    assert_true(redis_lane_eval(&lane.l, w, &hung.ask));
    assert_true(lane_tells(&hung));
    assert_true(hung.away);
    assert_false(redis_lane_eval(&lane.l, w, &hung.ask));
    kill(server, SIGCONT);
    assert_true(lane_comes_up());
    assert_null(REDIS_CMD(r, arena, NULL, STR("SCRIPT"), STR("FLUSH"))); /* what it had is forgotten */
    many[0] = (struct told){.ask.done = on_told};
    assert_true(redis_lane_eval(&lane.l, w, &many[0].ask));
    assert_true(lane_tells(&many[0]));
    assert_true(many[0].away);
    assert_true(lane_comes_up());
    many[1] = (struct told){.ask.done = on_told};
    assert_true(redis_lane_eval(&lane.l, w, &many[1].ask));
    redis_lane_stop(&lane.l); /* what is under way is told */
    assert_int_equal(many[1].times, 1);
}

static void addresses_are_read(void **state)
{
    static const char *const bad[] = {"",
                                      "localhost",
                                      "http://x",
                                      "unix://",
                                      "unix:relative",
                                      "unix:/x?db=a",
                                      "unix:/x?other=1",
                                      "redis://",
                                      "redis://h:0",
                                      "redis://h:70000",
                                      "redis://h/x",
                                      "redis://user@h",
                                      "redis://:%zz@h",
                                      "redis://[::1",
                                      "redis://[::1]x"};
    struct arena *a = arena_new();
    struct redis_config c;

    (void)state;
    assert_null(redis_config_parse(a, STR("unix:/run/r.sock"), &c));
    assert_string_equal(c.unix_path, "/run/r.sock");
    assert_null(redis_config_parse(a, STR("unix:///run/r.sock?db=3&password=a%26b"), &c));
    assert_string_equal(c.unix_path, "/run/r.sock");
    assert_int_equal(c.db, 3);
    assert_string_equal(c.password, "a&b");
    assert_null(redis_config_parse(a, STR("redis://u:p%40ss:w@h:7000/2"), &c));
    assert_string_equal(c.user, "u");
    assert_string_equal(c.password, "p@ss:w");
    assert_string_equal(c.host, "h");
    assert_int_equal(c.port, 7000);
    assert_int_equal(c.db, 2);
    assert_null(redis_config_parse(a, STR("redis://[::1]"), &c));
    assert_string_equal(c.host, "::1");
    assert_int_equal(c.port, 6379);
    assert_null(c.password);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (redis_config_parse(a, str_of(bad[i]), &c) != E_BAD_INPUT)
            fail_msg("%s passed", bad[i]);
    }
    assert_ptr_equal(redis_config_parse(a, STR("redis://:hush@h:x"), &c), E_BAD_INPUT);
    assert_true(str_find(arena_why(a), STR("hush"), 0) < 0);
    arena_free(a);
}

const struct CMUnitTest redis_tests[] = {
    cmocka_unit_test_setup_teardown(commands_and_replies, set_up, tear_down),
    cmocka_unit_test_setup_teardown(scripts_are_loaded_once_and_again, set_up, tear_down),
    cmocka_unit_test_setup_teardown(away_is_an_ordinary_error, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_hanging_server_costs_one_time_out, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_wrong_password_is_told, set_up, tear_down),
    cmocka_unit_test_setup_teardown(subscribers_hear_and_come_back, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_lane_answers_and_never_waits, set_up, tear_down),
    cmocka_unit_test(addresses_are_read),
};
const size_t n_redis_tests = sizeof(redis_tests) / sizeof(redis_tests[0]);
