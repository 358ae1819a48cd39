"""Decides by calculation whether a student's answer is right: never by a model, and never when it is not certain.

`checker` is the server's door, `items` what goes in and comes out; both stay clear of SymPy. In the worker processes of
the built-in tutor, `decider` finds the answer in the working (`working`, `sentences`), reads it and the key (`reading`)
into one of the `forms`, compares these (`matching`), and looks at how they are written (`shape`) and at the lines
(`slips`).
"""
