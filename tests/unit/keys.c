/* The key folder: first start, wrapping, destroying, and everything that must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/time.h"
#include "net/keys.h"

static char folder[64];

static int set_up(void **state)
{
    (void)state;
    crypto_init();
    strcpy(folder, "/tmp/keys-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static const char *path_of(struct arena *a, const char *name)
{
    return str_c(a, str_fmt(a, "%s/k/%s", folder, name));
}

static const char *tenant_path(struct arena *a, struct uuid t)
{
    char text[UUID_TEXT];

    return path_of(a, str_c(a, str_fmt(a, "tenants/%.*s.key", STR_ARG(uuid_text(t, text)))));
}

static struct keys *open_keys(struct arena *a)
{
    struct keys *k = NULL;

    assert_null(keys_init(a, path_of(a, ""), &k));
    return k;
}

static bool same(const struct key *x, const struct key *y)
{
    return memcmp(x, y, sizeof *x) == 0;
}

static void keys_survive_a_restart(void **state)
{
    struct arena *a = arena_new(), *b;
    struct uuid t = uuid_new(), other = uuid_new();
    struct keys *k = open_keys(a);
    struct key one, two, three;
    struct stat st;

    (void)state;
    assert_ptr_equal(keys_load(k, a, t, &one), E_GONE);
    assert_null(keys_create(k, a, t));
    assert_null(keys_create(k, a, other));
    assert_ptr_equal(keys_create(k, a, t), E_CONFLICT);
    assert_ptr_equal(keys_create(k, a, (struct uuid){{0}}), E_INTERNAL);
    assert_null(keys_load(k, a, t, &one));
    assert_null(keys_load(k, a, t, &two));
    assert_null(keys_load(k, a, other, &three));
    assert_true(same(&one, &two));
    assert_false(same(&one, &three));
    b = arena_new();
    k = open_keys(b);
    assert_null(keys_load(k, b, t, &two));
    assert_true(same(&one, &two));
    one = keys_service(k, STR("smtp"));
    two = keys_service(k, STR("hooks"));
    assert_false(same(&one, &two));
    assert_int_equal(stat(path_of(a, "master.key"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(path_of(a, "tenants"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(tenant_path(a, t), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    arena_free(b);
    arena_free(a);
}

static void a_destroyed_key_is_gone_everywhere(void **state)
{
    struct arena *a = arena_new();
    struct keys *k = open_keys(a), *elsewhere = open_keys(a);
    struct uuid t = uuid_new();
    struct key key, again;

    (void)state;
    assert_null(keys_create(k, a, t));
    assert_null(keys_load(k, a, t, &key));
    assert_null(keys_load(elsewhere, a, t, &key));
    assert_null(keys_destroy(k, a, t));
    assert_null(keys_destroy(k, a, t));
    assert_ptr_equal(keys_load(k, a, t, &again), E_GONE);
    assert_ptr_equal(keys_load(elsewhere, a, t, &again), E_GONE);
    /* A new key of the same name is another key, in the other process too. */
    assert_null(keys_create(k, a, t));
    assert_null(keys_load(elsewhere, a, t, &again));
    assert_false(same(&key, &again));
    arena_free(a);
}

static void wrapped_keys_are_bound(void **state)
{
    struct arena *a = arena_new();
    struct keys *k = open_keys(a);
    struct uuid t = uuid_new(), other = uuid_new();
    struct key key;
    int fd;

    (void)state;
    assert_null(keys_create(k, a, t));
    assert_int_equal(link(tenant_path(a, t), tenant_path(a, other)), 0);
    assert_ptr_equal(keys_load(k, a, other, &key), E_SEAL);
    for (int at = 0; at < 76; at += 5) {
        char byte;
        fd = open(tenant_path(a, t), O_RDWR | O_CLOEXEC);
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 1;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        assert_ptr_equal(keys_load(k, a, t, &key), E_SEAL);
        byte ^= 1;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        close(fd);
        assert_null(keys_load(k, a, t, &key));
    }
    assert_int_equal(truncate(tenant_path(a, t), 75), 0);
    assert_ptr_equal(keys_load(k, a, t, &key), E_SEAL);
    arena_free(a);
}

