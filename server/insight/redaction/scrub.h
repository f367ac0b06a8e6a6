/* Results that were made of words before these were redacted: the words go from them too. */
#ifndef RINGSIGHT_INSIGHT_REDACTION_SCRUB_H
#define RINGSIGHT_INSIGHT_REDACTION_SCRUB_H

#include "insight/redaction/redaction.h"

/* Every text of a JSON document, what its places' words are and what is found in it by itself. STR_NONE
 * stays so. Errors of json_parse and redact. */
const struct err *scrub_json(struct arena *a, const struct redaction_rules *rules,
                             const struct redacted *r, struct str json, struct str *ret) MUST_USE;
const struct err *scrub_text(struct arena *a, const struct redaction_rules *rules,
                             const struct redacted *r, struct str text, struct str *ret) MUST_USE;

#endif
