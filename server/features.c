/* The only lists of features, providers and engines. A new one is a folder in its place and a line
 * here. */
#include "engines/anthropic/anthropic_messages.h"
#include "engines/assemblyai/assemblyai.h"
#include "engines/builtin/builtin.h"
#include "engines/deepgram/deepgram.h"
#include "engines/engines.h"
#include "engines/google/google.h"
#include "engines/openai/openai_chat.h"
#include "engines/openai/openai_speech.h"
#include "engines/phone_system/phone_system.h"
#include "engines/pocketsphinx/pocketsphinx.h"
#include "insight/analysis/analysis.h"
#include "insight/coaching/coaching.h"
#include "insight/redaction/redaction.h"
#include "insight/reports/reports.h"
#include "insight/language/language.h"
#include "insight/calibration/calibration.h"
#include "insight/customers/customers.h"
#include "insight/intents/intents.h"
#include "insight/reviews/reviews.h"
#include "insight/scorecards/scorecards.h"
#include "insight/scores/scores.h"
#include "insight/speech/speech.h"
#include "insight/stages/stages.h"
#include "insight/tags/tags.h"
#include "insight/tasks/tasks.h"
#include "insight/trackers/trackers.h"
#include "insight/transcripts/transcripts.h"
#include "intake/calls/calls.h"
#include "intake/contacts/contacts.h"
#include "intake/conversions/conversions.h"
#include "intake/dropfolders/dropfolders.h"
#include "intake/inbox/inbox.h"
#include "intake/integrations/integrations.h"
#include "intake/lines/lines.h"
#include "intake/numbers/numbers.h"
#include "intake/policies/policies.h"
#include "intake/polling/polling.h"
#include "intake/recordings/recordings.h"
#include "intake/unknown/unknown.h"
#include "intake/setup/setup.h"
#include "intake/trials/trials.h"
#include "intake/uploads/uploads.h"
#include "money/spend/spend.h"
#include "people/addresses/addresses.h"
#include "people/agents/agents.h"
#include "people/apikeys/apikeys.h"
#include "people/audit/audit.h"
#include "people/factors/factors.h"
#include "people/invitations/invitations.h"
#include "people/mail/mail.h"
#include "people/members/members.h"
#include "people/oidc/oidc.h"
#include "people/passkeys/passkeys.h"
#include "people/passwords/passwords.h"
#include "people/resets/resets.h"
#include "people/roles/roles.h"
#include "people/sessions/sessions.h"
#include "people/teams/teams.h"
#include "people/tenants/tenants.h"
#include "people/threats/threats.h"
#include "people/tokens/tokens.h"
#include "people/webhooks/webhooks.h"
#include "platform/erasure/erasure.h"
#include "platform/mails/mails.h"
#include "platform/queues/queues.h"
#include "platform/retention/retention.h"
#include "platform/work/work.h"
#include "providers/asterisk/asterisk.h"
#include "providers/exotel/exotel.h"
#include "providers/generic/generic.h"
#include "providers/twilio/twilio.h"
#include "providers/threecx/threecx.h"
#include "providers/ucm/ucm.h"

const struct feature *const features[] = {
    &sessions_feature,
    &oidc_feature,
    &members_feature,
    &roles_feature,
    &invitations_feature,
    &factors_feature,
    &addresses_feature,
    &passkeys_feature,
    &passwords_feature,
    &resets_feature,
    &mail_feature,
    &agents_feature,
    &teams_feature,
    &apikeys_feature,
    &tokens_feature,
    &audit_feature,
    &threats_feature,
    &webhooks_feature,
    &tenants_feature,
    &spend_feature,
    &integrations_feature,
    &inbox_feature,
    &polling_feature,
    &trials_feature,
    &setup_feature,
    &lines_feature,
    &calls_feature,
    &numbers_feature,
    &recordings_feature,
    &uploads_feature,
    &policies_feature,
    &conversions_feature,
    &unknown_feature,
    &contacts_feature,
    &dropfolders_feature,
    &speech_feature,
    &language_feature,
    &redaction_feature,
    &transcripts_feature,
    &analysis_feature,
    &scorecards_feature,
    &scores_feature,
    &reviews_feature,
    &reports_feature,
    &report_mails_feature,
    &coaching_feature,
    &calibration_feature,
    &trackers_feature,
    &customers_feature,
    &intents_feature,
    &tasks_feature,
    &tags_feature,
    &stages_feature,
    &work_feature,
    &queues_feature,
    &mails_feature,
    &retention_feature,
    &erasure_feature,
    &contract_feature,
    NULL,
};

const struct provider *const providers[] = {
    &ucm_provider,
    &exotel_provider,
    &twilio_provider,
    &asterisk_provider,
    &threecx_provider,
    &generic_provider,
    NULL,
};

/* The first of each is the one that is used where a tenant has chosen none. */
const struct speech_engine *const speech_engines[] = {
    &pocketsphinx_engine,
    &openai_speech_engine,
    &deepgram_engine,
    &assemblyai_engine,
    &google_engine,
    &phone_system_engine,
    NULL,
};

const struct language_engine *const language_engines[] = {
    &builtin_engine,
    NULL,
};

const struct model_engine *const model_engines[] = {
    &openai_chat_engine,
    &anthropic_engine,
    NULL,
};
