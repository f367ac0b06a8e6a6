/* Decoded sound reaches hundreds of megabytes and its length is not known before. Called by
 * collect.c. Unlike arenas it reports that memory is short: a long recording must not end the
 * server. */
#include "media/growth.h"

#include <sys/mman.h>

#include "core/arena.h"

#define STEP ((size_t)1 << 20)

void growth_end(struct growth *g)
{
    if (g->p)
        munmap(g->p, g->cap);
    *g = (struct growth){0};
}

static void end_deferred(void *object)
{
    growth_end(object);
}

struct growth *growth_new(struct arena *a)
{
    struct growth *g = ARENA_NEW(a, struct growth);

    arena_defer(a, end_deferred, g);
    return g;
}

static bool resize(struct growth *g, size_t cap)
{
    void *p;

    if (g->p)
        p = mremap(g->p, g->cap, cap, MREMAP_MAYMOVE);
    else
        p = mmap(NULL, cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return false;
    g->p = p;
    g->cap = cap;
    return true;
}

void *growth_add(struct growth *g, size_t n)
{
    size_t cap;

    if (n > g->cap - g->n) {
        cap = (g->n + n + g->n / 4 + STEP) / STEP * STEP;
        if (!resize(g, cap))
            return NULL;
    }
    g->n += n;
    return (char *)g->p + g->n - n;
}

void growth_trim(struct growth *g)
{
    size_t cap = (g->n + 4095) / 4096 * 4096;

    if (g->p && cap > 0 && cap < g->cap)
        (void)resize(g, cap);
}
