/* The two halves of a clip. What is decoded comes from the sandboxed decoder as bare samples, so what
 * is written here holds nothing of the file it was cut from. */
#include "insight/reports/clip.h"

#include <string.h>

#define WORDS_MAX 2800

static void put_le(struct buf *b, uint32_t v, int n)
{
    for (int i = 0; i < n; i++)
        buf_char(b, (char)(uint8_t)(v >> (8 * i)));
}

struct str clip_wav(struct arena *a, const struct media_pcm *pcm, unsigned channels)
{
    uint32_t bytes = (uint32_t)(pcm->n * channels * 2);
    struct buf b = buf_new(a, (size_t)bytes + 44);
    char *sound = arena_alloc(a, bytes);

    buf_add(&b, STR("RIFF"));
    put_le(&b, bytes + 36, 4);
    buf_add(&b, STR("WAVEfmt "));
    put_le(&b, 16, 4);
    put_le(&b, 1, 2);
    put_le(&b, channels, 2);
    put_le(&b, MEDIA_RATE, 4);
    put_le(&b, MEDIA_RATE * channels * 2, 4);
    put_le(&b, channels * 2, 2);
    put_le(&b, 16, 2);
    buf_add(&b, STR("data"));
    put_le(&b, bytes, 4);
    for (size_t i = 0; i < pcm->n; i++)
        for (unsigned k = 0; k < channels; k++) {
            uint16_t v = (uint16_t)pcm->channel[k][i];

            sound[(i * channels + k) * 2] = (char)(uint8_t)v;
            sound[(i * channels + k) * 2 + 1] = (char)(uint8_t)(v >> 8);
        }
    buf_add(&b, str_n(sound, bytes));
    return buf_str(&b);
}

static void put_turn(struct doc *d, const struct turn *t, int64_t from_ms, int64_t to_ms)
{
    struct buf b = buf_new(d->a, WORDS_MAX);
    int32_t at = -1;

    for (size_t i = 0; i < t->n_words; i++) {
        const struct turn_word *w = &t->words[i];

        if (w->start_ms < from_ms || w->start_ms >= to_ms)
            continue;
        if (at >= 0)
            buf_char(&b, ' ');
        else
            at = w->start_ms;
        buf_add(&b, w->text);
    }
    if (at >= 0 && b.n)
        doc_add(d, (struct doc_block){
            .kind = DOC_QUOTE, .ms = at, .text = buf_str(&b),
            .more = t->speaker == SPEAKER_AGENT      ? STR("Agent")
                    : t->speaker == SPEAKER_CUSTOMER ? STR("Customer") : STR("Speaker")});
}

void clip_words(struct doc *d, const struct conversation *c, int64_t from_ms, int64_t to_ms)
{
    for (size_t i = 0; i < c->n_turns; i++)
        if (c->turns[i].start_ms < to_ms && c->turns[i].end_ms >= from_ms)
            put_turn(d, &c->turns[i], from_ms, to_ms);
}
