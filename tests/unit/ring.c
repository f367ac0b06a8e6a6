/* The fair ring against a real Redis: whose turn it is, what rests and what comes back, an emptied
 * ring, and rings spread over two nodes of a cluster. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/crypto.h"
#include "core/time.h"
#include "jobs/ring.h"
#include "net/redis.h"

static char folder[64];
static pid_t servers[2];
static struct arena *arena;
static struct rings *rings;

static struct redis *speak(const char *url)
{
    struct redis_config *c = ARENA_NEW(arena, struct redis_config);

    assert_null(redis_config_parse(arena, str_of(url), c));
    return redis_new(arena, c);
}

static pid_t serve(const char *url, char *const argv[])
{
    struct redis *r = speak(url);
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp("redis-server", argv);
        _exit(127);
    }
    for (int i = 0; i < 200; i++) {
        if (!REDIS_CMD(r, arena, NULL, STR("PING")))
            return pid;
        usleep(20000);
    }
    fail_msg("redis-server did not start");
    return pid;
}

static void own_folder(void)
{
    crypto_init();
    signal(SIGPIPE, SIG_IGN);
    strcpy(folder, "/tmp/ring-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    arena = arena_new();
}

/* Makes every ring whole. */
static void fill(void)
{
    for (int k = 0; k < rings_count(rings); k++) {
        bool ours = false;
        assert_null(ring_rebuild(rings, arena, k, REBUILD_BEGIN, &ours));
        assert_true(ours);
        assert_null(ring_rebuild(rings, arena, k, REBUILD_END, &ours));
        assert_true(ours);
    }
}

