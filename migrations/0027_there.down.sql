drop function ground.there(boolean);
