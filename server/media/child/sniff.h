/* Which file is this, by its first bytes alone; names and claimed types are never looked at. */
#ifndef RINGSIGHT_MEDIA_CHILD_SNIFF_H
#define RINGSIGHT_MEDIA_CHILD_SNIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sniff_kind {
    SNIFF_NONE = 0,
    SNIFF_WAV,
    SNIFF_MP3,
    SNIFF_OGG_OPUS,
    SNIFF_FLAC,
    SNIFF_MP4,  /* ISO base media: M4A, MP4, 3GP, MOV */
    SNIFF_AAC,  /* frames of AAC one after the other (ADTS) */
    SNIFF_AMR,  /* narrow or wide band, one channel */
    SNIFF_WEBM, /* WebM and other Matroska */
    SNIFF_KINDS /* their number, not a kind */
};

/* What the first n bytes begin. SNIFF_NONE comes with an enum wire_reason in *ret_reason. An ID3v2
 * tag must have been skipped before (see sniff_id3). */
enum sniff_kind sniff(const uint8_t *p, size_t n, uint32_t *ret_reason);

/* Length in bytes of an ID3v2 tag that starts at p (header and footer included), 0 if none.
 * Format: id3.org, ID3v2.4 section 3.1. */
size_t sniff_id3(const uint8_t *p, size_t n);

/* True and both values if a WAV header within p[0..n) tells how many bytes of sound should follow
 * its first *ret_at bytes. False where it does not, or where the size is one of those that
 * recorders write when they do not know it (0, 0xFFFFFFFF and the like). */
bool sniff_wav_promise(const uint8_t *p, size_t n, size_t *ret_at, uint64_t *ret_bytes);

/* Length in bytes of the MPEG layer III frame whose header is at p[0..4), 0 if it is none.
 * Format: ISO 11172-3 2.4.1.3, ISO 13818-3. Frames of free bit rate are not taken. */
size_t sniff_mp3_frame(const uint8_t p[4]);

/* Length in bytes of the ADTS frame whose header is at p[0..7), 0 if it is none.
 * Format: ISO 13818-7 6.2, ISO 14496-3 1.A.2.2. */
size_t sniff_adts_frame(const uint8_t p[7]);

/* Length in bytes of the AMR frame that begins with this byte, in a file of wide band or not; 0 if
 * no frame can. Format: RFC 4867 section 5.3 with the sizes of 3GPP TS 26.101 and 26.201. */
size_t sniff_amr_frame(uint8_t toc, bool wide);
bool sniff_amr_wide(const uint8_t *p, size_t n);

/* True if one of the boxes that p[0..n), a whole ISO base media file, consists of is the table of
 * contents ("moov"), and it is whole. Format: ISO 14496-12 4.2. */
bool sniff_mp4_moov(const uint8_t *p, size_t n);

#endif
