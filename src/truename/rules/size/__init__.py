"""Rules on size: how many parameters, how many of them active, how many experts."""
