/* What the web role starts for hooks besides the loops. */
#include "intake/directory/directory.h"
#include "intake/inbox/clerk.h"
#include "intake/inbox/hooks_int.h"
#include "intake/inbox/share.h"

const struct err *inbox_start(struct arena *a, const struct settings *s)
{
    const struct err *e = directory_start(a, s, http_config.pools[DB_APP]);

    if (!e)
        e = clerk_start(a);
    if (!e)
        e = share_start(a, s, hooks_flood());
    return e ? e : spool_start(a, s, hooks_store);
}

void inbox_stop(void)
{
    spool_stop();
    share_stop();
    clerk_stop();
    directory_stop();
}
