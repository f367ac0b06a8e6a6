/* The recogniser of ringsight-asr: one segment in, the body of a WORDS message out. */
#ifndef RINGSIGHT_ASR_DECODE_H
#define RINGSIGHT_ASR_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Loads the models below `folder` (laid out as in Debian's pocketsphinx-en-us). False if that
 * fails; decode_problem() then says why. */
bool decode_open(const char *folder);

/* What the libraries last complained of, one line, "" if nothing. */
const char *decode_problem(void);

/* Hears the samples and leaves the records in *ret_body (asr_word and text, ret_n bytes; valid until
 * the process ends or decodes again). False if the recogniser fails. The result follows from the
 * samples alone provided the process has decoded nothing since decode_open: the caller sees to it
 * by forking for each segment. */
bool decode_segment(const int16_t *pcm, size_t n_samples, const uint8_t **ret_body, size_t *ret_n);

#endif
