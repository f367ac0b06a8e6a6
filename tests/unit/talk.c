/* Reads the hand-written conversations of the unit tests. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "talk.h"

#define WORD_MS 300
#define GAP_MS 50
#define TURN_MS 400
#define PAUSE_MS 1000
#define MAX_TURNS 400

struct reader {
    struct arena *a;
    struct talk *t;
    int32_t clock_ms, confidence;
};

struct str talk_file(struct arena *a, const char *path)
{
    struct str full = str_fmt(a, "%s/%s", RINGSIGHT_SOURCE_DIR, path);
    char *p = arena_alloc(a, 1u << 18);
    FILE *f = fopen(str_c(a, full), "rb");
    size_t n;

    if (!f)
        fail_msg("cannot open %s", str_c(a, full));
    n = fread(p, 1, 1u << 18, f);
    fclose(f);
    return str_n(p, n);
}

static void read_head(struct reader *r, struct str line)
{
    struct str what, value = line;
    int64_t i = 0;

    if (str_starts(line, STR("expect "))) {
        value = str_sub(line, 7, line.n);
        str_split(&value, ' ', &what);
        assert_true(r->t->n_expect < TALK_MAX_EXPECT);
        r->t->expect[r->t->n_expect++] = (struct expectation){what, str_trim(value)};
        return;
    }
    str_split(&value, ':', &what);
    value = str_trim(value);
    if (str_is(what, "direction"))
        r->t->c.direction = value;
    else if (str_is(what, "duration") && str_to_int(value, &i))
        r->t->c.duration_ms = (int32_t)i * 1000;
    else if (str_is(what, "confidence") && str_to_int(value, &i))
        r->confidence = (int32_t)i;
    else
        fail_msg("what is this? %.*s", STR_ARG(line));
}

static enum speaker speaker_of(struct str s)
{
    if (str_is(s, "agent"))
        return SPEAKER_AGENT;
    if (str_is(s, "customer"))
        return SPEAKER_CUSTOMER;
    assert_true(str_is(s, "unknown"));
    return SPEAKER_UNKNOWN;
}

static void read_turn(struct reader *r, struct str line)
{
    struct turn *t = &r->t->turns[r->t->c.n_turns++];
    struct turn_word *words = ARENA_ARRAY(r->a, line.n, struct turn_word);
    struct str head, who, w, rest = line;
    int32_t at;

    assert_true(r->t->c.n_turns < MAX_TURNS && str_split(&rest, ':', &head));
    str_split(&head, ' ', &who);
    t->speaker = speaker_of(who);
    at = head.n ? (int32_t)(strtod(str_c(r->a, head), NULL) * 1000.0) : r->clock_ms + TURN_MS;
    t->start_ms = at;
    t->words = words;
    while (str_split(&rest, ' ', &w)) {
        if (str_is(w, "|"))
            at += PAUSE_MS;
        if (w.n == 0 || str_is(w, "|"))
            continue;
        words[t->n_words++] = (struct turn_word){w, at, at + WORD_MS, r->confidence};
        t->end_ms = at + WORD_MS;
        at += WORD_MS + GAP_MS;
    }
    if (t->end_ms > r->clock_ms)
        r->clock_ms = t->end_ms;
}

struct talk *talk_read(struct arena *a, struct str text)
{
    struct reader r = {a, ARENA_NEW(a, struct talk), 0, 9000};
    struct str line;
    bool body = false;

    r.t->turns = ARENA_ARRAY(a, MAX_TURNS, struct turn);
    r.t->c = (struct conversation){.direction = STR("inbound"), .turns = r.t->turns};
    while (str_split(&text, '\n', &line)) {
        line = str_trim(line);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (str_is(line, "---"))
            body = true;
        else if (body)
            read_turn(&r, line);
        else
            read_head(&r, line);
    }
    if (r.t->c.duration_ms == 0)
        r.t->c.duration_ms = r.clock_ms + 1000;
    return r.t;
}

struct talk *talk_load(struct arena *a, const char *name)
{
    struct str path = str_fmt(a, "tests/unit/conversations/%s", name);

    return talk_read(a, talk_file(a, str_c(a, path)));
}

static int by_name(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

const char **talk_names(struct arena *a, size_t *ret_n)
{
    const char **out = ARENA_ARRAY(a, 200, const char *);
    DIR *d = opendir(RINGSIGHT_SOURCE_DIR "/tests/unit/conversations");
    struct dirent *e;
    size_t n = 0;

    assert_non_null(d);
    while ((e = readdir(d)) && n < 200)
        if (str_ends(str_of(e->d_name), STR(".txt")))
            out[n++] = str_c(a, str_of(e->d_name));
    closedir(d);
    qsort(out, n, sizeof *out, by_name);
    *ret_n = n;
    return out;
}
