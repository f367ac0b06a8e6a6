drop table coaching_plan;
