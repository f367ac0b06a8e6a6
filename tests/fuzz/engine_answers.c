/* Answers of speech engines, of any bytes: the first byte says whose. Words must keep to their
 * bounds, and so must what pieces make of them. */
#include <stdlib.h>

#include "engines/ask.h"
#include "engines/assemblyai/assemblyai.h"
#include "engines/deepgram/deepgram.h"
#include "engines/google/google.h"
#include "engines/openai/openai_speech.h"
#include "engines/pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void place(struct arena *a, const struct speech_word *words, size_t n)
{
    struct speech_segment s[] = {
        {.start_ms = 100, .end_ms = 1100, .pcm = ARENA_ARRAY(a, 16000, int16_t), .n_samples = 16000},
        {.start_ms = 9000, .end_ms = 9500, .pcm = ARENA_ARRAY(a, 8000, int16_t), .n_samples = 8000}};
    struct pieces p = pieces_build(a, s, 2, 1 << 20, 0, STR(""));

    piece_place(a, &p.v[0], words, n);
    for (int i = 0; i < 2; i++)
        for (size_t k = 0; k < s[i].n_words; k++) {
            const struct speech_word *w = &s[i].words[k];

            if (!w->text.n || w->start_ms < s[i].start_ms || w->end_ms > s[i].end_ms ||
                w->start_ms > w->end_ms || w->confidence < 0 || w->confidence > SPEECH_SURE)
                abort();
        }
}

static void openai(struct arena *a, enum openai_style style, struct str text)
{
    struct openai_heard h;

    if (!openai_speech_parse(a, style, text, 1500, &h))
        place(a, h.words, h.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str text = str_n(data + (size ? 1 : 0), size ? size - 1 : 0);
    struct http_response r = {.headers = text, .retry_after_s = -1};
    struct assemblyai_heard y;
    struct deepgram_heard d;
    struct google_heard g;
    struct google_account account;
    struct ask_said said;

    crypto_init();
    switch (size ? data[0] % 7 : 0) {
    case 0:
    case 1:
    case 2:
        openai(a, (enum openai_style)(size ? data[0] % 7 : 0), text);
        break;
    case 3:
        if (!deepgram_parse(a, text, &d))
            place(a, d.words, d.n);
        break;
    case 4:
        if (!assemblyai_parse(a, text, &y))
            place(a, y.words, y.n);
        break;
    case 5:
        if (!google_parse(a, text, &g))
            place(a, g.words, g.n);
        if (google_account_read(a, text, &account) && !arena_why(a).n)
            abort();
        break;
    default:
        said = ask_error_read(a, text);
        if (said.message.n > 200 || said.code.n > 200 || !str_utf8(said.message))
            abort();
        ask_judge((int)size, &said);
        if (ask_retry_after(&r) < -1)
            abort();
    }
    arena_free(a);
    return 0;
}
