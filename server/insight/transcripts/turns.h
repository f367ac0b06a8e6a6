/* From recognised words to turns of a conversation, and turns as they are stored. Pure: no
 * database, no audio, the same words give the same bytes. */
#ifndef RINGSIGHT_INSIGHT_TRANSCRIPTS_TURNS_H
#define RINGSIGHT_INSIGHT_TRANSCRIPTS_TURNS_H

#include "core/json.h"
#include "engines/language.h"
#include "engines/speech.h"

/* A pause longer than this ends a turn: of one side, and where both sides share a channel. There a
 * pause is all that tells of a new speaker, and between two speakers it is seldom long. */
#define TURN_PAUSE_MS 900
#define TURN_SHARED_PAUSE_MS 500
/* So long a gap is left to the other side: if it begins to speak in there, the turn ends. */
#define TURN_GIVE_WAY_MS 250

/* Whose voice is where. */
struct voices {
    bool by_channel;      /* one side a channel; else both are on one and the direction tells */
    enum speaker left;    /* by channel: who is on channel 0; the other is on channel 1 */
    struct str direction; /* else: "inbound" (the agent speaks first), "outbound" (the customer
                           * does, for he picks up), anything else leaves the sides unknown */
};

/* Turns of all segments, in order of start, then speaker. By channel, a turn ends at a pause, or
 * where its side is silent for TURN_GIVE_WAY_MS and the other side begins to speak; what is said
 * into the words of the other is a turn of its own and cuts nothing. Otherwise every pause passes
 * the word to the other side; the direction tells who begins, unless the opening turns hold phrases
 * that only an agent says ("thank you for calling"). Words without text are left out. */
struct conversation turns_build(struct arena *a, const struct speech_segment *segments, size_t n,
                                const struct voices *v, int32_t duration_ms);

/* The same where the engine told voices apart on one channel: a turn ends where another voice speaks
 * or at a pause. The opening's phrases tell which voice is the agent's, else the direction does. The
 * two voices that speak most have a side; any further voice is unknown. */
struct conversation turns_of_voices(struct arena *a, const struct speech_segment *segments, size_t n,
                                    struct str direction, int32_t duration_ms);

/* How many phrases of a turn only an agent says in the opening of a call. */
int turns_agent_phrases(struct arena *a, const struct turn *t);
/* Who is expected to speak first. */
enum speaker turns_first_speaker(struct str direction);

/* Mean word confidence, weighted by how long the words last, rounded half up; 0 without words. */
int32_t turns_confidence(const struct conversation *c, int64_t *ret_words);

/* [{"end_ms","speaker","start_ms","words":[{"c","e","s","t"}]}], canonical: equal turns give equal
 * bytes, and their SHA-256 names the transcript. */
struct str turns_json(struct arena *a, const struct conversation *c);

/* Reads turns back, however the members are ordered. *ret_canonical has the bytes of turns_json.
 * Direction and length are set by the caller. E_BAD_PAYLOAD. */
const struct err *turns_parse(struct arena *a, struct str text, struct conversation *ret,
                              struct str *ret_canonical) MUST_USE;

#endif
