"""A simulator of the treasury's payment site, at the real one's paths: only the base address differs.

Never real money and never a real card: it starts on the local stage alone, and speaks to 127.0.0.1 alone.
"""
