drop table spend_sum, spend, spend_cap;
