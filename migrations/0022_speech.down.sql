drop table speech_correction, speech_word, speech_answer, speech_price, speech_engine;
