/* Schedules: whatever is read has ticks that go forward, on minutes of the zone's clock. The first
 * two bytes choose the zone and the time to start from. */
#include <stdlib.h>

#include "core/cron.h"
#include "core/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct str zones[] = {
        {"UTC", 3}, {"Europe/Berlin", 13}, {"Australia/Lord_Howe", 19}, {"America/Sao_Paulo", 17}};
    const struct zone *z;
    struct arena *a;
    struct cron c;
    int64_t t;

    if (size < 2)
        return 0;
    z = zone_find(zones[data[0] % 4]);
    t = ((int64_t)data[1] * 131 + data[0]) * 86400 * TIME_S;
    a = arena_new();
    if (cron_parse(a, str_n(data + 2, size - 2), &c)) {
        if (!arena_why(a).n)
            abort();
        arena_free(a);
        return 0;
    }
    for (int i = 0; i < 4 && t != TIME_NONE; i++) {
        int64_t next = cron_next(&c, z, t);
        if (next != TIME_NONE && (next <= t || zone_wall(z, next) % (60 * TIME_S) != 0))
            abort();
        t = next;
    }
    arena_free(a);
    return 0;
}
