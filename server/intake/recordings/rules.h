/* The rules of recordings that need neither database nor clock. Pure; tested by themselves. */
#ifndef RINGSIGHT_INTAKE_RECORDINGS_RULES_H
#define RINGSIGHT_INTAKE_RECORDINGS_RULES_H

#include "core/arena.h"
#include "media/media.h"

/* Seconds until a recording that was not there yet is asked for again, `age_s` after it was first
 * wanted: 5 in the first minute, 30 to ten minutes, 300 to an hour, then 1800; 0 after 24 hours:
 * give up. (Phone systems need 5 to 10 s, some promise only 24 h.) */
int64_t recording_again_s(int64_t age_s);

/* The wait while the phone system's credentials are refused: 300 s in the first hour, then 1800;
 * 0 after a week. */
int64_t recording_attention_s(int64_t age_s);

/* What a busy phone system asked for, kept between 5 s and an hour; 30 s where it said nothing. */
int64_t recording_busy_s(int64_t retry_after_s);

/* The stretches in which every channel is silent, in order, at least 1 ms long. */
struct media_spans recording_silences(struct arena *a, const struct media_info *info);

/* Peaks for the page: of each channel one after the other, as many as fit PEAKS_MAX a channel.
 * *ret_per_second is 50, 25, 10 or 5; each value is the largest of those it stands for. */
#define PEAKS_MAX 72000
struct str recording_peaks(struct arena *a, const struct media_info *info, int *ret_per_second);

/* What a listener should know of a recording that can be read, as sentences; STR_NONE if nothing.
 * talk_s: how long it should be, as the phone system says of the recording itself, else of the talk;
 * negative if unknown. Up to 5 s or a tenth shorter is normal: recorders start late. */
struct str recording_note(struct arena *a, const struct media_info *info, int64_t talk_s);

/* Whether browsers play this coding (media_info.codec) in the file it came in. */
bool recording_plays(struct str codec);

/* A name for saving the file: the last part of its own name (or of `title`, if any) in letters,
 * digits, '.', '-' and '_', at most 80 of them, and the ending of what was decoded. */
struct str recording_file_name(struct arena *a, struct str name, struct str title, struct str type);

#endif
