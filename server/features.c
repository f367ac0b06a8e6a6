/* The only lists of features, providers and engines. A new one is a folder in its place and a line
 * here. */
#include "engines/builtin/builtin.h"
#include "engines/engines.h"
#include "engines/pocketsphinx/pocketsphinx.h"
#include "insight/analysis/analysis.h"
#include "insight/scorecards/scorecards.h"
#include "insight/scores/scores.h"
#include "insight/transcripts/transcripts.h"
#include "intake/calls/calls.h"
#include "intake/inbox/inbox.h"
#include "intake/integrations/integrations.h"
#include "intake/recordings/recordings.h"
#include "intake/uploads/uploads.h"
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
    &recordings_feature,
    &uploads_feature,
    &transcripts_feature,
    &analysis_feature,
    &scorecards_feature,
    &scores_feature,
    &contract_feature,
    NULL,
};

const struct provider *const providers[] = {
    &ucm_provider,
    &generic_provider,
    NULL,
};

/* The first of each is the one that is used. */
const struct speech_engine *const speech_engines[] = {
    &pocketsphinx_engine,
    NULL,
};

const struct language_engine *const language_engines[] = {
    &builtin_engine,
    NULL,
};
