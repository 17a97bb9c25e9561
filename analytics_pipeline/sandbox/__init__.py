"""The sandbox: a local twin of the Creators app, the Graph API and TikTok.

A separate program that speaks the outside APIs' documented JSON over real HTTP,
with a deterministic world that grows over time and with faults on demand. People
can log in at its consent pages, and it pushes what the platforms push. It
imports nothing else of ``analytics_pipeline``: a field name that is wrong in a
client cannot be wrong here in the same way.
"""
