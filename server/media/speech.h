/* What is heard and what is not, from the levels of a channel. */
#ifndef RINGSIGHT_MEDIA_SPEECH_H
#define RINGSIGHT_MEDIA_SPEECH_H

#include "media/media.h"

/* Fills gate and silences of each channel, and sides, from levels, channels and correlation. */
void speech_judge(struct arena *a, struct media_info *info);

#endif
