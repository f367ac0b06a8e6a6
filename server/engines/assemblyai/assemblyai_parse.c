/* Orders to AssemblyAI and its transcripts. Pure. */
#include "core/json.h"
#include "engines/assemblyai/assemblyai.h"
#include "engines/pieces.h"

#define HINTS_MAX 200 /* what every model takes */

static void write_list(struct jw *w, const char *key, struct str models)
{
    struct str one;

    jw_key(w, key);
    jw_open(w, '[');
    while (str_split(&models, ',', &one))
        if (str_trim(one).n)
            jw_text(w, str_trim(one));
    jw_close(w, ']');
}

struct str assemblyai_order(struct arena *a, const struct speech_ask *ask, struct str upload_url)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "audio_url");
    jw_text(&w, upload_url);
    write_list(&w, "speech_models", ask->model);
    if (ask->both_on_one) {
        jw_key(&w, "speaker_labels");
        jw_bool(&w, true);
        jw_key(&w, "speakers_expected");
        jw_int(&w, 2);
    }
    if (ask->language.n) {
        jw_key(&w, "language_code");
        jw_text(&w, language_code(a, ask->language));
    } else {
        jw_key(&w, "language_detection");
        jw_bool(&w, true);
    }
    if (ask->n_hints) {
        jw_key(&w, "keyterms_prompt");
        jw_open(&w, '[');
        for (size_t i = 0; i < ask->n_hints && i < HINTS_MAX; i++)
            jw_text(&w, ask->hints[i]);
        jw_close(&w, ']');
    }
    jw_close(&w, '}');
    return jw_done(&w);
}

static int32_t ms_at(const struct json *o, const char *key)
{
    int64_t ms = json_int(o, key, 0);

    return ms < 0 ? 0 : ms > INT32_MAX ? INT32_MAX : (int32_t)ms;
}

/* "A" is the first voice; other names do not come with speaker_labels. */
static int32_t voice_of(struct str name)
{
    return name.n == 1 && name.p[0] >= 'A' && name.p[0] <= 'Z' ? name.p[0] - 'A' + 1 : 0;
}

static void read_words(struct arena *a, const struct json *words, struct assemblyai_heard *ret)
{
    ret->n = json_kind(words) == J_LIST ? json_count(words) : 0;
    ret->words = ARENA_ARRAY(a, ret->n, struct speech_word);
    for (size_t i = 0; i < ret->n; i++) {
        const struct json *w = json_at(words, i);

        ret->words[i] = (struct speech_word){
            .text = json_text(w, "text"), .start_ms = ms_at(w, "start"), .end_ms = ms_at(w, "end"),
            .confidence = ms_of_seconds(json_number(w, "confidence", 0) * 10),
            .voice = voice_of(json_text(w, "speaker"))};
    }
}

const struct err *assemblyai_parse(struct arena *a, struct str body, struct assemblyai_heard *ret)
{
    const struct json *tree;
    struct str state;
    const struct err *e = json_parse(a, body, &tree);

    *ret = (struct assemblyai_heard){0};
    ret->id = e ? STR_NONE : json_text(tree, "id");
    state = e ? STR_NONE : json_text(tree, "status");
    if (!ret->id.n || ret->id.n > 100 || !state.n)
        return err_why(a, E_BAD_PAYLOAD, "The answer is no transcript of AssemblyAI's.");
    if (str_is(state, "error")) {
        ret->state = ASSEMBLYAI_FAILED;
        ret->error = json_text(tree, "error");
        return NULL;
    }
    if (!str_is(state, "completed"))
        return NULL;
    ret->state = ASSEMBLYAI_DONE;
    read_words(a, json_get(tree, "words"), ret);
    if (json_text(tree, "language_code").n)
        ret->language = language_code(a, json_text(tree, "language_code"));
    return NULL;
}
