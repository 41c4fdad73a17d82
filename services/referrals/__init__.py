"""What one institution asks of another for a woman, from sending to outcome.

Owns the directory (institutions, what they offer, how many places are free), the agreements that say what may be shared
for what, and the referrals. Of the woman herself it keeps an id, the code that stands for her, and what the caseworker
wrote, sealed with her key.
"""
