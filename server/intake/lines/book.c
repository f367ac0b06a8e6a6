/* Which messages belong to one call: a channel's ids meet in Uniqueid and Linkedid, and a transfer
 * joins calls that were two. Called by line.c. Each call has an arena of its own, for a line is held
 * for months. Must not decide anything about the call's facts: that is the parser's. */
#include "intake/lines/book.h"

#include <string.h>

#include "providers/asterisk/asterisk.h"

#define CLOSED 1024 /* channels remembered after their end, for records that come late */
#define ID_MAX 100

enum state { ALIAS = 0, OPEN, ENDED }; /* ALIAS: named as a Linkedid only */

struct chan {
    struct chan *next;
    struct str id, linked;
    enum state state;
    uint64_t touched; /* number of the list that was the last to begin before it was named */
};

struct told {
    struct told *next;
    struct uuid id;
    struct str text;
};

struct talk {
    struct talk *next;
    struct arena *a;
    struct chan *chans;
    struct told *first, **end;
    size_t n, bytes;
    int64_t last;  /* message */
    int64_t named; /* by a message or a list */
};

struct closed {
    char id[ID_MAX], linked[ID_MAX];
};

struct book {
    struct arena *a;
    struct talk *talks, *part; /* part: last given out by book_next */
    struct arena *part_arena;
    struct ami_message *m;
    uint64_t lists;
    size_t next_closed;
    struct closed closed[CLOSED];
};

struct book *book_new(void)
{
    struct arena *a = arena_new();
    struct book *b = ARENA_NEW(a, struct book);

    b->a = a;
    b->m = ARENA_NEW(a, struct ami_message);
    return b;
}

void book_free(struct book *b)
{
    while (b && b->talks) {
        struct talk *t = b->talks;
        b->talks = t->next;
        arena_free(t->a);
    }
    if (b)
        arena_free(b->part_arena);
    if (b)
        arena_free(b->a);
}

static struct chan *chan_in(const struct talk *t, struct str id)
{
    for (struct chan *c = t->chans; c; c = c->next)
        if (str_eq(c->id, id))
            return c;
    return NULL;
}

static struct talk *talk_of(const struct book *b, struct str id)
{
    for (struct talk *t = b->talks; t && id.n; t = t->next)
        if (chan_in(t, id))
            return t;
    return NULL;
}

static struct talk *talk_new(struct book *b, int64_t now)
{
    struct arena *a = arena_new();
    struct talk *t = ARENA_NEW(a, struct talk);

    t->a = a;
    t->end = &t->first;
    t->last = t->named = now;
    t->next = b->talks;
    b->talks = t;
    return t;
}

static struct chan *chan_add(struct talk *t, struct str id)
{
    struct chan *c = ARENA_NEW(t->a, struct chan);

    c->id = str_dup(t->a, id);
    c->linked = STR("");
    c->next = t->chans;
    t->chans = c;
    return c;
}

static void told_add(struct talk *t, struct uuid id, struct str text)
{
    struct told *m = ARENA_NEW(t->a, struct told);

    m->id = id;
    m->text = str_dup(t->a, text);
    *t->end = m;
    t->end = &m->next;
    t->n++;
    t->bytes += text.n;
}

static void copy_chans(struct talk *to, const struct talk *from)
{
    for (const struct chan *c = from->chans; c; c = c->next) {
        struct chan *copy = chan_add(to, c->id);
        copy->linked = str_dup(to->a, c->linked);
        copy->state = c->state;
        copy->touched = c->touched;
    }
}

static void talk_drop(struct book *b, struct talk *t)
{
    struct talk **at = &b->talks;

    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    arena_free(t->a);
}

/* Two calls were one all along. The order of their messages does not matter to the parser. */
static void join(struct book *b, struct talk *t, struct talk *other)
{
    copy_chans(t, other);
    for (const struct told *m = other->first; m; m = m->next)
        told_add(t, m->id, m->text);
    talk_drop(b, other);
}

static struct talk *talk_for(struct book *b, const struct str ids[4], int64_t now)
{
    struct talk *t = NULL, *other;

    for (size_t i = 0; i < 4; i++) {
        other = talk_of(b, ids[i]);
        if (!t)
            t = other;
        else if (other && other != t)
            join(b, t, other);
    }
    t = t ? t : talk_new(b, now);
    for (size_t i = 0; i < 4; i++)
        if (ids[i].n && !chan_in(t, ids[i]))
            chan_add(t, ids[i]);
    return t;
}

static void touch(struct book *b, struct talk *t, struct str id, struct str linked, bool ends)
{
    struct chan *c = id.n ? chan_in(t, id) : NULL;

    if (!c)
        return;
    if (linked.n && !str_eq(c->linked, linked))
        c->linked = str_dup(t->a, linked);
    c->touched = b->lists;
    if (ends)
        c->state = ENDED;
    else if (c->state == ALIAS)
        c->state = OPEN;
}

