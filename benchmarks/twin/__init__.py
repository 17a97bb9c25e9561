"""A lean twin of the outside APIs: answers written in advance, served by one process.

It answers what our clients and those of our peers ask, in the sandbox's words, with
nothing behind it: no faults, no limits, no permissions. The sandbox is for tests of
behaviour; this is for measurements, in which the server must not be what is slow.
"""
