/* The offline speech engine: deals segments out to ringsight-asr processes. */
#ifndef RINGSIGHT_ENGINES_POCKETSPHINX_POCKETSPHINX_H
#define RINGSIGHT_ENGINES_POCKETSPHINX_POCKETSPHINX_H

#include "engines/speech.h"

/* `recognise` may be called from several threads at once; each call has its own processes, one per
 * core at most, which end before it returns. Segments above ASR_SEGMENT_MAX bytes are
 * E_BAD_MEDIA. E_CRASHED: a process cannot be started, or failed twice on the same segment.
 * E_TIMEOUT: loading took longer than 60 s, or a segment longer than 30 s and ten times its own
 * length. */
extern const struct speech_engine pocketsphinx_engine;

/* Where ringsight-asr is. Called once at start-up, before any thread; the string must last. */
void pocketsphinx_set_child(const char *path);

/* Another folder of models than Debian's /usr/share/pocketsphinx/model/en-us; as above. */
void pocketsphinx_set_models(const char *folder);

/* Other seconds than 60 for loading and 30 for a segment; as above. */
void pocketsphinx_set_patience(int load_s, int segment_s);

#endif
