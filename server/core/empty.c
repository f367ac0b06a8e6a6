/* Stands in for a part that has no file yet: a library needs one. */
