/* What people promise, ask for and must not say, and the words around it. Read by findings.c,
 * summary.c and measure.c. */
#include "engines/builtin/lexicon.h"

const struct lexicon_finding lexicon_actions[] = {
    {"Call back",
     0,
     {"i|we will ~3 call|ring|phone ~1 you", "i|we will ~2 give you a call|ring", "someone|colleague|manager|engineer|they|team will ~2 call|ring|phone ~1 you",
      "i am|are going to call|ring|phone ~1 you", "let me call|ring you back", "you will ~2 get|receive a call"}},
    {"Send by e-mail",
     0,
     {"i|we will ~3 email", "i|we will ~2 send ~6 email", "will be emailed", "you will ~2 get|receive an email", "i am|are going to email",
      "email will be sent", "let me email"}},
    {"Send",
     0,
     {"i|we will ~3 send|post|resend", "i am|are going to send|post", "we are sending", "i am sending", "will be sent|posted|dispatched", "let me send",
      "courier|driver will ~2 collect|pick|bring|deliver"}},
    {"Refund",
     0,
     {"i|we will ~3 refund|credit|reimburse", "i|we have ~2 refunded|credited", "refund will ~2 be|reach|arrive|show", "you will ~3 refund|money back",
      "i am|are going to refund|credit", "i|we can ~2 refund|credit", "process|issue ~2 refund"}},
    {"Arrange visit or replacement",
     0,
     {"engineer|technician will ~2 come|visit|be|call", "i|we will ~3 arrange|book|replace|schedule", "i|we have ~2 booked|arranged|scheduled",
      "i|we will ~2 get ~2 replacement", "i am|are going to book|arrange|replace", "booked ~4 in ~1 for"}},
    {"Open a case",
     0,
     {"i|we will ~3 raise|open|log|register|file", "i|we have ~3 raised|opened|logged|registered|filed", "i am|are going to raise|open|log",
      "let me raise|open|log"}},
    {"Pass on",
     0,
     {"i|we will ~3 pass|escalate|forward|speak|transfer|ask", "i am|are going to pass|escalate|transfer|speak", "let me ~2 transfer|escalate", "put you through"}},
    {"Change the record",
     0,
     {"i|we will ~3 change|update|cancel|remove|add|correct|renew", "i|we have ~3 changed|updated|cancelled|removed|added|corrected|renewed",
      "i am|are going to change|update|cancel|remove|add"}},
    {"Check",
     0,
     {"i|we will ~3 check|look|investigate|review|find|chase", "i am|are going to check|look|investigate|find", "will look into"}},
    {"Customer asks for",
     1,
     {"could|can|would|will you ~2 send|email|call|ring|post|change|cancel|refund|check|confirm|book", "please send|email|call|ring|post|change|cancel|refund|check|book",
      "i would like you to", "i need you to", "i want you to"}},
    {"Customer will",
     1,
     {"i will ~2 send|email|call|ring|post|pay|bring|upload", "i am going to ~1 send|email|call|ring|pay|bring"}},
};

const size_t lexicon_n_actions = sizeof lexicon_actions / sizeof *lexicon_actions;

const struct lexicon_finding lexicon_breaches[] = {
    {"Forbidden promise",
     0,
     {"i|we|can|will ~2 guarantee", "is|are|it|be guaranteed", "guaranteed to|that|approval|results|returns|profit", "that is a guarantee|promise", "have my guarantee|word",
      "hundred|100 per? cent|percent ~2 safe|sure|certain|covered|approved",
      "risk free", "no risk at all", "cannot lose", "nothing can go wrong", "promise ~3 never|always", "you will definitely ~3 get|be|win|receive",
      "definitely be approved"}},
    {"Card security code asked for",
     0,
     {"security code|number ~3 back", "three digits|numbers ~4 back", "last three digits|numbers ~3 card", "cvv|cvc", "give|tell|read me ~5 pin", "your pin number",
      "what is your pin", "read me ~4 card number"}},
    {"Password asked for",
     0,
     {"what is your ~2 password", "give|tell me ~3 password", "need your password", "read ~2 verification|security code"}},
    {"Pressure to decide",
     1,
     {"you must|have to decide|sign|buy|pay now|today", "last chance", "offer ends today|tonight|now", "only ~2 today or|else", "right now or never|it", "will not get this price again",
      "if you do not ~2 sign|buy|decide"}},
    {"Discouraged a complaint",
     1,
     {"no point ~2 complaining|complaint", "complain* ~4 will not help", "you cannot complain", "would not bother complaining", "nobody ~3 read* ~2 complaints",
      "complaints go nowhere"}},
    {"Rude to the customer",
     1,
     {"shut up", "you are ~2 stupid|idiot|ridiculous|lying", "not my problem|fault|job", "calm down", "stop shouting|whining|moaning", "i do not care", "what do you expect me",
      "deal with it", "you should have ~3 read|thought|listened"}},
    {"Advice outside the remit",
     0,
     {"i ~2 advise you to ~3 invest|borrow|sue|stop", "you should ~2 invest|borrow|remortgage", "put ~3 savings into", "between you and me"}},
};

