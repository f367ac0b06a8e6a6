/* Phrases of the tables against what was said. Called by findings.c, feelings.c and prospect.c. */
#include "engines/builtin/signs.h"

struct signs signs_new(struct arena *a, const char *const *list, size_t room)
{
    struct signs out = {0};

    for (size_t i = 0; i < room && i < SIGNS_MAX + 2 && list[i]; i++)
        out.p[out.n++] = phrase_of(a, list[i]);
    return out;
}

size_t signs_at(const struct signs *s, const struct lane *l, size_t i)
{
    size_t best = 0;

    for (size_t k = 0; k < s->n; k++) {
        size_t n = phrase_at(s->p[k], l, i);

        if (n > best)
            best = n;
    }
    return best;
}

bool signs_excused(const struct signs *unless, const struct lane *l, size_t i, size_t n)
{
    size_t back = i;

    for (size_t k = 0; k < 4 && back > 0 && !l->t[back - 1].stop; k++)
        back--;
    for (size_t k = back; k < i + n; k++)
        if (signs_at(unless, l, k))
            return true;
    return false;
}

struct span signs_span(const struct lane *l, size_t i, size_t n)
{
    struct span s = {l->t[i].turn, l->t[i].word, l->t[i].word};

    for (size_t k = i; k < i + n && l->t[k].turn == s.turn; k++)
        s.last = l->t[k].word;
    return s;
}

void finding_cite(struct arena *a, struct finding *f, struct span s)
{
    if (!f->spans)
        f->spans = ARENA_ARRAY(a, FINDING_SPANS, struct span);
    if (f->n_spans < FINDING_SPANS)
        f->spans[f->n_spans++] = s;
}

int32_t finding_start(const struct conversation *c, const struct finding *f)
{
    return f->n_spans ? c->turns[f->spans[0].turn].words[f->spans[0].first].start_ms : 0;
}

void findings_sort(const struct conversation *c, struct finding *f, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct finding x = f[i];
        size_t k = i;

        for (; k > 0 && finding_start(c, &f[k - 1]) > finding_start(c, &x); k--)
            f[k] = f[k - 1];
        f[k] = x;
    }
}
