/* A transcript as a file: WebVTT, SubRip, plain text, JSON. */
#ifndef RINGSIGHT_INSIGHT_TRANSCRIPTS_EXPORT_H
#define RINGSIGHT_INSIGHT_TRANSCRIPTS_EXPORT_H

#include "http/http.h"

struct conversation;

/* Pure. `agent`: how the agent is called, "Agent" if "". What is said cannot break out of a cue: in
 * VTT <, > and & are written as entities; line ends and "-->" cannot occur within words. */
struct str export_vtt(struct arena *a, const struct conversation *c, struct str agent);
struct str export_srt(struct arena *a, const struct conversation *c, struct str agent);
struct str export_text(struct arena *a, const struct conversation *c, struct str agent);

extern const struct field transcript_file_in[];
const struct err *transcript_file(struct req *rq) MUST_USE;

#endif
