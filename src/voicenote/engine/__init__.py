"""The engine: runs, cases, memos and the workspace. Only it knows the order of the stages."""
