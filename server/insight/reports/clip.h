/* A clip of a call: its sound as WAV, its words. Pure. */
#ifndef RINGSIGHT_INSIGHT_REPORTS_CLIP_H
#define RINGSIGHT_INSIGHT_REPORTS_CLIP_H

#include "engines/language.h"
#include "insight/reports/doc.h"
#include "media/media.h"

#define CLIP_MAX_MS 300000

/* 16 bit, 16 kHz, one or two channels. */
struct str clip_wav(struct arena *a, const struct media_pcm *pcm, unsigned channels);
/* The words that begin within the time, as quotes of their turns. */
void clip_words(struct doc *d, const struct conversation *c, int64_t from_ms, int64_t to_ms);

#endif