static void a_bad_master_key_stops(void **state)
{
    struct arena *a = arena_new();
    struct keys *k = open_keys(a), *again = NULL;
    struct uuid t = uuid_new();

    (void)state;
    assert_null(keys_create(k, a, t));
    assert_int_equal(chmod(path_of(a, "master.key"), 0640), 0);
    assert_ptr_equal(keys_init(a, path_of(a, ""), &again), E_INTERNAL);
    assert_int_equal(chmod(path_of(a, "master.key"), 0600), 0);
    assert_int_equal(rename(path_of(a, "master.key"), path_of(a, "kept")), 0);
    /* Tenant keys without their master key: never a new one in its place. */
    assert_ptr_equal(keys_init(a, path_of(a, ""), &again), E_SEAL);
    assert_int_equal(access(path_of(a, "master.key"), F_OK), -1);
    assert_int_equal(symlink("kept", path_of(a, "master.key")), 0);
    assert_non_null(keys_init(a, path_of(a, ""), &again));
    assert_int_equal(unlink(path_of(a, "master.key")), 0);
    assert_int_equal(rename(path_of(a, "kept"), path_of(a, "master.key")), 0);
    assert_int_equal(truncate(path_of(a, "master.key"), 31), 0);
    assert_ptr_equal(keys_init(a, path_of(a, ""), &again), E_SEAL);
    assert_int_equal(truncate(path_of(a, "master.key"), 32), 0);
    assert_ptr_equal(keys_init(a, path_of(a, ""), &again), E_SEAL); /* another key now: nothing opens */
    arena_free(a);
}

static void *start_one(void *arg)
{
    struct arena *a = arena_new();
    struct key *out = arg;

    *out = keys_service(open_keys(a), STR("x"));
    arena_free(a);
    return NULL;
}

static void first_starts_race(void **state)
{
    struct key keys[8];
    pthread_t threads[8];

    (void)state;
    for (size_t i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, start_one, &keys[i]);
    for (size_t i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 1; i < 8; i++)
        assert_true(same(&keys[0], &keys[i]));
}

#define TENANTS 1000

/* A process that was running before goes on: it opens what is wrapped anew, and what it makes opens. */
static void the_master_key_is_changed_under_way(void **state)
{
    struct arena *a = arena_new();
    struct keys *k = open_keys(a), *running = open_keys(a), *fresh;
    struct uuid *tenants = ARENA_ARRAY(a, TENANTS, struct uuid), late = uuid_new();
    struct key *before = ARENA_ARRAY(a, TENANTS, struct key), now, service = keys_service(k, STR("spool"));
    struct keys_rotated n;
    struct stat st;
    int64_t began;
    char old[32];
    int fd;

    (void)state;
    for (size_t i = 0; i < TENANTS; i++) {
        tenants[i] = uuid_new();
        assert_null(keys_create(k, a, tenants[i]));
        assert_null(keys_load(k, a, tenants[i], &before[i]));
    }
    fd = open(path_of(a, "master.key"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, old, sizeof old), sizeof old);
    close(fd);
    began = time_mono();
    assert_null(keys_rotate(k, a, &n));
    printf("# T7 figure: the keys of %d tenants wrapped anew in %lld ms\n", TENANTS, (long long)((time_mono() - began) / TIME_MS));
    assert_int_equal(n.wrapped, TENANTS + 1);
    assert_int_equal(n.were, 0);
    assert_int_equal(stat(path_of(a, "master.previous"), &st), -1);
    assert_null(keys_create(running, a, late));
    fresh = open_keys(a);
    for (size_t i = 0; i < TENANTS; i++) {
        assert_null(keys_load(running, a, tenants[i], &now));
        assert_true(same(&now, &before[i]));
        assert_null(keys_load(fresh, a, tenants[i], &now));
        assert_true(same(&now, &before[i]));
    }
    assert_null(keys_load(fresh, a, late, &now));
    now = keys_service(fresh, STR("spool"));
    assert_true(same(&now, &service));
    /* The old master key opens nothing any more. */
    assert_int_equal(unlink(path_of(a, "master.key")), 0);
    fd = open(path_of(a, "master.key"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, old, sizeof old), sizeof old);
    close(fd);
    assert_ptr_equal(keys_init(a, path_of(a, ""), &fresh), E_SEAL);
    arena_free(a);
}

