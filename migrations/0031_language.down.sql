drop table language_answer, language_price, language_engine;
