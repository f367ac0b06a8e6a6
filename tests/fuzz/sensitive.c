/* Any words of any bytes, by any speakers: places lie inside the transcript, in order, and taking them out
 * once leaves nothing that is a card number of digits alone. First byte: kinds; then words parted by
 * blanks, turns by line ends. */
#include <stdlib.h>

#include "insight/redaction/redaction.h"
#include "insight/sensitive/sensitive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TURNS 50
#define WORDS 400

static struct conversation talk_of(struct arena *a, struct str text)
{
    struct turn *turns = ARENA_ARRAY(a, TURNS, struct turn);
    struct conversation c = {.turns = turns};
    struct str line, word;
    int32_t at = 0;

    while (c.n_turns < TURNS && str_split(&text, '\n', &line)) {
        struct turn *t = &turns[c.n_turns++];
        struct turn_word *words = ARENA_ARRAY(a, WORDS, struct turn_word);

        t->speaker = line.n ? (enum speaker)((unsigned char)line.p[0] % 3) : SPEAKER_UNKNOWN;
        t->words = words;
        while (t->n_words < WORDS && str_split(&line, ' ', &word)) {
            words[t->n_words++] = (struct turn_word){word, at, at + 200, 9000};
            at += 300;
        }
    }
    return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct conversation c = talk_of(a, size ? str_n(data + 1, size - 1) : STR(""));
    struct redaction_rules rules = {.active = true, .kinds = size && data[0] & 1 ? SENSITIVE_ALL : data && size ? (unsigned)data[0] << 4 : 0};
    struct redacted r;
    size_t n;
    struct sensitive_place *p = sensitive_find(a, &c, rules.kinds, &n);

    for (size_t i = 0; i < n; i++)
        if (p[i].at.turn >= c.n_turns || p[i].at.first > p[i].at.last ||
            p[i].at.last >= c.turns[p[i].at.turn].n_words || !(rules.kinds >> p[i].kind & 1) ||
            (i && p[i].at.turn == p[i - 1].at.turn && p[i].at.first <= p[i - 1].at.last))
            abort();
    if (redact(a, &rules, &c, size % 2, &r) || r.n != n || r.talk.n_turns != c.n_turns)
        abort();
    for (size_t i = 0; i < r.n; i++)
        if (r.places[i].word >= r.talk.turns[r.places[i].turn].n_words ||
            r.talk.turns[r.places[i].turn].words[r.places[i].word].text.p[0] != '[')
            abort();
    arena_free(a);
    return 0;
}
