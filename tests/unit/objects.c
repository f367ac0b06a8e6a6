/* The sealed object store: what goes in comes out from any offset, what was touched does not open,
 * and a writer that dies leaves nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/time.h"
#include "net/objects.h"

#define SEALED (OBJECTS_CHUNK + OBJECTS_TAG)

static char folder[64];
static struct arena *arena;
static struct keys *keys;
static struct objects *store;
static struct uuid acme, umbrella;

static struct objects *open_store(struct arena *a, uint64_t floor_bytes)
{
    struct objects_config config = {.keys = keys, .floor_bytes = floor_bytes};
    struct objects *o = NULL;

    config.folder = str_c(a, str_fmt(a, "%s/o", folder));
    assert_null(objects_init(a, &config, &o));
    return o;
}

static int set_up(void **state)
{
    (void)state;
    crypto_init();
    strcpy(folder, "/tmp/objects-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    arena = arena_new();
    acme = uuid_new();
    umbrella = uuid_new();
    assert_null(keys_init(arena, str_c(arena, str_fmt(arena, "%s/k", folder)), &keys));
    assert_null(keys_create(keys, arena, acme));
    assert_null(keys_create(keys, arena, umbrella));
    store = open_store(arena, 1);
    return 0;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    arena_free(arena);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* n bytes that differ from chunk to chunk. */
static struct str sample(struct arena *a, size_t n)
{
    char *p = arena_alloc(a, n + 1);
    uint32_t x = 12345;

    for (size_t i = 0; i < n; i++) {
        x = x * 1664525 + 1013904223;
        p[i] = (char)(x >> 24);
    }
    return str_n(p, n);
}

static struct object_info put(struct arena *a, struct str plain, size_t step)
{
    struct objects_writer *w = NULL;
    struct object_info info;

    assert_null(objects_writer_open(store, a, acme, &w));
    for (size_t at = 0; at < plain.n; at += step)
        assert_null(objects_writer_add(w, str_sub(plain, at, step)));
    assert_null(objects_writer_commit(w, &info));
    return info;
}

static const char *file_of(struct arena *a, const char *key)
{
    return str_c(a, str_fmt(a, "%s/o/objects/%s", folder, key));
}

static size_t count_in(const char *sub)
{
    char path[128];
    DIR *d;
    size_t n = 0;

    snprintf(path, sizeof path, "%s/o/%s", folder, sub);
    d = opendir(path);
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d)) != NULL;)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static const struct err *read_all(struct arena *a, struct uuid tenant, const char *key,
                                  struct str *ret)
{
    struct object *ob;
    const struct err *e = objects_open(store, a, tenant, str_of(key), &ob);
    char *out;
    size_t n = 0;

    if (e)
        return e;
    out = arena_alloc(a, (size_t)objects_length(ob) + 10);
    e = objects_read_at(ob, 0, (size_t)objects_length(ob) + 10, out, &n);
    *ret = str_n(out, n);
    objects_close(ob);
    return e;
}

