"""touch + memo → receipt: how it travels."""
