/* "The phone system's own transcript": no sound is sent anywhere; the text that came with the
 * recording (3CX) is laid over the stretches where somebody speaks. */
#ifndef RINGSIGHT_ENGINES_PHONE_SYSTEM_PHONE_SYSTEM_H
#define RINGSIGHT_ENGINES_PHONE_SYSTEM_PHONE_SYSTEM_H

#include "engines/speech.h"

/* E_NOT_READY: the phone system sent no text with this recording. Words have neither times nor
 * confidences of their own, and say so. */
extern const struct speech_engine phone_system_engine;

#endif
