/* Trackers of any bytes: first byte chooses phrase or pattern, the rest is the text. What compiles is
 * looked for; whatever it finds lies inside the transcript, and nothing takes long. */
#include <stdlib.h>

#include "insight/trackers/trackers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct turn_word WORDS[] = {{STR("aaaaaaaaaaaaaaaaaaaaaaaa"), 0, 100, 9000},
                                         {STR("You,"), 100, 200, 9000},
                                         {STR("card"), 200, 210, 9000},
                                         {STR("caf\xc3\xa9"), 300, 400, 9000}};
static const struct turn TURNS[] = {{SPEAKER_AGENT, 0, 400, 4, WORDS},
                                    {SPEAKER_CUSTOMER, 500, 900, 3, WORDS}};
static const struct conversation TALK = {1000, STR("inbound"), 2, TURNS};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str text = size ? str_n(data + 1, size - 1) : STR("");
    const struct tracker *t;
    struct tracker_hits h;

    if (tracker_compile(a, size && data[0] & 1 ? TRACKER_PATTERN : TRACKER_PHRASE, STR("anyone"),
                        &text, 1, &t)) {
        if (!arena_why(a).n)
            abort();
    } else {
        h = tracker_find(a, t, &TALK);
        for (size_t i = 0; i < h.n_spans; i++)
            if (h.spans[i].turn > 1 || h.spans[i].first > h.spans[i].last ||
                h.spans[i].last >= TURNS[h.spans[i].turn].n_words)
                abort();
    }
    arena_free(a);
    return 0;
}