const size_t lexicon_n_breaches = sizeof lexicon_breaches / sizeof *lexicon_breaches;

const char *const lexicon_breach_unless[] = {"not", "never", "no|without guarantee", "nobody|no one",
                                             NULL};

const char *const lexicon_recorded[] = {"call|calls|conversation|line ~5 record*",
                                        "call|calls|conversation|line ~4 taped|monitored",
                                        "record|recording|recorded ~3 call|calls|conversation|line",
                                        "record* ~3 training|quality", "recorded line",
                                        "recorded for", "monitored ~2 recorded", NULL};

const char *const lexicon_deadlines[] = {
    "by ~1 monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|tonight|noon|lunchtime",
    "by ~2 end of ~3 day|week|month|today",
    "by # o'clock?",
    "within ~1 # hours|hour|days|day|minutes|weeks|week|working ~1 days?",
    "in ~2 # hours|hour|days|day|minutes|weeks|week",
    "before ~1 monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|noon",
    "on ~1 monday|tuesday|wednesday|thursday|friday|saturday|sunday",
    "next monday|tuesday|wednesday|thursday|friday|saturday|sunday|week|month",
    "tomorrow ~1 morning|afternoon|evening",
    "this morning|afternoon|evening|week",
    "tomorrow",
    "today",
    "straight|right away",
    NULL};

const char *const lexicon_needs[] = {"i ~2 need|want", "i would like", "i am calling|ringing|phoning",
                                     "calling|ringing|phoning about", "my ~4 is|has|was|have|are", "i have ~2 got|had|been|not", "can|could you",
                                     "problem|trouble with", "does|did|has not", "i was charged", "how do|can i", NULL};

const char *const lexicon_solves[] = {"i|we will", "i|we have", "i can", "we can", "i am going to", "what i ~2 do", "you will ~2 get|receive|have|see", "that is ~2 done|booked|changed|sorted",
                                      "next step", "brings it", NULL};

const char *const lexicon_stop_words[] = {
    "a",     "about", "after", "again", "all",   "also",  "am",    "an",    "and",   "any",   "are",
    "as",    "at",    "back",  "be",    "because", "been", "bit",  "but",   "by",    "call",  "can",
    "could", "did",   "do",    "does",  "for",   "from",  "get",   "go",    "going", "good",  "got",
    "had",   "has",   "have",  "he",    "hello", "her",   "here",  "hi",    "him",   "how",   "i",
    "if",    "in",    "is",    "it",    "its",   "just",  "know",  "let",   "like",  "me",    "mean",
    "more",  "my",    "no",    "not",   "now",   "of",    "ok",    "oh",    "on",    "one",   "only",
    "or",    "our",   "out",   "please", "really", "right", "said", "say",  "see",   "she",   "should",
    "so",    "some",  "sorry", "speaking", "sure", "than", "thank", "thanks", "that", "the",  "them",
    "then",  "there", "they",  "thing", "think", "this",  "to",    "today", "too",   "up",    "us",
    "very",  "want",  "was",   "we",    "well",  "were",  "what",  "when",  "where", "which", "who",
    "why",   "will",  "with",  "would", "yes",   "you",   "your",  NULL};
