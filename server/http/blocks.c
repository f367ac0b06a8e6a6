/* See the header: one list sorted by tenant, replaced as a whole. */
#include "http/blocks.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"

static struct {
    pthread_rwlock_t guard;
    struct arena *a;
    struct block *v;
    size_t n;
    atomic_size_t count; /* n, to be read without the guard */
} list = {.guard = PTHREAD_RWLOCK_INITIALIZER};

static int by_tenant(const void *x, const void *y)
{
    const struct block *a = x, *b = y;

    return memcmp(a->tenant.b, b->tenant.b, sizeof a->tenant.b);
}

void blocks_replace(const struct block *v, size_t n)
{
    struct arena *a = n ? arena_new() : NULL, *gone;
    struct block *copy = n ? ARENA_ARRAY(a, n, struct block) : NULL;

    if (n) {
        memcpy(copy, v, n * sizeof *v);
        qsort(copy, n, sizeof *copy, by_tenant);
    }
    pthread_rwlock_wrlock(&list.guard);
    gone = list.a;
    list.a = a;
    list.v = copy;
    list.n = n;
    atomic_store(&list.count, n);
    pthread_rwlock_unlock(&list.guard);
    if (gone)
        arena_free(gone);
}

static bool covers(const struct block *b, struct address from, int64_t now)
{
    return b->until > now && cidr_list_has(&(struct cidr_list){&b->net, 1}, from);
}

/* The first of the tenant's; under the guard. */
static size_t first_of(struct uuid tenant)
{
    size_t low = 0, high = list.n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (memcmp(list.v[mid].tenant.b, tenant.b, sizeof tenant.b) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

bool blocks_has(struct uuid tenant, struct str client)
{
    struct address from = {{0}};
    bool has = false;
    int64_t now;

    if (!atomic_load(&list.count) || !address_parse(client, &from))
        return false;
    now = time_now();
    pthread_rwlock_rdlock(&list.guard);
    for (size_t i = first_of(tenant); !has && i < list.n && uuid_eq(list.v[i].tenant, tenant); i++)
        has = covers(&list.v[i], from, now);
    pthread_rwlock_unlock(&list.guard);
    return has;
}

bool blocks_any(struct str client)
{
    struct address from = {{0}};
    bool has = false;
    int64_t now;

    if (!atomic_load(&list.count) || !address_parse(client, &from))
        return false;
    now = time_now();
    pthread_rwlock_rdlock(&list.guard);
    for (size_t i = 0; !has && i < list.n; i++)
        has = covers(&list.v[i], from, now);
    pthread_rwlock_unlock(&list.guard);
    return has;
}
