/* From a recording to its score by the same code as the jobs, without database: prints the time of
 * each step as JSON. Built and called by tests/bench/scoring.
 *   scoring WAV SCORECARD RINGSIGHT-MEDIA RINGSIGHT-ASR */
#include <stdio.h>
#include <stdlib.h>

#include "core/crypto.h"
#include "core/time.h"
#include "engines/builtin/builtin.h"
#include "engines/pocketsphinx/pocketsphinx.h"
#include "insight/analysis/analysis.h"
#include "insight/scores/scores.h"
#include "insight/transcripts/transcripts.h"

#define FILE_MAX ((size_t)512 << 20)

static struct str file(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    char *p;
    long n = -1;

    if (f && fseek(f, 0, SEEK_END) == 0)
        n = ftell(f);
    if (n < 0 || (size_t)n > FILE_MAX) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    rewind(f);
    p = arena_alloc(a, (size_t)n);
    n = (long)fread(p, 1, (size_t)n, f);
    fclose(f);
    return str_n(p, (size_t)n);
}

static void check(struct arena *a, const struct err *e)
{
    if (!e)
        return;
    fprintf(stderr, "%s: %.*s\n", e->title, STR_ARG(arena_why(a)));
    exit(1);
}

/* The first report comes when the recording is decoded. */
static void first_report(void *ctx, int percent)
{
    int64_t *decoded = ctx;

    (void)percent;
    if (!*decoded)
        *decoded = time_mono();
}

int main(int argc, char **argv)
{
    struct arena *a = arena_new();
    struct transcript t;
    struct analysis x;
    struct card card;
    struct score s;
    struct str raw, body, wav, card_text;
    int64_t at[5] = {0};

    if (argc != 5)
        return 2;
    crypto_init();
    media_set_child(argv[3]);
    pocketsphinx_set_child(argv[4]);
    wav = file(a, argv[1]);
    card_text = file(a, argv[2]);
    check(a, card_parse(a, card_text, &card));
    at[0] = time_mono();
    check(a, transcribe(a, media_bytes(a, wav), &pocketsphinx_engine, STR("inbound"), first_report,
                        &at[1], &t));
    at[2] = time_mono();
    check(a, builtin_engine.analyse(a, &t.talk, &x));
    body = analysis_body(a, str_of(builtin_engine.name), str_of(builtin_engine.version), &t.talk, &x);
    at[3] = time_mono();
    check(a, score_ask(a, &builtin_engine, &card, &t.talk, &raw));
    check(a, score_derive(a, card_text, &t.talk, raw, &s, &body));
    at[4] = time_mono();
    printf("{\"duration_ms\":%d,\"words\":%lld,\"turns\":%zu,\"confidence_bp\":%d,"
           "\"decode_us\":%lld,\"recognise_us\":%lld,\"analyse_us\":%lld,\"score_us\":%lld,"
           "\"state\":\"%s\",\"score_bp\":%d}\n",
           t.talk.duration_ms, (long long)t.words, t.talk.n_turns, t.confidence_bp,
           (long long)(at[1] - at[0]), (long long)(at[2] - at[1]), (long long)(at[3] - at[2]),
           (long long)(at[4] - at[3]), score_state_name(s.state), s.score_bp);
    arena_free(a);
    return 0;
}
