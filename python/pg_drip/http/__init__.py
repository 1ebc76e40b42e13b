"""The HTTP door: what n8n, Kajabi and scripts call, on FastAPI. Every rule is the database's; here are keys and limits.

Needs the extra `http`. `server.serve` runs it, `app.create_app` makes it for another server.
"""
