/* New versions of a transcript by people: other words in a turn, or the speakers exchanged. The old
 * one stays as it is; analysis and scores follow the new one. */
#ifndef RINGSIGHT_INSIGHT_TRANSCRIPTS_REVISE_H
#define RINGSIGHT_INSIGHT_TRANSCRIPTS_REVISE_H

#include "http/http.h"

extern const struct field transcript_turn_in[], transcript_swap_in[];
const struct err *transcript_turn_change(struct req *rq) MUST_USE;
const struct err *transcript_swap(struct req *rq) MUST_USE;

struct turn;
/* The words of a turn as a person wrote them: words that stay keep times and certainty; what is new
 * between them is spread over the span of what it replaces, and is certain. Pure. */
struct turn turn_rewritten(struct arena *a, const struct turn *old, struct str text);

#endif
