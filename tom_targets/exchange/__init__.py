"""Targets in and out as tables: files and pasted text in; CSV, ECSV, VOTable and JSON out.

    readers   a file or pasted text  ->  named columns and rows of text
    mapping   which column is which field, and in which unit
    values    text  ->  checked values of a target
    verdicts  each row: new, known already, near a known one, refused and why
    writer    stores what is new, some hundred rows a transaction
    export    a list of targets  ->  a stream
    work      the jobs that do it
"""
