/* What is done to an engine's words before anything is made of them: what was invented is left out,
 * what is known to be misheard is written right, and what is not a conversation is tagged. Pure. */
#ifndef RINGSIGHT_INSIGHT_TRANSCRIPTS_MEND_H
#define RINGSIGHT_INSIGHT_TRANSCRIPTS_MEND_H

#include "engines/language.h"
#include "insight/speech/speech.h"
#include "media/media.h"

/* Leaves out words over silence (no sound of their channel above its gate while they are said), words
 * faster than anybody speaks, and all but the first round of a loop (the same words over and over,
 * in whatever language). How many went. */
size_t invented_remove(struct arena *a, const struct media_info *info,
                       struct speech_segment *segments, size_t n);

/* Writes what is heard as it is to be written, words compared without case and punctuation; longer
 * corrections first. A replacement keeps the span and the least certainty of the words it replaces.
 * How many places. */
size_t corrections_apply(struct arena *a, struct speech_segment *segments, size_t n,
                         const struct speech_correction *list, size_t n_list);

struct mending {
    size_t removed, corrected;
    bool no_confidence, times_spread;
};

/* {"removed","corrected","no_confidence","times_spread","tags":[{"kind","start_ms","end_ms"}]}. Tags:
 * "prompt" and "voicemail" where a turn says what only machines say (English phrases), "wordless"
 * where a channel sounds for ten seconds and more and no words were heard (hold music, noise). */
struct str notes_json(struct arena *a,
                      const struct speech_segment *segments, size_t n,
                      const struct conversation *talk, const struct mending *m);

#endif