static void what_goes_in_comes_out(void **state)
{
    static const size_t sizes[] = {0,       1,      44,      65535,   65536,           65537,
                                   131072,  200001, 2097152, 2097153, 2097152 + 65536, 5000000,
                                   6291456, 2097151};
    static const size_t steps[] = {1 << 20, 65536, 4096, 100003, 65537};
    struct str big = sample(arena, 6291456);

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct arena *a = arena_new();
        struct str plain = str_sub(big, 0, sizes[i]), back;
        struct object_info info = put(a, plain, steps[i % 5]);
        struct hash sha = crypto_sha256(plain);
        struct stat st;
        assert_int_equal(info.bytes, sizes[i]);
        assert_memory_equal(info.sha256.b, sha.b, sizeof sha.b);
        assert_null(read_all(a, acme, info.key, &back));
        assert_true(str_eq(plain, back));
        assert_int_equal(stat(file_of(a, info.key), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_int_equal(strlen(info.key), OBJECTS_KEY - 1);
        arena_free(a);
    }
    assert_int_equal(count_in("tmp"), 0);
}

static void reading_anywhere_equals_plain(void **state)
{
    struct str plain = sample(arena, 3 * 65536 + 777);
    struct object_info info = put(arena, plain, 5000);
    struct object *ob = NULL;
    char out[200000];
    uint32_t x = 7;
    size_t n;

    (void)state;
    assert_null(objects_open(store, arena, acme, str_of(info.key), &ob));
    assert_int_equal(objects_length(ob), plain.n);
    for (int i = 0; i < 2000; i++) {
        size_t at, want;
        struct str expected;
        x = x * 1664525 + 1013904223;
        at = x % (plain.n + 100);
        x = x * 1664525 + 1013904223;
        want = i % 3 ? x % 3000 : x % sizeof out;
        expected = str_sub(plain, at, want);
        assert_null(objects_read_at(ob, at, want, out, &n));
        assert_true(str_eq(str_n(out, n), expected));
    }
    assert_null(objects_read_at(ob, UINT64_MAX, 10, out, &n));
    assert_int_equal(n, 0);
    objects_close(ob);
    assert_ptr_equal(objects_read_at(ob, 0, 1, out, &n), E_INTERNAL);
}

/* The format as written in net/objects.h, checked from outside. */
static void the_format_is_as_written(void **state)
{
    struct str plain = sample(arena, 70000);
    struct object_info info = put(arena, plain, 70000);
    unsigned char *file = arena_alloc(arena, 80000);
    FILE *f = fopen(file_of(arena, info.key), "rb");
    size_t n = fread(file, 1, 80000, f);
    struct str id = crypto_hex(arena, str_n(file + 8, 16));

    (void)state;
    fclose(f);
    assert_int_equal(n, 64 + 65536 + 16 + (70000 - 65536) + 16);
    assert_memory_equal(file, "RSOBJ1\0\0", 8);
    assert_true(str_eq(id, str_sub(str_of(info.key), 40, 32)));
    assert_int_equal(file[24] | file[25] << 8 | file[26] << 16, 70000);
    assert_int_equal(file[34], 1);
    /* No run of plain bytes on the disk. */
    for (size_t at = 0; at + 8 < plain.n; at += 101)
        assert_null(memmem(file, n, plain.p + at, 8));
}

struct damage {
    const char *name;
    off_t from, to; /* copies n bytes from one place to another, */
    size_t n;
    off_t flip; /* or flips a bit there, or, */
    off_t cut;  /* where not -1, cuts the file to so many bytes */
};

/* Four chunks: three full ones and 777 bytes. */
#define AT(i) (off_t)(OBJECTS_HEADER + (i)*SEALED)
#define LAST (OBJECTS_HEADER + 3 * SEALED + 777 + 16)

static void damage_apply(const char *path, const struct damage *d)
{
    static char held[SEALED];
    int fd = open(path, O_RDWR | O_CLOEXEC);

    assert_true(fd >= 0);
    if (d->n) {
        assert_int_equal(pread(fd, held, d->n, d->from), d->n);
        assert_int_equal(pwrite(fd, held, d->n, d->to), d->n);
    } else if (d->cut >= 0) {
        assert_int_equal(ftruncate(fd, d->cut), 0);
    } else {
        assert_int_equal(pread(fd, held, 1, d->flip), 1);
        held[0] ^= 4;
        assert_int_equal(pwrite(fd, held, 1, d->flip), 1);
    }
    close(fd);
}

static void damaged_objects_do_not_open(void **state)
{
    static const struct damage cases[] = {
        {"first chunk over second", AT(0), AT(1), SEALED, 0, -1},
        {"third chunk over first", AT(2), AT(0), SEALED, 0, -1},
        {"second chunk over third", AT(1), AT(2), SEALED, 0, -1},
        {"start of first over last", AT(0), AT(3), 777 + 16, 0, -1},
        {"last chunk cut off", 0, 0, 0, 0, AT(3)},
        {"last two chunks cut off", 0, 0, 0, 0, AT(2)},
        {"a byte cut off", 0, 0, 0, 0, LAST - 1},
        {"a byte added", 0, 0, 0, 0, LAST + 1},
        {"a chunk of zeros added", 0, 0, 0, 0, LAST + SEALED},
        {"header only", 0, 0, 0, 0, 64},
        {"half a header", 0, 0, 0, 0, 30},
        {"empty", 0, 0, 0, 0, 0},
        {"magic", 0, 0, 0, 0, -1},
        {"version", 0, 0, 0, 5, -1},
        {"file id", 0, 0, 0, 8, -1},
        {"end of file id", 0, 0, 0, 23, -1},
        {"length", 0, 0, 0, 24, -1},
        {"length, high", 0, 0, 0, 31, -1},
        {"chunk size", 0, 0, 0, 34, -1},
        {"header's rest", 0, 0, 0, 60, -1},
        {"first byte", 0, 0, 0, AT(0), -1},
        {"middle", 0, 0, 0, AT(1) + 30000, -1},
        {"a tag", 0, 0, 0, AT(3) - 1, -1},
        {"last byte", 0, 0, 0, LAST - 1, -1},
    };
    struct str plain = sample(arena, 3 * 65536 + 777), back;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new();
        struct object_info info = put(a, plain, 65536);
        damage_apply(file_of(a, info.key), &cases[i]);
        if (read_all(a, acme, info.key, &back) != E_SEAL)
            fail_msg("%s: opened", cases[i].name);
        arena_free(a);
    }
}

