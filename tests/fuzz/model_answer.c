/* Answers of language models and of the two vendors around them. Whatever is read gives spans that
 * lie inside the transcript or clearly outside of it, and texts that can be stored. */
#include <stdlib.h>
#include <string.h>

#include "engines/anthropic/anthropic_messages.h"
#include "engines/model.h"
#include "engines/openai/openai_chat.h"
#include "insight/scores/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct turn_word WORDS[] = {{STR("thank"), 0, 100, 9000},
                                         {STR("You,"), 100, 200, 9000},
                                         {STR("--"), 200, 210, 9000},
                                         {STR("caf\xc3\xa9"), 300, 400, 9000}};
static const struct turn TURNS[] = {{SPEAKER_AGENT, 0, 400, 4, WORDS},
                                    {SPEAKER_CUSTOMER, 500, 900, 2, WORDS}};
static const struct conversation TALK = {1000, STR("inbound"), 2, TURNS};
static const struct choice LEVELS[] = {{STR("1"), STR("low")}, {STR("2"), STR("high")}};
static const struct question ASKED[] = {{.key = STR("a"), .text = STR("?")},
                                        {.key = STR("b"), .n_choices = 2, .choices = LEVELS},
                                        {.key = STR("c"), .number = true}};

static void check_spans(const struct span *s, size_t n, bool found)
{
    for (size_t i = 0; i < n; i++) {
        if (!found && s[i].turn == INT32_MAX)
            continue;
        if (s[i].turn >= TALK.n_turns || s[i].first > s[i].last ||
            s[i].last >= TURNS[s[i].turn].n_words)
            abort();
    }
}

static void try_answer(struct arena *a, struct str text)
{
    struct verdict v[3];
    struct analysis x = {0};

    if (!model_read_verdicts(a, &TALK, ASKED, 3, text, v))
        for (int i = 0; i < 3; i++)
            check_spans(v[i].spans, v[i].n_spans, false);
    if (model_read_analysis(a, &TALK, text, &x))
        return;
    for (size_t i = 0; i < x.n_actions; i++)
        check_spans(x.actions[i].spans, x.actions[i].n_spans, true);
    if (!str_utf8(analysis_json(a, STR("fuzz"), STR("1"), &TALK, &x)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str text = str_n(data, size);
    struct model_reply r;

    try_answer(a, text);
    if (!openai_chat_read(a, text, &r) && r.end == MODEL_DONE)
        try_answer(a, r.text);
    if (!anthropic_read(a, text, &r) && r.end == MODEL_DONE)
        try_answer(a, r.text);
    arena_free(a);
    return 0;
}
