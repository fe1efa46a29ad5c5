"""Who turns the crank. The only room that knows the order of the stages."""
