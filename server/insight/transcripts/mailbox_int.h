/* What mailboxes say, and what is said of wrong numbers, in the languages that calls are made in: lower
 * case, without , . ! ?, as speech engines write it. Each is a phrase of the announcement itself, not the name
 * of the thing ("voicemail"), which people say in conversations too. Private to notes.c. */
#ifndef RINGSIGHT_INSIGHT_TRANSCRIPTS_MAILBOX_INT_H
#define RINGSIGHT_INSIGHT_TRANSCRIPTS_MAILBOX_INT_H

static const char *const VOICEMAIL[] = {
    /* English */
    "leave a message", "leave your message", "after the tone", "after the beep",
    "is not available to take your call", "mailbox is full",
    /* German */
    "hinterlassen sie eine nachricht", "hinterlassen sie ihre nachricht",
    "hinterlassen sie bitte eine nachricht", "nach dem signalton", "nach dem piepton", "nach dem ton",
    "mailbox ist voll",
    /* French */
    "laissez un message", "laissez votre message", "laissez-moi un message", "laissez moi un message",
    "laisser un message après", "après le bip", "après le signal sonore",
    /* Spanish */
    "deje su mensaje", "deje un mensaje", "deja tu mensaje", "deja un mensaje", "deje su recado",
    "después de la señal", "después del tono", "después de oír la señal", "al oír la señal",
    "buzón está lleno",
    /* Portuguese */
    "deixe sua mensagem", "deixe a sua mensagem", "deixe uma mensagem", "deixe seu recado",
    "deixe o seu recado", "após o sinal", "depois do sinal", "após o bipe", "após o bip",
    /* Italian */
    "lasciate un messaggio", "lasci un messaggio", "lascia un messaggio", "dopo il segnale acustico",
    "dopo il bip",
    /* Dutch */
    "spreek een bericht in", "spreek uw bericht in", "laat een bericht achter", "na de pieptoon",
    /* Hindi; letters with a dot below in both of their spellings, and in Latin letters */
    "बीप के बाद", "टोन के बाद", "संदेश छोड\u093c", "संदेश छो\u095c", "मैसेज छोड\u093c",
    "मैसेज छो\u095c", "संदेश रिकॉर्ड करें", "beep ke baad", "tone ke baad",
    /* Arabic */
    "اترك رسالة", "اترك رسالتك", "ترك رسالة بعد", "ترك رسالتك", "بعد سماع الصافرة", "بعد الصافرة",
    "بعد سماع النغمة", "بعد النغمة", "بعد الإشارة",
};

static const char *const WRONG_NUMBER[] = {
    "wrong number",      "number is wrong", "misdialed",      "misdialled",
    "falsch verbunden",  "falsche nummer",  "verwählt",
    "mauvais numéro",    "faux numéro",     "número equivocado",
    "numero sbagliato",  "verkeerd verbonden",
    "número errado",     "रॉन्ग नंबर",         "गलत नंबर",         "गलत नम्बर",
    "رقم خاطئ",          "الرقم خطأ",       "الرقم غلط",      "النمرة غلط",
};

#endif
