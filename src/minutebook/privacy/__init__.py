"""What leaves for models, and what does not: values are hidden, people have pseudonyms, and one
gate, which everything passes that is sent, sees to both.
"""
