/* One long array that grows without being copied: pages are moved, not bytes. */
#ifndef RINGSIGHT_MEDIA_GROWTH_H
#define RINGSIGHT_MEDIA_GROWTH_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct growth {
    void *p;       /* NULL while empty */
    size_t n, cap; /* bytes */
};

/* An empty one; its memory goes with the arena. */
struct growth *growth_new(struct arena *a);

/* Room for n bytes more, which count as used, or NULL if the system has no memory left. Moves p. */
void *growth_add(struct growth *g, size_t n);

/* Gives back what is not used. */
void growth_trim(struct growth *g);

/* Gives back everything before the arena does; it is empty then. */
void growth_end(struct growth *g);

#endif