/* Length changed to fit a cut file: the header then agrees with the size, the chunks do not. */
static void a_shorter_length_does_not_open(void **state)
{
    struct str plain = sample(arena, 2 * 65536), back;
    struct object_info info = put(arena, plain, 65536);
    unsigned char length[8] = {0, 0, 1};
    int fd = open(file_of(arena, info.key), O_RDWR | O_CLOEXEC);

    (void)state;
    assert_int_equal(pwrite(fd, length, 8, 24), 8);
    assert_int_equal(ftruncate(fd, AT(1)), 0);
    close(fd);
    assert_ptr_equal(read_all(arena, acme, info.key, &back), E_SEAL);
}

static void a_damaged_chunk_spares_the_others(void **state)
{
    struct str plain = sample(arena, 3 * 65536 + 777);
    struct object_info info = put(arena, plain, 65536);
    struct damage d = {"", 0, 0, 0, AT(1) + 5, -1};
    struct object *ob = NULL;
    char out[100];
    size_t n;

    (void)state;
    damage_apply(file_of(arena, info.key), &d);
    assert_null(objects_open(store, arena, acme, str_of(info.key), &ob));
    assert_null(objects_read_at(ob, 10, 100, out, &n));
    assert_ptr_equal(objects_read_at(ob, 65500, 100, out, &n), E_SEAL);
    assert_null(objects_read_at(ob, 131072, 100, out, &n));
    assert_memory_equal(out, plain.p + 131072, 100);
}

static void the_wrong_tenant_sees_nothing(void **state)
{
    struct object_info info = put(arena, STR("secret of acme"), 100);
    char text[UUID_TEXT], moved[OBJECTS_KEY];
    struct object_info other;
    struct str back;

    (void)state;
    assert_ptr_equal(read_all(arena, umbrella, info.key, &back), E_NOT_FOUND);
    assert_ptr_equal(objects_delete(store, arena, umbrella, str_of(info.key)), E_NOT_FOUND);
    /* The file itself carried over to the other tenant's folder. */
    strcpy(moved, info.key);
    memcpy(moved, uuid_text(umbrella, text).p, 36);
    assert_int_equal(mkdir(str_c(arena, str_fmt(arena, "%s/o/objects/%s", folder, text)), 0700), 0);
    assert_int_equal(mkdir(str_c(arena, str_fmt(arena, "%s/o/objects/%.39s", folder, moved)), 0700),
                     0);
    assert_int_equal(link(file_of(arena, info.key), file_of(arena, moved)), 0);
    assert_ptr_equal(read_all(arena, umbrella, moved, &back), E_SEAL);
    /* One object under another's name. */
    other = put(arena, STR("another of acme"), 100);
    assert_int_equal(rename(file_of(arena, info.key), file_of(arena, other.key)), 0);
    assert_ptr_equal(read_all(arena, acme, other.key, &back), E_SEAL);
}