static int set_up(void **state)
{
    char path[96], url[128];
    char *argv[] = {"redis-server", "--port", "0", "--unixsocket", path, "--save", "",
                    "--appendonly", "no", "--dir", folder, "--logfile", "/dev/null", NULL};

    (void)state;
    own_folder();
    snprintf(path, sizeof path, "%s/s", folder);
    snprintf(url, sizeof url, "unix:%s", path);
    servers[0] = serve(url, argv);
    assert_null(rings_open(arena, url, 1, &rings));
    fill();
    return 0;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    arena_free(arena);
    for (int i = 0; i < 2; i++) {
        if (servers[i])
            kill(servers[i], SIGTERM);
        if (servers[i])
            waitpid(servers[i], NULL, 0);
        servers[i] = 0;
    }
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* ---- words ---- */

static struct uuid tenant(uint8_t n)
{
    return (struct uuid){{1, [15] = n}};
}

static struct hint job(uint8_t of, uint32_t n)
{
    return (struct hint){.id = {{2, [11] = of, [12] = (uint8_t)(n >> 24), [13] = (uint8_t)(n >> 16),
                                 [14] = (uint8_t)(n >> 8), [15] = (uint8_t)n}},
                         .tenant = tenant(of), .kind = "k", .priority = 20};
}

static void push(struct hint h)
{
    assert_null(ring_push(rings, arena, ring_of(rings, h.tenant), &h, 1));
}

static struct turn take_of(int64_t wanted, const char *kind)
{
    struct room room = {kind, 1000};
    struct take t = {0, wanted, &room, 1};
    struct turn turn;

    assert_null(ring_take(rings, arena, &t, &turn));
    return turn;
}

static struct turn take(int64_t wanted)
{
    return take_of(wanted, "k");
}

static void settle(const struct turn *t, enum settled what, int64_t wait_ms)
{
    for (size_t i = 0; i < t->n; i++) {
        struct verdict v = {&t->v[i], what, wait_ms};
        assert_null(ring_settle(rings, arena, t->v[i].ring, &v, 1));
    }
}

static uint8_t whose(const struct turn *t, size_t i)
{
    return t->v[i].tenant.b[15];
}

/* Waits until something is there to take, at most ten seconds. */
static struct turn comes(void)
{
    struct turn t = {0};

    for (int i = 0; i < 1000 && !t.n; i++) {
        t = take(1);
        if (!t.n)
            usleep(10000);
    }
    assert_int_equal(t.n, 1);
    return t;
}

/* ---- turns ---- */

static void one_with_thousands_takes_turns_with_one_with_five(void **state)
{
    struct turn t;
    int small = 0;

    (void)state;
    for (uint32_t i = 0; i < 2000; i++)
        push(job(1, i));
    for (uint32_t i = 0; i < 5; i++)
        push(job(2, i));
    t = take(11);
    for (size_t i = 0; i < t.n; i++)
        small += whose(&t, i) == 2;
    assert_int_equal(t.n, 11);
    assert_int_equal(small, 5);
}

static void oldest_first_within_a_tenant(void **state)
{
    struct hint late = job(1, 1), early = job(1, 2);
    struct turn t;

    (void)state;
    early.delay_ms = -60000;
    push(late);
    push(early);
    t = take(2);
    assert_true(uuid_eq(t.v[0].id, early.id));
    assert_true(uuid_eq(t.v[1].id, late.id));
}

static void a_weight_of_three_gets_three_turns(void **state)
{
    struct share s[] = {{tenant(1), 3, 0}};
    struct turn t;
    int heavy = 0;

    (void)state;
    assert_null(ring_shares(rings, arena, s, 1));
    for (uint32_t i = 0; i < 100; i++) {
        push(job(1, i));
        push(job(2, i));
    }
    t = take(40);
    for (size_t i = 0; i < t.n; i++)
        heavy += whose(&t, i) == 1;
    assert_int_equal(heavy, 30);
}

static void who_was_away_saves_no_turns_up(void **state)
{
    struct turn t;
    int second = 0;

    (void)state;
    for (uint32_t i = 0; i < 200; i++)
        push(job(1, i));
    t = take(100);
    settle(&t, SETTLED_RUN, 0);
    for (uint32_t i = 0; i < 100; i++)
        push(job(2, i));
    t = take(20);
    for (size_t i = 0; i < t.n; i++)
        second += whose(&t, i) == 2;
    assert_in_range(second, 9, 11);
}

static void owning_many_gates_wins_nothing(void **state)
{
    struct turn t;
    int many = 0;

    (void)state;
    for (uint32_t i = 0; i < 100; i++) {
        struct hint h = job(1, i);
        snprintf(h.gate, sizeof h.gate, "gate%u", (unsigned)(i % 10));
        push(h);
        push(job(2, i));
    }
    t = take(60);
    for (size_t i = 0; i < t.n; i++)
        many += whose(&t, i) == 1;
    assert_in_range(many, 29, 31);
}

static void urgent_goes_first_and_the_rest_not_never(void **state)
{
    int urgent = 0;

    (void)state;
    for (uint32_t i = 0; i < 64; i++) {
        struct hint h = job(1, i);
        h.priority = 0;
        push(h);
        h = job(2, i);
        h.priority = 30;
        push(h);
    }
    for (int i = 0; i < 64; i++) {
        struct turn t = take(1);
        urgent += whose(&t, 0) == 1;
    }
    assert_in_range(urgent, 59, 61); /* one of sixteen turns goes to the least urgent */
}

/* ---- what may not run ---- */

static void kinds_without_room_are_left(void **state)
{
    struct hint other = job(1, 1);

    (void)state;
    other.kind = "other";
    push(other);
    assert_int_equal(take(5).n, 0);
    assert_int_equal(take_of(5, "other").n, 1);
}

static void not_before_it_is_due(void **state)
{
    struct hint h = job(1, 1);
    struct turn t;
    int64_t began = time_mono();

    (void)state;
    h.delay_ms = 300;
    push(h);
    t = take(1);
    assert_int_equal(t.n, 0);
    assert_in_range(t.next_ms, 1, 300);
    comes();
    assert_true(time_mono() - began >= 300 * TIME_MS);
}

static void a_refused_tenant_rests_and_costs_others_nothing(void **state)
{
    struct turn t;

    (void)state;
    for (uint32_t i = 0; i < 500; i++)
        push(job(1, i));
    t = take(1);
    settle(&t, SETTLED_SLEEP, 60000);
    for (uint32_t i = 0; i < 8; i++)
        push(job(2, i));
    push(job(1, 1000)); /* more work does not wake it */
    t = take(100);
    assert_int_equal(t.n, 8);
    for (size_t i = 0; i < t.n; i++)
        assert_int_equal(whose(&t, i), 2);
}

static void a_rest_ends_and_the_same_job_is_first(void **state)
{
    struct turn t, again;

    (void)state;
    push(job(1, 1));
    push(job(1, 2));
    t = take(1);
    settle(&t, SETTLED_SLEEP, 200);
    assert_int_equal(take(1).n, 0);
    again = comes();
    assert_true(uuid_eq(again.v[0].id, t.v[0].id));
}

static void a_gates_rest_ends_when_one_of_its_jobs_does(void **state)
{
    struct hint h = job(1, 1), other = job(1, 2);
    struct turn t;

    (void)state;
    strcpy(h.gate, "pbx");
    strcpy(other.gate, "another");
    push(h);
    t = take(1);
    settle(&t, SETTLED_SLEEP, 60000);
    assert_int_equal(take(1).n, 0);
    assert_null(ring_done(rings, arena, &other));
    assert_int_equal(take(1).n, 0);
    assert_null(ring_done(rings, arena, &h));
    assert_int_equal(take(1).n, 1);
}

static void a_cap_holds_until_one_ends(void **state)
{
    struct share s[] = {{tenant(1), 1, 2}};
    struct turn t;

    (void)state;
    assert_null(ring_shares(rings, arena, s, 1));
    for (uint32_t i = 0; i < 10; i++)
        push(job(1, i));
    t = take(10);
    assert_int_equal(t.n, 2);
    assert_true(t.v[0].capped);
    settle(&t, SETTLED_RUN, 0);
    assert_int_equal(take(10).n, 0);
    assert_null(ring_done(rings, arena, &(struct hint){.tenant = tenant(1), .id = t.v[0].id}));
    assert_int_equal(take(10).n, 1);
}

static void what_was_taken_and_not_settled_comes_back(void **state)
{
    struct turn t, again;

    (void)state;
    push(job(1, 1));
    push(job(2, 1));
    t = take(2);
    assert_int_equal(t.n, 2);
    settle(&(struct turn){t.v, 1, 0, false}, SETTLED_RUN, 0);
    again = comes();
    assert_true(uuid_eq(again.v[0].id, t.v[1].id));
}

static void a_hint_repeated_is_one(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        push(job(1, 1));
    assert_int_equal(take(10).n, 1);
}

static void an_emptied_ring_asks_one_to_fill_it(void **state)
{
    struct redis *r;
    char url[128];
    bool first, second;
    struct turn t;

    (void)state;
    snprintf(url, sizeof url, "unix:%s/s", folder);
    r = speak(url);
    push(job(1, 1));
    assert_null(REDIS_CMD(r, arena, NULL, STR("FLUSHALL")));
    t = take(1);
    assert_true(t.rebuild);
    assert_null(ring_rebuild(rings, arena, 0, REBUILD_BEGIN, &first));
    assert_null(ring_rebuild(rings, arena, 0, REBUILD_BEGIN, &second));
    assert_true(first);
    assert_false(second);
    push(job(1, 1));
    assert_null(ring_rebuild(rings, arena, 0, REBUILD_END, NULL));
    assert_int_equal(take(1).n, 1);
    assert_null(ring_rebuild(rings, arena, 0, REBUILD_LOST, NULL));
    assert_true(take(1).rebuild);
}

static void emptied_amid_the_filling_it_is_filled_again(void **state)
{
    struct redis *r;
    char url[128];
    bool ours;

    (void)state;
    snprintf(url, sizeof url, "unix:%s/s", folder);
    r = speak(url);
    assert_null(ring_rebuild(rings, arena, 0, REBUILD_LOST, NULL));
    assert_null(ring_rebuild(rings, arena, 0, REBUILD_BEGIN, &ours));
    assert_true(ours);
    push(job(1, 1));
    assert_null(ring_rebuild(rings, arena, 0, REBUILD_GO, &ours));
    assert_true(ours);
    assert_null(REDIS_CMD(r, arena, NULL, STR("FLUSHALL")));
    assert_null(ring_rebuild(rings, arena, 0, REBUILD_END, &ours));
    assert_false(ours);
    assert_true(take(1).rebuild);
}

/* ---- a cluster of two ---- */

static void node(int i, char *url, size_t n)
{
    char port[16], file[32];
    char *argv[] = {"redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "",
                    "--cluster-enabled", "yes", "--cluster-config-file", file,
                    "--cluster-node-timeout", "2000", "--dir", folder, "--logfile", "/dev/null",
                    NULL};

    snprintf(port, sizeof port, "%d", 17000 + (int)(getpid() % 5000) + i);
    snprintf(file, sizeof file, "nodes%d", i);
    snprintf(url, n, "redis://127.0.0.1:%s", port);
    servers[i] = serve(url, argv);
}

static int cluster_up(void **state)
{
    static const char *const slots[2][2] = {{"0", "8191"}, {"8192", "16383"}};
    char urls[2][64];
    struct redis *r[2];
    struct redis_reply info;

    (void)state;
    own_folder();
    for (int i = 0; i < 2; i++) {
        node(i, urls[i], sizeof urls[i]);
        r[i] = speak(urls[i]);
        assert_null(REDIS_CMD(r[i], arena, NULL, STR("CLUSTER"), STR("ADDSLOTSRANGE"),
                              str_of(slots[i][0]), str_of(slots[i][1])));
    }
    assert_null(REDIS_CMD(r[0], arena, NULL, STR("CLUSTER"), STR("MEET"), STR("127.0.0.1"),
                          str_of(strrchr(urls[1], ':') + 1)));
    for (int i = 0; i < 1000; i++) {
        int ok = 0;
        for (int k = 0; k < 2; k++)
            ok += !REDIS_CMD(r[k], arena, &info, STR("CLUSTER"), STR("INFO")) &&
                  str_find(info.s, STR("cluster_state:ok"), 0) >= 0;
        if (ok == 2)
            break;
        usleep(20000);
    }
    /* One address is enough: the node tells where the others are. */
    assert_null(rings_open(arena, urls[0], 8, &rings));
    return 0;
}

static void rings_of_a_cluster_live_on_both_nodes(void **state)
{
    int got = 0, used = 0;

    (void)state;
    fill();
    for (uint32_t i = 0; i < 64; i++)
        push(job((uint8_t)i, i));
    for (int k = 0; k < 8; k++) {
        struct room room = {"k", 100};
        struct take t = {k, 100, &room, 1};
        struct turn turn;
        assert_null(ring_take(rings, arena, &t, &turn));
        got += (int)turn.n;
        used += turn.n > 0;
    }
    assert_int_equal(got, 64);
    assert_true(used > 4);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

const struct CMUnitTest ring_tests[] = {
    TEST(one_with_thousands_takes_turns_with_one_with_five),
    TEST(oldest_first_within_a_tenant),
    TEST(a_weight_of_three_gets_three_turns),
    TEST(who_was_away_saves_no_turns_up),
    TEST(owning_many_gates_wins_nothing),
    TEST(urgent_goes_first_and_the_rest_not_never),
    TEST(kinds_without_room_are_left),
    TEST(not_before_it_is_due),
    TEST(a_refused_tenant_rests_and_costs_others_nothing),
    TEST(a_rest_ends_and_the_same_job_is_first),
    TEST(a_gates_rest_ends_when_one_of_its_jobs_does),
    TEST(a_cap_holds_until_one_ends),
    TEST(what_was_taken_and_not_settled_comes_back),
    TEST(a_hint_repeated_is_one),
    TEST(an_emptied_ring_asks_one_to_fill_it),
    TEST(emptied_amid_the_filling_it_is_filled_again),
    cmocka_unit_test_setup_teardown(rings_of_a_cluster_live_on_both_nodes, cluster_up, tear_down),
};
const size_t n_ring_tests = sizeof ring_tests / sizeof *ring_tests;
