/* Filter, queue and resume arithmetic of live push; used by server.c and reader.c. Must not do
 * I/O. */
#include "live/feed.h"

#include <stdlib.h>
#include <string.h>

#include "core/time.h"

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct uuid));
}

bool place_sees(const struct place *p, const struct notice *n)
{
    if (p->all || uuid_is_zero(n->id))
        return true;
    return p->n_agents && bsearch(&n->agent, p->agents, p->n_agents, sizeof *p->agents, by_bytes);
}

void feed_add(struct feed *f, const struct notice *n)
{
    f->ring[f->next % FEED_SIZE] = *n;
    f->next++;
}

bool place_hear(const struct feed *f, struct place *p, size_t behind)
{
    if (place_sees(p, &f->ring[(f->next - 1) % FEED_SIZE]))
        p->waiting++;
    if (!p->waiting)
        p->next = f->next; /* nothing for it in between */
    return p->waiting + behind <= FEED_WAITING_MAX && f->next - p->next <= FEED_SIZE;
}

bool place_read(const struct feed *f, struct place *p, struct notice *ret)
{
    if (!p->waiting)
        return false;
    while (p->next < f->next) {
        const struct notice *n = &f->ring[p->next++ % FEED_SIZE];
        if (!place_sees(p, n))
            continue;
        *ret = *n;
        p->waiting--;
        return true;
    }
    p->waiting = 0;
    return false;
}

struct notice notice_new(struct uuid id, struct str kind, struct uuid object, struct uuid agent)
{
    struct notice n = {.id = id, .object = object, .agent = agent};

    memcpy(n.kind, kind.p, kind.n < LIVE_KIND_MAX ? kind.n : LIVE_KIND_MAX);
    return n;
}

static size_t put(char *out, size_t at, const char *text, size_t n)
{
    memcpy(out + at, text, n);
    return at + n;
}

size_t notice_text(const struct notice *n, char out[NOTICE_TEXT])
{
    char id[UUID_TEXT], object[UUID_TEXT];
    size_t at = put(out, 0, "{", 1);

    if (!uuid_is_zero(n->id)) {
        at = put(out, at, "\"id\":\"", 6);
        at = put(out, at, uuid_text(n->id, id).p, UUID_TEXT - 1);
        at = put(out, at, "\",", 2);
    }
    at = put(out, at, "\"kind\":\"", 8);
    at = put(out, at, n->kind, strnlen(n->kind, LIVE_KIND_MAX)); /* needs no escapes: live_note */
    if (!uuid_is_zero(n->object)) {
        at = put(out, at, "\",\"object\":\"", 12);
        at = put(out, at, uuid_text(n->object, object).p, UUID_TEXT - 1);
    }
    return put(out, at, "\"}", 2);
}

int64_t uuid_time(struct uuid u)
{
    int64_t ms = 0;

    for (size_t i = 0; i < 6; i++)
        ms = ms << 8 | u.b[i];
    return ms * TIME_MS;
}

enum resume resume_from(struct str after, int64_t now, int64_t *ret_from)
{
    struct uuid id;
    int64_t at;

    if (!after.n)
        return RESUME_NONE;
    if (!uuid_parse(after, &id))
        return RESUME_LOST;
    at = uuid_time(id);
    /* The clocks of our own processes may differ a little; a date far ahead is not one of ours. */
    if (at < now - RESUME_KEPT || at > now + RESUME_BEFORE)
        return RESUME_LOST;
    *ret_from = at - RESUME_BEFORE;
    return RESUME_FROM;
}

bool ticket_fits(struct str ticket)
{
    for (size_t i = 0; i < ticket.n; i++) {
        char c = ticket.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return ticket.n == 43;
}

bool origin_fits(struct str origin, bool given, struct str ours)
{
    return !given || str_case_eq(origin, ours);
}
