/* Judges conversations by a scorecard as the product does, without database. Each line of standard
 * input is {"wav": path} or {"turns": [{"who", "words"}]}; each line of standard output
 * {"state", "confidence_bp", "words", "answers": {key: answer}}. Built and called by tests/bench/labelled.
 *   labelled SCORECARD RINGSIGHT-MEDIA RINGSIGHT-ASR */
#include <stdio.h>
#include <stdlib.h>

#include "core/crypto.h"
#include "core/json.h"
#include "engines/builtin/builtin.h"
#include "engines/pocketsphinx/pocketsphinx.h"
#include "insight/scores/scores.h"
#include "insight/transcripts/transcripts.h"

#define FILE_MAX ((size_t)256 << 20)
#define WORD_MS 300
#define PAUSE_MS 400
#define SURE_BP 9000

static void check(struct arena *a, const struct err *e)
{
    if (!e)
        return;
    fprintf(stderr, "%s: %.*s\n", e->title, STR_ARG(arena_why(a)));
    exit(1);
}

static struct str file(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    struct buf b = buf_new(a, FILE_MAX);
    char part[65536];
    size_t n;

    if (!f) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        buf_add(&b, str_n(part, n));
    fclose(f);
    return buf_str(&b);
}

static void put_words(struct arena *a, struct str text, int32_t *io_ms, struct turn *io)
{
    struct turn_word *words = ARENA_ARRAY(a, text.n + 1, struct turn_word);
    struct str word;

    io->start_ms = *io_ms;
    while (str_split(&text, ' ', &word)) {
        if (!word.n)
            continue;
        words[io->n_words++] = (struct turn_word){
            .text = word, .start_ms = *io_ms, .end_ms = *io_ms + WORD_MS, .confidence = SURE_BP};
        *io_ms += WORD_MS;
    }
    io->words = words;
    io->end_ms = *io_ms;
    *io_ms += PAUSE_MS;
}

/* As if every word had been heard right. */
static void written(struct arena *a, const struct json *turns, struct conversation *ret)
{
    struct turn *t = ARENA_ARRAY(a, json_count(turns), struct turn);
    int32_t ms = PAUSE_MS;

    for (size_t i = 0; i < json_count(turns); i++) {
        const struct json *o = json_at(turns, i);

        t[i].speaker = str_is(json_text(o, "who"), "agent") ? SPEAKER_AGENT : SPEAKER_CUSTOMER;
        put_words(a, json_text(o, "words"), &ms, &t[i]);
    }
    *ret = (struct conversation){.duration_ms = ms, .direction = STR("inbound"),
                                 .n_turns = json_count(turns), .turns = t};
}

static void no_report(void *ctx, int percent)
{
    (void)ctx;
    (void)percent;
}

static void answer(struct arena *a, struct str card, const struct card *parsed,
                   const struct conversation *c)
{
    struct jw w = jw_new(a);
    struct str raw, body;
    struct score s;

    check(a, score_ask(a, &builtin_engine, parsed, c, &raw));
    check(a, score_derive(a, card, c, raw, &s, &body));
    jw_open(&w, '{');
    jw_key(&w, "state");
    jw_text(&w, str_of(score_state_name(s.state)));
    jw_key(&w, "confidence_bp");
    jw_int(&w, s.confidence_bp);
    jw_key(&w, "answers");
    jw_open(&w, '{');
    for (size_t i = 0; i < s.n_marks; i++) {
        jw_key_str(&w, s.marks[i].question->key);
        jw_text(&w, s.marks[i].unsupported ? STR("unsupported")
                                           : str_of(answer_name(s.marks[i].claim.answer)));
    }
    jw_close(&w, '}');
    jw_close(&w, '}');
    printf("%.*s\n", STR_ARG(jw_done(&w)));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct arena *kept = arena_new();
    static char line[1 << 20];
    struct card card;
    struct str text;

    if (argc != 4)
        return 2;
    crypto_init();
    media_set_child(argv[2]);
    pocketsphinx_set_child(argv[3]);
    text = file(kept, argv[1]);
    check(kept, card_parse(kept, text, &card));
    while (fgets(line, sizeof line, stdin)) {
        struct arena *a = arena_new();
        struct conversation c;
        struct transcript t;
        const struct json *o;

        check(a, json_parse(a, str_trim(str_of(line)), &o));
        if (json_get(o, "turns")) {
            written(a, json_get(o, "turns"), &c);
        } else {
            check(a, transcribe(a, media_bytes(a, file(a, str_c(a, json_text(o, "wav")))),
                                &pocketsphinx_engine, STR("inbound"), no_report, NULL, &t));
            c = t.talk;
        }
        answer(a, text, &card, &c);
        arena_free(a);
    }
    arena_free(kept);
    return 0;
}
