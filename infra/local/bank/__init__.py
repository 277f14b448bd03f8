"""A simulator of the treasury's payment site, with the paths of the real one: only the base address differs.

It never uses real money or a real card: it starts only on the local stage, and speaks only to 127.0.0.1.
"""
