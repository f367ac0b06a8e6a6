/* Finding a provider by its slug in the list that features.c fills in. */
#include "providers/provider.h"

const struct provider *provider_find(struct str slug)
{
    for (const struct provider *const *p = providers; *p; p++)
        if (str_is(slug, (*p)->slug))
            return *p;
    return NULL;
}
