/* JSON log lines, one write(2) each so that lines of threads and processes never mix. */
#include "core/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/json.h"
#include "core/time.h"

#define CONTEXT_MAX 40

static enum log_level least_level = LOG_INFO;
static _Thread_local char context_id[CONTEXT_MAX + 1], context_tenant[CONTEXT_MAX + 1];

void log_set_level(enum log_level least)
{
    least_level = least;
}

static void context_copy(char *to, struct str s)
{
    size_t n = s.n < CONTEXT_MAX ? s.n : CONTEXT_MAX;

    if (n)
        memcpy(to, s.p, n);
    to[n] = 0;
}

void log_context(struct str id, struct str tenant)
{
    context_copy(context_id, id);
    context_copy(context_tenant, tenant);
}

/* What others said or wrote stands in “ ” in our sentences, and may name customers or repeat a prompt. */
static struct str unquoted(struct arena *a, struct str s)
{
    static const struct str OPEN = {"“", sizeof "“" - 1}, CLOSE = {"”", sizeof "”" - 1};
    ptrdiff_t from = str_find(s, OPEN, 0), to = -1;

    if (from < 0)
        return s;
    for (ptrdiff_t at = from; (at = str_find(s, CLOSE, (size_t)at)) >= 0; at += (ptrdiff_t)CLOSE.n)
        to = at; /* the last: what is quoted may have quotes of its own */
    return str_fmt(a, "%.*s“…%.*s", (int)from, s.p, to < 0 ? 0 : (int)(s.n - (size_t)to),
                   to < 0 ? "" : s.p + to);
}

void log_write(enum log_level level, const char *event, const struct log_kv *fields)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    struct arena *a;
    struct jw w;
    struct str line;

    if (level < least_level)
        return;
    a = arena_new();
    w = jw_new(a);
    jw_open(&w, '{');
    jw_key(&w, "time");
    jw_time(&w, time_now());
    jw_key(&w, "level");
    jw_text(&w, str_of(names[level]));
    jw_key(&w, "event");
    jw_text(&w, str_of(event));
    if (context_id[0]) {
        jw_key(&w, "id");
        jw_text(&w, str_of(context_id));
    }
    if (context_tenant[0]) {
        jw_key(&w, "tenant");
        jw_text(&w, str_of(context_tenant));
    }
    for (const struct log_kv *f = fields; f->key; f++) {
        jw_key(&w, f->key);
        if (f->kind == LOG_KV_INT)
            jw_int(&w, f->i);
        else
            jw_text(&w, unquoted(a, f->s));
    }
    jw_close(&w, '}');
    buf_char(&w.b, '\n');
    line = jw_done(&w);
    if (write(STDERR_FILENO, line.p, line.n) < 0) {
        /* Nobody is left to tell. */
    }
    arena_free(a);
}
