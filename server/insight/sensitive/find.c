/* The places of a conversation that are sensitive: each finder reads what each side said by itself, for the
 * other's "okay" may cut a number, and all in order, for a guess at who spoke may be wrong. Pure. */
#include "insight/sensitive/sensitive_int.h"

static const char *const NAMES[] = {
#define X(name, text, title) text,
    SENSITIVE_KINDS(X)
#undef X
};
static const char *const TITLES[] = {
#define X(name, text, title) title,
    SENSITIVE_KINDS(X)
#undef X
};

const char *sensitive_name(enum sensitive_kind k)
{
    return k < SENSITIVE_COUNT ? NAMES[k] : "";
}

const char *sensitive_title(enum sensitive_kind k)
{
    return k < SENSITIVE_COUNT ? TITLES[k] : "";
}

void found_mark(struct found *f, const size_t *order, size_t first, size_t last,
                enum sensitive_kind kind)
{
    if (!(f->kinds >> kind & 1))
        return;
    for (size_t i = first; i <= last; i++) {
        uint8_t *m = &f->mark[order[i]];

        /* Breath within a number is part of its place only between its words: see places. */
        if (f->t->at[order[i]].how == HOW_FILLER)
            continue;
        if (!*m || *m > 1 + kind)
            *m = (uint8_t)(1 + kind);
    }
}

static void look(struct found *f, const size_t *order, size_t n)
{
    if (!n)
        return;
    find_numbers(f, order, n);
    find_codes(f, order, n);
    if (f->kinds >> SENSITIVE_EMAIL & 1)
        find_mail(f, order, n);
    find_dates(f, order, n);
}

static bool only_breath(const struct found *f, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (f->t->at[i].how != HOW_FILLER || f->mark[i])
            return false;
    return true;
}

/* Marked tokens of one kind beside each other in a turn, or with breath between, are one place. */
static struct sensitive_place *places(const struct found *f, size_t *ret_n)
{
    struct sensitive_place *out = ARENA_ARRAY(f->a, f->t->n, struct sensitive_place);
    size_t n = 0, last = 0;

    for (size_t i = 0; i < f->t->n; i++) {
        struct span s = f->t->at[i].at;
        enum sensitive_kind kind = (enum sensitive_kind)(f->mark[i] - 1);

        if (!f->mark[i])
            continue;
        if (n && out[n - 1].kind == kind && out[n - 1].at.turn == s.turn &&
            only_breath(f, last + 1, i))
            out[n - 1].at.last = s.last;
        else
            out[n++] = (struct sensitive_place){s, kind};
        last = i;
    }
    *ret_n = n;
    return out;
}

struct sensitive_place *sensitive_find(struct arena *a, const struct conversation *c, unsigned kinds,
                                       size_t *ret_n)
{
    struct tokens t = tokens_of(a, c);
    struct found f = {a, &t, kinds & SENSITIVE_ALL, ARENA_ARRAY(a, t.n, uint8_t)};
    size_t *order = ARENA_ARRAY(a, t.n, size_t);
    size_t n;

    for (enum speaker who = SPEAKER_UNKNOWN; who <= SPEAKER_CUSTOMER; who++) {
        n = 0;
        for (size_t i = 0; i < t.n; i++)
            if (t.at[i].speaker == who)
                order[n++] = i;
        if (n < t.n)
            look(&f, order, n);
    }
    for (size_t i = 0; i < t.n; i++)
        order[i] = i;
    look(&f, order, t.n);
    return places(&f, ret_n);
}