void book_take(struct book *b, struct uuid id, struct str stored, int64_t now)
{
    struct str rest = stored, ids[4];
    bool record, ends;
    struct talk *t;

    if (!ami_next(&rest, true, b->m))
        return;
    record = ami_is_event(b->m, "Cdr");
    ends = ami_is_event(b->m, "Hangup") || ami_is_event(b->m, "X-Gone");
    ids[0] = ami_get(b->m, "Uniqueid");
    ids[1] = ami_get(b->m, record ? "X-Linkedid" : "Linkedid");
    ids[2] = ami_get(b->m, "DestUniqueid");
    ids[3] = ami_get(b->m, "DestLinkedid");
    t = talk_for(b, ids, now);
    t->last = t->named = now;
    told_add(t, id, stored);
    if (record)
        return;
    touch(b, t, ids[0], ids[1], ends);
    touch(b, t, ids[2], ids[3], false);
}

struct str book_linked(const struct book *b, struct str id)
{
    if (!id.n || talk_of(b, id))
        return STR("");
    for (size_t i = 0; i < CLOSED; i++)
        if (str_is(id, b->closed[i].id))
            return str_of(b->closed[i].linked);
    return STR("");
}

void book_list_begin(struct book *b)
{
    b->lists++;
}

bool book_knows(struct book *b, const struct ami_message *m, int64_t now)
{
    struct str id = ami_get(m, "Uniqueid"), linked = ami_get(m, "Linkedid");
    struct talk *t = talk_of(b, id);
    struct chan *c = t ? chan_in(t, id) : NULL;

    /* Another Linkedid: it was transferred while we were away. */
    if (!c || c->state != OPEN || (linked.n && !chan_in(t, linked)))
        return false;
    c->touched = b->lists;
    t->named = now;
    return true;
}

struct book_gone *book_list_end(struct book *b, struct arena *a, size_t *ret_n)
{
    struct book_gone *v;
    size_t n = 0;

    for (const struct talk *t = b->talks; t; t = t->next)
        for (const struct chan *c = t->chans; c; c = c->next)
            n++;
    v = ARENA_ARRAY(a, n, struct book_gone);
    n = 0;
    for (const struct talk *t = b->talks; t; t = t->next)
        for (const struct chan *c = t->chans; c; c = c->next)
            if (c->state == OPEN && c->touched < b->lists)
                v[n++] = (struct book_gone){str_dup(a, c->id), str_dup(a, c->linked)};
    *ret_n = n;
    return v;
}

static bool has_open(const struct talk *t)
{
    for (const struct chan *c = t->chans; c; c = c->next)
        if (c->state == OPEN)
            return true;
    return false;
}

static bool is_due(const struct talk *t, int64_t now)
{
    if (!t->n)
        return false;
    return t->bytes > BOOK_PART_BYTES || now - t->named > BOOK_STALE_US ||
           (!has_open(t) && now - t->last >= BOOK_GRACE_US);
}

bool book_next(struct book *b, int64_t now, bool all, struct book_part *ret)
{
    struct talk *t = b->talks;
    struct uuid *ids;
    struct buf body;

    while (t && !(all ? t->n > 0 : is_due(t, now)))
        t = t->next;
    b->part = t;
    if (!t)
        return false;
    arena_free(b->part_arena);
    b->part_arena = arena_new();
    ids = ARENA_ARRAY(b->part_arena, t->n, struct uuid);
    body = buf_new(b->part_arena, t->bytes + 1);
    ret->n = 0;
    for (const struct told *m = t->first; m; m = m->next) {
        buf_add(&body, m->text);
        ids[ret->n++] = m->id;
    }
    ret->body = buf_str(&body);
    ret->ids = ids;
    return true;
}

static void remember(struct book *b, const struct talk *t)
{
    struct str oldest = STR("");

    for (const struct chan *c = t->chans; c; c = c->next)
        if (!oldest.n || asterisk_id_order(c->id, oldest) < 0)
            oldest = c->id;
    for (const struct chan *c = t->chans; c; c = c->next) {
        struct closed *to = &b->closed[b->next_closed];
        if (c->id.n >= ID_MAX || oldest.n >= ID_MAX)
            continue;
        b->next_closed = (b->next_closed + 1) % CLOSED;
        memcpy(to->id, c->id.p, c->id.n);
        to->id[c->id.n] = 0;
        memcpy(to->linked, oldest.p, oldest.n);
        to->linked[oldest.n] = 0;
    }
}

void book_done(struct book *b)
{
    struct talk *t = b->part, *rest;

    b->part = NULL;
    if (!t)
        return;
    remember(b, t);
    if (has_open(t) && t->bytes > BOOK_PART_BYTES) { /* it goes on */
        rest = talk_new(b, t->last);
        rest->named = t->named;
        copy_chans(rest, t);
    }
    talk_drop(b, t);
}

size_t book_open(const struct book *b)
{
    size_t n = 0;

    for (const struct talk *t = b->talks; t; t = t->next)
        n += has_open(t);
    return n;
}
