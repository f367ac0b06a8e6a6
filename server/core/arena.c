/* Arena: a chain of blocks, each twice the last up to 64 KB; large pieces get blocks of their own.
 * Used by everything; calls nothing of ours. */
#include "core/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK 2048u
#define LAST_BLOCK 65536u
#define ALIGN 16u

struct block {
    struct block *next;
    size_t used, cap;
    _Alignas(16) char bytes[];
};

struct deferred {
    struct deferred *next;
    void (*fn)(void *object);
    void *object;
};

struct arena {
    struct block *head;
    struct deferred *deferred;
    size_t used, next_cap;
    struct str why;
};

static _Noreturn void out_of_memory(void)
{
    fputs("{\"level\":\"error\",\"event\":\"memory.out\"}\n", stderr);
    abort();
}

static struct block *block_new(size_t cap)
{
    struct block *b = calloc(1, sizeof *b + cap);

    if (!b)
        out_of_memory();
    b->cap = cap;
    return b;
}

struct arena *arena_new(void)
{
    struct arena *a = calloc(1, sizeof *a);

    if (!a)
        out_of_memory();
    a->next_cap = FIRST_BLOCK;
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct deferred *d = a->deferred; d; d = d->next)
        d->fn(d->object);
    for (struct block *b = a->head, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

/* A piece too large for the current block gets its own, put behind the head so that the room left
 * in the head stays in use. */
static void *alloc_apart(struct arena *a, size_t n)
{
    struct block *b = block_new(n);

    b->used = n;
    if (a->head) {
        b->next = a->head->next;
        a->head->next = b;
    } else {
        a->head = b;
    }
    return b->bytes;
}

void *arena_alloc(struct arena *a, size_t n)
{
    struct block *b = a->head;

    if (n > SIZE_MAX / 4)
        out_of_memory();
    n = (n + ALIGN - 1) / ALIGN * ALIGN;
    a->used += n;
    if (b && b->cap - b->used >= n) {
        b->used += n;
        return b->bytes + b->used - n;
    }
    if (n > a->next_cap / 2)
        return alloc_apart(a, n);
    b = block_new(a->next_cap);
    if (a->next_cap < LAST_BLOCK)
        a->next_cap *= 2;
    b->next = a->head;
    b->used = n;
    a->head = b;
    return b->bytes;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t n;

    if (__builtin_mul_overflow(count, size, &n))
        out_of_memory();
    return arena_alloc(a, n);
}

void arena_defer(struct arena *a, void (*fn)(void *object), void *object)
{
    struct deferred *d = ARENA_NEW(a, struct deferred);

    *d = (struct deferred){a->deferred, fn, object};
    a->deferred = d;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

struct str arena_why(const struct arena *a)
{
    return a->why.p ? a->why : STR("");
}

void arena_set_why(struct arena *a, struct str why)
{
    a->why = str_dup(a, why);
}