static void a_destroyed_key_ends_the_objects(void **state)
{
    struct object_info info = put(arena, STR("secret of acme"), 100);
    struct objects_writer *w = NULL;
    struct object_info late;
    struct str back;

    (void)state;
    assert_null(objects_writer_open(store, arena, acme, &w));
    assert_null(objects_writer_add(w, STR("late")));
    assert_null(keys_destroy(keys, arena, acme));
    assert_ptr_equal(read_all(arena, acme, info.key, &back), E_GONE);
    assert_ptr_equal(objects_writer_commit(w, &late), E_GONE);
    assert_ptr_equal(objects_writer_open(store, arena, acme, &w), E_GONE);
    assert_null(objects_delete(store, arena, acme, str_of(info.key)));
}

static void bad_names_are_not_found(void **state)
{
    struct object_info info = put(arena, STR("x"), 1);
    struct str key = str_of(info.key), back;
    char text[UUID_TEXT];
    const char *t = uuid_text(acme, text).p;
    struct str bad[] = {
        STR(""),
        STR("/"),
        STR("../k/master.key"),
        STR("/etc/passwd"),
        str_sub(key, 0, key.n - 1),
        str_fmt(arena, "%s0", info.key),
        str_fmt(arena, "%s/", info.key),
        str_fmt(arena, "/%s", info.key),
        str_fmt(arena, "%s/../%s", t, info.key + 40),
        str_fmt(arena, "%s/00/%032d", t, 0),
        str_fmt(arena, "%s/ab/%s", t, "00000000000000000000000000000000"),
        str_fmt(arena, "%s/00/%s", t, "0000000000000000000000000000000G"),
        str_fmt(arena, "%s/AB/%s", t, "AB000000000000000000000000000000"),
        str_n("\0\0", 2),
        STR_NONE,
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct object *ob;
        assert_ptr_equal(objects_open(store, arena, acme, bad[i], &ob), E_NOT_FOUND);
    }
    assert_null(read_all(arena, acme, info.key, &back));
    /* A link in the store is not followed. */
    assert_int_equal(
        rename(file_of(arena, info.key), str_c(arena, str_fmt(arena, "%s/kept", folder))), 0);
    assert_int_equal(
        symlink(str_c(arena, str_fmt(arena, "%s/kept", folder)), file_of(arena, info.key)), 0);
    assert_non_null(read_all(arena, acme, info.key, &back));
}

static void deleting_and_aborting_leave_nothing(void **state)
{
    struct object_info info = put(arena, STR("x"), 1);
    struct str big = sample(arena, 3000000), back;
    struct objects_writer *w = NULL;
    struct arena *a = arena_new();

    (void)state;
    assert_null(objects_delete(store, arena, acme, str_of(info.key)));
    assert_null(objects_delete(store, arena, acme, str_of(info.key)));
    assert_ptr_equal(read_all(arena, acme, info.key, &back), E_NOT_FOUND);
    assert_null(objects_writer_open(store, a, acme, &w));
    assert_null(objects_writer_add(w, big));
    assert_int_equal(count_in("tmp"), 1);
    objects_writer_abort(w);
    objects_writer_abort(w);
    objects_writer_abort(NULL);
    assert_int_equal(count_in("tmp"), 0);
    assert_ptr_equal(objects_writer_add(w, STR("x")), E_INTERNAL);
    assert_ptr_equal(objects_writer_commit(w, &info), E_INTERNAL);
    assert_null(objects_writer_open(store, a, acme, &w));
    assert_null(objects_writer_add(w, big));
    arena_free(a); /* a job that failed half way */
    assert_int_equal(count_in("tmp"), 0);
}

