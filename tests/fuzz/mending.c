/* Mending of any words: inventions, corrections, people's versions, files. Nothing may read or write
 * beyond, words stay in order, and no file has a line of its own made by what is said. */
#include <stdlib.h>
#include <string.h>

#include "insight/transcripts/export.h"
#include "insight/transcripts/mend.h"
#include "insight/transcripts/revise.h"
#include "insight/transcripts/turns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t lines(struct str s, const char *with)
{
    size_t n = 0;

    for (ptrdiff_t at = 0; (at = str_find(s, str_of(with), (size_t)at)) >= 0; at++)
        n++;
    return n;
}

static void versions(struct arena *a, const struct conversation *c, struct str text)
{
    for (size_t i = 0; i < c->n_turns && i < 3; i++) {
        struct turn t = turn_rewritten(a, &c->turns[i], text);

        for (size_t k = 0; k < t.n_words; k++)
            if (!t.words[k].text.n || t.words[k].start_ms > t.words[k].end_ms)
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str rest = str_n(data, size), one, first, text = rest;
    int16_t *levels = ARENA_ARRAY(a, 600, int16_t);
    struct media_info info = {.channels = 1, .levels = 600,
                              .channel = {{.levels = levels, .gate = 0}}};
    struct speech_segment s = {.words = ARENA_ARRAY(a, size + 1, struct speech_word)};
    struct speech_correction list[2];
    struct conversation c;

    for (size_t i = 0; i < 600 && i < size; i++)
        levels[i] = (int16_t)(data[i] - 100);
    list[0] = (struct speech_correction){str_split(&rest, '|', &first) ? first : STR("x"), STR("a b c")};
    list[1] = (struct speech_correction){STR("b"), rest.n && str_split(&rest, '|', &one) ? one : STR("y")};
    while (rest.n && str_split(&rest, ' ', &one)) {
        int32_t at = (int32_t)s.n_words * 10;

        if (one.n)
            s.words[s.n_words++] = (struct speech_word){one, at, at + 9, 5000, one.p[0] & 3};
    }
    s.end_ms = (int32_t)s.n_words * 10 + 100000;
    invented_remove(a, &info, &s, 1);
    corrections_apply(a, &s, 1, list, 2);
    c = turns_of_voices(a, &s, 1, STR("inbound"), s.end_ms);
    if (lines(export_vtt(a, &c, text), " --> ") != lines(export_srt(a, &c, STR("")), "\nAgent: ") +
            lines(export_srt(a, &c, STR("")), "\nCustomer: ") + lines(export_srt(a, &c, STR("")), "\nSpeaker: "))
        abort();
    versions(a, &c, text);
    arena_free(a);
    return 0;
}
