/* Memory that lives as long as one request, one job or one test. Everything made in an arena goes
 * with it; foreign objects join by arena_defer. One thread owns an arena at a time. Running out of
 * memory ends the process: no caller checks for NULL. */
#ifndef RINGSIGHT_CORE_ARENA_H
#define RINGSIGHT_CORE_ARENA_H

#include <stddef.h>

#include "core/str.h"

struct arena;

/* A new, empty arena. The caller ends it with arena_free. */
struct arena *arena_new(void);

/* Runs the deferred calls, last first, and returns all memory. NULL is fine. */
void arena_free(struct arena *a);

/* n zeroed bytes, aligned for any type. n may be 0. */
void *arena_alloc(struct arena *a, size_t n);

/* count * size zeroed bytes; an overflow ends the process. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* Calls fn(object) when the arena is freed. */
void arena_defer(struct arena *a, void (*fn)(void *object), void *object);

/* Bytes handed out so far. */
size_t arena_used(const struct arena *a);

/* The sentence that explains the last error raised in this arena (see err_why), "" if none. */
struct str arena_why(const struct arena *a);
void arena_set_why(struct arena *a, struct str why);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, count, type) ((type *)arena_array((a), (count), sizeof(type)))

#endif