/* Processes killed at random moments of writing: what has a name is whole, the rest is swept, and
 * a living writer's file is not. */
static void killed_writers_leave_no_half_objects(void **state)
{
    struct str big = sample(arena, 2500000), back;
    struct objects_writer *w = NULL;
    struct object_info info;
    unsigned whole = 0;
    int64_t start = time_mono(), one;
    int line[2];

    (void)state;
    put(arena, big, 300000);
    one = time_mono() - start; /* disks differ: the moments span three objects of this one */
    assert_null(objects_writer_open(store, arena, acme, &w));
    assert_null(objects_writer_add(w, big));
    assert_int_equal(pipe(line), 0);
    for (unsigned i = 0; i < 25; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            for (;;) {
                struct arena *a = arena_new();
                info = put(a, big, 300000);
                if (write(line[1], info.key, sizeof info.key) < 0)
                    _exit(1);
                arena_free(a);
            }
        }
        usleep((useconds_t)(1000 + one * i / 8));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    close(line[1]);
    while (read(line[0], info.key, sizeof info.key) == (ssize_t)sizeof info.key) {
        struct arena *a = arena_new();
        assert_null(read_all(a, acme, info.key, &back));
        assert_true(str_eq(back, big));
        whole++;
        arena_free(a);
    }
    close(line[0]);
    assert_true(whole > 0);
    open_store(arena, 1);
    assert_int_equal(count_in("tmp"), 1); /* the living writer's */
    assert_null(objects_writer_commit(w, &info));
    assert_null(read_all(arena, acme, info.key, &back));
    assert_true(str_eq(back, big));
    assert_int_equal(count_in("tmp"), 0);
}

static void a_full_disk_is_said(void **state)
{
    struct objects *full = open_store(arena, UINT64_MAX);
    struct rlimit limit, tight = {200000, 200000};
    struct objects_writer *w = NULL;
    struct object_info info;

    (void)state;
    assert_ptr_equal(objects_room(full, arena), E_DISK_FULL);
    assert_ptr_equal(objects_writer_open(full, arena, acme, &w), E_DISK_FULL);
    assert_null(objects_room(store, arena));
    /* A write that fails half way: an error, and nothing stays. */
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    tight.rlim_max = limit.rlim_max;
    assert_null(objects_writer_open(store, arena, acme, &w));
    assert_null(objects_writer_add(w, sample(arena, 400000)));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    assert_non_null(objects_writer_commit(w, &info));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(count_in("tmp"), 0);
    assert_int_equal(count_in("objects"), 0);
}

const struct CMUnitTest objects_tests[] = {
    cmocka_unit_test_setup_teardown(what_goes_in_comes_out, set_up, tear_down),
    cmocka_unit_test_setup_teardown(reading_anywhere_equals_plain, set_up, tear_down),
    cmocka_unit_test_setup_teardown(the_format_is_as_written, set_up, tear_down),
    cmocka_unit_test_setup_teardown(damaged_objects_do_not_open, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_shorter_length_does_not_open, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_damaged_chunk_spares_the_others, set_up, tear_down),
    cmocka_unit_test_setup_teardown(the_wrong_tenant_sees_nothing, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_destroyed_key_ends_the_objects, set_up, tear_down),
    cmocka_unit_test_setup_teardown(bad_names_are_not_found, set_up, tear_down),
    cmocka_unit_test_setup_teardown(deleting_and_aborting_leave_nothing, set_up, tear_down),
    cmocka_unit_test_setup_teardown(killed_writers_leave_no_half_objects, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_full_disk_is_said, set_up, tear_down),
};
const size_t n_objects_tests = sizeof(objects_tests) / sizeof(objects_tests[0]);
