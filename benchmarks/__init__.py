"""What the pipeline costs, measured beside what users would pick instead.

Every figure is a ratio of two ways measured alternately in one run on one machine:
times alone say more of the machine than of the code.
"""
