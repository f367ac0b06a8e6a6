/* Rules and what they do: the input is a rule, a zero byte (or nothing), and a text that two
 * speakers say in turns, a line each. A rule that reads must give a verdict whose spans lie inside
 * the transcript, and the same verdict twice; no rule, however built, may be slow. */
#include <stdlib.h>
#include <string.h>

#include "engines/builtin/builtin.h"
#include "engines/builtin/rule.h"
#include "insight/scores/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_TURNS 64
#define MAX_WORDS 128

static const char DEFAULT_TALK[] = "thank you for calling my name is ada this call is recorded\n"
                                   "hello my parcel is late and i am angry\n"
                                   "i am sorry i will send it again by friday\n"
                                   "a a a a a a a a a a a a a a a a a a a a a a a a b\n"
                                   "is there anything else goodbye\n";

static void add_turn(struct arena *a, struct conversation *c, struct turn *turns, struct str line)
{
    struct turn *t = &turns[c->n_turns];
    struct turn_word *words =
        ARENA_ARRAY(a, line.n < MAX_WORDS ? line.n + 1 : MAX_WORDS, struct turn_word);
    struct str w;

    *t = (struct turn){
        .speaker = (enum speaker)(1 + c->n_turns % 2), .start_ms = c->duration_ms, .words = words};
    while (t->n_words < MAX_WORDS - 1 && str_split(&line, ' ', &w)) {
        words[t->n_words++] =
            (struct turn_word){w, c->duration_ms, c->duration_ms + 200, (int32_t)(w.n * 100)};
        c->duration_ms += 250;
    }
    t->end_ms = c->duration_ms;
    c->n_turns++;
}

static struct conversation talk_of(struct arena *a, struct str text)
{
    struct turn *turns = ARENA_ARRAY(a, MAX_TURNS, struct turn);
    struct conversation c = {.direction = STR("inbound"), .turns = turns};
    struct str line;

    while (c.n_turns < MAX_TURNS && str_split(&text, '\n', &line))
        add_turn(a, &c, turns, line);
    return c;
}

static void judge(struct arena *a, const struct conversation *c, struct str rule)
{
    struct question q = {STR("q"), STR("?"), rule};
    struct verdict v[2];
    struct str json[2];

    for (int i = 0; i < 2; i++) {
        if (builtin_engine.judge(a, c, &q, 1, &v[i]))
            abort();
        for (size_t k = 0; k < v[i].n_spans; k++) {
            struct span s = v[i].spans[k];

            if (s.turn >= c->n_turns || s.first > s.last || s.last >= c->turns[s.turn].n_words)
                abort();
        }
        json[i] = claims_json(a, claims_of(a, c, &v[i], 1), 1);
    }
    if (!str_eq(json[0], json[1]))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    const uint8_t *cut = size ? memchr(data, 0, size) : NULL;
    struct str rule = str_n(data, cut ? (size_t)(cut - data) : size);
    struct str text = cut ? str_n(cut + 1, size - rule.n - 1) : str_of(DEFAULT_TALK);
    struct conversation c = talk_of(a, text);
    const struct rule *parsed;
    struct analysis x;

    if (!rule_parse(a, rule, &parsed))
        judge(a, &c, rule);
    else if (arena_why(a).n == 0)
        abort(); /* a refusal says why */
    if (cut && builtin_engine.analyse(a, &c, &x))
        abort();
    arena_free(a);
    return 0;
}