/* Killed between the new key and the last file: run again it goes on, and meanwhile everything opens. */
static void a_change_that_was_cut_off_is_gone_on_with(void **state)
{
    struct arena *a = arena_new();
    struct keys *k = open_keys(a), *other;
    struct uuid one = uuid_new(), two = uuid_new();
    struct key key, before;
    struct keys_rotated n;
    char old[32], *fresh = "0123456789abcdef0123456789abcdef";
    int fd;

    (void)state;
    assert_null(keys_create(k, a, one));
    assert_null(keys_load(k, a, one, &before));
    fd = open(path_of(a, "master.key"), O_RDWR | O_CLOEXEC);
    assert_int_equal(read(fd, old, sizeof old), sizeof old);
    assert_int_equal(pwrite(fd, fresh, 32, 0), 32); /* as if it had just been replaced */
    close(fd);
    fd = open(path_of(a, "master.previous"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, old, sizeof old), sizeof old);
    close(fd);
    other = open_keys(a);
    assert_null(keys_load(other, a, one, &key));
    assert_true(same(&key, &before));
    assert_null(keys_create(other, a, two));
    assert_null(keys_rotate(other, a, &n));
    assert_int_equal(n.wrapped, 2); /* the first tenant's and the service's */
    assert_int_equal(n.were, 1);
    assert_null(keys_load(k, a, one, &key));
    assert_true(same(&key, &before));
    assert_null(keys_load(k, a, two, &key));
    /* A key that nothing opens stops it, and is named. */
    assert_int_equal(truncate(tenant_path(a, two), 0), 0);
    assert_int_equal(truncate(tenant_path(a, two), 76), 0);
    assert_ptr_equal(keys_rotate(k, a, &n), E_SEAL);
    assert_non_null(strstr(str_c(a, arena_why(a)), ".key opens neither"));
    assert_null(keys_load(k, a, one, &key));
    assert_null(keys_destroy(k, a, two));
    assert_null(keys_rotate(k, a, &n));
    arena_free(a);
}

static void a_command_tells_the_master_key(void **state)
{
    struct arena *a = arena_new();
    struct str old = crypto_base64(a, STR("0123456789abcdef0123456789abcdef")),
               new = crypto_base64(a, STR("fedcba9876543210fedcba9876543210"));
    struct keys_config config = {.folder = path_of(a, ""), .master = old};
    struct uuid t = uuid_new();
    struct key before, key;
    struct keys_rotated n;
    struct keys *k;
    struct stat st;

    (void)state;
    assert_ptr_equal(keys_open(a, &(struct keys_config){.folder = path_of(a, ""), .master = STR("c2hvcnQ=")}, &k),
                     E_BAD_INPUT);
    assert_null(keys_open(a, &config, &k));
    assert_int_equal(stat(path_of(a, "master.key"), &st), -1);
    assert_null(keys_create(k, a, t));
    assert_null(keys_load(k, a, t, &before));
    assert_ptr_equal(keys_rotate(k, a, &n), E_BAD_INPUT);
    config.master = new;
    assert_ptr_equal(keys_open(a, &config, &k), E_SEAL);
    config.previous = old;
    assert_null(keys_open(a, &config, &k));
    assert_null(keys_load(k, a, t, &key));
    assert_null(keys_rotate(k, a, &n));
    assert_int_equal(n.wrapped, 2);
    config.previous = STR_NONE;
    assert_null(keys_open(a, &config, &k));
    assert_null(keys_load(k, a, t, &key));
    assert_true(same(&key, &before));
    arena_free(a);
}

static void more_tenants_than_cache(void **state)
{
    struct arena *a = arena_new();
    struct keys *k = open_keys(a);
    struct uuid t[100];
    struct key first[100], key;

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        t[i] = uuid_new();
        assert_null(keys_create(k, a, t[i]));
        assert_null(keys_load(k, a, t[i], &first[i]));
    }
    for (size_t i = 0; i < 300; i++) {
        assert_null(keys_load(k, a, t[i * 37 % 100], &key));
        assert_true(same(&key, &first[i * 37 % 100]));
    }
    arena_free(a);
}

const struct CMUnitTest keys_tests[] = {
    cmocka_unit_test_setup_teardown(keys_survive_a_restart, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_destroyed_key_is_gone_everywhere, set_up, tear_down),
    cmocka_unit_test_setup_teardown(wrapped_keys_are_bound, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_bad_master_key_stops, set_up, tear_down),
    cmocka_unit_test_setup_teardown(first_starts_race, set_up, tear_down),
    cmocka_unit_test_setup_teardown(the_master_key_is_changed_under_way, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_change_that_was_cut_off_is_gone_on_with, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_command_tells_the_master_key, set_up, tear_down),
    cmocka_unit_test_setup_teardown(more_tenants_than_cache, set_up, tear_down),
};
const size_t n_keys_tests = sizeof(keys_tests) / sizeof(keys_tests[0]);
