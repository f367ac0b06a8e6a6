/* The spool's start and end, and its gauges. Called by the web role through the inbox. */
#include "intake/spool/spool_int.h"

#include <fcntl.h>

#include "core/metrics.h"
#include "core/settings.h"
#include "core/time.h"
#include "net/fsio.h"
#include "net/services.h"

struct spool spool = {.dir = -1};

static void on_scrape(void *unused)
{
    int64_t oldest = atomic_load(&spool.oldest);

    (void)unused;
    metric_set(M_SPOOL_BYTES, 0, 0, atomic_load(&spool.bytes));
    metric_set(M_SPOOL_AGE, 0, 0, oldest == TIME_NONE ? 0 : time_now() - oldest);
    metric_set(M_SPOOL_KEPT, 0, 0, atomic_load(&spool.kept));
}

const struct err *spool_start(struct arena *a, const struct settings *s, spool_store *store)
{
    const struct err *e = fs_folder(a, AT_FDCWD, str_fmt(a, "%s/spool", s->var).p, &spool.dir);

    if (e)
        return e;
    fs_sweep(spool.dir);
    spool.key = keys_service(services()->keys, STR("spool"));
    spool.limit = s->spool_mb << 20;
    spool.store = store;
    atomic_store(&spool.oldest, TIME_NONE);
    metrics_on_scrape(on_scrape, NULL);
    e = spool_writer_start(a);
    return e ? e : spool_drain_start(a);
}

void spool_stop(void)
{
    spool_writer_stop();
    spool_drain_stop();
}
