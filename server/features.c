/* The only lists of features and providers. A new one is a folder in its place and a line here. */
#include "intake/calls/calls.h"
#include "intake/inbox/inbox.h"
#include "intake/integrations/integrations.h"
#include "people/agents/agents.h"
#include "people/apikeys/apikeys.h"
#include "people/members/members.h"
#include "people/sessions/sessions.h"
#include "people/tenants/tenants.h"
#include "providers/generic/generic.h"
#include "providers/ucm/ucm.h"

const struct feature *const features[] = {
    &sessions_feature,
    &members_feature,
    &agents_feature,
    &apikeys_feature,
    &tenants_feature,
    &integrations_feature,
    &inbox_feature,
    &calls_feature,
    &contract_feature,
    NULL,
};

const struct provider *const providers[] = {
    &ucm_provider,
    &generic_provider,
    NULL,
};
