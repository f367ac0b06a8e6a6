drop table tracker_hit;
drop table tracker;
