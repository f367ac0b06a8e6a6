drop table conversion;
