/* The only lists of features and providers. A new one is a folder in its place and a line here. */
#include "intake/calls/calls.h"
#include "intake/inbox/inbox.h"
#include "intake/integrations/integrations.h"
#include "people/sessions/sessions.h"
#include "providers/generic/generic.h"
#include "providers/ucm/ucm.h"

const struct feature *const features[] = {
    &sessions_feature,
    &integrations_feature,
    &inbox_feature,
    &calls_feature,
    NULL,
};

const struct provider *const providers[] = {
    &ucm_provider,
    &generic_provider,
    NULL,
};
