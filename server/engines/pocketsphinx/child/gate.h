/* Is this speech at all? Decided on the samples before the recogniser sees them, and word by word
 * afterwards, so that silence, hiss, hum, tones and breathing come back without words. */
#ifndef RINGSIGHT_ASR_GATE_H
#define RINGSIGHT_ASR_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One frame is 10 ms; the levels and voicing of a frame are taken over 40 ms from its start. */
#define GATE_HOP 160

struct gate {
    size_t n;        /* frames */
    int16_t *level;  /* of each frame, in hundredths of a decibel to full scale, -9600 at least */
    uint8_t *voiced; /* 1 where the frame is periodic as a voice is */
};

/* Measures the samples (16 kHz). The arrays hold gate_frames(n_samples) entries and belong to the
 * caller. */
size_t gate_frames(size_t n_samples);
void gate_measure(struct gate *g, const int16_t *pcm, size_t n_samples);

/* The rule for a whole segment. Speech needs
 *   - 50 ms or more at or above -55 dB to full scale (else it is near the floor);
 *   - 50 ms or more of voiced frames at such a level: a pitch of 60 to 400 Hz, that is, a local
 *     peak of 0.5 or more in the normalised autocorrelation of the pre-emphasised signal (hiss,
 *     breath and crackle have none);
 *   - where a second or more is voiced, a level that moves: 3 dB or more between the 10th and the
 *     95th percentile of the voiced frames (tones, ringing and hum stay below 2 dB, flite's voices
 *     above 5 dB). */
bool gate_is_speech(const struct gate *g);

/* The rule for one word: a voiced frame at such a level between the two frames (30 ms of grace on
 * either side), for every English word has a vowel. */
bool gate_has_voice(const struct gate *g, int first_frame, int last_frame);

/* The rule for a segment after decoding: the mean posterior of its words, 0..10000, is 1000 at
 * least. True speech of one or two words may fall below; noise that passes the gate mostly does. */
bool gate_confident(uint64_t confidence_sum, size_t n_words);

/* Where to cut a piece that begins at `from`: the end, if at most 30 s are left, else the middle of
 * the quietest 200 ms between 15 and 30 s on. In frames. */
size_t gate_cut(const struct gate *g, size_t from);

#endif
