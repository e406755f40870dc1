"""``python -m cog.server.http`` serves a model over HTTP."""
